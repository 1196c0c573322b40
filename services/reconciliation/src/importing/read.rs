//! A bank file as statements and movements: what the formats read, reduced to what a ledger needs.

use quittance_formats::fingerprint::fingerprints;
use quittance_formats::mapped::{self, Mapping};
use quittance_formats::references::normalise;
use quittance_formats::statement::{AccountIdentifier, Counterparty, Line, TransactionCode};
use quittance_formats::{BankFile, FormatError, Statement};
use quittance_types::text::mask_card_numbers;
use quittance_types::{BusinessDate, Fault, Money, Reason, Uuid};
use sha2::{Digest, Sha256};

use crate::domain::bank::registered_forms;
use crate::domain::line::Movement;
use crate::domain::statement::{Finding, NewStatement, short};

/// Longest text kept of a line: many times what any bank sends.
const MAX_TEXT: usize = 2_000;
/// Longest reference or name kept.
const MAX_REFERENCE: usize = 140;
/// Findings kept of a statement; the rest is counted.
const MAX_FINDINGS: usize = 200;

/// A file as read.
#[derive(Clone, Debug)]
pub struct ReadFile {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Read by a mapping of columns.
    pub is_table: bool,
    /// Its statements, in file order.
    pub statements: Vec<NewStatement>,
}

impl ReadFile {
    /// True for a table of which this reading takes lines: by another mapping it may have none.
    pub fn is_table_of_lines(&self) -> bool {
        self.is_table && self.statements.iter().any(|statement| !statement.movements.is_empty())
    }

    /// Every form of the numbers of the accounts it may be about, each once.
    pub fn accounts(&self) -> Vec<String> {
        let mut forms: Vec<String> = self.statements.iter().flat_map(|statement| statement.account_forms.iter().cloned()).collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }
}

/// Reads a bank file of any format known; a CSV or XLSX file as its mapping declares. `fallback` dates lines of files
/// without any date.
///
/// # Errors
/// `FORMAT_UNKNOWN`, `STATEMENT_MALFORMED {line}`, `CSV_MALFORMED {row, column}`, `XML_DTD_FORBIDDEN`, `XML_LIMIT`, `XML_ENCODING`.
pub fn read(content: &[u8], mapping: Option<&Mapping>, fallback: BusinessDate) -> Result<ReadFile, Fault> {
    let file = match mapping {
        Some(mapping) => mapped::read(content, mapping).map_err(|error| table_fault(error, content))?,
        None => quittance_formats::read(content)?,
    };
    // The rows of a table have their days by themselves, or they are not taken.
    let fallback = mapping.is_none().then_some(fallback);
    let statements = file.statements.iter().enumerate().map(|(index, one)| statement(&file, index, one, fallback));
    Ok(ReadFile { sha256: file.source_sha256, is_table: mapping.is_some(), statements: statements.collect() })
}

/// What is wrong in a row of a CSV file names row and column, a column that is not there the mapping; a workbook is refused as
/// any other file.
fn table_fault(error: FormatError, content: &[u8]) -> Fault {
    let is_of_mapping = matches!(&error, FormatError::Malformed { path, .. } if path.starts_with("mapping/"));
    let fault = row_fault(error, content);
    if is_of_mapping { fault.field("mapping") } else { fault }
}

fn row_fault(error: FormatError, content: &[u8]) -> Fault {
    match error {
        FormatError::Malformed { path, line, why } if line > 0 && !content.starts_with(b"PK") => {
            Fault::new(Reason::CsvMalformed, why).with("row", line).with("column", path)
        }
        other => other.into(),
    }
}

