//! What holds in the database of every service, whatever its business.

use super::{Check, check, each};

/// Tables of the chassis that belong to no tenant.
macro_rules! of_no_tenant {
    () => {
        "('schema_migration', 'event_pending', 'event_position', 'consumer_cursor', 'job_lease', 'chassis_secret')"
    };
}

pub(super) const ALL: &[Check] = &[
    each(
        "I4",
        "what was posted or logged cannot be changed: the database refuses",
        "SELECT t.name FROM sqlite_master t WHERE t.type = 'table' AND t.name IN ('event_log', 'event_position', 'posting') \
         AND (SELECT COUNT(*) FROM sqlite_master g WHERE g.type = 'trigger' AND g.tbl_name = t.name AND g.sql LIKE '%RAISE(ABORT%') <> 2",
        "SELECT c.relname FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relname IN ('event_log', 'event_position', 'posting') \
         AND a.grantee <> c.relowner AND a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')",
    ),
    check(
        "I22",
        "what a request has done stands beside the key that makes it safe to repeat",
        "SELECT l.event_id FROM event_log l LEFT JOIN (SELECT DISTINCT tenant_id, request_id FROM idempotency_key) AS k \
         ON k.tenant_id = l.tenant_id AND k.request_id = l.request_id \
         WHERE l.request_id IS NOT NULL AND l.actor NOT LIKE 'system:%' AND k.request_id IS NULL \
         AND l.created_at >= (SELECT MIN(created_at) FROM idempotency_key)",
    ),
    check(
        "I22",
        "whatever somebody asked for and got stands in the log",
        "SELECT k.request_id FROM idempotency_key k LEFT JOIN (SELECT DISTINCT tenant_id, request_id FROM event_log WHERE request_id IS NOT NULL) AS l \
         ON l.tenant_id = k.tenant_id AND l.request_id = k.request_id WHERE k.told AND l.request_id IS NULL",
    ),
    each(
        "I28",
        "every table of the business names its tenant",
        concat!(
            "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN ",
            of_no_tenant!(),
            " AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'tenant_id' AND c.\"notnull\" = 1)"
        ),
        concat!(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT IN ",
            of_no_tenant!(),
            " AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)"
        ),
    ),
    each(
        "I28",
        "the tenant leads every primary key",
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant_id' \
         WHERE m.type = 'table' AND m.name <> 'event_log' AND c.pk <> 1",
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'event_log' \
         AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indkey[0] = a.attnum)",
    ),
    each(
        "I28",
        "row-level security binds everybody on every table of a tenant (PostgreSQL)",
        "SELECT 1 WHERE 1 = 0",
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))",
    ),
];
