-- Copy of credit's customers: enough to refuse unknown ones.
CREATE TABLE customer (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE payment (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0),
  rail TEXT NOT NULL,
  method_token TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('created', 'pending', 'unknown', 'settled', 'failed', 'cancelled', 'returned', 'partly_refunded', 'refunded')),
  allocations TEXT NOT NULL,
  reason_code TEXT NOT NULL,
  transitions TEXT NOT NULL,
  created_on INTEGER NOT NULL,
  settled_on INTEGER,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT refunds_within_capture CHECK (refunded_minor <= amount_minor)
);
CREATE INDEX payment_customer ON payment (tenant_id, customer_id, created_at, id);
CREATE INDEX payment_recent ON payment (tenant_id, created_at, id);
CREATE INDEX payment_open ON payment (tenant_id, id) WHERE state IN ('created', 'pending', 'unknown');

CREATE TABLE refund (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  payment_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  why TEXT NOT NULL,
  refunded_on INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX refund_payment ON refund (tenant_id, payment_id);

-- The simulated rail's own books, as a payment provider would keep them: written when it is asked, never by our states.
CREATE TABLE rail_transaction (
  tenant_id {uuid} NOT NULL,
  payment_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL,
  amount_minor BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL CHECK (outcome IN ('settle', 'fail', 'cancelled')),
  code TEXT NOT NULL,
  settle_on INTEGER NOT NULL,
  return_on INTEGER,
  PRIMARY KEY (tenant_id, payment_id)
);
CREATE INDEX rail_return ON rail_transaction (tenant_id, return_on) WHERE return_on IS NOT NULL;
