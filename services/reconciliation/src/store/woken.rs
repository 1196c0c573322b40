//! Lines that wait for a person, or whose money the engine keeps on account, although something they may be about has changed
//! since: they are offered to the engine again. A person's own decision about a line is never taken up again.

use std::collections::{BTreeMap, BTreeSet};

use quittance_chassis::Tx;
use quittance_chassis::bulk::{among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_chassis::stored::Binds;
use quittance_types::{BankLineId, CustomerId, Fault, LegalEntityId, Uuid};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::entity::{bank_line, unsettled_line, woken_line};
use super::policies;
use crate::domain::happening::Happening;
use crate::domain::line::LineState;
use crate::domain::subledger::{Changes, Saved};

/// States of lines that may be matched yet.
const WAITING: [LineState; 2] = [LineState::Unidentified, LineState::Unapplied];
/// Lines that wait for a person.
const WITH_EXCEPTION: &str = "exception e \
     JOIN bank_line l ON l.tenant_id = e.tenant_id AND l.bank_line_id = e.bank_line_id AND e.tenant_id = $1 AND e.state <> 'resolved'";
/// Lines whose money the engine keeps on account: it came twice, or before its document.
const ON_ACCOUNT: &str = "receipt r \
     JOIN bank_line l ON l.tenant_id = r.tenant_id AND l.bank_line_id = r.source_id AND r.tenant_id = $1 AND r.source = 'bank_line' \
     AND r.state = 'on_account'";
/// Customers named in one statement.
const CUSTOMERS_AT_ONCE: usize = 500;

/// Customers of whom documents ask for more than before, or may be paid again.
#[derive(Debug, Default)]
pub struct Wake {
    customers: BTreeSet<CustomerId>,
    /// Lines that were decided about in the same breath.
    but: BTreeSet<BankLineId>,
}

impl Wake {
    /// What these changes wake.
    pub fn by(changes: &Changes) -> Wake {
        let customers = changes.happenings.iter().filter_map(|(_, happening)| freed(happening)).collect();
        let lines = changes.receipts.iter().filter_map(|saved| match saved {
            // The line of a new receipt waits for nobody yet.
            Saved::New(_) => None,
            Saved::Changed(receipt) => receipt.bank_line(),
        });
        Wake { customers, but: lines.collect() }
    }

    /// Wakes the lines that wait for those customers, their parents and their sisters.
    ///
    /// # Errors
    /// What the database says.
    pub async fn carry_out(self, tx: &Tx) -> Result<(), Fault> {
        if self.customers.is_empty() {
            return Ok(());
        }
        let customers: Vec<CustomerId> = self.customers.into_iter().collect();
        for chunk in customers.chunks(CUSTOMERS_AT_ONCE) {
            for (lines, customer) in [(WITH_EXCEPTION, "e.customer_id"), (ON_ACCOUNT, "r.customer_id")] {
                let mut binds = Binds::new(tx);
                let named = binds.list(chunk.iter().map(|customer| customer.uuid()));
                let parents = format!(
                    "SELECT COALESCE(p.parent_id, p.customer_id) FROM customer p WHERE p.tenant_id = $1 AND p.customer_id IN ({named})"
                );
                let family = format!(
                    "{customer} IN (SELECT c.customer_id FROM customer c WHERE c.tenant_id = $1 \
                 AND (c.customer_id IN ({parents}) OR c.parent_id IN ({parents})))"
                );
                wake(tx, lines, &family, binds).await?;
            }
        }
        let own: Vec<Uuid> = self.but.into_iter().map(BankLineId::uuid).collect();
        delete(tx, &own, |_| true).await
    }
}

/// The customer of a document that asks for more than before, or may be paid again.
fn freed(happening: &Happening) -> Option<CustomerId> {
    match happening {
        Happening::CashUnapplied { item, .. } | Happening::ItemReopened { item, .. } => Some(item.customer),
        Happening::ItemChanged { item, before, .. } if before.disputed && !item.disputed => Some(item.customer),
        Happening::ItemChanged { .. }
        | Happening::ItemOpened(_)
        | Happening::CashReceived(_)
        | Happening::CashApplied { .. }
        | Happening::ItemSettled(_)
        | Happening::ReceiptChanged { .. } => None,
    }
}

/// Wakes what waits on accounts a policy decides about: those of its seller, else those of all without a policy of their own.
///
/// # Errors
/// What the database says.
pub async fn by_policy(tx: &Tx, seller: Option<LegalEntityId>) -> Result<(), Fault> {
    let mut binds = Binds::new(tx);
    if let Some(seller) = seller {
        let which = format!("a.legal_entity_id = {}", binds.add(seller.uuid()));
        return wake(tx, WITH_EXCEPTION, &which, binds).await;
    }
    let own = policies::with_own(tx).await?;
    let which = match own.is_empty() {
        true => "TRUE".to_owned(),
        false => {
            let named = binds.list(own.iter().map(|seller| seller.uuid()));
            format!("(a.legal_entity_id IS NULL OR a.legal_entity_id NOT IN ({named}))")
        }
    };
    wake(tx, WITH_EXCEPTION, &which, binds).await
}

/// One statement whatever the number of lines. `$1` is the tenant.
async fn wake(tx: &Tx, lines: &str, which: &str, binds: Binds) -> Result<(), Fault> {
    let states = WAITING.map(|state| format!("'{}'", state.as_str())).join(", ");
    let sql = format!(
        "INSERT INTO woken_line (tenant_id, bank_line_id, times) \
         SELECT l.tenant_id, l.bank_line_id, 1 FROM {lines} \
         JOIN bank_account a ON a.tenant_id = l.tenant_id AND a.bank_account_id = l.bank_account_id \
         WHERE l.tenant_id = $1 AND l.state IN ({states}) AND NOT l.by_person AND {which} ORDER BY l.bank_line_id \
         ON CONFLICT (tenant_id, bank_line_id) DO UPDATE SET times = woken_line.times + 1"
    );
    tx.execute(&sql, binds.values()).await.map(drop)
}

/// A line that was woken, and how often so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The line.
    pub line: BankLineId,
    /// How often.
    pub times: i64,
}

