//! Facts that several services tell: they must tell the same.

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use quittance_chassis::db::{Db, RowExt};
use quittance_types::{Fault, Uuid};

use super::{Finding, checks::portable};
use facts::{CLAIMS, Fact};

type Values = BTreeMap<(Uuid, String), i64>;

/// Compares what two services say. Meaningful at rest, when every consumer has followed to the head.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let find = |service: &str| databases.iter().find(|(name, _)| *name == service).map(|(_, db)| db);
    let mut findings = Vec::new();
    for claim in CLAIMS {
        let (Some(left), Some(right)) = (find(claim.left.service), find(claim.right.service)) else { continue };
        let (left, right) = (values(left, claim.left).await?, values(right, claim.right).await?);
        findings.push(Finding { code: claim.code, name: claim.name, violations: differences(&left, &right) });
    }
    Ok(findings)
}

/// Keys whose values differ; what one side does not have counts as zero.
fn differences(left: &Values, right: &Values) -> i64 {
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let value = |side: &Values, key| side.get(key).copied().unwrap_or_default();
    i64::try_from(keys.into_iter().filter(|key| value(left, key) != value(right, key)).count()).unwrap_or(i64::MAX)
}

async fn values(db: &Db, fact: &Fact) -> Result<Values, Fault> {
    let sql = format!(
        "SELECT tenant_id, key, CAST(SUM(v) AS BIGINT) AS v FROM ({}) AS f GROUP BY tenant_id, key",
        portable(fact.sql, db.backend())
    );
    db.read_system("audit", sql, |tx, sql| async move {
        let rows = tx.all(&sql, Vec::new()).await?;
        rows.iter().map(|row| Ok(((row.value("tenant_id")?, row.value("key")?), row.value("v")?))).collect()
    })
    .await
}
