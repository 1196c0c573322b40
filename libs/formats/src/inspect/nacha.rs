//! NACHA files as JSON.

use serde_json::{Value, json};

use super::Object;
use super::order::{findings, status};
use crate::nacha::{Addendum, Batch, BatchHeader, Control, Entry, NachaFile};
use crate::statement::Direction;

/// A file: header, batches, what it says of earlier entries, control.
pub(super) fn file(file: &NachaFile) -> Value {
    let mut out = Object::default();
    out.put("format", json!("nacha"));
    out.put("sha256", json!(file.source_sha256_hex()));
    out.put("bytes", json!(file.source_bytes));
    if let Some(header) = &file.header {
        out.put("destination", json!({ "id": header.destination, "name": header.destination_name }));
        out.put("origin", json!({ "id": header.origin, "name": header.origin_name }));
        out.some("created", header.created.map(|moment| moment.to_string()));
        out.put("id_modifier", json!(header.id_modifier));
        out.put("reference", json!(header.reference));
    }
    out.put("batch_count", json!(file.batches.len()));
    out.put("entry_count", json!(file.batches.iter().map(|batch| batch.entries.len()).sum::<usize>()));
    out.put("statuses", file.statuses().iter().map(status).collect());
    out.put("batches", file.batches.iter().map(batch).collect());
    out.some("control", file.control.as_ref().map(control));
    findings(&mut out, &file.findings);
    out.done()
}

fn batch(batch: &Batch) -> Value {
    let mut out = batch.header.as_ref().map(header).unwrap_or_default();
    out.put("entries", batch.entries.iter().map(entry).collect());
    out.some("control", batch.control.as_ref().map(control));
    out.done()
}

fn header(header: &BatchHeader) -> Object {
    let mut out = Object::default();
    out.put("number", json!(header.number));
    out.put("class", json!(header.class));
    out.put("service_class", json!(header.service_class));
    out.put("company_name", json!(header.company_name));
    out.put("company_id", json!(header.company_id));
    out.put("description", json!(header.description));
    out.put("reversal", json!(header.is_reversal()));
    out.some("effective", header.effective.map(|date| date.to_string()));
    out.put("originating_bank", json!(header.originating_bank));
    if let Some(international) = &header.international {
        out.put(
            "international",
            json!({
                "exchange": international.exchange, "reference": international.reference,
                "destination_country": international.destination_country,
                "originating_currency": international.originating_currency,
                "destination_currency": international.destination_currency,
            }),
        );
    }
    out
}

fn entry(entry: &Entry) -> Value {
    let mut out = Object::default();
    out.put("line", json!(entry.line));
    out.put("transaction_code", json!(entry.transaction_code));
    out.some("sign", entry.direction().map(Direction::code));
    out.put("prenotification", json!(entry.is_prenotification()));
    out.put("amount", json!(quittance_types::Decimal::new(entry.amount, 2).to_string()));
    out.put("minor", json!(entry.amount));
    out.put("currency", json!("USD"));
    out.put("routing_number", json!(entry.routing_number));
    out.put("account", json!(entry.account));
    out.put("individual_id", json!(entry.individual_id));
    out.put("name", json!(entry.name));
    out.put("trace", json!(entry.trace));
    out.list("addenda", entry.addenda.iter().map(addendum).collect());
    out.done()
}

fn addendum(addendum: &Addendum) -> Value {
    match addendum {
        Addendum::Terminal(terminal) => json!({
            "type": "02", "reference": terminal.reference, "terminal": terminal.terminal, "serial": terminal.serial,
            "date": terminal.date, "location": terminal.location, "city": terminal.city, "state": terminal.state,
        }),
        Addendum::Payment { kind, text, sequence } => json!({ "type": kind, "text": text, "sequence": sequence }),
        Addendum::International { kind, fields } => {
            let mut out = Object::default();
            out.put("type", json!(kind.to_string()));
            fields.iter().for_each(|(name, value)| out.put(name, json!(value)));
            out.done()
        }
        Addendum::Change(change) => json!({ "type": "98", "code": change.code, "original_trace": change.original_trace }),
        Addendum::Return(back) => json!({ "type": "99", "code": back.code, "original_trace": back.original_trace }),
    }
}

fn control(control: &Control) -> Value {
    json!({ "count": control.count, "hash": control.hash, "debit": control.debit, "credit": control.credit })
}
