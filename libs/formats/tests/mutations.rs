//! Every sample file, damaged: cut, with bytes flipped, with lines doubled and swapped. No reader panics, and what is
//! refused is refused with its place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_samples::corpora;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use quittance_formats::nacha::{Tolerance, read_with};
use quittance_formats::{detect, inspect, read, read_document};
use quittance_types::{Fault, Reason};

const FOLDERS: [&str; 13] =
    ["bai2", "camt", "cfonb", "coda", "lockbox", "mt940", "nacha", "ofx", "pain", "remadv", "remt", "x12", "x12-820"];
const EXTENSIONS: [&str; 10] = ["ach", "bai", "cod", "dat", "edi", "ofx", "sta", "txt", "xml", "qfx"];

/// Files larger than this are damaged less often, so that the whole takes seconds.
const LARGE: usize = 20_000;

fn seeds() -> Vec<(PathBuf, Vec<u8>)> {
    let folders = FOLDERS.iter().filter_map(|name| corpora::folder(name));
    let paths = folders.flat_map(|folder| corpora::files(&folder, &EXTENSIONS));
    paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// A fault about what is in a known format says where: by line, or by element or field.
fn has_place(fault: &Fault) -> bool {
    match fault.reason() {
        Reason::FormatUnknown | Reason::XmlEncoding => true,
        Reason::StatementMalformed => fault.get("line").is_some_and(|line| line != "0") && fault.get("path").is_some(),
        Reason::XmlLimit | Reason::XmlDtdForbidden => fault.get("line").is_some(),
        other => panic!("an unexpected reason: {other:?}"),
    }
}

fn exercise(bytes: &[u8], what: &dyn Fn() -> String) {
    let _ = (detect(bytes), inspect(bytes));
    for fault in [read_document(bytes).err(), read(bytes).err()].into_iter().flatten() {
        assert!(has_place(&fault), "{}: {fault} {:?}", what(), fault.metadata());
    }
    let all = Tolerance { unlisted_codes: true, fragments: true, control_differences: true };
    if bytes.first().is_some_and(|byte| matches!(byte, b'1' | b'5' | b'6')) {
        let _ = read_with(bytes, all);
    }
}

#[test]
fn every_sample_cut_at_many_places() {
    for (path, seed) in seeds() {
        let pieces = if seed.len() > LARGE { 11 } else { 41 };
        let step = (seed.len() / pieces).max(1);
        for length in (0..seed.len()).step_by(step) {
            exercise(&seed[..length], &|| format!("{} cut at {length}", path.display()));
        }
    }
}

#[test]
fn every_sample_with_lines_dropped_doubled_and_swapped() {
    for (path, seed) in seeds() {
        // EDI and one-line XML have no lines: their segments and elements take that part.
        let mut separator = b'\n';
        for other in [b'~', b'\'', b'>'] {
            if seed.iter().filter(|byte| **byte == separator).count() < 4 {
                separator = other;
            }
        }
        let lines: Vec<&[u8]> = seed.split_inclusive(|byte| *byte == separator).collect();
        let most = if seed.len() > LARGE { 6 } else { 24 };
        let step = (lines.len() / most).max(1);
        for index in (0..lines.len()).step_by(step) {
            let mut dropped = lines.clone();
            dropped.remove(index);
            let mut doubled = lines.clone();
            doubled.insert(index, lines[index]);
            let mut swapped = lines.clone();
            swapped.swap(index, (index * 7 + 1) % lines.len());
            for (kind, changed) in [("dropped", dropped), ("doubled", doubled), ("swapped", swapped)] {
                exercise(&changed.concat(), &|| format!("{} line {} {kind}", path.display(), index + 1));
            }
        }
    }
}

#[test]
fn samples_with_changed_bytes() {
    let seeds = seeds();
    if seeds.is_empty() {
        return;
    }
    let change = (any::<Index>(), any::<u8>(), 0..5u8);
    let strategy = (any::<Index>(), prop::collection::vec(change, 1..8));
    let mut runner = TestRunner::new(Config { cases: 6000, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(which, changes)| {
        let (path, seed) = which.get(&seeds);
        let mut bytes = seed.clone();
        for (place, byte, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte % 8),
                2 => bytes[at] = b"0123456789 +-.,:*~'/<>&\n"[usize::from(byte) % 24],
                3 => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
        }
        exercise(&bytes, &|| path.display().to_string());
        Ok(())
    });
    outcome.unwrap();
}
