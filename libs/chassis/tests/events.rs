//! Every event exactly once, in order per subject, whatever is late, killed or restarted.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use quittance_api::events::v1::{Cursor, ReadRequest};
use quittance_chassis::db::{DatabaseSettings, RowExt};
use quittance_chassis::events::{Consumer, ConsumerSettings, Feed, partition_of, run_sequencer, verify};
use quittance_chassis::{Ctx, Db, Delivery, Inbox, Tx};
use quittance_testkit::{Backend, on_both, tenant};
use quittance_types::{Fault, Reason, TenantId, Uuid};
use sqlx::Connection;
use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, add_note, ctx_of, fixture, numbered, publish, raise, sequence, until};

const WRITERS: usize = 16;
const EACH: usize = 60;
const SUBJECTS: u128 = 12;

/// Records an effect; a second delivery would leave a second row.
pub async fn record(tx: Tx, delivery: Delivery, event: Cursor) -> Result<(), Fault> {
    let sql = "INSERT INTO effect (tenant_id, event_id, subject, number) VALUES ($1, $2, $3, $4)";
    let values = vec![tx.tenant().uuid().into(), delivery.event_id.uuid().into(), delivery.subject.into(), event.position.into()];
    tx.execute(sql, values).await.map(|_| ())
}

/// Numbers per tenant and subject, in the order of their effects.
pub async fn effects(db: &Db) -> BTreeMap<(Uuid, String), Vec<i64>> {
    let rows = db.read_system("test", (), |tx, ()| async move {
        let rows = tx.all("SELECT tenant_id, subject, number FROM effect ORDER BY place", Vec::new()).await?;
        rows.iter()
            .map(|row| Ok(((row.value("tenant_id")?, row.value("subject")?), row.value("number")?)))
            .collect::<Result<Vec<_>, Fault>>()
    });
    let mut effects: BTreeMap<(Uuid, String), Vec<i64>> = BTreeMap::new();
    for (subject, number) in rows.await.unwrap() {
        effects.entry(subject).or_default().push(number);
    }
    effects
}

fn subjects() -> Vec<(TenantId, Uuid)> {
    (0..SUBJECTS).map(|number| (tenant(1 + (number % 2) as u8), Uuid::from_u128(900 + number))).collect()
}

/// One change: a new version of a subject and the event that tells of it, with a pause somewhere in between.
async fn change(db: &Db, tenant: TenantId, subject: Uuid, pause: u64) {
    let changed = db.write(ctx_of(tenant), (subject, pause), |tx, (subject, pause)| async move {
        let version = raise(&tx, subject).await?;
        tokio::time::sleep(Duration::from_micros(pause)).await;
        tx.emit(numbered(&subject.to_string(), version));
        Ok(())
    });
    changed.await.expect("the change is made");
}

/// On PostgreSQL, makes every COMMIT that publishes take its own time, after the ordinals have been given out: what was
/// numbered first is often committed last.
async fn delay_commits(fixture: &Fixture) {
    let settings = fixture.store.settings();
    let Some(owner) = settings.owner_url else { return };
    let mut owner = sqlx::PgConnection::connect(secrecy::ExposeSecret::expose_secret(&owner)).await.unwrap();
    let sql = "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(random() * 0.008); RETURN NULL; END $$; \
               CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON event_log DEFERRABLE INITIALLY DEFERRED \
               FOR EACH ROW EXECUTE FUNCTION dawdle()";
    sqlx::raw_sql(sql).execute(&mut owner).await.unwrap();
}

