//! Why a line was decided as it was, and why it was not something else.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Tx, rpc};
use quittance_types::{BankLineId, Fault, Violations};
use tonic::{Request, Response, Status};

use super::MatchRpc;
use super::propose::{is_receipt, message, names};
use crate::domain::line::{BankLine, LineState};
use crate::ledgers::Ledgers;
use crate::rpc::{checked, optional};
use crate::store::items::ItemName;
use crate::store::{items, lines};
use crate::wire;

#[derive(Clone, Copy)]
struct Query {
    line: BankLineId,
    why_not: Option<ItemName>,
}

fn parse(query: &pb::ExplainLineRequest) -> Result<Query, Fault> {
    let mut violations = Violations::new();
    let line = violations.take("bank_line_id", BankLineId::parse(&query.bank_line_id));
    let why_not = violations.take("why_not", optional(&query.why_not, ItemName::parse)).flatten();
    violations.finish()?;
    Ok(Query { line: checked(line)?, why_not })
}

/// What was decided, what would be proposed, and the reading that the line pays an item somebody had expected.
pub async fn explain(rpc: &MatchRpc, request: Request<pb::ExplainLineRequest>) -> Result<Response<pb::ExplainLineResponse>, Status> {
    let ledgers = rpc.ledgers.clone();
    rpc::read(&rpc.db, request, parse, move |tx, query| {
        let ledgers = ledgers.clone();
        async move { answer(&tx, &ledgers, query).await }
    })
    .await
}

async fn answer(tx: &Tx, ledgers: &Ledgers, query: Query) -> Result<pb::ExplainLineResponse, Fault> {
    let line = lines::load(tx, query.line).await?;
    let why_not = match query.why_not {
        Some(name) => Some(items::load(tx, name).await?.id),
        None => None,
    };
    if !is_receipt(&line) {
        let outcome = Some(wire::matching::stored(&line));
        return Ok(pb::ExplainLineResponse { bank_line: Some(wire::bank_line(&line)), outcome, proposal: None, why_not: None });
    }
    let (proposed, reading) = ledgers.explain(tx, &line, why_not).await?;
    let outcome = if waits(&line) { wire::matching::outcome(&line, &proposed)? } else { wire::matching::stored(&line) };
    let names = names(tx, proposed.candidates.iter().chain(&reading)).await?;
    let name = |customer| names.get(&customer).cloned().unwrap_or_default();
    Ok(pb::ExplainLineResponse {
        bank_line: Some(wire::bank_line(&line)),
        outcome: Some(outcome),
        proposal: Some(message(&line, &proposed, &names)?),
        why_not: reading.map(|view| wire::matching::candidate(&line, 0, &view, name)).transpose()?,
    })
}

fn waits(line: &BankLine) -> bool {
    matches!(line.state, LineState::Imported | LineState::Unidentified)
}
