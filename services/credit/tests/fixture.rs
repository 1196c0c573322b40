//! A credit department with a policy, and short ways to do what every test does.

use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::credit_service_client::CreditServiceClient;
use quittance_api::credit::v1::customer_service_client::CustomerServiceClient;
use quittance_api::credit::v1::hold_service_client::HoldServiceClient;
use quittance_api::credit::v1::policy_service_client::PolicyServiceClient;
use quittance_api::google::r#type::Date;
use quittance_credit::Credit;
use quittance_testkit::{Backend, Caller, Harness, World, request_id, tenant, unique};
pub use quittance_testkit::{date, euro, minor, nobody};
use quittance_types::TenantId;
use tonic::Status;

/// The settings of every test: nothing expires by itself.
const SETTINGS: [&str; 1] = ["service.expire_every_seconds=0"];

/// Credit at work with one policy: beyond the limit orders are held, limits above 10,000.00 need a second person, and a
/// reservation lasts 30 days.
pub struct Desk {
    pub credit: Harness<Credit>,
    pub tenant: TenantId,
}

impl Desk {
    pub async fn start(backend: Backend) -> Self {
        Self::start_in(&World::new(backend)).await
    }

    pub async fn start_in(world: &World) -> Self {
        let desk = Self { credit: world.start_with::<Credit>(&SETTINGS).await, tenant: tenant(1) };
        desk.put_policy(policy()).await;
        desk
    }

    pub fn caller(&self, person: &str) -> Caller {
        self.credit.as_person(person, self.tenant, &["*"])
    }

    pub fn customers(&self) -> CustomerServiceClient<Caller> {
        CustomerServiceClient::new(self.caller("tester"))
    }

    pub fn policies(&self) -> PolicyServiceClient<Caller> {
        PolicyServiceClient::new(self.caller("tester"))
    }

    pub fn desk(&self) -> CreditServiceClient<Caller> {
        self.desk_of("tester")
    }

    pub fn desk_of(&self, person: &str) -> CreditServiceClient<Caller> {
        CreditServiceClient::new(self.caller(person))
    }

    pub fn holds(&self, person: &str) -> HoldServiceClient<Caller> {
        HoldServiceClient::new(self.caller(person))
    }

    pub async fn put_policy(&self, policy: pb::CreditPolicy) -> pb::CreditPolicy {
        let request = pb::PutPolicyRequest { request_id: request_id(), policy: Some(policy) };
        self.policies().put_policy(request).await.expect("a policy is stored").into_inner().policy.expect("the policy")
    }

    pub async fn create(&self, customer: pb::Customer) -> Result<pb::Customer, Status> {
        let request = pb::CreateCustomerRequest { request_id: request_id(), customer: Some(customer) };
        Ok(self.customers().create_customer(request).await?.into_inner().customer.expect("the customer"))
    }

    pub async fn get(&self, name: &str) -> Result<pb::Customer, Status> {
        let request = pb::GetCustomerRequest { customer_id: name.to_owned() };
        Ok(self.customers().get_customer(request).await?.into_inner().customer.expect("the customer"))
    }

    /// A new customer with this limit.
    pub async fn customer_with_limit(&self, limit: i64) -> String {
        let customer = self.create(customer("")).await.expect("a customer is created").customer_id;
        self.set_limit(&customer, limit).await;
        customer
    }

    pub async fn set_limit(&self, customer: &str, limit: i64) -> pb::Limit {
        let request = set_limit(customer, limit);
        self.desk().set_limit(request).await.expect("a limit is set").into_inner().limit.expect("the limit")
    }

    pub async fn try_reserve(&self, request: pb::ReserveCreditRequest) -> Result<pb::Reservation, Status> {
        Ok(self.desk().reserve_credit(request).await?.into_inner().reservation.expect("the reservation"))
    }

    pub async fn reserve(&self, customer: &str, amount: i64) -> pb::Reservation {
        self.try_reserve(reserve(customer, amount)).await.expect("credit decides")
    }

