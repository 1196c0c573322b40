//! Invoices turn reservations into receivables; cancelled orders give them back; orders that outlived theirs ask anew. A
//! voided invoice comes as a changed item of reconciliation.

use std::slice;

use quittance_api::{
    convert,
    events::v1::Event,
    google::r#type::Date,
    invoicing::v1::{InvoiceIssued, Order, OrderCancelled, OrderHeld},
};
use quittance_chassis::{
    events::{Delivery, Inbox, needed},
    request::as_of,
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault, HoldCaseId, Money, Reason, ReservationId};

use super::{decoded, lock_accounts};
use crate::{
    domain::{
        decision::RuleOutcome,
        hold::HoldCase,
        reservation::{Reservation, ReservationEvent},
    },
    jobs::recheck_holds,
    store::{
        accounts::{self, ReceivableReport},
        holds, policies, reservations,
    },
};

/// The handlers of invoicing's events.
pub fn inbox() -> Inbox {
    Inbox::new().before(lock).on(invoice_issued).on(order_cancelled).on(order_held)
}

async fn lock(tx: Tx, events: Vec<Event>) -> Result<(), Fault> {
    let named = events.iter().filter_map(|event| {
        let customer_id = |order: Option<Order>| order.map(|order| order.customer_id);
        decoded::<InvoiceIssued>(event)
            .and_then(|issued| issued.invoice.map(|invoice| invoice.customer_id))
            .or_else(|| decoded::<OrderCancelled>(event).and_then(|cancelled| customer_id(cancelled.order)))
            .or_else(|| decoded::<OrderHeld>(event).and_then(|held| customer_id(held.order)))
    });
    lock_accounts(&tx, named).await
}

/// In one transaction the reservation's part becomes a receivable, so that the exposure never shows neither or both.
async fn invoice_issued(tx: Tx, _delivery: Delivery, event: InvoiceIssued) -> Result<(), Fault> {
    let invoice = needed(event.invoice, "invoice")?;
    let customer = CustomerId::parse(&invoice.customer_id)?;
    let gross = convert::money_from_wire(&invoice.totals.and_then(|totals| totals.gross))?;
    let mut account = accounts::load_for_update(&tx, customer).await?;
    if !event.reservation_id.is_empty() {
        let mut reservation = reservations::load_for_update(&tx, ReservationId::parse(&event.reservation_id)?).await?;
        if let Some(freed) = take_over(&mut reservation, gross, event.order_complete)? {
            account.add_held(freed.neg())?;
            let on = day(&tx, invoice.issue_date.as_ref())?;
            reservations::save(&tx, slice::from_mut(&mut reservation), on).await?;
        }
    }
    let due = convert::required_date(invoice.due_date.as_ref())?;
    let report = ReceivableReport { document_id: invoice.invoice_id, open: gross, due, version: 0 };
    accounts::report_receivable(&tx, &mut account, report).await?;
    accounts::save(&tx, &account).await
}

/// What an invoice frees of its reservation; none when it changes nothing. Expired or released meanwhile, the invoice stands
/// all the same and its receivable counts in full.
fn take_over(reservation: &mut Reservation, gross: Money, order_complete: bool) -> Result<Option<Money>, Fault> {
    let Ok(part) = reservation.commit(gross) else {
        let counted = reservation.count_invoiced(gross, order_complete);
        return Ok(counted.is_ok().then(|| Money::zero(gross.currency())));
    };
    if order_complete && !reservation.held.is_zero() {
        return part.add(reservation.end(ReservationEvent::Release)?).map(Some);
    }
    Ok(Some(part))
}

async fn order_cancelled(tx: Tx, _delivery: Delivery, event: OrderCancelled) -> Result<(), Fault> {
    let order = needed(event.order, "order")?;
    let Some(found) = reservations::find_by_order(&tx, &order.order_id).await? else { return Ok(()) };
    let mut account = accounts::load_for_update(&tx, found.customer).await?;
    let mut reservation = reservations::load_for_update(&tx, found.id).await?;
    let Ok(given_back) = reservation.end(ReservationEvent::Release) else { return Ok(()) };
    account.add_held(given_back.neg())?;
    accounts::save(&tx, &account).await?;
    let on = day(&tx, event.cancelled_on.as_ref())?;
    reservations::save(&tx, slice::from_mut(&mut reservation), on).await?;
    recheck_holds::drop_cases(&tx, slice::from_ref(&reservation), "The order was cancelled.", on).await?;
    recheck_holds::of_customer(&tx, reservation.customer, on).await.map(drop)
}

/// An order outlived its reservation. A case is opened for what is left of it, and decided at once if there is room.
async fn order_held(tx: Tx, _delivery: Delivery, event: OrderHeld) -> Result<(), Fault> {
    let order = needed(event.order, "order")?;
    let Some(found) = reservations::find_by_order(&tx, &order.order_id).await? else { return Ok(()) };
    accounts::load_for_update(&tx, found.customer).await?;
    let mut reservation = reservations::load_for_update(&tx, found.id).await?;
    let lapsed = RuleOutcome {
        reason: Reason::ReservationExpired.as_str().to_owned(),
        passed: false,
        finding: format!("credit was {}, at the latest held until {}", reservation.state.as_str(), reservation.expires_on),
    };
    let on = day(&tx, event.held_on.as_ref())?;
    // At its submission an order is held by a case of its own.
    let Ok(()) = reservation.ask_again(policies::active(&tx).await?.reservation_expires(on)?) else { return Ok(()) };
    let case = HoldCase::open(HoldCaseId::new(tx.new_id()), &reservation, vec![lapsed], on, tx.now())?;
    reservations::save(&tx, slice::from_mut(&mut reservation), on).await?;
    holds::insert(&tx, &[(tx.clone(), case)]).await?;
    recheck_holds::of_customer(&tx, reservation.customer, on).await.map(drop)
}

/// The business date of an event.
fn day(tx: &Tx, named: Option<&Date>) -> Result<BusinessDate, Fault> {
    as_of(tx, convert::date_from_wire(named)?)
}
