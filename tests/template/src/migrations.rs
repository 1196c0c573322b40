//! The schema, forward only.

use quittance_chassis::migrate::Migration;

/// Every step in order.
pub fn all() -> Vec<Migration> {
    vec![Migration { name: "0001_@name@", sql: include_str!("migrations/0001.sql") }]
}
