CREATE TABLE customer (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  external_id TEXT,
  legal_name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  country TEXT NOT NULL,
  city TEXT NOT NULL,
  vat_id TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  payment_terms TEXT NOT NULL,
  parent_id {uuid},
  ibans TEXT NOT NULL,
  contacts TEXT NOT NULL,
  segment TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'watch', 'hold', 'prepay_only', 'closed')),
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, external_id)
);

-- The row every decision locks: sums of the customer's reservations, receivables and unapplied cash.
CREATE TABLE credit_account (
  tenant_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  limit_minor BIGINT,
  score INTEGER CHECK (score BETWEEN 0 AND 100),
  held_minor BIGINT NOT NULL DEFAULT 0 CHECK (held_minor >= 0),
  open_minor BIGINT NOT NULL DEFAULT 0,
  unapplied_minor BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, customer_id)
);

CREATE TABLE credit_policy (
  tenant_id {uuid} NOT NULL,
  version BIGINT NOT NULL,
  id {uuid} NOT NULL,
  name TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  minimum_score INTEGER NOT NULL,
  allowed_terms TEXT NOT NULL,
  allowed_methods TEXT NOT NULL,
  base_minor BIGINT NOT NULL,
  per_score_point_minor BIGINT NOT NULL,
  maximum_minor BIGINT NOT NULL,
  beyond_limit TEXT NOT NULL,
  four_eyes_above_minor BIGINT,
  reservation_days INTEGER NOT NULL,
  hold_when_overdue_days INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, version)
);

CREATE TABLE credit_limit (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
  state TEXT NOT NULL CHECK (state IN ('proposed', 'active', 'superseded', 'rejected')),
  requested_by TEXT NOT NULL,
  approved_by TEXT,
  why TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT four_eyes CHECK (approved_by IS NULL OR approved_by <> requested_by)
);
CREATE INDEX credit_limit_customer ON credit_limit (tenant_id, customer_id, state);

CREATE TABLE reservation (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  order_id TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  held_minor BIGINT NOT NULL CHECK (held_minor >= 0),
  committed_minor BIGINT NOT NULL CHECK (committed_minor >= 0),
  state TEXT NOT NULL CHECK (state IN ('requested', 'held', 'committed', 'released', 'expired', 'rejected')),
  decision TEXT NOT NULL,
  rules TEXT NOT NULL,
  exposure TEXT NOT NULL,
  expires_on INTEGER NOT NULL,
  policy_version BIGINT NOT NULL,
  requested_by TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT reservation_order UNIQUE (tenant_id, order_id),
  CHECK (held_minor + committed_minor <= amount_minor)
);
CREATE INDEX reservation_customer ON reservation (tenant_id, customer_id);
CREATE INDEX reservation_expiry ON reservation (tenant_id, expires_on) WHERE state = 'held';

CREATE TABLE hold_case (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  order_id TEXT NOT NULL,
  reservation_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'released', 'rejected', 'expired')),
  rules TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  decided_by TEXT,
  why TEXT NOT NULL,
  opened_on INTEGER NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT four_eyes CHECK (state <> 'released' OR decided_by <> requested_by)
);
CREATE INDEX hold_case_open ON hold_case (tenant_id, customer_id, created_at) WHERE state = 'open';

-- Copies of what invoicing, reconciliation and collections reported; the newest version wins.
CREATE TABLE receivable (
  tenant_id {uuid} NOT NULL,
  document_id TEXT NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  open_minor BIGINT NOT NULL,
  disputed_minor BIGINT NOT NULL DEFAULT 0,
  due_on INTEGER NOT NULL,
  item_version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, document_id)
);
CREATE INDEX receivable_open ON receivable (tenant_id, customer_id, due_on) WHERE open_minor <> 0;

CREATE TABLE receipt (
  tenant_id {uuid} NOT NULL,
  receipt_id TEXT NOT NULL,
  customer_id {uuid},
  currency CHAR(3) NOT NULL,
  unapplied_minor BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, receipt_id)
);
