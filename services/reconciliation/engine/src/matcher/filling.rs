//! Documents nobody quotes: few that come to the money alone or beside those quoted, credit notes that were netted, the
//! documents of a month.

use quittance_types::{BusinessDate, Currency};

use super::drafts::{MOST_HOLDINGS, best_price, customers_of, order};
use super::{Fit, Workbench};
use crate::bits::{Millibits, log2_ratio};
use crate::candidates::Candidate;
use crate::payer::AccountSays;
use crate::proposal::{CustomerIx, HypothesisKind, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::subset::few;

/// Items a natural set has at least when some are left out, how many are, and what that costs.
const LEAST_NATURAL: usize = 4;
const MOST_LEFT_OUT: usize = 2;
const LEFT_OUT: i32 = 2_000;
/// Documents a fee may have been taken of.
const MOST_NEAR: usize = 4;
/// Days a payment may come before the document's date: value dates lie back.
const BEFORE_ISSUE: i32 = 2;
/// Customers whose documents are put together.
const MOST_CUSTOMERS: usize = 8;
/// Currencies of one line that are tried.
const MOST_SUMS: usize = 3;
/// Credit notes that are netted without a word.
const MOST_CREDITS: usize = 2;
/// What a day between the first and the last due date of a set costs, and the most it costs: documents of one payment
/// lie near each other.
const SPREAD_DAY: i32 = 5;
const SPREAD_DAYS: i32 = 120;
/// The most that a set of the oldest weighs.
const MOST_OF_SET: Millibits = 16_000;

/// The weight a set loses by its spread of due dates.
pub(super) fn spread_cost(days: i32) -> i32 {
    days.clamp(0, SPREAD_DAYS) * SPREAD_DAY
}

/// What the documents of a search are counted with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prices {
    /// What the invoices ask for.
    Full,
    /// What they ask for less a discount still to be had.
    Discounted,
    /// What invoices and credit notes ask for.
    WithCredits,
}

impl Workbench {
    /// Few documents of these customers that come to the money beside the `fixed` ones: full prices, else prices less
    /// discount, else with credit notes.
    pub(super) fn draft_few(&mut self, shard: &Shard, line: &Line, customers: &[CustomerIx], fixed: &[ItemIx]) -> bool {
        let most = if customers.len() > 1 { 2 } else { few::FEWEST_MANY };
        let mut pool = std::mem::take(&mut self.pool);
        let mut found = false;
        for (amount, currency) in self.sums(shard, line).into_iter().take(MOST_SUMS) {
            let is_mixed = fixed.iter().any(|item| shard.items.currency(*item) != currency);
            if found || is_mixed {
                continue;
            }
            self.gather(shard, line, customers, currency, fixed, &mut pool);
            let has_credits = pool.iter().any(|item| shard.items.is_credit_note(*item));
            found = self.few_of(shard, line, amount, fixed, &pool, most, Prices::Full)
                || self.few_of(shard, line, amount, fixed, &pool, most, Prices::Discounted)
                || (has_credits && self.few_of(shard, line, amount, fixed, &pool, most, Prices::WithCredits));
        }
        self.pool = pool;
        found
    }

    /// The money in the line's currency, and in those the payer speaks of.
    fn sums(&self, shard: &Shard, line: &Line) -> Vec<(i64, Currency)> {
        let quoted = self.extract.amounts.iter().filter_map(|amount| Some((amount.minor, amount.currency?)));
        let foreign = line.instructed.into_iter().chain(quoted).filter(|(_, currency)| *currency != line.currency);
        let mut sums = vec![(line.amount, line.currency)];
        for sum in foreign.filter(|(_, currency)| shard.items.code_of(*currency).is_some()) {
            if !sums.contains(&sum) {
                sums.push(sum);
            }
        }
        sums
    }

    fn gather(
        &mut self,
        shard: &Shard,
        line: &Line,
        customers: &[CustomerIx],
        currency: Currency,
        fixed: &[ItemIx],
        pool: &mut Vec<ItemIx>,
    ) {
        pool.clear();
        let mut holdings = std::mem::take(&mut self.holdings);
        let latest = line.value_on.days() + BEFORE_ISSUE;
        for customer in customers.iter().take(MOST_CUSTOMERS) {
            shard.holdings.open(&shard.items, *customer, MOST_HOLDINGS, &mut holdings);
            let counts = |item: &ItemIx| {
                shard.items.currency(*item) == currency
                    && shard.items.issued(*item) <= latest
                    && !shard.items.is_disputed(*item)
                    && !fixed.contains(item)
            };
            pool.extend(holdings.iter().copied().filter(counts));
        }
        self.holdings = holdings;
        order(shard, pool);
    }

