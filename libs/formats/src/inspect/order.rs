//! Payment orders, statuses and interchanges as JSON.

use serde_json::{Value, json};

use super::{Object, agent, amount, finding, identifier, party};
use crate::edi::{Interchange, Known, TransactionSet};
use crate::finding::{Finding, Severity};
use crate::iso20022::Head;
use crate::payment::{Further, Payment, PaymentBatch, PaymentFile};
use crate::remt::RemittanceMessage;
use crate::status::{StatusFile, StatusItem};

fn head(head: &Head) -> Object {
    let mut out = Object::default();
    out.put("format", json!(head.format.code()));
    out.put("version", json!(head.version));
    out.some("namespace", head.namespace.as_deref());
    out.put("sha256", json!(head.source_sha256_hex()));
    out.put("bytes", json!(head.source_bytes));
    out.some("message_id", head.message_id.as_deref());
    out.some("created", head.created.map(|moment| moment.to_string()));
    out
}

pub(super) fn findings(out: &mut Object, findings: &[Finding]) {
    let warnings = findings.iter().filter(|finding| finding.kind.severity() == Severity::Warning).count();
    out.put("warning_count", json!(warnings));
    out.put("findings", findings.iter().map(finding).collect());
}

/// A status report.
pub(super) fn status_file(file: &StatusFile) -> Value {
    let mut out = head(&file.head);
    out.some("original_message_id", file.original_message_id.as_deref());
    out.some("original_message_kind", file.original_message_kind.as_deref());
    out.put("statuses", file.items.iter().map(status).collect());
    findings(&mut out, &file.findings);
    out.done()
}

/// One status.
pub(super) fn status(item: &StatusItem) -> Value {
    let mut out = Object::default();
    out.put("level", json!(item.level.code()));
    out.put("outcome", json!(item.outcome.code()));
    out.put("status", json!(item.status));
    out.some("original_message_id", item.original_message_id.as_deref());
    out.some("original_batch_id", item.original_batch_id.as_deref());
    out.some("original_instruction_id", item.original_instruction_id.as_deref());
    out.some("original_end_to_end_id", item.original_end_to_end_id.as_deref());
    out.some("original_transaction_id", item.original_transaction_id.as_deref());
    out.some("status_id", item.status_id.as_deref());
    out.some("amount", item.amount.as_ref().map(amount));
    out.some("date", item.date.map(|date| date.to_string()));
    let reasons = item.reasons.iter().map(|reason| {
        let mut out = Object::default();
        out.some("code", reason.code.as_deref());
        out.some("proprietary", reason.proprietary.as_deref());
        out.some("originator", reason.originator.as_deref());
        out.list("texts", reason.texts.iter().map(|text| json!(text)).collect());
        out.done()
    });
    out.list("reasons", reasons.collect());
    let corrections = item.corrections.iter().map(|(name, value)| json!({ "field": name, "value": value }));
    out.list("corrections", corrections.collect());
    out.some("account", item.account.as_ref().map(|account| identifier(account).done()));
    out.some("name", item.name.as_deref());
    out.some("mandate_id", item.mandate_id.as_deref());
    out.put("line", json!(item.line));
    out.done()
}

/// A file of orders.
pub(super) fn payment_file(file: &PaymentFile) -> Value {
    let mut out = head(&file.head);
    out.some("initiating_party", file.initiating_party.as_deref().map(|found| party(found).done()));
    out.some("stated_count", file.stated_count);
    out.some("stated_sum", file.stated_sum.map(|sum| sum.to_string()));
    out.put("payment_count", json!(file.payment_count()));
    further(&mut out, &file.further);
    out.put("batches", file.batches.iter().map(batch).collect());
    findings(&mut out, &file.findings);
    out.done()
}

