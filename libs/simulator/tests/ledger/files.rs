//! The bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use quittance_formats::Format;
use quittance_simulator::ledger::Profile;

use super::{folder, rows};

fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path.strip_prefix(directory).unwrap().display().to_string();
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn same_seed_same_bytes() {
    for profile in [Profile::Base, Profile::Hard] {
        let (first, _) = folder(5, profile);
        let (second, _) = folder(5, profile);
        let (other, _) = folder(6, profile);
        assert!(contents(first.path()) == contents(second.path()));
        assert!(contents(first.path()) != contents(other.path()));
    }
}

/// Every statement is read without a warning, adds up, and gives exactly the lines of the truth.
#[test]
fn statements_read_back() {
    for profile in [Profile::Base, Profile::Hard] {
        let (directory, counts) = folder(7, profile);
        let mut formats = BTreeSet::new();
        let mut references: BTreeMap<String, (String, usize)> = BTreeMap::new();
        for (name, bytes) in contents(&directory.path().join("statements")) {
            let file = quittance_formats::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            formats.insert(format!("{} {}", file.format.code(), file.version));
            assert!(!file.has_warnings(), "{name}: {:?}", file.findings);
            assert!(matches!(file.format, Format::Camt053 | Format::Mt940), "{name}");
            for line in file.statements.iter().flat_map(|statement| statement.lines()) {
                let id = line.bank_reference().unwrap_or_else(|| panic!("{name}: a line without reference")).to_owned();
                let amount = line.signed_amount().and_then(|amount| amount.money()).unwrap().amount().to_string();
                let seen = references.entry(id).or_insert((amount.clone(), 0));
                assert_eq!(seen.0, amount, "{name}");
                seen.1 += usize::from(!name.contains("_again"));
            }
        }
        let truth = rows(&directory.path().join("truth.csv"));
        let wanted: BTreeMap<String, String> = truth.iter().map(|row| (row["line_id"].clone(), row["line_amount"].clone())).collect();
        assert_eq!(wanted.len() as u64, counts.lines);
        let read: BTreeMap<String, String> = references.iter().map(|(id, (amount, _))| (id.clone(), amount.clone())).collect();
        assert_eq!(read, wanted);
        assert!(references.values().all(|(_, times)| *times == 1));
        assert!(formats.len() >= 3, "{formats:?}");
    }
}

#[test]
fn files_speak_of_each_other() {
    let (directory, counts) = folder(8, Profile::Base);
    let table = |name: &str| rows(&directory.path().join(name));
    let sellers: BTreeSet<String> = table("sellers.csv").iter().map(|row| row["seller_id"].clone()).collect();
    let customers: BTreeMap<String, String> =
        table("customers.csv").iter().map(|row| (row["customer_id"].clone(), row["seller_id"].clone())).collect();
    assert_eq!((sellers.len() as u64, customers.len() as u64), (counts.sellers, counts.customers));
    let mut numbers = BTreeSet::new();
    for name in ["open_items.csv", "closed_items.csv"] {
        for row in table(name) {
            assert_eq!(customers[&row["customer_id"]], row["seller_id"]);
            assert!(numbers.insert((row["seller_id"].clone(), row["invoice_number"].clone())), "{row:?}");
        }
    }
    let history = std::fs::read_to_string(directory.path().join("history.jsonl")).unwrap();
    assert_eq!(history.lines().count() as u64, counts.history);
    for line in history.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(customers.contains_key(line["customer_id"].as_str().unwrap()), "{line}");
    }
    let advices = std::fs::read_dir(directory.path().join("remittance")).unwrap().count() as u64;
    let told: BTreeSet<String> = table("remit_truth.csv").iter().map(|row| row["advice"].clone()).collect();
    assert_eq!((advices, told.len() as u64), (counts.advices, counts.advices));
}
