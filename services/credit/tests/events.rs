//! What invoicing, reconciliation and collections say.

use quittance_api::collections::v1 as collections;
use quittance_api::credit::v1 as pb;
use quittance_api::google::r#type::Money;
use quittance_api::invoicing::v1 as invoicing;
use quittance_api::reconciliation::v1 as books;
use quittance_testkit::{Backend, Harness, World, on_both, unique};
use quittance_types::CustomerId;

use crate::fixture::{Desk, date, euro, minor};
use crate::peers::{self, Collections, Invoicing, Reconciliation};

/// Credit among the logs it follows, and a customer with a limit of 100.00.
struct Suite {
    desk: Desk,
    invoicing: Harness<Invoicing>,
    reconciliation: Harness<Reconciliation>,
    collections: Harness<Collections>,
    buyer: String,
}

macro_rules! said_by {
    ($($service:ident),+) => {$(
        async fn $service<M: prost::Message + prost::Name + Clone + 'static>(&self, event: M) {
            let key = CustomerId::parse(&self.buyer).unwrap().uuid();
            peers::publish(self.$service.db(), self.desk.tenant, key, event).await;
            self.desk.credit.world().settle().await;
        }
    )+};
}

impl Suite {
    async fn start(backend: Backend) -> Self {
        let world = World::new(backend);
        let (invoicing, reconciliation) = (world.start::<Invoicing>().await, world.start::<Reconciliation>().await);
        let collections = world.start::<Collections>().await;
        let desk = Desk::start_in(&world).await;
        let buyer = desk.customer_with_limit(10_000).await;
        Self { desk, invoicing, reconciliation, collections, buyer }
    }

    said_by!(invoicing, reconciliation, collections);

    fn issued(&self, invoice: &str, gross: i64, reservation: &str, complete: bool) -> invoicing::InvoiceIssued {
        let totals = invoicing::Totals { gross: Some(euro(gross)), ..Default::default() };
        let invoice = invoicing::Invoice {
            invoice_id: invoice.to_owned(),
            customer_id: self.buyer.clone(),
            totals: Some(totals),
            due_date: Some(date(2026, 2, 1)),
            ..Default::default()
        };
        invoicing::InvoiceIssued { invoice: Some(invoice), reservation_id: reservation.to_owned(), order_complete: complete }
    }

    fn item(&self, invoice: &str, open: i64, version: i64) -> Option<books::OpenItem> {
        Some(books::OpenItem {
            document_id: invoice.to_owned(),
            customer_id: self.buyer.clone(),
            open: Some(euro(open)),
            due_date: Some(date(2026, 2, 1)),
            version,
            ..Default::default()
        })
    }

    fn receipt(&self, id: &str, unapplied: i64, version: i64) -> Option<books::Receipt> {
        Some(books::Receipt {
            receipt_id: id.to_owned(),
            customer_id: self.buyer.clone(),
            unapplied: Some(euro(unapplied)),
            received_on: Some(date(2026, 1, 15)),
            version,
            ..Default::default()
        })
    }

    fn dispute(&self, invoice: &str, amount: i64) -> Option<collections::Dispute> {
        let (invoice_id, customer_id) = (invoice.to_owned(), self.buyer.clone());
        Some(collections::Dispute { invoice_id, customer_id, amount: Some(euro(amount)), ..Default::default() })
    }

    async fn check(&self, held: i64, open: i64, unapplied: i64, available: i64) {
        assert_eq!(self.desk.sums(&self.buyer).await, (held, open, unapplied, available));
        assert_eq!(self.desk.broken_sums().await, 0);
        assert_eq!(self.desk.credit.store().rows("dead_letter").await, 0);
    }
}

fn invoice_id() -> String {
    format!("inv_{}", unique().simple())
}

#[tokio::test]
async fn an_invoice_takes_its_part_of_the_reservation() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let reservation = suite.desk.reserve(&suite.buyer, 6_000).await.reservation_id;
        let (first, second) = (invoice_id(), invoice_id());
        suite.invoicing(suite.issued(&first, 2_000, &reservation, false)).await;
        suite.check(4_000, 2_000, 0, 4_000).await;
        suite.invoicing(suite.issued(&first, 2_000, "", false)).await;
        suite.check(4_000, 2_000, 0, 4_000).await;
        suite.invoicing(suite.issued(&second, 3_000, &reservation, true)).await;
        suite.check(0, 5_000, 0, 5_000).await;
        let ended = suite.desk.reservation(&reservation).await;
        assert_eq!((ended.state(), minor(&ended.committed)), (pb::ReservationState::Released, 5_000), "the rest is not needed any more");
        let direct = invoice_id();
        suite.invoicing(suite.issued(&direct, 1_000, "", true)).await;
        suite.check(0, 6_000, 0, 4_000).await;
        let late = suite.desk.exposure(&suite.buyer, Some(date(2026, 2, 11))).await;
        assert_eq!((minor(&late.overdue), minor(&late.not_due), late.oldest_overdue_days), (6_000, 0, 10));
    })
    .await;
}

