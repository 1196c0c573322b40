//! Sets that are paid as a whole: everything due, everything there is, everything of one month; such a set without a few
//! of its documents; the oldest.

use std::ops::RangeInclusive;

use quittance_types::BusinessDate;

use super::drafts::{best_price, order};
use super::{Fit, OpenItem, Workbench};
use crate::bits::{Millibits, log2_ratio};
use crate::proposal::{HypothesisKind, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::subset::{chance, few};

/// Items a natural set has at least when some are left out, how many are, and what that costs.
const LEAST_NATURAL: usize = 4;
const MOST_LEFT_OUT: usize = 2;
const LEFT_OUT: i32 = 2_000;
/// The most that the sum of a set weighs.
pub(super) const MOST_OF_SET: Millibits = 16_000;

/// What a set comes to. It is told before the set is put together: few sets are worth that.
#[derive(Clone, Copy, Default)]
struct Total {
    count: usize,
    sum: i64,
    /// The two largest amounts.
    largest: i64,
    second: i64,
}

impl Total {
    fn of<'a>(set: impl Iterator<Item = &'a OpenItem>) -> Total {
        let mut total = Total::default();
        set.for_each(|one| total.add(one.amount));
        total
    }

    fn add(&mut self, amount: i64) {
        self.count += 1;
        self.sum = self.sum.saturating_add(amount);
        self.second = self.second.max(amount.min(self.largest));
        self.largest = self.largest.max(amount);
    }

    /// True when the set may come to an amount without as many items as may be left out.
    fn may_leave_out(&self, amount: i64) -> bool {
        let left = self.sum.saturating_sub(amount);
        self.count >= LEAST_NATURAL && left > 0 && left <= self.largest.saturating_add(self.second)
    }
}

/// A month and what was asked for in it.
struct Month {
    days: RangeInclusive<i32>,
    total: Total,
}

impl Month {
    /// The month an item was issued in, with it alone.
    fn of(one: &OpenItem) -> Month {
        let date = BusinessDate::from_days(one.issued).unwrap_or(BusinessDate::MIN);
        Month { days: date.first_of_month().days()..=date.end_of_month().days(), total: Total::of(std::iter::once(one)) }
    }
}

impl Workbench {
    /// Everything that is due, and everything there is, credit notes included.
    pub(super) fn draft_balance(&mut self, shard: &Shard, line: &Line, currency: u8, holdings: &[OpenItem]) {
        let value_on = line.value_on.days();
        let is_issued = |one: &OpenItem| one.issued <= value_on && one.currency == currency;
        self.draft_balance_of(shard, line, holdings, |one| is_issued(one) && one.due <= value_on);
        self.draft_balance_of(shard, line, holdings, is_issued);
    }

    fn draft_balance_of(&mut self, shard: &Shard, line: &Line, holdings: &[OpenItem], belongs: impl Fn(&OpenItem) -> bool) {
        let set = || holdings.iter().filter(|one| belongs(one));
        self.draft_whole(shard, line, Total::of(set()), set(), || {
            let has_twin = holdings.iter().any(|other| !belongs(other) && set().any(|one| one.amount == other.amount));
            Fit { bits: 16_000, chance: 15, unique: !has_twin, natural: true, oldest_first: false }
        });
    }

    /// Everything that was issued in one month, credit notes included.
    pub(super) fn draft_months(&mut self, shard: &Shard, line: &Line, currency: u8, holdings: &[OpenItem]) {
        let own = || holdings.iter().filter(|one| one.currency == currency && one.issued > BusinessDate::MIN.days());
        let mut months: Vec<Month> = Vec::new();
        for one in own() {
            // Items come by due date, so most belong to a month that came late.
            match months.iter_mut().rev().find(|month| month.days.contains(&one.issued)) {
                Some(month) => month.total.add(one.amount),
                None => months.push(Month::of(one)),
            }
        }
        months.sort_unstable_by_key(|month| *month.days.start());
        for month in months {
            let set = own().filter(|one| month.days.contains(&one.issued));
            let fit = || Fit { bits: 14_000, chance: 60, unique: false, natural: true, oldest_first: false };
            self.draft_whole(shard, line, month.total, set, fit);
        }
    }