    #[allow(clippy::too_many_arguments, reason = "one pass of one search")]
    fn few_of(&mut self, shard: &Shard, line: &Line, amount: i64, fixed: &[ItemIx], pool: &[ItemIx], most: usize, prices: Prices) -> bool {
        let discounted = prices == Prices::Discounted;
        let price = |item: &ItemIx| if discounted { best_price(shard, *item, line) } else { shard.items.signed_open(*item) };
        // What is worth nothing is part of no set.
        let is_left_out = |item: &ItemIx| prices != Prices::WithCredits && shard.items.is_credit_note(*item);
        let is_reduced = |item: &ItemIx| !is_left_out(item) && price(item) != shard.items.signed_open(*item);
        if discounted && !pool.iter().any(is_reduced) && !fixed.iter().any(|item| price(item) != shard.items.signed_open(*item)) {
            return false;
        }
        let target = amount - fixed.iter().map(price).sum::<i64>();
        if target <= 0 {
            return false;
        }
        let least = if fixed.is_empty() { 2 } else { 1 };
        let amounts = pool.iter().map(|item| if is_left_out(item) { 0 } else { price(item) });
        let found = few::find(&mut self.amounts, amounts, target, i64::from(discounted), (least, most));
        let kind = if fixed.is_empty() { HypothesisKind::Subset } else { HypothesisKind::Completed };
        let mut sets: Vec<(i32, Vec<ItemIx>)> = found
            .sets
            .iter()
            .map(|set| set.places().map(|place| pool[place]).chain(fixed.iter().copied()).collect::<Vec<ItemIx>>())
            .map(|set| (spread(shard, &set), set))
            .collect();
        sets.sort_by_key(|(days, _)| *days);
        let is_unique = sets.len() == 1;
        for (days, set) in sets.into_iter().take(few::KEPT) {
            let fit =
                Fit { bits: found.bits - spread_cost(days), chance: found.chance, unique: is_unique, natural: false, oldest_first: false };
            self.push(shard, kind, set, Some(fit));
        }
        !found.sets.is_empty()
    }

    /// Documents of several customers are quoted together and do not make up the money: a further one of their group does.
    pub(super) fn complete_group(&mut self, shard: &Shard, line: &Line, quoted: &[Candidate]) {
        let fixed: Vec<ItemIx> = quoted.iter().filter(|one| one.is_strong() && one.sharers == 1).map(|one| one.item).collect();
        let sum: i64 = fixed.iter().map(|item| shard.items.signed_open(*item)).sum();
        if fixed.is_empty() || sum >= line.amount {
            return;
        }
        let mut customers = customers_of(shard, fixed.iter().copied());
        for other in self.group() {
            if !customers.contains(&other) {
                customers.push(other);
            }
        }
        if customers.len() > 1 {
            self.draft_few(shard, line, &customers, &fixed);
        }
    }

    /// The customers the payer's account pays for, when they are several.
    pub(super) fn group(&self) -> Vec<CustomerIx> {
        let pays = |says: AccountSays| matches!(says, AccountSays::Shared | AccountSays::Linked | AccountSays::Own);
        let own: Vec<CustomerIx> =
            self.payer.scores.iter().filter(|score| pays(score.account_says)).map(|score| score.customer).take(MOST_CUSTOMERS).collect();
        if own.len() > 1 { own } else { Vec::new() }
    }

    /// Less than the quoted documents ask for, and credit notes of the customer that make up the difference.
    pub(super) fn draft_netting(&mut self, shard: &Shard, line: &Line, customer: CustomerIx, own: &[Candidate]) {
        let mut quoted: Vec<ItemIx> = own.iter().filter(|one| one.bits >= super::evaluate::REFERENCED).map(|one| one.item).collect();
        order(shard, &mut quoted);
        let mut sets: Vec<Vec<ItemIx>> = quoted.iter().take(4).map(|item| vec![*item]).collect();
        if quoted.len() > 1 {
            sets.push(quoted);
        }
        sets.retain(|set| {
            let open: i64 = set.iter().map(|item| shard.items.signed_open(*item)).sum();
            open > line.amount && set.iter().all(|item| shard.items.currency(*item) == line.currency)
        });
        if sets.is_empty() {
            return;
        }
        let mut pool = std::mem::take(&mut self.pool);
        self.gather(shard, line, &[customer], line.currency, &[], &mut pool);
        pool.retain(|item| shard.items.is_credit_note(*item));
        for set in sets.iter().filter(|_| !pool.is_empty()) {
            let full: i64 = set.iter().map(|item| shard.items.signed_open(*item)).sum();
            let best: i64 = set.iter().map(|item| best_price(shard, *item, line)).sum();
            self.net(shard, set, &pool, full - line.amount, 0);
            if best != full {
                self.net(shard, set, &pool, best - line.amount, 1);
            }
        }
        self.pool = pool;
    }

