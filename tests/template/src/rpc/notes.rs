//! Notes.

use quittance_api::@name@::v1::{self as pb, note_service_server::NoteService};
use quittance_chassis::{db::Db, rpc};
use quittance_types::{Fault, Reason, Uuid};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    domain::note::{Note, check},
    store::notes,
    wire,
};

/// The implementation of NoteService.
pub struct NoteRpc {
    /// The service's database.
    pub db: Db,
    /// Longest note, in characters.
    pub longest: usize,
}

#[async_trait]
impl NoteService for NoteRpc {
    async fn write_note(&self, request: Request<pb::WriteNoteRequest>) -> Result<Response<pb::WriteNoteResponse>, Status> {
        let longest = self.longest;
        let parse = |request: &pb::WriteNoteRequest| check(&request.text, longest);
        rpc::mutate(&self.db, request, parse, |tx, text| async move {
            let note = Note { id: tx.new_id(), text };
            notes::insert(&tx, &note).await?;
            Ok(pb::WriteNoteResponse { note: Some(wire::note(&note)) })
        })
        .await
    }

    async fn get_note(&self, request: Request<pb::GetNoteRequest>) -> Result<Response<pb::GetNoteResponse>, Status> {
        rpc::read(&self.db, request, parse_id, |tx, id| async move {
            let note = notes::load(&tx, id).await?;
            Ok(pb::GetNoteResponse { note: Some(wire::note(&note)) })
        })
        .await
    }
}

fn parse_id(query: &pb::GetNoteRequest) -> Result<Uuid, Fault> {
    Uuid::try_parse(&query.note_id).map_err(|_| Fault::new(Reason::NameInvalid, "Give the note's UUID.").field("note_id"))
}
