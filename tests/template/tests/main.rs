//! Through the real wire, on both databases.
#![allow(clippy::unwrap_used)]

use quittance_api::@name@::v1::{GetNoteRequest, WriteNoteRequest, note_service_client::NoteServiceClient};
use quittance_@name@::@Name@;
use quittance_testkit::{World, expect_refusal, on_both, replay::Replays, tenant};
use quittance_types::Reason;

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_written_once_and_read_by_their_tenant() {
    on_both(|backend| async move {
        let world = World::with_names(backend, &["@name@"]);
        let service = world.start::<@Name@>().await;
        let caller = service.as_user(tenant(1), &["@name@.*"]);

        let mut replays = Replays::of("quittance.@name@.v1");
        let fresh = async || WriteNoteRequest { request_id: String::new(), text: "remember".to_owned() };
        let other = |request| WriteNoteRequest { text: "other".to_owned(), ..request };
        replays.check(&caller, "/quittance.@name@.v1.NoteService/WriteNote", fresh, other).await;
        replays.finish();

        let request = WriteNoteRequest { request_id: quittance_testkit::request_id(), text: "mine".to_owned() };
        let written = NoteServiceClient::new(caller.clone()).write_note(request).await.unwrap().into_inner().note.unwrap();
        let ask = GetNoteRequest { note_id: written.note_id.clone() };
        assert_eq!(NoteServiceClient::new(caller).get_note(ask.clone()).await.unwrap().into_inner().note, Some(written));
        let stranger = service.as_user(tenant(2), &["@name@.*"]);
        expect_refusal(NoteServiceClient::new(stranger).get_note(ask).await, Reason::ResourceNotFound);
    })
    .await;
}
