//! PDF with text: words with their places, laid out again as lines of text.
//!
//! Judged on the corpus: `lopdf` bounds what every stream may inflate to and gives fonts and operators; the places of the
//! words are computed here. Text in form objects and scans are not read.

use lopdf::{Document, LoadOptions};

use super::page::Page;
use super::text;
use crate::budget::Budget;
use crate::error::FormatError;

mod content;
mod font;
mod layout;

/// Pages read.
const MAX_PAGES: usize = 60;
/// Bytes all pages together may inflate to, beside ten times the file's size.
const SLACK: usize = 2 << 20;

/// A run of text on a page.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Left end, in points.
    pub x: f64,
    /// Base line, in points from the bottom.
    pub y: f64,
    /// Right end.
    pub end: f64,
    /// Height of the font.
    pub size: f64,
    /// The text.
    pub text: String,
}

/// Adds the lines of all pages, numbered through.
///
/// # Errors
/// `STATEMENT_MALFORMED` for a damaged or encrypted file, `XML_LIMIT` when it inflates beyond measure.
pub(crate) fn read(bytes: &[u8], page: &mut Page, budget: &mut Budget) -> Result<(), FormatError> {
    let mut left = bytes.len().saturating_mul(10).saturating_add(SLACK);
    let options = LoadOptions { max_decompressed_size: Some(left), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| damaged(&error))?;
    if document.is_encrypted() {
        return Err(FormatError::Unknown { why: "an encrypted PDF".to_string() });
    }
    let mut out = String::new();
    for (_, id) in document.get_pages().into_iter().take(MAX_PAGES) {
        let content = document.get_page_content_with_limit(id, left).map_err(|error| damaged(&error))?;
        left = left.saturating_sub(content.len());
        let fonts = font::fonts(&document, id, left);
        let runs = content::runs(&content, &fonts, budget)?;
        layout::write(runs, &mut out);
        out.push('\n');
    }
    text::read(&out, page, budget)
}

fn damaged(error: &lopdf::Error) -> FormatError {
    let why = error.to_string();
    if why.contains("limit") {
        return FormatError::Limit { what: "bytes inflated from a PDF", allowed: 0, line: 0 };
    }
    FormatError::Malformed { path: "PDF".to_string(), line: 0, why }
}
