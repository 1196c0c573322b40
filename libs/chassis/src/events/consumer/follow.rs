//! The loop of one partition group.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures::StreamExt;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge};
use quittance_api::events::v1::{Event, ReadRequest, ReadResponse};
use quittance_types::{Fault, Outcome, Reason, TenantId};
use sea_orm::QueryResult;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{ConsumerSettings, Feed, Positions};
use crate::Ctx;
use crate::db::{Backend, Db, RowExt, Scope};
use crate::events::dead_letter::park;
use crate::events::inbox::Inbox;
use crate::events::lease::{Group, LEASE, Lease};
use crate::events::read::ahead_of_log;
use crate::tx::{Opening, Tx, Verdict};

/// The pause after trouble doubles from here.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
/// And ends here.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a replica looks whether a lease has become free.
const LEASE_TICK: Duration = Duration::from_secs(2);
/// A position that moved without anything to apply is stored this often at most.
const PROGRESS_TICK: Duration = Duration::from_secs(1);

struct Metrics {
    applied: Counter<u64>,
    parked: Counter<u64>,
    lag: Gauge<i64>,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("quittance");
    Metrics {
        applied: meter.u64_counter("quittance.consumer.events").with_description("Events applied").build(),
        parked: meter.u64_counter("quittance.consumer.dead_letters").with_description("Events parked").build(),
        lag: meter.i64_gauge("quittance.consumer.lag").with_description("Age of the newest event applied").with_unit("ms").build(),
    }
});

/// One group of one consumer.
pub(super) struct Follower {
    pub(super) db: Db,
    pub(super) group: Group,
    pub(super) owner: String,
    pub(super) inbox: Inbox,
    pub(super) feed: Arc<dyn Feed>,
    pub(super) settings: ConsumerSettings,
    pub(super) positions: Positions,
}

/// Waits; true if it is time to stop.
pub(super) async fn rest(stop: &CancellationToken, pause: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => true,
        () = sleep(pause) => false,
    }
}

