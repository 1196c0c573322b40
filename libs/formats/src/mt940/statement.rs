//! Statements from fields.

use std::sync::Arc;

use quittance_types::{BusinessDate, Currency};

use super::balance;
use super::charges;
use super::detail::{detail, own_text, take_account, take_name};
use super::field61::{self, Line61};
use super::field86::{self, Text86};
use super::fields::{Field, Fields};
use crate::budget::Budget;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::identifiers::{parse_bic, parse_iban};
use crate::short_date::yymmdd;
use crate::statement::{
    Account, AccountIdentifier, Agent, Amount, AmountDetails, BalanceKind, BankFile, BookingStatus, Charge, Detail, Entry, EntryTexts,
    ExchangeRate, Format, Moment, PageMark, Split, Statement, Summary, Total, TransactionCode, parse_exact,
};

/// What a statement costs, but for its fields.
const STATEMENT: usize = 50;

/// Builds all statements of a file.
pub(super) fn build(
    found: &Fields<'_>,
    format: Format,
    file: &mut BankFile,
    recorder: &mut Recorder,
    budget: &mut Budget,
) -> Result<(), FormatError> {
    let count = |tag: &str| found.fields.iter().filter(|field| field.tag() == tag).count();
    file.statements.reserve_exact(count("20").max(count("25")).min(budget.most(STATEMENT)));
    let mut from = 0;
    let mut seen_account = false;
    for (index, field) in found.fields.iter().enumerate() {
        let starts = match field.tag() {
            "20" => index > from,
            // A file without field 20 still starts a statement with the next account.
            "25" | "25P" => std::mem::replace(&mut seen_account, true),
            _ => false,
        };
        if starts && holds_statement(found.fields.get(from..index)) {
            budget.spend(STATEMENT, 0).map_err(|error| error.at_line(|| found.line(field)))?;
            add(found, found.fields.get(from..index).unwrap_or_default(), format, file, recorder, budget)?;
            from = index;
            seen_account = matches!(field.tag(), "25" | "25P");
        }
    }
    add(found, found.fields.get(from..).unwrap_or_default(), format, file, recorder, budget)
}

/// True unless the fields are only what some banks write before field 20.
fn holds_statement(fields: Option<&[Field<'_>]>) -> bool {
    fields.unwrap_or_default().iter().any(|field| !matches!(field.tag(), "940" | "942"))
}

fn add(
    found: &Fields<'_>,
    fields: &[Field<'_>],
    format: Format,
    file: &mut BankFile,
    recorder: &mut Recorder,
    budget: &mut Budget,
) -> Result<(), FormatError> {
    let Some(first) = fields.first() else { return Ok(()) };
    let index = file.statements.len();
    recorder.statement = Some(index);
    recorder.enter("statement", index + 1);
    let mut builder = Builder {
        statement: Statement::default(),
        found,
        format,
        recorder,
        budget,
        currency: String::new(),
        notes: String::new(),
        last: Last::Header,
        limits_final: None,
    };
    builder.currency = currency_of(fields);
    for field in fields {
        builder.field(field);
    }
    let statement = builder.finish(fields)?;
    checks::check_statement(&statement, format, first.offset(), recorder);
    if file.message_id.is_none() {
        file.message_id = statement.id.as_deref().map(str::to_string);
    }
    recorder.entry_offsets.clear();
    recorder.leave();
    recorder.statement = None;
    file.add(statement);
    Ok(())
}

/// The statement's currency: of its balances, its floor limits or totals, or behind its account number.
fn currency_of(fields: &[Field<'_>]) -> String {
    let code = |field: &Field<'_>| -> Option<String> {
        let text = field.first().trim();
        let part = match field.tag() {
            "60F" | "60M" | "62F" | "62M" | "64" | "65" => text.get(7..10),
            "34F" => text.get(..3),
            "90C" | "90D" => text.trim_start_matches(|c: char| c.is_ascii_digit()).get(..3),
            "25" => text.len().checked_sub(3).and_then(|start| text.get(start..)),
            _ => None,
        };
        part.filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase())).map(str::to_string)
    };
    let balances = fields.iter().filter(|field| field.tag() != "25").find_map(code);
    let behind_account = || fields.iter().find_map(code).filter(|code| Currency::parse(code).is_ok());
    balances.or_else(behind_account).unwrap_or_default()
}

