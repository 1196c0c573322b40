//! Credit memos: their open amount settles invoices of the same customer. Nothing is posted, both are receivables.

use quittance_types::{ApplicationId, Fault, InvoiceId, Money, OpenItemId, ReceiptId};

use super::{Because, Subledger, item_before, same_customer};
use crate::domain::application::{Application, Means};
use crate::domain::happening::Happening;
use crate::domain::item::{Document, ItemState, OpenItem, Part, over_application};

impl Subledger {
    /// Uses credit for an invoice: `amount`, or as much as fits. None when nothing fits and no amount was asked for.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND`, `OVER_APPLICATION {open}`, `CURRENCY_MISMATCH`, `CUSTOMER_MISMATCH`, `AMOUNT_NOT_POSITIVE`.
    pub fn apply_credit(
        &mut self,
        credit: OpenItemId,
        item: OpenItemId,
        amount: Option<Money>,
        because: Because,
    ) -> Result<Option<ApplicationId>, Fault> {
        self.use_credit(credit, item, amount, None, because)
    }

    /// Uses credit for an invoice together with money of a receipt: who takes back what its line paid takes this back too.
    ///
    /// # Errors
    /// As [`Subledger::apply_credit`].
    pub fn net(&mut self, credit: OpenItemId, item: OpenItemId, amount: Money, beside: ReceiptId, because: Because) -> Result<(), Fault> {
        self.use_credit(credit, item, Some(amount), Some(beside), because).map(drop)
    }

    fn use_credit(
        &mut self,
        credit: OpenItemId,
        item: OpenItemId,
        amount: Option<Money>,
        beside: Option<ReceiptId>,
        because: Because,
    ) -> Result<Option<ApplicationId>, Fault> {
        let mut credit = self.item(credit)?.clone();
        let mut item = self.item(item)?.clone();
        let (credit_before, before) = (item_before(&credit)?, item_before(&item)?);
        before.open.add(credit_before.open)?;
        if !credit.document.is_credit() || item.document.is_credit() {
            return Err(over_application(Money::zero(item.currency())));
        }
        same_customer(Some(credit.customer), &item)?;
        let fits = credit_before.open.abs().min(before.open)?;
        let amount = match amount {
            Some(amount) => amount,
            None if fits.is_zero() => return Ok(None),
            None => fits,
        };
        credit.settle(Part::cash(amount), because.on)?;
        item.settle(Part::cash(amount), because.on)?;
        let why = because.why.clone();
        let application = Application { beside, ..self.new_application(Means::Credit(credit.id), &item, Part::cash(amount), because) };
        let id = application.id;
        self.settled(application, None, item, before);
        self.put_item(credit.clone());
        self.happenings.push(match credit.state {
            ItemState::Settled => Happening::ItemSettled(credit),
            ItemState::Open | ItemState::PartlySettled | ItemState::Void => {
                Happening::ItemChanged { item: credit, before: credit_before, why }
            }
        });
        Ok(Some(id))
    }

    /// Uses every open credit memo held for the open invoice it takes back, as far as that one is held and open.
    ///
    /// # Errors
    /// As [`Subledger::apply_credit`].
    pub fn net_credits(&mut self, because: &Because) -> Result<(), Fault> {
        let open = |item: &&OpenItem| item.is_open();
        let credits: Vec<(OpenItemId, InvoiceId)> = self.items().filter(open).filter_map(|item| Some((item.id, item.credits?))).collect();
        for (credit, invoice) in credits {
            let wanted = Document::Invoice(invoice);
            let found = self.items().find(|item| item.document == wanted && item.is_open()).map(|item| item.id);
            if let Some(item) = found {
                self.apply_credit(credit, item, None, because.clone())?;
            }
        }
        Ok(())
    }

    /// Gives a credit memo's item back what an application had used.
    pub(super) fn restore_credit(&mut self, credit: OpenItemId, amount: Money, why: &str) -> Result<(), Fault> {
        let mut credit = self.item(credit)?.clone();
        let before = item_before(&credit)?;
        credit.reopen(Part::cash(amount))?;
        self.put_item(credit.clone());
        let why = why.to_owned();
        self.happenings.push(match before.state {
            ItemState::Settled => Happening::ItemReopened { item: credit, why },
            ItemState::Open | ItemState::PartlySettled | ItemState::Void => Happening::ItemChanged { item: credit, before, why },
        });
        Ok(())
    }
}
