//! Matching: run, explain, count.

use quittance_api::convert::money_to_wire;
use quittance_api::reconciliation::v1::{self as pb, match_service_server::MatchService};
use quittance_chassis::{Db, Tx, rpc};
use quittance_types::{BankLineId, BusinessDate, Fault};
use tonic::{Request, Response, Status, async_trait};

use super::{as_of, date};
use crate::domain::item::OpenItem;
use crate::domain::line::{BankLine, LineState};
use crate::domain::matching::{Decision, Question, Share, Terms, evidence};
use crate::jobs::matching::{self, Mode, Outcome, Run};
use crate::store::lines;
use crate::wire;

/// Outcomes a dry run tells.
const MAX_OUTCOMES: usize = 1_000;
/// Candidates an explanation tells.
const MAX_CANDIDATES: usize = 100;

/// The implementation of MatchService.
pub struct MatchRpc {
    /// The service's database.
    pub db: Db,
    /// How patient the rules are.
    pub terms: Terms,
}

#[async_trait]
impl MatchService for MatchRpc {
    async fn run_matching(&self, request: Request<pb::RunMatchingRequest>) -> Result<Response<pb::RunMatchingResponse>, Status> {
        let terms = self.terms;
        let parse = |request: &pb::RunMatchingRequest| {
            let day = date(request.as_of.as_ref()).map_err(|fault| fault.field("as_of"))?;
            Ok((day, request.dry_run))
        };
        rpc::mutate(&self.db, request, parse, move |tx, (day, dry_run): (Option<BusinessDate>, bool)| async move {
            let mode = if dry_run { Mode::DryRun } else { Mode::Store };
            let outcomes = matching::run(&tx, Run { as_of: as_of(&tx, day)?, terms, mode }).await?;
            Ok(summary(&outcomes, dry_run))
        })
        .await
    }

    async fn explain_line(&self, request: Request<pb::ExplainLineRequest>) -> Result<Response<pb::ExplainLineResponse>, Status> {
        let terms = self.terms;
        let parse = |query: &pb::ExplainLineRequest| BankLineId::parse(&query.bank_line_id).map_err(|fault| fault.field("bank_line_id"));
        rpc::read(&self.db, request, parse, move |tx, id| async move { explain(&tx, id, terms).await }).await
    }

    async fn get_match_statistics(
        &self,
        request: Request<pb::GetMatchStatisticsRequest>,
    ) -> Result<Response<pb::GetMatchStatisticsResponse>, Status> {
        let parse = |query: &pb::GetMatchStatisticsRequest| date(query.from_date.as_ref()).map_err(|fault| fault.field("from_date"));
        rpc::read(&self.db, request, parse, |tx, from| async move {
            let statistics = lines::statistics(&tx, from).await?.into_iter();
            let statistics = statistics.map(|(rule, state, lines)| pb::MatchStatistic { rule, state: wire::line_state(state).into(), lines });
            Ok(pb::GetMatchStatisticsResponse { statistics: statistics.collect() })
        })
        .await
    }
}

fn summary(outcomes: &[Outcome], dry_run: bool) -> pb::RunMatchingResponse {
    let count = |states: &[LineState]| {
        let found = outcomes.iter().filter(|outcome| states.contains(&outcome.state)).count();
        i32::try_from(found).unwrap_or(i32::MAX)
    };
    let told = if dry_run { MAX_OUTCOMES } else { 0 };
    pb::RunMatchingResponse {
        lines_seen: i32::try_from(outcomes.len()).unwrap_or(i32::MAX),
        applied: count(&[LineState::Applied]),
        unapplied: count(&[LineState::Unapplied, LineState::PartlyApplied]),
        unidentified: count(&[LineState::Unidentified]),
        posted: count(&[LineState::Posted, LineState::Return, LineState::Payout]),
        outcomes: outcomes.iter().take(told).map(outcome_of).collect(),
    }
}

