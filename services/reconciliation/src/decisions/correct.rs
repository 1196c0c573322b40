//! A line that paid something else than it should have: all of it is taken back and applied as a person says.

use quittance_chassis::Tx;
use quittance_types::{ApplicationId, CustomerId, Fault, OpenItemId, Reason, ReceiptId};

use super::allocations::{Given, Giving, Noted, Refused, give, learnt};
use super::{Consequences, receipt_of, used};
use crate::domain::answer::NewAnswer;
use crate::domain::confirmation::How;
use crate::domain::item::Part;
use crate::domain::line::BankLine;
use crate::domain::receipt::{Receipt, ReceiptState};
use crate::domain::subledger::{LineNote, Subledger};

/// What the line is to pay instead.
pub struct Correction<'a> {
    /// The line.
    pub line: &'a BankLine,
    /// Whose money it is; none: the items' customer, else whose it is so far.
    pub customer: Option<CustomerId>,
    /// What it pays.
    pub giving: Giving<'a>,
}

/// Carries a correction out: everything the line had paid is taken back, credit memos that were used together with its money
/// included. The receipt of the line, all its applications, their items and credit memos, and the items named must be held.
///
/// # Errors
/// `ILLEGAL_TRANSITION` (reversed, refunded or transferred money), `FIELD_REQUIRED` (nobody's and for nothing),
/// `CUSTOMER_MISMATCH`, `PERMISSION_MISSING`, and as [`Subledger::apply`].
pub fn correct(
    tx: &Tx,
    subledger: &mut Subledger,
    noted: &mut Noted,
    correction: &Correction<'_>,
) -> Result<(Vec<(ApplicationId, OpenItemId)>, Consequences), Fault> {
    let Correction { line, customer, giving } = correction;
    let receipt = receipt_of(line)?;
    let held = subledger.receipt(receipt)?;
    if !is_whole(held, line) {
        return Err(used(held));
    }
    let because = giving.because;
    let why = if because.why.is_empty() { "corrected" } else { because.why.as_str() };
    let live: Vec<ApplicationId> = subledger
        .applications()
        .filter(|application| application.is_live() && application.is_of(receipt))
        .map(|application| application.id)
        .collect();
    let before = paid(subledger, receipt);
    for application in live {
        subledger.unapply(application, because.on, why)?;
    }
    make_theirs(subledger, correction, *customer)?;
    let given: Given = give(tx, subledger, noted, giving).map_err(|Refused { fault, .. }| fault)?;
    subledger.note(line.id, LineNote::by_person(How::Corrected.rule(), format!("corrected by {}", because.by)));
    let learnt = learnt(subledger, giving, How::Corrected, &given)?;
    let is_right = !before.is_empty() && paid(subledger, receipt) == before;
    let answers = vec![NewAnswer::looked_at(line, is_right)];
    Ok((given.applications.clone(), Consequences { answers, ..given.consequences(learnt) }))
}

/// What the line pays, and how.
fn paid(subledger: &Subledger, receipt: ReceiptId) -> Vec<(OpenItemId, Option<OpenItemId>, Part)> {
    let live = subledger.applications().filter(|application| application.is_live() && application.is_of(receipt));
    let mut paid: Vec<_> = live.map(|one| (one.item, one.means.credit_item(), one.part)).collect();
    paid.sort_by_key(|(item, credit, _)| (*item, *credit));
    paid
}

/// All the money of the line is still there, applied or not.
fn is_whole(receipt: &Receipt, line: &BankLine) -> bool {
    receipt.state != ReceiptState::Reversed && receipt.refunded.is_zero() && receipt.amount == line.movement.amount
}

/// The money becomes the customer's who is named, else the items'.
fn make_theirs(subledger: &mut Subledger, correction: &Correction<'_>, named: Option<CustomerId>) -> Result<(), Fault> {
    let Giving { receipt, found, because, .. } = &correction.giving;
    let owner = subledger.receipt(*receipt)?.customer;
    let wanted = named.or_else(|| found.first().map(|item| item.customer)).or(owner);
    match (owner, wanted) {
        (_, None) => Err(Fault::new(Reason::FieldRequired, "say whose money it is").field("customer_id")),
        (None, Some(wanted)) => subledger.identify(*receipt, wanted, &because.why),
        (Some(owner), Some(wanted)) if owner != wanted => subledger.transfer(*receipt, wanted, None, because).map(drop),
        (Some(_), Some(_)) => Ok(()),
    }
}
