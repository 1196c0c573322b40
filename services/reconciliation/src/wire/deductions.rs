//! Deductions and confirmations as messages.

use quittance_api::convert::{date_to_wire, money_to_wire, timestamp_to_wire};
use quittance_api::reconciliation::v1 as pb;
use quittance_types::BankLineId;

use crate::domain::confirmation::Confirmation;
use crate::domain::deduction::{Deduction, DeductionCode, DeductionState};

/// A deduction as a message.
pub fn deduction(deduction: &Deduction) -> pb::Deduction {
    pb::Deduction {
        deduction_id: deduction.id.to_string(),
        open_item_id: deduction.item.to_string(),
        document_number: deduction.document_number.clone(),
        customer_id: deduction.customer.to_string(),
        application_id: deduction.application.to_string(),
        bank_line_id: deduction.line.as_ref().map(BankLineId::to_string).unwrap_or_default(),
        amount: Some(money_to_wire(deduction.amount)),
        code: deduction.code.map_or(pb::DeductionCode::Unspecified, code).into(),
        said: deduction.said.clone(),
        suggested_code: deduction.suggested.map_or(pb::DeductionCode::Unspecified, code).into(),
        state: state(deduction.state).into(),
        deducted_on: Some(date_to_wire(deduction.deducted_on)),
        create_time: Some(timestamp_to_wire(deduction.created_at)),
        decided_by: deduction.decided_by.clone(),
        version: deduction.version,
        etag: deduction.version.to_string(),
    }
}

/// A confirmation as a message.
pub fn confirmation(confirmation: &Confirmation) -> pb::Confirmation {
    let decided = &confirmation.decided;
    pb::Confirmation {
        confirmation_id: confirmation.id.to_string(),
        bank_line_id: decided.line.to_string(),
        customer_id: decided.customer.to_string(),
        confirmed_by: confirmation.by.clone(),
        how: decided.how.as_str().to_owned(),
        counterparty_name: confirmation.said.counterparty_name.clone(),
        counterparty_iban: confirmation.said.counterparty_iban.clone(),
        amount: Some(money_to_wire(decided.amount)),
        documents: decided.applied.iter().map(|figure| figure.name.clone()).collect(),
        create_time: Some(timestamp_to_wire(confirmation.at)),
    }
}

fn code(code: DeductionCode) -> pb::DeductionCode {
    match code {
        DeductionCode::Price => pb::DeductionCode::Price,
        DeductionCode::Quantity => pb::DeductionCode::Quantity,
        DeductionCode::Quality => pb::DeductionCode::Quality,
        DeductionCode::Return => pb::DeductionCode::Return,
        DeductionCode::Freight => pb::DeductionCode::Freight,
        DeductionCode::Tax => pb::DeductionCode::Tax,
        DeductionCode::DiscountUnearned => pb::DeductionCode::DiscountUnearned,
        DeductionCode::Promotion => pb::DeductionCode::Promotion,
        DeductionCode::DuplicateBilling => pb::DeductionCode::DuplicateBilling,
        DeductionCode::NotReceived => pb::DeductionCode::NotReceived,
        DeductionCode::PurchaseOrderMissing => pb::DeductionCode::PurchaseOrderMissing,
        DeductionCode::Other => pb::DeductionCode::Other,
    }
}

/// The code a request names; none for UNSPECIFIED.
pub fn code_of(code: pb::DeductionCode) -> Option<DeductionCode> {
    match code {
        pb::DeductionCode::Unspecified => None,
        pb::DeductionCode::Price => Some(DeductionCode::Price),
        pb::DeductionCode::Quantity => Some(DeductionCode::Quantity),
        pb::DeductionCode::Quality => Some(DeductionCode::Quality),
        pb::DeductionCode::Return => Some(DeductionCode::Return),
        pb::DeductionCode::Freight => Some(DeductionCode::Freight),
        pb::DeductionCode::Tax => Some(DeductionCode::Tax),
        pb::DeductionCode::DiscountUnearned => Some(DeductionCode::DiscountUnearned),
        pb::DeductionCode::Promotion => Some(DeductionCode::Promotion),
        pb::DeductionCode::DuplicateBilling => Some(DeductionCode::DuplicateBilling),
        pb::DeductionCode::NotReceived => Some(DeductionCode::NotReceived),
        pb::DeductionCode::PurchaseOrderMissing => Some(DeductionCode::PurchaseOrderMissing),
        pb::DeductionCode::Other => Some(DeductionCode::Other),
    }
}

fn state(state: DeductionState) -> pb::DeductionState {
    match state {
        DeductionState::Open => pb::DeductionState::Open,
        DeductionState::Coded => pb::DeductionState::Coded,
        DeductionState::Valid => pb::DeductionState::Valid,
        DeductionState::Invalid => pb::DeductionState::Invalid,
        DeductionState::WrittenOff => pb::DeductionState::WrittenOff,
        DeductionState::Settled => pb::DeductionState::Settled,
    }
}

/// The state a filter or request names; none for UNSPECIFIED.
pub fn state_of(state: pb::DeductionState) -> Option<DeductionState> {
    match state {
        pb::DeductionState::Unspecified => None,
        pb::DeductionState::Open => Some(DeductionState::Open),
        pb::DeductionState::Coded => Some(DeductionState::Coded),
        pb::DeductionState::Valid => Some(DeductionState::Valid),
        pb::DeductionState::Invalid => Some(DeductionState::Invalid),
        pb::DeductionState::WrittenOff => Some(DeductionState::WrittenOff),
        pb::DeductionState::Settled => Some(DeductionState::Settled),
    }
}
