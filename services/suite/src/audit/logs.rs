//! The logs themselves: whole, sequenced, followed to the end.

use quittance_chassis::{
    db::{Db, RowExt},
    events,
};
use quittance_types::Fault;

use super::Finding;

const WITHOUT_POSITION: &str =
    "SELECT COUNT(*) AS n FROM event_log e WHERE NOT EXISTS (SELECT 1 FROM event_position p WHERE p.ordinal = e.ordinal)";
const GAPS: &str = "SELECT COALESCE(MAX(position), 0) - COUNT(*) AS n FROM event_position";
const HEAD: &str = "SELECT COALESCE(MAX(position), 0) AS n FROM event_position";

/// Checks every log: chain intact, nothing unsequenced, every consumer at the head, no dead letters.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let (mut broken, mut unsequenced, mut gaps, mut parked, mut behind, mut ahead) = (0, 0, 0, 0, 0, 0);
    for (_, db) in databases {
        broken += i64::from(events::verify(db, 0, 0).await?.broken_at.is_some());
        gaps += number(db, GAPS).await?;
        unsequenced += number(db, WITHOUT_POSITION).await?;
        parked += number(db, "SELECT COUNT(*) AS n FROM dead_letter").await?;
        for (producer, log) in databases {
            let head = number(log, HEAD).await?;
            let cursors = format!("SELECT COUNT(*) AS n FROM consumer_cursor WHERE producer = '{producer}' AND position");
            behind += number(db, format!("{cursors} < {head}")).await?;
            ahead += number(db, format!("{cursors} > {head}")).await?;
        }
    }
    Ok(vec![
        Finding { code: "I18", name: "positions are dense", violations: gaps },
        Finding { code: "I18", name: "every consumer has followed its logs to the head", violations: behind },
        Finding { code: "I18", name: "no consumer is ahead of the log it follows", violations: ahead },
        Finding { code: "I18", name: "no event is parked", violations: parked },
        Finding { code: "I26", name: "every hash chain is whole", violations: broken },
        Finding { code: "I34", name: "every entry of a log has its position", violations: unsequenced },
    ])
}

async fn number(db: &Db, sql: impl Into<String>) -> Result<i64, Fault> {
    db.read_system("audit", sql.into(), |tx, sql| async move {
        tx.one(&sql, Vec::new()).await?.ok_or_else(|| Fault::internal("a count has no row"))?.value("n")
    })
    .await
}
