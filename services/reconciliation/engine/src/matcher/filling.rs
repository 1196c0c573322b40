//! Documents nobody quotes: few that come to the money alone or beside those quoted, and credit notes that were netted.

use std::cmp::Ordering;

use quittance_types::Currency;

use super::drafts::{best_price, customers_of, order};
use super::natural::{MOST_OF_SET, sums_to};
use super::{BEFORE_ISSUE, Fit, OpenItem, Workbench};
use crate::bits::log2_ratio;
use crate::candidates::Candidate;
use crate::payer::AccountSays;
use crate::proposal::{CustomerIx, HypothesisKind, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::subset::few;

/// Documents a fee may have been taken of.
const MOST_NEAR: usize = 4;
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
/// Minor units of a whole unit.
const WHOLE: i64 = 100;

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
            let Some(currency) = shard.items.code_of(currency).filter(|_| !found && !is_mixed) else { continue };
            self.gather(shard, line, customers, currency, fixed, &mut pool);
            let has_credits = pool.iter().any(|one| one.is_credit_note);
            found = self.few_of(shard, line, amount, fixed, &pool, most, Prices::Full)
                || self.few_of(shard, line, amount, fixed, &pool, most, Prices::Discounted)
                || (has_credits && self.few_of(shard, line, amount, fixed, &pool, most, Prices::WithCredits));
        }
        self.pool = pool;
        found
    }

    /// Notes whether invoices of the customer add up to the money that one of them asks for: few, or those due first.
    pub(super) fn note_other_sets(&mut self, shard: &Shard, line: &Line, customer: CustomerIx) {
        let Some(currency) = shard.items.code_of(line.currency) else { return };
        let mut pool = std::mem::take(&mut self.pool);
        self.gather(shard, line, &[customer], currency, &[], &mut pool);
        pool.retain(|one| !one.is_credit_note);
        let amounts = pool.iter().map(|one| one.amount);
        let do_first = sums_to(amounts.clone(), line.amount, 0).is_some_and(|length| length > 1);
        let do_few = || {
            let found = few::find(&mut self.amounts, amounts, line.amount, 0, (2, few::FEWEST_MANY));
            found.are_too_many || !found.sets.is_empty()
        };
        self.also_adds_up = (do_first || do_few()).then_some(customer);
        self.pool = pool;
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

    /// What the customers were asked for in a currency by the day of the payment, but the `fixed` ones.
    fn gather(&mut self, shard: &Shard, line: &Line, customers: &[CustomerIx], currency: u8, fixed: &[ItemIx], pool: &mut Vec<OpenItem>) {
        pool.clear();
        let latest = line.value_on.days() + BEFORE_ISSUE;
        let counts = |one: &&OpenItem| one.may_be_paid(currency, latest) && !fixed.contains(&one.item);
        for customer in customers.iter().take(MOST_CUSTOMERS) {
            self.open_items.of(shard, *customer).iter().filter(counts).for_each(|one| pool.push(*one));
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one pass of one search")]
    fn few_of(
        &mut self,
        shard: &Shard,
        line: &Line,
        amount: i64,
        fixed: &[ItemIx],
        pool: &[OpenItem],
        most: usize,
        prices: Prices,
    ) -> bool {
        let discounted = prices == Prices::Discounted;
        let price = |item: ItemIx, full: i64| if discounted { best_price(shard, item, line) } else { full };
        // What is worth nothing is part of no set.
        let is_left_out = |one: &OpenItem| prices != Prices::WithCredits && one.is_credit_note;
        let is_reduced = |one: &OpenItem| !is_left_out(one) && price(one.item, one.amount) != one.amount;
        let is_fixed_reduced = |item: &ItemIx| price(*item, shard.items.signed_open(*item)) != shard.items.signed_open(*item);
        if discounted && !pool.iter().any(is_reduced) && !fixed.iter().any(is_fixed_reduced) {
            return false;
        }
        let target = amount - fixed.iter().map(|item| price(*item, shard.items.signed_open(*item))).sum::<i64>();
        if target <= 0 {
            return false;
        }
        let least = if fixed.is_empty() { 2 } else { 1 };
        let amounts = pool.iter().map(|one| if is_left_out(one) { 0 } else { price(one.item, one.amount) });
        let found = few::find(&mut self.amounts, amounts, target, i64::from(discounted), (least, most));
        let kind = if fixed.is_empty() { HypothesisKind::Subset } else { HypothesisKind::Completed };
        let chosen = |set: &few::FewSet| {
            let mut items: Vec<ItemIx> = set.places().map(|place| pool[place].item).collect();
            order(shard, &mut items);
            (spread(shard, items.iter().chain(fixed)), items)
        };
        let mut sets: Vec<(i32, Vec<ItemIx>)> = found.sets.iter().map(chosen).collect();
        sets.sort_unstable_by(|left, right| left.0.cmp(&right.0).then_with(|| by_numbers(shard, &left.1, &right.1)));
        let is_unique = sets.len() == 1;
        for (days, mut set) in sets.into_iter().take(few::KEPT) {
            set.extend_from_slice(fixed);
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
        let Some(currency) = shard.items.code_of(line.currency).filter(|_| !sets.is_empty()) else { return };
        let latest = line.value_on.days() + BEFORE_ISSUE;
        let open_items = self.open_items.of(shard, customer);
        let credits = open_items.iter().filter(|one| one.is_credit_note && one.may_be_paid(currency, latest));
        let mut credits: Vec<ItemIx> = credits.map(|one| one.item).collect();
        order(shard, &mut credits);
        for set in sets.iter().filter(|_| !credits.is_empty()) {
            let full: i64 = set.iter().map(|item| shard.items.signed_open(*item)).sum();
            let best: i64 = set.iter().map(|item| best_price(shard, *item, line)).sum();
            self.net(shard, set, &credits, full - line.amount, 0);
            if best != full {
                self.net(shard, set, &credits, best - line.amount, 1);
            }
        }
    }

    fn net(&mut self, shard: &Shard, set: &[ItemIx], credits: &[ItemIx], difference: i64, slack: i64) {
        let credits: Vec<ItemIx> = credits.iter().copied().filter(|item| !set.contains(item)).collect();
        let amounts = credits.iter().map(|item| shard.items.open(*item));
        let found = few::find(&mut self.amounts, amounts, difference, slack, (1, MOST_CREDITS));
        if found.sets.is_empty() {
            return;
        }
        let open: i64 = set.iter().map(|item| shard.items.signed_open(*item)).sum();
        let chance = chance_of_netting(credits.len() as u64, open, difference);
        let (bits, unique) = (log2_ratio(1_000_000, chance).clamp(0, MOST_OF_SET), found.sets.len() == 1);
        for chosen in found.sets.iter().take(few::KEPT) {
            let items = chosen.places().map(|place| credits[place]).chain(set.iter().copied()).collect();
            let fit = Fit { bits, chance, unique, natural: false, oldest_first: false };
            self.push(shard, HypothesisKind::Completed, items, Some(fit));
        }
    }

    /// Documents of a likely customer that ask for a little more than was paid: a bank may have taken a fee.
    pub(super) fn draft_near(&mut self, shard: &Shard, line: &Line, customer: CustomerIx) {
        let Some(currency) = shard.items.code_of(line.currency) else { return };
        let latest = line.value_on.days() + BEFORE_ISSUE;
        let fee_max = shard.fee_max(line.currency);
        let is_fee = |missing: i64| (1..=fee_max).contains(&missing) || (line.charges > 0 && missing == line.charges);
        let is_near = |one: &&OpenItem| is_fee(one.amount - line.amount) && one.may_be_paid(currency, latest);
        let mut near: Vec<OpenItem> = self.open_items.of(shard, customer).iter().filter(is_near).copied().collect();
        near.sort_unstable_by(|left, right| left.amount.cmp(&right.amount).then_with(|| shard.items.by_number(left.item, right.item)));
        for one in near.iter().take(MOST_NEAR) {
            self.push(shard, HypothesisKind::Amount, vec![one.item], None);
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

/// Days between the first and the last due date.
fn spread<'a>(shard: &Shard, set: impl Iterator<Item = &'a ItemIx>) -> i32 {
    let dues = set.map(|item| shard.items.due(*item)).map(|due| (due, due));
    dues.reduce(|(first, last), (due, _)| (first.min(due), last.max(due))).map_or(0, |(first, last)| last - first)
}

/// Sets of credit notes that make up a difference by accident, in millionths: anything up to half of what is open may be
/// missing, and whole units are missing more often than others.
fn chance_of_netting(credits: u64, open: i64, difference: i64) -> u64 {
    let sets = credits + credits * credits.saturating_sub(1) / 2;
    let grid = if difference % WHOLE == 0 { WHOLE.unsigned_abs() } else { 1 };
    sets.saturating_mul(grid).saturating_mul(1_000_000) / (open.unsigned_abs() / 2).max(1)
}

/// Order of two sets that are in the order of their numbers themselves.
fn by_numbers(shard: &Shard, left: &[ItemIx], right: &[ItemIx]) -> Ordering {
    let differs = left.iter().zip(right).map(|(left, right)| shard.items.by_number(*left, *right)).find(|order| order.is_ne());
    differs.unwrap_or(Ordering::Equal)
}
