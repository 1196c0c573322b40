//! The measures.
#![allow(clippy::float_arithmetic, reason = "the measures are shares")]

use std::collections::BTreeMap;

use super::read::{Candidate, ResultLine, Row, TruthLine, Truths};
use super::statistics::{Calibration, ratio, upper_bound};

/// Most examples kept.
const EXAMPLES: usize = 200;

/// How lines of one scenario fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Receipts.
    pub lines: u64,
    /// Straight through.
    pub straight: u64,
    /// First proposal right.
    pub first: u64,
    /// One of five right.
    pub among_five: u64,
    /// Automatic with a wrong euro.
    pub wrong: u64,
    /// Nothing proposed.
    pub silent: u64,
}

/// A line that went wrong, for a person to look at.
#[derive(Clone, Debug)]
pub struct Example {
    /// Bank reference.
    pub line: String,
    /// How it came about.
    pub scenario: String,
    /// `false_apply`, `suggested_wrong`, `suggested_right`, `silent`.
    pub outcome: &'static str,
    /// What is true.
    pub truth: String,
    /// What was proposed first.
    pub proposed: String,
}

/// Everything that is measured.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Lines of the truth.
    pub lines: u64,
    /// Receipts among them.
    pub receipts: u64,
    /// Automatic lines, returns included.
    pub autos: u64,
    /// Receipts straight through.
    pub straight: u64,
    /// Share of receipts straight through.
    pub straight_lines: f64,
    /// The same by amount.
    pub straight_amount: f64,
    /// Automatic lines with a wrong euro.
    pub false_applies: u64,
    /// Their share of automatic lines.
    pub false_rate: f64,
    /// The 95 % upper bound of that share.
    pub false_bound: f64,
    /// Automatic lines on a wrong customer.
    pub wrong_customers: u64,
    /// Their share.
    pub wrong_customer_rate: f64,
    /// Right share of the automatic amount.
    pub precision_amount: f64,
    /// Automatic applications of receipts that are right but leave something out.
    pub incomplete: u64,
    /// Share of receipts whose first proposal is right.
    pub first_right: f64,
    /// Share with one of five right.
    pub five_right: f64,
    /// Share of differences named rightly, where the items are right.
    pub kinds_right: f64,
    /// Lines with a difference whose items are right.
    pub kinds: u64,
    /// Expected calibration error.
    pub calibration_error: f64,
    /// Mean squared error of the stated chances.
    pub brier: f64,
    /// Count, mean stated chance, share right, of ten bins.
    pub bins: Vec<(u64, f64, f64)>,
    /// Items that got more than was open.
    pub over_applied: u64,
    /// Lines applied more than once to the same item.
    pub double_processed: u64,
    /// Fees, interest, transfers and the like that were applied automatically.
    pub not_receivable_autos: u64,
    /// Returns.
    pub returns: u64,
    /// Returns taken back rightly and automatically.
    pub returns_right: u64,
    /// Lines of the truth without a word in the result.
    pub missing: u64,
    /// Lines of the result nobody knows.
    pub unknown: u64,
    /// Receipts by relation, quote, payer, and by all three: key is the kind of group and its word.
    pub groups: BTreeMap<(&'static str, String), Group>,
    /// Lines to look at.
    pub examples: Vec<Example>,
}

#[derive(Default)]
struct Sums {
    euros: i64,
    euros_straight: i64,
    auto_amount: i128,
    auto_amount_right: i128,
    first: u64,
    five: u64,
    kinds_right: u64,
    calibration: Calibration,
    applied: BTreeMap<(String, String), i64>,
}

/// Measures a result.
pub fn measure(truths: &Truths, result: &BTreeMap<String, ResultLine>) -> Measures {
    let mut measures = Measures { lines: truths.lines.len() as u64, ..Measures::default() };
    let mut sums = Sums::default();
    let nothing = ResultLine::default();
    for (id, truth) in &truths.lines {
        let found = result.get(id);
        measures.missing += u64::from(found.is_none());
        measures.line(id, truth, found.unwrap_or(&nothing), &mut sums);
    }
    measures.unknown = result.keys().filter(|id| !truths.lines.contains_key(*id)).count() as u64;
    let open = |key: &(String, String)| truths.open.get(key).copied();
    measures.over_applied = sums.applied.iter().filter(|(key, applied)| open(key).is_some_and(|open| **applied > open)).count() as u64;
    measures.finish(&sums);
    measures
}

impl Measures {
    fn line(&mut self, id: &str, truth: &TruthLine, found: &ResultLine, sums: &mut Sums) {
        let (receipt, returned) = (truth.class == "receipt", truth.class == "return");
        let auto = found.decision == "auto" && found.first().is_some_and(|first| !first.rows.is_empty());
        let first = found.first().filter(|first| !first.rows.is_empty());
        let right = first.is_some_and(|first| is_right(truth, first));
        let wrong = auto && first.is_some_and(|first| has_wrong_euro(truth, first));
        if let Some((first, stated)) = first.and_then(|first| Some((first, first.confidence?))) {
            sums.calibration.add(stated, is_right(truth, first));
        }
        if auto {
            self.auto(truth, found, wrong, sums);
        }
        self.not_receivable_autos += u64::from(auto && !receipt && !returned);
        self.returns += u64::from(returned);
        self.returns_right += u64::from(returned && auto && right);
        if receipt {
            self.receipt(truth, found, (auto, right, wrong), sums);
        }
        if wrong || (receipt && !(auto && right)) {
            self.example(id, truth, found, wrong, right);
        }
    }

