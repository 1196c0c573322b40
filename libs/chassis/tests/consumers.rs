//! Consumers when events are poison, streams lie, and leases are lost.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use quittance_api::events::v1::{
    Cursor, Event, GetHeadResponse, ListCursorsRequest, ListDeadLettersRequest, ListEntriesRequest, ReadRequest, ReadResponse,
    RedriveDeadLetterRequest, VerifyChainRequest, event_log_service_server::EventLogService,
};
use quittance_chassis::events::{Consumer, ConsumerSettings, EventLog, Feed, Positions};
use quittance_chassis::{Clock, Ctx, Db, Emit, Inbox, PageTokens, PrincipalKind, Tx};
use quittance_testkit::{Backend, on_both, request_id, tenant};
use quittance_types::{EventId, Fault, Reason, Uuid};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::events::{effects, record};
use crate::fixture::{Fixture, ctx, ctx_of, fixture, publish, sequence, until};

/// A consumer at work, that applies events of the log of its own database.
struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn start(db: &Db, inbox: Inbox, feed: Arc<dyn Feed>) -> Running {
        let stop = CancellationToken::new();
        let settings = ConsumerSettings { first_pause_ms: 1, groups: Some(1), ..ConsumerSettings::default() };
        let consumer = Consumer::new(db.clone(), "follower", "producer", inbox, feed).with(settings);
        Running { task: tokio::spawn(consumer.run(stop.clone())), stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

async fn cursor(fixture: &Fixture) -> i64 {
    fixture.store.number("SELECT coalesce(min(position), -1) FROM consumer_cursor").await
}

async fn caught_up(fixture: &Fixture) {
    let head = sequence(&fixture.db).await;
    until("the consumer has caught up", || async { cursor(fixture).await == head }).await;
}

/// Fails on the number 13 while `broken`, and counts its tries.
fn fragile(broken: &Arc<AtomicBool>, tries: &Arc<AtomicU32>) -> Inbox {
    let (broken, tries) = (Arc::clone(broken), Arc::clone(tries));
    Inbox::new().on(move |tx, delivery, event: Cursor| {
        let fails = event.position == 13 && broken.load(Ordering::SeqCst);
        tries.fetch_add(u32::from(fails), Ordering::SeqCst);
        async move {
            record(tx, delivery, event).await?;
            if fails { Err(Fault::new(Reason::LedgerUnbalanced, "thirteen")) } else { Ok(()) }
        }
    })
}

fn log(fixture: &Fixture, inbox: Inbox) -> EventLog {
    let tokens = PageTokens::new(b"secret", Clock::system());
    EventLog::new(fixture.db.clone(), "follower", tokens, [("producer".to_owned(), inbox)].into())
}

fn call<Q>(ctx: Ctx, message: Q) -> tonic::Request<Q> {
    let mut request = tonic::Request::new(message);
    let mut ctx = ctx;
    ctx.method = Arc::from("/quittance.events.v1.EventLogService/Test");
    request.extensions_mut().insert(ctx);
    request
}

/// F15.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_parked_others_go_on_and_a_redrive_keeps_the_order() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let (broken, tries) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
        let inbox = fragile(&broken, &tries);
        for number in [12, 13, 14] {
            publish(&fixture.db, tenant(1), "bad", number).await;
            publish(&fixture.db, tenant(1), "good", number + 100).await;
            publish(&fixture.db, tenant(2), "bad", number + 200).await;
        }
        let running = Running::start(&fixture.db, inbox.clone(), Arc::new(fixture.db.clone()));
        caught_up(&fixture).await;
        assert_eq!(fixture.store.rows("dead_letter").await, 2);
        // Once with its batch, eight times alone.
        assert_eq!(tries.load(Ordering::SeqCst), 9);
        // What comes later waits as well, and only of this subject and tenant.
        publish(&fixture.db, tenant(1), "bad", 15).await;
        publish(&fixture.db, tenant(1), "good", 115).await;
        caught_up(&fixture).await;
        let before = effects(&fixture.db).await;
        let of = |tenant_number: u8, subject: &str| before[&(tenant(tenant_number).uuid(), subject.to_owned())].clone();
        assert_eq!(of(1, "bad"), [12]);
        assert_eq!(of(1, "good"), [112, 113, 114, 115]);
        assert_eq!(of(2, "bad"), [212, 213, 214]);

        let service = log(&fixture, inbox);
        let listed = service.list_dead_letters(call(ctx(), ListDeadLettersRequest::default())).await.unwrap().into_inner();
        let reasons: Vec<(&str, u32)> = listed.dead_letters.iter().map(|letter| (letter.reason.as_str(), letter.attempts)).collect();
        assert_eq!(reasons, [("LEDGER_UNBALANCED", 8), ("", 0), ("", 0)]);
        let foreign = service.list_dead_letters(call(ctx_of(tenant(2)), ListDeadLettersRequest::default())).await.unwrap().into_inner();
        assert!(foreign.dead_letters.is_empty());
        let cursors = service.list_cursors(call(ctx(), ListCursorsRequest {})).await.unwrap().into_inner().cursors;
        assert_eq!((cursors[0].producer.as_str(), cursors[0].position, cursors[0].dead_letters), ("producer", 11, 3));

        let event_id = listed.dead_letters[0].event.as_ref().unwrap().event_id.clone();
        let redrive = RedriveDeadLetterRequest { request_id: request_id(), producer: "producer".to_owned(), event_id };
        let refused = service.redrive_dead_letter(call(ctx(), redrive.clone())).await.unwrap_err();
        assert_eq!(quittance_api::status::from_status(&refused).reason(), Reason::LedgerUnbalanced);
        broken.store(false, Ordering::SeqCst);
        let foreign = service.redrive_dead_letter(call(ctx_of(tenant(2)), redrive.clone())).await.unwrap_err();
        assert_eq!(foreign.code(), tonic::Code::NotFound);
        for _ in 0..2 {
            let redriven = service.redrive_dead_letter(call(ctx(), redrive.clone())).await.unwrap().into_inner();
            assert_eq!(redriven.applied, 3);
        }
        publish(&fixture.db, tenant(1), "bad", 16).await;
        caught_up(&fixture).await;
        running.stop().await;
        assert_eq!(effects(&fixture.db).await[&(tenant(1).uuid(), "bad".to_owned())], [12, 13, 14, 15, 16]);
        assert_eq!(fixture.store.rows("dead_letter").await, 0);
    })
    .await;
}

