//! Finding an ISO 20022 message in a document, whatever is wrapped around it.

use super::Cursor;
use crate::error::FormatError;
use crate::finding::excerpt;

/// A message found.
pub(crate) struct Found<T> {
    /// What the name of its body means to the caller.
    pub message: T,
    /// Namespace of the body, as written.
    pub namespace: Option<String>,
    /// Local name of the body, as written.
    pub body: String,
    /// Byte position of the body.
    pub offset: usize,
}

/// Goes to the next element that `of_body` knows as a message's body. `root` keeps what the document's root was called.
pub(crate) fn next<T>(
    cursor: &mut Cursor<'_>,
    root: &mut Option<String>,
    of_body: impl Fn(&str) -> Option<T>,
) -> Result<Option<Found<T>>, FormatError> {
    let mut bindings: Vec<(usize, String, String)> = Vec::new();
    loop {
        if !cursor.next_child()? {
            if cursor.at_end() {
                return Ok(None);
            }
            continue;
        }
        let depth = cursor.depth();
        // What its elder siblings and what is in them declared is forgotten.
        bindings.truncate(bindings.partition_point(|(level, _, _)| *level < depth));
        let Some(start) = cursor.opened() else { continue };
        for attribute in start.attributes().with_checks(false).flatten() {
            let name = attribute.key.0;
            if name == "xmlns" || name.starts_with("xmlns:") {
                let prefix = name.strip_prefix("xmlns:").unwrap_or_default();
                bindings.push((depth, prefix.to_string(), attribute.value.trim().to_string()));
            }
        }
        let prefix = start.name().prefix().map(|prefix| prefix.into_inner().to_string()).unwrap_or_default();
        let bound = || bindings.iter().rev().find(|(_, name, _)| *name == prefix);
        let namespace = || bound().map(|(_, _, uri)| uri.as_str()).filter(|uri| !uri.is_empty());
        if root.is_none() {
            let space = namespace().map(|uri| format!(" of {}", excerpt(uri, 120))).unwrap_or_default();
            *root = Some(format!("{}{space}", excerpt(cursor.name(), 60)));
        }
        if let Some(message) = of_body(cursor.name()) {
            let namespace = namespace().map(str::to_string);
            return Ok(Some(Found { message, namespace, body: cursor.name().to_string(), offset: cursor.offset() }));
        }
    }
}

/// The error for a document without a message.
pub(crate) fn unknown(root: Option<String>) -> FormatError {
    FormatError::Unknown { why: format!("XML with the root element {}", root.unwrap_or_default()) }
}

/// `camt.053.001.08` inside a namespace of any style (ISO, SWIFT, national clearing, a bank's schema location), when it
/// begins with `family` (`camt.05`, `pain.` ...).
pub(crate) fn version_in(namespace: &str, family: &str) -> Option<String> {
    let start = namespace.find(family)?;
    let version = namespace.get(start..start + "camt.053.001.08".len())?;
    let right = version.bytes().enumerate().all(|(index, byte)| match index {
        0..=3 => byte.is_ascii_lowercase(),
        4 | 8 | 12 => byte == b'.',
        _ => byte.is_ascii_digit(),
    });
    right.then(|| version.to_string())
}