async fn write_all(db: &Db) {
    for (tenant, subject) in subjects() {
        db.write(ctx_of(tenant), subject, |tx, subject| async move { add_note(&tx, subject, "").await }).await.unwrap();
    }
    let writers = (0..WRITERS).map(|writer| {
        let db = db.clone();
        tokio::spawn(async move {
            for turn in 0..EACH {
                let (tenant, subject) = subjects()[rand::random_range(0..subjects().len())];
                // The first changes are spread evenly, so that every subject has some.
                let (tenant, subject) = if turn == 0 { subjects()[writer % subjects().len()] } else { (tenant, subject) };
                change(&db, tenant, subject, rand::random_range(0..3_000)).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

/// Runs a consumer on a runtime of its own and ends the runtime without a word, again and again, until all is applied.
async fn consume_with_kills(fixture: &Fixture, expected: i64) {
    let mut lives = 0;
    loop {
        let (db, settings) = (fixture.db.clone(), fixture.store.settings());
        let is_last = lives >= 12;
        let life = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let patience = if is_last { Duration::from_secs(60) } else { Duration::from_millis(rand::random_range(20..250)) };
            let finished = runtime.block_on(live(settings, db, patience));
            // The way a crash would end it: nothing is awaited, every connection drops.
            runtime.shutdown_background();
            finished
        });
        let finished = life.await.unwrap();
        if finished && fixture.store.rows("event_log").await == expected {
            return;
        }
        assert!(!is_last || !finished, "the consumer does not catch up");
        lives += 1;
    }
}

/// Follows until everything is applied, or until patience ends.
async fn live(settings: DatabaseSettings, shared: Db, patience: Duration) -> bool {
    // Two replicas on PostgreSQL: they share the groups between them. A SQLite file has one process.
    let replicas = if shared.backend() == Backend::Postgres { 2 } else { 1 };
    let mut own = Vec::new();
    for _ in 0..replicas {
        own.push(match shared.backend() {
            Backend::Postgres => Db::open(&settings, shared.clock().clone()).await.unwrap(),
            Backend::Sqlite => shared.clone(),
        });
    }
    for db in &own {
        let groups = (shared.backend() == Backend::Postgres).then_some(4);
        let settings = ConsumerSettings { groups, ..ConsumerSettings::default() };
        let feed = Arc::new(db.clone());
        let consumer = Consumer::new(db.clone(), "follower", "producer", Inbox::new().on(record), feed).with(settings);
        tokio::spawn(run_sequencer(db.clone(), CancellationToken::new()));
        tokio::spawn(consumer.run(CancellationToken::new()));
    }
    let caught_up = async {
        loop {
            let head = own[0].log_state().await.map_or(i64::MAX, |state| state.head);
            if lowest_cursor(&own[0]).await >= head {
                return;
            }
        }
    };
    tokio::time::timeout(patience, caught_up).await.is_ok()
}

async fn lowest_cursor(db: &Db) -> i64 {
    let lowest = db.read_system("test", (), |tx, ()| async move {
        let row = tx.one("SELECT coalesce(min(position), 0) AS position FROM consumer_cursor", Vec::new()).await?;
        row.unwrap().value::<i64>("position")
    });
    lowest.await.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_has_its_effect_once_and_in_order() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        delay_commits(&fixture).await;
        let stop = CancellationToken::new();
        let sequencers: Vec<_> = (0..2).map(|_| tokio::spawn(run_sequencer(fixture.db.clone(), stop.clone()))).collect();
        let writing = tokio::spawn({
            let db = fixture.db.clone();
            async move { write_all(&db).await }
        });
        // The consumer starts late: half of the events are history by then.
        let expected = (WRITERS * EACH) as i64;
        until("half is written", || async { fixture.store.rows("event_log").await > expected / 2 }).await;
        consume_with_kills(&fixture, expected).await;
        writing.await.unwrap();
        stop.cancel();
        for sequencer in sequencers {
            sequencer.await.unwrap();
        }

        assert_eq!(fixture.store.rows("event_log").await, expected);
        assert_eq!(fixture.store.rows("event_pending").await, 0);
        assert_eq!(fixture.store.number("SELECT max(position) FROM event_position").await, expected);
        assert_eq!(fixture.store.rows("event_position").await, expected);
        let effects = effects(&fixture.db).await;
        assert_eq!(effects.len(), SUBJECTS as usize);
        assert_eq!(effects.values().map(Vec::len).sum::<usize>(), WRITERS * EACH);
        for (subject, numbers) in effects {
            assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<i64>>(), "{subject:?}");
        }
        let report = verify(&fixture.db, 0, 0).await.unwrap();
        assert_eq!((report.checked, report.broken_at), (expected, None));
        if backend == Backend::Postgres {
            let late = "SELECT count(*) FROM (SELECT ordinal - lag(ordinal) OVER (ORDER BY position) AS step FROM event_position) AS steps WHERE step < 0";
            assert!(fixture.store.number(late).await > 0, "no commit was late: this test has shown nothing");
        }
    })
    .await;
}

async fn collect(feed: &Db, request: ReadRequest, through: i64) -> Vec<(i64, String)> {
    let mut stream = feed.open(request).await.unwrap();
    let mut seen = Vec::new();
    loop {
        let message = stream.next().await.unwrap().unwrap();
        seen.extend(message.events.into_iter().map(|event| (event.position, event.subject)));
        if message.head >= through {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_catches_up_and_then_follows() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let stop = CancellationToken::new();
        let sequencer = tokio::spawn(run_sequencer(fixture.db.clone(), stop.clone()));
        for number in 1..=5 {
            publish(&fixture.db, tenant(1), "old", number).await;
        }
        sequence(&fixture.db).await;
        let mut stream = fixture.db.open(ReadRequest { after: 2, ..ReadRequest::default() }).await.unwrap();
        let mut seen = Vec::new();
        while seen.len() < 3 {
            seen.extend(stream.next().await.unwrap().unwrap().events.into_iter().map(|event| event.position));
        }
        for number in 1..=3 {
            publish(&fixture.db, tenant(2), "new", number).await;
            while seen.len() < 3 + number as usize {
                seen.extend(stream.next().await.unwrap().unwrap().events.into_iter().map(|event| event.position));
            }
        }
        assert_eq!(seen, [3, 4, 5, 6, 7, 8]);
        stop.cancel();
        sequencer.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_stream_is_heard() {
    let fixture = fixture(Backend::Sqlite).await;
    publish(&fixture.db, tenant(1), "one", 1).await;
    let mut stream = fixture.db.open(ReadRequest::default()).await.unwrap();
    let mut heads = Vec::new();
    while heads.len() < 3 {
        heads.push(stream.next().await.unwrap().unwrap().head);
    }
    assert_eq!(heads, [0, 1, 1]);
}

#[tokio::test]
async fn partitions_and_types_are_filtered() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        for number in 1..=40 {
            publish(&fixture.db, tenant(1), &format!("subject {number}"), number).await;
        }
        let head = sequence(&fixture.db).await;
        let all = collect(&fixture.db, ReadRequest::default(), head).await;
        assert_eq!(all.len(), 40);
        let of = |subject: &str| partition_of(Uuid::new_v5(&Uuid::nil(), subject.as_bytes()));
        let even: Vec<u32> = (0..64).step_by(2).collect();
        let some = collect(&fixture.db, ReadRequest { partitions: even, ..ReadRequest::default() }, head).await;
        let expected: Vec<(i64, String)> = all.iter().filter(|(_, subject)| of(subject) % 2 == 0).cloned().collect();
        assert_eq!(some, expected);
        assert!(!expected.is_empty() && expected.len() < 40);
        let types = vec!["quittance.events.v1.Cursor".to_owned()];
        assert_eq!(collect(&fixture.db, ReadRequest { types, ..ReadRequest::default() }, head).await.len(), 40);
        let types = vec!["quittance.events.v1.Other".to_owned()];
        assert_eq!(collect(&fixture.db, ReadRequest { types, ..ReadRequest::default() }, head).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn internal_entries_stay_internal() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let written = fixture.db.write(ctx_of(tenant(1)), (), |tx, ()| async move {
            let mut internal = numbered("secret", 1).because("curious");
            internal.public = false;
            tx.emit(internal);
            tx.emit(numbered("open", 1));
            Ok(())
        });
        written.await.unwrap();
        let head = sequence(&fixture.db).await;
        assert_eq!(collect(&fixture.db, ReadRequest::default(), head).await, [(2, "open".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn a_reader_ahead_of_the_log_is_refused() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        publish(&fixture.db, tenant(1), "one", 1).await;
        sequence(&fixture.db).await;
        let mut stream = fixture.db.open(ReadRequest { after: 2, ..ReadRequest::default() }).await.unwrap();
        let refused = stream.next().await.unwrap().unwrap_err();
        assert_eq!(refused.reason(), Reason::CursorAheadOfLog);
        assert_eq!((refused.get("cursor"), refused.get("head")), (Some("2"), Some("1")));
        let bad = fixture.db.open(ReadRequest { partitions: vec![64], ..ReadRequest::default() }).await;
        assert_eq!(bad.err().unwrap().reason(), Reason::FieldOutOfRange);
    })
    .await;
}

#[tokio::test]
async fn an_entry_says_who_why_and_what_changed() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let ctx: Ctx = ctx_of(tenant(1))
            .with_request_id(Uuid::from_u128(77))
            .with_traceparent(Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()));
        let written = fixture.db.write(ctx, (), |tx, ()| async move {
            let counts: HashMap<&str, i64> = HashMap::from([("limit", 5)]);
            tx.emit(numbered("cus_1", 3).because("asked\0for").changed_from(None, &counts));
            Ok(())
        });
        written.await.unwrap();
        sequence(&fixture.db).await;
        let mut stream = fixture.db.open(ReadRequest::default()).await.unwrap();
        let event = loop {
            if let Some(event) = stream.next().await.unwrap().unwrap().events.pop() {
                break event;
            }
        };
        assert_eq!(event.actor, "system:test");
        assert_eq!(event.why, "askedfor");
        assert_eq!(event.request_id, Uuid::from_u128(77).to_string());
        assert!(event.traceparent.starts_with("00-0af7651916cd43dd8448eb211c80319c"));
        assert_eq!(event.tenant_id, tenant(1).to_string());
        assert!(event.event_id.starts_with("evt_"));
        let payload = event.payload.unwrap();
        assert_eq!(payload.type_url, "type.googleapis.com/quittance.events.v1.Cursor");
        assert_eq!(
            fixture.store.number("SELECT count(*) FROM event_log WHERE change_after = '{\"limit\":5}' AND change_before IS NULL").await,
            1
        );
    })
    .await;
}
