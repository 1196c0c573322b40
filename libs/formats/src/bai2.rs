//! BAI2, cash management balance reporting (United States and Canada).
//!
//! A file holds groups (one originating bank and date), a group holds accounts, an account holds summaries and details.
//! Amounts are whole numbers in the currency's minor unit; whether a detail is a credit or a debit is in its type code.
//! Without a currency in account or group it is the US dollar: that is the format's own rule. Control totals and record
//! counts are checked and differences are findings; a file that ends before its trailer (99) is refused as cut.

mod account;
mod detail;
mod records;

use std::sync::Arc;

use quittance_types::BusinessDate;

use crate::budget::Budget;
use crate::charset::decode_plain;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder};
use crate::short_date::yymmdd;
use crate::statement::{Agent, BankFile, BookingStatus, Format, Moment, code_of};
use account::Read;
use records::{Record, Records, number};

pub(crate) const NAMES: Names = Names { entry: "16", reference: "bank reference", balance: "03", totals: "03" };

/// Largest file read: an entry may take a dozen bytes only.
const MAX_BYTES: usize = 64 << 20;

/// True when the text begins with a file header record.
pub(crate) fn looks_like(text: &str) -> bool {
    text.trim_start().strip_prefix("01,").is_some_and(|rest| rest.lines().next().is_some_and(|line| line.matches(',').count() >= 4))
}

/// What the records below a group header share.
#[derive(Debug, Clone, Default)]
struct Group {
    originator: Option<Arc<Agent>>,
    currency: Option<String>,
    date: Option<BusinessDate>,
    status: BookingStatus,
    records: u64,
    accounts: u64,
    total: i128,
}

/// Control figures of the file.
#[derive(Debug, Default)]
struct Control {
    groups: u64,
    records: u64,
    total: i128,
}

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8], budget: &mut Budget) -> Result<BankFile, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::Limit { what: "bytes in a file", allowed: MAX_BYTES as u64, line: 0 });
    }
    let (text, charset) = decode_plain(bytes);
    let mut recorder = Recorder::new(NAMES);
    let mut file = BankFile::new(Format::Bai2, bytes);
    let mut records = Records::new(&text, budget)?;
    if let Some(charset) = charset {
        recorder.note(FindingKind::EncodingMismatch, "", 0, format!("not UTF-8: read as {charset}"));
    }
    file.statements.reserve_exact(records.count_accounts());
    let mut reading = Reading { file: &mut file, recorder: &mut recorder, group: None, control: Control::default() };
    let mut closed = false;
    while let Some(record) = records.next()? {
        if closed {
            return Err(record.malformed("a record after the file trailer"));
        }
        reading.record(&record, &mut records, &mut closed)?;
    }
    if !closed {
        return Err(FormatError::Malformed {
            path: "99".to_string(),
            line: records.line(),
            why: "the file trailer is missing: the file is cut".to_string(),
        });
    }
    if file.statements.is_empty() {
        return Err(FormatError::Malformed { path: "03".to_string(), line: 1, why: "no account in the file".to_string() });
    }
    checks::check_file(&file, &mut recorder);
    file.findings = recorder.finish(text.as_bytes());
    Ok(file)
}

struct Reading<'r> {
    file: &'r mut BankFile,
    recorder: &'r mut Recorder,
    group: Option<Group>,
    control: Control,
}