#[tokio::test]
async fn an_expired_reservation_does_not_stop_the_invoice() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let reservation = suite.desk.reserve(&suite.buyer, 6_000).await.reservation_id;
        assert_eq!(suite.desk.expire(date(2026, 3, 1)).await, 1);
        suite.invoicing(suite.issued(&invoice_id(), 6_000, &reservation, true)).await;
        suite.check(0, 6_000, 0, 4_000).await;
        assert_eq!(suite.desk.reservation(&reservation).await.state(), pb::ReservationState::Expired);
    })
    .await;
}

fn held_again(reservation: &pb::Reservation) -> invoicing::OrderHeld {
    let order =
        invoicing::Order { order_id: reservation.order_id.clone(), customer_id: reservation.customer_id.clone(), ..Default::default() };
    invoicing::OrderHeld { order: Some(order), held_on: Some(date(2026, 3, 2)) }
}

#[tokio::test]
async fn an_order_that_outlived_its_reservation_is_decided_anew() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let reserved = suite.desk.reserve(&suite.buyer, 6_000).await;
        let id = &reserved.reservation_id;
        suite.invoicing(held_again(&reserved)).await;
        assert_eq!(suite.desk.reservation(id).await, reserved, "it has all it needs");
        suite.invoicing(suite.issued(&invoice_id(), 1_500, id, false)).await;
        assert_eq!(suite.desk.expire(date(2026, 3, 1)).await, 1);
        suite.invoicing(suite.issued(&invoice_id(), 500, id, false)).await;
        suite.check(0, 2_000, 0, 8_000).await;
        for _ in 0..2 {
            suite.invoicing(held_again(&reserved)).await;
            let renewed = suite.desk.reservation(id).await;
            assert_eq!((renewed.state(), renewed.expires_on), (pb::ReservationState::Held, Some(date(2026, 4, 1))));
            assert_eq!((minor(&renewed.held), minor(&renewed.committed)), (4_000, 2_000), "what is left of it");
            suite.check(4_000, 2_000, 0, 4_000).await;
        }
        assert_eq!(suite.desk.credit.store().rows("hold_case").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_outlived_its_reservation_waits_for_room() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let reserved = suite.desk.reserve(&suite.buyer, 6_000).await;
        assert_eq!(suite.desk.expire(date(2026, 3, 1)).await, 1);
        let other = suite.desk.reserve(&suite.buyer, 7_000).await;
        suite.invoicing(held_again(&reserved)).await;
        assert_eq!(suite.desk.reservation(&reserved.reservation_id).await.state(), pb::ReservationState::Requested);
        let case = suite.desk.open_cases(&suite.buyer).await.remove(0);
        assert_eq!((minor(&case.amount), case.opened_on, case.order_id), (6_000, Some(date(2026, 3, 2)), reserved.order_id.clone()));
        assert_eq!(case.rules[0].reason, "RESERVATION_EXPIRED");
        suite.check(7_000, 0, 0, 3_000).await;
        let order = invoicing::Order { order_id: other.order_id, customer_id: suite.buyer.clone(), ..Default::default() };
        suite.invoicing(invoicing::OrderCancelled { order: Some(order), cancelled_on: None }).await;
        assert_eq!(suite.desk.reservation(&reserved.reservation_id).await.state(), pb::ReservationState::Held);
        suite.check(6_000, 0, 0, 4_000).await;
    })
    .await;
}

#[tokio::test]
async fn cash_that_arrives_releases_held_orders() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let (invoice, receipt) = (invoice_id(), "rcp_1");
        suite.invoicing(suite.issued(&invoice, 9_000, "", true)).await;
        let small = suite.desk.reserve(&suite.buyer, 5_000).await.reservation_id;
        let large = suite.desk.reserve(&suite.buyer, 20_000).await.reservation_id;
        suite.check(0, 9_000, 0, 1_000).await;

        suite.reconciliation(books::CashReceived { receipt: suite.receipt(receipt, 4_000, 1) }).await;
        assert_eq!(suite.desk.reservation(&small).await.state(), pb::ReservationState::Held, "money in hand counts before it is applied");
        suite.check(5_000, 9_000, 4_000, 0).await;
        let applied = books::CashApplied {
            application: Some(books::Application { applied_on: Some(date(2026, 1, 15)), ..Default::default() }),
            receipt: suite.receipt(receipt, 0, 2),
            open_item: suite.item(&invoice, 5_000, 2),
        };
        suite.reconciliation(applied.clone()).await;
        suite.check(5_000, 5_000, 0, 0).await;
        suite.reconciliation(applied).await;
        suite.reconciliation(books::CashReceived { receipt: suite.receipt(receipt, 4_000, 1) }).await;
        suite.reconciliation(books::ItemOpened { open_item: suite.item(&invoice, 9_000, 1) }).await;
        suite.check(5_000, 5_000, 0, 0).await;
        suite.reconciliation(books::ItemSettled { open_item: suite.item(&invoice, 0, 3) }).await;
        suite.check(5_000, 0, 0, 5_000).await;
        suite.reconciliation(books::ItemReopened { open_item: suite.item(&invoice, 5_000, 4), why: "Returned".to_owned() }).await;
        suite.check(5_000, 5_000, 0, 0).await;
        assert_eq!(suite.desk.reservation(&large).await.state(), pb::ReservationState::Requested);
    })
    .await;
}

