//! Unidentified money of a line, divided between customers.

use quittance_types::{CustomerId, Fault, Money, ReceiptId};

use super::{Consequences, receipt_of};
use crate::domain::confirmation::{How, NewConfirmation};
use crate::domain::line::BankLine;
use crate::domain::receipt::{ReceiptEvent, ReceiptState, allocation_sum};
use crate::domain::subledger::{Because, LineNote, Subledger};

/// One customer's part.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Whose.
    pub customer: CustomerId,
    /// How much.
    pub amount: Money,
}

/// Divides the money: the first part stays on the line's receipt, each other part becomes a receipt of its own. Returns the
/// receipts in the order of the parts. The receipt of the line must be held.
///
/// # Errors
/// `ILLEGAL_TRANSITION` (it is somebody's already), `ALLOCATION_SUM {unapplied}`, `CURRENCY_MISMATCH`, `AMOUNT_NOT_POSITIVE`.
pub fn split(
    subledger: &mut Subledger,
    line: &BankLine,
    shares: &[Share],
    because: &Because,
) -> Result<(Vec<ReceiptId>, Consequences), Fault> {
    let receipt = receipt_of(line)?;
    let held = subledger.receipt(receipt)?;
    if held.state != ReceiptState::Unidentified {
        held.state.admit(ReceiptEvent::Identified)?;
    }
    let given = Money::sum(held.currency(), shares.iter().map(|share| share.amount))?;
    if given != held.unapplied {
        let message = format!("the parts are {given} together, the money of the line is {}", held.unapplied);
        return Err(allocation_sum(held.unapplied).with_message(message));
    }
    let mut receipts = Vec::with_capacity(shares.len());
    let mut confirmations = Vec::with_capacity(shares.len());
    for (place, share) in shares.iter().enumerate() {
        receipts.push(if place == 0 {
            subledger.identify(receipt, share.customer, &because.why)?;
            receipt
        } else {
            subledger.transfer(receipt, share.customer, Some(share.amount), because)?
        });
        confirmations.push(NewConfirmation {
            line: line.id,
            customer: share.customer,
            how: How::Split,
            amount: share.amount,
            applied: Vec::new(),
            differences: Vec::new(),
            member: 0,
        });
    }
    subledger.note(line.id, LineNote::by_person(How::Split.rule(), format!("divided by {}", because.by)));
    Ok((receipts, Consequences { confirmations, ..Consequences::default() }))
}
