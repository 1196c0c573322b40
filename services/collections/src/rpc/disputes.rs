//! Disputes.

use quittance_api::{
    collections::v1::{self as pb, dispute_service_server::DisputeService},
    convert,
};
use quittance_chassis::{
    Ctx,
    db::Db,
    page_token::PageTokens,
    request::{as_of, chosen, filter, optional_customer},
    rpc,
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, DisputeId, Fault, InvoiceId, Money, PageRequest, Reason, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    domain::dispute::{Category, Dispute, DisputeState, contested},
    store::{self, customers, disputes, receivables},
    wire,
};

/// The implementation of DisputeService.
pub struct DisputeRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[derive(Clone)]
struct NewDispute {
    invoice: InvoiceId,
    amount: Option<Money>,
    category: Category,
    note: String,
    as_of: Option<BusinessDate>,
}

#[derive(Clone)]
struct Resolution {
    id: DisputeId,
    outcome: DisputeState,
    why: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl DisputeService for DisputeRpc {
    async fn open_dispute(&self, request: Request<pb::OpenDisputeRequest>) -> Result<Response<pb::OpenDisputeResponse>, Status> {
        rpc::mutate(&self.db, request, parse_open, |tx, new: NewDispute| async move {
            let dispute = open(&tx, new).await?;
            Ok(pb::OpenDisputeResponse { dispute: Some(wire::dispute(&dispute)) })
        })
        .await
    }

    async fn resolve_dispute(&self, request: Request<pb::ResolveDisputeRequest>) -> Result<Response<pb::ResolveDisputeResponse>, Status> {
        rpc::mutate(&self.db, request, parse_resolve, |tx, resolution: Resolution| async move {
            let mut dispute = disputes::load_for_update(&tx, resolution.id).await?;
            dispute.resolve(resolution.outcome, &resolution.why, as_of(&tx, resolution.as_of)?)?;
            disputes::save(&tx, &mut dispute).await?;
            Ok(pb::ResolveDisputeResponse { dispute: Some(wire::dispute(&dispute)) })
        })
        .await
    }

    async fn get_dispute(&self, request: Request<pb::GetDisputeRequest>) -> Result<Response<pb::GetDisputeResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| dispute_id(&query.dispute_id),
            |tx, id| async move {
                let dispute = disputes::load(&tx, id).await?;
                Ok(pb::GetDisputeResponse { dispute: Some(wire::dispute(&dispute)) })
            },
        )
        .await
    }

    async fn list_disputes(&self, request: Request<pb::ListDisputesRequest>) -> Result<Response<pb::ListDisputesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }
}

async fn open(tx: &Tx, new: NewDispute) -> Result<Dispute, Fault> {
    customers::lock(tx, receivables::customer_of(tx, new.invoice).await?).await?;
    let invoice = receivables::invoices_for_update(tx, &[new.invoice], None).await?;
    let invoice = invoice.first().ok_or_else(|| new.invoice.not_found())?;
    let amount = contested(new.amount, store::money(invoice.open_minor, &invoice.currency)?).map_err(|fault| fault.field("amount"))?;
    let dispute = Dispute {
        id: DisputeId::new(tx.new_id()),
        invoice: new.invoice,
        number: invoice.number.clone(),
        customer: CustomerId::new(invoice.customer_id),
        amount,
        category: new.category,
        state: DisputeState::Open,
        note: new.note,
        resolution: String::new(),
        opened_on: as_of(tx, new.as_of)?,
        resolved_on: None,
        version: 1,
        created_at: tx.now(),
    };
    disputes::insert(tx, &dispute).await?;
    Ok(dispute)
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListDisputesRequest) -> Result<pb::ListDisputesResponse, Fault> {
    let state = filter::<pb::DisputeState>(query.state).map_err(|fault| fault.field("state"))?.and_then(wire::dispute_state_from);
    let customer = optional_customer(&query.customer_id)?;
    let scope = tokens.scope(&ctx, &[&query.customer_id, &query.state.to_string()]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx: Tx, (customer, state, page)| async move { disputes::page(&tx, customer, state, &page).await };
    let found = db.read(ctx, (customer, state, page), body).await?;
    Ok(pb::ListDisputesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        disputes: found.items.iter().map(wire::dispute).collect(),
    })
}

fn dispute_id(id: &str) -> Result<DisputeId, Fault> {
    DisputeId::parse(id).map_err(|fault| fault.field("dispute_id"))
}

fn parse_open(request: &pb::OpenDisputeRequest) -> Result<NewDispute, Fault> {
    let mut violations = Violations::new();
    let invoice = violations.take("invoice_id", InvoiceId::parse(&request.invoice_id));
    let amount = request.amount.is_some().then(|| convert::money_from_wire(&request.amount).and_then(Money::require_positive));
    let amount = amount.and_then(|amount| violations.take("amount", amount));
    let category = violations.take("category", chosen::<pb::DisputeCategory>(request.category)).and_then(wire::category_from);
    let note = violations.take("note", text::clean_lines(&request.note, 500));
    let as_of = violations.take("as_of", convert::date_from_wire(request.as_of.as_ref()));
    violations.finish()?;
    match (invoice, category, note, as_of) {
        (Some(invoice), Some(category), Some(note), Some(as_of)) => Ok(NewDispute { invoice, amount, category, note, as_of }),
        _ => Err(Fault::internal("a checked dispute is missing a field")),
    }
}

fn parse_resolve(request: &pb::ResolveDisputeRequest) -> Result<Resolution, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("dispute_id", DisputeId::parse(&request.dispute_id));
    let outcome = violations.take("outcome", chosen::<pb::DisputeState>(request.outcome)).and_then(wire::dispute_state_from);
    if outcome == Some(DisputeState::Open) {
        violations.push("outcome", Fault::new(Reason::EnumInvalid, "Choose how the dispute ends."));
    }
    let why = violations.take("why", text::required(&request.why, 500));
    let as_of = violations.take("as_of", convert::date_from_wire(request.as_of.as_ref()));
    violations.finish()?;
    match (id, outcome, why, as_of) {
        (Some(id), Some(outcome), Some(why), Some(as_of)) => Ok(Resolution { id, outcome, why, as_of }),
        _ => Err(Fault::internal("a checked resolution is missing a field")),
    }
}