#[tokio::test]
async fn a_receipt_of_nobody_counts_once_it_is_identified() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let mut unknown = suite.receipt("rcp_1", 3_000, 1);
        unknown.as_mut().unwrap().customer_id.clear();
        suite.reconciliation(books::CashReceived { receipt: unknown.clone() }).await;
        suite.check(0, 0, 0, 10_000).await;
        suite.reconciliation(books::ReceiptChanged { receipt: suite.receipt("rcp_1", 3_000, 2) }).await;
        suite.check(0, 0, 3_000, 13_000).await;
        unknown.as_mut().unwrap().version = 3;
        suite.reconciliation(books::ReceiptChanged { receipt: unknown }).await;
        suite.check(0, 0, 0, 10_000).await;
        let memo = suite.item("mem_1", -2_000, 1);
        suite.reconciliation(books::ItemOpened { open_item: memo }).await;
        suite.check(0, -2_000, 0, 12_000).await;
    })
    .await;
}

#[tokio::test]
async fn another_currency_does_not_count_as_this_one() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let mut item = suite.item(&invoice_id(), 0, 1);
        item.as_mut().unwrap().open = Some(Money { currency_code: "USD".to_owned(), units: 70, nanos: 0 });
        suite.reconciliation(books::ItemOpened { open_item: item }).await;
        suite.check(0, 0, 0, 10_000).await;
        let late = suite.desk.exposure(&suite.buyer, Some(date(2026, 3, 1))).await;
        assert_eq!((minor(&late.overdue), minor(&late.not_due)), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_order_gives_its_credit_back() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let held = suite.desk.reserve(&suite.buyer, 8_000).await;
        let waiting = suite.desk.reserve(&suite.buyer, 6_000).await;
        let given_up = suite.desk.reserve(&suite.buyer, 7_000).await;
        let cancelled = |reservation: &pb::Reservation| invoicing::OrderCancelled {
            order: Some(invoicing::Order {
                order_id: reservation.order_id.clone(),
                customer_id: suite.buyer.clone(),
                ..Default::default()
            }),
            cancelled_on: Some(date(2026, 1, 20)),
        };
        suite.invoicing(cancelled(&given_up)).await;
        assert_eq!(suite.desk.open_cases(&suite.buyer).await.len(), 1);
        suite.invoicing(cancelled(&held)).await;
        suite.invoicing(cancelled(&held)).await;
        let freed = suite.desk.reservation(&waiting.reservation_id).await;
        assert_eq!(
            (freed.state(), freed.expires_on),
            (pb::ReservationState::Held, Some(date(2026, 2, 19))),
            "of the day of the cancellation"
        );
        suite.check(6_000, 0, 0, 4_000).await;
    })
    .await;
}

#[tokio::test]
async fn a_dispute_may_overtake_its_invoice() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let (contested, settled) = (invoice_id(), invoice_id());
        suite.collections(collections::DisputeOpened { dispute: suite.dispute(&contested, 3_000) }).await;
        suite.collections(collections::DisputeOpened { dispute: suite.dispute(&settled, 500) }).await;
        suite.collections(collections::DisputeResolved { dispute: suite.dispute(&settled, 500) }).await;
        suite.check(0, 0, 0, 10_000).await;
        suite.invoicing(suite.issued(&contested, 5_000, "", true)).await;
        suite.invoicing(suite.issued(&settled, 1_000, "", true)).await;
        assert_eq!(minor(&suite.desk.exposure(&suite.buyer, None).await.disputed), 3_000);
        suite.check(0, 6_000, 0, 4_000).await;
    })
    .await;
}

#[tokio::test]
async fn the_disputed_part_is_shown() {
    on_both(|backend| async move {
        let suite = Suite::start(backend).await;
        let invoice = invoice_id();
        suite.invoicing(suite.issued(&invoice, 5_000, "", true)).await;
        let dispute = suite.dispute(&invoice, 3_000);
        suite.collections(collections::DisputeOpened { dispute: dispute.clone() }).await;
        assert_eq!(minor(&suite.desk.exposure(&suite.buyer, None).await.disputed), 3_000);
        suite.reconciliation(books::ItemChanged { open_item: suite.item(&invoice, 1_000, 2) }).await;
        assert_eq!(minor(&suite.desk.exposure(&suite.buyer, None).await.disputed), 1_000, "never more than is open");
        suite.collections(collections::DisputeResolved { dispute }).await;
        assert_eq!(minor(&suite.desk.exposure(&suite.buyer, None).await.disputed), 0);
        suite.check(0, 1_000, 0, 9_000).await;
    })
    .await;
}