    fn net(&mut self, shard: &Shard, set: &[ItemIx], credits: &[ItemIx], difference: i64, slack: i64) {
        let credits: Vec<ItemIx> = credits.iter().copied().filter(|item| !set.contains(item)).collect();
        let amounts = credits.iter().map(|item| shard.items.open(*item));
        let found = few::find(&mut self.amounts, amounts, difference, slack, (1, MOST_CREDITS));
        let unique = found.sets.len() == 1;
        for chosen in found.sets.iter().take(few::KEPT) {
            let items = chosen.places().map(|place| credits[place]).chain(set.iter().copied()).collect();
            let fit = Fit { bits: found.bits, chance: found.chance, unique, natural: false, oldest_first: false };
            self.push(shard, HypothesisKind::Completed, items, Some(fit));
        }
    }

    /// Documents of a likely customer that ask for a little more than was paid: a bank may have taken a fee.
    pub(super) fn draft_near(&mut self, shard: &Shard, line: &Line, customer: CustomerIx) {
        let mut pool = std::mem::take(&mut self.pool);
        self.gather(shard, line, &[customer], line.currency, &[], &mut pool);
        let fee_max = shard.fee_max(line.currency);
        let missing = |item: &ItemIx| shard.items.signed_open(*item) - line.amount;
        let is_fee = |item: &ItemIx| (1..=fee_max).contains(&missing(item)) || (line.charges > 0 && missing(item) == line.charges);
        pool.retain(is_fee);
        pool.sort_by(|left, right| missing(left).cmp(&missing(right)).then_with(|| shard.items.by_number(*left, *right)));
        for item in pool.iter().take(MOST_NEAR) {
            self.push(shard, HypothesisKind::Amount, vec![*item], None);
        }
        self.pool = pool;
    }

    /// The invoices due first, as many as come to the money: at their open amounts, else less the discounts still to be had.
    pub(super) fn draft_oldest(&mut self, shard: &Shard, line: &Line, holdings: &[ItemIx]) {
        let counts = |item: &ItemIx| {
            shard.items.currency(*item) == line.currency
                && shard.items.issued(*item) <= line.value_on.days()
                && !shard.items.is_disputed(*item)
                && !shard.items.is_credit_note(*item)
        };
        let oldest: Vec<ItemIx> = holdings.iter().copied().filter(counts).collect();
        let open = |item: ItemIx| shard.items.signed_open(item);
        let length =
            sums_to(&oldest, line.amount, 0, open).or_else(|| sums_to(&oldest, line.amount, 1, |item| best_price(shard, item, line)));
        let Some(length) = length.filter(|length| *length > 1) else { return };
        let (set, rest) = oldest.split_at(length);
        let has_twin = rest.iter().any(|item| set.iter().any(|own| open(*own) == open(*item)));
        // Each set of the oldest is a chance to hit the money, one minor unit among as many as were paid.
        let chance = length as u64 * 1_000_000 / line.amount.unsigned_abs().max(1);
        let bits = log2_ratio(1_000_000, chance).min(MOST_OF_SET);
        let fit = Fit { bits, chance, unique: false, natural: true, oldest_first: has_twin };
        self.push(shard, HypothesisKind::Subset, set.to_vec(), Some(fit));
    }

