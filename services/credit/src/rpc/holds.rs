//! Held orders and the people who decide them.

use std::slice;

use quittance_api::credit::v1::{self as pb, hold_service_server::HoldService};
use quittance_api::google::r#type::Date;
use quittance_chassis::{db::Db, page_token::PageTokens, rpc, tx::Tx};
use quittance_types::{BusinessDate, Fault, HoldCaseId, PageRequest, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{as_of, check_etag, date, filter, optional_customer};
use crate::{
    domain::{
        account::CreditAccount,
        hold::{HoldCase, HoldCaseState},
        reservation::ReservationEvent,
    },
    jobs::recheck_holds,
    store::{accounts, holds, policies, reservations},
    wire,
};

/// The implementation of HoldService.
pub struct HoldRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[derive(Clone)]
struct Verdict {
    id: HoldCaseId,
    why: String,
    etag: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl HoldService for HoldRpc {
    async fn get_hold_case(&self, request: Request<pb::GetHoldCaseRequest>) -> Result<Response<pb::GetHoldCaseResponse>, Status> {
        let parse = |query: &pb::GetHoldCaseRequest| HoldCaseId::parse(&query.hold_case_id).map_err(|fault| fault.field("hold_case_id"));
        rpc::read(&self.db, request, parse, |tx, id| async move {
            let case = holds::load(&tx, id).await?;
            Ok(pb::GetHoldCaseResponse { hold_case: Some(wire::hold_case(&case)) })
        })
        .await
    }

    async fn list_hold_cases(&self, request: Request<pb::ListHoldCasesRequest>) -> Result<Response<pb::ListHoldCasesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        let tokens = self.page_tokens.clone();
        rpc::reply(list(&self.db, tokens, ctx, query).await)
    }

    async fn release_hold(&self, request: Request<pb::ReleaseHoldRequest>) -> Result<Response<pb::ReleaseHoldResponse>, Status> {
        let parse =
            |request: &pb::ReleaseHoldRequest| parse_verdict(&request.hold_case_id, &request.why, &request.etag, request.as_of.as_ref());
        rpc::mutate(&self.db, request, parse, |tx, verdict| async move {
            let case = release(&tx, verdict).await?;
            Ok(pb::ReleaseHoldResponse { hold_case: Some(wire::hold_case(&case)) })
        })
        .await
    }

    async fn reject_hold(&self, request: Request<pb::RejectHoldRequest>) -> Result<Response<pb::RejectHoldResponse>, Status> {
        let parse = |request: &pb::RejectHoldRequest| parse_verdict(&request.hold_case_id, &request.why, "", request.as_of.as_ref());
        rpc::mutate(&self.db, request, parse, |tx, verdict| async move {
            let case = reject(&tx, verdict).await?;
            Ok(pb::RejectHoldResponse { hold_case: Some(wire::hold_case(&case)) })
        })
        .await
    }

    async fn recheck_held_orders(
        &self,
        request: Request<pb::RecheckHeldOrdersRequest>,
    ) -> Result<Response<pb::RecheckHeldOrdersResponse>, Status> {
        rpc::mutate(
            &self.db,
            request,
            |request| date(request.as_of.as_ref()),
            |tx, day| async move {
                let found = recheck_holds::run(&tx, as_of(&tx, day)?).await?;
                let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
                Ok(pb::RecheckHeldOrdersResponse { released: count(found.released), still_held: count(found.still_held) })
            },
        )
        .await
    }
}

async fn list(
    db: &Db,
    tokens: PageTokens,
    ctx: quittance_chassis::Ctx,
    query: pb::ListHoldCasesRequest,
) -> Result<pb::ListHoldCasesResponse, Fault> {
    let state = filter::<pb::HoldCaseState>(query.state).map_err(|fault| fault.field("state"))?.and_then(wire::hold_case_state);
    let customer = optional_customer(&query.customer_id)?;
    let scope = tokens.scope(&ctx, &[&query.state.to_string(), &query.customer_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx: Tx, (state, customer, page)| async move { holds::page(&tx, state, customer, &page).await };
    let (found, total) = db.read(ctx, (state, customer, page), body).await?;
    Ok(pb::ListHoldCasesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        hold_cases: found.items.iter().map(wire::hold_case).collect(),
        total_count: i64::try_from(total).unwrap_or(i64::MAX),
    })
}

fn parse_verdict(id: &str, why: &str, etag: &str, day: Option<&Date>) -> Result<Verdict, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("hold_case_id", HoldCaseId::parse(id));
    let why = violations.take("why", text::required(why, 500));
    let as_of = violations.take("as_of", date(day));
    violations.finish()?;
    let (Some(id), Some(why), Some(as_of)) = (id, why, as_of) else { return Err(Fault::internal("a checked verdict is missing a field")) };
    Ok(Verdict { id, why, etag: etag.to_owned(), as_of })
}

/// The account is locked before the case is read again: a recheck of the same customer waits, or has already decided.
async fn case_for_update(tx: &Tx, id: HoldCaseId) -> Result<(CreditAccount, HoldCase), Fault> {
    let customer = holds::load(tx, id).await?.customer;
    let account = accounts::load_for_update(tx, customer).await?;
    Ok((account, holds::load(tx, id).await?))
}

async fn release(tx: &Tx, verdict: Verdict) -> Result<HoldCase, Fault> {
    let (mut account, mut case) = case_for_update(tx, verdict.id).await?;
    check_etag(&verdict.etag, case.version)?;
    case.end(HoldCaseState::Released, tx.ctx().principal.person(), &verdict.why)?;
    let policy = policies::active(tx).await?;
    let mut reservation = reservations::load_for_update(tx, case.reservation).await?;
    let on = as_of(tx, verdict.as_of)?.max(case.opened_on);
    reservation.approve(policy.reservation_expires(on)?)?;
    account.add_held(reservation.held)?;
    accounts::save(tx, &account).await?;
    reservations::save(tx, slice::from_mut(&mut reservation), on).await?;
    holds::save(tx, slice::from_mut(&mut case), on).await?;
    Ok(case)
}

async fn reject(tx: &Tx, verdict: Verdict) -> Result<HoldCase, Fault> {
    let (_, mut case) = case_for_update(tx, verdict.id).await?;
    case.end(HoldCaseState::Rejected, tx.ctx().principal.person(), &verdict.why)?;
    let mut reservation = reservations::load_for_update(tx, case.reservation).await?;
    reservation.end(ReservationEvent::Refuse)?;
    let on = as_of(tx, verdict.as_of)?.max(case.opened_on);
    reservations::save(tx, slice::from_mut(&mut reservation), on).await?;
    holds::save(tx, slice::from_mut(&mut case), on).await?;
    Ok(case)
}
