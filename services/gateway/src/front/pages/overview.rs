//! Fills the Overview from the services' own answers. A part whose service does not answer says so on the page.

mod books;
mod money;
mod work;

use quittance_api::{
    invoicing::v1::{ListLegalEntitiesRequest, legal_entity_service_client::LegalEntityServiceClient},
    status::from_status,
};
use quittance_chassis::{
    Ctx,
    client::{Peers, call_ctx},
};
use quittance_types::{BusinessDate, Currency, Fault};
use tonic::{Response, Status};

use crate::portal::view::{OverviewView, Part, ServiceName};

/// Who asks whom, as of when.
pub(super) struct Asking<'a> {
    peers: &'a Peers,
    ctx: &'a Ctx,
    as_of: BusinessDate,
    currency: Currency,
}

/// Everything the page shows.
pub(super) async fn view(peers: &Peers, ctx: &Ctx, as_of: BusinessDate) -> OverviewView {
    let asking = Asking { peers, ctx, as_of, currency: functional_currency(peers, ctx).await };
    let (cash, needs, receivables, dso, machine, books, events) = tokio::join!(
        money::cash(&asking),
        work::needs(&asking),
        money::receivables(&asking),
        money::dso(&asking),
        work::machine(&asking),
        books::books(&asking),
        books::events(&asking),
    );
    let trace = ctx.traceparent.as_deref().and_then(|traceparent| traceparent.split('-').nth(1));
    OverviewView {
        currency: asking.currency,
        cash: Part::of(cash, ServiceName::Collections, trace),
        needs: Part::Ready(needs),
        receivables: Part::of(receivables, ServiceName::Collections, trace),
        dso: Part::of(dso, ServiceName::Collections, trace),
        machine: Part::of(machine, ServiceName::Reconciliation, trace),
        books: Part::of(books, ServiceName::Reconciliation, trace),
        events: Part::Ready(events),
    }
}

/// The currency of the first seller; euros while there is none.
async fn functional_currency(peers: &Peers, ctx: &Ctx) -> Currency {
    let ask = ListLegalEntitiesRequest { page_size: 1, ..Default::default() };
    let listed = LegalEntityServiceClient::new(peers.wire("invoicing")).list_legal_entities(call_ctx(ctx, ask)).await;
    let first = listed.ok().and_then(|listed| listed.into_inner().legal_entities.into_iter().next());
    first.and_then(|entity| Currency::parse(&entity.currency).ok()).unwrap_or(Currency::EUR)
}

fn answer<T>(answered: Result<Response<T>, Status>) -> Result<T, Fault> {
    answered.map(Response::into_inner).map_err(|status| from_status(&status))
}

fn count(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or_default()
}
