//! Remittance advices that belong to a line: by number, or by total and payer and date.

use quittance_types::Currency;

use super::evaluate::may_be_fee;
use super::{Draft, Workbench};
use crate::normal::{Form, hash, without_zeros};
use crate::proposal::{CustomerIx, ItemIx};
use crate::record::Line;
use crate::relation::{FEE_SHARE, is_near};
use crate::shard::Shard;
use crate::shard::advices::AdviceRow;
use crate::shard::items::ItemText;
use crate::shard::numbers::KeyForm;
use crate::shard::postings::Posting;

/// A payer counts as the advice's from this weight on.
const LIKELY: i32 = 4_000;
/// Days between an advice and its money.
const WINDOW: i32 = 12;
/// Advices of a line.
const MOST_ADVICES: usize = 4;
/// Digits a number has at least that is only the end of a document's.
const SHORTEST_TAIL: usize = 2;
/// Customers of the payer whose documents are compared, and documents of each.
const COMPARED_PAYERS: usize = 4;
const COMPARED_ITEMS: usize = 400;

/// An advice that belongs to the line, and what it says of the documents it means.
#[derive(Clone, Debug)]
pub(crate) struct LinkedAdvice {
    /// Place among the advices.
    pub advice: u32,
    /// The line quotes its number; else only its total and its payer agree.
    pub is_quoted: bool,
    /// The documents its rows mean, each once in the order of their places, and what it says each gets: of several rows for
    /// one their sum, nothing when that is no amount.
    paid: Vec<(ItemIx, Option<i64>)>,
}

impl LinkedAdvice {
    fn of(shard: &Shard, place: u32, is_quoted: bool, payers: &[CustomerIx]) -> Option<LinkedAdvice> {
        let advice = shard.advices.get(place)?;
        let mut rows: Vec<(ItemIx, i64)> = advice.rows.iter().filter_map(|row| Some((advice_item(shard, row, payers)?, row.net))).collect();
        rows.sort_by_key(|(item, _)| *item);
        let stated = |same: &[(ItemIx, i64)]| {
            let item = same[0].0;
            let sum = same.iter().try_fold(0_i64, |sum, (_, net)| sum.checked_add(*net));
            (item, sum.map(|sum| if shard.items.is_credit_note(item) { -sum.abs() } else { sum }))
        };
        let paid = rows.chunk_by(|left, right| left.0 == right.0).map(stated).collect();
        Some(LinkedAdvice { advice: place, is_quoted, paid })
    }

    /// The documents its rows mean.
    pub fn items(&self) -> impl Iterator<Item = ItemIx> + '_ {
        self.paid.iter().map(|(item, _)| *item)
    }

    fn place(&self, item: ItemIx) -> Option<usize> {
        self.paid.binary_search_by_key(&item, |(known, _)| *known).ok()
    }

    fn paid(&self, item: ItemIx) -> Option<i64> {
        self.paid[self.place(item)?].1
    }
}

impl Workbench {
    pub(super) fn link_advices(&mut self, shard: &Shard, line: &Line) {
        self.advices.clear();
        if shard.advices.is_empty() {
            return;
        }
        let quoted_numbers = self.candidates.advices.iter();
        self.advices.extend(quoted_numbers.filter_map(|place| LinkedAdvice::of(shard, *place, true, &self.scope)));
        let quoted = self.extract.amounts.iter().filter(|amount| amount.currency.is_some_and(|currency| currency != line.currency));
        let foreign = line.instructed.map(|(amount, _)| amount).into_iter().chain(quoted.map(|amount| amount.minor));
        let before_charges = (line.charges > 0).then(|| line.amount.saturating_add(line.charges));
        for place in std::iter::once(line.amount).chain(before_charges).chain(foreign).flat_map(|total| shard.advices.by_total(total)) {
            if self.advices.len() >= MOST_ADVICES || self.advices.iter().any(|known| known.advice == *place) {
                continue;
            }
            let linked = self.link_by_payer(shard, line, *place);
            self.advices.extend(linked);
        }
        self.advices.truncate(MOST_ADVICES);
    }

    fn linked(&self, advice: u32) -> Option<&LinkedAdvice> {
        self.advices.iter().find(|one| one.advice == advice)
    }

    /// True when the line quotes advices, and one of these documents is meant by none of them.
    pub(super) fn quotes_advice_of_others(&self, items: &[ItemIx]) -> bool {
        let quoted = || self.advices.iter().filter(|one| one.is_quoted);
        let is_meant = |item: &ItemIx| quoted().any(|one| one.place(*item).is_some());
        quoted().next().is_some() && !items.iter().all(is_meant)
    }

    /// True when the line quotes the number of the advice; else only its total and its payer agree.
    pub(super) fn is_quoted_advice(&self, advice: u32) -> bool {
        self.linked(advice).is_some_and(|one| one.is_quoted)
    }

