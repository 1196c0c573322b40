//! Declared columns found in the file.

use super::rows::SourceRow;
use super::{Column, Mapping, SignRule};
use crate::error::FormatError;

/// Positions of the columns, from 0.
#[derive(Debug)]
pub(super) struct Places {
    pub booked_on: usize,
    pub value_on: Option<usize>,
    /// The amount, or the credits.
    pub amount: usize,
    /// The debits, or the word for the direction.
    pub second: Option<usize>,
    pub currency: Option<usize>,
    pub account: Option<usize>,
    pub reference: Option<usize>,
    pub end_to_end_id: Option<usize>,
    pub name: Option<usize>,
    pub counterparty_account: Option<usize>,
    pub texts: Vec<usize>,
    pub transaction_code: Option<usize>,
}

impl Places {
    /// Finds every declared column.
    pub fn resolve(mapping: &Mapping, head: Option<&SourceRow<'_>>) -> Result<Places, FormatError> {
        let find = |field: &str, column: &Column| place(field, column, head);
        let optional = |field: &str, column: &Option<Column>| column.as_ref().map(|column| find(field, column)).transpose();
        let (amount, second) = match &mapping.sign {
            SignRule::Signed { amount, .. } => (find("amount", amount)?, None),
            SignRule::TwoColumns { credit, debit } => (find("credit", credit)?, Some(find("debit", debit)?)),
            SignRule::Indicator { amount, indicator, .. } => (find("amount", amount)?, Some(find("indicator", indicator)?)),
        };
        Ok(Places {
            booked_on: find("booked_on", &mapping.booked_on)?,
            value_on: optional("value_on", &mapping.value_on)?,
            amount,
            second,
            currency: optional("currency_column", &mapping.currency_column)?,
            account: optional("account_column", &mapping.account_column)?,
            reference: optional("reference", &mapping.reference)?,
            end_to_end_id: optional("end_to_end_id", &mapping.end_to_end_id)?,
            name: optional("name", &mapping.name)?,
            counterparty_account: optional("counterparty_account", &mapping.counterparty_account)?,
            texts: mapping.texts.iter().map(|column| find("texts", column)).collect::<Result<_, _>>()?,
            transaction_code: optional("transaction_code", &mapping.transaction_code)?,
        })
    }
}

fn place(field: &str, column: &Column, head: Option<&SourceRow<'_>>) -> Result<usize, FormatError> {
    let missing = |line: u64, why: String| FormatError::Malformed { path: format!("mapping/{field}"), line, why };
    match column {
        Column::Number(0) => Err(missing(0, "columns are numbered from 1".to_string())),
        Column::Number(number) => Ok(*number as usize - 1),
        Column::Head(text) => {
            let head = head.ok_or_else(|| missing(0, format!("column \"{text}\" is named and the file has no row of heads")))?;
            let same = |cell: &str| cell.trim().trim_start_matches('\u{feff}').to_lowercase() == text.trim().to_lowercase();
            let found = head.cells.iter().position(same);
            found.ok_or_else(|| missing(head.number, format!("no column \"{text}\"")))
        }
    }
}
