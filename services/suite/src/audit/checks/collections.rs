//! Invariants of collections.

use super::{Check, check};

pub(super) const ALL: &[Check] = &[
    check("I27", "four eyes on dunning runs", "SELECT id FROM dunning_run WHERE approved_by IS NOT NULL AND approved_by = prepared_by"),
    check(
        "I27",
        "no notice leaves a run that nobody approved",
        "SELECT n.id FROM notice n JOIN dunning_run r ON r.tenant_id = n.tenant_id AND r.id = n.run_id \
         WHERE n.state IN ('queued', 'sent', 'bounced') AND (r.state <> 'issued' OR r.approved_by IS NULL)",
    ),
    check(
        "I30",
        "at most one notice per invoice and level",
        "SELECT document_id FROM dunned_item GROUP BY tenant_id, document_id, level HAVING COUNT(*) > 1",
    ),
    check(
        "I30",
        "nobody was asked for what was disputed whole",
        "SELECT i.document_id FROM dunned_item i JOIN notice n ON n.tenant_id = i.tenant_id AND n.id = i.notice_id \
         JOIN dispute d ON d.tenant_id = i.tenant_id AND d.invoice_id = i.document_id \
         WHERE d.opened_on < n.as_of_on AND (d.resolved_on IS NULL OR d.resolved_on > n.as_of_on) AND d.amount_minor >= i.open_minor",
    ),
    check(
        "I30",
        "nobody was asked for more than the invoice",
        "SELECT i.document_id FROM dunned_item i LEFT JOIN receivable r ON r.tenant_id = i.tenant_id AND r.document_id = i.document_id \
         WHERE r.document_id IS NULL OR r.is_credit OR i.open_minor > r.total_minor",
    ),
    check(
        "I31",
        "what is open of a receivable is the sum of its movements, so is every aging of the past",
        "SELECT r.document_id FROM receivable r WHERE r.open_minor <> COALESCE((SELECT SUM(m.change_minor) FROM receivable_movement m \
         WHERE m.tenant_id = r.tenant_id AND m.document_id = r.document_id), 0)",
    ),
];
