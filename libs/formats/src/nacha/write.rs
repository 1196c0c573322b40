//! Writes NACHA files: PPD, CCD and CTX entries, prenotifications and reversals, with control totals, in blocks of ten.

mod check;

use quittance_types::{BusinessDate, Fault, Money};

use super::control::{self, HASH};
use super::model::{Batch, Control, Entry};
use super::record::WIDTH;
use crate::error::FormatError;
use crate::statement::{Direction, Moment};

/// Records of a block.
const BLOCK: u64 = 10;

/// Whose file it is and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Nine-digit routing number of the receiving point.
    pub destination: String,
    /// Its name.
    pub destination_name: String,
    /// Routing number or identification of the sender: at most ten characters.
    pub origin: String,
    /// The sender's name.
    pub origin_name: String,
    /// When the file is made.
    pub created: Moment,
    /// `A` to `Z` or `0` to `9`: tells the files of one day apart.
    pub id_modifier: char,
    /// The sender's reference: at most eight characters.
    pub reference: String,
}

/// Entry classes that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryClass {
    /// Consumer accounts; one addendum at most.
    Ppd,
    /// Corporate accounts; one addendum at most.
    Ccd,
    /// Corporate accounts, with up to 9,999 addenda of EDI text.
    Ctx,
}

impl EntryClass {
    /// `PPD`, `CCD` or `CTX`.
    pub fn code(self) -> &'static str {
        match self {
            EntryClass::Ppd => "PPD",
            EntryClass::Ccd => "CCD",
            EntryClass::Ctx => "CTX",
        }
    }

    fn addenda_allowed(self) -> usize {
        if self == EntryClass::Ctx { 9_999 } else { 1 }
    }
}

/// A batch to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBatch {
    /// Entry class.
    pub class: EntryClass,
    /// The company as its customers know it: at most 16 characters.
    pub company_name: String,
    /// Identification the bank agreed on: at most ten characters.
    pub company_id: String,
    /// What the entries are for: at most ten characters.
    pub description: String,
    /// Day the entries are to settle.
    pub effective: BusinessDate,
    /// First eight digits of the originating bank's routing number.
    pub originating_bank: String,
    /// Entries, at least one.
    pub entries: Vec<NewEntry>,
}

/// Kind of the receiver's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// Demand account.
    Checking,
    /// Savings account.
    Savings,
}

/// An entry to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Kind of the receiver's account.
    pub account_kind: AccountKind,
    /// Credit (money to the receiver) or debit (a collection).
    pub direction: Direction,
    /// Nine-digit routing number of the receiver's bank, check digit included.
    pub routing_number: String,
    /// Receiver's account: at most 17 characters.
    pub account: String,
    /// US dollars, positive; zero makes a prenotification.
    pub amount: Money,
    /// The originator's identification of the receiver or entry: at most 15 characters.
    pub individual_id: String,
    /// Receiver's name: cut at 22 characters (16 for CTX).
    pub name: String,
    /// Payment related information. For CTX one EDI text, which is spread over as many addenda as it takes.
    pub addenda: Vec<String>,
}

impl NewBatch {
    /// The batch that takes `batch` back: the same class, company, receivers, amounts and identifications, credits as debits
    /// and debits as credits, described `REVERSAL` as the rules want it. It must reach the operator within five banking
    /// days of the original's settlement; that is for the caller, who has a calendar.
    #[must_use]
    pub fn reversal(batch: &NewBatch, effective: BusinessDate) -> NewBatch {
        let back = |entry: &NewEntry| NewEntry { direction: entry.direction.opposite(), addenda: Vec::new(), ..entry.clone() };
        let entries = batch.entries.iter().filter(|entry| !entry.amount.is_zero()).map(back).collect();
        NewBatch { description: "REVERSAL".to_string(), effective, entries, ..batch.clone() }
    }
}

impl NewEntry {
    fn transaction_code(&self) -> u8 {
        let account = if self.account_kind == AccountKind::Checking { 20 } else { 30 };
        let side = if self.direction == Direction::Credit { 2 } else { 7 };
        account + side + u8::from(self.amount.is_zero())
    }
}

