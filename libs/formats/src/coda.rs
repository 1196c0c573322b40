//! CODA, the coded statement of Belgian banks: records of 128 characters.
//!
//! A movement (2.1) may be followed by its continuations (2.2, 2.3) and information (3.x). Movements of one sequence
//! number with a detail number above zero are the parts of the movement with detail number zero: they become its details
//! and are proven by addition like every batch. Amounts have three decimals. Communications are cut at fixed columns, so
//! their parts are joined as they stand and only trimmed at the ends.

mod movement;
mod records;

use std::sync::Arc;

use crate::budget::{self, Budget, STATEMENT};
use crate::charset::decode_plain;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder};
use crate::lines::{TextLine, columns, lines, records};
use crate::short_date::ddmmyy;
use crate::statement::{
    Account, AccountIdentifier, Agent, Amount, Balance, BalanceKind, BankFile, Direction, Format, Moment, Party, Statement, parse_exact,
};
use movement::Movement;
use records::{account_and_currency, field, some};

pub(crate) const NAMES: Names = Names { entry: "2", reference: "2.1", balance: "1/8", totals: "9" };

/// Largest file read.
const MAX_BYTES: usize = 128 << 20;

/// Characters of a record.
const WIDTH: usize = 128;

/// True when the first line is a header record.
pub(crate) fn looks_like(text: &str) -> bool {
    let Some(first) = lines(text).find(|line| !line.text.trim().is_empty()) else { return false };
    let digits = columns(first.text, 5, 14);
    first.text.starts_with("0000")
        && digits.len() == 9
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && columns(first.text, 14, 16) == "05"
}

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8], budget: &mut Budget) -> Result<BankFile, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::Limit { what: "bytes in a file", allowed: MAX_BYTES as u64, line: 0 });
    }
    let (text, charset) = decode_plain(bytes);
    let mut recorder = Recorder::new(NAMES);
    if let Some(charset) = charset {
        recorder.note(FindingKind::EncodingMismatch, "", 0, format!("not UTF-8: read as {charset}"));
    }
    let mut file = BankFile::new(Format::Coda, bytes);
    let mut reading = Reading {
        file: &mut file,
        recorder: &mut recorder,
        header: Header::default(),
        open: None,
        notes: String::new(),
        control: Control::default(),
        budget,
    };
    for line in records(&text, WIDTH).filter(|line| !line.text.trim().is_empty()) {
        reading.budget.spend(STATEMENT, line.number)?;
        reading.line(line)?;
    }
    reading.finish()?;
    file.additional_information = some(&reading.notes);
    if file.statements.is_empty() {
        return Err(FormatError::Malformed { path: "1".to_string(), line: 1, why: "no statement in the file".to_string() });
    }
    checks::check_file(&file, &mut recorder);
    file.findings = recorder.finish(text.as_bytes());
    Ok(file)
}

/// What the header says of all statements below it.
#[derive(Debug, Clone, Default)]
struct Header {
    created: Option<Moment>,
    servicer: Option<Arc<Agent>>,
    owner: Option<Box<Party>>,
    duplicate: bool,
}

/// Control figures since the last trailer.
#[derive(Debug, Default)]
struct Control {
    records: u64,
    debits: u64,
    credits: u64,
}

/// A statement between its old and its new balance.
struct Open<'t> {
    statement: Statement,
    /// Records of the movement read last, of its parts, and what follows them.
    movement: Vec<TextLine<'t>>,
    /// Free texts between its records.
    notes: String,
    offset: usize,
    line: u64,
}

struct Reading<'r, 't> {
    file: &'r mut BankFile,
    recorder: &'r mut Recorder,
    header: Header,
    open: Option<Open<'t>>,
    /// Free texts outside any statement.
    notes: String,
    control: Control,
    budget: &'r mut Budget,
}

