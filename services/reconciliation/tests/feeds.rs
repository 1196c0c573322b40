//! The events of other services, through the real feeds, and what we publish.

use quittance_api::collections::v1 as collections;
use quittance_api::credit::v1 as credit;
use quittance_api::events::v1::ListDeadLettersRequest;
use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::invoicing::v1 as invoicing;
use quittance_api::payments::v1 as payments;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::open_item_service_client::OpenItemServiceClient;
use quittance_chassis::service::{App, Assembly, Service};
use quittance_chassis::{Ctx, Db, Emit, Migration, Tx};
use quittance_reconciliation::Reconciliation;
use quittance_testkit::{World, on_both, tenant, unique};
use quittance_types::{CustomerId, Fault, InvoiceId, LegalEntityId, PaymentId, TenantId, Uuid};
use serde::Deserialize;

use crate::fixture::{NewInvoice, date, euro, issued, minor};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoSettings {}

macro_rules! log_only {
    ($($service:ident = $name:literal),+) => {$(
        /// A service that is nothing but a log.
        struct $service;

        impl Service for $service {
            const NAME: &'static str = $name;
            const CONFIG: &'static str = "";
            type Settings = NoSettings;

            fn migrations() -> Vec<Migration> {
                Vec::new()
            }

            fn assemble(_: &App<NoSettings>) -> Result<Assembly, Fault> {
                Ok(Assembly::new())
            }
        }
    )+};
}

log_only!(Credit = "credit", Invoicing = "invoicing", Payments = "payments", Collections = "collections");

async fn publish<M: prost::Message + prost::Name + Clone + 'static>(db: &Db, tenant: TenantId, subject: &str, key: Uuid, event: M) {
    let subject = subject.to_owned();
    let body = move |tx: Tx, (subject, event): (String, M)| async move {
        tx.emit(Emit::public(subject, key, &event));
        Ok(())
    };
    db.write(Ctx::system("test", tenant), (subject, event), body).await.expect("an event is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_say_arrives_and_has_its_effect() {
    on_both(|backend| async move {
        let world = World::new(backend);
        let (credit, invoicing) = (world.start::<Credit>().await, world.start::<Invoicing>().await);
        let (payments, collections) = (world.start::<Payments>().await, world.start::<Collections>().await);
        let service = world.start::<Reconciliation>().await;
        let (tenant, customer) = (tenant(1), CustomerId::new(unique()));
        let id = customer.to_string();
        let master =
            credit::Customer { customer_id: id.clone(), legal_name: "Alpha".to_owned(), etag: "1".to_owned(), ..Default::default() };
        publish(credit.db(), tenant, &id, customer.uuid(), credit::CustomerChanged { customer: Some(master) }).await;
        let entity = invoicing::LegalEntity {
            legal_entity_id: LegalEntityId::new(unique()).to_string(),
            legal_name: "Acme".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            ..Default::default()
        };
        publish(invoicing.db(), tenant, "ent", unique(), invoicing::LegalEntityChanged { legal_entity: Some(entity) }).await;
        let invoice = InvoiceId::new(unique()).to_string();
        let new = NewInvoice { customer: &id, number: 1, gross: 10_000, due: date(2026, 2, 14), discount: None, reference: "" };
        publish(invoicing.db(), tenant, &invoice, customer.uuid(), issued(&invoice, &new)).await;
        world.settle().await;
        let payment = PaymentId::new(unique()).to_string();
        let part = payments::PaymentAllocation { invoice_id: invoice.clone(), amount: Some(euro(4_000)) };
        let settled = payments::Payment {
            payment_id: payment.clone(),
            customer_id: id.clone(),
            amount: Some(euro(4_000)),
            allocations: vec![part],
            settled_on: Some(date(2026, 1, 15)),
            ..Default::default()
        };
        publish(payments.db(), tenant, &payment, customer.uuid(), payments::PaymentSettled { payment: Some(settled) }).await;
        let dispute = collections::Dispute { invoice_id: invoice.clone(), ..Default::default() };
        publish(collections.db(), tenant, "dsp", customer.uuid(), collections::DisputeOpened { dispute: Some(dispute) }).await;
        world.settle().await;

        let mut items = OpenItemServiceClient::new(service.as_user(tenant, &["reconciliation.item.read"]));
        let item = items.get_open_item(pb::GetOpenItemRequest { open_item_id: invoice }).await.unwrap().into_inner().open_item.unwrap();
        assert_eq!((minor(&item.open), item.disputed, item.version), (6_000, true, 3));
        assert_eq!(service.store().rows("legal_entity").await, 1);
        let mut log = EventLogServiceClient::new(service.as_user(tenant, &["*"]));
        let letters = log.list_dead_letters(ListDeadLettersRequest::default()).await.unwrap().into_inner().dead_letters;
        assert!(letters.is_empty(), "{letters:?}");
        let events = |name: &str| format!("SELECT count(*) FROM event_log WHERE public AND type = 'quittance.reconciliation.v1.{name}'");
        for (name, count) in [("ItemOpened", 1), ("CashReceived", 1), ("CashApplied", 1), ("ItemChanged", 1)] {
            assert_eq!(service.store().number(&events(name)).await, count, "{name}");
        }
    })
    .await;
}
