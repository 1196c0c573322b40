//! Short ways to say amounts, dates and ids as requests carry them.

use quittance_api::google::r#type::{Date, Money};
use quittance_types::Uuid;

/// An amount in euro, from cents.
#[must_use]
pub fn euro(minor: i64) -> Money {
    let nanos = i32::try_from(minor % 100 * 10_000_000).expect("the cents of a euro");
    Money { currency_code: "EUR".to_owned(), units: minor / 100, nanos }
}

/// Minor units of an amount with two decimals.
///
/// # Panics
/// When there is no amount.
#[must_use]
pub fn minor(money: &Option<Money>) -> i64 {
    let money = money.as_ref().expect("an amount");
    money.units * 100 + i64::from(money.nanos) / 10_000_000
}

/// A date.
#[must_use]
pub fn date(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}

/// An id of this kind that nothing has.
#[must_use]
pub fn nobody(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::from_u128(0x1234).simple())
}
