//! Giving an exception to somebody, or back to its queue.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{ExceptionId, Fault, Violations, text};

use super::super::{check_etag, checked};
use crate::store::exceptions::{self, Change};
use crate::wire;

/// Longest name of an owner.
pub const MAX_OWNER: usize = 140;

/// Who gets it.
#[derive(Clone)]
pub struct Command {
    exception: ExceptionId,
    owner: String,
    etag: String,
}

/// Reads the request.
pub fn parse(request: &pb::AssignExceptionRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let exception = violations.take("exception_id", ExceptionId::parse(&request.exception_id));
    let owner = violations.take("owner", text::clean(&request.owner, MAX_OWNER));
    violations.finish()?;
    let command = || Some(Command { exception: exception?, owner: owner?, etag: request.etag.clone() });
    checked(command())
}

/// Gives it.
pub async fn run(tx: &Tx, command: Command) -> Result<pb::AssignExceptionResponse, Fault> {
    let before = exceptions::load_for_update(tx, command.exception).await?;
    check_etag(&command.etag, before.version)?;
    let mut after = before.clone();
    after.assign(&command.owner)?;
    let answer = pb::AssignExceptionResponse { exception: Some(wire::exceptions::exception(&after)) };
    exceptions::save(tx, vec![Change::of(before, after)]).await?;
    Ok(answer)
}
