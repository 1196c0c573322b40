//! The readings worth weighing, H1 to H10 of A3.

use quittance_types::BusinessDate;

use super::{Draft, Fit, OpenItem, Workbench};
use crate::candidates::{Candidate, STRONG};
use crate::normal::hash;
use crate::payer::PayerScore;
use crate::proposal::{CustomerIx, Feature, HypothesisKind, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::items::ItemText;
use crate::subset::{self, Question};

/// Single items that are weighed.
const MOST_SINGLES: usize = 8;
/// Readings of a line.
const MOST_DRAFTS: usize = 64;
/// Items of a customer that are searched when nothing is quoted, and beside something quoted: those due nearest to the
/// value date. More fit by chance alone.
const SEARCHED: usize = 20;
const SEARCHED_BESIDE: usize = 26;
/// Items of likely customers, and of others, that have the amount.
const MOST_OF_AMOUNT: usize = 12;
const MOST_OTHERS: usize = 4;
/// Steps of a search: the budget of a line.
const STEPS: u64 = 60_000;
/// Customers whose quoted documents are put together.
const MOST_QUOTED: usize = 6;
/// Documents that complete those quoted, unless they are a set people pay.
const MOST_COMPLETING: usize = 4;
/// Customers searched without any reference need this much evidence; so many of them are searched.
const LIKELY: i32 = 5_000;
const MOST_LIKELY: usize = 4;
/// So much less evidence than the best still makes a customer worth a search.
const NEARLY: i32 = 4_000;

impl Workbench {
    pub(super) fn draft(&mut self, shard: &Shard, line: &Line) {
        self.drafts.clear();
        if let Some(item) = self.only_item(shard, line) {
            self.push(shard, HypothesisKind::OneItem, vec![item], None);
            return;
        }
        self.draft_advices(shard);
        self.draft_singles(shard);
        self.draft_groups(shard, line);
        self.draft_closed(shard, line);
        self.draft_customers(shard, line);
    }

    /// The one document that is quoted, in full and for its exact amount, by somebody who pays for its customer: no other
    /// reading comes near.
    fn only_item(&self, shard: &Shard, line: &Line) -> Option<ItemIx> {
        let [only] = self.candidates.list.as_slice() else { return None };
        let is_quoted = only.is_full() && only.alone >= STRONG && only.sharers == 1 && !only.closed;
        let is_exact = || shard.items.signed_open(only.item) == line.amount && shard.items.currency(only.item) == line.currency;
        let is_plain = self.advices.is_empty() && self.candidates.unknown.is_none() && !self.candidates.has_stray;
        let payer = || self.payer.score(shard, shard.items.customer(only.item), &self.candidates);
        (is_quoted && is_plain && is_exact() && payer().is_sure()).then_some(only.item)
    }

    pub(super) fn push(&mut self, shard: &Shard, kind: HypothesisKind, mut items: Vec<ItemIx>, fit: Option<Fit>) {
        order(shard, &mut items);
        let known = self
            .drafts
            .iter()
            .any(|draft| draft.items == items && !items.is_empty() && draft.advice.is_none() && draft.fit.is_some() == fit.is_some());
        if !items.is_empty() && !known && self.drafts.len() < MOST_DRAFTS {
            self.drafts.push(Draft { kind, items, customer: None, fit, advice: None });
        }
    }

    /// H4: the documents of an advice that are open.
    fn draft_advices(&mut self, shard: &Shard) {
        for linked in &self.advices {
            let mut items: Vec<ItemIx> = linked.items().filter(|item| shard.items.open(*item) > 0).collect();
            order(shard, &mut items);
            if items.iter().any(|item| !shard.items.is_credit_note(*item)) {
                let advice = Some(linked.advice);
                self.drafts.push(Draft { kind: HypothesisKind::Advice, items, customer: None, fit: None, advice });
            }
        }
    }

    /// H1: the documents quoted, one at a time.
    fn draft_singles(&mut self, shard: &Shard) {
        let mut singles: Vec<Candidate> = self.candidates.list.iter().filter(|one| !one.closed).copied().collect();
        singles.sort_by(|left, right| right.bits.cmp(&left.bits).then_with(|| shard.items.by_number(left.item, right.item)));
        for one in singles.into_iter().take(MOST_SINGLES) {
            self.push(shard, HypothesisKind::OneItem, vec![one.item], None);
        }
    }

    /// H2, H3, H5, H6: the documents quoted together, per customer and over all.
    fn draft_groups(&mut self, shard: &Shard, line: &Line) {
        let open: Vec<Candidate> =
            self.candidates.list.iter().filter(|one| !one.closed && !one.distracted && one.bits > 0).copied().collect();
        let customers = customers_of(shard, open.iter().map(|one| one.item));
        let several = customers.len() > 1;
        if several {
            self.draft_sets(shard, &open);
        }
        for customer in customers.into_iter().take(MOST_QUOTED) {
            let own: Vec<Candidate> = open.iter().filter(|one| shard.items.customer(one.item) == customer).copied().collect();
            self.draft_sets(shard, &own);
            self.draft_order(shard, &own);
            self.draft_tails(shard, &own);
            self.complete(shard, line, customer, &own);
            self.draft_netting(shard, line, customer, &own);
        }
        if several {
            self.search_candidates(shard, line, &open);
        }
        self.complete_group(shard, line, &open);
    }

    fn draft_sets(&mut self, shard: &Shard, own: &[Candidate]) {
        let pick = |wanted: &dyn Fn(&Candidate) -> bool| own.iter().filter(|one| wanted(one)).map(|one| one.item).collect::<Vec<_>>();
        let sets = [
            (HypothesisKind::Referenced, pick(&|one: &Candidate| one.is_strong() && one.sharers == 1)),
            (HypothesisKind::Referenced, pick(&Candidate::is_strong)),
            (HypothesisKind::Tails, pick(&|one: &Candidate| one.is_by_number() && one.sharers == 1)),
            (HypothesisKind::Tails, pick(&|one: &Candidate| one.bits > 0)),
        ];
        for (kind, items) in sets {
            if items.len() > 1 {
                self.push(shard, kind, items, None);
            }
        }
    }

    /// Every document of one order that is quoted.
    fn draft_order(&mut self, shard: &Shard, own: &[Candidate]) {
        let orders: Vec<Candidate> = own.iter().filter(|one| one.feature == Feature::OrderReference && one.sharers > 1).copied().collect();
        for one in &orders {
            let items: Vec<ItemIx> = orders.iter().filter(|other| other.atoms == one.atoms).map(|other| other.item).collect();
            if items.len() > 1 {
                self.push(shard, HypothesisKind::Referenced, items, None);
            }
        }
    }

    /// H5: what is quoted for sure, completed by a search among what may be quoted, then among all of the customer.
    fn complete(&mut self, shard: &Shard, line: &Line, customer: CustomerIx, own: &[Candidate]) {
        if own.len() > 1 {
            self.search_candidates(shard, line, own);
        }
        let fixed: Vec<ItemIx> = own.iter().filter(|one| one.is_strong() && one.sharers == 1).map(|one| one.item).collect();
        let sum: i64 = fixed.iter().map(|item| shard.items.signed_open(*item)).sum();
        let is_explained = sum == line.amount || fixed.iter().any(|item| shard.items.currency(*item) != line.currency);
        if fixed.is_empty() || is_explained || sum >= line.amount {
            return;
        }
        self.search_customer(shard, line, customer, &fixed);
        self.draft_few(shard, line, &[customer], &fixed);
    }

    /// The sets of quoted documents that add up.
    fn search_candidates(&mut self, shard: &Shard, line: &Line, own: &[Candidate]) {
        let mut items: Vec<ItemIx> = own.iter().map(|one| one.item).filter(|item| shard.items.currency(*item) == line.currency).collect();
        order(shard, &mut items);
        if (2..=subset::HALVED).contains(&items.len()) {
            self.search(shard, line, &[], &items, HypothesisKind::Tails);
        }
    }

    fn search_customer(&mut self, shard: &Shard, line: &Line, customer: CustomerIx, fixed: &[ItemIx]) {
        let Some(currency) = shard.items.code_of(line.currency) else { return };
        let mut open_items = std::mem::take(&mut self.open_items);
        let holdings = open_items.of(shard, customer);
        let value_on = line.value_on.days();
        if fixed.is_empty() {
            self.draft_balance(shard, line, currency, holdings);
            self.draft_named_month(shard, line, currency, holdings);
            self.draft_months(shard, line, currency, holdings);
        }
        let counts = |one: &&OpenItem| one.may_be_paid(currency, value_on) && !one.is_credit_note && !fixed.contains(&one.item);
        let mut near: Vec<(i32, ItemIx)> = Vec::with_capacity(holdings.len());
        holdings.iter().filter(counts).for_each(|one| near.push(((one.due - value_on).abs(), one.item)));
        let most = if fixed.is_empty() { SEARCHED } else { SEARCHED_BESIDE };
        let nearer =
            |left: &(i32, ItemIx), right: &(i32, ItemIx)| left.0.cmp(&right.0).then_with(|| shard.items.by_number(left.1, right.1));
        if near.len() > most {
            near.select_nth_unstable_by(most, nearer);
            near.truncate(most);
        }
        let mut items: Vec<ItemIx> = near.into_iter().map(|(_, item)| item).collect();
        order(shard, &mut items);
        let kind = if fixed.is_empty() { HypothesisKind::Subset } else { HypothesisKind::Completed };
        self.search(shard, line, fixed, &items, kind);
        if fixed.is_empty() {
            self.draft_oldest(shard, line, currency, holdings);
        }
        self.open_items = open_items;
    }

    fn search(&mut self, shard: &Shard, line: &Line, fixed: &[ItemIx], items: &[ItemIx], kind: HypothesisKind) {
        if items.is_empty() {
            return;
        }
        let base: i64 = fixed.iter().map(|item| shard.items.signed_open(*item)).sum();
        let found = self.search_pass(shard, line, fixed, items, kind, line.amount - base, false);
        // Without a discount still to be had the second pass would only let cents choose documents.
        let is_live = |item: &ItemIx| best_price(shard, *item, line) != shard.items.signed_open(*item);
        if !found && items.iter().chain(fixed).any(is_live) {
            let base: i64 = fixed.iter().map(|item| best_price(shard, *item, line)).sum();
            self.search_pass(shard, line, fixed, items, kind, line.amount - base, true);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one pass of one search")]
    fn search_pass(
        &mut self,
        shard: &Shard,
        line: &Line,
        fixed: &[ItemIx],
        items: &[ItemIx],
        kind: HypothesisKind,
        target: i64,
        discounted: bool,
    ) -> bool {
        let candidates: Vec<subset::Candidate> = items.iter().map(|item| self.subset_candidate(shard, *item, line, discounted)).collect();
        let question =
            Question { candidates: &candidates, target, slack_per_item: i64::from(discounted), value_on: line.value_on, steps: STEPS };
        let findings = self.solver.search(&question);
        let mut found = false;
        for solution in findings.solutions() {
            let mut set: Vec<ItemIx> = solution.places().filter_map(|place| items.get(place).copied()).collect();
            set.extend_from_slice(fixed);
            found = true;
            if kind == HypothesisKind::Completed && set.len() > fixed.len() + MOST_COMPLETING && solution.natural.is_none() {
                continue;
            }
            let kind = if set.len() == 1 && fixed.is_empty() { HypothesisKind::Amount } else { kind };
            self.push(shard, kind, set, Some(Fit::of(&findings, solution)));
        }
        found
    }

    /// Items of one amount can stand for each other, unless different words of the text name them.
    fn subset_candidate(&self, shard: &Shard, item: ItemIx, line: &Line, discounted: bool) -> subset::Candidate {
        let amount = if discounted { best_price(shard, item, line) } else { shard.items.signed_open(item) };
        let order_text = shard.items.bytes(item, ItemText::PurchaseOrder);
        let order = if order_text.is_empty() { 0 } else { hash(order_text) };
        let due_on = BusinessDate::from_days(shard.items.due(item)).unwrap_or(BusinessDate::MIN);
        let is_named = self.candidates.of(item).is_some();
        let alike = u64::from(shard.policy.interchangeable_oldest_first && order == 0 && !is_named);
        subset::Candidate { amount, due_on, order, alike }
    }

    /// H10: a closed document is quoted, and nothing open explains the money.
    fn draft_closed(&mut self, shard: &Shard, line: &Line) {
        let closed = self
            .candidates
            .list
            .iter()
            .filter(|one| one.closed && (one.is_strong() || one.is_full()))
            .max_by(|left, right| left.bits.cmp(&right.bits).then_with(|| shard.items.by_number(right.item, left.item)));
        let Some(closed) = closed.copied() else { return };
        let fits = shard.items.total(closed.item) == line.amount
            || shard
                .settlements
                .by_item(closed.item)
                .any(|place| shard.settlements.get(place).is_some_and(|earlier| earlier.amount == line.amount));
        if fits {
            let customer = Some(self.payer_of_closed(shard, closed.item));
            self.drafts.push(Draft { kind: HypothesisKind::Duplicate, items: Vec::new(), customer, fit: None, advice: None });
        }
    }

    /// The customer of a closed document; where that is not known, who surely pays.
    fn payer_of_closed(&self, shard: &Shard, closed: ItemIx) -> CustomerIx {
        let customer = shard.items.customer(closed);
        let payer = self.payer.scores.iter().find(|score| score.is_sure() && shard.customers.is_known(score.customer));
        payer.filter(|_| !shard.customers.is_known(customer)).map_or(customer, |score| score.customer)
    }

    /// H7, H8, H9: the customers who may be paying.
    fn draft_customers(&mut self, shard: &Shard, line: &Line) {
        self.draft_amount(shard, line);
        let has_full = self.candidates.list.iter().any(|one| one.is_full() && !one.closed && shard.items.open(one.item) == line.amount);
        let quotes = self.candidates.list.iter().any(|one| one.is_strong() && one.is_by_number() && !one.closed);
        let best = self.payer.scores.first().map_or(0, PayerScore::total);
        let likely: Vec<(CustomerIx, bool)> = self
            .payer
            .scores
            .iter()
            .filter(|score| score.total() >= LIKELY)
            .take(MOST_LIKELY)
            .map(|score| (score.customer, !quotes && score.total() + NEARLY >= best))
            .collect();
        for (place, (customer, is_searched)) in likely.iter().enumerate() {
            if !has_full {
                self.draft_foreign(shard, line, *customer);
            }
            let has_amount = self.has_amount_of(shard, line, *customer);
            if place == 0 && has_amount && !has_full && !quotes {
                self.note_other_sets(shard, line, *customer);
            }
            if !has_full && !has_amount {
                if place == 0 {
                    self.search_customer(shard, line, *customer, &[]);
                }
                if *is_searched {
                    self.draft_near(shard, line, *customer);
                    self.draft_few(shard, line, &[*customer], &[]);
                }
            }
            self.drafts.push(Draft {
                kind: HypothesisKind::OnAccount,
                items: Vec::new(),
                customer: Some(*customer),
                fit: None,
                advice: None,
            });
        }
        let group = self.group();
        if !has_full && !quotes && group.len() > 1 && !likely.iter().any(|(customer, _)| self.has_amount_of(shard, line, *customer)) {
            self.draft_few(shard, line, &group, &[]);
        }
    }

    /// True when one document of the customer has the amount: then no set is looked for.
    fn has_amount_of(&self, shard: &Shard, line: &Line, customer: CustomerIx) -> bool {
        self.drafts.iter().any(|draft| {
            matches!(draft.items.as_slice(), [item] if shard.items.customer(*item) == customer && shard.items.open(*item) == line.amount && shard.items.currency(*item) == line.currency)
        })
    }

    /// Items with the amount: of likely customers, and all when they are few.
    fn draft_amount(&mut self, shard: &Shard, line: &Line) {
        self.read_asking(shard, line);
        let mut found = std::mem::take(&mut self.asking);
        found.sort_unstable_by(|left, right| right.0.cmp(&left.0).then_with(|| shard.items.by_due(left.1, right.1)));
        let others = found.iter().filter(|(in_scope, _)| !in_scope).take(MOST_OTHERS);
        let own = found.iter().filter(|(in_scope, _)| *in_scope).take(MOST_OF_AMOUNT);
        for (_, item) in own.chain(others) {
            self.push(shard, HypothesisKind::Amount, vec![*item], None);
        }
        self.asking = found;
    }
}

/// The customers of some items, in the order of their ids, each once.
pub(super) fn customers_of(shard: &Shard, items: impl Iterator<Item = ItemIx>) -> Vec<CustomerIx> {
    let mut customers: Vec<CustomerIx> = items.map(|item| shard.items.customer(item)).collect();
    customers.sort_unstable_by(|left, right| shard.customers.by_id(*left, *right));
    customers.dedup();
    customers
}

/// Brings items into the order of their numbers, each once.
pub(super) fn order(shard: &Shard, items: &mut Vec<ItemIx>) {
    items.sort_unstable_by(|left, right| shard.items.by_number(*left, *right));
    items.dedup();
}

/// What an item would take: its open amount, less a discount that is still to be had.
pub(super) fn best_price(shard: &Shard, item: ItemIx, line: &Line) -> i64 {
    let latest = line.value_on.days() - shard.policy.discount_grace_days;
    let left = shard.items.discounted(item).filter(|(_, until)| *until >= latest).map(|(left, _)| left).min();
    match left {
        Some(left) if !shard.items.is_credit_note(item) => left,
        Some(left) => -left,
        None => shard.items.signed_open(item),
    }
}