impl<'t> Reading<'_, 't> {
    fn line(&mut self, line: TextLine<'t>) -> Result<(), FormatError> {
        let malformed =
            |why: &str| FormatError::Malformed { path: columns(line.text, 0, 1).to_string(), line: line.number, why: why.to_string() };
        let kind = columns(line.text, 0, 1);
        if !matches!(kind, "0" | "9") {
            self.control.records += 1;
        }
        match (kind, &mut self.open) {
            ("0", None) => self.header(line.text),
            ("1", None) => self.old_balance(line),
            ("0" | "1", Some(_)) => return Err(malformed("the statement before has no new balance")),
            ("2", Some(open)) => {
                if movement::begins(line) && !movement::goes_on(&open.movement, line) {
                    self.movement()?;
                } else if !movement::begins(line) && open.movement.is_empty() {
                    return Err(malformed("a continuation of nothing"));
                }
                self.keep(line);
            }
            ("3", Some(open)) if open.movement.is_empty() => {}
            ("3", Some(_)) => self.keep(line),
            ("4", open) => {
                let notes = open.as_mut().map_or(&mut self.notes, |open| &mut open.notes);
                notes.extend(some(columns(line.text, 32, 112)).map(|note| note + "\n"));
            }
            ("8", Some(_)) => {
                self.movement()?;
                self.new_balance(line.text);
            }
            ("9", None) => self.trailer(line),
            ("9", Some(_)) => return Err(malformed("the new balance is missing: the file is cut")),
            ("2" | "3" | "8", None) => return Err(malformed("this record stands outside a statement")),
            _ => {
                let text = format!("record \"{kind}\" is not known");
                self.recorder.note(FindingKind::FieldUnknown, "record", line.offset, text);
            }
        }
        Ok(())
    }

    /// Keeps a record of the movement that is not complete.
    fn keep(&mut self, line: TextLine<'t>) {
        if let Some(open) = &mut self.open {
            budget::grow(&mut open.movement);
            open.movement.push(line);
        }
    }

    /// Adds the movement kept last, which is complete, as an entry.
    fn movement(&mut self) -> Result<(), FormatError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let Some(line) = open.movement.first().map(|record| record.number) else { return Ok(()) };
        let records = std::mem::take(&mut open.movement);
        let entry = movement::entry(&records, &open.statement, &mut self.control, self.recorder);
        self.recorder.shared.add(&mut open.statement.entries, entry, self.budget, line)
    }

    fn header(&mut self, text: &str) {
        let created = ddmmyy(columns(text, 5, 11)).map(Moment::from);
        let bic = some(columns(text, 60, 71));
        let bank = some(columns(text, 11, 14));
        self.header = Header {
            created,
            servicer: (bic.is_some() || bank.is_some()).then(|| Arc::new(Agent { bic, clearing_member: bank, ..Agent::default() })),
            owner: some(columns(text, 34, 60)).map(|name| Box::new(Party::named(name))),
            duplicate: columns(text, 16, 17) == "D",
        };
        self.file.created = self.file.created.or(created);
        let reference = some(columns(text, 24, 34));
        self.file.message_id = self.file.message_id.take().or(reference);
        self.file.version = columns(text, 127, 128).trim().to_string();
    }

    fn old_balance(&mut self, line: TextLine<'_>) {
        let text = line.text;
        let index = self.file.statements.len();
        self.recorder.statement = Some(index);
        self.recorder.enter("statement", index + 1);
        let (id, currency) = account_and_currency(columns(text, 1, 2), columns(text, 5, 42));
        let holder = some(columns(text, 64, 90)).map(|name| Box::new(Party::named(name)));
        if id.is_none() {
            self.recorder.note(FindingKind::AccountMissing, "1", line.offset, "no account number");
        }
        let account = Account {
            id,
            currency_code: Some(currency.into()),
            name: some(columns(text, 90, 125)).map(Into::into),
            owner: holder.or_else(|| self.header.owner.clone()),
            servicer: self.header.servicer.clone(),
            ..Account::default()
        };
        let statement = Statement {
            legal_sequence: some(columns(text, 2, 5)).map(Into::into),
            electronic_sequence: some(columns(text, 125, 128)).map(Into::into),
            created: self.header.created,
            copy_duplicate: self.header.duplicate.then(|| "DUPL".into()),
            account,
            ..Statement::default()
        };
        let mut open = Open { statement, movement: Vec::new(), notes: String::new(), offset: line.offset, line: line.number };
        let balance =
            self.balance(&open, BalanceKind::PreviousClosingBooked, columns(text, 42, 43), columns(text, 43, 58), columns(text, 58, 64));
        open.statement.balances.push(balance);
        self.open = Some(open);
    }

    fn balance(&mut self, open: &Open<'_>, kind: BalanceKind, sign: &str, digits: &str, date: &str) -> Balance {
        let direction = records::direction(sign);
        if direction.is_none() {
            self.recorder.note(FindingKind::DirectionUnknown, "sign", open.offset, format!("sign \"{sign}\" of a balance"));
        }
        let code = open.statement.account.currency_code.as_deref().unwrap_or_default();
        let amount = records::amount(digits, code, "amount", open.offset, self.recorder);
        Balance {
            kind,
            sub_type: None,
            amount: direction.map_or_else(|| amount.clone(), |direction| amount.signed(direction)),
            direction,
            date: ddmmyy(date).map(Moment::from),
        }
    }

    fn new_balance(&mut self, text: &str) {
        let Some(mut open) = self.open.take() else { return };
        let balance = self.balance(&open, BalanceKind::ClosingBooked, columns(text, 41, 42), columns(text, 42, 57), columns(text, 57, 63));
        open.statement.balances.push(balance);
        open.statement.additional_information = some(&open.notes).map(Into::into);
        checks::check_statement(&open.statement, Format::Coda, open.offset, self.recorder);
        self.recorder.entry_offsets.clear();
        self.recorder.leave();
        self.recorder.statement = None;
        self.file.add(open.statement);
    }

    fn trailer(&mut self, line: TextLine<'_>) {
        let control = std::mem::take(&mut self.control);
        let stated = |from: usize, to: usize| field(columns(line.text, from, to));
        let checks = [
            ("records", stated(16, 22), control.records, FindingKind::CountMismatch),
            ("debit turnover", stated(22, 37), control.debits, FindingKind::TotalMismatch),
            ("credit turnover", stated(37, 52), control.credits, FindingKind::TotalMismatch),
        ];
        for (what, stated, found, kind) in checks {
            if stated != Some(found) {
                let stated = stated.map_or_else(|| "nothing".to_string(), |stated| stated.to_string());
                self.recorder.note(kind, "9", line.offset, format!("{what}: {stated} stated, {found} found"));
            }
        }
        self.header = Header::default();
    }

    fn finish(&mut self) -> Result<(), FormatError> {
        if let Some(open) = &self.open {
            return Err(FormatError::Malformed {
                path: "8".to_string(),
                line: open.line,
                why: "the new balance is missing: the file is cut".to_string(),
            });
        }
        if self.control.records > 0 {
            self.recorder.note(FindingKind::TrailerMissing, "9", 0, "the trailer record is missing");
        }
        Ok(())
    }
}

impl Control {
    /// Turnover counts whole movements only, in thousandths.
    fn add(&mut self, movement: &Movement) {
        if movement.detail_number != 0 {
            return;
        }
        let sum = match movement.direction {
            Some(Direction::Credit) => &mut self.credits,
            Some(Direction::Debit) => &mut self.debits,
            None => return,
        };
        *sum = sum.saturating_add(movement.thousandths.unwrap_or_default());
    }
}

/// An account number of a record, for [`records`].
fn identifier(text: &str) -> Option<AccountIdentifier> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let looks_like_iban = text.len() > 14
        && text.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && text.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    Some(if looks_like_iban { AccountIdentifier::iban(text) } else { AccountIdentifier::other(text) })
}

/// Thousandths as an amount of the statement's currency.
fn amount_of(digits: &str, currency: &str) -> (Amount, Option<crate::finding::FindingKind>) {
    let digits = digits.trim();
    let value = digits.split_at_checked(digits.len().saturating_sub(3)).map(|(whole, fraction)| format!("{whole}.{fraction}"));
    let text = value.filter(|text| parse_exact(text).is_some()).unwrap_or_else(|| digits.to_string());
    let (amount, problem) = Amount::read(&text, currency);
    (amount, problem.map(|problem| problem.0))
}
