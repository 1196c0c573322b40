//! Bank statements in CSV and XLSX, read by a declared mapping of columns.
//!
//! Such files say nothing about themselves, so nothing is guessed: which column is what, how dates and amounts are written
//! and which sign is a credit is declared once in a [`Mapping`]. A row that does not fit gives a finding with its number,
//! and the rest is read.

mod amount;
mod columns;
mod date;
mod rows;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::budget::{Budget, STATEMENT};
use crate::charset::noticed;
use crate::error::FormatError;
use crate::finding::{Finding, FindingKind, MAX_FINDINGS, excerpt};
use crate::statement::{
    Account, AccountIdentifier, BankFile, BookingStatus, Detail, Direction, Entry, EntryTexts, Format, Moment, Party, References, Shared,
    Split, Statement, TransactionCode,
};
use columns::Places;
use rows::SourceRow;

/// Where a value stands: the text of the head of its column, or the number of the column, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// Number of the column, from 1.
    Number(u32),
    /// Head of the column; case and blanks around it do not matter.
    Head(String),
}

/// How amounts are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalStyle {
    /// `1.234,56`
    Comma,
    /// `1,234.56`
    #[default]
    Point,
}

/// How credit and debit are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignRule {
    /// One column with a sign.
    Signed {
        /// The amount.
        amount: Column,
        /// True when a debit is written positive.
        #[serde(default)]
        debit_is_positive: bool,
    },
    /// A column for each direction; signs in them are ignored.
    TwoColumns {
        /// Money in.
        credit: Column,
        /// Money out.
        debit: Column,
    },
    /// An unsigned amount and a word for its direction.
    Indicator {
        /// The amount.
        amount: Column,
        /// The word.
        indicator: Column,
        /// Words for a credit, such as `C`, `H`, `CR`.
        credit: Vec<String>,
        /// Words for a debit, such as `D`, `S`, `DR`.
        debit: Vec<String>,
    },
}

/// The declared shape of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Sheet of a workbook; the first one when not named.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Delimiter of a CSV file; found from the text when not declared.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// Lines of a CSV file or rows of a sheet before the head, or before the first entry of a file without heads.
    #[serde(default)]
    pub skip_rows: u32,
    /// False for a file without a row of heads; then columns are given by number.
    #[serde(default = "yes")]
    pub heads: bool,
    /// Booking date.
    pub booked_on: Column,
    /// Value date.
    #[serde(default)]
    pub value_on: Option<Column>,
    /// Date format of `D`, `M`, `Y` and separators: `DD.MM.YYYY`, `M/D/YY`, `YYYYMMDD`. Cells of a workbook that are dates
    /// are read as such.
    pub date_format: String,
    /// How amounts are written.
    #[serde(default)]
    pub decimals: DecimalStyle,
    /// Amount and direction.
    pub sign: SignRule,
    /// Currency, when it is the same in all rows.
    #[serde(default)]
    pub currency: Option<String>,
    /// Column of the currency.
    #[serde(default)]
    pub currency_column: Option<Column>,
    /// Own account (IBAN or other number), when it is the same in all rows.
    #[serde(default)]
    pub account: Option<String>,
    /// Column of the own account.
    #[serde(default)]
    pub account_column: Option<Column>,
    /// The bank's reference.
    #[serde(default)]
    pub reference: Option<Column>,
    /// End-to-end identification.
    #[serde(default)]
    pub end_to_end_id: Option<Column>,
    /// Name of the other side.
    #[serde(default)]
    pub name: Option<Column>,
    /// Account of the other side.
    #[serde(default)]
    pub counterparty_account: Option<Column>,
    /// Texts, in the order they are to be read.
    #[serde(default)]
    pub texts: Vec<Column>,
    /// The bank's transaction code.
    #[serde(default)]
    pub transaction_code: Option<Column>,
}

fn yes() -> bool {
    true
}

/// Reads a CSV or XLSX file as `mapping` declares it. Every account is one statement, in order of appearance.
///
/// # Errors
/// [`FormatError::Malformed`] when a declared column or sheet is not there, the date format cannot be understood, or the
/// file is damaged; [`FormatError::Unknown`] for a file that is neither; [`FormatError::Limit`] for more rows than its bytes
/// may honestly hold.
pub fn read(bytes: &[u8], mapping: &Mapping) -> Result<BankFile, FormatError> {
    let mut budget = Budget::of(bytes.len());
    let format = if bytes.starts_with(b"PK\x03\x04") { Format::Xlsx } else { Format::Csv };
    let mut reader: Option<Reader<'_>> = None;
    let charset = rows::for_each(bytes, format, mapping, &mut budget, |row, budget| match &mut reader {
        _ if row.number <= u64::from(mapping.skip_rows) => Ok(()),
        Some(reader) => reader.row(row, budget),
        None if mapping.heads => {
            reader = Some(Reader::new(mapping, Some(row), BankFile::new(format, bytes))?);
            Ok(())
        }
        None => reader.insert(Reader::new(mapping, None, BankFile::new(format, bytes))?).row(row, budget),
    })?;
    let reader = match reader {
        Some(reader) => reader,
        None => Reader::new(mapping, None, BankFile::new(format, bytes))?,
    };
    let mut file = reader.finish();
    file.findings.extend(noticed(charset));
    Ok(file)
}

struct Reader<'m> {
    mapping: &'m Mapping,
    places: Places,
    dates: date::Pattern,
    file: BankFile,
    /// Statement of an account and currency.
    statements: HashMap<(String, String), usize>,
    shared: Shared,
    dropped: usize,
}

