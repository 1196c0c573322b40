//! Invariants within one database, as queries for what contradicts them. Their numbers are those of the invariant list.

/// A query whose every row is a violation.
pub struct Check {
    /// Number in the list of invariants; empty where it has none.
    pub code: &'static str,
    /// What it claims.
    pub name: &'static str,
    /// Whose database.
    pub service: &'static str,
    /// Finds what contradicts it.
    pub sql: &'static str,
}

const fn check(code: &'static str, service: &'static str, name: &'static str, sql: &'static str) -> Check {
    Check { code, name, service, sql }
}

/// Every check, in the order of the list.
pub const ALL: &[Check] = &[
    check("I1", "reconciliation", "every journal entry balances per currency",
        "SELECT entry_id FROM posting GROUP BY tenant_id, entry_id, currency HAVING SUM(amount) <> 0"),
    check("I2", "reconciliation", "the ledger balances per tenant and currency",
        "SELECT tenant_id FROM posting GROUP BY tenant_id, currency HAVING SUM(amount) <> 0"),
    check("I3", "reconciliation", "a bank account's balance is the sum of its postings",
        "SELECT b.bank_account_id FROM bank_account b WHERE b.ledger_balance <> COALESCE((SELECT SUM(p.amount) FROM posting p \
         WHERE p.tenant_id = b.tenant_id AND p.bank_account_id = b.bank_account_id), 0)"),
    check("I3", "credit", "a credit account's sums are those of its reservations, receivables and receipts",
        "SELECT a.customer_id FROM credit_account a WHERE \
         a.held_minor <> COALESCE((SELECT SUM(r.held_minor) FROM reservation r WHERE r.tenant_id = a.tenant_id AND r.customer_id = a.customer_id AND r.currency = a.currency), 0) \
         OR a.open_minor <> COALESCE((SELECT SUM(v.open_minor) FROM receivable v WHERE v.tenant_id = a.tenant_id AND v.customer_id = a.customer_id AND v.currency = a.currency), 0) \
         OR a.unapplied_minor <> COALESCE((SELECT SUM(c.unapplied_minor) FROM receipt c WHERE c.tenant_id = a.tenant_id AND c.customer_id = a.customer_id AND c.currency = a.currency), 0)"),
    check("I5", "invoicing", "an invoice's net is the sum of its lines, its gross net and tax",
        "SELECT i.invoice_id FROM invoice i WHERE i.gross <> i.net + i.tax OR i.net <> COALESCE((SELECT SUM(l.net) FROM invoice_line l \
         WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.invoice_id), 0)"),
    check("I6", "reconciliation", "open = total - applied - discounted - written off, between zero and total",
        "SELECT open_item_id FROM open_item WHERE open <> total - applied - discounted - written_off \
         OR (total >= 0 AND (open < 0 OR open > total)) OR (total < 0 AND (open > 0 OR open < total))"),
    check("I6", "reconciliation", "what an item has applied is the sum of its applications",
        "SELECT i.open_item_id FROM open_item i WHERE i.total >= 0 AND i.state <> 'void' AND i.applied <> COALESCE((SELECT SUM(a.amount) FROM application a \
         WHERE a.tenant_id = i.tenant_id AND a.open_item_id = i.open_item_id AND a.reversed_on IS NULL AND a.means <> 'write_off'), 0)"),
    check("I7", "reconciliation", "a receipt is applied, unapplied or refunded, and never over-applied",
        "SELECT r.receipt_id FROM receipt r WHERE r.amount <> r.applied + r.unapplied + r.refunded OR r.unapplied < 0 \
         OR r.applied <> COALESCE((SELECT SUM(a.amount) FROM application a WHERE a.tenant_id = r.tenant_id AND a.receipt_id = r.receipt_id AND a.reversed_on IS NULL), 0)"),
    check("I9", "reconciliation", "an application is in the currency of its item",
        "SELECT a.application_id FROM application a JOIN open_item i ON i.tenant_id = a.tenant_id AND i.open_item_id = a.open_item_id WHERE a.currency <> i.currency"),
    check("I13", "payments", "refunds stay within what was captured",
        "SELECT p.id FROM payment p WHERE p.refunded_minor > p.amount_minor OR p.refunded_minor <> COALESCE((SELECT SUM(r.amount_minor) FROM refund r \
         WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id), 0)"),
    check("I12", "payments", "our payments agree with the rail's own books",
        "SELECT p.id FROM payment p JOIN rail_transaction t ON t.tenant_id = p.tenant_id AND t.payment_id = p.id \
         WHERE t.refunded_minor <> p.refunded_minor OR t.amount_minor <> p.amount_minor \
         OR (p.state IN ('settled', 'returned', 'refunded', 'partly_refunded') AND t.outcome <> 'settle') \
         OR (p.state = 'failed' AND t.outcome = 'settle')"),
    check("I15", "credit", "no order beyond the limit is approved without another person or new room",
        "SELECT h.id FROM hold_case h WHERE h.state = 'released' AND (h.decided_by IS NULL OR h.decided_by = h.requested_by)"),
    check("I16", "invoicing", "document numbers are gapless per series and year",
        "SELECT legal_entity_id FROM (SELECT tenant_id, legal_entity_id, kind, series_year, sequence FROM invoice WHERE sequence IS NOT NULL \
         UNION ALL SELECT tenant_id, legal_entity_id, 'credit_memo', series_year, sequence FROM credit_memo) AS d \
         GROUP BY tenant_id, legal_entity_id, kind, series_year HAVING MIN(sequence) <> 1 OR MAX(sequence) <> COUNT(*) OR COUNT(DISTINCT sequence) <> COUNT(*)"),
    check("I16", "invoicing", "a series gives out next what follows its newest document",
        "SELECT s.legal_entity_id FROM number_series s WHERE s.next <> 1 + (SELECT COUNT(*) FROM (SELECT tenant_id, legal_entity_id, kind, series_year FROM invoice WHERE sequence IS NOT NULL \
         UNION ALL SELECT tenant_id, legal_entity_id, 'credit_memo', series_year FROM credit_memo) AS d \
         WHERE d.tenant_id = s.tenant_id AND d.legal_entity_id = s.legal_entity_id AND d.kind = s.kind AND d.series_year = s.year)"),
    check("I17", "invoicing", "a number stands exactly on issued documents",
        "SELECT invoice_id FROM invoice WHERE (number IS NULL) <> (state = 'draft')"),
    check("I25", "reconciliation", "every booked line has money behind it or an account",
        "SELECT bank_line_id FROM bank_line WHERE is_booked AND state IN ('applied', 'partly_applied', 'unapplied', 'unidentified') AND amount > 0 AND receipt_id IS NULL"),
    check("I27", "credit", "four eyes on limits", "SELECT id FROM credit_limit WHERE approved_by IS NOT NULL AND approved_by = requested_by"),
    check("I27", "collections", "four eyes on dunning runs",
        "SELECT id FROM dunning_run WHERE approved_by IS NOT NULL AND approved_by = prepared_by"),
    check("I30", "collections", "at most one notice per invoice and level",
        "SELECT document_id FROM dunned_item GROUP BY tenant_id, document_id, level HAVING COUNT(*) > 1"),
    check("", "reconciliation", "the subledger equals the receivables account",
        "SELECT c.tenant_id FROM (SELECT tenant_id, currency, SUM(v) AS v FROM (SELECT tenant_id, currency, open AS v FROM open_item \
         UNION ALL SELECT tenant_id, currency, -amount FROM posting WHERE account = '1200') AS u GROUP BY tenant_id, currency) AS c WHERE c.v <> 0"),
    check("", "reconciliation", "unapplied cash equals its account",
        "SELECT c.tenant_id FROM (SELECT tenant_id, currency, SUM(v) AS v FROM (SELECT tenant_id, currency, unapplied AS v FROM receipt WHERE state <> 'reversed' \
         UNION ALL SELECT tenant_id, currency, amount FROM posting WHERE account = '1290') AS u GROUP BY tenant_id, currency) AS c WHERE c.v <> 0"),
    check("", "reconciliation", "the ledger's bank balance is the bank's own",
        "SELECT bank_account_id FROM bank_account WHERE bank_balance IS NOT NULL AND bank_balance <> ledger_balance"),
];
