//! Weighing one reading: references, amount, payer, and what speaks against it. The weight is the sum of the evidence.

mod against;
mod habits;
mod money;
mod oldest;
mod on_account;
mod other_names;
mod readings;

use quittance_types::Currency;

use self::habits::Accustomed;
pub(super) use self::readings::may_be_fee;
use super::drafts::customers_of;
use super::{Draft, Workbench};
use crate::bits::Millibits;
use crate::candidates::{Candidate, STRONG};
use crate::extract::Meaning;
use crate::normal::{Form, name_key};
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{
    Allocation, Block, CustomerIx, DifferenceKind, Evidence, Feature, Field, Hypothesis, HypothesisKind, ItemIx, MatchClass, Subject,
};
use crate::record::Line;
use crate::relation::{AutoCondition, Relation, RelationKind, Share};
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;
use crate::shard::items::ItemText;
use crate::shard::numbers::last_digits;

/// References of one reading count at most this much together.
const CAP_REFERENCES: Millibits = 40_000;
/// Digits of a number that is no tail, and of a tail.
const LEAST_NUMBER: u32 = 4;
const LEAST_TAIL: u32 = 3;
/// Digits with which a cut number begins at least.
const LEAST_BEGINNING: usize = 5;
/// Items of an amount that are compared.
const MOST_OF_AMOUNT: usize = 64;
/// A reference at least this heavy makes its item referenced.
pub(super) const REFERENCED: Millibits = 1_500;
/// The weight of an advice that belongs to the line.
const ADVICE: Millibits = 20_000;
/// The weight of one whose number the line does not quote, only its total and its payer agree.
const ADVICE_OF_TOTAL: Millibits = 12_000;
/// The weight of one whose rows do not come to the money.
const ADVICE_IN_PART: Millibits = 4_000;

/// What is gathered about a reading.
#[derive(Default)]
pub(super) struct Weighing {
    pub evidence: Vec<Evidence>,
    pub blocks: Vec<Block>,
}

impl Weighing {
    pub fn add(&mut self, feature: Feature, field: Field, span: (u16, u16), subject: Subject, sharers: u32, bits: Millibits) {
        if bits != 0 {
            self.evidence.push(Evidence { feature, field, span, subject, sharers, bits });
        }
    }

    pub fn against(&mut self, feature: Feature, field: Field, subject: Subject, bits: Millibits, block: Block) {
        self.add(feature, field, (0, 0), subject, 0, bits);
        self.block(block);
    }

    pub fn block(&mut self, block: Block) {
        if !self.blocks.contains(&block) {
            self.blocks.push(block);
        }
    }
}

