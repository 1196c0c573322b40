//! Rows as sea-orm sees them, one module a table.

#![allow(missing_docs)]

mod banking;
mod copies;
mod corrections;
mod exceptions;
mod match_runs;
mod policies;
mod remittances;
mod subledger;

use quittance_chassis::tenant_scoped;

pub use banking::{bank_account, bank_line, statement, statement_file, unsettled_line};
pub use copies::{customer, customer_iban, legal_entity};
pub use corrections::{match_answer, woken_line};
pub use exceptions::{confirmation, deduction, exception, exception_route};
pub use match_runs::match_run;
pub use policies::{match_policy, match_policy_difference, match_policy_trial, match_rule};
pub use remittances::{remittance_advice, remittance_file, remittance_line};
pub use subledger::{application, deposit, open_item, posting, receipt};

tenant_scoped!(
    customer,
    customer_iban,
    legal_entity,
    bank_account,
    statement_file,
    statement,
    bank_line,
    unsettled_line,
    open_item,
    receipt,
    application,
    posting,
    match_policy,
    match_policy_difference,
    match_policy_trial,
    match_rule,
    remittance_advice,
    remittance_file,
    remittance_line,
    exception,
    exception_route,
    deduction,
    confirmation,
    match_run,
    match_answer,
    woken_line,
);
