//! Every file of the corpora is read, or there is a written reason here why not. README.md says the same in short.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::read_document;
use quittance_samples::corpora;

/// What a path holds, and why it is not read.
const NOT_READ: &[(&str, &str)] = &[
    // Not samples of a format.
    (".md", "description"),
    (".yml", "expected values of the file beside it"),
    (".yaml", "expected values of the file beside it"),
    (".json", "expected values, or an object model of another program's interface"),
    (".tsv", "expected verdicts"),
    ("LICENSE", "licences"),
    (".csv", "other data of the origin"),
    (".xsd", "schemas that what is written is checked against"),
    ("references/", "lists of numbers: the tests of references read them"),
    // Another part of the suite.
    ("en16931/", "e-invoices"),
    ("xrechnung/", "e-invoices"),
    ("zugferd/", "e-invoices"),
    // Refused, as the origin wants it.
    ("bai2/moov-bai2/errors/", "broken on purpose"),
    ("camt/hbci4java/test-camt-parse-invalid.xml", "no message in it"),
    ("camt/hbci4java/test-camt-parse-none.xml", "no message in it"),
    ("camt/moov-iso20022/valid_camt_v09.xml", "camt.055, a recall: not a statement"),
    ("mt940/wolph-mt940/self-provided/invalid_statement.sta", "not a single field in it"),
    ("ofx/ofxparse/fail_nice/", "broken on purpose"),
    ("ofx/ofxparse/signon", "a sign-on answer or an error status: no statement"),
    ("ofx/ofxparse/account_listing_aggregation.ofx", "a list of accounts: no statement"),
    ("ofx/ofxparse/bank_small.ofx", "a sign-on answer only: no statement"),
    ("ofx/ofxparse/error_message.ofx", "an error status: no statement"),
    ("nacha/moov-ach/test/testdata/crashers/", "broken on purpose"),
    ("nvalid", "broken on purpose: nacha_corpus has the reasons"),
    ("nacha/moov-ach/test/testdata/iat-batchHeaderErr.ach", "broken on purpose: a batch header inside a batch"),
    // Read when a caller lets it pass: nacha_corpus.
    ("nacha/moov-ach/test/issues/testdata/issue751.ach", "a fragment without file header"),
    ("nacha/moov-ach/test/testdata/return-no-batch-", "fragments without headers or controls"),
    ("nacha/moov-ach/test/testdata/flattenADVBatchesMultipleBatchHeaders.ach", "its file total is not that of its batches"),
    ("nacha/moov-ach/test/testdata/moov-ids.ach", "its file hash is not that of its entries"),
    ("nacha/moov-ach/test/testdata/nonascii-utf8.ach", "its file count is not that of its records"),
    ("nacha/moov-ach/test/testdata/shr-credit.ach", "one of 665 batches, with the control of all"),
    ("nacha/moov-ach/test/testdata/return-PPD-custom-reason-code.ach", "a return code of a bank's own"),
];

#[test]
fn every_file_is_read_or_has_a_reason() {
    let Some(root) = corpora::folder("") else { return };
    let mut unread = Vec::new();
    let mut read = 0;
    let mut used = vec![false; NOT_READ.len()];
    for path in corpora::all_files(&root) {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let reason = NOT_READ.iter().position(|(part, _)| name.contains(part));
        let outcome = match reason {
            // Big documents of other parts need not be tried.
            Some(index) => {
                used[index] = true;
                continue;
            }
            None => read_document(&std::fs::read(&path).unwrap()),
        };
        match outcome {
            Ok(_) => read += 1,
            Err(fault) => unread.push(format!("{name}: {fault}")),
        }
    }
    assert!(unread.is_empty(), "{} read, {} not:\n{}", read, unread.len(), unread.join("\n"));
    assert!(read > 350, "{read}");
    let idle: Vec<&str> = NOT_READ.iter().zip(used).filter(|(_, used)| !used).map(|((part, _), _)| *part).collect();
    assert!(idle.is_empty(), "reasons for nothing: {idle:?}");
}
