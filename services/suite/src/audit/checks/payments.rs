//! Invariants of payments.

use super::{Check, check};

pub(super) const ALL: &[Check] = &[
    check(
        "I12",
        "our payments agree with the rail's own books",
        "SELECT p.id FROM payment p JOIN rail_transaction t ON t.tenant_id = p.tenant_id AND t.payment_id = p.id \
         WHERE t.refunded_minor <> p.refunded_minor OR t.amount_minor <> p.amount_minor \
         OR (p.state IN ('settled', 'returned', 'refunded', 'partly_refunded') AND t.outcome <> 'settle') \
         OR (p.state = 'failed' AND t.outcome = 'settle')",
    ),
    check(
        "I12",
        "the rail has taken every payment that is more than an intent",
        "SELECT p.id FROM payment p WHERE p.state NOT IN ('created', 'unknown', 'failed', 'cancelled') \
         AND NOT EXISTS (SELECT 1 FROM rail_transaction t WHERE t.tenant_id = p.tenant_id AND t.payment_id = p.id)",
    ),
    check(
        "I13",
        "refunds stay within what was captured, and are all there",
        "SELECT p.id FROM payment p WHERE p.refunded_minor > p.amount_minor OR p.refunded_minor <> COALESCE((SELECT SUM(r.amount_minor) FROM refund r \
         WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id), 0)",
    ),
    // Two weeks: the longest a debit is under way, and the janitor's last look behind it.
    check(
        "I24",
        "no payment is in doubt for longer than the janitor may take",
        "SELECT p.id FROM payment p WHERE p.state IN ('created', 'pending', 'unknown') \
         AND p.created_on < (SELECT MAX(l.created_on) FROM payment l WHERE l.tenant_id = p.tenant_id) - 14",
    ),
];
