//! Building a seller's ledger from the tables.

use std::collections::{HashMap, HashSet};

use quittance_chassis::{Tx, beside};
use quittance_matching::ShardBuilder;
use quittance_matching::proposal::ItemIx;
use quittance_matching::record::{Rates, SellerRecord};
use quittance_types::{BusinessDate, Currency, CustomerId, Fault, LegalEntityId, OpenItemId, ReceiptId, Timestamp, Uuid};

use super::facts;
use super::records::{self, TWIN_MARK};
use super::seller::{KnownCustomer, KnownItem, SellerLedger};
use crate::domain::policy::MatchPolicy;
use crate::store::{answers, banks, confirmations, copies, remittances};

/// What is open again in a ledger for trying things out: for each item what lines have settled of it.
pub type Reopened = HashMap<OpenItemId, i64>;

/// Items by the numbers the engine is told.
#[derive(Default)]
struct Numbers {
    taken: HashSet<String>,
    items: HashMap<String, KnownItem>,
}

impl Numbers {
    fn tell(&mut self, number: &str, item: KnownItem) -> String {
        let mut told = number.to_owned();
        while self.taken.contains(&told) {
            told.push(TWIN_MARK);
        }
        self.taken.insert(told.clone());
        self.items.insert(told.clone(), item);
        told
    }
}

/// Builds the ledger. The place in the log is read first: what commits while the tables are read comes again with the news.
///
/// # Errors
/// What the database says.
pub async fn build(
    tx: &Tx,
    seller: Option<LegalEntityId>,
    policy: &MatchPolicy,
    reopened: Option<&Reopened>,
) -> Result<SellerLedger, Fault> {
    let cursor = facts::beginning(tx).await?;
    let since = tx.today().minus_days(facts::MEMORY_DAYS)?;
    let currency = policy.thresholds.currency;
    let mut builder = empty(tx, seller, policy, currency).await?;
    let customers = add_customers(tx, &mut builder).await?;
    let numbers = add_items(tx, &mut builder, seller, since, reopened).await?;
    let shard = beside::compute(move || Ok(builder.build())).await?;
    let mut ledger = SellerLedger {
        shard,
        items: Vec::new(),
        places: HashMap::new(),
        customers,
        advices: Vec::new(),
        currency,
        cursor,
        taught_of: HashSet::new(),
        heard: HashMap::new(),
        newest: tx.new_id(),
    };
    ledger.name_places(&numbers)?;
    ledger.remember(tx, since, reopened.is_some()).await?;
    for confirmed in confirmations::since(tx, seller, Timestamp::from_micros(0)).await? {
        ledger.confirm(&confirmed);
    }
    for advice in remittances::since(tx, 0).await? {
        ledger.add_advice(advice);
    }
    ledger.hear(&answers::since(tx, seller, Timestamp::from_micros(0)).await?);
    Ok(ledger)
}

async fn empty(tx: &Tx, seller: Option<LegalEntityId>, policy: &MatchPolicy, currency: Currency) -> Result<ShardBuilder, Fault> {
    let ibans = banks::numbers_of(tx, seller).await?;
    let ibans: Vec<&str> = ibans.iter().map(String::as_str).collect();
    let name = match seller {
        Some(seller) => copies::legal_name(tx, seller).await?.unwrap_or_default(),
        None => String::new(),
    };
    let id = seller.map(|seller| seller.to_string()).unwrap_or_default();
    let record = SellerRecord { id: &id, name: &name, country: "", currency, ibans: &ibans };
    Ok(ShardBuilder::new(&record, policy.engine(), Rates::default()))
}

async fn add_customers(tx: &Tx, builder: &mut ShardBuilder) -> Result<HashMap<CustomerId, KnownCustomer>, Fault> {
    let mut known = HashMap::new();
    let mut after = Uuid::nil();
    loop {
        let page = facts::customers_page(tx, after).await?;
        let Some(last) = page.last() else { return Ok(known) };
        after = last.id.uuid();
        for fact in &page {
            records::with_customer(fact, |record| builder.customer(record));
            known.insert(fact.id, KnownCustomer::of(fact));
        }
    }
}

async fn add_items(
    tx: &Tx,
    builder: &mut ShardBuilder,
    seller: Option<LegalEntityId>,
    since: BusinessDate,
    reopened: Option<&Reopened>,
) -> Result<Numbers, Fault> {
    let mut numbers = Numbers::default();
    let mut after = Uuid::nil();
    loop {
        let page = facts::items_page(tx, seller, since, after).await?;
        let Some(last) = page.last() else { return Ok(numbers) };
        after = last.id.uuid();
        for item in &page {
            let told = numbers.tell(&item.number, KnownItem { id: item.id, version: item.version });
            let more = reopened.and_then(|reopened| reopened.get(&item.id)).copied().unwrap_or_default();
            records::with_item_reopened(item, &told, more, |record| builder.item(record));
        }
    }
}

impl SellerLedger {
    /// Says which item stands at which place of the shard.
    fn name_places(&mut self, numbers: &Numbers) -> Result<(), Fault> {
        let mut place: ItemIx = 0;
        while let Some(view) = self.shard.item(place) {
            let known = numbers.items.get(view.number).ok_or_else(|| Fault::internal("the engine holds a document nobody told it of"))?;
            self.items.push(*known);
            self.places.insert(known.id, place);
            place = place.saturating_add(1);
        }
        Ok(())
    }

    /// Tells the engine what past lines settled. Where that is open again, it only counts what was applied without a person.
    async fn remember(&mut self, tx: &Tx, since: BusinessDate, is_reopened: bool) -> Result<(), Fault> {
        let mut after = Uuid::nil();
        loop {
            let page: Vec<ReceiptId> = facts::receipts_page(tx, since, after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.uuid();
            for settled in facts::settled(tx, &page).await? {
                match (is_reopened, settled.auto) {
                    (true, Some(class)) => self.shard.count_auto(class),
                    (true, None) => {}
                    (false, _) => self.settle(&settled),
                }
            }
        }
    }
}
