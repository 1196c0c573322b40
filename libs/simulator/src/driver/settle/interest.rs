//! Which events a service follows. Only to save time: a feed that is not listed here is waited for until its cursor says
//! that it has passed everything, which takes up to a second longer.

use quittance_api::events::v1::ReadRequest;
use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;

use super::Feed;
use crate::driver::line::Line;

/// The services with a log.
pub(super) const SERVICES: [&str; 5] = ["credit", "invoicing", "payments", "reconciliation", "collections"];

const ITEMS_AND_CASH: &[&str] =
    &["ItemOpened", "ItemChanged", "ItemSettled", "ItemReopened", "CashReceived", "CashApplied", "CashUnapplied", "ReceiptChanged"];
const DISPUTES: &[&str] = &["DisputeOpened", "DisputeResolved"];
const DOCUMENTS: &[&str] = &["LegalEntityChanged", "InvoiceIssued", "MemoIssued", "InvoiceVoided"];
const CUSTOMERS: &[&str] = &["CustomerChanged"];

/// Consumer, producer, and the names of the producer's events the consumer follows.
const FOLLOWED: [(Feed, &[&str]); 13] = [
    (("credit", "invoicing"), &["InvoiceIssued", "OrderCancelled", "MemoIssued", "InvoiceVoided"]),
    (("credit", "reconciliation"), ITEMS_AND_CASH),
    (("credit", "collections"), DISPUTES),
    (("invoicing", "credit"), &["CustomerChanged", "HoldReleased", "ReservationReleased"]),
    (("invoicing", "reconciliation"), ITEMS_AND_CASH),
    (("invoicing", "collections"), DISPUTES),
    (("payments", "credit"), CUSTOMERS),
    (("reconciliation", "invoicing"), DOCUMENTS),
    (("reconciliation", "credit"), CUSTOMERS),
    (("reconciliation", "payments"), &["PaymentSettled", "PaymentReturned", "RefundPaid"]),
    (("reconciliation", "collections"), DISPUTES),
    (("collections", "credit"), CUSTOMERS),
    (("collections", "reconciliation"), ITEMS_AND_CASH),
];

/// Whether a producer's log holds nothing after `position` and up to `head` that the consumer of the feed follows.
/// When it cannot be read, nothing is known and the cursor decides.
pub(super) async fn nothing_between(line: &Line, feed: Feed, position: i64, head: i64) -> bool {
    let Some((_, names)) = FOLLOWED.iter().find(|(known, _)| *known == feed) else { return false };
    let types = names.iter().map(|name| format!("quittance.{}.v1.{name}", feed.1)).collect();
    let request = ReadRequest { after: position, partitions: Vec::new(), types };
    let mut client = EventLogServiceClient::new(line.clone());
    let Ok(stream) = client.read(request).await else { return false };
    let mut stream = stream.into_inner();
    loop {
        let Ok(Some(message)) = stream.message().await else { return false };
        if message.events.iter().any(|event| event.position <= head) {
            return false;
        }
        if message.head >= head {
            return true;
        }
    }
}
