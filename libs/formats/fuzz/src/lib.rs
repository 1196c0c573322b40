//! What every target does with its bytes.

use quittance_formats::nacha::{Tolerance, read_with};
use quittance_formats::{Format, inspect_document, read_document, read_document_as};
use quittance_types::{Fault, Reason};

/// Reads the bytes as `format` and shows what was read; what is refused must say where.
///
/// # Panics
/// When a reader panics, or refuses without a place.
pub fn exercise(bytes: &[u8], format: Format) {
    match read_document_as(bytes, format) {
        Ok(document) => drop(inspect_document(&document)),
        Err(fault) => check(&fault),
    }
}

/// Reads the bytes as what they look like.
///
/// # Panics
/// As [`exercise`].
pub fn exercise_any(bytes: &[u8]) {
    match read_document(bytes) {
        Ok(document) => drop(inspect_document(&document)),
        Err(fault) => check(&fault),
    }
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
pub fn exercise_advice(bytes: &[u8]) {
    drop(quittance_formats::remittance::read(bytes, None));
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
