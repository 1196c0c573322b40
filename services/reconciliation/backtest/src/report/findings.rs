//! What the figures say, in sentences.

use super::build::{Material, Measure};
use super::words::{count, money, plural};
use super::{Report, controls};
use crate::intake::TableRead;

/// The findings a reader sees first.
pub(super) fn summary(report: &Report, measure: &Measure<'_>) -> Vec<String> {
    let receipts = &report.receipts;
    if receipts.lines == 0 {
        return vec!["The bank files hold no customer receipt.".to_owned()];
    }
    let total = money(measure.total(&receipts.amounts), measure.currency);
    let mut sentences = vec![format!(
        "{} of {} {total} came in. {} of them would be posted without a person, {} of the money.",
        plural(receipts.lines, "customer receipt", "customer receipts"),
        measure.currency,
        receipts.auto.share_of_lines.text(),
        receipts.auto.share_of_amount.text(),
    )];
    sentences.push(format!(
        "{} with a ranked suggestion, {} without one: those need a person.",
        plural(receipts.suggest.lines, "waits", "wait"),
        count(receipts.none.lines),
    ));
    if let Some(refused) = report.refusals.first() {
        sentences.push(format!("Most frequent reason to hold one back ({}): {}", plural(refused.lines, "line", "lines"), refused.sentence));
    }
    sentences
}

/// What was not there, and what is done without it.
pub(super) fn missing(material: &Material) -> Vec<String> {
    let mut sentences = Vec::new();
    for table in &material.tables {
        match table.present {
            false => sentences.push(absent_table(table)),
            true => sentences.extend(table.absent.iter().map(|absent| match absent.consequence {
                "" => format!("{} has no column or field {}.", table.file, absent.column),
                consequence => format!("{} has no column or field {}: {consequence}.", table.file, absent.column),
            })),
        }
    }
    if !material.history {
        sentences.push("history.jsonl was left aside, as asked: nothing is known of how these customers pay.".to_owned());
    }
    if material.advices.files == 0 {
        sentences.push("There are no remittance advices: payments of many documents are read from the bank's text alone.".to_owned());
    }
    sentences
}

fn absent_table(table: &TableRead) -> String {
    let consequence = match table.file.as_str() {
        "sellers.csv" => {
            "every seller the other tables name is taken, with books in euro; a bank file belongs to the seller whose documents it pays"
        }
        "customers.csv" => "customers are known by the ids of their items only, so payers are learnt from confirmations and references",
        "open_items.csv" => "nothing can be matched",
        "closed_items.csv" => "second payments and payments of closed documents are not recognised",
        "fx_rates.csv" => "payments in another currency than the document's need a person",
        "policy.json" => "the usual limits are taken",
        _ => "nothing is known of how these customers pay",
    };
    format!("{} is not there: {consequence}.", table.file)
}

/// What somebody should look at in the data.
pub(super) fn warnings(material: &Material) -> Vec<String> {
    let mut sentences = Vec::new();
    for table in material.tables.iter().filter(|table| table.refused > 0) {
        let first = table.reasons.first().map(reason).unwrap_or_default();
        sentences.push(format!(
            "{}: {} of {} not used. {first}",
            table.file,
            count(table.refused),
            plural(table.rows + table.refused, "row", "rows")
        ));
    }
    let odd = |table: &TableRead| table.oddities.iter().filter_map(|odd| oddity(&table.file, odd)).collect::<Vec<_>>();
    sentences.extend(material.tables.iter().flat_map(odd));
    let failed: Vec<&str> = material.files.iter().filter(|file| file.failure.is_some()).map(|file| file.name.as_str()).collect();
    if let Some(first) = failed.first() {
        sentences.push(format!("{} could not be read, {first} for one.", plural(failed.len() as u64, "bank file", "bank files")));
    }
    for control in controls::controls(&material.figures) {
        if control.broken > 0 {
            sentences.push(format!(
                "Account {}: {} do not add up to their closing balance.",
                control.account,
                plural(control.broken, "statement", "statements")
            ));
        }
        if control.gaps > 0 {
            sentences.push(format!(
                "Account {}: {} not open where the one before closed; a bank file may be missing.",
                control.account,
                plural(control.gaps, "statement does", "statements do")
            ));
        }
    }
    for taken in &material.taken {
        let lines = plural(taken.lines, "line", "lines");
        sentences.push(format!(
            "Account {} stands in no row of sellers.csv: its {lines} count for {}, whose documents they pay.",
            taken.account, taken.seller
        ));
    }
    if !material.unassigned.is_empty() {
        let lines = plural(material.unassigned.len() as u64, "line", "lines");
        let account = material.unassigned.first().map_or("", |line| line.account.as_str());
        sentences.push(format!("{lines} on accounts of no seller, {account} for one: they are left as none."));
    }
    if let Some(first) = material.held.first() {
        let lines = plural(material.held.len() as u64, "line", "lines");
        sentences.push(format!("{lines} of statements that do not add up are held back, {} for one: they are left as none.", first.id));
    }
    if let Some(first) = material.contradictions.first() {
        let numbers = plural(material.contradictions.len() as u64, "document stands", "documents stand");
        sentences.push(format!(
            "open_items.csv: {numbers} in rows that contradict each other, {first} for one: the higher open amount is taken and a person decides."
        ));
    }
    duplicates(material, &mut sentences);
    if material.advices.failed > 0 {
        sentences.push(format!("{} could not be read.", plural(material.advices.failed, "remittance advice", "remittance advices")));
    }
    sentences
}

fn duplicates(material: &Material, sentences: &mut Vec<String>) {
    if let Some((copy, first)) = material.duplicates.files.first() {
        let files = plural(material.duplicates.files.len() as u64, "bank file was there twice", "bank files were there twice");
        sentences.push(format!("{files} and counted once: {copy} is {first}."));
    }
    if let Some((ids, first)) = &material.shared_ids {
        let ids = plural(*ids, "line id stands", "line ids stand");
        sentences.push(format!("{ids} for several payments, {first} for one: the bank's references do not tell them apart."));
    }
    if let Some(first) = material.duplicates.examples.first() {
        let lines = plural(material.duplicates.lines, "line stood in two statements", "lines stood in two statements");
        sentences.push(format!("{lines} and counted once, {first} for one."));
    }
}

fn oddity(file: &str, odd: &crate::intake::RefusedRows) -> Option<String> {
    let example = odd.examples.first()?;
    let rows = plural(odd.count, "row is", "rows are");
    Some(format!("{file}: {rows} used although {} \"{}\" {} (line {}).", odd.column, example.value, odd.why, example.line))
}

fn reason(reason: &crate::intake::RefusedRows) -> String {
    let Some(example) = reason.examples.first() else { return String::new() };
    let column = if reason.column.is_empty() { String::new() } else { format!("{} ", reason.column) };
    format!("Most often: {column}\"{}\" {} (line {}).", example.value, reason.why, example.line)
}
