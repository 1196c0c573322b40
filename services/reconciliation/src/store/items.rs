//! Open items.

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, Target, among, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_chassis::request::filter::Listing;
use quittance_types::{
    BusinessDate, CustomerId, Fault, InvoiceId, LegalEntityId, MemoId, Money, OpenItemId, Page, PageRequest, TenantId, Timestamp, Uuid,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect, Value};

use super::entity::open_item::{ActiveModel, Column, Entity, Model};
use super::{DayAndId, corrupt, day, known, money};
use crate::domain::item::{Discount, Document, ItemState, OpenItem};
use crate::domain::keys::number_key;
use crate::domain::subledger::Saved;

const INVOICE: &str = "invoice";
const CREDIT_MEMO: &str = "credit_memo";

/// How a request names an item: by its own id or by its document's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemName {
    /// `itm_...`
    Item(OpenItemId),
    /// `inv_...`
    Invoice(InvoiceId),
    /// `mem_...`
    Memo(MemoId),
}

impl ItemName {
    /// Reads any of the three. Errors: `NAME_INVALID`.
    pub fn parse(text: &str) -> Result<ItemName, Fault> {
        match text.get(..4) {
            Some("inv_") => InvoiceId::parse(text).map(ItemName::Invoice),
            Some("mem_") => MemoId::parse(text).map(ItemName::Memo),
            _ => OpenItemId::parse(text).map(ItemName::Item),
        }
    }

    /// The answer when there is no such item.
    pub fn not_found(self) -> Fault {
        match self {
            ItemName::Item(id) => id.not_found(),
            ItemName::Invoice(id) => id.not_found(),
            ItemName::Memo(id) => id.not_found(),
        }
    }

    /// True when it names this item.
    pub fn names(self, item: &OpenItem) -> bool {
        match self {
            ItemName::Item(id) => item.id == id,
            ItemName::Invoice(id) => item.document == Document::Invoice(id),
            ItemName::Memo(id) => item.document == Document::CreditMemo(id),
        }
    }

    /// The id of the document, if that is what it names.
    fn document(self) -> Option<Uuid> {
        match self {
            ItemName::Item(_) => None,
            ItemName::Invoice(id) => Some(id.uuid()),
            ItemName::Memo(id) => Some(id.uuid()),
        }
    }
}

/// Locks the items so named until the transaction ends, in order of id.
///
/// # Errors
/// `RESOURCE_NOT_FOUND` for the first that does not exist.
pub async fn load_for_update(tx: &Tx, names: &[ItemName]) -> Result<Vec<OpenItem>, Fault> {
    let items = find_for_update(tx, names).await?;
    let missing = names.iter().find(|name| !items.iter().any(|item| name.names(item)));
    missing.map_or(Ok(items), |name| Err(name.not_found()))
}

/// Locks the items so named, those that exist, until the transaction ends, in order of id.
///
/// # Errors
/// What the database says.
pub async fn find_for_update(tx: &Tx, names: &[ItemName]) -> Result<Vec<OpenItem>, Fault> {
    let documents: Vec<Uuid> = names.iter().filter_map(|name| name.document()).collect();
    let ids = names.iter().filter_map(|name| match name {
        ItemName::Item(id) => Some(id.uuid()),
        ItemName::Invoice(_) | ItemName::Memo(_) => None,
    });
    let ids: Vec<Uuid> = ids.collect();
    // One kind of name is one index lookup; PostgreSQL plans an OR of both badly while the table is small.
    let wanted = match (ids.is_empty(), documents.is_empty()) {
        (false, true) => Condition::all().add(among(tx, Column::OpenItemId, &ids)),
        (true, _) => Condition::all().add(among(tx, Column::DocumentId, &documents)),
        (false, false) => Condition::any().add(among(tx, Column::OpenItemId, &ids)).add(among(tx, Column::DocumentId, &documents)),
    };
    locked(tx, wanted).await
}

/// The item so named.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, name: ItemName) -> Result<OpenItem, Fault> {
    find(tx, name).await?.ok_or_else(|| name.not_found())
}

/// Locks the items of these documents, those that exist.
///
/// # Errors
/// What the database says.
pub async fn of_documents(tx: &Tx, documents: &[Uuid]) -> Result<Vec<OpenItem>, Fault> {
    locked_among(tx, Column::DocumentId, documents).await
}

/// Locks the items with these ids, those that exist.
///
/// # Errors
/// What the database says.
pub async fn with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<OpenItem>, Fault> {
    locked_among(tx, Column::OpenItemId, ids).await
}

/// The items with these ids, those that exist, without a lock.
///
/// # Errors
/// What the database says.
pub async fn read_with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<OpenItem>, Fault> {
    let mut items = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<Entity>().filter(among(tx, Column::OpenItemId, chunk)).order_by(Column::OpenItemId, Order::Asc);
        for row in select.all(tx.conn()).await.or_fault()? {
            items.push(read(row)?);
        }
    }
    Ok(items)
}

