use super::{DiscountedAmount, RelationItem};

/// Above this number of items with a discount no combination of discounted and full items is tried.
const CHOOSING: usize = 12;
/// Steps of one item that are told apart.
const STEPS: usize = 3;
/// Combinations that are counted through at most.
const COMBINATIONS: usize = 1 << 16;
/// One in so many amounts may be met by chance before a combination that fits says nothing.
const RARE: i64 = 16;

/// What one item may take: choice 0 is the full amount, choice k its k-th step.
struct Choice {
    /// Place of the item.
    place: usize,
    amounts: [i64; STEPS + 1],
    steps: [Option<DiscountedAmount>; STEPS + 1],
    count: u8,
}

/// Which steps each of a few items may take; the others are paid in full.
pub(super) struct Choices {
    choices: Vec<Choice>,
    /// What all items come to without a discount.
    full: i64,
    combinations: usize,
}

/// The combination nearest to an amount.
pub(super) struct Nearest {
    /// What is chosen, in the order of the choices.
    digits: [u8; CHOOSING],
    /// Amount less the sum of the combination.
    pub(super) residual: i64,
    /// No other combination fits, and hardly any amount would be met by chance.
    pub(super) telling: bool,
}

impl Choices {
    /// None when there are too many items with a choice or steps of one, or nothing to choose.
    pub(super) fn new(items: &[RelationItem<'_>], eligible: impl Fn(&RelationItem<'_>, &DiscountedAmount) -> bool) -> Option<Self> {
        items.iter().try_fold(0_i64, |sum, item| sum.checked_add(item.open.checked_abs()?))?;
        let mut choices = Choices { choices: Vec::new(), full: items.iter().map(|item| item.open).sum(), combinations: 1 };
        for (place, item) in items.iter().enumerate() {
            let Some(choice) = Choice::of(place, item, |step| eligible(item, step))? else { continue };
            choices.combinations = choices.combinations.saturating_mul(usize::from(choice.count));
            if choices.choices.len() == CHOOSING || choices.combinations > COMBINATIONS {
                return None;
            }
            choices.choices.push(choice);
        }
        (!choices.choices.is_empty()).then_some(choices)
    }

    /// The step an item takes in a combination; none for the full amount.
    pub(super) fn step(&self, place: usize, nearest: &Nearest) -> Option<DiscountedAmount> {
        let index = self.choices.iter().position(|choice| choice.place == place)?;
        self.choices[index].steps[usize::from(nearest.digits[index])]
    }

    /// The combination nearest to `amount` among those within one minor unit a discounted item; of equally near ones the
    /// first in counting order.
    pub(super) fn nearest(&self, amount: i64) -> Option<Nearest> {
        let (mut sum, mut discounted) = (self.full, 0_i64);
        let mut digits = [0_u8; CHOOSING];
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
                None => nearest = Some(Nearest { digits, residual, telling: self.is_rare(residual, discounted) }),
                Some(known) if residual.abs() < known.residual.abs() => *known = Nearest { digits, residual, telling: false },
                Some(known) => known.telling = false,
            }
        }
        nearest
    }

    /// True when the combinations meet few of the amounts between all discounts and none.
    fn is_rare(&self, residual: i64, discounted: i64) -> bool {
        let range: i64 = self.choices.iter().map(Choice::range).sum();
        let met = if residual == 0 { 1 } else { 2 * discounted + 1 };
        i64::try_from(self.combinations).is_ok_and(|combinations| combinations.saturating_mul(met).saturating_mul(RARE) <= range)
    }

    /// Counts on by one; the place that went up, all before it having gone back to zero. None after the last.
    fn advance(&self, digits: &mut [u8; CHOOSING]) -> Option<usize> {
        let place = self.choices.iter().zip(digits.iter()).position(|(choice, digit)| digit + 1 < choice.count)?;
        digits[..place].fill(0);
        digits[place] += 1;
        Some(place)
    }

    /// Takes back the places below, which all stood at their last digit.
    fn reset(&self, place: usize, sum: &mut i64, discounted: &mut i64) {
        for (below, choice) in self.choices[..place].iter().enumerate() {
            let last = choice.count - 1;
            *sum += self.amount(below, 0) - self.amount(below, last);
            *discounted -= i64::from(last > 0);
        }
    }

    fn amount(&self, place: usize, digit: u8) -> i64 {
        self.choices[place].amounts[usize::from(digit)]
    }
}

impl Choice {
    /// None when an item has more steps than are told apart; nothing inside when it has none.
    fn of(place: usize, item: &RelationItem<'_>, eligible: impl Fn(&DiscountedAmount) -> bool) -> Option<Option<Choice>> {
        let mut choice = Choice { place, amounts: [0; STEPS + 1], steps: [None; STEPS + 1], count: 1 };
        choice.amounts[0] = item.open;
        for step in item.discounts.iter().filter(|step| eligible(step)) {
            let digit = usize::from(choice.count);
            *choice.amounts.get_mut(digit)? = step.amount;
            choice.steps[digit] = Some(*step);
            choice.count += 1;
        }
        Some((choice.count > 1).then_some(choice))
    }

    fn range(&self) -> i64 {
        let smallest = self.amounts[..usize::from(self.count)].iter().map(|amount| amount.abs()).min().unwrap_or_default();
        self.amounts[0].abs().saturating_sub(smallest)
    }
}
