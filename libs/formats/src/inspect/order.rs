//! Payment orders, statuses and interchanges as JSON.

use std::collections::BTreeMap;

use quittance_types::Decimal;

use super::writer::Writer;
use super::{advice, agent, amount, finding, findings, identifier, line, party};
use crate::edi::{Interchange, Known, TransactionSet};
use crate::iso20022::Head;
use crate::payment::{Further, Payment, PaymentBatch, PaymentFile};
use crate::remt::RemittanceMessage;
use crate::status::{StatusFile, StatusItem};

fn head(out: &mut Writer<'_>, head: &Head) {
    out.put("format", head.format.code());
    out.put("version", &head.version);
    out.some("namespace", head.namespace.as_deref());
    out.put("sha256", head.source_sha256_hex());
    out.put("bytes", head.source_bytes);
    out.some("message_id", head.message_id.as_deref());
    out.some("created", head.created.map(|moment| moment.to_string()));
}

/// A status report.
pub(super) fn status_file(out: &mut Writer<'_>, file: &StatusFile) {
    head(out, &file.head);
    out.some("original_message_id", file.original_message_id.as_deref());
    out.some("original_message_kind", file.original_message_kind.as_deref());
    out.list("statuses", &file.items, status);
    findings(out, &file.findings);
}

/// One status.
pub(super) fn status(out: &mut Writer<'_>, item: &StatusItem) {
    out.put("level", item.level.code());
    out.put("outcome", item.outcome.code());
    out.put("status", &item.status);
    out.some("original_message_id", item.original_message_id.as_deref());
    out.some("original_batch_id", item.original_batch_id.as_deref());
    out.some("original_instruction_id", item.original_instruction_id.as_deref());
    out.some("original_end_to_end_id", item.original_end_to_end_id.as_deref());
    out.some("original_transaction_id", item.original_transaction_id.as_deref());
    out.some("status_id", item.status_id.as_deref());
    out.object_of("amount", item.amount.as_ref(), amount);
    out.some("date", item.date.map(|date| date.to_string()));
    out.some_list("reasons", &item.reasons, |out, reason| {
        out.some("code", reason.code.as_deref());
        out.some("proprietary", reason.proprietary.as_deref());
        out.some("originator", reason.originator.as_deref());
        out.some_values("texts", &reason.texts);
    });
    out.some_list("corrections", &item.corrections, |out, (name, value)| {
        out.put("field", name);
        out.put("value", value);
    });
    out.object_of("account", item.account.as_ref(), identifier);
    out.some("name", item.name.as_deref());
    out.some("mandate_id", item.mandate_id.as_deref());
    out.put("line", item.line);
}

/// A file of orders.
pub(super) fn payment_file(out: &mut Writer<'_>, file: &PaymentFile) {
    head(out, &file.head);
    out.object_of("initiating_party", file.initiating_party.as_deref(), party);
    out.some("stated_count", file.stated_count);
    out.some("stated_sum", file.stated_sum.map(|sum| sum.to_string()));
    out.put("payment_count", file.payment_count());
    out.list("sums", sums(file), |out, (currency, (count, sum))| {
        out.put("currency", currency);
        out.put("count", count);
        out.put("amount", sum.map(|sum| sum.to_string()));
    });
    further(out, &file.further);
    out.list("batches", &file.batches, batch);
    findings(out, &file.findings);
}

/// Number and sum of the payments of each currency; the sum is lost once an amount cannot be read.
fn sums(file: &PaymentFile) -> BTreeMap<&str, (u64, Option<Decimal>)> {
    let mut sums = BTreeMap::new();
    for payment in file.batches.iter().flat_map(|batch| &batch.payments) {
        let (count, sum) = sums.entry(payment.amount.currency_code()).or_insert((0, Some(Decimal::ZERO)));
        *count += 1;
        *sum = sum.zip(payment.amount.value()).and_then(|(sum, value)| sum.checked_add(value));
    }
    sums
}

fn batch(out: &mut Writer<'_>, batch: &PaymentBatch) {
    out.some("id", batch.id.as_deref());
    out.some("method", batch.method.as_deref());
    out.some("service_level", batch.service_level.as_deref());
    out.some("local_instrument", batch.local_instrument.as_deref());
    out.some("sequence", batch.sequence.as_deref());
    out.some("date", batch.date.map(|moment| moment.to_string()));
    out.object_of("party", batch.party.as_deref(), party);
    out.object_of("account", batch.account.as_ref(), identifier);
    out.object_of("bank", batch.agent.as_deref(), agent);
    out.some("creditor_id", batch.creditor_id.as_deref());
    out.some("charge_bearer", batch.charge_bearer.as_deref());
    out.some("stated_count", batch.stated_count);
    out.some("stated_sum", batch.stated_sum.map(|sum| sum.to_string()));
    further(out, &batch.further);
    out.list("payments", &batch.payments, payment);
}

fn payment(out: &mut Writer<'_>, payment: &Payment) {
    out.some("instruction_id", payment.instruction_id.as_deref());
    out.some("end_to_end_id", payment.end_to_end_id.as_deref());
    out.object("amount", |out| amount(out, &payment.amount));
    out.object_of("party", payment.party.as_deref(), party);
    out.object_of("account", payment.account.as_ref(), identifier);
    out.object_of("bank", payment.agent.as_deref(), agent);
    out.object_of("mandate", payment.mandate.as_deref(), |out, mandate| {
        out.put("id", &mandate.id);
        out.put("signed_on", mandate.signed_on.map(|date| date.to_string()));
        out.put("amended", mandate.amended);
    });
    out.some("purpose", payment.purpose.as_deref());
    out.object("remittance", |out| line::remittance(out, &payment.remittance));
    further(out, &payment.further);
}

fn further(out: &mut Writer<'_>, further: &Further) {
    out.some_list("further", further.iter(), |out, (path, text)| {
        out.put("path", path);
        out.put("text", text);
    });
}

/// A stand-alone remittance message.
pub(super) fn remittance_message(out: &mut Writer<'_>, message: &RemittanceMessage) {
    head(out, &message.head);
    out.list("advices", &message.advices, advice::advice);
    findings(out, &message.findings);
}

/// An interchange, with what its advices contradict in themselves.
pub(super) fn interchange(out: &mut Writer<'_>, file: &Interchange) {
    out.put("format", file.format.code());
    out.put("sha256", file.source_sha256_hex());
    out.put("bytes", file.source_bytes);
    out.put("sender", &file.sender);
    out.put("receiver", &file.receiver);
    out.put("control", &file.control);
    out.some("created", file.created.map(|moment| moment.to_string()));
    out.put("test", file.test);
    out.list("sets", &file.sets, set);
    out.list("disagreements", file.disagreements(&Known::default()), |out, found| {
        out.put("set", &found.control);
        out.put("rule", found.rule.code());
        out.put("expected", &found.expected);
        out.put("found", &found.found);
        out.put("text", &found.text);
    });
    findings(out, &file.findings);
}

fn set(out: &mut Writer<'_>, set: &TransactionSet) {
    out.put("code", &set.code);
    out.put("control", &set.control);
    out.put("line", set.line);
    out.put("segments", set.segments);
    out.put("accepted", set.accepted);
    out.some("document", set.document.as_deref());
    if set.advice.is_some() {
        out.put("reversal", set.terms.reversal);
    }
    out.some("replaces", set.terms.replaces.as_deref());
    out.some("effective", set.terms.effective.as_ref().map(|date| date.value.to_string()));
    out.object_of("advice", set.advice.as_deref(), advice::advice);
    out.list("findings", &set.findings, finding);
}
