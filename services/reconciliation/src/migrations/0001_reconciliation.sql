-- What we know of customers (copy of credit's master data, fed by CustomerChanged).
CREATE TABLE customer (
  tenant_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  parent_id {uuid},
  legal_name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, customer_id)
);
CREATE INDEX customer_name ON customer (tenant_id, name_key);
CREATE INDEX customer_changed ON customer (tenant_id, changed_at);
CREATE INDEX customer_parent ON customer (tenant_id, parent_id);

-- Accounts customers pay from.
CREATE TABLE customer_iban (
  tenant_id {uuid} NOT NULL,
  iban TEXT NOT NULL,
  customer_id {uuid} NOT NULL,
  PRIMARY KEY (tenant_id, iban, customer_id)
);
CREATE INDEX customer_iban_customer ON customer_iban (tenant_id, customer_id);

-- Sellers (copy of invoicing's, fed by LegalEntityChanged).
CREATE TABLE legal_entity (
  tenant_id {uuid} NOT NULL,
  legal_entity_id {uuid} NOT NULL,
  legal_name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id)
);

-- Our accounts at banks. ledger_balance is the sum of the account's postings.
CREATE TABLE bank_account (
  tenant_id {uuid} NOT NULL,
  bank_account_id {uuid} NOT NULL,
  legal_entity_id {uuid},
  iban TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  name TEXT NOT NULL,
  opening_balance BIGINT NOT NULL,
  bank_balance BIGINT,
  bank_balance_on INTEGER,
  ledger_balance BIGINT NOT NULL,
  books_from TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, bank_account_id),
  CHECK ((bank_balance IS NULL) = (bank_balance_on IS NULL))
);
CREATE UNIQUE INDEX bank_account_number ON bank_account (tenant_id, iban, currency);

-- Files as they came, byte for byte.
CREATE TABLE statement_file (
  tenant_id {uuid} NOT NULL,
  sha256 {bytes} NOT NULL,
  file_name TEXT NOT NULL,
  content {bytes} NOT NULL,
  statement_ids TEXT NOT NULL,
  lines_imported INTEGER NOT NULL,
  lines_known INTEGER NOT NULL,
  lines_matched INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, sha256)
);

CREATE TABLE statement (
  tenant_id {uuid} NOT NULL,
  statement_id {uuid} NOT NULL,
  bank_account_id {uuid} NOT NULL,
  bank_statement_id TEXT NOT NULL,
  page TEXT NOT NULL,
  family TEXT NOT NULL,
  format TEXT NOT NULL,
  from_on INTEGER,
  to_on INTEGER,
  currency CHAR(3) NOT NULL,
  opening BIGINT,
  closing BIGINT,
  line_count INTEGER NOT NULL,
  findings TEXT NOT NULL,
  content {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, statement_id)
);
CREATE INDEX statement_identity ON statement (tenant_id, bank_account_id, family, bank_statement_id);

-- Lines. fingerprint: the same for lines that say the same; occurrence: which of them, from 1.
-- movement_key: the same for one movement told in different kinds of files.
CREATE TABLE bank_line (
  tenant_id {uuid} NOT NULL,
  bank_line_id {uuid} NOT NULL,
  statement_id {uuid} NOT NULL,
  bank_account_id {uuid} NOT NULL,
  family TEXT NOT NULL,
  fingerprint {uuid} NOT NULL,
  occurrence INTEGER NOT NULL,
  movement_key {uuid} NOT NULL,
  amount BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  booked_on INTEGER NOT NULL,
  value_on INTEGER,
  is_booked {bool} NOT NULL,
  reversal {bool} NOT NULL,
  is_return {bool} NOT NULL,
  bank_reference TEXT NOT NULL,
  end_to_end_id TEXT NOT NULL,
  creditor_reference TEXT NOT NULL,
  remittance_text TEXT NOT NULL,
  further_text TEXT NOT NULL,
  counterparty_name TEXT NOT NULL,
  counterparty_iban TEXT NOT NULL,
  return_reason TEXT NOT NULL,
  transaction_code TEXT NOT NULL,
  state TEXT NOT NULL,
  rule TEXT NOT NULL,
  why TEXT NOT NULL,
  receipt_id {uuid},
  matched_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, bank_line_id)
);
CREATE UNIQUE INDEX bank_line_fingerprint ON bank_line (tenant_id, bank_account_id, booked_on, fingerprint, occurrence);
CREATE INDEX bank_line_state ON bank_line (tenant_id, state, booked_on, bank_line_id);
CREATE INDEX bank_line_statement ON bank_line (tenant_id, statement_id, booked_on, bank_line_id);
CREATE INDEX bank_line_end_to_end ON bank_line (tenant_id, end_to_end_id) WHERE end_to_end_id <> '';
CREATE INDEX bank_line_amount ON bank_line (tenant_id, bank_account_id, amount) WHERE receipt_id IS NOT NULL;

