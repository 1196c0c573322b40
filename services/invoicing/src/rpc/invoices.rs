//! Invoices and pro-formas.

mod issue;

use std::collections::HashSet;
use std::sync::Arc;

use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::invoice_service_server::InvoiceService;
use quittance_chassis::request::filter;
use quittance_chassis::request::filter::{Field, Kind, Listing};
use quittance_chassis::tx::Tx;
use quittance_chassis::{Ctx, GroupCommit, rpc};
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Reason, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{Parts, content, optional_customer, required_why};
use crate::domain::content::Content;
use crate::domain::invoice::{InvoiceKind, InvoiceState};
use crate::store::invoices::{self, Filter};
use crate::wire;

pub(super) use issue::issue_one;

const MAX_BATCH: usize = 1_000;
/// Longest document number anybody can ask for.
const MAX_NUMBER: usize = 64;
const BY_NUMBER: &str = "number:";
const FIELDS: [Field; 2] = [
    Field { name: "customer_id", column: "customer_id", kind: Kind::Id(|text| CustomerId::parse(text).map(CustomerId::uuid)) },
    Field { name: "number", column: "number", kind: Kind::Text },
];

/// The implementation of InvoiceService.
pub struct InvoiceRpc {
    parts: Parts,
    /// Issues of one seller that share a transaction.
    issuing: GroupCommit<pb::IssueInvoiceRequest, Arc<Content>, pb::IssueInvoiceResponse>,
}

/// What is to be issued.
enum Source {
    Draft(InvoiceId),
    Content(Box<Content>),
}

/// How a request names an invoice.
#[derive(Clone)]
enum Name {
    Id(InvoiceId),
    Number(String),
}

#[derive(Clone)]
struct Voiding {
    id: InvoiceId,
    why: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl InvoiceService for InvoiceRpc {
    async fn create_invoice(&self, request: Request<pb::CreateInvoiceRequest>) -> Result<Response<pb::CreateInvoiceResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.create(ctx, message).await)
    }

    async fn preview_invoice(&self, request: Request<pb::PreviewInvoiceRequest>) -> Result<Response<pb::PreviewInvoiceResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.preview(ctx, &message).await)
    }

    async fn issue_invoice(&self, request: Request<pb::IssueInvoiceRequest>) -> Result<Response<pb::IssueInvoiceResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.issue(ctx, message).await)
    }

    async fn batch_issue_invoices(
        &self,
        request: Request<pb::BatchIssueInvoicesRequest>,
    ) -> Result<Response<pb::BatchIssueInvoicesResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.batch(ctx, message).await)
    }

    async fn get_invoice(&self, request: Request<pb::GetInvoiceRequest>) -> Result<Response<pb::GetInvoiceResponse>, Status> {
        rpc::read(
            &self.parts.db,
            request,
            |query| parse_name(&query.invoice_id),
            |tx, name| async move {
                let invoice = match name {
                    Name::Id(id) => invoices::load(&tx, id).await?,
                    Name::Number(number) => invoices::load_by_number(&tx, &number).await?,
                };
                Ok(pb::GetInvoiceResponse { invoice: Some(wire::invoice(&invoice)) })
            },
        )
        .await
    }

    async fn list_invoices(&self, request: Request<pb::ListInvoicesRequest>) -> Result<Response<pb::ListInvoicesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(self.list(ctx, query).await)
    }

    async fn void_invoice(&self, request: Request<pb::VoidInvoiceRequest>) -> Result<Response<pb::VoidInvoiceResponse>, Status> {
        let sellers = self.parts.sellers.clone();
        rpc::mutate(&self.parts.db, request, parse_void, move |tx, voiding: Voiding| {
            let sellers = sellers.clone();
            async move {
                let mut invoice = invoices::load_for_update(&tx, voiding.id).await?;
                invoice.void()?;
                let on = match voiding.as_of {
                    Some(day) => day,
                    None => sellers.load(&tx, invoice.legal_entity_id).await?.today(tx.now()),
                };
                let invoice = invoices::save_voided(&tx, invoice, &voiding.why, on).await?;
                Ok(pb::VoidInvoiceResponse { invoice: Some(invoice) })
            }
        })
        .await
    }

    async fn create_pro_forma(&self, request: Request<pb::CreateProFormaRequest>) -> Result<Response<pb::CreateProFormaResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.pro_forma(ctx, message).await)
    }

    async fn convert_pro_forma(
        &self,
        request: Request<pb::ConvertProFormaRequest>,
    ) -> Result<Response<pb::ConvertProFormaResponse>, Status> {
        let sellers = self.parts.sellers.clone();
        rpc::mutate(&self.parts.db, request, parse_convert, move |tx, (id, as_of)| {
            let sellers = sellers.clone();
            async move {
                let invoice = issue::convert(&tx, &sellers, id, as_of).await?;
                Ok(pb::ConvertProFormaResponse { invoice: Some(invoice) })
            }
        })
        .await
    }
}

