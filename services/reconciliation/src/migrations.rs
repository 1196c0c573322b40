//! The schema, forward only.

use quittance_chassis::Migration;

/// Every step, in order.
pub fn all() -> Vec<Migration> {
    vec![Migration { name: "0001_reconciliation", sql: include_str!("migrations/0001_reconciliation.sql") }]
}
