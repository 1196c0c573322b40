//! Runs of text with their places; the texts stand one behind the other, as those of a page's cells do.
//!
//! Places on a page are no money: floating point is what the format has.
#![allow(clippy::float_arithmetic)]

use std::cmp::Ordering;

use crate::budget::{Budget, grow};
use crate::error::FormatError;

/// Bytes of a file an honest run takes, however well the page is compressed.
const RUN: usize = 4;
/// The same for so many bytes of text.
const TEXT_PER_BYTE: usize = 8;

/// A gap that parts two words, in sizes of the font.
pub(super) const WORD_GAP: f32 = 0.15;

/// A run of text on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// Left end, in points.
    pub x: f32,
    /// Base line, in points from the bottom.
    pub y: f32,
    /// Right end.
    pub end: f32,
    /// Height of the font.
    pub size: f32,
    from: u32,
    to: u32,
}

impl Run {
    /// True when what stands at `x` is the same word: programs place single letters, too.
    fn is_continued_at(&self, x: f32, y: f32, size: f32) -> bool {
        let is_same_line = self.y.total_cmp(&y).is_eq() && self.size.total_cmp(&size).is_eq();
        is_same_line && (x - self.end).abs() <= size * WORD_GAP
    }

    /// The text of it, of the text of all.
    pub fn text<'t>(&self, all: &'t str) -> &'t str {
        all.get(self.from as usize..self.to as usize).unwrap_or_default()
    }

    /// Order from left to right; what was written first, first.
    pub fn before(&self, other: &Run) -> Ordering {
        self.x.total_cmp(&other.x).then(self.from.cmp(&other.from))
    }
}

/// The runs of a page.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// True when text is shown that cannot be read.
    pub is_text_missing: bool,
    text: String,
    list: Vec<Run>,
}

impl Runs {
    /// Adds a text at `[x, y, end, size]`; what is blank or has no place is left out.
    pub fn add(&mut self, place: [f64; 4], text: &str, budget: &mut Budget) -> Result<(), FormatError> {
        if text.trim().is_empty() || !place.iter().all(|number| number.is_finite()) {
            return Ok(());
        }
        budget.spend(text.len().div_ceil(TEXT_PER_BYTE), 0)?;
        let [x, y, end, size] = place.map(single);
        let from = self.end();
        self.text.push_str(text);
        let to = self.end();
        if let Some(last) = self.list.last_mut().filter(|last| last.is_continued_at(x, y, size)) {
            (last.end, last.to) = (end, to);
            return Ok(());
        }
        budget.spend(RUN, 0)?;
        grow(&mut self.list);
        self.list.push(Run { x, y, end, size, from, to });
        Ok(())
    }

    fn end(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// The runs from top to bottom, and of equal height from left to right; and the text of all.
    pub fn into_sorted(mut self) -> (Vec<Run>, String) {
        self.list.sort_unstable_by(|a, b| b.y.total_cmp(&a.y).then(a.before(b)));
        (self.list, self.text)
    }
}

/// Points of a page need no more digits than a single has.
#[allow(clippy::cast_possible_truncation)]
fn single(number: f64) -> f32 {
    number as f32
}
