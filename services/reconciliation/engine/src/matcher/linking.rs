//! Remittance advices that belong to a line: by number, or by total and payer and date.

use super::Workbench;
use crate::normal::{Form, hash, without_zeros};
use crate::proposal::{CustomerIx, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::advices::{Advice, AdviceRow};
use crate::shard::numbers::KeyForm;
use crate::shard::postings::Posting;

/// Days between an advice and its money.
const WINDOW: i32 = 12;

impl Workbench {
    pub(super) fn link_advices(&mut self, shard: &Shard, line: &Line) {
        self.advices.clear();
        if shard.advices.is_empty() {
            return;
        }
        self.advices.extend_from_slice(&self.candidates.advices);
        for place in shard.advices.by_total(line.amount) {
            let belongs = shard.advices.get(*place).is_some_and(|advice| self.is_by_payer(shard, line, advice));
            if belongs && !self.advices.contains(place) {
                self.advices.push(*place);
            }
        }
        self.advices.truncate(4);
    }

    fn is_by_payer(&self, shard: &Shard, line: &Line, advice: &Advice) -> bool {
        let is_near = advice.date.is_none_or(|date| (line.value_on.days() - date).abs() <= WINDOW);
        let same_account = advice.account != 0 && advice.account == self.payer.account;
        let same_name = advice.name != 0 && advice.name == self.payer.name;
        let quotes = || {
            advice.rows.iter().any(|row| {
                advice_item(shard, row, &self.scope).is_some_and(|item| {
                    self.payer.scores.iter().any(|score| {
                        score.customer == shard.items.customer(item)
                            || shard.customers.are_related(score.customer, shard.items.customer(item))
                    })
                })
            })
        };
        let nobody = self.payer.scores.is_empty();
        is_near && (same_account || same_name || nobody || quotes())
    }
}

/// The document a row of an advice means: an open one before a closed one, a whole number before its short forms; of
/// several alike one of the payer's customers, then one with the row's amount.
pub(crate) fn advice_item(shard: &Shard, row: &AdviceRow, payers: &[CustomerIx]) -> Option<ItemIx> {
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

/// Items of one key that are compared.
const SHARERS: usize = 64;

/// Lower is better: closed, not the payer's, form, other amount.
type Rank = (bool, bool, u8, bool);

fn rank(shard: &Shard, posting: Posting, row: &AdviceRow, payers: &[CustomerIx]) -> Rank {
    let item = posting.item();
    let open = shard.items.open(item);
    let gross = row.net.unsigned_abs().saturating_add(row.deduction.unsigned_abs());
    let is_payers = payers.contains(&shard.items.customer(item));
    (open == 0, !is_payers, KeyForm::of(posting) as u8, open.unsigned_abs() != gross && open.unsigned_abs() != row.net.unsigned_abs())
}
