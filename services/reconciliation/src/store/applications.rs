//! Applications.

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, Target, among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_types::{
    ApplicationId, BusinessDate, CustomerId, Fault, OpenItemId, Page, PageRequest, ReceiptId, TenantId, Timestamp, Uuid,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::application::{ActiveModel, Column, Entity, Model};
use super::{corrupt, cut_by_id, day, id_of_page, money};
use crate::domain::application::{Application, Means};
use crate::domain::item::{GivenUp, Part};
use crate::domain::subledger::Saved;

/// An application. It stays as it is while its receipt and items are held: see [`super::books`].
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: ApplicationId) -> Result<Application, Fault> {
    let row = tx.find::<Entity>().filter(Column::ApplicationId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// What counts of the money of these receipts, in order of id.
///
/// # Errors
/// What the database says.
pub async fn live_of_receipts(tx: &Tx, receipts: &[Uuid]) -> Result<Vec<Application>, Fault> {
    live(tx, Column::ReceiptId, receipts).await
}

/// What counts of credit memos that were used together with the money of these receipts, in order of id.
///
/// # Errors
/// What the database says.
pub async fn live_beside_receipts(tx: &Tx, receipts: &[Uuid]) -> Result<Vec<Application>, Fault> {
    live(tx, Column::BesideReceiptId, receipts).await
}

/// What counts against these items, in order of id.
///
/// # Errors
/// What the database says.
pub async fn live_of_items(tx: &Tx, items: &[Uuid]) -> Result<Vec<Application>, Fault> {
    live(tx, Column::OpenItemId, items).await
}

async fn live(tx: &Tx, column: Column, ids: &[Uuid]) -> Result<Vec<Application>, Fault> {
    let mut applications = Vec::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let wanted = Condition::all().add(among(tx, column, chunk)).add(column.is_not_null()).add(Column::ReversedOn.is_null());
        let select = tx.find::<Entity>().filter(wanted).order_by_asc(Column::ApplicationId);
        for row in select.all(tx.conn()).await.or_fault()? {
            applications.push(read(row)?);
        }
    }
    Ok(applications)
}

/// Which applications a list is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApplicationFilter {
    /// Only money of this receipt.
    pub receipt: Option<ReceiptId>,
    /// Only what settled this item, or credit this item gave.
    pub item: Option<OpenItemId>,
    /// Only this customer's.
    pub customer: Option<CustomerId>,
}

/// Applications, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: ApplicationFilter, page: &PageRequest) -> Result<Page<Application>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(receipt) = filter.receipt {
        select = select.filter(Column::ReceiptId.eq(receipt.uuid()));
    }
    if let Some(item) = filter.item {
        select = select.filter(Condition::any().add(Column::OpenItemId.eq(item.uuid())).add(Column::CreditItemId.eq(item.uuid())));
    }
    if let Some(customer) = filter.customer {
        select = select.filter(Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::ApplicationId.lt(after));
    }
    let rows = select.order_by_desc(Column::ApplicationId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.application_id);
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<Application>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

/// Writes new applications and marks those taken back. Their events are the business of [`super::books::save`].
pub(super) async fn write(tx: &Tx, applications: Vec<Saved<Application>>) -> Result<(), Fault> {
    let (new, changed) = Saved::apart(applications);
    let (tenant, now) = (tx.tenant(), tx.now());
    let model = move |application| model(tenant, now, application);
    bulk::insert(tx, new.into_iter().map(model)).await?;
    bulk::update(tx, changed.into_iter().map(model), Target { key: Column::ApplicationId, set: &[Column::ReversedOn], keep: &[] }).await
}

const CASH: &str = "cash";
const CREDIT: &str = "credit";
const WRITE_OFF: &str = "write_off";

fn model(tenant: TenantId, now: Timestamp, application: Application) -> ActiveModel {
    let model = Model {
        tenant_id: tenant.uuid(),
        application_id: application.id.uuid(),
        means: match application.means {
            Means::Cash(_) => CASH,
            Means::Credit(_) => CREDIT,
            Means::WriteOff => WRITE_OFF,
        }
        .to_owned(),
        receipt_id: application.means.receipt().map(ReceiptId::uuid),
        credit_item_id: application.means.credit_item().map(OpenItemId::uuid),
        open_item_id: application.item.uuid(),
        customer_id: application.customer.uuid(),
        currency: application.part.amount.currency().code().to_owned(),
        amount: application.part.amount.minor(),
        discount: application.part.discount.minor(),
        write_off: application.part.write_off.minor(),
        difference: application.part.difference().to_owned(),
        applied_on: application.applied_on.days(),
        applied_by: application.applied_by,
        why: application.why,
        reversed_on: application.reversed_on.map(BusinessDate::days),
        beside_receipt_id: application.beside.map(ReceiptId::uuid),
        created_at: now.micros(),
    };
    model.into_active_model().reset_all()
}

fn read(row: Model) -> Result<Application, Fault> {
    let amount = |minor| money(minor, &row.currency);
    let means = match (row.means.as_str(), row.receipt_id, row.credit_item_id) {
        (CASH, Some(id), None) => Means::Cash(ReceiptId::new(id)),
        (CREDIT, None, Some(id)) => Means::Credit(OpenItemId::new(id)),
        (WRITE_OFF, None, None) => Means::WriteOff,
        (other, _, _) => return Err(corrupt(other)),
    };
    Ok(Application {
        id: ApplicationId::new(row.application_id),
        means,
        item: OpenItemId::new(row.open_item_id),
        customer: CustomerId::new(row.customer_id),
        part: Part {
            amount: amount(row.amount)?,
            discount: amount(row.discount)?,
            write_off: amount(row.write_off)?,
            given_up: GivenUp::parse(&row.difference).unwrap_or_default(),
        },
        applied_on: day(row.applied_on)?,
        applied_by: row.applied_by,
        why: row.why,
        reversed_on: row.reversed_on.map(day).transpose()?,
        beside: row.beside_receipt_id.map(ReceiptId::new),
    })
}
