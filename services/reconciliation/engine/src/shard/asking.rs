//! Which documents of a customer ask for an amount.

use quittance_types::Currency;

use super::Shard;
use super::holdings::LOOKED_AT;
use crate::proposal::{CustomerIx, ItemIx};

/// Items that ask for one amount and are looked at one by one: of an amount of more, the customer's items are.
const FEW: usize = 64;

impl Shard {
    /// The open items of a customer that ask for this amount, in full or less a discount.
    pub(crate) fn asking(&self, customer: CustomerIx, currency: Currency, amount: i64) -> Vec<ItemIx> {
        if let Some(asking) = self.all_asking(currency, amount) {
            return asking.filter(|item| self.items.customer(*item) == customer).collect();
        }
        let Some(currency) = self.items.code_of(currency) else { return Vec::new() };
        let mut own = Vec::new();
        self.holdings.open(&self.items, customer, LOOKED_AT, &mut own);
        own.retain(|item| self.items.asks_for(*item, currency, amount));
        own
    }

    /// The open items of everybody that ask for this amount; none when they are not few, or nothing is in the currency.
    pub(crate) fn all_asking(&self, currency: Currency, amount: i64) -> Option<impl Iterator<Item = ItemIx> + '_> {
        let currency = self.items.code_of(currency)?;
        let are_few = !self.amounts.has_more(currency, amount, FEW);
        are_few.then(|| self.amounts.find(&self.items, currency, amount, FEW).map(|(item, _)| item))
    }
}
