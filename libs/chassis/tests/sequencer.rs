//! F2: a sequencer that is killed between assigning positions and COMMIT has done nothing.

use quittance_chassis::events::verify;
use quittance_testkit::{Backend, tenant};
use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection};

use crate::fixture::{Fixture, fixture, publish, sequence, until};

/// Sequencers that have placed entries wait for this lock before they can commit.
const LINGER: [&str; 2] = [
    "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$",
    "CREATE TRIGGER linger AFTER INSERT ON event_position FOR EACH STATEMENT EXECUTE FUNCTION linger()",
];
/// Those that wait for it.
const LINGERING: &str = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// A session that holds the lock until it is dropped.
async fn hold(fixture: &Fixture) -> PgConnection {
    let url = fixture.store.settings().owner_url.expect("an owner");
    let mut session = PgConnection::connect(url.expose_secret()).await.unwrap();
    sqlx::raw_sql("SELECT pg_advisory_lock(4711)").execute(&mut session).await.unwrap();
    session
}

async fn lingering(fixture: &Fixture) -> bool {
    fixture.store.number(&format!("SELECT count(*) FROM ({LINGERING}) AS waiting")).await == 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_sequencer_leaves_no_gap() {
    let fixture = fixture(Backend::Postgres).await;
    for statement in LINGER {
        fixture.store.execute(statement).await;
    }
    for number in 1..=30 {
        publish(&fixture.db, tenant(1), "one", number).await;
    }
    let session = hold(&fixture).await;
    let pass = tokio::spawn({
        let db = fixture.db.clone();
        async move { db.sequence().await }
    });
    for number in 1..=3 {
        until("the sequencer has placed what there is", || lingering(&fixture)).await;
        publish(&fixture.db, tenant(1), "two", number).await;
        let killed = format!("SELECT count(pg_terminate_backend(pid)) FROM ({LINGERING}) AS waiting");
        assert_eq!(fixture.store.number(&killed).await, 1);
        until("its session is gone", || async { !lingering(&fixture).await || fixture.store.rows("event_position").await == 0 }).await;
        assert_eq!(fixture.store.rows("event_position").await, 0);
    }
    session.close().await.unwrap();
    pass.await.unwrap().expect("the next attempt does all of it");
    assert_eq!(sequence(&fixture.db).await, 33);
    assert_eq!(fixture.store.rows("event_position").await, 33);
    assert_eq!(fixture.store.rows("event_pending").await, 0);
    let report = verify(&fixture.db, 0, 0).await.unwrap();
    assert_eq!((report.checked, report.broken_at), (33, None));
}
