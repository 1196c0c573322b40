//! The strip: an amount and its parts in one bar.

use super::{Across, Down, Svg};
use crate::portal::html::Html;

/// One part of a strip.
#[derive(Clone, Copy, Debug)]
pub struct StripPart {
    /// Colour class.
    pub class: &'static str,
    /// Size in the smallest unit; nothing is drawn for zero and less.
    pub size: i64,
    /// Whether the part is disputed.
    pub hatched: bool,
}

/// Draws parts side by side, in percent of `whole`; silent, because the figures stand beside it. Strips of one table
/// share their `whole`, so they can be compared.
pub fn strip(parts: &[StripPart], whole: i64, height: Down) -> Html {
    let mut svg = Svg::silent("strip", height);
    let mut at = 0_i64;
    for part in parts.iter().filter(|part| part.size > 0) {
        let x = Across::share(at, whole);
        at = at.saturating_add(part.size);
        let place = (x, Down::px(0));
        let size = (Across::share(part.size, whole), height);
        svg.rect(part.class, place, size, None);
        if part.hatched {
            svg.hatch(place, size);
        }
    }
    svg.finish()
}
