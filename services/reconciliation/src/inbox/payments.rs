//! Money collected over rails, as payments knows it.

use quittance_api::payments::v1::{Payment, PaymentReturned, PaymentSettled, RefundPaid};
use quittance_chassis::Tx;
use quittance_chassis::events::Inbox;
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Money, PaymentId, ReceiptId, RefundId, Uuid};

use super::{date, money, needed, undecodable};
use crate::domain::account::Account;
use crate::domain::item::Terms;
use crate::domain::item::{Document, OpenItem, Part};
use crate::domain::journal::{EntryKind, Source};
use crate::domain::receipt::{Origin, Receipt, ReceiptSource, ReceiptState};
use crate::domain::subledger::give_back::Way;
use crate::domain::subledger::{Apply, Because, Subledger};
use crate::store::{books, items, journal, receipts};

/// What we follow of payments.
pub fn inbox(terms: Terms) -> Inbox {
    Inbox::new()
        .on(move |tx, _, event: PaymentSettled| async move { payment_settled(&tx, event, terms).await })
        .on(|tx, _, event: PaymentReturned| async move { payment_returned(&tx, event).await })
        .on(|tx, _, event: RefundPaid| async move { refund_paid(&tx, event).await })
}

/// The money is ours, though still in transit: a receipt, applied to what the payer paid it for as far as that is open.
pub async fn payment_settled(tx: &Tx, event: PaymentSettled, terms: Terms) -> Result<(), Fault> {
    let payment = needed(event.payment, "payment")?;
    let id = PaymentId::parse(&payment.payment_id).map_err(undecodable)?;
    if receipts::of_payment(tx, id).await?.is_some() {
        return Ok(());
    }
    let customer = CustomerId::parse(&payment.customer_id).map_err(undecodable)?;
    let settled_on = date(payment.settled_on.as_ref(), "settled_on")?;
    let receipt_id = ReceiptId::new(tx.new_id());
    let mut receipt = Receipt::new(receipt_id, ReceiptSource::Payment(id), Origin::Payment, money(&payment.amount)?, settled_on);
    receipt = receipt.of_customer(Some(customer));
    let mut subledger = books::open(tx);
    let wanted = allocations(&payment)?;
    let documents: Vec<Uuid> = wanted.iter().map(|(invoice, _)| invoice.uuid()).collect();
    for item in items::of_documents(tx, &documents).await? {
        subledger.hold_item(item);
    }
    subledger.receive(receipt, Account::PaymentsInTransit)?;
    // Discounts look at the day the customer paid, not at the day the rail was done.
    let paid_on = payment.created_on.as_ref().map_or(Ok(settled_on), |created_on| date(Some(created_on), "created_on"))?;
    for (invoice, amount) in wanted {
        apply(&mut subledger, receipt_id, invoice, amount, Dates { paid_on, settled_on }, terms)?;
    }
    books::save(tx, subledger).await
}

#[derive(Clone, Copy)]
struct Dates {
    paid_on: BusinessDate,
    settled_on: BusinessDate,
}

fn allocations(payment: &Payment) -> Result<Vec<(InvoiceId, Money)>, Fault> {
    let read = |part: &quittance_api::payments::v1::PaymentAllocation| {
        Ok((InvoiceId::parse(&part.invoice_id).map_err(undecodable)?, money(&part.amount)?))
    };
    payment.allocations.iter().map(read).collect()
}

/// What was meant for one invoice; what does not fit stays unapplied.
fn apply(
    subledger: &mut Subledger,
    receipt: ReceiptId,
    invoice: InvoiceId,
    amount: Money,
    dates: Dates,
    terms: Terms,
) -> Result<(), Fault> {
    let left = subledger.receipt(receipt)?.clone();
    let wanted = Document::Invoice(invoice);
    let found = subledger.items().find(|item| item.document == wanted && item.is_open() && Some(item.customer) == left.customer);
    let Some(item) = found.filter(|item| item.currency() == amount.currency() && left.currency() == amount.currency()) else {
        return Ok(());
    };
    let part = part(item, amount.min(left.unapplied)?, dates.paid_on, terms)?;
    if !part.amount.is_positive() {
        return Ok(());
    }
    let (item, because) = (item.id, Because::new(dates.settled_on, "payment", "the payer paid it for this document"));
    subledger.apply(Apply { receipt, item, part, because }).map(|_| ())
}

fn part(item: &OpenItem, amount: Money, paid_on: BusinessDate, terms: Terms) -> Result<Part, Fault> {
    let open = item.open()?;
    let discount = item.discount_on(paid_on, terms.discount_grace_days);
    match discount {
        Some(discount) if open.sub(discount)? == amount => Ok(Part { discount, ..Part::cash(amount) }),
        _ => Ok(Part::cash(amount.min(open)?)),
    }
}

/// The rail took a settled payment back: its applications are taken back, the receipt is reversed. What was moved to another
/// customer before waits in suspense.
pub async fn payment_returned(tx: &Tx, event: PaymentReturned) -> Result<(), Fault> {
    let payment = needed(event.payment, "payment")?;
    let id = PaymentId::parse(&payment.payment_id).map_err(undecodable)?;
    let receipt = receipts::of_payment(tx, id).await?.ok_or_else(|| id.not_found())?;
    let on = date(event.returned_on.as_ref(), "returned_on")?;
    let receipt_id = receipt.id;
    let mut subledger = books::open(tx);
    subledger.hold_receipt(receipt);
    books::hold_settlements_of_receipts(tx, &mut subledger, &[receipt_id]).await?;
    let way = Way { from: Account::PaymentsInTransit, kind: EntryKind::Reversal, source: Source::of(id), on };
    let why = if payment.reason_code.is_empty() {
        "the payment was returned".to_owned()
    } else {
        format!("the payment was returned ({})", payment.reason_code)
    };
    let receipt = subledger.receipt(receipt_id)?;
    if receipt.state != ReceiptState::Reversed {
        let moved = money(&payment.amount)?.sub(receipt.amount)?;
        subledger.post_gone(moved, way, &why)?;
    }
    subledger.reverse_receipt(receipt_id, way, &why)?;
    books::save(tx, subledger).await
}

/// Money of a payment was given back: what is missing is freed from its newest applications, and credit memos of the
/// invoices that reopens are used for them.
pub async fn refund_paid(tx: &Tx, event: RefundPaid) -> Result<(), Fault> {
    let refund = needed(event.refund, "refund")?;
    let id = RefundId::parse(&refund.refund_id).map_err(undecodable)?;
    let payment = PaymentId::parse(&refund.payment_id).map_err(undecodable)?;
    let receipt = receipts::of_payment(tx, payment).await?.ok_or_else(|| payment.not_found())?;
    if journal::is_posted(tx, id).await? {
        return Ok(());
    }
    let on = date(refund.refunded_on.as_ref(), "refunded_on")?;
    let receipt_id = receipt.id;
    let mut subledger = books::open(tx);
    subledger.hold_receipt(receipt);
    books::hold_settlements_with_credits(tx, &mut subledger, receipt_id).await?;
    let way = Way { from: Account::PaymentsInTransit, kind: EntryKind::Refund, source: Source::of(id), on };
    let why = if refund.why.is_empty() { "refunded".to_owned() } else { format!("refunded: {}", refund.why) };
    subledger.refund(receipt_id, money(&refund.amount)?, way, &why)?;
    subledger.net_credits(&Because::new(on, "credit_memo", "a refund freed the invoice it takes back"))?;
    books::save(tx, subledger).await
}
