//! Opening items, receiving money, applying it and taking it back.

use quittance_types::{ApplicationId, BusinessDate, CustomerId, Fault, Money, OpenItemId, ReceiptId};

use super::{Because, Subledger, item_before, receipt_before, same_customer};
use crate::domain::account::Account;
use crate::domain::application::{Application, Means};
use crate::domain::happening::{Happening, ItemBefore};
use crate::domain::item::{ItemState, OpenItem, Part, over_application};
use crate::domain::journal::{EntryKind, Posting, Source, credit, debit};
use crate::domain::receipt::{Receipt, ReceiptEvent, ReceiptState};

/// Money of a receipt for part of an item.
#[derive(Clone, Debug)]
pub struct Apply {
    /// The receipt.
    pub receipt: ReceiptId,
    /// The item.
    pub item: OpenItemId,
    /// How much.
    pub part: Part,
    /// Who and why.
    pub because: Because,
}

impl Subledger {
    /// A document was issued: its item, its entry and `ItemOpened`. An item that asks for nothing is settled at once.
    ///
    /// # Errors
    /// `LEDGER_UNBALANCED`, `AMOUNT_OUT_OF_RANGE`: bugs.
    pub fn open_item(&mut self, mut item: OpenItem) -> Result<(), Fault> {
        let kind = if item.document.is_credit() { EntryKind::CreditMemo } else { EntryKind::Invoice };
        let postings = document_postings(&item, item.total, item.tax)?;
        self.post(item.issued_on, kind, item.document.source(), postings, item.number.clone())?;
        self.happenings.push(Happening::ItemOpened(item.clone()));
        if item.total.is_zero() {
            item.state = ItemState::Settled;
            item.settled_on = Some(item.issued_on);
            item.version = item.version.saturating_add(1);
            self.happenings.push(Happening::ItemSettled(item.clone()));
        }
        self.put_item(item);
        Ok(())
    }

    /// Money was seen: its receipt, the entry `from` against unapplied cash, and `CashReceived`.
    ///
    /// # Errors
    /// `LEDGER_UNBALANCED`: a bug.
    pub fn receive(&mut self, receipt: Receipt, from: Account) -> Result<(), Fault> {
        let postings = [debit(from, receipt.amount, None), credit(Account::UnappliedCash, receipt.amount, receipt.customer)];
        self.post(receipt.received_on, EntryKind::Receipt, Source::of(receipt.id), postings, receipt.reference.clone())?;
        self.happenings.push(Happening::CashReceived(receipt.clone()));
        self.put_receipt(receipt);
        Ok(())
    }

    /// Applies money to an item. An unidentified receipt becomes the item's customer's.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `ILLEGAL_TRANSITION` (reversed), `CURRENCY_MISMATCH`, `CUSTOMER_MISMATCH`,
    /// `OVER_APPLICATION {open}`, `ALLOCATION_SUM {unapplied}`, `AMOUNT_NOT_POSITIVE`.
    pub fn apply(&mut self, apply: Apply) -> Result<ApplicationId, Fault> {
        let Apply { receipt, item, part, because } = apply;
        let mut receipt = self.receipt(receipt)?.clone();
        let mut item = self.item(item)?.clone();
        let before = item_before(&item)?;
        if receipt.state == ReceiptState::Reversed {
            receipt.state.admit(ReceiptEvent::Applied)?;
        }
        before.open.add(receipt.unapplied)?;
        same_customer(receipt.customer, &item)?;
        if item.document.is_credit() {
            return Err(over_application(Money::zero(item.currency())));
        }
        item.settle(part, because.on)?;
        if receipt.customer.is_none() {
            receipt.identify(item.customer)?;
        }
        receipt.apply(part.amount)?;
        let application = self.new_application(Means::Cash(receipt.id), &item, part, because);
        let postings = application_postings(part, item.customer)?;
        self.post(application.applied_on, EntryKind::Application, Source::of(application.id), postings, item.number.clone())?;
        let id = application.id;
        self.put_receipt(receipt.clone());
        self.settled(application, Some(receipt), item, before);
        Ok(id)
    }

    /// Takes an application back: the item reopens, the money or credit is free again, a mirror entry is posted. The
    /// receipt or credit item, and the item itself, must be held.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `ILLEGAL_TRANSITION` (already taken back).
    pub fn unapply(&mut self, id: ApplicationId, on: BusinessDate, why: &str) -> Result<(), Fault> {
        let mut application = self.application(id)?.clone();
        application.reverse(on)?;
        let mut item = self.item(application.item)?.clone();
        let before = item_before(&item)?;
        item.reopen(application.part)?;
        let mut receipt = None;
        match application.means {
            Means::Cash(id) => {
                let mut held = self.receipt(id)?.clone();
                held.take_back(application.part.amount)?;
                self.put_receipt(held.clone());
                self.mirror(&application, application_postings(application.part, application.customer)?, on, why)?;
                receipt = Some(held);
            }
            Means::Credit(id) => self.restore_credit(id, application.part.amount, why)?,
            Means::WriteOff => self.mirror(&application, write_off_postings(application.part.write_off, application.customer), on, why)?,
        }
        let is_write_off = application.means == Means::WriteOff;
        self.put_item(item.clone());
        self.put_application(application.clone());
        if is_write_off && before.state != ItemState::Settled {
            self.happenings.push(Happening::ItemChanged { item, before, why: why.to_owned() });
            return Ok(());
        }
        if !is_write_off {
            let item = item.clone();
            self.happenings.push(Happening::CashUnapplied { application, receipt, item, before, why: why.to_owned() });
        }
        if before.state == ItemState::Settled {
            self.happenings.push(Happening::ItemReopened { item, why: why.to_owned() });
        }
        Ok(())
    }

