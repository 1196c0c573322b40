-- Sellers. Never changed once created: their codes are part of numbers that were given out.
CREATE TABLE legal_entity (
  tenant_id {uuid} NOT NULL,
  legal_entity_id {uuid} NOT NULL,
  code TEXT NOT NULL,
  legal_name TEXT NOT NULL,
  country TEXT NOT NULL,
  vat_id TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  time_zone TEXT NOT NULL,
  iban TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id)
);
CREATE UNIQUE INDEX legal_entity_code ON legal_entity (tenant_id, code);

-- The number each series gives out next. Whoever numbers documents updates the row and holds it until the commit, so a
-- rollback gives the numbers back and none is ever missing.
CREATE TABLE number_series (
  tenant_id {uuid} NOT NULL,
  legal_entity_id {uuid} NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_memo', 'pro_forma')),
  year INTEGER NOT NULL,
  next BIGINT NOT NULL CHECK (next >= 1),
  PRIMARY KEY (tenant_id, legal_entity_id, kind, year)
);

-- What credit last said of a customer.
CREATE TABLE customer (
  tenant_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  legal_name TEXT NOT NULL,
  currency TEXT NOT NULL,
  payment_terms TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, customer_id)
);

CREATE TABLE sales_order (
  tenant_id {uuid} NOT NULL,
  order_id {uuid} NOT NULL,
  external_id TEXT,
  customer_id {uuid} NOT NULL,
  legal_entity_id {uuid} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'accepted', 'partly_fulfilled', 'fulfilled', 'cancelled', 'rejected')),
  currency CHAR(3) NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  gross BIGINT NOT NULL CHECK (gross > 0 AND gross = net + tax),
  taxes TEXT NOT NULL,
  payment_terms TEXT NOT NULL,
  reservation_id TEXT NOT NULL,
  credit_reasons TEXT NOT NULL,
  purchase_order TEXT NOT NULL,
  placed_on INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, order_id)
);
CREATE UNIQUE INDEX sales_order_external_id ON sales_order (tenant_id, external_id);
CREATE INDEX sales_order_newest ON sales_order (tenant_id, created_at, order_id);
CREATE INDEX sales_order_customer ON sales_order (tenant_id, customer_id, created_at, order_id);

CREATE TABLE sales_order_line (
  tenant_id {uuid} NOT NULL,
  order_id {uuid} NOT NULL,
  line_number INTEGER NOT NULL,
  description TEXT NOT NULL,
  quantity TEXT NOT NULL,
  unit TEXT NOT NULL,
  unit_price TEXT NOT NULL,
  discount_percent TEXT NOT NULL,
  vat_category TEXT NOT NULL,
  vat_rate TEXT NOT NULL,
  item_code TEXT NOT NULL,
  net BIGINT NOT NULL CHECK (net > 0),
  fulfilled TEXT NOT NULL,
  PRIMARY KEY (tenant_id, order_id, line_number)
);

-- How a hold ended, for an order whose submission may still be under way. Submission and event both write the row, so
-- whichever comes second sees the first.
CREATE TABLE hold_outcome (
  tenant_id {uuid} NOT NULL,
  order_id {uuid} NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('open', 'released', 'rejected', 'expired')),
  PRIMARY KEY (tenant_id, order_id)
);

-- Invoices and pro-formas. A number is there if and only if the document was given out; a void invoice keeps it.
CREATE TABLE invoice (
  tenant_id {uuid} NOT NULL,
  invoice_id {uuid} NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'pro_forma')),
  state TEXT NOT NULL CHECK (state IN ('draft', 'issued', 'partly_settled', 'settled', 'void', 'sent', 'converted')),
  number TEXT,
  series_year INTEGER,
  sequence BIGINT,
  customer_id {uuid} NOT NULL,
  legal_entity_id {uuid} NOT NULL,
  order_id {uuid},
  currency CHAR(3) NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  gross BIGINT NOT NULL CHECK (gross > 0 AND gross = net + tax),
  taxes TEXT NOT NULL,
  schedule TEXT NOT NULL,
  issue_on INTEGER NOT NULL,
  due_on INTEGER NOT NULL,
  asked_issue_on INTEGER,
  asked_due_on INTEGER,
  purchase_order TEXT NOT NULL,
  note TEXT NOT NULL,
  open BIGINT NOT NULL CHECK (open >= 0 AND open <= gross),
  credited BIGINT NOT NULL CHECK (credited >= 0 AND credited <= gross),
  creditor_reference TEXT NOT NULL,
  disputed {bool} NOT NULL,
  converted_invoice_id {uuid},
  created_at BIGINT NOT NULL,
  issued_at BIGINT,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id),
  CHECK ((number IS NULL) = (state = 'draft')),
  CHECK ((number IS NULL) = (sequence IS NULL) AND (number IS NULL) = (series_year IS NULL)),
  CHECK (issue_on <= due_on)
);
CREATE UNIQUE INDEX invoice_number ON invoice (tenant_id, number);
CREATE INDEX invoice_customer ON invoice (tenant_id, customer_id, invoice_id);

CREATE TABLE invoice_line (
  tenant_id {uuid} NOT NULL,
  invoice_id {uuid} NOT NULL,
  line_number INTEGER NOT NULL,
  description TEXT NOT NULL,
  quantity TEXT NOT NULL,
  unit TEXT NOT NULL,
  unit_price TEXT NOT NULL,
  discount_percent TEXT NOT NULL,
  vat_category TEXT NOT NULL,
  vat_rate TEXT NOT NULL,
  item_code TEXT NOT NULL,
  net BIGINT NOT NULL CHECK (net > 0),
  credited TEXT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id, line_number)
);

-- What reconciliation last said of the open items of an invoice; an older version never replaces a newer one.
CREATE TABLE invoice_settlement (
  tenant_id {uuid} NOT NULL,
  invoice_id {uuid} NOT NULL,
  open_item_id TEXT NOT NULL,
  settled BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id, open_item_id)
);

CREATE TABLE credit_memo (
  tenant_id {uuid} NOT NULL,
  memo_id {uuid} NOT NULL,
  number TEXT NOT NULL,
  series_year INTEGER NOT NULL,
  sequence BIGINT NOT NULL,
  invoice_id {uuid} NOT NULL,
  invoice_number TEXT NOT NULL,
  customer_id {uuid} NOT NULL,
  legal_entity_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  gross BIGINT NOT NULL CHECK (gross > 0 AND gross = net + tax),
  taxes TEXT NOT NULL,
  issue_on INTEGER NOT NULL,
  why TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, memo_id)
);
CREATE UNIQUE INDEX credit_memo_number ON credit_memo (tenant_id, number);
CREATE INDEX credit_memo_invoice ON credit_memo (tenant_id, invoice_id, memo_id);
CREATE INDEX credit_memo_customer ON credit_memo (tenant_id, customer_id, memo_id);

-- Lines of memos. A credited amount has one line per VAT rate, whose net may be nothing when only tax is left.
CREATE TABLE credit_memo_line (
  tenant_id {uuid} NOT NULL,
  memo_id {uuid} NOT NULL,
  line_number INTEGER NOT NULL,
  description TEXT NOT NULL,
  quantity TEXT NOT NULL,
  unit TEXT NOT NULL,
  unit_price TEXT NOT NULL,
  discount_percent TEXT NOT NULL,
  vat_category TEXT NOT NULL,
  vat_rate TEXT NOT NULL,
  item_code TEXT NOT NULL,
  net BIGINT NOT NULL CHECK (net >= 0),
  PRIMARY KEY (tenant_id, memo_id, line_number)
);