impl Workbench {
    /// The hypothesis a draft makes; none when its items do not go together.
    pub(super) fn evaluate(&self, shard: &Shard, line: &Line, draft: &Draft) -> Option<Hypothesis> {
        if draft.items.is_empty() {
            return self.without_items(shard, line, draft);
        }
        let mut weighing = Weighing { evidence: Vec::with_capacity(8), blocks: Vec::new() };
        let first = *draft.items.first()?;
        let currency = shard.items.currency(first);
        if draft.items.iter().any(|item| shard.items.currency(*item) != currency || shard.items.open(*item) == 0) {
            return None;
        }
        let referenced = self.add_references(shard, line, draft, &mut weighing);
        let payer = self.payer_of(shard, draft);
        let (relation, explained) = self.relation_of(shard, line, draft, referenced, &payer)?;
        if relation.per_item.iter().any(|share| share.applied == 0) || !is_found(draft, &relation) {
            return None;
        }
        self.add_amount(shard, line, draft, &relation, explained, &mut weighing);
        self.add_payer(&payer, &mut weighing);
        self.add_contradictions(shard, line, draft, &payer, relation.on_account, &mut weighing);
        self.add_asked_elsewhere(shard, line, draft, &relation, &mut weighing);
        let auto = relation.auto.is_met(referenced, payer.is_sure());
        if explained && (!auto || self.needs_person(shard, line, draft, &relation) || is_beside_a_sister(&relation, &payer)) {
            weighing.block(Block::RelationNeedsPerson);
        }
        let is_contradicted = draft.items.iter().any(|item| shard.items.is_contradicted(*item));
        if is_contradicted || self.is_other_advice(shard, line, draft, &relation) || self.is_stated_otherwise(shard, line, draft, &relation)
        {
            weighing.block(Block::RelationNeedsPerson);
        }
        if draft.advice.is_some_and(|advice| !self.is_quoted_advice(advice)) && !payer.is_sure() {
            weighing.block(Block::CustomerAmbiguous);
        }
        let habit = self.habit(shard, line, draft, &relation, &payer);
        let month = self.named_month(shard, line, draft, &relation, &payer);
        if month.is_none() {
            self.add_fit_blocks(draft, referenced, habit.is_some(), &payer, &mut weighing);
        }
        if let Some(Accustomed { feature, whose, seen }) = habit {
            weighing.add(feature, Field::Ledger, (0, 0), whose, seen, habits::HABIT);
        }
        let is_told = weighing.evidence.iter().any(|one| one.feature == Feature::Period);
        if let Some(period) = month.filter(|_| !is_told) {
            let (field, span) = self.extract.span(period.atoms.0, period.atoms.1);
            weighing.add(Feature::Period, field, span, Subject::Whole, 0, against::PERIOD);
        }
        if draft.kind == HypothesisKind::Amount && draft.items.len() == 1 && !referenced && self.also_adds_up == Some(payer.customer) {
            weighing.block(Block::SetNotUnique);
        }
        let is_by_amount = weighing.blocks.contains(&Block::AmountOnly);
        if !referenced && month.is_none() && !is_by_amount && payer.is_name_alone() {
            let block = if has_namesake(shard, payer.customer) { Block::CustomerAmbiguous } else { Block::NameOnly };
            weighing.block(block);
        }
        if self.is_loose_in_group(draft, &payer) {
            weighing.block(Block::CustomerAmbiguous);
        }
        let match_class = class_of(self, draft, &relation, referenced, &payer);
        Some(self.finish(draft, &relation, weighing, match_class, shard.items.customer(first)))
    }

    /// Several documents and money that does not add up: a number may be missing or one too many. A text that means more
    /// than it quotes is no overpayment.
    fn needs_person(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation) -> bool {
        let is_loose = matches!(
            relation.kind,
            RelationKind::ShortPaySilent | RelationKind::Overpayment | RelationKind::ShortPayReason | RelationKind::Instalment
        );
        let is_stated_by_advice = self.follows_advice(shard, line, draft);
        let says_more = self.extract.remarks.others && is_loose && !is_stated_by_advice;
        let is_alone = || {
            !self.candidates.list.iter().any(|one| one.is_by_number() && !one.distracted && !draft.items.contains(&one.item))
                && self.candidates.unknown.is_none()
        };
        let is_open_ended = matches!(relation.kind, RelationKind::ShortPaySilent | RelationKind::Overpayment);
        let leaves_aside = || {
            let customer = draft.items.first().map(|item| shard.items.customer(*item));
            self.candidates.list.iter().any(|one| {
                let is_quoted = one.bits >= REFERENCED && !one.closed && !one.distracted && against::is_own_number(one);
                is_quoted && Some(shard.items.customer(one.item)) == customer && !draft.items.contains(&one.item)
            })
        };
        let is_advised = draft.advice.is_some_and(|advice| self.is_quoted_advice(advice) || !self.speaks_of_part());
        let referenced = is_advised
            || draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(|one| one.bits >= REFERENCED && !one.distracted);
        let is_stated = relation.kind == RelationKind::ShortPayReason && relation.auto != AutoCondition::Never;
        let is_strong = |item: &ItemIx| self.candidates.of(*item).is_some_and(Candidate::is_strong);
        (is_loose && draft.items.len() > 1 && draft.advice.is_none() && (!is_stated || !is_of_one_group(shard, draft)))
            || says_more
            || (is_open_ended && (!is_alone() || asks_for_all(shard, line, draft)))
            || (relation.kind == RelationKind::Overpayment
                && (self.extract.remarks.deduction.is_some()
                    || self.leaves_digits_aside(shard, draft, LEAST_TAIL)
                    || self.names_unread_invoice(draft)))
            || (relation.kind == RelationKind::ShortPaySilent && self.leaves_digits_aside(shard, draft, LEAST_NUMBER))
            || (self.speaks_of_credit() && !is_cleared(relation) && self.has_credit_note(shard, draft))
            || (is_loose && self.names_credit_note(shard, draft))
            || self.has_other_reading(shard, line, draft, relation)
            || (relation.kind == RelationKind::FxRate && draft.items.len() > 1 && !draft.items.iter().all(is_strong))
            || (!referenced && self.has_sister_with_amount(shard, line, draft))
            || (relation.kind == RelationKind::ShortPayReason && leaves_aside())
            || (!referenced && self.speaks_of_part())
            || takes_undated_discount(shard, draft, relation)
            || (!is_cleared(relation) && self.is_paid_in_other_currency(shard, line, draft))
    }