/// A subject is another service's text: it blocks what comes after it whatever it is made of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_of_any_characters_blocks_itself_and_nothing_else() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let inbox = fragile(&Arc::new(AtomicBool::new(true)), &Arc::default());
        let strange = ["it's", "back\\slash", "'; DELETE FROM effect; --", "äöü \u{1F4B6}", ""];
        for subject in strange {
            publish(&fixture.db, tenant(1), subject, 13).await;
        }
        let running = Running::start(&fixture.db, inbox, Arc::new(fixture.db.clone()));
        caught_up(&fixture).await;
        for subject in strange {
            publish(&fixture.db, tenant(1), subject, 14).await;
            publish(&fixture.db, tenant(2), subject, 14).await;
        }
        caught_up(&fixture).await;
        running.stop().await;
        assert_eq!(fixture.store.rows("dead_letter").await, 2 * strange.len() as i64);
        let effects = effects(&fixture.db).await;
        assert!(effects.keys().all(|(of, _)| *of == tenant(2).uuid()), "{effects:?}");
        assert_eq!(effects.len(), strange.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_prepared_tenant_by_tenant_before_its_first_handler() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        for (tenant_number, number) in [(2, 1), (1, 2), (2, 3)] {
            publish(&fixture.db, tenant(tenant_number), "one", number).await;
        }
        sequence(&fixture.db).await;
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let (prepared, handled) = (Arc::clone(&told), Arc::clone(&told));
        let inbox = Inbox::new()
            .on(move |tx, delivery, event: Cursor| {
                handled.lock().unwrap().push(format!("{}", event.position));
                record(tx, delivery, event)
            })
            .before(move |tx: Tx, events: Vec<Event>| {
                let places: Vec<i64> = events.iter().map(|event| event.position).collect();
                prepared.lock().unwrap().push(format!("{} {places:?}", tx.tenant()));
                async { Ok(()) }
            });
        let running = Running::start(&fixture.db, inbox, Arc::new(fixture.db.clone()));
        caught_up(&fixture).await;
        running.stop().await;
        let expected = [format!("{} [2]", tenant(1)), format!("{} [1, 3]", tenant(2)), "1".to_owned(), "2".to_owned(), "3".to_owned()];
        assert_eq!(*told.lock().unwrap(), expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_dead_letters_and_of_the_trail_cover_everything_once() {
    let fixture = fixture(Backend::Sqlite).await;
    for number in 1..=7 {
        publish(&fixture.db, tenant(1), "bad", 13).await;
        publish(&fixture.db, tenant(1), &format!("other {number}"), 1).await;
    }
    let inbox = fragile(&Arc::new(AtomicBool::new(true)), &Arc::default());
    let running = Running::start(&fixture.db, inbox.clone(), Arc::new(fixture.db.clone()));
    caught_up(&fixture).await;
    running.stop().await;
    let service = log(&fixture, inbox);
    let (mut letters, mut token) = (Vec::new(), String::new());
    loop {
        let request = ListDeadLettersRequest { page_size: 3, page_token: token };
        let page = service.list_dead_letters(call(ctx(), request)).await.unwrap().into_inner();
        letters.extend(page.dead_letters.into_iter().map(|letter| letter.event.unwrap().position));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(letters, [1, 3, 5, 7, 9, 11, 13]);
    let (mut entries, mut token) = (Vec::new(), String::new());
    loop {
        let request =
            ListEntriesRequest { subject: "bad".to_owned(), page_size: 2, page_token: token.clone(), ..ListEntriesRequest::default() };
        let page = service.list_entries(call(ctx(), request)).await.unwrap().into_inner();
        entries.extend(page.entries.into_iter().map(|entry| entry.event.unwrap().position));
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    assert_eq!(entries, [13, 11, 9, 7, 5, 3, 1]);
    // A token belongs to its query and its tenant.
    let other = ListEntriesRequest { page_token: token.clone(), ..ListEntriesRequest::default() };
    let refused = service.list_entries(call(ctx(), other)).await.unwrap_err();
    assert_eq!(quittance_api::status::from_status(&refused).reason(), Reason::PageTokenInvalid);
    let foreign = ListEntriesRequest { subject: "bad".to_owned(), page_token: token, ..ListEntriesRequest::default() };
    assert!(service.list_entries(call(ctx_of(tenant(2)), foreign)).await.is_err());
    let report = service.verify_chain(call(ctx(), VerifyChainRequest::default())).await.unwrap().into_inner();
    assert_eq!((report.checked, report.broken_at), (14, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_panics_is_a_failed_try() {
    let fixture = fixture(Backend::Sqlite).await;
    publish(&fixture.db, tenant(1), "bad", 13).await;
    publish(&fixture.db, tenant(1), "good", 1).await;
    let inbox = Inbox::new().on(|tx, delivery, event: Cursor| async move {
        assert_ne!(event.position, 13, "on purpose");
        record(tx, delivery, event).await
    });
    let running = Running::start(&fixture.db, inbox, Arc::new(fixture.db.clone()));
    caught_up(&fixture).await;
    running.stop().await;
    assert_eq!(fixture.store.rows("dead_letter").await, 1);
    assert_eq!(fixture.store.rows("effect").await, 1);
}

/// What the handler emits names its cause and goes on in its trace.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_effect_is_published_under_its_cause() {
    let fixture = fixture(Backend::Sqlite).await;
    publish(&fixture.db, tenant(2), "first", 1).await;
    let inbox = Inbox::new().on(|tx, delivery, event: Cursor| async move {
        if delivery.subject == "first" {
            tx.emit(crate::fixture::numbered("second", event.position + 1));
        }
        Ok(())
    });
    let running = Running::start(&fixture.db, inbox, Arc::new(fixture.db.clone()));
    until("the effect is published", || async { fixture.store.rows("event_log").await == 2 }).await;
    running.stop().await;
    let same = "SELECT count(*) FROM event_log a JOIN event_log b ON b.request_id = a.event_id AND b.tenant_id = a.tenant_id WHERE b.subject = 'second'";
    assert_eq!(fixture.store.number(same).await, 1);
}

/// A stream that repeats, reorders and forgets, in front of a true one.
struct Hostile {
    truth: Db,
    opened: AtomicU32,
}

#[tonic::async_trait]
impl Feed for Hostile {
    async fn open(&self, request: ReadRequest) -> Result<BoxStream<'static, Result<ReadResponse, Fault>>, Fault> {
        let opened = self.opened.fetch_add(1, Ordering::SeqCst);
        let inner = self.truth.open(request).await?;
        let stream = inner.enumerate().flat_map(move |(index, message)| {
            let Ok(message) = message else { return stream::iter(vec![message]) };
            let mut reversed = message.clone();
            reversed.events.reverse();
            let told = match (opened % 4, index) {
                // The same message twice, then in the wrong order.
                (0, _) => vec![Ok(message.clone()), Ok(message), Ok(reversed)],
                // Reordered at once.
                (1, _) => vec![Ok(reversed)],
                // Cut off after the first message with anything in it.
                (2, 1..) => vec![Ok(message), Err(Fault::new(Reason::ServiceUnavailable, "cut"))],
                _ => vec![Ok(message)],
            };
            stream::iter(told)
        });
        Ok(stream.boxed())
    }
}

/// F14.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_stream_changes_nothing() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let feed = Arc::new(Hostile { truth: fixture.db.clone(), opened: AtomicU32::new(0) });
        let running = Running::start(&fixture.db, Inbox::new().on(record), feed);
        for number in 1..=60 {
            publish(&fixture.db, tenant(1), if number % 2 == 0 { "even" } else { "odd" }, number).await;
            if number % 7 == 0 {
                sequence(&fixture.db).await;
            }
        }
        caught_up(&fixture).await;
        running.stop().await;
        let effects = effects(&fixture.db).await;
        assert_eq!(effects[&(tenant(1).uuid(), "even".to_owned())], (1..=30).map(|half| half * 2).collect::<Vec<i64>>());
        assert_eq!(effects[&(tenant(1).uuid(), "odd".to_owned())], (0..30).map(|half| half * 2 + 1).collect::<Vec<i64>>());
        assert_eq!(fixture.store.rows("dead_letter").await, 0);
    })
    .await;
}

/// One message, written by hand.
struct Scripted(Vec<Event>);

#[tonic::async_trait]
impl Feed for Scripted {
    async fn open(&self, request: ReadRequest) -> Result<BoxStream<'static, Result<ReadResponse, Fault>>, Fault> {
        let head = self.0.iter().map(|event| event.position).max().unwrap_or_default();
        if request.after >= head {
            return Ok(stream::pending().boxed());
        }
        let message = ReadResponse { events: self.0.clone(), head };
        Ok(stream::iter([Ok(message)]).chain(stream::pending()).boxed())
    }
}

/// Who follows the log by the contract: a service for all tenants, everybody else for their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_its_tenant_only_unless_it_is_a_service() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        for number in [1, 2, 1] {
            publish(&fixture.db, tenant(number), "one", i64::from(number)).await;
        }
        let head = sequence(&fixture.db).await;
        let service = log(&fixture, Inbox::new());
        let nobody = quittance_types::TenantId::new(Uuid::nil());
        let of_kind = |kind: PrincipalKind, tenant: quittance_types::TenantId| {
            let mut ctx = ctx_of(tenant);
            ctx.principal.kind = kind;
            ctx
        };
        for (ctx, expected) in [
            (of_kind(PrincipalKind::User, tenant(1)), vec![1, 3]),
            (of_kind(PrincipalKind::Machine, tenant(2)), vec![2]),
            (of_kind(PrincipalKind::Service, tenant(2)), vec![2]),
            (of_kind(PrincipalKind::User, nobody), vec![]),
            (of_kind(PrincipalKind::System, nobody), vec![1, 2, 3]),
        ] {
            let kind = ctx.principal.kind;
            let mut stream = EventLogService::read(&service, call(ctx, ReadRequest::default())).await.unwrap().into_inner();
            let mut seen = Vec::new();
            loop {
                let message = stream.next().await.unwrap().unwrap();
                seen.extend(message.events.iter().map(|event| event.position));
                if message.head == head {
                    break;
                }
            }
            assert_eq!(seen, expected, "{kind:?}");
        }
    })
    .await;
}

