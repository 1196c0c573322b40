//! Whose money a line is, whatever it pays.

use super::Workbench;
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{CustomerIx, Hypothesis};
use crate::shard::Shard;

impl Workbench {
    /// The customer of what is applied; where nothing is, the payer if account or whole name tell it from every other
    /// customer and no document of another one is quoted.
    pub(super) fn payer_beyond_doubt(&self, shard: &Shard, best: &Hypothesis, is_auto: bool) -> Option<CustomerIx> {
        if is_auto {
            let customer = best.customer?;
            let is_one = best.allocations.iter().all(|part| shard.items.customer(part.item) == customer);
            return is_one.then_some(customer);
        }
        let first = self.payer.scores.first().filter(|first| is_beyond_doubt(first) && !self.payer.ambiguous)?;
        let is_others = |item: u32| {
            let customer = shard.items.customer(item);
            customer != first.customer && !shard.customers.are_related(customer, first.customer)
        };
        let quotes_another = self.candidates.list.iter().any(|one| (one.is_strong() || one.is_full()) && is_others(one.item));
        (!quotes_another).then_some(first.customer)
    }
}

fn is_beyond_doubt(score: &PayerScore) -> bool {
    match (score.account_says, score.name_says) {
        (AccountSays::Own, says) => says != NameSays::Contradicts,
        (AccountSays::Nothing, NameSays::Same) => true,
        _ => false,
    }
}
