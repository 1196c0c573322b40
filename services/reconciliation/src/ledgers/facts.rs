//! What the database says of a seller's ledger: everything, or what happened since.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use prost::{Message, Name};
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_chassis::bulk::{among, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_chassis::events::{LogCursor, PublishedEntry, published_since};
use quittance_matching::proposal::MatchClass;
use quittance_types::{BankLineId, BusinessDate, CustomerId, Fault, LegalEntityId, OpenItemId, ReceiptId, Timestamp, Uuid};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};

use super::build::Reopened;
use crate::domain::answer::Answer;
use crate::domain::confirmation::Confirmation;
use crate::domain::item::{GivenUp, OpenItem};
use crate::domain::line::BankLine;
use crate::domain::remittance::RemittanceAdvice;
use crate::store::entity::{application, customer, customer_iban, receipt};
use crate::store::{answers, confirmations, items, lines, remittances};

/// Rows read at once.
const PAGE: u64 = 10_000;
/// More news than this and it is cheaper to build anew.
const MOST_NEWS: u32 = 50_000;
/// How long a transaction may take from its first look at the clock to its end.
const SLACK_MICROS: i64 = 120_000_000;
/// How long what was settled is remembered.
pub const MEMORY_DAYS: i32 = 730;

/// How far a ledger has followed the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// In the service's own log.
    log: LogCursor,
    /// What has no place in the log was looked for until then.
    looked_at: Timestamp,
    /// Erasures that are taken account of, by customer and instant.
    erased: Vec<(CustomerId, Timestamp)>,
}

impl Cursor {
    /// What these entries of the log say is known already.
    pub fn pass_by(&mut self, entries: RangeInclusive<i64>) {
        self.log.pass_by(entries);
    }

    /// From when on to look for what has no place in the log.
    fn since(&self) -> Timestamp {
        Timestamp::from_micros(self.looked_at.micros().saturating_sub(SLACK_MICROS))
    }
}

/// A customer as its row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFact {
    /// Its id.
    pub id: CustomerId,
    /// Grows with every change.
    pub version: i64,
    /// Whom it belongs to.
    pub parent: Option<CustomerId>,
    /// The seller's own number of it.
    pub number: String,
    /// Registered name.
    pub name: String,
    /// City.
    pub city: String,
    /// Country.
    pub country: String,
    /// VAT id.
    pub vat_id: String,
    /// Accounts it pays from.
    pub ibans: Vec<String>,
}

/// What the money of a line settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledFact {
    /// Its receipt.
    pub receipt: ReceiptId,
    /// The day it counts.
    pub on: BusinessDate,
    /// Amount of the line, minor units.
    pub amount: i64,
    /// Account of the payer.
    pub payer_account: String,
    /// What a return may quote.
    pub references: Vec<String>,
    /// Whose money it was.
    pub customer: Option<CustomerId>,
    /// What it paid.
    pub parts: Vec<SettledShare>,
    /// Class of the match, where no person had a hand in it.
    pub auto: Option<MatchClass>,
}

/// What it did to one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledShare {
    /// The item.
    pub item: OpenItemId,
    /// Cash, minor units.
    pub cash: i64,
    /// What the open amount fell by.
    pub taken: i64,
    /// The small difference written off with it.
    pub written_off: i64,
}

/// What happened since a cursor.
#[derive(Debug)]
pub struct News {
    /// Tells them from other news.
    pub id: Uuid,
    /// Where to go on.
    pub cursor: Cursor,
    /// Items that changed.
    pub items: Vec<OpenItem>,
    /// Receipts whose applications changed, with their versions.
    pub receipts: Vec<(ReceiptId, i64)>,
    /// What those settle now.
    pub settled: Vec<SettledFact>,
    /// Customers that changed.
    pub customers: Vec<CustomerFact>,
    /// What people decided.
    pub confirmed: Vec<Confirmation>,
    /// Advices that came.
    pub advices: Vec<RemittanceAdvice>,
    /// What people said of the engine's proposals.
    pub answers: Vec<Answer>,
}

/// What the log and the customers' versions say has changed; the rows are not read yet.
pub struct Told {
    cursor: Cursor,
    /// Items that changed, with the latest version the log tells of.
    pub items: BTreeMap<OpenItemId, i64>,
    /// Receipts whose applications changed, with theirs.
    pub receipts: BTreeMap<ReceiptId, i64>,
    /// Customers whose rows were written lately, with their versions.
    pub customers: Vec<(CustomerId, i64)>,
    /// Customers of whom something learnt was erased.
    pub erased: Vec<CustomerId>,
    since: Timestamp,
}

