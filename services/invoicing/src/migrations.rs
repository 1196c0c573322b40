//! The schema, forward only.

use quittance_chassis::migrate::Migration;

/// Every step in order.
pub fn all() -> Vec<Migration> {
    vec![
        Migration { name: "0001_invoicing", sql: include_str!("migrations/0001_invoicing.sql") },
        Migration { name: "0002_reservation_lapse", sql: include_str!("migrations/0002_reservation_lapse.sql") },
    ]
}