    /// Gives up part of what is open: a bad debt or a small difference.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `OVER_APPLICATION {open}`, `AMOUNT_NOT_POSITIVE`, `CURRENCY_MISMATCH`.
    pub fn write_off(&mut self, item: OpenItemId, amount: Money, because: Because) -> Result<(), Fault> {
        let mut item = self.item(item)?.clone();
        let before = item_before(&item)?;
        if item.document.is_credit() {
            return Err(over_application(Money::zero(item.currency())));
        }
        let zero = Money::zero(amount.currency());
        let part = Part { write_off: amount, ..Part::cash(zero) };
        item.settle(part, because.on)?;
        let why = because.why.clone();
        let application = self.new_application(Means::WriteOff, &item, part, because);
        let (source, on) = (Source::of(application.id), application.applied_on);
        self.post(on, EntryKind::WriteOff, source, write_off_postings(amount, item.customer), why.clone())?;
        self.put_application(application);
        self.put_item(item.clone());
        self.happenings.push(match item.state {
            ItemState::Settled => Happening::ItemSettled(item),
            ItemState::Open | ItemState::PartlySettled | ItemState::Void => Happening::ItemChanged { item, before, why },
        });
        Ok(())
    }

    /// Marks an item contested or not; one that stands so already stays as it is.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`.
    pub fn mark_disputed(&mut self, item: OpenItemId, disputed: bool, why: &str) -> Result<(), Fault> {
        let mut item = self.item(item)?.clone();
        if item.disputed == disputed {
            return Ok(());
        }
        let before = item_before(&item)?;
        item.disputed = disputed;
        item.version = item.version.saturating_add(1);
        self.put_item(item.clone());
        self.happenings.push(Happening::ItemChanged { item, before, why: why.to_owned() });
        Ok(())
    }

    /// Voids an item after taking back whatever settled it; all its applications, their receipts and credit items must
    /// be held.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `LEDGER_UNBALANCED`.
    pub fn void_item(&mut self, id: OpenItemId, on: BusinessDate, why: &str) -> Result<(), Fault> {
        if self.item(id)?.state == ItemState::Void {
            return Ok(());
        }
        for application in self.live_applications(|application| application.item == id) {
            self.unapply(application, on, why)?;
        }
        let mut item = self.item(id)?.clone();
        let before = item_before(&item)?;
        let (total, tax) = (item.total, item.tax);
        if total.is_zero() {
            return Ok(());
        }
        item.void()?;
        let postings = document_postings(&item, total.neg(), tax.neg())?;
        self.post(on, EntryKind::Void, item.document.source(), postings, item.number.clone())?;
        self.put_item(item.clone());
        self.happenings.push(Happening::ItemChanged { item, before, why: why.to_owned() });
        Ok(())
    }

    pub(super) fn new_application(&mut self, means: Means, item: &OpenItem, part: Part, because: Because) -> Application {
        Application {
            id: ApplicationId::new(self.new_id()),
            means,
            item: item.id,
            customer: item.customer,
            part,
            applied_on: because.on,
            applied_by: because.by,
            why: because.why,
            reversed_on: None,
            beside: None,
        }
    }

    /// Keeps an application with its item, and publishes both.
    pub(super) fn settled(&mut self, application: Application, receipt: Option<Receipt>, item: OpenItem, before: ItemBefore) {
        self.put_item(item.clone());
        self.put_application(application.clone());
        let is_settled = item.state == ItemState::Settled;
        self.happenings.push(Happening::CashApplied { application, receipt, item: item.clone(), before });
        if is_settled {
            self.happenings.push(Happening::ItemSettled(item));
        }
    }

    fn mirror<const N: usize>(
        &mut self,
        application: &Application,
        postings: [Posting; N],
        on: BusinessDate,
        why: &str,
    ) -> Result<(), Fault> {
        let mirrored = postings.map(|posting| Posting { amount: posting.amount.neg(), ..posting });
        self.post(on, EntryKind::Reversal, Source::of(application.id), mirrored, why)
    }

    /// Says whose money a receipt is, without applying it.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `ILLEGAL_TRANSITION` (already somebody's).
    pub fn identify(&mut self, receipt: ReceiptId, customer: CustomerId, why: &str) -> Result<(), Fault> {
        let mut receipt = self.receipt(receipt)?.clone();
        let before = receipt_before(&receipt);
        receipt.identify(customer)?;
        self.publish_receipt(&receipt, before, why);
        self.put_receipt(receipt);
        Ok(())
    }
}

/// What a document posts: the receivable against revenue and tax. A credit memo's amounts are negative.
fn document_postings(item: &OpenItem, total: Money, tax: Money) -> Result<[Posting; 3], Fault> {
    let customer = Some(item.customer);
    Ok([
        debit(Account::Receivables, total, customer),
        credit(Account::Revenue, total.sub(tax)?, customer),
        credit(Account::VatPayable, tax, customer),
    ])
}

fn application_postings(part: Part, customer: CustomerId) -> Result<[Posting; 4], Fault> {
    let customer = Some(customer);
    Ok([
        debit(Account::UnappliedCash, part.amount, customer),
        debit(Account::DiscountsGranted, part.discount, customer),
        debit(part.given_up.account(), part.write_off, customer),
        credit(Account::Receivables, part.total()?, customer),
    ])
}

fn write_off_postings(amount: Money, customer: CustomerId) -> [Posting; 2] {
    [debit(Account::WrittenOff, amount, Some(customer)), credit(Account::Receivables, amount, Some(customer))]
}
