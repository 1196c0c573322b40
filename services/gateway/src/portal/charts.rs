//! The SVG writer. Horizontally everything is a percentage of the width and vertically in pixels, so a chart fits any
//! column and its text never scales; the gutter of the axis is padding of the element. Marks carry classes and never a
//! style, so the page needs no inline code. All arithmetic is in integers.
//!
//! A chart says its finding in one sentence (`role="img"`), each mark its own figure (`title`).

use std::fmt::{self, Write};

use super::html::{Html, escape_into};

mod bars;
mod columns;
mod scale;
mod strip;

pub use bars::{Bar, BarBand, Bars, Divider, bars};
pub use columns::{Column, Columns, Segment, columns};
pub use scale::Scale;
pub use strip::{StripPart, strip};

/// A horizontal position or length: thousandths of a percent of the drawing's width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Across(i64);

impl Across {
    /// The start edge.
    pub const START: Across = Across(0);
    /// The whole width.
    pub const WHOLE: Across = Across(100_000);

    /// Thousandths of a percent.
    pub const fn milli(value: i64) -> Across {
        Across(value)
    }

    /// `part` of `whole`, held between nothing and everything.
    pub fn share(part: i64, whole: i64) -> Across {
        if whole <= 0 || part <= 0 {
            return Across::START;
        }
        let share = i128::from(part).saturating_mul(100_000) / i128::from(whole);
        Across(i64::try_from(share).unwrap_or(100_000).min(100_000))
    }

    /// Both lengths together.
    #[must_use]
    pub fn plus(self, other: Across) -> Across {
        Across(self.0.saturating_add(other.0))
    }

    /// `tenths` tenths of this length.
    #[must_use]
    pub fn tenths(self, tenths: i64) -> Across {
        Across(self.0.saturating_mul(tenths) / 10)
    }

    /// This length `times` times.
    #[must_use]
    pub fn times(self, times: usize) -> Across {
        Across(self.0.saturating_mul(i64::try_from(times).unwrap_or(i64::MAX)))
    }

    /// This length divided into `parts` equal ones.
    #[must_use]
    pub fn split(self, parts: usize) -> Across {
        Across(self.0.checked_div(i64::try_from(parts).unwrap_or(i64::MAX)).unwrap_or_default())
    }
}

impl fmt::Display for Across {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.0, 1000, 3)?;
        f.write_str("%")
    }
}

/// A vertical position or length: tenths of a pixel from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Down(i64);

impl Down {
    /// Whole pixels.
    pub const fn px(pixels: i64) -> Down {
        Down(pixels.saturating_mul(10))
    }

    /// Tenths of a pixel.
    pub const fn tenths(tenths: i64) -> Down {
        Down(tenths)
    }

    /// Further down by `other`.
    #[must_use]
    pub fn plus(self, other: Down) -> Down {
        Down(self.0.saturating_add(other.0))
    }

    /// Further up by `other`.
    #[must_use]
    pub fn minus(self, other: Down) -> Down {
        Down(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.0, 10, 1)
    }
}

/// Writes `value / unit` without trailing zeros.
fn decimal(f: &mut fmt::Formatter<'_>, value: i64, unit: u64, places: usize) -> fmt::Result {
    let sign = if value < 0 { "-" } else { "" };
    let magnitude = value.unsigned_abs();
    write!(f, "{sign}{}", magnitude / unit)?;
    let fraction = format!("{:0places$}", magnitude % unit);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { Ok(()) } else { write!(f, ".{fraction}") }
}

/// Where a text is held by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its start.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

impl Anchor {
    fn class(self) -> &'static str {
        match self {
            Anchor::Start => "",
            Anchor::Middle => " m",
            Anchor::End => " e",
        }
    }
}

/// An SVG being written. Every text that enters is escaped here.
#[derive(Debug)]
pub struct Svg {
    out: String,
}