/// Looks what happened since; none when the ledger has to be built anew.
///
/// # Errors
/// What the database says.
pub async fn told(tx: &Tx, seller: Option<LegalEntityId>, from: &Cursor) -> Result<Option<Told>, Fault> {
    let published = published_since(tx, &from.log, &types(), MOST_NEWS).await?;
    if published.cursor.position < from.log.position {
        // The ledger is newer than this snapshot: nothing to tell. Whoever writes locks the rows and compares their versions.
        let (items, receipts) = (BTreeMap::new(), BTreeMap::new());
        let (cursor, since) = (from.clone(), from.since());
        return Ok(Some(Told { cursor, items, receipts, customers: Vec::new(), erased: Vec::new(), since }));
    }
    if !published.is_complete {
        return Ok(None);
    }
    let erasures = confirmations::erased_since(tx, from.since()).await?;
    let erased = erasures.iter().filter(|erasure| !from.erased.contains(erasure)).map(|(customer, _)| *customer).collect();
    let cursor = Cursor { log: published.cursor, looked_at: tx.now().max(from.looked_at), erased: erasures };
    let (mut items, mut receipts) = (BTreeMap::new(), BTreeMap::new());
    let seller = seller.map(|seller| seller.to_string());
    for entry in &published.entries {
        let (item, receipt) = subjects(entry)?;
        if let Some(item) = item.filter(|item| seller.as_ref().is_none_or(|seller| *seller == item.legal_entity_id)) {
            note(&mut items, OpenItemId::parse(&item.open_item_id)?, item.version);
        }
        if let Some(receipt) = receipt {
            note(&mut receipts, ReceiptId::parse(&receipt.receipt_id)?, receipt.version);
        }
    }
    let customers = customer_versions(tx, from.since()).await?;
    Ok(Some(Told { cursor, items, receipts, customers, erased, since: from.since() }))
}

fn note<I: Ord>(versions: &mut BTreeMap<I, i64>, id: I, version: i64) {
    let known = versions.entry(id).or_insert(version);
    *known = version.max(*known);
}

/// What a ledger has not heard of yet, in the version it is told of.
#[derive(Debug, Default)]
pub struct Unheard {
    /// Items.
    pub items: Vec<OpenItemId>,
    /// Receipts, with their versions.
    pub receipts: Vec<(ReceiptId, i64)>,
    /// Customers.
    pub customers: Vec<CustomerId>,
}

/// Reads the rows of what the ledger has not heard of.
///
/// # Errors
/// What the database says.
pub async fn news(tx: &Tx, seller: Option<LegalEntityId>, told: Told, unheard: Unheard) -> Result<News, Fault> {
    let ids: Vec<Uuid> = unheard.items.iter().map(|id| id.uuid()).collect();
    let receipts: Vec<ReceiptId> = unheard.receipts.iter().map(|(id, _)| *id).collect();
    Ok(News {
        id: tx.new_id(),
        items: items::read_with_ids(tx, &ids).await?,
        settled: settled(tx, &receipts).await?,
        receipts: unheard.receipts,
        customers: customers_with_ids(tx, &unheard.customers).await?,
        confirmed: confirmations::since(tx, seller, told.since).await?,
        advices: remittances::since(tx, told.since.micros()).await?,
        answers: answers::since(tx, seller, told.since).await?,
        cursor: told.cursor,
    })
}

fn types() -> Vec<String> {
    vec![
        pb::ItemOpened::full_name(),
        pb::ItemChanged::full_name(),
        pb::ItemSettled::full_name(),
        pb::ItemReopened::full_name(),
        pb::CashApplied::full_name(),
        pb::CashUnapplied::full_name(),
    ]
}

