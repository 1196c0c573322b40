//! What speaks against a reading: contradictions block an auto whatever the sum.

use super::{REFERENCED, Weighing};
use crate::candidates::Candidate;
use crate::distance::one_edit;
use crate::extract::{Mark, Meaning, Period};
use crate::matcher::{BEFORE_ISSUE, Draft, Workbench};
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{Block, Feature, Field, ItemIx, Subject};
use crate::record::Line;
use crate::relation::{Relation, RelationKind};
use crate::shard::Shard;
use crate::shard::items::ItemText;

/// What a list of tails loses that names an item twice or leaves a tail aside.
const UNBOUND_TAIL: i32 = -8_000;
/// What a reading without a quotation loses when the text quotes a number nobody knows, and when that number lies beyond
/// the newest of the seller: then the document has not come yet.
const UNKNOWN: i32 = -6_000;
const UNBORN: i32 = -16_000;
/// The same when the payer paid just as much for something else before: likelier it does so again.
const PAID_AS_MUCH: i32 = -16_000;
/// The same when the text speaks of money nobody asked for.
const NOT_ASKED: i32 = -6_000;
/// What a reading without a quotation loses when the text quotes an order whose document is paid.
const PAID_ORDER: i32 = -6_000;
/// What a closed document takes away that stands beside open ones which explain the money.
const PAID_BESIDE: i32 = -2_000;
/// The same of one that an advice lists.
const ADVISED_CLOSED: i32 = -2_000;
/// What speaks for money left over that is just what a closed document beside the open ones asked for.
const PAID_TWICE: i32 = 8_000;
/// What a document loses that does not explain the money when another of the customer does.
const ASKED_ELSEWHERE: i32 = -16_000;
/// Equal parts a document may be paid in.
const MOST_PARTS: i64 = 4;
/// Days in which a second payment of a document is likelier than an old number in the text.
const RECENTLY: i32 = 20;
/// Items of an amount whose numbers are compared.
const MOST_COMPARED: usize = 64;
/// What the month named in the text says for the documents issued in it, and against a document of another month.
pub(super) const PERIOD: i32 = 5_000;
const PERIOD_DIFFERS: i32 = -5_000;
/// Days a value date may lie behind the order.
const VALUE_AFTER_ORDER: i32 = 4;

impl Workbench {
    /// `surplus` is the money the reading leaves on account.
    pub(super) fn add_contradictions(
        &self,
        shard: &Shard,
        line: &Line,
        draft: &Draft,
        payer: &PayerScore,
        surplus: i64,
        weighing: &mut Weighing,
    ) {
        if payer.account_says == AccountSays::Contradicts || self.is_strangers(shard, line, draft) {
            weighing.block(Block::AccountContradicts);
        }
        if payer.name_says == NameSays::Contradicts {
            weighing.block(Block::NameContradicts);
        }
        self.add_quoted_others(shard, line, draft, payer, surplus, weighing);
        self.add_edits(shard, line, draft, payer, weighing);
        self.add_tails(draft, weighing);
        if is_unheard_of(payer) && self.has_neighbour(shard, line, draft) || self.names_other_customer(shard, draft, payer) {
            weighing.block(Block::CustomerAmbiguous);
        }
        self.add_dates(shard, line, draft, weighing);
        self.add_period(shard, line, draft, weighing);
        let referenced =
            draft.advice.is_some() || draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(Candidate::is_strong);
        if !referenced && self.payer.ambiguous && !is_clear(payer, self) {
            weighing.block(Block::CustomerAmbiguous);
        }
        if !referenced && self.quotes_advice_of_others(&draft.items) {
            weighing.block(Block::UnknownReference);
        }
        if let Some((closed, _)) = self.closed_beside(shard, line, draft) {
            weighing.against(Feature::ClosedReference, Field::Advice, Subject::Item(closed), ADVISED_CLOSED, Block::ClosedReference);
        }
        if line.batch {
            weighing.block(Block::Batch);
        }
        if let Some(place) = self.candidates.unknown {
            let window = &self.extract.windows[place];
            let is_explained = draft
                .items
                .iter()
                .filter_map(|item| self.candidates.of(*item))
                .any(|one| one.atoms.0 <= window.last && window.first <= one.atoms.1 && one.bits > 0);
            if !is_explained && !self.quotes_in_full(&draft.items) {
                weighing.block(Block::UnknownReference);
            }
        }
        if self.candidates.names_unknown() && !self.is_referenced(draft) && !self.is_nearly_quoted(draft) {
            let bits = if self.candidates.is_unborn { UNBORN } else { UNKNOWN };
            weighing.against(Feature::QuotedItemIgnored, Field::Text, Subject::Whole, bits, Block::UnknownReference);
        } else if !self.is_referenced(draft) && self.names_another(shard, draft) {
            let bits = if self.paid_as_much(shard, line) { PAID_AS_MUCH } else { UNKNOWN };
            weighing.against(Feature::QuotedItemIgnored, Field::Text, Subject::Whole, bits, Block::UnknownReference);
        }
        if !self.is_referenced(draft) && self.speaks_of_part() {
            weighing.add(Feature::PrepaymentWord, Field::Text, (0, 0), Subject::Whole, 0, NOT_ASKED);
        }
        for item in draft.items.iter().filter(|item| shard.items.is_disputed(**item)) {
            weighing.add(Feature::Disputed, Field::Ledger, (0, 0), Subject::Item(*item), 0, 500);
            if !self.is_referenced(draft) {
                weighing.block(Block::Disputed);
            }
        }
    }