    /// True when the payer ordered, or wrote, what is open in just this amount, but of another currency: the documents may be
    /// in that.
    fn is_paid_in_other_currency(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        let open = shard.items.sum_open(&draft.items);
        let quoted = self.extract.amounts.iter().filter_map(|quoted| Some((quoted.minor, quoted.currency?)));
        let is_other =
            |currency: Currency| currency != line.currency && draft.items.iter().all(|item| shard.items.currency(*item) == line.currency);
        line.instructed.into_iter().chain(quoted).any(|(amount, currency)| Some(amount) == open && is_other(currency))
    }

    /// True when another customer of the group, or one the account pays for, asks for the same money: nothing but the payer
    /// tells them apart.
    fn has_sister_with_amount(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        let (Some(item), Some(currency)) = (draft.items.first(), shard.items.code_of(line.currency)) else { return false };
        let customer = shard.items.customer(*item);
        let is_sister =
            |other: CustomerIx| other != customer && (shard.customers.are_related(other, customer) || self.payer.pays_for(other));
        let mut asking = shard.amounts.find(&shard.items, currency, line.amount, MOST_OF_AMOUNT);
        asking.any(|(other, _)| is_sister(shard.items.customer(other)))
    }

    /// True when the text holds digits, so many or more and explained by nothing, in which a number of another open item of
    /// the customer ends or with which it begins: that item may be meant.
    fn leaves_digits_aside(&self, shard: &Shard, draft: &Draft, least: u32) -> bool {
        let loose: Vec<&[u8]> = self.loose_numbers(&draft.items, least).map(|place| self.extract.bytes(place)).collect();
        let Some(customer) = draft.items.first().filter(|_| !loose.is_empty()).map(|item| shard.items.customer(*item)) else {
            return false;
        };
        let mut holdings = Vec::new();
        shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut holdings);
        let may_mean = |item: &ItemIx, digits: &[u8]| {
            let number = shard.items.bytes(*item, ItemText::Number);
            let begins = || digits.len() >= LEAST_BEGINNING && Form::of(number).digits().as_bytes().starts_with(digits);
            last_digits(number).ends_with(digits) || begins()
        };
        holdings.iter().filter(|item| !draft.items.contains(item)).any(|item| loose.iter().any(|digits| may_mean(item, digits)))
    }

    /// True when a number behind a word for invoices is explained by nothing: money left over may be meant for it.
    fn names_unread_invoice(&self, draft: &Draft) -> bool {
        let is_invoice = |place: u16| self.extract.follows(place, |meaning| meaning == Meaning::Invoice);
        self.loose_numbers(&draft.items, LEAST_NUMBER).any(is_invoice)
    }

    /// A return or a credit note is spoken of.
    fn speaks_of_credit(&self) -> bool {
        self.extract.remarks.deduction.is_some_and(|(reason, _)| reason == "return")
    }

    fn has_credit_note(&self, shard: &Shard, draft: &Draft) -> bool {
        let Some(customer) = draft.items.first().map(|item| shard.items.customer(*item)) else { return false };
        let mut holdings = Vec::new();
        shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut holdings);
        holdings.iter().any(|item| shard.items.is_credit_note(*item))
    }

    /// An advice that does not say how this money is spread, and whose documents do not come to it by a usual discount either: a
    /// rate would hide a document that is missing.
    fn is_other_advice(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation) -> bool {
        let Some(advice) = draft.advice.and_then(|place| shard.advices.get(place)) else { return false };
        let is_own = |currency: Currency| draft.items.iter().all(|item| shard.items.currency(*item) == currency);
        let mut paid = std::iter::once((line.amount, line.currency)).chain(line.instructed);
        let is_total = paid.any(|(amount, of)| amount == advice.total && (is_own(of) || self.pays_whole_advice(shard, draft)));
        match relation.kind {
            RelationKind::Exact | RelationKind::FxInstructed => false,
            RelationKind::Discount | RelationKind::MixedDiscount | RelationKind::Rounding | RelationKind::FxRate if is_total => false,
            _ => !self.follows_advice(shard, line, draft),
        }
    }

    /// The text says what each document gets, and the reading gives them something else.
    fn is_stated_otherwise(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation) -> bool {
        let stated = if draft.advice.is_none() { self.stated_by_text(shard, line, draft) } else { Vec::new() };
        relation.per_item.iter().zip(&stated).any(|(share, stated)| share.applied != *stated)
    }

    /// A payer of several customers, and a number that is only a tail, cut or mistyped: another of them may be meant.
    fn is_loose_in_group(&self, draft: &Draft, payer: &PayerScore) -> bool {
        let [item] = draft.items.as_slice() else { return false };
        let loose = [Feature::TailReference, Feature::TruncatedReference, Feature::EditedReference];
        let is_loose = self.candidates.of(*item).is_some_and(|one| loose.contains(&one.feature));
        is_loose && payer.pays_for_others()
    }

    /// An instalment or money paid ahead: an amount that happens to agree means nothing.
    fn speaks_of_part(&self) -> bool {
        self.extract.remarks.instalment || self.extract.remarks.says(Meaning::Prepaid)
    }

    fn finish(&self, draft: &Draft, relation: &Relation, weighing: Weighing, match_class: MatchClass, customer: CustomerIx) -> Hypothesis {
        let on_account = if relation.exchanged { 0 } else { relation.on_account };
        Hypothesis {
            kind: self.kind_of(draft, relation),
            customer: Some(customer),
            allocations: allocations(draft.items.iter().copied(), relation),
            on_account,
            bits: weighing.evidence.iter().map(|one| one.bits).sum(),
            evidence: weighing.evidence,
            blocks: weighing.blocks,
            match_class,
            oldest_first: draft.fit.is_some_and(|fit| fit.oldest_first),
        }
    }

    /// The quotations of the draft's items; true when one of them refers to it.
    fn add_references(&self, shard: &Shard, line: &Line, draft: &Draft, weighing: &mut Weighing) -> bool {
        let mut left = CAP_REFERENCES;
        let mut referenced = false;
        if let Some(advice) = draft.advice {
            let bits = match () {
                () if !self.follows_advice(shard, line, draft) => ADVICE_IN_PART,
                () if self.is_quoted_advice(advice) => ADVICE,
                () => ADVICE_OF_TOTAL,
            };
            weighing.add(Feature::AdviceRow, Field::Advice, (0, 0), Subject::Whole, advice.saturating_add(1), bits);
            left -= bits;
            referenced = true;
        }
        let mut seen: Vec<(u16, u16)> = Vec::new();
        for candidate in draft.items.iter().filter_map(|item| self.candidates.of(*item)) {
            // One quotation of an order stands for all its items together.
            let is_repeated = candidate.sharers > 1 && seen.contains(&candidate.atoms);
            seen.push(candidate.atoms);
            let bits = if is_repeated { candidate.bits.min(1_000) } else { self.reference_bits(candidate, draft) }.min(left);
            let (field, span) = self.extract.span(candidate.atoms.0, candidate.atoms.1);
            // What is quoted is shown also when the others weigh enough.
            let (feature, subject, sharers) = (candidate.feature, Subject::Item(candidate.item), candidate.sharers);
            weighing.evidence.push(Evidence { feature, field, span, subject, sharers, bits });
            left -= bits;
            referenced |= candidate.bits >= REFERENCED && !candidate.distracted;
        }
        referenced
    }

    /// A key several items share is whole again when all of them are paid.
    fn reference_bits(&self, candidate: &Candidate, draft: &Draft) -> Millibits {
        let together =
            draft.items.iter().filter_map(|item| self.candidates.of(*item)).filter(|other| other.atoms == candidate.atoms).count();
        let is_whole = candidate.sharers > 1 && together == candidate.sharers as usize;
        if is_whole { candidate.bits + crate::bits::log2(u64::from(candidate.sharers)) } else { candidate.bits }
    }

    /// The payer's evidence for the draft: of several customers the best, weakened when others contradict.
    pub(super) fn payer_of(&self, shard: &Shard, draft: &Draft) -> PayerScore {
        let customers = customers_of(shard, draft.items.iter().copied());
        let mut best: Option<PayerScore> = None;
        let mut worst: Option<PayerScore> = None;
        for customer in customers {
            let score = self.payer.score(shard, customer, &self.candidates);
            if best.is_none_or(|known| known.total() < score.total()) {
                best = Some(score);
            }
            if worst.is_none_or(|known| known.total() > score.total()) {
                worst = Some(score);
            }
        }
        match (best, worst) {
            (Some(_), Some(worst)) if !worst.is_sure() && worst.total() < 0 => worst,
            (Some(best), _) => best,
            _ => PayerScore::default(),
        }
    }

    pub(super) fn add_payer(&self, payer: &PayerScore, weighing: &mut Weighing) {
        let (account, name) = payer.shares();
        let subject = Subject::Customer(payer.customer);
        weighing.add(payer.account_feature(), Field::PayerAccount, (0, 0), subject, 0, account);
        weighing.add(payer.name_feature(), Field::PayerName, (0, 0), subject, 0, name);
        weighing.add(Feature::CustomerNumber, Field::Text, (0, 0), subject, 0, payer.number);
    }

    /// What a searched set lacks. A habit says which set is meant, not that so many sets fit that one does by accident.
    fn add_fit_blocks(&self, draft: &Draft, referenced: bool, is_habit: bool, payer: &PayerScore, weighing: &mut Weighing) {
        // Of documents that are all named no other set comes into question.
        let Some(fit) = draft.fit.filter(|_| !self.names_each(&draft.items)) else {
            if !referenced && !payer.is_sure() {
                let is_distracted = draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(|one| one.distracted);
                weighing.block(Block::AmountOnly);
                if is_distracted {
                    weighing.block(Block::DistractorOnly);
                }
            }
            return;
        };
        let is_set = draft.items.len() > 1;
        // Beside something quoted any remainder can be filled, and the customer's further items were not all looked at.
        let is_filled_up = draft.kind == HypothesisKind::Completed;
        let is_searched = is_set && draft.kind != HypothesisKind::Tails && (is_filled_up || !fit.natural);
        if !is_habit && (!fit.unique || (fit.oldest_first && (is_searched || (is_set && !referenced)))) {
            weighing.block(Block::SetNotUnique);
        }
        let is_doubtful = payer.account_says != AccountSays::Own || self.loose_numbers(&draft.items, LEAST_NUMBER).next().is_some();
        let is_loose = is_searched && (is_filled_up || fit.chance > 1_000 || is_doubtful || !referenced);
        if fit.chance > 10_000 || (!is_habit && is_loose) {
            weighing.block(Block::SetByChance);
        }
    }

    /// Atoms that are numbers of so many digits or more in the text and that none of the items explains.
    pub(super) fn loose_numbers<'b>(&'b self, items: &'b [ItemIx], least: u32) -> impl Iterator<Item = u16> + 'b {
        let explained = move |place: u16| {
            items.iter().filter_map(|item| self.candidates.of(*item)).any(|one| one.atoms.0 <= place && place <= one.atoms.1)
        };
        let numbers = (0_u16..).zip(&self.extract.atoms).filter(move |(place, atom)| {
            let in_text = self.extract.place(atom.start as usize).0 == Field::Text;
            in_text && !atom.is_letters && atom.end - atom.start >= least && atom.mark.is_none() && !explained(*place)
        });
        numbers.map(|(place, _)| place)
    }

    fn kind_of(&self, draft: &Draft, relation: &Relation) -> HypothesisKind {
        use HypothesisKind::{Completed, Netting, Referenced, Subset, Tails};
        let nets = relation.per_item.iter().any(|share| share.applied < 0);
        match draft.kind {
            HypothesisKind::Advice => draft.kind,
            _ if nets => Netting,
            Tails | Subset | Completed if self.names_each(&draft.items) => Referenced,
            kind => kind,
        }
    }

    /// True when each of the items is quoted in full, and no other by the same words.
    fn names_each(&self, items: &[ItemIx]) -> bool {
        items.iter().all(|item| self.candidates.of(*item).is_some_and(|one| one.is_full() && one.sharers == 1))
    }

    /// True when one of the items is quoted in full.
    pub(super) fn quotes_in_full(&self, items: &[ItemIx]) -> bool {
        items.iter().filter_map(|item| self.candidates.of(*item)).any(Candidate::is_full)
    }
}

