//! Exceptions, deductions and confirmations.

/// Lines that wait for a person.
pub mod exception {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "exception")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub exception_id: Uuid,
        pub bank_line_id: Uuid,
        pub receipt_id: Option<Uuid>,
        pub kind: String,
        pub state: String,
        pub reasons: String,
        pub currency: String,
        pub amount: i64,
        pub booked_on: i32,
        pub customer_id: Option<Uuid>,
        pub queue: String,
        pub owner: String,
        pub due_at: i64,
        pub created_at: i64,
        pub resolved_at: Option<i64>,
        pub resolved_by: String,
        pub resolution: String,
        pub why: String,
        pub version: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which exceptions go where.
pub mod exception_route {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "exception_route")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        pub kind: String,
        pub amount_at_least: Option<i64>,
        pub currency: String,
        pub queue: String,
        pub answer_within_hours: i32,
        pub owner: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What payers held back.
pub mod deduction {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deduction")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub deduction_id: Uuid,
        pub open_item_id: Uuid,
        pub document_number: String,
        pub customer_id: Uuid,
        pub application_id: Uuid,
        pub bank_line_id: Option<Uuid>,
        pub currency: String,
        pub amount: i64,
        pub code: String,
        pub said: String,
        pub suggested_code: String,
        pub state: String,
        pub deducted_on: i32,
        pub decided_by: String,
        pub version: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What people decided about lines.
pub mod confirmation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "confirmation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub confirmation_id: Uuid,
        pub bank_line_id: Uuid,
        pub legal_entity_id: Option<Uuid>,
        pub customer_id: Uuid,
        pub how: String,
        pub confirmed_by: String,
        pub paid_on: i32,
        pub currency: String,
        pub amount: i64,
        pub counterparty_name: String,
        pub counterparty_iban: String,
        pub remittance_text: String,
        pub creditor_reference: String,
        pub end_to_end_id: String,
        pub applied: String,
        pub differences: String,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
