//! What is compared. Every query gives `tenant_id`, `key` and `v`; values of one key are added up.

/// A fact as one service tells it.
pub(super) struct Fact {
    pub(super) service: &'static str,
    pub(super) sql: &'static str,
}

/// Two services that must tell the same.
pub(super) struct Claim {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) left: &'static Fact,
    pub(super) right: &'static Fact,
}

const fn fact(service: &'static str, sql: &'static str) -> Fact {
    Fact { service, sql }
}

const fn claim(code: &'static str, name: &'static str, left: &'static Fact, right: &'static Fact) -> Claim {
    Claim { code, name, left, right }
}

/// Reconciliation's word on what is open, per customer and currency.
const OPEN: Fact = fact("reconciliation", "SELECT tenant_id, {hex:customer_id} || currency AS key, open AS v FROM open_item");
const OPEN_IN_CREDIT: Fact = fact("credit", "SELECT tenant_id, {hex:customer_id} || currency AS key, open_minor AS v FROM receivable");
const OPEN_IN_COLLECTIONS: Fact =
    fact("collections", "SELECT tenant_id, {hex:customer_id} || currency AS key, open_minor AS v FROM receivable");

const UNAPPLIED: Fact = fact(
    "reconciliation",
    "SELECT tenant_id, {hex:customer_id} || currency AS key, unapplied AS v FROM receipt WHERE customer_id IS NOT NULL",
);
const UNAPPLIED_IN_CREDIT: Fact = fact(
    "credit",
    "SELECT tenant_id, {hex:customer_id} || currency AS key, unapplied_minor AS v FROM receipt WHERE customer_id IS NOT NULL",
);
const UNAPPLIED_IN_COLLECTIONS: Fact = fact(
    "collections",
    "SELECT tenant_id, {hex:customer_id} || currency AS key, unapplied_minor AS v FROM receipt WHERE customer_id IS NOT NULL",
);

/// Documents by id, with their totals; a memo's is negative.
const DOCUMENTS: Fact = fact(
    "invoicing",
    "SELECT tenant_id, {hex:invoice_id} AS key, gross AS v FROM invoice WHERE kind = 'invoice' AND state NOT IN ('draft', 'void') \
     UNION ALL SELECT tenant_id, {hex:memo_id}, -gross FROM credit_memo",
);
const ITEMS: Fact = fact("reconciliation", "SELECT tenant_id, {hex:document_id} AS key, total AS v FROM open_item WHERE state <> 'void'");
const OPEN_INVOICES: Fact = fact(
    "invoicing",
    "SELECT tenant_id, {hex:invoice_id} AS key, open AS v FROM invoice WHERE kind = 'invoice' AND state NOT IN ('draft', 'void')",
);
const OPEN_ITEMS: Fact =
    fact("reconciliation", "SELECT tenant_id, {hex:document_id} AS key, open AS v FROM open_item WHERE total >= 0 AND state <> 'void'");

const SETTLED_PAYMENTS: Fact = fact(
    "payments",
    "SELECT tenant_id, {hex:id} AS key, amount_minor AS v FROM payment WHERE state IN ('settled', 'returned', 'partly_refunded', 'refunded')",
);
/// What a payment brought; parts of it may have gone to other customers.
const PAYMENT_RECEIPTS: Fact = fact(
    "reconciliation",
    "WITH RECURSIVE part(tenant_id, payment_id, receipt_id, amount) AS (\
     SELECT r.tenant_id, r.source_id, r.receipt_id, r.amount FROM receipt r WHERE r.source = 'payment' \
     UNION ALL SELECT r.tenant_id, p.payment_id, r.receipt_id, r.amount FROM receipt r JOIN part p \
     ON r.source = 'transfer' AND r.tenant_id = p.tenant_id AND r.source_id = p.receipt_id) \
     SELECT tenant_id, {hex:payment_id} AS key, amount AS v FROM part",
);

