//! Key figures of collections and what they are made of.

use quittance_types::{BusinessDate, Fault, Money};
use rust_decimal::{Decimal, RoundingStrategy};

/// The figures of a period, all in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// First day.
    pub from: BusinessDate,
    /// Last day.
    pub to: BusinessDate,
    /// Open invoices on the eve of the period.
    pub opening: Money,
    /// Invoices issued in the period less credit memos.
    pub sales: Money,
    /// Open at its end.
    pub ending: Money,
    /// The part not due.
    pub current: Money,
    /// The contested part.
    pub disputed: Money,
}

/// Decimal texts with one decimal; empty where there is nothing to divide by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ratios {
    /// Days sales outstanding.
    pub dso: String,
    /// The same if nobody paid late.
    pub best_possible_dso: String,
    /// Average days delinquent: the difference of the two as published.
    pub add: String,
    /// Collection effectiveness index in percent.
    pub cei: String,
}

impl Figures {
    /// The overdue part of what is open at the end.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn overdue(&self) -> Result<Money, Fault> {
        self.ending.sub(self.current)
    }

    /// The ratios, by the formulas the contract publishes.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn ratios(&self) -> Result<Ratios, Fault> {
        let days = Decimal::from(self.to.days_since(self.from).saturating_add(1));
        let in_days = |part: Money| ratio(part, self.sales, days);
        let (dso, best) = (in_days(self.ending), in_days(self.current));
        let to_collect = self.opening.add(self.sales)?;
        let cei = ratio(to_collect.sub(self.ending)?, to_collect.sub(self.current)?, Decimal::ONE_HUNDRED);
        Ok(Ratios {
            add: text(dso.zip(best).and_then(|(dso, best)| dso.checked_sub(best))),
            dso: text(dso),
            best_possible_dso: text(best),
            cei: text(cei),
        })
    }
}

/// `part / whole x factor` with one decimal, half away from zero; none when the whole is not positive.
#[allow(clippy::disallowed_methods, reason = "a ratio, not an amount")]
fn ratio(part: Money, whole: Money, factor: Decimal) -> Option<Decimal> {
    if !whole.is_positive() {
        return None;
    }
    let product = Decimal::from(part.minor()).checked_mul(factor)?;
    let quotient = product.checked_div(Decimal::from(whole.minor()))?;
    Some(quotient.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
}

fn text(value: Option<Decimal>) -> String {
    value.map(|value| format!("{value:.1}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::Currency;

    use super::*;

    fn figures(opening: i64, sales: i64, ending: i64, current: i64) -> Figures {
        let euro = |minor| Money::from_minor(minor, Currency::EUR).unwrap();
        Figures {
            from: BusinessDate::from_days(20_000).unwrap(),
            to: BusinessDate::from_days(20_089).unwrap(),
            opening: euro(opening),
            sales: euro(sales),
            ending: euro(ending),
            current: euro(current),
            disputed: euro(0),
        }
    }

    #[test]
    fn the_textbook_figures() {
        // Receivables 50,000 of which 30,000 not due, sales 120,000 in 90 days, opening 40,000.
        let ratios = figures(4_000_000, 12_000_000, 5_000_000, 3_000_000).ratios().unwrap();
        assert_eq!((ratios.dso.as_str(), ratios.best_possible_dso.as_str(), ratios.add.as_str()), ("37.5", "22.5", "15.0"));
        assert_eq!(ratios.cei, "84.6");
    }

    #[test]
    fn nothing_to_divide_by_is_empty() {
        assert_eq!(figures(0, 0, 0, 0).ratios().unwrap(), Ratios::default());
        let no_sales = figures(100, 0, 50, 0).ratios().unwrap();
        assert_eq!((no_sales.dso.as_str(), no_sales.cei.as_str()), ("", "50.0"));
    }
}
