//! Bars by day, with a forecast band behind them where there is one.

use super::{Across, Anchor, Down, Scale, Svg};
use crate::portal::format::Format;
use crate::portal::html::Html;

const HEIGHT: i64 = 260;
const TOP: i64 = 14;
const BASE: i64 = 234;
/// Fewer bars than this keep the width they would have among so many.
const FEW: usize = 5;
/// Room above the largest value, as a part of it.
const HEADROOM: i64 = 100;

/// A forecast band and its most likely value.
#[derive(Clone, Debug)]
pub struct BarBand {
    /// Lower edge.
    pub low: i64,
    /// Middle.
    pub likely: i64,
    /// Upper edge.
    pub high: i64,
    /// What the band says, in words.
    pub title: String,
}

/// One day.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Label under the bar.
    pub label: &'static str,
    /// What follows the label where there is room.
    pub detail: String,
    /// The value and what it says in words; `None` for a day to come.
    pub value: Option<(i64, String)>,
    /// The forecast.
    pub band: Option<BarBand>,
}

/// A dashed line before the bar at this place, with a few words.
#[derive(Clone, Copy, Debug)]
pub struct Divider {
    /// Index of the bar that follows the line.
    pub before: usize,
    /// The words beside it.
    pub label: &'static str,
}

/// A chart of bars.
#[derive(Clone, Debug)]
pub struct Bars<'a> {
    /// The finding, in one sentence.
    pub sentence: &'a str,
    /// The bars, in order.
    pub bars: &'a [Bar],
    /// The dashed line.
    pub divider: Option<Divider>,
    /// How many of the smallest unit make one on the axis.
    pub unit: i64,
    /// How to write the axis.
    pub format: Format,
}

/// Draws bars from zero. Negative values have no bar; their figure is in the table below the chart.
pub fn bars(chart: &Bars<'_>) -> Html {
    let largest = chart.bars.iter().flat_map(values).max().unwrap_or_default().max(1);
    let scale = Scale::new(largest.saturating_add(largest / HEADROOM), chart.unit, Down::px(TOP), Down::px(BASE));
    let mut svg = Svg::image("bars", Down::px(HEIGHT), chart.sentence);
    grid(&mut svg, &scale, Across::WHOLE, |value| chart.format.axis(i128::from(value) / i128::from(chart.unit.max(1))));
    let pitch = Across::WHOLE.split(chart.bars.len().max(FEW));
    for (at, bar) in chart.bars.iter().enumerate() {
        draw(&mut svg, &scale, pitch.times(at), pitch, bar);
    }
    svg.line("base", (Across::START, scale.base()), (Across::WHOLE, scale.base()), None);
    if let Some(divider) = chart.divider {
        let x = pitch.times(divider.before);
        svg.line("divider", (x, Down::px(4)), (x, scale.base()), None);
        svg.text("", Anchor::Start, (x, 4, Down::px(12)), divider.label);
    }
    svg.finish()
}

fn values(bar: &Bar) -> impl Iterator<Item = i64> {
    let received = bar.value.as_ref().map(|(value, _)| *value);
    [received, bar.band.as_ref().map(|band| band.high)].into_iter().flatten()
}

fn draw(svg: &mut Svg, scale: &Scale, x: Across, pitch: Across, bar: &Bar) {
    if let Some(band) = &bar.band {
        let height = scale.height(band.high).minus(scale.height(band.low));
        svg.rect("c-band", (x.plus(pitch.tenths(2)), scale.y(band.high)), (pitch.tenths(6), height), Some(&band.title));
    }
    if let Some((value, title)) = &bar.value {
        // Without a band behind them bars may be wider.
        let (inset, width) = if bar.band.is_some() { (pitch.tenths(7).split(2), 3) } else { (pitch.tenths(2), 6) };
        let size = (pitch.tenths(width), scale.height(*value));
        svg.rect("c-cash cut", (x.plus(inset), scale.y(*value)), size, Some(title));
    }
    if let Some(band) = &bar.band {
        let y = scale.y(band.likely);
        svg.line("likely", (x.plus(pitch.tenths(2)), y), (x.plus(pitch.tenths(8)), y), None);
    }
    let middle = x.plus(pitch.split(2));
    svg.text_with_detail(Anchor::Middle, (middle, scale.base().plus(Down::px(18))), bar.label, &bar.detail);
}

/// Grid lines with their values in the gutter.
pub(super) fn grid(svg: &mut Svg, scale: &Scale, end: Across, label: impl Fn(i64) -> String) {
    for value in scale.grid() {
        let y = scale.y(value);
        if value > 0 {
            svg.line("grid", (Across::START, y), (end, y), None);
        }
        svg.text("", Anchor::End, (Across::START, -8, y.plus(Down::px(4))), &label(value));
    }
}
