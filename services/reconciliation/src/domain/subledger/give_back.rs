//! Money that goes back to the payer: refunds, returns, reversals.

use quittance_types::{BusinessDate, Fault, Money, ReceiptId};

use super::{Apply, Because, Subledger, receipt_before};
use crate::domain::account::Account;
use crate::domain::application::Application;
use crate::domain::item::Part;
use crate::domain::journal::{EntryKind, Source, credit, debit};
use crate::domain::receipt::ReceiptState;

/// How money goes back.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// The account it leaves.
    pub from: Account,
    /// What kind of entry it is.
    pub kind: EntryKind,
    /// What caused it.
    pub source: Source,
    /// The day.
    pub on: BusinessDate,
}

impl Subledger {
    /// The bank or rail took a receipt back: its applications are taken back, what is left of it goes. A receipt that
    /// was reversed before stays as it is. Returns what went back. All its applications and their items must be held.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`.
    pub fn reverse_receipt(&mut self, id: ReceiptId, way: Way, why: &str) -> Result<Money, Fault> {
        if self.receipt(id)?.state == ReceiptState::Reversed {
            return Ok(Money::zero(self.receipt(id)?.currency()));
        }
        for application in self.live_applications(|application| application.means.receipt() == Some(id)) {
            self.unapply(application, way.on, why)?;
        }
        let left = self.receipt(id)?.unapplied;
        self.give_back(id, left, way, why)?;
        Ok(left)
    }

    /// Gives part of a receipt back, from what is unapplied first. What is missing is freed from its newest
    /// applications; of the last one the rest is applied again. What was moved to another customer before waits in suspense.
    /// All its applications and their items must be held.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`.
    pub fn refund(&mut self, id: ReceiptId, amount: Money, way: Way, why: &str) -> Result<(), Fault> {
        let receipt = self.receipt(id)?;
        let there = amount.min(receipt.applied.add(receipt.unapplied)?)?;
        self.post_gone(amount.sub(there)?, way, why)?;
        if !there.is_positive() {
            return Ok(());
        }
        self.free_and_give_back(id, there, way, why)
    }

    /// Posts money that goes back although the receipt does not hold it any more.
    ///
    /// # Errors
    /// `CURRENCY_MISMATCH`.
    pub fn post_gone(&mut self, amount: Money, way: Way, why: &str) -> Result<(), Fault> {
        self.post(way.on, way.kind, way.source, [debit(Account::Suspense, amount, None), credit(way.from, amount, None)], why)
    }

    fn free_and_give_back(&mut self, id: ReceiptId, amount: Money, way: Way, why: &str) -> Result<(), Fault> {
        for application in self.live_applications(|application| application.means.receipt() == Some(id)) {
            let missing = amount.sub(self.receipt(id)?.unapplied)?;
            if !missing.is_positive() {
                break;
            }
            let taken = self.application(application)?.clone();
            self.unapply(application, way.on, why)?;
            self.apply_rest(id, &taken, missing, way.on, why)?;
        }
        self.give_back(id, amount, way, why)
    }

    fn apply_rest(&mut self, receipt: ReceiptId, taken: &Application, missing: Money, on: BusinessDate, why: &str) -> Result<(), Fault> {
        let rest = taken.part.amount.sub(missing)?;
        if !rest.is_positive() {
            return Ok(());
        }
        let part = Part { amount: rest, ..taken.part };
        let because = Because::new(on, taken.applied_by.clone(), why);
        self.apply(Apply { receipt, item: taken.item, part, because }).map(|_| ())
    }

    fn give_back(&mut self, id: ReceiptId, amount: Money, way: Way, why: &str) -> Result<(), Fault> {
        let mut receipt = self.receipt(id)?.clone();
        let before = receipt_before(&receipt);
        receipt.give_back(amount)?;
        let postings = [debit(Account::UnappliedCash, amount, receipt.customer), credit(way.from, amount, None)];
        self.post(way.on, way.kind, way.source, postings, why)?;
        self.publish_receipt(&receipt, before, why);
        self.put_receipt(receipt);
        Ok(())
    }
}
