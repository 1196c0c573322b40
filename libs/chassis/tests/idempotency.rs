//! One request id, one effect, one answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use quittance_api::events::v1::{RedriveDeadLetterRequest, VerifyChainResponse};
use quittance_chassis::{Ctx, Db, Tx};
use quittance_testkit::{Backend, on_both, race, tenant, unique};
use quittance_types::{Fault, Reason, Uuid};

use crate::fixture::{add_note, ctx, ctx_of, fixture, numbered, raise, request, request_with};

/// Adds a note and answers with the number of notes that made.
async fn add(tx: Tx, request: RedriveDeadLetterRequest) -> Result<VerifyChainResponse, Fault> {
    add_note(&tx, tx.new_id(), &request.producer).await?;
    tx.emit(numbered("note", 1));
    let row = tx.one("SELECT count(*) AS n FROM note", Vec::new()).await?;
    let checked = row.unwrap().try_get("", "n").unwrap();
    Ok(VerifyChainResponse { checked, broken_at: 0 })
}

async fn mutate(db: &Db, ctx: Ctx, request: &RedriveDeadLetterRequest) -> Result<VerifyChainResponse, Fault> {
    db.mutate(ctx, request, request.clone(), add).await
}

#[tokio::test]
async fn a_replay_gets_the_same_answer_and_does_nothing() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let first = request("x");
        assert_eq!(fixture.db.replay::<VerifyChainResponse>(ctx(), &first).await.unwrap(), None);
        let answer = mutate(&fixture.db, ctx(), &first).await.unwrap();
        assert_eq!(answer.checked, 1);
        mutate(&fixture.db, ctx(), &request("y")).await.unwrap();
        for _ in 0..3 {
            assert_eq!(mutate(&fixture.db, ctx(), &first).await.unwrap(), answer);
        }
        assert_eq!(fixture.db.replay::<VerifyChainResponse>(ctx(), &first).await.unwrap(), Some(answer));
        assert_eq!(fixture.store.rows("note").await, 2);
        assert_eq!(fixture.store.rows("event_log").await, 2);
    })
    .await;
}

#[tokio::test]
async fn another_body_under_the_same_id_is_refused() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let id = unique();
        mutate(&fixture.db, ctx(), &request_with(id, "x")).await.unwrap();
        let refused = mutate(&fixture.db, ctx(), &request_with(id, "y")).await.unwrap_err();
        assert_eq!(refused.reason(), Reason::RequestIdReused);
        assert!(refused.get("first_seen").is_some());
        let asked = fixture.db.replay::<VerifyChainResponse>(ctx(), &request_with(id, "y")).await;
        assert_eq!(asked.unwrap_err().reason(), Reason::RequestIdReused);
        assert_eq!(fixture.store.rows("note").await, 1);
    })
    .await;
}

#[tokio::test]
async fn another_method_or_tenant_is_another_request() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let request = request("x");
        let mut other_method = ctx();
        other_method.method = Arc::from("/other/Method's");
        for ctx in [ctx(), ctx_of(tenant(2)), other_method] {
            mutate(&fixture.db, ctx, &request).await.unwrap();
        }
        assert_eq!(fixture.store.rows("note").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_request_id_must_be_there_and_be_a_uuid() {
    let fixture = fixture(Backend::Sqlite).await;
    let refused = async |id: &str| {
        let request = RedriveDeadLetterRequest { request_id: id.to_owned(), ..RedriveDeadLetterRequest::default() };
        mutate(&fixture.db, ctx(), &request).await.unwrap_err().reason()
    };
    assert_eq!(refused("").await, Reason::RequestIdRequired);
    for id in ["x", "00000000-0000-0000-0000-000000000000", "'; DROP TABLE note; --"] {
        assert_eq!(refused(id).await, Reason::RequestIdInvalid, "{id}");
    }
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let request = request("x");
        let refused = fixture.db.mutate(ctx(), &request, (), |tx: Tx, ()| async move {
            add_note(&tx, tx.new_id(), "x").await?;
            Err::<VerifyChainResponse, _>(Fault::new(Reason::IllegalTransition, "not yet"))
        });
        assert_eq!(refused.await.unwrap_err().reason(), Reason::IllegalTransition);
        assert_eq!(mutate(&fixture.db, ctx(), &request).await.unwrap().checked, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_twins_make_one_effect_and_get_one_answer() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        for round in 1..=10 {
            let request = request("x");
            let answers = race(16, |_| {
                let (db, request) = (fixture.db.clone(), request.clone());
                async move { mutate(&db, ctx(), &request).await }
            })
            .await;
            let answers: Vec<VerifyChainResponse> = answers.into_iter().map(Result::unwrap).collect();
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
            assert_eq!(fixture.store.rows("note").await, round);
            assert_eq!(fixture.store.rows("event_log").await, round);
            assert_eq!(fixture.store.rows("idempotency_key").await, round);
        }
    })
    .await;
}

/// The second twin waits for the row the first one holds, then sees a state that refuses it: it still gets the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_twin_refused_by_what_the_first_has_done_gets_its_answer() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let id = unique();
        fixture.db.write(ctx(), id, |tx, id| async move { add_note(&tx, id, "x").await }).await.unwrap();
        let request = request("x");
        let begun = Arc::new(AtomicU32::new(0));
        let answers = race(TWINS as usize, |_| {
            let (db, request, begun) = (fixture.db.clone(), request.clone(), Arc::clone(&begun));
            async move { db.mutate(ctx(), &request, (id, begun), once).await }
        })
        .await;
        for answer in answers {
            assert_eq!(answer.unwrap().checked, 1);
        }
        let other = fixture.db.mutate(ctx(), &crate::fixture::request("x"), (id, begun), once).await;
        assert_eq!(other.unwrap_err().reason(), Reason::IllegalTransition);
    })
    .await;
}

/// As many as a database has connections for.
const TWINS: u32 = 8;

/// On PostgreSQL nobody goes on before all have begun, so that all but one find the row held. On SQLite they take turns.
async fn once(tx: Tx, (id, begun): (Uuid, Arc<AtomicU32>)) -> Result<VerifyChainResponse, Fault> {
    begun.fetch_add(1, Ordering::SeqCst);
    while tx.backend() == Backend::Postgres && begun.load(Ordering::SeqCst) < TWINS {
        tokio::task::yield_now().await;
    }
    let version = raise(&tx, id).await?;
    if version > 1 {
        Err(Fault::new(Reason::IllegalTransition, "done already"))
    } else {
        Ok(VerifyChainResponse { checked: version, broken_at: 0 })
    }
}

#[tokio::test]
async fn old_rows_are_purged_and_young_ones_kept() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let runs = Arc::new(AtomicU32::new(0));
        for text in ["x", "y"] {
            mutate(&fixture.db, ctx(), &request(text)).await.unwrap();
            runs.fetch_add(1, Ordering::SeqCst);
        }
        assert_eq!(fixture.db.purge_idempotency().await.unwrap(), 0);
        let age = fixture.db.write_system("test", (), |tx, ()| async move {
            tx.execute("UPDATE idempotency_key SET expires_at = 1 WHERE created_at = (SELECT min(created_at) FROM idempotency_key)", vec![])
                .await
        });
        assert_eq!(age.await.unwrap(), 1);
        assert_eq!(fixture.db.purge_idempotency().await.unwrap(), 1);
        assert_eq!(fixture.store.rows("idempotency_key").await, 1);
    })
    .await;
}