-- What each document still asks for. Amounts of credit memos are negative.
CREATE TABLE open_item (
  tenant_id {uuid} NOT NULL,
  open_item_id {uuid} NOT NULL,
  kind TEXT NOT NULL,
  document_id {uuid} NOT NULL,
  document_number TEXT NOT NULL,
  document_key TEXT NOT NULL,
  customer_id {uuid} NOT NULL,
  legal_entity_id {uuid},
  currency CHAR(3) NOT NULL,
  total BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  open BIGINT NOT NULL,
  applied BIGINT NOT NULL,
  discounted BIGINT NOT NULL,
  written_off BIGINT NOT NULL,
  issued_on INTEGER NOT NULL,
  due_on INTEGER NOT NULL,
  discount_on INTEGER,
  discount BIGINT,
  creditor_reference TEXT NOT NULL,
  creditor_key TEXT NOT NULL,
  purchase_order TEXT NOT NULL,
  credits_id {uuid},
  state TEXT NOT NULL,
  disputed {bool} NOT NULL,
  version BIGINT NOT NULL,
  settled_on INTEGER,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, open_item_id),
  CHECK (open = total - applied - discounted - written_off),
  CHECK ((total >= 0 AND open >= 0 AND open <= total) OR (total < 0 AND open <= 0 AND open >= total))
);
CREATE UNIQUE INDEX open_item_document ON open_item (tenant_id, document_id);
CREATE INDEX open_item_number ON open_item (tenant_id, document_key);
CREATE INDEX open_item_reference ON open_item (tenant_id, creditor_key) WHERE creditor_key <> '';
CREATE INDEX open_item_customer ON open_item (tenant_id, customer_id, due_on, open_item_id);
CREATE INDEX open_item_unsettled ON open_item (tenant_id, customer_id) WHERE open <> 0;
CREATE INDEX open_item_due ON open_item (tenant_id, due_on, open_item_id);
CREATE INDEX open_item_credits ON open_item (tenant_id, credits_id) WHERE credits_id IS NOT NULL;
CREATE INDEX open_item_created ON open_item (tenant_id, created_at);

-- Money that was seen.
CREATE TABLE receipt (
  tenant_id {uuid} NOT NULL,
  receipt_id {uuid} NOT NULL,
  source TEXT NOT NULL,
  source_id {uuid},
  origin TEXT NOT NULL,
  reference TEXT NOT NULL,
  customer_id {uuid},
  bank_account_id {uuid},
  currency CHAR(3) NOT NULL,
  amount BIGINT NOT NULL,
  applied BIGINT NOT NULL,
  unapplied BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  state TEXT NOT NULL,
  received_on INTEGER NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, receipt_id),
  CHECK (amount = applied + unapplied + refunded),
  CHECK (applied >= 0 AND unapplied >= 0 AND refunded >= 0),
  CHECK (customer_id IS NOT NULL OR applied = 0)
);
CREATE UNIQUE INDEX receipt_payment ON receipt (tenant_id, source_id) WHERE source = 'payment';
CREATE INDEX receipt_customer ON receipt (tenant_id, customer_id, receipt_id);
CREATE INDEX receipt_state ON receipt (tenant_id, state, receipt_id);

-- What settled which part of an item. means: cash (receipt_id), credit (credit_item_id) or write_off.
CREATE TABLE application (
  tenant_id {uuid} NOT NULL,
  application_id {uuid} NOT NULL,
  means TEXT NOT NULL,
  receipt_id {uuid},
  credit_item_id {uuid},
  open_item_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  write_off BIGINT NOT NULL,
  applied_on INTEGER NOT NULL,
  applied_by TEXT NOT NULL,
  why TEXT NOT NULL,
  reversed_on INTEGER,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, application_id),
  CHECK (amount >= 0 AND discount >= 0 AND write_off >= 0 AND amount + discount + write_off > 0),
  CHECK ((means = 'cash' AND receipt_id IS NOT NULL AND credit_item_id IS NULL)
      OR (means = 'credit' AND receipt_id IS NULL AND credit_item_id IS NOT NULL)
      OR (means = 'write_off' AND receipt_id IS NULL AND credit_item_id IS NULL))
);
CREATE INDEX application_receipt ON application (tenant_id, receipt_id, application_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX application_item ON application (tenant_id, open_item_id, application_id);
CREATE INDEX application_credit ON application (tenant_id, credit_item_id) WHERE credit_item_id IS NOT NULL;
CREATE INDEX application_customer ON application (tenant_id, customer_id, application_id);

-- The journal: lines of entries, each with what its entry says. Rows are only ever added.
CREATE TABLE posting (
  tenant_id {uuid} NOT NULL,
  entry_id {uuid} NOT NULL,
  line_no INTEGER NOT NULL,
  posted_on INTEGER NOT NULL,
  kind TEXT NOT NULL,
  source_kind CHAR(3) NOT NULL,
  source_id {uuid} NOT NULL,
  account TEXT NOT NULL,
  bank_account_id {uuid},
  currency CHAR(3) NOT NULL,
  amount BIGINT NOT NULL,
  customer_id {uuid},
  text TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, entry_id, line_no),
  CHECK (amount <> 0),
  CHECK ((account = '1000') = (bank_account_id IS NOT NULL))
);
CREATE INDEX posting_source ON posting (tenant_id, source_id);
CREATE INDEX posting_account ON posting (tenant_id, account, entry_id);

-- Receipts recorded by hand that wait for a bank line to show them.
CREATE TABLE deposit (
  tenant_id {uuid} NOT NULL,
  receipt_id {uuid} NOT NULL,
  bank_account_id {uuid} NOT NULL,
  reference_key TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,
  bank_line_id {uuid},
  PRIMARY KEY (tenant_id, receipt_id)
);
CREATE INDEX deposit_awaited ON deposit (tenant_id, bank_account_id, receipt_id) WHERE bank_line_id IS NULL;