/// The condition of lines that were woken and still wait, of lines joined with their states.
pub(super) fn is_woken(tx: &Tx) -> Condition {
    let woken = tx.find::<woken_line::Entity>().select_only().column(woken_line::Column::BankLineId).into_query();
    still_waits(unsettled_line::Column::State).add(unsettled_line::Column::BankLineId.in_subquery(woken))
}

/// The condition of lines nobody has decided about, by the column that has their states.
fn still_waits(state: impl ColumnTrait) -> Condition {
    let states = state.is_in(WAITING.map(LineState::as_str));
    Condition::all().add(states).add(bank_line::Column::ByPerson.eq(false))
}

/// Which of these lines were woken and still wait, and how often they were. To be asked once their receipts are locked, and before
/// the engine is asked.
///
/// # Errors
/// What the database says.
pub async fn calls(tx: &Tx, lines: &[Uuid]) -> Result<Vec<Call>, Fault> {
    let mut calls = Vec::new();
    for chunk in lines.chunks(keys_at_once(tx)) {
        let waiting = tx
            .find::<bank_line::Entity>()
            .filter(among(tx, bank_line::Column::BankLineId, chunk))
            .filter(still_waits(bank_line::Column::State));
        let waiting = waiting.select_only().column(bank_line::Column::BankLineId).into_query();
        let rows = tx.find::<woken_line::Entity>().filter(woken_line::Column::BankLineId.in_subquery(waiting));
        let rows = rows.all(tx.conn()).await.or_fault()?;
        calls.extend(rows.into_iter().map(|row| Call { line: BankLineId::new(row.bank_line_id), times: row.times }));
    }
    Ok(calls)
}

/// The engine has looked at them; what has woken one since counts.
///
/// # Errors
/// What the database says.
pub async fn answer(tx: &Tx, calls: &[Call]) -> Result<(), Fault> {
    let seen: BTreeMap<Uuid, i64> = calls.iter().map(|call| (call.line.uuid(), call.times)).collect();
    let lines: Vec<Uuid> = seen.keys().copied().collect();
    delete(tx, &lines, |row| seen.get(&row.bank_line_id) == Some(&row.times)).await
}

/// Of these lines, in order of id, those that are `done`.
async fn delete(tx: &Tx, lines: &[Uuid], done: impl Fn(&woken_line::Model) -> bool) -> Result<(), Fault> {
    for chunk in lines.chunks(keys_at_once(tx)) {
        let select = tx.find::<woken_line::Entity>().filter(among(tx, woken_line::Column::BankLineId, chunk));
        let select = select.order_by_asc(woken_line::Column::BankLineId);
        let found = tx.lock(select).all(tx.conn()).await.or_fault()?;
        let found: Vec<Uuid> = found.into_iter().filter(&done).map(|row| row.bank_line_id).collect();
        if !found.is_empty() {
            let own = woken_line::Entity::delete_many().filter(woken_line::Column::TenantId.eq(tx.tenant().uuid()));
            own.filter(among(tx, woken_line::Column::BankLineId, &found)).exec(tx.conn()).await.or_fault()?;
        }
    }
    Ok(())
}
