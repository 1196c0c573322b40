//! Truth and result as read from their files.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Amounts are kept in ten-thousandths of a unit, whatever the currency.
pub(super) const UNIT: i64 = 10_000;

/// One row of truth or result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Item; empty for the part on account.
    pub invoice: String,
    /// Customer.
    pub customer: String,
    /// Applied amount in ten-thousandths.
    pub applied: i64,
    /// What the difference is.
    pub reason: String,
}

/// A line's truth.
#[derive(Clone, Debug, Default)]
pub struct TruthLine {
    /// Receipt, return, fee ...
    pub class: String,
    /// How it came about.
    pub scenario: String,
    /// Amount in ten-thousandths of a euro, without sign.
    pub euros: i64,
    /// What it did.
    pub rows: Vec<Row>,
}

/// All that is true about a folder.
#[derive(Clone, Debug, Default)]
pub struct Truths {
    /// Lines by bank reference.
    pub lines: BTreeMap<String, TruthLine>,
    /// Open amount of items by customer and number, ten-thousandths; empty when the items do not lie beside the truth.
    pub open: BTreeMap<(String, String), i64>,
    /// Ten-thousandths of a euro per unit, by currency of the customer's items.
    pub rates: BTreeMap<String, i64>,
}

/// One proposal for a line.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Chance of being right, millionths; none when not stated.
    pub confidence: Option<u32>,
    /// The same item stands in it twice.
    pub repeated: bool,
}

/// What the engine says about a line.
#[derive(Clone, Debug, Default)]
pub struct ResultLine {
    /// `auto`, `suggest` or `none`.
    pub decision: String,
    /// By rank.
    pub candidates: BTreeMap<u32, Candidate>,
}

impl ResultLine {
    /// The best proposal.
    pub fn first(&self) -> Option<&Candidate> {
        self.candidates.values().next()
    }
}

/// Reads `truth.csv`, and from beside it the open items and rates if they are there.
///
/// # Errors
/// What the file system or the CSV reader says.
pub fn read_truth(path: &Path) -> io::Result<Truths> {
    let mut truths = Truths { rates: rates(path)?, open: open_items(path)?, ..Truths::default() };
    let mut reader = csv::Reader::from_path(path)?;
    let columns = Columns::new(reader.headers()?);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let of = |name| columns.get(&record, name);
        let line = truths.lines.entry(of("line_id").to_owned()).or_default();
        line.class = of("class").to_owned();
        line.scenario = of("scenario").to_owned();
        let rate = truths.rates.get(of("line_currency")).copied().unwrap_or(UNIT);
        let row = row(&columns, &record);
        line.euros = match amount(of("line_amount")) {
            Some(stated) => euros(stated.abs(), rate),
            None => line.euros + row.applied.abs(),
        };
        if !row.customer.is_empty() {
            line.rows.push(row);
        }
    }
    Ok(truths)
}

/// Reads a result.
///
/// # Errors
/// What the file system or the CSV reader says.
pub fn read_result(path: &Path) -> io::Result<BTreeMap<String, ResultLine>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let columns = Columns::new(reader.headers()?);
    let mut lines: BTreeMap<String, ResultLine> = BTreeMap::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let of = |name| columns.get(&record, name);
        let line = lines.entry(of("line_id").to_owned()).or_default();
        line.decision = of("decision").to_owned();
        let candidate = line.candidates.entry(of("candidate").parse().unwrap_or(1)).or_default();
        candidate.confidence = confidence(of("confidence")).or(candidate.confidence);
        let row = row(&columns, &record);
        let says_something = !row.invoice.is_empty() || (!row.customer.is_empty() && row.applied != 0);
        if says_something {
            candidate.repeated |= candidate.rows.iter().any(|other| other.invoice == row.invoice && other.customer == row.customer);
            candidate.rows.push(row);
        }
    }
    Ok(lines)
}

fn row(columns: &Columns, record: &csv::StringRecord) -> Row {
    let of = |name| columns.get(record, name);
    Row {
        invoice: of("invoice_number").to_owned(),
        customer: of("customer_id").to_owned(),
        applied: amount(of("applied_amount")).unwrap_or_default(),
        reason: of("adjust_reason").to_owned(),
    }
}

fn rates(truth: &Path) -> io::Result<BTreeMap<String, i64>> {
    let mut rates = BTreeMap::new();
    let Ok(mut reader) = csv::Reader::from_path(truth.with_file_name("fx_rates.csv")) else { return Ok(rates) };
    for record in reader.records() {
        let record = record?;
        let rate = amount(record.get(1).unwrap_or_default()).unwrap_or(UNIT);
        rates.insert(record.get(0).unwrap_or_default().to_owned(), rate);
    }
    Ok(rates)
}

fn open_items(truth: &Path) -> io::Result<BTreeMap<(String, String), i64>> {
    let mut open = BTreeMap::new();
    let Ok(mut reader) = csv::Reader::from_path(truth.with_file_name("open_items.csv")) else { return Ok(open) };
    let columns = Columns::new(reader.headers()?);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let of = |name| columns.get(&record, name);
        open.insert((of("customer_id").to_owned(), of("invoice_number").to_owned()), amount(of("open_amount")).unwrap_or_default());
    }
    Ok(open)
}

/// Ten-thousandths of a euro for ten-thousandths of a unit.
fn euros(amount: i64, rate: i64) -> i64 {
    (i128::from(amount) * i128::from(rate) / i128::from(UNIT)) as i64
}

/// Reads `-1234.05` exactly; none for what is no amount.
pub(super) fn amount(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: String = fraction.chars().chain("0000".chars()).take(4).collect();
    let value = whole.parse::<i64>().ok()?.checked_mul(UNIT)?.checked_add(fraction.parse().ok()?)?;
    Some(if negative { -value } else { value })
}

/// Reads `0.9975` as millionths.
fn confidence(text: &str) -> Option<u32> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let value = whole.parse::<u32>().ok()?.checked_mul(1_000_000)?.checked_add(fraction.parse().ok()?)?;
    Some(value.min(1_000_000))
}

/// Columns by name; a missing one is empty.
pub(super) struct Columns(Vec<String>);

impl Columns {
    pub(super) fn new(header: &csv::StringRecord) -> Columns {
        Columns(header.iter().map(|name| name.trim().to_owned()).collect())
    }

    pub(super) fn get<'r>(&self, record: &'r csv::StringRecord, name: &str) -> &'r str {
        let place = self.0.iter().position(|column| column == name);
        place.and_then(|place| record.get(place)).unwrap_or_default().trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(amount("-1234.05"), Some(-12_340_500));
        assert_eq!(amount("150000"), Some(1_500_000_000));
        assert_eq!(amount(""), None);
        assert_eq!(amount("1,5"), None);
        assert_eq!(confidence("0.9975"), Some(997_500));
        assert_eq!(confidence("1"), Some(1_000_000));
        assert_eq!(confidence(""), None);
    }
}
