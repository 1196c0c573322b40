//! Promises to pay.

use std::collections::BTreeSet;

use quittance_api::{
    collections::v1::{self as pb, promise_service_server::PromiseService},
    convert,
};
use quittance_chassis::{
    Ctx,
    db::Db,
    page_token::PageTokens,
    request::{as_of, filter, optional_customer},
    rpc,
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Money, PageRequest, PromiseId, Reason, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::optional_date;
use crate::{
    domain::promise::{PromiseState, PromiseToPay},
    jobs::evaluate_promises,
    store::{customers, promises, receivables},
    wire,
};

const MOST_INVOICES: usize = 100;

/// The implementation of PromiseService.
pub struct PromiseRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Days after the promised day within which the money may still arrive.
    pub tolerance_days: i32,
}

#[derive(Clone)]
struct NewPromise {
    customer: CustomerId,
    invoices: Vec<InvoiceId>,
    amount: Money,
    due: BusinessDate,
    note: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl PromiseService for PromiseRpc {
    async fn create_promise(&self, request: Request<pb::CreatePromiseRequest>) -> Result<Response<pb::CreatePromiseResponse>, Status> {
        let tolerance_days = self.tolerance_days;
        rpc::mutate(&self.db, request, parse_create, move |tx, new: NewPromise| async move {
            let promise = create(&tx, new, tolerance_days).await?;
            Ok(pb::CreatePromiseResponse { promise: Some(wire::promise(&promise)) })
        })
        .await
    }

    async fn evaluate_promises(
        &self,
        request: Request<pb::EvaluatePromisesRequest>,
    ) -> Result<Response<pb::EvaluatePromisesResponse>, Status> {
        let parse = |request: &pb::EvaluatePromisesRequest| optional_date("as_of", request.as_of.as_ref());
        rpc::mutate(&self.db, request, parse, |tx, day| async move {
            let found = evaluate_promises::all(&tx, as_of(&tx, day)?).await?;
            Ok(pb::EvaluatePromisesResponse {
                kept: wire::count(found.kept),
                partly_kept: wire::count(found.partly_kept),
                broken: wire::count(found.broken),
            })
        })
        .await
    }

    async fn withdraw_promise(
        &self,
        request: Request<pb::WithdrawPromiseRequest>,
    ) -> Result<Response<pb::WithdrawPromiseResponse>, Status> {
        rpc::mutate(
            &self.db,
            request,
            |request| promise_id(&request.promise_id),
            |tx, id| async move {
                let mut promise = promises::load_for_update(&tx, id).await?;
                promise.withdraw()?;
                promises::save_ended(&tx, std::slice::from_mut(&mut promise)).await?;
                Ok(pb::WithdrawPromiseResponse { promise: Some(wire::promise(&promise)) })
            },
        )
        .await
    }

    async fn get_promise(&self, request: Request<pb::GetPromiseRequest>) -> Result<Response<pb::GetPromiseResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| promise_id(&query.promise_id),
            |tx, id| async move {
                let promise = promises::load(&tx, id).await?;
                Ok(pb::GetPromiseResponse { promise: Some(wire::promise(&promise)) })
            },
        )
        .await
    }

    async fn list_promises(&self, request: Request<pb::ListPromisesRequest>) -> Result<Response<pb::ListPromisesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }
}

/// Customer and invoices are locked: neither another promise nor a run that is being issued can pass this one.
async fn create(tx: &Tx, new: NewPromise, tolerance_days: i32) -> Result<PromiseToPay, Fault> {
    let promised_on = as_of(tx, new.as_of)?;
    if new.due < promised_on {
        return Err(Fault::new(Reason::DateInvalid, "Money is promised for today or a later day.").field("due_date"));
    }
    let currency = new.amount.currency();
    customers::lock(tx, new.customer).await?;
    let covered = receivables::invoices_for_update(tx, &new.invoices, Some(new.customer)).await?;
    if let Some(other) = covered.iter().find(|row| row.currency != currency.code()) {
        let message = format!("{} is in {}; give the amount in that currency.", other.number, other.currency);
        return Err(Fault::new(Reason::CurrencyMismatch, message).field("amount"));
    }
    if covered.iter().all(|row| row.open_minor == 0) {
        return Err(receivables::nothing_open("promised"));
    }
    let until = new.due.plus_days(tolerance_days)?;
    let before = promises::cash_between(tx, &covered, promised_on, until).await?;
    let promise = PromiseToPay {
        id: PromiseId::new(tx.new_id()),
        customer: new.customer,
        amount: new.amount,
        paid: Money::zero(currency),
        paid_before: Money::from_minor(before, currency)?,
        promised_on,
        due: new.due,
        until,
        state: PromiseState::Open,
        invoices: new.invoices,
        note: new.note,
        version: 1,
        created_at: tx.now(),
    };
    promises::insert(tx, &promise, &covered).await?;
    Ok(promise)
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListPromisesRequest) -> Result<pb::ListPromisesResponse, Fault> {
    let state = filter::<pb::PromiseState>(query.state).map_err(|fault| fault.field("state"))?.and_then(wire::promise_state_filter);
    let customer = optional_customer(&query.customer_id)?;
    let scope = tokens.scope(&ctx, &[&query.customer_id, &query.state.to_string()]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx: Tx, (customer, state, page)| async move { promises::page(&tx, customer, state, &page).await };
    let found = db.read(ctx, (customer, state, page), body).await?;
    Ok(pb::ListPromisesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        promises: found.items.iter().map(wire::promise).collect(),
    })
}

fn promise_id(id: &str) -> Result<PromiseId, Fault> {
    PromiseId::parse(id).map_err(|fault| fault.field("promise_id"))
}

fn parse_create(request: &pb::CreatePromiseRequest) -> Result<NewPromise, Fault> {
    let mut violations = Violations::new();
    let customer = violations.take("customer_id", CustomerId::parse(&request.customer_id));
    if request.invoice_ids.is_empty() {
        violations.push("invoice_ids", Fault::new(Reason::FieldRequired, "Name at least one invoice."));
    }
    if request.invoice_ids.len() > MOST_INVOICES {
        violations.push("invoice_ids", Fault::new(Reason::TooManyItems, "At most 100 invoices in one promise."));
    }
    let given = request.invoice_ids.iter().enumerate();
    let invoices: BTreeSet<InvoiceId> =
        given.filter_map(|(index, id)| violations.take(format!("invoice_ids[{index}]"), InvoiceId::parse(id))).collect();
    let amount = violations.take("amount", convert::money_from_wire(&request.amount).and_then(Money::require_positive));
    let due = violations.take("due_date", convert::required_date(request.due_date.as_ref()));
    let note = violations.take("note", text::clean_lines(&request.note, 500));
    let as_of = violations.take("as_of", convert::date_from_wire(request.as_of.as_ref()));
    violations.finish()?;
    match (customer, amount, due, note, as_of) {
        (Some(customer), Some(amount), Some(due), Some(note), Some(as_of)) => {
            Ok(NewPromise { customer, invoices: invoices.into_iter().collect(), amount, due, note, as_of })
        }
        _ => Err(Fault::internal("a checked promise is missing a field")),
    }
}
