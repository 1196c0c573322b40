//! Matching: run, propose, explain, decide, count.

mod accept;
mod confirmations;
mod correct;
mod explain;
mod propose;
mod run;
mod runs;
mod split;
mod statistics;

use quittance_api::reconciliation::v1::{self as pb, match_service_server::MatchService};
use quittance_chassis::Db;
use quittance_chassis::page_token::PageTokens;
use tonic::{Request, Response, Status, async_trait};

use crate::jobs::match_runs::Worker;
use crate::ledgers::Ledgers;

/// The implementation of MatchService.
pub struct MatchRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// What the engine knows.
    pub ledgers: Ledgers,
    /// Works on runs.
    pub worker: Worker,
}

#[async_trait]
impl MatchService for MatchRpc {
    async fn run_matching(&self, request: Request<pb::RunMatchingRequest>) -> Result<Response<pb::RunMatchingResponse>, Status> {
        run::run(self, request).await
    }

    async fn start_match_run(&self, request: Request<pb::StartMatchRunRequest>) -> Result<Response<pb::StartMatchRunResponse>, Status> {
        runs::start(self, request).await
    }

    async fn get_match_run(&self, request: Request<pb::GetMatchRunRequest>) -> Result<Response<pb::GetMatchRunResponse>, Status> {
        runs::get(self, request).await
    }

    async fn list_match_runs(&self, request: Request<pb::ListMatchRunsRequest>) -> Result<Response<pb::ListMatchRunsResponse>, Status> {
        runs::list(self, request).await
    }

    async fn pause_match_run(&self, request: Request<pb::PauseMatchRunRequest>) -> Result<Response<pb::PauseMatchRunResponse>, Status> {
        runs::pause(self, request).await
    }

    async fn resume_match_run(&self, request: Request<pb::ResumeMatchRunRequest>) -> Result<Response<pb::ResumeMatchRunResponse>, Status> {
        runs::resume(self, request).await
    }

    async fn propose_match(&self, request: Request<pb::ProposeMatchRequest>) -> Result<Response<pb::ProposeMatchResponse>, Status> {
        propose::propose(self, request).await
    }

    async fn explain_line(&self, request: Request<pb::ExplainLineRequest>) -> Result<Response<pb::ExplainLineResponse>, Status> {
        explain::explain(self, request).await
    }

    async fn accept_proposal(&self, request: Request<pb::AcceptProposalRequest>) -> Result<Response<pb::AcceptProposalResponse>, Status> {
        accept::accept(self, request).await
    }

    async fn correct_match(&self, request: Request<pb::CorrectMatchRequest>) -> Result<Response<pb::CorrectMatchResponse>, Status> {
        correct::correct(self, request).await
    }

    async fn split_line(&self, request: Request<pb::SplitLineRequest>) -> Result<Response<pb::SplitLineResponse>, Status> {
        split::split(self, request).await
    }

    async fn get_match_statistics(
        &self,
        request: Request<pb::GetMatchStatisticsRequest>,
    ) -> Result<Response<pb::GetMatchStatisticsResponse>, Status> {
        statistics::statistics(self, request).await
    }

    async fn list_confirmations(
        &self,
        request: Request<pb::ListConfirmationsRequest>,
    ) -> Result<Response<pb::ListConfirmationsResponse>, Status> {
        confirmations::list(self, request).await
    }

    async fn forget_customer(&self, request: Request<pb::ForgetCustomerRequest>) -> Result<Response<pb::ForgetCustomerResponse>, Status> {
        confirmations::forget(self, request).await
    }
}
