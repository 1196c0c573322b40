//! The routing table.

use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Emit, Tx};
use quittance_types::{Fault, Money, Reason, Violations, text};

use super::super::{check_etag, filter, optional_amount};
use super::assign::MAX_OWNER;
use crate::domain::exception::routing::{Route, Routing};
use crate::store::exceptions;
use crate::wire;

/// Longest name of a queue.
pub const MAX_QUEUE: usize = 40;
const MAX_ROUTES: usize = 100;
/// Hours of a year.
const MAX_HOURS: u32 = 8_760;

/// What is to be put.
#[derive(Clone)]
pub struct Command {
    routes: Vec<Route>,
    etag: String,
}

/// Reads the request.
pub fn parse(request: &pb::PutExceptionRoutingRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    if request.routes.len() > MAX_ROUTES {
        violations.push("routes", Fault::new(Reason::TooManyItems, format!("at most {MAX_ROUTES} routes")));
    }
    let mut routes = Vec::new();
    for (index, route) in request.routes.iter().take(MAX_ROUTES).enumerate() {
        routes.extend(parse_route(&mut violations, index, route));
    }
    violations.finish()?;
    Ok(Command { routes, etag: request.etag.clone() })
}

fn parse_route(violations: &mut Violations, index: usize, route: &pb::ExceptionRoute) -> Option<Route> {
    let field = |name: &str| format!("routes[{index}].{name}");
    let kind = violations.take(field("kind"), filter::<pb::ExceptionKind>(route.kind));
    let at_least = violations.take(field("amount_at_least"), least(route));
    let queue = violations.take(field("queue"), queue(&route.queue));
    let hours = violations.take(field("answer_within_hours"), hours(route.answer_within_hours));
    let owner = violations.take(field("owner"), text::clean(&route.owner, MAX_OWNER));
    Some(Route { kind: kind?.and_then(wire::exceptions::kind_of), at_least: at_least?, queue: queue?, hours: hours?, owner: owner? })
}

/// An amount of zero or more; none fits any amount and currency.
fn least(route: &pb::ExceptionRoute) -> Result<Option<Money>, Fault> {
    match &route.amount_at_least {
        None => Ok(None),
        Some(amount) if amount.units == 0 && amount.nanos == 0 => money_from_wire(&route.amount_at_least).map(Some),
        Some(_) => optional_amount(&route.amount_at_least),
    }
}

fn queue(name: &str) -> Result<String, Fault> {
    if name.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "name the queue"));
    }
    let is_plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
    if is_plain && name.len() <= MAX_QUEUE {
        return Ok(name.to_owned());
    }
    Err(Fault::new(Reason::FieldOutOfRange, "1 to 40 lower-case letters, digits, _ and -"))
}

fn hours(hours: i32) -> Result<u32, Fault> {
    let hours = u32::try_from(hours).ok().filter(|hours| (1..=MAX_HOURS).contains(hours));
    hours.ok_or_else(|| Fault::new(Reason::FieldOutOfRange, format!("1 to {MAX_HOURS} hours")))
}

/// Replaces the table, and routes anew what waits.
pub async fn put(tx: &Tx, command: Command) -> Result<pb::PutExceptionRoutingResponse, Fault> {
    let current = exceptions::lock_routing(tx).await?;
    check_etag(&command.etag, current.version)?;
    let routing = Routing { routes: command.routes, version: current.version.saturating_add(1) };
    exceptions::put_routing(tx, &routing).await?;
    let (routes, etag) = (told(&routing), routing.version.to_string());
    let changed = pb::ExceptionRoutingChanged { routes: routes.clone(), etag: etag.clone() };
    tx.emit(Emit::internal(tx.tenant(), tx.tenant(), &changed));
    Ok(pb::PutExceptionRoutingResponse { routes, etag })
}

/// The table.
pub async fn get(tx: &Tx) -> Result<pb::GetExceptionRoutingResponse, Fault> {
    let routing = exceptions::routing(tx).await?;
    Ok(pb::GetExceptionRoutingResponse { routes: told(&routing), etag: routing.version.to_string() })
}

fn told(routing: &Routing) -> Vec<pb::ExceptionRoute> {
    routing.routes.iter().map(wire::exceptions::route).collect()
}
