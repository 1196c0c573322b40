//! BAI lockbox files: cheques a bank opened, deposited and captured for the payee (United States).
//!
//! A lockbox header (5) opens the deposits of a day: a statement here. A detail (6) is a cheque, with the remitter and what
//! the overflow records (4) behind it say of the invoices paid: an entry with one transaction. Totals of batches (7) and
//! lockboxes (8) and the record count (9) are checked; differences are findings. Amounts are cents of the US dollar, as
//! the format has it.

use std::sync::Arc;

use quittance_types::{BusinessDate, Currency, Money};

use crate::budget::{self, Budget};
use crate::charset::decode_plain;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder, excerpt};
use crate::lines::{TextLine, columns, lines};
use crate::short_date::yymmdd;
use crate::statement::{
    Account, AccountIdentifier, Agent, Amount, BankFile, BookingStatus, Detail, Direction, DocumentReference, Entry, EntryTexts, Format,
    FurtherIdentification, Moment, Parties, Party, References, Split, Statement, StructuredRemittance,
};

pub(crate) const NAMES: Names = Names { entry: "6", reference: "batch/item", balance: "5", totals: "8" };

/// Largest file read.
const MAX_BYTES: usize = 64 << 20;

/// True when the text begins with an immediate address header and a service record follows.
pub(crate) fn looks_like(text: &str) -> bool {
    let mut found = lines(text).filter(|line| !line.text.trim().is_empty());
    let header = found.next().is_some_and(|line| line.text.starts_with("100") && yymmdd(columns(line.text, 23, 29)).is_some());
    header && found.next().is_some_and(|line| matches!(line.text.as_bytes().first(), Some(b'2' | b'5')) && line.text.len() >= 20)
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
    let mut file = BankFile::new(Format::Lockbox, bytes);
    let mut reading = Reading { file: &mut file, recorder: &mut recorder, open: None, budget, records: 0, closed: false };
    let mut last = 1;
    for line in lines(&text).filter(|line| !line.text.trim().is_empty()) {
        reading.budget.spend(cost(line.text), line.number)?;
        reading.record(line)?;
        if line.text.starts_with('5') {
            reading.make_room(text.get(line.offset..).unwrap_or_default());
        }
        last = line.number;
    }
    if !reading.closed {
        let why = "the file trailer is missing: the file is cut".to_string();
        return Err(FormatError::Malformed { path: "9".to_string(), line: last, why });
    }
    if file.statements.is_empty() {
        return Err(FormatError::Malformed { path: "5".to_string(), line: last, why: "no lockbox in the file".to_string() });
    }
    checks::check_file(&file, &mut recorder);
    file.findings = recorder.finish(text.as_bytes());
    Ok(file)
}

/// What a record costs; a cheque is charged when it is complete.
fn cost(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'5') => budget::STATEMENT,
        _ => budget::RECORD,
    }
}

/// Invoices of a cheque: their number has two digits.
const MOST_INVOICES: usize = 1_000;

/// Count and cents of some cheques.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    count: u64,
    cents: i64,
}

/// A lockbox between its header and its total.
struct Open {
    statement: Statement,
    offset: usize,
    batch: Sum,
    all: Sum,
    /// The cheque whose overflow records may follow.
    last: Option<Entry>,
}

struct Reading<'r> {
    file: &'r mut BankFile,
    recorder: &'r mut Recorder,
    open: Option<Open>,
    budget: &'r mut Budget,
    records: u64,
    closed: bool,
}

