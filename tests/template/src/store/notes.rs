//! Notes.

use quittance_api::@name@::v1::NoteWritten;
use quittance_chassis::{db::RowExt, events::Emit, tx::Tx};
use quittance_types::{Fault, Uuid};

use crate::{domain::note::Note, wire};

/// Stores a note and publishes it.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, note: &Note) -> Result<(), Fault> {
    let sql = "INSERT INTO note (tenant_id, id, said) VALUES ($1, $2, $3)";
    tx.execute(sql, vec![tx.tenant().uuid().into(), note.id.into(), note.text.as_str().into()]).await?;
    tx.emit(Emit::public(note.id, note.id, &NoteWritten { note: Some(wire::note(note)) }));
    Ok(())
}

/// One note.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: Uuid) -> Result<Note, Fault> {
    let sql = "SELECT said FROM note WHERE tenant_id = $1 AND id = $2";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), id.into()]).await?;
    let row = row.ok_or_else(|| Fault::not_found("note", id))?;
    Ok(Note { id, text: row.value("said")? })
}
