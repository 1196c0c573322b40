//! Documents of one amount that a payer pays one after the other, as the months of a rent.

use std::cmp::Reverse;

use super::Workbench;
use crate::bits::Millibits;
use crate::proposal::{Block, Evidence, Feature, Field, Hypothesis, ItemIx, Subject};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::items::ItemText;

/// The weight of its turn.
const TURN: Millibits = 6_000;
/// Payments that show an order at least.
const PAYMENTS: usize = 3;
/// Days between them at least, and how far one may lie off.
const LEAST_PERIOD: i32 = 6;
const SLACK: i32 = 9;
/// Runs of digits of a number that are compared.
const RUNS: usize = 4;

/// What the payments of an account for documents of one amount say of their order.
struct Turn {
    /// The last that was paid.
    last: [u64; RUNS],
    /// Those that were paid.
    items: Vec<ItemIx>,
    /// The next payment is due.
    is_due: bool,
}

impl Workbench {
    /// Of documents that ask for the same money the one whose turn it is gets its weight; those that were passed
    /// over before are not taken without a person.
    pub(super) fn weigh_turn(&self, shard: &Shard, line: &Line, ranked: &mut [Hypothesis]) {
        let Some(first) = ranked.first().and_then(alone) else { return };
        let is_alike = |one: &Hypothesis| alone(one).filter(|other| is_asked_alike(shard, first, *other));
        if ranked.iter().filter_map(is_alike).all(|other| other == first) {
            return;
        }
        let Some(turn) = self.turn(shard, line, first) else { return };
        let is_passed_over = |item: ItemIx| number_of(shard, item) <= turn.last && self.candidates.of(item).is_none();
        for one in ranked.iter_mut().filter(|one| is_alike(one).is_some_and(is_passed_over)) {
            one.block(Block::SetNotUnique);
        }
        let Some(next) = self.next_in_turn(shard, line, first, &turn) else { return };
        let Some(one) = ranked.iter_mut().find(|one| alone(one) == Some(next)) else { return };
        one.bits += TURN;
        let sharers = u32::try_from(turn.items.len()).unwrap_or(u32::MAX);
        let subject = Subject::Customer(shard.items.customer(next));
        one.evidence.push(Evidence { feature: Feature::TurnHabit, field: Field::Ledger, span: (0, 0), subject, sharers, bits: TURN });
        one.blocks.retain(|block| *block != Block::SetNotUnique);
        ranked.sort_by_key(|one| Reverse(one.bits));
    }

    /// The order in which the account paid such documents of the customer, when it paid one after the other.
    fn turn(&self, shard: &Shard, line: &Line, item: ItemIx) -> Option<Turn> {
        let customer = shard.items.customer(item);
        let mut paid = Vec::new();
        for place in shard.settlements.by_payer(self.payer.account, line.amount) {
            let earlier = shard.settlements.get(place)?;
            let [one] = earlier.applied.as_slice() else { return None };
            if shard.items.customer(one.item) != customer {
                return None;
            }
            paid.push((earlier.on, number_of(shard, one.item), one.item));
        }
        paid.sort_unstable();
        let (_, last, _) = *paid.last()?;
        let is_ascending = paid.windows(2).all(|pair| pair[0].1 < pair[1].1);
        let is_due = is_steady(paid.iter().map(|(on, ..)| *on).chain([line.value_on.days()]));
        let items: Vec<ItemIx> = paid.iter().map(|(.., item)| *item).collect();
        (items.len() >= PAYMENTS && is_ascending).then_some(Turn { last, items, is_due })
    }

    /// The first behind the last that was paid, unless the text names the month of another.
    fn next_in_turn(&self, shard: &Shard, line: &Line, item: ItemIx, turn: &Turn) -> Option<ItemIx> {
        let mut open = shard.asking(shard.items.customer(item), line.currency, line.amount);
        open.retain(|other| turn.is_due && is_asked_alike(shard, item, *other) && number_of(shard, *other) > turn.last);
        leave_other_orders(shard, turn, &mut open)?;
        let next = open.iter().copied().min_by_key(|other| number_of(shard, *other))?;
        let named = self.extract.period.or_else(|| self.extract.only_month(line.value_on));
        let is_named = |other: ItemIx| named.is_some_and(|period| period.has(shard.items.issued(other)));
        let names_another = !is_named(next) && open.into_iter().any(is_named);
        (!names_another).then_some(next)
    }
}

fn number_of(shard: &Shard, item: ItemIx) -> [u64; RUNS] {
    turn_of(shard.items.bytes(item, ItemText::Number))
}

/// True when two documents of a customer ask for the same money; each may have an order of its own.
fn is_asked_alike(shard: &Shard, left: ItemIx, right: ItemIx) -> bool {
    let items = &shard.items;
    items.customer(left) == items.customer(right)
        && items.open(left) == items.open(right)
        && items.currency_code(left) == items.currency_code(right)
        && items.is_credit_note(left) == items.is_credit_note(right)
}

/// Documents of the order that was paid so far stay, where one is known; none when several orders have several documents and
/// nothing tells whose turn it is.
fn leave_other_orders(shard: &Shard, turn: &Turn, open: &mut Vec<ItemIx>) -> Option<()> {
    let order = |item: &ItemIx| shard.items.bytes(*item, ItemText::PurchaseOrder);
    let was_paid = |one: &ItemIx| !order(one).is_empty() && turn.items.iter().any(|paid| order(paid) == order(one));
    if open.iter().any(was_paid) {
        open.retain(was_paid);
        return Some(());
    }
    let are_many = open.iter().any(|one| order(one) != order(&open[0]));
    let recurs = |one: &ItemIx| open.iter().filter(|other| order(other) == order(one)).count() > 1;
    (!are_many || !open.iter().any(recurs)).then_some(())
}

/// The one document of a reading.
fn alone(hypothesis: &Hypothesis) -> Option<ItemIx> {
    match hypothesis.allocations.as_slice() {
        [part] => Some(part.item),
        _ => None,
    }
}

fn is_steady(days: impl Iterator<Item = i32>) -> bool {
    let days: Vec<i32> = days.collect();
    let gaps: Vec<i32> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut ordered = gaps.clone();
    ordered.sort_unstable();
    let median = ordered.get(ordered.len() / 2).copied().unwrap_or(0);
    median >= LEAST_PERIOD && gaps.iter().all(|gap| (gap - median).abs() <= SLACK)
}

/// What orders numbers: their runs of digits, the year first where it stands last.
fn turn_of(number: &[u8]) -> [u64; RUNS] {
    let mut turn = [0; RUNS];
    let runs = || number.split(|byte| !byte.is_ascii_digit()).filter(|run| !run.is_empty());
    let is_year = |run: &[u8]| matches!(run, [b'2', b'0'..=b'9'] | [b'2', b'0', _, _]);
    let value = |run: &[u8]| run.iter().fold(0_u64, |value, digit| value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')));
    let mut values: Vec<u64> = runs().map(value).collect();
    if runs().count() > 1 && runs().next_back().is_some_and(is_year) {
        values.reverse();
    }
    turn.iter_mut().zip(values).for_each(|(place, value)| *place = value);
    turn
}
