//! Statements from tokens: values are collected per aggregate and read when it closes.

use std::sync::Arc;

use quittance_types::BusinessDate;

use super::scan::Scanner;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{
    Account, AccountIdentifier, Agent, Amount, Balance, BalanceKind, BankFile, BookingStatus, Detail, Direction, Entry, Format, Moment,
    Party, References, Split, Statement, TransactionCode, add_entry, parse_exact,
};

/// Aggregates whose values are read together.
const RECORDS: [&str; 8] = ["STMTTRN", "BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "LEDGERBAL", "AVAILBAL", "STATUS", "SONRS"];
/// Aggregates that are statements.
const STATEMENTS: [&str; 3] = ["STMTRS", "CCSTMTRS", "INVSTMTRS"];

/// True for aggregates that take memory.
pub(super) fn is_record(name: &str) -> bool {
    RECORDS.contains(&name) || STATEMENTS.contains(&name)
}

/// A file being read.
pub(super) struct Reading<'r> {
    file: &'r mut BankFile,
    recorder: &'r mut Recorder,
    statement: Option<(Statement, usize)>,
    record: Option<Record>,
    /// Aggregates open inside the record.
    inner: Vec<String>,
    /// What the bank answered instead of a statement.
    refusal: Option<String>,
    investments: usize,
}

struct Record {
    name: String,
    offset: usize,
    values: Vec<(String, String)>,
}

impl Record {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    fn string(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_string)
    }
}

