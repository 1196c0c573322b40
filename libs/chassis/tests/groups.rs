//! Numbers taken in groups.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use quittance_api::events::v1::{RedriveDeadLetterRequest, VerifyChainResponse};
use quittance_chassis::db::RowExt;
use quittance_chassis::idempotency::Member;
use quittance_chassis::{Db, GroupCommit, Tx};
use quittance_testkit::{Backend, on_both, race, unique};
use quittance_types::{Fault, Reason};

use crate::fixture::{ctx, fixture, numbered, request, request_with};

type Numbering = GroupCommit<RedriveDeadLetterRequest, String, VerifyChainResponse>;

/// Numbers the documents of a series; one called "refused" is refused, one called "poison" breaks the statement.
fn numbering(db: &Db, flushes: Arc<AtomicUsize>) -> Numbering {
    GroupCommit::new(
        db.clone(),
        64,
        |_| "series".to_owned(),
        move |tx, names| {
            flushes.fetch_add(1, Ordering::SeqCst);
            number(tx, names)
        },
    )
}

async fn number(tx: Tx, names: Vec<String>) -> Result<Vec<Result<VerifyChainResponse, Fault>>, Fault> {
    let wanted = names.iter().filter(|name| *name != "refused").count();
    let sql = "UPDATE series SET next = next + $1 WHERE tenant_id = $2 AND name = 'series' RETURNING next";
    let row = tx.one(sql, vec![(wanted as i64).into(), tx.tenant().uuid().into()]).await?;
    let mut number = row.unwrap().value::<i64>("next")? - wanted as i64;
    let mut answers = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if name == "refused" {
            answers.push(Err(Fault::new(Reason::IllegalTransition, "refused")));
            continue;
        }
        let written = if name == "poison" { 1 } else { number };
        let sql = "INSERT INTO document (tenant_id, series, number) VALUES ($1, 'series', $2)";
        tx.execute(sql, vec![tx.tenant().uuid().into(), written.into()]).await?;
        if name != "silent" {
            tx.member(index).emit(numbered("document", number));
        }
        answers.push(Ok(VerifyChainResponse { checked: number, broken_at: 0 }));
        number += 1;
    }
    Ok(answers)
}

fn producer_of(index: usize) -> &'static str {
    match index % 10 {
        3 => "refused",
        5 => "silent",
        _ => "kept",
    }
}

async fn prepared(backend: Backend) -> crate::fixture::Fixture {
    let fixture = fixture(backend).await;
    let series = fixture.db.write(ctx(), (), |tx, ()| async move {
        let sql = "INSERT INTO series (tenant_id, name, next) VALUES ($1, 'series', 1)";
        tx.execute(sql, vec![tx.tenant().uuid().into()]).await
    });
    series.await.unwrap();
    fixture
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_gapless_and_shared_transactions_few() {
    on_both(|backend| async move {
        let fixture = prepared(backend).await;
        let flushes = Arc::new(AtomicUsize::new(0));
        let numbering = numbering(&fixture.db, Arc::clone(&flushes));
        let requests: Vec<_> = (0..200).map(|index| request(producer_of(index))).collect();
        let answers = race(200, |index| {
            let (numbering, request) = (numbering.clone(), requests[index].clone());
            async move { numbering.submit(ctx(), &request, request.producer.clone()).await }
        })
        .await;
        let numbers: BTreeSet<i64> = answers.iter().filter_map(|answer| answer.as_ref().ok()).map(|answer| answer.checked).collect();
        assert_eq!(numbers, (1..=180).collect::<BTreeSet<i64>>());
        assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 20);
        assert!(flushes.load(Ordering::SeqCst) < 100, "{flushes:?} transactions for 200 requests");
        // Every event names the request of its own member, and the key of every member knows whether there is one.
        assert_eq!(fixture.store.number("SELECT count(DISTINCT request_id) FROM event_log").await, 160);
        let told = "SELECT count(*) FROM idempotency_key k JOIN event_log l ON l.request_id = k.request_id WHERE k.told";
        assert_eq!(fixture.store.number(told).await, 160);
        assert_eq!(fixture.store.number("SELECT count(*) FROM idempotency_key WHERE NOT told").await, 20);
        for (request, answer) in requests.iter().zip(&answers) {
            let again = numbering.submit(ctx(), request, request.producer.clone()).await;
            assert_eq!(again.as_ref().ok(), answer.as_ref().ok());
        }
        assert_eq!(fixture.store.rows("document").await, 180);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_in_one_group_get_one_number() {
    on_both(|backend| async move {
        let fixture = prepared(backend).await;
        let numbering = numbering(&fixture.db, Arc::default());
        let id = unique();
        let answers = race(32, |index| {
            let numbering = numbering.clone();
            let request = if index % 2 == 0 { request_with(id, "kept") } else { request("kept") };
            async move { (index, numbering.submit(ctx(), &request, request.producer.clone()).await.unwrap().checked) }
        })
        .await;
        let twins: BTreeSet<i64> = answers.iter().filter(|(index, _)| index % 2 == 0).map(|(_, number)| *number).collect();
        assert_eq!(twins.len(), 1);
        assert_eq!(fixture.store.rows("document").await, 17);
        let reused = numbering.submit(ctx(), &request_with(id, "other"), "other".to_owned()).await;
        assert_eq!(reused.unwrap_err().reason(), Reason::RequestIdReused);
    })
    .await;
}

#[tokio::test]
async fn the_most_patient_member_decides_how_long_a_group_is_tried() {
    let fixture = fixture(Backend::Postgres).await;
    let contexts = [ctx().within(Duration::ZERO), ctx().within(Duration::from_secs(30))];
    let members = contexts.map(|ctx| Member::new(ctx, &request("kept"), ()).unwrap());
    let runs = Arc::new(AtomicUsize::new(0));
    let answers = fixture.db.mutate_many(members.into(), move |tx: Tx, commands: Vec<()>| {
        let is_first = runs.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if is_first {
                tx.execute("DO $$ BEGIN RAISE EXCEPTION 'a conflict' USING ERRCODE = '40001'; END $$", Vec::new()).await?;
            }
            Ok(commands.iter().map(|()| Ok(VerifyChainResponse::default())).collect())
        }
    });
    assert!(answers.await.unwrap().iter().all(Result::is_ok));
    assert_eq!(fixture.store.rows("idempotency_key").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_member_does_not_spoil_the_group() {
    on_both(|backend| async move {
        let fixture = prepared(backend).await;
        let numbering = numbering(&fixture.db, Arc::default());
        let first = request("kept");
        numbering.submit(ctx(), &first, first.producer.clone()).await.unwrap();
        let answers = race(20, |index| {
            let numbering = numbering.clone();
            let request = request(if index == 7 { "poison" } else { "kept" });
            async move { numbering.submit(ctx(), &request, request.producer.clone()).await }
        })
        .await;
        for (index, answer) in answers.iter().enumerate() {
            assert_eq!(answer.is_err(), index == 7, "{index}: {answer:?}");
        }
        assert_eq!(fixture.store.number("SELECT max(number) FROM document").await, 20);
    })
    .await;
}
