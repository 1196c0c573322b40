//! Stand-ins for the other services: real servers and logs with the simplest rules behind them.

use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::credit_service_server::{CreditService, CreditServiceServer};
use quittance_api::credit::v1::customer_service_server::CustomerServiceServer;
use quittance_chassis::{App, Assembly, Db, Emit, Migration, Service, rpc};
pub use quittance_testkit::stand_in::publish;
use quittance_testkit::stand_in::{NoSettings, customers};
use quittance_testkit::unique;
use quittance_types::{CustomerId, Fault, OrderId, Reason, TenantId};
use tonic::{Request, Response, Status, async_trait};

quittance_testkit::log_only!(Reconciliation = "reconciliation", Collections = "collections");

/// Credit: knows customers, and decides by the amount.
pub struct Credit;

impl Service for Credit {
    const NAME: &'static str = "credit";
    const CONFIG: &'static str = "";
    type Settings = NoSettings;

    fn migrations() -> Vec<Migration> {
        vec![customers::MIGRATION]
    }

    fn assemble(app: &App<NoSettings>) -> Result<Assembly, Fault> {
        let db = app.db.clone();
        let customers = CustomerServiceServer::new(customers::Customers { db: db.clone() });
        Ok(Assembly::new().grpc(CreditServiceServer::new(Decider { db })).grpc(customers))
    }
}

/// Makes a customer known to credit, with or without telling anybody.
pub async fn customer(db: &Db, tenant: TenantId, payment_terms: &str, tell: bool) -> CustomerId {
    let id = CustomerId::new(unique());
    let customer = pb::Customer {
        customer_id: id.to_string(),
        legal_name: "Buyer & Sons".to_owned(),
        country: "DE".to_owned(),
        currency: "EUR".to_owned(),
        payment_terms: payment_terms.to_owned(),
        etag: "1".to_owned(),
        ..Default::default()
    };
    customers::add(db, tenant, customer, tell).await;
    id
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
