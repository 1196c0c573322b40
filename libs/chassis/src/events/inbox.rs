//! What a service does when another one says something.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use futures::future::BoxFuture;
use prost::{Message, Name};
use quittance_api::events::v1::Event;
use quittance_types::{EventId, Fault, Reason, TenantId, Timestamp};
use tracing::Instrument;

use crate::Ctx;
use crate::trace::TraceContext;
use crate::tx::Tx;

type Handler = Arc<dyn Fn(Tx, Delivery, Vec<u8>) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync>;
type Preparation = Arc<dyn Fn(Tx, Vec<Event>) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync>;

/// The circumstances of an event.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The event: effects carry it as their cause.
    pub event_id: EventId,
    /// Its place in the producer's log.
    pub position: i64,
    /// The tenant it belongs to. The transaction already acts for it.
    pub tenant: TenantId,
    /// What it is about.
    pub subject: String,
    /// When the producer recorded it.
    pub occurred_at: Timestamp,
    /// Who caused it.
    pub actor: String,
    /// The trace it happened in.
    pub traceparent: Option<String>,
    /// The request that caused it, empty for background work.
    pub request_id: String,
}

/// The package of what every log may hold.
const SHARED: &str = "events";

/// The events of one producer that a service reacts to. Everything else is never sent to it.
#[derive(Clone, Default)]
pub struct Inbox {
    handlers: BTreeMap<String, Handler>,
    preparation: Option<Preparation>,
}

/// A part an event must have.
///
/// # Errors
/// EVENT_UNDECODABLE: the event is parked without being tried again.
pub fn needed<T>(part: Option<T>, name: &str) -> Result<T, Fault> {
    part.ok_or_else(|| Fault::new(Reason::EventUndecodable, format!("the event has no {name}")))
}

impl Inbox {
    /// Reacts to nothing yet.
    #[must_use]
    pub fn new() -> Inbox {
        Inbox::default()
    }

    /// Reacts to `M`: `.on(|tx, delivery, message: InvoiceIssued| async move { .. })`.
    ///
    /// The effects commit together with the cursor, so they happen exactly once. A refusal is tried again (8 times in
    /// all, then the event is parked and later ones of its subject wait behind it); a business case that needs no
    /// reaction is `Ok`. The transaction is shared with other events, so a handler must not call other services.
    #[must_use]
    pub fn on<M, F, Fut>(mut self, handler: F) -> Inbox
    where
        M: Message + Name + Default + 'static,
        F: Fn(Tx, Delivery, M) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |tx, delivery, payload| match M::decode(payload.as_slice()) {
            Ok(message) => Box::pin(handler(tx, delivery, message)),
            Err(error) => {
                let fault = Fault::new(Reason::EventUndecodable, format!("the event is no {}", M::full_name()));
                let fault = fault.detail(error.to_string());
                Box::pin(async move { Err(fault) })
            }
        });
        self.handlers.insert(M::full_name(), handler);
        self
    }

    /// Prepares a batch before the first of its handlers runs: locks the rows that several of them will change, say, in one
    /// order, so that consumers which work on the same things never wait for each other in a circle. Called once for each
    /// tenant of the batch, in order of their ids, with its events in the order of the log; the transaction acts for it.
    #[must_use]
    pub fn before<F, Fut>(mut self, prepare: F) -> Inbox
    where
        F: Fn(Tx, Vec<Event>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        self.preparation = Some(Arc::new(move |tx, events| Box::pin(prepare(tx, events))));
        self
    }

    /// Full names of the messages reacted to.
    #[must_use]
    pub fn types(&self) -> Vec<String> {
        self.handlers.keys().cloned().collect()
    }

    /// True if nothing is reacted to.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.handlers.is_empty()
    }

    fn unknown(&self, type_name: &str) -> Fault {
        if self.handlers.keys().any(|known| unversioned(known).eq(unversioned(type_name))) {
            return Fault::new(Reason::EventVersionUnknown, format!("{type_name} is of a version that nobody here reads"));
        }
        Fault::new(Reason::EventTypeUnknown, format!("nobody reacts to {type_name}"))
    }

    /// Prepares the events of a batch, tenant by tenant.
    pub(super) async fn prepare(&self, tx: &Tx, consumer: &'static str, batch: impl Iterator<Item = &Event>) -> Result<(), Fault> {
        let Some(preparation) = &self.preparation else { return Ok(()) };
        let mut by_tenant: BTreeMap<TenantId, Vec<Event>> = BTreeMap::new();
        for event in batch {
            if let Ok(tenant) = TenantId::parse(&event.tenant_id) {
                by_tenant.entry(tenant).or_default().push(event.clone());
            }
        }
        for (tenant, events) in by_tenant {
            preparation(tx.for_tenant(Ctx::system(consumer, tenant)).await?, events).await?;
        }
        Ok(())
    }

    /// Applies one event within a transaction of `consumer`.
    pub(super) async fn apply(&self, tx: &Tx, consumer: &'static str, producer: &str, event: &Event) -> Result<(), Fault> {
        let (delivery, type_name, payload) = open(event)?;
        check_owner(&type_name, producer)?;
        let handler = self.handlers.get(&type_name).ok_or_else(|| self.unknown(&type_name))?;
        let span = tracing::info_span!(
            "consume",
            otel.name = %format_args!("consume {type_name}"),
            otel.kind = "consumer",
            service = consumer,
            messaging.system = "quittance",
            messaging.destination.name = producer,
            messaging.message.id = %delivery.event_id,
            quittance.tenant = %delivery.tenant,
            quittance.subject = delivery.subject,
        );
        let parent = delivery.traceparent.as_deref().and_then(TraceContext::parse);
        if let Some(parent) = parent {
            parent.adopt(&span);
        }
        let here = TraceContext::of_span(&span, parent.unwrap_or_else(TraceContext::begin));
        // The event stands for the request: what the handler does remotely or emits names its cause.
        let ctx = Ctx::system(consumer, delivery.tenant).with_request_id(delivery.event_id.uuid()).with_traceparent(Some(here.to_string()));
        let tx = tx.for_tenant(ctx).await?;
        handler(tx, delivery, payload).instrument(span).await
    }
}

