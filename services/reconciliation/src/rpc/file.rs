//! Files that come in a request.

use quittance_types::{Fault, Reason, text};

/// Largest file.
const MAX_FILE: usize = 16 * 1_024 * 1_024;
/// Largest message that brings one: a file that is somewhat too large is told so by its own reason.
pub const MAX_MESSAGE: usize = 20 * 1_024 * 1_024;
/// Longest file name.
const MAX_NAME: usize = 255;

/// Refuses a name that leads anywhere.
///
/// # Errors
/// `FILE_TYPE_UNSUPPORTED`, `TEXT_TOO_LONG`, `TEXT_INVALID`, `CARD_NUMBER_FORBIDDEN`.
pub fn name(name: &str) -> Result<String, Fault> {
    if name.contains(['/', '\\']) || name.contains("..") {
        return Err(Fault::new(Reason::FileTypeUnsupported, "give the name of the file without its path"));
    }
    text::clean(name, MAX_NAME)
}

/// Refuses a file that is empty or too large.
///
/// # Errors
/// `FIELD_REQUIRED`, `FILE_TOO_LARGE`.
pub fn size(content: &[u8]) -> Result<(), Fault> {
    if content.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "give the file"));
    }
    if content.len() > MAX_FILE {
        return Err(Fault::new(Reason::FileTooLarge, "at most 16 MiB").with("max_bytes", MAX_FILE));
    }
    Ok(())
}
