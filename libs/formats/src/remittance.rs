//! Remittance advices: what a payer says a payment is for.
//!
//! Every source goes through one pipeline: container (mail, attachments, workbook, pages) to cells with their places, cells
//! to rows and columns, columns to meanings by header words and content, rows to [`AdviceLine`]s. Where a text can be read
//! in several ways (decimal comma or point, which column is paid, which sign) the reading is taken whose figures add up;
//! what does not add up is sent to review, never guessed silently.

mod assemble;
mod attached;
mod block;
mod calendar;
mod columns;
mod container;
mod currency;
mod document;
mod grid;
mod head;
mod html;
mod letter;
mod lexicon;
mod listing;
mod mail;
mod model;
mod number;
mod of_statement;
mod page;
mod pdf;
mod plan;
mod proof;
mod prose;
mod reading;
mod reason;
mod record;
mod sheet;
mod table;
mod text;
mod token;
mod words;
mod workbook;

pub(crate) use page::MAX_COLUMNS;
pub(crate) use sheet::{delimiter_of, for_each as for_each_record};
pub(crate) use workbook::{Workbook, inflated_size};

pub use model::{Advice, AdviceFormat, AdviceLine, AdviceParty, Deduction, Field, LineKind, Span};
pub use proof::{Check, Proof, ReviewReason, Verdict};
pub use reason::DeductionReason;

use quittance_types::Decimal;

use crate::budget::Budget;
use crate::error::FormatError;
use plan::Effort;
use reading::Knowledge;

/// What the caller knows beforehand. Everything may be left out.
#[derive(Clone, Copy, Default)]
pub struct Hints<'a> {
    /// File name, for what its end tells (`.csv`, `.eml` ...); bytes that plainly are something else are believed more.
    pub name: Option<&'a str>,
    /// True for a text that is a document number of the receiver of the advice.
    pub is_known_document: Option<&'a (dyn Fn(&str) -> bool + Sync)>,
    /// Amount of the payment.
    pub expected_total: Option<Decimal>,
}

/// Reads every advice in `bytes`: a text, an HTML page, a mail with its attachments, a CSV or XLSX file, a PDF with text.
/// `name` is a file name, if there is one. A mail or a workbook may hold several advices; a file that is readable and
/// holds no line gives one advice without lines, to be reviewed.
///
/// # Errors
/// [`FormatError::Unknown`] for bytes that are none of these, [`FormatError::Limit`] for what would cost far more to read
/// than it is long, [`FormatError::Malformed`] for damaged containers.
pub fn read(bytes: &[u8], name: Option<&str>) -> Result<Vec<Advice>, FormatError> {
    read_with(bytes, &Hints { name, ..Hints::default() })
}

/// The format of an advice that is told by its bytes alone: HTML, mail, workbook, PDF. None for plain and delimited text,
/// which may be anything.
pub(crate) fn container_of(bytes: &[u8]) -> Option<AdviceFormat> {
    let kind = container::kind_of(bytes, None).ok()?;
    matches!(kind, AdviceFormat::Html | AdviceFormat::Mail | AdviceFormat::Xlsx | AdviceFormat::Pdf).then_some(kind)
}

/// As [`read`], with what the caller knows beforehand.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], hints: &Hints<'_>) -> Result<Vec<Advice>, FormatError> {
    let kind = container::kind_of(bytes, hints.name)?;
    let mut budget = Budget::of(bytes.len());
    let (effort, of_samples) = (Effort::default(), Effort::default());
    let knowledge = Knowledge { known: hints.is_known_document, expected: hints.expected_total, effort: &effort, of_samples: &of_samples };
    let empty = Advice::new(kind, bytes);
    if kind == AdviceFormat::Mail {
        return letter::read(mail::read(bytes, &mut budget)?, empty, knowledge);
    }
    let pages = container::pages(bytes, kind, kind.code(), 0, &mut budget)?;
    Ok(letter::of_pages(pages, empty, knowledge))
}
