//! Remittance advices: import, look at, confirm.

mod import;

use quittance_api::convert::money_from_wire;
use quittance_api::google::r#type::Money as WireMoney;
use quittance_api::reconciliation::v1::{self as pb, remittance_service_server::RemittanceService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Ctx, Db, Tx, rpc};
use quittance_types::{Fault, PageRequest, Reason, RemittanceAdviceId, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{check_etag, checked, filter, optional_customer};
use crate::domain::remittance::{AdviceLine, Correction, RemittanceAdvice};
use crate::store::{copies, remittances};
use crate::wire;

/// Most lines a person confirms at once.
const MAX_LINES: usize = 10_000;
/// Longest text of a line.
const MAX_TEXT: usize = 140;
/// Longest place of a line.
const MAX_SPAN: usize = 300;

/// The implementation of RemittanceService.
pub struct RemittanceRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[derive(Clone)]
struct Confirmation {
    id: RemittanceAdviceId,
    correction: Correction,
    etag: String,
}

#[async_trait]
impl RemittanceService for RemittanceRpc {
    async fn import_remittance(
        &self,
        request: Request<pb::ImportRemittanceRequest>,
    ) -> Result<Response<pb::ImportRemittanceResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(import::import(&self.db, ctx, message).await)
    }

    async fn get_remittance_advice(
        &self,
        request: Request<pb::GetRemittanceAdviceRequest>,
    ) -> Result<Response<pb::GetRemittanceAdviceResponse>, Status> {
        let parse = |query: &pb::GetRemittanceAdviceRequest| advice_id(&query.remittance_advice_id);
        rpc::read(&self.db, request, parse, |tx, id| async move {
            let advice = remittances::load(&tx, id).await?;
            Ok(pb::GetRemittanceAdviceResponse { remittance_advice: Some(wire::remittances::advice(&advice)) })
        })
        .await
    }

    async fn list_remittance_advices(
        &self,
        request: Request<pb::ListRemittanceAdvicesRequest>,
    ) -> Result<Response<pb::ListRemittanceAdvicesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn confirm_remittance_advice(
        &self,
        request: Request<pb::ConfirmRemittanceAdviceRequest>,
    ) -> Result<Response<pb::ConfirmRemittanceAdviceResponse>, Status> {
        rpc::mutate(&self.db, request, parse_confirmation, |tx, confirmation: Confirmation| async move {
            let advice = confirm(&tx, confirmation).await?;
            Ok(pb::ConfirmRemittanceAdviceResponse { remittance_advice: Some(wire::remittances::advice(&advice)) })
        })
        .await
    }
}

fn advice_id(id: &str) -> Result<RemittanceAdviceId, Fault> {
    RemittanceAdviceId::parse(id).map_err(|fault| fault.field("remittance_advice_id"))
}

async fn list(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::ListRemittanceAdvicesRequest,
) -> Result<pb::ListRemittanceAdvicesResponse, Fault> {
    let state = filter::<pb::RemittanceAdviceState>(query.state).map_err(|fault| fault.field("state"))?;
    let state = state.and_then(wire::remittances::advice_state_of);
    let scope = tokens.scope(&ctx, &[&query.state.to_string()]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx, (state, page)| async move { remittances::page(&tx, state, &page).await };
    let found = db.read(ctx, (state, page), body).await?;
    Ok(pb::ListRemittanceAdvicesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        remittance_advices: found.items.iter().map(wire::remittances::advice).collect(),
    })
}

async fn confirm(tx: &Tx, confirmation: Confirmation) -> Result<RemittanceAdvice, Fault> {
    if let Some(customer) = confirmation.correction.customer {
        copies::require_customer(tx, customer).await.map_err(|fault| fault.field("customer_id"))?;
    }
    let mut advice = remittances::load_for_update(tx, confirmation.id).await?;
    check_etag(&confirmation.etag, advice.version)?;
    advice.confirm(confirmation.correction)?;
    remittances::save_with_lines(tx, &mut advice).await?;
    Ok(advice)
}

fn parse_confirmation(request: &pb::ConfirmRemittanceAdviceRequest) -> Result<Confirmation, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("remittance_advice_id", RemittanceAdviceId::parse(&request.remittance_advice_id));
    let total = violations.take("total", money_from_wire(&request.total));
    let customer = optional_customer(&mut violations, &request.customer_id);
    if request.lines.is_empty() {
        violations.push("lines", Fault::new(Reason::FieldRequired, "say what is paid"));
    }
    if request.lines.len() > MAX_LINES {
        violations.push("lines", Fault::new(Reason::TooManyItems, "at most 10,000 lines"));
    }
    let given = request.lines.iter().take(MAX_LINES).enumerate();
    let lines: Vec<AdviceLine> = given.filter_map(|(index, one)| violations.take(format!("lines[{index}]"), line(one))).collect();
    violations.finish()?;
    let confirmation =
        || Some(Confirmation { id: id?, correction: Correction { lines, total: total?, customer }, etag: request.etag.clone() });
    checked(confirmation())
}

fn line(given: &pb::RemittanceLine) -> Result<AdviceLine, Fault> {
    let mut violations = Violations::new();
    let document = violations.take("document", text::required(&given.document, MAX_TEXT));
    let gross = violations.take("gross", amount(&given.gross));
    let deduction = violations.take("deduction", amount(&given.deduction));
    let reason = violations.take("reason", text::clean(&given.reason, MAX_TEXT));
    let net = violations.take("net", money_from_wire(&given.net).map(Some));
    let span = violations.take("span", text::clean(&given.span, MAX_SPAN));
    violations.finish()?;
    let line = || Some(AdviceLine { document: document?, gross: gross?, deduction: deduction?, reason: reason?, net: net?, span: span? });
    checked(line())
}

fn amount(given: &Option<WireMoney>) -> Result<Option<quittance_types::Money>, Fault> {
    if given.is_none() { Ok(None) } else { money_from_wire(given).map(Some) }
}
