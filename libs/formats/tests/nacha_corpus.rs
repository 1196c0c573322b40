//! Every NACHA file of the corpora: what is read, what is refused and why.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_samples::corpora;
use std::path::Path;

use quittance_formats::nacha::{Addendum, NachaFile, Tolerance, read, read_with};
use quittance_formats::status::Outcome;
use quittance_formats::{Format, detect, inspect};

const FOLDER: &str = "nacha/moov-ach";

/// Files that are refused, with a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("test/testdata/Iat-invalidAddenda13.ach", "U+001A"),
    ("test/testdata/adv-invalidBatchEntries.ach", "an addendum without an entry"),
    ("test/testdata/adv-invalidFileControl.ach", "entry and addenda count 0 stated, 2 found"),
    ("test/testdata/crashers/2.ach", "94 are allowed"),
    ("test/testdata/crashers/3.ach", "94 are allowed"),
    ("test/testdata/crashers/4.ach", "U+001E"),
    ("test/testdata/iat-batchHeaderErr.ach", "a batch header inside a batch"),
    ("test/testdata/iat-invalidAddenda11.ach", "U+001A"),
    ("test/testdata/iat-invalidAddenda12.ach", "U+001A"),
    ("test/testdata/iat-invalidAddenda14.ach", "U+001A"),
    ("test/testdata/iat-invalidAddenda15.ach", "U+001A"),
    ("test/testdata/iat-invalidAddenda17.ach", "U+001A"),
    ("test/testdata/iat-invalidAddenda18.ach", "U+001A"),
    ("test/testdata/iat-invalidBatchHeader.ach", "the service class \"100\""),
    ("test/testdata/invalid-two-micro-deposits.ach", "is no number"),
    ("test/testdata/pos-invalidEntryDetail.ach", "U+001A"),
    ("test/testdata/pos-invalidReturnFile.ach", "\"R96\" is not published"),
    ("test/testdata/ppd-debit-fixedLengthInvalid.ach", "94 are allowed"),
    ("test/testdata/web-invalidNOCFile.ach", "\"C92\" is not published"),
];

const UNLISTED: Tolerance = Tolerance { unlisted_codes: true, fragments: false, control_differences: false };
const FRAGMENTS: Tolerance = Tolerance { unlisted_codes: false, fragments: true, control_differences: false };
const DIFFERENCES: Tolerance = Tolerance { unlisted_codes: false, fragments: false, control_differences: true };

/// Files that are read only when something is let pass, and what the strict reader says.
const TOLERATED: &[(&str, Tolerance, &str)] = &[
    ("test/issues/testdata/issue751.ach", FRAGMENTS, "no file header"),
    ("test/testdata/flattenADVBatchesMultipleBatchHeaders.ach", DIFFERENCES, "credit total of 600000 cents stated"),
    ("test/testdata/moov-ids.ach", DIFFERENCES, "entry hash 9999999999 stated"),
    ("test/testdata/nonascii-utf8.ach", DIFFERENCES, "entry and addenda count 1 stated"),
    ("test/testdata/return-PPD-custom-reason-code.ach", UNLISTED, "\"R97\" is not published"),
    ("test/testdata/return-no-batch-controls.ach", FRAGMENTS, "no file header"),
    ("test/testdata/return-no-batch-header.ach", FRAGMENTS, "outside a batch"),
    ("test/testdata/shr-credit.ach", DIFFERENCES, "batch count 665 stated"),
];

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

fn open(name: &str) -> Option<NachaFile> {
    Some(read(&bytes(&corpora::folder(FOLDER)?, name)).unwrap())
}

