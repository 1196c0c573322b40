//! Advices as rows.

use std::collections::HashMap;

use quittance_chassis::Tx;
use quittance_types::{BankLineId, BusinessDate, Currency, CustomerId, Fault, Money, RemittanceAdviceId, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ActiveValue, IntoActiveModel};

use super::lines_of;
use crate::domain::remittance::{AdviceLine, AdviceState, RemittanceAdvice};
use crate::store::entity::remittance_advice::{ActiveModel, Model};
use crate::store::entity::remittance_line;
use crate::store::{corrupt, day, known, money};

pub(super) fn model(tx: &Tx, sha256: [u8; 32], place: i32, advice: &RemittanceAdvice) -> Model {
    Model {
        tenant_id: tx.tenant().uuid(),
        remittance_advice_id: advice.id.uuid(),
        sha256: sha256.to_vec(),
        place,
        format: advice.format.clone(),
        file_name: advice.file_name.clone(),
        number: advice.number.clone(),
        advice_on: advice.advice_on.map(BusinessDate::days),
        currency: advice.currency.map(|currency| currency.code().to_owned()).unwrap_or_default(),
        total: advice.total.map(Money::minor),
        payer_name: advice.payer_name.clone(),
        payer_iban: advice.payer_iban.clone(),
        customer_number: advice.customer_number.clone(),
        customer_id: advice.customer.map(CustomerId::uuid),
        state: advice.state.as_str().to_owned(),
        findings: findings(advice),
        bank_line_id: advice.bank_line.map(BankLineId::uuid),
        version: advice.version,
        created_at: advice.created_at.micros(),
        changed_at: tx.now().micros(),
    }
}

/// What of an advice may change.
pub(super) fn changes(tx: &Tx, advice: &RemittanceAdvice) -> ActiveModel {
    ActiveModel {
        tenant_id: ActiveValue::Unchanged(tx.tenant().uuid()),
        remittance_advice_id: ActiveValue::Unchanged(advice.id.uuid()),
        currency: ActiveValue::Set(advice.currency.map(|currency| currency.code().to_owned()).unwrap_or_default()),
        total: ActiveValue::Set(advice.total.map(Money::minor)),
        customer_id: ActiveValue::Set(advice.customer.map(CustomerId::uuid)),
        state: ActiveValue::Set(advice.state.as_str().to_owned()),
        findings: ActiveValue::Set(findings(advice)),
        bank_line_id: ActiveValue::Set(advice.bank_line.map(BankLineId::uuid)),
        version: ActiveValue::Set(advice.version),
        changed_at: ActiveValue::Set(tx.now().micros()),
        ..Default::default()
    }
}

/// Findings are of one line each.
fn findings(advice: &RemittanceAdvice) -> String {
    advice.findings.join("\n")
}

pub(super) fn line_models(tx: &Tx, advice: &RemittanceAdvice) -> impl Iterator<Item = remittance_line::ActiveModel> {
    let (tenant, id) = (tx.tenant().uuid(), advice.id.uuid());
    (0_i32..).zip(&advice.lines).map(move |(place, line)| {
        let row = remittance_line::Model {
            tenant_id: tenant,
            remittance_advice_id: id,
            place,
            document: line.document.clone(),
            gross: line.gross.map(Money::minor),
            deduction: line.deduction.map(Money::minor),
            reason: line.reason.clone(),
            net: line.net.map(Money::minor),
            span: line.span.clone(),
        };
        row.into_active_model().reset_all()
    })
}

pub(super) async fn with_lines(tx: &Tx, rows: Vec<Model>) -> Result<Vec<RemittanceAdvice>, Fault> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.remittance_advice_id).collect();
    let mut lines: HashMap<Uuid, Vec<remittance_line::Model>> = HashMap::new();
    for line in lines_of(tx, &ids).await? {
        lines.entry(line.remittance_advice_id).or_default().push(line);
    }
    let whole = |row: Model| {
        let lines = lines.remove(&row.remittance_advice_id).unwrap_or_default();
        let currency = row.currency.clone();
        let mut advice = without_lines(row)?;
        advice.lines = lines.into_iter().map(|line| read_line(line, &currency)).collect::<Result<_, Fault>>()?;
        Ok(advice)
    };
    rows.into_iter().map(whole).collect()
}

fn read_line(row: remittance_line::Model, currency: &str) -> Result<AdviceLine, Fault> {
    let amount = |minor| money(minor, currency);
    Ok(AdviceLine {
        document: row.document,
        gross: row.gross.map(amount).transpose()?,
        deduction: row.deduction.map(amount).transpose()?,
        reason: row.reason,
        net: row.net.map(amount).transpose()?,
        span: row.span,
    })
}

pub(super) fn without_lines(row: Model) -> Result<RemittanceAdvice, Fault> {
    let currency = Some(row.currency.as_str()).filter(|code| !code.is_empty()).map(Currency::parse).transpose();
    Ok(RemittanceAdvice {
        id: RemittanceAdviceId::new(row.remittance_advice_id),
        advice_on: row.advice_on.map(day).transpose()?,
        currency: currency.map_err(|fault| corrupt(fault.message()))?,
        total: row.total.map(|minor| money(minor, &row.currency)).transpose()?,
        customer: row.customer_id.map(CustomerId::new),
        state: known(AdviceState::parse(&row.state), &row.state)?,
        findings: row.findings.lines().map(str::to_owned).collect(),
        lines: Vec::new(),
        bank_line: row.bank_line_id.map(BankLineId::new),
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        format: row.format,
        file_name: row.file_name,
        number: row.number,
        payer_name: row.payer_name,
        payer_iban: row.payer_iban,
        customer_number: row.customer_number,
    })
}