impl Follower {
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut pause = SHORTEST_PAUSE;
        while !stop.is_cancelled() {
            let outcome = match self.group.acquire(&self.db, &self.owner).await {
                Ok(Some(mut lease)) => {
                    let (started, from) = (Instant::now(), lease.position);
                    let outcome = self.follow(&mut lease, &stop).await;
                    if outcome.is_err() && stop.is_cancelled() {
                        // Whoever comes next need not wait for the lease to run out.
                        let _ = lease.release(&self.db).await;
                    }
                    if lease.position > from || started.elapsed() > LONGEST_PAUSE {
                        pause = SHORTEST_PAUSE;
                    }
                    outcome
                }
                Ok(None) => {
                    rest(&stop, LEASE_TICK).await;
                    continue;
                }
                Err(fault) => Err(fault),
            };
            let Err(fault) = outcome else { continue };
            self.complain(&fault);
            rest(&stop, pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn complain(&self, fault: &Fault) {
        let (consumer, producer) = (self.group.consumer, self.group.producer.as_str());
        let detail = fault.operator_detail().unwrap_or_default();
        if fault.reason() == Reason::CursorAheadOfLog {
            tracing::error!(consumer, producer, %fault, cursor = fault.get("cursor"), head = fault.get("head"), "the producer has gone back in time");
        } else if is_passing(fault) {
            tracing::debug!(consumer, producer, %fault, detail, "the stream is opened again");
        } else {
            tracing::warn!(consumer, producer, %fault, detail, "the stream is opened again");
        }
    }

    /// Reads and applies until something goes wrong or it is time to stop.
    async fn follow(&self, lease: &mut Lease, stop: &CancellationToken) -> Result<(), Fault> {
        let request = ReadRequest { after: lease.position, partitions: self.group.partitions(), types: self.inbox.types() };
        let opened = tokio::select! {
            () = stop.cancelled() => return lease.release(&self.db).await,
            opened = self.feed.open(request) => opened,
        };
        let mut stream = opened?;
        let mut renewal = interval(LEASE / 3);
        let mut progress = interval(PROGRESS_TICK);
        for timer in [&mut renewal, &mut progress] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
            timer.reset();
        }
        // How far the producer has looked on our behalf; the lease remembers what is stored.
        let mut seen = lease.position;
        let place = self.positions.hold(&self.group, seen);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    if seen > lease.position {
                        lease.renew(&self.db, seen).await?;
                    }
                    return lease.release(&self.db).await;
                }
                // On SQLite nobody else can take the lease.
                _ = renewal.tick(), if self.db.backend() == Backend::Postgres => {
                    lease.renew(&self.db, seen).await?;
                    lease.position = seen;
                }
                _ = progress.tick(), if seen > lease.position => {
                    lease.renew(&self.db, seen).await?;
                    lease.position = seen;
                }
                message = stream.next() => {
                    let ended = || Fault::new(Reason::ServiceUnavailable, "the producer ended the stream");
                    let message = message.ok_or_else(ended)??;
                    let events = self.check(seen, &message)?;
                    seen = message.head;
                    if !events.is_empty() {
                        self.apply_all(lease, events, seen, stop).await?;
                    }
                    place.reach(seen);
                }
            }
        }
    }

    /// A message must go on where the last one ended. What has been seen already is dropped; what goes backwards means
    /// that the producer, or somebody in between, does not tell the truth.
    fn check(&self, seen: i64, message: &ReadResponse) -> Result<Vec<Event>, Fault> {
        if message.head < seen {
            return Err(ahead_of_log(seen, message.head));
        }
        let disorder = |what: &str| Fault::new(Reason::EventOutOfOrder, format!("the stream {what}"));
        let mut last = 0;
        for event in &message.events {
            if event.position <= last || event.position > message.head {
                return Err(disorder("is not in order"));
            }
            let of = u32::from(self.group.of.max(1));
            if self.group.of > 1 && event.partition % of != u32::from(self.group.number) {
                return Err(disorder("holds events of other partitions"));
            }
            last = event.position;
        }
        Ok(message.events.iter().filter(|event| event.position > seen).cloned().collect())
    }

    async fn apply_all(&self, lease: &mut Lease, events: Vec<Event>, through: i64, stop: &CancellationToken) -> Result<(), Fault> {
        let events: Arc<[Event]> = events.into();
        let fault = match self.apply(lease, &events, through, None).await {
            Ok(()) => {
                lease.position = through;
                self.count(&events);
                return Ok(());
            }
            Err(fault) if is_passing(&fault) => return Err(fault),
            Err(fault) => fault,
        };
        let (consumer, producer) = (self.group.consumer, self.group.producer.as_str());
        tracing::debug!(consumer, producer, %fault, "a batch failed: its events are applied one by one");
        for event in events.iter() {
            self.apply_one(lease, event, stop).await?;
        }
        lease.renew(&self.db, through).await?;
        lease.position = through;
        Ok(())
    }

    /// Applies one event, or parks it after as many tries as the settings say.
    async fn apply_one(&self, lease: &mut Lease, event: &Event, stop: &CancellationToken) -> Result<(), Fault> {
        let alone: Arc<[Event]> = Arc::new([event.clone()]);
        let mut pause = Duration::from_millis(self.settings.first_pause_ms);
        let mut tries = 0;
        loop {
            let fault = match self.apply(lease, &alone, event.position, None).await {
                Ok(()) => {
                    self.count(&alone);
                    break;
                }
                Err(fault) if is_passing(&fault) => return Err(fault),
                Err(fault) => fault,
            };
            tries += 1;
            if tries >= self.settings.tries || is_hopeless(&fault) {
                self.apply(lease, &alone, event.position, Some((fault.clone(), tries))).await?;
                self.alert(event, &fault, tries);
                break;
            }
            if rest(stop, pause).await {
                // Not an answer about the event: it starts over when the service does.
                return Err(Fault::new(Reason::Draining, "the service is stopping"));
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            lease.renew(&self.db, lease.position).await?;
        }
        lease.position = event.position;
        Ok(())
    }

    fn count(&self, events: &[Event]) {
        let labels = [KeyValue::new("consumer", self.group.consumer), KeyValue::new("producer", self.group.producer.clone())];
        METRICS.applied.add(events.len() as u64, &labels);
        let newest = events.last().and_then(|event| event.record_time.as_ref());
        if let Some(at) = newest {
            let at = at.seconds.saturating_mul(1_000).saturating_add(i64::from(at.nanos) / 1_000_000);
            METRICS.lag.record((self.db.clock().now().micros() / 1_000).saturating_sub(at), &labels);
        }
    }

    fn alert(&self, event: &Event, fault: &Fault, tries: u32) {
        let (consumer, producer) = (self.group.consumer, self.group.producer.as_str());
        let (event_id, position) = (event.event_id.as_str(), event.position);
        let detail = fault.operator_detail().unwrap_or_default();
        tracing::error!(consumer, producer, event_id, position, tries, %fault, detail, "an event was parked as a dead letter");
        let labels = [KeyValue::new("consumer", consumer), KeyValue::new("producer", self.group.producer.clone())];
        METRICS.parked.add(1, &labels);
    }

    /// One transaction: the effects of the events, or their parking, and the cursor.
    async fn apply(&self, lease: &Lease, events: &Arc<[Event]>, through: i64, poison: Option<(Fault, u32)>) -> Result<(), Fault> {
        let tenant = events.first().and_then(|event| TenantId::parse(&event.tenant_id).ok());
        let tenant = tenant.unwrap_or_else(|| TenantId::new(Uuid::nil()));
        let mut opening = Opening::write(Scope::Tenant(tenant.uuid())).probing(lease.probe(self.db.backend(), events));
        // The cursor tells whether a lost COMMIT took effect.
        opening.repeatable = true;
        let batch =
            Batch { lease: lease.clone(), events: Arc::clone(events), through, inbox: self.inbox.clone(), poison: poison.map(Arc::new) };
        let work = move |tx: Tx, rows: Vec<QueryResult>| batch.clone().run(tx, rows);
        self.db.transact(Ctx::system(self.group.consumer, tenant), Vec::new(), opening, work).await
    }
}

