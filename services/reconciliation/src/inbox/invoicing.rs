//! Documents, as invoicing issues them.

use quittance_api::invoicing::v1::{Invoice, InvoiceIssued, InvoiceVoided, LegalEntityChanged, MemoIssued};
use quittance_chassis::Tx;
use quittance_chassis::events::Inbox;
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, LegalEntityId, MemoId, Money, OpenItemId, TimeZone};

use super::{date, money, needed, optional, undecodable};
use crate::domain::item::{Discount, Document, ItemState, OpenItem};
use crate::domain::subledger::Because;
use crate::store::items::ItemName;
use crate::store::{books, copies, items};

/// What we follow of invoicing.
pub fn inbox() -> Inbox {
    Inbox::new()
        .on(|tx, _, event: LegalEntityChanged| async move { legal_entity_changed(&tx, event).await })
        .on(|tx, _, event: InvoiceIssued| async move { invoice_issued(&tx, event).await })
        .on(|tx, _, event: MemoIssued| async move { memo_issued(&tx, event).await })
        .on(|tx, _, event: InvoiceVoided| async move { invoice_voided(&tx, event).await })
}

/// Takes the seller over.
pub async fn legal_entity_changed(tx: &Tx, event: LegalEntityChanged) -> Result<(), Fault> {
    let entity = needed(event.legal_entity, "legal_entity")?;
    let id = LegalEntityId::parse(&entity.legal_entity_id).map_err(undecodable)?;
    let zone = if entity.time_zone.is_empty() { tx.zone().clone() } else { TimeZone::parse(&entity.time_zone).map_err(undecodable)? };
    copies::take_legal_entity(tx, id, entity.legal_name, &zone).await
}

/// Opens the item of an invoice: one for the whole of it, due when its last instalment is.
pub async fn invoice_issued(tx: &Tx, event: InvoiceIssued) -> Result<(), Fault> {
    let invoice = needed(event.invoice, "invoice")?;
    let id = InvoiceId::parse(&invoice.invoice_id).map_err(undecodable)?;
    if !items::of_documents(tx, &[id.uuid()]).await?.is_empty() {
        return Ok(());
    }
    let item = item_of(tx, id, &invoice)?;
    let mut subledger = books::open(tx);
    subledger.open_item(item)?;
    books::save(tx, subledger).await
}

fn item_of(tx: &Tx, id: InvoiceId, invoice: &Invoice) -> Result<OpenItem, Fault> {
    let totals = needed(invoice.totals.as_ref(), "totals")?;
    let total = money(&totals.gross)?;
    let mut item = blank(tx, Document::Invoice(id), total, money(&totals.tax)?, date(invoice.issue_date.as_ref(), "issue_date")?);
    item.number.clone_from(&invoice.number);
    item.customer = CustomerId::parse(&invoice.customer_id).map_err(undecodable)?;
    item.legal_entity = optional(&invoice.legal_entity_id, LegalEntityId::parse)?;
    item.due_on = date(invoice.due_date.as_ref(), "due_date")?;
    item.creditor_reference.clone_from(&invoice.creditor_reference);
    item.purchase_order.clone_from(&invoice.purchase_order);
    if let Some(terms) = &invoice.terms
        && let (Some(until), Some(_)) = (terms.discount_date.as_ref(), terms.discount_amount.as_ref())
    {
        let amount = money(&terms.discount_amount)?;
        let until = date(Some(until), "discount_date")?;
        item.discount = amount.is_positive().then_some(Discount { until, amount });
    }
    Ok(item)
}

fn blank(tx: &Tx, document: Document, total: Money, tax: Money, issued_on: BusinessDate) -> OpenItem {
    let zero = Money::zero(total.currency());
    OpenItem {
        id: OpenItemId::new(tx.new_id()),
        document,
        number: String::new(),
        customer: CustomerId::new(document.uuid()),
        legal_entity: None,
        total,
        tax,
        applied: zero,
        discounted: zero,
        written_off: zero,
        issued_on,
        due_on: issued_on,
        discount: None,
        creditor_reference: String::new(),
        purchase_order: String::new(),
        credits: None,
        state: ItemState::Open,
        disputed: false,
        version: 1,
        settled_on: None,
    }
}

/// Opens the item of a credit memo and uses it for the invoice it takes back, as far as that is open.
pub async fn memo_issued(tx: &Tx, event: MemoIssued) -> Result<(), Fault> {
    let memo = needed(event.memo, "memo")?;
    let id = MemoId::parse(&memo.memo_id).map_err(undecodable)?;
    if !items::of_documents(tx, &[id.uuid()]).await?.is_empty() {
        return Ok(());
    }
    let totals = needed(memo.totals.as_ref(), "totals")?;
    let issued_on = date(memo.issue_date.as_ref(), "issue_date")?;
    let mut item = blank(tx, Document::CreditMemo(id), money(&totals.gross)?.neg(), money(&totals.tax)?.neg(), issued_on);
    item.number.clone_from(&memo.number);
    item.customer = CustomerId::parse(&memo.customer_id).map_err(undecodable)?;
    item.legal_entity = optional(&memo.legal_entity_id, LegalEntityId::parse)?;
    item.credits = optional(&memo.invoice_id, InvoiceId::parse)?;
    let invoice: Vec<_> = item.credits.iter().map(|id| id.uuid()).collect();
    let mut subledger = books::open(tx);
    for held in items::of_documents(tx, &invoice).await? {
        subledger.hold_item(held);
    }
    subledger.open_item(item)?;
    let why = format!("{} takes back {}", memo.number, memo.invoice_number);
    subledger.net_credits(&Because::new(issued_on, "credit_memo", why))?;
    books::save(tx, subledger).await
}

/// Voids the item; whatever settled it is free again.
pub async fn invoice_voided(tx: &Tx, event: InvoiceVoided) -> Result<(), Fault> {
    let id = InvoiceId::parse(&event.invoice_id).map_err(undecodable)?;
    let Some(item) = items::find(tx, ItemName::Invoice(id)).await? else { return Ok(()) };
    let on = date(event.voided_on.as_ref(), "voided_on")?;
    let mut subledger = books::open(tx);
    books::hold_item_with_settlements(tx, &mut subledger, item.id).await?;
    subledger.void_item(item.id, on, &format!("{} was voided", item.number))?;
    books::save(tx, subledger).await
}
