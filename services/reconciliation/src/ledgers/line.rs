//! A bank line as the engine reads it.

use quittance_matching::record::Line;

use crate::domain::line::BankLine;

/// The line, at this place of its batch.
pub fn line(line: &BankLine, position: u64) -> Line {
    let said = &line.movement;
    Line {
        id: line.id.to_string(),
        account: line.bank_account.to_string(),
        booked_on: said.booked_on,
        value_on: said.paid_on(),
        amount: said.amount.minor(),
        currency: said.amount.currency(),
        reversal: said.reversal,
        return_reason: said.return_reason.clone(),
        transaction_code: said.transaction_code.clone(),
        payer_name: said.counterparty_name.clone(),
        payer_account: said.counterparty_iban.clone(),
        ultimate_debtor: String::new(),
        end_to_end_id: said.end_to_end_id.clone(),
        structured_references: Some(&said.creditor_reference).filter(|reference| !reference.is_empty()).cloned().into_iter().collect(),
        text: said.texts().map(str::to_owned).collect(),
        charges: 0,
        instructed: None,
        batch: false,
        position,
    }
}
