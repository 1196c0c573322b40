//! PDF with text: words with their places, laid out again as lines of text.
//!
//! Judged on the corpus: `lopdf` gives objects and fonts, and what objects cost is counted before it builds them; operators
//! are read here, one at a time, since a list of them takes hundreds of times the page. Text in form objects and scans are
//! not read.

use lopdf::{DecompressError, ObjectId};

use super::page::Page;
use super::text;
use crate::budget::Budget;
use crate::error::FormatError;

mod content;
mod font;
mod image;
mod layout;
mod load;
mod objects;
mod run;
mod token;

/// Pages read; more are a ledger and refused.
const MAX_PAGES: usize = 500;
/// Bytes that may always inflate.
const SLACK: usize = 2 << 20;
/// Times its size all pages of a file may inflate to, one after the other.
const TIMES: usize = 10;
/// Times its size a single page may, which is held as a whole.
const PAGE_TIMES: usize = 2;

/// Adds the lines of all pages, numbered through.
///
/// # Errors
/// `STATEMENT_MALFORMED` for a damaged file, `FORMAT_UNKNOWN` for one that does not open without a password, `XML_LIMIT` when
/// it inflates beyond measure.
pub(crate) fn read(bytes: &[u8], page: &mut Page, budget: &mut Budget) -> Result<(), FormatError> {
    let within = |times: usize| bytes.len().saturating_mul(times).saturating_add(SLACK);
    // What other parts of the same file may still inflate to.
    let reserved = budget.inflatable().saturating_sub(within(TIMES) as u64);
    let document = load::load(bytes, within(1), budget)?;
    let mut fonts = font::Fonts::of(&document, within(PAGE_TIMES));
    let mut out = String::new();
    let pages: Vec<ObjectId> = document.page_iter().take(MAX_PAGES + 1).collect();
    if pages.len() > MAX_PAGES {
        return Err(FormatError::Limit { what: "pages of a PDF", allowed: MAX_PAGES as u64, line: 0 });
    }
    for id in pages {
        let left = budget.inflatable().saturating_sub(reserved);
        let allowed = usize::try_from(left).unwrap_or(usize::MAX).min(within(PAGE_TIMES));
        let content = document.get_page_content_with_limit(id, allowed).map_err(|error| damaged(&error, allowed))?;
        budget.inflate(content.len() as u64)?;
        let runs = content::runs(&content, fonts.of_page(id), budget)?;
        if runs.is_text_missing {
            page.missing = Some("characters that their font does not tell");
        }
        layout::write(runs, &mut out, budget)?;
        out.push('\n');
    }
    text::read(&out, page, budget)
}

fn damaged(error: &lopdf::Error, allowed: usize) -> FormatError {
    if is_limit(error) { inflated_beyond(allowed) } else { malformed(&error.to_string()) }
}

fn is_limit(error: &lopdf::Error) -> bool {
    matches!(error, lopdf::Error::Decompress(DecompressError::MemoryLimitExceeded { .. }))
}

fn inflated_beyond(allowed: usize) -> FormatError {
    FormatError::Limit { what: "bytes inflated from a PDF", allowed: allowed as u64, line: 0 }
}

fn malformed(why: &str) -> FormatError {
    FormatError::Malformed { path: "PDF".to_string(), line: 0, why: why.to_string() }
}
