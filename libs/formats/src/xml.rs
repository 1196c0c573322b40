//! A small streaming XML reader with hard limits, over quick-xml.
//!
//! [`Cursor`] walks a document element by element; [`Tree`] holds one subtree (a balance, a transaction) at a time, so
//! memory follows the largest transaction and not the file. Names are compared by local name: banks use every namespace
//! and prefix there is. A document type declaration ends the reading wherever it stands, and only the five predefined
//! entities and character references are replaced.

mod cursor;
pub(crate) mod message;
mod tree;

pub(crate) use cursor::Cursor;
pub(crate) use tree::{Node, Tree};

/// What no honest file needs more of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of the whole file.
    pub bytes: usize,
    /// Elements inside one another.
    pub depth: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Bytes of one element's or attribute's text.
    pub text: usize,
    /// Elements of one subtree (a header, a balance, a transaction).
    pub nodes: usize,
}

impl Limits {
    /// The limits in force.
    pub const STANDARD: Limits = Limits { bytes: 256 << 20, depth: 48, attributes: 32, text: 64 << 10, nodes: 20_000 };
}
