//! Runs over waiting lines.

/// Runs.
pub mod match_run {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "match_run")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub match_run_id: Uuid,
        pub legal_entity_id: Option<Uuid>,
        pub seller_key: Uuid,
        pub state: String,
        pub lines_total: i32,
        pub lines_seen: i32,
        pub applied: i32,
        pub unapplied: i32,
        pub unidentified: i32,
        pub as_of: i32,
        pub news_at: i64,
        pub after_on: Option<i32>,
        pub after_id: Option<Uuid>,
        pub error: String,
        pub failures: i32,
        pub lease_owner: String,
        pub lease_until: i64,
        pub version: i64,
        pub created_at: i64,
        pub ended_at: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
