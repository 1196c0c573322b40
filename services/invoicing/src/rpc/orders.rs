//! Orders.

mod submit;

use quittance_api::credit::v1::credit_service_client::CreditServiceClient;
use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::order_service_server::OrderService;
use quittance_chassis::request::filter;
use quittance_chassis::tx::Tx;
use quittance_chassis::{Ctx, Wire, rpc};
use quittance_types::{BusinessDate, Fault, InvoiceId, OrderId, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::invoices::issue_one;
use super::{MAX_WHY, Parts, content, optional_customer};
use crate::domain::content::Part;
use crate::domain::invoice::{Invoice, InvoiceKind, Occasion};
use crate::domain::order::{OrderState, Step};
use crate::store::invoices::Issue;
use crate::store::orders::{self, Filter};
use crate::store::sellers::Sellers;
use crate::wire;

/// The implementation of OrderService.
pub struct OrderRpc {
    parts: Parts,
    credit: CreditServiceClient<Wire>,
}

#[derive(Clone)]
struct Fulfilment {
    id: OrderId,
    parts: Vec<Part>,
    as_of: Option<BusinessDate>,
}

#[derive(Clone)]
struct Cancellation {
    id: OrderId,
    why: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl OrderService for OrderRpc {
    async fn submit_order(&self, request: Request<pb::SubmitOrderRequest>) -> Result<Response<pb::SubmitOrderResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.submit(ctx, message).await)
    }

    async fn get_order(&self, request: Request<pb::GetOrderRequest>) -> Result<Response<pb::GetOrderResponse>, Status> {
        let parse = |query: &pb::GetOrderRequest| OrderId::parse(&query.order_id).map_err(|fault| fault.field("order_id"));
        rpc::read(&self.parts.db, request, parse, |tx, id| async move {
            Ok(pb::GetOrderResponse { order: Some(wire::order(&orders::load(&tx, id).await?)) })
        })
        .await
    }

    async fn list_orders(&self, request: Request<pb::ListOrdersRequest>) -> Result<Response<pb::ListOrdersResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(self.list(ctx, query).await)
    }

    async fn fulfil_order(&self, request: Request<pb::FulfilOrderRequest>) -> Result<Response<pb::FulfilOrderResponse>, Status> {
        let sellers = self.parts.sellers.clone();
        rpc::mutate(&self.parts.db, request, parse_fulfil, move |tx, fulfilment| {
            let sellers = sellers.clone();
            async move { fulfil(&tx, &sellers, fulfilment).await }
        })
        .await
    }

    async fn cancel_order(&self, request: Request<pb::CancelOrderRequest>) -> Result<Response<pb::CancelOrderResponse>, Status> {
        let sellers = self.parts.sellers.clone();
        rpc::mutate(&self.parts.db, request, parse_cancel, move |tx, cancellation| {
            let sellers = sellers.clone();
            async move { cancel(&tx, &sellers, cancellation).await }
        })
        .await
    }
}

impl OrderRpc {
    /// The service on these parts, asking credit by this wire.
    pub fn new(parts: &Parts, credit: Wire) -> Self {
        Self { parts: parts.clone(), credit: CreditServiceClient::new(credit) }
    }

    async fn list(&self, ctx: Ctx, query: pb::ListOrdersRequest) -> Result<pb::ListOrdersResponse, Fault> {
        let customer_id = optional_customer(&query.customer_id)?;
        let state = filter(query.state).map_err(|fault| fault.field("state"))?.and_then(state);
        let filters = [query.customer_id.clone(), query.state.to_string()];
        let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
        let (scope, page) = self.parts.page(&ctx, &filters, query.page_size, &query.page_token)?;
        let filter = Filter { customer_id, state };
        let found = self.parts.db.read(ctx, (filter, page), |tx, (filter, page)| async move { orders::page(&tx, filter, &page).await });
        let found = found.await?;
        Ok(pb::ListOrdersResponse { next_page_token: scope.seal(found.next.as_deref()), orders: found.items })
    }
}

fn state(state: pb::OrderState) -> Option<OrderState> {
    OrderState::ALL.into_iter().find(|known| wire::order_state(*known) == state)
}

fn parse_fulfil(message: &pb::FulfilOrderRequest) -> Result<Fulfilment, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("order_id", OrderId::parse(&message.order_id));
    let given = message.lines.iter().map(|line| (line.line_number, line.quantity.as_str()));
    let parts = content::parts(given, &mut violations);
    let as_of = content::as_of(message.as_of.as_ref(), &mut violations);
    violations.finish()?;
    Ok(Fulfilment { id: id.ok_or_else(|| Fault::internal("a checked field is missing"))?, parts, as_of })
}

fn parse_cancel(message: &pb::CancelOrderRequest) -> Result<Cancellation, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("order_id", OrderId::parse(&message.order_id));
    let why = violations.take("why", text::clean(&message.why, MAX_WHY));
    let as_of = content::as_of(message.as_of.as_ref(), &mut violations);
    violations.finish()?;
    let id = id.ok_or_else(|| Fault::internal("a checked field is missing"))?;
    Ok(Cancellation { id, why: why.unwrap_or_default(), as_of })
}

async fn cancel(tx: &Tx, sellers: &Sellers, cancellation: Cancellation) -> Result<pb::CancelOrderResponse, Fault> {
    let mut order = orders::load_for_update(tx, cancellation.id).await?;
    let before = order.state;
    order.take(Step::Cancel)?;
    let on = match cancellation.as_of {
        Some(day) => day,
        None => sellers.load(tx, order.legal_entity_id).await?.today(tx.now()),
    };
    let order = orders::save(tx, &mut order, before, &cancellation.why, on).await?;
    Ok(pb::CancelOrderResponse { order: Some(order) })
}

/// Order, invoice and its number commit together.
async fn fulfil(tx: &Tx, sellers: &Sellers, fulfilment: Fulfilment) -> Result<pb::FulfilOrderResponse, Fault> {
    let before = orders::load_for_update(tx, fulfilment.id).await?;
    let seller = sellers.load(tx, before.legal_entity_id).await?;
    let issue_on = fulfilment.as_of.unwrap_or_else(|| seller.today(tx.now()));
    let mut order = before.clone();
    let delivery = order.fulfil(&fulfilment.parts, issue_on)?;
    let occasion = Occasion { default_terms: &order.payment_terms, today: issue_on, now: tx.now() };
    let invoice = Invoice::draft(InvoiceId::new(tx.new_id()), InvoiceKind::Invoice, delivery.content, &occasion)?;
    let issue = Issue {
        by: tx.clone(),
        invoice: Invoice { order_id: Some(order.id), ..invoice },
        reservation_id: order.reservation_id.clone(),
        order_complete: delivery.is_complete,
    };
    let message = orders::save_delivered(tx, &before, &mut order).await?;
    let invoice = issue_one(tx, seller, issue).await?;
    Ok(pb::FulfilOrderResponse { order: Some(message), invoice: Some(invoice) })
}
