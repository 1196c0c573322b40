//! A candidate of a proposal, accepted by a person.

use quittance_chassis::Tx;
use quittance_matching::proposal::DifferenceKind;
use quittance_types::{ApplicationId, BusinessDate, Fault, Money, Reason, ReceiptId, Uuid};

use super::keep::keep;
use super::{Consequences, may_give_up, receipt_of, used};
use crate::domain::answer::NewAnswer;
use crate::domain::confirmation::{Figure, How, NewConfirmation};
use crate::domain::deduction::{DeductionCode, NewDeduction};
use crate::domain::line::BankLine;
use crate::domain::receipt::{Receipt, ReceiptState};
use crate::domain::subledger::{Because, LineNote, Subledger};
use crate::jobs::matching::{carry_out, fits};
use crate::ledgers::{CandidateView, Proposed, Share};

/// A candidate of a proposal.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    /// The proposal.
    pub proposed: &'a Proposed,
    /// Its place, from 1; 0 is the first.
    pub place: i32,
}

impl<'a> Chosen<'a> {
    /// The candidate at that place.
    ///
    /// # Errors
    /// `FIELD_OUT_OF_RANGE`: there is no such candidate.
    pub fn candidate(self) -> Result<&'a CandidateView, Fault> {
        let candidates = &self.proposed.candidates;
        let index = usize::try_from(self.place.max(1)).unwrap_or(usize::MAX).saturating_sub(1);
        let found = candidates.get(index).filter(|_| self.place >= 0);
        found.ok_or_else(|| {
            let message = match candidates.len() {
                0 => "the proposal has no candidate: say what it pays (CorrectMatch) or whose it is (PutOnAccount)".to_owned(),
                1 => "the proposal has one candidate".to_owned(),
                more => format!("the proposal has {more} candidates"),
            };
            Fault::new(Reason::FieldOutOfRange, message).with("candidates", candidates.len()).field("candidate")
        })
    }
}

/// The ids of the items a candidate is about, ascending.
pub fn items_of(candidate: &CandidateView) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = candidate.shares.iter().map(|share| share.item.uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Carries a candidate out. The receipt of the line and all items must be held.
///
/// # Errors
/// `ILLEGAL_TRANSITION` (the money is used already), `PERMISSION_MISSING`, and as [`Subledger::apply`].
pub fn accept(
    tx: &Tx,
    subledger: &mut Subledger,
    line: &BankLine,
    chosen: Chosen<'_>,
    on: BusinessDate,
) -> Result<(Vec<ApplicationId>, Consequences), Fault> {
    let Chosen { proposed, place } = chosen;
    let candidate = chosen.candidate()?;
    let receipt = receipt_of(line)?;
    require_free(subledger.receipt(receipt)?, line)?;
    for share in &candidate.shares {
        may_give_up(tx, subledger.item(share.item)?, &share.part)?;
    }
    if candidate.shares.iter().any(|share| share.is_credit) && !fits(subledger, receipt, candidate)? {
        return Err(Fault::new(Reason::OverApplication, "the credit memos do not fit the invoices they would be used for any more"));
    }
    let actor = tx.ctx().principal.actor();
    let because = Because::new(on, actor.clone(), format!("accepted as {}", candidate.kind.as_str()));
    make_theirs(subledger, receipt, candidate, &because)?;
    let applications = match (candidate.shares.is_empty(), candidate.customer) {
        (true, Some(customer)) => {
            keep(subledger, receipt, customer)?;
            Vec::new()
        }
        (true, None) | (false, _) => carry_out(subledger, receipt, candidate, &because)?,
    };
    subledger.note(line.id, LineNote::by_person(How::Accepted.rule(), format!("accepted by {actor}")));
    let confirmations = learnt(subledger, line, receipt, candidate)?.into_iter().collect();
    let deductions = deductions_of(subledger, line, candidate, &applications, on)?;
    let answers = NewAnswer::accepted(line, proposed.grade, place).into_iter().collect();
    Ok((applications, Consequences { confirmations, deductions, answers }))
}

/// Refuses money of which something is applied, given back or moved.
///
/// # Errors
/// `ILLEGAL_TRANSITION`.
pub fn require_free(receipt: &Receipt, line: &BankLine) -> Result<(), Fault> {
    let waits = matches!(receipt.state, ReceiptState::Unidentified | ReceiptState::Unapplied | ReceiptState::OnAccount);
    if waits && receipt.unapplied == line.movement.amount { Ok(()) } else { Err(used(receipt)) }
}

/// The money becomes the candidate's customer's when it is another one's so far.
fn make_theirs(subledger: &mut Subledger, receipt: ReceiptId, candidate: &CandidateView, because: &Because) -> Result<(), Fault> {
    let (owner, wanted) = (subledger.receipt(receipt)?.customer, candidate.customer);
    if let (Some(owner), Some(wanted)) = (owner, wanted)
        && owner != wanted
    {
        subledger.transfer(receipt, wanted, None, because)?;
    }
    Ok(())
}

fn learnt(subledger: &Subledger, line: &BankLine, receipt: ReceiptId, candidate: &CandidateView) -> Result<Option<NewConfirmation>, Fault> {
    let Some(customer) = subledger.receipt(receipt)?.customer else { return Ok(None) };
    let cash = |share: &Share| if share.is_credit { share.part.amount.neg() } else { share.part.amount };
    let difference = |share: &Share| Some(Figure { name: share.difference?.as_str().to_owned(), minor: share.difference_minor });
    Ok(Some(NewConfirmation {
        line: line.id,
        customer,
        how: How::Accepted,
        amount: line.movement.amount,
        applied: candidate.shares.iter().map(|share| Figure { name: share.number.clone(), minor: cash(share).minor() }).collect(),
        differences: candidate.shares.iter().filter_map(difference).collect(),
        member: 0,
    }))
}

/// What the payer held back of the items a candidate pays short, as deductions to be opened when the books are saved.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`, never for applications that were made.
pub fn deductions_of(
    subledger: &Subledger,
    line: &BankLine,
    candidate: &CandidateView,
    applications: &[ApplicationId],
    on: BusinessDate,
) -> Result<Vec<NewDeduction>, Fault> {
    let mut deductions = Vec::new();
    for share in candidate.shares.iter().filter(|share| !share.is_credit && share.difference_minor > 0) {
        let suggested = match share.difference {
            Some(DifferenceKind::DiscountUnearned) => Some(DeductionCode::DiscountUnearned),
            Some(DifferenceKind::ShortPay) => None,
            _ => continue,
        };
        let is_its = |id: &&ApplicationId| subledger.application(**id).is_ok_and(|one| one.item == share.item);
        let Some(application) = applications.iter().rfind(is_its) else { continue };
        let item = subledger.item(share.item)?;
        deductions.push(NewDeduction {
            item: share.item,
            document_number: share.number.clone(),
            customer: item.customer,
            application: *application,
            line: Some(line.id),
            amount: Money::from_minor(share.difference_minor, item.currency())?.min(item.open()?)?,
            code: None,
            suggested,
            said: line.movement.remittance_text.clone(),
            deducted_on: on,
            member: 0,
        });
    }
    Ok(deductions)
}
