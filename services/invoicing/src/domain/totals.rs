//! Totals of a document (EN 16931): VAT per category and rate on the sum of the line nets, rounded half away from zero.

use std::collections::BTreeMap;

use quittance_types::{Currency, Fault, Money};

use super::line::{Line, Vat};

/// VAT of one category and rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxLine {
    /// Category and rate.
    pub vat: Vat,
    /// Sum of the line nets.
    pub taxable: Money,
    /// Tax on it.
    pub tax: Money,
}

/// What a document comes to. gross = net + tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Before tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// To be paid.
    pub gross: Money,
    /// By category and rate, in that order.
    pub taxes: Vec<TaxLine>,
}

impl Totals {
    /// Adds up the lines of a document.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE, CURRENCY_MISMATCH.
    pub fn of(lines: &[Line], currency: Currency) -> Result<Self, Fault> {
        let mut taxable: BTreeMap<Vat, Money> = BTreeMap::new();
        for line in lines {
            let sum = taxable.entry(line.item.vat).or_insert(Money::zero(currency));
            *sum = sum.add(line.net)?;
        }
        let mut taxes = Vec::with_capacity(taxable.len());
        for (vat, taxable) in taxable {
            taxes.push(TaxLine { vat, taxable, tax: vat.on(taxable)? });
        }
        Self::of_taxes(taxes, currency)
    }

    /// Adds up tax lines.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE, CURRENCY_MISMATCH.
    pub fn of_taxes(taxes: Vec<TaxLine>, currency: Currency) -> Result<Self, Fault> {
        let net = Money::sum(currency, taxes.iter().map(|line| line.taxable))?;
        let tax = Money::sum(currency, taxes.iter().map(|line| line.tax))?;
        Ok(Self { net, tax, gross: net.add(tax)?, taxes })
    }

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.gross.currency()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use quittance_types::Decimal;

    use super::*;
    use crate::domain::line::{Item, VatCategory};

    fn line(number: u32, minor: i64, vat: Vat) -> Line {
        let item = Item {
            description: "thing".to_owned(),
            quantity: Decimal::ONE,
            unit: "C62".to_owned(),
            unit_price: Decimal::new(minor, 2),
            discount_percent: Decimal::ZERO,
            vat,
            item_code: String::new(),
        };
        Line::new(number, item, Currency::EUR).unwrap()
    }

    fn standard(rate: i64) -> Vat {
        Vat::new(VatCategory::Standard, Decimal::new(rate, 1)).unwrap()
    }

    #[test]
    fn tax_is_computed_on_the_sum_and_not_per_line() {
        // Three lines of 0.33 at 19 %: 0.06 each would be 0.18, the sum of 0.99 bears 0.19.
        let lines: Vec<Line> = (1..=3).map(|number| line(number, 33, standard(190))).collect();
        let totals = Totals::of(&lines, Currency::EUR).unwrap();
        assert_eq!((totals.net.minor(), totals.tax.minor(), totals.gross.minor()), (99, 19, 118));
    }

    #[test]
    fn rates_and_categories_stay_apart() {
        let exempt = Vat::new(VatCategory::Exempt, Decimal::ZERO).unwrap();
        let lines = [line(1, 100, standard(190)), line(2, 100, standard(70)), line(3, 100, exempt), line(4, 50, standard(190))];
        let totals = Totals::of(&lines, Currency::EUR).unwrap();
        let seen: Vec<(i64, i64)> = totals.taxes.iter().map(|tax| (tax.taxable.minor(), tax.tax.minor())).collect();
        assert_eq!(seen, [(100, 7), (150, 29), (100, 0)]);
    }

    proptest! {
        #[test]
        fn gross_is_net_plus_tax_and_each_tax_is_within_half_a_cent(
            nets in prop::collection::vec((1_i64..1_000_000_000, 0_usize..4), 1..40)
        ) {
            let vats = [standard(190), standard(70), standard(255), Vat::new(VatCategory::Zero, Decimal::ZERO).unwrap()];
            let lines: Vec<Line> = nets.iter().zip(1..).map(|((minor, vat), number)| line(number, *minor, vats[*vat])).collect();
            let totals = Totals::of(&lines, Currency::EUR).unwrap();
            prop_assert_eq!(totals.net.minor(), nets.iter().map(|(minor, _)| minor).sum::<i64>());
            prop_assert_eq!(totals.gross.minor(), totals.net.minor() + totals.tax.minor());
            prop_assert_eq!(totals.tax.minor(), totals.taxes.iter().map(|line| line.tax.minor()).sum::<i64>());
            for line in &totals.taxes {
                let exact = line.taxable.amount() * line.vat.rate() / Decimal::ONE_HUNDRED;
                prop_assert!((line.tax.amount() - exact).abs() <= Decimal::new(5, 3));
            }
        }
    }
}
