//! Policies of matching, their rules and trials.

/// Versions of sellers' policies.
pub mod match_policy {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "match_policy")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub match_policy_id: Uuid,
        pub seller_id: Uuid,
        pub number: i64,
        pub state: String,
        pub currency: String,
        pub bank_fee_max: i64,
        pub rounding_tolerance: i64,
        pub write_off_max: i64,
        pub discount_grace_days: i32,
        pub fx_tolerance_bp: i32,
        pub overpayment: String,
        pub short_payment: String,
        pub auto_ceiling: Option<i64>,
        pub minimum_confidence_ppm: i32,
        pub oldest_first_off: bool,
        pub proposed_by: String,
        pub decided_by: Option<String>,
        pub why: String,
        pub version: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rules of a version.
pub mod match_rule {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "match_rule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub match_policy_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        pub name: String,
        pub text_contains: String,
        pub counterparty_iban: String,
        pub counterparty_name_contains: String,
        pub transaction_code: String,
        pub amount_at_least: Option<i64>,
        pub amount_at_most: Option<i64>,
        pub action: String,
        pub customer_id: Option<Uuid>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Trials in the shadow.
pub mod match_policy_trial {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "match_policy_trial")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub match_policy_id: Uuid,
        pub against_id: Option<Uuid>,
        pub from_on: i32,
        pub to_on: i32,
        pub lines_total: i32,
        pub lines_tried: i32,
        pub both_apply: i32,
        pub only_active: i32,
        pub only_new: i32,
        pub differently: i32,
        pub against_the_books: i32,
        pub done: bool,
        pub leased_until: i64,
        pub epoch: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What two versions do not decide alike.
pub mod match_policy_difference {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "match_policy_difference")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub match_policy_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        pub bank_line_id: Uuid,
        pub active: Vec<u8>,
        pub proposed: Vec<u8>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
