//! What speaks against a reading: contradictions block an auto whatever the sum.

use super::Weighing;
use crate::candidates::Candidate;
use crate::matcher::{Draft, Workbench};
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{Block, Feature, Field, Subject};
use crate::record::Line;
use crate::shard::Shard;

/// Days a payment may come before the document's date: value dates lie back.
const BEFORE_ISSUE: i32 = 2;

impl Workbench {
    pub(super) fn add_contradictions(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore, weighing: &mut Weighing) {
        if payer.account_says == AccountSays::Contradicts {
            weighing.block(Block::AccountContradicts);
        }
        if payer.name_says == NameSays::Contradicts {
            weighing.block(Block::NameContradicts);
        }
        self.add_quoted_others(draft, weighing);
        self.add_dates(shard, line, draft, weighing);
        let referenced =
            draft.advice.is_some() || draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(Candidate::is_strong);
        if !referenced && self.payer.ambiguous && !is_clear(payer, self) {
            weighing.block(Block::CustomerAmbiguous);
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
        for item in draft.items.iter().filter(|item| shard.items.is_disputed(**item)) {
            weighing.add(Feature::Disputed, Field::Ledger, (0, 0), Subject::Item(*item), 0, 500);
        }
    }

    /// Documents that are quoted for sure and that this reading leaves aside.
    fn add_quoted_others(&self, draft: &Draft, weighing: &mut Weighing) {
        let unreferenced = draft.advice.is_none()
            && !draft.items.iter().filter_map(|item| self.candidates.of(*item)).any(|one| one.bits > 1_500 && !one.distracted);
        for other in self.candidates.list.iter().filter(|one| !draft.items.contains(&one.item)) {
            if !other.is_strong() {
                // A weak quotation of another document is enough against a reading that has none of its own.
                let is_quoted = unreferenced && other.is_full() && other.sharers == 1;
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
            let shares_key = draft
                .items
                .iter()
                .filter_map(|item| self.candidates.of(*item))
                .any(|own| own.atoms == other.atoms && own.bits >= other.bits);
            if shares_key {
                continue;
            }
            let is_by_number = other.is_by_number() && other.feature != Feature::TailReference && other.feature != Feature::EditedReference;
            if other.closed && is_by_number {
                weighing.against(Feature::ClosedReference, Field::Text, Subject::Item(other.item), -10_000, Block::ClosedReference);
            } else if !other.closed {
                let bits = if is_by_number { -6_000 } else { -2_000 };
                weighing.against(Feature::QuotedItemIgnored, Field::Text, Subject::Item(other.item), bits, Block::QuotedItemDiffers);
            }
        }
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
}

/// True when this customer is clearly better than every other that is not of its group.
fn is_clear(payer: &PayerScore, bench: &Workbench) -> bool {
    let best_other = bench.payer.scores.iter().filter(|score| score.customer != payer.customer).map(PayerScore::total).max().unwrap_or(0);
    payer.total() - best_other >= crate::payer::AMBIGUOUS
}
