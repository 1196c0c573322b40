//! The books, proved: each check counts what violates it. The expected count is zero, everywhere, always.

use quittance_chassis::db::RowExt;
use quittance_chassis::{Backend, Tx};
use quittance_types::Fault;

/// A check and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Number of the invariant; empty where it has none.
    pub code: &'static str,
    /// What is proved.
    pub name: &'static str,
    /// Rows or sums that violate it.
    pub violations: i64,
    /// The figures compared.
    pub finding: String,
}

/// A check: SQL that counts violations of the tenant `$1`, and SQL that sums what is compared (empty for none).
struct Check {
    code: &'static str,
    name: &'static str,
    violations: &'static str,
    figures: &'static str,
}

const CHECKS: [Check; 20] = [
    Check {
        code: "I1",
        name: "every journal entry balances",
        violations: "SELECT entry_id FROM posting WHERE tenant_id = $1 GROUP BY entry_id, currency HAVING SUM(amount) <> 0",
        figures: "SELECT 'entries' AS what, COUNT(DISTINCT entry_id) AS figure FROM posting WHERE tenant_id = $1",
    },
    Check {
        code: "I2",
        name: "the ledger balances per currency",
        violations: "SELECT currency FROM posting WHERE tenant_id = $1 GROUP BY currency HAVING SUM(amount) <> 0",
        figures: "SELECT currency AS what, SUM(amount) AS figure FROM posting WHERE tenant_id = $1 GROUP BY currency ORDER BY currency",
    },
    Check {
        code: "I3",
        name: "cached bank balances equal their postings",
        violations: "SELECT b.bank_account_id FROM bank_account b LEFT JOIN (\
            SELECT bank_account_id, SUM(amount) AS posted FROM posting WHERE tenant_id = $1 AND account = '1000' GROUP BY bank_account_id\
          ) p ON p.bank_account_id = b.bank_account_id WHERE b.tenant_id = $1 AND b.ledger_balance <> COALESCE(p.posted, 0)",
        figures: "SELECT 'accounts' AS what, COUNT(*) AS figure FROM bank_account WHERE tenant_id = $1",
    },
    Check {
        code: "I6",
        name: "open = total - applied - discounted - written off, between zero and total",
        violations: "SELECT open_item_id FROM open_item WHERE tenant_id = $1 AND (open <> total - applied - discounted - written_off \
            OR (total >= 0 AND (open < 0 OR open > total)) OR (total < 0 AND (open > 0 OR open < total)) \
            OR (state = 'settled' AND open <> 0) OR (state IN ('open', 'partly_settled') AND open = 0))",
        figures: "SELECT 'items' AS what, COUNT(*) AS figure FROM open_item WHERE tenant_id = $1",
    },
    Check {
        code: "I6",
        name: "every item is settled by exactly its applications",
        violations: "SELECT i.open_item_id FROM open_item i LEFT JOIN (\
            SELECT id, SUM(applied) AS applied, SUM(discounted) AS discounted, SUM(written_off) AS written_off FROM (\
              SELECT open_item_id AS id, amount AS applied, discount AS discounted, write_off AS written_off \
                FROM application WHERE tenant_id = $1 AND reversed_on IS NULL \
              UNION ALL SELECT credit_item_id, -amount, 0, 0 FROM application \
                WHERE tenant_id = $1 AND reversed_on IS NULL AND credit_item_id IS NOT NULL\
            ) parts GROUP BY id\
          ) a ON a.id = i.open_item_id WHERE i.tenant_id = $1 AND (i.applied <> COALESCE(a.applied, 0) \
            OR i.discounted <> COALESCE(a.discounted, 0) OR i.written_off <> COALESCE(a.written_off, 0))",
        figures: "SELECT 'applications' AS what, COUNT(*) AS figure FROM application WHERE tenant_id = $1",
    },
    Check {
        code: "I6",
        name: "subledger equals control account",
        violations: "SELECT currency FROM (\
            SELECT currency, SUM(open) AS figure FROM open_item WHERE tenant_id = $1 GROUP BY currency \
            UNION ALL SELECT currency, -SUM(amount) FROM posting WHERE tenant_id = $1 AND account = '1200' GROUP BY currency\
          ) sides GROUP BY currency HAVING SUM(figure) <> 0",
        figures: "SELECT 'subledger ' || currency AS what, SUM(open) AS figure FROM open_item WHERE tenant_id = $1 GROUP BY currency \
            UNION ALL SELECT '1200 ' || currency, SUM(amount) FROM posting WHERE tenant_id = $1 AND account = '1200' GROUP BY currency",
    },
    Check {
        code: "I7",
        name: "receipt amount = applied + unapplied + refunded, none below zero",
        violations: "SELECT receipt_id FROM receipt WHERE tenant_id = $1 AND (amount <> applied + unapplied + refunded \
            OR applied < 0 OR unapplied < 0 OR refunded < 0)",
        figures: "SELECT 'receipts' AS what, COUNT(*) AS figure FROM receipt WHERE tenant_id = $1",
    },
    Check {
        code: "I7",
        name: "no receipt is over-applied",
        violations: "SELECT r.receipt_id FROM receipt r LEFT JOIN (\
            SELECT receipt_id, SUM(amount) AS applied FROM application \
            WHERE tenant_id = $1 AND reversed_on IS NULL AND receipt_id IS NOT NULL GROUP BY receipt_id\
          ) a ON a.receipt_id = r.receipt_id WHERE r.tenant_id = $1 AND r.applied <> COALESCE(a.applied, 0)",
        figures: "SELECT 'applied ' || currency AS what, SUM(applied) AS figure FROM receipt WHERE tenant_id = $1 GROUP BY currency",
    },
    Check {
        code: "I7",
        name: "unapplied cash equals its account",
        violations: "SELECT currency FROM (\
            SELECT currency, SUM(unapplied) AS figure FROM receipt WHERE tenant_id = $1 GROUP BY currency \
            UNION ALL SELECT currency, SUM(amount) FROM posting WHERE tenant_id = $1 AND account = '1290' GROUP BY currency\
          ) sides GROUP BY currency HAVING SUM(figure) <> 0",
        figures: "SELECT 'receipts ' || currency AS what, SUM(unapplied) AS figure FROM receipt WHERE tenant_id = $1 GROUP BY currency \
            UNION ALL SELECT '1290 ' || currency, SUM(amount) FROM posting WHERE tenant_id = $1 AND account = '1290' GROUP BY currency",
    },
    Check {
        code: "I8",
        name: "a payment has one receipt",
        violations: "SELECT source_id FROM receipt WHERE tenant_id = $1 AND source = 'payment' GROUP BY source_id HAVING COUNT(*) > 1",
        figures: "SELECT 'payments' AS what, COUNT(*) AS figure FROM receipt WHERE tenant_id = $1 AND source = 'payment'",
    },
    Check {
        code: "I9",
        name: "applications share currency and customer with item and receipt",
        violations: "SELECT a.application_id FROM application a JOIN open_item i ON i.tenant_id = a.tenant_id AND i.open_item_id = a.open_item_id \
            LEFT JOIN receipt r ON r.tenant_id = a.tenant_id AND r.receipt_id = a.receipt_id \
            WHERE a.tenant_id = $1 AND (a.currency <> i.currency OR a.customer_id <> i.customer_id \
              OR (a.receipt_id IS NOT NULL AND r.receipt_id IS NULL) \
              OR (a.reversed_on IS NULL AND (r.currency <> a.currency OR r.customer_id <> a.customer_id)))",
        figures: "",
    },
    Check {
        code: "I10",
        name: "receipts from bank lines equal the lines they came from",
        violations: "SELECT currency FROM (\
            SELECT currency, SUM(amount) AS figure FROM bank_line WHERE tenant_id = $1 AND receipt_id IS NOT NULL AND amount > 0 GROUP BY currency \
            UNION ALL SELECT currency, -SUM(amount) FROM receipt WHERE tenant_id = $1 AND origin = 'bank_line' GROUP BY currency\
          ) sides GROUP BY currency HAVING SUM(figure) <> 0",
        figures: "SELECT 'lines ' || currency AS what, SUM(amount) AS figure FROM bank_line \
            WHERE tenant_id = $1 AND receipt_id IS NOT NULL AND amount > 0 GROUP BY currency \
            UNION ALL SELECT 'receipts ' || currency, SUM(amount) FROM receipt WHERE tenant_id = $1 AND origin = 'bank_line' GROUP BY currency",
    },
    Check {
        code: "I25",
        name: "every booked line is posted once: as a receipt, or to its account; what is only announced is not",
        violations: "SELECT l.bank_line_id FROM bank_line l LEFT JOIN (\
              SELECT source_id, SUM(amount) AS posted FROM posting WHERE tenant_id = $1 AND account = '1000' GROUP BY source_id) p \
            ON p.source_id = CASE WHEN l.amount > 0 THEN COALESCE(l.receipt_id, l.bank_line_id) ELSE l.bank_line_id END \
            WHERE l.tenant_id = $1 AND COALESCE(p.posted, 0) <> CASE l.state WHEN 'pending' THEN 0 ELSE l.amount END",
        figures: "SELECT 'lines' AS what, COUNT(*) AS figure FROM bank_line WHERE tenant_id = $1 AND state <> 'pending'",
    },
    Check {
        code: "I25",
        name: "every unidentified line waits for a person, or one said that it needs nothing",
        violations: "SELECT l.bank_line_id FROM bank_line l LEFT JOIN exception e ON e.tenant_id = l.tenant_id \
              AND e.bank_line_id = l.bank_line_id AND (e.state <> 'resolved' OR e.resolution = 'dismissed') \
            WHERE l.tenant_id = $1 AND l.state = 'unidentified' AND e.exception_id IS NULL",
        figures: "SELECT 'unidentified' AS what, COUNT(*) AS figure FROM bank_line WHERE tenant_id = $1 AND state = 'unidentified'",
    },
    Check {
        code: "I25",
        name: "lines that are not applied are found by their states",
        violations: "SELECT COALESCE(l.bank_line_id, u.bank_line_id) FROM \
              (SELECT * FROM bank_line WHERE tenant_id = $1 AND state <> 'applied') l FULL JOIN \
              (SELECT * FROM unsettled_line WHERE tenant_id = $1) u ON u.bank_line_id = l.bank_line_id \
            WHERE l.bank_line_id IS NULL OR u.bank_line_id IS NULL OR u.state <> l.state OR u.booked_on <> l.booked_on",
        figures: "SELECT state AS what, COUNT(*) AS figure FROM unsettled_line WHERE tenant_id = $1 GROUP BY state",
    },
    Check {
        code: "I25",
        name: "no line whose money was given away waits for a person",
        violations: "SELECT e.exception_id FROM exception e LEFT JOIN bank_line l ON l.tenant_id = e.tenant_id AND l.bank_line_id = e.bank_line_id \
            LEFT JOIN receipt r ON r.tenant_id = e.tenant_id AND r.receipt_id = e.receipt_id \
            WHERE e.tenant_id = $1 AND e.state <> 'resolved' AND e.kind <> 'suspense' \
              AND (l.bank_line_id IS NULL OR l.state NOT IN ('unidentified', 'unapplied', 'partly_applied') OR r.state = 'on_account')",
        figures: "SELECT 'waiting' AS what, COUNT(*) AS figure FROM exception WHERE tenant_id = $1 AND state <> 'resolved'",
    },
    Check {
        code: "I25",
        name: "what stands in suspense was shown to a person",
        violations: "SELECT p.entry_id FROM posting p LEFT JOIN exception e ON e.tenant_id = p.tenant_id AND e.bank_line_id = p.source_id \
            WHERE p.tenant_id = $1 AND p.account = '1990' AND p.source_kind = 'lin' AND e.exception_id IS NULL",
        figures: "SELECT '1990 ' || currency AS what, SUM(amount) AS figure FROM posting WHERE tenant_id = $1 AND account = '1990' GROUP BY currency",
    },
    Check {
        code: "I6",
        name: "undecided deductions are open of their items",
        violations: "SELECT d.open_item_id FROM (\
            SELECT open_item_id, SUM(amount) AS held FROM deduction WHERE tenant_id = $1 AND state IN ('open', 'coded') GROUP BY open_item_id\
          ) d LEFT JOIN open_item i ON i.tenant_id = $1 AND i.open_item_id = d.open_item_id WHERE i.open_item_id IS NULL OR d.held > i.open",
        figures: "SELECT 'undecided ' || currency AS what, SUM(amount) AS figure FROM deduction \
            WHERE tenant_id = $1 AND state IN ('open', 'coded') GROUP BY currency",
    },
    Check {
        code: "I9",
        name: "deductions share currency and customer with their items; the payments of undecided ones count",
        violations: "SELECT d.deduction_id FROM deduction d \
            LEFT JOIN open_item i ON i.tenant_id = d.tenant_id AND i.open_item_id = d.open_item_id \
            LEFT JOIN application a ON a.tenant_id = d.tenant_id AND a.application_id = d.application_id AND a.open_item_id = d.open_item_id \
            WHERE d.tenant_id = $1 AND (i.open_item_id IS NULL OR a.application_id IS NULL OR d.currency <> i.currency \
              OR d.customer_id <> i.customer_id OR (d.state IN ('open', 'coded') AND a.reversed_on IS NOT NULL))",
        figures: "SELECT 'deductions' AS what, COUNT(*) AS figure FROM deduction WHERE tenant_id = $1",
    },
    Check {
        code: "",
        name: "cash equals bank",
        violations: "SELECT bank_account_id FROM bank_account WHERE tenant_id = $1 AND bank_balance IS NOT NULL AND bank_balance <> ledger_balance",
        figures: "SELECT 'bank ' || currency AS what, SUM(bank_balance) AS figure FROM bank_account \
            WHERE tenant_id = $1 AND bank_balance IS NOT NULL GROUP BY currency \
            UNION ALL SELECT 'ledger ' || currency, SUM(ledger_balance) FROM bank_account \
            WHERE tenant_id = $1 AND bank_balance IS NOT NULL GROUP BY currency",
    },
];

