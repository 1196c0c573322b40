//! Remittance advices as JSON.

use serde_json::{Value, json};

use super::{Object, finding};
use crate::remittance::{Advice, AdviceLine, AdviceParty, Field, Span, Verdict};

/// An advice: what it says, what the arithmetic says of it, and where every value stands.
pub(super) fn advice(advice: &Advice) -> Value {
    let mut out = Object::default();
    out.put("format", json!(advice.format.code()));
    out.put("sha256", json!(advice.source_sha256_hex()));
    out.put("parts", json!(advice.parts));
    out.some("number", advice.number.as_ref().map(text));
    out.some("date", advice.date.as_ref().map(shown));
    out.some("currency", advice.currency.as_ref().map(text));
    out.put("payer", party(&advice.payer));
    out.put("payee", party(&advice.payee));
    out.some("total", advice.total.as_ref().map(shown));
    out.some("stated_count", advice.stated_count.as_ref().map(|count| json!(count.value)));
    out.put("line_count", json!(advice.lines.len()));
    out.some("net_sum", advice.net_sum().map(|sum| sum.to_string()));
    let proof = &advice.proof;
    out.put("proof", json!({ "rows": proof.rows.code(), "total": proof.total.code(), "count": proof.count.code() }));
    out.put("proven", json!(advice.is_proven()));
    if let Verdict::Review { why } = &advice.verdict {
        out.put("review", why.iter().map(|reason| json!(reason.code())).collect());
    }
    out.put("lines", advice.lines.iter().map(line).collect());
    out.put("findings", advice.findings.iter().map(finding).collect());
    out.done()
}

fn line(line: &AdviceLine) -> Value {
    let mut out = Object::default();
    out.put("document", text(&line.document));
    out.put("kind", json!(line.kind.code()));
    out.some("document_date", line.document_date.as_ref().map(shown));
    out.some("gross", line.gross.as_ref().map(shown));
    let deductions = line.deductions.iter().map(|deduction| {
        let mut out = Object::default();
        out.put("amount", shown(&deduction.amount));
        out.some("reason", deduction.reason.as_ref().map(text));
        out.some("meaning", deduction.kind.map(|kind| kind.code()));
        out.done()
    });
    out.list("deductions", deductions.collect());
    out.some("net", line.net.as_ref().map(shown));
    out.some("currency", line.currency.as_ref().map(text));
    out.list("references", line.references.iter().map(|reference| json!(reference.value)).collect());
    out.done()
}

fn party(party: &AdviceParty) -> Value {
    let mut out = Object::default();
    out.some("name", party.name.as_ref().map(text));
    out.some("account", party.account.as_ref().map(text));
    out.some("customer_number", party.customer_number.as_ref().map(text));
    out.done()
}

fn text(field: &Field<String>) -> Value {
    json!({ "value": field.value, "at": place(field.span) })
}

fn shown<T: ToString>(field: &Field<T>) -> Value {
    json!({ "value": field.value.to_string(), "text": field.text, "derived": field.is_derived(), "at": place(field.span) })
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
