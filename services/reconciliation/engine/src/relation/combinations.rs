use super::{DiscountedAmount, RelationItem};

/// Above this number of items no combination of discounted and full items is tried.
const ITEMS: usize = 8;
/// Steps of one item that are told apart.
const STEPS: usize = 3;

/// Which steps each of a few items may take: digit 0 is the full amount, digit k its k-th step.
pub(super) struct Choices {
    amounts: [[i64; STEPS + 1]; ITEMS],
    steps: [[Option<DiscountedAmount>; STEPS + 1]; ITEMS],
    counts: [u8; ITEMS],
    items: usize,
}

/// The combination nearest to an amount.
pub(super) struct Nearest {
    /// The digit of each item.
    pub(super) digits: [u8; ITEMS],
    /// Amount less the sum of the combination.
    pub(super) residual: i64,
    /// No other combination fits.
    pub(super) unique: bool,
}

impl Choices {
    /// None when there are too many items or steps, or nothing to choose.
    pub(super) fn new(items: &[RelationItem<'_>], eligible: impl Fn(&RelationItem<'_>, &DiscountedAmount) -> bool) -> Option<Self> {
        if items.len() > ITEMS {
            return None;
        }
        items.iter().try_fold(0_i64, |sum, item| sum.checked_add(item.open.checked_abs()?))?;
        let mut choices =
            Choices { amounts: [[0; STEPS + 1]; ITEMS], steps: [[None; STEPS + 1]; ITEMS], counts: [1; ITEMS], items: items.len() };
        for (place, item) in items.iter().enumerate() {
            choices.amounts[place][0] = item.open;
            for step in item.discounts.iter().filter(|step| eligible(item, step)) {
                let digit = usize::from(choices.counts[place]);
                *choices.amounts[place].get_mut(digit)? = step.amount;
                choices.steps[place][digit] = Some(*step);
                choices.counts[place] += 1;
            }
        }
        choices.counts.iter().any(|count| *count > 1).then_some(choices)
    }

    /// The step behind a digit; none for the full amount.
    pub(super) fn step(&self, place: usize, digit: u8) -> Option<DiscountedAmount> {
        self.steps[place][usize::from(digit)]
    }

    /// The combination nearest to `amount` among those within one minor unit a discounted item; of equally near ones the
    /// first in counting order. At most 65,535 combinations are counted through.
    pub(super) fn nearest(&self, amount: i64) -> Option<Nearest> {
        let full: i64 = self.amounts[..self.items].iter().map(|amounts| amounts[0]).sum();
        let (mut sum, mut discounted) = (full, 0_i64);
        let mut digits = [0_u8; ITEMS];
        let mut nearest: Option<Nearest> = None;
        while let Some(place) = self.advance(&mut digits) {
            self.reset(place, &mut sum, &mut discounted);
            let digit = digits[place];
            sum += self.amount(place, digit) - self.amount(place, digit - 1);
            discounted += i64::from(digit == 1);
            let residual = amount - sum;
            if residual.abs() > discounted {
                continue;
            }
            match &mut nearest {
                None => nearest = Some(Nearest { digits, residual, unique: true }),
                Some(known) if residual.abs() < known.residual.abs() => *known = Nearest { digits, residual, unique: false },
                Some(known) => known.unique = false,
            }
        }
        nearest
    }

    /// Counts on by one; the place that went up, all before it having gone back to zero. None after the last.
    fn advance(&self, digits: &mut [u8; ITEMS]) -> Option<usize> {
        let place = (0..self.items).find(|place| digits[*place] + 1 < self.counts[*place])?;
        digits[..place].fill(0);
        digits[place] += 1;
        Some(place)
    }

    /// Takes back the places below, which all stood at their last digit.
    fn reset(&self, place: usize, sum: &mut i64, discounted: &mut i64) {
        for below in 0..place {
            let last = self.counts[below] - 1;
            *sum += self.amount(below, 0) - self.amount(below, last);
            *discounted -= i64::from(last > 0);
        }
    }

    fn amount(&self, place: usize, digit: u8) -> i64 {
        self.amounts[place][usize::from(digit)]
    }
}
