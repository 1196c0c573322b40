//! In invoicing's database.

use super::Break;

pub const BREAKS: &[Break] = &[
    Break::rows("invoicing", "an invoice's net is the sum of its lines, its gross net and tax",
        "UPDATE invoice SET net = net + 1, tax = tax - 1 WHERE invoice_id = (SELECT invoice_id FROM invoice WHERE tax > 0 ORDER BY invoice_id LIMIT 1)")
        .also(&["tax is computed on the sum of the lines of each rate"]),
    Break::rows("invoicing", "a line is quantity times price less discount, rounded once",
        "UPDATE invoice_line SET net = net + CASE line_number WHEN 1 THEN 1 ELSE -1 END WHERE line_number IN (1, 2) \
         AND invoice_id = (SELECT invoice_id FROM invoice_line WHERE line_number = 2 ORDER BY invoice_id LIMIT 1)"),
    Break::rows("invoicing", "tax is computed on the sum of the lines of each rate",
        "UPDATE invoice_line SET vat_rate = '5' WHERE vat_category = 'standard' \
         AND invoice_id = (SELECT invoice_id FROM invoice_line WHERE vat_category = 'standard' ORDER BY invoice_id LIMIT 1)"),
    Break::rows("invoicing", "a credit memo's net is the sum of its lines, its gross net and tax",
        "UPDATE credit_memo_line SET net = net + 1 WHERE line_number = 1 AND memo_id = (SELECT memo_id FROM credit_memo ORDER BY memo_id LIMIT 1)"),
    Break::rows("invoicing", "what an invoice says is credited is the sum of its memos",
        "UPDATE invoice SET credited = credited + 1 WHERE invoice_id = (SELECT invoice_id FROM invoice ORDER BY invoice_id LIMIT 1)"),
    Break::rows("invoicing", "what is open of an invoice is its total less what was settled, and its state says so",
        "UPDATE invoice SET state = 'issued' WHERE invoice_id = (SELECT invoice_id FROM invoice WHERE state = 'settled' ORDER BY invoice_id LIMIT 1)"),
    Break::rows("invoicing", "document numbers are gapless per series and year",
        "UPDATE invoice SET sequence = sequence + 1000000 WHERE invoice_id = (SELECT invoice_id FROM invoice WHERE kind = 'invoice' ORDER BY series_year DESC, sequence DESC LIMIT 1)"),
    Break::rows("invoicing", "a series gives out next what follows its newest document",
        "UPDATE number_series SET next = next + 1 WHERE kind = 'invoice'"),
    Break::rows("invoicing", "invoices were issued in the order of their numbers",
        "UPDATE invoice SET sequence = 3 - sequence WHERE sequence IN (1, 2) AND kind = 'invoice'"),
    Break::rows("invoicing", "a number stands exactly on issued documents",
        "UPDATE invoice SET number = NULL WHERE invoice_id = (SELECT invoice_id FROM invoice ORDER BY invoice_id LIMIT 1)"),
    Break::rows("invoicing", "every invoice and memo with a number was published, once",
        "UPDATE event_log SET subject = 'inv_other' WHERE ordinal = (SELECT ordinal FROM event_log WHERE type = 'quittance.invoicing.v1.InvoiceIssued' ORDER BY ordinal LIMIT 1)")
        .also(&["every hash chain is whole"]),
    Break::rows("invoicing", "every issued invoice and memo is an open item with the same total",
        "UPDATE credit_memo SET gross = gross + 1, tax = tax + 1 WHERE memo_id = (SELECT memo_id FROM credit_memo ORDER BY memo_id LIMIT 1)")
        .also(&["what an invoice says is credited is the sum of its memos"]),
    Break::rows("invoicing", "what invoicing shows as open is reconciliation's word, per invoice",
        "UPDATE invoice_settlement SET settled = settled - 1 WHERE settled > 1 \
         AND invoice_id = (SELECT invoice_id FROM invoice WHERE state = 'settled' ORDER BY invoice_id LIMIT 1); \
         UPDATE invoice SET open = 1, state = 'partly_settled' WHERE invoice_id = (SELECT invoice_id FROM invoice WHERE state = 'settled' ORDER BY invoice_id LIMIT 1)"),
    Break::rows("invoicing", "invoicing has the last version of every customer",
        "UPDATE customer SET version = version - 1 WHERE customer_id = (SELECT customer_id FROM customer ORDER BY customer_id LIMIT 1)"),
    Break::rows("invoicing", "what collections has in dispute, invoicing shows",
        "UPDATE invoice SET disputed = NOT disputed WHERE invoice_id = (SELECT invoice_id FROM invoice ORDER BY invoice_id LIMIT 1)"),
];