fn batch(batch: &PaymentBatch) -> Value {
    let mut out = Object::default();
    out.some("id", batch.id.as_deref());
    out.some("method", batch.method.as_deref());
    out.some("service_level", batch.service_level.as_deref());
    out.some("local_instrument", batch.local_instrument.as_deref());
    out.some("sequence", batch.sequence.as_deref());
    out.some("date", batch.date.map(|moment| moment.to_string()));
    out.some("party", batch.party.as_deref().map(|found| party(found).done()));
    out.some("account", batch.account.as_ref().map(|account| identifier(account).done()));
    out.some("bank", batch.agent.as_deref().map(agent));
    out.some("creditor_id", batch.creditor_id.as_deref());
    out.some("charge_bearer", batch.charge_bearer.as_deref());
    out.some("stated_count", batch.stated_count);
    out.some("stated_sum", batch.stated_sum.map(|sum| sum.to_string()));
    further(&mut out, &batch.further);
    out.put("payments", batch.payments.iter().map(payment).collect());
    out.done()
}

fn payment(payment: &Payment) -> Value {
    let mut out = Object::default();
    out.some("instruction_id", payment.instruction_id.as_deref());
    out.some("end_to_end_id", payment.end_to_end_id.as_deref());
    out.put("amount", amount(&payment.amount));
    out.some("party", payment.party.as_deref().map(|found| party(found).done()));
    out.some("account", payment.account.as_ref().map(|account| identifier(account).done()));
    out.some("bank", payment.agent.as_deref().map(agent));
    let mandate = payment.mandate.as_deref().map(
        |mandate| json!({ "id": mandate.id, "signed_on": mandate.signed_on.map(|date| date.to_string()), "amended": mandate.amended }),
    );
    out.some("mandate", mandate);
    out.some("purpose", payment.purpose.as_deref());
    out.put("remittance", super::line::remittance(&payment.remittance));
    further(&mut out, &payment.further);
    out.done()
}

fn further(out: &mut Object, further: &Further) {
    out.list("further", further.iter().map(|(path, text)| json!({ "path": path, "text": text })).collect());
}

/// A stand-alone remittance message.
pub(super) fn remittance_message(message: &RemittanceMessage) -> Value {
    let mut out = head(&message.head);
    out.put("advices", message.advices.iter().map(super::advice::advice).collect());
    findings(&mut out, &message.findings);
    out.done()
}

/// An interchange, with what its advices contradict in themselves.
pub(super) fn interchange(file: &Interchange) -> Value {
    let mut out = Object::default();
    out.put("format", json!(file.format.code()));
    out.put("sha256", json!(file.source_sha256_hex()));
    out.put("bytes", json!(file.source_bytes));
    out.put("sender", json!(file.sender));
    out.put("receiver", json!(file.receiver));
    out.put("control", json!(file.control));
    out.some("created", file.created.map(|moment| moment.to_string()));
    out.put("test", json!(file.test));
    out.put("sets", file.sets.iter().map(set).collect());
    let disagreements = file.disagreements(&Known::default()).into_iter().map(|found| {
        json!({ "set": found.control, "rule": found.rule.code(), "expected": found.expected, "found": found.found, "text": found.text })
    });
    out.put("disagreements", disagreements.collect());
    findings(&mut out, &file.findings);
    out.done()
}

fn set(set: &TransactionSet) -> Value {
    let mut out = Object::default();
    out.put("code", json!(set.code));
    out.put("control", json!(set.control));
    out.put("line", json!(set.line));
    out.put("segments", json!(set.segments));
    out.put("accepted", json!(set.accepted));
    out.some("document", set.document.as_deref());
    if set.advice.is_some() {
        out.put("reversal", json!(set.terms.reversal));
    }
    out.some("replaces", set.terms.replaces.as_deref());
    out.some("effective", set.terms.effective.as_ref().map(|date| date.value.to_string()));
    out.some("advice", set.advice.as_deref().map(super::advice::advice));
    out.put("findings", set.findings.iter().map(finding).collect());
    out.done()
}
