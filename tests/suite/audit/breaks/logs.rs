//! In what every database has: the log, cursors, keys, the schema.

use super::Break;

const CHAIN: &str = "every hash chain is whole";
const VERSIONS: &str = "the versions of a thing follow each other in its log";

pub const BREAKS: &[Break] = &[
    Break::schema("reconciliation", "what was posted or logged cannot be changed: the database refuses",
        "DROP TRIGGER posting_refuses_update", "GRANT UPDATE ON posting TO quittance_app"),
    Break::rows("credit", "what a request has done stands beside the key that makes it safe to repeat",
        "DELETE FROM idempotency_key WHERE request_id = (SELECT request_id FROM event_log WHERE request_id IS NOT NULL AND actor NOT LIKE 'system:%' ORDER BY ordinal DESC LIMIT 1)"),
    Break::rows("credit", "whatever somebody asked for and got stands in the log",
        "INSERT INTO idempotency_key (tenant_id, method, request_id, fingerprint, response, created_at, expires_at, told) \
         SELECT tenant_id, method, (SELECT event_id FROM event_log ORDER BY ordinal LIMIT 1), fingerprint, response, created_at, expires_at, told \
         FROM idempotency_key WHERE method LIKE '%/SetLimit' ORDER BY request_id LIMIT 1"),
    Break::schema("invoicing", "every table of the business names its tenant",
        "CREATE TABLE stray (id BIGINT PRIMARY KEY)", "CREATE TABLE stray (id BIGINT PRIMARY KEY)"),
    Break::schema("invoicing", "the tenant leads every primary key",
        "CREATE TABLE stray (id BIGINT NOT NULL, tenant_id BLOB NOT NULL, PRIMARY KEY (id, tenant_id))",
        "CREATE TABLE stray (id BIGINT NOT NULL, tenant_id UUID NOT NULL, PRIMARY KEY (id, tenant_id)); \
         ALTER TABLE stray ENABLE ROW LEVEL SECURITY; ALTER TABLE stray FORCE ROW LEVEL SECURITY; \
         CREATE POLICY tenant ON stray USING (true)"),
    Break::schema("invoicing", "row-level security binds everybody on every table of a tenant (PostgreSQL)",
        "SELECT 1", "ALTER TABLE invoice NO FORCE ROW LEVEL SECURITY"),
    Break::rows("credit", "positions are dense",
        "DELETE FROM event_position WHERE position = 1").also(&[CHAIN, "every entry of a log has its position"]),
    Break::rows("collections", "every consumer has followed its logs to the head",
        "UPDATE consumer_cursor SET position = position - 1 WHERE producer = 'credit'"),
    Break::rows("collections", "no consumer is ahead of the log it follows",
        "UPDATE consumer_cursor SET position = position + 1000 WHERE producer = 'credit'"),
    Break::rows("payments", "no event is parked",
        "INSERT INTO dead_letter (tenant_id, producer, position, event_id, type, subject, partition_no, payload, actor, request_id, why, traceparent, occurred_at, reason, message, attempts, parked_at) \
         SELECT tenant_id, 'credit', 1, event_id, type, subject, partition_no, payload, actor, '', '', '', 0, 'INTERNAL_ERROR', '', 8, 0 FROM event_log ORDER BY ordinal LIMIT 1"),
    Break::rows("payments", CHAIN,
        "UPDATE event_log SET actor = 'user:nobody' WHERE ordinal = (SELECT ordinal FROM event_log ORDER BY ordinal LIMIT 1)"),
    Break::rows("credit", "every entry of a log has its position",
        "INSERT INTO event_log (event_id, tenant_id, type, subject, partition_key, partition_no, payload, public, actor, created_at, digest) \
         SELECT event_id, tenant_id, type, subject, partition_key, partition_no, payload, public, actor, created_at, digest FROM event_log ORDER BY ordinal LIMIT 1"),
    Break::rows("reconciliation", VERSIONS,
        "UPDATE event_log SET payload = (SELECT s.payload FROM event_log s WHERE s.type = 'quittance.reconciliation.v1.ItemOpened' AND s.subject = event_log.subject) \
         WHERE ordinal = (SELECT MIN(ordinal) FROM event_log WHERE type = 'quittance.reconciliation.v1.ItemSettled')")
        .also(&[CHAIN]),
    Break::schema("payments", "no payment card number stands in an event",
        "INSERT INTO event_log (event_id, tenant_id, type, subject, partition_key, partition_no, payload, public, actor, created_at, digest) \
         SELECT event_id, tenant_id, 'quittance.credit.v1.CustomerChanged', subject, partition_key, partition_no, \
         x'0a120a1034313131313131313131313131313131', public, actor, created_at, digest FROM event_log ORDER BY ordinal LIMIT 1; \
         INSERT INTO event_position (position, ordinal, partition_no, hash) \
         SELECT (SELECT MAX(position) + 1 FROM event_position), MAX(ordinal), 0, x'00' FROM event_log",
        "SET app.system = 'on'; \
         INSERT INTO event_log (event_id, tenant_id, type, subject, partition_key, partition_no, payload, public, actor, created_at, digest) \
         SELECT event_id, tenant_id, 'quittance.credit.v1.CustomerChanged', subject, partition_key, partition_no, \
         '\\x0a120a1034313131313131313131313131313131'::bytea, public, actor, created_at, digest FROM event_log ORDER BY ordinal LIMIT 1; \
         INSERT INTO event_position (position, ordinal, partition_no, hash) \
         SELECT (SELECT MAX(position) + 1 FROM event_position), MAX(ordinal), 0, '\\x00'::bytea FROM event_log")
        .also(&[CHAIN, "every consumer has followed its logs to the head"]),
    // A case is told of as released first and as open then.
    Break::rows("credit", "nothing was ever in a state it could not come to",
        "CREATE TEMPORARY TABLE told AS SELECT ordinal, payload FROM event_log WHERE subject = \
         (SELECT subject FROM event_log WHERE type = 'quittance.credit.v1.HoldReleased' ORDER BY ordinal LIMIT 1); \
         UPDATE event_log SET payload = (SELECT t.payload FROM told t WHERE t.ordinal <> event_log.ordinal) WHERE ordinal IN (SELECT ordinal FROM told)")
        .also(&[CHAIN, VERSIONS]),
];