/// The open credit memos that take back these invoices, without a lock.
///
/// # Errors
/// What the database says.
pub async fn credits_of(tx: &Tx, invoices: &[Uuid]) -> Result<Vec<OpenItemId>, Fault> {
    let mut credits = Vec::new();
    for chunk in invoices.chunks(keys_at_once(tx)) {
        let select = tx.find::<Entity>().filter(among(tx, Column::CreditsId, chunk)).filter(Column::Open.ne(0));
        let ids: Vec<Uuid> = select.select_only().column(Column::OpenItemId).into_tuple().all(tx.conn()).await.or_fault()?;
        credits.extend(ids.into_iter().map(OpenItemId::new));
    }
    Ok(credits)
}

async fn locked_among(tx: &Tx, column: Column, ids: &[Uuid]) -> Result<Vec<OpenItem>, Fault> {
    let mut items = Vec::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        items.extend(locked(tx, Condition::all().add(among(tx, column, chunk))).await?);
    }
    Ok(items)
}

async fn locked(tx: &Tx, wanted: Condition) -> Result<Vec<OpenItem>, Fault> {
    let select = tx.find::<Entity>().filter(wanted).order_by(Column::OpenItemId, Order::Asc);
    let rows = tx.lock(select).all(tx.conn()).await.or_fault()?;
    rows.into_iter().map(read).collect()
}

/// Which items a list is about.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Only those in this state.
    pub state: Option<ItemState>,
    /// Only those with something open.
    pub only_open: bool,
    /// What the caller's own filter and order say.
    pub listing: Listing,
}

