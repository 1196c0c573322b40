//! What the suite's answers set off.

use quittance_types::{BusinessDate, Fault};
use uuid::Uuid;

use crate::calendar;
use crate::dice::Purpose;
use crate::orders::{DocumentKey, OrderKey};
use crate::seen::{Delivered, InvoiceSeen, MemoSeen, OrderStanding};

use super::Play;
use super::agenda::PlannedPayout;

/// Attempts to deliver a held order before the customer loses patience.
const MAX_REFUSALS: u32 = 12;

impl Play {
    /// What credit said to an order that was just submitted.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar.
    pub fn order_seen(&mut self, order: OrderKey, standing: OrderStanding) -> Result<(), Fault> {
        let Some(file) = self.orders.get_mut(&order) else { return Ok(()) };
        file.standing = standing;
        match standing {
            OrderStanding::Accepted => self.summary.orders_accepted += 1,
            OrderStanding::Rejected => self.summary.orders_rejected += 1,
            OrderStanding::Held => {
                self.summary.orders_held += 1;
                let mut dice = self.world.dice(order.customer, Purpose::Hold, u64::from(order.ordinal));
                let day = calendar::plus_bank_days(self.today, dice.between(4, 9) as u32)?;
                self.agenda.hold_reviews.add(day, order, ());
            }
        }
        Ok(())
    }

    /// What came of a delivery of this phase.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar, `CURRENCY_MISMATCH` when an invoice mixes currencies.
    pub fn delivery_seen(&mut self, document: DocumentKey, outcome: Delivered) -> Result<(), Fault> {
        let lines = self.agenda.underway.remove(&document).unwrap_or_default();
        let Some(file) = self.orders.get_mut(&document.order) else { return Ok(()) };
        match outcome {
            Delivered::Gone => file.cancelled = true,
            Delivered::StillHeld => {
                file.standing = OrderStanding::Held;
                file.refusals += 1;
                if file.refusals >= MAX_REFUSALS {
                    self.agenda.cancellations.add(self.today.plus_days(1)?, document.order, ());
                } else {
                    let day = calendar::plus_bank_days(self.today, 2)?;
                    self.agenda.deliveries.add(day, document, lines);
                }
            }
            Delivered::Invoiced(invoice) => {
                file.standing = OrderStanding::Accepted;
                file.delivered = file.delivered.max(document.part + 1);
                self.invoice_seen(*invoice)?;
            }
        }
        Ok(())
    }

    fn invoice_seen(&mut self, invoice: InvoiceSeen) -> Result<(), Fault> {
        let Some(customer) = self.world.customer(invoice.key.order.customer) else { return Ok(()) };
        let reaction = customer.on_invoice(&self.world, &invoice)?;
        self.truth.owners.insert(invoice.number.clone(), customer.external_id.clone());
        for intent in reaction.intents {
            self.till.add(intent);
        }
        if let Some(dispute) = reaction.dispute {
            self.agenda.disputes.add(dispute.on, invoice.key, dispute);
        }
        if let Some(promise) = reaction.promise {
            self.agenda.promises.add(promise.on, invoice.key, promise);
        }
        self.summary.invoices += 1;
        self.summary.invoiced.add(invoice.total)?;
        self.invoices.insert(invoice.key, invoice);
        Ok(())
    }

    /// A credit memo arrived: the customer pays less.
    ///
    /// # Errors
    /// `CURRENCY_MISMATCH` when the memo is not in the invoice's currency.
    pub fn memo_seen(&mut self, memo: &MemoSeen) -> Result<(), Fault> {
        self.till.credit(memo.key, memo.total)?;
        if let Some(customer) = self.world.customer(memo.key.order.customer) {
            self.truth.owners.insert(memo.number.clone(), customer.external_id.clone());
        }
        self.summary.credit_memos += 1;
        self.summary.credited.add(memo.total)
    }

    /// A payment was created for a [`crate::Action::CollectPayment`] with this request id; `reference` is what the rail
    /// and its payout name it by.
    pub fn payment_seen(&mut self, request_id: Uuid, reference: String) {
        if let Some((intent, paid_out_on)) = self.agenda.collecting.remove(&request_id) {
            let key = (intent.document, intent.instalment, intent.follow_up);
            self.agenda.payouts.add(paid_out_on, key, PlannedPayout { reference, intent });
        }
    }

    /// A dunning notice of this level (1 is the first) reached a customer on a day.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar.
    pub fn notice_seen(&mut self, customer: u32, level: u32, on: BusinessDate) -> Result<(), Fault> {
        self.summary.notices += 1;
        self.till.hurry(&self.world, customer, level, on)?;
        Ok(())
    }
}
