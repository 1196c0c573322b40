//! The schema, forward only.

use quittance_chassis::migrate::Migration;

/// Every step in order.
pub fn all() -> Vec<Migration> {
    vec![
        Migration { name: "0001_gateway", sql: include_str!("migrations/0001_gateway.sql") },
        Migration { name: "0002_makers", sql: include_str!("migrations/0002_makers.sql") },
        Migration { name: "0003_people", sql: include_str!("migrations/0003_people.sql") },
    ]
}