/// Items in order of due date.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: &ItemFilter, page: &PageRequest) -> Result<Page<OpenItem>, Fault> {
    let listing = &filter.listing;
    let mut select = tx.find::<Entity>().filter(listing.filter.condition());
    if let Some(customer) = filter.customer {
        select = select.filter(Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = filter.state {
        select = select.filter(Column::State.eq(state.as_str()));
    }
    if filter.only_open {
        select = select.filter(Column::Open.ne(0));
    }
    if let Some(after) = DayAndId::of_page(page)? {
        let beyond = |column: Column, value: Value| Expr::col(column).binary(listing.beyond(), value);
        let same_day = Condition::all().add(Column::DueOn.eq(after.day)).add(beyond(Column::OpenItemId, after.id.into()));
        select = select.filter(Condition::any().add(beyond(Column::DueOn, after.day.into())).add(same_day));
    }
    let select = select.order_by(Column::DueOn, listing.order()).order_by(Column::OpenItemId, listing.order()).limit(page.fetch_limit());
    let rows = select.all(tx.conn()).await.or_fault()?;
    let cut = Page::cut(rows, page, |row| DayAndId { day: row.due_on, id: row.open_item_id }.to_bytes());
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<OpenItem>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

/// Writes new and changed items. Their events are the business of [`super::books::save`].
pub(super) async fn write(tx: &Tx, items: Vec<Saved<OpenItem>>) -> Result<(), Fault> {
    let (new, changed) = Saved::apart(items);
    let (tenant, now) = (tx.tenant(), tx.now());
    let model = move |(item, open)| model(tenant, now, item, open);
    bulk::insert(tx, with_open(new)?.into_iter().map(model)).await?;
    let set = [
        Column::Total,
        Column::Tax,
        Column::Open,
        Column::Applied,
        Column::Discounted,
        Column::WrittenOff,
        Column::DiscountOn,
        Column::Discount,
        Column::State,
        Column::Disputed,
        Column::Version,
        Column::SettledOn,
    ];
    bulk::update(tx, with_open(changed)?.into_iter().map(model), Target { key: Column::OpenItemId, set: &set, keep: &[] }).await
}

/// Items, each with what is open of it.
fn with_open(items: Vec<OpenItem>) -> Result<Vec<(OpenItem, Money)>, Fault> {
    items.into_iter().map(|item| item.open().map(|open| (item, open))).collect()
}

fn model(tenant: TenantId, now: Timestamp, item: OpenItem, open: Money) -> ActiveModel {
    let model = Model {
        tenant_id: tenant.uuid(),
        open_item_id: item.id.uuid(),
        kind: if item.document.is_credit() { CREDIT_MEMO } else { INVOICE }.to_owned(),
        document_id: item.document.uuid(),
        document_key: number_key(&item.number),
        open: open.minor(),
        currency: item.currency().code().to_owned(),
        document_number: item.number,
        customer_id: item.customer.uuid(),
        legal_entity_id: item.legal_entity.map(LegalEntityId::uuid),
        total: item.total.minor(),
        tax: item.tax.minor(),
        applied: item.applied.minor(),
        discounted: item.discounted.minor(),
        written_off: item.written_off.minor(),
        issued_on: item.issued_on.days(),
        due_on: item.due_on.days(),
        discount_on: item.discount.map(|discount| discount.until.days()),
        discount: item.discount.map(|discount| discount.amount.minor()),
        creditor_key: number_key(&item.creditor_reference),
        creditor_reference: item.creditor_reference,
        purchase_order: item.purchase_order,
        credits_id: item.credits.map(InvoiceId::uuid),
        state: item.state.as_str().to_owned(),
        disputed: item.disputed,
        version: item.version,
        settled_on: item.settled_on.map(BusinessDate::days),
        created_at: now.micros(),
    };
    model.into_active_model().reset_all()
}

/// The item of a row.
///
/// # Errors
/// `INTERNAL_ERROR` for a row that cannot be read.
pub fn read(row: Model) -> Result<OpenItem, Fault> {
    let amount = |minor| money(minor, &row.currency);
    let discount = match (row.discount_on, row.discount) {
        (Some(until), Some(minor)) => Some(Discount { until: day(until)?, amount: amount(minor)? }),
        _ => None,
    };
    Ok(OpenItem {
        id: OpenItemId::new(row.open_item_id),
        document: match row.kind.as_str() {
            INVOICE => Document::Invoice(InvoiceId::new(row.document_id)),
            CREDIT_MEMO => Document::CreditMemo(MemoId::new(row.document_id)),
            other => return Err(corrupt(other)),
        },
        customer: CustomerId::new(row.customer_id),
        legal_entity: row.legal_entity_id.map(LegalEntityId::new),
        total: amount(row.total)?,
        tax: amount(row.tax)?,
        applied: amount(row.applied)?,
        discounted: amount(row.discounted)?,
        written_off: amount(row.written_off)?,
        issued_on: day(row.issued_on)?,
        due_on: day(row.due_on)?,
        discount,
        credits: row.credits_id.map(InvoiceId::new),
        state: known(ItemState::parse(&row.state), &row.state)?,
        disputed: row.disputed,
        version: row.version,
        settled_on: row.settled_on.map(day).transpose()?,
        number: row.document_number,
        creditor_reference: row.creditor_reference,
        purchase_order: row.purchase_order,
    })
}

/// When the newest item was stored; the beginning of time when there is none.
///
/// # Errors
/// What the database says.
pub async fn newest_at(tx: &Tx) -> Result<Timestamp, Fault> {
    let select = tx.find::<Entity>().select_only().column(Column::CreatedAt).order_by_desc(Column::CreatedAt);
    let newest: Option<i64> = select.into_tuple().one(tx.conn()).await.or_fault()?;
    Ok(Timestamp::from_micros(newest.unwrap_or_default()))
}

/// The item so named, if there is one.
///
/// # Errors
/// What the database says.
pub async fn find(tx: &Tx, name: ItemName) -> Result<Option<OpenItem>, Fault> {
    let wanted = match name {
        ItemName::Item(id) => Column::OpenItemId.eq(id.uuid()),
        ItemName::Invoice(id) => Column::DocumentId.eq(id.uuid()),
        ItemName::Memo(id) => Column::DocumentId.eq(id.uuid()),
    };
    let row = tx.find::<Entity>().filter(wanted).one(tx.conn()).await.or_fault()?;
    // An invoice and a memo never share an id, but the kind must be the one that was asked for.
    Ok(row.map(read).transpose()?.filter(|item| name.names(item)))
}

/// The items with these ids, without a lock.
///
/// # Errors
/// What the database says.
pub async fn read_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<OpenItem>, Fault> {
    let mut items = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(keys_at_once(tx)) {
        for row in tx.find::<Entity>().filter(among(tx, Column::OpenItemId, chunk)).all(tx.conn()).await.or_fault()? {
            items.push(read(row)?);
        }
    }
    Ok(items)
}

/// What a customer owes and has unapplied in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Open on invoices.
    pub open: Money,
    /// Open on credit memos, positive.
    pub credits: Money,
    /// Cash not applied.
    pub unapplied: Money,
    /// Invoices with something open.
    pub open_items: i32,
}

/// A customer's balances, by currency.
///
/// # Errors
/// What the database says.
pub async fn balances(tx: &Tx, customer: CustomerId) -> Result<Vec<Balance>, Fault> {
    let sql = "SELECT currency, CAST(SUM(open) AS BIGINT) AS open, CAST(SUM(credits) AS BIGINT) AS credits, \
                 CAST(SUM(unapplied) AS BIGINT) AS unapplied, CAST(SUM(items) AS INTEGER) AS items FROM (\
                 SELECT currency, CASE WHEN kind = 'invoice' THEN open ELSE 0 END AS open, \
                   CASE WHEN kind = 'credit_memo' THEN -open ELSE 0 END AS credits, 0 AS unapplied, \
                   CASE WHEN kind = 'invoice' THEN 1 ELSE 0 END AS items \
                 FROM open_item WHERE tenant_id = $1 AND customer_id = $2 AND open <> 0 \
                 UNION ALL SELECT currency, 0, 0, unapplied, 0 FROM receipt \
                 WHERE tenant_id = $1 AND customer_id = $2 AND unapplied <> 0\
               ) parts GROUP BY currency ORDER BY currency";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), customer.uuid().into()]).await?;
    let read = |row: &sea_orm::QueryResult| {
        let currency: String = row.value("currency")?;
        Ok(Balance {
            open: money(row.value("open")?, &currency)?,
            credits: money(row.value("credits")?, &currency)?,
            unapplied: money(row.value("unapplied")?, &currency)?,
            open_items: row.value("items")?,
        })
    };
    rows.iter().map(read).collect()
}
