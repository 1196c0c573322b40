//! In reconciliation's database.

use super::Break;

const BY_STATE: &str = "the lines that are not applied are found by their states";

pub const BREAKS: &[Break] = &[
    Break::rows(
        "reconciliation",
        "every journal entry balances per currency",
        "UPDATE posting SET amount = amount + 1 WHERE account = '1200' AND amount > 1 AND entry_id = (SELECT entry_id FROM posting WHERE account = '1200' AND amount > 1 ORDER BY entry_id LIMIT 1); \
         UPDATE posting SET amount = amount - 1 WHERE account = '1200' AND amount > 1 AND entry_id = (SELECT entry_id FROM posting WHERE account = '1200' AND amount > 1 ORDER BY entry_id DESC LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "the ledger balances per tenant and currency",
        "DELETE FROM posting WHERE account NOT IN ('1000', '1200', '1290') \
         AND entry_id = (SELECT entry_id FROM posting WHERE account NOT IN ('1000', '1200', '1290') ORDER BY entry_id LIMIT 1)",
    )
    .also(&["every journal entry balances per currency"]),
    Break::rows(
        "reconciliation",
        "a bank account's balance is the sum of its postings",
        "UPDATE bank_account SET ledger_balance = ledger_balance + 1, bank_balance = bank_balance + 1 \
         WHERE bank_account_id = (SELECT bank_account_id FROM bank_account ORDER BY bank_account_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "the ledger's bank balance is the bank's own",
        "UPDATE bank_account SET bank_balance = bank_balance + 1 \
         WHERE bank_account_id = (SELECT bank_account_id FROM bank_account WHERE bank_balance IS NOT NULL ORDER BY bank_account_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "open = total - applied - discounted - written off, between zero and total",
        "UPDATE open_item SET discounted = discounted + 1 WHERE open_item_id = (SELECT open_item_id FROM open_item WHERE total < 0 ORDER BY open_item_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "what settles an item is the sum of its applications",
        "UPDATE open_item SET applied = applied + 1, written_off = written_off - 1 \
         WHERE open_item_id = (SELECT open_item_id FROM open_item WHERE total > 0 AND state = 'settled' ORDER BY open_item_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "what a credit memo has given is the sum of what it was applied to",
        "UPDATE open_item SET applied = applied - 1, discounted = discounted + 1 WHERE open_item_id = (SELECT open_item_id FROM open_item WHERE total < 0 ORDER BY open_item_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "a receipt is applied, unapplied or refunded, and never over-applied",
        "UPDATE receipt SET applied = applied + 1, refunded = refunded - 1 WHERE receipt_id = (SELECT receipt_id FROM receipt ORDER BY receipt_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "one bank line and one payment make one receipt, one document one item",
        "UPDATE receipt SET source_id = (SELECT source_id FROM receipt WHERE source = 'bank_line' ORDER BY receipt_id LIMIT 1) \
         WHERE receipt_id = (SELECT receipt_id FROM receipt WHERE source = 'bank_line' ORDER BY receipt_id DESC LIMIT 1)",
    )
    .also(&["what a bank line brought is what its receipts hold"]),
    Break::schema(
        "reconciliation",
        "the keys that forbid a second effect are there",
        "DROP INDEX receipt_payment",
        "DROP INDEX receipt_payment",
    ),
    Break::rows(
        "reconciliation",
        "an application is in the currency of its item and of its money",
        "UPDATE application SET currency = 'USD' WHERE application_id = (SELECT application_id FROM application ORDER BY application_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "an application joins an item and money of one customer",
        "UPDATE application SET customer_id = open_item_id WHERE application_id = (SELECT application_id FROM application WHERE reversed_on IS NULL ORDER BY application_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "what a bank line brought is what its receipts hold",
        "UPDATE bank_line SET amount = amount + 1 WHERE bank_line_id = (SELECT source_id FROM receipt WHERE source = 'bank_line' ORDER BY receipt_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "every booked line is money of somebody, or posted with a reason, or still to be matched, or without effect",
        "UPDATE bank_line SET state = 'pending' WHERE bank_line_id = (SELECT bank_line_id FROM bank_line WHERE is_booked AND receipt_id IS NULL ORDER BY bank_line_id LIMIT 1)",
    )
    .also(&[BY_STATE]),
    Break::rows(
        "reconciliation",
        "a line says of its money what its receipt says",
        "UPDATE bank_line SET state = 'unapplied' WHERE bank_line_id = (SELECT l.bank_line_id FROM bank_line l JOIN receipt r ON r.receipt_id = l.receipt_id \
         WHERE l.state = 'applied' AND r.source = 'bank_line' AND r.source_id = l.bank_line_id ORDER BY l.bank_line_id LIMIT 1)",
    )
    .also(&[BY_STATE]),
    Break::rows(
        "reconciliation",
        BY_STATE,
        "DELETE FROM unsettled_line WHERE bank_line_id = (SELECT bank_line_id FROM unsettled_line ORDER BY bank_line_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "the subledger equals the receivables account",
        "UPDATE posting SET account = '1299' WHERE account = '1200' AND entry_id = (SELECT entry_id FROM posting WHERE account = '1200' ORDER BY entry_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "unapplied cash equals its account",
        "UPDATE posting SET account = '1299' WHERE account = '1290' \
         AND entry_id = (SELECT entry_id FROM posting WHERE account = '1290' GROUP BY entry_id HAVING SUM(amount) <> 0 ORDER BY entry_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "reconciliation has the last version of every customer",
        "UPDATE customer SET version = version - 1 WHERE customer_id = (SELECT customer_id FROM customer ORDER BY customer_id LIMIT 1)",
    ),
    Break::rows(
        "reconciliation",
        "what collections has in dispute, reconciliation does not match by itself",
        "UPDATE open_item SET disputed = NOT disputed WHERE open_item_id = (SELECT open_item_id FROM open_item ORDER BY open_item_id LIMIT 1)",
    ),
];
