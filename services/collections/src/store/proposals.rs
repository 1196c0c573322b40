//! What a run proposed: the lines of each draft notice, in one row.

use std::collections::HashMap;

use quittance_chassis::{bulk, db::OrFault, tx::Tx};
use quittance_types::{Fault, InvoiceId, Uuid};
use sea_orm::{IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{
    date,
    entity::{notice, proposal},
    from_json, money, to_json,
};
use crate::domain::notice::{Notice, NoticeItem};

/// A line as it is kept: invoice, number, level, open in minor units of the notice's currency, due date.
#[derive(Serialize, Deserialize)]
struct Line(#[serde(with = "uuid::serde::simple")] Uuid, String, i32, i64, i32);

/// Stores the lines of draft notices.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, drafts: &[Notice]) -> Result<(), Fault> {
    let line = |item: &NoticeItem| Line(item.invoice.uuid(), item.number.clone(), item.level, item.open.minor(), item.due.days());
    let row = |draft: &Notice| {
        let items = to_json(&draft.items.iter().map(line).collect::<Vec<_>>())?;
        Ok(proposal::Model { tenant_id: tx.tenant().uuid(), notice_id: draft.id.uuid(), items }.into_active_model())
    };
    bulk::insert(tx, drafts.iter().map(row).collect::<Result<Vec<_>, Fault>>()?).await
}

/// The proposed items of notices.
///
/// # Errors
/// What the database says.
pub async fn items_of(tx: &Tx, notices: &[&notice::Model]) -> Result<HashMap<Uuid, Vec<NoticeItem>>, Fault> {
    let rows: HashMap<Uuid, &notice::Model> = notices.iter().map(|row| (row.id, *row)).collect();
    let ids: Vec<Uuid> = notices.iter().map(|row| row.id).collect();
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(bulk::keys_at_once(tx)) {
        let select = tx.find::<proposal::Entity>().filter(bulk::among(tx, proposal::Column::NoticeId, chunk));
        for proposal in select.all(tx.conn()).await.or_fault()? {
            let Some(notice) = rows.get(&proposal.notice_id) else { continue };
            let lines: Vec<Line> = from_json(&proposal.items)?;
            let items = lines.into_iter().map(|line| item(line, notice)).collect::<Result<_, Fault>>()?;
            found.insert(proposal.notice_id, items);
        }
    }
    Ok(found)
}

fn item(Line(invoice, number, level, open, due): Line, notice: &notice::Model) -> Result<NoticeItem, Fault> {
    let due = date(due)?;
    let days_past_due = date(notice.as_of_on)?.days_since(due);
    Ok(NoticeItem { invoice: InvoiceId::new(invoice), number, level, open: money(open, &notice.currency)?, due, days_past_due })
}
