//! Lines, details and remittance as JSON.

use super::bank::transaction_code;
use super::writer::Writer;
use super::{agent, amount, date, identifier, party, sign};
use crate::references;
use crate::statement::{
    AmountDetails, Batch, Charge, Counterparty, Detail, DocumentReference, Line, PartySource, Remittance, ReturnInformation,
    StructuredRemittance,
};

/// One line: amount, references, remittance, counterparty.
pub(super) fn line(out: &mut Writer<'_>, line: &Line<'_>) {
    amount(out, line.amount());
    out.put("sign", sign(line.direction()));
    out.put("return", line.is_return());
    out.some("bank_reference", line.bank_reference());
    match line.detail {
        Some(of_line) => detail(out, of_line),
        None => out.object("remittance", |out| remittance(out, &Remittance::default())),
    }
    out.values("text", line.texts());
    out.object("counterparty", |out| counterparty(out, &line.counterparty()));
}

/// What an entry of one line shows of it.
pub(super) fn remittance_and_counterparty(out: &mut Writer<'_>, line: &Line<'_>) {
    let none = Remittance::default();
    out.object("remittance", |out| remittance(out, line.detail.map_or(&none, |detail| &detail.remittance)));
    out.object("counterparty", |out| counterparty(out, &line.counterparty()));
}

/// What a transaction says beyond amount and counterparty.
pub(super) fn detail(out: &mut Writer<'_>, detail: &Detail) {
    out.object("references", |out| references(out, detail));
    out.object_of("stated_amount", detail.amount.as_ref(), amount);
    out.some("stated_sign", sign(detail.direction));
    out.object_of("amounts", detail.amounts.as_deref(), amounts);
    out.some_list("charges", &detail.charges, charge);
    out.object_of("transaction_code", detail.transaction_code.as_deref(), transaction_code);
    out.some_list("further_parties", &detail.parties.further, |out, (role, found)| {
        out.put("role", role);
        party(out, found);
    });
    out.some("purpose", detail.purpose.as_deref());
    out.object("remittance", |out| remittance(out, &detail.remittance));
    out.object_of("return_information", detail.return_information.as_deref(), return_information);
    out.some("additional_information", detail.additional_information.as_deref());
}

/// References of a transaction.
pub(super) fn references(out: &mut Writer<'_>, detail: &Detail) {
    let references = detail.refs();
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
    out.some_list("proprietary", references.proprietary, |out, (kind, value)| {
        out.put("type", kind);
        out.put("value", value);
    });
}

fn counterparty(out: &mut Writer<'_>, side: &Counterparty<'_>) {
    if let Some(found) = side.party.as_deref() {
        party(out, found);
    }
    out.object_of("account", side.account.as_deref(), identifier);
    out.object_of("bank", side.agent, agent);
    out.object_of("ultimate", side.ultimate, party);
    out.some("source", (side.source == PartySource::Text).then_some("text"));
}

/// Free and structured remittance information.
pub(super) fn remittance(out: &mut Writer<'_>, remittance: &Remittance) {
    out.values("unstructured", remittance.unstructured.iter());
    out.list("structured", &remittance.structured, structured);
}

fn structured(out: &mut Writer<'_>, block: &StructuredRemittance) {
    out.object_of("creditor_reference", block.creditor_reference.as_ref(), |out, reference| {
        out.put("value", &reference.value);
        out.some("type", reference.kind.as_deref());
        out.some("issuer", reference.issuer.as_deref());
        out.put("check_digits_hold", references::is_proven(reference));
    });
    out.some_list("documents", &block.documents, document);
    out.object_of("due", block.due.as_ref(), amount);
    out.object_of("discount", block.discount.as_ref(), amount);
    out.object_of("credit_note", block.credit_note.as_ref(), amount);
    out.object_of("tax", block.tax.as_ref(), amount);
    out.object_of("remitted", block.remitted.as_ref(), amount);
    out.some_list("adjustments", &block.adjustments, |out, adjustment| {
        out.object("amount", |out| amount(out, &adjustment.amount));
        out.put("sign", sign(adjustment.direction));
        out.put("reason", &adjustment.reason);
        out.put("information", &adjustment.information);
    });
    out.some("invoicer", block.invoicer.as_ref().and_then(|party| party.name.as_deref()));
    out.some("invoicee", block.invoicee.as_ref().and_then(|party| party.name.as_deref()));
    out.some_values("additional", &block.additional);
}

fn document(out: &mut Writer<'_>, document: &DocumentReference) {
    out.some("number", document.number.as_deref());
    out.some("type", document.kind.as_deref());
    out.some("date", date(document.date.map(|moment| moment.date())));
}

fn amounts(out: &mut Writer<'_>, amounts: &AmountDetails) {
    out.object_of("instructed", amounts.instructed.as_ref(), amount);
    out.object_of("transaction", amounts.transaction.as_ref(), amount);
    out.object_of("counter_value", amounts.counter_value.as_ref(), amount);
    out.object_of("announced_posting", amounts.announced_posting.as_ref(), amount);
    out.some_list("proprietary", &amounts.proprietary, |out, (kind, value)| {
        out.put("type", kind);
        out.object("amount", |out| amount(out, value));
    });
    out.some_list("exchange_rates", &amounts.exchange_rates, |out, rate| {
        out.put("source", &rate.source_currency);
        out.put("target", &rate.target_currency);
        out.put("unit", &rate.unit_currency);
        out.put("rate", rate.rate.map(|value| value.to_string()));
        out.put("contract", &rate.contract_id);
    });
}

/// A charge.
pub(super) fn charge(out: &mut Writer<'_>, charge: &Charge) {
    out.object("amount", |out| amount(out, &charge.amount));
    out.some("sign", sign(charge.direction));
    out.some("included", charge.included);
    out.some("type", charge.kind.as_deref());
    out.some("bearer", charge.bearer.as_deref());
    out.put("total", charge.is_total);
}

/// A batch mark.
pub(super) fn batch(out: &mut Writer<'_>, batch: &Batch) {
    out.some("message_id", batch.message_id.as_deref());
    out.some("payment_information_id", batch.payment_information_id.as_deref());
    out.some("count", batch.count);
    out.object_of("total", batch.total.as_ref(), amount);
    out.some("sign", sign(batch.direction));
}

fn return_information(out: &mut Writer<'_>, information: &ReturnInformation) {
    out.some("reason", information.reason.as_deref());
    out.some("proprietary_reason", information.proprietary_reason.as_deref());
    out.some_values("additional", &information.additional);
    out.some("originator", information.originator.as_deref());
}
