//! Migrations on PostgreSQL: run by the owner of the tables, who then hands out rights and row-level security.

use quittance_types::{Fault, Reason};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::{APPEND_ONLY, Migration, checksum, failed, is_due, statements};
use crate::Clock;
use crate::db::{Backend, PostgresEngine, driver_fault};

/// "quittanc" in ASCII: the advisory lock of the migrations, in the database of this service.
const LOCK: i64 = 0x7175_6974_7461_6e63;

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS schema_migration \
    (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/// Tables with a tenant that are not protected yet.
const UNPROTECTED: &str = "SELECT c.relname::text AS name FROM pg_class c \
    JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped \
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') \
      AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') \
    ORDER BY c.relname";

/// Vacuumed by count of dead rows: they are emptied as fast as they are filled.
const TUNING: &str = "ALTER TABLE event_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)";

pub(super) async fn run(postgres: &PostgresEngine, steps: &[Migration], clock: &Clock) -> Result<(), Fault> {
    let mut connection = postgres.connect_owner().await?;
    execute(&mut connection, &format!("SELECT pg_advisory_lock({LOCK})")).await?;
    let outcome = migrate(&mut connection, postgres, steps, clock).await;
    // Closing the session frees the lock.
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "the owner's connection did not close cleanly");
    }
    outcome
}

async fn migrate(connection: &mut PgConnection, postgres: &PostgresEngine, steps: &[Migration], clock: &Clock) -> Result<(), Fault> {
    execute(connection, HISTORY).await?;
    for step in steps {
        apply(connection, step, clock).await.map_err(|fault| failed(step.name, fault))?;
    }
    execute(connection, TUNING).await?;
    protect(connection).await?;
    grant(connection, postgres).await?;
    check_role(connection, postgres).await
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), Fault> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.map(|_| ()).map_err(|error| driver_fault(&error))
}

async fn apply(connection: &mut PgConnection, step: &Migration, clock: &Clock) -> Result<(), Fault> {
    let found = sqlx::query("SELECT checksum FROM schema_migration WHERE name = $1").bind(step.name);
    let row = found.fetch_optional(&mut *connection).await.map_err(|error| driver_fault(&error))?;
    let recorded: Option<String> = row.map(|row| row.get("checksum"));
    if !is_due(step, recorded.as_deref())? {
        return Ok(());
    }
    // Row-level security binds the owner too: a step that changes rows means those of every tenant.
    execute(connection, "BEGIN; SET LOCAL app.system = 'on'").await?;
    for statement in statements(step, Backend::Postgres) {
        execute(connection, &statement).await?;
    }
    sqlx::query("INSERT INTO schema_migration (name, checksum, applied_at) VALUES ($1, $2, $3)")
        .bind(step.name)
        .bind(checksum(step))
        .bind(clock.now().micros())
        .execute(&mut *connection)
        .await
        .map_err(|error| driver_fault(&error))?;
    execute(connection, "COMMIT").await
}

/// Row-level security on every table with a tenant, also for the owner. Without a tenant set nothing is visible; the
/// setting is an empty string, not NULL, once a transaction that set it is over.
async fn protect(connection: &mut PgConnection) -> Result<(), Fault> {
    let rows = sqlx::query(UNPROTECTED).fetch_all(&mut *connection).await.map_err(|error| driver_fault(&error))?;
    for row in rows {
        let table: String = row.get("name");
        let table = table.replace('"', "\"\"");
        // Sub-selects are evaluated once a statement, not once a row.
        let condition = "tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid) \
                         OR (SELECT current_setting('app.system', true)) = 'on'";
        let sql = format!(
            "BEGIN; ALTER TABLE \"{table}\" ENABLE ROW LEVEL SECURITY; ALTER TABLE \"{table}\" FORCE ROW LEVEL SECURITY; \
             CREATE POLICY tenant ON \"{table}\" USING ({condition}) WITH CHECK ({condition}); COMMIT"
        );
        execute(connection, &sql).await?;
    }
    Ok(())
}

async fn grant(connection: &mut PgConnection, postgres: &PostgresEngine) -> Result<(), Fault> {
    if !postgres.has_owner() {
        return Ok(());
    }
    let role = postgres.role().replace('"', "\"\"");
    let mut sql = format!(
        "BEGIN; GRANT USAGE ON SCHEMA public TO \"{role}\"; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \"{role}\"; \
         GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO \"{role}\"; \
         REVOKE INSERT, UPDATE, DELETE ON schema_migration FROM \"{role}\";"
    );
    for table in APPEND_ONLY {
        sql.push_str(&format!(
            " DO $$ BEGIN IF to_regclass('{table}') IS NOT NULL THEN REVOKE UPDATE, DELETE ON {table} FROM \"{role}\"; END IF; END $$;"
        ));
    }
    sql.push_str(" COMMIT");
    execute(connection, &sql).await
}

/// A service whose role bypasses row-level security has lost its second lock.
async fn check_role(connection: &mut PgConnection, postgres: &PostgresEngine) -> Result<(), Fault> {
    let row = sqlx::query("SELECT rolsuper OR rolbypassrls AS bypasses FROM pg_roles WHERE rolname = $1")
        .bind(postgres.role())
        .fetch_optional(connection)
        .await
        .map_err(|error| driver_fault(&error))?;
    let bypasses = row.is_some_and(|row| row.get("bypasses"));
    if !bypasses {
        return Ok(());
    }
    if postgres.has_owner() {
        let message = format!("the role {} bypasses row-level security", postgres.role());
        return Err(Fault::new(Reason::ConfigInvalid, message));
    }
    tracing::warn!(role = postgres.role(), "the database role bypasses row-level security: give the service a role of its own");
    Ok(())
}