fn outcome_of(outcome: &Outcome) -> pb::MatchOutcome {
    let number = |share: &Share| outcome.documents.iter().find(|(item, _)| *item == share.item).map(|(_, number)| number.clone());
    pb::MatchOutcome {
        bank_line_id: outcome.line.to_string(),
        state: wire::line_state(outcome.state).into(),
        rule: outcome.decision.rule.as_str().to_owned(),
        why: outcome.decision.why.clone(),
        parts: outcome.decision.shares.iter().map(|share| part(share, number(share).unwrap_or_default())).collect(),
    }
}

fn part(share: &Share, document_number: String) -> pb::MatchPart {
    pb::MatchPart {
        open_item_id: share.item.to_string(),
        document_number,
        amount: Some(money_to_wire(share.part.amount)),
        discount: Some(money_to_wire(share.part.discount)),
        write_off: Some(money_to_wire(share.part.write_off)),
    }
}

async fn explain(tx: &Tx, id: BankLineId, terms: Terms) -> Result<pb::ExplainLineResponse, Fault> {
    let line = lines::load(tx, id).await?;
    let stored = |line: &BankLine| pb::MatchOutcome {
        bank_line_id: line.id.to_string(),
        state: wire::line_state(line.state).into(),
        rule: line.rule.clone(),
        why: line.why.clone(),
        parts: Vec::new(),
    };
    if line.receipt.is_none() || !line.movement.amount.is_positive() {
        let outcome = Some(stored(&line));
        return Ok(pb::ExplainLineResponse { outcome, bank_line: Some(wire::bank_line(&line)), candidates: Vec::new() });
    }
    let waits = matches!(line.state, LineState::Imported | LineState::Unidentified);
    let told = matching::explain(tx, &line, terms, |question, decision| {
        let outcome = if waits { decided(&line, question, decision) } else { stored(&line) };
        Ok((outcome, candidates(question)?))
    });
    let (outcome, candidates) = told.await?;
    Ok(pb::ExplainLineResponse { bank_line: Some(wire::bank_line(&line)), outcome: Some(outcome), candidates })
}

/// What would become of a line that waits.
fn decided(line: &BankLine, question: &Question<'_>, decision: &Decision) -> pb::MatchOutcome {
    let given: i64 = decision.shares.iter().map(|share| share.part.amount.minor()).fold(0, i64::saturating_add);
    let state = match (decision.customer, decision.shares.is_empty()) {
        (None, _) => LineState::Unidentified,
        (Some(_), true) => LineState::Unapplied,
        (Some(_), false) if given == question.amount.minor() => LineState::Applied,
        (Some(_), false) => LineState::PartlyApplied,
    };
    let all = || question.named.iter().chain(&question.owned);
    let number = |share: &Share| all().find(|item| item.id == share.item).map(|item| item.number.clone()).unwrap_or_default();
    pb::MatchOutcome {
        bank_line_id: line.id.to_string(),
        state: wire::line_state(state).into(),
        rule: decision.rule.as_str().to_owned(),
        why: decision.why.clone(),
        parts: decision.shares.iter().map(|share| part(share, number(share))).collect(),
    }
}

fn candidates(question: &Question<'_>) -> Result<Vec<pb::Candidate>, Fault> {
    let mut all: Vec<&OpenItem> = question.named.iter().chain(&question.owned).copied().collect();
    all.sort_by_key(|item| (item.due_on, item.id));
    all.dedup_by_key(|item| item.id);
    all.into_iter().take(MAX_CANDIDATES).map(|item| candidate(question, item)).collect()
}

fn candidate(question: &Question<'_>, item: &OpenItem) -> Result<pb::Candidate, Fault> {
    let evidence = evidence::about(question, item)?;
    Ok(pb::Candidate {
        open_item_id: item.id.to_string(),
        document_number: item.number.clone(),
        customer_id: item.customer.to_string(),
        open: Some(money_to_wire(item.open()?)),
        evidence_for: evidence.pro,
        evidence_against: evidence.contra,
    })
}
