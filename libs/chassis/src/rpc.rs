//! How a handler looks: parse, one transaction, answer.
//!
//! ```ignore
//! async fn get_invoice(&self, request: Request<GetInvoiceRequest>) -> Result<Response<Invoice>, Status> {
//!     rpc::read(&self.db, request, parse_get, |tx, id| async move { store::invoices::load(&tx, id).await }).await
//! }
//! ```

use std::future::Future;

use prost::Message;
use quittance_api::Mutation;
use quittance_api::status::to_status;
use quittance_types::{Fault, Outcome};
use tonic::{Request, Response, Status};

use crate::ctx::Ctx;
use crate::db::Db;
use crate::tx::Tx;

/// Answers a question: parses the message and runs `body` in a read-only transaction.
///
/// # Errors
/// The status of the fault that `parse`, the database or `body` met.
pub async fn read<Q, C, R, F, Fut>(
    db: &Db,
    request: Request<Q>,
    parse: impl FnOnce(&Q) -> Result<C, Fault>,
    body: F,
) -> Result<Response<R>, Status>
where
    C: Clone + Send + Sync + 'static,
    R: Send + 'static,
    F: Fn(Tx, C) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, Fault>> + Send + 'static,
{
    let (ctx, message) = open(request)?;
    let input = parse(&message).map_err(|fault| refuse(&fault))?;
    reply(db.read(ctx, input, body).await)
}

/// Changes facts: parses the message and runs `body` in one transaction together with the idempotency row. A request
/// that was answered before gets the same answer, and `body` does not run.
///
/// # Errors
/// The status of the fault that `parse`, the idempotency check, the database or `body` met.
pub async fn mutate<Q, C, R, F, Fut>(
    db: &Db,
    request: Request<Q>,
    parse: impl FnOnce(&Q) -> Result<C, Fault>,
    body: F,
) -> Result<Response<R>, Status>
where
    Q: Mutation + Message + Clone,
    C: Clone + Send + Sync + 'static,
    R: Message + Default + Send + 'static,
    F: Fn(Tx, C) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, Fault>> + Send + 'static,
{
    let (ctx, message) = open(request)?;
    let command = parse(&message).map_err(|fault| refuse(&fault))?;
    reply(db.mutate(ctx, &message, command, body).await)
}

/// Takes the context and the message out of a request that came through the server's stack.
///
/// # Errors
/// `INTERNAL_ERROR` if the request did not come through the stack, or the method is public and has no caller.
pub fn open<Q>(mut request: Request<Q>) -> Result<(Ctx, Q), Status> {
    let ctx = request.extensions_mut().remove::<Ctx>();
    let ctx = ctx.ok_or_else(|| refuse(&Fault::internal("a handler was called without the server's stack")))?;
    Ok((ctx, request.into_inner()))
}

/// Turns the outcome of a handler into what the caller gets.
///
/// # Errors
/// The status of the fault.
pub fn reply<R>(outcome: Result<R, Fault>) -> Result<Response<R>, Status> {
    outcome.map(Response::new).map_err(|fault| refuse(&fault))
}

/// The status of a fault; what only operators may see goes to the log. A caller's mistake is no error of ours.
#[must_use]
pub fn refuse(fault: &Fault) -> Status {
    let reason = fault.reason().as_str();
    let detail = fault.operator_detail().unwrap_or_default();
    match fault.outcome() {
        Outcome::Internal => tracing::error!(reason, detail, "{}", fault.message()),
        Outcome::Unavailable => tracing::warn!(reason, detail, "{}", fault.message()),
        _ => tracing::debug!(reason, detail, "{}", fault.message()),
    }
    to_status(fault)
}
