use super::MILLION;

/// Bins of the expected calibration error.
const BINS: usize = 10;

/// Matches whose said chance lies in one tenth of the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    /// How many.
    pub count: u64,
    /// How many were right.
    pub right: u64,
    /// Sum of their said chances, parts per million.
    pub said: u64,
}

impl Bin {
    /// The mean of what was said and the share that was right, parts per million; none for an empty bin.
    pub fn said_and_seen(&self) -> Option<(u32, u32)> {
        let million = u64::from(MILLION);
        let said = u32::try_from(self.said.checked_div(self.count)?).ok()?;
        let seen = u32::try_from((self.right * million).checked_div(self.count)?).ok()?;
        Some((said, seen))
    }
}

/// How far said chances can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reliability {
    bins: [Bin; BINS],
    squares: u128,
}

impl Reliability {
    /// Counts a match of which `chance` parts per million were said.
    pub fn record(&mut self, chance: u32, right: bool) {
        let chance = chance.min(MILLION);
        let bin = &mut self.bins[(chance as usize * BINS / MILLION as usize).min(BINS - 1)];
        bin.count += 1;
        bin.right += u64::from(right);
        bin.said += u64::from(chance);
        let off = u128::from(if right { MILLION - chance } else { chance });
        self.squares += off * off;
    }

    /// The bins, lowest chances first.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// Number of matches.
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|bin| bin.count).sum()
    }

    /// Expected calibration error over ten bins, parts per million: the mean distance of what was said from what was
    /// seen. Zero without matches.
    pub fn calibration_error(&self) -> u32 {
        let off: u64 = self.bins.iter().map(|bin| bin.said.abs_diff(bin.right * u64::from(MILLION))).sum();
        off.checked_div(self.count()).and_then(|error| u32::try_from(error).ok()).unwrap_or(0)
    }

    /// Brier score, parts per million: the mean square of the distance of what was said from what came. Zero without
    /// matches.
    pub fn brier(&self) -> u32 {
        let per_match = self.squares.checked_div(u128::from(self.count())).unwrap_or(0);
        u32::try_from(per_match / u128::from(MILLION)).unwrap_or(MILLION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_what_was_said() {
        let mut reliability = Reliability::default();
        assert_eq!((reliability.calibration_error(), reliability.brier()), (0, 0));
        for place in 0..10 {
            reliability.record(900_000, place > 0);
        }
        assert_eq!((reliability.calibration_error(), reliability.brier()), (0, 90_000));
        assert_eq!(reliability.bins()[9].said_and_seen(), Some((900_000, 900_000)));
        assert_eq!(reliability.bins()[0].said_and_seen(), None);
        for _ in 0..10 {
            reliability.record(200_000, true);
        }
        assert_eq!(reliability.calibration_error(), 400_000);
        reliability.record(5_000_000, true);
        assert_eq!(reliability.count(), 21);
    }
}
