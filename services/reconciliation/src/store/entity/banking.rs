//! Accounts, statements and their lines.

/// Our accounts at banks.
pub mod bank_account {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub bank_account_id: Uuid,
        pub legal_entity_id: Option<Uuid>,
        pub iban: String,
        pub currency: String,
        pub name: String,
        pub opening_balance: i64,
        pub bank_balance: Option<i64>,
        pub bank_balance_on: Option<i32>,
        pub ledger_balance: i64,
        pub books_from: String,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Files as they came.
pub mod statement_file {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "statement_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sha256: Vec<u8>,
        pub file_name: String,
        pub content: Vec<u8>,
        pub statement_ids: String,
        pub lines_imported: i32,
        pub lines_known: i32,
        pub lines_matched: i32,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Statements.
pub mod statement {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "statement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub statement_id: Uuid,
        pub bank_account_id: Uuid,
        pub bank_statement_id: String,
        pub page: String,
        pub family: String,
        pub format: String,
        pub from_on: Option<i32>,
        pub to_on: Option<i32>,
        pub currency: String,
        pub opening: Option<i64>,
        pub closing: Option<i64>,
        pub line_count: i32,
        pub findings: String,
        pub content: Vec<u8>,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines of statements.
pub mod bank_line {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub bank_line_id: Uuid,
        pub statement_id: Uuid,
        pub bank_account_id: Uuid,
        pub family: String,
        pub fingerprint: Uuid,
        pub occurrence: i32,
        pub movement_key: Uuid,
        pub amount: i64,
        pub currency: String,
        pub booked_on: i32,
        pub value_on: Option<i32>,
        pub is_booked: bool,
        pub reversal: bool,
        pub is_return: bool,
        pub bank_reference: String,
        pub end_to_end_id: String,
        pub creditor_reference: String,
        pub remittance_text: String,
        pub further_text: String,
        pub counterparty_name: String,
        pub counterparty_iban: String,
        pub return_reason: String,
        pub transaction_code: String,
        pub state: String,
        pub rule: String,
        pub why: String,
        pub receipt_id: Option<Uuid>,
        pub matched_at: i64,
        pub band: String,
        pub refusal: String,
        pub confidence_ppm: i32,
        pub by_person: bool,
        pub grade: String,
        pub suggested: Option<Uuid>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::unsettled_line::Entity",
            from = "(Column::TenantId, Column::BankLineId)",
            to = "(super::unsettled_line::Column::TenantId, super::unsettled_line::Column::BankLineId)"
        )]
        Unsettled,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines that are not applied, by state.
pub mod unsettled_line {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "unsettled_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub bank_line_id: Uuid,
        pub state: String,
        pub booked_on: i32,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