/// Row 90 of the bad inputs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_cannot_be_read_are_parked() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let any = |name: &str, value: Vec<u8>| Some(prost_types::Any { type_url: format!("type.googleapis.com/{name}"), value });
        let sound = |position: i64| Event {
            event_id: EventId::new(Uuid::from_u128(position as u128)).to_string(),
            position,
            tenant_id: tenant(1).to_string(),
            subject: format!("subject {position}"),
            payload: any("quittance.events.v1.Cursor", Vec::new()),
            ..Event::default()
        };
        let events = vec![
            Event { payload: any("quittance.events.v1.Cursor", vec![0xff, 0xff, 0xff]), ..sound(1) },
            Event { payload: None, ..sound(2) },
            Event { tenant_id: String::new(), ..sound(3) },
            Event { event_id: "evt_x".to_owned(), ..sound(4) },
            Event { payload: any("quittance.events.v9.Unknown", Vec::new()), ..sound(5) },
            Event { payload: any("quittance.events.v2.Cursor", Vec::new()), ..sound(6) },
            Event { payload: any("quittance.payments.v1.PaymentSettled", Vec::new()), ..sound(7) },
            sound(8),
        ];
        let running = Running::start(&fixture.db, Inbox::new().on(record), Arc::new(Scripted(events)));
        until("all are dealt with", || async { cursor(&fixture).await == 8 }).await;
        running.stop().await;
        assert_eq!(fixture.store.rows("dead_letter").await, 7);
        assert_eq!(fixture.store.number("SELECT count(*) FROM dead_letter WHERE reason = 'EVENT_UNDECODABLE'").await, 4);
        assert_eq!(fixture.store.number("SELECT count(*) FROM dead_letter WHERE reason = 'EVENT_TYPE_UNKNOWN'").await, 1);
        assert_eq!(fixture.store.number("SELECT count(*) FROM dead_letter WHERE reason = 'EVENT_VERSION_UNKNOWN'").await, 1);
        assert_eq!(fixture.store.number("SELECT count(*) FROM dead_letter WHERE reason = 'EVENT_PRODUCER_FORBIDDEN'").await, 1);
        assert_eq!(fixture.store.rows("effect").await, 1);
    })
    .await;
}

