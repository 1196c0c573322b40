//! From records to batches and entries, in the order the rules demand.

use super::codes::CLASSES;
use super::model::{Batch, BatchHeader, Control, Entry, FileHeader, International, NachaFile};
use super::record::Record;
use super::{Tolerance, addenda, control};
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder};
use crate::short_date::yymmdd;
use crate::statement::Moment;

/// A file being read.
pub(super) struct Reading<'r> {
    pub file: NachaFile,
    pub recorder: &'r mut Recorder,
    pub tolerance: Tolerance,
    open: Option<Batch>,
    /// Entries and addenda of the open batch.
    count: u64,
    closed: bool,
}

impl<'r> Reading<'r> {
    pub fn new(file: NachaFile, recorder: &'r mut Recorder, tolerance: Tolerance) -> Reading<'r> {
        Reading { file, recorder, tolerance, open: None, count: 0, closed: false }
    }

    /// Takes a record.
    pub fn record(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        if self.closed {
            let filler = record.text.bytes().all(|byte| byte == b'9');
            return if filler { Ok(()) } else { Err(record.malformed("a record after the file control")) };
        }
        match record.kind() {
            "1" => self.file_header(record),
            "5" => self.batch_header(record),
            "6" => self.entry(record),
            "7" => self.addendum(record),
            "8" => self.batch_control(record),
            "9" => self.file_control(record),
            other => Err(record.malformed(format!("no record begins with \"{other}\""))),
        }
    }

    /// The file as read, after the last record.
    pub fn finish(mut self, last: &Record<'_>) -> Result<NachaFile, FormatError> {
        if self.open.is_some() {
            self.fragment(last, "8", "the last batch has no control: the file is cut")?;
            self.close();
        }
        if !self.closed {
            self.fragment(last, "9", "no file control: the file is cut")?;
        }
        Ok(self.file)
    }

    /// Refuses, or notes, what a difference between control figures and records is.
    pub fn difference(&mut self, record: &Record<'_>, kind: FindingKind, why: String) -> Result<(), FormatError> {
        if !self.tolerance.control_differences {
            return Err(record.malformed(why));
        }
        self.note(kind, record, why);
        Ok(())
    }

    pub fn note(&mut self, kind: FindingKind, record: &Record<'_>, text: impl Into<String>) {
        let name = record.kind().to_string();
        self.recorder.note(kind, &name, record.offset, text);
    }

    fn fragment(&mut self, record: &Record<'_>, missing: &str, why: &str) -> Result<(), FormatError> {
        if !self.tolerance.fragments {
            return Err(FormatError::Malformed { path: format!("record {missing}"), line: record.line, why: why.to_string() });
        }
        self.recorder.note(FindingKind::TrailerMissing, missing, record.offset, why);
        Ok(())
    }

    fn file_header(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        if self.file.header.is_some() || self.open.is_some() || !self.file.batches.is_empty() {
            return Err(record.malformed("a second file header"));
        }
        if record.field(1, 3) != "01" || record.field(34, 37) != "094" {
            return Err(record.malformed("no file header: priority code 01 and record size 094 are expected"));
        }
        let created = yymmdd(record.field(23, 29)).map(|date| moment(date, record.field(29, 33)));
        if created.is_none() {
            self.note(FindingKind::DateMalformed, record, format!("\"{}\" is no date", record.field(23, 29)));
        }
        for (from, to, name) in [(3, 13, "destination"), (13, 23, "origin")] {
            if !record.field(from, to).bytes().all(|byte| byte.is_ascii_alphanumeric()) || record.field(from, to).is_empty() {
                self.note(FindingKind::FieldMalformed, record, format!("the {name} \"{}\" is no identification", record.field(from, to)));
            }
        }
        self.file.header = Some(FileHeader {
            destination: record.string(3, 13),
            origin: record.string(13, 23),
            created,
            id_modifier: record.string(33, 34),
            destination_name: record.string(40, 63),
            origin_name: record.string(63, 86),
            reference: record.string(86, 94),
        });
        Ok(())
    }

    fn batch_header(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        if self.file.header.is_none() && self.file.batches.is_empty() && self.open.is_none() {
            self.fragment(record, "1", "no file header")?;
        }
        if self.open.is_some() {
            self.fragment(record, "8", "a batch header inside a batch")?;
            self.close();
        }
        let header = header(record)?;
        if !CLASSES.contains(&header.class.as_str()) {
            return Err(record.malformed(format!("the entry class \"{}\" is not known", header.class)));
        }
        if header.effective.is_none() && !matches!(record.field(69, 75), "" | "000000") {
            self.note(FindingKind::DateMalformed, record, format!("the effective date \"{}\" is no date", record.field(69, 75)));
        }
        self.recorder.statement = Some(self.file.batches.len());
        self.open = Some(Batch { header: Some(header), ..Batch::default() });
        Ok(())
    }

    fn entry(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        if self.open.is_none() {
            self.fragment(record, "5", "an entry outside a batch")?;
            self.recorder.statement = Some(self.file.batches.len());
            self.open = Some(Batch::default());
        }
        let Some(batch) = &mut self.open else { return Ok(()) };
        let entry = entry(record, batch.class())?;
        self.recorder.entry = Some(batch.entries.len());
        let before = batch.entries.last().map(|entry| entry.trace.clone());
        self.count += 1;
        if !routing_number_holds(&entry.routing_number) {
            let text = format!("the routing number {} fails its check digit", entry.routing_number);
            self.note(FindingKind::ReferenceCheckDigit, record, text);
        }
        if before.is_some_and(|before| before >= entry.trace && !entry.trace.is_empty()) {
            self.note(FindingKind::FieldMalformed, record, format!("the trace number {} does not ascend", entry.trace));
        }
        if let Some(batch) = &mut self.open {
            batch.entries.push(entry);
        }
        self.recorder.entry = None;
        Ok(())
    }

    fn addendum(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        let read = addenda::read(record)?;
        let entry = self.open.as_mut().and_then(|batch| batch.entries.last_mut());
        let Some(entry) = entry else { return Err(record.malformed("an addendum without an entry")) };
        self.count += 1;
        let Some(addendum) = read else {
            return Err(record.malformed(format!("the addenda type \"{}\" is not known", record.field(1, 3))));
        };
        let unlisted = addenda::unlisted(&addendum).map(|code| format!("the code \"{code}\" is not published"));
        entry.addenda.push(addendum);
        match unlisted {
            Some(why) if !self.tolerance.unlisted_codes => Err(record.malformed(why)),
            Some(why) => {
                self.note(FindingKind::FieldUnknown, record, why);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn batch_control(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        let Some(mut batch) = self.open.take() else { return Err(record.malformed("a batch control outside a batch")) };
        let stated = control::of_batch(record, batch.class() == "ADV")?;
        let found = control::found(&batch.entries, self.count);
        control::compare(self, record, &stated, &found)?;
        if let Some(header) = &batch.header {
            control::compare_identity(self, record, header)?;
            control::check_service_class(self, record, header.service_class, &found);
        }
        batch.control = Some(stated);
        self.open = Some(batch);
        self.close();
        Ok(())
    }

    fn close(&mut self) {
        self.file.batches.extend(self.open.take());
        self.count = 0;
        self.recorder.statement = None;
        self.recorder.entry = None;
    }

    fn file_control(&mut self, record: &Record<'_>) -> Result<(), FormatError> {
        if self.open.is_some() {
            self.fragment(record, "8", "the last batch has no control")?;
            self.close();
        }
        if self.file.header.is_none() {
            self.fragment(record, "1", "no file header")?;
        }
        let advices = self.file.batches.last().is_some_and(|batch| batch.class() == "ADV");
        let stated = control::of_file(record, advices)?;
        control::compare_file(self, record, &stated)?;
        self.file.control = Some(stated);
        self.closed = true;
        Ok(())
    }
}

fn moment(date: quittance_types::BusinessDate, clock: &str) -> Moment {
    let timed = clock.get(..2).zip(clock.get(2..4)).and_then(|(hours, minutes)| Moment::parse_iso(&format!("{date}T{hours}:{minutes}")));
    timed.unwrap_or(Moment::from(date))
}

fn header(record: &Record<'_>) -> Result<BatchHeader, FormatError> {
    let class = record.string(50, 53);
    let service_class = match record.field(1, 4) {
        "200" => 200,
        "220" => 220,
        "225" => 225,
        "280" => 280,
        other => return Err(record.malformed(format!("the service class \"{other}\" is not 200, 220, 225 or 280"))),
    };
    let is_international = class == "IAT" || record.field(4, 20) == "IATCOR";
    let international = is_international.then(|| {
        Box::new(International {
            exchange: record.string(20, 22),
            reference_kind: record.string(22, 23),
            reference: record.string(23, 38),
            destination_country: record.string(38, 40),
            originating_currency: record.string(63, 66),
            destination_currency: record.string(66, 69),
        })
    });
    Ok(BatchHeader {
        service_class,
        company_name: record.string(4, 20),
        discretionary: if international.is_some() { String::new() } else { record.string(20, 40) },
        company_id: record.string(40, 50),
        class,
        description: record.string(53, 63),
        descriptive_date: if international.is_some() { String::new() } else { record.string(63, 69) },
        effective: yymmdd(record.field(69, 75)),
        settlement_day: record.string(75, 78),
        originator_status: record.string(78, 79),
        originating_bank: record.string(79, 87),
        number: record.number(87, 94, "the batch number")?,
        international,
    })
}

fn entry(record: &Record<'_>, class: &str) -> Result<Entry, FormatError> {
    let transaction_code = u8::try_from(record.number(1, 3, "the transaction code")?).unwrap_or_default();
    if super::codes::direction(transaction_code).is_none() {
        return Err(record.malformed(format!("the transaction code {transaction_code} is not known")));
    }
    record.number(3, 11, "the routing number")?;
    let trace = if class == "ADV" { record.field(90, 94) } else { record.field(79, 94) };
    if trace.is_empty() || !trace.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(record.malformed(format!("the trace number \"{trace}\" is no number")));
    }
    let entry =
        Entry { transaction_code, routing_number: record.string(3, 12), trace: trace.to_string(), line: record.line, ..Entry::default() };
    let entry = match class {
        "ADV" => Entry {
            account: record.string(12, 27),
            amount: record.cents(27, 39, "the amount")?,
            individual_id: record.string(39, 48),
            name: record.string(54, 76),
            discretionary: record.string(76, 78),
            ..entry
        },
        "IAT" => Entry { account: record.string(39, 74), amount: record.cents(29, 39, "the amount")?, ..entry },
        _ => Entry {
            account: record.string(12, 29),
            amount: record.cents(29, 39, "the amount")?,
            individual_id: record.string(39, 54),
            // After the number of addenda these classes name the company.
            name: if matches!(class, "CTX" | "TRX" | "ATX" | "ENR") { record.string(58, 74) } else { record.string(54, 76) },
            discretionary: record.string(76, 78),
            ..entry
        },
    };
    Ok(entry)
}

/// The check digit of an American routing number: weights 3, 7, 1 over nine digits give a multiple of ten.
pub(super) fn routing_number_holds(number: &str) -> bool {
    let weights = [3, 7, 1, 3, 7, 1, 3, 7, 1];
    let digits = number.len() == 9 && number.bytes().all(|byte| byte.is_ascii_digit());
    let sum: u32 = number.bytes().zip(weights).map(|(byte, weight)| u32::from(byte.wrapping_sub(b'0')) * weight).sum();
    digits && sum.is_multiple_of(10)
}

/// Control figures as a record states them.
pub(super) type Stated = Control;
