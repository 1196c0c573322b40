//! Resolving many exceptions by one action, each on its own.

use std::collections::{BTreeMap, BTreeSet};

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{BusinessDate, ExceptionId, Fault, Reason, Uuid, Violations};

use super::super::{checked, date, filter};
use super::act::{self, Action, Desk, Order};
use crate::domain::exception::{Exception, ExceptionKind};
use crate::ledgers::Ledgers;
use crate::store::exceptions::{self, ExceptionFilter};
use crate::wire;

/// Most exceptions at once.
const MOST: usize = 500;

/// Which exceptions.
#[derive(Clone, Debug)]
enum Which {
    Named(Vec<ExceptionId>),
    MostUrgent { queue: String, kind: Option<ExceptionKind> },
}

/// What resolves which.
#[derive(Clone)]
pub struct Command {
    which: Which,
    action: Action,
    why: String,
    preview: bool,
    as_of: Option<BusinessDate>,
}

impl Command {
    /// To be called before the transaction that resolves them.
    pub async fn prepare(&self, tx: &Tx, ledgers: &Ledgers) -> Result<(), Fault> {
        let ids = ids(tx, self.which.clone()).await?;
        act::prepare(tx, ledgers, &sorted(&ids), self.action).await
    }
}

/// Reads the request.
pub fn parse(request: &pb::BulkResolveExceptionsRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let which = which(&mut violations, request);
    let (action, why) = act::parse(&mut violations, request.action.as_ref(), &request.why);
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Command { which, action: action?, why: why?, preview: request.preview, as_of: as_of? });
    checked(command())
}

fn which(violations: &mut Violations, request: &pb::BulkResolveExceptionsRequest) -> Which {
    let kind = violations.take("kind", filter::<pb::ExceptionKind>(request.kind)).flatten().and_then(wire::exceptions::kind_of);
    match (request.exception_ids.is_empty(), request.queue.is_empty()) {
        (true, true) => violations.push("exception_ids", Fault::new(Reason::FieldRequired, "name exceptions or a queue")),
        (false, false) => violations.push("queue", Fault::new(Reason::FieldsConflict, "name exceptions or a queue, not both")),
        (true, false) | (false, true) => {}
    }
    if kind.is_some() && request.queue.is_empty() {
        violations.push("kind", Fault::new(Reason::FieldsConflict, "a kind goes with a queue, not with exceptions"));
    }
    if request.exception_ids.len() > MOST {
        violations.push("exception_ids", Fault::new(Reason::TooManyItems, format!("at most {MOST} at once")));
    }
    if !request.queue.is_empty() {
        return Which::MostUrgent { queue: request.queue.clone(), kind };
    }
    let mut seen = BTreeSet::new();
    let mut named = Vec::new();
    for (index, id) in request.exception_ids.iter().take(MOST).enumerate() {
        let id = violations.take(format!("exception_ids[{index}]"), ExceptionId::parse(id));
        named.extend(id.filter(|id| seen.insert(*id)));
    }
    Which::Named(named)
}

/// Resolves them, or only says what that would do.
pub async fn run(tx: &Tx, ledgers: &Ledgers, command: Command) -> Result<pb::BulkResolveExceptionsResponse, Fault> {
    let order = Order { action: command.action, why: command.why, on: command.as_of };
    order.require_day(tx)?;
    let ids = ids(tx, command.which).await?;
    // Receipts and items are locked before exceptions, as everywhere.
    let seen = exceptions::read_ids(tx, &sorted(&ids)).await?;
    let mut desk = Desk::open(tx, ledgers, &seen, order.action).await?;
    let held = exceptions::with_ids(tx, &sorted(&ids)).await?;
    let held: BTreeMap<ExceptionId, Exception> = held.into_iter().map(|exception| (exception.id, exception)).collect();
    let mut answer = pb::BulkResolveExceptionsResponse::default();
    for id in ids {
        let outcome = held.get(&id).ok_or_else(|| id.not_found()).and_then(|exception| desk.act(tx, exception, &order));
        answer.resolutions.push(match outcome {
            Ok((_, effect)) => {
                answer.resolved = answer.resolved.saturating_add(1);
                pb::BulkResolution { exception_id: id.to_string(), effect, ..Default::default() }
            }
            Err(fault) if fault.outcome().is_our_failure() => return Err(fault),
            Err(fault) => {
                answer.refused = answer.refused.saturating_add(1);
                refused(id, &fault)
            }
        });
    }
    if !command.preview {
        desk.save(tx).await?;
    }
    Ok(answer)
}

async fn ids(tx: &Tx, which: Which) -> Result<Vec<ExceptionId>, Fault> {
    match which {
        Which::Named(ids) => Ok(ids),
        Which::MostUrgent { queue, kind } => {
            let filter = ExceptionFilter { queue, kind, ..ExceptionFilter::default() };
            exceptions::most_urgent(tx, &filter, u64::try_from(MOST).unwrap_or(u64::MAX)).await
        }
    }
}

/// Ids in the order of locks.
fn sorted(ids: &[ExceptionId]) -> Vec<Uuid> {
    let mut sorted: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    sorted.sort_unstable();
    sorted
}

fn refused(id: ExceptionId, fault: &Fault) -> pb::BulkResolution {
    pb::BulkResolution {
        exception_id: id.to_string(),
        reason: fault.reason().as_str().to_owned(),
        message: fault.message().to_owned(),
        effect: String::new(),
    }
}
