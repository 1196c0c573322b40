//! Remittance advices that belong to a line: by number, or by total and payer and date.

use super::{Draft, Workbench};
use crate::normal::{Form, hash, without_zeros};
use crate::proposal::{CustomerIx, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::advices::{Advice, AdviceRow};
use crate::shard::items::ItemText;
use crate::shard::numbers::KeyForm;
use crate::shard::postings::Posting;

/// A payer counts as the advice's from this weight on.
const LIKELY: i32 = 4_000;
/// Days between an advice and its money.
const WINDOW: i32 = 12;
/// Digits a number has at least that is only the end of a document's.
const SHORTEST_TAIL: usize = 2;
/// Customers of the payer whose documents are compared, and documents of each.
const COMPARED_PAYERS: usize = 4;
const COMPARED_ITEMS: usize = 400;

impl Workbench {
    pub(super) fn link_advices(&mut self, shard: &Shard, line: &Line) {
        self.advices.clear();
        if shard.advices.is_empty() {
            return;
        }
        self.advices.extend_from_slice(&self.candidates.advices);
        let quoted = self.extract.amounts.iter().filter(|amount| amount.currency.is_some_and(|currency| currency != line.currency));
        let foreign = line.instructed.map(|(amount, _)| amount).into_iter().chain(quoted.map(|amount| amount.minor));
        for place in std::iter::once(line.amount).chain(foreign).flat_map(|total| shard.advices.by_total(total)) {
            let belongs = shard.advices.get(*place).is_some_and(|advice| self.is_by_payer(shard, line, advice));
            if belongs && !self.advices.contains(place) {
                self.advices.push(*place);
            }
        }
        self.advices.truncate(4);
    }

    /// True when the line quotes the number of the advice; else only its total and its payer agree.
    pub(super) fn is_quoted_advice(&self, advice: u32) -> bool {
        self.candidates.advices.contains(&advice)
    }

    /// What the advice of a draft says each of its items gets: of several rows for one item their sum. Empty when it does not
    /// say it of every one.
    pub(super) fn stated_by_advice(&self, shard: &Shard, draft: &Draft) -> Vec<i64> {
        let Some(advice) = draft.advice.and_then(|place| shard.advices.get(place)) else { return Vec::new() };
        let rows: Vec<(ItemIx, i64)> =
            advice.rows.iter().filter_map(|row| Some((advice_item(shard, row, &self.scope)?, row.net))).collect();
        let net = |item: ItemIx| {
            let own = rows.iter().filter(|(known, _)| *known == item);
            let sum = own.clone().try_fold(0_i64, |sum, (_, net)| sum.checked_add(*net))?;
            own.clone().next().map(|_| if shard.items.is_credit_note(item) { -sum.abs() } else { sum })
        };
        draft.items.iter().map(|item| net(*item)).collect::<Option<Vec<i64>>>().unwrap_or_default()
    }

    /// True when the advice of a draft says of every item what it gets, and that is the money.
    pub(super) fn follows_advice(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        let Some(first) = draft.items.first().filter(|_| draft.advice.is_some()) else { return false };
        let currency = shard.items.currency(*first);
        let paid = std::iter::once((line.amount, line.currency)).chain(line.instructed);
        let stated = self.stated_by_advice(shard, draft);
        let sum = stated.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount));
        !stated.is_empty() && paid.into_iter().any(|(amount, of)| of == currency && Some(amount) == sum)
    }

    fn is_by_payer(&self, shard: &Shard, line: &Line, advice: &Advice) -> bool {
        let is_near = advice.date.is_none_or(|date| (line.value_on.days() - date).abs() <= WINDOW);
        let same_account = advice.account != 0 && advice.account == self.payer.account;
        let same_name = advice.name != 0 && advice.name == self.payer.name;
        let pays_for = |customer: CustomerIx| {
            let likely = self.payer.scores.iter().filter(|score| score.total() >= LIKELY);
            likely.clone().any(|score| score.customer == customer || shard.customers.are_related(score.customer, customer))
        };
        let quotes =
            || advice.rows.iter().any(|row| advice_item(shard, row, &self.scope).is_some_and(|item| pays_for(shard.items.customer(item))));
        is_near && (same_account || same_name || quotes())
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
    let written = Form::of(row.document.as_bytes()).digits();
    let tail = without_zeros(written.as_bytes());
    if tail.is_empty() {
        return None;
    }
    let runs = |item: ItemIx| shard.items.bytes(item, ItemText::Number).split(|byte| !byte.is_ascii_digit());
    let is_run = |item: ItemIx| runs(item).any(|run| without_zeros(run) == tail);
    let is_end = |item: ItemIx| tail.len() >= SHORTEST_TAIL && runs(item).any(|run| run.ends_with(tail));
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