impl InvoiceRpc {
    /// The service on these parts; up to `group` issues of one seller share a transaction.
    pub fn new(parts: &Parts, group: usize) -> Self {
        let sellers = parts.sellers.clone();
        let body = move |tx: Tx, contents: Vec<Arc<Content>>| {
            let sellers = sellers.clone();
            async move { issue::group(&tx, &sellers, contents).await }
        };
        let key = |content: &Arc<Content>| content.legal_entity_id.to_string();
        Self { parts: parts.clone(), issuing: GroupCommit::new(parts.db.clone(), group, key, body) }
    }

    async fn create(&self, ctx: Ctx, message: pb::CreateInvoiceRequest) -> Result<pb::CreateInvoiceResponse, Fault> {
        let content = Arc::new(content::content(message.content.as_ref())?);
        let attempt = || {
            let sellers = self.parts.sellers.clone();
            self.parts.db.mutate(ctx.clone(), &message, Arc::clone(&content), move |tx, content| {
                let sellers = sellers.clone();
                async move {
                    let draft = issue::drafted(&tx, &sellers, InvoiceKind::Invoice, &content).await?;
                    let invoice = invoices::insert_unowed(&tx, &draft).await?;
                    Ok(pb::CreateInvoiceResponse { invoice: Some(invoice) })
                }
            })
        };
        self.parts.directory.with(&ctx, &HashSet::from([content.customer_id]), attempt).await
    }

    async fn preview(&self, ctx: Ctx, message: &pb::PreviewInvoiceRequest) -> Result<pb::PreviewInvoiceResponse, Fault> {
        let content = Arc::new(content::content(message.content.as_ref())?);
        let attempt = || {
            let sellers = self.parts.sellers.clone();
            self.parts.db.read(ctx.clone(), Arc::clone(&content), move |tx, content| {
                let sellers = sellers.clone();
                async move {
                    let draft = issue::drafted(&tx, &sellers, InvoiceKind::Invoice, &content).await?;
                    // What is not stored has no identity.
                    let invoice =
                        pb::Invoice { invoice_id: String::new(), etag: String::new(), create_time: None, ..wire::invoice(&draft) };
                    Ok(pb::PreviewInvoiceResponse { invoice: Some(invoice) })
                }
            })
        };
        self.parts.directory.with(&ctx, &HashSet::from([content.customer_id]), attempt).await
    }

    async fn issue(&self, ctx: Ctx, message: pb::IssueInvoiceRequest) -> Result<pb::IssueInvoiceResponse, Fault> {
        match parse_issue(&message)? {
            Source::Content(content) => {
                let content = Arc::new(*content);
                let attempt = || self.issuing.submit(ctx.clone(), &message, Arc::clone(&content));
                self.parts.directory.with(&ctx, &HashSet::from([content.customer_id]), attempt).await
            }
            Source::Draft(id) => {
                let sellers = self.parts.sellers.clone();
                let body = move |tx, id| {
                    let sellers = sellers.clone();
                    async move {
                        let invoice = issue::draft(&tx, &sellers, id).await?;
                        Ok(pb::IssueInvoiceResponse { invoice: Some(invoice) })
                    }
                };
                self.parts.db.mutate(ctx, &message, id, body).await
            }
        }
    }

    async fn batch(&self, ctx: Ctx, message: pb::BatchIssueInvoicesRequest) -> Result<pb::BatchIssueInvoicesResponse, Fault> {
        let contents: Arc<[Arc<Content>]> = parse_batch(&message)?.into_iter().map(Arc::new).collect();
        let customers = contents.iter().map(|content| content.customer_id).collect();
        let attempt = || {
            let sellers = self.parts.sellers.clone();
            self.parts.db.mutate(ctx.clone(), &message, Arc::clone(&contents), move |tx, contents| {
                let sellers = sellers.clone();
                async move {
                    let issued = issue::batch(&tx, &sellers, &contents).await?;
                    Ok(pb::BatchIssueInvoicesResponse { invoices: issued.iter().map(wire::issued_invoice).collect() })
                }
            })
        };
        self.parts.directory.with(&ctx, &customers, attempt).await
    }

