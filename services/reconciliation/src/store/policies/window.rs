//! The lines a trial looks at: money that came in, by seller and day.

use std::collections::{BTreeSet, HashMap};

use quittance_chassis::Tx;
use quittance_chassis::bulk::{among, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{BankLineId, BusinessDate, Fault, LegalEntityId, OpenItemId, ReceiptId, Uuid};
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::line::{BankLine, LineState};
use crate::domain::policy::trial::{Given, Paid};
use crate::store::entity::{application, bank_account, bank_line};
use crate::store::lines;

/// Lines whose money came in and stayed.
const STATES: [LineState; 5] =
    [LineState::Imported, LineState::Applied, LineState::PartlyApplied, LineState::Unapplied, LineState::Unidentified];

/// The days of a trial.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// First day.
    pub from: BusinessDate,
    /// Last day.
    pub to: BusinessDate,
}

/// Every seller that has bank accounts; none for accounts without a legal entity.
///
/// # Errors
/// What the database says.
pub async fn sellers(tx: &Tx) -> Result<BTreeSet<Option<LegalEntityId>>, Fault> {
    let sql = "SELECT DISTINCT legal_entity_id FROM bank_account WHERE tenant_id = $1";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into()]).await?;
    rows.iter().map(|row| Ok(row.value::<Option<Uuid>>("legal_entity_id")?.map(LegalEntityId::new))).collect()
}

/// How many lines there are.
///
/// # Errors
/// What the database says.
pub async fn count(tx: &Tx, seller: Option<LegalEntityId>, window: Window) -> Result<i32, Fault> {
    let Some(select) = select(tx, seller, window).await? else { return Ok(0) };
    Ok(i32::try_from(select.count(tx.conn()).await.or_fault()?).unwrap_or(i32::MAX))
}

/// The next lines after this place, in order of booking; at most so many.
///
/// # Errors
/// What the database says.
pub async fn receipts(
    tx: &Tx,
    seller: Option<LegalEntityId>,
    window: Window,
    after: Option<(BusinessDate, BankLineId)>,
    limit: u64,
) -> Result<Vec<BankLine>, Fault> {
    let Some(mut select) = select(tx, seller, window).await? else { return Ok(Vec::new()) };
    if let Some((day, id)) = after {
        let same_day = Condition::all().add(bank_line::Column::BookedOn.eq(day.days())).add(bank_line::Column::BankLineId.gt(id.uuid()));
        select = select.filter(Condition::any().add(bank_line::Column::BookedOn.gt(day.days())).add(same_day));
    }
    let select = select.order_by_asc(bank_line::Column::BookedOn).order_by_asc(bank_line::Column::BankLineId).limit(limit);
    select.all(tx.conn()).await.or_fault()?.into_iter().map(lines::read).collect()
}

async fn select(tx: &Tx, seller: Option<LegalEntityId>, window: Window) -> Result<Option<sea_orm::Select<bank_line::Entity>>, Fault> {
    let accounts = tx.find::<bank_account::Entity>();
    let accounts = match seller {
        Some(seller) => accounts.filter(bank_account::Column::LegalEntityId.eq(seller.uuid())),
        None => accounts.filter(bank_account::Column::LegalEntityId.is_null()),
    };
    let accounts = accounts.select_only().column(bank_account::Column::BankAccountId);
    let accounts: Vec<Uuid> = accounts.into_tuple().all(tx.conn()).await.or_fault()?;
    if accounts.is_empty() {
        return Ok(None);
    }
    let select = tx
        .find::<bank_line::Entity>()
        .filter(among(tx, bank_line::Column::BankAccountId, &accounts))
        .filter(bank_line::Column::BookedOn.between(window.from.days(), window.to.days()))
        .filter(bank_line::Column::State.is_in(STATES.map(LineState::as_str)))
        .filter(bank_line::Column::ReceiptId.is_not_null())
        .filter(bank_line::Column::Amount.gt(0));
    Ok(Some(select))
}

/// What the books say the money of these lines pays.
///
/// # Errors
/// What the database says.
pub async fn booked(tx: &Tx, lines: &[BankLine]) -> Result<HashMap<BankLineId, Paid>, Fault> {
    let line_of: HashMap<ReceiptId, BankLineId> = lines.iter().filter_map(|line| Some((line.receipt?, line.id))).collect();
    let receipts: Vec<Uuid> = line_of.keys().map(|receipt| receipt.uuid()).collect();
    let mut booked: HashMap<BankLineId, Paid> = HashMap::new();
    for chunk in receipts.chunks(keys_at_once(tx)) {
        let live = tx.find::<application::Entity>().filter(among(tx, application::Column::ReceiptId, chunk));
        for row in live.filter(application::Column::ReversedOn.is_null()).all(tx.conn()).await.or_fault()? {
            let Some(line) = row.receipt_id.and_then(|receipt| line_of.get(&ReceiptId::new(receipt))) else { continue };
            let given = Given { cash: row.amount, discount: row.discount, write_off: row.write_off, is_credit: false };
            let paid = booked.entry(*line).or_default().entry(OpenItemId::new(row.open_item_id)).or_default();
            *paid = paid.and(given);
        }
    }
    Ok(booked)
}
