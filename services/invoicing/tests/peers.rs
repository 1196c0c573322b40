//! Stand-ins for the other services: real servers and logs with the simplest rules behind them.

use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::credit_service_server::{CreditService, CreditServiceServer};
use quittance_api::credit::v1::customer_service_server::{CustomerService, CustomerServiceServer};
use quittance_chassis::db::RowExt;
use quittance_chassis::service::{App, Assembly, Service};
use quittance_chassis::{Ctx, Db, Emit, Migration, rpc};
use quittance_types::{CustomerId, Fault, OrderId, Reason, TenantId, Uuid};
use serde::Deserialize;
use tonic::{Request, Response, Status, async_trait};

/// Credit: knows customers, and decides by the amount.
pub struct Credit;
/// Reconciliation: a log.
pub struct Reconciliation;
/// Collections: a log.
pub struct Collections;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

const CUSTOMERS: &str =
    "CREATE TABLE customer (tenant_id {uuid} NOT NULL, id {uuid} NOT NULL, payment_terms TEXT NOT NULL, PRIMARY KEY (tenant_id, id));\n";

impl Service for Credit {
    const NAME: &'static str = "credit";
    const CONFIG: &'static str = "";
    type Settings = NoSettings;

    fn migrations() -> Vec<Migration> {
        vec![Migration { name: "0001_stand_in", sql: CUSTOMERS }]
    }

    fn assemble(app: &App<NoSettings>) -> Result<Assembly, Fault> {
        let db = app.db.clone();
        Ok(Assembly::new().grpc(CreditServiceServer::new(Decider { db: db.clone() })).grpc(CustomerServiceServer::new(Master { db })))
    }
}

macro_rules! log_only {
    ($($service:ident = $name:literal),+) => {$(
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

log_only!(Reconciliation = "reconciliation", Collections = "collections");

/// Lets a stand-in say something.
pub async fn publish<M: prost::Message + prost::Name + Clone + 'static>(db: &Db, tenant: TenantId, key: Uuid, event: M) {
    let body = move |tx: quittance_chassis::Tx, event: M| async move {
        tx.emit(Emit::public(key, key, &event));
        Ok(())
    };
    db.write(Ctx::system("test", tenant), event, body).await.expect("an event is written");
}

/// Makes a customer known to credit, with or without telling anybody.
pub async fn customer(db: &Db, tenant: TenantId, payment_terms: &str, tell: bool) -> CustomerId {
    let body = move |tx: quittance_chassis::Tx, terms: String| async move {
        let id = CustomerId::new(tx.new_id());
        let values = vec![tx.tenant().uuid().into(), id.uuid().into(), terms.clone().into()];
        tx.execute("INSERT INTO customer (tenant_id, id, payment_terms) VALUES ($1, $2, $3)", values).await?;
        if tell {
            let event = pb::CustomerChanged { customer: Some(message(id, terms)) };
            tx.emit(Emit::public(id, id, &event));
        }
        Ok(id)
    };
    db.write(Ctx::system("test", tenant), payment_terms.to_owned(), body).await.expect("a customer is written")
}

fn message(id: CustomerId, payment_terms: String) -> pb::Customer {
    pb::Customer {
        customer_id: id.to_string(),
        legal_name: "Buyer & Sons".to_owned(),
        country: "DE".to_owned(),
        currency: "EUR".to_owned(),
        payment_terms,
        etag: "1".to_owned(),
        ..Default::default()
    }
}

struct Master {
    db: Db,
}

#[async_trait]
impl CustomerService for Master {
    async fn get_customer(&self, request: Request<pb::GetCustomerRequest>) -> Result<Response<pb::GetCustomerResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| CustomerId::parse(&query.customer_id),
            |tx, id| async move {
                let values = vec![tx.tenant().uuid().into(), id.uuid().into()];
                let row = tx.one("SELECT payment_terms FROM customer WHERE tenant_id = $1 AND id = $2", values).await?;
                let terms = row.ok_or_else(|| id.not_found())?.value("payment_terms")?;
                Ok(pb::GetCustomerResponse { customer: Some(message(id, terms)) })
            },
        )
        .await
    }

    async fn create_customer(&self, _: Request<pb::CreateCustomerRequest>) -> Result<Response<pb::CreateCustomerResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn batch_import_customers(
        &self,
        _: Request<pb::BatchImportCustomersRequest>,
    ) -> Result<Response<pb::BatchImportCustomersResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_customers(&self, _: Request<pb::ListCustomersRequest>) -> Result<Response<pb::ListCustomersResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn update_customer(&self, _: Request<pb::UpdateCustomerRequest>) -> Result<Response<pb::UpdateCustomerResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}