    async fn pro_forma(&self, ctx: Ctx, message: pb::CreateProFormaRequest) -> Result<pb::CreateProFormaResponse, Fault> {
        let content = Arc::new(content::content(message.content.as_ref())?);
        let attempt = || {
            let sellers = self.parts.sellers.clone();
            self.parts.db.mutate(ctx.clone(), &message, Arc::clone(&content), move |tx, content| {
                let sellers = sellers.clone();
                async move {
                    let invoice = issue::pro_forma(&tx, &sellers, &content).await?;
                    Ok(pb::CreateProFormaResponse { invoice: Some(invoice) })
                }
            })
        };
        self.parts.directory.with(&ctx, &HashSet::from([content.customer_id]), attempt).await
    }

    async fn list(&self, ctx: Ctx, query: pb::ListInvoicesRequest) -> Result<pb::ListInvoicesResponse, Fault> {
        let customer_id = optional_customer(&query.customer_id)?;
        let state = filter(query.state).map_err(|fault| fault.field("state"))?.and_then(state);
        let listing = Listing::parse(&query.filter, &FIELDS, &query.order_by, ("create_time", true))?;
        let wanted_state = query.state.to_string();
        let filters = [&query.customer_id, &wanted_state, &query.filter, &query.order_by].map(String::as_str);
        let (scope, page) = self.parts.page(&ctx, &filters, query.page_size, &query.page_token)?;
        let filter = Filter { customer_id, state, listing };
        let found = self.parts.db.read(ctx, (filter, page), |tx, (filter, page)| async move { invoices::page(&tx, filter, &page).await });
        let found = found.await?;
        Ok(pb::ListInvoicesResponse { next_page_token: scope.seal(found.next.as_deref()), invoices: found.items })
    }
}

fn state(state: pb::InvoiceState) -> Option<InvoiceState> {
    InvoiceState::ALL.into_iter().find(|known| wire::invoice_state(*known) == state)
}

fn parse_name(name: &str) -> Result<Name, Fault> {
    let parsed = match name.strip_prefix(BY_NUMBER) {
        Some(number) => text::required(number, MAX_NUMBER).map(Name::Number),
        None => InvoiceId::parse(name).map(Name::Id),
    };
    parsed.map_err(|fault| fault.field("invoice_id"))
}

fn parse_issue(message: &pb::IssueInvoiceRequest) -> Result<Source, Fault> {
    match &message.source {
        None => Err(Fault::new(Reason::FieldRequired, "a draft or content to issue is required").field("content")),
        Some(pb::issue_invoice_request::Source::InvoiceId(id)) => {
            InvoiceId::parse(id).map(Source::Draft).map_err(|fault| fault.field("invoice_id"))
        }
        Some(pb::issue_invoice_request::Source::Content(given)) => {
            content::content(Some(given)).map(|content| Source::Content(Box::new(content)))
        }
    }
}

fn parse_batch(message: &pb::BatchIssueInvoicesRequest) -> Result<Vec<Content>, Fault> {
    if message.invoices.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "at least one invoice is required").field("invoices"));
    }
    if message.invoices.len() > MAX_BATCH {
        return Err(Fault::new(Reason::TooManyItems, format!("at most {MAX_BATCH} invoices")).field("invoices"));
    }
    let mut violations = Violations::new();
    let mut contents: Vec<Content> = Vec::with_capacity(message.invoices.len());
    for (index, given) in message.invoices.iter().enumerate() {
        match content::invoice_content(given) {
            Ok(content) => contents.push(content),
            Err(fault) => violations.push(format!("invoices[{index}]"), fault),
        }
    }
    let seller = contents.first().map(|content| content.legal_entity_id);
    for (index, content) in contents.iter().enumerate() {
        if violations.is_empty() && Some(content.legal_entity_id) != seller {
            let fault = Fault::new(Reason::FieldsConflict, "a batch is issued by one seller");
            violations.push(format!("invoices[{index}].legal_entity_id"), fault);
        }
    }
    violations.finish()?;
    Ok(contents)
}

fn parse_void(message: &pb::VoidInvoiceRequest) -> Result<Voiding, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("invoice_id", InvoiceId::parse(&message.invoice_id));
    let why = violations.take("why", required_why(&message.why));
    let as_of = content::as_of(message.as_of.as_ref(), &mut violations);
    violations.finish()?;
    let missing = || Fault::internal("a checked field is missing");
    Ok(Voiding { id: id.ok_or_else(missing)?, why: why.ok_or_else(missing)?, as_of })
}

fn parse_convert(message: &pb::ConvertProFormaRequest) -> Result<(InvoiceId, Option<BusinessDate>), Fault> {
    let mut violations = Violations::new();
    let id = violations.take("invoice_id", InvoiceId::parse(&message.invoice_id));
    let as_of = content::as_of(message.as_of.as_ref(), &mut violations);
    violations.finish()?;
    Ok((id.ok_or_else(|| Fault::internal("a checked field is missing"))?, as_of))
}
