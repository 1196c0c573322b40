//! The logs themselves: whole, sequenced, followed to the end.

use quittance_chassis::{
    db::{Db, RowExt},
    events,
};
use quittance_types::Fault;

use super::Finding;

/// Checks every log: chain intact, nothing unsequenced, every consumer at the head, no dead letters.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let (mut broken, mut unsequenced, mut gaps, mut parked, mut behind) = (0, 0, 0, 0, 0);
    for (_, db) in databases {
        broken += i64::from(events::verify(db, 0, 0).await?.broken_at.is_some());
        unsequenced += number(db, "SELECT COUNT(*) AS n FROM event_pending").await?;
        gaps += number(db, "SELECT COALESCE(MAX(position), 0) - COUNT(*) AS n FROM event_position").await?;
        unsequenced += number(db, "SELECT COUNT(*) AS n FROM event_log e WHERE NOT EXISTS (SELECT 1 FROM event_position p WHERE p.ordinal = e.ordinal)").await?;
        parked += number(db, "SELECT COUNT(*) AS n FROM dead_letter").await?;
        behind += behind_of(databases, db).await?;
    }
    Ok(vec![
        Finding { code: "I18", name: "positions are dense and every entry has one", violations: gaps + unsequenced },
        Finding { code: "I18", name: "every consumer has followed its logs to the head", violations: behind },
        Finding { code: "I18", name: "no event is parked", violations: parked },
        Finding { code: "I26", name: "every hash chain is whole", violations: broken },
    ])
}

/// Events this service still has to see. A consumer is only sent the types it asked for and told the head it has seen.
async fn behind_of(databases: &[(&'static str, Db)], db: &Db) -> Result<i64, Fault> {
    let mut behind = 0;
    for (producer, log) in databases {
        let head = number(log, "SELECT COALESCE(MAX(position), 0) AS n FROM event_position").await?;
        let sql = format!("SELECT COUNT(*) AS n FROM consumer_cursor WHERE producer = '{producer}' AND position < {head}");
        behind += number(db, sql).await?;
    }
    Ok(behind)
}

async fn number(db: &Db, sql: impl Into<String>) -> Result<i64, Fault> {
    db.read_system("audit", sql.into(), |tx, sql| async move {
        tx.one(&sql, Vec::new()).await?.ok_or_else(|| Fault::internal("a count has no row"))?.value("n")
    })
    .await
}
