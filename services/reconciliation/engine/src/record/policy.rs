use quittance_types::{Currency, Decimal};

/// What to do with money above the items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overpayment {
    /// Clear the items and keep the rest on account.
    #[default]
    OnAccount,
    /// Show it to a person.
    Suggest,
}

/// What to do with less money than a referenced item asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShortPayment {
    /// Apply the cash and keep the remainder open.
    #[default]
    ApplyAndKeepOpen,
    /// Show it to a person.
    Suggest,
}

/// What a seller accepts. Amounts are minor units of the seller's currency, scaled by digits for others.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Highest difference taken for a bank fee.
    pub bank_fee_max: i64,
    /// Highest difference taken for rounding.
    pub rounding_tolerance: i64,
    /// Highest difference written off.
    pub write_off_max: i64,
    /// Days a discount is accepted after its last day.
    pub discount_grace_days: i32,
    /// Percent a payment in another currency may differ.
    pub fx_tolerance: Decimal,
    /// Overpayments.
    pub overpayment: Overpayment,
    /// Short payments.
    pub short_payment: ShortPayment,
    /// Lines above this amount are never applied without a person.
    pub auto_ceiling: Option<i64>,
    /// Apply to the oldest of items that only differ in their number.
    pub interchangeable_oldest_first: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            bank_fee_max: 3_000,
            rounding_tolerance: 5,
            write_off_max: 500,
            discount_grace_days: 3,
            fx_tolerance: Decimal::new(15, 1),
            overpayment: Overpayment::OnAccount,
            short_payment: ShortPayment::ApplyAndKeepOpen,
            auto_ceiling: None,
            interchangeable_oldest_first: true,
        }
    }
}

/// Rates of exchange: what one unit of a currency is worth in euro.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    eur_per_unit: Vec<(Currency, Decimal)>,
}

impl Rates {
    /// From pairs of currency and euro per unit; rates that are not positive are left out, later pairs win. Euro is 1.
    pub fn new(pairs: impl IntoIterator<Item = (Currency, Decimal)>) -> Self {
        let mut rates = Rates::default();
        for (currency, rate) in pairs {
            rates.eur_per_unit.retain(|(known, _)| *known != currency);
            if rate > Decimal::ZERO {
                rates.eur_per_unit.push((currency, rate));
            }
        }
        rates.eur_per_unit.sort();
        rates
    }

    /// Minor units of `to` that minor units of `from` are worth, rounded commercially; none without both rates.
    pub fn convert(&self, minor: i64, from: Currency, to: Currency) -> Option<i64> {
        if from == to {
            return Some(minor);
        }
        let units = Decimal::new(minor, from.minor_digits());
        let worth = units.checked_mul(self.rate(from)?)?.checked_div(self.rate(to)?)?;
        let scaled = quittance_types::round(worth, to).checked_mul(Decimal::from(10_i64.checked_pow(to.minor_digits())?))?;
        i64::try_from(scaled).ok()
    }

    fn rate(&self, currency: Currency) -> Option<Decimal> {
        if currency == Currency::EUR {
            return Some(Decimal::ONE);
        }
        self.eur_per_unit.iter().find(|(known, _)| *known == currency).map(|(_, rate)| *rate)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn converts_through_the_euro_and_scales_digits() {
        let rates = Rates::new([(Currency::USD, Decimal::new(92, 2)), (Currency::JPY, Decimal::new(6, 3))]);
        assert_eq!(rates.convert(100_000, Currency::USD, Currency::EUR), Some(92_000));
        assert_eq!(rates.convert(1_000, Currency::JPY, Currency::EUR), Some(600));
        assert_eq!(rates.convert(600, Currency::EUR, Currency::JPY), Some(1_000));
        assert_eq!(rates.convert(100, Currency::GBP, Currency::EUR), None);
    }
}