/// Writes a file with CR LF line ends. Trace numbers are the originating bank's number and a sequence over the whole file,
/// from 1. The same input gives the same bytes.
///
/// # Errors
/// `STATEMENT_MALFORMED` with the path of what the rules do not allow: a wrong routing number, a text that is too long or
/// not ASCII, an amount that is not positive dollars, too many addenda, a batch without entries.
pub fn write(file: &NewFile, batches: &[NewBatch]) -> Result<Vec<u8>, Fault> {
    let mut out = Out { lines: String::new(), records: 0, sequence: 0 };
    check::file(file)?;
    out.file_header(file);
    if batches.is_empty() {
        return Err(check::refuse("batches", "a file holds at least one batch").into());
    }
    let mut total = Control::default();
    for (index, batch) in batches.iter().enumerate() {
        check::batch(index, batch)?;
        let written = out.batch(batch, index + 1)?;
        total.count += written.count;
        total.hash = (total.hash + written.hash) % HASH;
        total.debit = total.debit.saturating_add(written.debit);
        total.credit = total.credit.saturating_add(written.credit);
    }
    out.file_control(&total, batches.len())?;
    Ok(out.lines.into_bytes())
}

struct Out {
    lines: String,
    records: u64,
    sequence: u64,
}

impl Out {
    fn record(&mut self, text: &str) {
        debug_assert_eq!(text.len(), WIDTH, "{text}");
        self.lines.push_str(text);
        self.lines.push_str("\r\n");
        self.records += 1;
    }

    fn file_header(&mut self, file: &NewFile) {
        let minutes = file.created.micros_of_day().unwrap_or_default() / 60_000_000;
        let text = format!(
            "101{:>10}{:>10}{}{:02}{:02}{}094101{:<23}{:<23}{:<8}",
            file.destination,
            file.origin,
            yymmdd(file.created.date()),
            minutes / 60,
            minutes % 60,
            file.id_modifier,
            cut(&file.destination_name, 23),
            cut(&file.origin_name, 23),
            file.reference
        );
        self.record(&text);
    }

    fn batch(&mut self, batch: &NewBatch, number: usize) -> Result<Control, FormatError> {
        let debits = batch.entries.iter().any(|entry| entry.direction == Direction::Debit);
        let credits = batch.entries.iter().any(|entry| entry.direction == Direction::Credit);
        let service_class = match (debits, credits) {
            (true, true) => 200,
            (false, _) => 220,
            (true, false) => 225,
        };
        let header = format!(
            "5{service_class}{:<16}{:<20}{:<10}{}{:<10}{:<6}{}   1{}{number:07}",
            cut(&batch.company_name, 16),
            "",
            batch.company_id,
            batch.class.code(),
            batch.description,
            yymmdd(batch.effective),
            yymmdd(batch.effective),
            batch.originating_bank
        );
        self.record(&header);
        let before = self.records;
        let mut entries = Vec::with_capacity(batch.entries.len());
        for entry in &batch.entries {
            entries.push(self.entry(batch, entry)?);
        }
        let control = control::found(&entries, self.records - before);
        if control.debit.max(control.credit) > 999_999_999_999 || control.count > 999_999 {
            return Err(check::refuse(&format!("batch[{number}]"), "the totals do not fit their fields: split the batch"));
        }
        let line = format!(
            "8{service_class}{:06}{:010}{:012}{:012}{:<10}{:<25}{}{number:07}",
            control.count, control.hash, control.debit, control.credit, batch.company_id, "", batch.originating_bank
        );
        self.record(&line);
        Ok(control)
    }

