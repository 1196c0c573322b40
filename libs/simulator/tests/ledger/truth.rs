//! What the truth says adds up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use quittance_simulator::ledger::Profile;

use super::{cents, folder, rows};

type Key = (String, String);

fn open_items(directory: &Path) -> BTreeMap<Key, (i64, bool, String)> {
    let item = |row: &BTreeMap<String, String>| {
        let key = (row["customer_id"].clone(), row["invoice_number"].clone());
        (key, (cents(&row["open_amount"]), row["doc_type"] == "CN", row["currency"].clone()))
    };
    rows(&directory.join("open_items.csv")).iter().map(item).collect()
}

#[test]
fn money_is_conserved_and_nothing_is_over_applied() {
    for (seed, profile) in [(11, Profile::Base), (12, Profile::Hard)] {
        let (directory, _) = folder(seed, profile);
        let open = open_items(directory.path());
        let (mut per_line, mut per_item): (BTreeMap<String, i64>, BTreeMap<Key, i64>) = Default::default();
        let mut foreign = BTreeSet::new();
        let mut stated = BTreeMap::new();
        for row in rows(&directory.path().join("truth.csv")) {
            stated.insert(row["line_id"].clone(), (cents(&row["line_amount"]), row["class"].clone()));
            if row["customer_id"].is_empty() {
                assert!(!matches!(row["class"].as_str(), "receipt" | "return"), "{row:?}");
                continue;
            }
            let applied = cents(&row["applied_amount"]);
            *per_line.entry(row["line_id"].clone()).or_default() += applied;
            if row["invoice_number"].is_empty() {
                continue;
            }
            let key = (row["customer_id"].clone(), row["invoice_number"].clone());
            let (open, credit, currency) = open.get(&key).unwrap_or_else(|| panic!("{key:?} is not open"));
            if *currency != row["line_currency"] {
                foreign.insert(row["line_id"].clone());
            }
            if row["class"] == "receipt" {
                let adjusted = if row["adjust_amount"].is_empty() { 0 } else { cents(&row["adjust_amount"]) };
                assert_eq!(applied + adjusted, if *credit { -open } else { *open }, "{row:?}");
            }
            *per_item.entry(key).or_default() += applied;
        }
        for (line, applied) in &per_line {
            let (amount, class) = &stated[line];
            if !foreign.contains(line) {
                assert_eq!(applied, amount, "{line} {class}");
            }
        }
        for (key, applied) in &per_item {
            let (open, credit, _) = &open[key];
            let bound = if *credit { -open } else { *open };
            assert!(applied.abs() <= *open && applied.signum() * bound.signum() >= 0, "{key:?}: {applied} of {open}");
        }
    }
}

/// Every scenario occurs, and the undecidable ones stay a small part.
#[test]
fn the_mix_is_as_meant() {
    let (directory, _) = folder(13, Profile::Base);
    let mut lines: BTreeMap<String, (String, String)> = BTreeMap::new();
    for row in rows(&directory.path().join("truth.csv")) {
        lines.insert(row["line_id"].clone(), (row["class"].clone(), row["scenario"].clone()));
    }
    let receipts: Vec<&str> = lines.values().filter(|(class, _)| class == "receipt").map(|(_, scenario)| scenario.as_str()).collect();
    let share = |fits: &dyn Fn(&str) -> bool| receipts.iter().filter(|scenario| fits(scenario)).count() * 1000 / receipts.len();
    for relation in ["exact/", "several/", "discount/", "fee/", "partial/", "netting/", "duplicate/", "short_reason/", "over/"] {
        assert!(share(&|scenario| scenario.starts_with(relation)) > 0, "{relation}");
    }
    let undecidable = share(&|scenario| {
        ["ambiguous", "stranger/", "subset/", "advice_missing", "list_nothing"].iter().any(|word| scenario.contains(word))
    });
    assert!(undecidable < 60, "{undecidable}");
    let classes: BTreeSet<&str> = lines.values().map(|(class, _)| class.as_str()).collect();
    assert_eq!(classes.len(), 8, "{classes:?}");
}