/// F30: the producer has been restored from a backup older than our cursor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_producer_that_went_back_in_time_is_not_followed() {
    let (consumer, producer) = (fixture(Backend::Sqlite).await, fixture(Backend::Sqlite).await);
    for number in 1..=3 {
        publish(&consumer.db, tenant(1), "one", number).await;
    }
    let running = Running::start(&consumer.db, Inbox::new().on(record), Arc::new(consumer.db.clone()));
    caught_up(&consumer).await;
    running.stop().await;
    publish(&producer.db, tenant(1), "one", 1).await;
    let opened = Arc::new(Hostile { truth: producer.db.clone(), opened: AtomicU32::new(3) });
    let running = Running::start(&consumer.db, Inbox::new().on(record), Arc::clone(&opened) as Arc<dyn Feed>);
    until("it has tried twice", || async { opened.opened.load(Ordering::SeqCst) >= 5 }).await;
    running.stop().await;
    assert_eq!(cursor(&consumer).await, 3);
    assert_eq!(consumer.store.rows("effect").await, 3);
}

/// F16, F26: whoever was stopped past its lease cannot commit when it wakes up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_commit_is_fenced() {
    let fixture = fixture(Backend::Postgres).await;
    publish(&fixture.db, tenant(1), "one", 1).await;
    sequence(&fixture.db).await;
    let (asleep, awake) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let sleepy = {
        let (asleep, awake, slept) = (Arc::clone(&asleep), Arc::clone(&awake), Arc::new(AtomicBool::new(false)));
        Inbox::new().on(move |tx, delivery, event: Cursor| {
            let (asleep, awake, slept) = (Arc::clone(&asleep), Arc::clone(&awake), Arc::clone(&slept));
            async move {
                record(tx, delivery, event).await?;
                if !slept.swap(true, Ordering::SeqCst) {
                    asleep.notify_one();
                    awake.notified().await;
                }
                Ok(())
            }
        })
    };
    let first = Running::start(&fixture.db, sleepy, Arc::new(fixture.db.clone()));
    asleep.notified().await;
    // The row of the cursor is held by the sleeper's transaction: its successor has to wait for the server to end it.
    let ended = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND state = 'idle in transaction') AS ended";
    assert_eq!(fixture.store.number(ended).await, 1);
    let lapse = fixture.db.write_system("test", (), |tx, ()| async move {
        tx.execute("UPDATE consumer_cursor SET lease_until = 0, lease_owner = 'gone'", Vec::new()).await
    });
    lapse.await.unwrap();
    let second = Running::start(&fixture.db, Inbox::new().on(record), Arc::new(fixture.db.clone()));
    until("the successor has applied it", || async { fixture.store.rows("effect").await == 1 }).await;
    awake.notify_one();
    publish(&fixture.db, tenant(1), "one", 2).await;
    caught_up(&fixture).await;
    first.stop().await;
    second.stop().await;
    assert_eq!(effects(&fixture.db).await[&(tenant(1).uuid(), "one".to_owned())], [1, 2]);
}