impl<'r> Reading<'r> {
    /// Before the first token.
    pub fn new(file: &'r mut BankFile, recorder: &'r mut Recorder) -> Reading<'r> {
        Reading { file, recorder, statement: None, record: None, inner: Vec::new(), refusal: None, investments: 0 }
    }

    /// An aggregate begins.
    pub fn open(&mut self, name: &str, offset: usize) {
        if self.record.is_some() {
            if self.inner.len() < 16 {
                self.inner.push(name.to_string());
            }
            return;
        }
        if STATEMENTS.contains(&name) && self.statement.is_none() {
            let index = self.file.statements.len();
            self.recorder.statement = Some(index);
            self.recorder.enter("statement", index + 1);
            self.statement = Some((Statement::default(), offset));
        }
        if name == "INVTRAN" {
            self.investments += 1;
        }
        if RECORDS.contains(&name) {
            self.record = Some(Record { name: name.to_string(), offset, values: Vec::new() });
        }
    }

    /// An element with a value.
    pub fn value(&mut self, name: &str, value: String) {
        if let Some(record) = &mut self.record {
            let path = self.inner.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("/");
            if record.values.len() < 64 {
                record.values.push((path, value));
            }
            return;
        }
        let Some((statement, _)) = &mut self.statement else { return };
        match name {
            "CURDEF" => statement.account.currency_code = Some(value).filter(|code| !code.is_empty()),
            "DTSTART" => statement.from = moment(&value),
            "DTEND" => statement.to = moment(&value),
            _ => {}
        }
    }

    /// An aggregate ends.
    pub fn close(&mut self, name: &str, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        if let Some(position) = self.inner.iter().rposition(|open| open == name) {
            self.inner.truncate(position);
            return Ok(());
        }
        if self.record.as_ref().is_some_and(|record| record.name == name) {
            self.inner.clear();
            if let Some(record) = self.record.take() {
                return self.record(&record, scanner);
            }
        }
        if STATEMENTS.contains(&name) {
            self.record = None;
            self.close_statement();
        }
        Ok(())
    }

    /// After the last token: why there is no statement, for a file without one.
    pub fn finish(mut self, scanner: &Scanner<'_>) -> Option<FormatError> {
        if self.statement.is_some() {
            self.recorder.note(FindingKind::TrailerMissing, "", scanner.offset(), "the statement is not closed: the file may be cut");
            self.close_statement();
        }
        let why = self.refusal.take().unwrap_or_else(|| "no statement in the file".to_string());
        Some(scanner.malformed("OFX", why))
    }

    fn close_statement(&mut self) {
        let Some((statement, offset)) = self.statement.take() else { return };
        if self.investments > 0 {
            let text = format!("{} investment transactions are not read", std::mem::take(&mut self.investments));
            self.recorder.note(FindingKind::FieldUnknown, "INVTRANLIST", offset, text);
        }
        if statement.account.id.is_none() {
            self.recorder.note(FindingKind::AccountMissing, "ACCTID", offset, "no account number");
        }
        checks::check_statement(&statement, Format::Ofx, offset, self.recorder);
        self.recorder.entry_offsets.clear();
        self.recorder.leave();
        self.recorder.statement = None;
        self.file.statements.push(statement);
    }

    fn record(&mut self, record: &Record, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        match record.name.as_str() {
            "STATUS" if record.get("SEVERITY") == Some("ERROR") => {
                let code = record.get("CODE").unwrap_or_default();
                let text = record.get("MESSAGE").unwrap_or("an error");
                self.refusal = Some(format!("the bank answered {} {}", excerpt(code, 10), excerpt(text, 80)).trim().to_string());
            }
            "SONRS" => self.file.created = record.get("DTSERVER").and_then(moment),
            "BANKACCTFROM" | "CCACCTFROM" | "INVACCTFROM" => self.account(record),
            "LEDGERBAL" => self.balance(record, BalanceKind::ClosingBooked, scanner)?,
            "AVAILBAL" => self.balance(record, BalanceKind::ClosingAvailable, scanner)?,
            "STMTTRN" => self.transaction(record, scanner)?,
            _ => {}
        }
        Ok(())
    }

    fn account(&mut self, record: &Record) {
        let Some((statement, _)) = &mut self.statement else { return };
        if statement.account.id.is_some() {
            return;
        }
        let bank = record.string("BANKID").or_else(|| record.string("BROKERID"));
        let currency_code = statement.account.currency_code.take();
        statement.account = Account {
            id: record.get("ACCTID").map(AccountIdentifier::other),
            currency_code,
            kind: record.string("ACCTTYPE"),
            servicer: bank.map(|member| Box::new(Agent { clearing_member: Some(member), ..Agent::default() })),
            ..Account::default()
        };
    }

    fn balance(&mut self, record: &Record, kind: BalanceKind, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        let Some((statement, _)) = &mut self.statement else { return Ok(()) };
        let text = record
            .get("BALAMT")
            .ok_or_else(|| scanner.malformed(&format!("{}/BALAMT", record.name), "the balance has no amount".to_string()))?;
        let (unsigned, direction) =
            amount(text, statement.account.currency_code.as_deref().unwrap_or_default(), record.offset, self.recorder);
        let date = record.get("DTASOF").and_then(moment);
        let amount = direction.map_or_else(|| unsigned.clone(), |direction| unsigned.signed(direction));
        statement.balances.push(Balance { kind, sub_type: None, amount, direction, date });
        Ok(())
    }

    fn transaction(&mut self, record: &Record, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        let Some((statement, _)) = &mut self.statement else { return Ok(()) };
        let number = statement.entries.len();
        let path = |field: &str| format!("STMTTRN[{}]/{field}", number + 1);
        let text = record.get("TRNAMT").ok_or_else(|| scanner.malformed(&path("TRNAMT"), "the transaction has no amount".to_string()))?;
        let posted =
            record.get("DTPOSTED").ok_or_else(|| scanner.malformed(&path("DTPOSTED"), "the transaction has no date".to_string()))?;
        let booking =
            moment(posted).ok_or_else(|| scanner.malformed(&path("DTPOSTED"), format!("\"{}\" is no date", excerpt(posted, 20))))?;
        self.recorder.entry = Some(number);
        self.recorder.entry_offsets.push(record.offset);
        self.recorder.enter("STMTTRN", number + 1);
        let own_currency = record.get("CURRENCY/CURSYM").or(statement.account.currency_code.as_deref()).unwrap_or_default();
        let (unsigned, direction) = amount(text, own_currency, record.offset, self.recorder);
        if record.get("CORRECTFITID").is_some() {
            self.recorder.note(
                FindingKind::FieldUnknown,
                "CORRECTFITID",
                record.offset,
                "the transaction corrects an earlier one; it is read as it stands",
            );
        }
        let detail = detail(record, direction);
        let entry = Entry {
            servicer_reference: record.string("FITID"),
            amount: unsigned,
            direction,
            status: BookingStatus::Booked,
            booking: Some(booking),
            value: record.get("DTAVAIL").and_then(moment),
            transaction_code: record.string("TRNTYPE").map(|kind| {
                Arc::new(TransactionCode { proprietary: Some(kind), issuer: Some("OFX".to_string()), ..TransactionCode::default() })
            }),
            split: Split::Single,
            details: vec![detail],
            ..Entry::default()
        };
        add_entry(&mut statement.entries, entry);
        self.recorder.leave();
        self.recorder.entry = None;
        Ok(())
    }
}

