//! Policies of matching: proposed by one person, tried in the shadow, activated by another.

mod parse;

use quittance_api::reconciliation::v1::{self as pb, match_policy_service_server::MatchPolicyService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Ctx, Db, Tx, rpc};
use quittance_types::{Fault, LegalEntityId, MatchPolicyId, PageRequest, Violations};
use tonic::{Request, Response, Status, async_trait};

use super::{as_of, check_etag, optional};
use crate::domain::policy::trial::Trial;
use crate::domain::policy::{MatchPolicy, PolicyState, RuleAction};
use crate::ledgers::Ledgers;
use crate::store::policies::{self, trials};
use crate::store::{copies, woken};
use crate::wire;
use parse::{Approval, NewPolicy, Rejection};

/// The implementation of MatchPolicyService.
pub struct MatchPolicyRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Know what is in force.
    pub ledgers: Ledgers,
}

#[async_trait]
impl MatchPolicyService for MatchPolicyRpc {
    async fn propose_match_policy(
        &self,
        request: Request<pb::ProposeMatchPolicyRequest>,
    ) -> Result<Response<pb::ProposeMatchPolicyResponse>, Status> {
        rpc::mutate(&self.db, request, parse::proposal, |tx, new: NewPolicy| async move {
            let policy = propose(&tx, new).await?;
            Ok(pb::ProposeMatchPolicyResponse { match_policy: Some(wire::policies::policy(&policy)) })
        })
        .await
    }

    async fn get_match_policy(&self, request: Request<pb::GetMatchPolicyRequest>) -> Result<Response<pb::GetMatchPolicyResponse>, Status> {
        let ledgers = self.ledgers.clone();
        rpc::read(&self.db, request, parse_get, move |tx, (id, seller)| {
            let ledgers = ledgers.clone();
            async move {
                let policy = match id {
                    Some(id) => policies::load(&tx, id).await?,
                    None => ledgers.policy(&tx, seller).await?,
                };
                Ok(pb::GetMatchPolicyResponse { match_policy: Some(wire::policies::policy(&policy)) })
            }
        })
        .await
    }

