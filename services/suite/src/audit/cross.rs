//! Facts that several services tell: they must tell the same.

use std::collections::BTreeMap;

use quittance_chassis::db::{Db, RowExt};
use quittance_types::{Fault, Uuid};

use super::Finding;

type Sums = BTreeMap<(Uuid, String), i64>;

struct Claim {
    code: &'static str,
    name: &'static str,
    left: (&'static str, &'static str),
    right: (&'static str, &'static str),
}

/// Sums per tenant and key that two services hold of the same thing. Each query gives `tenant_id`, `key` and `v`.
const CLAIMS: &[Claim] = &[
    Claim {
        code: "I14",
        name: "credit's open receivables are reconciliation's open items, per customer",
        left: ("credit", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(open_minor) AS v FROM receivable GROUP BY tenant_id, customer_id, currency"),
        right: ("reconciliation", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(open) AS v FROM open_item GROUP BY tenant_id, customer_id, currency"),
    },
    Claim {
        code: "I14",
        name: "credit's unapplied cash is reconciliation's, per customer",
        left: ("credit", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(unapplied_minor) AS v FROM receipt WHERE customer_id IS NOT NULL GROUP BY tenant_id, customer_id, currency"),
        right: ("reconciliation", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(unapplied) AS v FROM receipt WHERE customer_id IS NOT NULL GROUP BY tenant_id, customer_id, currency"),
    },
    Claim {
        code: "I19",
        name: "every issued invoice is an open item with the same total",
        left: ("invoicing", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(gross) AS v FROM invoice WHERE kind = 'invoice' AND state NOT IN ('draft', 'void') GROUP BY tenant_id, customer_id, currency"),
        right: ("reconciliation", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(total) AS v FROM open_item WHERE kind = 'invoice' AND state <> 'void' GROUP BY tenant_id, customer_id, currency"),
    },
    Claim {
        code: "I10",
        name: "what invoicing shows as open is reconciliation's word",
        left: ("invoicing", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(open) AS v FROM invoice WHERE kind = 'invoice' AND state NOT IN ('draft', 'void') GROUP BY tenant_id, customer_id, currency"),
        right: ("reconciliation", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(open) AS v FROM open_item WHERE kind = 'invoice' AND state <> 'void' GROUP BY tenant_id, customer_id, currency"),
    },
    Claim {
        code: "I11",
        name: "every settled payment is one receipt with its amount",
        left: ("payments", "SELECT tenant_id, LOWER(HEX(id)) AS key, amount_minor AS v FROM payment WHERE state IN ('settled', 'returned', 'partly_refunded', 'refunded')"),
        right: ("reconciliation", "SELECT tenant_id, LOWER(HEX(source_id)) AS key, amount AS v FROM receipt WHERE source = 'payment'"),
    },
    Claim {
        code: "I31",
        name: "collections' receivables are reconciliation's open items, per customer",
        left: ("collections", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(open_minor) AS v FROM receivable GROUP BY tenant_id, customer_id, currency"),
        right: ("reconciliation", "SELECT tenant_id, LOWER(HEX(customer_id)) || currency AS key, SUM(open) AS v FROM open_item GROUP BY tenant_id, customer_id, currency"),
    },
];

/// Compares what two services say. Meaningful at rest, when every consumer has followed to the head.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let find = |service: &str| databases.iter().find(|(name, _)| *name == service).map(|(_, db)| db);
    let mut findings = Vec::new();
    for claim in CLAIMS {
        let (Some(left), Some(right)) = (find(claim.left.0), find(claim.right.0)) else { continue };
        let (left, right) = (sums(left, claim.left.1).await?, sums(right, claim.right.1).await?);
        findings.push(Finding { code: claim.code, name: claim.name, violations: differences(&left, &right) });
    }
    Ok(findings)
}

fn differences(left: &Sums, right: &Sums) -> i64 {
    let keys: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let differ = keys.into_iter().filter(|key| left.get(*key).copied().unwrap_or(0) != right.get(*key).copied().unwrap_or(0));
    i64::try_from(differ.count()).unwrap_or(i64::MAX)
}

async fn sums(db: &Db, sql: &'static str) -> Result<Sums, Fault> {
    let portable = match db.backend() {
        quittance_chassis::Backend::Sqlite => sql.to_owned(),
        // UUIDs print with hyphens there; any injective text does, as long as both sides agree.
        quittance_chassis::Backend::Postgres => sql
            .replace("LOWER(HEX(customer_id))", "CAST(customer_id AS TEXT)")
            .replace("LOWER(HEX(source_id))", "CAST(source_id AS TEXT)")
            .replace("LOWER(HEX(id))", "CAST(id AS TEXT)"),
    };
    let wrapped = format!("SELECT tenant_id, key, CAST(v AS BIGINT) AS v FROM ({portable}) AS s");
    db.read_system("audit", wrapped, |tx, sql| async move {
        let rows = tx.all(&sql, Vec::new()).await?;
        rows.iter().map(|row| Ok(((row.value("tenant_id")?, row.value("key")?), row.value("v")?))).collect()
    })
    .await
}
