//! IBAN, BIC, VAT numbers, RF and Swiss references against the lists of `corpora/references`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::identifiers::{parse_bic, parse_country, parse_iban, parse_vat_id};
use quittance_formats::references::{parse_rf_reference, parse_swiss_reference};
use quittance_samples::corpora;
use quittance_types::Reason;

/// Numbers of the doctest's `'''` lists: the first holds valid ones, the next (if any) invalid ones.
fn lists(file: &str) -> Option<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(corpora::folder("references/python-stdnum")?.join(file)).unwrap();
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with(">>> numbers = '''") {
            inside = true;
            lists.push(Vec::new());
        } else if line.starts_with("... '''") {
            inside = false;
        } else if inside && let Some(number) = line.strip_prefix("... ").map(str::trim).filter(|number| !number.is_empty()) {
            lists.last_mut().unwrap().push(number.to_string());
        }
    }
    assert!(lists[0].len() > 10, "{file}");
    Some(lists)
}

fn valid_numbers(file: &str) -> Option<Vec<String>> {
    lists(file).map(|mut lists| lists.remove(0))
}

fn refused(numbers: &[String], valid: impl Fn(&str) -> bool) -> Vec<&String> {
    numbers.iter().filter(|number| !valid(number)).collect()
}

#[test]
fn valid_creditor_references() {
    let Some(numbers) = valid_numbers("test_iso11649.doctest") else { return };
    assert!(refused(&numbers, |number| parse_rf_reference(number).is_some()).is_empty());
    let numbers = valid_numbers("test_ch_esr.doctest").unwrap();
    assert!(refused(&numbers, |number| parse_swiss_reference(number).is_some()).is_empty());
    for wrong in ["210000000003139471430009016", "2100000000031394714300090168", "21000000000313947143000TE45"] {
        assert_eq!(parse_swiss_reference(wrong), None);
    }
}

#[test]
fn valid_banks_and_accounts() {
    let Some(numbers) = valid_numbers("test_bic.doctest") else { return };
    assert_eq!(refused(&numbers, |number| parse_bic(number).is_ok()), Vec::<&String>::new());
    let lists = lists("test_iban.doctest").unwrap();
    assert_eq!(refused(&lists[0], |number| parse_iban(number).is_ok()), Vec::<&String>::new());
    // The fifth list breaks national check digits only, which no bank asks a foreign IBAN for.
    for list in &lists[1..4] {
        assert_eq!(refused(list, |number| parse_iban(number).is_err()), Vec::<&String>::new());
    }
}

#[test]
fn wrong_ones_are_refused_by_reason() {
    for iban in [
        "",
        "0001",
        "XX431234",
        "DE89370400440532013001",
        "DE8937040044053201300",
        "DE89370400440532013000000000000000000000000000000000000000000000000",
    ] {
        assert_eq!(parse_iban(iban).unwrap_err().reason(), Reason::IbanInvalid, "{iban}");
    }
    for bic in ["", "DEUT", "DEUTZZFF", "DEUTDEFFX", "DEUTDEFF5000", "ÄEUTDEFF"] {
        assert_eq!(parse_bic(bic).unwrap_err().reason(), Reason::BicInvalid, "{bic}");
    }
    for country in ["de", "ZZ", "DEU", "D", "ÄÄ"] {
        assert_eq!(parse_country(country).unwrap_err().reason(), Reason::CountryUnknown, "{country}");
    }
    assert_eq!(parse_country("").unwrap_err().reason(), Reason::FieldRequired);
    for vat_id in ["", "DE136695977", "DE13669597", "136695976", "ZZ123456789", "DE", "ATÜ13585627"] {
        assert_eq!(parse_vat_id(vat_id).unwrap_err().reason(), Reason::VatIdInvalid, "{vat_id}");
    }
}

#[test]
fn what_people_write_is_folded() {
    assert_eq!(parse_vat_id("de 136.695-976").unwrap(), "DE136695976");
    assert_eq!(parse_vat_id("EL 094259216").unwrap(), "EL094259216");
    assert_eq!(parse_vat_id("ATU13585627").unwrap(), "ATU13585627");
    assert_eq!(parse_iban("de89 3704 0044 0532 0130 00").unwrap().as_str(), "DE89370400440532013000");
    assert_eq!(parse_country("DE").unwrap(), "DE");
}
