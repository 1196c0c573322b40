//! Submitting an order: credit is asked first, then everything is stored in one transaction.
//!
//! The order's id and the request id credit sees both derive from the caller's request id. A retry after a crash therefore
//! asks credit for the same reservation and stores the same order.

use std::collections::HashSet;
use std::sync::Arc;

use quittance_api::convert::money_to_wire;
use quittance_api::credit::v1 as credit;
use quittance_api::google::r#type::Date;
use quittance_api::invoicing::v1 as pb;
use quittance_api::status::from_status;
use quittance_chassis::tx::Tx;
use quittance_chassis::{Ctx, call_ctx};
use quittance_types::{BusinessDate, Fault, OrderId, Reason, Uuid, Violations, text};
use tonic::Response;

use super::OrderRpc;
use crate::domain::content::Content;
use crate::domain::invoice::customer_terms;
use crate::domain::order::{Order, OrderState};
use crate::rpc::content::{Asked, as_of};
use crate::store::sellers::Sellers;
use crate::store::{customers, holds, lapses, orders};

const MAX_EXTERNAL_ID: usize = 64;
const MAX_PAYMENT_METHOD: usize = 64;

/// An order as asked for.
struct Submission {
    content: Content,
    external_id: String,
    payment_method: String,
    as_of: Option<BusinessDate>,
}

/// What was found out before credit is asked.
#[derive(Clone)]
struct Occasion {
    order_id: OrderId,
    payment_terms: String,
    placed_on: BusinessDate,
}

/// An order with credit's answer.
#[derive(Clone)]
struct Decided {
    submission: Arc<Submission>,
    occasion: Occasion,
    reservation: Arc<credit::Reservation>,
    state: OrderState,
}

impl OrderRpc {
    /// See the contract.
    pub(super) async fn submit(&self, ctx: Ctx, message: pb::SubmitOrderRequest) -> Result<pb::SubmitOrderResponse, Fault> {
        let submission = Arc::new(parse(&message)?);
        if let Some(answer) = self.parts.db.replay(ctx.clone(), &message).await? {
            return Ok(answer);
        }
        let ctx = with_request_id(ctx, &message)?;
        let order_id = OrderId::new(ctx.derived_request_id("order")?);
        let customer = HashSet::from([submission.content.customer_id]);
        let occasion = self.parts.directory.with(&ctx, &customer, || self.look(&ctx, order_id, &submission)).await?;
        let answer = self.reserve(&ctx, order_id, &submission, &message).await?;
        let reservation = answer.reservation.ok_or_else(|| Fault::internal("credit answered without a reservation"))?;
        let state = state_after(reservation.decision())?;
        let reservation = Arc::new(reservation);
        let decided = Decided { submission, occasion, reservation: Arc::clone(&reservation), state };
        let stored = self.parts.db.mutate(ctx.clone(), &message, decided, |tx, decided: Decided| async move { store(&tx, &decided).await });
        let stored = stored.await;
        if let Err(fault) = &stored
            && fault.reason() == Reason::DuplicateExternalId
        {
            self.give_back(&ctx, &reservation, message.as_of).await;
        }
        stored
    }

    /// Checks what credit cannot: the seller, our copy of the customer, the external id.
    async fn look(&self, ctx: &Ctx, order_id: OrderId, submission: &Arc<Submission>) -> Result<Occasion, Fault> {
        let sellers = self.parts.sellers.clone();
        let body = move |tx: Tx, submission: Arc<Submission>| {
            let sellers = sellers.clone();
            async move { look(&tx, &sellers, order_id, &submission).await }
        };
        self.parts.db.read(ctx.clone(), Arc::clone(submission), body).await
    }

    async fn reserve(
        &self,
        ctx: &Ctx,
        order_id: OrderId,
        submission: &Submission,
        message: &pb::SubmitOrderRequest,
    ) -> Result<credit::ReserveCreditResponse, Fault> {
        // Terms and date go as they came: what we would fill in may differ when the caller tries again tomorrow.
        let question = credit::ReserveCreditRequest {
            request_id: ctx.derived_request_id("reserve")?.to_string(),
            customer_id: submission.content.customer_id.to_string(),
            order_id: order_id.to_string(),
            amount: Some(money_to_wire(submission.content.totals.gross)),
            payment_terms: message.payment_terms.clone(),
            payment_method: submission.payment_method.clone(),
            as_of: message.as_of,
        };
        let answer = self.credit.clone().reserve_credit(call_ctx(ctx, question)).await;
        answer.map(Response::into_inner).map_err(|status| from_status(&status))
    }

