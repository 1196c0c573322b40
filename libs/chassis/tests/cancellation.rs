//! F8: callers that go away at any moment cost nobody a write.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_api::events::v1::{RedriveDeadLetterRequest, VerifyChainResponse};
use quittance_chassis::{Db, Tx};
use quittance_testkit::Backend;
use quittance_types::{Fault, Uuid};
use tokio::task::JoinSet;

use crate::fixture::{add_note, ctx, fixture, numbered, request, sequence, until};

const CALLS: usize = 10_000;
const AT_ONCE: usize = 48;

async fn work(tx: Tx, request: RedriveDeadLetterRequest) -> Result<VerifyChainResponse, Fault> {
    let id = Uuid::parse_str(&request.request_id).unwrap();
    add_note(&tx, id, "x").await?;
    tx.one("SELECT pg_sleep(random() * 0.002) IS NULL AS slept", Vec::new()).await?;
    tx.emit(numbered(&request.request_id, 1));
    Ok(VerifyChainResponse { checked: 1, broken_at: 0 })
}

async fn call(db: &Db, request: &RedriveDeadLetterRequest) -> Result<VerifyChainResponse, Fault> {
    db.mutate(ctx(), request, request.clone(), work).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_and_no_connection_stays_in_a_transaction() {
    let fixture = fixture(Backend::Postgres).await;
    let acknowledged: Arc<Mutex<HashMap<String, bool>>> = Arc::default();
    // Patience follows what calls take on this machine, so that about every third is answered in time.
    let patience = Arc::new(AtomicU64::new(20_000));
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        if calls.len() >= AT_ONCE {
            calls.join_next().await.unwrap().unwrap();
        }
        let (db, journal, request, patience) = (fixture.db.clone(), Arc::clone(&acknowledged), request("x"), Arc::clone(&patience));
        calls.spawn(async move {
            journal.lock().unwrap().insert(request.request_id.clone(), false);
            let limit = patience.load(Ordering::Relaxed);
            let waited = tokio::time::timeout(Duration::from_micros(rand::random_range(0..limit)), call(&db, &request)).await;
            let in_time = matches!(waited, Ok(Ok(_)));
            // Every outcome counts, whatever others have made of the limit meanwhile.
            let follow = |limit: u64| Some(if in_time { limit - limit / 50 } else { limit + limit / 100 }.clamp(1_000, 2_000_000));
            let _ = patience.fetch_update(Ordering::Relaxed, Ordering::Relaxed, follow);
            if in_time {
                journal.lock().unwrap().insert(request.request_id.clone(), true);
            }
        });
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    // What is still under way finishes by itself; then no connection may be inside a transaction.
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'quittance_app' AND state <> 'idle'";
    until("all transactions have ended", || async { fixture.store.number(open).await == 0 }).await;

    let journal = std::mem::take(&mut *acknowledged.lock().unwrap());
    let known = journal.values().filter(|known| **known).count();
    assert!(known > CALLS / 20 && known < CALLS - CALLS / 20, "{known} of {CALLS} were acknowledged: too one-sided to show anything");
    let (notes, keys, events) =
        (fixture.store.rows("note").await, fixture.store.rows("idempotency_key").await, fixture.store.rows("event_log").await);
    assert!(notes >= known as i64 && notes == keys && notes == events, "{notes} notes, {keys} keys, {events} events, {known} acknowledged");
    let halves =
        "SELECT count(*) FROM note n FULL JOIN idempotency_key k ON k.request_id = n.id WHERE n.id IS NULL OR k.request_id IS NULL";
    assert_eq!(fixture.store.number(halves).await, 0);

    // Everybody asks again: what was done is not done twice, what was not is done now.
    let ids: Vec<String> = journal.into_keys().collect();
    let again = futures::stream::iter(ids.into_iter().map(|request_id| {
        let db = fixture.db.clone();
        async move {
            let request = RedriveDeadLetterRequest { request_id, producer: "x".to_owned(), event_id: String::new() };
            call(&db, &request).await.unwrap()
        }
    }));
    let answers: Vec<VerifyChainResponse> = futures::StreamExt::collect(futures::StreamExt::buffer_unordered(again, 8)).await;
    assert_eq!(answers.len(), CALLS);
    assert_eq!(fixture.store.rows("note").await, CALLS as i64);
    assert_eq!(sequence(&fixture.db).await, CALLS as i64);
}
