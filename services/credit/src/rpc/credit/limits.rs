//! Limits with a second person above the policy's threshold, and the scores that recommend them.

use quittance_api::{convert, credit::v1 as pb};
use quittance_chassis::{Ctx, db::Db, events::Emit, page_token::PageTokens, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, LimitId, Money, PageRequest, Reason, Violations, text};

use super::super::{as_of, check_etag, date, filter, optional_customer};
use crate::{
    domain::limit::{Limit, LimitState},
    jobs::recheck_holds,
    store::{accounts, limits, policies},
    wire,
};

/// A limit as asked for.
#[derive(Clone)]
pub struct Wanted {
    customer: CustomerId,
    amount: Money,
    why: String,
    as_of: Option<BusinessDate>,
}

/// What the second person says.
#[derive(Clone)]
pub struct Verdict {
    id: LimitId,
    approve: bool,
    etag: String,
    why: String,
    as_of: Option<BusinessDate>,
}

/// A score with its source.
#[derive(Clone)]
pub struct Scored {
    customer: CustomerId,
    score: i32,
    source: String,
}

/// SetLimit in values.
///
/// # Errors
/// Every bad field.
pub fn parse_set(request: &pb::SetLimitRequest) -> Result<Wanted, Fault> {
    let mut violations = Violations::new();
    let customer = violations.take("customer_id", CustomerId::parse(&request.customer_id));
    let amount = violations.take("amount", convert::money_from_wire(&request.amount).and_then(zero_or_more));
    let why = violations.take("why", text::clean(&request.why, 500));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    match (customer, amount, why, as_of) {
        (Some(customer), Some(amount), Some(why), Some(as_of)) => Ok(Wanted { customer, amount, why, as_of }),
        _ => Err(Fault::internal("a checked limit is missing a field")),
    }
}

fn zero_or_more(amount: Money) -> Result<Money, Fault> {
    if amount.is_negative() { Err(Fault::new(Reason::AmountOutOfRange, "Give zero or more.")) } else { Ok(amount) }
}

/// Sets a limit, or proposes it where a second person has to agree.
///
/// # Errors
/// RESOURCE_NOT_FOUND, CURRENCY_MISMATCH, POLICY_MISSING.
pub async fn set(tx: &Tx, wanted: Wanted) -> Result<Limit, Fault> {
    let account = accounts::load_for_update(tx, wanted.customer).await?;
    if account.currency != wanted.amount.currency() {
        let message = format!("The account is kept in {}; give the limit in that currency.", account.currency.code());
        return Err(Fault::new(Reason::CurrencyMismatch, message).field("amount"));
    }
    let alone = !policies::active(tx).await?.needs_second_person(wanted.amount);
    let limit = Limit {
        id: LimitId::new(tx.new_id()),
        customer: wanted.customer,
        amount: wanted.amount,
        state: if alone { LimitState::Active } else { LimitState::Proposed },
        requested_by: tx.ctx().principal.person().to_owned(),
        approved_by: None,
        why: wanted.why,
        version: 1,
        created_at: tx.now(),
    };
    let on = as_of(tx, wanted.as_of)?;
    limits::insert(tx, &limit, on).await?;
    if alone {
        activate(tx, &limit, on).await?;
    }
    Ok(limit)
}

async fn activate(tx: &Tx, limit: &Limit, on: BusinessDate) -> Result<(), Fault> {
    limits::supersede(tx, limit.customer, limit.id).await?;
    let mut account = accounts::load_for_update(tx, limit.customer).await?;
    account.limit = Some(limit.amount);
    accounts::save(tx, &account).await?;
    recheck_holds::of_customer(tx, limit.customer, on).await.map(drop)
}

/// DecideLimit in values.
///
/// # Errors
/// Every bad field.
pub fn parse_decide(request: &pb::DecideLimitRequest) -> Result<Verdict, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("limit_id", LimitId::parse(&request.limit_id));
    let why = violations.take("why", text::clean(&request.why, 500));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let (Some(id), Some(why), Some(as_of)) = (id, why, as_of) else { return Err(Fault::internal("a checked verdict is missing a field")) };
    Ok(Verdict { id, approve: request.approve, etag: request.etag.clone(), why, as_of })
}

