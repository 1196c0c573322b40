//! Advices as payers write them: every line with its amounts, proven where the figures allow it, and never proven wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt;

use quittance_formats::remittance::{Advice, Hints, read_with};
use quittance_samples::advices::{Case, cases};

#[derive(Default)]
struct Score {
    cases: usize,
    exact: usize,
    expected: usize,
    found: usize,
    right: usize,
    wrong: Vec<String>,
}

impl fmt::Display for Score {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, whole: usize| part * 10_000 / whole.max(1);
        write!(
            out,
            "{} cases, exact {} of 10000, line precision {}, recall {}",
            self.cases,
            share(self.exact, self.cases),
            share(self.right, self.found),
            share(self.right, self.expected)
        )
    }
}

fn lines_of(advices: &[Advice]) -> Vec<String> {
    let lines = advices.iter().flat_map(|advice| &advice.lines);
    let shown = lines.map(|line| {
        let net = line.net_amount().map_or("?".to_string(), |net| net.normalize().to_string());
        let deduction = line.deduction().unwrap_or_default().normalize();
        format!("{} {net} {deduction}", line.document.value)
    });
    shown.collect()
}

fn canonical(expected: &str) -> Vec<String> {
    let lines = expected.split(';').map(str::trim).filter(|line| !line.is_empty());
    let shown = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let amount = |text: &str| text.parse::<quittance_types::Decimal>().ok().map(|value| value.normalize().to_string());
        // A document with blanks in it has its deduction always behind it.
        let (document, net, deduction) = match words.as_slice() {
            [document @ .., net, deduction] if !document.is_empty() => (document.join(" "), *net, *deduction),
            [document @ .., net] => (document.join(" "), *net, "0"),
            [] => (String::new(), "0", "0"),
        };
        format!("{document} {} {}", amount(net).unwrap_or_default(), amount(deduction).unwrap_or_default())
    });
    shown.collect()
}

impl Score {
    fn add(&mut self, case: &Case) {
        self.cases += 1;
        let name = format!("advice.{}", case.name.rsplit('.').next().unwrap());
        let hints = Hints { name: Some(&name), ..Hints::default() };
        let advices = read_with(case.source.as_bytes(), &hints).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let review = case.lines.trim_end().ends_with('?');
        let (lines, total) = case
            .lines
            .trim_end()
            .trim_end_matches('?')
            .split_once('=')
            .map_or((case.lines.trim_end_matches('?'), None), |(lines, total)| (lines, Some(total.trim())));
        let (mut expected, mut found) = (canonical(lines), lines_of(&advices));
        expected.sort();
        found.sort();
        let mut rest = found.clone();
        let right = expected.iter().filter(|line| rest.iter().position(|other| other == *line).map(|at| rest.remove(at)).is_some()).count();
        self.expected += expected.len();
        self.found += found.len();
        self.right += right;
        let proven = advices.iter().all(Advice::is_proven);
        let totals: Vec<String> =
            advices.iter().filter_map(|advice| advice.total.as_ref()).map(|total| total.value.normalize().to_string()).collect();
        let total_is_right =
            total.is_none_or(|total| totals.contains(&total.parse::<quittance_types::Decimal>().unwrap().normalize().to_string()));
        if expected == found && proven != review && total_is_right {
            self.exact += 1;
        } else {
            let verdicts: Vec<String> = advices.iter().map(|advice| format!("{:?}", advice.verdict)).collect();
            self.wrong.push(format!(
                "{}:\n  expected {expected:?} {}\n  found    {found:?} total {totals:?} {}",
                case.name,
                if review { "review" } else { "proven" },
                verdicts.join(" ")
            ));
        }
    }
}

#[test]
fn every_advice_reads_as_written() {
    let mut score = Score::default();
    for case in cases() {
        score.add(case);
    }
    println!("{score}");
    assert!(score.cases >= 60, "{} cases", score.cases);
    assert!(score.wrong.is_empty(), "{}", score.wrong.join("\n"));
}