/// Versions of what others keep copies of.
const ITEM_VERSIONS: Fact = fact("reconciliation", "SELECT tenant_id, {hex:document_id} AS key, version AS v FROM open_item");
const ITEM_VERSIONS_IN_CREDIT: Fact = fact("credit", "SELECT tenant_id, SUBSTR(document_id, 5) AS key, item_version AS v FROM receivable");
const ITEM_VERSIONS_IN_COLLECTIONS: Fact =
    fact("collections", "SELECT tenant_id, {hex:document_id} AS key, item_version AS v FROM receivable");
const RECEIPT_VERSIONS: Fact = fact("reconciliation", "SELECT tenant_id, {hex:receipt_id} AS key, version AS v FROM receipt");
const RECEIPT_VERSIONS_IN_CREDIT: Fact = fact("credit", "SELECT tenant_id, SUBSTR(receipt_id, 5) AS key, version AS v FROM receipt");
const CUSTOMER_VERSIONS: Fact = fact("credit", "SELECT tenant_id, {hex:id} AS key, version AS v FROM customer");
const CUSTOMER_VERSIONS_IN_INVOICING: Fact = fact("invoicing", "SELECT tenant_id, {hex:customer_id} AS key, version AS v FROM customer");
const CUSTOMER_VERSIONS_IN_RECONCILIATION: Fact =
    fact("reconciliation", "SELECT tenant_id, {hex:customer_id} AS key, version AS v FROM customer");
const CUSTOMER_VERSIONS_IN_COLLECTIONS: Fact = fact("collections", "SELECT tenant_id, {hex:id} AS key, version AS v FROM customer");

/// What is contested, by document.
const DISPUTED: Fact = fact("collections", "SELECT tenant_id, {hex:invoice_id} AS key, 1 AS v FROM dispute WHERE state = 'open'");
const DISPUTED_ITEMS: Fact = fact("reconciliation", "SELECT tenant_id, {hex:document_id} AS key, 1 AS v FROM open_item WHERE disputed");
const DISPUTED_INVOICES: Fact = fact("invoicing", "SELECT tenant_id, {hex:invoice_id} AS key, 1 AS v FROM invoice WHERE disputed");

pub(super) const CLAIMS: &[Claim] = &[
    claim("I14", "credit's open receivables are reconciliation's open items, per customer", &OPEN_IN_CREDIT, &OPEN),
    claim("I14", "credit's unapplied cash is reconciliation's, per customer", &UNAPPLIED_IN_CREDIT, &UNAPPLIED),
    claim("I19", "every issued invoice and memo is an open item with the same total", &DOCUMENTS, &ITEMS),
    claim("I10", "what invoicing shows as open is reconciliation's word, per invoice", &OPEN_INVOICES, &OPEN_ITEMS),
    claim("I11", "every settled payment is one receipt with its amount", &SETTLED_PAYMENTS, &PAYMENT_RECEIPTS),
    claim("I31", "collections' receivables are reconciliation's open items, per customer", &OPEN_IN_COLLECTIONS, &OPEN),
    claim("I31", "collections' unapplied cash is reconciliation's, per customer", &UNAPPLIED_IN_COLLECTIONS, &UNAPPLIED),
    claim("I20", "credit has the last version of every item", &ITEM_VERSIONS_IN_CREDIT, &ITEM_VERSIONS),
    claim("I20", "collections has the last version of every item", &ITEM_VERSIONS_IN_COLLECTIONS, &ITEM_VERSIONS),
    claim("I20", "credit has the last version of every receipt", &RECEIPT_VERSIONS_IN_CREDIT, &RECEIPT_VERSIONS),
    claim("I20", "invoicing has the last version of every customer", &CUSTOMER_VERSIONS_IN_INVOICING, &CUSTOMER_VERSIONS),
    claim("I20", "reconciliation has the last version of every customer", &CUSTOMER_VERSIONS_IN_RECONCILIATION, &CUSTOMER_VERSIONS),
    claim("I20", "collections has the last version of every customer", &CUSTOMER_VERSIONS_IN_COLLECTIONS, &CUSTOMER_VERSIONS),
    claim("I30", "what collections has in dispute, reconciliation does not match by itself", &DISPUTED, &DISPUTED_ITEMS),
    claim("I30", "what collections has in dispute, invoicing shows", &DISPUTED, &DISPUTED_INVOICES),
];
