//! What the engine proposes for a line now.

use std::collections::{BTreeSet, HashMap};

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Tx, rpc};
use quittance_types::{BankLineId, CustomerId, Fault, Reason};
use tonic::{Request, Response, Status};

use super::MatchRpc;
use crate::domain::line::BankLine;
use crate::ledgers::{CandidateView, Ledgers, Proposed};
use crate::store::{copies, lines};
use crate::wire;

/// Ranked readings of a line.
pub async fn propose(rpc: &MatchRpc, request: Request<pb::ProposeMatchRequest>) -> Result<Response<pb::ProposeMatchResponse>, Status> {
    let ledgers = rpc.ledgers.clone();
    let parse = |query: &pb::ProposeMatchRequest| BankLineId::parse(&query.bank_line_id).map_err(|fault| fault.field("bank_line_id"));
    rpc::read(&rpc.db, request, parse, move |tx, id| {
        let ledgers = ledgers.clone();
        async move { ask(&tx, &ledgers, id).await }
    })
    .await
}

async fn ask(tx: &Tx, ledgers: &Ledgers, id: BankLineId) -> Result<pb::ProposeMatchResponse, Fault> {
    let line = lines::load(tx, id).await?;
    if !is_receipt(&line) {
        return Err(no_receipt(&line));
    }
    let proposed = ledgers.propose(tx, &line).await?;
    let names = names(tx, &proposed.candidates).await?;
    Ok(pb::ProposeMatchResponse { proposal: Some(message(&line, &proposed, &names)?) })
}

/// True when the line brought money somebody may have paid us.
pub(super) fn is_receipt(line: &BankLine) -> bool {
    line.receipt.is_some() && line.movement.amount.is_positive()
}

fn no_receipt(line: &BankLine) -> Fault {
    let fault = Fault::new(Reason::IllegalTransition, "the line is no receipt: there is nothing to match");
    fault.with("from", line.state.as_str()).with("to", "proposed")
}

/// Names of the customers in readings.
pub(super) async fn names<'a>(tx: &Tx, views: impl IntoIterator<Item = &'a CandidateView>) -> Result<HashMap<CustomerId, String>, Fault> {
    let customers: BTreeSet<CustomerId> = views.into_iter().filter_map(|view| view.customer).collect();
    let customers: Vec<CustomerId> = customers.into_iter().collect();
    copies::names(tx, &customers).await
}

/// The proposal as a message.
pub(super) fn message(line: &BankLine, proposed: &Proposed, names: &HashMap<CustomerId, String>) -> Result<pb::MatchProposal, Fault> {
    wire::matching::proposal(line, proposed, |customer| names.get(&customer).cloned().unwrap_or_default())
}
