//! NACHA files as JSON.

use super::findings;
use super::order::status;
use super::writer::Writer;
use crate::nacha::{Addendum, Batch, BatchHeader, Control, Entry, NachaFile};
use crate::statement::Direction;

/// A file: header, batches, what it says of earlier entries, control.
pub(super) fn file(out: &mut Writer<'_>, file: &NachaFile) {
    out.put("format", "nacha");
    out.put("sha256", file.source_sha256_hex());
    out.put("bytes", file.source_bytes);
    if let Some(header) = &file.header {
        for (key, id, name) in
            [("destination", &header.destination, &header.destination_name), ("origin", &header.origin, &header.origin_name)]
        {
            out.object(key, |out| {
                out.put("id", id);
                out.put("name", name);
            });
        }
        out.some("created", header.created.map(|moment| moment.to_string()));
        out.put("id_modifier", &header.id_modifier);
        out.put("reference", &header.reference);
    }
    out.put("batch_count", file.batches.len());
    out.put("entry_count", file.batches.iter().map(|batch| batch.entries.len()).sum::<usize>());
    out.list("statuses", file.each_status(), |out, item| status(out, &item));
    out.list("batches", &file.batches, batch);
    out.object_of("control", file.control.as_ref(), control);
    findings(out, &file.findings);
}

fn batch(out: &mut Writer<'_>, batch: &Batch) {
    if let Some(found) = &batch.header {
        header(out, found);
    }
    out.list("entries", &batch.entries, entry);
    out.object_of("control", batch.control.as_ref(), control);
}

fn header(out: &mut Writer<'_>, header: &BatchHeader) {
    out.put("number", header.number);
    out.put("class", &header.class);
    out.put("service_class", header.service_class);
    out.put("company_name", &header.company_name);
    out.put("company_id", &header.company_id);
    out.put("description", &header.description);
    out.put("reversal", header.is_reversal());
    out.some("effective", header.effective.map(|date| date.to_string()));
    out.put("originating_bank", &header.originating_bank);
    out.object_of("international", header.international.as_ref(), |out, international| {
        out.put("exchange", &international.exchange);
        out.put("reference", &international.reference);
        out.put("destination_country", &international.destination_country);
        out.put("originating_currency", &international.originating_currency);
        out.put("destination_currency", &international.destination_currency);
    });
}

fn entry(out: &mut Writer<'_>, entry: &Entry) {
    out.put("line", entry.line);
    out.put("transaction_code", entry.transaction_code);
    out.some("sign", entry.direction().map(Direction::code));
    out.put("prenotification", entry.is_prenotification());
    out.put("amount", quittance_types::Decimal::new(entry.amount, 2).to_string());
    out.put("minor", entry.amount);
    out.put("currency", "USD");
    out.put("routing_number", &entry.routing_number);
    out.put("account", &entry.account);
    out.put("individual_id", &entry.individual_id);
    out.put("name", &entry.name);
    out.put("trace", &entry.trace);
    out.some_list("addenda", &entry.addenda, addendum);
}

fn addendum(out: &mut Writer<'_>, addendum: &Addendum) {
    match addendum {
        Addendum::Terminal(terminal) => {
            out.put("type", "02");
            out.put("reference", &terminal.reference);
            out.put("terminal", &terminal.terminal);
            out.put("serial", &terminal.serial);
            out.put("date", &terminal.date);
            out.put("location", &terminal.location);
            out.put("city", &terminal.city);
            out.put("state", &terminal.state);
        }
        Addendum::Payment { kind, text, sequence } => {
            out.put("type", kind);
            out.put("text", text);
            out.put("sequence", sequence);
        }
        Addendum::International { kind, fields } => {
            out.put("type", kind.to_string());
            fields.iter().for_each(|(name, value)| out.put(name, value));
        }
        Addendum::Change(change) => {
            out.put("type", "98");
            out.put("code", &change.code);
            out.put("original_trace", &change.original_trace);
        }
        Addendum::Return(back) => {
            out.put("type", "99");
            out.put("code", &back.code);
            out.put("original_trace", &back.original_trace);
        }
    }
}

fn control(out: &mut Writer<'_>, control: &Control) {
    out.put("count", control.count);
    out.put("hash", control.hash);
    out.put("debit", control.debit);
    out.put("credit", control.credit);
}
