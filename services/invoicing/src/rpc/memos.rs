//! Credit memos.

use quittance_api::convert::money_from_wire;
use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::memo_service_server::MemoService;
use quittance_chassis::tx::Tx;
use quittance_chassis::{Ctx, rpc};
use quittance_types::{BusinessDate, Fault, InvoiceId, MemoId, Reason, Violations};
use tonic::{Request, Response, Status, async_trait};

use super::{Parts, content, optional_customer, required_why};
use crate::domain::memo::{CreditMemo, Wanted};
use crate::domain::number::{DocumentNumber, SeriesKind};
use crate::store::memos::Filter;
use crate::store::sellers::Sellers;
use crate::store::{invoices, memos, series};
use crate::wire;

/// The implementation of MemoService.
pub struct MemoRpc {
    parts: Parts,
}

/// A memo as asked for.
#[derive(Clone)]
struct Asked {
    invoice_id: InvoiceId,
    wanted: Wanted,
    why: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl MemoService for MemoRpc {
    async fn create_credit_memo(
        &self,
        request: Request<pb::CreateCreditMemoRequest>,
    ) -> Result<Response<pb::CreateCreditMemoResponse>, Status> {
        let sellers = self.parts.sellers.clone();
        rpc::mutate(&self.parts.db, request, parse_create, move |tx, asked| {
            let sellers = sellers.clone();
            async move { create(&tx, &sellers, asked).await }
        })
        .await
    }

    async fn get_credit_memo(&self, request: Request<pb::GetCreditMemoRequest>) -> Result<Response<pb::GetCreditMemoResponse>, Status> {
        let parse = |query: &pb::GetCreditMemoRequest| MemoId::parse(&query.memo_id).map_err(|fault| fault.field("memo_id"));
        rpc::read(&self.parts.db, request, parse, |tx, id| async move {
            Ok(pb::GetCreditMemoResponse { memo: Some(wire::memo(&memos::load(&tx, id).await?)) })
        })
        .await
    }

    async fn list_credit_memos(
        &self,
        request: Request<pb::ListCreditMemosRequest>,
    ) -> Result<Response<pb::ListCreditMemosResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(self.list(ctx, query).await)
    }
}

impl MemoRpc {
    /// The service on these parts.
    pub fn new(parts: &Parts) -> Self {
        Self { parts: parts.clone() }
    }

    async fn list(&self, ctx: Ctx, query: pb::ListCreditMemosRequest) -> Result<pb::ListCreditMemosResponse, Fault> {
        let customer_id = optional_customer(&query.customer_id)?;
        let invoice_id = match query.invoice_id.as_str() {
            "" => None,
            id => Some(InvoiceId::parse(id).map_err(|fault| fault.field("invoice_id"))?),
        };
        let filters = [query.customer_id.as_str(), query.invoice_id.as_str()];
        let (scope, page) = self.parts.page(&ctx, &filters, query.page_size, &query.page_token)?;
        let filter = Filter { customer_id, invoice_id };
        let found = self.parts.db.read(ctx, (filter, page), |tx, (filter, page)| async move { memos::page(&tx, filter, &page).await });
        let found = found.await?;
        Ok(pb::ListCreditMemosResponse { next_page_token: scope.seal(found.next.as_deref()), memos: found.items })
    }
}

fn parse_create(request: &pb::CreateCreditMemoRequest) -> Result<Asked, Fault> {
    let mut violations = Violations::new();
    let invoice_id = violations.take("invoice_id", InvoiceId::parse(&request.invoice_id));
    let given = request.lines.iter().map(|line| (line.line_number, line.quantity.as_str()));
    let quantities = content::parts(given, &mut violations);
    let amount = match &request.amount {
        Some(_) => violations.take("amount", money_from_wire(&request.amount).and_then(quittance_types::Money::require_positive)),
        None => None,
    };
    if request.amount.is_some() && !request.lines.is_empty() {
        violations.push("amount", Fault::new(Reason::FieldsConflict, "credit either quantities or an amount"));
    }
    let why = violations.take("why", required_why(&request.why));
    let as_of = content::as_of(request.as_of.as_ref(), &mut violations);
    violations.finish()?;
    let wanted = match amount {
        Some(amount) => Wanted::Amount(amount),
        None if quantities.is_empty() => Wanted::Everything,
        None => Wanted::Quantities(quantities),
    };
    let missing = || Fault::internal("a checked field is missing");
    Ok(Asked { invoice_id: invoice_id.ok_or_else(missing)?, wanted, why: why.ok_or_else(missing)?, as_of })
}

async fn create(tx: &Tx, sellers: &Sellers, asked: Asked) -> Result<pb::CreateCreditMemoResponse, Fault> {
    let before = invoices::load_for_update(tx, asked.invoice_id).await?;
    let mut invoice = before.clone();
    let credit = invoice.credit(&asked.wanted)?;
    let seller = sellers.load(tx, invoice.legal_entity_id).await?;
    let issue_on = asked.as_of.unwrap_or_else(|| seller.today(tx.now()));
    invoices::save_credited(tx, &before, &mut invoice).await?;
    let sequence = series::take(tx, seller.id, SeriesKind::CreditMemo, issue_on.year(), 1).await?;
    let memo = CreditMemo {
        id: MemoId::new(tx.new_id()),
        number: DocumentNumber::new(SeriesKind::CreditMemo, &seller.code, issue_on.year(), sequence),
        invoice_id: invoice.id,
        invoice_number: invoice.number_text().to_owned(),
        customer_id: invoice.customer_id,
        legal_entity_id: invoice.legal_entity_id,
        lines: credit.lines,
        totals: credit.totals,
        issue_on,
        why: asked.why,
        created_at: tx.now(),
    };
    Ok(pb::CreateCreditMemoResponse { memo: Some(memos::insert(tx, &memo).await?) })
}
