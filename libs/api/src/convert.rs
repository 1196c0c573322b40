//! Common wire types to values and back.

use quittance_types::{BusinessDate, Currency, Fault, Money, Reason, Timestamp};
use rust_decimal::Decimal;

use crate::google::r#type::{Date, Money as WireMoney};

const NANOS_PER_UNIT: i64 = 1_000_000_000;
const NANO_DIGITS: u32 = 9;

/// The amount as `google.type.Money`.
pub fn money_to_wire(money: Money) -> WireMoney {
    let scale = 10_i64.pow(money.currency().minor_digits());
    let minor = money.minor();
    let nanos = (minor % scale) * (NANOS_PER_UNIT / scale);
    WireMoney { currency_code: money.currency().code().to_owned(), units: minor / scale, nanos: i32::try_from(nanos).unwrap_or_default() }
}

/// A `google.type.Money` that must be there.
///
/// # Errors
/// FIELD_REQUIRED when absent; CURRENCY_UNKNOWN; MONEY_INVALID when units and nanos disagree in sign or nanos exceed
/// 999,999,999; AMOUNT_PRECISION; AMOUNT_OUT_OF_RANGE.
pub fn money_from_wire(money: &Option<WireMoney>) -> Result<Money, Fault> {
    let money = money.as_ref().ok_or_else(|| Fault::new(Reason::FieldRequired, "Give an amount with its currency."))?;
    let currency = Currency::parse(&money.currency_code)?;
    let nanos = i64::from(money.nanos);
    let contradicts = (money.units > 0 && nanos < 0) || (money.units < 0 && nanos > 0);
    if contradicts || nanos.abs() >= NANOS_PER_UNIT {
        return Err(Fault::new(Reason::MoneyInvalid, "Units and nanos must agree in sign, and nanos stay within ±999,999,999."));
    }
    let amount = Decimal::from(money.units).checked_add(Decimal::new(nanos, NANO_DIGITS));
    Money::new(amount.ok_or_else(|| Fault::new(Reason::AmountOutOfRange, "The amount is too large."))?, currency)
}

/// The date as `google.type.Date`.
pub fn date_to_wire(date: BusinessDate) -> Date {
    let (year, month, day) = date.ymd();
    Date { year, month: i32::try_from(month).unwrap_or_default(), day: i32::try_from(day).unwrap_or_default() }
}

/// A `google.type.Date` if one was given.
///
/// # Errors
/// DATE_INVALID when it is no calendar date or lies outside 1970 to 2199.
pub fn date_from_wire(date: Option<&Date>) -> Result<Option<BusinessDate>, Fault> {
    let invalid = || Fault::new(Reason::DateInvalid, "Give a full calendar date between 1970 and 2199.");
    date.map(|date| {
        let month = u32::try_from(date.month).map_err(|_| invalid())?;
        let day = u32::try_from(date.day).map_err(|_| invalid())?;
        BusinessDate::from_ymd(date.year, month, day)
    })
    .transpose()
}

/// A `google.type.Date` that must be there.
///
/// # Errors
/// FIELD_REQUIRED when absent; DATE_INVALID.
pub fn required_date(date: Option<&Date>) -> Result<BusinessDate, Fault> {
    date_from_wire(date)?.ok_or_else(|| Fault::new(Reason::FieldRequired, "Give a date."))
}

/// The instant as `google.protobuf.Timestamp`.
pub fn timestamp_to_wire(at: Timestamp) -> prost_types::Timestamp {
    let micros = at.micros();
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or_default(),
    }
}
