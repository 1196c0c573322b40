//! Errors about settings: which key, from where, what was expected. Never the value.

use figment::Figment;
use figment::error::{Error, Kind};
use quittance_types::{Fault, Reason};

/// A fault about the setting `key`; `expected` completes the sentence "must be ...".
///
/// ```
/// # use quittance_chassis::config::invalid;
/// assert_eq!(invalid("service.days", "at least 1").message(), "service.days must be at least 1");
/// ```
pub fn invalid(key: &str, expected: &str) -> Fault {
    Fault::new(Reason::ConfigInvalid, format!("{key} must be {expected}")).with("key", key)
}

/// A fault about one source, or one key of it.
pub(super) fn broken(source: &str, key: &str, problem: &str) -> Fault {
    let message = if key.is_empty() { format!("{source} {problem}") } else { format!("{key} {problem} (from {source})") };
    Fault::new(Reason::ConfigInvalid, message).with("key", key).with("source", source)
}

/// Adds to a fault about a setting where that setting came from.
pub(super) fn locate(figment: &Figment, fault: Fault) -> Fault {
    let Some(key) = fault.get("key").map(str::to_owned) else {
        return fault;
    };
    let source = source_of(figment, &key);
    let message = format!("{} (from {source})", fault.message());
    fault.with_message(message).with("source", source)
}

/// The first of figment's errors without the value that figment would quote.
pub(super) fn explain(figment: &Figment, cause: Error) -> Fault {
    let mut path = cause.path.clone();
    let problem = match &cause.kind {
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("must be {expected}")
        }
        Kind::InvalidLength(_, expected) => format!("must have the length {expected}"),
        Kind::UnknownVariant(_, expected) => format!("must be one of {}", expected.join(", ")),
        Kind::UnknownField(name, expected) => {
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            format!("is not a setting; known here: {}", expected.join(", "))
        }
        Kind::MissingField(name) => {
            path.push(name.to_string());
            "is missing".to_owned()
        }
        _ => "is not valid".to_owned(),
    };
    let key = path.join(".");
    let source = cause.metadata.as_ref().map_or_else(|| source_of(figment, &key), |found| found.name.to_string());
    let source = if matches!(cause.kind, Kind::UnknownField(..)) { source_of(figment, &key) } else { source };
    broken(&source, &key, &problem)
}

fn source_of(figment: &Figment, key: &str) -> String {
    figment.find_metadata(key).map_or_else(|| "no source".to_owned(), |found| found.name.to_string())
}
