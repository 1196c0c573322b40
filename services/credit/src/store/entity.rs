//! Rows as sea-orm sees them, one module a table.

#![allow(missing_docs)]

use quittance_chassis::tenant_scoped;

tenant_scoped!(customer, credit_account, credit_policy, credit_limit, reservation, hold_case, receivable, receipt);

/// Customers.
pub mod customer {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub external_id: Option<String>,
        pub legal_name: String,
        pub name_key: String,
        pub country: String,
        pub city: String,
        pub vat_id: String,
        pub currency: String,
        pub payment_terms: String,
        pub parent_id: Option<Uuid>,
        pub ibans: String,
        pub contacts: String,
        pub segment: String,
        pub state: String,
        pub version: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The row every decision locks.
pub mod credit_account {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "credit_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub customer_id: Uuid,
        pub currency: String,
        pub limit_minor: Option<i64>,
        pub score: Option<i32>,
        pub score_source: String,
        pub held_minor: i64,
        pub open_minor: i64,
        pub unapplied_minor: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Versions of the policy.
pub mod credit_policy {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "credit_policy")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub id: Uuid,
        pub name: String,
        pub currency: String,
        pub minimum_score: i32,
        pub allowed_terms: String,
        pub allowed_methods: String,
        pub base_minor: i64,
        pub per_score_point_minor: i64,
        pub maximum_minor: i64,
        pub beyond_limit: String,
        pub four_eyes_above_minor: Option<i64>,
        pub reservation_days: i32,
        pub hold_when_overdue_days: i32,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Limits and who decided them.
pub mod credit_limit {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "credit_limit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub customer_id: Uuid,
        pub currency: String,
        pub amount_minor: i64,
        pub state: String,
        pub requested_by: String,
        pub approved_by: Option<String>,
        pub why: String,
        pub version: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Reservations with the decision that made them.
pub mod reservation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reservation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub customer_id: Uuid,
        pub order_id: String,
        pub currency: String,
        pub amount_minor: i64,
        pub held_minor: i64,
        pub committed_minor: i64,
        pub state: String,
        pub decision: String,
        pub rules: String,
        pub exposure: String,
        pub expires_on: i32,
        pub policy_version: i64,
        pub requested_by: String,
        pub version: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Held orders.
pub mod hold_case {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hold_case")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub customer_id: Uuid,
        pub order_id: String,
        pub reservation_id: Uuid,
        pub currency: String,
        pub amount_minor: i64,
        pub state: String,
        pub rules: String,
        pub requested_by: String,
        pub decided_by: Option<String>,
        pub why: String,
        pub opened_on: i32,
        pub version: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is open, as reconciliation reports it.
pub mod receivable {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receivable")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: String,
        pub customer_id: Uuid,
        pub currency: String,
        pub open_minor: i64,
        pub disputed_minor: i64,
        pub due_on: i32,
        pub item_version: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is unapplied, as reconciliation reports it.
pub mod receipt {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_id: String,
        pub customer_id: Option<Uuid>,
        pub currency: String,
        pub unapplied_minor: i64,
        pub version: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