    /// What the advice of a draft says each of its items gets: of several rows for one item their sum. Empty when it does not
    /// say it of every one.
    pub(super) fn stated_by_advice(&self, draft: &Draft) -> Vec<i64> {
        let Some(linked) = draft.advice.and_then(|advice| self.linked(advice)) else { return Vec::new() };
        draft.items.iter().map(|item| linked.paid(*item)).collect::<Option<Vec<i64>>>().unwrap_or_default()
    }

    /// A closed document among those an advice lists, and what the closed ones get in sum, when with them the advice comes to
    /// the money.
    pub(super) fn closed_beside(&self, shard: &Shard, line: &Line, draft: &Draft) -> Option<(ItemIx, i64)> {
        let linked = draft.advice.and_then(|advice| self.linked(advice))?;
        let is_closed = |item: &ItemIx| shard.items.open(*item) == 0;
        let closed = linked.items().find(is_closed).filter(|closed| shard.items.currency(*closed) == line.currency)?;
        let sum = |wanted: &dyn Fn(&ItemIx) -> bool| {
            let mut paid = linked.paid.iter().filter(|(item, _)| wanted(item));
            paid.try_fold(0_i64, |sum, (_, paid)| sum.checked_add((*paid)?))
        };
        let (kept, spread) = (sum(&is_closed)?, sum(&|item| !is_closed(item))?);
        (kept > 0 && kept.checked_add(spread) == Some(line.amount)).then_some((closed, kept))
    }

    /// What the advice of a draft says all of its items get, and their currency; none when it does not say it of every one.
    fn advised(&self, shard: &Shard, draft: &Draft) -> Option<(i64, Currency)> {
        let currency = shard.items.currency(*draft.items.first()?);
        let stated = self.stated_by_advice(draft);
        let sum = stated.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount))?;
        (!stated.is_empty()).then_some((sum, currency))
    }

    /// True when all that the advice of a draft pays is for the items.
    pub(super) fn pays_whole_advice(&self, shard: &Shard, draft: &Draft) -> bool {
        let advice = draft.advice.and_then(|place| shard.advices.get(place));
        advice.zip(self.advised(shard, draft)).is_some_and(|(advice, (sum, _))| advice.total == sum)
    }

    /// True when the advice of a draft says of every item what it gets, and that is the money.
    pub(super) fn is_as_advised(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        let Some((sum, currency)) = self.advised(shard, draft) else { return false };
        let before_charges = (line.charges > 0).then(|| (line.amount.saturating_add(line.charges), line.currency));
        let mut paid = std::iter::once((line.amount, line.currency)).chain(before_charges).chain(line.instructed);
        paid.any(|(amount, of)| of == currency && amount == sum) || self.closed_beside(shard, line, draft).is_some()
    }

    /// True when the money is what the advice of a draft says, or nearly.
    pub(super) fn follows_advice(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        self.is_as_advised(shard, line, draft) || self.is_nearly_as_advised(shard, line, draft)
    }

    /// True when the items get all that an advice pays, and that is the money at the rate of the day where the line is in another
    /// currency, or less a bank's fee where the line quotes the advice and nothing else is missing. What is said of the money in
    /// the currency of the items goes before the rate.
    fn is_nearly_as_advised(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        let Some(place) = draft.advice.filter(|_| self.pays_whole_advice(shard, draft)) else { return false };
        let Some((sum, currency)) = self.advised(shard, draft) else { return false };
        if currency == line.currency {
            let is_fee = |fee: i64| may_be_fee(shard, line, fee) && fee <= sum / FEE_SHARE;
            let is_whole = shard.items.sum_open(&draft.items) == Some(sum);
            return is_whole && self.is_quoted_advice(place) && sum.checked_sub(line.amount).is_some_and(is_fee);
        }
        let at_rate = shard.rates.convert(line.amount, line.currency, currency);
        let is_at_rate = at_rate.is_some_and(|amount| is_near(amount, sum, shard.policy.fx_tolerance));
        is_at_rate && self.said_in(shard, line, currency, |amount| *amount == sum).is_none_or(|amount| amount == sum)
    }

    /// The advice, when its account or name is the payer's or it means documents the payer pays for, near its date; also when
    /// nothing is known of the payer.
    fn link_by_payer(&self, shard: &Shard, line: &Line, place: u32) -> Option<LinkedAdvice> {
        let advice = shard.advices.get(place)?;
        let is_near = advice.date.is_none_or(|date| (line.value_on.days() - date).abs() <= WINDOW);
        if !is_near {
            return None;
        }
        let is_same = |known: u64, own: u64| known != 0 && known == own;
        let is_payers = is_same(advice.account, self.payer.account) || is_same(advice.name, self.payer.name);
        let linked = LinkedAdvice::of(shard, place, false, &self.scope)?;
        let is_linked = is_payers || linked.items().any(|item| self.pays_for(shard, shard.items.customer(item)));
        // Of a payer nobody knows the total is worth a look.
        let is_strangers = || self.payer.scores.is_empty() && !linked.paid.is_empty();
        (is_linked || is_strangers()).then_some(linked)
    }

    fn pays_for(&self, shard: &Shard, customer: CustomerIx) -> bool {
        let mut likely = self.payer.scores.iter().filter(|score| score.total() >= LIKELY);
        likely.any(|score| score.customer == customer || shard.customers.are_related(score.customer, customer))
    }
}