impl Reading<'_> {
    /// Reads one record, an account with all that belongs to it.
    fn record(&mut self, record: &Record<'_>, rest: &mut Records<'_, '_>, closed: &mut bool) -> Result<(), FormatError> {
        match record.code {
            "01" => self.file_header(record),
            "02" => self.group_header(record),
            "03" => self.account(record, rest)?,
            "98" => self.group_trailer(record)?,
            "99" => {
                *closed = true;
                self.file_trailer(record);
            }
            _ => return Err(record.malformed("this record stands outside an account")),
        }
        Ok(())
    }

    fn file_header(&mut self, record: &Record<'_>) {
        self.control.records += record.physical();
        let fields = record.fields();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        self.file.message_id = Some(field(4).to_string()).filter(|id| !id.is_empty());
        self.file.created = records::moment(field(2), field(3));
        if self.file.created.is_none() {
            self.recorder.note(FindingKind::DateMalformed, "01", record.offset, "the file has no date that can be read");
        }
        self.file.version = field(7).trim().to_string();
    }

    fn group_header(&mut self, record: &Record<'_>) {
        if self.group.is_some() {
            self.recorder.note(FindingKind::TrailerMissing, "98", record.offset, "the group before has no trailer");
            self.close_group();
        }
        let fields = record.fields();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        let text = |index: usize| Some(field(index).to_string()).filter(|text| !text.is_empty());
        // Group status 1 is an update; 2 deletes, 3 corrects, 4 is a test. Modifier 3 is an interim report of the day.
        let status = match (field(2), field(6)) {
            ("2" | "4", _) => BookingStatus::Information,
            (_, "3") => BookingStatus::Pending,
            _ => BookingStatus::Booked,
        };
        if matches!(field(2), "2" | "4") {
            let text = "the group deletes earlier data or is a test: its entries are information only";
            self.recorder.note(FindingKind::StatusUnknown, "02", record.offset, text);
        }
        let date = yymmdd(field(3));
        if date.is_none() {
            self.recorder.note(FindingKind::DateMalformed, "02", record.offset, "the group has no as-of date that can be read");
        }
        let originator = text(1).map(|member| Arc::new(Agent { clearing_member: Some(member), ..Agent::default() }));
        let currency = text(5).map(|code| code_of(&code).to_string());
        self.group = Some(Group { originator, currency, date, status, records: record.physical(), ..Group::default() });
    }

    fn account(&mut self, record: &Record<'_>, rest: &mut Records<'_, '_>) -> Result<(), FormatError> {
        let Some(group) = &mut self.group else { return Err(record.malformed("an account outside a group")) };
        let index = self.file.statements.len();
        self.recorder.statement = Some(index);
        self.recorder.enter("account", index + 1);
        let Read { statement, mut total, mut physical } = account::read(record, rest, group, self.recorder)?;
        match rest.next_if("49")? {
            Some(trailer) => {
                physical += trailer.physical();
                total = check_trailer(&trailer, total, &[physical], &["records"], self.recorder);
            }
            None => self.recorder.note(FindingKind::TrailerMissing, "49", record.offset, "the account has no trailer"),
        }
        checks::check_statement(&statement, Format::Bai2, record.offset, self.recorder);
        self.recorder.entry_offsets.clear();
        self.recorder.leave();
        self.recorder.statement = None;
        group.records += physical;
        group.accounts += 1;
        group.total = group.total.saturating_add(total);
        self.file.add(statement);
        Ok(())
    }

    fn group_trailer(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        let Some(group) = &mut self.group else { return Err(record.malformed("a group trailer outside a group")) };
        group.records += record.physical();
        group.total = check_trailer(record, group.total, &[group.accounts, group.records], &["accounts", "records"], self.recorder);
        self.close_group();
        Ok(())
    }

    fn close_group(&mut self) {
        let Some(group) = self.group.take() else { return };
        self.control.groups += 1;
        self.control.records += group.records;
        self.control.total = self.control.total.saturating_add(group.total);
    }

    fn file_trailer(&mut self, record: &Record<'_>) {
        if self.group.is_some() {
            self.recorder.note(FindingKind::TrailerMissing, "98", record.offset, "the last group has no trailer");
            self.close_group();
        }
        self.control.records += record.physical();
        let counts = [self.control.groups, self.control.records];
        check_trailer(record, self.control.total, &counts, &["groups", "records"], self.recorder);
    }
}

/// Compares a trailer's total and counts with what was found, and returns the stated total, which the next level sums up.
fn check_trailer(record: &Record<'_>, total: i128, counts: &[u64], names: &[&str], recorder: &mut Recorder) -> i128 {
    let fields = record.fields();
    let stated = fields.first().and_then(|text| number(text));
    match stated {
        None => recorder.note(FindingKind::FieldMalformed, record.code, record.offset, "no control total"),
        Some(stated) if stated != total => {
            let text = format!("control total {stated} stated, {total} found");
            recorder.note(FindingKind::TotalMismatch, record.code, record.offset, text);
        }
        Some(_) => {}
    }
    for ((text, found), name) in fields.iter().skip(1).zip(counts).zip(names) {
        if number(text) != Some(i128::from(*found)) {
            let text = format!("{} {name} stated, {found} found", text.trim());
            recorder.note(FindingKind::CountMismatch, record.code, record.offset, text);
        }
    }
    stated.unwrap_or(total)
}

/// The as-of date of a group as a moment.
fn moment_of(group: &Group) -> Option<Moment> {
    group.date.map(Moment::from)
}
