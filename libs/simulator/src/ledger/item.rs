//! Invoices and credit notes.

use quittance_types::Currency;

use super::customer::Customer;
use super::money;
use super::period::{Period, date};
use super::plan::{Member, Plan};
use super::seller::Seller;
use super::{Params, Profile};
use crate::dice::Dice;

/// An item of a ledger. Amounts in minor units of its currency.
#[derive(Clone, Debug)]
pub struct Item {
    /// Number as printed.
    pub number: String,
    /// Place in the order of issue.
    pub sequence: u64,
    /// Its customer's place in the family.
    pub customer: usize,
    /// A credit note.
    pub credit: bool,
    /// Day of issue.
    pub issued: i32,
    /// Due day.
    pub due: i32,
    /// Currency.
    pub currency: Currency,
    /// Total, never negative.
    pub total: i64,
    /// Open when the statements begin, never negative.
    pub open: i64,
    /// Days of the terms.
    pub days: i32,
    /// Discount: tenths of a per cent, days.
    pub discount: Option<(u32, i32)>,
    /// The customer's order number; may be empty.
    pub order: String,
    /// Delivery note; may be empty.
    pub delivery: String,
    /// Structured reference; may be empty.
    pub reference: String,
    /// Day it was closed, for closed items.
    pub closed: Option<i32>,
    /// Already paid by a line of the folder.
    pub used: bool,
}

impl Item {
    /// What remains when the discount is taken.
    pub fn discounted(&self) -> i64 {
        self.discount.map_or(self.open, |(tenths, _)| self.open - money::percent(self.open, tenths))
    }

    /// Last day of the discount.
    pub fn discount_until(&self) -> i32 {
        self.discount.map_or(i32::MIN, |(_, days)| self.issued + days)
    }

    /// Open amount with the sign it counts in a payment.
    pub fn signed(&self) -> i64 {
        if self.credit { -self.open } else { self.open }
    }
}

/// The items of one customer, open ones first.
pub fn items(
    params: &Params,
    seller: &Seller,
    customer: &Customer,
    at: (usize, &Member),
    plan: &Plan,
    period: &Period,
    dice: &mut Dice,
) -> Vec<Item> {
    let (place, member) = at;
    let monthly = price(seller, customer, dice);
    let mut orders = String::new();
    let count = member.open + member.closed;
    let mut items = Vec::with_capacity(count as usize);
    for index in 0..count {
        let issued = plan.issued(member.first + index);
        let sequence = plan.sequence(member.first + index);
        let is_open = index < member.open;
        if orders.is_empty() || !dice.chance(if params.profile == Profile::Base { 150 } else { 300 }) {
            orders = order_number(customer.order_form, dice);
        }
        let follows = items.last().filter(|last: &&Item| last.sequence + 1 == sequence && !last.credit && dice.chance(250));
        // Invoices written one after the other are often about the same thing.
        let total = match (member.subscriber, follows) {
            (true, _) => monthly,
            (false, Some(last)) => last.total,
            (false, None) => amount(params.profile, seller, customer, dice),
        };
        let credit = is_open && !member.subscriber && dice.chance(40);
        let total = if credit { (total / dice.between(2, 9)).max(money::unit(customer.currency)) } else { total };
        let partly = is_open && !credit && !member.subscriber && dice.chance(25);
        let open = if partly { total - total * dice.between(20, 60) / 100 } else { total };
        let discount = seller.discount.filter(|_| !credit && !partly && dice.chance(650));
        let running = seller.shape.unique(sequence);
        items.push(Item {
            number: seller.shape.number(sequence, date(issued)),
            sequence,
            customer: place,
            credit,
            issued,
            due: if credit { issued } else { issued + seller.days },
            currency: customer.currency,
            total,
            open,
            days: seller.days,
            discount,
            order: if member.subscriber || dice.chance(250) { String::new() } else { orders.clone() },
            delivery: if dice.chance(450) { format!("LS{}", 800_000 + sequence * 3) } else { String::new() },
            reference: seller.scheme.filter(|_| !credit).map(|scheme| scheme.reference(customer.ordinal + 1, running)).unwrap_or_default(),
            closed: (!is_open).then(|| (issued + dice.between(5, 50) as i32).min(period.first - 1)),
            used: false,
        });
    }
    items
}

/// A price many share, in the customer's currency.
fn price(seller: &Seller, customer: &Customer, dice: &mut Dice) -> i64 {
    let price = seller.prices.get(dice.below(seller.prices.len() as u64) as usize).copied().unwrap_or(11_900);
    if customer.currency == seller.currency {
        return price;
    }
    let unit = money::unit(customer.currency);
    (money::convert(price, seller.currency, customer.currency, 0) / unit).max(1) * unit
}

fn amount(profile: Profile, seller: &Seller, customer: &Customer, dice: &mut Dice) -> i64 {
    let shared = match profile {
        Profile::Base => 330,
        Profile::Hard => 480,
    };
    if dice.chance(shared) {
        return price(seller, customer, dice);
    }
    let decade = dice.weighted(&[(18, 30_i64), (40, 300), (30, 2000), (10, 12_000), (2, 60_000)]);
    let euros = dice.skewed(decade * 100) + dice.between(0, 99);
    let eur = money::currency("EUR").unwrap_or(seller.currency);
    money::convert(euros, eur, customer.currency, 0).max(money::unit(customer.currency))
}

fn order_number(form: u8, dice: &mut Dice) -> String {
    match form {
        0 | 1 => format!("45{}", dice.digits(8)),
        2 => format!("PO-{}", dice.digits(5)),
        3 => format!("B-26-{}", dice.digits(4)),
        4 => format!("BST{}", dice.digits(6)),
        5 => dice.digits(6),
        6 => dice.digits(4),
        _ => format!("{}/{}", dice.digits(4), dice.digits(3)),
    }
}
