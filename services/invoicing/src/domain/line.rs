//! Lines: what is sold, at which price, under which VAT.

use std::fmt;

use quittance_types::{Currency, Decimal, Fault, Money, Reason, round};

/// Most lines of one document.
pub const MAX_LINES: usize = 1_000;
/// Decimals of quantities and unit prices.
const MAX_DECIMALS: u32 = 6;
/// Decimals of percentages.
const MAX_PERCENT_DECIMALS: u32 = 4;

/// VAT categories of UNTDID 5305 as EN 16931 uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VatCategory {
    /// S: taxed at a rate.
    Standard,
    /// Z: taxed at zero.
    Zero,
    /// E: exempt.
    Exempt,
    /// AE: the buyer accounts for the tax.
    ReverseCharge,
    /// K: supply within the community.
    IntraCommunity,
    /// G: leaves the community.
    Export,
    /// O: not subject to VAT.
    OutOfScope,
}

impl VatCategory {
    /// Every category.
    pub const ALL: [Self; 7] =
        [Self::Standard, Self::Zero, Self::Exempt, Self::ReverseCharge, Self::IntraCommunity, Self::Export, Self::OutOfScope];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Zero => "zero",
            Self::Exempt => "exempt",
            Self::ReverseCharge => "reverse_charge",
            Self::IntraCommunity => "intra_community",
            Self::Export => "export",
            Self::OutOfScope => "out_of_scope",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

impl fmt::Display for VatCategory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A category with its rate in percent. Only [`VatCategory::Standard`] has a rate above zero (EN 16931, BR-S-05 and its
/// siblings), so a value that exists is consistent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vat {
    category: VatCategory,
    rate: Decimal,
}

impl Vat {
    /// Checks that category and rate agree.
    ///
    /// # Errors
    /// TAX_INVALID; AMOUNT_PRECISION beyond four decimals.
    pub fn new(category: VatCategory, rate: Decimal) -> Result<Self, Fault> {
        if rate.scale() > MAX_PERCENT_DECIMALS {
            return Err(too_precise(MAX_PERCENT_DECIMALS));
        }
        let contradicts = match category {
            VatCategory::Standard => rate <= Decimal::ZERO || rate > Decimal::ONE_HUNDRED,
            VatCategory::Zero
            | VatCategory::Exempt
            | VatCategory::ReverseCharge
            | VatCategory::IntraCommunity
            | VatCategory::Export
            | VatCategory::OutOfScope => !rate.is_zero(),
        };
        if contradicts {
            let message = "the standard category has a rate above 0 and up to 100, every other one has none";
            return Err(Fault::new(Reason::TaxInvalid, message).with("category", category));
        }
        Ok(Self { category, rate: rate.normalize() })
    }

    /// The category.
    pub fn category(self) -> VatCategory {
        self.category
    }

    /// Percent, without trailing zeros.
    pub fn rate(self) -> Decimal {
        self.rate
    }

    /// The tax on a taxable amount, rounded once.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn on(self, taxable: Money) -> Result<Money, Fault> {
        taxable.times(hundredth(self.rate)?)
    }
}

/// What is sold, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// In words, 1 to 500 characters.
    pub description: String,
    /// More than zero.
    pub quantity: Decimal,
    /// Unit of UN/ECE Recommendation 20.
    pub unit: String,
    /// Before tax, zero or more, in the document's currency.
    pub unit_price: Decimal,
    /// Percent off the line, 0 to 100.
    pub discount_percent: Decimal,
    /// Tax.
    pub vat: Vat,
    /// Article number; empty for none.
    pub item_code: String,
}

impl Item {
    /// The value of `quantity` of it: quantity x unit price less discount, rounded once.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn value_of(&self, quantity: Decimal, currency: Currency) -> Result<Money, Fault> {
        let paid_percent = Decimal::ONE_HUNDRED.checked_sub(self.discount_percent).ok_or_else(too_large)?;
        let exact = exact_product(&[quantity, self.unit_price, hundredth(paid_percent)?])?;
        Money::new(round(exact, currency), currency)
    }
}

/// A line of a document with what was computed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// 1, 2, 3...
    pub number: u32,
    /// What is sold.
    pub item: Item,
    /// Before tax.
    pub net: Money,
    /// Of an order: quantity fulfilled. Of an invoice: quantity credited.
    pub done: Decimal,
}

