//! Resolving one exception.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{BusinessDate, ExceptionId, Fault, Violations};

use super::super::{check_etag, checked, date};
use super::act::{self, Action, Desk, Order};
use crate::ledgers::Ledgers;
use crate::store::exceptions;
use crate::wire;

/// What resolves it.
#[derive(Clone)]
pub struct Command {
    exception: ExceptionId,
    action: Action,
    why: String,
    etag: String,
    as_of: Option<BusinessDate>,
}

impl Command {
    /// To be called before the transaction that resolves it.
    pub async fn prepare(&self, tx: &Tx, ledgers: &Ledgers) -> Result<(), Fault> {
        act::prepare(tx, ledgers, &[self.exception.uuid()], self.action).await
    }
}

/// Reads the request.
pub fn parse(request: &pb::ResolveExceptionRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let exception = violations.take("exception_id", ExceptionId::parse(&request.exception_id));
    let (action, why) = act::parse(&mut violations, request.action.as_ref(), &request.why);
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let etag = request.etag.clone();
    let command = || Some(Command { exception: exception?, action: action?, why: why?, etag, as_of: as_of? });
    checked(command())
}

/// Resolves it.
pub async fn run(tx: &Tx, ledgers: &Ledgers, command: Command) -> Result<pb::ResolveExceptionResponse, Fault> {
    let order = Order { action: command.action, why: command.why, on: command.as_of };
    order.require_day(tx)?;
    let seen = exceptions::load(tx, command.exception).await?;
    check_etag(&command.etag, seen.version)?;
    let mut desk = Desk::open(tx, ledgers, std::slice::from_ref(&seen), order.action).await?;
    let exception = exceptions::load_for_update(tx, command.exception).await?;
    check_etag(&command.etag, exception.version)?;
    let (resolved, _) = desk.act(tx, &exception, &order)?;
    desk.save(tx).await?;
    Ok(pb::ResolveExceptionResponse { exception: Some(wire::exceptions::exception(&resolved)) })
}
