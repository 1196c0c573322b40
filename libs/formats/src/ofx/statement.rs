//! Statements from tokens: values are collected per aggregate and read when it closes, or when something begins that cannot
//! stand inside it.

use std::sync::Arc;

use super::record::{Record, is_record, is_statement, moment};
use super::scan::Scanner;
use super::transaction;
use crate::budget::Budget;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{Account, AccountIdentifier, Agent, Balance, BalanceKind, BankFile, Format, Statement, code_of};

/// A file being read.
pub(super) struct Reading<'r> {
    file: &'r mut BankFile,
    recorder: &'r mut Recorder,
    statement: Option<(Statement, usize)>,
    record: Option<Record>,
    /// What the bank answered instead of a statement.
    refusal: Option<String>,
    investments: usize,
    /// That records stand outside of a statement was noted.
    is_outside: bool,
    budget: &'r mut Budget,
    /// Transactions of the file that are still to come, as far as they are written like most.
    ahead: usize,
}

/// What a statement or a balance costs, and a transaction before it is read.
const RECORD: usize = 80;
const TRANSACTION: usize = 1;

impl<'r> Reading<'r> {
    /// Before the first token of a file of so many transactions.
    pub fn new(file: &'r mut BankFile, recorder: &'r mut Recorder, budget: &'r mut Budget, ahead: usize) -> Reading<'r> {
        Reading { file, recorder, statement: None, record: None, refusal: None, investments: 0, is_outside: false, budget, ahead }
    }

    /// An element without text begins: an aggregate, or a value that is empty.
    pub fn open(&mut self, name: &str, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        if let Some(record) = self.record.as_mut().filter(|record| !record.is_ended_by(name)) {
            record.open(name);
            return Ok(());
        }
        self.close_record(scanner)?;
        if is_record(name) || is_statement(name) {
            self.budget.spend(if name.starts_with("STMTTRN") { TRANSACTION } else { RECORD }, 0)?;
        }
        if is_statement(name) {
            if self.statement.is_some() {
                self.recorder.note(FindingKind::FieldMalformed, "", scanner.offset(), format!("not closed when {name} begins"));
                self.close_statement();
            }
            let index = self.file.statements.len();
            self.recorder.statement = Some(index);
            self.recorder.enter("statement", index + 1);
            self.statement = Some((Statement::default(), scanner.offset()));
            self.is_outside = false;
        }
        if name == "INVTRAN" {
            self.investments += 1;
        }
        if is_record(name) {
            self.record = Some(Record::new(name, scanner.offset()));
        }
        Ok(())
    }

    /// An element with a value.
    pub fn value(&mut self, name: &str, value: String, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        // Of the values of the statement itself, these stand before its records and behind one that was not closed.
        if matches!(name, "CURDEF" | "DTSTART" | "DTEND") {
            self.close_record(scanner)?;
        }
        if let Some(record) = &mut self.record {
            record.value(name, value);
            return Ok(());
        }
        let Some((statement, _)) = &mut self.statement else { return Ok(()) };
        match name {
            "TRNAMT" => {
                let text = "a transaction that does not begin with STMTTRN is not read";
                self.recorder.note(FindingKind::FieldMalformed, "STMTTRN", scanner.offset(), text);
            }
            "CURDEF" => statement.account.currency_code = (!value.is_empty()).then(|| code_of(&value).to_ascii_uppercase().into()),
            "DTSTART" | "DTEND" => {
                let date = moment(&value);
                if date.is_none() && !value.is_empty() {
                    let text = format!("\"{}\" is no date", excerpt(&value, 20));
                    self.recorder.note(FindingKind::DateMalformed, "DTSTART/DTEND", scanner.offset(), text);
                }
                if name == "DTSTART" { statement.from = date } else { statement.to = date }
            }
            _ => {}
        }
        Ok(())
    }

    /// An aggregate ends.
    pub fn close(&mut self, name: &str, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        match &mut self.record {
            Some(record) if record.name == name => self.end_record(scanner)?,
            Some(record) if record.is_ended_by(name) => self.close_record(scanner)?,
            Some(record) => record.close(name),
            None => {}
        }
        if is_statement(name) {
            self.close_statement();
        }
        Ok(())
    }

    /// After the last token: why there is no statement, for a file without one.
    pub fn finish(mut self, scanner: &Scanner<'_>) -> Option<FormatError> {
        if self.statement.is_some() {
            let left_out = self.record.take().map(|record| format!("; {} is not read", record.name)).unwrap_or_default();
            let text = format!("the statement is not closed: the file may be cut{left_out}");
            self.recorder.note(FindingKind::TrailerMissing, "", scanner.offset(), text);
            self.close_statement();
        }
        let why = self.refusal.take().unwrap_or_else(|| "no statement in the file".to_string());
        Some(scanner.malformed("OFX", why))
    }

    fn close_statement(&mut self) {
        let Some((mut statement, offset)) = self.statement.take() else { return };
        if self.investments > 0 {
            let text = format!("{} investment transactions are not read", std::mem::take(&mut self.investments));
            self.recorder.note(FindingKind::FieldUnknown, "INVTRANLIST", offset, text);
        }
        if statement.account.id.is_none() {
            self.recorder.note(FindingKind::AccountMissing, "ACCTID", offset, "no account number");
        }
        // Room was made for the transactions of all statements.
        statement.entries.shrink_to_fit();
        checks::check_statement(&statement, Format::Ofx, offset, self.recorder);
        self.recorder.entry_offsets.clear();
        self.recorder.leave();
        self.recorder.statement = None;
        self.file.add(statement);
    }

    /// Ends a record that something else interrupts: its values are complete, only its end is missing.
    fn close_record(&mut self, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        let Some(record) = &self.record else { return Ok(()) };
        let text = format!("{} is not closed; read up to where something else begins", record.name);
        self.recorder.note(FindingKind::FieldMalformed, &record.name, record.offset, text);
        self.end_record(scanner)
    }

    fn end_record(&mut self, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        let Some(record) = self.record.take() else { return Ok(()) };
        match record.name.as_str() {
            "STATUS" if record.get("SEVERITY") == Some("ERROR") => self.refused(&record),
            "SONRS" => {
                self.file.created = record.get("DTSERVER").and_then(moment);
                if record.get("STATUS/SEVERITY") == Some("ERROR") {
                    self.refused(&record);
                }
            }
            "BANKACCTFROM" | "CCACCTFROM" | "INVACCTFROM" => self.account(&record),
            "LEDGERBAL" => self.balance(&record, BalanceKind::ClosingBooked, scanner)?,
            "AVAILBAL" => self.balance(&record, BalanceKind::ClosingAvailable, scanner)?,
            "STMTTRN" | "STMTTRNP" => self.transaction(&record, scanner)?,
            _ => {}
        }
        Ok(())
    }

    /// The bank answers with an error: the whole file's reason when there is no statement in it, else a finding.
    fn refused(&mut self, record: &Record) {
        let value = |name: &str| record.get(name).or_else(|| record.get(&format!("STATUS/{name}")));
        let (code, text) = (value("CODE").unwrap_or_default(), value("MESSAGE").unwrap_or("an error"));
        let why = format!("the bank answered {} {}", excerpt(code, 10), excerpt(text, 80)).trim().to_string();
        self.recorder.note(FindingKind::StatementRefused, "STATUS", record.offset, why.clone());
        self.refusal = Some(why);
    }

    fn account(&mut self, record: &Record) {
        let Some((statement, _)) = &mut self.statement else { return };
        if statement.account.id.is_some() {
            return;
        }
        let bank = record.string("BANKID").or_else(|| record.string("BROKERID"));
        let currency_code = statement.account.currency_code.take();
        statement.account = Account {
            id: record.get("ACCTID").map(AccountIdentifier::of),
            currency_code,
            kind: record.string("ACCTTYPE").map(Into::into),
            servicer: bank.map(|member| Arc::new(Agent { clearing_member: Some(member), ..Agent::default() })),
            ..Account::default()
        };
    }

    /// What belongs to a statement stands outside of any: its beginning is damaged.
    fn outside(&mut self, record: &Record) {
        if !std::mem::replace(&mut self.is_outside, true) {
            let text = format!("{} outside of a statement: what follows is not read", record.name);
            self.recorder.note(FindingKind::FieldMalformed, &record.name, record.offset, text);
        }
    }

    fn balance(&mut self, record: &Record, kind: BalanceKind, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        let Some((statement, _)) = &mut self.statement else {
            self.outside(record);
            return Ok(());
        };
        let text = record
            .get("BALAMT")
            .ok_or_else(|| scanner.malformed(&format!("{}/BALAMT", record.name), "the balance has no amount".to_string()))?;
        self.recorder.enter(if kind == BalanceKind::ClosingBooked { "LEDGERBAL" } else { "AVAILBAL" }, 0);
        let currency = statement.account.currency_code.as_deref().unwrap_or_default();
        let (unsigned, direction) = transaction::amount(text, currency, record.offset, self.recorder);
        let date = record.moment("DTASOF", self.recorder);
        self.recorder.leave();
        let amount = direction.map_or_else(|| unsigned.clone(), |direction| unsigned.signed(direction));
        statement.balances.push(Balance { kind, sub_type: None, amount, direction, date });
        Ok(())
    }

    fn transaction(&mut self, record: &Record, scanner: &Scanner<'_>) -> Result<(), FormatError> {
        let Some((statement, _)) = &mut self.statement else {
            self.outside(record);
            return Ok(());
        };
        let number = statement.entries.len();
        if number == 0 {
            let room = self.recorder.shared.make_room(&mut statement.entries, self.ahead, self.budget);
            self.recorder.entry_offsets.reserve_exact(room);
        }
        self.ahead = self.ahead.saturating_sub(1);
        let missing = |field: &str, why: &str| scanner.malformed(&format!("STMTTRN[{}]/{field}", number + 1), why.to_string());
        self.recorder.entry = Some(number);
        self.recorder.entry_offsets.push(record.offset);
        self.recorder.enter("STMTTRN", number + 1);
        let currency = statement.account.currency_code.as_deref().unwrap_or_default();
        let entry = transaction::read(record, currency, self.recorder, missing)?;
        self.recorder.shared.add(&mut statement.entries, entry, self.budget, 0)?;
        self.recorder.leave();
        self.recorder.entry = None;
        Ok(())
    }
}
