//! Issuing a run: what was proposed is looked at again, row by row under its lock, in a handful of statements.

use quittance_api::collections::v1::NoticeIssued;
use quittance_chassis::{
    db::Backend,
    events::Emit,
    tx::Tx,
};
use quittance_types::Fault;
use sea_orm::Value;

use super::notices;
use crate::{domain::dunning::DunningRun, rpc::wire};

/// Notices published at a time.
const BATCH: u64 = 500;

/// Sets levels, queues notices and publishes them. Invoices that were paid, contested, promised or dunned meanwhile are
/// dropped; customers whose contact is paused, or who were written to meanwhile, get nothing; a notice without invoices is
/// cancelled.
///
/// # Errors
/// What the database says.
pub async fn issue(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    let values = || -> Vec<Value> { vec![tx.tenant().uuid().into(), run.id.uuid().into(), run.as_of.days().into()] };
    let both = || -> Vec<Value> { vec![tx.tenant().uuid().into(), run.id.uuid().into()] };
    if tx.backend() == Backend::Postgres {
        // Customers first, in order: a pause or another run waits, or has been seen.
        let lock = "SELECT c.id FROM customer c WHERE c.tenant_id = $1 AND c.id IN (SELECT n.customer_id FROM notice n \
                    WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.state = 'draft') ORDER BY c.id FOR UPDATE";
        tx.all(lock, both()).await?;
    }
    tx.execute(UNREACHABLE, values()).await?;
    tx.execute(RAISE, values()).await?;
    tx.execute(ITEMS, both()).await?;
    tx.execute(QUEUE, values()).await?;
    tx.execute("UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft'", both()).await?;
    tx.execute(NOTICED, values()).await?;
    publish(tx, run).await
}

/// Contact rules may have changed since the preview.
const UNREACHABLE: &str = "UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft' AND EXISTS (\
    SELECT 1 FROM customer c JOIN strategy s ON s.tenant_id = $1 AND s.id = notice.strategy_id \
    WHERE c.tenant_id = $1 AND c.id = notice.customer_id AND (c.paused_until >= $3 OR c.noticed_on + s.contact_gap_days > $3))";

/// The condition stands on the invoice's own row, so that it holds under the row's lock.
const RAISE: &str = "UPDATE receivable SET dunning_level = d.level, dunning_run_id = d.run_id \
    FROM dunning_draft_item d JOIN notice n ON n.tenant_id = d.tenant_id AND n.id = d.notice_id \
    WHERE d.tenant_id = $1 AND d.run_id = $2 AND n.state = 'draft' \
    AND receivable.tenant_id = $1 AND receivable.document_id = d.document_id AND receivable.open_minor > 0 \
    AND receivable.disputed_minor = 0 AND (receivable.promised_until IS NULL OR receivable.promised_until < $3) \
    AND receivable.dunning_level < d.level";

const ITEMS: &str = "INSERT INTO notice_item (tenant_id, document_id, level, notice_id, open_minor) \
    SELECT d.tenant_id, d.document_id, d.level, d.notice_id, r.open_minor FROM dunning_draft_item d \
    JOIN notice n ON n.tenant_id = d.tenant_id AND n.id = d.notice_id AND n.state = 'draft' \
    JOIN receivable r ON r.tenant_id = d.tenant_id AND r.document_id = d.document_id AND r.dunning_run_id = d.run_id \
    WHERE d.tenant_id = $1 AND d.run_id = $2";

const QUEUE: &str = "UPDATE notice SET state = 'queued', issued_on = $3, level = kept.level, total_minor = kept.total, item_count = kept.items \
    FROM (SELECT i.notice_id, MAX(i.level) AS level, CAST(SUM(i.open_minor) AS BIGINT) AS total, COUNT(*) AS items FROM notice_item i \
    JOIN notice n ON n.tenant_id = i.tenant_id AND n.id = i.notice_id WHERE i.tenant_id = $1 AND n.run_id = $2 GROUP BY i.notice_id) AS kept \
    WHERE notice.tenant_id = $1 AND notice.id = kept.notice_id AND notice.state = 'draft'";

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