fn statement(file: &BankFile, index: usize, statement: &Statement, fallback: Option<BusinessDate>) -> NewStatement {
    let account = statement.account.id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
    let dated = Dated::of(statement, fallback);
    let (mut movements, mut lines, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (line, fingerprint) in statement.lines().zip(fingerprints(statement)) {
        match movement(&line, &dated, short(&fingerprint.digest)) {
            Some(movement) => {
                movements.push(movement);
                lines.push(line);
            }
            None => left.push(line),
        }
    }
    let money = |balance: Option<&quittance_formats::statement::Balance>| balance.and_then(|balance| balance.amount.money());
    let format = if file.version.is_empty() { file.format.code().to_owned() } else { file.version.clone() };
    let mut read = NewStatement {
        account_forms: registered_forms(&account),
        account,
        currency: statement.currency(),
        bank_statement_id: short_text(statement.id.as_deref()),
        page: statement.page.as_ref().map(|page| short_text(Some(&page.number))).unwrap_or_default(),
        format,
        family: file.format.code(),
        from_on: dated.from,
        to_on: dated.to,
        opening: money(statement.opening_balance()),
        closing: money(statement.closing_balance()),
        findings: findings(file, index, &left),
        movements,
        content: [0; 32],
    };
    read.content = content(&read);
    read.movements.iter_mut().zip(&lines).for_each(|(movement, line)| name_payer(movement, line));
    read
}

/// What the readers found, and what is no line of ours.
fn findings(file: &BankFile, index: usize, left: &[Line<'_>]) -> Vec<Finding> {
    let of_file = file.findings.iter().filter(|finding| finding.statement.is_none());
    let read: Vec<_> = of_file.chain(file.findings_of(index)).collect();
    let told = read.iter().map(|finding| Finding {
        kind: finding.kind.code().to_owned(),
        message: clean(&finding.text, MAX_TEXT),
        path: finding.path.clone(),
    });
    let mut kept: Vec<Finding> = told.chain(left.iter().map(|line| not_booked(file, index, line))).take(MAX_FINDINGS).collect();
    let more = read.len().saturating_add(left.len()).saturating_sub(kept.len());
    if more > 0 {
        kept.push(Finding::new("findings_truncated", format!("{more} more findings were not kept")));
    }
    kept
}

/// Why a line is not taken; where, as far as its reader told.
fn not_booked(file: &BankFile, index: usize, line: &Line<'_>) -> Finding {
    let signed = line.signed_amount();
    let is_money = signed.as_ref().is_some_and(|amount| amount.money().is_some());
    let why = if is_money { "its day cannot be read" } else { "its amount or direction cannot be read as money" };
    let text = format!("the line of {} cannot be booked: {why}", signed.unwrap_or_else(|| line.amount().clone()));
    let place = file.statements.get(index).and_then(|statement| statement.entries.iter().position(|entry| std::ptr::eq(entry, line.entry)));
    let told = file.findings_of(index).find(|finding| finding.entry.is_some() && finding.entry == place);
    let path = told.and_then(|finding| finding.path.split('/').next()).filter(|path| path.starts_with("row["));
    Finding { path: path.unwrap_or_default().to_owned(), ..Finding::new("line_not_booked", clean(&text, MAX_TEXT)) }
}

/// The days of a statement, as far as it tells.
struct Dated {
    from: Option<BusinessDate>,
    to: Option<BusinessDate>,
    /// For lines without any date; none where such lines are not taken.
    fallback: Option<BusinessDate>,
}

impl Dated {
    fn of(statement: &Statement, fallback: Option<BusinessDate>) -> Dated {
        let opening = statement.opening_balance().and_then(|balance| balance.date);
        let closing = statement.closing_balance().and_then(|balance| balance.date);
        let booked = || statement.entries.iter().filter_map(|entry| entry.booking_date());
        let date = |moment: Option<quittance_formats::statement::Moment>| moment.map(|moment| moment.date());
        let to = date(statement.to).or(date(closing)).or_else(|| booked().max());
        // An opening balance is dated on the day before, or on the first day: the entries know better.
        let from = date(statement.from).or_else(|| booked().min()).or(date(opening)).map(|from| to.map_or(from, |to| from.min(to)));
        let created = date(statement.created);
        Dated { from, to, fallback: fallback.map(|day| to.or(created).unwrap_or(day)) }
    }
}

fn movement(line: &Line<'_>, dated: &Dated, fingerprint: Uuid) -> Option<Movement> {
    let amount = line.signed_amount().and_then(|amount| amount.money())?;
    let other = line.stated_counterparty();
    let references: Vec<&str> = line.creditor_references().map(|reference| reference.value.as_str()).collect();
    let remittance_text = clean(&line.text(), MAX_TEXT);
    let mut movement = Movement {
        amount,
        booked_on: line.booking_date().or(line.value_date()).or(dated.fallback)?,
        value_on: line.value_date(),
        is_booked: line.entry.is_booked(),
        reversal: line.entry.reversal,
        is_return: line.is_return(),
        bank_reference: short_text(line.bank_reference()),
        end_to_end_id: short_text(line.end_to_end_id()),
        creditor_reference: short_text(references.first().copied()).split_whitespace().collect(),
        further_text: further(line, references.get(1..).unwrap_or_default(), &remittance_text),
        remittance_text,
        counterparty_name: short_text(other.name().or(other.ultimate_name())),
        counterparty_iban: account_of(&other),
        return_reason: short_text(line.return_reason()),
        transaction_code: code(line),
        fingerprint,
        movement_key: Uuid::nil(),
    };
    movement.movement_key = movement_key(&movement);
    Some(movement)
}

fn account_of(party: &Counterparty<'_>) -> String {
    let number = |account: &AccountIdentifier| account.valid_iban().map_or_else(|| short_text(Some(&account.value)), str::to_owned);
    party.account.as_deref().map(number).unwrap_or_default()
}

/// Whom only the text of a payment names. Not of a return: what it takes back is found by what fields state. Not part of
/// [`content`] either, so that a statement stays the same when readers learn to read more.
fn name_payer(movement: &mut Movement, line: &Line<'_>) {
    if movement.is_return || !movement.counterparty_name.is_empty() || !movement.counterparty_iban.is_empty() {
        return;
    }
    let spoken = line.counterparty();
    movement.counterparty_name = short_text(spoken.name());
    movement.counterparty_iban = account_of(&spoken);
}

/// What the bank says beyond the free text: numbers of documents, further references, its own words.
fn further(line: &Line<'_>, references: &[&str], text: &str) -> String {
    let blocks = line.remittance().into_iter().flat_map(|remittance| &remittance.structured);
    let documents = blocks.flat_map(|block| &block.documents).filter_map(|document| document.number.as_deref());
    let words = documents.chain(references.iter().copied()).chain(line.texts());
    let mut parts: Vec<String> = Vec::new();
    for word in words.map(|word| clean(word, MAX_TEXT)) {
        if !word.is_empty() && !text.contains(&word) && !parts.contains(&word) {
            parts.push(word);
        }
    }
    parts.join(" / ").chars().take(MAX_TEXT).collect()
}

fn code(line: &Line<'_>) -> String {
    let of_detail = line.detail.and_then(|detail| detail.transaction_code.as_deref()).filter(|code| !code.is_empty());
    let Some(code) = of_detail.or(line.entry.transaction_code.as_deref()) else { return String::new() };
    let TransactionCode { domain, family, sub_family, proprietary, .. } = code;
    match (domain, family, sub_family) {
        (Some(domain), Some(family), Some(sub_family)) => short_text(Some(&format!("{domain}/{family}/{sub_family}"))),
        _ => short_text(proprietary.as_deref()),
    }
}

/// The same for one movement in an intraday report, a notification and a statement: the amount and the best reference.
fn movement_key(movement: &Movement) -> Uuid {
    let references = [&movement.bank_reference, &movement.end_to_end_id, &movement.creditor_reference, &movement.remittance_text];
    let reference = references.into_iter().find(|reference| !reference.is_empty());
    let mut hasher = Sha256::new();
    hasher.update(b"quittance.movement.1\x1f");
    hasher.update(movement.amount.to_string());
    hasher.update(b"\x1f");
    hasher.update(normalise(reference.map_or("", String::as_str)));
    short(&hasher.finalize().into())
}

/// Digest of what a statement says: balances, days and every line in order.
fn content(statement: &NewStatement) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let amount = |money: Option<Money>| money.map_or_else(String::new, |money| money.to_string());
    let day = |date: Option<BusinessDate>| date.map_or_else(String::new, |date| date.to_string());
    for part in [amount(statement.opening), amount(statement.closing), day(statement.from_on), day(statement.to_on)] {
        hasher.update(part);
        hasher.update(b"\x1f");
    }
    for movement in &statement.movements {
        hasher.update(movement.fingerprint.as_bytes());
        hasher.update(movement.remittance_text.as_bytes());
        hasher.update(movement.counterparty_name.as_bytes());
        hasher.update(b"\x1f");
    }
    hasher.finalize().into()
}

/// A reference or name.
pub(super) fn short_text(text: Option<&str>) -> String {
    clean(text.unwrap_or_default(), MAX_REFERENCE)
}

/// The text without control characters, invisible ones and card numbers, at most so long.
pub(super) fn clean(text: &str, max: usize) -> String {
    let visible = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let kept: String =
        visible.filter(|character| !matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')).collect();
    mask_card_numbers(kept.trim()).chars().take(max).collect()
}
