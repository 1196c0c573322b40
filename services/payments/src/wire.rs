//! Domain values to contract messages and back.

use quittance_api::{convert, payments::v1 as pb};

use crate::domain::payment::{Payment, PaymentState, Rail};
use crate::domain::refund::Refund;

/// The rail a request chose.
pub fn rail(rail: pb::Rail) -> Option<Rail> {
    match rail {
        pb::Rail::Unspecified => None,
        pb::Rail::Card => Some(Rail::Card),
        pb::Rail::SepaDirectDebit => Some(Rail::SepaDirectDebit),
        pb::Rail::Ach => Some(Rail::Ach),
        pb::Rail::Transfer => Some(Rail::Transfer),
    }
}

fn state(state: PaymentState) -> pb::PaymentState {
    match state {
        PaymentState::Created => pb::PaymentState::Created,
        PaymentState::Pending => pb::PaymentState::Pending,
        PaymentState::Unknown => pb::PaymentState::Unknown,
        PaymentState::Settled => pb::PaymentState::Settled,
        PaymentState::Failed => pb::PaymentState::Failed,
        PaymentState::Cancelled => pb::PaymentState::Cancelled,
        PaymentState::Returned => pb::PaymentState::Returned,
        PaymentState::PartlyRefunded => pb::PaymentState::PartlyRefunded,
        PaymentState::Refunded => pb::PaymentState::Refunded,
    }
}

/// The state a filter asks for.
pub fn state_filter(wanted: pb::PaymentState) -> Option<PaymentState> {
    PaymentState::ALL.into_iter().find(|candidate| state(*candidate) == wanted)
}

/// The payment as the contract has it.
pub fn payment(payment: &Payment) -> pb::Payment {
    let rail = match payment.rail {
        Rail::Card => pb::Rail::Card,
        Rail::SepaDirectDebit => pb::Rail::SepaDirectDebit,
        Rail::Ach => pb::Rail::Ach,
        Rail::Transfer => pb::Rail::Transfer,
    };
    let allocations = payment.allocations.iter().map(|allocation| pb::PaymentAllocation {
        invoice_id: allocation.invoice.to_string(),
        amount: Some(convert::money_to_wire(allocation.amount)),
    });
    let transitions = payment.transitions.iter().map(|transition| pb::PaymentTransition {
        from: state(transition.from).into(),
        to: state(transition.to).into(),
        on: Some(convert::date_to_wire(transition.on)),
        source: transition.source.clone(),
    });
    pb::Payment {
        payment_id: payment.id.to_string(),
        customer_id: payment.customer.to_string(),
        amount: Some(convert::money_to_wire(payment.amount)),
        refunded: Some(convert::money_to_wire(payment.refunded)),
        rail: rail.into(),
        state: state(payment.state).into(),
        allocations: allocations.collect(),
        reason_code: payment.reason_code.clone(),
        transitions: transitions.collect(),
        created_on: Some(convert::date_to_wire(payment.created_on)),
        settled_on: payment.settled_on.map(convert::date_to_wire),
        create_time: Some(convert::timestamp_to_wire(payment.created_at)),
        etag: payment.version.to_string(),
    }
}

/// The refund as the contract has it.
pub fn refund(refund: &Refund) -> pb::Refund {
    pb::Refund {
        refund_id: refund.id.to_string(),
        payment_id: refund.payment.to_string(),
        customer_id: refund.customer.to_string(),
        amount: Some(convert::money_to_wire(refund.amount)),
        why: refund.why.clone(),
        refunded_on: Some(convert::date_to_wire(refund.refunded_on)),
        create_time: Some(convert::timestamp_to_wire(refund.created_at)),
    }
}