    /// Everything that was issued in one month, credit notes included.
    pub(super) fn draft_months(&mut self, shard: &Shard, line: &Line, holdings: &[ItemIx]) {
        let counts = |item: &&ItemIx| shard.items.currency(**item) == line.currency;
        let mut month = Month::default();
        let mut items: Vec<(i32, ItemIx)> =
            holdings.iter().filter(counts).map(|item| (month.first_day(shard.items.issued(*item)), *item)).collect();
        items.sort_by_key(|(month, _)| *month);
        let mut set: Vec<ItemIx> = Vec::new();
        for same in items.chunk_by(|left, right| left.0 == right.0).filter(|same| same.len() > 1) {
            set.clear();
            set.extend(same.iter().map(|(_, item)| *item));
            let sum: i64 = set.iter().map(|item| shard.items.signed_open(*item)).sum();
            if sum == line.amount {
                let fit = Fit { bits: 14_000, chance: 60, unique: false, natural: true, oldest_first: false };
                self.push(shard, HypothesisKind::Subset, set.clone(), Some(fit));
            } else {
                self.draft_all_but_few(shard, line, &set);
            }
        }
    }

    /// Everything of a natural set but a few, which may have been paid or held back.
    pub(super) fn draft_all_but_few(&mut self, shard: &Shard, line: &Line, set: &[ItemIx]) {
        let left = set.iter().map(|item| shard.items.signed_open(*item)).sum::<i64>() - line.amount;
        if set.len() < LEAST_NATURAL || left <= 0 || left > largest_two(shard, set) {
            return;
        }
        let mut set = set.to_vec();
        order(shard, &mut set);
        let amounts = set.iter().map(|item| shard.items.signed_open(*item));
        let found = few::find(&mut self.amounts, amounts, left, 0, (1, MOST_LEFT_OUT));
        for out in found.sets.iter().take(few::KEPT) {
            let rest = set.iter().enumerate().filter(|(place, _)| !out.places().any(|other| other == *place)).map(|(_, item)| *item);
            let fit = Fit { bits: found.bits - LEFT_OUT, chance: found.chance, unique: false, natural: true, oldest_first: false };
            self.push(shard, HypothesisKind::Subset, rest.collect(), Some(fit));
        }
    }

    /// A list of tails: of each the one document, of several the one due nearest to the others.
    pub(super) fn draft_tails(&mut self, shard: &Shard, own: &[Candidate]) {
        let quoted: Vec<Candidate> = own.iter().filter(|one| one.is_by_number() && one.bits > 0).copied().collect();
        let sure: Vec<i32> = quoted.iter().filter(|one| one.sharers == 1).map(|one| shard.items.due(one.item)).collect();
        if quoted.len() < 3 || sure.is_empty() || quoted.iter().all(|one| one.sharers == 1) {
            return;
        }
        let away = |one: &Candidate| sure.iter().map(|due| (due - shard.items.due(one.item)).abs()).min().unwrap_or(0);
        let mut chosen: Vec<Candidate> = quoted;
        chosen.sort_by(|left, right| {
            (left.atoms, away(left)).cmp(&(right.atoms, away(right))).then_with(|| shard.items.by_number(left.item, right.item))
        });
        chosen.dedup_by_key(|one| one.atoms);
        let items: Vec<ItemIx> = chosen.iter().map(|one| one.item).collect();
        if items.len() > 1 {
            self.push(shard, HypothesisKind::Tails, items, None);
        }
    }
}

/// How many items, from the first on, come to a sum, each within the slack.
fn sums_to(items: &[ItemIx], amount: i64, slack: i64, price: impl Fn(ItemIx) -> i64) -> Option<usize> {
    let mut sum = 0_i64;
    for (item, length) in items.iter().zip(1..) {
        sum += price(*item);
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

/// What the two largest of some items ask for: as many as may be left out.
fn largest_two(shard: &Shard, set: &[ItemIx]) -> i64 {
    let (mut first, mut second) = (0, 0);
    for open in set.iter().map(|item| shard.items.signed_open(*item)) {
        second = second.max(open.min(first));
        first = first.max(open);
    }
    first + second
}

/// The month of the day that was asked for last: most days that follow each other lie in one.
#[derive(Default)]
struct Month {
    first: i32,
    last: i32,
}

impl Month {
    /// The first day of the month of a day, as days.
    fn first_day(&mut self, day: i32) -> i32 {
        if !(self.first..=self.last).contains(&day) {
            let date = BusinessDate::from_days(day).unwrap_or(BusinessDate::MIN);
            (self.first, self.last) = (date.first_of_month().days(), date.end_of_month().days());
        }
        self.first
    }
}

fn spread(shard: &Shard, set: &[ItemIx]) -> i32 {
    let dues = || set.iter().map(|item| shard.items.due(*item));
    dues().max().unwrap_or(0) - dues().min().unwrap_or(0)
}