/// An account number without the currency some banks write behind it, with a blank or slash between or nothing.
fn without_currency(text: &str) -> &str {
    let is_currency = |code: &str| code.bytes().all(|byte| byte.is_ascii_uppercase()) && Currency::parse(code).is_ok();
    let split = text.len().checked_sub(3).and_then(|end| text.split_at_checked(end));
    let number = split.filter(|(number, code)| is_currency(code) && number.ends_with(|c: char| c.is_ascii_digit() || " /".contains(c)));
    number.map_or(text, |(number, _)| number.trim_end_matches([' ', '/']))
}

/// What a following field 86 belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Header,
    Entry,
    Balance,
}

struct Builder<'r> {
    statement: Statement,
    found: &'r Fields<'r>,
    format: Format,
    recorder: &'r mut Recorder,
    budget: &'r mut Budget,
    currency: String,
    /// Lines of field 86 that belong to the statement.
    notes: String,
    last: Last,
    /// Whether the closing balance is final (`62F`) or goes on (`62M`).
    limits_final: Option<bool>,
}

impl Builder<'_> {
    fn field(&mut self, field: &Field<'_>) {
        let text = field.first().trim();
        match field.tag() {
            "20" => self.statement.id = field86::some(text).map(Into::into),
            "25" | "25P" => self.account(field),
            "28" | "28C" => self.number(text),
            "60F" | "60M" => self.balance(field, BalanceKind::OpeningBooked),
            "62F" | "62M" => {
                self.limits_final = Some(field.tag() == "62F");
                self.balance(field, BalanceKind::ClosingBooked);
            }
            "64" => self.balance(field, BalanceKind::ClosingAvailable),
            "65" => self.balance(field, BalanceKind::ForwardAvailable),
            "13" | "13D" => self.statement.created = created(text),
            "90C" | "90D" => self.total(field),
            // Its lines are read with the entry they follow.
            "61" => {}
            "86" if self.last != Last::Entry => self.note(field),
            _ => {}
        }
        if matches!(field.tag(), "60F" | "60M" | "62F" | "62M" | "64" | "65") {
            self.last = Last::Balance;
        }
        if field.tag() == "61" {
            self.last = Last::Entry;
        }
    }

    fn note(&mut self, field: &Field<'_>) {
        for line in field.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !self.notes.is_empty() {
                self.notes.push('\n');
            }
            self.notes.push_str(line);
        }
    }

    fn account(&mut self, field: &Field<'_>) {
        let text = field.first().trim();
        let number = without_currency(text);
        let (bank, last) = number.rsplit_once('/').map_or((None, number), |(bank, last)| (Some(bank), last));
        let id = match (parse_iban(number).is_ok(), parse_iban(last).is_ok()) {
            (true, _) => AccountIdentifier::iban(number),
            (_, true) => AccountIdentifier::iban(last),
            _ => AccountIdentifier::other(number),
        };
        let second_line = field.lines().nth(1).filter(|_| field.tag() == "25P");
        let bank = bank.into_iter().chain(second_line).chain(self.found.sender(field));
        let bic = bank.filter_map(|bank| parse_bic(bank.trim()).ok()).next();
        self.statement.account = Account {
            id: Some(id).filter(|id| !id.value.is_empty()),
            currency_code: field86::some(&self.currency).map(Into::into),
            servicer: bic.map(|bic| Arc::new(Agent { bic: Some(bic.as_str().to_string()), ..Agent::default() })),
            ..Account::default()
        };
    }

    fn number(&mut self, text: &str) {
        let (number, page) = text.split_once('/').map_or((text, None), |(number, page)| (number, Some(page)));
        self.statement.legal_sequence = field86::some(number).map(Into::into);
        let page = page.map(|page| page.trim().trim_start_matches('0'));
        let mark = |page: &str| PageMark { number: if page.is_empty() { "1" } else { page }.to_string(), last: None };
        self.statement.page = page.map(|page| Box::new(mark(page)));
    }

    fn balance(&mut self, field: &Field<'_>, kind: BalanceKind) {
        let sub_type = field.tag().ends_with('M').then_some("INTM");
        let balance = balance::read(field, kind, sub_type, self.recorder);
        let repeated = matches!(field.tag(), "60F" | "60M" | "62F" | "62M")
            && self.statement.balances.len() < 100
            && balance.as_ref().is_some_and(|balance| self.statement.balance(&balance.kind).is_some());
        if repeated {
            self.recorder.note(
                FindingKind::FieldMalformed,
                field.tag(),
                field.offset(),
                "a second balance of this kind; the first one counts",
            );
        }
        self.statement.balances.extend(balance);
    }

    fn total(&mut self, field: &Field<'_>) {
        let text = field.first().trim();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let sum = text.get(digits + 3..).map(|sum| sum.replace(',', "."));
        let total =
            Total { count: text.get(..digits).and_then(|count| count.parse().ok()), sum: sum.and_then(|sum| parse_exact(sum.trim())) };
        let summary = self.statement.summary.get_or_insert_with(|| Box::new(Summary::default()));
        match field.tag() {
            "90C" => summary.credits = Some(total),
            _ => summary.debits = Some(total),
        }
    }

    fn finish(mut self, fields: &[Field<'_>]) -> Result<Statement, FormatError> {
        let bookings = fields.iter().filter(|field| field.tag() == "61").count();
        let room = self.recorder.shared.make_room(&mut self.statement.entries, bookings, self.budget);
        self.recorder.entry_offsets.reserve_exact(room);
        let mut index = 0;
        while let Some(field) = fields.get(index) {
            index += 1;
            if field.tag() != "61" {
                continue;
            }
            let mut lines: Vec<&str> = Vec::new();
            let mut own: Vec<&str> = Vec::new();
            while let Some(next) = fields.get(index).filter(|next| matches!(next.tag(), "86" | "NS")) {
                let target = if next.tag() == "86" { &mut lines } else { &mut own };
                target.extend(next.lines());
                index += 1;
            }
            self.entry(field, &lines, &own)?;
        }
        if let Some(page) = &mut self.statement.page {
            page.last = self.limits_final;
        }
        self.statement.additional_information = field86::some(&self.notes).map(Into::into);
        if self.statement.account.id.is_none() {
            let offset = fields.first().map_or(0, |field| field.offset());
            self.recorder.note(FindingKind::AccountMissing, "25", offset, "no account number");
        }
        Ok(self.statement)
    }

    fn entry(&mut self, field: &Field<'_>, lines: &[&str], own: &[&str]) -> Result<(), FormatError> {
        let number = self.statement.entries.len();
        self.recorder.entry = Some(number);
        self.recorder.entry_offsets.push(field.offset());
        self.recorder.enter(":61:", number + 1);
        if field.after_end {
            self.recorder.note(FindingKind::FieldMalformed, "", field.offset(), "an entry after the end of its message");
        }
        let entry = match field61::parse(field.first().trim_end()) {
            Some(line) => self.read_entry(field, &line, lines, own),
            None => {
                let text = excerpt(field.first(), 60);
                self.recorder.note(FindingKind::FieldMalformed, "", field.offset(), format!("no statement line: \"{text}\""));
                Entry {
                    amount: Amount::unread(field.first(), &self.currency, None),
                    texts: EntryTexts::default().with_additional_information(field86::some(&lines.join("\n")).as_deref()),
                    ..Entry::default()
                }
            }
        };
        self.recorder.leave();
        self.recorder.entry = None;
        let added = self.recorder.shared.add(&mut self.statement.entries, entry, self.budget, 0);
        added.map_err(|error| error.at_line(|| self.found.line(field)))
    }

    fn read_entry(&mut self, field: &Field<'_>, line: &Line61<'_>, lines: &[&str], own: &[&str]) -> Entry {
        let value = field61::value_date(line);
        let booking = line.entry_date.and_then(|text| field61::booking_date(text, value.or_else(|| nearby(line))));
        self.check_dates(field, line, value, booking);
        let supplementary: Vec<&str> =
            field.lines().skip(1).chain([line.spill]).filter(|line| !line.trim().is_empty()).map(str::trim).collect();
        let mut text = if lines.is_empty() && !own.is_empty() { own_text(own) } else { field86::read(lines) };
        take_account(&supplementary, &mut text);
        take_name(line.spill, &mut text);
        charges::take(line.amounts, &supplementary, &mut text);
        text.is_return |= line.is_returned_item();
        let mut detail = detail(line, &mut text, &supplementary);
        let amount = balance::amount(line.amount, &self.currency, "amount", field.offset(), self.recorder);
        self.further_amounts(field, &text, &amount, &mut detail);
        let detail = Some(detail).filter(|detail| *detail != Detail::default());
        let pending = self.format == Format::Mt942 || line.expected;
        let status = if pending { BookingStatus::Pending } else { BookingStatus::Booked };
        let kind = [line.kind, text.code.as_deref(), text.journal.as_deref()];
        let kind: Vec<&str> = kind.into_iter().flatten().collect();
        let code = TransactionCode {
            proprietary: field86::some(&kind.join("+")),
            issuer: text.code.as_ref().map(|_| "DK".to_string()),
            ..TransactionCode::default()
        };
        Entry {
            texts: EntryTexts::default()
                .with_servicer_reference(field86::some(line.bank_reference).as_deref())
                .with_additional_information(text.posting_text.or(text.further).as_deref()),
            amount,
            direction: Some(line.direction),
            reversal: line.reversal,
            status,
            booking: booking.map(Moment::from),
            value: value.map(Moment::from),
            transaction_code: (!code.is_empty()).then(|| Arc::new(code)),
            split: if detail.is_some() { Split::Single } else { Split::None },
            details: detail.into_iter().collect(),
            ..Entry::default()
        }
    }

    /// Original amount, rate and charges. A charge is part of the entry when it explains the difference between
    /// original and entry to the cent.
    fn further_amounts(&mut self, field: &Field<'_>, text: &Text86, amount: &Amount, detail: &mut Detail) {
        let mut read = |value: &Option<String>, name: &str| {
            value.as_deref().map(|value| balance::amount_with_currency(value, &self.currency, name, field.offset(), self.recorder))
        };
        let original = read(&text.original_amount, "original amount");
        let charge = read(&text.charges, "charges");
        if let Some(charge) = charge {
            let currency = amount.currency_code();
            let original = original.as_ref().filter(|original| original.currency_code() == currency && charge.currency_code() == currency);
            let sum = original.and_then(Amount::value).zip(charge.value()).and_then(|(one, other)| one.checked_add(other));
            let included = (sum.is_some() && sum == amount.value()).then_some(true);
            let kind = text.charge_kind.map(str::to_string);
            detail.charges.push(Charge { amount: charge, direction: None, included, kind, bearer: None, agent_bic: None, is_total: false });
        }
        let rate = text.exchange_rate.as_deref().and_then(|rate| parse_exact(&rate.replace(',', ".")));
        if original.is_some() || rate.is_some() {
            let source_currency = original.as_ref().map(|original| original.currency_code().to_string());
            let rate = rate.map(|rate| ExchangeRate { rate: Some(rate), source_currency, ..ExchangeRate::default() });
            detail.amounts = Some(Box::new(AmountDetails {
                instructed: original,
                exchange_rates: rate.into_iter().collect(),
                ..AmountDetails::default()
            }));
        }
    }

    fn check_dates(&mut self, field: &Field<'_>, line: &Line61<'_>, value: Option<BusinessDate>, booking: Option<BusinessDate>) {
        if value.is_none() {
            self.recorder.note(FindingKind::DateMalformed, "value date", field.offset(), format!("\"{}\" is no date", line.value_date));
        }
        if let Some(text) = line.entry_date.filter(|_| booking.is_none()) {
            self.recorder.note(FindingKind::DateMalformed, "entry date", field.offset(), format!("\"{text}\" is no date"));
        }
    }
}

/// A day near an impossible value date, to find the year of the entry date: the first of its month.
fn nearby(line: &Line61<'_>) -> Option<BusinessDate> {
    yymmdd(&format!("{}01", line.value_date.get(..4)?))
}

/// `YYMMDDHHMM+HHMM`
fn created(text: &str) -> Option<Moment> {
    let date = yymmdd(text.get(..6)?)?;
    let clock = text.get(6..10).and_then(|clock| clock.split_at_checked(2));
    let (hours, minutes) = clock.unwrap_or(("00", "00"));
    let zone = text.get(10..15).and_then(|zone| Some(format!("{}:{}", zone.get(..3)?, zone.get(3..)?)));
    Moment::parse_iso(&format!("{date}T{hours}:{minutes}:00{}", zone.unwrap_or_default()))
}