    async fn list_match_policies(
        &self,
        request: Request<pb::ListMatchPoliciesRequest>,
    ) -> Result<Response<pb::ListMatchPoliciesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn get_match_policy_diff(
        &self,
        request: Request<pb::GetMatchPolicyDiffRequest>,
    ) -> Result<Response<pb::GetMatchPolicyDiffResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(difference(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn approve_match_policy(
        &self,
        request: Request<pb::ApproveMatchPolicyRequest>,
    ) -> Result<Response<pb::ApproveMatchPolicyResponse>, Status> {
        rpc::mutate(&self.db, request, parse::approval, |tx, approval: Approval| async move {
            let policy = approve(&tx, &approval).await?;
            Ok(pb::ApproveMatchPolicyResponse { match_policy: Some(wire::policies::policy(&policy)) })
        })
        .await
    }

    async fn reject_match_policy(
        &self,
        request: Request<pb::RejectMatchPolicyRequest>,
    ) -> Result<Response<pb::RejectMatchPolicyResponse>, Status> {
        rpc::mutate(&self.db, request, parse::rejection, |tx, rejection: Rejection| async move {
            let policy = reject(&tx, rejection).await?;
            Ok(pb::RejectMatchPolicyResponse { match_policy: Some(wire::policies::policy(&policy)) })
        })
        .await
    }
}

/// Stores a version that waits for approval, with the trial that is to come.
async fn propose(tx: &Tx, new: NewPolicy) -> Result<MatchPolicy, Fault> {
    if let Some(seller) = new.legal_entity {
        copies::require_legal_entity(tx, seller).await.map_err(|fault| fault.field("match_policy.legal_entity_id"))?;
    }
    for (index, rule) in new.rules.iter().enumerate() {
        if let RuleAction::Customer(customer) = rule.action {
            let located = |fault: Fault| fault.field(format!("match_policy.rules[{index}].customer_id"));
            copies::require_customer(tx, customer).await.map_err(located)?;
        }
    }
    let id = MatchPolicyId::new(tx.new_id());
    let in_force = policies::active(tx, new.legal_entity).await?;
    let mut policy = MatchPolicy {
        id: Some(id),
        legal_entity: new.legal_entity,
        version: 0,
        state: PolicyState::InTrial,
        thresholds: new.thresholds,
        rules: new.rules,
        proposed_by: tx.ctx().principal.person().to_owned(),
        decided_by: None,
        why: String::new(),
        revision: 1,
        created_at: tx.now(),
    };
    policies::insert(tx, &mut policy).await?;
    trials::insert(tx, &Trial::begin(id, in_force.id, as_of(tx, None)?)).await?;
    Ok(policy)
}

async fn approve(tx: &Tx, approval: &Approval) -> Result<MatchPolicy, Fault> {
    let mut policy = policies::load_for_update(tx, approval.id).await?;
    check_etag(&approval.etag, policy.revision)?;
    let tried_against = trials::load(tx, approval.id).await?.against;
    let in_force = policies::active(tx, policy.legal_entity).await?.id;
    policy.approve(tx.ctx().principal.person(), tried_against, in_force)?;
    policies::supersede(tx, policy.legal_entity).await?;
    policies::save(tx, &mut policy).await?;
    // What it would have applied before is offered to the engine again.
    woken::by_policy(tx, policy.legal_entity).await?;
    Ok(policy)
}

async fn reject(tx: &Tx, rejection: Rejection) -> Result<MatchPolicy, Fault> {
    let mut policy = policies::load_for_update(tx, rejection.id).await?;
    policy.reject(tx.ctx().principal.person(), rejection.why)?;
    policies::save(tx, &mut policy).await?;
    trials::end(tx, rejection.id).await?;
    Ok(policy)
}

fn parse_get(query: &pb::GetMatchPolicyRequest) -> Result<(Option<MatchPolicyId>, Option<LegalEntityId>), Fault> {
    let mut violations = Violations::new();
    let id = violations.take("match_policy_id", optional(&query.match_policy_id, MatchPolicyId::parse)).flatten();
    let seller = violations.take("legal_entity_id", optional(&query.legal_entity_id, LegalEntityId::parse)).flatten();
    violations.finish()?;
    Ok((id, seller))
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListMatchPoliciesRequest) -> Result<pb::ListMatchPoliciesResponse, Fault> {
    let seller = optional(&query.legal_entity_id, LegalEntityId::parse).map_err(|fault| fault.field("legal_entity_id"))?;
    let scope = tokens.scope(&ctx, &[&query.legal_entity_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx, (seller, page)| async move { policies::page(&tx, seller, &page).await };
    let found = db.read(ctx, (seller, page), body).await?;
    Ok(pb::ListMatchPoliciesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        match_policies: found.items.iter().map(wire::policies::policy).collect(),
    })
}

async fn difference(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::GetMatchPolicyDiffRequest,
) -> Result<pb::GetMatchPolicyDiffResponse, Fault> {
    let id = MatchPolicyId::parse(&query.match_policy_id).map_err(|fault| fault.field("match_policy_id"))?;
    let scope = tokens.scope(&ctx, &[&query.match_policy_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx: Tx, (id, page): (MatchPolicyId, PageRequest)| async move {
        Ok((trials::load(&tx, id).await?, trials::page(&tx, id, &page).await?))
    };
    let (trial, found) = db.read(ctx, (id, page), body).await?;
    Ok(pb::GetMatchPolicyDiffResponse {
        done: trial.done,
        next_page_token: scope.seal(found.next.as_deref()),
        lines_tried: trial.tally.lines,
        lines_total: trial.lines_total,
        both: trial.tally.both,
        only_active: trial.tally.only_active,
        only_new: trial.tally.only_new,
        differently: trial.tally.differently,
        against_the_books: trial.tally.against_the_books,
        differences: found.items,
    })
}