#[test]
fn every_file_is_read_or_refused_for_its_reason() {
    let Some(folder) = corpora::folder(FOLDER) else { return };
    let mut wrong = Vec::new();
    for path in corpora::files(&folder, &["ach"]) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_string();
        let content = std::fs::read(&path).unwrap();
        let outcome = read(&content);
        let reason = REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, reason)| *reason);
        let tolerated = TOLERATED.iter().find(|(file, ..)| *file == name);
        let reason = reason.or(tolerated.map(|(.., reason)| *reason));
        match (outcome, reason) {
            (Ok(file), None) => {
                let detected = detect(&content) == Ok(Format::Nacha) && inspect(&content).is_ok();
                if !detected || file.header.is_none() || file.control.is_none() {
                    wrong.push(format!("{name}: read, but not detected"));
                }
            }
            (Err(fault), Some(reason)) if fault.to_string().contains(reason) => {
                assert!(fault.get("line").is_some() && fault.get("path").is_some(), "{name}: {fault}");
            }
            (Ok(_), Some(reason)) => wrong.push(format!("{name}: read, expected: {reason}")),
            (Err(fault), _) => wrong.push(format!("{name}: {fault}")),
        }
        if let Some((_, tolerance, _)) = tolerated
            && let Err(fault) = read_with(&content, *tolerance)
        {
            wrong.push(format!("{name}: not let pass: {fault}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_that_say_invalid_are_all_in_the_list() {
    let Some(folder) = corpora::folder(FOLDER) else { return };
    for path in corpora::files(&folder, &["ach"]) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_string();
        if name.contains("nvalid") || name.contains("crashers") {
            assert!(REFUSED.iter().any(|(refused, _)| *refused == name), "{name}");
        }
    }
}

#[test]
fn returns_name_the_entry_that_came_back() {
    let Some(file) = open("test/testdata/return-WEB.ach") else { return };
    let statuses = file.statuses();
    assert_eq!(statuses.len(), 2);
    let first = &statuses[0];
    assert_eq!((first.outcome, first.reason()), (Outcome::Returned, Some("R01")));
    assert_eq!(first.amount.as_ref().unwrap().to_string(), "123.54 USD");
    assert_eq!(first.original_transaction_id.as_deref(), Some("091400600000001"));
    assert_eq!(first.original_end_to_end_id.as_deref(), Some("MjMxNDAwMjAtOGQ"));
    assert_eq!((first.name.as_deref(), first.account.as_ref().unwrap().value.as_str()), (Some("Paul Jones"), "123456789"));
    assert_eq!(first.reasons[0].texts, ["insufficient funds"]);
    assert_eq!(statuses[1].reason(), Some("R03"));
}

#[test]
fn notifications_of_change_carry_the_corrected_data() {
    let Some(file) = open("test/testdata/cor-example.ach") else { return };
    let statuses = file.statuses();
    assert_eq!((statuses.len(), statuses[0].outcome, statuses[0].reason()), (1, Outcome::Changed, Some("C01")));
    assert_eq!(statuses[0].corrections, [("account_number", "1918171614".to_string())]);
}

#[test]
fn returns_are_dishonored_and_contested() {
    let Some(file) = open("examples/testdata/dishonored-return.ach") else { return };
    let statuses = file.statuses();
    assert_eq!(statuses.iter().map(|status| status.outcome).collect::<Vec<_>>(), [Outcome::ReturnDishonored; 2]);
    assert_eq!(statuses[0].reasons.iter().filter_map(|reason| reason.code.as_deref()).collect::<Vec<_>>(), ["R68", "R01"]);
    let file = open("examples/testdata/contested-return.ach").unwrap();
    let outcomes: Vec<Outcome> = file.statuses().iter().map(|status| status.outcome).collect();
    assert_eq!(outcomes, [Outcome::Returned, Outcome::ReturnDishonored, Outcome::ReturnContested]);
}

#[test]
fn international_entries_keep_parties_and_banks() {
    let Some(file) = open("test/testdata/20180716-IAT-A17-A18.ach") else { return };
    let batch = &file.batches[0];
    let international = batch.header.as_ref().unwrap().international.as_ref().unwrap();
    assert_eq!(
        (
            international.destination_country.as_str(),
            international.originating_currency.as_str(),
            international.destination_currency.as_str()
        ),
        ("US", "CAD", "USD")
    );
    let entry = &batch.entries[0];
    assert_eq!((entry.amount, entry.account.as_str()), (100_000, "231380104"));
    let receiver = entry.addenda.iter().find_map(|addendum| match addendum {
        Addendum::International { kind: 10, fields } => fields.iter().find(|(name, _)| *name == "receiver_name"),
        _ => None,
    });
    assert_eq!(receiver.unwrap().1, "BEK Enterprises");
    assert!(entry.payment_information().starts_with("This is an international payment"));
}

#[test]
fn text_of_addenda_is_one_interchange() {
    let Some(folder) = corpora::folder(FOLDER) else { return };
    let file = read_with(&bytes(&folder, "test/testdata/nonascii-utf8.ach"), DIFFERENCES).unwrap();
    let entry = &file.batches[0].entries[0];
    let text = entry.payment_information();
    assert!(text.starts_with("ISA¦00¦") && text.contains("~BPR¦C¦1352.88¦C¦ACH¦CTX"), "{text}");
    assert_eq!(file.batches[0].class(), "CTX");
}

#[test]
fn figures_are_held_against_records() {
    let Some(folder) = corpora::folder(FOLDER) else { return };
    let text = String::from_utf8(bytes(&folder, "test/testdata/ppd-debit.ach")).unwrap();
    read(text.as_bytes()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (index, from, to, why) in [
        (3, 4..10, "000009", "entry and addenda count 9 stated"),
        (3, 10..20, "0000000001", "entry hash 1 stated"),
        (3, 20..32, "000000000007", "debit total of 7 cents stated"),
        (3, 44..54, "999999999 ", "company identification"),
        (4, 1..7, "000002", "batch count 2 stated"),
        (4, 31..43, "000000000007", "debit total of 7 cents stated"),
        (2, 1..3, "22", "service class 225 and credits"),
    ] {
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
        changed[index].replace_range(from, to);
        let content = changed.join("\n");
        let fault = read(content.as_bytes()).unwrap_err();
        if index != 2 {
            assert!(fault.to_string().contains(why), "{why}: {fault}");
        }
        let file = read_with(content.as_bytes(), DIFFERENCES).unwrap();
        assert!(file.findings.iter().any(|finding| finding.text.contains(why)), "{why}: {:?}", file.findings);
    }
}

#[test]
fn an_international_return_names_the_receiver() {
    let records = [
        "101 021000021 1220999992401151200A094101FIRST BANK             SELLER INC",
        "5200                FF3              US 1234567890IATRETURN    USDEUR2401120151122099990000001",
        "6260210000210008             0000100000DE89370400440532013000                 1021000020000001",
        "710BUS000000000000100000                      MUELLER GMBH                             0000001",
        "711SELLER INC                         1 MAIN ST                                        0000001",
        "712NEW YORK*NY\\                       US*10001\\                                        0000001",
        "713FIRST BANK                         01122099999                         US           0000001",
        "714COMMERZBANK                        02COBADEFF                          DE           0000001",
        "715CUST-77        HAUPTSTR 1                                                           0000001",
        "716KOELN\\                             DE*50667\\                                        0000001",
        "799R04122099990000011      021000020000100000                                  021000020000001",
        "820000000900021000020000001000000000000000001234567890                         122099990000001",
        "9000001000002000000090002100002000000100000000000000000",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
    ];
    let text: String = records.iter().map(|record| format!("{record:94}\n")).collect();
    let statuses = read(text.as_bytes()).unwrap().statuses();
    let back = &statuses[0];
    assert_eq!((back.name.as_deref(), back.original_end_to_end_id.as_deref()), (Some("MUELLER GMBH"), Some("CUST-77")));
    let texts: Vec<&str> = back.reasons[0].texts.iter().map(String::as_str).collect();
    assert_eq!(texts, [quittance_formats::nacha::return_reason("R04").unwrap()], "the amount paid first is no text");
}
