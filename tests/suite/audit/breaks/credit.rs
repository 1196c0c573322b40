//! In credit's database.

use super::Break;

pub const BREAKS: &[Break] = &[
    Break::rows(
        "credit",
        "a credit account's sums are those of its reservations, receivables and receipts",
        "UPDATE credit_account SET held_minor = held_minor + 1 WHERE customer_id = (SELECT customer_id FROM credit_account ORDER BY customer_id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "only a held reservation holds credit, and never more than was asked for",
        "UPDATE reservation SET committed_minor = amount_minor + 1 WHERE id = (SELECT id FROM reservation WHERE state = 'committed' ORDER BY id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "no order that was held is let go without another person or new room",
        "UPDATE hold_case SET decided_by = requested_by WHERE id = (SELECT id FROM hold_case WHERE state = 'released' ORDER BY id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "what was approved at once was within the limit",
        "UPDATE reservation SET exposure = replace(exposure, '\"ordered\":', '\"ordered\":9000000000') WHERE id = (SELECT r.id FROM reservation r \
         WHERE r.decision = 'approve' AND NOT EXISTS (SELECT 1 FROM hold_case h WHERE h.reservation_id = r.id) ORDER BY r.id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "an order that was held has credit only if its case was released",
        "UPDATE hold_case SET state = 'rejected' WHERE id = (SELECT h.id FROM hold_case h JOIN reservation r ON r.tenant_id = h.tenant_id AND r.id = h.reservation_id \
         WHERE h.state = 'released' AND r.held_minor + r.committed_minor > 0 ORDER BY h.id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "four eyes on limits",
        "UPDATE credit_limit SET approved_by = requested_by WHERE id = (SELECT id FROM credit_limit ORDER BY id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "no payment card number stands in a text",
        "UPDATE customer SET city = 'card 4111 1111 1111 1111' WHERE id = (SELECT id FROM customer ORDER BY id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "credit's open receivables are reconciliation's open items, per customer",
        "UPDATE credit_account SET open_minor = open_minor + 1 WHERE customer_id = (SELECT customer_id FROM receivable ORDER BY document_id LIMIT 1); \
         UPDATE receivable SET open_minor = open_minor + 1 WHERE document_id = (SELECT document_id FROM receivable ORDER BY document_id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "credit's unapplied cash is reconciliation's, per customer",
        "UPDATE credit_account SET unapplied_minor = unapplied_minor + 1 \
         WHERE customer_id = (SELECT customer_id FROM receipt WHERE customer_id IS NOT NULL ORDER BY receipt_id LIMIT 1); \
         UPDATE receipt SET unapplied_minor = unapplied_minor + 1 \
         WHERE receipt_id = (SELECT receipt_id FROM receipt WHERE customer_id IS NOT NULL ORDER BY receipt_id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "credit has the last version of every item",
        "UPDATE receivable SET item_version = item_version - 1 WHERE document_id = (SELECT document_id FROM receivable ORDER BY document_id LIMIT 1)",
    ),
    Break::rows(
        "credit",
        "credit has the last version of every receipt",
        "UPDATE receipt SET version = version - 1 WHERE receipt_id = (SELECT receipt_id FROM receipt ORDER BY receipt_id LIMIT 1)",
    ),
];
