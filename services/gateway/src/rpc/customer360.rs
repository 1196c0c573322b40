//! Everything known about one customer, asked of all services at once.

use std::collections::BTreeSet;
use std::future::Future;

use quittance_api::{
    collections::v1::{
        GetAgingRequest, ListDisputesRequest, ListPromisesRequest, analytics_service_client::AnalyticsServiceClient,
        dispute_service_client::DisputeServiceClient, promise_service_client::PromiseServiceClient,
    },
    credit::v1::{
        GetCustomerRequest, GetExposureRequest, credit_service_client::CreditServiceClient, customer_service_client::CustomerServiceClient,
    },
    events::v1::{Event, GetHeadRequest, ListEntriesRequest, event_log_service_client::EventLogServiceClient},
    gateway::v1::{self as pb, customer360_service_server::Customer360Service},
    reconciliation::v1::{
        GetCustomerBalanceRequest, ListOpenItemsRequest, ListReceiptsRequest, Receipt, ReceiptState,
        open_item_service_client::OpenItemServiceClient, receipt_service_client::ReceiptServiceClient,
    },
    status::from_status,
};
use quittance_chassis::{
    Ctx,
    client::{Peers, call_ctx},
    rpc,
};
use quittance_types::{CustomerId, Fault};
use tonic::{Request, Response, Status, async_trait};

/// Services whose logs are read for the time line.
const SERVICES: [&str; 5] = ["credit", "invoicing", "payments", "reconciliation", "collections"];
const EVENTS: usize = 20;
const UNAPPLIED: i32 = 50;

/// The implementation of Customer360Service.
pub struct Customer360Rpc {
    /// The other services.
    pub peers: Peers,
}

#[async_trait]
impl Customer360Service for Customer360Rpc {
    async fn get_customer360(&self, request: Request<pb::GetCustomer360Request>) -> Result<Response<pb::GetCustomer360Response>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(compose(&self.peers, &ctx, query).await)
    }
}

async fn compose(peers: &Peers, ctx: &Ctx, query: pb::GetCustomer360Request) -> Result<pb::GetCustomer360Response, Fault> {
    CustomerId::parse(&query.customer_id).map_err(|fault| fault.field("customer_id"))?;
    let customer_id = query.customer_id.clone();
    let ask = GetCustomerRequest { customer_id: customer_id.clone() };
    let customer = CustomerServiceClient::new(peers.wire("credit")).get_customer(call_ctx(ctx, ask)).await;
    let customer = customer.map_err(|status| from_status(&status))?.into_inner().customer;

    let exposure = GetExposureRequest { customer_id: customer_id.clone(), as_of: query.as_of };
    let aging = GetAgingRequest { customer_id: customer_id.clone(), as_of: query.as_of, ..Default::default() };
    let promises = ListPromisesRequest { customer_id: customer_id.clone(), page_size: 50, ..Default::default() };
    let disputes = ListDisputesRequest { customer_id: customer_id.clone(), page_size: 50, ..Default::default() };
    let balance = GetCustomerBalanceRequest { customer_id: customer_id.clone() };
    let items = ListOpenItemsRequest { customer_id: customer_id.clone(), only_open: true, page_size: 200, ..Default::default() };
    let mut credit = CreditServiceClient::new(peers.wire("credit"));
    let mut analytics = AnalyticsServiceClient::new(peers.wire("collections"));
    let mut promise = PromiseServiceClient::new(peers.wire("collections"));
    let mut dispute = DisputeServiceClient::new(peers.wire("collections"));
    let mut open_items = OpenItemServiceClient::new(peers.wire("reconciliation"));
    let mut balances = open_items.clone();
    let (exposure, agings, promises, disputes, balances, open_items, unapplied, logs) = tokio::join!(
        credit.get_exposure(call_ctx(ctx, exposure)),
        analytics.get_aging(call_ctx(ctx, aging)),
        promise.list_promises(call_ctx(ctx, promises)),
        dispute.list_disputes(call_ctx(ctx, disputes)),
        balances.get_customer_balance(call_ctx(ctx, balance)),
        open_items.list_open_items(call_ctx(ctx, items)),
        unapplied(peers, ctx, &customer_id),
        logs(peers, ctx, &customer_id),
    );
    let mut gaps = Gaps::default();
    let (mut events, mut positions) = (Vec::new(), Vec::new());
    for (service, log) in logs {
        if let Some((found, position)) = gaps.keep(service, "events", log) {
            events.extend(found);
            positions.push(pb::ServicePosition { service: service.to_owned(), position });
        }
    }
    let open_items = gaps.part("reconciliation", "open_items", open_items);
    let promises = gaps.part("collections", "promises", promises);
    let disputes = gaps.part("collections", "disputes", disputes);
    let (unapplied, more_unapplied) = gaps.keep("reconciliation", "unapplied", unapplied).unwrap_or_default();
    let cut = [
        ("open_items", !open_items.next_page_token.is_empty()),
        ("unapplied", more_unapplied),
        ("promises", !promises.next_page_token.is_empty()),
        ("disputes", !disputes.next_page_token.is_empty()),
    ];
    Ok(pb::GetCustomer360Response {
        customer,
        exposure: gaps.part("credit", "exposure", exposure).exposure,
        balances: gaps.part("reconciliation", "balances", balances).balances,
        open_items: open_items.open_items,
        unapplied,
        agings: gaps.part("collections", "agings", agings).agings,
        promises: promises.promises,
        disputes: disputes.disputes,
        events: newest(events),
        positions,
        missing: gaps.services(),
        failures: gaps.0,
        more: cut.into_iter().filter(|(_, is_cut)| *is_cut).map(|(part, _)| part.to_owned()).collect(),
    })
}

