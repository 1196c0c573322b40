//! A document whose objects are counted while they are built: a table of places may name one of them a thousand times, and
//! streams may lie in each other.

use std::cell::Cell;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use super::{TIMES, damaged, objects};
use crate::error::FormatError;

/// Bytes all objects may always take.
const SLACK: usize = 10 << 20;

thread_local! {
    /// Bytes the objects of the document being loaded may still take: a filter is a function that holds nothing.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// The document in `bytes`, of which no stream inflates to more than `most` bytes while it is loaded.
///
/// # Errors
/// `XML_LIMIT` for objects that take more memory than the bytes may honestly cost, `STATEMENT_MALFORMED` for a damaged file.
pub(super) fn load(bytes: &[u8], most: usize) -> Result<Document, FormatError> {
    let document = counted(bytes, most, false)?;
    // Places that are wrong are looked for again; a filter keeps `lopdf` from doing so.
    if document.page_iter().next().is_none() && !document.is_encrypted() {
        drop(document);
        return counted(bytes, most, true);
    }
    Ok(document)
}

fn counted(bytes: &[u8], most: usize, force_reconstruct: bool) -> Result<Document, FormatError> {
    let allowed = bytes.len().saturating_mul(TIMES).saturating_add(SLACK);
    LEFT.set(allowed);
    let options = LoadOptions { max_decompressed_size: Some(most), filter: Some(filter), force_reconstruct, ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| damaged(&error, most))?;
    if LEFT.get() == 0 {
        return Err(FormatError::Limit { what: "bytes the objects of a PDF take", allowed: allowed as u64, line: 0 });
    }
    Ok(document)
}

/// Keeps an object while there is memory left.
fn filter(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    let left = LEFT.get().saturating_sub(objects::OBJECT + memory(object));
    LEFT.set(left);
    (left > 0).then(|| (id, object.clone()))
}

/// Bytes an object takes.
fn memory(object: &Object) -> usize {
    let of_dictionary =
        |dictionary: &Dictionary| dictionary.iter().map(|(key, value)| objects::ENTRY + key.len() + memory(value)).sum::<usize>();
    match object {
        Object::Array(values) => values.iter().map(|value| objects::VALUE + memory(value)).sum(),
        Object::Dictionary(dictionary) => of_dictionary(dictionary),
        Object::Stream(stream) => of_dictionary(&stream.dict) + stream.content.len(),
        Object::Name(text) | Object::String(text, _) => text.len(),
        _ => 0,
    }
}
