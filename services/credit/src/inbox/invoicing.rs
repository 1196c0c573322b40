//! Invoices turn reservations into receivables; cancelled orders give them back. A voided invoice comes as a changed
//! item of reconciliation.

use quittance_api::{
    convert,
    invoicing::v1::{InvoiceIssued, OrderCancelled},
};
use quittance_chassis::{
    events::{Delivery, Inbox},
    tx::Tx,
};
use quittance_types::{CustomerId, Fault, Reason, ReservationId};

use crate::{
    domain::reservation::ReservationEvent,
    jobs::recheck_holds,
    rpc,
    store::{
        accounts::{self, ReceivableReport},
        reservations,
    },
};

/// The handlers of invoicing's events.
pub fn inbox() -> Inbox {
    Inbox::new().on(invoice_issued).on(order_cancelled)
}

/// In one transaction the reservation's part becomes a receivable, so that the exposure never shows neither or both.
async fn invoice_issued(tx: Tx, _delivery: Delivery, event: InvoiceIssued) -> Result<(), Fault> {
    let invoice = event.invoice.ok_or_else(undecodable)?;
    let customer = CustomerId::parse(&invoice.customer_id)?;
    let gross = convert::money_from_wire(&invoice.totals.and_then(|totals| totals.gross))?;
    let mut account = accounts::load_for_update(&tx, customer).await?;
    if !event.reservation_id.is_empty() {
        let mut reservation = reservations::load_for_update(&tx, ReservationId::parse(&event.reservation_id)?).await?;
        // Expired or released meanwhile: the invoice stands all the same, its receivable counts in full.
        if let Ok(part) = reservation.commit(gross) {
            account.add_held(part.neg())?;
            if event.order_complete && !reservation.held.is_zero() {
                account.add_held(reservation.end(ReservationEvent::Release)?.neg())?;
            }
            reservations::save(&tx, &mut reservation).await?;
        }
    }
    let due = convert::required_date(invoice.due_date.as_ref())?;
    let report = ReceivableReport { document_id: invoice.invoice_id, open: gross, due, version: 0 };
    accounts::report_receivable(&tx, &mut account, report).await?;
    accounts::save(&tx, &account).await
}

async fn order_cancelled(tx: Tx, _delivery: Delivery, event: OrderCancelled) -> Result<(), Fault> {
    let order = event.order.ok_or_else(undecodable)?;
    let Some(found) = reservations::find_by_order(&tx, &order.order_id).await? else { return Ok(()) };
    let mut account = accounts::load_for_update(&tx, found.customer).await?;
    let mut reservation = reservations::load_for_update(&tx, found.id).await?;
    let Ok(given_back) = reservation.end(ReservationEvent::Release) else { return Ok(()) };
    account.add_held(given_back.neg())?;
    accounts::save(&tx, &account).await?;
    reservations::save(&tx, &mut reservation).await?;
    recheck_holds::drop_case(&tx, &reservation, "The order was cancelled.").await?;
    let today = rpc::as_of(&tx, None)?;
    recheck_holds::customer_cases(&tx, reservation.customer, today).await.map(drop)
}

fn undecodable() -> Fault {
    Fault::new(Reason::EventUndecodable, "The event lacks the thing it is about.")
}
