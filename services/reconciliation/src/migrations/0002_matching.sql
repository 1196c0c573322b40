-- Matching by the engine: what it decided about each line, what it knows of customers, and runs over many lines.

-- band: auto, suggest or none; empty where the engine decided nothing. refusal: why it was not applied without a person.
ALTER TABLE bank_line ADD COLUMN band TEXT NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN refusal TEXT NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN confidence_ppm INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bank_line ADD COLUMN by_person {bool} NOT NULL DEFAULT FALSE;

-- What payers quote and what tells customers apart.
ALTER TABLE customer ADD COLUMN number TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN vat_id TEXT NOT NULL DEFAULT '';

-- What a write-off is: small_difference, bank_fee or rounding; empty without one.
ALTER TABLE application ADD COLUMN difference TEXT NOT NULL DEFAULT '';

-- Settled items are closed references for a while.
CREATE INDEX open_item_settled ON open_item (tenant_id, settled_on) WHERE settled_on IS NOT NULL;

-- Runs over waiting lines. after_on and after_id: the last line looked at. Whoever holds the lease works on it.
CREATE TABLE match_run (
  tenant_id {uuid} NOT NULL,
  match_run_id {uuid} NOT NULL,
  legal_entity_id {uuid},
  seller_key {uuid} NOT NULL,
  state TEXT NOT NULL,
  lines_total INTEGER NOT NULL,
  lines_seen INTEGER NOT NULL,
  applied INTEGER NOT NULL,
  unapplied INTEGER NOT NULL,
  unidentified INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  news_at BIGINT NOT NULL,
  after_on INTEGER,
  after_id {uuid},
  error TEXT NOT NULL,
  failures INTEGER NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  PRIMARY KEY (tenant_id, match_run_id),
  CHECK ((after_on IS NULL) = (after_id IS NULL)),
  CHECK ((state IN ('completed', 'failed')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX match_run_live ON match_run (tenant_id, seller_key) WHERE state IN ('queued', 'running', 'paused');