/// The item an event is about, and the receipt whose money it moved, as they stood then.
fn subjects(entry: &PublishedEntry) -> Result<(Option<pb::OpenItem>, Option<pb::Receipt>), Fault> {
    let payload = entry.payload.as_slice();
    let read = match entry.type_name.as_str() {
        name if name == pb::CashApplied::full_name() => pb::CashApplied::decode(payload).map(|one| (one.open_item, one.receipt)),
        name if name == pb::CashUnapplied::full_name() => pb::CashUnapplied::decode(payload).map(|one| (one.open_item, one.receipt)),
        // The four events of an item have their item in the same place.
        _ => pb::ItemOpened::decode(payload).map(|one| (one.open_item, None)),
    };
    read.map_err(|error| Fault::internal(format!("an event of ours cannot be read: {error}")))
}

/// Where a ledger that is built now will go on.
///
/// # Errors
/// What the database says.
pub async fn beginning(tx: &Tx) -> Result<Cursor, Fault> {
    let cursor = Cursor { log: LogCursor::of_end(tx).await?, looked_at: tx.now(), erased: Vec::new() };
    let erased = confirmations::erased_since(tx, cursor.since()).await?;
    Ok(Cursor { erased, ..cursor })
}

/// Receipts of bank lines with applications, in order of id, after this one.
///
/// # Errors
/// What the database says.
pub async fn receipts_page(tx: &Tx, since: BusinessDate, after: Uuid) -> Result<Vec<ReceiptId>, Fault> {
    let sql = "SELECT receipt_id FROM receipt WHERE tenant_id = $1 AND receipt_id > $2 AND source = 'bank_line' AND applied > 0 \
               AND received_on >= $3 ORDER BY receipt_id LIMIT $4";
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), after.into(), since.days().into(), limit.into()]).await?;
    rows.iter().map(|row| Ok(ReceiptId::new(row.value("receipt_id")?))).collect()
}

/// What the money of these receipts settles, as far as it came in on bank lines.
///
/// # Errors
/// What the database says.
pub async fn settled(tx: &Tx, receipts: &[ReceiptId]) -> Result<Vec<SettledFact>, Fault> {
    let ids: Vec<Uuid> = receipts.iter().map(|id| id.uuid()).collect();
    let mut facts = Vec::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<receipt::Entity>().filter(among(tx, receipt::Column::ReceiptId, chunk));
        let rows = select.filter(receipt::Column::Source.eq("bank_line")).all(tx.conn()).await.or_fault()?;
        let mut parts = parts_of(tx, chunk).await?;
        let mut lines: Vec<Uuid> = rows.iter().filter_map(|row| row.source_id).collect();
        lines.sort_unstable();
        let lines: HashMap<BankLineId, BankLine> = lines::with_ids(tx, &lines).await?.into_iter().map(|line| (line.id, line)).collect();
        let fact = |row: receipt::Model| {
            let line = lines.get(&BankLineId::new(row.source_id?))?;
            let (receipt, customer) = (ReceiptId::new(row.receipt_id), row.customer_id.map(CustomerId::new));
            Some(settled_fact(receipt, customer, line, parts.remove(&row.receipt_id)?))
        };
        facts.extend(rows.into_iter().filter_map(fact));
    }
    facts.sort_by_key(|fact: &SettledFact| fact.receipt);
    Ok(facts)
}

/// What counts of the money of these receipts.
async fn parts_of(tx: &Tx, receipts: &[Uuid]) -> Result<HashMap<Uuid, Vec<SettledShare>>, Fault> {
    use application::Column;
    let select = tx.find::<application::Entity>().filter(among(tx, Column::ReceiptId, receipts)).filter(Column::ReversedOn.is_null());
    let mut parts: HashMap<Uuid, Vec<SettledShare>> = HashMap::new();
    for row in select.order_by_asc(Column::ApplicationId).all(tx.conn()).await.or_fault()? {
        let taken = row.amount.saturating_add(row.discount).saturating_add(row.write_off);
        let written_off = if row.difference == GivenUp::SmallDifference.as_str() { row.write_off } else { 0 };
        let share = SettledShare { item: OpenItemId::new(row.open_item_id), cash: row.amount, taken, written_off };
        if let Some(receipt) = row.receipt_id {
            parts.entry(receipt).or_default().push(share);
        }
    }
    Ok(parts)
}

/// What the money of a line settles.
pub fn settled_fact(receipt: ReceiptId, customer: Option<CustomerId>, line: &BankLine, parts: Vec<SettledShare>) -> SettledFact {
    let said = &line.movement;
    let references = [&said.end_to_end_id, &said.bank_reference];
    SettledFact {
        receipt,
        on: said.paid_on(),
        amount: said.amount.minor(),
        payer_account: said.counterparty_iban.clone(),
        references: references.into_iter().filter(|reference| !reference.is_empty()).cloned().collect(),
        customer,
        parts,
        auto: line.verdict.auto_grade().map(|grade| grade.class()),
    }
}

