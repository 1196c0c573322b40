//! Which documents of a customer ask for an amount.

use quittance_types::Currency;

use super::Shard;
use crate::proposal::{CustomerIx, ItemIx};

/// Items that ask for one amount and are looked at one by one: of an amount of more, the customer's items are.
const FEW: usize = 64;
/// Open items of a customer that are looked at, the earliest due first.
const MOST_HOLDINGS: usize = 400;

impl Shard {
    /// The open items of a customer that ask for this amount, in full or less a discount.
    pub(crate) fn asking(&self, customer: CustomerIx, currency: Currency, amount: i64) -> Vec<ItemIx> {
        let Some(currency) = self.items.code_of(currency) else { return Vec::new() };
        if self.amounts.has_more(currency, amount, FEW) {
            let mut own = Vec::new();
            self.holdings.open(&self.items, customer, MOST_HOLDINGS, &mut own);
            own.retain(|item| self.items.asks_for(*item, currency, amount));
            return own;
        }
        let asking = self.amounts.find(&self.items, currency, amount, FEW).map(|(item, _)| item);
        asking.filter(|item| self.items.customer(*item) == customer).collect()
    }
}
