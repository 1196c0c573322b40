//! Whose money unapplied cash is.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{BusinessDate, CustomerId, Fault, Money, ReceiptId, Violations, text};

use super::super::{MAX_WHY, checked, date, day_of, note_by_hand, optional_amount};
use crate::decisions;
use crate::domain::subledger::Because;
use crate::store::{books, copies, receipts};
use crate::wire;

/// Whose it is.
#[derive(Clone)]
pub struct Keep {
    receipt: ReceiptId,
    customer: CustomerId,
}

/// Reads the request.
pub fn parse_keep(request: &pb::PutOnAccountRequest) -> Result<Keep, Fault> {
    let mut violations = Violations::new();
    let receipt = violations.take("receipt_id", ReceiptId::parse(&request.receipt_id));
    let customer = violations.take("customer_id", CustomerId::parse(&request.customer_id));
    violations.finish()?;
    let keep = || Some(Keep { receipt: receipt?, customer: customer? });
    checked(keep())
}

/// Says whose it is, and keeps it.
pub async fn keep(tx: &Tx, command: Keep) -> Result<pb::PutOnAccountResponse, Fault> {
    copies::require_customer(tx, command.customer).await.map_err(|fault| fault.field("customer_id"))?;
    let mut subledger = books::open(tx);
    subledger.hold_receipt(receipts::load_for_update(tx, command.receipt).await?);
    subledger.put_on_account(command.receipt, command.customer)?;
    note_by_hand(tx, &mut subledger, command.receipt, "put on account")?;
    let kept = subledger.receipt(command.receipt)?;
    let answer = pb::PutOnAccountResponse { receipt: Some(wire::receipt(kept)) };
    let consequences = decisions::keep::consequences(kept, command.customer);
    decisions::save(tx, subledger, consequences).await?;
    Ok(answer)
}

/// Where it goes.
#[derive(Clone)]
pub struct Command {
    receipt: ReceiptId,
    to: CustomerId,
    amount: Option<Money>,
    why: String,
    as_of: Option<BusinessDate>,
}

/// Reads the request.
pub fn parse(request: &pb::TransferUnappliedRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let receipt = violations.take("receipt_id", ReceiptId::parse(&request.receipt_id));
    let to = violations.take("to_customer_id", CustomerId::parse(&request.to_customer_id));
    let amount = violations.take("amount", optional_amount(&request.amount));
    let why = violations.take("why", text::required(&request.why, MAX_WHY));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Command { receipt: receipt?, to: to?, amount: amount?, why: why?, as_of: as_of? });
    checked(command())
}

/// Moves it.
pub async fn run(tx: &Tx, command: Command) -> Result<pb::TransferUnappliedResponse, Fault> {
    copies::require_customer(tx, command.to).await.map_err(|fault| fault.field("to_customer_id"))?;
    let receipt = receipts::load_for_update(tx, command.receipt).await?;
    let on = day_of(tx, command.as_of, receipt.received_on)?;
    let because = Because::new(on, tx.ctx().principal.actor(), command.why);
    let mut subledger = books::open(tx);
    subledger.hold_receipt(receipt);
    let target = subledger.transfer(command.receipt, command.to, command.amount, &because)?;
    note_by_hand(tx, &mut subledger, command.receipt, "transferred")?;
    let answer = pb::TransferUnappliedResponse {
        from: Some(wire::receipt(subledger.receipt(command.receipt)?)),
        to: Some(wire::receipt(subledger.receipt(target)?)),
    };
    books::save(tx, subledger).await?;
    Ok(answer)
}