fn detail(record: &Record, direction: Option<Direction>) -> Detail {
    let references = References {
        cheque_number: record.string("CHECKNUM").filter(|number| number != "0"),
        owner_reference: record.string("REFNUM"),
        ..References::default()
    };
    let mut detail = Detail { references: references.into(), ..Detail::default() };
    detail.remittance.unstructured.extend(record.string("MEMO"));
    let party = record.string("NAME").or_else(|| record.string("PAYEE/NAME")).map(|name| Box::new(Party::named(name)));
    let account = record.get("BANKACCTTO/ACCTID").map(|number| Box::new(AccountIdentifier::other(number)));
    if direction == Some(Direction::Debit) {
        (detail.creditor, detail.creditor_account) = (party, account);
    } else {
        (detail.debtor, detail.debtor_account) = (party, account);
    }
    detail
}

/// An amount with a sign and a decimal point or comma.
fn amount(text: &str, currency: &str, offset: usize, recorder: &mut Recorder) -> (Amount, Option<Direction>) {
    let plain = if text.contains('.') { text.to_string() } else { text.replacen(',', ".", 1) };
    let Some(value) = parse_exact(plain.trim()) else {
        recorder.note(FindingKind::AmountMalformed, "amount", offset, format!("\"{}\" is no amount", excerpt(text, 30)));
        return (Amount::unread(text, currency, None), None);
    };
    let direction = if value.is_sign_negative() { Direction::Debit } else { Direction::Credit };
    let (unsigned, problem) = Amount::read(&value.abs().to_string(), currency);
    if let Some(problem) = problem {
        recorder.note(problem.0, "amount", offset, format!("amount \"{}\" in \"{}\"", excerpt(text, 30), excerpt(currency, 10)));
    }
    (unsigned, Some(direction))
}

/// `YYYYMMDD`, with `HHMMSS`, `.XXX` and `[hours:name]` as far as they are there.
fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (clock, zone) = text.split_once('[').map_or((text, None), |(clock, zone)| (clock, zone.split([':', ']']).next()));
    let clock = clock.split('.').next().unwrap_or_default();
    if !clock.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| clock.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let date = BusinessDate::from_ymd(i32::try_from(part(0, 4)?).ok()?, part(4, 6)?, part(6, 8)?).ok()?;
    let time = part(8, 10).zip(part(10, 12)).filter(|(hours, minutes)| *hours < 24 && *minutes < 60);
    let seconds = part(12, 14).unwrap_or_default().min(59);
    let micros_of_day = time.map(|(hours, minutes)| i64::from((hours * 60 + minutes) * 60 + seconds) * 1_000_000);
    let offset = zone.and_then(|hours| hours.trim_start_matches('+').parse::<i16>().ok()).filter(|hours| hours.abs() <= 14);
    Some(Moment { date, micros_of_day, offset_minutes: micros_of_day.and(offset).map(|hours| hours * 60) })
}