    fn entry(&mut self, batch: &NewBatch, entry: &NewEntry) -> Result<Entry, FormatError> {
        self.sequence += 1;
        if self.sequence > 9_999_999 {
            return Err(check::refuse("entries", "a file holds at most 9,999,999 entries"));
        }
        let sequence = self.sequence;
        let addenda = addenda_of(batch.class, entry);
        let name = if batch.class == EntryClass::Ctx {
            format!("{:04}{:<16}  ", addenda.len(), cut(&entry.name, 16))
        } else {
            format!("{:<22}", cut(&entry.name, 22))
        };
        let line = format!(
            "6{}{}{:<17}{:010}{:<15}{name}  {}{}{sequence:07}",
            entry.transaction_code(),
            entry.routing_number,
            entry.account,
            entry.amount.minor(),
            entry.individual_id,
            u8::from(!addenda.is_empty()),
            batch.originating_bank
        );
        self.record(&line);
        for (index, text) in addenda.iter().enumerate() {
            self.record(&format!("705{text:<80}{:04}{sequence:07}", index + 1));
        }
        Ok(Entry {
            transaction_code: entry.transaction_code(),
            routing_number: entry.routing_number.clone(),
            amount: entry.amount.minor(),
            ..Entry::default()
        })
    }

    fn file_control(&mut self, total: &Control, batches: usize) -> Result<(), FormatError> {
        let blocks = (self.records + 1).div_ceil(BLOCK);
        if total.debit.max(total.credit) > 999_999_999_999 || total.count > 99_999_999 || blocks > 999_999 || batches > 999_999 {
            return Err(check::refuse("file", "the totals do not fit their fields: split the file"));
        }
        let line = format!("9{batches:06}{blocks:06}{:08}{:010}{:012}{:012}{:<39}", total.count, total.hash, total.debit, total.credit, "");
        self.record(&line);
        let filler = "9".repeat(WIDTH);
        while !self.records.is_multiple_of(BLOCK) {
            self.record(&filler);
        }
        Ok(())
    }
}

/// The texts of an entry's addenda. The EDI text of CTX goes on from one to the next.
fn addenda_of(class: EntryClass, entry: &NewEntry) -> Vec<String> {
    if class != EntryClass::Ctx {
        return entry.addenda.clone();
    }
    let text: String = entry.addenda.concat();
    text.as_bytes().chunks(80).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
}

fn cut(text: &str, width: usize) -> &str {
    text.get(..width.min(text.len())).unwrap_or(text).trim_end()
}

fn yymmdd(date: BusinessDate) -> String {
    let (year, month, day) = date.ymd();
    format!("{:02}{month:02}{day:02}", year.rem_euclid(100))
}

/// The batch an own file was read back from, for a reversal of it: entries without an amount are left out.
///
/// # Errors
/// `STATEMENT_MALFORMED` when the batch is of a class that is not written here, or has no header.
pub fn rewritten(batch: &Batch) -> Result<NewBatch, Fault> {
    let refused = |why: &str| Fault::from(check::refuse("batch", why));
    let header = batch.header.as_ref().ok_or_else(|| refused("the batch has no header"))?;
    let class = match header.class.as_str() {
        "PPD" => EntryClass::Ppd,
        "CCD" => EntryClass::Ccd,
        "CTX" => EntryClass::Ctx,
        other => return Err(refused(&format!("entries of class {other} are not written here"))),
    };
    let dollar = quittance_types::Currency::parse("USD")?;
    let entries = batch.entries.iter().filter(|entry| entry.amount > 0).map(|entry| {
        let direction = entry.direction().ok_or_else(|| refused("a transaction code is not known"))?;
        Ok(NewEntry {
            account_kind: if (31..=39).contains(&entry.transaction_code) { AccountKind::Savings } else { AccountKind::Checking },
            direction,
            routing_number: entry.routing_number.clone(),
            account: entry.account.clone(),
            amount: Money::from_minor(entry.amount, dollar)?,
            individual_id: entry.individual_id.clone(),
            name: entry.name.clone(),
            addenda: Some(entry.payment_information()).filter(|text| !text.is_empty()).into_iter().collect(),
        })
    });
    let entries: Result<Vec<NewEntry>, Fault> = entries.collect();
    Ok(NewBatch {
        class,
        company_name: header.company_name.clone(),
        company_id: header.company_id.clone(),
        description: header.description.clone(),
        effective: header.effective.ok_or_else(|| refused("the batch has no effective date"))?,
        originating_bank: header.originating_bank.clone(),
        entries: entries?,
    })
}
