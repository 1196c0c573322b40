//! What the rules allow in the fields of a file to be written.

use super::{EntryClass, NewBatch, NewEntry, NewFile};
use crate::error::FormatError;
use crate::nacha::read::routing_number_holds;

/// An error at a path.
pub(super) fn refuse(path: &str, why: &str) -> FormatError {
    FormatError::Unwritable { path: path.to_string(), why: why.to_string() }
}

/// Checks the file header.
pub(super) fn file(file: &NewFile) -> Result<(), FormatError> {
    routing("file/destination", &file.destination)?;
    text("file/origin", &file.origin, 1, 10)?;
    text("file/destination_name", &file.destination_name, 0, 1000)?;
    text("file/origin_name", &file.origin_name, 0, 1000)?;
    text("file/reference", &file.reference, 0, 8)?;
    if !(file.id_modifier.is_ascii_uppercase() || file.id_modifier.is_ascii_digit()) {
        return Err(refuse("file/id_modifier", "A to Z or 0 to 9"));
    }
    Ok(())
}

/// Checks a batch and its entries.
pub(super) fn batch(index: usize, batch: &NewBatch) -> Result<(), FormatError> {
    let path = format!("batch[{}]", index + 1);
    text(&format!("{path}/company_name"), &batch.company_name, 1, 1000)?;
    text(&format!("{path}/company_id"), &batch.company_id, 1, 10)?;
    text(&format!("{path}/description"), &batch.description, 1, 10)?;
    if batch.originating_bank.len() != 8 || !batch.originating_bank.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse(&format!("{path}/originating_bank"), "eight digits are expected"));
    }
    if batch.entries.is_empty() {
        return Err(refuse(&format!("{path}/entries"), "a batch holds at least one entry"));
    }
    batch.entries.iter().enumerate().try_for_each(|(number, new)| entry(&format!("{path}/entry[{}]", number + 1), batch.class, new))
}

fn entry(path: &str, class: EntryClass, entry: &NewEntry) -> Result<(), FormatError> {
    routing(&format!("{path}/routing_number"), &entry.routing_number)?;
    text(&format!("{path}/account"), &entry.account, 1, 17)?;
    text(&format!("{path}/individual_id"), &entry.individual_id, 0, 15)?;
    text(&format!("{path}/name"), &entry.name, 1, 1000)?;
    let amount = entry.amount;
    if amount.currency().code() != "USD" || amount.is_negative() || amount.minor() > 9_999_999_999 {
        return Err(refuse(&format!("{path}/amount"), "an amount is US dollars, not negative, at most 99,999,999.99"));
    }
    let addenda = super::addenda_of(class, entry);
    if addenda.len() > class.addenda_allowed() {
        return Err(refuse(&format!("{path}/addenda"), &format!("{} allows {} addenda", class.code(), class.addenda_allowed())));
    }
    // The text of CTX is cut to size; the one addendum of the other classes must fit.
    addenda.iter().try_for_each(|addendum| text(&format!("{path}/addenda"), addendum, 1, 80))
}

fn routing(path: &str, number: &str) -> Result<(), FormatError> {
    if routing_number_holds(number) {
        return Ok(());
    }
    Err(refuse(path, "a routing number has nine digits, the last of which checks the others"))
}

/// `from` to `to` printable ASCII characters.
fn text(path: &str, text: &str, from: usize, to: usize) -> Result<(), FormatError> {
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(refuse(path, "only printable ASCII characters are allowed"));
    }
    if !(from..=to).contains(&text.trim_end().len()) {
        return Err(refuse(path, &format!("{from} to {to} characters are allowed")));
    }
    Ok(())
}
