//! A note.

use quittance_types::{Fault, Uuid, text};

/// Something worth remembering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Identifier.
    pub id: Uuid,
    /// What it says.
    pub text: String,
}

/// Checks what a note says.
///
/// # Errors
/// FIELD_REQUIRED, TEXT_INVALID, TEXT_TOO_LONG.
pub fn check(said: &str, longest: usize) -> Result<String, Fault> {
    text::required(said, longest).map_err(|fault| fault.field("text"))
}
