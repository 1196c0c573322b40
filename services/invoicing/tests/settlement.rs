//! What reconciliation and collections say of invoices.

use quittance_api::collections::v1 as collections;
use quittance_api::invoicing::v1 as pb;
use quittance_api::reconciliation::v1 as reconciliation;
use quittance_testkit::{Harness, expect_refusal, on_both, request_id};
use quittance_types::{CustomerId, Reason};

use crate::fixture::{Company, euro, minor};
use crate::peers::{self, Collections, Reconciliation};

fn item(invoice: &pb::Invoice, open_item: &str, total: i64, open: i64, version: i64) -> reconciliation::OpenItem {
    let state = match open {
        0 => reconciliation::OpenItemState::Settled,
        open if open == total => reconciliation::OpenItemState::Open,
        _ => reconciliation::OpenItemState::PartlySettled,
    };
    reconciliation::OpenItem {
        open_item_id: open_item.to_owned(),
        kind: reconciliation::OpenItemKind::Invoice.into(),
        document_id: invoice.invoice_id.clone(),
        total: Some(euro(total)),
        open: Some(euro(open)),
        state: state.into(),
        version,
        ..Default::default()
    }
}

struct Books {
    company: Company,
    log: Harness<Reconciliation>,
}

impl Books {
    async fn start(backend: quittance_testkit::Backend) -> Self {
        let company = Company::start(backend).await;
        let log = company.invoicing.world().start::<Reconciliation>().await;
        Self { company, log }
    }

    async fn say<M: prost::Message + prost::Name + Clone + 'static>(&self, event: M) {
        let key = CustomerId::parse(&self.company.customer).unwrap().uuid();
        peers::publish(self.log.db(), self.company.tenant, key, event).await;
    }

    async fn now(&self, invoice: &pb::Invoice) -> (pb::InvoiceState, i64) {
        self.company.invoicing.world().settle().await;
        let invoice = self.company.get_invoice(&invoice.invoice_id).await;
        (invoice.state(), minor(&invoice.open))
    }
}

#[tokio::test]
async fn an_invoice_follows_its_open_item_by_version() {
    on_both(|backend| async move {
        let books = Books::start(backend).await;
        let invoice = books.company.issue().await;
        let total = 15_434;
        let item = |open, version| Some(item(&invoice, "itm_1", total, open, version));
        books.say(reconciliation::CashApplied { open_item: item(5_434, 2), ..Default::default() }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::PartlySettled, 5_434));
        books.say(reconciliation::ItemSettled { open_item: item(0, 3) }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::Settled, 0));
        books.say(reconciliation::CashApplied { open_item: item(5_434, 2), ..Default::default() }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::Settled, 0), "an older version changes nothing");
        books.say(reconciliation::ItemReopened { open_item: item(total, 4), why: "returned".to_owned() }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::Issued, total));
        books.say(reconciliation::ItemChanged { open_item: item(1, 5) }).await;
        books.say(reconciliation::CashUnapplied { open_item: item(2, 6), ..Default::default() }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::PartlySettled, 2));
    })
    .await;
}

#[tokio::test]
async fn items_of_one_invoice_add_up() {
    on_both(|backend| async move {
        let books = Books::start(backend).await;
        let invoice = books.company.issue().await;
        books.say(reconciliation::ItemSettled { open_item: Some(item(&invoice, "itm_1", 7_717, 0, 2)) }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::PartlySettled, 7_717));
        books.say(reconciliation::ItemSettled { open_item: Some(item(&invoice, "itm_2", 7_717, 0, 2)) }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::Settled, 0));
    })
    .await;
}

#[tokio::test]
async fn a_paid_invoice_is_not_voided_and_a_void_one_not_paid() {
    on_both(|backend| async move {
        let books = Books::start(backend).await;
        let (paid, void) = (books.company.issue().await, books.company.issue().await);
        let request = |invoice: &pb::Invoice| pb::VoidInvoiceRequest {
            request_id: request_id(),
            invoice_id: invoice.invoice_id.clone(),
            why: "Mistake".to_owned(),
            as_of: None,
        };
        books.say(reconciliation::CashApplied { open_item: Some(item(&paid, "itm_1", 15_434, 100, 2)), ..Default::default() }).await;
        assert_eq!(books.now(&paid).await.0, pb::InvoiceState::PartlySettled);
        expect_refusal(books.company.invoices().void_invoice(request(&paid)).await, Reason::IllegalTransition);
        books.company.invoices().void_invoice(request(&void)).await.unwrap();
        books.say(reconciliation::CashApplied { open_item: Some(item(&void, "itm_2", 15_434, 100, 2)), ..Default::default() }).await;
        assert_eq!(books.now(&void).await, (pb::InvoiceState::Void, 0));
    })
    .await;
}

#[tokio::test]
async fn items_of_memos_and_of_strangers_are_passed_over() {
    on_both(|backend| async move {
        let books = Books::start(backend).await;
        let invoice = books.company.issue().await;
        let mut memo = item(&invoice, "itm_1", -100, 0, 2);
        memo.kind = reconciliation::OpenItemKind::CreditMemo.into();
        memo.document_id = crate::fixture::nobody("mem");
        books.say(reconciliation::ItemSettled { open_item: Some(memo) }).await;
        let mut stranger = item(&invoice, "itm_2", 100, 0, 2);
        stranger.document_id = crate::fixture::nobody("inv");
        books.say(reconciliation::ItemSettled { open_item: Some(stranger) }).await;
        assert_eq!(books.now(&invoice).await, (pb::InvoiceState::Issued, 15_434));
        assert_eq!(books.company.invoicing.store().rows("dead_letter").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_dispute_flags_its_invoice_while_it_is_open() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let log = company.invoicing.world().start::<Collections>().await;
        let invoice = company.issue().await;
        let dispute = Some(collections::Dispute { invoice_id: invoice.invoice_id.clone(), ..Default::default() });
        let key = CustomerId::parse(&company.customer).unwrap().uuid();
        peers::publish(log.db(), company.tenant, key, collections::DisputeOpened { dispute: dispute.clone() }).await;
        company.invoicing.world().settle().await;
        assert!(company.get_invoice(&invoice.invoice_id).await.disputed);
        peers::publish(log.db(), company.tenant, key, collections::DisputeResolved { dispute }).await;
        company.invoicing.world().settle().await;
        assert!(!company.get_invoice(&invoice.invoice_id).await.disputed);
    })
    .await;
}
