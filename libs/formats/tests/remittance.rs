//! Advices as payers write them: every line with its amounts, proven where the figures allow it, and never proven wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "remittance/case.rs"]
mod case;
#[path = "remittance/letters.rs"]
mod letters;
#[path = "remittance/mails.rs"]
mod mails;
#[path = "remittance/pages.rs"]
mod pages;
#[path = "remittance/reviewed.rs"]
mod reviewed;
#[path = "remittance/sheets.rs"]
mod sheets;
#[path = "remittance/tables.rs"]
mod tables;

use case::{Case, Score};

fn all() -> Vec<&'static Case> {
    [tables::CASES, letters::CASES, pages::CASES, reviewed::CASES, sheets::CASES, mails::CASES].into_iter().flatten().collect()
}

#[test]
fn every_advice_reads_as_written() {
    let mut score = Score::default();
    for case in all() {
        score.add(case);
    }
    println!("{score}");
    assert!(score.cases >= 60, "{} cases", score.cases);
    assert!(score.wrong.is_empty(), "{}", score.wrong.join("\n"));
}
