//! Invariants of credit.

use super::{Check, check};

pub(super) const ALL: &[Check] = &[
    check(
        "I3",
        "a credit account's sums are those of its reservations, receivables and receipts",
        "SELECT a.customer_id FROM credit_account a WHERE \
         a.held_minor <> COALESCE((SELECT SUM(r.held_minor) FROM reservation r WHERE r.tenant_id = a.tenant_id AND r.customer_id = a.customer_id AND r.currency = a.currency), 0) \
         OR a.open_minor <> COALESCE((SELECT SUM(v.open_minor) FROM receivable v WHERE v.tenant_id = a.tenant_id AND v.customer_id = a.customer_id AND v.currency = a.currency), 0) \
         OR a.unapplied_minor <> COALESCE((SELECT SUM(c.unapplied_minor) FROM receipt c WHERE c.tenant_id = a.tenant_id AND c.customer_id = a.customer_id AND c.currency = a.currency), 0)",
    ),
    check(
        "I14",
        "only a held reservation holds credit, and never more than was asked for",
        "SELECT id FROM reservation WHERE (held_minor > 0) <> (state = 'held') OR held_minor + committed_minor > amount_minor",
    ),
    check(
        "I15",
        "no order that was held is let go without another person or new room",
        "SELECT h.id FROM hold_case h WHERE h.state = 'released' AND (h.decided_by IS NULL OR h.decided_by = h.requested_by)",
    ),
    check(
        "I15",
        "an order that was held has credit only if its case was released",
        "SELECT h.id FROM hold_case h JOIN reservation r ON r.tenant_id = h.tenant_id AND r.id = h.reservation_id \
         WHERE h.state IN ('open', 'rejected', 'expired') AND (r.held_minor > 0 OR (r.committed_minor > 0 \
         AND h.rules NOT LIKE '%RESERVATION_EXPIRED%' AND NOT EXISTS (SELECT 1 FROM hold_case o \
         WHERE o.tenant_id = h.tenant_id AND o.reservation_id = h.reservation_id AND o.state = 'released')))",
    ),
    check("I27", "four eyes on limits", "SELECT id FROM credit_limit WHERE approved_by IS NOT NULL AND approved_by = requested_by"),
];
