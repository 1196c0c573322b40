//! Dividing the money of a line between customers.

use std::collections::BTreeSet;

use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Tx, rpc};
use quittance_types::{BankLineId, BusinessDate, CustomerId, Fault, Money, Reason, Violations, text};
use tonic::{Request, Response, Status};

use super::super::{MAX_WHY, checked, date, day_of};
use super::MatchRpc;
use crate::decisions::split::{Share, split as carry_out};
use crate::decisions::{self, receipt_of};
use crate::domain::subledger::Because;
use crate::store::{books, copies, lines, receipts};
use crate::wire;

/// Most parts of a line.
const MOST: usize = 100;

/// How the line is divided.
#[derive(Clone)]
struct Command {
    line: BankLineId,
    shares: Vec<Share>,
    why: String,
    as_of: Option<BusinessDate>,
}

/// Dividing the money of a line between customers.
pub async fn split(service: &MatchRpc, request: Request<pb::SplitLineRequest>) -> Result<Response<pb::SplitLineResponse>, Status> {
    rpc::mutate(&service.db, request, parse, |tx, command| async move { run(&tx, command).await }).await
}

fn parse(request: &pb::SplitLineRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let line = violations.take("bank_line_id", BankLineId::parse(&request.bank_line_id));
    if request.parts.len() < 2 {
        violations.push("parts", Fault::new(Reason::FieldRequired, "name at least two parts"));
    }
    if request.parts.len() > MOST {
        violations.push("parts", Fault::new(Reason::TooManyItems, format!("at most {MOST} parts")));
    }
    let mut seen = BTreeSet::new();
    let mut shares = Vec::new();
    for (index, part) in request.parts.iter().take(MOST).enumerate() {
        let field = |name: &str| format!("parts[{index}].{name}");
        let customer = violations.take(field("customer_id"), CustomerId::parse(&part.customer_id));
        let amount = violations.take(field("amount"), money_from_wire(&part.amount).and_then(Money::require_positive));
        if customer.is_some_and(|customer| !seen.insert(customer)) {
            violations.push(field("customer_id"), Fault::new(Reason::AllocationDuplicate, "the same customer is named twice"));
        }
        shares.extend(customer.zip(amount).map(|(customer, amount)| Share { customer, amount }));
    }
    let why = violations.take("why", text::clean(&request.why, MAX_WHY));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Command { line: line?, shares, why: why?, as_of: as_of? });
    checked(command())
}

async fn run(tx: &Tx, command: Command) -> Result<pb::SplitLineResponse, Fault> {
    let customers: Vec<CustomerId> = command.shares.iter().map(|share| share.customer).collect();
    copies::require_customers(tx, &customers).await.map_err(|fault| fault.field("parts"))?;
    let line = lines::load(tx, command.line).await?;
    let on = day_of(tx, command.as_of, line.movement.booked_on)?;
    let because = Because::new(on, tx.ctx().principal.actor(), command.why);
    let mut subledger = books::open(tx);
    subledger.hold_receipt(receipts::load_for_update(tx, receipt_of(&line)?).await?);
    let (divided, consequences) = carry_out(&mut subledger, &line, &command.shares, &because)?;
    let tell = |id| Ok(wire::receipt(subledger.receipt(id)?));
    let receipts = divided.into_iter().map(tell).collect::<Result<Vec<pb::Receipt>, Fault>>()?;
    decisions::save(tx, subledger, consequences).await?;
    Ok(pb::SplitLineResponse { receipts })
}
