//! A collector with one customer, and short ways to do what every test does.

use quittance_api::credit::v1 as credit;
use quittance_api::google::r#type::Date;
use quittance_api::payments::v1 as pb;
use quittance_api::payments::v1::payment_service_client::PaymentServiceClient;
use quittance_api::payments::v1::refund_service_client::RefundServiceClient;
use quittance_payments::Payments;
use quittance_testkit::{Backend, Caller, Harness, World, request_id, tenant, unique};
pub use quittance_testkit::{date, euro, minor, nobody};
use quittance_types::{CustomerId, TenantId};
use tonic::Status;

use crate::peers::{self, Credit};

/// Payments at work, with a stand-in for credit and one customer. Nothing is synced by itself.
pub struct Till {
    pub payments: Harness<Payments>,
    pub credit: Harness<Credit>,
    pub tenant: TenantId,
    pub customer: String,
}

impl Till {
    pub async fn start(backend: Backend) -> Self {
        let world = World::new(backend);
        let credit = world.start::<Credit>().await;
        let payments = world.start_with::<Payments>(&["service.sync_every_seconds=0"]).await;
        let mut till = Self { payments, credit, tenant: tenant(1), customer: String::new() };
        till.customer = till.customer_of(till.tenant).await;
        till
    }

    /// A customer, known here by event.
    pub async fn customer_of(&self, tenant: TenantId) -> String {
        let id = CustomerId::new(unique());
        let customer = credit::Customer { customer_id: id.to_string(), currency: "EUR".to_owned(), ..Default::default() };
        peers::publish(self.credit.db(), tenant, id.uuid(), credit::CustomerChanged { customer: Some(customer) }).await;
        self.payments.world().settle().await;
        id.to_string()
    }

    pub fn caller(&self) -> Caller {
        self.payments.as_user(self.tenant, &["*"])
    }

    pub fn client(&self) -> PaymentServiceClient<Caller> {
        PaymentServiceClient::new(self.caller())
    }

    pub fn refunds(&self) -> RefundServiceClient<Caller> {
        RefundServiceClient::new(self.caller())
    }

    /// A request for a payment of 100.00 with this token.
    pub fn request(&self, token: &str) -> pb::CreatePaymentRequest {
        pb::CreatePaymentRequest {
            request_id: request_id(),
            customer_id: self.customer.clone(),
            amount: Some(euro(10_000)),
            rail: pb::Rail::Card.into(),
            method_token: token.to_owned(),
            ..Default::default()
        }
    }

    pub async fn try_pay(&self, request: pb::CreatePaymentRequest) -> Result<pb::Payment, Status> {
        Ok(self.client().create_payment(request).await?.into_inner().payment.expect("the payment"))
    }

    pub async fn pay(&self, token: &str) -> pb::Payment {
        self.try_pay(self.request(token)).await.expect("a payment is made")
    }

    pub async fn get(&self, id: &str) -> pb::Payment {
        let request = pb::GetPaymentRequest { payment_id: id.to_owned() };
        self.client().get_payment(request).await.expect("it is there").into_inner().payment.expect("the payment")
    }

    pub async fn sync(&self, as_of: Date) -> pb::SyncPaymentsResponse {
        let request = pb::SyncPaymentsRequest { request_id: request_id(), as_of: Some(as_of) };
        self.client().sync_payments(request).await.expect("it runs").into_inner()
    }

    pub async fn cancel(&self, id: &str) -> Result<pb::Payment, Status> {
        let request = pb::CancelPaymentRequest { request_id: request_id(), payment_id: id.to_owned(), ..Default::default() };
        Ok(self.client().cancel_payment(request).await?.into_inner().payment.expect("the payment"))
    }

    pub async fn cancel_on(&self, id: &str, as_of: Date) -> Result<pb::Payment, Status> {
        let request = pb::CancelPaymentRequest { request_id: request_id(), payment_id: id.to_owned(), as_of: Some(as_of) };
        Ok(self.client().cancel_payment(request).await?.into_inner().payment.expect("the payment"))
    }

    pub async fn refund(&self, payment: &str, amount: Option<i64>) -> Result<pb::Refund, Status> {
        let request = pb::CreateRefundRequest {
            request_id: request_id(),
            payment_id: payment.to_owned(),
            amount: amount.map(euro),
            why: "Returned goods".to_owned(),
            as_of: None,
        };
        Ok(self.refunds().create_refund(request).await?.into_inner().refund.expect("the refund"))
    }

    /// How far our states are from the rail's books, as of a day in the far future (invariant I12).
    pub async fn difference_with_the_rail(&self) -> i64 {
        let ours =
            "SELECT COALESCE(SUM(amount_minor - refunded_minor), 0) FROM payment WHERE state IN ('settled', 'partly_refunded', 'refunded')";
        let rail =
            "SELECT COALESCE(SUM(amount_minor - refunded_minor), 0) FROM rail_transaction WHERE outcome = 'settle' AND return_on IS NULL";
        let store = self.payments.store();
        store.number(ours).await - store.number(rail).await
    }

    /// Events of this type in the log.
    pub async fn events(&self, name: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM event_log WHERE type LIKE '%{name}' AND public");
        self.payments.store().number(&sql).await
    }
}
