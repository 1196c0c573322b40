//! Rows as sea-orm sees them, one module a table.

#![allow(missing_docs)]

use quittance_chassis::tenant_scoped;

tenant_scoped!(legal_entity, number_series, customer, sales_order, sales_order_line, invoice, invoice_line, credit_memo, credit_memo_line,);

/// Sellers.
pub mod legal_entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "legal_entity")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub legal_entity_id: Uuid,
        pub code: String,
        pub legal_name: String,
        pub country: String,
        pub vat_id: String,
        pub currency: String,
        pub time_zone: String,
        pub iban: String,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The number each series gives out next.
pub mod number_series {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "number_series")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub legal_entity_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        pub next: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Copies of customers.
pub mod customer {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub customer_id: Uuid,
        pub legal_name: String,
        pub currency: String,
        pub payment_terms: String,
        pub version: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Orders.
pub mod sales_order {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sales_order")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub external_id: Option<String>,
        pub customer_id: Uuid,
        pub legal_entity_id: Uuid,
        pub state: String,
        pub currency: String,
        pub net: i64,
        pub tax: i64,
        pub gross: i64,
        pub taxes: String,
        pub payment_terms: String,
        pub payment_method: String,
        pub reservation_id: String,
        pub credit_reasons: String,
        pub purchase_order: String,
        pub placed_on: i32,
        pub created_at: i64,
        pub version: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines of orders.
pub mod sales_order_line {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sales_order_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line_number: i32,
        pub description: String,
        pub quantity: String,
        pub unit: String,
        pub unit_price: String,
        pub discount_percent: String,
        pub vat_category: String,
        pub vat_rate: String,
        pub item_code: String,
        pub net: i64,
        pub fulfilled: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Invoices and pro-formas.
pub mod invoice {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invoice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub invoice_id: Uuid,
        pub kind: String,
        pub state: String,
        pub number: Option<String>,
        pub series_year: Option<i32>,
        pub sequence: Option<i64>,
        pub customer_id: Uuid,
        pub legal_entity_id: Uuid,
        pub order_id: Option<Uuid>,
        pub currency: String,
        pub net: i64,
        pub tax: i64,
        pub gross: i64,
        pub taxes: String,
        pub schedule: String,
        pub issue_on: i32,
        pub due_on: i32,
        pub asked_issue_on: Option<i32>,
        pub asked_due_on: Option<i32>,
        pub purchase_order: String,
        pub note: String,
        pub open: i64,
        pub credited: i64,
        pub creditor_reference: String,
        pub disputed: bool,
        pub converted_invoice_id: Option<Uuid>,
        pub created_at: i64,
        pub issued_at: Option<i64>,
        pub version: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines of invoices and pro-formas.
pub mod invoice_line {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invoice_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub invoice_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line_number: i32,
        pub description: String,
        pub quantity: String,
        pub unit: String,
        pub unit_price: String,
        pub discount_percent: String,
        pub vat_category: String,
        pub vat_rate: String,
        pub item_code: String,
        pub net: i64,
        pub credited: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Credit memos.
pub mod credit_memo {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "credit_memo")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub memo_id: Uuid,
        pub number: String,
        pub series_year: i32,
        pub sequence: i64,
        pub invoice_id: Uuid,
        pub invoice_number: String,
        pub customer_id: Uuid,
        pub legal_entity_id: Uuid,
        pub currency: String,
        pub net: i64,
        pub tax: i64,
        pub gross: i64,
        pub taxes: String,
        pub issue_on: i32,
        pub why: String,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines of credit memos.
pub mod credit_memo_line {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "credit_memo_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub memo_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line_number: i32,
        pub description: String,
        pub quantity: String,
        pub unit: String,
        pub unit_price: String,
        pub discount_percent: String,
        pub vat_category: String,
        pub vat_rate: String,
        pub item_code: String,
        pub net: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