/// The number of groups may change when everything has been applied, and only then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_can_be_changed_when_nothing_is_in_flight() {
    let fixture = fixture(Backend::Postgres).await;
    for number in 1..=20 {
        publish(&fixture.db, tenant(1), &format!("subject {number}"), 1).await;
    }
    for groups in [1, 4, 2] {
        let stop = CancellationToken::new();
        let settings = ConsumerSettings { groups: Some(groups), ..ConsumerSettings::default() };
        let consumer = Consumer::new(fixture.db.clone(), "follower", "producer", Inbox::new().on(record), Arc::new(fixture.db.clone()));
        let running = tokio::spawn(consumer.with(settings).run(stop.clone()));
        until("the groups are there", || async { fixture.store.rows("consumer_cursor").await == i64::from(groups) }).await;
        caught_up(&fixture).await;
        stop.cancel();
        running.await.unwrap();
    }
    assert_eq!(fixture.store.rows("effect").await, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_followed_log_is_told_of_before_anything_is_stored() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let (inbox, positions) = (Inbox::new().on(record), Positions::default());
        let service = log(&fixture, inbox.clone()).knowing(&positions);
        let told = async || {
            let cursors = service.list_cursors(call(ctx(), ListCursorsRequest {})).await.unwrap().into_inner().cursors;
            assert_eq!(cursors.len(), 1);
            (cursors[0].position, cursors[0].stored_position)
        };
        assert_eq!(told().await, (0, 0), "nobody has begun to follow");
        publish(&fixture.db, tenant(1), "one", 1).await;
        let unheard = fixture.db.write(ctx(), (), |tx, ()| async move {
            tx.emit(Emit::public("two", Uuid::from_u128(2), &GetHeadResponse::default()));
            Ok(())
        });
        unheard.await.unwrap();
        let head = sequence(&fixture.db).await;
        let feed = Arc::new(fixture.db.clone());
        let consumer = Consumer::new(fixture.db.clone(), "follower", "producer", inbox.clone(), feed).telling(&positions);
        let stop = CancellationToken::new();
        let running = tokio::spawn(consumer.run(stop.clone()));
        until("everything is applied or passed over", || async { told().await.0 == head }).await;
        stop.cancel();
        running.await.unwrap();
        assert_eq!(told().await, (head, head), "what was passed over is stored at the end");
    })
    .await;
}
