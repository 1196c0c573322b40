//! Advices out of the structured remittance of bank statements: what a notification of the bank says each credit is for.

use super::model::{Advice, AdviceFormat, AdviceParty, Field, Span};
use crate::remt;
use crate::statement::{BankFile, Entry, Line, Statement};

/// One advice for each entry whose transactions name documents.
pub(crate) fn advices(file: &BankFile) -> Vec<Advice> {
    file.statements.iter().flat_map(|statement| statement.entries.iter().filter_map(|entry| advice(statement, entry))).collect()
}

fn advice(statement: &Statement, entry: &Entry) -> Option<Advice> {
    let span = Span::default();
    let mut advice = Advice::empty(AdviceFormat::Camt);
    let blocks = entry.details.iter().flat_map(|detail| &detail.remittance.structured);
    for block in blocks.filter(|block| !block.documents.is_empty()) {
        remt::lines(block, span, &mut advice.lines);
    }
    if advice.lines.is_empty() {
        return None;
    }
    let lines: Vec<Line<'_>> = entry.lines(&statement.account).collect();
    let number = entry.servicer_reference().or(lines.first().and_then(Line::end_to_end_id));
    advice.number = number.map(|number| Field::written(number, span));
    advice.date = entry.accounting_date().map(|date| Field::new(date, &date.to_string(), span));
    advice.currency = Some(entry.amount.currency_code()).filter(|code| !code.is_empty()).map(|code| Field::written(code, span));
    advice.total = entry.amount.value().map(|value| Field::new(value, &entry.amount.text(), span));
    if let [only] = lines.as_slice() {
        let other = only.counterparty();
        let name = other.name().map(|name| Field::written(name, span));
        let account = other.account_number().map(|number| Field::written(number, span));
        advice.payer = AdviceParty { name, account, customer_number: None };
    }
    Some(advice.prove(None))
}
