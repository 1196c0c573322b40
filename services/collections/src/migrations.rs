//! The schema, forward only.

use quittance_chassis::migrate::Migration;

/// Every step in order.
pub fn all() -> Vec<Migration> {
    vec![
        Migration { name: "0001_collections", sql: include_str!("migrations/0001_collections.sql") },
        Migration { name: "0002_lists", sql: include_str!("migrations/0002_lists.sql") },
        Migration { name: "0003_proposals", sql: include_str!("migrations/0003_proposals.sql") },
    ]
}
