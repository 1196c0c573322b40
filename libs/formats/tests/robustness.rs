//! Damaged files never panic, and what they give is consistent: read and inspect agree, lines add up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use quittance_formats::fingerprint::fingerprints;
use quittance_formats::references::document_numbers_in;
use quittance_formats::{detect, inspect_file, read};
use quittance_samples::corpora;

const FOLDERS: [&str; 6] = ["camt", "mt940", "bai2", "coda", "cfonb", "ofx"];
const EXTENSIONS: [&str; 5] = ["xml", "sta", "txt", "cod", "ofx"];

/// Everything that can be asked of a file.
fn exercise(bytes: &[u8]) {
    let _ = detect(bytes);
    let Ok(file) = read(bytes) else { return };
    let shown = inspect_file(&file);
    assert_eq!(shown["findings"].as_array().unwrap().len(), file.findings.len());
    for statement in &file.statements {
        assert_eq!(fingerprints(statement).len(), statement.lines().count());
        for line in statement.lines() {
            let _ = (line.counterparty(), line.text(), line.bank_reference(), line.is_return());
            document_numbers_in(&line.text());
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let folders = FOLDERS.iter().filter_map(|name| corpora::folder(name));
    let files = folders.flat_map(|folder| corpora::files(&folder, &EXTENSIONS));
    files.map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn cut_files_never_panic() {
    for seed in seeds() {
        let step = (seed.len() / 97).max(1);
        for length in (0..seed.len()).step_by(step) {
            exercise(&seed[..length]);
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    let seeds = seeds();
    if seeds.is_empty() {
        return;
    }
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..4u8);
    let strategy = (any::<prop::sample::Index>(), prop::collection::vec(change, 1..6));
    let mut runner = TestRunner::new(Config { cases: 4000, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(which, changes)| {
        let mut bytes = which.get(&seeds).clone();
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
        exercise(&bytes);
        Ok(())
    });
    outcome.unwrap();
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        exercise(&bytes);
    }

    #[test]
    fn any_text_gives_spans_inside_it(text in "\\PC{0,80}") {
        for span in document_numbers_in(&text) {
            prop_assert!(text.get(span.start..span.end).is_some());
        }
    }
}
