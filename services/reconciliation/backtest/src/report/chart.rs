//! The charts: across in percent, down in pixels, so that text never scales. Marks carry classes and a title.

use std::fmt::Write as _;

/// A part of a whole: class, name, size.
pub(super) type Part = (&'static str, String, u64);
/// Parts of a whole.
pub(super) type Parts = Vec<Part>;

const HEIGHT: u64 = 220;
const TOP: u64 = 16;
const BASE: u64 = 190;
/// Width of a chart in thousandths of a percent.
const WHOLE: u64 = 100_000;

/// One bar of parts, as wide as it gets. `whole` is what the full width means.
pub(super) fn strip(parts: &[Part], whole: u64, height: u32, sentence: &str) -> String {
    let mut svg = open("strip", u64::from(height), sentence);
    let mut from = 0;
    for (class, name, size) in parts.iter().filter(|(_, _, size)| *size > 0) {
        let width = across(*size, whole);
        rect(&mut svg, class, (from, 0), (width, u64::from(height)), name);
        from += width;
    }
    svg.push_str("</svg>");
    svg
}

/// Columns of parts, with grid lines.
pub(super) fn columns(columns: &[(String, Parts)], sentence: &str) -> String {
    let total = |parts: &[Part]| parts.iter().map(|(_, _, size)| *size).sum::<u64>();
    let largest = columns.iter().map(|(_, parts)| total(parts)).max().unwrap_or_default().max(1);
    let mut svg = open("columns", HEIGHT, sentence);
    grid(&mut svg, largest);
    let pitch = WHOLE / (columns.len() as u64).max(8);
    let skip = columns.len() / 13 + 1;
    for (index, (label, parts)) in columns.iter().enumerate() {
        let left = pitch * index as u64;
        column(&mut svg, parts, (left + pitch * 3 / 20, pitch * 7 / 10), largest);
        if index % skip == 0 {
            let middle = percent(left + pitch / 2);
            let _ = write!(svg, "<text class=\"m\" x=\"{middle}\" y=\"{}\">", BASE + 18);
            escape(&mut svg, label);
            svg.push_str("</text>");
        }
    }
    let _ = write!(svg, "<line class=\"base\" x1=\"0\" y1=\"{BASE}\" x2=\"100%\" y2=\"{BASE}\"/></svg>");
    svg
}

fn column(svg: &mut String, parts: &[Part], (left, width): (u64, u64), largest: u64) {
    let mut below = 0;
    for (class, name, size) in parts.iter().filter(|(_, _, size)| *size > 0) {
        let (bottom, top) = (down(below, largest), down(below + size, largest));
        rect(svg, class, (left, top), (width, bottom.saturating_sub(top).max(1)), name);
        below += size;
    }
}

fn grid(svg: &mut String, largest: u64) {
    let step = round_step(largest);
    for value in (0..=largest / step).map(|line| line * step) {
        let y = down(value, largest);
        if value > 0 {
            let _ = write!(svg, "<line class=\"grid\" x1=\"0\" y1=\"{y}\" x2=\"100%\" y2=\"{y}\"/>");
        }
        let _ = write!(svg, "<text class=\"e\" x=\"0\" dx=\"-8\" y=\"{}\">{}</text>", y + 4, super::words::count(value));
    }
}

/// The smallest of 1, 2, 5 times a power of ten that makes at most three steps.
fn round_step(largest: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        let fitting = [1, 2, 5].into_iter().map(|factor| power.saturating_mul(factor)).find(|step| largest / step <= 3);
        if let Some(step) = fitting {
            return step;
        }
        power = power.saturating_mul(10);
    }
}

fn down(value: u64, largest: u64) -> u64 {
    let height = u128::from(value) * u128::from(BASE - TOP) / u128::from(largest.max(1));
    BASE - u64::try_from(height).unwrap_or_default().min(BASE - TOP)
}

fn across(part: u64, whole: u64) -> u64 {
    let share = u128::from(part) * u128::from(WHOLE) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(WHOLE).min(WHOLE)
}

fn percent(milli: u64) -> String {
    format!("{}.{:03}%", milli / 1000, milli % 1000)
}

fn open(class: &str, height: u64, sentence: &str) -> String {
    let mut svg = format!("<svg class=\"chart {class}\" width=\"100%\" height=\"{height}\"");
    if sentence.is_empty() {
        svg.push_str(" aria-hidden=\"true\">");
        return svg;
    }
    svg.push_str(" role=\"img\" aria-label=\"");
    escape(&mut svg, sentence);
    svg.push_str("\">");
    svg
}

fn rect(svg: &mut String, class: &str, (x, y): (u64, u64), (width, height): (u64, u64), title: &str) {
    let (x, width) = (percent(x), percent(width));
    let _ = write!(svg, "<rect class=\"{class} cut\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"><title>");
    escape(svg, title);
    svg.push_str("</title></rect>");
}

/// Text as content or attribute of XML.
fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_three_grid_lines() {
        for (largest, step) in [(1, 1), (3, 1), (4, 2), (10, 5), (99, 50), (1_000, 500), (2_999, 1_000)] {
            assert_eq!(round_step(largest), step, "{largest}");
        }
    }

    #[test]
    fn names_of_others_stay_text() {
        let drawn = strip(&[("c-cash", "<script>".to_owned(), 1)], 1, 8, "a \"b\"");
        assert!(drawn.contains("&lt;script&gt;") && drawn.contains("a &quot;b&quot;"), "{drawn}");
    }
}