fn allocations(items: impl Iterator<Item = ItemIx>, relation: &Relation) -> Vec<Allocation> {
    let part =
        |(item, share): (ItemIx, &Share)| Allocation { item, applied: share.applied, adjustment: share.adjustment, kind: share.kind };
    items.zip(&relation.per_item).map(part).collect()
}

/// True when a customer outside the group has the same name but for the legal form.
fn has_namesake(shard: &Shard, customer: CustomerIx) -> bool {
    let key = name_key(shard.customers.tokens(customer));
    shard.customers.names.get(key).any(|posting| !shard.customers.are_related(posting.item(), customer))
}

/// True when another item of the customer asks for just what was paid: it may be meant.
fn asks_for_all(shard: &Shard, line: &Line, draft: &Draft) -> bool {
    let mut paid = std::iter::once((line.amount, line.currency)).chain(line.instructed);
    let Some(customer) = draft.items.first().map(|item| shard.items.customer(*item)) else { return false };
    let is_other = |item: &ItemIx| !draft.items.contains(item);
    paid.any(|(amount, currency)| shard.asking(customer, currency, amount).iter().any(is_other))
}

/// True when what was searched by its amount comes to the money as it was searched: a set for open amounts, some of them
/// less discount, a single document for any reason but being paid short.
fn is_found(draft: &Draft, relation: &Relation) -> bool {
    use RelationKind::{Discount, Exact, FxInstructed, Instalment, MixedDiscount, Rounding, ShortPaySilent, Unexplained};
    let is_set = draft.fit.is_some() && draft.items.len() > 1;
    let is_single = draft.kind == HypothesisKind::Amount && draft.fit.is_none();
    match relation.kind {
        Exact | Discount | MixedDiscount | Rounding | FxInstructed => true,
        ShortPaySilent | Unexplained | Instalment => !is_set && !is_single,
        _ => !is_set,
    }
}

