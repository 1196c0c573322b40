//! Runs of text set as lines of characters, so that columns stay columns.
//!
//! Places on a page are no money: floating point is what the format has.
#![allow(clippy::float_arithmetic)]

use super::run::{Run, Runs, WORD_GAP};
use crate::budget::Budget;
use crate::error::FormatError;

/// Bytes of a line there is room for beforehand.
const LINE: usize = 640;
/// Characters of a line for which a byte of an honest file stands.
const LINE_PER_BYTE: usize = 4;

/// Writes the runs of one page, from top to bottom.
pub(super) fn write(runs: Runs, out: &mut String, budget: &mut Budget) -> Result<(), FormatError> {
    let (mut list, text) = runs.into_sorted();
    let unit = unit(&list);
    let mut rest = list.as_mut_slice();
    while let Some(first) = rest.first() {
        let (base, size) = (first.y, first.size);
        let length = rest.iter().position(|run| base - run.y > size * 0.45).unwrap_or(rest.len());
        let (line, tail) = rest.split_at_mut(length.max(1));
        line.sort_unstable_by(Run::before);
        let before = out.len();
        if out.capacity() - before < LINE {
            out.reserve_exact((before / 4).max(LINE));
        }
        write_line(line, &text, unit, out);
        budget.spend((out.len() - before) / LINE_PER_BYTE, 0)?;
        rest = tail;
    }
    Ok(())
}

/// Width of a character: that of a digit in the usual size.
fn unit(runs: &[Run]) -> f32 {
    let mut sizes: Vec<f32> = runs.iter().map(|run| run.size).collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(10.0);
    (usual * 0.5).clamp(1.0, 20.0)
}

fn write_line(line: &[Run], all: &str, unit: f32, out: &mut String) {
    let mut column = 0;
    let mut end: Option<f32> = None;
    for run in line {
        let gap = end.map_or(f32::MAX, |end| run.x - end);
        if gap > run.size * WORD_GAP {
            let place = column_of(run.x, unit);
            // A wide gap stays visible even where the line before it ran over its place.
            let least = if end.is_none() {
                0
            } else if gap > run.size {
                2
            } else {
                1
            };
            // Words of one text have a blank between them, whatever the place says.
            let target = if end.is_some() && gap < run.size * 0.6 { column + 1 } else { place.max(column + least) };
            out.extend(std::iter::repeat_n(' ', target - column));
            column = target;
        }
        let text = run.text(all);
        out.push_str(text);
        column += text.chars().count();
        end = Some(run.end.max(run.x));
    }
    out.push('\n');
}

fn column_of(x: f32, unit: f32) -> usize {
    let place = (x / unit).round().clamp(0.0, 1_000.0);
    // A whole number between 0 and 1000 by the line above.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let place = place as usize;
    place
}
