//! Rows as sea-orm sees them, one module a table.

#![allow(missing_docs)]

mod banking;
mod copies;
mod subledger;

use quittance_chassis::tenant_scoped;

pub use banking::{bank_account, bank_line, statement, statement_file};
pub use copies::{customer, customer_iban, legal_entity};
pub use subledger::{application, open_item, posting, receipt};

tenant_scoped!(
    customer,
    customer_iban,
    legal_entity,
    bank_account,
    statement_file,
    statement,
    bank_line,
    open_item,
    receipt,
    application,
    posting,
);
