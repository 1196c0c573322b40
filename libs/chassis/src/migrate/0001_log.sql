-- What happened: the event stream and the audit trail. Rows are only ever added.
CREATE TABLE event_log (
  ordinal {identity},
  event_id {uuid} NOT NULL,
  tenant_id {uuid} NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  partition_key {uuid} NOT NULL,
  partition_no INTEGER NOT NULL,
  payload {bytes} NOT NULL,
  public {bool} NOT NULL,
  actor TEXT NOT NULL,
  request_id {uuid},
  why TEXT,
  change_before TEXT,
  change_after TEXT,
  traceparent TEXT,
  created_at BIGINT NOT NULL,
  digest {bytes} NOT NULL
);
CREATE INDEX event_log_subject ON event_log (tenant_id, subject, ordinal);
CREATE INDEX event_log_partition_key ON event_log (tenant_id, partition_key, ordinal);

-- Committed rows that still wait for their position (PostgreSQL only: SQLite assigns positions before COMMIT).
CREATE TABLE event_pending (
  ordinal BIGINT PRIMARY KEY,
  partition_no INTEGER NOT NULL,
  digest {bytes} NOT NULL
);

-- The order in which rows were committed: dense, chained, append-only.
CREATE TABLE event_position (
  position BIGINT PRIMARY KEY,
  ordinal BIGINT NOT NULL UNIQUE,
  partition_no INTEGER NOT NULL,
  hash {bytes} NOT NULL
);

-- How far this service has followed the log of another, and which replica is at it.
CREATE TABLE consumer_cursor (
  consumer TEXT NOT NULL,
  producer TEXT NOT NULL,
  partition_group INTEGER NOT NULL,
  partition_groups INTEGER NOT NULL,
  position BIGINT NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  lease_epoch BIGINT NOT NULL,
  PRIMARY KEY (consumer, producer, partition_group)
);

-- Events that could not be applied, and those of the same subject that wait behind them.
CREATE TABLE dead_letter (
  tenant_id {uuid} NOT NULL,
  producer TEXT NOT NULL,
  position BIGINT NOT NULL,
  event_id {uuid} NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  partition_no INTEGER NOT NULL,
  payload {bytes} NOT NULL,
  actor TEXT NOT NULL,
  request_id TEXT NOT NULL,
  why TEXT NOT NULL,
  traceparent TEXT NOT NULL,
  occurred_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  parked_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, producer, position)
);
CREATE INDEX dead_letter_subject ON dead_letter (producer, tenant_id, subject, position);

-- One row per mutation: what makes a retry safe.
CREATE TABLE idempotency_key (
  tenant_id {uuid} NOT NULL,
  method TEXT NOT NULL,
  request_id {uuid} NOT NULL,
  fingerprint {bytes} NOT NULL,
  response {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, method, request_id)
);

-- Which replica runs a periodic job, and when it is due again.
CREATE TABLE job_lease (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  next_at BIGINT NOT NULL
);

-- What all replicas of the service have to know and nobody else may.
CREATE TABLE chassis_secret (
  name TEXT PRIMARY KEY,
  secret {bytes} NOT NULL
);
