//! Credit decisions judged again, by the figures they saw.

use quittance_chassis::{
    db::{Db, RowExt},
    tx::Tx,
};
use quittance_credit::domain::policy::LimitFormula;
use quittance_types::{Currency, Fault, Money, Uuid};
use sea_orm::QueryResult;
use serde::Deserialize;

use super::Finding;

/// Reservations judged at a time.
const PAGE: i64 = 2_000;

/// What was approved at once: an order that was held has a case, which says who let it go, and checks of its own.
const APPROVED: &str = "SELECT r.id, r.currency, r.amount_minor, r.exposure, \
    p.currency AS policy_currency, p.base_minor, p.per_score_point_minor, p.maximum_minor \
    FROM reservation r JOIN credit_policy p ON p.tenant_id = r.tenant_id AND p.version = r.policy_version \
    WHERE r.id > $1 AND r.decision = 'approve' AND NOT EXISTS (SELECT 1 FROM hold_case h \
    WHERE h.tenant_id = r.tenant_id AND h.reservation_id = r.id) ORDER BY r.id LIMIT $2";
/// A decision by a version of the policy that is not there cannot be judged at all.
const WITHOUT_POLICY: &str = "SELECT count(*) AS n FROM reservation r WHERE NOT EXISTS \
    (SELECT 1 FROM credit_policy p WHERE p.tenant_id = r.tenant_id AND p.version = r.policy_version)";

/// The figures a decision saw, in minor units.
#[derive(Deserialize)]
struct Seen {
    limit: Option<i64>,
    ordered: i64,
    not_due: i64,
    overdue: i64,
    unapplied: i64,
    score: Option<i32>,
}

/// Judges every decision of the database again.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let Some((_, db)) = databases.iter().find(|(service, _)| *service == "credit") else { return Ok(Vec::new()) };
    let mut violations = db.read_system("audit", (), |tx, ()| async move { without_policy(&tx).await }).await?;
    let mut after = Some(Uuid::nil());
    while let Some(from) = after {
        let (last, beyond) = db.read_system("audit", from, page).await?;
        violations += beyond;
        after = last;
    }
    Ok(vec![Finding { code: "I15", name: "what was approved at once was within the limit", violations }])
}

async fn without_policy(tx: &Tx) -> Result<i64, Fault> {
    tx.one(WITHOUT_POLICY, Vec::new()).await?.ok_or_else(|| Fault::internal("a count has no row"))?.value("n")
}

/// The last reservation of a page, and how many of it were beyond the limit.
async fn page(tx: Tx, after: Uuid) -> Result<(Option<Uuid>, i64), Fault> {
    let rows = tx.all(APPROVED, vec![after.into(), PAGE.into()]).await?;
    let mut beyond = 0;
    for row in &rows {
        beyond += i64::from(is_beyond(row)?);
    }
    Ok((rows.last().map(|row| row.value("id")).transpose()?, beyond))
}

fn is_beyond(row: &QueryResult) -> Result<bool, Fault> {
    let corrupt = |cause: serde_json::Error| Fault::internal(format!("the figures of a decision: {cause}"));
    let seen: Seen = serde_json::from_str(&row.value::<String>("exposure")?).map_err(corrupt)?;
    let owed = [seen.ordered, seen.not_due, seen.overdue].map(i128::from).iter().sum::<i128>() - i128::from(seen.unapplied);
    let asked: i64 = row.value("amount_minor")?;
    Ok(owed + i128::from(asked) > i128::from(limit(row, &seen)?))
}

/// The limit that was set, else what the formula of the policy gives for the score, else nothing.
fn limit(row: &QueryResult, seen: &Seen) -> Result<i64, Fault> {
    let (account, policy): (String, String) = (row.value("currency")?, row.value("policy_currency")?);
    match (seen.limit, seen.score) {
        (Some(limit), _) => Ok(limit),
        (None, Some(score)) if account == policy => Ok(formula(row, &policy)?.recommend(score)?.minor()),
        (None, _) => Ok(0),
    }
}

fn formula(row: &QueryResult, currency: &str) -> Result<LimitFormula, Fault> {
    let currency = Currency::parse(currency)?;
    let amount = |column: &str| Money::from_minor(row.value(column)?, currency);
    Ok(LimitFormula { base: amount("base_minor")?, per_score_point: amount("per_score_point_minor")?, maximum: amount("maximum_minor")? })
}