/// What is not in the picture, and why.
#[derive(Default)]
struct Gaps(Vec<pb::PartFailure>);

impl Gaps {
    fn keep<T>(&mut self, service: &str, part: &str, answer: Result<T, Status>) -> Option<T> {
        answer.map_err(|status| self.note(service, part, &status)).ok()
    }

    fn part<T: Default>(&mut self, service: &str, part: &str, answer: Result<Response<T>, Status>) -> T {
        self.keep(service, part, answer).map(Response::into_inner).unwrap_or_default()
    }

    fn note(&mut self, service: &str, part: &str, status: &Status) {
        let fault = from_status(status);
        self.0.push(pb::PartFailure {
            service: service.to_owned(),
            part: part.to_owned(),
            reason: fault.reason().as_str().to_owned(),
            message: fault.message().to_owned(),
        });
    }

    /// The services of which a part is missing, each once.
    fn services(&self) -> Vec<String> {
        let named: BTreeSet<&str> = self.0.iter().map(|failure| failure.service.as_str()).collect();
        named.into_iter().map(str::to_owned).collect()
    }
}

/// Receipts with unapplied cash, and whether there are more.
async fn unapplied(peers: &Peers, ctx: &Ctx, customer_id: &str) -> Result<(Vec<Receipt>, bool), Status> {
    let (mut receipts, mut more) = (Vec::new(), false);
    for state in [ReceiptState::Unapplied, ReceiptState::PartlyApplied, ReceiptState::OnAccount] {
        let ask =
            ListReceiptsRequest { customer_id: customer_id.to_owned(), state: state.into(), page_size: UNAPPLIED, ..Default::default() };
        let mut client = ReceiptServiceClient::new(peers.wire("reconciliation"));
        let page = client.list_receipts(call_ctx(ctx, ask)).await?.into_inner();
        more |= !page.next_page_token.is_empty();
        receipts.extend(page.receipts);
    }
    let most = usize::try_from(UNAPPLIED).unwrap_or_default();
    more |= receipts.len() > most;
    receipts.truncate(most);
    Ok((receipts, more))
}

type Log = Result<(Vec<Event>, i64), Status>;

fn logs<'a>(peers: &'a Peers, ctx: &'a Ctx, customer_id: &'a str) -> impl Future<Output = Vec<(&'static str, Log)>> + 'a {
    futures::future::join_all(SERVICES.map(|service| async move { (service, log(peers, ctx, customer_id, service).await) }))
}

async fn log(peers: &Peers, ctx: &Ctx, customer_id: &str, service: &str) -> Log {
    let mut client = EventLogServiceClient::new(peers.wire(service));
    let head = client.get_head(call_ctx(ctx, GetHeadRequest {})).await?.into_inner().head;
    let ask = ListEntriesRequest { partition_key: customer_id.to_owned(), page_size: 20, ..Default::default() };
    let entries = client.list_entries(call_ctx(ctx, ask)).await?.into_inner().entries;
    Ok((entries.into_iter().filter_map(|entry| entry.event).collect(), head))
}

fn newest(mut events: Vec<Event>) -> Vec<Event> {
    let at = |event: &Event| event.record_time.map(|time| (time.seconds, time.nanos)).unwrap_or_default();
    events.sort_by_key(|event| std::cmp::Reverse(at(event)));
    events.truncate(EVENTS);
    events
}