struct Decider {
    db: Db,
}

/// Up to 10,000 is approved, up to 100,000 held, and the rest to be paid first.
fn decision(units: i64) -> pb::Decision {
    match units {
        ..=10_000 => pb::Decision::Approve,
        10_001..=100_000 => pb::Decision::Hold,
        _ => pb::Decision::Prepay,
    }
}

#[async_trait]
impl CreditService for Decider {
    async fn reserve_credit(&self, request: Request<pb::ReserveCreditRequest>) -> Result<Response<pb::ReserveCreditResponse>, Status> {
        let parse = |asked: &pb::ReserveCreditRequest| Ok(asked.clone());
        rpc::mutate(&self.db, request, parse, |tx, asked: pb::ReserveCreditRequest| async move {
            let units = asked.amount.as_ref().map(|amount| amount.units).unwrap_or_default();
            if units > 1_000_000 {
                return Err(Fault::new(Reason::CreditLimitExceeded, "too much").with("available", "10000.00"));
            }
            let decision = if asked.payment_method == "barter" { pb::Decision::Reject } else { decision(units) };
            let reasons = if decision == pb::Decision::Approve { Vec::new() } else { vec!["CREDIT_LIMIT_EXCEEDED".to_owned()] };
            let order = OrderId::parse(&asked.order_id)?;
            let reservation = pb::Reservation {
                reservation_id: format!("rsv_{}", order.uuid().simple()),
                customer_id: asked.customer_id,
                order_id: asked.order_id,
                amount: asked.amount,
                decision: decision.into(),
                reasons,
                ..Default::default()
            };
            let event = pb::CreditDecided { reservation: Some(reservation.clone()) };
            tx.emit(Emit::internal(order, order.uuid(), &event));
            let available = Some(quittance_api::google::r#type::Money { currency_code: "EUR".to_owned(), units: 10_000, nanos: 0 });
            Ok(pb::ReserveCreditResponse { reservation: Some(reservation), available })
        })
        .await
    }

    async fn release_reservation(
        &self,
        request: Request<pb::ReleaseReservationRequest>,
    ) -> Result<Response<pb::ReleaseReservationResponse>, Status> {
        rpc::mutate(&self.db, request, |_| Ok(()), |_, ()| async move { Ok(pb::ReleaseReservationResponse::default()) }).await
    }

    async fn check_credit(&self, _: Request<pb::CheckCreditRequest>) -> Result<Response<pb::CheckCreditResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn commit_reservation(
        &self,
        _: Request<pb::CommitReservationRequest>,
    ) -> Result<Response<pb::CommitReservationResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn expire_reservations(
        &self,
        _: Request<pb::ExpireReservationsRequest>,
    ) -> Result<Response<pb::ExpireReservationsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_reservation(&self, _: Request<pb::GetReservationRequest>) -> Result<Response<pb::GetReservationResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_exposure(&self, _: Request<pb::GetExposureRequest>) -> Result<Response<pb::GetExposureResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn set_limit(&self, _: Request<pb::SetLimitRequest>) -> Result<Response<pb::SetLimitResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn decide_limit(&self, _: Request<pb::DecideLimitRequest>) -> Result<Response<pb::DecideLimitResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_limits(&self, _: Request<pb::ListLimitsRequest>) -> Result<Response<pb::ListLimitsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn set_score(&self, _: Request<pb::SetScoreRequest>) -> Result<Response<pb::SetScoreResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn explain_decision(&self, _: Request<pb::ExplainDecisionRequest>) -> Result<Response<pb::ExplainDecisionResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}
