//! Lists of exceptions and of their queues.

use quittance_api::convert::{money_to_wire, timestamp_to_wire};
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Ctx, Db, Tx};
use quittance_types::{Fault, PageRequest, Violations, text};

use super::super::filter;
use super::assign::MAX_OWNER;
use super::routing::MAX_QUEUE;
use crate::store::exceptions::{self, ExceptionFilter, QueueSums};
use crate::wire;

/// Exceptions, the most urgent first.
pub async fn exceptions(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::ListExceptionsRequest,
) -> Result<pb::ListExceptionsResponse, Fault> {
    let wanted = wanted(&query)?;
    let numbers = format!("{}|{}|{}", query.state, query.kind, query.late);
    let scope = tokens.scope(&ctx, &[&query.queue, &query.owner, &numbers]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx, (wanted, page): (ExceptionFilter, PageRequest)| async move { exceptions::page(&tx, &wanted, &page).await };
    let (found, total) = db.read(ctx, (wanted, page), body).await?;
    Ok(pb::ListExceptionsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        exceptions: found.items.iter().map(wire::exceptions::exception).collect(),
        total_count: i64::try_from(total).unwrap_or(i64::MAX),
    })
}

fn wanted(query: &pb::ListExceptionsRequest) -> Result<ExceptionFilter, Fault> {
    let mut violations = Violations::new();
    let queue = violations.take("queue", text::clean(&query.queue, MAX_QUEUE)).unwrap_or_default();
    let state = violations.take("state", filter::<pb::ExceptionState>(query.state)).flatten();
    let kind = violations.take("kind", filter::<pb::ExceptionKind>(query.kind)).flatten();
    let owner = violations.take("owner", text::clean(&query.owner, MAX_OWNER)).unwrap_or_default();
    violations.finish()?;
    Ok(ExceptionFilter {
        queue,
        state: state.and_then(wire::exceptions::state_of),
        kind: kind.and_then(wire::exceptions::kind_of),
        owner,
        late: query.late,
    })
}

/// What waits in every queue.
pub async fn queues(tx: &Tx) -> Result<pb::ListExceptionQueuesResponse, Fault> {
    Ok(pb::ListExceptionQueuesResponse { queues: exceptions::queues(tx).await?.into_iter().map(queue).collect() })
}

fn queue(sums: QueueSums) -> pb::ExceptionQueue {
    pb::ExceptionQueue {
        queue: sums.queue,
        waiting: sums.waiting,
        unassigned: sums.unassigned,
        late: sums.late,
        amounts: sums.amounts.into_iter().map(money_to_wire).collect(),
        oldest_time: Some(timestamp_to_wire(sums.oldest)),
    }
}