    /// One document that does not explain the money, and another of the customer that asks for just this: likelier its number
    /// is the wrong one than that so much was paid by accident.
    pub(super) fn add_asked_elsewhere(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation, weighing: &mut Weighing) {
        let [item] = draft.items.as_slice() else { return };
        let is_loose = matches!(relation.kind, RelationKind::Overpayment | RelationKind::ShortPaySilent | RelationKind::Unexplained);
        let remarks = &self.extract.remarks;
        let is_part = |parts: i64| line.amount.saturating_mul(parts).abs_diff(shard.items.total(*item)) <= parts.unsigned_abs();
        let is_instalment = (2..=MOST_PARTS).any(is_part);
        if !is_loose || is_instalment || draft.advice.is_some() || self.speaks_of_part() || remarks.deduction.is_some() || remarks.others {
            return;
        }
        let customer = shard.items.customer(*item);
        let is_other = |other: &ItemIx| other != item && shard.items.customer(*other) == customer;
        if let Some(other) = self.asking.iter().map(|(_, other)| *other).find(is_other) {
            weighing.add(Feature::AmountElsewhere, Field::Amount, (0, 0), Subject::Item(other), 0, ASKED_ELSEWHERE);
        }
    }

    /// True when the account is known, never for one of these customers, and one that it pays for is asked for the money.
    fn is_strangers(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        draft.items.iter().any(|item| self.payer.is_stranger(shard, shard.items.customer(*item)))
            && *self.is_account_asked.get_or_init(|| self.payer.is_asked(shard, line.currency, line.amount))
    }

    /// True for one document beside what is called the customer number of another, and is not this customer's: one of the two
    /// numbers may be mistyped.
    fn names_other_customer(&self, shard: &Shard, draft: &Draft, payer: &PayerScore) -> bool {
        let is_other = |one: &PayerScore| one.is_quoted() && !shard.customers.are_related(one.customer, payer.customer);
        draft.items.len() == 1
            && payer.number == 0
            && self.payer.scores.iter().any(is_other)
            && self.extract.atoms.iter().any(|atom| atom.mark == Some(Mark::Customer))
    }

    /// True when another item asks for the same amount and its number is one slip of the pen away from the one quoted.
    fn has_neighbour(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        let [item] = draft.items.as_slice() else { return false };
        let is_by_number = self.candidates.of(*item).is_some_and(|one| one.feature != Feature::StructuredReference && is_own_number(one));
        let Some(currency) = shard.items.code_of(line.currency).filter(|_| is_by_number && shard.items.open(*item) == line.amount) else {
            return false;
        };
        let number = shard.items.bytes(*item, ItemText::Number);
        let mut asking = shard.amounts.find(&shard.items, currency, line.amount, MOST_COMPARED);
        asking.any(|(other, _)| one_edit(shard.items.bytes(other, ItemText::Number), number).is_some())
    }

    /// True when an advice or a quotation speaks for one of the items.
    fn is_referenced(&self, draft: &Draft) -> bool {
        draft.advice.is_some()
            || draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(|one| one.bits > 1_500 && !one.distracted)
    }

    /// True when what the text quotes is one slip of the pen away from an item's number.
    fn is_nearly_quoted(&self, draft: &Draft) -> bool {
        draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(|one| one.feature == Feature::EditedReference)
    }

    /// A number that is only nearly the item's: it must not be another document's, and the payer's customer must have no
    /// other item of the amount.
    fn add_edits(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore, weighing: &mut Weighing) {
        let [item] = draft.items.as_slice() else { return };
        let Some(own) = self.candidates.of(*item).filter(|one| one.feature == Feature::EditedReference) else { return };
        let is_another = |other: &&Candidate| other.item != *item && other.atoms == own.atoms && is_own_number(other) && !other.distracted;
        if let Some(other) = self.candidates.list.iter().find(is_another) {
            weighing.against(Feature::QuotedItemIgnored, Field::Text, Subject::Item(other.item), -2_000, Block::QuotedItemDiffers);
        }
        let has_twin = || shard.asking(payer.customer, line.currency, line.amount).iter().any(|twin| twin != item);
        if !payer.is_sure() || has_twin() {
            weighing.block(Block::UnknownReference);
        }
    }

