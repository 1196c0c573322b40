//! Taking an application back.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{ApplicationId, BusinessDate, Fault, Violations, text};

use super::super::{MAX_WHY, checked, date, day_of, note_by_hand};
use crate::domain::answer::NewAnswer;
use crate::store::{answers, applications, books, confirmations, items, lines, receipts};
use crate::wire;

/// What is to be taken back.
#[derive(Clone)]
pub struct Command {
    application: ApplicationId,
    why: String,
    as_of: Option<BusinessDate>,
}

/// Reads the request.
pub fn parse(request: &pb::UnapplyRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let application = violations.take("application_id", ApplicationId::parse(&request.application_id));
    let why = violations.take("why", text::clean(&request.why, MAX_WHY));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Command { application: application?, why: why?, as_of: as_of? });
    checked(command())
}

/// Takes it back. What it is about is locked first: see [`books`].
pub async fn run(tx: &Tx, command: Command) -> Result<pb::UnapplyResponse, Fault> {
    let mut subledger = books::open(tx);
    let seen = applications::load(tx, command.application).await?;
    let on = day_of(tx, command.as_of, seen.applied_on)?;
    for receipt in books::receipts_of(&seen) {
        subledger.hold_receipt(receipts::load_for_update(tx, receipt).await?);
    }
    let mut ids: Vec<_> = std::iter::once(seen.item).chain(seen.means.credit_item()).map(|id| id.uuid()).collect();
    ids.sort_unstable();
    items::with_ids(tx, &ids).await?.into_iter().for_each(|item| subledger.hold_item(item));
    subledger.hold_application(applications::load(tx, command.application).await?);
    subledger.unapply(command.application, on, &command.why)?;
    let mut receipt = None;
    if let Some(id) = seen.means.receipt() {
        note_by_hand(tx, &mut subledger, id, "taken back")?;
        if let Some(line) = subledger.receipt(id)?.bank_line() {
            confirmations::withdraw(tx, &[line.uuid()]).await?;
            let answer = NewAnswer::taken_back(&lines::load(tx, line).await?, seen.applied_on, on);
            answers::record(tx, answer.into_iter().collect()).await?;
        }
        receipt = Some(wire::receipt(subledger.receipt(id)?));
    }
    let application = wire::application(subledger.application(command.application)?, Some(subledger.item(seen.item)?));
    books::save(tx, subledger).await?;
    Ok(pb::UnapplyResponse { receipt, application: Some(application) })
}
