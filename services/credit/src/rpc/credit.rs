//! Decisions, reservations, limits, scores, exposure.

mod limits;
mod reserve;

use std::{slice, sync::Arc};

use quittance_api::{
    convert,
    credit::v1::{self as pb, credit_service_server::CreditService},
};
use quittance_chassis::{GroupCommit, db::Db, page_token::PageTokens, rpc, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, Money, ReservationId, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{as_of, date};
use crate::{
    domain::reservation::{Reservation, ReservationEvent},
    jobs::{expire_reservations, recheck_holds},
    store::{accounts, customers, reservations},
    wire,
};

/// The implementation of CreditService.
pub struct CreditRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Reservations of one tenant that share a transaction.
    reserving: GroupCommit<pb::ReserveCreditRequest, Arc<reserve::Order>, pb::ReserveCreditResponse>,
}

/// Most reservations in one transaction.
const RESERVED_TOGETHER: usize = 64;

impl CreditRpc {
    /// The service on this database.
    pub fn new(db: Db, page_tokens: PageTokens) -> Self {
        let body = |tx: Tx, orders| async move { reserve::reserve(&tx, orders).await };
        let reserving = GroupCommit::new(db.clone(), RESERVED_TOGETHER, |_| String::new(), body);
        Self { db, page_tokens, reserving }
    }
}

#[derive(Clone)]
struct Commit {
    id: ReservationId,
    amount: Option<Money>,
    as_of: Option<BusinessDate>,
}

#[derive(Clone)]
struct Release {
    id: ReservationId,
    why: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl CreditService for CreditRpc {
    async fn check_credit(&self, request: Request<pb::CheckCreditRequest>) -> Result<Response<pb::CheckCreditResponse>, Status> {
        rpc::read(&self.db, request, reserve::parse_check, |tx, order| async move { reserve::check(&tx, &order).await }).await
    }

    async fn reserve_credit(&self, request: Request<pb::ReserveCreditRequest>) -> Result<Response<pb::ReserveCreditResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        let order = rpc::reply(reserve::parse_reserve(&message))?.into_inner();
        rpc::reply(self.reserving.submit(ctx, &message, Arc::new(order)).await)
    }

    async fn commit_reservation(
        &self,
        request: Request<pb::CommitReservationRequest>,
    ) -> Result<Response<pb::CommitReservationResponse>, Status> {
        rpc::mutate(&self.db, request, parse_commit, |tx, commit: Commit| async move {
            let on = as_of(&tx, commit.as_of)?;
            let step = |reservation: &mut Reservation| {
                reservation.check_day(on)?;
                reservation.commit(commit.amount.unwrap_or(reservation.amount))
            };
            let reservation = change(&tx, commit.id, on, step).await?;
            Ok(pb::CommitReservationResponse { reservation: Some(wire::reservation(&reservation)) })
        })
        .await
    }

    async fn release_reservation(
        &self,
        request: Request<pb::ReleaseReservationRequest>,
    ) -> Result<Response<pb::ReleaseReservationResponse>, Status> {
        rpc::mutate(&self.db, request, parse_release, |tx, release: Release| async move {
            let on = as_of(&tx, release.as_of)?;
            let reservation = change(&tx, release.id, on, |reservation| reservation.end(ReservationEvent::Release)).await?;
            recheck_holds::drop_cases(&tx, slice::from_ref(&reservation), &release.why, on).await?;
            recheck_holds::of_customer(&tx, reservation.customer, on).await?;
            Ok(pb::ReleaseReservationResponse { reservation: Some(wire::reservation(&reservation)) })
        })
        .await
    }

    async fn expire_reservations(
        &self,
        request: Request<pb::ExpireReservationsRequest>,
    ) -> Result<Response<pb::ExpireReservationsResponse>, Status> {
        rpc::mutate(
            &self.db,
            request,
            |request| date(request.as_of.as_ref()),
            |tx, day| async move {
                let expired = expire_reservations::run(&tx, as_of(&tx, day)?).await?;
                Ok(pb::ExpireReservationsResponse { expired: i32::try_from(expired).unwrap_or(i32::MAX) })
            },
        )
        .await
    }

