//! Domain values to contract messages and back.

use quittance_api::{convert, credit::v1 as pb};
use quittance_chassis::request::filter;
use quittance_types::{Currency, CustomerId, Fault, Violations};

use crate::domain::{
    customer::{Contact, Customer, CustomerDetails, CustomerState},
    decision::{Decision, RuleOutcome},
    exposure::Exposure,
    hold::{HoldCase, HoldCaseState},
    limit::{Limit, LimitState},
    policy::{BeyondLimit, CreditPolicy},
    reservation::{Reservation, ReservationState},
};

/// The customer as the contract has it.
pub fn customer(customer: &Customer) -> pb::Customer {
    let details = customer.details.clone();
    let state = match customer.state {
        CustomerState::Active => pb::CustomerState::Active,
        CustomerState::Watch => pb::CustomerState::Watch,
        CustomerState::Hold => pb::CustomerState::Hold,
        CustomerState::PrepayOnly => pb::CustomerState::PrepayOnly,
        CustomerState::Closed => pb::CustomerState::Closed,
    };
    pb::Customer {
        customer_id: customer.id.to_string(),
        external_id: details.external_id,
        legal_name: details.legal_name,
        country: details.country,
        city: details.city,
        vat_id: details.vat_id,
        currency: details.currency.code().to_owned(),
        payment_terms: details.payment_terms,
        parent_customer_id: details.parent.map(|parent| parent.to_string()).unwrap_or_default(),
        ibans: details.ibans,
        contacts: details.contacts.into_iter().map(contact).collect(),
        segment: details.segment,
        state: state.into(),
        etag: customer.version.to_string(),
        create_time: Some(convert::timestamp_to_wire(customer.created_at)),
    }
}

fn contact(contact: Contact) -> pb::Contact {
    pb::Contact { name: contact.name, email: contact.email, phone: contact.phone, role: contact.role, language: contact.language }
}

/// What a caller says of a customer; fields only the service sets are ignored.
///
/// # Errors
/// Pushed to `violations` under `prefix`; `None` when the currency or the parent cannot be read at all.
pub fn details(message: &pb::Customer, prefix: &str, violations: &mut Violations) -> Option<CustomerDetails> {
    let currency = violations.take(format!("{prefix}currency"), Currency::parse(&message.currency));
    let parent = match message.parent_customer_id.as_str() {
        "" => None,
        parent => violations.take(format!("{prefix}parent_customer_id"), CustomerId::parse(parent)),
    };
    let contacts = message.contacts.iter().enumerate().filter_map(|(index, contact)| {
        let role = filter::<pb::ContactRole>(contact.role);
        violations.take(format!("{prefix}contacts[{index}].role"), role)?;
        Some(Contact {
            name: contact.name.clone(),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            role: contact.role,
            language: contact.language.clone(),
        })
    });
    let contacts = contacts.collect();
    let details = CustomerDetails {
        external_id: message.external_id.clone(),
        legal_name: message.legal_name.clone(),
        country: message.country.clone(),
        city: message.city.clone(),
        vat_id: message.vat_id.clone(),
        currency: currency.unwrap_or(Currency::EUR),
        payment_terms: message.payment_terms.clone(),
        parent,
        ibans: message.ibans.clone(),
        contacts,
        segment: message.segment.clone(),
    };
    let checked = details.check(prefix, violations);
    currency.map(|_| checked)
}

/// The policy as the contract has it.
pub fn policy(policy: &CreditPolicy) -> pb::CreditPolicy {
    let beyond_limit = match policy.beyond_limit {
        BeyondLimit::Hold => pb::BeyondLimit::Hold,
        BeyondLimit::Reject => pb::BeyondLimit::Reject,
        BeyondLimit::Prepay => pb::BeyondLimit::Prepay,
    };
    pb::CreditPolicy {
        policy_id: policy.id.to_string(),
        version: policy.version,
        name: policy.name.clone(),
        currency: policy.currency.code().to_owned(),
        minimum_score: policy.minimum_score,
        allowed_terms: policy.allowed_terms.clone(),
        allowed_methods: policy.allowed_methods.clone(),
        limit_formula: Some(pb::LimitFormula {
            base: Some(convert::money_to_wire(policy.formula.base)),
            per_score_point: Some(convert::money_to_wire(policy.formula.per_score_point)),
            maximum: Some(convert::money_to_wire(policy.formula.maximum)),
        }),
        beyond_limit: beyond_limit.into(),
        four_eyes_above: policy.four_eyes_above.map(convert::money_to_wire),
        reservation_days: policy.reservation_days,
        hold_when_overdue_days: policy.hold_when_overdue_days,
    }
}

/// The decision as the contract has it.
pub fn decision(decision: Decision) -> pb::Decision {
    match decision {
        Decision::Approve => pb::Decision::Approve,
        Decision::Hold => pb::Decision::Hold,
        Decision::Reject => pb::Decision::Reject,
        Decision::Prepay => pb::Decision::Prepay,
    }
}

/// The rules as the contract has them.
pub fn rules(rules: &[RuleOutcome]) -> Vec<pb::RuleOutcome> {
    let wire = |rule: &RuleOutcome| pb::RuleOutcome { reason: rule.reason.clone(), passed: rule.passed, finding: rule.finding.clone() };
    rules.iter().map(wire).collect()
}

