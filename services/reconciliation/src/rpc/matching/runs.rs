//! Runs over waiting lines: start, look, pause, resume.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Tx, rpc};
use quittance_types::{BusinessDate, Fault, LegalEntityId, MatchRunId, PageRequest, Timestamp, Violations};
use tonic::{Request, Response, Status};

use super::MatchRpc;
use crate::domain::match_run::{MatchRun, MatchRunEvent, MatchRunState, Progress};
use crate::jobs::matching;
use crate::rpc::{checked, date, day_of, optional};
use crate::store::{copies, lines, match_runs};
use crate::wire;

#[derive(Clone, Copy)]
struct Start {
    seller: Option<LegalEntityId>,
    as_of: Option<BusinessDate>,
}

fn parse_start(request: &pb::StartMatchRunRequest) -> Result<Start, Fault> {
    let mut violations = Violations::new();
    let seller = violations.take("legal_entity_id", optional(&request.legal_entity_id, LegalEntityId::parse));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Start { seller: seller?, as_of: as_of? });
    checked(command())
}

/// Queues a run and wakes whoever works on runs.
pub async fn start(rpc: &MatchRpc, request: Request<pb::StartMatchRunRequest>) -> Result<Response<pb::StartMatchRunResponse>, Status> {
    let started = rpc::mutate(&rpc.db, request, parse_start, |tx, command| async move {
        let run = new_run(&tx, command).await?;
        match_runs::insert(&tx, &run).await?;
        Ok(pb::StartMatchRunResponse { match_run: Some(wire::matching::run(&run)) })
    });
    let started = started.await?;
    rpc.worker.wake();
    Ok(started)
}

async fn new_run(tx: &Tx, command: Start) -> Result<MatchRun, Fault> {
    if let Some(seller) = command.seller {
        copies::require_legal_entity(tx, seller).await?;
    }
    let news_at = matching::news_at(tx).await?;
    let waiting = lines::count_waiting(tx, command.seller, news_at).await?;
    Ok(MatchRun {
        id: MatchRunId::new(tx.new_id()),
        seller: command.seller,
        state: MatchRunState::Queued,
        lines_total: i32::try_from(waiting).unwrap_or(i32::MAX),
        progress: Progress::default(),
        as_of: day_of(tx, command.as_of, BusinessDate::MIN)?,
        news_at,
        after: None,
        error: String::new(),
        failures: 0,
        lease_owner: String::new(),
        lease_until: Timestamp::from_micros(0),
        version: 1,
        created_at: tx.now(),
        ended_at: None,
    })
}

/// A run with its progress.
pub async fn get(rpc: &MatchRpc, request: Request<pb::GetMatchRunRequest>) -> Result<Response<pb::GetMatchRunResponse>, Status> {
    rpc::read(
        &rpc.db,
        request,
        |query: &pb::GetMatchRunRequest| id(&query.match_run_id),
        |tx, id| async move {
            let run = match_runs::load(&tx, id).await?;
            Ok(pb::GetMatchRunResponse { match_run: Some(wire::matching::run(&run)) })
        },
    )
    .await
}

/// Runs, newest first.
pub async fn list(rpc: &MatchRpc, request: Request<pb::ListMatchRunsRequest>) -> Result<Response<pb::ListMatchRunsResponse>, Status> {
    let (ctx, query) = rpc::open(request)?;
    let answer = async {
        let scope = rpc.page_tokens.scope(&ctx, &[]);
        let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
        let found = rpc.db.read(ctx, page, |tx, page| async move { match_runs::page(&tx, &page).await }).await?;
        Ok(pb::ListMatchRunsResponse {
            next_page_token: scope.seal(found.next.as_deref()),
            match_runs: found.items.iter().map(wire::matching::run).collect(),
        })
    };
    rpc::reply(answer.await)
}

/// Stops a run: the portion at hand is finished first, since it holds the run.
pub async fn pause(rpc: &MatchRpc, request: Request<pb::PauseMatchRunRequest>) -> Result<Response<pb::PauseMatchRunResponse>, Status> {
    rpc::mutate(
        &rpc.db,
        request,
        |request: &pb::PauseMatchRunRequest| id(&request.match_run_id),
        |tx, id| async move {
            let run = change(&tx, id, MatchRunEvent::Paused).await?;
            Ok(pb::PauseMatchRunResponse { match_run: Some(wire::matching::run(&run)) })
        },
    )
    .await
}

/// Goes on with a paused run.
pub async fn resume(rpc: &MatchRpc, request: Request<pb::ResumeMatchRunRequest>) -> Result<Response<pb::ResumeMatchRunResponse>, Status> {
    let resumed = rpc::mutate(
        &rpc.db,
        request,
        |request: &pb::ResumeMatchRunRequest| id(&request.match_run_id),
        |tx, id| async move {
            let run = change(&tx, id, MatchRunEvent::Resumed).await?;
            Ok(pb::ResumeMatchRunResponse { match_run: Some(wire::matching::run(&run)) })
        },
    );
    let resumed = resumed.await?;
    rpc.worker.wake();
    Ok(resumed)
}

async fn change(tx: &Tx, id: MatchRunId, event: MatchRunEvent) -> Result<MatchRun, Fault> {
    let mut run = match_runs::load_for_update(tx, id).await?;
    run.happen(event, tx.now())?;
    match_runs::save(tx, &run).await?;
    match_runs::publish(tx, &run);
    Ok(run)
}

fn id(text: &str) -> Result<MatchRunId, Fault> {
    MatchRunId::parse(text).map_err(|fault| fault.field("match_run_id"))
}
