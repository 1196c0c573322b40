//! What people decide about the money of a line: carried out in a subledger, and what follows from it: what the engine learns
//! and what was held back. All of it is saved in one transaction.

pub mod accept;
pub mod allocations;
pub mod correct;
pub mod keep;
pub mod split;

use quittance_chassis::Tx;
use quittance_types::{Fault, Money, Reason, ReceiptId};

use crate::domain::answer::NewAnswer;
use crate::domain::confirmation::NewConfirmation;
use crate::domain::deduction::NewDeduction;
use crate::domain::item::{OpenItem, Part};
use crate::domain::line::BankLine;
use crate::domain::receipt::Receipt;
use crate::domain::subledger::Subledger;
use crate::store::{answers, books, confirmations, deductions};

/// The permission of OpenItemService.WriteOff.
const WRITE_OFF: &str = "reconciliation.item.writeoff";

/// What follows from decisions beside the books.
#[derive(Debug, Default)]
pub struct Consequences {
    /// What the engine learns.
    pub confirmations: Vec<NewConfirmation>,
    /// What was held back.
    pub deductions: Vec<NewDeduction>,
    /// Whether what the engine had made of lines was right.
    pub answers: Vec<NewAnswer>,
}

impl Consequences {
    /// Both together.
    pub fn extend(&mut self, other: Consequences) {
        self.confirmations.extend(other.confirmations);
        self.deductions.extend(other.deductions);
        self.answers.extend(other.answers);
    }
}

/// Saves the books with what follows from the decisions.
///
/// # Errors
/// What the database says; `OVER_APPLICATION {open}` when more was held back than is open.
pub async fn save(tx: &Tx, subledger: Subledger, consequences: Consequences) -> Result<(), Fault> {
    books::save(tx, subledger).await?;
    deductions::open(tx, consequences.deductions).await?;
    answers::record(tx, consequences.answers).await?;
    confirmations::record(tx, consequences.confirmations).await
}

/// Money given up with an application takes the right to write off: any write-off, and more discount than was agreed.
///
/// # Errors
/// `PERMISSION_MISSING`.
pub fn may_give_up(tx: &Tx, item: &OpenItem, part: &Part) -> Result<(), Fault> {
    let agreed = item.discount.map_or_else(|| Money::zero(item.currency()), |discount| discount.amount);
    let is_agreed = part.write_off.is_zero() && part.discount.minor() <= agreed.minor();
    if is_agreed { Ok(()) } else { may_write_off(tx) }
}

/// The right to write off.
///
/// # Errors
/// `PERMISSION_MISSING`.
pub fn may_write_off(tx: &Tx) -> Result<(), Fault> {
    tx.ctx().principal.require(WRITE_OFF)
}

/// The receipt made of a line.
///
/// # Errors
/// `ILLEGAL_TRANSITION`: the line is no receipt.
pub fn receipt_of(line: &BankLine) -> Result<ReceiptId, Fault> {
    let receipt = line.receipt.filter(|_| line.movement.amount.is_positive());
    receipt.ok_or_else(|| {
        let fault = Fault::new(Reason::IllegalTransition, "the line brought no money of a customer");
        fault.with("from", line.state.as_str()).with("to", "applied")
    })
}

/// The money of a line is used already, in whole or part.
fn used(receipt: &Receipt) -> Fault {
    let message = "the money of the line is used already, went back, or is another customer's by now";
    Fault::new(Reason::IllegalTransition, message).with("from", receipt.state.as_str()).with("to", "applied")
}
