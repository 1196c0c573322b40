//! What comes with a decision: lines that wait for a person, amounts payers held back, advices that were used.

use quittance_chassis::Tx;
use quittance_matching::proposal::DifferenceKind;
use quittance_types::{BusinessDate, Fault, Money};

use super::{Outcome, Run};
use crate::domain::deduction::{DeductionCode, NewDeduction};
use crate::domain::exception::{Waiting, reasons};
use crate::domain::receipt::ReceiptState;
use crate::store::{deductions, exceptions, remittances};

/// Stores it, once lines and subledger are stored.
///
/// # Errors
/// What the database says.
pub async fn keep(tx: &Tx, run: &Run, outcomes: &[Outcome]) -> Result<(), Fault> {
    // Money that is kept on account waits for no person.
    let waits = |outcome: &&Outcome| outcome.proposed.auto().is_none() && outcome.before != ReceiptState::OnAccount;
    exceptions::wait(tx, outcomes.iter().filter(waits).map(waiting).collect()).await?;
    let mut held_back = Vec::new();
    for outcome in outcomes {
        held_back.extend(deductions_of(outcome, run.as_of)?);
    }
    deductions::open(tx, held_back).await?;
    let applied = outcomes.iter().filter(|outcome| outcome.proposed.auto().is_some());
    let used: Vec<_> = applied.filter_map(|outcome| Some((outcome.proposed.advice?, outcome.line.id))).collect();
    remittances::mark_used(tx, &used).await
}

fn waiting(outcome: &Outcome) -> Waiting {
    let (kind, reasons) = reasons::of_proposal(&outcome.proposed.proposal);
    let proposed = outcome.proposed.candidates.first().and_then(|best| best.customer);
    Waiting {
        line: outcome.line.id,
        receipt: outcome.line.receipt,
        kind,
        reasons,
        customer: outcome.customer.or(proposed),
        amount: outcome.line.movement.amount,
        booked_on: outcome.line.movement.booked_on,
    }
}

/// What was paid less without being granted: it stays open, and somebody finds out why.
fn deductions_of(outcome: &Outcome, as_of: BusinessDate) -> Result<Vec<NewDeduction>, Fault> {
    let Some(candidate) = outcome.proposed.auto() else { return Ok(Vec::new()) };
    let mut held_back = Vec::new();
    for done in &outcome.applied {
        let share = candidate.shares.get(done.share).filter(|share| is_held_back(share.difference) && share.difference_minor > 0);
        let Some(share) = share else { continue };
        held_back.push(NewDeduction {
            item: share.item,
            document_number: share.number.clone(),
            customer: share.customer,
            application: done.application,
            line: Some(outcome.line.id),
            amount: Money::from_minor(share.difference_minor, share.part.amount.currency())?,
            code: None,
            suggested: (share.difference == Some(DifferenceKind::DiscountUnearned)).then_some(DeductionCode::DiscountUnearned),
            said: outcome.line.movement.remittance_text.clone(),
            deducted_on: as_of,
            member: 0,
        });
    }
    Ok(held_back)
}

const fn is_held_back(difference: Option<DifferenceKind>) -> bool {
    matches!(difference, Some(DifferenceKind::ShortPay | DifferenceKind::DiscountUnearned))
}
