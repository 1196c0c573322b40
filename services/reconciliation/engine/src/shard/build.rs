use super::learn::Fees;
use super::numbers;
use super::postings::Postings;
use super::{Advices, Amounts, Customers, Holdings, Items, Learning, Seller, Settlements, Shapes, Shard};
use crate::normal::{name_key, name_tokens};
use crate::record::{AdviceRecord, ClosedRecord, ConfirmedRecord, CustomerRecord, ItemRecord, Policy, Rates, SellerRecord};

/// A confirmation that waits until all items are known.
#[derive(Debug)]
struct Waiting {
    date: quittance_types::BusinessDate,
    amount: i64,
    currency: quittance_types::Currency,
    texts: [String; 6],
    applied: Vec<(String, i64)>,
    differences: Vec<(String, i64)>,
}

/// Gathers the records of one seller. Records may come in any order, and the same records make the same shard in every
/// order; customers that only items name are made up by id. Of two items with the same number the one with more open
/// counts.
#[derive(Debug)]
pub struct ShardBuilder {
    shard: Shard,
    waiting: Vec<Waiting>,
}

impl ShardBuilder {
    /// An empty ledger.
    pub fn new(seller: &SellerRecord<'_>, policy: Policy, rates: Rates) -> Self {
        let mut tokens = Vec::new();
        name_tokens(seller.name, &mut tokens);
        tokens.sort_unstable();
        tokens.dedup();
        let name = if tokens.is_empty() { 0 } else { name_key(&tokens) };
        let shard = Shard {
            seller: Seller { currency: seller.currency, accounts: Vec::new(), name },
            policy,
            rates,
            items: Items::default(),
            customers: Customers::default(),
            numbers: Postings::default(),
            shapes: Shapes::default(),
            amounts: Amounts::default(),
            holdings: Holdings::default(),
            advices: Advices::default(),
            settlements: Settlements::default(),
            learning: Learning::default(),
            fees: Fees::default(),
            population: 0,
            record: crate::track_record::TrackRecord::default(),
            confirmations: 0,
        };
        let mut builder = ShardBuilder { shard, waiting: Vec::new() };
        seller.ibans.iter().for_each(|iban| builder.shard.own_account(iban));
        builder
    }

    /// Adds a customer.
    pub fn customer(&mut self, customer: &CustomerRecord<'_>) {
        self.shard.customers.add(customer);
    }

    /// True when a row named a customer of this id.
    pub fn knows_customer(&self, id: &str) -> bool {
        self.shard.customers.find(id).is_some()
    }

    /// Adds an open item.
    pub fn item(&mut self, item: &ItemRecord<'_>) {
        let customer = self.shard.customers.intern(item.customer);
        self.shard.items.push(item, customer);
    }

    /// Adds a closed item.
    pub fn closed(&mut self, closed: &ClosedRecord<'_>) {
        let customer = self.shard.customers.intern(closed.customer);
        self.shard.items.push_closed(closed, customer);
    }

    /// Adds a confirmed line of the past.
    pub fn confirmed(&mut self, confirmed: &ConfirmedRecord<'_>) {
        let texts = [
            confirmed.payer_name,
            confirmed.payer_account,
            confirmed.text,
            confirmed.structured_reference,
            confirmed.end_to_end_id,
            confirmed.customer,
        ];
        let owned = |pairs: &[(&str, i64)]| pairs.iter().map(|(text, amount)| ((*text).to_owned(), *amount)).collect();
        self.waiting.push(Waiting {
            date: confirmed.date,
            amount: confirmed.amount,
            currency: confirmed.currency,
            texts: texts.map(str::to_owned),
            applied: owned(confirmed.applied),
            differences: owned(confirmed.differences),
        });
    }

    /// Adds a remittance advice.
    pub fn advice(&mut self, advice: &AdviceRecord<'_>) {
        self.shard.advices.add(advice);
    }

    /// The finished shard.
    pub fn build(mut self) -> Shard {
        let shard = &mut self.shard;
        let customers = shard.customers.build();
        shard.items.settle(&customers);
        shard.numbers = numbers::build(&shard.items, &mut shard.shapes);
        shard.amounts = Amounts::build(&shard.items);
        shard.holdings = Holdings::build(&shard.items, shard.customers.len());
        shard.count_population();
        for waiting in self.waiting {
            let applied = borrowed(&waiting.applied);
            let differences = borrowed(&waiting.differences);
            let [payer_name, payer_account, text, structured_reference, end_to_end_id, customer] = &waiting.texts;
            self.shard.confirm(&ConfirmedRecord {
                date: waiting.date,
                amount: waiting.amount,
                currency: waiting.currency,
                payer_name,
                payer_account,
                text,
                structured_reference,
                end_to_end_id,
                customer,
                applied: &applied,
                differences: &differences,
            });
        }
        self.shard
    }
}

fn borrowed(pairs: &[(String, i64)]) -> Vec<(&str, i64)> {
    pairs.iter().map(|(text, amount)| (text.as_str(), *amount)).collect()
}
