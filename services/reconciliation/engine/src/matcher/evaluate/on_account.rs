//! Readings that pay no item: a second payment, and money on account.

use super::{LEAST_TAIL, MOST_OF_AMOUNT, REFERENCED, Weighing};
use crate::bits::Millibits;
use crate::candidates::Candidate;
use crate::learning::{Habit, amount_sign};
use crate::matcher::{Draft, Workbench};
use crate::payer::{AccountSays, PayerScore};
use crate::proposal::{Block, CustomerIx, Feature, Field, Hypothesis, HypothesisKind, ItemIx, MatchClass, Subject};
use crate::record::{Line, Overpayment};
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;

/// The weight of a word for money paid ahead.
const PREPAYMENT: Millibits = 6_000;
/// The weight of a word for a part of a document that is not quoted.
const PART: Millibits = 2_000;
/// The weight of a number that nobody knows, and of one beyond the newest of the seller.
const UNKNOWN: Millibits = 1_000;
const UNBORN: Millibits = 4_000;
/// The weight of money on account for no reason.
const NO_REASON: Millibits = -5_000;
/// The weight of money that waited before, and how often it must have to wait without a person.
const WAITED: Millibits = 8_000;
const WAITS: u32 = 2;
/// The weight of an amount that a closed document had.
const PAID_AMOUNT: Millibits = 10_000;

impl Workbench {
    pub(super) fn without_items(&self, shard: &Shard, line: &Line, draft: &Draft) -> Option<Hypothesis> {
        let customer = draft.customer?;
        let payer = self.payer.score(shard, customer, &self.candidates);
        let mut weighing = Weighing::default();
        let waited = if draft.kind == HypothesisKind::OnAccount { self.waited_before(shard, line, &payer) } else { 0 };
        let is_riskless = match draft.kind {
            HypothesisKind::Duplicate => {
                let closed = self.closed_of(shard, customer)?;
                let (field, span) = self.extract.span(closed.atoms.0, closed.atoms.1);
                weighing.add(closed.feature, field, span, Subject::Item(closed.item), closed.sharers, closed.bits);
                weighing.add(Feature::AmountExact, Field::Amount, (0, 0), Subject::Item(closed.item), 0, PAID_AMOUNT);
                self.is_plain_duplicate(closed, &payer)
            }
            _ => self.is_plainly_prepaid(shard, line, &payer) || waited >= WAITS,
        };
        self.add_payer(&payer, &mut weighing);
        if draft.kind == HypothesisKind::OnAccount {
            match waited {
                0 => self.add_reason_to_wait(&mut weighing),
                seen => weighing.add(Feature::WaitHabit, Field::Ledger, (0, 0), Subject::Customer(customer), seen, WAITED),
            }
        }
        let is_accepted =
            is_riskless && shard.customers.is_known(customer) && self.says_nothing_else(shard, line) && !asks_for(shard, line, customer);
        if !is_accepted {
            weighing.block(Block::RelationNeedsPerson);
        }
        Some(Hypothesis {
            kind: draft.kind,
            customer: Some(customer),
            allocations: Vec::new(),
            on_account: line.amount,
            bits: weighing.evidence.iter().map(|one| one.bits).sum(),
            evidence: weighing.evidence,
            blocks: weighing.blocks,
            match_class: MatchClass::E,
            oldest_first: false,
        })
    }

    /// Why the money should wait: it is paid ahead, or its document is not known. Without a reason that is rare.
    fn add_reason_to_wait(&self, weighing: &mut Weighing) {
        let (feature, field, bits) = match () {
            () if self.extract.remarks.is_paid_ahead() => (Feature::PrepaymentWord, Field::Text, PREPAYMENT),
            () if self.speaks_of_part() => (Feature::PrepaymentWord, Field::Text, PART),
            () if self.candidates.is_unborn => (Feature::UnknownReference, Field::Text, UNBORN),
            () if self.candidates.names_unknown() => (Feature::UnknownReference, Field::Text, UNKNOWN),
            () => (Feature::AmountUnexplained, Field::Amount, NO_REASON),
        };
        weighing.add(feature, field, (0, 0), Subject::Whole, 0, bits);
    }

    /// The closed document of a customer, or of one nobody knows, that is quoted best.
    fn closed_of(&self, shard: &Shard, customer: CustomerIx) -> Option<&Candidate> {
        let is_own = |owner: CustomerIx| owner == customer || !shard.customers.is_known(owner);
        let own = self.candidates.list.iter().filter(|one| one.closed && is_own(shard.items.customer(one.item)));
        own.max_by(|left, right| left.bits.cmp(&right.bits).then_with(|| shard.items.by_number(right.item, left.item)))
    }

