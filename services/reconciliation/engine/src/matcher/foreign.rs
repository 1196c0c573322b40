//! Documents in another currency than the line's.

use std::ops::RangeInclusive;

use quittance_types::Currency;

use super::{OpenItem, Workbench};
use crate::proposal::{CustomerIx, HypothesisKind, ItemIx};
use crate::record::Line;
use crate::shard::Shard;

/// Items of another currency that may have the amount.
const MOST_FOREIGN: usize = 8;
/// An amount at the rate lies within this part of what is asked for, or is not looked at.
const ROUGHLY: i64 = 20;

impl Workbench {
    /// What documents in the other currencies of the ledger may ask for, roughly, when the rate explains the line's amount.
    fn foreign_amounts(shard: &Shard, line: &Line) -> Vec<(Currency, RangeInclusive<i64>)> {
        let about = |currency: Currency| {
            let worth = shard.rates.convert(line.amount, line.currency, currency)?;
            let unit = shard.rates.convert(1, line.currency, currency)?;
            let off = worth / ROUGHLY + 2 * unit + 2;
            Some((currency, worth - off..=worth + off))
        };
        shard.items.currencies().iter().filter(|currency| **currency != line.currency).filter_map(|currency| about(*currency)).collect()
    }

    /// Items of another currency that the rate explains.
    pub(super) fn draft_foreign(&mut self, shard: &Shard, line: &Line, customer: CustomerIx) {
        if shard.items.currencies().len() < 2 {
            return;
        }
        let own = shard.items.code_of(line.currency);
        let is_foreign = |one: &&OpenItem| Some(one.currency) != own && !one.is_credit_note;
        let mut foreign: Vec<ItemIx> = self.open_items.of(shard, customer).iter().filter(is_foreign).map(|one| one.item).collect();
        if foreign.is_empty() {
            return;
        }
        let amounts = Self::foreign_amounts(shard, line);
        let tolerance = line.amount / 50;
        let is_instructed = |item: &ItemIx| line.instructed == Some((shard.items.open(*item), shard.items.currency(*item)));
        let is_worth = |item: &ItemIx| {
            let (open, currency) = (shard.items.open(*item), shard.items.currency(*item));
            let is_roughly = amounts.iter().any(|(known, amounts)| *known == currency && amounts.contains(&open));
            let worth = || shard.rates.convert(open, currency, line.currency);
            is_roughly && worth().is_some_and(|worth| (worth - line.amount).abs() <= tolerance)
        };
        foreign.retain(|item| is_instructed(item) || is_worth(item));
        let is_quoted = |item: &ItemIx| {
            let (open, currency) = (shard.items.open(*item), shard.items.currency(*item));
            self.extract.amounts.iter().any(|amount| amount.currency == Some(currency) && amount.minor == open)
        };
        foreign.sort_by_key(|item| (!is_instructed(item), !is_quoted(item)));
        foreign.truncate(MOST_FOREIGN);
        for item in foreign {
            self.push(shard, HypothesisKind::Amount, vec![item], None);
        }
    }
}
