//! The reading a person asks about: this line pays that item.

use super::evaluate::Weighing;
use super::{Draft, Workbench};
use crate::bits::Millibits;
use crate::proposal::{Block, Feature, Field, Hypothesis, HypothesisKind, ItemIx, LineClass, MatchClass, Subject};
use crate::record::Line;
use crate::shard::Shard;

/// The weight of a document in another currency that no rate leads to.
const CURRENCY_DIFFERS: Millibits = -8_000;

impl Workbench {
    /// What speaks for and against the item alone, as it is weighed beside all others.
    pub(crate) fn why_not(&mut self, shard: &Shard, line: &Line, item: ItemIx) -> Hypothesis {
        let class = self.look_up(shard, line);
        if class != LineClass::Receipt {
            return bare(shard, item, Block::NotReceivable);
        }
        let draft = Draft { kind: HypothesisKind::OneItem, items: vec![item], customer: None, fit: None, advice: None };
        self.evaluate(shard, line, &draft).unwrap_or_else(|| self.without_relation(shard, item))
    }

    /// Nothing is open, or no rate leads from one currency to the other.
    fn without_relation(&self, shard: &Shard, item: ItemIx) -> Hypothesis {
        let is_closed = shard.items.open(item) == 0;
        let mut weighing = Weighing::default();
        if let Some(quoted) = self.candidates.of(item) {
            let (field, span) = self.extract.span(quoted.atoms.0, quoted.atoms.1);
            weighing.add(quoted.feature, field, span, Subject::Item(item), quoted.sharers, quoted.bits);
        }
        let payer = self.payer.score(shard, shard.items.customer(item), &self.candidates);
        self.add_payer(&payer, &mut weighing);
        if !is_closed {
            weighing.against(Feature::CurrencyDiffers, Field::Amount, Subject::Item(item), CURRENCY_DIFFERS, Block::CurrencyDiffers);
        }
        let bits = weighing.evidence.iter().map(|one| one.bits).sum();
        let block = if is_closed { Block::NothingOpen } else { Block::CurrencyDiffers };
        Hypothesis { bits, evidence: weighing.evidence, ..bare(shard, item, block) }
    }
}

fn bare(shard: &Shard, item: ItemIx, block: Block) -> Hypothesis {
    Hypothesis {
        kind: HypothesisKind::OneItem,
        customer: Some(shard.items.customer(item)),
        allocations: Vec::new(),
        on_account: 0,
        bits: 0,
        evidence: Vec::new(),
        blocks: vec![block],
        match_class: MatchClass::E,
        oldest_first: false,
    }
}
