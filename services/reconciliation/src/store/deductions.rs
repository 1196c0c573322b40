//! What payers held back. Whatever changes here is published with the state as it stands afterwards.

mod follow;

use std::collections::BTreeMap;

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::bulk::{self, Target, among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_chassis::{Emit, Tx};
use quittance_types::{ApplicationId, BankLineId, CustomerId, DeductionId, Fault, Money, OpenItemId, Page, PageRequest, Timestamp, Uuid};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use super::entity::deduction::{ActiveModel, Column, Entity, Model};
use super::{cut_by_id, day, id_of_page, items, known, money};
use crate::domain::deduction::{Deduction, DeductionCode, DeductionState, NewDeduction};
use crate::wire;

pub(super) use follow::{Touched, follow};

/// A deduction.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: DeductionId) -> Result<Deduction, Fault> {
    let row = tx.find::<Entity>().filter(Column::DeductionId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Locks a deduction until the transaction ends.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load_for_update(tx: &Tx, id: DeductionId) -> Result<Deduction, Fault> {
    let select = tx.find::<Entity>().filter(Column::DeductionId.eq(id.uuid()));
    let row = tx.lock(select).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Which deductions a list is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeductionFilter {
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Only those in this state.
    pub state: Option<DeductionState>,
    /// Only those of this item.
    pub item: Option<OpenItemId>,
}

/// Deductions, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: DeductionFilter, page: &PageRequest) -> Result<Page<Deduction>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(customer) = filter.customer {
        select = select.filter(Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = filter.state {
        select = select.filter(Column::State.eq(state.as_str()));
    }
    if let Some(item) = filter.item {
        select = select.filter(Column::OpenItemId.eq(item.uuid()));
    }
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::DeductionId.lt(after));
    }
    let rows = select.order_by_desc(Column::DeductionId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.deduction_id);
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<Deduction>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

fn is_undecided() -> SimpleExpr {
    Expr::cust("\"deduction\".\"state\" IN ('open', 'coded')")
}

/// Locks the undecided deductions of these items, oldest first.
///
/// # Errors
/// What the database says.
pub async fn undecided_of(tx: &Tx, items: &[Uuid]) -> Result<Vec<Deduction>, Fault> {
    let mut found = Vec::new();
    for chunk in items.chunks(keys_at_once(tx)) {
        let wanted = Condition::all().add(among(tx, Column::OpenItemId, chunk)).add(is_undecided());
        let select = tx.find::<Entity>().filter(wanted).order_by_asc(Column::DeductionId);
        for row in tx.lock(select).all(tx.conn()).await.or_fault()? {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

/// Notes what payers held back, after the applications were saved: never more than the item is still open by, beyond what is
/// undecided of it, since later money of the same transaction may have paid it.
///
/// # Errors
/// What the database says.
pub async fn open(tx: &Tx, new: Vec<NewDeduction>) -> Result<(), Fault> {
    if new.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<Uuid> = new.iter().map(|one| one.item.uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut free: BTreeMap<OpenItemId, Money> = BTreeMap::new();
    for item in items::with_ids(tx, &ids).await? {
        free.insert(item.id, item.open()?);
    }
    for known in undecided_of(tx, &ids).await? {
        if let Some(left) = free.get_mut(&known.item) {
            *left = left.sub(known.amount)?;
        }
    }
    let mut models = Vec::with_capacity(new.len());
    for mut one in new {
        let left = free.get_mut(&one.item).ok_or_else(|| one.item.not_found())?;
        one.amount = one.amount.min(*left)?;
        if !one.amount.is_positive() {
            continue;
        }
        *left = left.sub(one.amount)?;
        let tx = tx.member(one.member);
        let opened = Deduction::open(DeductionId::new(tx.new_id()), one, &tx.ctx().principal.actor(), tx.now());
        let message = pb::DeductionOpened { deduction: Some(wire::deductions::deduction(&opened)) };
        tx.emit(Emit::public(opened.id, opened.customer, &message).changed(Value::Null, seen(&opened)));
        models.push(model(&tx, opened));
    }
    bulk::insert::<ActiveModel>(tx, models).await
}

/// A deduction before and after a change, for one request of a group, and why.
pub struct Change {
    /// As it was.
    pub before: Deduction,
    /// As it is.
    pub after: Deduction,
    /// The place of the request.
    pub member: usize,
    /// In words; may be empty.
    pub why: String,
}

/// Saves changed deductions with their events.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, changes: Vec<Change>) -> Result<(), Fault> {
    let mut models = Vec::with_capacity(changes.len());
    for Change { before, after, member, why } in changes {
        let message = pb::DeductionChanged { deduction: Some(wire::deductions::deduction(&after)) };
        let emit = Emit::public(after.id, after.customer, &message).because(why);
        tx.member(member).emit(emit.changed(seen(&before), seen(&after)));
        models.push(model(tx, after));
    }
    let set = [Column::Amount, Column::Code, Column::State, Column::DecidedBy, Column::Version];
    bulk::update::<ActiveModel>(tx, models, Target { key: Column::DeductionId, set: &set, keep: &[] }).await
}

fn seen(deduction: &Deduction) -> Value {
    json!({ "amount": deduction.amount, "code": deduction.code.map(DeductionCode::as_str), "state": deduction.state.as_str() })
}

fn model(tx: &Tx, deduction: Deduction) -> ActiveModel {
    let word = |code: Option<DeductionCode>| code.map_or("", DeductionCode::as_str).to_owned();
    let model = Model {
        tenant_id: tx.tenant().uuid(),
        deduction_id: deduction.id.uuid(),
        open_item_id: deduction.item.uuid(),
        document_number: deduction.document_number,
        customer_id: deduction.customer.uuid(),
        application_id: deduction.application.uuid(),
        bank_line_id: deduction.line.map(BankLineId::uuid),
        currency: deduction.amount.currency().code().to_owned(),
        amount: deduction.amount.minor(),
        code: word(deduction.code),
        said: deduction.said,
        suggested_code: word(deduction.suggested),
        state: deduction.state.as_str().to_owned(),
        deducted_on: deduction.deducted_on.days(),
        decided_by: deduction.decided_by,
        version: deduction.version,
        created_at: deduction.created_at.micros(),
    };
    model.into_active_model().reset_all()
}

fn read(row: Model) -> Result<Deduction, Fault> {
    let code = |word: &str| if word.is_empty() { Ok(None) } else { known(DeductionCode::parse(word), word).map(Some) };
    Ok(Deduction {
        id: DeductionId::new(row.deduction_id),
        item: OpenItemId::new(row.open_item_id),
        customer: CustomerId::new(row.customer_id),
        application: ApplicationId::new(row.application_id),
        line: row.bank_line_id.map(BankLineId::new),
        amount: money(row.amount, &row.currency)?,
        code: code(&row.code)?,
        suggested: code(&row.suggested_code)?,
        state: known(DeductionState::parse(&row.state), &row.state)?,
        deducted_on: day(row.deducted_on)?,
        created_at: Timestamp::from_micros(row.created_at),
        decided_by: row.decided_by,
        version: row.version,
        document_number: row.document_number,
        said: row.said,
    })
}
