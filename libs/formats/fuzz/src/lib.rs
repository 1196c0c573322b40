//! What every target does with its bytes.

use peak_alloc::PeakAlloc;
use quittance_formats::nacha::{Tolerance, read_with};
use quittance_formats::remittance::Advice;
use quittance_formats::{Format, Inspected, mapped, read_document_as};
use quittance_types::{Fault, Reason};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes any reader may take whatever the size of its file.
const SLACK: usize = 12 << 20;

/// A statement in CSV with everything declared.
const MAPPING: &str = r#"{ "booked_on": 1, "value_on": 2, "date_format": "DD.MM.YYYY", "decimals": "comma", "heads": false,
    "sign": { "kind": "signed", "amount": 3 }, "currency_column": 4, "account_column": 5, "name": 6, "counterparty_account": 7,
    "texts": [8, 9], "reference": 10 }"#;

/// Reads the bytes as `format` and shows what was read; what is refused must say where.
///
/// # Panics
/// When a reader panics, refuses without a place, or needs far more memory than the file is long.
pub fn exercise(bytes: &[u8], format: Format) {
    measured(bytes, || match read_document_as(bytes, format) {
        Ok(document) => show(&Inspected::Document(Box::new(document))),
        Err(fault) => check(&fault),
    });
}

/// Reads the bytes as what they look like.
///
/// # Panics
/// As [`exercise`].
pub fn exercise_any(bytes: &[u8]) {
    measured(bytes, || match Inspected::read(bytes, None) {
        Ok(inspected) => show(&inspected),
        Err(fault) => check(&fault),
    });
}

/// Reads the bytes as NACHA, with nothing and with everything let pass.
///
/// # Panics
/// As [`exercise`].
pub fn exercise_nacha(bytes: &[u8]) {
    exercise(bytes, Format::Nacha);
    let all = Tolerance { unlisted_codes: true, fragments: true, control_differences: true };
    if let Ok(file) = read_with(bytes, all) {
        drop(file.statuses());
    }
}

/// Reads the bytes as a remittance advice in whatever container.
///
/// # Panics
/// As [`exercise`]; also when an advice is proven that does not add up.
pub fn exercise_advice(bytes: &[u8]) {
    measured(bytes, || {
        let advices = quittance_formats::remittance::read(bytes, None).unwrap_or_default();
        advices.iter().filter(|advice| advice.is_proven()).for_each(adds_up);
        show(&Inspected::Advices { advices, source_bytes: bytes.len() });
    });
}

/// Reads the bytes as a statement by a declared mapping.
///
/// # Panics
/// As [`exercise`].
pub fn exercise_mapped(bytes: &[u8]) {
    let mapping: mapped::Mapping = serde_json::from_str(MAPPING).expect("the mapping");
    measured(bytes, || drop(mapped::read(bytes, &mapping)));
}

fn adds_up(advice: &Advice) {
    let paid = advice.lines.iter().map(|line| line.net_amount().expect("a net amount"));
    let sum: quittance_types::Decimal = paid.sum();
    assert_eq!(Some(sum), advice.total.as_ref().map(|total| total.value), "a proven advice adds up");
}

fn show(inspected: &Inspected) {
    inspected.write(&mut std::io::sink()).expect("an output");
}

/// Runs `work` and looks at the memory it took.
fn measured(bytes: &[u8], work: impl FnOnce()) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    work();
    let taken = ALLOCATOR.peak_usage().saturating_sub(before);
    assert!(taken <= SLACK + 16 * bytes.len(), "{taken} bytes of memory for a file of {}", bytes.len());
}

fn check(fault: &Fault) {
    let has_line = fault.get("line").is_some();
    let has_place = match fault.reason() {
        Reason::StatementMalformed => has_line && fault.get("path").is_some(),
        Reason::XmlLimit | Reason::XmlDtdForbidden => has_line,
        _ => true,
    };
    assert!(has_place, "{fault} {:?}", fault.metadata());
}
