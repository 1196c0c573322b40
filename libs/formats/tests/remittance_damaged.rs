//! Damaged advices never panic, and are never proven where their figures do not add up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use quittance_formats::remittance::read;
use quittance_samples::{advices::cases, archive};
use quittance_types::Decimal;

fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut out: Vec<(String, Vec<u8>)> = cases().map(|case| (case.name.to_string(), case.source.as_bytes().to_vec())).collect();
    let row = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Invoice</t></is></c><c r="B1"><v>100.5</v></c></row>"#;
    out.push(("a.xlsx".to_string(), archive::workbook(row)));
    out.push(("a.pdf".to_string(), archive::pdf(&[(50, 700, "RE-1"), (200, 700, "10.00")])));
    out
}

/// Whatever is read is consistent: proven means that the figures add up.
fn exercise(name: &str, bytes: &[u8]) {
    let Ok(advices) = read(bytes, Some(name)) else { return };
    for advice in advices.iter().filter(|advice| advice.is_proven()) {
        let sum: Decimal = advice.lines.iter().map(|line| line.net_amount().unwrap()).sum();
        assert_eq!(Some(sum), advice.total.as_ref().map(|total| total.value), "{name}");
        for line in &advice.lines {
            let gross = line.gross_amount().unwrap_or_else(|| line.net_amount().unwrap());
            assert_eq!(gross - line.deduction().unwrap_or_default(), line.net_amount().unwrap(), "{name}");
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    let seeds = seeds();
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..4u8);
    let strategy = (any::<prop::sample::Index>(), prop::collection::vec(change, 1..6));
    let mut runner = TestRunner::new(Config { cases: 1500, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(which, changes)| {
        let (name, mut bytes) = which.get(&seeds).clone();
        for (from, to, byte, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let (low, high) = (from.min(to), from.max(to));
            match kind {
                0 => bytes[from] = byte,
                1 => bytes[from] ^= 1 << (byte % 8),
                2 => drop(bytes.drain(low..high.min(low + 64))),
                _ => {
                    let piece: Vec<u8> = bytes[low..high.min(low + 200)].to_vec();
                    bytes.splice(to..to, piece);
                }
            }
        }
        exercise(&name, &bytes);
        Ok(())
    });
    outcome.unwrap();
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_never_panics(text in "(\\PC|[0-9 .,;|\\n\\t€%-]){0,300}") {
        exercise("a.txt", text.as_bytes());
        exercise("a.csv", text.as_bytes());
        exercise("a.html", text.as_bytes());
        exercise("a.eml", text.as_bytes());
    }
}