/// Whose events a type belongs to says its package: nobody publishes in the name of another service.
fn check_owner(type_name: &str, producer: &str) -> Result<(), Fault> {
    let owner = type_name.strip_prefix("quittance.").and_then(|rest| rest.split('.').next()).unwrap_or(producer);
    if owner == producer || owner == SHARED {
        return Ok(());
    }
    Err(Fault::new(Reason::EventProducerForbidden, format!("{producer} published {type_name}, which is {owner}'s")))
}

/// `quittance.invoicing.v1.InvoiceIssued` without its version.
fn unversioned(type_name: &str) -> impl Iterator<Item = &str> {
    let is_version = |part: &str| part.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
    type_name.split('.').filter(move |part| !is_version(part))
}

/// When the producer recorded the event; 1970 if it does not say.
pub(super) fn occurred_at(event: &Event) -> Timestamp {
    let micros =
        event.record_time.as_ref().map_or(0, |time| time.seconds.saturating_mul(1_000_000).saturating_add(i64::from(time.nanos) / 1_000));
    Timestamp::from_micros(micros)
}

/// Reads the envelope; a broken one is EVENT_UNDECODABLE.
fn open(event: &Event) -> Result<(Delivery, String, Vec<u8>), Fault> {
    let undecodable = |what: &str| Fault::new(Reason::EventUndecodable, format!("the event has no usable {what}"));
    let payload = event.payload.as_ref().ok_or_else(|| undecodable("payload"))?;
    let type_name = payload.type_url.rsplit('/').next().unwrap_or_default().to_owned();
    let delivery = Delivery {
        event_id: EventId::parse(&event.event_id).map_err(|_| undecodable("event_id"))?,
        position: event.position,
        tenant: TenantId::parse(&event.tenant_id).map_err(|_| undecodable("tenant_id"))?,
        subject: event.subject.clone(),
        occurred_at: occurred_at(event),
        actor: event.actor.clone(),
        traceparent: Some(event.traceparent.clone()).filter(|text| !text.is_empty()),
        request_id: event.request_id.clone(),
    };
    Ok((delivery, type_name, payload.value.clone()))
}
