//! Issuing a run: what was proposed is looked at again, set by set.

use quittance_api::collections::v1::NoticeIssued;
use quittance_chassis::{db::Backend, events::Emit, tx::Tx};
use quittance_types::Fault;
use sea_orm::Value;

use super::notices;
use crate::{domain::dunning::DunningRun, rpc::wire};

/// Notices looked at in one statement.
const SET: usize = 4_000;
/// Notices published at a time.
const BATCH: u64 = 500;

/// Sets levels, queues notices and publishes them. Invoices that were paid, contested, promised or dunned meanwhile are
/// dropped; customers whose contact is paused, or who were written to meanwhile, get nothing; a notice without invoices is
/// cancelled.
///
/// # Errors
/// What the database says.
pub async fn issue(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    let of_run = || -> Vec<Value> { vec![tx.tenant().uuid().into(), run.id.uuid().into()] };
    let on_day = || -> Vec<Value> { vec![tx.tenant().uuid().into(), run.id.uuid().into(), run.as_of.days().into()] };
    if tx.backend() == Backend::Postgres {
        // Pauses, promises, disputes and other runs take this lock too: they wait, or have been seen.
        tx.all(CUSTOMERS, of_run()).await?;
    }
    tx.execute(UNREACHABLE, on_day()).await?;
    for set in notices::draft_ids(tx, run.id).await?.chunks(SET) {
        let (Some(first), Some(last)) = (set.first(), set.last()) else { continue };
        let bounds = || -> Vec<Value> { vec![tx.tenant().uuid().into(), run.id.uuid().into(), (*first).into(), (*last).into()] };
        let mut dated = bounds();
        dated.push(run.as_of.days().into());
        tx.execute(DROP, dated.clone()).await?;
        tx.execute(REFRESH, bounds()).await?;
        tx.execute(REMEMBER, bounds()).await?;
        tx.execute(QUEUE, dated).await?;
    }
    tx.execute("UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft'", of_run()).await?;
    tx.execute(NOTICED, on_day()).await?;
    publish(tx, run).await
}

const CUSTOMERS: &str = "SELECT c.id FROM customer c WHERE c.tenant_id = $1 AND c.id IN (SELECT n.customer_id FROM notice n \
    WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.state = 'draft') ORDER BY c.id FOR UPDATE";

/// Contact rules may have changed since the preview.
const UNREACHABLE: &str = "UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft' AND EXISTS (\
    SELECT 1 FROM customer c JOIN strategy s ON s.tenant_id = $1 AND s.id = notice.strategy_id \
    WHERE c.tenant_id = $1 AND c.id = notice.customer_id AND (c.paused_until >= $3 OR c.noticed_on + s.contact_gap_days > $3))";

const DROP: &str = "DELETE FROM notice_item WHERE tenant_id = $1 AND notice_id BETWEEN $3 AND $4 \
    AND notice_id IN (SELECT n.id FROM notice n WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.state = 'draft') \
    AND NOT EXISTS (SELECT 1 FROM receivable r WHERE r.tenant_id = $1 AND r.document_id = notice_item.document_id \
    AND r.open_minor > 0 AND r.disputed_minor = 0 AND (r.promised_until IS NULL OR r.promised_until < $5) \
    AND NOT EXISTS (SELECT 1 FROM dunned d WHERE d.tenant_id = $1 AND d.document_id = r.document_id AND d.level >= notice_item.level))";

const REFRESH: &str = "UPDATE notice_item SET open_minor = r.open_minor FROM receivable r, notice n WHERE notice_item.tenant_id = $1 \
    AND notice_item.notice_id BETWEEN $3 AND $4 AND n.tenant_id = $1 AND n.id = notice_item.notice_id AND n.run_id = $2 AND n.state = 'draft' \
    AND r.tenant_id = $1 AND r.document_id = notice_item.document_id AND r.open_minor <> notice_item.open_minor";

const REMEMBER: &str = "INSERT INTO dunned (tenant_id, document_id, level, notice_id) \
    SELECT i.tenant_id, i.document_id, i.level, i.notice_id FROM notice n \
    JOIN notice_item i ON i.tenant_id = n.tenant_id AND i.notice_id = n.id \
    WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.id BETWEEN $3 AND $4 AND n.state = 'draft'";

const QUEUE: &str = "UPDATE notice SET state = 'queued', issued_on = $5, level = kept.level, total_minor = kept.total, item_count = kept.items \
    FROM (SELECT i.notice_id, MAX(i.level) AS level, CAST(SUM(i.open_minor) AS BIGINT) AS total, COUNT(*) AS items FROM notice_item i \
    WHERE i.tenant_id = $1 AND i.notice_id BETWEEN $3 AND $4 GROUP BY i.notice_id) AS kept \
    WHERE notice.tenant_id = $1 AND notice.id = kept.notice_id AND notice.run_id = $2 AND notice.state = 'draft'";

const NOTICED: &str = "UPDATE customer SET noticed_on = $3 WHERE tenant_id = $1 AND id IN (\
    SELECT n.customer_id FROM notice n WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.state = 'queued')";

async fn publish(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let batch = notices::queued_of(tx, run.id, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(last.id);
        for notice in &batch {
            let event = NoticeIssued { notice: Some(wire::notice(notice, None)) };
            tx.emit(Emit::public(notice.id, notice.customer.uuid(), &event));
        }
    }
}