    pub async fn reservation(&self, id: &str) -> pb::Reservation {
        let request = pb::GetReservationRequest { reservation_id: id.to_owned() };
        self.desk().get_reservation(request).await.expect("it is there").into_inner().reservation.expect("the reservation")
    }

    pub async fn exposure(&self, customer: &str, as_of: Option<Date>) -> pb::Exposure {
        let request = pb::GetExposureRequest { customer_id: customer.to_owned(), as_of };
        self.desk().get_exposure(request).await.expect("it is there").into_inner().exposure.expect("the exposure")
    }

    /// Held, open, unapplied and available of a customer, today.
    pub async fn sums(&self, customer: &str) -> (i64, i64, i64, i64) {
        let seen = self.exposure(customer, None).await;
        let open = minor(&seen.not_due) + minor(&seen.overdue);
        (minor(&seen.ordered), open, minor(&seen.unapplied), minor(&seen.available))
    }

    pub async fn open_cases(&self, customer: &str) -> Vec<pb::HoldCase> {
        let request =
            pb::ListHoldCasesRequest { state: pb::HoldCaseState::Open.into(), customer_id: customer.to_owned(), ..Default::default() };
        self.holds("tester").list_hold_cases(request).await.expect("a list").into_inner().hold_cases
    }

    pub async fn expire(&self, as_of: Date) -> i32 {
        let request = pb::ExpireReservationsRequest { request_id: request_id(), as_of: Some(as_of) };
        self.desk().expire_reservations(request).await.expect("it runs").into_inner().expired
    }

    /// Accounts whose held, open or unapplied sum is not the sum of its rows, and reservations that hold more than was
    /// asked for.
    pub async fn broken_sums(&self) -> i64 {
        let differs = |account: &str, row: &str, table: &str| {
            format!(
                "SELECT count(*) FROM credit_account a WHERE a.{account} <> (SELECT COALESCE(SUM(r.{row}), 0) FROM {table} r \
                 WHERE r.tenant_id = a.tenant_id AND r.customer_id = a.customer_id AND r.currency = a.currency)"
            )
        };
        let store = self.credit.store();
        store.number(&differs("held_minor", "held_minor", "reservation")).await
            + store.number(&differs("open_minor", "open_minor", "receivable")).await
            + store.number(&differs("unapplied_minor", "unapplied_minor", "receipt")).await
            + store.number("SELECT count(*) FROM reservation WHERE held_minor + committed_minor > amount_minor").await
            + store.number("SELECT count(*) FROM reservation WHERE state <> 'held' AND held_minor <> 0").await
    }
}

pub fn policy() -> pb::CreditPolicy {
    pb::CreditPolicy {
        name: "Standard".to_owned(),
        currency: "EUR".to_owned(),
        beyond_limit: pb::BeyondLimit::Hold.into(),
        four_eyes_above: Some(euro(1_000_000)),
        reservation_days: 30,
        limit_formula: Some(pb::LimitFormula {
            base: Some(euro(10_000)),
            per_score_point: Some(euro(1_000)),
            maximum: Some(euro(100_000)),
        }),
        ..Default::default()
    }
}

pub fn customer(external_id: &str) -> pb::Customer {
    pb::Customer {
        external_id: external_id.to_owned(),
        legal_name: "Buyer & Sons".to_owned(),
        country: "DE".to_owned(),
        city: "Hamburg".to_owned(),
        currency: "EUR".to_owned(),
        ..Default::default()
    }
}

pub fn set_limit(customer: &str, limit: i64) -> pb::SetLimitRequest {
    pb::SetLimitRequest {
        request_id: request_id(),
        customer_id: customer.to_owned(),
        amount: Some(euro(limit)),
        why: "Review".to_owned(),
        ..Default::default()
    }
}

pub fn reserve(customer: &str, amount: i64) -> pb::ReserveCreditRequest {
    pb::ReserveCreditRequest {
        request_id: request_id(),
        customer_id: customer.to_owned(),
        order_id: order_id(),
        amount: Some(euro(amount)),
        ..Default::default()
    }
}

pub fn order_id() -> String {
    format!("ord_{}", unique().simple())
}
