//! What a statement is read from: the values of one aggregate.

use quittance_types::BusinessDate;

use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::Moment;

/// Aggregates whose values are read together.
const RECORDS: [&str; 9] = ["STMTTRN", "STMTTRNP", "BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "LEDGERBAL", "AVAILBAL", "STATUS", "SONRS"];
/// Aggregates that are statements.
const STATEMENTS: [&str; 3] = ["STMTRS", "CCSTMTRS", "INVSTMTRS"];
/// Aggregates that hold records and statements: none of them stands inside a record.
const HOLDERS: [&str; 15] = [
    "OFX",
    "SIGNONMSGSRSV1",
    "BANKMSGSRSV1",
    "CREDITCARDMSGSRSV1",
    "INVSTMTMSGSRSV1",
    "STMTTRNRS",
    "CCSTMTTRNRS",
    "INVSTMTTRNRS",
    "BANKTRANLIST",
    "BANKTRANLISTP",
    "INVTRANLIST",
    "INVBANKTRAN",
    "INVPOSLIST",
    "INVBAL",
    "SECLISTMSGSRSV1",
];
/// Aggregates inside a record. Any other element there is a value, even an empty one that is not closed.
const INNER: [&str; 7] = ["PAYEE", "CURRENCY", "ORIGCURRENCY", "BANKACCTTO", "CCACCTTO", "IMAGEDATA", "FI"];
/// The one record that may hold another: the answer to the sign-on has a status of its own.
const SIGN_ON: (&str, &str) = ("SONRS", "STATUS");
/// Values of a transaction itself: where one stands in an inner aggregate, that was not closed.
const OWN: [&str; 7] = ["TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "MEMO", "CHECKNUM", "REFNUM"];
/// Values kept of one record.
const MAX_VALUES: usize = 64;

/// True for aggregates whose values are read together.
pub(super) fn is_record(name: &str) -> bool {
    RECORDS.contains(&name)
}

/// True for aggregates that are statements.
pub(super) fn is_statement(name: &str) -> bool {
    STATEMENTS.contains(&name)
}

/// An aggregate with the values read so far.
pub(super) struct Record {
    pub name: String,
    pub offset: usize,
    values: Vec<(String, String)>,
    /// The aggregate open inside it.
    inner: Option<String>,
}

impl Record {
    /// Without values.
    pub fn new(name: &str, offset: usize) -> Record {
        Record { name: name.to_string(), offset, values: Vec::new(), inner: None }
    }

    /// True when an aggregate cannot stand inside this record: where it begins or ends, the record has ended.
    pub fn is_ended_by(&self, name: &str) -> bool {
        let outer = is_record(name) || is_statement(name) || HOLDERS.contains(&name);
        outer && (self.name.as_str(), name) != SIGN_ON
    }

    /// An element without text: an aggregate known to stand here, else an empty value.
    pub fn open(&mut self, name: &str) {
        if INNER.contains(&name) || (self.name.as_str(), name) == SIGN_ON {
            self.inner = Some(name.to_string());
        }
    }

    /// An aggregate inside the record ends.
    pub fn close(&mut self, name: &str) {
        self.inner = self.inner.take().filter(|inner| inner != name);
    }

    /// An element with a value.
    pub fn value(&mut self, name: &str, value: String) {
        if OWN.contains(&name) {
            self.inner = None;
        }
        if self.values.len() < MAX_VALUES {
            let path = self.inner.as_ref().map_or_else(|| name.to_string(), |inner| format!("{inner}/{name}"));
            self.values.push((path, value));
        }
    }

    /// First value of a name (`PAYEE/NAME` inside an aggregate) that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    /// As [`Record::get`].
    pub fn string(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_string)
    }

    /// A date; a finding when it is there and is none.
    pub fn moment(&self, name: &str, recorder: &mut Recorder) -> Option<Moment> {
        let text = self.get(name)?;
        let found = moment(text);
        if found.is_none() {
            recorder.note(FindingKind::DateMalformed, name, self.offset, format!("\"{}\" is no date", excerpt(text, 20)));
        }
        found
    }
}

/// `YYYYMMDD`, with `HHMMSS`, `.XXX` and `[hours:name]` as far as they are there.
pub(super) fn moment(text: &str) -> Option<Moment> {
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
    let offset = zone.and_then(|hours| hours.trim_start_matches('+').parse::<i16>().ok()).filter(|hours| hours.abs() <= 14);
    let mut moment = Moment::from(date);
    if let Some((hours, minutes)) = time {
        moment = moment.at(i64::from((hours * 60 + minutes) * 60 + seconds) * 1_000_000);
        moment = moment.with_offset(offset.map(|hours| hours * 60));
    }
    Some(moment)
}