    async fn get_reservation(&self, request: Request<pb::GetReservationRequest>) -> Result<Response<pb::GetReservationResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| reservation_id(&query.reservation_id),
            |tx, id| async move {
                let reservation = reservations::load(&tx, id).await?;
                Ok(pb::GetReservationResponse { reservation: Some(wire::reservation(&reservation)) })
            },
        )
        .await
    }

    async fn get_exposure(&self, request: Request<pb::GetExposureRequest>) -> Result<Response<pb::GetExposureResponse>, Status> {
        rpc::read(&self.db, request, parse_exposure, |tx, (id, day)| async move {
            let customer = customers::load(&tx, id).await?;
            let account = accounts::load(&tx, id).await?;
            let exposure = accounts::exposure(&tx, &account, as_of(&tx, day)?).await?;
            let shown = wire::exposure(&exposure, customer.state)?;
            let exposure = pb::Exposure { score_source: account.score_source, ..shown };
            Ok(pb::GetExposureResponse { exposure: Some(exposure) })
        })
        .await
    }

    async fn set_limit(&self, request: Request<pb::SetLimitRequest>) -> Result<Response<pb::SetLimitResponse>, Status> {
        rpc::mutate(&self.db, request, limits::parse_set, |tx, wanted| async move {
            let limit = limits::set(&tx, wanted).await?;
            Ok(pb::SetLimitResponse { limit: Some(wire::limit(&limit)) })
        })
        .await
    }

    async fn decide_limit(&self, request: Request<pb::DecideLimitRequest>) -> Result<Response<pb::DecideLimitResponse>, Status> {
        rpc::mutate(&self.db, request, limits::parse_decide, |tx, verdict| async move {
            let limit = limits::decide(&tx, verdict).await?;
            Ok(pb::DecideLimitResponse { limit: Some(wire::limit(&limit)) })
        })
        .await
    }

    async fn list_limits(&self, request: Request<pb::ListLimitsRequest>) -> Result<Response<pb::ListLimitsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        let tokens = self.page_tokens.clone();
        rpc::reply(limits::list(&self.db, tokens, ctx, query).await)
    }

    async fn set_score(&self, request: Request<pb::SetScoreRequest>) -> Result<Response<pb::SetScoreResponse>, Status> {
        rpc::mutate(&self.db, request, limits::parse_score, |tx, scored| async move { limits::score(&tx, scored).await }).await
    }

    async fn explain_decision(
        &self,
        request: Request<pb::ExplainDecisionRequest>,
    ) -> Result<Response<pb::ExplainDecisionResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| reservation_id(&query.reservation_id),
            |tx, id| async move {
                let (reservation, rules, exposure) = reservations::load_decision(&tx, id).await?;
                let customer = customers::load(&tx, reservation.customer).await?;
                Ok(pb::ExplainDecisionResponse {
                    decision: wire::decision(reservation.decision).into(),
                    rules: wire::rules(&rules),
                    policy_version: reservation.policy_version,
                    exposure: Some(wire::exposure(&exposure, customer.state)?),
                    amount: Some(convert::money_to_wire(reservation.amount)),
                })
            },
        )
        .await
    }
}

/// Moves a reservation and takes what it no longer holds out of the account, both locked.
async fn change(
    tx: &Tx,
    id: ReservationId,
    on: BusinessDate,
    step: impl FnOnce(&mut Reservation) -> Result<Money, Fault>,
) -> Result<Reservation, Fault> {
    let customer = reservations::customer_of(tx, id).await?;
    let mut account = accounts::load_for_update(tx, customer).await?;
    let mut reservation = reservations::load_for_update(tx, id).await?;
    let moved = step(&mut reservation)?;
    account.add_held(moved.neg())?;
    accounts::save(tx, &account).await?;
    reservations::save(tx, slice::from_mut(&mut reservation), on).await?;
    Ok(reservation)
}

fn reservation_id(id: &str) -> Result<ReservationId, Fault> {
    ReservationId::parse(id).map_err(|fault| fault.field("reservation_id"))
}

fn parse_commit(request: &pb::CommitReservationRequest) -> Result<Commit, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("reservation_id", ReservationId::parse(&request.reservation_id));
    let amount = request.amount.as_ref().and_then(|_| {
        let amount = convert::money_from_wire(&request.amount).and_then(Money::require_positive);
        violations.take("amount", amount)
    });
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let id = id.ok_or_else(|| Fault::internal("a checked request is missing its reservation"))?;
    Ok(Commit { id, amount, as_of: as_of.flatten() })
}

fn parse_release(request: &pb::ReleaseReservationRequest) -> Result<Release, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("reservation_id", ReservationId::parse(&request.reservation_id));
    let why = violations.take("why", text::clean(&request.why, 500));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let missing = || Fault::internal("a checked request is missing its reservation");
    let (id, why) = id.zip(why).ok_or_else(missing)?;
    Ok(Release { id, why, as_of: as_of.flatten() })
}

fn parse_exposure(query: &pb::GetExposureRequest) -> Result<(CustomerId, Option<BusinessDate>), Fault> {
    let mut violations = Violations::new();
    let id = violations.take("customer_id", CustomerId::parse(&query.customer_id));
    let day = violations.take("as_of", date(query.as_of.as_ref()));
    violations.finish()?;
    let id = id.ok_or_else(|| Fault::internal("a checked request is missing its customer"))?;
    Ok((id, day.flatten()))
}
