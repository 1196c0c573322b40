//! Bounds and calibration. Statistics of counts, no money.
#![allow(clippy::float_arithmetic, reason = "probabilities are reals")]

/// The one-sided 95 % upper bound of Clopper and Pearson for a rate of which `hits` of `trials` were seen.
pub(super) fn upper_bound(hits: u64, trials: u64) -> f64 {
    if trials == 0 || hits >= trials {
        return 1.0;
    }
    let (mut low, mut high) = (hits as f64 / trials as f64, 1.0_f64);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if at_most(hits, trials, middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}

/// Chance of at most `hits` in `trials` of rate `p`.
fn at_most(hits: u64, trials: u64, p: f64) -> f64 {
    let mut log_term = trials as f64 * (-p).ln_1p();
    let odds = p.ln() - (-p).ln_1p();
    let mut sum = log_term.exp();
    for k in 0..hits {
        log_term += ((trials - k) as f64).ln() - ((k + 1) as f64).ln() + odds;
        sum += log_term.exp();
    }
    sum
}

/// Stated chances against what happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Calibration {
    bins: [(u64, f64, u64); 10],
    squares: f64,
    count: u64,
}

impl Calibration {
    /// Takes a stated chance in millionths.
    pub(super) fn add(&mut self, stated: u32, right: bool) {
        let chance = f64::from(stated) / 1e6;
        let bin = &mut self.bins[(stated / 100_000).min(9) as usize];
        bin.0 += 1;
        bin.1 += chance;
        bin.2 += u64::from(right);
        let error = chance - f64::from(u8::from(right));
        self.squares += error * error;
        self.count += 1;
    }

    /// Expected calibration error over ten bins of equal width.
    pub(super) fn error(&self) -> f64 {
        let gaps = self.bins.iter().map(|(_, stated, right)| (stated - *right as f64).abs());
        gaps.sum::<f64>() / (self.count.max(1) as f64)
    }

    /// Mean squared error.
    pub(super) fn brier(&self) -> f64 {
        self.squares / (self.count.max(1) as f64)
    }

    /// Count, mean stated chance and share right of each bin.
    pub(super) fn bins(&self) -> impl Iterator<Item = (u64, f64, f64)> {
        self.bins.iter().map(|(count, stated, right)| {
            let count_or_one = (*count).max(1) as f64;
            (*count, stated / count_or_one, *right as f64 / count_or_one)
        })
    }
}

/// A share of two counts; 0 of nothing.
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Harmonic mean of precision and recall from counts.
pub(super) fn f1(both: u64, found: u64, wanted: u64) -> f64 {
    if found + wanted == 0 { 1.0 } else { 2.0 * both as f64 / (found + wanted) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_the_textbook() {
        assert!((upper_bound(0, 1497) - 0.002).abs() < 1e-5, "{}", upper_bound(0, 1497));
        assert!((upper_bound(0, 5990) - 0.0005).abs() < 1e-6);
        assert!((upper_bound(5, 1000) - 0.010_48).abs() < 1e-4, "{}", upper_bound(5, 1000));
    }

    #[test]
    fn a_perfect_forecast_has_no_error() {
        let mut calibration = Calibration::default();
        (0..10).for_each(|_| calibration.add(1_000_000, true));
        assert_eq!((calibration.error(), calibration.brier()), (0.0, 0.0));
    }
}
