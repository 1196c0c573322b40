//! In the database of payments.

use super::Break;

pub const BREAKS: &[Break] = &[
    Break::rows(
        "payments",
        "our payments agree with the rail's own books",
        "UPDATE rail_transaction SET amount_minor = amount_minor + 1 WHERE payment_id = (SELECT payment_id FROM rail_transaction ORDER BY payment_id LIMIT 1)",
    ),
    Break::rows(
        "payments",
        "the rail has taken every payment that is more than an intent",
        "DELETE FROM rail_transaction WHERE payment_id = (SELECT id FROM payment WHERE state = 'settled' ORDER BY id LIMIT 1)",
    ),
    Break::rows(
        "payments",
        "refunds stay within what was captured, and are all there",
        "INSERT INTO refund (tenant_id, id, payment_id, customer_id, currency, amount_minor, why, refunded_on, created_at) \
         SELECT tenant_id, id, id, customer_id, currency, 1, '', created_on, created_at FROM payment ORDER BY id LIMIT 1",
    ),
    Break::rows(
        "payments",
        "no payment is in doubt for longer than the janitor may take",
        "INSERT INTO payment (tenant_id, id, customer_id, currency, amount_minor, refunded_minor, rail, method_token, state, allocations, reason_code, transitions, created_on, version, created_at) \
         SELECT tenant_id, customer_id, customer_id, currency, amount_minor, 0, rail, method_token, 'unknown', allocations, '', '[]', created_on - 100, 1, created_at FROM payment ORDER BY id LIMIT 1",
    ),
    Break::rows(
        "payments",
        "every settled payment is one receipt with its amount",
        "UPDATE rail_transaction SET amount_minor = amount_minor + 1 WHERE payment_id = (SELECT id FROM payment WHERE state = 'settled' ORDER BY id LIMIT 1); \
         UPDATE payment SET amount_minor = amount_minor + 1 WHERE id = (SELECT id FROM payment WHERE state = 'settled' ORDER BY id LIMIT 1)",
    ),
];
