//! What customers buy and when it is delivered, known from the first day on.

use std::fmt;

use quittance_types::{BusinessDate, Decimal, Fault};

use crate::calendar;
use crate::dice::{Dice, Purpose};
use crate::goods::{self, OrderLine};
use crate::world::{Customer, World};

/// The `ordinal`-th order of a customer. Its display form is the external id the suite gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    /// Index of the customer.
    pub customer: u32,
    /// 0, 1, 2...
    pub ordinal: u32,
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SO-{}-{:04}", u64::from(self.customer) + 10_001, self.ordinal + 1)
    }
}

/// The invoice of the `part`-th delivery of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey {
    /// The order.
    pub order: OrderKey,
    /// 0, 1.
    pub part: u32,
}

impl DocumentKey {
    /// A number for decisions about this document: unique within its customer.
    pub fn ordinal(self) -> u64 {
        (u64::from(self.order.ordinal) << 8) | u64::from(self.part)
    }
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.order, self.part + 1)
    }
}

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The invoice it leads to.
    pub key: DocumentKey,
    /// Day it is meant to leave; a held order makes it later.
    pub on: BusinessDate,
    /// Line numbers and quantities; empty delivers all that is left.
    pub lines: Vec<(u32, Decimal)>,
}

/// An order with everything that will be done about it by plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPlan {
    /// Which one.
    pub key: OrderKey,
    /// Day it is placed, a bank day.
    pub placed_on: BusinessDate,
    /// The buyer's own number for it.
    pub purchase_order: String,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
    /// Deliveries in order, none when it is cancelled.
    pub deliveries: Vec<Delivery>,
    /// Day the buyer takes it back, before any delivery.
    pub cancelled_on: Option<BusinessDate>,
}

impl World {
    /// Days on which a customer orders, within the simulated days.
    ///
    /// # Errors
    /// `DATE_INVALID` when the simulated days leave the calendar.
    pub fn order_days(&self, customer: &Customer) -> Result<Vec<BusinessDate>, Fault> {
        let mut dice = self.dice(customer.index, Purpose::Rhythm, 0);
        let start = self.params().start;
        let last = self.last_order_day(customer)?;
        let mut day = start.plus_days(dice.below(u64::from(customer.orders_every_days)) as i32)?;
        let mut days = Vec::new();
        while day <= last {
            let placed_on = calendar::bank_day_from(day)?;
            if placed_on <= last {
                days.push(placed_on);
            }
            let gap = dice.skewed(i64::from(customer.orders_every_days)).max(1);
            day = day.plus_days(gap as i32)?;
        }
        Ok(days)
    }

    /// An insolvent customer goes on ordering for three weeks after its last payment.
    fn last_order_day(&self, customer: &Customer) -> Result<BusinessDate, Fault> {
        let last = self.last_day()?;
        match customer.persona.insolvent_after {
            None => Ok(last),
            Some(days) => Ok(last.min(self.params().start.plus_days(days as i32 + 21)?)),
        }
    }

    /// The order with this key, placed on the given day.
    ///
    /// # Errors
    /// `DATE_INVALID` when a delivery would leave the calendar.
    pub fn order(&self, customer: &Customer, ordinal: u32, placed_on: BusinessDate) -> Result<OrderPlan, Fault> {
        let key = OrderKey { customer: customer.index, ordinal };
        let mut dice = self.dice(customer.index, Purpose::Order, u64::from(ordinal));
        let purchase_order = format!("4500{}", dice.digits(6));
        let lines = goods::order_lines(customer.buying, &mut dice);
        let cancelled_on = match dice.chance(20) {
            true => Some(calendar::plus_bank_days(placed_on, 1)?),
            false => None,
        };
        let deliveries = match cancelled_on {
            Some(_) => Vec::new(),
            None => deliveries(key, placed_on, &lines, &mut dice)?,
        };
        Ok(OrderPlan { key, placed_on, purchase_order, lines, deliveries, cancelled_on })
    }
}

fn deliveries(order: OrderKey, placed_on: BusinessDate, lines: &[OrderLine], dice: &mut Dice) -> Result<Vec<Delivery>, Fault> {
    let days = dice.weighted(&[(20, 0), (30, 1), (25, 2), (15, 3), (10, 5)]);
    let on = calendar::plus_bank_days(placed_on, days)?;
    let all = |part, on| Delivery { key: DocumentKey { order, part }, on, lines: Vec::new() };
    if !dice.chance(120) {
        return Ok(vec![all(0, on)]);
    }
    let first: Vec<(u32, Decimal)> = lines.iter().filter_map(|line| part_of(line, dice)).collect();
    if first.is_empty() {
        return Ok(vec![all(0, on)]);
    }
    let rest_on = calendar::plus_bank_days(on, dice.between(3, 9) as u32)?;
    let partial = Delivery { key: DocumentKey { order, part: 0 }, on, lines: first };
    Ok(vec![partial, all(1, rest_on)])
}

/// A part of a line that leaves at least something for the next delivery; `None` when it cannot be split.
fn part_of(line: &OrderLine, dice: &mut Dice) -> Option<(u32, Decimal)> {
    let share = Decimal::new(dice.between(30, 70), 2);
    let part = (line.quantity * share).trunc_with_scale(line.quantity.scale());
    (part > Decimal::ZERO && part < line.quantity).then_some((line.number, part))
}
