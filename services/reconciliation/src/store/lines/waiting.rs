//! Lines that wait to be matched.

use std::collections::BTreeSet;

use quittance_chassis::Tx;
use quittance_chassis::db::OrFault;
use quittance_types::{BankLineId, BusinessDate, Fault, LegalEntityId, Timestamp, Uuid};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::read;
use super::unsettled::unsettled;
use crate::domain::line::{BankLine, LineState};
use crate::store::entity::bank_account;
use crate::store::entity::bank_line::Column;
use crate::store::entity::unsettled_line::Column as Unsettled;
use crate::store::woken;

/// Which lines wait to be matched.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Only lines on accounts of this seller; none takes all.
    pub seller: Option<LegalEntityId>,
    /// Unidentified lines looked at before this instant are looked at again: something new has come since.
    pub news_at: Timestamp,
    /// Only lines after this place.
    pub after: Option<(BusinessDate, BankLineId)>,
    /// At most this many.
    pub limit: u64,
}

/// Lines that wait, in order of booking. Not locked: their receipts are. However many wait, no more are read than asked for.
///
/// # Errors
/// What the database says.
pub async fn waiting(tx: &Tx, waiting: Waiting) -> Result<Vec<BankLine>, Fault> {
    let limit = usize::try_from(waiting.limit).unwrap_or(usize::MAX);
    let mut found: Vec<BankLine> = Vec::new();
    // One kind after the other, each along its index, rather than an OR over all of them.
    for which in [is_new(), is_due_again(waiting.news_at), woken::is_woken(tx)] {
        let last = found.last().filter(|_| found.len() >= limit).map(place_of);
        let more = first(tx, waiting, last, which).await?;
        if !more.is_empty() {
            found.extend(more);
            found.sort_by_key(place_of);
            found.dedup_by_key(|line| line.id);
            found.truncate(limit);
        }
    }
    Ok(found)
}

/// Where a line stands in order of booking.
type Place = (BusinessDate, BankLineId);

const fn place_of(line: &BankLine) -> Place {
    (line.movement.booked_on, line.id)
}

/// The first lines of a kind up to a place, in order of booking.
async fn first(tx: &Tx, waiting: Waiting, last: Option<Place>, which: Condition) -> Result<Vec<BankLine>, Fault> {
    let mut select = unsettled(tx).filter(which);
    if let Some(seller) = waiting.seller {
        select = select.filter(Column::BankAccountId.in_subquery(accounts_of(tx, seller)));
    }
    let place = || Expr::tuple([Expr::col(Unsettled::BookedOn.as_column_ref()), Expr::col(Unsettled::BankLineId.as_column_ref())]);
    let at = |(day, id): Place| Expr::tuple([Expr::value(day.days()), Expr::value(id.uuid())]);
    if let Some(after) = waiting.after {
        select = select.filter(place().gt(at(after)));
    }
    if let Some(last) = last {
        select = select.filter(place().lte(at(last)));
    }
    let select = select.order_by_asc(Unsettled::BookedOn).order_by_asc(Unsettled::BankLineId).limit(waiting.limit);
    select.all(tx.conn()).await.or_fault()?.into_iter().map(read).collect()
}

/// Accounts of a seller.
fn accounts_of(tx: &Tx, seller: LegalEntityId) -> SelectStatement {
    let select = tx.find::<bank_account::Entity>().select_only().column(bank_account::Column::BankAccountId);
    select.filter(bank_account::Column::LegalEntityId.eq(seller.uuid())).into_query()
}

/// How many lines wait: see [`waiting`].
///
/// # Errors
/// What the database says.
pub async fn count_waiting(tx: &Tx, seller: Option<LegalEntityId>, news_at: Timestamp) -> Result<u64, Fault> {
    let others = woken::is_woken(tx).add(is_due_again(news_at).not());
    let mut count = 0_u64;
    for which in [is_new(), is_due_again(news_at), others] {
        let mut select = unsettled(tx).filter(which);
        if let Some(seller) = seller {
            select = select.filter(Column::BankAccountId.in_subquery(accounts_of(tx, seller)));
        }
        count = count.saturating_add(select.count(tx.conn()).await.or_fault()?);
    }
    Ok(count)
}

/// Sellers with lines that wait; none stands for accounts that belong to none.
///
/// # Errors
/// What the database says.
pub async fn waiting_sellers(tx: &Tx, news_at: Timestamp) -> Result<Vec<Option<LegalEntityId>>, Fault> {
    let mut sellers: BTreeSet<Option<Uuid>> = BTreeSet::new();
    for which in [is_new(), is_due_again(news_at), woken::is_woken(tx)] {
        let accounts = unsettled(tx).filter(which).select_only().column(Column::BankAccountId).into_query();
        let select = tx.find::<bank_account::Entity>().filter(bank_account::Column::BankAccountId.in_subquery(accounts));
        let select = select.select_only().column(bank_account::Column::LegalEntityId).distinct();
        sellers.extend(select.into_tuple::<Option<Uuid>>().all(tx.conn()).await.or_fault()?);
    }
    Ok(sellers.into_iter().map(|seller| seller.map(LegalEntityId::new)).collect())
}

/// Nobody has looked at it.
fn is_new() -> Condition {
    Condition::all().add(Unsettled::State.eq(LineState::Imported.as_str()))
}

/// Looked at in vain before something new came.
fn is_due_again(news_at: Timestamp) -> Condition {
    Condition::all().add(Unsettled::State.eq(LineState::Unidentified.as_str())).add(Column::MatchedAt.lt(news_at.micros()))
}
