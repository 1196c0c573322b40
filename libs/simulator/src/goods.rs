//! What the company sells: articles, order lines and their value.

use quittance_types::{Currency, Decimal, Fault, Money, round};

use crate::dice::Dice;

/// Why a line bears the VAT it bears; the categories of UNTDID 5305 the company needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VatCategory {
    /// Domestic, at a rate.
    Standard,
    /// To a business in another member state.
    IntraCommunity,
    /// Out of the Union.
    Export,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// 1, 2, 3...
    pub number: u32,
    /// Article number.
    pub item_code: String,
    /// What it is.
    pub description: &'static str,
    /// Unit of UN/ECE Recommendation 20.
    pub unit: &'static str,
    /// More than zero, at most 2 decimals.
    pub quantity: Decimal,
    /// Before tax, at most 4 decimals.
    pub unit_price: Decimal,
    /// Percent off the line, 0 to 15.
    pub discount_percent: Decimal,
    /// Why it bears VAT or not.
    pub vat_category: VatCategory,
    /// Percent.
    pub vat_rate: Decimal,
}

impl OrderLine {
    /// Value before tax, rounded as EN 16931 says: per line, half away from zero.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE` when the value is beyond what [`Money`] holds.
    pub fn net(&self, currency: Currency) -> Result<Money, Fault> {
        let rest = Decimal::ONE_HUNDRED - self.discount_percent;
        let exact = self.quantity * self.unit_price * rest / Decimal::ONE_HUNDRED;
        Money::new(round(exact, currency), currency)
    }
}

/// Value of lines with VAT: nets per line, VAT per category and rate on their sum.
///
/// # Errors
/// `AMOUNT_OUT_OF_RANGE` when the value is beyond what [`Money`] holds.
pub fn gross(lines: &[OrderLine], currency: Currency) -> Result<Money, Fault> {
    let mut taxable = std::collections::BTreeMap::new();
    for line in lines {
        let sum = taxable.entry((line.vat_category, line.vat_rate)).or_insert(Money::zero(currency));
        *sum = sum.add(line.net(currency)?)?;
    }
    let mut total = Money::zero(currency);
    for ((_, rate), net) in taxable {
        let tax = net.times(rate / Decimal::ONE_HUNDRED)?;
        total = total.add(net)?.add(tax)?;
    }
    Ok(total)
}

/// How a buyer buys: what decides the lines of its orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buying {
    /// Usual value of an order before tax, in minor units.
    pub order_value_minor: i64,
    /// Percent off every line.
    pub discount_percent: Decimal,
    /// Country of the buyer, ISO 3166 alpha-2.
    pub country: &'static str,
}

/// Lines of one order.
pub fn order_lines(buying: Buying, dice: &mut Dice) -> Vec<OrderLine> {
    let count = dice.weighted(&[(30, 1), (25, 2), (20, 3), (12, 4), (8, 5), (5, 6)]);
    let value_minor = dice.skewed(buying.order_value_minor);
    let first = dice.below(ARTICLES.len() as u64) as usize;
    (0..count)
        .map(|place| {
            let position = (first + place as usize * 7) % ARTICLES.len();
            line(place + 1, position, value_minor / i64::from(count), buying, dice)
        })
        .collect()
}

fn line(number: u32, position: usize, value_minor: i64, buying: Buying, dice: &mut Dice) -> OrderLine {
    let article = &ARTICLES[position];
    let wanted_minor = value_minor * dice.between(60, 140) / 100;
    let price_in_ten_thousandths = article.price * 10_i64.pow(4_u32.saturating_sub(article.decimals));
    let divisible = matches!(article.unit, "KGM" | "MTR" | "HUR");
    let hundredths = (wanted_minor * 10_000 / price_in_ten_thousandths).max(100);
    let quantity = if divisible { Decimal::new(hundredths, 2) } else { Decimal::from(rounded_quantity(hundredths / 100)) };
    let (vat_category, vat_rate) = vat(buying.country, article.reduced_vat);
    OrderLine {
        number,
        item_code: format!("A-{:04}", 1000 + position * 10),
        description: article.description,
        unit: article.unit,
        quantity: quantity.normalize(),
        unit_price: Decimal::new(article.price, article.decimals),
        discount_percent: buying.discount_percent,
        vat_category,
        vat_rate,
    }
}

/// People order by the dozen, the ten, the hundred: two leading digits.
fn rounded_quantity(pieces: i64) -> i64 {
    let mut step = 1;
    while pieces / step >= 100 {
        step *= 10;
    }
    (pieces / step * step).max(1)
}

/// German VAT on sales: 19 %, reduced 7 % (UStG section 12); nothing on supplies to businesses abroad.
fn vat(country: &str, reduced: bool) -> (VatCategory, Decimal) {
    match country {
        "DE" if reduced => (VatCategory::Standard, Decimal::from(7)),
        "DE" => (VatCategory::Standard, Decimal::from(19)),
        "CH" => (VatCategory::Export, Decimal::ZERO),
        _ => (VatCategory::IntraCommunity, Decimal::ZERO),
    }
}

