-- Lines that wait for a person, or did. reasons: JSON. A line waits once at a time.
CREATE TABLE exception (
  tenant_id {uuid} NOT NULL,
  exception_id {uuid} NOT NULL,
  bank_line_id {uuid} NOT NULL,
  receipt_id {uuid},
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reasons TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  amount BIGINT NOT NULL,
  booked_on INTEGER NOT NULL,
  customer_id {uuid},
  queue TEXT NOT NULL,
  owner TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  resolved_at BIGINT,
  resolved_by TEXT NOT NULL,
  resolution TEXT NOT NULL,
  why TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, exception_id),
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL) AND (state = 'resolved') = (resolution <> '')),
  CHECK (state <> 'assigned' OR owner <> ''),
  CHECK (state <> 'open' OR owner = '')
);
CREATE UNIQUE INDEX exception_waiting ON exception (tenant_id, bank_line_id) WHERE state <> 'resolved';
CREATE INDEX exception_line ON exception (tenant_id, bank_line_id, exception_id);
CREATE INDEX exception_due ON exception (tenant_id, due_at, exception_id) WHERE state <> 'resolved';
CREATE INDEX exception_queue ON exception (tenant_id, queue, due_at, exception_id) WHERE state <> 'resolved';
CREATE INDEX exception_state ON exception (tenant_id, state, due_at, exception_id);

-- Which exceptions go where, in order of place, and the version of the whole table.
CREATE TABLE exception_route (
  tenant_id {uuid} NOT NULL,
  place INTEGER NOT NULL,
  kind TEXT NOT NULL,
  amount_at_least BIGINT,
  currency CHAR(3) NOT NULL,
  queue TEXT NOT NULL,
  answer_within_hours INTEGER NOT NULL,
  owner TEXT NOT NULL,
  PRIMARY KEY (tenant_id, place)
);
CREATE TABLE exception_routing (
  tenant_id {uuid} NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id)
);

-- What payers held back of items. code and suggested_code are empty while nobody knows.
CREATE TABLE deduction (
  tenant_id {uuid} NOT NULL,
  deduction_id {uuid} NOT NULL,
  open_item_id {uuid} NOT NULL,
  document_number TEXT NOT NULL,
  customer_id {uuid} NOT NULL,
  application_id {uuid} NOT NULL,
  bank_line_id {uuid},
  currency CHAR(3) NOT NULL,
  amount BIGINT NOT NULL,
  code TEXT NOT NULL,
  said TEXT NOT NULL,
  suggested_code TEXT NOT NULL,
  state TEXT NOT NULL,
  deducted_on INTEGER NOT NULL,
  decided_by TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, deduction_id),
  CHECK (amount > 0),
  CHECK (state IN ('open', 'settled') OR code <> '')
);
CREATE INDEX deduction_item ON deduction (tenant_id, open_item_id, deduction_id);
CREATE INDEX deduction_customer ON deduction (tenant_id, customer_id, deduction_id);
CREATE INDEX deduction_state ON deduction (tenant_id, state, deduction_id);
CREATE INDEX deduction_application ON deduction (tenant_id, application_id);

-- What people decided about lines, with what the lines said. applied and differences: JSON.
CREATE TABLE confirmation (
  tenant_id {uuid} NOT NULL,
  confirmation_id {uuid} NOT NULL,
  bank_line_id {uuid} NOT NULL,
  legal_entity_id {uuid},
  customer_id {uuid} NOT NULL,
  how TEXT NOT NULL,
  confirmed_by TEXT NOT NULL,
  paid_on INTEGER NOT NULL,
  currency CHAR(3) NOT NULL,
  amount BIGINT NOT NULL,
  counterparty_name TEXT NOT NULL,
  counterparty_iban TEXT NOT NULL,
  remittance_text TEXT NOT NULL,
  creditor_reference TEXT NOT NULL,
  end_to_end_id TEXT NOT NULL,
  applied TEXT NOT NULL,
  differences TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, confirmation_id)
);
CREATE INDEX confirmation_line ON confirmation (tenant_id, bank_line_id);
CREATE INDEX confirmation_customer ON confirmation (tenant_id, customer_id, confirmation_id);
CREATE INDEX confirmation_created ON confirmation (tenant_id, created_at, confirmation_id);

-- Customers about whom something learnt was erased or is no longer true, and when: what was learnt in memory is stale.
CREATE TABLE confirmation_erasure (
  tenant_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL,
  erased_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, customer_id)
);
CREATE INDEX confirmation_erased ON confirmation_erasure (tenant_id, erased_at);
