//! Items, cash and receipts, as reconciliation decides them.

use quittance_api::{
    convert,
    reconciliation::v1::{
        Application, CashApplied, CashReceived, CashUnapplied, ItemChanged, ItemOpened, ItemReopened, ItemSettled, OpenItem, OpenItemKind,
        OpenItemState, Receipt, ReceiptChanged,
    },
};
use quittance_chassis::{
    events::{Delivery, Inbox},
    tx::Tx,
};
use quittance_types::{ApplicationId, BusinessDate, CustomerId, Fault, InvoiceId, MemoId, ReceiptId, Uuid};

use super::undecodable;
use crate::store::{
    cash::{self, Cash, ReceiptReport},
    receivables::{self, ItemReport, When},
};

/// The handlers of reconciliation's events.
pub fn inbox() -> Inbox {
    Inbox::new()
        .on(item_opened)
        .on(|tx, delivery, event: ItemChanged| async move { item(&tx, &delivery, event.open_item, None).await })
        .on(|tx, delivery, event: ItemSettled| async move { item(&tx, &delivery, event.open_item, None).await })
        .on(|tx, delivery, event: ItemReopened| async move { item(&tx, &delivery, event.open_item, None).await })
        .on(cash_applied)
        .on(cash_unapplied)
        .on(|tx, _: Delivery, event: CashReceived| async move { receipt(&tx, event.receipt).await })
        .on(|tx, _: Delivery, event: ReceiptChanged| async move { receipt(&tx, event.receipt).await })
}

async fn item_opened(tx: Tx, delivery: Delivery, event: ItemOpened) -> Result<(), Fault> {
    let issued = event.open_item.as_ref().and_then(|item| item.issue_date);
    item(&tx, &delivery, event.open_item, convert::date_from_wire(issued.as_ref())?).await
}

async fn cash_applied(tx: Tx, delivery: Delivery, event: CashApplied) -> Result<(), Fault> {
    let application = event.application.ok_or_else(undecodable)?;
    let on = convert::required_date(application.applied_on.as_ref())?;
    item(&tx, &delivery, event.open_item, Some(on)).await?;
    if let Some(cash) = cash_of(&application)? {
        cash::applied(&tx, &cash).await?;
    }
    receipt(&tx, event.receipt).await
}

/// The day of the application is not the day it was taken back; that one the event does not say.
async fn cash_unapplied(tx: Tx, delivery: Delivery, event: CashUnapplied) -> Result<(), Fault> {
    let application = event.application.ok_or_else(undecodable)?;
    item(&tx, &delivery, event.open_item, None).await?;
    if let Some(cash) = cash_of(&application)? {
        cash::reversed(&tx, &cash, when(&tx, &delivery, None)).await?;
    }
    receipt(&tx, event.receipt).await
}

/// The cash of an application; a credit memo's application has none.
fn cash_of(application: &Application) -> Result<Option<Cash>, Fault> {
    if application.receipt_id.is_empty() {
        return Ok(None);
    }
    Ok(Some(Cash {
        application: ApplicationId::parse(&application.application_id)?.uuid(),
        document: document(&application.document_id)?.0,
        amount: convert::money_from_wire(&application.amount)?,
        applied: convert::required_date(application.applied_on.as_ref())?,
    }))
}

fn when(tx: &Tx, delivery: &Delivery, on: Option<BusinessDate>) -> When {
    When { on, recorded: delivery.occurred_at.date_in(tx.zone()) }
}

async fn item(tx: &Tx, delivery: &Delivery, item: Option<OpenItem>, on: Option<BusinessDate>) -> Result<(), Fault> {
    let item = item.ok_or_else(undecodable)?;
    let (document, is_credit) = document(&item.document_id)?;
    let report = ItemReport {
        document,
        is_credit: is_credit || item.kind() == OpenItemKind::CreditMemo,
        customer: CustomerId::parse(&item.customer_id)?,
        total: convert::money_from_wire(&item.total)?,
        open: convert::money_from_wire(&item.open)?,
        issued: convert::required_date(item.issue_date.as_ref())?,
        due: convert::required_date(item.due_date.as_ref())?,
        settled: convert::date_from_wire(item.settled_on.as_ref())?,
        is_void: item.state() == OpenItemState::Void,
        version: item.version,
        number: item.document_number,
    };
    receivables::report(tx, report, when(tx, delivery, on)).await
}

fn document(id: &str) -> Result<(Uuid, bool), Fault> {
    match MemoId::parse(id) {
        Ok(memo) => Ok((memo.uuid(), true)),
        Err(_) => InvoiceId::parse(id).map(|invoice| (invoice.uuid(), false)),
    }
}

async fn receipt(tx: &Tx, receipt: Option<Receipt>) -> Result<(), Fault> {
    // A credit memo's application has no receipt.
    let Some(receipt) = receipt else { return Ok(()) };
    let customer = match receipt.customer_id.as_str() {
        "" => None,
        customer => Some(CustomerId::parse(customer)?),
    };
    let report = ReceiptReport {
        receipt: ReceiptId::parse(&receipt.receipt_id)?.uuid(),
        customer,
        unapplied: convert::money_from_wire(&receipt.unapplied)?,
        version: receipt.version,
    };
    cash::receipt(tx, &report).await
}
