//! The service's gRPC face: parse, one transaction, answer.

pub mod credit;
pub mod customers;
pub mod holds;
pub mod policies;
pub mod wire;

use quittance_api::{convert, google::r#type::Date};
use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault, Reason, TimeZone};

/// The date a request means: the one it gives, else today (UTC).
///
/// # Errors
/// DATE_INVALID.
pub(crate) fn as_of(tx: &Tx, given: Option<BusinessDate>) -> Result<BusinessDate, Fault> {
    match given {
        Some(date) => Ok(date),
        None => Ok(tx.now().date_in(&TimeZone::parse("UTC")?)),
    }
}

pub(crate) fn date(date: Option<&Date>) -> Result<Option<BusinessDate>, Fault> {
    convert::date_from_wire(date)
}

/// Compares the etag a caller looked at with what is stored. Empty skips the check (AIP-154).
///
/// # Errors
/// ETAG_MISMATCH {current}.
pub(crate) fn check_etag(given: &str, version: i64) -> Result<(), Fault> {
    if given.is_empty() || given == version.to_string() {
        return Ok(());
    }
    Err(Fault::new(Reason::EtagMismatch, "It was changed meanwhile. Read it again and decide again.").with("current", version))
}

/// A contract enum that must name a value.
///
/// # Errors
/// ENUM_INVALID.
pub(crate) fn known<E: TryFrom<i32> + Copy + Into<i32>>(number: i32) -> Result<E, Fault> {
    let invalid = || Fault::new(Reason::EnumInvalid, "Choose one of the values of the contract.");
    let value = E::try_from(number).map_err(|_| invalid())?;
    if value.into() == 0 { Err(invalid()) } else { Ok(value) }
}

/// A contract enum used as a filter: UNSPECIFIED filters nothing.
///
/// # Errors
/// ENUM_INVALID.
pub(crate) fn filter<E: TryFrom<i32> + Copy + Into<i32>>(number: i32) -> Result<Option<E>, Fault> {
    if number == 0 { Ok(None) } else { known(number).map(Some) }
}
