//! In the database of collections.

use super::Break;

pub const BREAKS: &[Break] = &[
    Break::rows(
        "collections",
        "four eyes on dunning runs",
        "UPDATE dunning_run SET approved_by = prepared_by WHERE id = (SELECT id FROM dunning_run WHERE state = 'issued' ORDER BY id LIMIT 1)",
    ),
    Break::rows(
        "collections",
        "no notice leaves a run that nobody approved",
        "UPDATE dunning_run SET state = 'draft' WHERE id = (SELECT run_id FROM notice WHERE state IN ('queued', 'sent') ORDER BY id LIMIT 1)",
    ),
    Break::rows(
        "collections",
        "at most one notice per invoice and level",
        "INSERT INTO dunned_item (tenant_id, customer_id, document_id, level, notice_id, open_minor) \
         SELECT tenant_id, document_id, document_id, level, notice_id, open_minor FROM dunned_item ORDER BY document_id, level LIMIT 1",
    ),
    Break::rows(
        "collections",
        "nobody was asked for what was disputed whole",
        "INSERT INTO dispute (tenant_id, id, invoice_id, invoice_number, customer_id, currency, amount_minor, category, state, note, resolution, opened_on, resolved_on, version, created_at) \
         SELECT i.tenant_id, i.document_id, i.document_id, '', i.customer_id, n.currency, i.open_minor, 'price', 'resolved_pay', '', '', n.as_of_on - 1, n.as_of_on + 1, 1, 0 \
         FROM dunned_item i JOIN notice n ON n.tenant_id = i.tenant_id AND n.id = i.notice_id ORDER BY i.document_id, i.level LIMIT 1",
    ),
    Break::rows(
        "collections",
        "nobody was asked for more than the invoice",
        "UPDATE dunned_item SET open_minor = open_minor + 1000000000 WHERE document_id = (SELECT document_id FROM dunned_item ORDER BY document_id LIMIT 1)",
    ),
    Break::rows(
        "collections",
        "what is open of a receivable is the sum of its movements, so is every aging of the past",
        "UPDATE receivable_movement SET change_minor = change_minor + 1 WHERE item_version = 1 \
         AND document_id = (SELECT document_id FROM receivable_movement WHERE item_version = 1 ORDER BY document_id LIMIT 1)",
    ),
    Break::rows(
        "collections",
        "collections' receivables are reconciliation's open items, per customer",
        "UPDATE receivable_movement SET change_minor = change_minor + 1 WHERE item_version = 1 \
         AND document_id = (SELECT document_id FROM receivable_movement WHERE item_version = 1 ORDER BY document_id LIMIT 1); \
         UPDATE receivable SET open_minor = open_minor + 1 \
         WHERE document_id = (SELECT document_id FROM receivable_movement WHERE item_version = 1 ORDER BY document_id LIMIT 1)",
    ),
    Break::rows(
        "collections",
        "collections' unapplied cash is reconciliation's, per customer",
        "UPDATE receipt SET unapplied_minor = unapplied_minor + 1 \
         WHERE receipt_id = (SELECT receipt_id FROM receipt WHERE customer_id IS NOT NULL ORDER BY receipt_id LIMIT 1)",
    ),
    Break::rows(
        "collections",
        "collections has the last version of every item",
        "UPDATE receivable SET item_version = item_version - 1 WHERE document_id = (SELECT document_id FROM receivable ORDER BY document_id LIMIT 1)",
    ),
    Break::rows(
        "collections",
        "collections has the last version of every customer",
        "UPDATE customer SET version = version - 1 WHERE id = (SELECT id FROM customer ORDER BY id LIMIT 1)",
    ),
];
