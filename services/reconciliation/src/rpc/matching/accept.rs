//! Applying a candidate as it was shown.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Tx, rpc};
use quittance_types::{ApplicationId, BankLineId, BusinessDate, Fault, Reason, Violations};
use tonic::{Request, Response, Status};

use super::super::{checked, date, day_of};
use super::MatchRpc;
use crate::decisions::accept::{Chosen, accept as carry_out, items_of, require_free};
use crate::decisions::{self, receipt_of};
use crate::domain::subledger::Subledger;
use crate::ledgers::Ledgers;
use crate::store::{books, items, lines, receipts};
use crate::wire;

/// What was accepted.
#[derive(Clone)]
struct Command {
    line: BankLineId,
    candidate: i32,
    etag: String,
    as_of: Option<BusinessDate>,
}

/// Applying a candidate as it was shown. The ledger is brought up to date before the transaction that locks.
pub async fn accept(
    service: &MatchRpc,
    request: Request<pb::AcceptProposalRequest>,
) -> Result<Response<pb::AcceptProposalResponse>, Status> {
    let (ctx, message) = rpc::open(request)?;
    let MatchRpc { db, ledgers, .. } = service;
    let answer = async {
        let command = parse(&message)?;
        let prepare = |tx: Tx, (ledgers, line): (Ledgers, BankLineId)| async move { ledgers.prepare_for(&tx, &[line.uuid()]).await };
        db.read(ctx.clone(), (ledgers.clone(), command.line), prepare).await?;
        let body = |tx: Tx, (ledgers, command): (Ledgers, Command)| async move { run(&tx, &ledgers, command).await };
        db.mutate(ctx, &message, (ledgers.clone(), command), body).await
    };
    rpc::reply(answer.await)
}

fn parse(request: &pb::AcceptProposalRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let line = violations.take("bank_line_id", BankLineId::parse(&request.bank_line_id));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let (candidate, etag) = (request.candidate, request.etag.clone());
    let command = || Some(Command { line: line?, candidate, etag, as_of: as_of? });
    checked(command())
}

async fn run(tx: &Tx, ledgers: &Ledgers, command: Command) -> Result<pb::AcceptProposalResponse, Fault> {
    let line = lines::load(tx, command.line).await?;
    let receipt = receipts::load_for_update(tx, receipt_of(&line)?).await?;
    require_free(&receipt, &line)?;
    let proposed = ledgers.propose(tx, &line).await?;
    check_proposal(&command.etag, &proposed.etag())?;
    let chosen = Chosen { proposed: &proposed, place: command.candidate };
    let mut subledger = books::open(tx);
    let id = receipt.id;
    subledger.hold_receipt(receipt);
    items::with_ids(tx, &items_of(chosen.candidate()?)).await?.into_iter().for_each(|item| subledger.hold_item(item));
    let on = day_of(tx, command.as_of, subledger.all_there_on(line.movement.booked_on, tx.today()))?;
    let (applications, consequences) = carry_out(tx, &mut subledger, &line, chosen, on)?;
    let answer =
        pb::AcceptProposalResponse { receipt: Some(wire::receipt(subledger.receipt(id)?)), applications: told(&subledger, applications)? };
    decisions::save(tx, subledger, consequences).await?;
    Ok(answer)
}

/// Applications with their documents.
pub(super) fn told(subledger: &Subledger, applications: impl IntoIterator<Item = ApplicationId>) -> Result<Vec<pb::Application>, Fault> {
    let tell = |id| {
        let application = subledger.application(id)?;
        Ok(wire::application(application, Some(subledger.item(application.item)?)))
    };
    applications.into_iter().map(tell).collect()
}

/// Compares the proposal that was looked at with the one of now. Empty skips the check.
fn check_proposal(given: &str, current: &str) -> Result<(), Fault> {
    if given.is_empty() || given == current {
        return Ok(());
    }
    Err(Fault::new(Reason::EtagMismatch, "The proposal is another one by now. Look at it again and decide again.").with("current", current))
}
