//! Aging: open receivables by days past due, in buckets the caller chooses.

use std::collections::BTreeMap;

use quittance_types::{BusinessDate, Currency, Fault, Money, Reason};

const MOST_BOUNDS: usize = 12;
const DEFAULT_BOUNDS: [i32; 3] = [30, 60, 90];

/// Upper bounds of the overdue buckets in days past due, ascending, the first one or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds(Vec<i32>);

impl Bounds {
    /// The bounds a caller gave; none is 30, 60, 90.
    ///
    /// # Errors
    /// TOO_MANY_ITEMS beyond twelve; VALUE_OUT_OF_RANGE when they do not ascend from one.
    pub fn new(given: &[i32]) -> Result<Self, Fault> {
        if given.is_empty() {
            return Ok(Self(DEFAULT_BOUNDS.to_vec()));
        }
        if given.len() > MOST_BOUNDS {
            return Err(Fault::new(Reason::TooManyItems, "At most 12 bounds."));
        }
        let ascends = given.windows(2).all(|pair| matches!(pair, [low, high] if low < high));
        if !ascends || given.first().is_some_and(|first| *first < 1) {
            return Err(Fault::new(Reason::ValueOutOfRange, "Give days in ascending order, the first at least 1."));
        }
        Ok(Self(given.to_vec()))
    }

    /// Which bucket days past due fall into; the day of the due date itself is not overdue.
    fn index(&self, days_past_due: i32) -> usize {
        if days_past_due <= 0 { 0 } else { self.0.partition_point(|bound| *bound < days_past_due).saturating_add(1) }
    }

    fn limits(&self) -> Vec<(Option<i32>, Option<i32>)> {
        let mut limits = vec![(None, Some(0))];
        let mut from = 1;
        for bound in &self.0 {
            limits.push((Some(from), Some(*bound)));
            from = bound.saturating_add(1);
        }
        limits.push((Some(from), None));
        limits
    }
}

/// What is due on one day, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDay {
    /// The day.
    pub due: BusinessDate,
    /// Open.
    pub open: Money,
    /// The contested part of it.
    pub disputed: Money,
    /// Documents.
    pub items: i64,
}

/// Part of an aging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Days past due from, inclusive; none for what is not due.
    pub from_days: Option<i32>,
    /// To, inclusive; none for the last.
    pub to_days: Option<i32>,
    /// Open.
    pub amount: Money,
    /// The contested part of it.
    pub disputed: Money,
    /// Documents.
    pub items: i64,
}

/// One currency's aging; its buckets sum to its total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aging {
    /// What is not due, then by days past due.
    pub buckets: Vec<Bucket>,
    /// Sum.
    pub total: Money,
}

impl Aging {
    fn new(currency: Currency, bounds: &Bounds) -> Self {
        let zero = Money::zero(currency);
        let bucket = |(from_days, to_days)| Bucket { from_days, to_days, amount: zero, disputed: zero, items: 0 };
        Self { buckets: bounds.limits().into_iter().map(bucket).collect(), total: zero }
    }

    fn add(&mut self, index: usize, day: &DueDay) -> Result<(), Fault> {
        let bucket = self.buckets.get_mut(index).ok_or_else(|| Fault::internal("no bucket for a due date"))?;
        bucket.amount = bucket.amount.add(day.open)?;
        bucket.disputed = bucket.disputed.add(day.disputed)?;
        bucket.items = bucket.items.saturating_add(day.items);
        self.total = self.total.add(day.open)?;
        Ok(())
    }
}

/// Sorts due days into buckets, one aging a currency.
///
/// # Errors
/// AMOUNT_OUT_OF_RANGE.
pub fn age(as_of: BusinessDate, bounds: &Bounds, days: &[DueDay]) -> Result<Vec<Aging>, Fault> {
    let mut agings: BTreeMap<&str, Aging> = BTreeMap::new();
    for day in days {
        let currency = day.open.currency();
        let aging = agings.entry(currency.code()).or_insert_with(|| Aging::new(currency, bounds));
        aging.add(bounds.index(as_of.days_since(day.due)), day)?;
    }
    Ok(agings.into_values().collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn day(due: i32, minor: i64) -> DueDay {
        let open = Money::from_minor(minor, Currency::EUR).unwrap();
        DueDay { due: BusinessDate::from_days(due).unwrap(), open, disputed: Money::zero(Currency::EUR), items: 1 }
    }

    #[test]
    fn the_due_date_itself_is_not_overdue() {
        let as_of = BusinessDate::from_days(20_000).unwrap();
        let days = [day(20_000, 1), day(19_999, 2), day(19_970, 4), day(19_969, 8), day(19_909, 16), day(20_001, 32)];
        let aging = age(as_of, &Bounds::new(&[]).unwrap(), &days).unwrap().remove(0);
        let minors: Vec<i64> = aging.buckets.iter().map(|bucket| bucket.amount.minor()).collect();
        assert_eq!(minors, [33, 6, 8, 0, 16]);
        assert_eq!((aging.buckets[0].from_days, aging.buckets[0].to_days), (None, Some(0)));
        assert_eq!((aging.buckets[4].from_days, aging.buckets[4].to_days), (Some(91), None));
    }

    #[test]
    fn bounds_ascend_from_one() {
        let reason = |given: &[i32]| Bounds::new(given).unwrap_err().reason();
        assert_eq!(reason(&[0, 30]), Reason::ValueOutOfRange);
        assert_eq!(reason(&[30, 30]), Reason::ValueOutOfRange);
        assert_eq!(reason(&(1..=13).collect::<Vec<_>>()), Reason::TooManyItems);
    }

    proptest! {
        #[test]
        fn buckets_sum_to_the_total(days in prop::collection::vec((19_000_i32..21_000, 1_i64..1_000_000), 1..50), step in 1_i32..60) {
            let days: Vec<DueDay> = days.into_iter().map(|(due, minor)| day(due, minor)).collect();
            let bounds = Bounds::new(&[step, step * 2, step * 3]).unwrap();
            let aging = age(BusinessDate::from_days(20_000).unwrap(), &bounds, &days).unwrap().remove(0);
            let buckets: i64 = aging.buckets.iter().map(|bucket| bucket.amount.minor()).sum();
            let items: i64 = aging.buckets.iter().map(|bucket| bucket.items).sum();
            prop_assert_eq!(buckets, aging.total.minor());
            prop_assert_eq!(buckets, days.iter().map(|day| day.open.minor()).sum::<i64>());
            prop_assert_eq!(items, days.len() as i64);
        }
    }
}
