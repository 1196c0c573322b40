//! Invariants of invoicing.

use super::{Check, check};

/// Documents with a number, by series.
macro_rules! numbered {
    () => {
        "(SELECT tenant_id, legal_entity_id, kind, series_year, sequence FROM invoice WHERE sequence IS NOT NULL \
         UNION ALL SELECT tenant_id, legal_entity_id, 'credit_memo', series_year, sequence FROM credit_memo) AS d"
    };
}

pub(super) const ALL: &[Check] = &[
    check(
        "I5",
        "an invoice's net is the sum of its lines, its gross net and tax",
        "SELECT i.invoice_id FROM invoice i WHERE i.gross <> i.net + i.tax OR i.net <> COALESCE((SELECT SUM(l.net) FROM invoice_line l \
         WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.invoice_id), 0)",
    ),
    check(
        "I5",
        "a credit memo's net is the sum of its lines, its gross net and tax",
        "SELECT m.memo_id FROM credit_memo m WHERE m.gross <> m.net + m.tax OR m.net <> COALESCE((SELECT SUM(l.net) FROM credit_memo_line l \
         WHERE l.tenant_id = m.tenant_id AND l.memo_id = m.memo_id), 0)",
    ),
    check(
        "I6",
        "what an invoice says is credited is the sum of its memos",
        "SELECT i.invoice_id FROM invoice i WHERE i.credited <> COALESCE((SELECT SUM(m.gross) FROM credit_memo m \
         WHERE m.tenant_id = i.tenant_id AND m.invoice_id = i.invoice_id), 0)",
    ),
    check(
        "I6",
        "what is open of an invoice is its total less what was settled, and its state says so",
        "SELECT i.invoice_id FROM invoice i WHERE i.kind = 'invoice' AND i.state IN ('issued', 'partly_settled', 'settled') AND (i.open < 0 OR i.open > i.gross \
         OR i.open <> i.gross - COALESCE((SELECT SUM(s.settled) FROM invoice_settlement s WHERE s.tenant_id = i.tenant_id AND s.invoice_id = i.invoice_id), 0) \
         OR (i.state = 'settled') <> (i.open = 0) OR (i.state = 'issued') <> (i.open = i.gross))",
    ),
    check(
        "I16",
        "document numbers are gapless per series and year",
        concat!(
            "SELECT legal_entity_id FROM ",
            numbered!(),
            " GROUP BY tenant_id, legal_entity_id, kind, series_year HAVING MIN(sequence) <> 1 OR MAX(sequence) <> COUNT(*) OR COUNT(DISTINCT sequence) <> COUNT(*)"
        ),
    ),
    check(
        "I16",
        "a series gives out next what follows its newest document",
        concat!(
            "SELECT s.legal_entity_id FROM number_series s WHERE s.next <> 1 + (SELECT COUNT(*) FROM ",
            numbered!(),
            " WHERE d.tenant_id = s.tenant_id AND d.legal_entity_id = s.legal_entity_id AND d.kind = s.kind AND d.series_year = s.year)"
        ),
    ),
    check(
        "I16",
        "invoices were issued in the order of their numbers",
        "SELECT invoice_id FROM (SELECT i.invoice_id, p.position, LAG(p.position) OVER \
         (PARTITION BY i.tenant_id, i.legal_entity_id, i.series_year ORDER BY i.sequence) AS before \
         FROM invoice i JOIN event_log l ON l.tenant_id = i.tenant_id AND l.subject = 'inv_' || {hex:i.invoice_id} AND l.type = 'quittance.invoicing.v1.InvoiceIssued' \
         JOIN event_position p ON p.ordinal = l.ordinal WHERE i.kind = 'invoice' AND i.sequence IS NOT NULL) AS issued WHERE position < before",
    ),
    check(
        "I17",
        "a number stands exactly on issued documents",
        "SELECT invoice_id FROM invoice WHERE (number IS NULL) <> (state = 'draft')",
    ),
    check(
        "I19",
        "every invoice and memo with a number was published, once",
        "SELECT d.id FROM (SELECT tenant_id, invoice_id AS id, 'inv_' || {hex:invoice_id} AS subject, 'quittance.invoicing.v1.InvoiceIssued' AS type \
         FROM invoice WHERE kind = 'invoice' AND number IS NOT NULL \
         UNION ALL SELECT tenant_id, memo_id, 'mem_' || {hex:memo_id}, 'quittance.invoicing.v1.MemoIssued' FROM credit_memo) AS d \
         WHERE (SELECT COUNT(*) FROM event_log l WHERE l.tenant_id = d.tenant_id AND l.subject = d.subject AND l.type = d.type) <> 1",
    ),
];
