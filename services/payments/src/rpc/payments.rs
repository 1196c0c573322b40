//! Payments over the rail. The rail is asked outside any transaction of ours: before it a payment is stored, after it the
//! answer is.

use quittance_api::{
    Mutation, convert,
    payments::v1::{self as pb, payment_service_server::PaymentService},
};
use quittance_chassis::{
    Ctx,
    client::Wire,
    db::Db,
    page_token::PageTokens,
    request::{
        as_of, chosen, filter,
        filter::{Field, Kind, Listing},
        optional_customer,
    },
    rpc,
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Money, PageRequest, PaymentId, Reason, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    directory::{lacks_customer, learn},
    domain::{
        payment::{Allocation, Payment, PaymentState, Rail, check_allocations},
        script::Script,
    },
    jobs::sync_payments,
    store::{
        customers,
        payments::{self, PaymentFilter},
        rail,
    },
    wire,
};

const MAX_ALLOCATIONS: usize = 100;
const FIELDS: [Field; 2] = [
    Field { name: "customer_id", column: "customer_id", kind: Kind::Id(|text| CustomerId::parse(text).map(CustomerId::uuid)) },
    Field { name: "create_time", column: "created_at", kind: Kind::Time },
];

/// The implementation of PaymentService.
pub struct PaymentRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Knows every customer.
    pub credit: Wire,
}

#[derive(Clone)]
struct NewPayment {
    id: PaymentId,
    customer: CustomerId,
    amount: Money,
    rail: Rail,
    token: String,
    allocations: Vec<Allocation>,
    as_of: Option<BusinessDate>,
}

impl NewPayment {
    /// Whether this is the request that began a payment.
    fn began(&self, begun: &Payment, token: &str) -> bool {
        begun.customer == self.customer
            && begun.amount == self.amount
            && begun.rail == self.rail
            && begun.allocations == self.allocations
            && token == self.token
            && self.as_of.is_none_or(|day| day == begun.created_on)
    }
}

#[async_trait]
impl PaymentService for PaymentRpc {
    async fn create_payment(&self, request: Request<pb::CreatePaymentRequest>) -> Result<Response<pb::CreatePaymentResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.create(ctx, message).await)
    }

    async fn get_payment(&self, request: Request<pb::GetPaymentRequest>) -> Result<Response<pb::GetPaymentResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| payment_id(&query.payment_id),
            |tx, id| async move {
                let payment = payments::load(&tx, id).await?;
                Ok(pb::GetPaymentResponse { payment: Some(wire::payment(&payment)) })
            },
        )
        .await
    }

    async fn list_payments(&self, request: Request<pb::ListPaymentsRequest>) -> Result<Response<pb::ListPaymentsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn cancel_payment(&self, request: Request<pb::CancelPaymentRequest>) -> Result<Response<pb::CancelPaymentResponse>, Status> {
        rpc::mutate(&self.db, request, parse_cancel, |tx, (id, day)| async move {
            let mut payment = payments::load_for_update(&tx, id).await?;
            let on = as_of(&tx, day)?.max(payment.created_on);
            let actor = tx.ctx().principal.actor();
            payment.become_state(PaymentState::Cancelled, on, &actor)?;
            rail::cancel(&tx, &payment, on).await?;
            payments::save(&tx, &mut payment, on).await?;
            Ok(pb::CancelPaymentResponse { payment: Some(wire::payment(&payment)) })
        })
        .await
    }

    async fn sync_payments(&self, request: Request<pb::SyncPaymentsRequest>) -> Result<Response<pb::SyncPaymentsResponse>, Status> {
        let parse = |request: &pb::SyncPaymentsRequest| convert::date_from_wire(request.as_of.as_ref());
        rpc::mutate(&self.db, request, parse, |tx, day| async move {
            let found = sync_payments::run(&tx, as_of(&tx, day)?).await?;
            Ok(pb::SyncPaymentsResponse {
                settled: found.settled,
                failed: found.failed,
                returned: found.returned,
                still_open: found.still_open,
            })
        })
        .await
    }
}

impl PaymentRpc {
    /// Store, ask the rail, store its answer. The payment's id derives from the request's, so that a retry after a crash
    /// finds the payment it began and asks under the same id.
    async fn create(&self, ctx: Ctx, message: pb::CreatePaymentRequest) -> Result<pb::CreatePaymentResponse, Fault> {
        if let Some(earlier) = self.db.replay(ctx.clone(), &message).await? {
            return Ok(earlier);
        }
        let new = parse_create(&ctx, &message)?;
        let stored = self.begin(&ctx, &new).await?;
        let begun = vec![(stored.clone(), new.token)];
        let replies = self.db.write(ctx.clone(), begun, |tx, begun| async move { rail::submit(&tx, &begun).await }).await?;
        let answer = replies.into_values().next().flatten();
        let body = |tx: Tx, (id, answer)| async move {
            let mut payment = payments::load_for_update(&tx, id).await?;
            let day = payment.created_on;
            if payment.state == PaymentState::Created {
                payments::save_all(&tx, &payment.follow(answer, day)?).await?;
            }
            Ok(pb::CreatePaymentResponse { payment: Some(wire::payment(&payment)) })
        };
        self.db.mutate(ctx, &message, (stored.id, answer), body).await
    }

