//! Orders, delivery notes and creditor references of documents the ledger does not know.

use crate::extract::{Extract, Mark, Window};
use crate::matcher::{Draft, Workbench};
use crate::normal::{Form, Shape};
use crate::proposal::{Field, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::items::ItemText;

const NAMES: [ItemText; 4] = [ItemText::CreditorReference, ItemText::PurchaseOrder, ItemText::DeliveryNote, ItemText::Order];
/// Shorter names are like too many other things.
const SHORTEST: usize = 6;
/// What names of one kind begin with.
const BEGINNING: usize = 2;

impl Workbench {
    /// True when the text names something that looks like the order, the delivery note or the creditor reference of an item
    /// and is another one that no open document has: that of a document paid before, most often.
    pub(super) fn names_another(&self, shard: &Shard, draft: &Draft) -> bool {
        let windows = self.extract.windows.iter().enumerate();
        let names = self.names.get_or_init(|| windows.filter(|(_, window)| self.may_name(shard, window)).map(|(place, _)| place).collect());
        !names.is_empty() && draft.items.iter().any(|item| NAMES.iter().any(|name| self.names_like(shard, *item, *name, names)))
    }

    /// True when the account paid just this before.
    pub(super) fn paid_as_much(&self, shard: &Shard, line: &Line) -> bool {
        let mut earlier = shard.settlements.by_payer(self.payer.account, line.amount);
        earlier.any(|place| shard.settlements.get(place).is_some_and(|one| !one.applied.is_empty()))
    }

    fn names_like(&self, shard: &Shard, item: ItemIx, name: ItemText, names: &[usize]) -> bool {
        let own = Form::of(shard.items.bytes(item, name));
        let Some(beginning) = own.as_bytes().get(..BEGINNING).filter(|_| own.as_bytes().len() >= SHORTEST) else { return false };
        let shape = Shape::of(own.as_bytes());
        let mut like = names.iter().filter_map(|place| self.extract.windows.get(*place)).filter(|window| window.shape == shape);
        like.any(|window| window.form != own && window.form.as_bytes().starts_with(beginning))
    }

    /// True for a name of its own in the text, or what stands where the reference of the creditor belongs.
    fn may_name(&self, shard: &Shard, window: &Window) -> bool {
        if window.form.as_bytes().len() < SHORTEST {
            return false;
        }
        let (field, _) = self.extract.span(window.first, window.last);
        let is_free = || matches!(self.extract.mark(window.first, window.last), None | Some(Mark::Order));
        let is_written = || !window.has_blanks && self.extract.stands_alone(window) && is_free();
        let is_customers = || shard.customers.numbers.count(Extract::key(window)) > 0;
        (field == Field::StructuredReference || is_written()) && !self.candidates.touches(window) && !is_customers()
    }
}
