//! Migrations on SQLite: one process holds the file, so there is nobody to lock out.

use quittance_types::Fault;

use super::{APPEND_ONLY, Migration, checksum, failed, is_due, statements};
use crate::db::{Backend, Db, RowExt};
use crate::tx::Tx;

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS schema_migration \
    (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

pub(super) async fn run(db: &Db, steps: &[Migration]) -> Result<(), Fault> {
    db.write_system("migrate", (), |tx, ()| async move { tx.execute(HISTORY, Vec::new()).await.map(|_| ()) }).await?;
    for step in steps {
        let step = *step;
        let applied = db.write_system("migrate", step, |tx, step| async move {
            let found = tx.one("SELECT checksum FROM schema_migration WHERE name = $1", vec![step.name.into()]).await?;
            let recorded: Option<String> = found.map(|row| row.value("checksum")).transpose()?;
            if !is_due(&step, recorded.as_deref())? {
                return Ok(());
            }
            for statement in statements(&step, Backend::Sqlite) {
                tx.execute(&statement, Vec::new()).await?;
            }
            let values = vec![step.name.into(), checksum(&step).into(), tx.now().micros().into()];
            tx.execute("INSERT INTO schema_migration (name, checksum, applied_at) VALUES ($1, $2, $3)", values).await?;
            Ok(())
        });
        applied.await.map_err(|fault| failed(step.name, fault))?;
    }
    db.write_system("migrate", (), |tx, ()| async move { guard(&tx).await }).await
}

/// SQLite knows no rights: triggers refuse to change what is append-only.
async fn guard(tx: &Tx) -> Result<(), Fault> {
    for table in APPEND_ONLY {
        let known = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1";
        if tx.one(known, vec![table.into()]).await?.is_none() {
            continue;
        }
        for change in ["UPDATE", "DELETE"] {
            let sql = format!(
                "CREATE TRIGGER IF NOT EXISTS {table}_refuses_{} BEFORE {change} ON {table} \
                 BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
                change.to_lowercase(),
            );
            tx.execute(&sql, Vec::new()).await?;
        }
    }
    Ok(())
}