    /// The whole number of one closed document by somebody who pays for its customer.
    fn is_plain_duplicate(&self, closed: &Candidate, payer: &PayerScore) -> bool {
        let others = self.candidates.list.iter().filter(|one| one.item != closed.item);
        let is_alone = others.clone().all(|one| one.distracted || one.bits < REFERENCED);
        closed.is_full() && closed.is_strong() && closed.sharers == 1 && is_alone && payer.is_sure()
    }

    /// A word for money paid ahead by an account that pays for nobody else or with a customer number, and no document. The
    /// head of a group may pay for one of the others. What went to documents before may do so again, and money on account
    /// may be for what is due.
    fn is_plainly_prepaid(&self, shard: &Shard, line: &Line, payer: &PayerScore) -> bool {
        let quotes_nothing = || self.candidates.list.iter().all(|one| one.distracted || one.bits < REFERENCED);
        let is_alone = || payer.account_says == AccountSays::Own && !shard.customers.leads_others(payer.customer);
        let is_whole = self.extract.truncated.is_none();
        self.extract.remarks.is_paid_ahead()
            && is_whole
            && quotes_nothing()
            && payer.is_sure()
            && (payer.is_quoted() || is_alone())
            && self.was_kept(shard, line, payer.customer)
    }

    /// How often just this money of an account that pays for nobody else waited before without a word; zero when it
    /// went to documents as well.
    fn waited_before(&self, shard: &Shard, line: &Line, payer: &PayerScore) -> u32 {
        let seen = shard.learning.times_with(payer.customer, amount_sign(line.amount));
        if seen == 0 {
            return 0;
        }
        let is_own = payer.account_says == AccountSays::Own && payer.is_sure() && !shard.customers.leads_others(payer.customer);
        let says_something = || {
            let quotes = self.candidates.list.iter().any(|one| !one.distracted && one.bits >= REFERENCED);
            quotes || self.extract.truncated.is_some() || self.extract.period.is_some() || self.extract.remarks.deduction.is_some()
        };
        let has_number = || self.loose_numbers(&[], LEAST_TAIL).next().is_some();
        let mut earlier = shard.settlements.by_payer(self.payer.account, line.amount);
        let went_to_documents = earlier.any(|place| shard.settlements.get(place).is_some_and(|one| !one.applied.is_empty()));
        if is_own && !says_something() && !has_number() && !went_to_documents { seen } else { 0 }
    }

    /// True when such money of the customer waited before; without a past, when it is plainly ahead or nothing is due.
    fn was_kept(&self, shard: &Shard, line: &Line, customer: CustomerIx) -> bool {
        let was = |habit: Habit| shard.learning.times(customer, habit) > 0;
        match self.extract.remarks.is_on_account() {
            true => !was(Habit::Spread) && (was(Habit::Ahead) || !owes(shard, line, customer)),
            false => was(Habit::Ahead) || !was(Habit::Spread),
        }
    }

    /// No advice, no number nobody knows, no hint at more documents, one payment, and money above the items may be kept.
    fn says_nothing_else(&self, shard: &Shard, line: &Line) -> bool {
        let is_accepted = shard.policy.overpayment == Overpayment::OnAccount;
        let is_unknown = self.candidates.unknown.is_some() || self.candidates.has_stray;
        is_accepted && !is_unknown && self.advices.is_empty() && !self.extract.remarks.others && !line.batch && !self.payer.ambiguous
    }
}

/// True when a document of the customer is due in the currency of the line.
fn owes(shard: &Shard, line: &Line, customer: CustomerIx) -> bool {
    let Some(currency) = shard.items.code_of(line.currency) else { return false };
    let mut holdings = Vec::new();
    shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut holdings);
    let is_due = |item: &ItemIx| shard.items.due(*item) <= line.value_on.days() && shard.items.currency_code(*item) == currency;
    holdings.iter().any(|item| is_due(item) && !shard.items.is_credit_note(*item) && !shard.items.is_disputed(*item))
}

/// True when an open item of the customer or its group asks for the amount: it may be meant.
fn asks_for(shard: &Shard, line: &Line, customer: CustomerIx) -> bool {
    let Some(currency) = shard.items.code_of(line.currency) else { return false };
    let mut of_amount = shard.amounts.find(&shard.items, currency, line.amount, MOST_OF_AMOUNT);
    !shard.asking(customer, line.currency, line.amount).is_empty()
        || of_amount.any(|(item, _)| shard.customers.are_related(shard.items.customer(item), customer))
}