    /// Somebody else took the external id while credit was being asked. What cannot be given back now expires by itself.
    async fn give_back(&self, ctx: &Ctx, reservation: &credit::Reservation, as_of: Option<Date>) {
        let Ok(request_id) = ctx.derived_request_id("release") else { return };
        let question = credit::ReleaseReservationRequest {
            request_id: request_id.to_string(),
            reservation_id: reservation.reservation_id.clone(),
            why: "the order was not stored".to_owned(),
            as_of,
        };
        if let Err(status) = self.credit.clone().release_reservation(call_ctx(ctx, question)).await {
            tracing::warn!(reservation = reservation.reservation_id, code = ?status.code(), "a reservation waits for its expiry");
        }
    }
}

fn with_request_id(ctx: Ctx, message: &pb::SubmitOrderRequest) -> Result<Ctx, Fault> {
    let request_id = Uuid::try_parse(&message.request_id);
    let request_id = request_id.map_err(|_| Fault::new(Reason::RequestIdInvalid, "request_id must be a UUID").field("request_id"))?;
    Ok(ctx.with_request_id(request_id))
}

fn parse(message: &pb::SubmitOrderRequest) -> Result<Submission, Fault> {
    let mut violations = Violations::new();
    let external_id = violations.take("external_id", text::clean(&message.external_id, MAX_EXTERNAL_ID));
    let payment_method = violations.take("payment_method", text::clean(&message.payment_method, MAX_PAYMENT_METHOD));
    let as_of = as_of(message.as_of.as_ref(), &mut violations);
    let asked = Asked {
        customer_id: &message.customer_id,
        legal_entity_id: &message.legal_entity_id,
        currency: &message.currency,
        lines: &message.lines,
        payment_terms: &message.payment_terms,
        purchase_order: &message.purchase_order,
    };
    let content = violations.take("", asked.read());
    violations.finish()?;
    let content = content.ok_or_else(|| Fault::internal("a checked field is missing"))?;
    let (external_id, payment_method) = (external_id.unwrap_or_default(), payment_method.unwrap_or_default());
    Ok(Submission { content, external_id, payment_method, as_of })
}

async fn look(tx: &Tx, sellers: &Sellers, order_id: OrderId, submission: &Submission) -> Result<Occasion, Fault> {
    let content = &submission.content;
    let seller = sellers.load(tx, content.legal_entity_id).await?;
    let customers_terms = customers::terms(tx, content.customer_id).await?;
    let terms = match &content.terms {
        Some(terms) => terms.clone(),
        None => customer_terms(&customers_terms)?,
    };
    if !submission.external_id.is_empty() {
        let taken = orders::find_external(tx, &submission.external_id).await?;
        // Found under our own id it is this very request, stored a moment ago by its twin.
        if taken.is_some_and(|taken| taken != order_id) {
            return Err(orders::external_id_taken(&submission.external_id));
        }
    }
    let placed_on = submission.as_of.unwrap_or_else(|| seller.today(tx.now()));
    terms.schedule(content.totals.gross, placed_on)?;
    Ok(Occasion { order_id, payment_terms: terms.text().to_owned(), placed_on })
}

fn state_after(decision: credit::Decision) -> Result<OrderState, Fault> {
    match decision {
        credit::Decision::Approve => Ok(OrderState::Accepted),
        credit::Decision::Hold | credit::Decision::Prepay => Ok(OrderState::Held),
        credit::Decision::Reject => Ok(OrderState::Rejected),
        credit::Decision::Unspecified => Err(Fault::internal("credit answered without a decision")),
    }
}

async fn store(tx: &Tx, decided: &Decided) -> Result<pb::SubmitOrderResponse, Fault> {
    let Decided { submission, occasion, reservation, state } = decided;
    let content = submission.content.clone();
    let mut order = Order {
        id: occasion.order_id,
        external_id: submission.external_id.clone(),
        customer_id: content.customer_id,
        legal_entity_id: content.legal_entity_id,
        state: *state,
        lines: content.lines,
        totals: content.totals,
        payment_terms: occasion.payment_terms.clone(),
        payment_method: submission.payment_method.clone(),
        reservation_id: reservation.reservation_id.clone(),
        credit_reasons: reservation.reasons.clone(),
        purchase_order: content.purchase_order,
        placed_on: occasion.placed_on,
        created_at: tx.now(),
        version: 1,
    };
    if order.state == OrderState::Held
        && let Some(step) = holds::begin(tx, order.id).await?
    {
        // The hold ended before we had stored the order.
        order.take(step)?;
    }
    if order.state == OrderState::Accepted && lapses::begin(tx, order.id).await? {
        // What credit had reserved is gone before we had stored the order: it will decide anew.
        order.lapse()?;
    }
    Ok(pb::SubmitOrderResponse { order: Some(orders::insert(tx, &order).await?) })
}
