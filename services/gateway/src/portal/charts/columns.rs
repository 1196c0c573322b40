//! Stacked columns, the last one labelled part by part.

use super::bars::grid;
use super::{Across, Anchor, Down, Scale, Svg};
use crate::portal::format::Format;
use crate::portal::html::Html;

const HEIGHT: i64 = 246;
const TOP: i64 = 20;
const BASE: i64 = 220;
/// The columns take this much of the width, the labels the rest.
const PLOT: Across = Across::milli(63_000);
const LABELS: Across = Across::milli(65_000);
/// Fewer columns than this keep the width they would have among so many.
const FEW: usize = 6;
/// Least distance between two labels, in pixels.
const LABEL_LEADING: i64 = 16;

/// One part of a column, in tenths.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Colour class.
    pub class: &'static str,
    /// Whether it is disputed.
    pub hatched: bool,
    /// Its name beside the last column.
    pub label: &'static str,
    /// Its size in tenths of the unit of the axis.
    pub tenths: i64,
    /// What it says, in words.
    pub title: String,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Label under it; every second one is shown.
    pub label: &'static str,
    /// Its parts, from the baseline up.
    pub segments: Vec<Segment>,
}

impl Column {
    /// The sum of what is drawn.
    fn total(&self) -> i64 {
        self.segments.iter().map(|segment| segment.tenths.max(0)).fold(0, i64::saturating_add)
    }
}

/// A chart of stacked columns.
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    /// The finding, in one sentence.
    pub sentence: &'a str,
    /// The columns, in order.
    pub columns: &'a [Column],
    /// How to write figures.
    pub format: Format,
}

/// Draws columns from zero. A negative part has no segment; its figure is in the table below the chart.
pub fn columns(chart: &Columns<'_>) -> Html {
    let largest = chart.columns.iter().map(Column::total).max().unwrap_or_default();
    let scale = Scale::new(largest, 10, Down::px(TOP), Down::px(BASE));
    let mut svg = Svg::image("columns", Down::px(HEIGHT), chart.sentence);
    grid(&mut svg, &scale, PLOT, |tenths| chart.format.axis(i128::from(tenths) / 10));
    let pitch = PLOT.split(chart.columns.len().max(FEW));
    for (at, column) in chart.columns.iter().enumerate() {
        draw(&mut svg, &scale, (pitch.times(at), pitch), column);
        let from_end = chart.columns.len().saturating_sub(at).saturating_sub(1);
        if from_end % 2 == 0 {
            let middle = pitch.times(at).plus(pitch.split(2));
            svg.text("", Anchor::Middle, (middle, 0, scale.base().plus(Down::px(18))), column.label);
        }
    }
    svg.line("base", (Across::START, scale.base()), (PLOT, scale.base()), None);
    totals(&mut svg, &scale, pitch, chart);
    if let Some(last) = chart.columns.last() {
        labels(&mut svg, &scale, last, chart.format);
    }
    svg.finish()
}

fn draw(svg: &mut Svg, scale: &Scale, (x, pitch): (Across, Across), column: &Column) {
    let mut below = 0_i64;
    for segment in column.segments.iter().filter(|segment| segment.tenths > 0) {
        let above = below.saturating_add(segment.tenths);
        let place = (x.plus(pitch.tenths(3).split(2)), scale.y(above));
        let size = (pitch.tenths(7), scale.height(above).minus(scale.height(below)));
        let class = format!("{} cut", segment.class);
        svg.rect(&class, place, size, Some(&segment.title));
        if segment.hatched {
            svg.hatch(place, size);
        }
        below = above;
    }
}

/// The totals of the first and the last column stand over them.
fn totals(svg: &mut Svg, scale: &Scale, pitch: Across, chart: &Columns<'_>) {
    let last = chart.columns.len().saturating_sub(1);
    for (at, column) in chart.columns.iter().enumerate().filter(|(at, _)| *at == 0 || *at == last) {
        let middle = pitch.times(at).plus(pitch.split(2));
        let y = scale.y(column.total()).minus(Down::px(5));
        svg.text("figure", Anchor::Middle, (middle, 0, y), &chart.format.tenths(column.total()));
    }
}

/// Each part of the last column beside it, pushed apart where parts are thin.
fn labels(svg: &mut Svg, scale: &Scale, last: &Column, format: Format) {
    let mut below = 0_i64;
    let mut wanted = Vec::new();
    for segment in last.segments.iter().filter(|segment| segment.tenths > 0) {
        let middle = below.saturating_add(segment.tenths / 2);
        below = below.saturating_add(segment.tenths);
        wanted.push((segment, scale.y(middle)));
    }
    for (segment, y) in push_apart(wanted, scale.top()) {
        svg.swatch(segment.class, segment.hatched, (LABELS, y.minus(Down::px(5))));
        svg.text("", Anchor::Start, (LABELS, 16, y.plus(Down::px(4))), segment.label);
        svg.text("figure", Anchor::End, (Across::WHOLE, 0, y.plus(Down::px(4))), &format.tenths(segment.tenths));
    }
}

/// Labels keep their order from the bottom up and at least one line between them; those that would leave the drawing at
/// the top push the ones below down instead.
fn push_apart<T>(wanted: Vec<(T, Down)>, top: Down) -> Vec<(T, Down)> {
    let leading = Down::px(LABEL_LEADING);
    let mut placed: Vec<(T, Down)> = Vec::with_capacity(wanted.len());
    for (label, y) in wanted {
        let highest_allowed = placed.last().map(|(_, lower)| lower.minus(leading));
        let y = highest_allowed.map_or(y, |highest| y.min(highest));
        placed.push((label, y));
    }
    let mut limit = top.plus(Down::px(4));
    for (_, y) in placed.iter_mut().rev() {
        *y = (*y).max(limit);
        limit = y.plus(leading);
    }
    placed
}
