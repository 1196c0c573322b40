//! Money of a line kept on account of a customer.

use quittance_types::{CustomerId, Fault, ReceiptId};

use super::Consequences;
use crate::domain::confirmation::{How, NewConfirmation};
use crate::domain::receipt::{Receipt, ReceiptState};
use crate::domain::subledger::Subledger;

/// Keeps the money for the customer's future documents; it may be kept for them already.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`, `ILLEGAL_TRANSITION` (another customer's, applied, reversed).
pub fn keep(subledger: &mut Subledger, receipt: ReceiptId, customer: CustomerId) -> Result<(), Fault> {
    let held = subledger.receipt(receipt)?;
    if held.state == ReceiptState::OnAccount && held.customer == Some(customer) {
        return Ok(());
    }
    subledger.put_on_account(receipt, customer)
}

/// What the engine learns of it: whose money such a line brings.
pub fn consequences(receipt: &Receipt, customer: CustomerId) -> Consequences {
    let learnt = receipt.bank_line().map(|line| NewConfirmation {
        line,
        customer,
        how: How::OnAccount,
        amount: receipt.amount,
        applied: Vec::new(),
        differences: Vec::new(),
        member: 0,
    });
    Consequences { confirmations: learnt.into_iter().collect(), ..Consequences::default() }
}
