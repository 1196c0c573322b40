//! Money that names no document, of a customer whose money was spread over documents before.

use super::{REFERENCED, Weighing};
use crate::bits::Millibits;
use crate::extract::Meaning;
use crate::learning::Habit;
use crate::matcher::{OpenItem, Workbench};
use crate::proposal::{Block, CustomerIx, Feature, Field, Hypothesis, HypothesisKind, MatchClass, Subject};
use crate::record::Line;
use crate::relation::{RelationItem, unexplained};
use crate::shard::Shard;

/// The weight of the habit.
const SPREAD: Millibits = 8_000;

impl Workbench {
    /// The documents due first, as many as the money reaches, the last in part. Only to be shown.
    pub(in crate::matcher) fn spread_over_oldest(&mut self, shard: &Shard, line: &Line) -> Option<Hypothesis> {
        let names_something = !self.advices.is_empty() || self.candidates.list.iter().any(|one| !one.distracted && one.bits >= REFERENCED);
        let payer = *self.payer.scores.first().filter(|payer| !names_something && payer.is_sure())?;
        let customer = payer.customer;
        if self.extract.remarks.says(Meaning::Prepaid) || !shard.learning.has_habit(customer, Habit::Spread, line.value_on) {
            return None;
        }
        let reached = self.reached(shard, line, customer)?;
        let items: Vec<RelationItem<'_>> = reached.iter().map(|one| super::money::relation_item(shard, one.item, &[])).collect();
        let relation = unexplained(line.amount, &items)?;
        let mut weighing = Weighing::default();
        let seen = shard.learning.times(customer, Habit::Spread);
        weighing.add(Feature::SpreadHabit, Field::Ledger, (0, 0), Subject::Customer(customer), seen, SPREAD);
        self.add_payer(&payer, &mut weighing);
        weighing.block(Block::RelationNeedsPerson);
        Some(Hypothesis {
            kind: HypothesisKind::Subset,
            customer: Some(customer),
            allocations: super::allocations(reached.iter().map(|one| one.item), &relation),
            on_account: 0,
            bits: weighing.evidence.iter().map(|one| one.bits).sum(),
            evidence: weighing.evidence,
            blocks: weighing.blocks,
            match_class: MatchClass::D,
            oldest_first: false,
        })
    }

    /// The invoices due first that take the whole of the money and leave something of the last; none when they are fewer.
    fn reached(&mut self, shard: &Shard, line: &Line, customer: CustomerIx) -> Option<Vec<OpenItem>> {
        let currency = shard.items.code_of(line.currency)?;
        let mut left = line.amount;
        let counts = |one: &&OpenItem| one.may_be_paid(currency, line.value_on.days()) && !one.is_credit_note;
        let takes_some = |one: &&OpenItem| {
            let is_some_left = left > 0;
            left = left.saturating_sub(one.amount);
            is_some_left
        };
        let reached: Vec<OpenItem> = self.open_items.of(shard, customer).iter().filter(counts).take_while(takes_some).copied().collect();
        let sum = reached.iter().try_fold(0_i64, |sum, one| sum.checked_add(one.amount))?;
        (sum > line.amount).then_some(reached)
    }
}
