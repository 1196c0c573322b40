//! Invariants of reconciliation: the ledger, the subledger and the bank.

use super::{Check, check, each};

pub(super) const ALL: &[Check] = &[
    check(
        "I1",
        "every journal entry balances per currency",
        "SELECT entry_id FROM posting GROUP BY tenant_id, entry_id, currency HAVING SUM(amount) <> 0",
    ),
    check(
        "I2",
        "the ledger balances per tenant and currency",
        "SELECT tenant_id FROM posting GROUP BY tenant_id, currency HAVING SUM(amount) <> 0",
    ),
    check(
        "I3",
        "a bank account's balance is the sum of its postings",
        "SELECT b.bank_account_id FROM bank_account b WHERE b.ledger_balance <> COALESCE((SELECT SUM(p.amount) FROM posting p \
         WHERE p.tenant_id = b.tenant_id AND p.bank_account_id = b.bank_account_id), 0)",
    ),
    check(
        "I6",
        "open = total - applied - discounted - written off, between zero and total",
        "SELECT open_item_id FROM open_item WHERE open <> total - applied - discounted - written_off \
         OR (total >= 0 AND (open < 0 OR open > total)) OR (total < 0 AND (open > 0 OR open < total))",
    ),
    check(
        "I6",
        "what settles an item is the sum of its applications",
        "SELECT i.open_item_id FROM open_item i LEFT JOIN (SELECT tenant_id, open_item_id, SUM(amount) AS amount, SUM(discount) AS discount, SUM(write_off) AS write_off \
         FROM application WHERE reversed_on IS NULL GROUP BY tenant_id, open_item_id) AS a ON a.tenant_id = i.tenant_id AND a.open_item_id = i.open_item_id \
         WHERE i.total >= 0 AND i.state <> 'void' AND (i.applied <> COALESCE(a.amount, 0) OR i.discounted <> COALESCE(a.discount, 0) OR i.written_off <> COALESCE(a.write_off, 0))",
    ),
    check(
        "I6",
        "what a credit memo has given is the sum of what it was applied to",
        "SELECT i.open_item_id FROM open_item i WHERE i.total < 0 AND i.state <> 'void' AND -i.applied <> COALESCE((SELECT SUM(a.amount) FROM application a \
         WHERE a.tenant_id = i.tenant_id AND a.credit_item_id = i.open_item_id AND a.reversed_on IS NULL), 0)",
    ),
    check(
        "I7",
        "a receipt is applied, unapplied or refunded, and never over-applied",
        "SELECT r.receipt_id FROM receipt r WHERE r.amount <> r.applied + r.unapplied + r.refunded OR r.unapplied < 0 \
         OR r.applied <> COALESCE((SELECT SUM(a.amount) FROM application a WHERE a.tenant_id = r.tenant_id AND a.receipt_id = r.receipt_id AND a.reversed_on IS NULL), 0)",
    ),
    check(
        "I8",
        "one bank line and one payment make one receipt, one document one item",
        "SELECT source_id FROM (SELECT tenant_id, source, source_id FROM receipt WHERE source IN ('bank_line', 'payment') \
         UNION ALL SELECT tenant_id, 'document', document_id FROM open_item) AS s GROUP BY tenant_id, source, source_id HAVING COUNT(*) > 1",
    ),
    each(
        "I8",
        "the keys that forbid a second effect are there",
        "WITH wanted(name) AS (VALUES ('receipt_payment'), ('open_item_document'), ('bank_line_fingerprint'), ('bank_account_number')) \
         SELECT name FROM wanted WHERE name NOT IN (SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE INDEX%')",
        "WITH wanted(name) AS (VALUES ('receipt_payment'), ('open_item_document'), ('bank_line_fingerprint'), ('bank_account_number')) \
         SELECT name FROM wanted WHERE name NOT IN (SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE 'CREATE UNIQUE INDEX%')",
    ),
    check(
        "I9",
        "an application is in the currency of its item and of its money",
        "SELECT a.application_id FROM application a JOIN open_item i ON i.tenant_id = a.tenant_id AND i.open_item_id = a.open_item_id \
         LEFT JOIN receipt r ON r.tenant_id = a.tenant_id AND r.receipt_id = a.receipt_id \
         WHERE a.currency <> i.currency OR r.currency <> a.currency",
    ),
    check(
        "I9",
        "an application joins an item and money of one customer",
        "SELECT a.application_id FROM application a JOIN open_item i ON i.tenant_id = a.tenant_id AND i.open_item_id = a.open_item_id \
         LEFT JOIN receipt r ON r.tenant_id = a.tenant_id AND r.receipt_id = a.receipt_id WHERE a.reversed_on IS NULL AND a.customer_id <> i.customer_id",
    ),
    check(
        "I10",
        "what a bank line brought is what its receipts hold",
        "WITH RECURSIVE part(tenant_id, line_id, receipt_id, amount) AS (\
         SELECT r.tenant_id, r.source_id, r.receipt_id, r.amount FROM receipt r WHERE r.source = 'bank_line' \
         UNION ALL SELECT r.tenant_id, p.line_id, r.receipt_id, r.amount FROM receipt r JOIN part p ON r.source = 'transfer' AND r.tenant_id = p.tenant_id AND r.source_id = p.receipt_id) \
         SELECT l.bank_line_id FROM bank_line l JOIN part p ON p.tenant_id = l.tenant_id AND p.line_id = l.bank_line_id \
         GROUP BY l.tenant_id, l.bank_line_id, l.amount HAVING l.amount <> SUM(p.amount)",
    ),
    check(
        "I10",
        "the ledger's bank balance is the bank's own",
        "SELECT bank_account_id FROM bank_account WHERE bank_balance IS NOT NULL AND bank_balance <> ledger_balance",
    ),
    check(
        "I25",
        "every booked line is money of somebody, or posted with a reason, or still to be matched, or without effect",
        "SELECT bank_line_id FROM bank_line WHERE is_booked AND NOT ((state IN ('applied', 'partly_applied', 'unapplied', 'unidentified') AND receipt_id IS NOT NULL) \
         OR (state IN ('posted', 'return', 'payout') AND rule <> '') OR state = 'imported' \
         OR (state = 'pending' AND receipt_id IS NULL AND NOT EXISTS (SELECT 1 FROM posting p \
           WHERE p.tenant_id = bank_line.tenant_id AND p.source_id = bank_line.bank_line_id)))",
    ),
    check(
        "I25",
        "a line says of its money what its receipt says",
        "SELECT l.bank_line_id FROM bank_line l JOIN receipt r ON r.tenant_id = l.tenant_id AND r.receipt_id = l.receipt_id AND r.source = 'bank_line' AND r.source_id = l.bank_line_id \
         WHERE l.state <> CASE r.state WHEN 'on_account' THEN 'unapplied' WHEN 'reversed' THEN 'return' ELSE r.state END \
         AND NOT (l.state = 'imported' AND r.state = 'unidentified')",
    ),
    check(
        "I25",
        "the lines that are not applied are found by their states",
        "SELECT l.bank_line_id FROM bank_line l LEFT JOIN unsettled_line u ON u.tenant_id = l.tenant_id AND u.bank_line_id = l.bank_line_id \
         WHERE (u.bank_line_id IS NULL AND l.state <> 'applied') OR u.state <> l.state OR u.booked_on <> l.booked_on",
    ),
    check(
        "",
        "the subledger equals the receivables account",
        "SELECT c.tenant_id FROM (SELECT tenant_id, currency, SUM(v) AS v FROM (SELECT tenant_id, currency, open AS v FROM open_item \
         UNION ALL SELECT tenant_id, currency, -amount FROM posting WHERE account = '1200') AS u GROUP BY tenant_id, currency) AS c WHERE c.v <> 0",
    ),
    check(
        "",
        "unapplied cash equals its account",
        "SELECT c.tenant_id FROM (SELECT tenant_id, currency, SUM(v) AS v FROM (SELECT tenant_id, currency, unapplied AS v FROM receipt WHERE state <> 'reversed' \
         UNION ALL SELECT tenant_id, currency, amount FROM posting WHERE account = '1290') AS u GROUP BY tenant_id, currency) AS c WHERE c.v <> 0",
    ),
];
