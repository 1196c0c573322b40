//! Lines, details and remittance as JSON.

use serde_json::{Value, json};

use super::{Object, amount, counterparty, date, sign, text_of, transaction_code};
use crate::references;
use crate::statement::{AmountDetails, Batch, Charge, Detail, Line, Remittance, ReturnInformation, StructuredRemittance};

/// One line: amount, references, remittance, counterparty.
pub(super) fn line(line: &Line<'_>) -> Value {
    let mut out = Object::default();
    out.put("amount", json!(line.amount().text()));
    out.put("currency", json!(line.amount().currency_code()));
    out.put("minor", json!(line.amount().money().map(|money| money.minor())));
    out.put("sign", sign(line.direction()));
    out.put("return", json!(line.is_return()));
    out.some("bank_reference", line.bank_reference());
    let mut of_detail = line.detail.map(detail).unwrap_or_default();
    out.0.append(&mut of_detail.0);
    if !out.0.contains_key("remittance") {
        out.put("remittance", json!({ "unstructured": [], "structured": [] }));
    }
    out.put("text", json!(text_of(line)));
    out.put("counterparty", counterparty(&line.counterparty()));
    out.done()
}

/// What a transaction says beyond amount and counterparty.
pub(super) fn detail(detail: &Detail) -> Object {
    let mut out = Object::default();
    out.put("references", references_of(detail));
    out.some("stated_amount", detail.amount.as_ref().map(amount));
    out.some("stated_sign", detail.direction.map(|direction| direction.code()));
    out.some("amounts", detail.amounts.as_deref().map(amounts));
    out.list("charges", detail.charges.iter().map(charge).collect());
    out.some("transaction_code", detail.transaction_code.as_deref().map(transaction_code));
    out.some("purpose", detail.purpose.as_deref());
    out.put("remittance", remittance(&detail.remittance));
    out.some("return_information", detail.return_information.as_deref().map(return_information));
    out.some("additional_information", detail.additional_information.as_deref());
    out
}

fn references_of(detail: &Detail) -> Value {
    let references = detail.refs();
    let mut out = Object::default();
    out.some("end_to_end_id", references.end_to_end_id);
    out.some("servicer_reference", references.servicer_reference);
    out.some("mandate_id", references.mandate_id);
    out.some("instruction_id", references.instruction_id);
    out.some("transaction_id", references.transaction_id);
    out.some("payment_information_id", references.payment_information_id);
    out.some("message_id", references.message_id);
    out.some("uetr", references.uetr);
    out.some("cheque_number", references.cheque_number);
    out.some("owner_reference", references.owner_reference);
    out.some("clearing_system_reference", references.clearing_system_reference);
    let proprietary = references.proprietary.iter().map(|(kind, value)| json!({ "type": kind, "value": value }));
    out.list("proprietary", proprietary.collect());
    out.done()
}

pub(super) fn remittance(remittance: &Remittance) -> Value {
    let structured: Vec<Value> = remittance.structured.iter().map(structured).collect();
    json!({ "unstructured": remittance.unstructured, "structured": structured })
}

fn structured(block: &StructuredRemittance) -> Value {
    let mut out = Object::default();
    if let Some(reference) = &block.creditor_reference {
        let mut shown = Object::default();
        shown.put("value", json!(reference.value));
        shown.some("type", reference.kind.as_deref());
        shown.some("issuer", reference.issuer.as_deref());
        shown.put("check_digits_hold", json!(references::is_proven(reference)));
        out.put("creditor_reference", shown.done());
    }
    let documents = block.documents.iter().map(|document| {
        let mut shown = Object::default();
        shown.some("number", document.number.as_deref());
        shown.some("type", document.kind.as_deref());
        shown.some("date", document.date.map(|moment| date(Some(moment.date))));
        shown.done()
    });
    out.list("documents", documents.collect());
    out.some("due", block.due.as_ref().map(amount));
    out.some("discount", block.discount.as_ref().map(amount));
    out.some("credit_note", block.credit_note.as_ref().map(amount));
    out.some("tax", block.tax.as_ref().map(amount));
    out.some("remitted", block.remitted.as_ref().map(amount));
    let adjustments = block.adjustments.iter().map(|adjustment| {
        let direction = adjustment.direction.map(|direction| direction.code());
        json!({ "amount": amount(&adjustment.amount), "sign": direction, "reason": adjustment.reason, "information": adjustment.information })
    });
    out.list("adjustments", adjustments.collect());
    out.some("invoicer", block.invoicer.as_ref().and_then(|party| party.name.as_deref()));
    out.some("invoicee", block.invoicee.as_ref().and_then(|party| party.name.as_deref()));
    out.list("additional", block.additional.iter().map(|text| json!(text)).collect());
    out.done()
}

fn amounts(amounts: &AmountDetails) -> Value {
    let mut out = Object::default();
    out.some("instructed", amounts.instructed.as_ref().map(amount));
    out.some("transaction", amounts.transaction.as_ref().map(amount));
    out.some("counter_value", amounts.counter_value.as_ref().map(amount));
    out.some("announced_posting", amounts.announced_posting.as_ref().map(amount));
    let proprietary = amounts.proprietary.iter().map(|(kind, value)| json!({ "type": kind, "amount": amount(value) }));
    out.list("proprietary", proprietary.collect());
    let rates = amounts.exchange_rates.iter().map(|rate| {
        let text = rate.rate.map(|value| value.to_string());
        json!({ "source": rate.source_currency, "target": rate.target_currency, "unit": rate.unit_currency, "rate": text, "contract": rate.contract_id })
    });
    out.list("exchange_rates", rates.collect());
    out.done()
}

/// A charge.
pub(super) fn charge(charge: &Charge) -> Value {
    let mut out = Object::default();
    out.put("amount", amount(&charge.amount));
    out.some("sign", charge.direction.map(|direction| direction.code()));
    out.some("included", charge.included);
    out.some("type", charge.kind.as_deref());
    out.some("bearer", charge.bearer.as_deref());
    out.put("total", json!(charge.is_total));
    out.done()
}

/// A batch mark.
pub(super) fn batch(batch: &Batch) -> Value {
    let mut out = Object::default();
    out.some("message_id", batch.message_id.as_deref());
    out.some("payment_information_id", batch.payment_information_id.as_deref());
    out.some("count", batch.count);
    out.some("total", batch.total.as_ref().map(amount));
    out.done()
}

fn return_information(information: &ReturnInformation) -> Value {
    let mut out = Object::default();
    out.some("reason", information.reason.as_deref());
    out.some("proprietary_reason", information.proprietary_reason.as_deref());
    out.list("additional", information.additional.iter().map(|text| json!(text)).collect());
    out.some("originator", information.originator.as_deref());
    out.done()
}