impl<'m> Reader<'m> {
    fn new(mapping: &'m Mapping, head: Option<&SourceRow<'_>>, file: BankFile) -> Result<Reader<'m>, FormatError> {
        let dates = date::Pattern::parse(&mapping.date_format)?;
        let places = Places::resolve(mapping, head)?;
        Ok(Reader { mapping, places, dates, file, statements: HashMap::new(), shared: Shared::default(), dropped: 0 })
    }

    fn row(&mut self, row: &SourceRow<'_>, budget: &mut Budget) -> Result<(), FormatError> {
        if row.is_blank() {
            return Ok(());
        }
        let booked_text = row.get(self.places.booked_on);
        let booking = self.dates.read(booked_text);
        let (amount, direction, problems) = amount::read(row, self.mapping, &self.places);
        if booking.is_none() && amount.value().is_none() {
            self.note(FindingKind::FieldMalformed, None, row, "row", "neither a date nor an amount: the row is not an entry".to_string());
            return Ok(());
        }
        let index = self.statement(row, budget)?;
        let entry_index = self.file.statements.get(index).map_or(0, |statement| statement.entries.len());
        let at = Some((index, entry_index));
        if booking.is_none() {
            let kind = if booked_text.is_empty() { FindingKind::DateMissing } else { FindingKind::DateMalformed };
            self.note(
                kind,
                at,
                row,
                "booked_on",
                format!("\"{}\" is no date of the form {}", excerpt(booked_text, 30), self.mapping.date_format),
            );
        }
        for (kind, text) in problems {
            self.note(kind, at, row, "amount", text);
        }
        let value_text = self.places.value_on.map(|place| row.get(place)).unwrap_or_default();
        let value = self.dates.read(value_text);
        if value.is_none() && !value_text.is_empty() {
            self.note(FindingKind::DateMalformed, at, row, "value_on", format!("\"{}\" is no date", excerpt(value_text, 30)));
        }
        let detail = Some(self.detail(row, direction)).filter(|detail| *detail != Detail::default());
        let entry = Entry {
            texts: EntryTexts::default().with_servicer_reference(self.text(row, self.places.reference).as_deref()),
            amount,
            direction,
            status: BookingStatus::Booked,
            booking: booking.map(Moment::from),
            value: value.map(Moment::from),
            transaction_code: self
                .text(row, self.places.transaction_code)
                .map(|code| TransactionCode { proprietary: Some(code), ..TransactionCode::default() }.into()),
            split: if detail.is_some() { Split::Single } else { Split::None },
            details: detail.into_iter().collect(),
            ..Entry::default()
        };
        if let Some(statement) = self.file.statements.get_mut(index) {
            self.shared.add(&mut statement.entries, entry, budget, row.number)?;
        }
        Ok(())
    }

    fn text(&self, row: &SourceRow<'_>, place: Option<usize>) -> Option<String> {
        let text = row.get(place?);
        (!text.is_empty()).then(|| text.to_string())
    }

    fn detail(&self, row: &SourceRow<'_>, direction: Option<Direction>) -> Detail {
        let references = References { end_to_end_id: self.text(row, self.places.end_to_end_id), ..References::default() };
        let mut detail = Detail { references: references.into(), ..Detail::default() };
        detail.remittance.unstructured.extend(self.places.texts.iter().filter_map(|place| self.text(row, Some(*place))));
        let party = self.text(row, self.places.name).map(|name| Box::new(Party::named(name)));
        let account = self.text(row, self.places.counterparty_account).map(|number| Box::new(account_identifier(&number)));
        if direction == Some(Direction::Debit) {
            (detail.parties.creditor, detail.parties.creditor_account) = (party, account);
        } else {
            (detail.parties.debtor, detail.parties.debtor_account) = (party, account);
        }
        detail
    }

    /// The statement of the row's account and currency.
    fn statement(&mut self, row: &SourceRow<'_>, budget: &mut Budget) -> Result<usize, FormatError> {
        let account = self.text(row, self.places.account).or_else(|| self.mapping.account.clone()).unwrap_or_default();
        let currency = amount::currency(row, self.mapping, &self.places).to_string();
        if let Some(index) = self.statements.get(&(account.clone(), currency.clone())) {
            return Ok(*index);
        }
        budget.spend(STATEMENT, row.number)?;
        let index = self.file.statements.len();
        let id = (!account.is_empty()).then(|| account_identifier(&account));
        if id.is_none() {
            self.note(FindingKind::AccountMissing, None, row, "account", "no account is declared".to_string());
        }
        let currency_code = (!currency.is_empty()).then(|| currency.as_str().into());
        let mut statement = Statement { account: Account { id, currency_code, ..Account::default() }, ..Statement::default() };
        if index == 0 && self.mapping.account_column.is_none() && self.mapping.currency_column.is_none() {
            self.shared.make_room(&mut statement.entries, row.of, budget);
        }
        self.file.add(statement);
        self.statements.insert((account, currency), index);
        Ok(index)
    }

    fn note(&mut self, kind: FindingKind, at: Option<(usize, usize)>, row: &SourceRow<'_>, field: &str, text: String) {
        if self.file.findings.len() >= MAX_FINDINGS {
            self.dropped += 1;
            return;
        }
        let finding = Finding {
            kind,
            statement: at.map(|(statement, _)| statement),
            entry: at.map(|(_, entry)| entry),
            detail: None,
            path: format!("row[{}]/{field}", row.number),
            line: row.number,
            text,
        };
        self.file.findings.push(finding);
    }

    fn finish(mut self) -> BankFile {
        if self.dropped > 0 {
            let text = format!("{} more findings were not kept", self.dropped);
            self.file.findings.push(Finding::of_file(FindingKind::FindingsTruncated, text));
        }
        self.file
    }
}

fn account_identifier(text: &str) -> AccountIdentifier {
    let iban = AccountIdentifier::iban(text);
    if iban.valid_iban().is_some() { iban } else { AccountIdentifier::other(text) }
}
