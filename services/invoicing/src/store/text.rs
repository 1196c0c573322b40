//! What is stored as text: decimals, tax lines and schedules.

pub(super) use quittance_chassis::stored::{date, from_json, to_json};
use quittance_types::{Currency, Decimal, Fault, parse_decimal};
use serde::{Deserialize, Serialize};

use super::{corrupt, money};
use crate::domain::line::{Vat, VatCategory};
use crate::domain::terms::{EarlyDiscount, Instalment, Schedule};
use crate::domain::totals::{TaxLine, Totals};

/// Canonical decimal text: no trailing zeros, no exponent.
pub(super) fn decimal_to_text(value: Decimal) -> String {
    value.normalize().to_string()
}

pub(super) fn decimal(text: &str) -> Result<Decimal, Fault> {
    parse_decimal(text).map_err(|fault| corrupt(fault.message()))
}

pub(super) fn vat(category: &str, rate: &str) -> Result<Vat, Fault> {
    let category = VatCategory::parse(category).ok_or_else(|| corrupt(category))?;
    Vat::new(category, decimal(rate)?).map_err(|fault| corrupt(fault.message()))
}

/// A tax line as JSON. Amounts are minor units.
#[derive(Serialize, Deserialize)]
struct StoredTax {
    category: String,
    rate: String,
    taxable: i64,
    tax: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    credited_taxable: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    credited_tax: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

/// Tax lines with what is credited of them, if anything can be.
pub(super) fn taxes_to_text(totals: &Totals, credited: Option<&Totals>) -> Result<String, Fault> {
    let stored: Vec<StoredTax> = totals
        .taxes
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let credited = credited.and_then(|credited| credited.taxes.get(index));
            StoredTax {
                category: line.vat.category().as_str().to_owned(),
                rate: decimal_to_text(line.vat.rate()),
                taxable: line.taxable.minor(),
                tax: line.tax.minor(),
                credited_taxable: credited.map_or(0, |line| line.taxable.minor()),
                credited_tax: credited.map_or(0, |line| line.tax.minor()),
            }
        })
        .collect();
    to_json(&stored)
}

/// The totals, and what is credited of them.
pub(super) fn taxes(text: &str, currency: Currency) -> Result<(Totals, Totals), Fault> {
    let stored: Vec<StoredTax> = from_json(text)?;
    let (mut all, mut credited) = (Vec::with_capacity(stored.len()), Vec::with_capacity(stored.len()));
    for line in stored {
        let vat = vat(&line.category, &line.rate)?;
        all.push(TaxLine { vat, taxable: money(line.taxable, currency)?, tax: money(line.tax, currency)? });
        credited.push(TaxLine { vat, taxable: money(line.credited_taxable, currency)?, tax: money(line.credited_tax, currency)? });
    }
    Ok((Totals::of_taxes(all, currency)?, Totals::of_taxes(credited, currency)?))
}

/// A schedule as JSON. Amounts are minor units, dates are days since 1970.
#[derive(Serialize, Deserialize)]
struct StoredSchedule {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discount: Option<StoredDiscount>,
    instalments: Vec<(u32, i32, i64)>,
}

#[derive(Serialize, Deserialize)]
struct StoredDiscount {
    percent: String,
    until: i32,
    amount: i64,
}

pub(super) fn schedule_to_text(schedule: &Schedule) -> Result<String, Fault> {
    let discount = schedule.discount.map(|discount| StoredDiscount {
        percent: decimal_to_text(discount.percent),
        until: discount.until.days(),
        amount: discount.amount.minor(),
    });
    let parts = schedule.instalments.iter().map(|part| (part.number, part.due_on.days(), part.amount.minor()));
    to_json(&StoredSchedule { text: schedule.text.clone(), discount, instalments: parts.collect() })
}

pub(super) fn schedule(text: &str, currency: Currency) -> Result<Schedule, Fault> {
    let stored: StoredSchedule = from_json(text)?;
    let discount = stored.discount.map(|discount| {
        let (percent, until, amount) = (decimal(&discount.percent)?, date(discount.until)?, money(discount.amount, currency)?);
        Ok::<_, Fault>(EarlyDiscount { percent, until, amount })
    });
    let parts = stored
        .instalments
        .into_iter()
        .map(|(number, due_on, amount)| Ok::<_, Fault>(Instalment { number, due_on: date(due_on)?, amount: money(amount, currency)? }));
    Ok(Schedule { text: stored.text, discount: discount.transpose()?, instalments: parts.collect::<Result<_, _>>()? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use quittance_types::BusinessDate;

    use super::*;
    use crate::domain::invoice::tests::{euro, two_rates};
    use crate::domain::memo::Wanted;
    use crate::domain::terms::Terms;

    #[test]
    fn taxes_read_what_they_write() {
        let mut invoice = two_rates();
        invoice.credit(&Wanted::Amount(euro(777))).unwrap();
        let text = taxes_to_text(&invoice.totals, Some(&invoice.credited)).unwrap();
        assert_eq!(taxes(&text, Currency::EUR).unwrap(), (invoice.totals, invoice.credited));
    }

    #[test]
    fn schedules_read_what_they_write() {
        let issued_on = BusinessDate::parse("2026-01-31").unwrap();
        for terms in ["net 30", "2.5/10 net 30", "net 30/60/90"] {
            let made = Terms::parse(terms).unwrap().schedule(euro(10_001), issued_on).unwrap();
            assert_eq!(schedule(&schedule_to_text(&made).unwrap(), Currency::EUR).unwrap(), made);
        }
    }

    #[test]
    fn a_row_that_makes_no_sense_is_our_fault() {
        assert_eq!(taxes("[]x", Currency::EUR).unwrap_err().reason(), quittance_types::Reason::InternalError);
        assert_eq!(decimal("1e3").unwrap_err().reason(), quittance_types::Reason::InternalError);
    }
}