/// The document a row of an advice means: an open one before a closed one, a whole number before its short forms; of
/// several alike one of the payer's customers, then one with the row's amount. Before the document of somebody else comes the
/// payer's open one whose number ends as written and that asks for the row's amount.
pub(crate) fn advice_item(shard: &Shard, row: &AdviceRow, payers: &[CustomerIx]) -> Option<ItemIx> {
    let found = by_number(shard, row, payers);
    let is_payers = found.is_some_and(|item| payers.contains(&shard.items.customer(item)));
    if is_payers { found } else { by_tail(shard, row, payers).or(found) }
}

fn by_number(shard: &Shard, row: &AdviceRow, payers: &[CustomerIx]) -> Option<ItemIx> {
    let form = Form::of(row.document.as_bytes());
    let key = form.as_bytes();
    if key.len() < 3 {
        return None;
    }
    let mut found: Vec<(Rank, ItemIx)> = Vec::new();
    for key in [key, without_zeros(key)] {
        found.extend(shard.numbers.get(hash(key)).take(SHARERS).map(|posting| (rank(shard, posting, row, payers), posting.item())));
    }
    found.sort_unstable();
    found.dedup_by_key(|(_, item)| *item);
    match found.as_slice() {
        [(first, item), (second, _), ..] if first != second => Some(*item),
        [(_, item)] => Some(*item),
        _ => None,
    }
}

fn by_tail(shard: &Shard, row: &AdviceRow, payers: &[CustomerIx]) -> Option<ItemIx> {
    let written = runs(row.document.as_bytes());
    let [.., tail] = *written.as_slice() else { return None };
    let number = |item: ItemIx| runs(shard.items.bytes(item, ItemText::Number));
    let is_run = |item: ItemIx| number(item).windows(written.len()).any(|part| part == written);
    let is_tail = written.len() == 1 && tail.len() >= SHORTEST_TAIL;
    let is_end = |item: ItemIx| is_tail && number(item).iter().any(|run| run.ends_with(tail));
    let mut found: Vec<(bool, ItemIx)> = Vec::new();
    let mut holdings = Vec::new();
    for payer in payers.iter().take(COMPARED_PAYERS) {
        shard.holdings.open(&shard.items, *payer, COMPARED_ITEMS, &mut holdings);
        let asking = holdings.iter().copied().filter(|item| asks_for(shard, row, *item));
        found.extend(asking.filter(|item| is_run(*item) || is_end(*item)).map(|item| (!is_run(item), item)));
    }
    found.sort_unstable();
    match *found.as_slice() {
        [(_, item)] | [(false, item), (true, _), ..] => Some(item),
        _ => None,
    }
}

/// The runs of digits of a number, without their zeros.
fn runs(number: &[u8]) -> Vec<&[u8]> {
    let digits = number.split(|byte| !byte.is_ascii_digit());
    digits.map(without_zeros).filter(|run| !run.is_empty()).collect()
}

/// True for an item that asks for what the row pays, with or without what it holds back.
fn asks_for(shard: &Shard, row: &AdviceRow, item: ItemIx) -> bool {
    let gross = row.net.unsigned_abs().saturating_add(row.deduction.unsigned_abs());
    let open = shard.items.open(item).unsigned_abs();
    open == gross || open == row.net.unsigned_abs()
}

/// True when the row names a document of the ledger by its number, and the amount is that of the document.
pub(crate) fn knows_row(shard: &Shard, row: &AdviceRow) -> bool {
    let gross = row.net.unsigned_abs().saturating_add(row.deduction.unsigned_abs());
    let has_amount = |item: ItemIx| asks_for(shard, row, item) || shard.items.total(item).unsigned_abs() == gross;
    by_number(shard, row, &[]).is_some_and(has_amount)
}

/// Items of one key that are compared.
const SHARERS: usize = 64;

/// Lower is better: closed, not the payer's, form, other amount.
type Rank = (bool, bool, u8, bool);

fn rank(shard: &Shard, posting: Posting, row: &AdviceRow, payers: &[CustomerIx]) -> Rank {
    let item = posting.item();
    let open = shard.items.open(item);
    let is_payers = payers.contains(&shard.items.customer(item));
    (open == 0, !is_payers, KeyForm::of(posting) as u8, !asks_for(shard, row, item))
}