impl Line {
    /// Computes a line whose value must be above zero.
    ///
    /// # Errors
    /// AMOUNT_NOT_POSITIVE, AMOUNT_OUT_OF_RANGE.
    pub fn new(number: u32, item: Item, currency: Currency) -> Result<Self, Fault> {
        let net = item.value_of(item.quantity, currency)?.require_positive()?;
        Ok(Self { number, item, net, done: Decimal::ZERO })
    }

    /// The quantity that is not done yet.
    pub fn left(&self) -> Decimal {
        self.item.quantity.checked_sub(self.done).unwrap_or_default().normalize()
    }

    /// The value of the next `quantity` after what is done. Such parts sum exactly to the value of the line.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn value_of_next(&self, quantity: Decimal) -> Result<Money, Fault> {
        let currency = self.net.currency();
        let after = self.done.checked_add(quantity).ok_or_else(too_large)?;
        self.item.value_of(after, currency)?.sub(self.item.value_of(self.done, currency)?)
    }
}

/// A quantity: above zero, at most six decimals.
///
/// # Errors
/// AMOUNT_NOT_POSITIVE, AMOUNT_PRECISION.
pub fn quantity(value: Decimal) -> Result<Decimal, Fault> {
    if value <= Decimal::ZERO {
        return Err(Fault::new(Reason::AmountNotPositive, "the quantity must be greater than zero"));
    }
    at_most(value, MAX_DECIMALS)
}

/// A unit price: zero or more, at most six decimals.
///
/// # Errors
/// AMOUNT_NOT_POSITIVE below zero, AMOUNT_PRECISION.
pub fn unit_price(value: Decimal) -> Result<Decimal, Fault> {
    if value < Decimal::ZERO {
        return Err(Fault::new(Reason::AmountNotPositive, "the unit price must not be below zero"));
    }
    at_most(value, MAX_DECIMALS)
}

/// A discount in percent, 0 to 100, at most four decimals.
///
/// # Errors
/// VALUE_OUT_OF_RANGE, AMOUNT_PRECISION.
pub fn discount_percent(value: Decimal) -> Result<Decimal, Fault> {
    if value < Decimal::ZERO || value > Decimal::ONE_HUNDRED {
        return Err(Fault::new(Reason::ValueOutOfRange, "the discount is a percentage from 0 to 100"));
    }
    at_most(value, MAX_PERCENT_DECIMALS)
}

fn at_most(value: Decimal, decimals: u32) -> Result<Decimal, Fault> {
    if value.scale() > decimals { Err(too_precise(decimals)) } else { Ok(value.normalize()) }
}

/// The exact product. `Decimal`'s own multiplication rounds silently when the digits run out.
fn exact_product(factors: &[Decimal]) -> Result<Decimal, Fault> {
    let (mut mantissa, mut scale) = (1_i128, 0_u32);
    for factor in factors {
        let factor = factor.normalize();
        mantissa = mantissa.checked_mul(factor.mantissa()).ok_or_else(too_large)?;
        scale = scale.saturating_add(factor.scale());
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| too_large())
}

/// A percentage as a factor.
pub(crate) fn hundredth(percent: Decimal) -> Result<Decimal, Fault> {
    exact_product(&[percent, Decimal::new(1, 2)])
}

fn too_large() -> Fault {
    Fault::new(Reason::AmountOutOfRange, "the line is beyond what can be computed exactly")
}

