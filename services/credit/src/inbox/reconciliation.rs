//! Open balances and unapplied cash, as reconciliation decides them. Arriving cash may release held orders.

use quittance_api::{
    convert,
    events::v1::Event,
    reconciliation::v1::{
        CashApplied, CashReceived, CashUnapplied, ItemChanged, ItemOpened, ItemReopened, ItemSettled, OpenItem, Receipt, ReceiptChanged,
    },
};
use quittance_chassis::{
    events::{Delivery, Inbox},
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault};

use super::{decoded, lock_accounts};
use crate::{
    jobs::recheck_holds,
    store::accounts::{self, ReceiptReport, ReceivableReport},
};

/// The handlers of reconciliation's events.
pub fn inbox() -> Inbox {
    Inbox::new()
        .before(lock)
        .on(|tx, _: Delivery, event: ItemOpened| async move { take(&tx, event.open_item, None, None).await })
        .on(|tx, _: Delivery, event: ItemChanged| async move { take(&tx, event.open_item, None, None).await })
        .on(|tx, _: Delivery, event: ItemSettled| async move { take(&tx, event.open_item, None, None).await })
        .on(|tx, _: Delivery, event: ItemReopened| async move { take(&tx, event.open_item, None, None).await })
        .on(|tx, _: Delivery, event: CashReceived| async move {
            let day = received_on(event.receipt.as_ref())?;
            take(&tx, None, event.receipt, day).await
        })
        .on(|tx, _: Delivery, event: ReceiptChanged| async move {
            let day = received_on(event.receipt.as_ref())?;
            take(&tx, None, event.receipt, day).await
        })
        .on(|tx, _: Delivery, event: CashApplied| async move {
            let day = event.application.as_ref().and_then(|application| application.applied_on);
            take(&tx, event.open_item, event.receipt, convert::date_from_wire(day.as_ref())?).await
        })
        .on(|tx, _: Delivery, event: CashUnapplied| async move { take(&tx, event.open_item, event.receipt, None).await })
}

async fn lock(tx: Tx, events: Vec<Event>) -> Result<(), Fault> {
    let of_item = |item: Option<OpenItem>| item.map(|item| item.customer_id);
    let of_receipt = |receipt: Option<Receipt>| receipt.map(|receipt| receipt.customer_id);
    let named = events.iter().flat_map(|event| {
        let applied = decoded::<CashApplied>(event).map(|applied| (applied.open_item, applied.receipt));
        let moved = applied.or_else(|| decoded::<CashUnapplied>(event).map(|unapplied| (unapplied.open_item, unapplied.receipt)));
        let (item, receipt) = moved.unwrap_or_default();
        let item = item
            .or_else(|| decoded::<ItemOpened>(event)?.open_item)
            .or_else(|| decoded::<ItemChanged>(event)?.open_item)
            .or_else(|| decoded::<ItemSettled>(event)?.open_item)
            .or_else(|| decoded::<ItemReopened>(event)?.open_item);
        let receipt = receipt.or_else(|| decoded::<CashReceived>(event)?.receipt).or_else(|| decoded::<ReceiptChanged>(event)?.receipt);
        of_item(item).into_iter().chain(of_receipt(receipt))
    });
    lock_accounts(&tx, named).await
}

fn received_on(receipt: Option<&Receipt>) -> Result<Option<BusinessDate>, Fault> {
    convert::date_from_wire(receipt.and_then(|receipt| receipt.received_on.as_ref()))
}

/// Takes over the state of an item and a receipt. `cash_on` is the day money came in: held orders are looked at again.
async fn take(tx: &Tx, item: Option<OpenItem>, receipt: Option<Receipt>, cash_on: Option<BusinessDate>) -> Result<(), Fault> {
    let item_customer = item.as_ref().map(|item| CustomerId::parse(&item.customer_id)).transpose()?;
    let receipt_customer = match receipt.as_ref().map(|receipt| receipt.customer_id.as_str()) {
        None | Some("") => None,
        Some(customer) => Some(CustomerId::parse(customer)?),
    };
    if let (Some(item), Some(customer)) = (item, item_customer) {
        let mut account = accounts::load_for_update(tx, customer).await?;
        accounts::report_receivable(tx, &mut account, receivable(item)?).await?;
        accounts::save(tx, &account).await?;
    }
    if let Some(receipt) = receipt {
        let unapplied = convert::money_from_wire(&receipt.unapplied)?;
        let report = ReceiptReport { receipt_id: receipt.receipt_id, customer: receipt_customer, unapplied, version: receipt.version };
        accounts::report_receipt(tx, report).await?;
    }
    match (cash_on, receipt_customer.or(item_customer)) {
        (Some(day), Some(customer)) => recheck_holds::of_customer(tx, customer, day).await.map(drop),
        _ => Ok(()),
    }
}

fn receivable(item: OpenItem) -> Result<ReceivableReport, Fault> {
    Ok(ReceivableReport {
        open: convert::money_from_wire(&item.open)?,
        due: convert::required_date(item.due_date.as_ref())?,
        document_id: item.document_id,
        version: item.version,
    })
}