    async fn begin(&self, ctx: &Ctx, new: &NewPayment) -> Result<Payment, Fault> {
        let attempt = || self.db.write(ctx.clone(), new.clone(), |tx, new| async move { store(&tx, new).await });
        match attempt().await {
            // A twin of this request stored it between our look and our insert: now it is there to be found.
            Err(fault) if fault.reason() == Reason::AlreadyExists => attempt().await,
            Err(fault) if lacks_customer(&fault) => {
                learn(&self.db, &self.credit, ctx, new.customer).await?;
                attempt().await
            }
            stored => stored,
        }
    }
}

async fn store(tx: &Tx, new: NewPayment) -> Result<Payment, Fault> {
    if let Some((begun, token)) = payments::find_with_token(tx, new.id).await? {
        let reused = || Fault::new(Reason::RequestIdReused, "This request_id began another payment.").field("request_id");
        return if new.began(&begun, &token) { Ok(begun) } else { Err(reused()) };
    }
    if !customers::is_known(tx, new.customer).await? {
        return Err(new.customer.not_found());
    }
    let payment = Payment {
        id: new.id,
        customer: new.customer,
        amount: new.amount,
        refunded: Money::zero(new.amount.currency()),
        rail: new.rail,
        state: PaymentState::Created,
        allocations: new.allocations,
        reason_code: String::new(),
        transitions: Vec::new(),
        created_on: as_of(tx, new.as_of)?,
        settled_on: None,
        created_at: tx.now(),
        version: 1,
    };
    payments::insert(tx, &payment, &new.token).await?;
    Ok(payment)
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListPaymentsRequest) -> Result<pb::ListPaymentsResponse, Fault> {
    let state = filter::<pb::PaymentState>(query.state).map_err(|fault| fault.field("state"))?.and_then(wire::state_filter);
    let customer = optional_customer(&query.customer_id)?;
    let listing = Listing::parse(&query.filter, &FIELDS, &query.order_by, ("create_time", true))?;
    let scope = tokens.scope(&ctx, &[&query.customer_id, &query.state.to_string(), &query.filter, &query.order_by]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let filter = PaymentFilter { customer, state, listing };
    let body = |tx: Tx, (filter, page): (PaymentFilter, PageRequest)| async move { payments::page(&tx, &filter, &page).await };
    let found = db.read(ctx, (filter, page), body).await?;
    Ok(pb::ListPaymentsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        payments: found.items.iter().map(wire::payment).collect(),
    })
}

pub(super) fn payment_id(id: &str) -> Result<PaymentId, Fault> {
    PaymentId::parse(id).map_err(|fault| fault.field("payment_id"))
}

fn parse_cancel(request: &pb::CancelPaymentRequest) -> Result<(PaymentId, Option<BusinessDate>), Fault> {
    let mut violations = Violations::new();
    let id = violations.take("payment_id", PaymentId::parse(&request.payment_id));
    let as_of = violations.take("as_of", convert::date_from_wire(request.as_of.as_ref()));
    violations.finish()?;
    let id = id.ok_or_else(|| Fault::internal("a checked request is missing its payment"))?;
    Ok((id, as_of.flatten()))
}

fn parse_create(ctx: &Ctx, request: &pb::CreatePaymentRequest) -> Result<NewPayment, Fault> {
    let mut violations = Violations::new();
    let customer = violations.take("customer_id", CustomerId::parse(&request.customer_id));
    let amount = violations.take("amount", convert::money_from_wire(&request.amount).and_then(Money::require_positive));
    let rail = violations.take("rail", chosen::<pb::Rail>(request.rail)).and_then(wire::rail);
    let token = violations.take("method_token", text::required(&request.method_token, 64));
    if let Some(token) = &token {
        violations.take("method_token", Script::parse(token));
    }
    if request.allocations.len() > MAX_ALLOCATIONS {
        violations.push("allocations", Fault::new(Reason::TooManyItems, "At most 100 documents in one payment."));
    }
    let mut allocations = Vec::new();
    for (index, part) in request.allocations.iter().enumerate() {
        let invoice = violations.take(format!("allocations[{index}].invoice_id"), InvoiceId::parse(&part.invoice_id));
        let amount = convert::money_from_wire(&part.amount).and_then(Money::require_positive);
        let amount = violations.take(format!("allocations[{index}].amount"), amount);
        allocations.extend(invoice.zip(amount).map(|(invoice, amount)| Allocation { invoice, amount }));
    }
    if let Some(amount) = amount {
        violations.take("allocations", check_allocations(amount, &allocations));
    }
    let as_of = violations.take("as_of", convert::date_from_wire(request.as_of.as_ref()));
    violations.finish()?;
    let id = uuid::Uuid::try_parse(request.request_id()).map_err(|_| Fault::internal("a checked request id does not parse"))?;
    let id = PaymentId::new(ctx.clone().with_request_id(id).derived_request_id("payment")?);
    match (customer, amount, rail, token, as_of) {
        (Some(customer), Some(amount), Some(rail), Some(token), Some(as_of)) => {
            Ok(NewPayment { id, customer, amount, rail, token, allocations, as_of })
        }
        _ => Err(Fault::internal("a checked payment is missing a field")),
    }
}
