//! Matching what waits, at once.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Tx, rpc};
use quittance_types::{BusinessDate, Fault};
use tonic::{Request, Response, Status};

use super::MatchRpc;
use crate::jobs::match_runs::progress;
use crate::jobs::matching::{self, Matched, Mode, Portion, Run};
use crate::ledgers::Ledgers;
use crate::rpc::{date, day_of};
use crate::wire;

/// Most lines of a call.
const MOST_LINES: u64 = 10_000;
/// Outcomes a dry run tells.
const MOST_OUTCOMES: usize = 1_000;

#[derive(Clone, Copy)]
struct Command {
    as_of: Option<BusinessDate>,
    dry_run: bool,
}

fn parse(request: &pb::RunMatchingRequest) -> Result<Command, Fault> {
    let as_of = date(request.as_of.as_ref()).map_err(|fault| fault.field("as_of"))?;
    Ok(Command { as_of, dry_run: request.dry_run })
}

/// Matches waiting lines, oldest first.
pub async fn run(rpc: &MatchRpc, request: Request<pb::RunMatchingRequest>) -> Result<Response<pb::RunMatchingResponse>, Status> {
    let (ctx, message) = rpc::open(request)?;
    let answer = async {
        let command = parse(&message)?;
        matching::prepare(&rpc.db, ctx.clone(), &rpc.ledgers).await?;
        let ledgers = rpc.ledgers.clone();
        rpc.db.mutate(ctx, &message, (command, ledgers), |tx, (command, ledgers)| async move { execute(&tx, command, ledgers).await }).await
    };
    rpc::reply(answer.await)
}

async fn execute(tx: &Tx, command: Command, ledgers: Ledgers) -> Result<pb::RunMatchingResponse, Fault> {
    let mode = if command.dry_run { Mode::DryRun } else { Mode::Store };
    let run = Run { ledgers, as_of: day_of(tx, command.as_of, BusinessDate::MIN)?, mode };
    let portion = Portion { seller: None, news_at: matching::news_at(tx).await?, after: None, limit: MOST_LINES };
    let Matched { outcomes, more, .. } = matching::portion(tx, &run, portion).await?;
    let progress = progress(&outcomes);
    let told = if command.dry_run { MOST_OUTCOMES } else { 0 };
    let outcomes = outcomes.iter().take(told).map(|one| wire::matching::decided(&one.line, one.state, &one.proposed));
    Ok(pb::RunMatchingResponse {
        lines_seen: progress.seen,
        applied: progress.applied,
        unapplied: progress.unapplied,
        unidentified: progress.unidentified,
        more,
        outcomes: outcomes.collect::<Result<Vec<pb::MatchOutcome>, Fault>>()?,
    })
}
