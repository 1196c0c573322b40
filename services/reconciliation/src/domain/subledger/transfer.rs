//! Whose money unapplied cash is.

use quittance_types::{CustomerId, Fault, Money, ReceiptId};

use super::{Because, Subledger, receipt_before};
use crate::domain::account::Account;
use crate::domain::happening::Happening;
use crate::domain::journal::{EntryKind, Source, credit, debit};

impl Subledger {
    /// Keeps a receipt for the customer's future documents.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `ILLEGAL_TRANSITION` (another customer's, applied, kept already, reversed).
    pub fn put_on_account(&mut self, id: ReceiptId, customer: CustomerId) -> Result<(), Fault> {
        let mut receipt = self.receipt(id)?.clone();
        let before = receipt_before(&receipt);
        receipt.keep_on_account(customer)?;
        self.publish_receipt(&receipt, before, "put on account");
        self.put_receipt(receipt);
        Ok(())
    }

    /// Moves unapplied money to another customer: the whole receipt, or a part that becomes a receipt of its own.
    /// Returns the receipt the money is on.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `ILLEGAL_TRANSITION` (unidentified, nothing unapplied, this customer's already),
    /// `ALLOCATION_SUM {unapplied}`, `AMOUNT_NOT_POSITIVE`, `CURRENCY_MISMATCH`.
    pub fn transfer(&mut self, id: ReceiptId, to: CustomerId, amount: Option<Money>, because: &Because) -> Result<ReceiptId, Fault> {
        let mut receipt = self.receipt(id)?.clone();
        let (before, from) = (receipt_before(&receipt), receipt.customer);
        let amount = amount.unwrap_or(receipt.unapplied);
        let mut part = None;
        if receipt.moves_whole(amount) {
            receipt.move_to(to)?;
        } else {
            let new = ReceiptId::new(self.new_id());
            part = Some(receipt.split(new, amount, to, because.on)?);
        }
        let postings = [debit(Account::UnappliedCash, amount, from), credit(Account::UnappliedCash, amount, Some(to))];
        self.post(because.on, EntryKind::Transfer, Source::of(id), postings, because.why.clone())?;
        self.publish_receipt(&receipt, before, &because.why);
        self.put_receipt(receipt);
        let Some(part) = part else { return Ok(id) };
        let target = part.id;
        self.happenings.push(Happening::CashReceived(part.clone()));
        self.put_receipt(part);
        Ok(target)
    }
}
