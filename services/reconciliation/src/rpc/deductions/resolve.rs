//! Saying what becomes of a deduction.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_chassis::request::chosen;
use quittance_types::{BusinessDate, DeductionId, Fault, OpenItemId, Reason, Violations, text};

use super::super::{MAX_WHY, check_etag, checked, date, day_of};
use crate::decisions::may_write_off;
use crate::domain::deduction::{Deduction, DeductionEvent};
use crate::domain::subledger::{Because, Subledger};
use crate::store::deductions::{self, Change};
use crate::store::{books, items};
use crate::wire;

/// What becomes of it.
#[derive(Clone)]
pub struct Command {
    deduction: DeductionId,
    event: DeductionEvent,
    why: String,
    etag: String,
    as_of: Option<BusinessDate>,
}

/// Reads the request.
pub fn parse(request: &pb::ResolveDeductionRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let deduction = violations.take("deduction_id", DeductionId::parse(&request.deduction_id));
    let event = violations.take("state", chosen::<pb::DeductionState>(request.state).and_then(event));
    let why = violations.take("why", text::required(&request.why, MAX_WHY));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let etag = request.etag.clone();
    let command = || Some(Command { deduction: deduction?, event: event?, why: why?, etag, as_of: as_of? });
    checked(command())
}

fn event(state: pb::DeductionState) -> Result<DeductionEvent, Fault> {
    match state {
        pb::DeductionState::Valid => Ok(DeductionEvent::Allowed),
        pb::DeductionState::Invalid => Ok(DeductionEvent::Denied),
        pb::DeductionState::WrittenOff => Ok(DeductionEvent::WrittenOff),
        pb::DeductionState::Unspecified | pb::DeductionState::Open | pb::DeductionState::Coded | pb::DeductionState::Settled => {
            Err(Fault::new(Reason::EnumInvalid, "VALID, INVALID or WRITTEN_OFF"))
        }
    }
}

/// Decides. The item is locked before its deduction, as everywhere.
pub async fn run(tx: &Tx, command: Command) -> Result<pb::ResolveDeductionResponse, Fault> {
    let gives_up = command.event == DeductionEvent::WrittenOff;
    let mut subledger = books::open(tx);
    if gives_up {
        may_write_off(tx)?;
        hold_item(tx, &mut subledger, deductions::load(tx, command.deduction).await?.item).await?;
    }
    let before = deductions::load_for_update(tx, command.deduction).await?;
    check_etag(&command.etag, before.version)?;
    let on = day_of(tx, command.as_of, before.deducted_on)?;
    let because = Because::new(on, tx.ctx().principal.actor(), command.why);
    let mut after: Deduction = before.clone();
    after.decide(command.event, &because.by)?;
    if gives_up {
        subledger.write_off(before.item, before.amount, because.clone())?;
    }
    let answer = pb::ResolveDeductionResponse { deduction: Some(wire::deductions::deduction(&after)) };
    // Decided first: what is written off is no payment of what is undecided.
    deductions::save(tx, vec![Change { before, after, member: 0, why: because.why }]).await?;
    books::save(tx, subledger).await?;
    Ok(answer)
}

async fn hold_item(tx: &Tx, subledger: &mut Subledger, item: OpenItemId) -> Result<(), Fault> {
    items::with_ids(tx, &[item.uuid()]).await?.into_iter().for_each(|item| subledger.hold_item(item));
    Ok(())
}
