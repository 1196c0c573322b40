//! The straight-through rate with its parts.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::rpc;
use tonic::{Request, Response, Status};

use super::MatchRpc;
use crate::rpc::date;
use crate::store::lines;
use crate::wire;

/// Lines by rule, outcome and refusal.
pub async fn statistics(
    rpc: &MatchRpc,
    request: Request<pb::GetMatchStatisticsRequest>,
) -> Result<Response<pb::GetMatchStatisticsResponse>, Status> {
    let parse = |query: &pb::GetMatchStatisticsRequest| date(query.from_date.as_ref()).map_err(|fault| fault.field("from_date"));
    rpc::read(&rpc.db, request, parse, |tx, from| async move {
        let statistics = lines::statistics(&tx, from).await?.into_iter().map(|one| pb::MatchStatistic {
            rule: one.rule,
            state: wire::line_state(one.state).into(),
            lines: one.lines,
            refusal: one.refusal,
            by_person: one.by_person,
        });
        Ok(pb::GetMatchStatisticsResponse { statistics: statistics.collect() })
    })
    .await
}