/// What lines have settled of items since a day.
///
/// # Errors
/// What the database says.
pub async fn settled_since(tx: &Tx, since: BusinessDate) -> Result<Reopened, Fault> {
    let mut reopened = Reopened::new();
    let mut after = Uuid::nil();
    loop {
        let page = receipts_page(tx, since, after).await?;
        let Some(last) = page.last() else { return Ok(reopened) };
        after = last.uuid();
        for part in settled(tx, &page).await?.iter().flat_map(|fact| &fact.parts) {
            let sum = reopened.entry(part.item).or_default();
            *sum = sum.saturating_add(part.taken);
        }
    }
}

async fn customer_versions(tx: &Tx, since: Timestamp) -> Result<Vec<(CustomerId, i64)>, Fault> {
    let select = tx.find::<customer::Entity>().filter(customer::Column::ChangedAt.gte(since.micros())).select_only();
    let select = select.column(customer::Column::CustomerId).column(customer::Column::Version);
    let rows: Vec<(Uuid, i64)> = select.into_tuple().all(tx.conn()).await.or_fault()?;
    Ok(rows.into_iter().map(|(id, version)| (CustomerId::new(id), version)).collect())
}

/// Customers in order of id, after this one.
///
/// # Errors
/// What the database says.
pub async fn customers_page(tx: &Tx, after: Uuid) -> Result<Vec<CustomerFact>, Fault> {
    let select = tx.find::<customer::Entity>().filter(customer::Column::CustomerId.gt(after));
    let rows = select.order_by_asc(customer::Column::CustomerId).limit(PAGE).all(tx.conn()).await.or_fault()?;
    with_accounts(tx, rows).await
}

async fn customers_with_ids(tx: &Tx, ids: &[CustomerId]) -> Result<Vec<CustomerFact>, Fault> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(keys_at_once(tx)) {
        rows.extend(tx.find::<customer::Entity>().filter(among(tx, customer::Column::CustomerId, chunk)).all(tx.conn()).await.or_fault()?);
    }
    rows.sort_by_key(|row| row.customer_id);
    with_accounts(tx, rows).await
}

async fn with_accounts(tx: &Tx, rows: Vec<customer::Model>) -> Result<Vec<CustomerFact>, Fault> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.customer_id).collect();
    let mut ibans: HashMap<Uuid, Vec<String>> = HashMap::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<customer_iban::Entity>().filter(among(tx, customer_iban::Column::CustomerId, chunk));
        for row in select.order_by_asc(customer_iban::Column::Iban).all(tx.conn()).await.or_fault()? {
            ibans.entry(row.customer_id).or_default().push(row.iban);
        }
    }
    let fact = |row: customer::Model| CustomerFact {
        id: CustomerId::new(row.customer_id),
        version: row.version,
        parent: row.parent_id.map(CustomerId::new),
        number: row.number,
        name: row.legal_name,
        city: row.city,
        country: row.country,
        vat_id: row.vat_id,
        ibans: ibans.remove(&row.customer_id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(fact).collect())
}

/// Items that ask for something or did until lately, in order of id, after this one.
///
/// # Errors
/// What the database says.
pub async fn items_page(tx: &Tx, seller: Option<LegalEntityId>, since: BusinessDate, after: Uuid) -> Result<Vec<OpenItem>, Fault> {
    use crate::store::entity::open_item::{Column, Entity};
    let settled = Condition::any().add(Column::SettledOn.gte(since.days()));
    let void = Condition::all().add(Column::State.eq("void")).add(Column::DueOn.gte(since.days()));
    let wanted = Condition::any().add(Column::Open.ne(0)).add(settled).add(void);
    let mut select = tx.find::<Entity>().filter(wanted).filter(Column::OpenItemId.gt(after));
    if let Some(seller) = seller {
        select = select.filter(Column::LegalEntityId.eq(seller.uuid()));
    }
    let rows = select.order_by_asc(Column::OpenItemId).limit(PAGE).all(tx.conn()).await.or_fault()?;
    rows.into_iter().map(items::read).collect()
}