struct Article {
    description: &'static str,
    unit: &'static str,
    /// Price as an integer with this many decimals.
    price: i64,
    decimals: u32,
    reduced_vat: bool,
}

const fn article(description: &'static str, unit: &'static str, price: i64, decimals: u32) -> Article {
    Article { description, unit, price, decimals, reduced_vat: false }
}

const ARTICLES: [Article; 40] = [
    article("Hexagon bolt M8 x 40, galvanised", "C62", 1285, 4),
    article("Hexagon nut M8, galvanised", "C62", 375, 4),
    article("Washer A8, stainless", "C62", 218, 4),
    article("Cable tie 300 mm, black", "C62", 439, 4),
    article("Rivet 4 x 10, aluminium", "C62", 317, 4),
    article("Ball bearing 6204-2RS", "C62", 485, 2),
    article("Ball bearing 6308-2RS", "C62", 1320, 2),
    article("Shaft seal 35 x 52 x 7", "C62", 2745, 3),
    article("V-belt SPA 1250", "C62", 1190, 2),
    article("Toothed belt HTD 8M", "MTR", 2384, 2),
    article("Hydraulic hose 2SN DN12", "MTR", 1276, 2),
    article("Hydraulic oil HLP 46", "LTR", 4125, 3),
    article("Cooling lubricant, concentrate", "LTR", 685, 2),
    article("Flat steel 40 x 8 S235", "KGM", 18_475, 4),
    article("Round steel 20 C45", "KGM", 20_650, 4),
    article("Sheet DC01 1.5 mm", "KGM", 17_325, 4),
    article("Aluminium profile 40 x 40", "MTR", 1195, 2),
    article("Copper cable 3 x 1.5", "MTR", 8625, 4),
    article("Control cabinet 800 x 600", "C62", 31_850, 2),
    article("Frequency converter 2.2 kW", "C62", 42_900, 2),
    article("Geared motor 0.55 kW", "C62", 38_740, 2),
    article("Proximity switch M12", "C62", 2490, 2),
    article("Light barrier, 10 m", "C62", 11_875, 2),
    article("Pneumatic cylinder 50 x 100", "C62", 8630, 2),
    article("Solenoid valve 5/2, G1/8", "C62", 5215, 2),
    article("Compressed air filter G1/2", "C62", 3980, 2),
    article("Grinding disc 125 mm", "C62", 195, 2),
    article("Drill set HSS-Co, 25 pieces", "SET", 6490, 2),
    article("Indexable insert CNMG 120408", "C62", 6875, 3),
    article("End mill 10 mm, carbide", "C62", 3840, 2),
    article("Safety gloves, size 10", "PR", 265, 2),
    article("Safety shoes S3", "PR", 5890, 2),
    article("Pallet box 1200 x 800", "C62", 14_600, 2),
    article("Stretch film 23 my", "C62", 748, 2),
    article("Assembly on site", "HUR", 7400, 2),
    article("Programming", "HUR", 9850, 2),
    article("Calibration with certificate", "C62", 8500, 2),
    article("Freight, pallet", "C62", 4990, 2),
    Article { description: "Handbook machine safety", unit: "C62", price: 3925, decimals: 2, reduced_vat: true },
    Article { description: "Norm collection welding, printed", unit: "C62", price: 12_897, decimals: 2, reduced_vat: true },
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dice::Purpose;

    #[test]
    fn orders_are_near_their_usual_value_and_prices_have_four_decimals_at_most() {
        let eur = Currency::parse("EUR").unwrap();
        let buying = Buying { order_value_minor: 180_000, discount_percent: Decimal::new(25, 1), country: "DE" };
        let mut total = 0;
        for ordinal in 0..500 {
            let lines = order_lines(buying, &mut Dice::new(3, 1, Purpose::Order, ordinal));
            assert!((1..=6).contains(&lines.len()));
            for line in &lines {
                assert!(line.unit_price.scale() <= 4 && line.quantity.scale() <= 2);
                assert!(line.quantity > Decimal::ZERO && line.net(eur).unwrap().is_positive());
            }
            total += gross(&lines, eur).unwrap().minor();
        }
        assert!((150_000..350_000).contains(&(total / 500)), "{}", total / 500);
    }

    #[test]
    fn tax_is_computed_on_the_sum_of_a_rate() {
        let eur = Currency::parse("EUR").unwrap();
        let line = |number, price| OrderLine {
            number,
            item_code: String::new(),
            description: "",
            unit: "C62",
            quantity: Decimal::ONE,
            unit_price: Decimal::new(price, 2),
            discount_percent: Decimal::ZERO,
            vat_category: VatCategory::Standard,
            vat_rate: Decimal::from(19),
        };
        // Line by line the tax would be 0.02 + 0.02; on the sum it is 0.19 x 0.26 = 0.0494.
        assert_eq!(gross(&[line(1, 13), line(2, 13)], eur).unwrap().minor(), 31);
    }
}
