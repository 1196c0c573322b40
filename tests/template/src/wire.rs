//! Domain values to contract messages.

use quittance_api::@name@::v1 as pb;

use crate::domain::note::Note;

/// The note as the contract has it.
pub fn note(note: &Note) -> pb::Note {
    pb::Note { note_id: note.id.to_string(), text: note.text.clone() }
}