/// Approves or rejects a proposed limit.
///
/// # Errors
/// RESOURCE_NOT_FOUND, ETAG_MISMATCH, SELF_APPROVAL, ILLEGAL_TRANSITION.
pub async fn decide(tx: &Tx, verdict: Verdict) -> Result<Limit, Fault> {
    // The account is locked first, as everywhere: who sets a limit holds it before the limits.
    accounts::load_for_update(tx, limits::load(tx, verdict.id).await?.customer).await?;
    let mut limit = limits::load_for_update(tx, verdict.id).await?;
    check_etag(&verdict.etag, limit.version)
        .map_err(|fault| Fault::new(Reason::ApprovalStale, fault.message()).with("current", limit.version))?;
    limit.decide(verdict.approve, tx.ctx().principal.person())?;
    if !verdict.why.is_empty() {
        limit.why = verdict.why;
    }
    let on = as_of(tx, verdict.as_of)?;
    limits::save(tx, &mut limit, on).await?;
    if limit.state == LimitState::Active {
        activate(tx, &limit, on).await?;
    }
    Ok(limit)
}

/// ListLimits.
///
/// # Errors
/// NAME_INVALID, ENUM_INVALID, PAGE_SIZE_NEGATIVE, PAGE_TOKEN_INVALID.
pub async fn list(db: &Db, tokens: PageTokens, ctx: Ctx, query: pb::ListLimitsRequest) -> Result<pb::ListLimitsResponse, Fault> {
    let state = filter::<pb::LimitState>(query.state).map_err(|fault| fault.field("state"))?.and_then(wire::limit_state);
    let customer = optional_customer(&query.customer_id)?;
    let scope = tokens.scope(&ctx, &[&query.state.to_string(), &query.customer_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx: Tx, (customer, state, page)| async move { limits::page(&tx, customer, state, &page).await };
    let found = db.read(ctx, (customer, state, page), body).await?;
    Ok(pb::ListLimitsResponse { next_page_token: scope.seal(found.next.as_deref()), limits: found.items.iter().map(wire::limit).collect() })
}

/// SetScore in values.
///
/// # Errors
/// Every bad field.
pub fn parse_score(request: &pb::SetScoreRequest) -> Result<Scored, Fault> {
    let mut violations = Violations::new();
    let customer = violations.take("customer_id", CustomerId::parse(&request.customer_id));
    let score = violations.require("score", request.score);
    let source = violations.take("source", text::clean(&request.source, 140));
    if score.is_some_and(|score| !(0..=100).contains(&score)) {
        violations.push("score", Fault::new(Reason::ValueOutOfRange, "Give a score from 0 to 100."));
    }
    violations.finish()?;
    match (customer, score, source) {
        (Some(customer), Some(score), Some(source)) => Ok(Scored { customer, score, source }),
        _ => Err(Fault::internal("a checked score is missing a field")),
    }
}

/// Records a score, in the audit trail too, and says what the policy recommends for it.
///
/// # Errors
/// RESOURCE_NOT_FOUND, AMOUNT_OUT_OF_RANGE.
pub async fn score(tx: &Tx, scored: Scored) -> Result<pb::SetScoreResponse, Fault> {
    let mut account = accounts::load_for_update(tx, scored.customer).await?;
    (account.score, account.score_source) = (Some(scored.score), scored.source.clone());
    accounts::save(tx, &account).await?;
    let policy = policies::newest(tx).await?;
    let recommended = policy.map(|policy| policy.formula.recommend(scored.score)).transpose()?;
    let recommended_limit = recommended.map(convert::money_to_wire);
    let scoring = pb::SetScoreResponse { score: scored.score, recommended_limit, source: scored.source };
    tx.emit(Emit::internal(scored.customer, scored.customer.uuid(), &scoring));
    Ok(scoring)
}
