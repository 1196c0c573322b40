//! The sellers of the folder, each with the ledger that is being gathered for it.

use std::borrow::Cow;
use std::collections::HashMap;

use quittance_matching::record::{Rates, SellerRecord};
use quittance_matching::shard::ShardBuilder;
use quittance_types::{BusinessDate, Currency};

use crate::intake::{Odd, Refused};
use crate::tables::PolicyFile;

/// A seller as the folder describes it.
#[derive(Debug, Clone)]
pub(crate) struct Seller {
    pub id: String,
    pub name: String,
    pub country: String,
    /// Currency of its books.
    pub currency: Currency,
    pub accounts: Vec<String>,
}

/// A seller and what was read for it so far.
pub(crate) struct Ledger {
    pub seller: Seller,
    pub builder: ShardBuilder,
    pub customers: u64,
    pub items: u64,
    pub closed: u64,
    pub confirmed: u64,
}

/// All of them.
pub(crate) struct Ledgers {
    all: Vec<Ledger>,
    places: HashMap<String, usize>,
    /// True when `sellers.csv` says who the sellers are; otherwise they are taken from the rows.
    declared: bool,
    policy: PolicyFile,
    rates: Rates,
    /// Latest date of an open item.
    pub latest: BusinessDate,
    currencies: Currencies,
    /// Sellers of a customer by `customers.csv`; empty where there is one seller.
    owners: HashMap<String, Vec<String>>,
}

impl Ledgers {
    /// Without any seller yet.
    pub fn new(policy: PolicyFile, rates: Rates) -> Ledgers {
        let (all, places) = (Vec::new(), HashMap::default());
        let (currencies, owners) = (Currencies::default(), HashMap::new());
        Ledgers { all, places, declared: false, policy, rates, latest: BusinessDate::MIN, currencies, owners }
    }

    /// Adds a seller of `sellers.csv`, or further accounts of one that stands in an earlier row.
    pub fn declare(&mut self, mut seller: Seller) -> Result<(), Refused> {
        self.declared = true;
        let Some(known) = self.places.get(&seller.id).and_then(|place| self.all.get_mut(*place)) else {
            self.add(seller);
            return Ok(());
        };
        seller.accounts.retain(|account| !known.seller.accounts.contains(account));
        if known.seller.name != seller.name || seller.accounts.is_empty() {
            return Err(Refused::new("seller_id", "stands in an earlier row", &seller.id));
        }
        known.seller.accounts.extend(seller.accounts);
        Ok(())
    }

    fn add(&mut self, seller: Seller) -> usize {
        let place = self.all.len();
        let policy = self.policy.for_currency(seller.currency);
        // Its accounts are told when all rows were read.
        let record = SellerRecord { id: &seller.id, name: &seller.name, country: &seller.country, currency: seller.currency, ibans: &[] };
        let builder = ShardBuilder::new(&record, policy, self.rates.clone());
        self.places.insert(seller.id.clone(), place);
        self.all.push(Ledger { seller, builder, customers: 0, items: 0, closed: 0, confirmed: 0 });
        place
    }

    /// The ledger a row belongs to. Without `sellers.csv` every id a row names is a seller; without an id the row belongs
    /// to the only one.
    pub fn of(&mut self, id: &str) -> Result<&mut Ledger, Refused> {
        let place = match self.places.get(id) {
            Some(place) => *place,
            None if id.is_empty() && self.all.len() == 1 => 0,
            None if self.declared && id.is_empty() => return Err(Refused::new("seller_id", "is empty and there are several sellers", id)),
            None if self.declared => return Err(Refused::new("seller_id", "is no seller of sellers.csv", id)),
            None => self.add(Seller {
                id: id.to_owned(),
                name: String::new(),
                country: String::new(),
                currency: Currency::EUR,
                accounts: Vec::new(),
            }),
        };
        self.all.get_mut(place).ok_or_else(|| Refused::new("seller_id", "is no seller of sellers.csv", id))
    }

    /// True when `sellers.csv` names one seller: then everything is its.
    pub fn have_one_seller(&self) -> bool {
        self.declared && self.all.len() == 1
    }

    /// Notes that `customers.csv` has a customer for a seller.
    pub fn note_owner(&mut self, customer: &str, seller: &str) {
        if customer.is_empty() || seller.is_empty() {
            return;
        }
        let owners = self.owners.entry(customer.to_owned()).or_default();
        if !owners.iter().any(|owner| owner == seller) {
            owners.push(seller.to_owned());
        }
    }

    /// The seller of a row: the one it names, else the one its customer belongs to; empty when neither is known.
    pub fn seller_of<'s>(&self, seller: &'s str, customer: &str) -> Result<Cow<'s, str>, Refused> {
        if !seller.is_empty() {
            return Ok(Cow::Borrowed(seller));
        }
        match self.owners_of(customer) {
            [] => Ok(Cow::Borrowed(seller)),
            [only] => Ok(Cow::Owned(only.clone())),
            _ => Err(Refused::new("seller_id", "is empty, and customers.csv has the customer for several sellers", seller)),
        }
    }

    /// What is odd when the customer of a row belongs to other sellers only.
    pub fn foreign_customer(&self, seller: &str, customer: &str) -> Odd {
        let owners = self.owners_of(customer);
        let is_foreign = !seller.is_empty() && !owners.is_empty() && owners.iter().all(|owner| owner != seller);
        let odd = || Refused::new("customer_id", "is a customer of another seller in customers.csv", customer);
        is_foreign.then(odd).into_iter().collect()
    }

    fn owners_of(&self, customer: &str) -> &[String] {
        self.owners.get(customer).map(Vec::as_slice).unwrap_or_default()
    }

    /// The ledgers a customer belongs to: its seller's, and without one those whose items name it.
    pub fn of_customer(&mut self, seller: &str, customer: &str) -> Result<Vec<&mut Ledger>, Refused> {
        if !seller.is_empty() || self.all.len() < 2 {
            return self.of(seller).map(|ledger| vec![ledger]);
        }
        let known: Vec<&mut Ledger> = self.all.iter_mut().filter(|ledger| ledger.builder.knows_customer(customer)).collect();
        if known.is_empty() { Err(Refused::new("seller_id", "is empty, and no item names the customer", seller)) } else { Ok(known) }
    }

    /// A currency by its code.
    pub fn currency(&mut self, column: &'static str, code: &str) -> Result<Currency, Refused> {
        self.currencies.parse(column, code)
    }

    /// The ledgers in the order of their ids.
    pub fn into_sorted(self) -> Vec<Ledger> {
        let mut all = self.all;
        all.sort_by(|a, b| a.seller.id.cmp(&b.seller.id));
        all
    }

    /// Rates of exchange.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }
}

/// Currencies seen, so that five million equal codes are looked up once.
#[derive(Debug, Default)]
struct Currencies {
    seen: Vec<(String, Currency)>,
}

impl Currencies {
    fn parse(&mut self, column: &'static str, code: &str) -> Result<Currency, Refused> {
        if let Some((_, currency)) = self.seen.iter().find(|(seen, _)| seen == code) {
            return Ok(*currency);
        }
        let currency = Currency::parse(&code.to_ascii_uppercase()).map_err(|_| Refused::new(column, "is no currency of ISO 4217", code))?;
        self.seen.push((code.to_owned(), currency));
        Ok(currency)
    }
}