    /// Tails bind before amounts: one tail names one item, and a searched set leaves no tail aside.
    fn add_tails(&self, draft: &Draft, weighing: &mut Weighing) {
        let is_tail = |one: &&Candidate| one.feature == Feature::TailReference && !one.distracted;
        let own: Vec<&Candidate> = draft.items.iter().filter_map(|item| self.candidates.of(*item)).filter(is_tail).collect();
        if draft.items.len() < 2 || own.is_empty() {
            return;
        }
        let is_repeated =
            own.iter().enumerate().any(|(place, one)| one.sharers > 1 && own[..place].iter().any(|other| other.atoms == one.atoms));
        let is_used = |place: u16| {
            draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(|one| one.atoms.0 <= place && place <= one.atoms.1)
        };
        let leaves_aside =
            draft.fit.is_some() && self.candidates.list.iter().filter(is_tail).any(|one| !one.closed && !is_used(one.atoms.0));
        if is_repeated || leaves_aside {
            weighing.against(Feature::QuotedItemIgnored, Field::Text, Subject::Whole, UNBOUND_TAIL, Block::SetNotUnique);
        }
    }

    /// Documents that are quoted for sure and that this reading leaves aside.
    fn add_quoted_others(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore, surplus: i64, weighing: &mut Weighing) {
        let unreferenced = !self.is_referenced(draft);
        for other in self.candidates.list.iter().filter(|one| !draft.items.contains(&one.item)) {
            if unreferenced && is_paid_order(other) && !self.shares_key(draft, other) {
                weighing.against(Feature::ClosedReference, Field::Text, Subject::Item(other.item), PAID_ORDER, Block::ClosedReference);
                continue;
            }
            if !other.is_strong() {
                // A weak quotation of another document is enough against a reading that has none of its own.
                let is_named = || is_own_number(other) || self.extract.follows(other.atoms.0, |meaning| meaning == Meaning::Invoice);
                let is_payers = || other.bits >= 1_500 && is_named() && shard.items.customer(other.item) == payer.customer;
                let is_quoted = unreferenced && !other.distracted && ((other.is_full() && other.sharers == 1) || is_payers());
                if is_quoted {
                    let (feature, block) = if other.closed {
                        (Feature::ClosedReference, Block::ClosedReference)
                    } else {
                        (Feature::QuotedItemIgnored, Block::QuotedItemDiffers)
                    };
                    weighing.against(feature, Field::Text, Subject::Item(other.item), -other.bits.max(1_000), block);
                }
                continue;
            }
            if self.shares_key(draft, other) {
                continue;
            }
            let is_by_number = is_own_number(other);
            if other.closed && is_by_number && self.is_paid_long_ago(shard, line, draft, payer, other) {
                weighing.add(Feature::ClosedReference, Field::Text, (0, 0), Subject::Item(other.item), 0, PAID_BESIDE);
            } else if other.closed && surplus > 0 && surplus == shard.items.total(other.item) {
                // The closed document is paid a second time beside the open ones.
                weighing.against(Feature::ClosedReference, Field::Text, Subject::Item(other.item), PAID_TWICE, Block::ClosedReference);
            } else if other.closed && is_by_number {
                weighing.against(Feature::ClosedReference, Field::Text, Subject::Item(other.item), -10_000, Block::ClosedReference);
            } else if !other.closed {
                let bits = if is_by_number { -6_000 } else { -2_000 };
                weighing.against(Feature::QuotedItemIgnored, Field::Text, Subject::Item(other.item), bits, Block::QuotedItemDiffers);
            }
        }
    }

    /// True when the same words of the text quote one of the draft's items at least as well.
    fn shares_key(&self, draft: &Draft, other: &Candidate) -> bool {
        let mut quoted = draft.items.iter().filter_map(|item| self.candidates.of(*item));
        quoted.any(|own| own.atoms == other.atoms && own.bits >= other.bits)
    }

