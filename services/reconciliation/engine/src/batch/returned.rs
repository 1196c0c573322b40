//! Money that came back and is not taken back yet: what is paid again meanwhile is no second payment.

use std::collections::BTreeMap;

use quittance_types::{BusinessDate, Currency};

use super::refuse;
use crate::classify::Identity;
use crate::proposal::{Band, CustomerIx, Hypothesis, HypothesisKind, Proposal, Subject};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::postings::Postings;

/// A return.
#[derive(PartialEq, Eq)]
struct Back {
    on: BusinessDate,
    currency: Currency,
    payer: Identity,
}

impl Back {
    fn of(line: &Line) -> (i64, Back) {
        (line.amount.saturating_neg(), Back { on: line.value_on, currency: line.currency, payer: Identity::of(line) })
    }

    /// True when it came back to this payer or to one of this customer, or nobody says to whom.
    fn may_be_of(&self, shard: &Shard, payer: Identity, customer: Option<CustomerIx>) -> bool {
        let Identity { account, name } = self.payer;
        let is_customers = |postings: &Postings, key: u64| postings.get(key).any(|posting| Some(posting.item()) == customer);
        let by_account = account != 0 && (account == payer.account || is_customers(&shard.customers.accounts, account));
        let by_name = name != 0 && (name == payer.name || is_customers(&shard.customers.names, name));
        by_account || by_name || (account == 0 && name == 0)
    }
}

/// The returns of a batch that are not applied, by their amounts.
#[derive(Default)]
pub struct Returned(BTreeMap<i64, Vec<Back>>);

impl Returned {
    /// A return that is not decided yet: of those of a day none comes too late for a payment that stands before it.
    pub fn expect(&mut self, line: &Line) {
        let (amount, back) = Back::of(line);
        self.0.entry(amount).or_default().push(back);
    }

    /// A return that is applied.
    pub fn forget(&mut self, line: &Line) {
        let (amount, back) = Back::of(line);
        let Some(known) = self.0.get_mut(&amount) else { return };
        if let Some(place) = known.iter().position(|one| *one == back) {
            known.swap_remove(place);
        }
    }

    /// Leaves money to a person that would wait on account although it may be a returned payment that is made again.
    pub fn check(&mut self, shard: &Shard, proposal: &mut Proposal, line: &Line) {
        let Some(best) = proposal.ranked.first().filter(|_| proposal.band == Band::Auto) else { return };
        if best.kind == HypothesisKind::Reversal {
            self.forget(line);
        } else if best.allocations.is_empty() && self.is_paid_again(shard, line, best) {
            refuse(proposal);
        }
    }

    /// True when the money, or the payment of the document that is quoted, came back, a fee beside it or not.
    fn is_paid_again(&self, shard: &Shard, line: &Line, best: &Hypothesis) -> bool {
        let payer = Identity::of(line);
        let quoted = best.evidence.iter().filter_map(|one| if let Subject::Item(item) = one.subject { Some(item) } else { None });
        let earlier = quoted.flat_map(|item| shard.settlements.by_item(item)).filter_map(|place| shard.settlements.get(place));
        let mut amounts = earlier.map(|one| one.amount).chain([line.amount]);
        let is_it = |back: &Back| back.on <= line.value_on && back.currency == line.currency && back.may_be_of(shard, payer, best.customer);
        let fee_max = shard.fee_max(line.currency).max(0);
        amounts.any(|amount| self.0.range(amount..=amount.saturating_add(fee_max)).any(|(_, backs)| backs.iter().any(is_it)))
    }
}
