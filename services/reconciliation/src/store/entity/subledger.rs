//! Items, receipts, applications and the journal.

/// What each document still asks for.
pub mod open_item {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "open_item")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub open_item_id: Uuid,
        pub kind: String,
        pub document_id: Uuid,
        pub document_number: String,
        pub document_key: String,
        pub customer_id: Uuid,
        pub legal_entity_id: Option<Uuid>,
        pub currency: String,
        pub total: i64,
        pub tax: i64,
        pub open: i64,
        pub applied: i64,
        pub discounted: i64,
        pub written_off: i64,
        pub issued_on: i32,
        pub due_on: i32,
        pub discount_on: Option<i32>,
        pub discount: Option<i64>,
        pub creditor_reference: String,
        pub creditor_key: String,
        pub purchase_order: String,
        pub credits_id: Option<Uuid>,
        pub state: String,
        pub disputed: bool,
        pub version: i64,
        pub settled_on: Option<i32>,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Money that was seen.
pub mod receipt {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_id: Uuid,
        pub source: String,
        pub source_id: Option<Uuid>,
        pub origin: String,
        pub reference: String,
        pub customer_id: Option<Uuid>,
        pub bank_account_id: Option<Uuid>,
        pub currency: String,
        pub amount: i64,
        pub applied: i64,
        pub unapplied: i64,
        pub refunded: i64,
        pub state: String,
        pub received_on: i32,
        pub version: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What settled which part of an item.
pub mod application {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "application")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: Uuid,
        pub means: String,
        pub receipt_id: Option<Uuid>,
        pub credit_item_id: Option<Uuid>,
        pub open_item_id: Uuid,
        pub customer_id: Uuid,
        pub currency: String,
        pub amount: i64,
        pub discount: i64,
        pub write_off: i64,
        pub difference: String,
        pub applied_on: i32,
        pub applied_by: String,
        pub why: String,
        pub reversed_on: Option<i32>,
        pub beside_receipt_id: Option<Uuid>,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines of journal entries.
pub mod posting {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "posting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line_no: i32,
        pub posted_on: i32,
        pub kind: String,
        pub source_kind: String,
        pub source_id: Uuid,
        pub account: String,
        pub bank_account_id: Option<Uuid>,
        pub currency: String,
        pub amount: i64,
        pub customer_id: Option<Uuid>,
        pub text: String,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Receipts recorded by hand that wait for the bank, or did.
pub mod deposit {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deposit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_id: Uuid,
        pub bank_account_id: Uuid,
        pub reference_key: String,
        pub currency: String,
        pub amount: i64,
        pub bank_line_id: Option<Uuid>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