fn too_precise(decimals: u32) -> Fault {
    Fault::new(Reason::AmountPrecision, format!("at most {decimals} decimals are allowed")).with("decimals", decimals)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        quittance_types::parse_decimal(text).unwrap()
    }

    fn item(quantity: &str, price: &str, discount: &str) -> Item {
        Item {
            description: "thing".to_owned(),
            quantity: decimal(quantity),
            unit: "C62".to_owned(),
            unit_price: decimal(price),
            discount_percent: decimal(discount),
            vat: Vat::new(VatCategory::Standard, Decimal::from(19)).unwrap(),
            item_code: String::new(),
        }
    }

    fn net(quantity: &str, price: &str, discount: &str, currency: Currency) -> i64 {
        Line::new(1, item(quantity, price, discount), currency).unwrap().net.minor()
    }

    #[test]
    fn a_line_is_rounded_once_half_away_from_zero() {
        assert_eq!(net("1", "2.125", "0", Currency::EUR), 213);
        assert_eq!(net("3", "33.335", "0", Currency::EUR), 10_001);
        assert_eq!(net("3", "10", "33.3333", Currency::EUR), 2_000);
        assert_eq!(net("1.5", "100", "10", Currency::JPY), 135);
        assert_eq!(net("7", "0.5", "0", Currency::JPY), 4);
        assert_eq!(net("0.333333", "0.333333", "0", Currency::parse("BHD").unwrap()), 111);
    }

    #[test]
    fn a_line_worth_nothing_is_refused() {
        for (quantity, price, discount) in [("1", "0", "0"), ("1", "5", "100"), ("0.001", "1", "0")] {
            let fault = Line::new(1, item(quantity, price, discount), Currency::EUR).unwrap_err();
            assert_eq!(fault.reason(), Reason::AmountNotPositive);
        }
    }

    #[test]
    fn a_line_beyond_the_range_is_refused_and_does_not_wrap() {
        for (quantity, price) in [("9999999999999999", "9999999999999999"), ("9999999999999999.999999", "1.000001")] {
            let fault = Line::new(1, item(quantity, price, "0.0001"), Currency::EUR).unwrap_err();
            assert_eq!(fault.reason(), Reason::AmountOutOfRange);
        }
    }

    #[test]
    fn only_the_standard_category_has_a_rate() {
        assert!(Vat::new(VatCategory::Standard, Decimal::from(19)).is_ok());
        assert_eq!(Vat::new(VatCategory::Standard, Decimal::ZERO).unwrap_err().reason(), Reason::TaxInvalid);
        assert_eq!(Vat::new(VatCategory::Standard, Decimal::from(101)).unwrap_err().reason(), Reason::TaxInvalid);
        assert_eq!(Vat::new(VatCategory::Standard, decimal("-1")).unwrap_err().reason(), Reason::TaxInvalid);
        for category in VatCategory::ALL.into_iter().skip(1) {
            assert!(Vat::new(category, Decimal::ZERO).is_ok());
            assert_eq!(Vat::new(category, Decimal::from(7)).unwrap_err().reason(), Reason::TaxInvalid);
        }
        assert_eq!(Vat::new(VatCategory::Standard, decimal("19.00000")).unwrap_err().reason(), Reason::AmountPrecision);
    }

    #[test]
    fn a_category_reads_what_it_writes() {
        for category in VatCategory::ALL {
            assert_eq!(VatCategory::parse(category.as_str()), Some(category));
        }
    }

    #[test]
    fn fields_keep_their_range() {
        assert_eq!(quantity(Decimal::ZERO).unwrap_err().reason(), Reason::AmountNotPositive);
        assert_eq!(quantity(decimal("1.0000001")).unwrap_err().reason(), Reason::AmountPrecision);
        assert_eq!(quantity(decimal("1.500000")).unwrap().to_string(), "1.5");
        assert_eq!(unit_price(decimal("-0.01")).unwrap_err().reason(), Reason::AmountNotPositive);
        assert_eq!(discount_percent(decimal("100.01")).unwrap_err().reason(), Reason::ValueOutOfRange);
    }

    proptest! {
        #[test]
        fn agrees_with_integers(quantity in 1_i64..10_000_000, price in 0_i64..10_000_000, discount in 0_i64..=10_000) {
            let item = Item {
                quantity: Decimal::new(quantity, 3),
                unit_price: Decimal::new(price, 4),
                discount_percent: Decimal::new(discount, 2),
                ..item("1", "1", "0")
            };
            let product = i128::from(quantity) * i128::from(price) * i128::from(10_000 - discount);
            let divisor = 10_i128.pow(3 + 4 + 4 - 2);
            let expected = (product * 2 + divisor) / (divisor * 2);
            prop_assert_eq!(i128::from(item.value_of(item.quantity, Currency::EUR).unwrap().minor()), expected);
        }

        #[test]
        fn parts_of_a_line_sum_to_the_line(parts in prop::collection::vec(1_i64..5_000, 1..8), price in 1_i64..1_000_000) {
            let quantity = Decimal::new(parts.iter().sum(), 2);
            let mut line = Line { net: Money::zero(Currency::EUR), number: 1, done: Decimal::ZERO,
                item: Item { quantity, unit_price: Decimal::new(price, 4), ..item("1", "1", "7.5") } };
            line.net = line.item.value_of(quantity, Currency::EUR).unwrap();
            let mut sum = Money::zero(Currency::EUR);
            for part in parts {
                let part = Decimal::new(part, 2);
                sum = sum.add(line.value_of_next(part).unwrap()).unwrap();
                line.done += part;
            }
            prop_assert_eq!(sum, line.net);
            prop_assert!(line.left().is_zero());
        }
    }
}
