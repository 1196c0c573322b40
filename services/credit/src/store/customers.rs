//! Customers and their credit accounts.

use std::collections::HashMap;

use quittance_api::credit::v1::CustomerChanged;
use quittance_chassis::{
    bulk,
    db::{OrFault, RowExt},
    events::Emit,
    request::filter::Listing,
    tx::Tx,
};
use quittance_types::{Currency, CustomerId, Fault, Page, PageRequest, Reason, Timestamp, Uuid};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LikeExpr},
};

use super::{
    corrupt,
    entity::{credit_account, customer},
    from_json, to_json,
};
use crate::domain::customer::{Customer, CustomerDetails, CustomerState};
use crate::wire;

/// Ids bound in one IN list.
const CHUNK: usize = 500;
/// Customers above a customer, at most.
const LEVELS: i32 = 10;

fn to_row(tx: &Tx, customer: &Customer) -> Result<customer::Model, Fault> {
    let details = &customer.details;
    Ok(customer::Model {
        tenant_id: tx.tenant().uuid(),
        id: customer.id.uuid(),
        external_id: Some(details.external_id.clone()).filter(|id| !id.is_empty()),
        legal_name: details.legal_name.clone(),
        name_key: details.legal_name.to_lowercase(),
        country: details.country.clone(),
        city: details.city.clone(),
        vat_id: details.vat_id.clone(),
        currency: details.currency.code().to_owned(),
        payment_terms: details.payment_terms.clone(),
        parent_id: details.parent.map(CustomerId::uuid),
        ibans: to_json(&details.ibans)?,
        contacts: to_json(&details.contacts)?,
        segment: details.segment.clone(),
        state: customer.state.as_str().to_owned(),
        version: customer.version,
        created_at: customer.created_at.micros(),
    })
}

fn from_row(row: customer::Model) -> Result<Customer, Fault> {
    Ok(Customer {
        id: CustomerId::new(row.id),
        details: CustomerDetails {
            external_id: row.external_id.unwrap_or_default(),
            legal_name: row.legal_name,
            country: row.country,
            city: row.city,
            vat_id: row.vat_id,
            currency: Currency::parse(&row.currency).map_err(|fault| corrupt(fault.message()))?,
            payment_terms: row.payment_terms,
            parent: row.parent_id.map(CustomerId::new),
            ibans: from_json(&row.ibans)?,
            contacts: from_json(&row.contacts)?,
            segment: row.segment,
        },
        state: CustomerState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// Stores new customers, opens their accounts and publishes them, in a handful of statements.
///
/// # Errors
/// DUPLICATE_EXTERNAL_ID when another request took an external id meanwhile.
pub async fn insert(tx: &Tx, customers: &[Customer]) -> Result<(), Fault> {
    let rows: Vec<_> = customers.iter().map(|customer| to_row(tx, customer)).collect::<Result<_, _>>()?;
    let accounts = rows.iter().map(account_of).map(IntoActiveModel::into_active_model).collect();
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).collect();
    tx.insert_many::<customer::ActiveModel>(rows).await.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists => duplicate(),
        _ => fault,
    })?;
    tx.insert_many::<credit_account::ActiveModel>(accounts).await?;
    customers.iter().for_each(|customer| publish(tx, customer));
    Ok(())
}

fn account_of(row: &customer::Model) -> credit_account::Model {
    credit_account::Model {
        tenant_id: row.tenant_id,
        customer_id: row.id,
        currency: row.currency.clone(),
        limit_minor: None,
        score: None,
        score_source: String::new(),
        held_minor: 0,
        open_minor: 0,
        unapplied_minor: 0,
    }
}

fn duplicate() -> Fault {
    Fault::new(Reason::DuplicateExternalId, "Another customer has this external_id. Update that one, or choose another key.")
        .field("customer.external_id")
}

const CHANGED: bulk::Target<'static, customer::Column> = bulk::Target {
    key: customer::Column::Id,
    set: &[
        customer::Column::LegalName,
        customer::Column::NameKey,
        customer::Column::Country,
        customer::Column::City,
        customer::Column::VatId,
        customer::Column::PaymentTerms,
        customer::Column::ParentId,
        customer::Column::Ibans,
        customer::Column::Contacts,
        customer::Column::Segment,
        customer::Column::Version,
    ],
    keep: &[],
};

/// Writes changed customers by one statement and publishes them.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, changed: &[Customer]) -> Result<(), Fault> {
    let rows = changed.iter().map(|customer| Ok(to_row(tx, customer)?.into_active_model().reset_all()));
    let rows: Vec<customer::ActiveModel> = rows.collect::<Result<_, Fault>>()?;
    bulk::update(tx, rows, CHANGED).await?;
    changed.iter().for_each(|customer| publish(tx, customer));
    Ok(())
}

