//! Reads the advices of a folder and compares them with what they say:
//! `cargo run -p quittance-formats --example advices -- FOLDER TRUTH.csv [KNOWN.csv]` (columns advice, invoice, net, deduction;
//! the first column of KNOWN are numbers the receiver knows).

#![allow(clippy::expect_used, clippy::float_arithmetic)]

use std::collections::{BTreeMap, HashSet};

use quittance_formats::remittance::{Advice, Hints, read_with};

/// Number, net and deduction of a line.
type Line = (String, String, String);

#[derive(Default)]
struct Score {
    documents: usize,
    exact: usize,
    proven: usize,
    proven_wrong: usize,
    expected: usize,
    found: usize,
    right: usize,
}

fn plain(text: &str) -> String {
    let text = text.trim();
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
}

fn number(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn numbers(path: &str) -> HashSet<String> {
    let text = std::fs::read_to_string(path).expect("known numbers");
    text.lines().skip(1).filter_map(|row| row.split(',').next()).map(str::to_uppercase).collect()
}

fn truths(path: &str) -> BTreeMap<String, Vec<Line>> {
    let text = std::fs::read_to_string(path).expect("the truth");
    let mut out: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        if let [advice, invoice, net, deduction, ..] = cells.as_slice() {
            out.entry((*advice).to_string()).or_default().push((number(invoice), plain(net), plain(deduction)));
        }
    }
    out
}

fn lines(advices: &[Advice]) -> Vec<Line> {
    let all = advices.iter().flat_map(|advice| &advice.lines);
    let amount = |value: Option<quittance_types::Decimal>| value.unwrap_or_default().normalize().to_string();
    all.map(|line| (number(&line.document.value), amount(line.net_amount()), amount(line.deduction()))).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let truths = truths(arguments.get(1).expect("FOLDER TRUTH"));
    let known: HashSet<String> = arguments.get(2).map(|path| numbers(path)).unwrap_or_default();
    let is_known = |text: &str| known.contains(&text.to_uppercase());
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut seconds = 0.0;
    let mut files: Vec<_> = std::fs::read_dir(&arguments[0]).expect("a folder").filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().expect("a name").to_string_lossy().to_string();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
        let bytes = std::fs::read(&path).expect("a readable file");
        let start = std::time::Instant::now();
        let hints = Hints {
            name: Some(&name),
            is_known_document: Some(&is_known).filter(|_| !known.is_empty()).map(|known| known as _),
            expected_total: None,
        };
        let advices = read_with(&bytes, &hints).unwrap_or_default();
        seconds += start.elapsed().as_secs_f64();
        let (mut expected, mut found) = (truths.get(stem).cloned().unwrap_or_default(), lines(&advices));
        expected.sort();
        found.sort();
        let key = |lines: &[Line]| lines.iter().map(|(invoice, net, _)| (invoice.clone(), net.clone())).collect::<HashSet<_>>();
        let right = key(&expected).intersection(&key(&found)).count();
        let score = scores.entry(ending.to_string()).or_default();
        let proven = advices.iter().all(Advice::is_proven) && !advices.is_empty();
        score.documents += 1;
        score.proven += usize::from(proven);
        score.expected += expected.len();
        score.found += found.len();
        score.right += right;
        if expected == found {
            score.exact += 1;
        } else {
            score.proven_wrong += usize::from(proven);
            println!("{name} {} expected {expected:?}\n   found {found:?}", if proven { "PROVEN" } else { "" });
        }
    }
    let documents: usize = scores.values().map(|score| score.documents).sum();
    for (ending, score) in &scores {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let (precision, recall) = (share(score.right, score.found), share(score.right, score.expected));
        println!(
            "{ending}: {} documents, exact {:.4}, F1 {:.4}, proven {:.4}, proven but wrong {}",
            score.documents,
            share(score.exact, score.documents),
            2.0 * precision * recall / (precision + recall).max(1e-9),
            share(score.proven, score.documents),
            score.proven_wrong,
        );
    }
    println!("{:.0} documents a second", documents as f64 / seconds);
}