/// True when a document gets a discount of which nobody knows whether it was in time.
fn takes_undated_discount(shard: &Shard, draft: &Draft, relation: &Relation) -> bool {
    let is_discount = |share: &Share| matches!(share.kind, Some(DifferenceKind::Discount | DifferenceKind::DiscountUnearned));
    draft.items.iter().zip(&relation.per_item).any(|(item, share)| is_discount(share) && shard.items.has_undated_discount(*item))
}

/// True when all documents are of one customer or its group.
fn is_of_one_group(shard: &Shard, draft: &Draft) -> bool {
    let customer = |item: &ItemIx| shard.items.customer(*item);
    let Some(first) = draft.items.first().map(customer) else { return true };
    draft.items.iter().map(customer).all(|other| other == first || shard.customers.are_related(other, first))
}

/// True when nothing stays open or on account, and no fee or late discount explains the difference.
fn is_cleared(relation: &Relation) -> bool {
    use RelationKind::{Discount, Exact, FxInstructed, FxRate, MixedDiscount, Rounding};
    matches!(relation.kind, Exact | Discount | MixedDiscount | Rounding | FxInstructed | FxRate)
}

/// Money left over, and only the group is known to pay, or money missing without a word from an account that pays for others:
/// another of its customers may have been meant.
fn is_beside_a_sister(relation: &Relation, payer: &PayerScore) -> bool {
    let is_surplus = relation.on_account > 0 && payer.account_says == AccountSays::Linked;
    let is_short = relation.kind == RelationKind::ShortPaySilent && payer.pays_for_others();
    (is_surplus || is_short) && payer.name_says != NameSays::Same && payer.number == 0
}

fn class_of(bench: &Workbench, draft: &Draft, relation: &Relation, referenced: bool, payer: &PayerScore) -> MatchClass {
    let [item] = draft.items.as_slice() else { return MatchClass::D };
    let is_exact = matches!(relation.kind, RelationKind::Exact | RelationKind::FxInstructed);
    match () {
        () if bench.quotes_in_full(&[*item]) && is_exact && bench.candidates.of(*item).is_some_and(|one| one.alone >= STRONG) => {
            MatchClass::A
        }
        () if referenced && relation.kind != RelationKind::Unexplained => MatchClass::B,
        () if !referenced && payer.is_sure() && relation.kind != RelationKind::Unexplained => MatchClass::C,
        () => MatchClass::E,
    }
}
