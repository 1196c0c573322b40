//! The service's gRPC face: parse, one transaction, answer.

pub mod bank_accounts;
pub mod deductions;
pub mod exceptions;
pub mod file;
pub mod ledger;
pub mod match_policies;
pub mod matching;
pub mod open_items;
pub mod receipts;
pub mod remittance;
pub mod statements;

use quittance_api::convert;
use quittance_api::google::r#type::Money as WireMoney;
use quittance_chassis::Tx;
pub(crate) use quittance_chassis::request::{as_of, check_etag, date, filter, optional};
use quittance_types::{BusinessDate, CustomerId, Fault, Money, Reason, ReceiptId, Violations};

use crate::domain::subledger::{LineNote, Subledger};

/// Longest reason somebody gives.
const MAX_WHY: usize = 500;

/// The day a decision counts for: the one given, else today; never before what it is about was there.
///
/// # Errors
/// `DATE_ORDER {earliest}`, `FIELD_OUT_OF_RANGE {latest}` after tomorrow.
fn day_of(tx: &Tx, given: Option<BusinessDate>, earliest: BusinessDate) -> Result<BusinessDate, Fault> {
    let Some(on) = given else { return Ok(tx.today().max(earliest)) };
    if on < earliest {
        let message = format!("nothing can have been done on {on} about what is there since {earliest}; name that day or a later one");
        return Err(Fault::new(Reason::DateOrder, message).with("earliest", earliest).field("as_of"));
    }
    not_ahead(on, tx.today().max(earliest)).map_err(|fault| fault.field("as_of"))
}

/// Refuses a day after tomorrow: the caller's day may have begun before the tenant's.
///
/// # Errors
/// `FIELD_OUT_OF_RANGE {latest}`.
fn not_ahead(on: BusinessDate, today: BusinessDate) -> Result<BusinessDate, Fault> {
    let latest = today.plus_days(1)?;
    if on <= latest {
        return Ok(on);
    }
    Err(Fault::new(Reason::FieldOutOfRange, format!("{on} lies ahead: at most {latest}")).with("latest", latest))
}

/// An amount above zero that may be left out.
fn optional_amount(money: &Option<WireMoney>) -> Result<Option<Money>, Fault> {
    if money.is_none() {
        return Ok(None);
    }
    convert::money_from_wire(money).and_then(Money::require_positive).map(Some)
}

fn optional_customer(violations: &mut Violations, text: &str) -> Option<CustomerId> {
    violations.take("customer_id", optional(text, CustomerId::parse)).flatten()
}

/// A command whose fields were all good.
fn checked<T>(command: Option<T>) -> Result<T, Fault> {
    command.ok_or_else(|| Fault::internal("a checked request is missing a field"))
}

fn required(what: &str, field: &'static str) -> Fault {
    Fault::new(Reason::FieldRequired, what).field(field)
}

/// The line of a receipt was decided by a person.
fn note_by_hand(tx: &Tx, subledger: &mut Subledger, receipt: ReceiptId, what: &str) -> Result<(), Fault> {
    if let Some(line) = subledger.receipt(receipt)?.bank_line() {
        let why = format!("{what} by {}", tx.ctx().principal.actor());
        subledger.note(line, LineNote::by_person("manual", why));
    }
    Ok(())
}
