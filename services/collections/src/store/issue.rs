//! Issuing a run: what was proposed is looked at again, set by set.

use quittance_api::collections::v1::{self as pb, NoticeIssued};
use quittance_chassis::{db::Backend, events::Emit, tx::Tx};
use quittance_types::Fault;
use sea_orm::Value;

use super::notices;
use crate::{domain::dunning::DunningRun, rpc::wire};

/// Notices looked at in one statement.
const SET: usize = 4_000;
/// Items named in a NoticeIssued; ListNotices has them all.
const ITEMS_TOLD: usize = 1_000;
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
        let values: Vec<Value> =
            vec![tx.tenant().uuid().into(), run.id.uuid().into(), (*first).into(), (*last).into(), run.as_of.days().into()];
        tx.execute(REMEMBER, values.clone()).await?;
        tx.execute(QUEUE, values).await?;
    }
    tx.execute("UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft'", of_run()).await?;
    tx.execute(NOTICED, on_day()).await?;
    publish(tx, run).await
}

const CUSTOMERS: &str = "SELECT count(*) AS locked FROM (SELECT c.id FROM customer c WHERE c.tenant_id = $1 AND c.id IN (SELECT n.customer_id FROM notice n \
    WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.state = 'draft') ORDER BY c.id FOR UPDATE) AS held";

/// Contact rules may have changed since the preview.
const UNREACHABLE: &str = "UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft' AND EXISTS (\
    SELECT 1 FROM customer c JOIN strategy s ON s.tenant_id = $1 AND s.id = notice.strategy_id \
    WHERE c.tenant_id = $1 AND c.id = notice.customer_id AND (c.paused_until >= $3 OR c.noticed_on + s.contact_gap_days > $3))";

/// Of what was proposed, what still holds, with what is open now. The order makes PostgreSQL look everything up before it
/// writes the first row: otherwise every look-up walks over what this very statement has added.
const REMEMBER: &str = "INSERT INTO dunned_item (tenant_id, customer_id, document_id, level, notice_id, open_minor) \
    SELECT n.tenant_id, n.customer_id, i.document_id, i.level, n.id, r.open_minor FROM notice n \
    JOIN proposed_item i ON i.tenant_id = $1 AND i.notice_id = n.id \
    JOIN receivable r ON r.tenant_id = $1 AND r.document_id = i.document_id \
    WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.id BETWEEN $3 AND $4 AND n.state = 'draft' \
    AND r.open_minor > 0 AND r.disputed_minor = 0 AND (r.promised_until IS NULL OR r.promised_until < $5) \
    AND NOT EXISTS (SELECT 1 FROM dunned_item d WHERE d.tenant_id = $1 AND d.customer_id = n.customer_id \
    AND d.document_id = i.document_id AND d.level >= i.level) ORDER BY i.document_id";

/// Sums by notice, each from its own few rows: a join would leave the planner guessing at rows written a moment ago.
const QUEUE: &str = "UPDATE notice SET state = 'queued', issued_on = $5, \
    level = (SELECT MAX(i.level) FROM dunned_item i WHERE i.tenant_id = $1 AND i.customer_id = notice.customer_id AND i.notice_id = notice.id), \
    total_minor = (SELECT CAST(SUM(i.open_minor) AS BIGINT) FROM dunned_item i \
    WHERE i.tenant_id = $1 AND i.customer_id = notice.customer_id AND i.notice_id = notice.id), \
    item_count = (SELECT COUNT(*) FROM dunned_item i WHERE i.tenant_id = $1 AND i.customer_id = notice.customer_id AND i.notice_id = notice.id) \
    WHERE tenant_id = $1 AND run_id = $2 AND id BETWEEN $3 AND $4 AND state = 'draft' \
    AND EXISTS (SELECT 1 FROM dunned_item i WHERE i.tenant_id = $1 AND i.customer_id = notice.customer_id AND i.notice_id = notice.id)";

const NOTICED: &str = "UPDATE customer SET noticed_on = $3 WHERE tenant_id = $1 AND id IN (\
    SELECT n.customer_id FROM notice n WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.state = 'queued')";

/// The notice as the event carries it: an event has its limit, and a run must not fail for one customer's many invoices.
fn told(mut notice: pb::Notice) -> pb::Notice {
    notice.items.truncate(ITEMS_TOLD);
    notice
}

async fn publish(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let batch = notices::queued_of(tx, run.id, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(last.id);
        for notice in &batch {
            let event = NoticeIssued { notice: Some(told(wire::notice(notice, None))) };
            tx.emit(Emit::public(notice.id, notice.customer.uuid(), &event));
        }
        tx.flush().await?;
    }
}