    /// Everything that is due in the month whose documents the text speaks of, credit notes included.
    pub(super) fn draft_named_month(&mut self, shard: &Shard, line: &Line, currency: u8, holdings: &[OpenItem]) {
        let Some(period) = self.extract.month_of_documents(line.value_on) else { return };
        let set = || holdings.iter().filter(|one| one.currency == currency && period.has(one.due));
        let total = Total::of(set());
        if total.count > 1 && total.sum == line.amount {
            let fit = Fit { bits: 14_000, chance: 60, unique: false, natural: true, oldest_first: false };
            self.push(shard, HypothesisKind::Subset, set().map(|one| one.item).collect(), Some(fit));
        }
    }

    /// The invoices due first, as many as come to the money: at their open amounts, else less the discounts still to be had.
    pub(super) fn draft_oldest(&mut self, shard: &Shard, line: &Line, currency: u8, holdings: &[OpenItem]) {
        let value_on = line.value_on.days();
        let counts = |one: &&OpenItem| one.may_be_paid(currency, value_on) && !one.is_credit_note;
        let oldest = || holdings.iter().filter(counts);
        let at_best_price = || oldest().map(|one| best_price(shard, one.item, line));
        let length = sums_to(oldest().map(|one| one.amount), line.amount, 0).or_else(|| sums_to(at_best_price(), line.amount, 1));
        let Some(length) = length.filter(|length| *length > 1) else { return };
        let has_twin = oldest().skip(length).any(|other| oldest().take(length).any(|one| one.amount == other.amount));
        let chance = chance::of_first(oldest().take(length).map(|one| one.amount));
        let bits = log2_ratio(1_000_000, chance).min(MOST_OF_SET);
        let fit = Fit { bits, chance, unique: false, natural: true, oldest_first: has_twin };
        self.push(shard, HypothesisKind::Subset, oldest().take(length).map(|one| one.item).collect(), Some(fit));
    }

    fn draft_whole<'a>(
        &mut self,
        shard: &Shard,
        line: &Line,
        total: Total,
        set: impl Iterator<Item = &'a OpenItem>,
        fit: impl FnOnce() -> Fit,
    ) {
        if total.count > 1 && total.sum == line.amount {
            self.push(shard, HypothesisKind::Subset, set.map(|one| one.item).collect(), Some(fit()));
        } else if total.may_leave_out(line.amount) {
            let mut set: Vec<ItemIx> = set.map(|one| one.item).collect();
            order(shard, &mut set);
            self.draft_all_but_few(shard, &set, total.sum - line.amount);
        }
    }

    /// Everything of a natural set but a few that come to what is left: they may have been paid or held back.
    fn draft_all_but_few(&mut self, shard: &Shard, set: &[ItemIx], left: i64) {
        let amounts = set.iter().map(|item| shard.items.signed_open(*item));
        let found = few::find(&mut self.amounts, amounts, left, 0, (1, MOST_LEFT_OUT));
        for out in found.sets.iter().take(few::KEPT) {
            let rest = set.iter().enumerate().filter(|(place, _)| !out.places().any(|other| other == *place)).map(|(_, item)| *item);
            let fit = Fit { bits: found.bits - LEFT_OUT, chance: found.chance, unique: false, natural: true, oldest_first: false };
            self.push(shard, HypothesisKind::Subset, rest.collect(), Some(fit));
        }
    }
}

/// How many items, from the first on, come to a sum, each within the slack.
pub(super) fn sums_to(prices: impl Iterator<Item = i64>, amount: i64, slack: i64) -> Option<usize> {
    let mut sum = 0_i64;
    for (price, length) in prices.zip(1..) {
        sum = sum.checked_add(price)?;
        let allowed = slack * length;
        if (sum - amount).abs() <= allowed {
            return usize::try_from(length).ok();
        }
        if sum > amount + allowed {
            return None;
        }
    }
    None
}
