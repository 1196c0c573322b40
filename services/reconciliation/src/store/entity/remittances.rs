//! Remittance advices and the files they came in.

/// Files of advices as they came.
pub mod remittance_file {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "remittance_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sha256: Vec<u8>,
        pub file_name: String,
        pub content: Vec<u8>,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Remittance advices.
pub mod remittance_advice {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "remittance_advice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub remittance_advice_id: Uuid,
        pub sha256: Vec<u8>,
        pub place: i32,
        pub format: String,
        pub file_name: String,
        pub number: String,
        pub advice_on: Option<i32>,
        pub currency: String,
        pub total: Option<i64>,
        pub payer_name: String,
        pub payer_iban: String,
        pub customer_number: String,
        pub customer_id: Option<Uuid>,
        pub state: String,
        pub findings: String,
        pub bank_line_id: Option<Uuid>,
        pub version: i64,
        pub created_at: i64,
        pub changed_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines of advices.
pub mod remittance_line {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "remittance_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub remittance_advice_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        pub document: String,
        pub gross: Option<i64>,
        pub deduction: Option<i64>,
        pub reason: String,
        pub net: Option<i64>,
        pub span: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