impl Svg {
    /// Opens a drawing that is an image with one sentence as its name. `class` gives the gutter.
    pub fn image(class: &'static str, height: Down, sentence: &str) -> Svg {
        let mut out = String::with_capacity(4096);
        let _ = write!(out, "<svg class=\"chart {class}\" width=\"100%\" height=\"{height}\" role=\"img\" aria-label=\"");
        escape_into(&mut out, sentence);
        out.push_str("\">");
        Svg { out }
    }

    /// Opens a drawing that repeats what stands beside it in figures and is therefore silent.
    pub fn silent(class: &'static str, height: Down) -> Svg {
        let mut out = String::with_capacity(512);
        let _ = write!(out, "<svg class=\"chart {class}\" width=\"100%\" height=\"{height}\" aria-hidden=\"true\">");
        Svg { out }
    }

    /// A rectangle; with a `title` if the mark has a figure of its own.
    pub fn rect(&mut self, class: &str, (x, y): (Across, Down), (width, height): (Across, Down), title: Option<&str>) {
        let class = Class(class);
        let _ = write!(self.out, "<rect{class} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        self.close_with_title("rect", title);
    }

    /// Diagonal lines over a rectangle: what is disputed is always hatched.
    pub fn hatch(&mut self, (x, y): (Across, Down), (width, height): (Across, Down)) {
        let _ = write!(self.out, "<rect fill=\"url(#hatch)\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, (x1, y1): (Across, Down), (x2, y2): (Across, Down), title: Option<&str>) {
        let class = Class(class);
        let _ = write!(self.out, "<line{class} x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"");
        self.close_with_title("line", title);
    }

    /// A text, shifted by `dx` pixels from its position.
    pub fn text(&mut self, class: &str, anchor: Anchor, (x, dx, y): (Across, i64, Down), text: &str) {
        self.open_text(class, anchor, (x, dx, y));
        escape_into(&mut self.out, text);
        self.out.push_str("</text>");
    }

    /// A text whose second half is left out where there is little room.
    pub fn text_with_detail(&mut self, anchor: Anchor, (x, y): (Across, Down), text: &str, detail: &str) {
        self.open_text("", anchor, (x, 0, y));
        escape_into(&mut self.out, text);
        self.out.push_str("<tspan class=\"wide\"> ");
        escape_into(&mut self.out, detail);
        self.out.push_str("</tspan></text>");
    }

    /// A swatch of ten pixels for a legend inside the drawing, its start edge at `x`.
    pub fn swatch(&mut self, class: &str, hatched: bool, (x, y): (Across, Down)) {
        let _ = write!(self.out, "<svg x=\"{x}\" y=\"{y}\" width=\"10\" height=\"10\">");
        let square = (Across::START, Down::px(0));
        let _ = write!(self.out, "<rect{} width=\"10\" height=\"10\" rx=\"2\"/>", Class(class));
        if hatched {
            self.hatch(square, (Across::WHOLE, Down::px(10)));
        }
        self.out.push_str("</svg>");
    }

    /// Closes the drawing.
    pub fn finish(mut self) -> Html {
        self.out.push_str("</svg>");
        Html::written(self.out)
    }

    fn open_text(&mut self, class: &str, anchor: Anchor, (x, dx, y): (Across, i64, Down)) {
        let class = format!("{class}{}", anchor.class());
        let class = Class(class.trim_start());
        let _ = write!(self.out, "<text{class} x=\"{x}\" y=\"{y}\"");
        if dx != 0 {
            let _ = write!(self.out, " dx=\"{dx}\"");
        }
        self.out.push('>');
    }

    fn close_with_title(&mut self, element: &str, title: Option<&str>) {
        let Some(title) = title else {
            self.out.push_str("/>");
            return;
        };
        self.out.push_str("><title>");
        escape_into(&mut self.out, title);
        let _ = write!(self.out, "</title></{element}>");
    }
}

/// A class attribute, left out when there is nothing in it.
struct Class<'a>(&'a str);

impl fmt::Display for Class<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " class=\"{}\"", self.0) }
    }
}