/// The reservation as the contract has it.
pub fn reservation(reservation: &Reservation) -> pb::Reservation {
    let state = match reservation.state {
        ReservationState::Requested => pb::ReservationState::Requested,
        ReservationState::Held => pb::ReservationState::Held,
        ReservationState::Committed => pb::ReservationState::Committed,
        ReservationState::Released => pb::ReservationState::Released,
        ReservationState::Expired => pb::ReservationState::Expired,
        ReservationState::Rejected => pb::ReservationState::Rejected,
    };
    pb::Reservation {
        reservation_id: reservation.id.to_string(),
        customer_id: reservation.customer.to_string(),
        order_id: reservation.order_id.clone(),
        amount: Some(convert::money_to_wire(reservation.amount)),
        held: Some(convert::money_to_wire(reservation.held)),
        committed: Some(convert::money_to_wire(reservation.committed)),
        state: state.into(),
        decision: decision(reservation.decision).into(),
        reasons: reservation.reasons.clone(),
        expires_on: Some(convert::date_to_wire(reservation.expires_on)),
        policy_version: reservation.policy_version,
        version: reservation.version,
    }
}

/// The exposure as the contract has it, without the source of its score.
///
/// # Errors
/// AMOUNT_OUT_OF_RANGE when the buckets' sum is too large.
pub fn exposure(exposure: &Exposure, state: CustomerState) -> Result<pb::Exposure, Fault> {
    let total = exposure.total()?;
    let available = exposure.limit.map(|limit| exposure.available(limit)).transpose()?;
    let over = exposure.limit.is_some_and(|limit| limit.compare(total).is_ok_and(std::cmp::Ordering::is_lt));
    let standing = match state {
        CustomerState::Hold | CustomerState::PrepayOnly | CustomerState::Closed => pb::CustomerStanding::OnHold,
        CustomerState::Active | CustomerState::Watch if over => pb::CustomerStanding::OverLimit,
        CustomerState::Active | CustomerState::Watch => pb::CustomerStanding::Good,
    };
    Ok(pb::Exposure {
        customer_id: exposure.customer.to_string(),
        limit: exposure.limit.map(convert::money_to_wire),
        ordered: Some(convert::money_to_wire(exposure.ordered)),
        not_due: Some(convert::money_to_wire(exposure.not_due)),
        overdue: Some(convert::money_to_wire(exposure.overdue)),
        disputed: Some(convert::money_to_wire(exposure.disputed)),
        unapplied: Some(convert::money_to_wire(exposure.unapplied)),
        total: Some(convert::money_to_wire(total)),
        available: available.map(convert::money_to_wire),
        oldest_overdue_days: exposure.oldest_overdue_days,
        score: exposure.score,
        standing: standing.into(),
        score_source: String::new(),
    })
}

/// The limit as the contract has it.
pub fn limit(limit: &Limit) -> pb::Limit {
    let state = match limit.state {
        LimitState::Proposed => pb::LimitState::Proposed,
        LimitState::Active => pb::LimitState::Active,
        LimitState::Superseded => pb::LimitState::Superseded,
        LimitState::Rejected => pb::LimitState::Rejected,
    };
    pb::Limit {
        limit_id: limit.id.to_string(),
        customer_id: limit.customer.to_string(),
        amount: Some(convert::money_to_wire(limit.amount)),
        state: state.into(),
        requested_by: limit.requested_by.clone(),
        approved_by: limit.approved_by.clone().unwrap_or_default(),
        why: limit.why.clone(),
        etag: limit.version.to_string(),
        create_time: Some(convert::timestamp_to_wire(limit.created_at)),
    }
}

/// The state a filter asks for.
pub fn limit_state(state: pb::LimitState) -> Option<LimitState> {
    match state {
        pb::LimitState::Unspecified => None,
        pb::LimitState::Proposed => Some(LimitState::Proposed),
        pb::LimitState::Active => Some(LimitState::Active),
        pb::LimitState::Superseded => Some(LimitState::Superseded),
        pb::LimitState::Rejected => Some(LimitState::Rejected),
    }
}

/// The hold case as the contract has it.
pub fn hold_case(case: &HoldCase) -> pb::HoldCase {
    let state = match case.state {
        HoldCaseState::Open => pb::HoldCaseState::Open,
        HoldCaseState::Released => pb::HoldCaseState::Released,
        HoldCaseState::Rejected => pb::HoldCaseState::Rejected,
        HoldCaseState::Expired => pb::HoldCaseState::Expired,
    };
    pb::HoldCase {
        hold_case_id: case.id.to_string(),
        customer_id: case.customer.to_string(),
        order_id: case.order_id.clone(),
        reservation_id: case.reservation.to_string(),
        amount: Some(convert::money_to_wire(case.amount)),
        state: state.into(),
        rules: rules(&case.rules),
        requested_by: case.requested_by.clone(),
        decided_by: case.decided_by.clone().unwrap_or_default(),
        why: case.why.clone(),
        opened_on: Some(convert::date_to_wire(case.opened_on)),
        create_time: Some(convert::timestamp_to_wire(case.created_at)),
        etag: case.version.to_string(),
    }
}

/// The state a filter asks for.
pub fn hold_case_state(state: pb::HoldCaseState) -> Option<HoldCaseState> {
    match state {
        pb::HoldCaseState::Unspecified => None,
        pb::HoldCaseState::Open => Some(HoldCaseState::Open),
        pb::HoldCaseState::Released => Some(HoldCaseState::Released),
        pb::HoldCaseState::Rejected => Some(HoldCaseState::Rejected),
        pb::HoldCaseState::Expired => Some(HoldCaseState::Expired),
    }
}