/// Trying again makes nothing readable, and nobody entitled.
fn is_hopeless(fault: &Fault) -> bool {
    matches!(fault.reason(), Reason::EventUndecodable | Reason::EventVersionUnknown | Reason::EventProducerForbidden)
}

/// True for what no event can be blamed for.
fn is_passing(fault: &Fault) -> bool {
    let is_contention = matches!(fault.reason(), Reason::LeaseLost | Reason::ConflictRetry | Reason::StorageFull);
    is_contention || fault.outcome() == Outcome::Unavailable
}

#[derive(Clone)]
struct Batch {
    lease: Lease,
    events: Arc<[Event]>,
    through: i64,
    inbox: Inbox,
    poison: Option<Arc<(Fault, u32)>>,
}

impl Batch {
    async fn run(self, tx: Tx, rows: Vec<QueryResult>) -> Result<Verdict<()>, Fault> {
        let stored = self.lease.check(&rows)?;
        if stored >= self.through {
            return Ok(Verdict::Discard(()));
        }
        let mut blocked = HashSet::new();
        for row in &rows {
            if let (Some(tenant), Some(subject)) = (row.value::<Option<Uuid>>("blocked_tenant")?, row.value("blocked_subject")?) {
                blocked.insert((tenant, subject));
            }
        }
        if self.poison.is_none() {
            let consumer = self.lease.group.consumer;
            self.inbox.prepare(&tx, consumer, self.events.iter().filter(|event| event.position > stored)).await?;
        }
        for event in self.events.iter().filter(|event| event.position > stored) {
            self.one(&tx, event, &blocked).await?;
        }
        self.lease.advance(&tx, self.through).await?;
        Ok(Verdict::Commit(()))
    }

    async fn one(&self, tx: &Tx, event: &Event, blocked: &HashSet<(Uuid, String)>) -> Result<(), Fault> {
        let (consumer, producer) = (self.lease.group.consumer, self.lease.group.producer.as_str());
        let tenant = TenantId::parse(&event.tenant_id).ok();
        let is_blocked = tenant.is_some_and(|tenant| blocked.contains(&(tenant.uuid(), event.subject.clone())));
        let fault = self.poison.as_ref().map(|poison| (&poison.0, poison.1));
        if !is_blocked && fault.is_none() {
            return self.inbox.apply(tx, consumer, producer, event).await;
        }
        let tenant = tenant.unwrap_or_else(|| TenantId::new(Uuid::nil()));
        let tx = tx.for_tenant(Ctx::system(consumer, tenant)).await?;
        park(&tx, producer, event, fault.filter(|_| !is_blocked)).await
    }
}
