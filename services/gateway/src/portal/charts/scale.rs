//! From values to pixels, with grid lines at round values.

use super::Down;

/// A vertical scale that begins at zero.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    top: Down,
    base: Down,
    max: i128,
    step: i128,
}

impl Scale {
    /// A scale from zero at `base` to the largest value at `top`, with at most three grid lines above the baseline.
    /// Values are in the smallest unit of what is drawn; `unit` of them make one on the axis.
    pub fn new(max: i64, unit: i64, top: Down, base: Down) -> Scale {
        let max = i128::from(max.max(1));
        Scale { top, base, max, step: round_step(max, i128::from(unit.max(1))) }
    }

    /// The baseline.
    pub fn base(&self) -> Down {
        self.base
    }

    /// The upper edge.
    pub fn top(&self) -> Down {
        self.top
    }

    /// How high a value stands over the baseline; nothing for negative values, which bars from zero cannot show.
    pub fn height(&self, value: i64) -> Down {
        let room = i128::from(self.base.minus(self.top).0);
        let height = i128::from(value.max(0)).saturating_mul(room) / self.max;
        Down::tenths(i64::try_from(height).unwrap_or_default())
    }

    /// Where a value stands.
    pub fn y(&self, value: i64) -> Down {
        self.base.minus(self.height(value))
    }

    /// The values of the grid lines, baseline included.
    pub fn grid(&self) -> Vec<i64> {
        let lines = self.max / self.step;
        (0..=lines).filter_map(|line| i64::try_from(line.saturating_mul(self.step)).ok()).collect()
    }
}

/// The smallest of 1, 2 or 5 times a power of ten whole units that makes at most three steps up to `max`; for values under
/// one unit the power goes below it.
fn round_step(max: i128, unit: i128) -> i128 {
    let mut power = unit;
    while power > 1 && power.saturating_mul(3) > max {
        power = (power / 10).max(1);
    }
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if max / step <= 3 {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}