/// Checks what stands above written customers: everybody exists, and nobody stands above themselves.
///
/// # Errors
/// RESOURCE_NOT_FOUND for a parent that does not exist; FIELDS_CONFLICT for a circle, or more than ten levels.
pub async fn check_parents(tx: &Tx, written: &[Uuid]) -> Result<(), Fault> {
    for chunk in written.chunks(CHUNK) {
        let places: Vec<String> = (0..chunk.len()).map(|index| format!("${}", index + 3)).collect();
        let sql = format!(
            "WITH RECURSIVE up (id, above, level) AS (\
             SELECT id, parent_id, 1 FROM customer WHERE tenant_id = $1 AND parent_id IS NOT NULL AND id IN ({}) UNION ALL \
             SELECT up.id, c.parent_id, up.level + 1 FROM up JOIN customer c ON c.tenant_id = $1 AND c.id = up.above \
             WHERE c.parent_id IS NOT NULL AND up.level <= $2) \
             SELECT up.above, up.above = up.id OR up.level > $2 AS circular, c.id IS NULL AS missing FROM up \
             LEFT JOIN customer c ON c.tenant_id = $1 AND c.id = up.above \
             WHERE up.above = up.id OR up.level > $2 OR c.id IS NULL LIMIT 1",
            places.join(", ")
        );
        let mut values = vec![tx.tenant().uuid().into(), LEVELS.into()];
        values.extend(chunk.iter().map(|id| sea_orm::Value::from(*id)));
        let Some(row) = tx.one(&sql, values).await? else { continue };
        let fault = if row.value("missing")? {
            CustomerId::new(row.value("above")?).not_found()
        } else {
            Fault::new(Reason::FieldsConflict, "A customer cannot stand above itself, nor below more than ten others.")
        };
        return Err(fault.field("parent_customer_id"));
    }
    Ok(())
}

fn publish(tx: &Tx, customer: &Customer) {
    let event = CustomerChanged { customer: Some(wire::customer(customer)) };
    tx.emit(Emit::public(customer.id.to_string(), customer.id.uuid(), &event));
}

/// One customer.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: CustomerId) -> Result<Customer, Fault> {
    let row = tx.find::<customer::Entity>().filter(customer::Column::Id.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    from_row(row.ok_or_else(|| id.not_found())?)
}

/// What a decision needs to know of a customer.
#[derive(Clone, Debug)]
pub struct Standing {
    /// May it buy?
    pub state: CustomerState,
    /// Its usual terms.
    pub payment_terms: String,
}

/// The standing of these customers, those that exist.
///
/// # Errors
/// What the database says.
pub async fn standing_of(tx: &Tx, customers: &[Uuid]) -> Result<HashMap<CustomerId, Standing>, Fault> {
    let select = tx.find::<customer::Entity>().filter(customer::Column::Id.is_in(customers.iter().copied())).select_only();
    let select = select.column(customer::Column::Id).column(customer::Column::State).column(customer::Column::PaymentTerms);
    let rows: Vec<(Uuid, String, String)> = select.into_tuple().all(tx.conn()).await.or_fault()?;
    let read = |(id, state, payment_terms): (Uuid, String, String)| {
        let state = CustomerState::parse(&state).ok_or_else(|| corrupt(&state))?;
        Ok((CustomerId::new(id), Standing { state, payment_terms }))
    };
    rows.into_iter().map(read).collect()
}

/// One customer, locked until the transaction ends.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: CustomerId) -> Result<Customer, Fault> {
    let select = tx.lock(tx.find::<customer::Entity>().filter(customer::Column::Id.eq(id.uuid())));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// One customer by the caller's own key.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_by_external_id(tx: &Tx, external_id: &str) -> Result<Customer, Fault> {
    let select = tx.find::<customer::Entity>().filter(customer::Column::ExternalId.eq(external_id));
    let row = select.one(tx.conn()).await.or_fault()?;
    from_row(row.ok_or_else(|| Fault::not_found("customer", format!("external:{external_id}")))?)
}

/// Customers by the caller's own keys, the ones that exist, locked until the transaction ends.
///
/// # Errors
/// What the database says.
pub async fn lock_by_external_ids(tx: &Tx, external_ids: &[String]) -> Result<HashMap<String, Customer>, Fault> {
    let mut found = HashMap::new();
    for chunk in external_ids.chunks(CHUNK) {
        let select = tx.find::<customer::Entity>().filter(customer::Column::ExternalId.is_in(chunk.iter().map(String::as_str)));
        for row in tx.lock(select).all(tx.conn()).await.or_fault()? {
            let customer = from_row(row)?;
            found.insert(customer.details.external_id.clone(), customer);
        }
    }
    Ok(found)
}

/// Customers in order of creation (their ids ascend with time).
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, name_contains: &str, listing: &Listing, request: &PageRequest) -> Result<Page<Customer>, Fault> {
    let select = tx.find::<customer::Entity>().filter(listing.filter.condition());
    let mut select = select.order_by(customer::Column::Id, listing.order()).limit(request.fetch_limit());
    if let Some(after) = request.after.as_deref() {
        let after = Uuid::from_slice(after).map_err(corrupt)?;
        select = select.filter(Expr::col(customer::Column::Id).binary(listing.beyond(), after));
    }
    if !name_contains.is_empty() {
        let pattern = format!("%{}%", escape(&name_contains.to_lowercase()));
        select = select.filter(Expr::col(customer::Column::NameKey).like(LikeExpr::new(pattern).escape('\\')));
    }
    let rows = select.all(tx.conn()).await.or_fault()?;
    let page = Page::cut(rows, request, |row| row.id.as_bytes().to_vec());
    let items = page.items.into_iter().map(from_row).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

/// Text in a LIKE pattern stands for itself.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
