//! The schema, forward only.

use quittance_chassis::Migration;

/// Every step, in order.
pub fn all() -> Vec<Migration> {
    vec![
        Migration { name: "0001_reconciliation", sql: include_str!("migrations/0001_reconciliation.sql") },
        Migration { name: "0002_matching", sql: include_str!("migrations/0002_matching.sql") },
        Migration { name: "0003_exceptions", sql: include_str!("migrations/0003_exceptions.sql") },
        Migration { name: "0004_policies", sql: include_str!("migrations/0004_policies.sql") },
        Migration { name: "0005_corrections", sql: include_str!("migrations/0005_corrections.sql") },
        Migration { name: "0006_answers", sql: include_str!("migrations/0006_answers.sql") },
        Migration { name: "0007_room", sql: include_str!("migrations/0007_room.sql") },
        Migration { name: "0008_fallen_classes", sql: include_str!("migrations/0008_fallen_classes.sql") },
        Migration { name: "0009_line_state", sql: include_str!("migrations/0009_line_state.sql") },
        Migration { name: "0010_room_for_lines", sql: include_str!("migrations/0010_room_for_lines.sql") },
    ]
}
