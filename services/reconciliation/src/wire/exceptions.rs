//! Exceptions and their routing as messages.

use quittance_api::convert::{date_to_wire, money_to_wire, timestamp_to_wire};
use quittance_api::reconciliation::v1 as pb;
use quittance_types::{CustomerId, ReceiptId};

use crate::domain::exception::routing::Route;
use crate::domain::exception::{Exception, ExceptionKind, ExceptionReason, ExceptionState};

/// An exception as a message.
pub fn exception(exception: &Exception) -> pb::Exception {
    let about = &exception.about;
    let end = exception.end.as_ref();
    pb::Exception {
        exception_id: exception.id.to_string(),
        bank_line_id: about.line.to_string(),
        receipt_id: about.receipt.as_ref().map(ReceiptId::to_string).unwrap_or_default(),
        kind: kind(about.kind).into(),
        state: state(exception.state).into(),
        reasons: about.reasons.iter().map(reason).collect(),
        amount: Some(money_to_wire(about.amount)),
        booking_date: Some(date_to_wire(about.booked_on)),
        customer_id: about.customer.as_ref().map(CustomerId::to_string).unwrap_or_default(),
        queue: exception.queue.clone(),
        owner: exception.owner.clone(),
        due_time: Some(timestamp_to_wire(exception.due_at)),
        create_time: Some(timestamp_to_wire(exception.created_at)),
        resolve_time: end.map(|end| timestamp_to_wire(end.at)),
        resolved_by: end.map(|end| end.by.clone()).unwrap_or_default(),
        resolution: end.map(|end| end.resolution.as_str().to_owned()).unwrap_or_default(),
        version: exception.version,
        etag: exception.version.to_string(),
    }
}

fn reason(reason: &ExceptionReason) -> pb::ExceptionReason {
    pb::ExceptionReason { field: reason.field.clone(), reason: reason.reason.clone(), message: reason.message.clone() }
}

/// A route as a message.
pub fn route(route: &Route) -> pb::ExceptionRoute {
    pb::ExceptionRoute {
        kind: route.kind.map_or(pb::ExceptionKind::Unspecified, kind).into(),
        amount_at_least: route.at_least.map(money_to_wire),
        queue: route.queue.clone(),
        answer_within_hours: i32::try_from(route.hours).unwrap_or(i32::MAX),
        owner: route.owner.clone(),
    }
}

fn kind(kind: ExceptionKind) -> pb::ExceptionKind {
    match kind {
        ExceptionKind::Unidentified => pb::ExceptionKind::Unidentified,
        ExceptionKind::Unapplied => pb::ExceptionKind::Unapplied,
        ExceptionKind::OverAmount => pb::ExceptionKind::OverAmount,
        ExceptionKind::UnderAmount => pb::ExceptionKind::UnderAmount,
        ExceptionKind::CurrencyMismatch => pb::ExceptionKind::CurrencyMismatch,
        ExceptionKind::SplitMismatch => pb::ExceptionKind::SplitMismatch,
        ExceptionKind::ReferenceConflict => pb::ExceptionKind::ReferenceConflict,
        ExceptionKind::Duplicate => pb::ExceptionKind::Duplicate,
        ExceptionKind::Uncertain => pb::ExceptionKind::Uncertain,
        ExceptionKind::Suspense => pb::ExceptionKind::Suspense,
        ExceptionKind::NotReceivable => pb::ExceptionKind::NotReceivable,
    }
}

/// The kind a filter or route names; none for UNSPECIFIED.
pub fn kind_of(kind: pb::ExceptionKind) -> Option<ExceptionKind> {
    match kind {
        pb::ExceptionKind::Unspecified => None,
        pb::ExceptionKind::Unidentified => Some(ExceptionKind::Unidentified),
        pb::ExceptionKind::Unapplied => Some(ExceptionKind::Unapplied),
        pb::ExceptionKind::OverAmount => Some(ExceptionKind::OverAmount),
        pb::ExceptionKind::UnderAmount => Some(ExceptionKind::UnderAmount),
        pb::ExceptionKind::CurrencyMismatch => Some(ExceptionKind::CurrencyMismatch),
        pb::ExceptionKind::SplitMismatch => Some(ExceptionKind::SplitMismatch),
        pb::ExceptionKind::ReferenceConflict => Some(ExceptionKind::ReferenceConflict),
        pb::ExceptionKind::Duplicate => Some(ExceptionKind::Duplicate),
        pb::ExceptionKind::Uncertain => Some(ExceptionKind::Uncertain),
        pb::ExceptionKind::Suspense => Some(ExceptionKind::Suspense),
        pb::ExceptionKind::NotReceivable => Some(ExceptionKind::NotReceivable),
    }
}

fn state(state: ExceptionState) -> pb::ExceptionState {
    match state {
        ExceptionState::Open => pb::ExceptionState::Open,
        ExceptionState::Assigned => pb::ExceptionState::Assigned,
        ExceptionState::Resolved => pb::ExceptionState::Resolved,
    }
}

/// The state a filter names; none for UNSPECIFIED.
pub fn state_of(state: pb::ExceptionState) -> Option<ExceptionState> {
    match state {
        pb::ExceptionState::Unspecified => None,
        pb::ExceptionState::Open => Some(ExceptionState::Open),
        pb::ExceptionState::Assigned => Some(ExceptionState::Assigned),
        pb::ExceptionState::Resolved => Some(ExceptionState::Resolved),
    }
}
