-- What the engine may do by itself, in versions. seller_id: the legal entity, or the nil id for every seller without a policy
-- of its own. number: 1, 2, 3... of the seller; version: grows with every change of the row.
CREATE TABLE match_policy (
  tenant_id {uuid} NOT NULL,
  match_policy_id {uuid} NOT NULL,
  seller_id {uuid} NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  currency CHAR(3) NOT NULL,
  bank_fee_max BIGINT NOT NULL,
  rounding_tolerance BIGINT NOT NULL,
  write_off_max BIGINT NOT NULL,
  discount_grace_days INTEGER NOT NULL,
  fx_tolerance_bp INTEGER NOT NULL,
  overpayment TEXT NOT NULL,
  short_payment TEXT NOT NULL,
  auto_ceiling BIGINT,
  minimum_confidence_ppm INTEGER NOT NULL,
  oldest_first_off {bool} NOT NULL,
  proposed_by TEXT NOT NULL,
  decided_by TEXT,
  why TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, match_policy_id),
  CHECK (bank_fee_max >= 0 AND rounding_tolerance >= 0 AND write_off_max >= 0),
  CHECK (state NOT IN ('active', 'superseded') OR (decided_by IS NOT NULL AND decided_by <> proposed_by))
);
CREATE UNIQUE INDEX match_policy_number ON match_policy (tenant_id, seller_id, number);
CREATE UNIQUE INDEX match_policy_active ON match_policy (tenant_id, seller_id) WHERE state = 'active';

-- Rules, in the order they are looked at. Empty texts and NULL amounts ask for nothing.
CREATE TABLE match_rule (
  tenant_id {uuid} NOT NULL,
  match_policy_id {uuid} NOT NULL,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  text_contains TEXT NOT NULL,
  counterparty_iban TEXT NOT NULL,
  counterparty_name_contains TEXT NOT NULL,
  transaction_code TEXT NOT NULL,
  amount_at_least BIGINT,
  amount_at_most BIGINT,
  action TEXT NOT NULL,
  customer_id {uuid},
  PRIMARY KEY (tenant_id, match_policy_id, place),
  CHECK ((action = 'customer') = (customer_id IS NOT NULL))
);

-- Trials in the shadow. against_id: the version in force when it began, NULL for the built-in one. leased_until: who works on
-- it has until then; epoch: grows with every turn, so that whoever was overtaken can write nothing any more.
CREATE TABLE match_policy_trial (
  tenant_id {uuid} NOT NULL,
  match_policy_id {uuid} NOT NULL,
  against_id {uuid},
  from_on INTEGER NOT NULL,
  to_on INTEGER NOT NULL,
  lines_total INTEGER NOT NULL,
  lines_tried INTEGER NOT NULL,
  both_apply INTEGER NOT NULL,
  only_active INTEGER NOT NULL,
  only_new INTEGER NOT NULL,
  differently INTEGER NOT NULL,
  against_the_books INTEGER NOT NULL,
  done {bool} NOT NULL,
  leased_until BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, match_policy_id)
);
CREATE INDEX match_policy_trial_due ON match_policy_trial (tenant_id, leased_until) WHERE NOT done;

-- What the two versions do not decide alike, line by line; outcomes as encoded messages.
CREATE TABLE match_policy_difference (
  tenant_id {uuid} NOT NULL,
  match_policy_id {uuid} NOT NULL,
  place INTEGER NOT NULL,
  bank_line_id {uuid} NOT NULL,
  active {bytes} NOT NULL,
  proposed {bytes} NOT NULL,
  PRIMARY KEY (tenant_id, match_policy_id, place)
);

-- Files of remittance advices as they came, byte for byte.
CREATE TABLE remittance_file (
  tenant_id {uuid} NOT NULL,
  sha256 {bytes} NOT NULL,
  file_name TEXT NOT NULL,
  content {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, sha256)
);

-- What payers say their payments are for. place: which advice of its file, from 0. An advice without a known currency has
-- no amounts.
CREATE TABLE remittance_advice (
  tenant_id {uuid} NOT NULL,
  remittance_advice_id {uuid} NOT NULL,
  sha256 {bytes} NOT NULL,
  place INTEGER NOT NULL,
  format TEXT NOT NULL,
  file_name TEXT NOT NULL,
  number TEXT NOT NULL,
  advice_on INTEGER,
  currency TEXT NOT NULL,
  total BIGINT,
  payer_name TEXT NOT NULL,
  payer_iban TEXT NOT NULL,
  customer_number TEXT NOT NULL,
  customer_id {uuid},
  state TEXT NOT NULL,
  findings TEXT NOT NULL,
  bank_line_id {uuid},
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, remittance_advice_id),
  CHECK ((state = 'used') = (bank_line_id IS NOT NULL)),
  CHECK (state = 'review' OR (currency <> '' AND total IS NOT NULL))
);
CREATE UNIQUE INDEX remittance_advice_file ON remittance_advice (tenant_id, sha256, place);
CREATE INDEX remittance_advice_state ON remittance_advice (tenant_id, state, remittance_advice_id);
CREATE INDEX remittance_advice_changed ON remittance_advice (tenant_id, changed_at, remittance_advice_id);

-- What one document gets, in the order of the source. An advice that was confirmed has these as they were corrected.
CREATE TABLE remittance_line (
  tenant_id {uuid} NOT NULL,
  remittance_advice_id {uuid} NOT NULL,
  place INTEGER NOT NULL,
  document TEXT NOT NULL,
  gross BIGINT,
  deduction BIGINT,
  reason TEXT NOT NULL,
  net BIGINT,
  span TEXT NOT NULL,
  PRIMARY KEY (tenant_id, remittance_advice_id, place)
);

-- Advices quote customer numbers.
CREATE INDEX customer_number ON customer (tenant_id, number) WHERE number <> '';