impl Reading<'_> {
    fn record(&mut self, line: TextLine<'_>) -> Result<(), FormatError> {
        if self.closed {
            return Err(malformed(line, "a record after the file trailer"));
        }
        self.records += 1;
        if line.text.starts_with(['5', '6', '8', '9']) {
            self.settle(line.number)?;
        }
        match line.text.as_bytes().first() {
            Some(b'1') => self.header(line),
            Some(b'2') => {}
            Some(b'5') => self.lockbox(line)?,
            Some(b'6') => self.detail(line)?,
            Some(b'4') => self.overflow(line)?,
            Some(b'7') => self.total(line, false)?,
            Some(b'8') => {
                self.total(line, true)?;
                self.close();
            }
            Some(b'9') => self.trailer(line)?,
            _ => return Err(malformed(line, "no record begins like this")),
        }
        Ok(())
    }

    /// Adds the last cheque, which is complete.
    fn settle(&mut self, line: u64) -> Result<(), FormatError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let Some(cheque) = open.last.take() else { return Ok(()) };
        self.recorder.shared.add(&mut open.statement.entries, cheque, self.budget, line)
    }

    fn header(&mut self, line: TextLine<'_>) {
        self.file.message_id = some(columns(line.text, 13, 23));
        let clock = columns(line.text, 29, 33);
        let day = yymmdd(columns(line.text, 23, 29));
        let timed = day.zip(clock.get(..2).zip(clock.get(2..4)));
        let moment = timed.and_then(|(day, (hours, minutes))| Moment::parse_iso(&format!("{day}T{hours}:{minutes}")));
        self.file.created = moment.or(day.map(Moment::from));
    }

    fn lockbox(&mut self, line: TextLine<'_>) -> Result<(), FormatError> {
        if self.open.is_some() {
            return Err(malformed(line, "a lockbox header inside a lockbox"));
        }
        let number = columns(line.text, 7, 14).trim();
        let date = yymmdd(columns(line.text, 14, 20));
        self.recorder.statement = Some(self.file.statements.len());
        self.recorder.enter("5", self.file.statements.len() + 1);
        if date.is_none() {
            self.recorder.note(FindingKind::DateMalformed, "date", line.offset, "the lockbox has no date that can be read");
        }
        let id = AccountIdentifier::other(number)
            .with(FurtherIdentification { scheme_name: Some("lockbox".to_string()), ..FurtherIdentification::default() });
        let servicer = some(columns(line.text, 30, 40)).map(|member| Arc::new(Agent { clearing_member: Some(member), ..Agent::default() }));
        let statement = Statement {
            id: date.map(|date| format!("{number}/{date}").into()),
            to: date.map(Moment::from),
            account: Account {
                id: Some(id).filter(|id| !id.value.is_empty()),
                currency_code: Some("USD".into()),
                servicer,
                ..Account::default()
            },
            ..Statement::default()
        };
        self.open = Some(Open { statement, offset: line.offset, batch: Sum::default(), all: Sum::default(), last: None });
        Ok(())
    }

    /// Room for the cheques between the lockbox header `rest` begins with and its total.
    fn make_room(&mut self, rest: &str) {
        let own = lines(rest).map(|line| line.text).take_while(|line| !line.starts_with('8'));
        let count = own.filter(|line| line.starts_with('6')).count();
        if let Some(open) = &mut self.open {
            let room = self.recorder.shared.make_room(&mut open.statement.entries, count, self.budget);
            self.recorder.entry_offsets.reserve_exact(room);
        }
    }

    fn detail(&mut self, line: TextLine<'_>) -> Result<(), FormatError> {
        let Some(open) = &mut self.open else { return Err(malformed(line, "a cheque outside a lockbox")) };
        let digits = columns(line.text, 7, 17);
        let cents = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok()).flatten();
        let Some(cents) = cents else {
            return Err(malformed(line, &format!("\"{}\" is no amount of ten digits", excerpt(digits, 12))));
        };
        for sum in [&mut open.batch, &mut open.all] {
            *sum = Sum { count: sum.count + 1, cents: sum.cents.saturating_add(cents) };
        }
        self.recorder.entry_offsets.push(line.offset);
        let money = Currency::parse("USD").and_then(|dollar| Money::from_minor(cents, dollar));
        let amount = money.map_or_else(|_| Amount::unread(digits, "USD", None), Amount::from);
        let bank = FurtherIdentification { issuer: some(columns(line.text, 17, 26)), ..FurtherIdentification::default() };
        let account = some(columns(line.text, 26, 36)).map(|number| Box::new(AccountIdentifier::other(&number).with(bank)));
        let cheque = some(columns(line.text, 36, 46).trim().trim_start_matches('0'));
        let detail = Detail {
            references: References { cheque_number: cheque, ..References::default() }.into(),
            parties: Parties {
                debtor: some(columns(line.text, 52, 82)).map(|name| Box::new(Party::named(name))),
                debtor_account: account,
                creditor: payee(&mut open.statement.account, columns(line.text, 82, 112)),
                ..Parties::default()
            }
            .into(),
            ..Detail::default()
        };
        let date = open.statement.to;
        let dated = mmddyy(columns(line.text, 46, 52)).map(|date| format!("cheque dated {date}"));
        let reference = format!("{}/{}", columns(line.text, 1, 4), columns(line.text, 4, 7));
        let entry = Entry {
            amount,
            direction: Some(Direction::Credit),
            status: BookingStatus::Booked,
            booking: date,
            value: date,
            details: [detail].into(),
            split: Split::Single,
            texts: EntryTexts::default().with_reference(Some(&reference)).with_additional_information(dated.as_deref()),
            ..Entry::default()
        };
        open.last = Some(entry);
        Ok(())
    }

    /// What the cheque pays: an invoice number, with the amount paid for it in the last ten digits where the bank captures
    /// amounts.
    fn overflow(&mut self, line: TextLine<'_>) -> Result<(), FormatError> {
        let cheque = self.open.as_mut().and_then(|open| open.last.as_mut());
        let detail = cheque.and_then(|cheque| cheque.details.first_mut());
        let Some(detail) = detail else { return Err(malformed(line, "an overflow record without a cheque")) };
        let text = columns(line.text, 11, line.text.len()).trim();
        if text.is_empty() {
            return Ok(());
        }
        if detail.remittance.structured.len() == MOST_INVOICES {
            return Err(FormatError::Limit { what: "invoices of a cheque", allowed: MOST_INVOICES as u64, line: line.number });
        }
        let (number, remitted) = invoice_and_amount(text);
        let document = DocumentReference { number: Some(number.to_string()), ..DocumentReference::default() };
        let remitted = remitted.and_then(|cents| Currency::parse("USD").and_then(|dollar| Money::from_minor(cents, dollar)).ok());
        let block =
            StructuredRemittance { documents: vec![document], remitted: remitted.map(Amount::from), ..StructuredRemittance::default() };
        detail.remittance.structured.push(block);
        Ok(())
    }

    fn total(&mut self, line: TextLine<'_>, of_lockbox: bool) -> Result<(), FormatError> {
        let Some(open) = &mut self.open else { return Err(malformed(line, "a total outside a lockbox")) };
        let end = if of_lockbox { 24 } else { 23 };
        let number = |from, to| columns(line.text, from, to).trim().parse::<i64>().ok();
        let stated = (number(20, end), number(end, end + 10));
        let found = if of_lockbox { open.all } else { std::mem::take(&mut open.batch) };
        let name = if of_lockbox { "8" } else { "7" };
        if stated.0.and_then(|count| u64::try_from(count).ok()) != Some(found.count) {
            let text = format!("{} cheques stated, {} found", columns(line.text, 20, end), found.count);
            self.recorder.note(FindingKind::CountMismatch, name, line.offset, text);
        }
        if stated.1 != Some(found.cents) {
            let text = format!("{} cents stated, {} found", columns(line.text, end, end + 10), found.cents);
            self.recorder.note(FindingKind::TotalMismatch, name, line.offset, text);
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        checks::check_statement(&open.statement, Format::Lockbox, open.offset, self.recorder);
        self.recorder.entry_offsets.clear();
        self.recorder.leave();
        self.recorder.statement = None;
        self.file.add(open.statement);
    }

    fn trailer(&mut self, line: TextLine<'_>) -> Result<(), FormatError> {
        if self.open.is_some() {
            return Err(malformed(line, "the last lockbox has no total"));
        }
        self.closed = true;
        let stated = columns(line.text, 1, 7).trim();
        if stated.parse() != Ok(self.records) {
            let text = format!("{} records stated, {} found", excerpt(stated, 10), self.records);
            self.recorder.note(FindingKind::CountMismatch, "9", line.offset, text);
        }
        Ok(())
    }
}

/// The payee of the first cheque is the account's owner; only another one is worth a word at a cheque.
fn payee(account: &mut Account, text: &str) -> Option<Box<Party>> {
    let name = text.trim();
    if name.is_empty() {
        return None;
    }
    let owner = account.owner.get_or_insert_with(|| Box::new(Party::named(name)));
    (owner.name.as_deref() != Some(name)).then(|| Box::new(Party::named(name)))
}

fn malformed(line: TextLine<'_>, why: &str) -> FormatError {
    let path = line.text.chars().next().map(String::from).unwrap_or_default();
    FormatError::Malformed { path, line: line.number, why: why.to_string() }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_string())
}

fn mmddyy(text: &str) -> Option<BusinessDate> {
    yymmdd(&format!("{}{}", text.get(4..6)?, text.get(..4)?))
}

fn invoice_and_amount(text: &str) -> (&str, Option<i64>) {
    let amount =
        |digits: &str| (digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok()).flatten();
    match text.rsplit_once(' ') {
        Some((number, digits)) if amount(digits).is_some() => (number.trim_end(), amount(digits)),
        _ => (text, None),
    }
}