    /// A closed document beside open ones that are quoted by their numbers and come to the whole money, by the customer's
    /// own account: it was paid before, and another amount.
    fn is_paid_long_ago(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore, closed: &Candidate) -> bool {
        let is_quoted = |item: &u32| self.candidates.of(*item).is_some_and(|one| one.is_strong() && is_own_number(one) && one.sharers == 1);
        let open: i64 = draft.items.iter().map(|item| shard.items.signed_open(*item)).sum();
        let was_paid_now = shard.settlements.by_item(closed.item).any(|place| {
            shard
                .settlements
                .get(place)
                .is_some_and(|earlier| (line.value_on.days() - earlier.on).abs() <= RECENTLY || earlier.amount == line.amount)
        });
        open == line.amount
            && shard.items.total(closed.item) != line.amount
            && !was_paid_now
            && payer.account_says == AccountSays::Own
            && payer.name_says != NameSays::Contradicts
            && draft.items.iter().all(is_quoted)
    }

    fn add_dates(&self, shard: &Shard, line: &Line, draft: &Draft, weighing: &mut Weighing) {
        let paid = line.value_on.days();
        let early = draft.items.iter().find(|item| {
            shard.items.is_dated(**item) && !shard.items.is_credit_note(**item) && paid + BEFORE_ISSUE < shard.items.issued(**item)
        });
        if let Some(item) = early {
            weighing.against(Feature::PaidBeforeIssue, Field::ValueDate, Subject::Item(*item), -5_000, Block::PaidBeforeIssue);
        }
    }

    /// The month the text names, where nothing else names the documents. A set of several months may be a balance.
    /// The month of the payment itself says nothing, `Zahlung 03/26` is written in March: of equal documents any may be meant.
    fn add_period(&self, shard: &Shard, line: &Line, draft: &Draft, weighing: &mut Weighing) {
        let Some(period) = self.extract.period.filter(|_| !self.is_referenced(draft)) else { return };
        if !draft.items.iter().all(|item| shard.items.is_dated(*item)) {
            return;
        }
        let is_issued = |item: &ItemIx| period.has(shard.items.issued(*item));
        if draft.items.iter().all(is_issued) {
            let (field, span) = self.extract.span(period.atoms.0, period.atoms.1);
            weighing.add(Feature::Period, field, span, Subject::Whole, 0, PERIOD);
        }
        let [item] = draft.items.as_slice() else { return };
        let twins = twins(shard, *item);
        let is_due = |item: &ItemIx| period.has(shard.items.due(*item));
        let is_payment = is_month_of_payment(period, line);
        let says_nothing = is_payment && twins.is_empty();
        // Billed ahead, the month is that of the due date; the document issued in it may be paid already.
        let is_billed_ahead = is_due(item) && !twins.iter().any(is_issued);
        let has_other = || is_payment || (!is_due(item) && twins.iter().any(|twin| is_due(twin) && !is_issued(twin)));
        match (is_issued(item), is_billed_ahead) {
            (true, _) if !twins.is_empty() && has_other() => weighing.block(Block::SetNotUnique),
            (false, true) if !says_nothing => weighing.block(Block::SetNotUnique),
            (false, false) if !says_nothing => {
                weighing.against(Feature::PeriodDiffers, Field::Text, Subject::Item(*item), PERIOD_DIFFERS, Block::QuotedItemDiffers);
            }
            _ => {}
        }
    }
}

/// True for the month in which the payment was ordered or may have been: value dates lie up to a holiday and a weekend behind.
fn is_month_of_payment(period: Period, line: &Line) -> bool {
    let value_on = line.value_on.days();
    [value_on, value_on - VALUE_AFTER_ORDER, line.booked_on.days()].into_iter().any(|day| period.has(day))
}

/// An order or delivery note whose document is closed.
fn is_paid_order(candidate: &Candidate) -> bool {
    candidate.closed && candidate.feature == Feature::OrderReference && candidate.bits >= REFERENCED && !candidate.distracted
}

/// Other open items of the customer that ask for what is open of this one.
fn twins(shard: &Shard, item: ItemIx) -> Vec<ItemIx> {
    let items = &shard.items;
    let mut asking = shard.asking(items.customer(item), items.currency(item), items.open(item));
    asking.retain(|other| *other != item);
    asking
}

/// True when this customer is clearly better than every other that is not of its group.
fn is_clear(payer: &PayerScore, bench: &Workbench) -> bool {
    let best_other = bench.payer.scores.iter().filter(|score| score.customer != payer.customer).map(PayerScore::total).max().unwrap_or(0);
    payer.total() - best_other >= crate::payer::AMBIGUOUS
}

/// A quotation by the number, not by an order, a tail or something that is only nearly the number.
pub(super) fn is_own_number(candidate: &Candidate) -> bool {
    candidate.is_by_number() && candidate.feature != Feature::TailReference && candidate.feature != Feature::EditedReference
}

/// True when neither account nor name nor number says anything about the customer.
fn is_unheard_of(payer: &PayerScore) -> bool {
    payer.account_says == AccountSays::Nothing && payer.name_says == NameSays::Nothing && payer.number == 0
}
