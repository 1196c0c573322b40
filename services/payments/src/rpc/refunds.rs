//! Money given back over the rail it came by.

use quittance_api::{
    convert,
    payments::v1::{self as pb, refund_service_server::RefundService},
};
use quittance_chassis::{
    Ctx,
    db::Db,
    page_token::PageTokens,
    request::{as_of, optional_customer},
    rpc,
    tx::Tx,
};
use quittance_types::{BusinessDate, Fault, Money, PageRequest, PaymentId, Reason, RefundId, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::payments::payment_id;
use crate::{
    domain::refund::Refund,
    store::{payments, rail, refunds},
    wire,
};

/// The implementation of RefundService.
pub struct RefundRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

/// What somebody wants refunded. Money that was given back was not captured, so nothing of it can be given back again.
#[derive(Clone, Copy)]
enum Refundable {
    Payment(PaymentId),
    Refund(RefundId),
}

#[derive(Clone)]
struct NewRefund {
    of: Refundable,
    amount: Option<Money>,
    why: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl RefundService for RefundRpc {
    async fn create_refund(&self, request: Request<pb::CreateRefundRequest>) -> Result<Response<pb::CreateRefundResponse>, Status> {
        rpc::mutate(&self.db, request, parse_create, |tx, new| async move {
            let refund = create(&tx, new).await?;
            Ok(pb::CreateRefundResponse { refund: Some(wire::refund(&refund)) })
        })
        .await
    }

    async fn get_refund(&self, request: Request<pb::GetRefundRequest>) -> Result<Response<pb::GetRefundResponse>, Status> {
        let parse = |query: &pb::GetRefundRequest| RefundId::parse(&query.refund_id).map_err(|fault| fault.field("refund_id"));
        rpc::read(&self.db, request, parse, |tx, id| async move {
            let refund = refunds::load(&tx, id).await?;
            Ok(pb::GetRefundResponse { refund: Some(wire::refund(&refund)) })
        })
        .await
    }

    async fn list_refunds(&self, request: Request<pb::ListRefundsRequest>) -> Result<Response<pb::ListRefundsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }
}

/// The payment's lock orders concurrent refunds: each sees what the others took.
async fn create(tx: &Tx, new: NewRefund) -> Result<Refund, Fault> {
    let id = match new.of {
        Refundable::Payment(id) => id,
        Refundable::Refund(id) => return Err(nothing_captured(refunds::load(tx, id).await?.amount)),
    };
    let mut payment = payments::load_for_update(tx, id).await?;
    let on = as_of(tx, new.as_of)?;
    let amount = payment.refund(new.amount, on)?;
    rail::refund(tx, payment.id, amount).await?;
    payments::save(tx, &mut payment, on).await?;
    let refund = Refund {
        id: RefundId::new(tx.new_id()),
        payment: payment.id,
        customer: payment.customer,
        amount,
        why: new.why,
        refunded_on: on,
        created_at: tx.now(),
    };
    refunds::insert(tx, &refund).await?;
    Ok(refund)
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListRefundsRequest) -> Result<pb::ListRefundsResponse, Fault> {
    let payment = if query.payment_id.is_empty() { None } else { Some(payment_id(&query.payment_id)?) };
    let customer = optional_customer(&query.customer_id)?;
    let scope = tokens.scope(&ctx, &[&query.payment_id, &query.customer_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx: Tx, (payment, customer, page)| async move { refunds::page(&tx, payment, customer, &page).await };
    let found = db.read(ctx, (payment, customer, page), body).await?;
    Ok(pb::ListRefundsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        refunds: found.items.iter().map(wire::refund).collect(),
    })
}

fn refundable(id: &str) -> Result<Refundable, Fault> {
    PaymentId::parse(id).map(Refundable::Payment).or_else(|fault| RefundId::parse(id).map(Refundable::Refund).map_err(|_| fault))
}

fn nothing_captured(refunded: Money) -> Fault {
    let none = Money::zero(refunded.currency());
    Fault::new(Reason::RefundExceedsCapture, "A refund cannot be refunded; take another payment.").with("left", none.amount())
}

fn parse_create(request: &pb::CreateRefundRequest) -> Result<NewRefund, Fault> {
    let mut violations = Violations::new();
    let of = violations.take("payment_id", refundable(&request.payment_id));
    let amount = request.amount.as_ref().and_then(|_| {
        let amount = convert::money_from_wire(&request.amount).and_then(Money::require_positive);
        violations.take("amount", amount)
    });
    let why = violations.take("why", text::clean(&request.why, 500));
    let as_of = violations.take("as_of", convert::date_from_wire(request.as_of.as_ref()));
    violations.finish()?;
    match (of, why, as_of) {
        (Some(of), Some(why), Some(as_of)) => Ok(NewRefund { of, amount, why, as_of }),
        _ => Err(Fault::internal("a checked refund is missing a field")),
    }
}
