//! Remittance advices as JSON.

use super::finding;
use super::writer::Writer;
use crate::Text;
use crate::remittance::{Advice, AdviceLine, AdviceParty, Field, Span, Verdict};

/// An advice: what it says, what the arithmetic says of it, and where every value stands.
pub(super) fn advice(out: &mut Writer<'_>, advice: &Advice) {
    out.put("format", advice.format.code());
    out.put("sha256", advice.source_sha256_hex());
    out.values("parts", &advice.parts);
    out.object_of("number", advice.number.as_ref(), text);
    out.object_of("date", advice.date.as_ref(), shown);
    out.object_of("currency", advice.currency.as_ref(), text);
    out.object("payer", |out| party(out, &advice.payer));
    out.object("payee", |out| party(out, &advice.payee));
    out.object_of("total", advice.total.as_ref(), shown);
    out.some("stated_count", advice.stated_count.as_ref().map(|count| count.value));
    out.put("line_count", advice.lines.len());
    out.some("net_sum", advice.net_sum().map(|sum| sum.to_string()));
    let proof = &advice.proof;
    out.object("proof", |out| {
        out.put("rows", proof.rows.code());
        out.put("total", proof.total.code());
        out.put("count", proof.count.code());
    });
    out.put("proven", advice.is_proven());
    if let Verdict::Review { why } = &advice.verdict {
        out.values("review", why.iter().map(|reason| reason.code()));
    }
    out.list("lines", &advice.lines, line);
    out.list("findings", &advice.findings, finding);
}

fn line(out: &mut Writer<'_>, line: &AdviceLine) {
    out.object("document", |out| text(out, &line.document));
    out.put("kind", line.kind.code());
    out.object_of("document_date", line.document_date.as_deref(), shown);
    out.object_of("gross", line.gross.as_deref(), shown);
    out.some_list("deductions", &line.deductions, |out, deduction| {
        out.object("amount", |out| shown(out, &deduction.amount));
        out.object_of("reason", deduction.reason.as_deref(), text);
        out.some("meaning", deduction.kind.map(|kind| kind.code()));
    });
    out.object_of("net", line.net.as_ref(), shown);
    out.object_of("currency", line.currency.as_deref(), text);
    out.some_values("references", line.references.iter().map(|reference| reference.value.as_str()));
}

fn party(out: &mut Writer<'_>, party: &AdviceParty) {
    out.object_of("name", party.name.as_ref(), text);
    out.object_of("account", party.account.as_ref(), text);
    out.object_of("customer_number", party.customer_number.as_ref(), text);
}

fn text(out: &mut Writer<'_>, field: &Field<Text>) {
    out.put("value", field.value.as_str());
    out.put("at", place(field.span));
}

fn shown<T: ToString>(out: &mut Writer<'_>, field: &Field<T>) {
    out.put("value", field.value.to_string());
    out.put("text", field.text.as_str());
    out.put("derived", field.is_derived());
    out.put("at", place(field.span));
}

/// `part:line:column:from-to`, with what is not known left out.
fn place(span: Span) -> String {
    let mut out = format!("{}:{}", span.part, span.line);
    if span.column > 0 {
        out.push_str(&format!(":{}", span.column));
    }
    if span.from > 0 {
        out.push_str(&format!("@{}-{}", span.from, span.to));
    }
    out
}
