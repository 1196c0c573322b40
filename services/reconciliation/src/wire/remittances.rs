//! Remittance advices as messages.

use quittance_api::convert::{date_to_wire, money_to_wire, timestamp_to_wire};
use quittance_api::reconciliation::v1 as pb;
use quittance_types::{BankLineId, CustomerId};

use crate::domain::remittance::{AdviceLine, AdviceState, RemittanceAdvice};

/// An advice as a message.
pub fn advice(advice: &RemittanceAdvice) -> pb::RemittanceAdvice {
    pb::RemittanceAdvice {
        remittance_advice_id: advice.id.to_string(),
        format: advice.format.clone(),
        file_name: advice.file_name.clone(),
        number: advice.number.clone(),
        advice_date: advice.advice_on.map(date_to_wire),
        total: advice.total.map(money_to_wire),
        payer_name: advice.payer_name.clone(),
        payer_iban: advice.payer_iban.clone(),
        customer_number: advice.customer_number.clone(),
        customer_id: advice.customer.as_ref().map(CustomerId::to_string).unwrap_or_default(),
        state: state(advice.state).into(),
        findings: advice.findings.clone(),
        lines: advice.lines.iter().map(line).collect(),
        bank_line_id: advice.bank_line.as_ref().map(BankLineId::to_string).unwrap_or_default(),
        create_time: Some(timestamp_to_wire(advice.created_at)),
        etag: advice.version.to_string(),
    }
}

fn line(line: &AdviceLine) -> pb::RemittanceLine {
    pb::RemittanceLine {
        document: line.document.clone(),
        gross: line.gross.map(money_to_wire),
        deduction: line.deduction.map(money_to_wire),
        reason: line.reason.clone(),
        net: line.net.map(money_to_wire),
        span: line.span.clone(),
    }
}

fn state(state: AdviceState) -> pb::RemittanceAdviceState {
    match state {
        AdviceState::Proven => pb::RemittanceAdviceState::Proven,
        AdviceState::Review => pb::RemittanceAdviceState::Review,
        AdviceState::Used => pb::RemittanceAdviceState::Used,
    }
}

/// The state a filter names; none for UNSPECIFIED.
pub fn advice_state_of(state: pb::RemittanceAdviceState) -> Option<AdviceState> {
    match state {
        pb::RemittanceAdviceState::Unspecified => None,
        pb::RemittanceAdviceState::Proven => Some(AdviceState::Proven),
        pb::RemittanceAdviceState::Review => Some(AdviceState::Review),
        pb::RemittanceAdviceState::Used => Some(AdviceState::Used),
    }
}
