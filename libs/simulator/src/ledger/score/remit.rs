//! Advices: what was read against what they say.
#![allow(clippy::float_arithmetic, reason = "the measures are shares")]

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::read::{Columns, amount};
use super::statistics::{f1, ratio};

/// How well advices were read.
#[derive(Clone, Debug, Default)]
pub struct RemitMeasures {
    /// Advices.
    pub documents: u64,
    /// Their lines.
    pub lines: u64,
    /// Lines read.
    pub found: u64,
    /// Harmonic mean of precision and recall of lines (number and net).
    pub line_f1: f64,
    /// Share of advices read without any difference in numbers and nets.
    pub exact: f64,
    /// Share of lines with a deduction whose deduction was read too, of those whose net was.
    pub deductions_right: f64,
    /// Advices that were not read exactly, with the first difference.
    pub wrong: Vec<(String, String)>,
}

type Lines = BTreeMap<String, BTreeMap<(String, i64), (u64, i64)>>;

/// Compares `remit_truth.csv` with what `--remit-out` wrote. Numbers are compared without blanks and punctuation.
///
/// # Errors
/// What the file system or the CSV reader says.
pub fn measure_remit(truth: &Path, found: &Path) -> io::Result<RemitMeasures> {
    let (truth, found) = (read(truth)?, read(found)?);
    let mut measures = RemitMeasures { documents: truth.len() as u64, ..RemitMeasures::default() };
    let (mut both, mut exact, mut deducted, mut deducted_right) = (0, 0, 0, 0);
    let nothing = BTreeMap::new();
    for (advice, wanted) in &truth {
        let read = found.get(advice).unwrap_or(&nothing);
        for (line, (count, deduction)) in wanted {
            let (read_count, read_deduction) = read.get(line).copied().unwrap_or_default();
            both += read_count.min(*count);
            let is_deducted = *deduction != 0 && read_count > 0;
            deducted += u64::from(is_deducted);
            deducted_right += u64::from(is_deducted && read_deduction == *deduction);
        }
        let missing = wanted.iter().find(|(line, (count, _))| read.get(*line).is_none_or(|(found, _)| found != count));
        let surplus = read.keys().find(|line| !wanted.contains_key(*line));
        exact += u64::from(missing.is_none() && surplus.is_none());
        if missing.is_some() || surplus.is_some() {
            measures.wrong.push((advice.clone(), format!("wanted {:?}, surplus {:?}", missing.map(|(line, _)| line), surplus)));
        }
    }
    let count = |lines: &Lines| lines.values().flat_map(|lines| lines.values()).map(|(count, _)| count).sum::<u64>();
    (measures.lines, measures.found) = (count(&truth), count(&found));
    measures.line_f1 = f1(both, measures.found, measures.lines);
    measures.exact = ratio(exact, measures.documents);
    measures.deductions_right = ratio(deducted_right, deducted);
    Ok(measures)
}

fn read(path: &Path) -> io::Result<Lines> {
    let mut reader = csv::Reader::from_path(path)?;
    let columns = Columns::new(reader.headers()?);
    let mut lines = Lines::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let of = |name| columns.get(&record, name);
        let number: String = of("invoice").chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        let net = amount(of("net")).unwrap_or_default();
        let slot = lines.entry(of("advice").to_owned()).or_default().entry((number, net)).or_insert((0, 0));
        slot.0 += 1;
        slot.1 = amount(of("deduction")).unwrap_or_default();
    }
    Ok(lines)
}