/// Runs every check for the tenant.
///
/// # Errors
/// What the database says.
pub async fn prove(tx: &Tx) -> Result<Vec<Proof>, Fault> {
    let mut proofs = Vec::with_capacity(CHECKS.len().saturating_add(1));
    for check in &CHECKS {
        let sql = format!("SELECT COUNT(*) AS violations FROM ({}) violating", check.violations);
        let row = tx.one(&sql, vec![tx.tenant().uuid().into()]).await?.ok_or_else(|| Fault::internal("a count has no row"))?;
        let finding = figures(tx, check).await?;
        proofs.push(Proof { code: check.code, name: check.name, violations: row.value("violations")?, finding });
    }
    proofs.push(immutable(tx).await?);
    Ok(proofs)
}

async fn figures(tx: &Tx, check: &Check) -> Result<String, Fault> {
    if check.figures.is_empty() {
        return Ok(String::new());
    }
    let sql = format!("SELECT what, CAST(COALESCE(figure, 0) AS BIGINT) AS figure FROM ({}) figures", check.figures);
    let rows = tx.all(&sql, vec![tx.tenant().uuid().into()]).await?;
    let read = |row: &sea_orm::QueryResult| Ok(format!("{} {}", row.value::<String>("what")?, row.value::<i64>("figure")?));
    let figures = rows.iter().map(read).collect::<Result<Vec<String>, Fault>>()?;
    Ok(figures.join(", "))
}

/// On PostgreSQL the service's role lacks the right to change postings. A SQLite file belongs to this process, and no
/// statement of it changes them.
async fn immutable(tx: &Tx) -> Result<Proof, Fault> {
    let (violations, finding) = match tx.backend() {
        Backend::Sqlite => (0, "one process, no statement".to_owned()),
        Backend::Postgres => {
            let sql = "SELECT CASE WHEN has_table_privilege(current_user, 'posting', 'UPDATE') \
                       OR has_table_privilege(current_user, 'posting', 'DELETE') THEN 1 ELSE 0 END AS may, \
                       (SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'posting' AND schemaname = current_schema()) AS owns";
            let row = tx.one(sql, Vec::new()).await?.ok_or_else(|| Fault::internal("no privileges to read"))?;
            let (may, owns): (i32, Option<bool>) = (row.value("may")?, row.value("owns")?);
            // A single role for everything owns its tables: then there is nothing to revoke, and the operator was warned.
            match owns {
                Some(true) => (0, "the service's role owns its tables: rights cannot be withheld".to_owned()),
                _ => (i64::from(may), "rights of the service's role".to_owned()),
            }
        }
    };
    Ok(Proof { code: "I4", name: "postings cannot be changed", violations, finding })
}