    fn auto(&mut self, truth: &TruthLine, found: &ResultLine, wrong: bool, sums: &mut Sums) {
        let Some(first) = found.first() else { return };
        self.autos += 1;
        self.false_applies += u64::from(wrong);
        let customers = |row: &Row| !truth.rows.iter().any(|true_row| true_row.customer == row.customer);
        self.wrong_customers += u64::from(first.rows.iter().any(|row| !row.customer.is_empty() && customers(row)));
        self.double_processed += u64::from(first.repeated);
        let weigh = |row: &Row| i128::from(row.applied.abs());
        let all: i128 = first.rows.iter().map(weigh).sum();
        let good: i128 = first.rows.iter().filter(|row| is_true(truth, row)).map(weigh).sum();
        // Amounts of different currencies are made comparable by the line's euros.
        if all > 0 {
            sums.auto_amount += i128::from(truth.euros);
            sums.auto_amount_right += i128::from(truth.euros) * good / all;
        }
        for row in first.rows.iter().filter(|row| !row.invoice.is_empty()) {
            *sums.applied.entry((row.customer.clone(), row.invoice.clone())).or_default() += row.applied;
        }
    }

    fn receipt(&mut self, truth: &TruthLine, found: &ResultLine, (auto, right, wrong): (bool, bool, bool), sums: &mut Sums) {
        let straight = auto && right;
        let among_five = found.candidates.values().take(5).any(|candidate| is_right(truth, candidate));
        let silent = found.candidates.values().all(|candidate| candidate.rows.is_empty());
        self.receipts += 1;
        self.straight += u64::from(straight);
        self.incomplete += u64::from(auto && !right && !wrong);
        sums.euros += truth.euros;
        sums.euros_straight += if straight { truth.euros } else { 0 };
        sums.first += u64::from(right);
        sums.five += u64::from(among_five);
        if right && truth.rows.iter().any(|row| !row.reason.is_empty()) {
            self.kinds += 1;
            sums.kinds_right += u64::from(found.first().is_some_and(|first| names_differences(truth, first)));
        }
        let mut parts = truth.scenario.split('/');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let keys = [("relation", part()), ("quote", part()), ("payer", part()), ("scenario", truth.scenario.clone())];
        for key in keys {
            let group = self.groups.entry(key).or_default();
            group.lines += 1;
            group.straight += u64::from(straight);
            group.first += u64::from(right);
            group.among_five += u64::from(among_five);
            group.wrong += u64::from(wrong);
            group.silent += u64::from(silent);
        }
    }

    fn example(&mut self, id: &str, truth: &TruthLine, found: &ResultLine, wrong: bool, right: bool) {
        let outcome = match (wrong, right, found.first().is_some_and(|first| !first.rows.is_empty())) {
            (true, ..) => "false_apply",
            (_, true, _) => "suggested_right",
            (_, _, true) => "suggested_wrong",
            _ => "silent",
        };
        let same = self.examples.iter().filter(|example| example.outcome == outcome && example.scenario == truth.scenario).count();
        let enough = if wrong { EXAMPLES } else { 3 };
        if same < enough {
            self.examples.push(Example {
                line: id.to_owned(),
                scenario: truth.scenario.clone(),
                outcome,
                truth: shown(&truth.rows),
                proposed: found.first().map(|first| shown(&first.rows)).unwrap_or_default(),
            });
        }
    }

    fn finish(&mut self, sums: &Sums) {
        let share = |part: i64, whole: i64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        self.straight_lines = ratio(self.straight, self.receipts);
        self.straight_amount = share(sums.euros_straight, sums.euros);
        self.false_rate = ratio(self.false_applies, self.autos);
        self.false_bound = upper_bound(self.false_applies, self.autos);
        self.wrong_customer_rate = ratio(self.wrong_customers, self.autos);
        self.precision_amount = if sums.auto_amount == 0 { 1.0 } else { sums.auto_amount_right as f64 / sums.auto_amount as f64 };
        self.first_right = ratio(sums.first, self.receipts);
        self.five_right = ratio(sums.five, self.receipts);
        self.kinds_right = ratio(sums.kinds_right, self.kinds);
        self.calibration_error = sums.calibration.error();
        self.brier = sums.calibration.brier();
        self.bins = sums.calibration.bins().collect();
    }
}

fn is_true(truth: &TruthLine, row: &Row) -> bool {
    truth.rows.iter().any(|true_row| {
        true_row.invoice == row.invoice && true_row.applied == row.applied && (row.customer.is_empty() || row.customer == true_row.customer)
    })
}

/// Every row is true and none is left out.
fn is_right(truth: &TruthLine, candidate: &Candidate) -> bool {
    !candidate.rows.is_empty() && candidate.rows.len() == truth.rows.len() && candidate.rows.iter().all(|row| is_true(truth, row))
}

/// A part on account with the right customer is not wrong, whatever its amount.
fn has_wrong_euro(truth: &TruthLine, candidate: &Candidate) -> bool {
    let on_account_of_a_payer = |row: &Row| {
        row.invoice.is_empty() && truth.class == "receipt" && truth.rows.iter().any(|true_row| true_row.customer == row.customer)
    };
    candidate.rows.iter().any(|row| !is_true(truth, row) && !on_account_of_a_payer(row))
}

fn names_differences(truth: &TruthLine, candidate: &Candidate) -> bool {
    truth.rows.iter().all(|true_row| candidate.rows.iter().any(|row| row.invoice == true_row.invoice && row.reason == true_row.reason))
}

fn shown(rows: &[Row]) -> String {
    let part = |row: &Row| {
        let invoice = if row.invoice.is_empty() { "on account" } else { &row.invoice };
        let cents = row.applied / 100;
        let reason = if row.reason.is_empty() { String::new() } else { format!(" {}", row.reason) };
        format!("{invoice} {}{}.{:02}{reason} ({})", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100, row.customer)
    };
    rows.iter().map(part).collect::<Vec<_>>().join(" + ")
}
