//! Applying a line otherwise than it was.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Tx, rpc};
use quittance_types::{ApplicationId, BankLineId, BusinessDate, CustomerId, Fault, OpenItemId, Violations, text};
use tonic::{Request, Response, Status};

use super::super::receipts::allocations;
use super::super::{MAX_WHY, checked, date, day_of, optional_customer};
use super::MatchRpc;
use super::accept::told;
use crate::decisions::allocations::{Allocation, Giving, Noted};
use crate::decisions::correct::{Correction, correct as carry_out};
use crate::decisions::{self, receipt_of};
use crate::domain::item::OpenItem;
use crate::domain::subledger::Because;
use crate::store::items::ItemName;
use crate::store::{applications, books, copies, items, lines, receipts};
use crate::wire;

/// What the line is to pay instead.
#[derive(Clone)]
struct Command {
    line: BankLineId,
    customer: Option<CustomerId>,
    allocations: Vec<Allocation>,
    why: String,
    as_of: Option<BusinessDate>,
}

/// Applying a line otherwise than it was.
pub async fn correct(service: &MatchRpc, request: Request<pb::CorrectMatchRequest>) -> Result<Response<pb::CorrectMatchResponse>, Status> {
    rpc::mutate(&service.db, request, parse, |tx, command| async move { run(&tx, command).await }).await
}

fn parse(request: &pb::CorrectMatchRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let line = violations.take("bank_line_id", BankLineId::parse(&request.bank_line_id));
    let customer = optional_customer(&mut violations, &request.customer_id);
    let allocations = allocations::parse(&mut violations, &request.allocations);
    let why = violations.take("why", text::clean(&request.why, MAX_WHY));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Command { line: line?, customer, allocations, why: why?, as_of: as_of? });
    checked(command())
}

async fn run(tx: &Tx, command: Command) -> Result<pb::CorrectMatchResponse, Fault> {
    if let Some(customer) = command.customer {
        copies::require_customer(tx, customer).await.map_err(|fault| fault.field("customer_id"))?;
    }
    let line = lines::load(tx, command.line).await?;
    let mut subledger = books::open(tx);
    let receipt = receipt_of(&line)?;
    subledger.hold_receipt(receipts::load_for_update(tx, receipt).await?);
    let mut live = applications::live_of_receipts(tx, &[receipt.uuid()]).await?;
    live.extend(applications::live_beside_receipts(tx, &[receipt.uuid()]).await?);
    let settled = live.iter().flat_map(|application| std::iter::once(application.item).chain(application.means.credit_item()));
    let held = items_of(tx, &command.allocations, settled).await?;
    held.iter().for_each(|item| subledger.hold_item(item.clone()));
    let taken_back: Vec<ApplicationId> = live.iter().map(|application| application.id).collect();
    live.into_iter().for_each(|application| subledger.hold_application(application));
    let found: Vec<OpenItem> = held.into_iter().filter(|item| command.allocations.iter().any(|one| one.item.names(item))).collect();
    let mut noted = Noted::load(tx, &found, command.allocations.iter(), &taken_back).await?;
    let on = day_of(tx, command.as_of, subledger.all_there_on(line.movement.booked_on, tx.today()))?;
    let because = Because::new(on, tx.ctx().principal.actor(), command.why);
    let giving = Giving { receipt, found: &found, allocations: &command.allocations, because: &because, member: 0 };
    let correction = Correction { line: &line, customer: command.customer, giving };
    let (given, consequences) = carry_out(tx, &mut subledger, &mut noted, &correction)?;
    let answer = pb::CorrectMatchResponse {
        receipt: Some(wire::receipt(subledger.receipt(receipt)?)),
        applications: told(&subledger, given.into_iter().map(|(application, _)| application))?,
    };
    decisions::save(tx, subledger, consequences).await?;
    Ok(answer)
}

/// Locks the items to pay and those paid so far together.
async fn items_of(tx: &Tx, allocations: &[Allocation], paid: impl Iterator<Item = OpenItemId>) -> Result<Vec<OpenItem>, Fault> {
    let mut names: Vec<ItemName> = allocations.iter().map(|one| one.item).chain(paid.map(ItemName::Item)).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    items::load_for_update(tx, &names).await
}
