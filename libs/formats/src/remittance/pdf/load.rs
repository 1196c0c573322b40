//! A document whose objects are counted while they are built: a table of places may name one of them a thousand times, and
//! streams may lie in each other.
//!
//! `lopdf` unpacks streams of objects as a whole, and those of an encrypted file without asking anybody, so both are kept
//! from it: it loads encrypted files as if they were not, and the streams are unpacked here, one after the other.

use std::borrow::Cow;
use std::cell::Cell;

use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, ObjectStream};

use super::token::{Token, Tokens, is_regular};
use super::{TIMES, damaged, inflated_beyond, is_limit, malformed, objects};
use crate::budget::Budget;
use crate::error::FormatError;

/// Bytes all objects may always take.
const SLACK: usize = 10 << 20;
/// Key of a trailer that says how its file is encrypted, and what it is called while the file is loaded.
const ENCRYPTED: &[u8] = b"Encrypt";
const HIDDEN: &[u8] = b"Encrypu";
/// Kind of a stream of objects, and what it is called until it is unpacked.
const PACKED: &[u8] = b"ObjStm";
const KEPT: &str = "Packed";

thread_local! {
    /// Bytes the objects of the document being loaded may still take: a filter is a function that holds nothing.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// The document in `bytes`, of which streams of objects inflate to at most `allowed` bytes together.
///
/// # Errors
/// `XML_LIMIT` for objects that take more memory than the bytes may honestly cost, `STATEMENT_MALFORMED` for a damaged file,
/// `FORMAT_UNKNOWN` for one that does not open without a password.
pub(super) fn load(bytes: &[u8], allowed: usize, budget: &mut Budget) -> Result<Document, FormatError> {
    objects::charge(bytes, allowed, budget)?;
    let bytes = opened(bytes)?;
    if matches!(bytes, Cow::Owned(_)) {
        budget.spend(bytes.len() / TIMES, 0)?;
    }
    let before = budget.clone();
    let document = counted(&bytes, allowed, budget, false)?;
    if document.page_iter().next().is_some() {
        return Ok(document);
    }
    // Places that are wrong are looked for again; a filter keeps `lopdf` from doing so.
    drop(document);
    *budget = before;
    counted(&bytes, allowed, budget, true)
}

/// `bytes` in which no name says any more that they are encrypted.
fn opened(bytes: &[u8]) -> Result<Cow<'_, [u8]>, FormatError> {
    let mut opened = Cow::Borrowed(bytes);
    for (place, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        let rest = &mut Tokens::of(bytes.get(place + 1..).unwrap_or_default());
        let word = rest.take_while(is_regular);
        if Token::Name(word).name().is_none_or(|name| *name != *ENCRYPTED) {
            continue;
        }
        let hidden = opened.to_mut().get_mut(place + 1..place + 1 + word.len()).filter(|name| name.len() == HIDDEN.len());
        hidden.ok_or_else(encrypted)?.copy_from_slice(HIDDEN);
    }
    Ok(opened)
}

fn encrypted() -> FormatError {
    FormatError::Unknown { why: "an encrypted PDF".to_string() }
}

fn counted(bytes: &[u8], allowed: usize, budget: &mut Budget, force_reconstruct: bool) -> Result<Document, FormatError> {
    let memory = bytes.len().saturating_mul(TIMES).saturating_add(SLACK);
    LEFT.set(memory);
    let options = LoadOptions { max_decompressed_size: Some(allowed), filter: Some(filter), force_reconstruct, ..LoadOptions::default() };
    let mut document = Document::load_mem_with_options(bytes, options).map_err(|error| damaged(&error, allowed))?;
    decrypt(&mut document)?;
    unpack(&mut document, allowed, budget)?;
    if LEFT.get() == 0 {
        return Err(FormatError::Limit { what: "bytes the objects of a PDF take", allowed: memory as u64, line: 0 });
    }
    Ok(document)
}

/// Decrypts what was loaded as it is.
fn decrypt(document: &mut Document) -> Result<(), FormatError> {
    if let Some(how) = document.trailer.remove(HIDDEN) {
        document.trailer.set(ENCRYPTED, how);
        // An object that cannot be decrypted is an error of its own: all others are.
        let _ = document.decrypt("");
    }
    if document.trailer.has(ENCRYPTED) { Err(encrypted()) } else { Ok(()) }
}

/// Puts objects out of their streams among the others, those of each stream charged before they are built.
fn unpack(document: &mut Document, allowed: usize, budget: &mut Budget) -> Result<(), FormatError> {
    let is_kept = |object: &Object| object.as_stream().is_ok_and(|stream| stream.dict.has_type(KEPT.as_bytes()));
    let kept: Vec<ObjectId> = document.objects.iter().filter(|(_, object)| is_kept(object)).map(|(id, _)| *id).collect();
    let mut left = allowed;
    for id in kept {
        let Some(Object::Stream(mut stream)) = document.objects.remove(&id) else { continue };
        // What is packed twice may cost much and come to nothing.
        if stream.filters().is_ok_and(|filters| filters.len() > 1) {
            return Err(malformed("objects in a stream that is packed twice"));
        }
        let content = match stream.get_plain_content_with_limit(left) {
            Ok(content) => content,
            Err(error) if is_limit(&error) => return Err(inflated_beyond(allowed)),
            Err(_) => continue,
        };
        left -= content.len();
        let first = stream.dict.get(b"First").and_then(Object::as_i64).ok().and_then(|first| usize::try_from(first).ok());
        let passing = objects::charge_members(&content, first.unwrap_or_default(), budget)?;
        budget.clone().spend(passing, 0)?;
        stream.set_plain_content(content);
        let Ok(members) = ObjectStream::new_with_limit(&stream, Some(allowed)) else { continue };
        for (member, mut object) in members.objects {
            let is_here = document.reference_table.get(member.0).is_none_or(|place| !is_elsewhere(place, id));
            if is_here && filter(member, &mut object).is_some() {
                document.objects.entry(member).or_insert(object);
            }
        }
    }
    Ok(())
}

/// True for the place of an object that a later part of the file put into another stream.
fn is_elsewhere(place: &XrefEntry, stream: ObjectId) -> bool {
    matches!(place, XrefEntry::Compressed { container, .. } if *container != stream.0)
}

/// Keeps an object while there is memory left. Of what is given back nothing is looked at but that it is.
fn filter(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if let Object::Dictionary(dictionary) = object
        && objects::is_structure(dictionary.iter().map(|(key, _)| key))
    {
        return None;
    }
    if let Object::Stream(stream) = object
        && stream.dict.has_type(PACKED)
    {
        stream.dict.set("Type", KEPT);
    }
    let left = LEFT.get().saturating_sub(objects::OBJECT + memory(object));
    LEFT.set(left);
    (left > 0).then_some((id, Object::Null))
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
