//! Lists of lines, and what became of them in numbers.

use quittance_chassis::Tx;
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{BusinessDate, Fault, Page, PageRequest, StatementId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::read;
use super::unsettled::unsettled;
use crate::domain::line::{BankLine, LineState};
use crate::store::entity::bank_line::{Column, Entity};
use crate::store::entity::unsettled_line::Column as Unsettled;
use crate::store::{DayAndId, known};

/// Lines in order of booking, and how many there are in all.
///
/// # Errors
/// What the database says.
pub async fn page(
    tx: &Tx,
    statement: Option<StatementId>,
    state: Option<LineState>,
    page: &PageRequest,
) -> Result<(Page<BankLine>, u64), Fault> {
    let booked = [Column::BookedOn.as_column_ref(), Column::BankLineId.as_column_ref()];
    let (mut all, [day, id]) = match state {
        Some(LineState::Applied) => (tx.find::<Entity>().filter(Column::State.eq(LineState::Applied.as_str())), booked),
        Some(state) => {
            let of_state = unsettled(tx).filter(Unsettled::State.eq(state.as_str()));
            (of_state, [Unsettled::BookedOn.as_column_ref(), Unsettled::BankLineId.as_column_ref()])
        }
        None => (tx.find::<Entity>(), booked),
    };
    if let Some(statement) = statement {
        all = all.filter(Column::StatementId.eq(statement.uuid()));
    }
    let total = all.clone().count(tx.conn()).await.or_fault()?;
    let mut select = all;
    if let Some(after) = DayAndId::of_page(page)? {
        let place = Expr::tuple([Expr::col(day.clone()), Expr::col(id.clone())]);
        select = select.filter(place.gt(Expr::tuple([Expr::value(after.day), Expr::value(after.id)])));
    }
    let select = select.order_by_asc(Expr::col(day)).order_by_asc(Expr::col(id)).limit(page.fetch_limit());
    let rows = select.all(tx.conn()).await.or_fault()?;
    let cut = Page::cut(rows, page, |row| DayAndId { day: row.booked_on, id: row.bank_line_id }.to_bytes());
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<BankLine>, Fault>>()?;
    Ok((Page { items, next: cut.next }, total))
}

/// How many lines went one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    /// The reading or kind of line that decided.
    pub rule: String,
    /// What became of them.
    pub state: LineState,
    /// Why they were not applied without a person; may be empty.
    pub refusal: String,
    /// A person decided in the end.
    pub by_person: bool,
    /// How many.
    pub lines: i64,
}

/// Booked lines by rule, state and refusal since a day.
///
/// # Errors
/// What the database says.
pub async fn statistics(tx: &Tx, from: Option<BusinessDate>) -> Result<Vec<Statistic>, Fault> {
    let sql = "SELECT rule, state, refusal, by_person, COUNT(*) AS lines FROM bank_line WHERE tenant_id = $1 AND booked_on >= $2 \
               GROUP BY rule, state, refusal, by_person ORDER BY rule, state, refusal, by_person";
    let from = from.unwrap_or(BusinessDate::MIN);
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), from.days().into()]).await?;
    let read = |row: &sea_orm::QueryResult| {
        let state: String = row.value("state")?;
        Ok(Statistic {
            rule: row.value("rule")?,
            state: known(LineState::parse(&state), &state)?,
            refusal: row.value("refusal")?,
            by_person: row.value("by_person")?,
            lines: row.value("lines")?,
        })
    };
    rows.iter().map(read).collect()
}
