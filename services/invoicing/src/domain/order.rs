//! Orders: from credit's decision to the last delivery.

use std::fmt;

use quittance_types::{BusinessDate, Currency, CustomerId, Fault, LegalEntityId, OrderId, Reason, Timestamp};

use super::content::{Content, Part, all_left, named};
use super::illegal_transition;
use super::line::{Item, Line};
use super::terms::Terms;
use super::totals::Totals;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// Credit holds it.
    Held,
    /// It may be delivered.
    Accepted,
    /// Part is delivered and invoiced.
    PartlyFulfilled,
    /// All is delivered and invoiced.
    Fulfilled,
    /// Taken back before the rest was delivered.
    Cancelled,
    /// Credit refused it.
    Rejected,
}

/// What can happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Credit lets a held order go.
    Release,
    /// Credit lets a held order go of which part is delivered.
    Resume,
    /// Credit refuses a held order.
    Refuse,
    /// A held order waited too long.
    Expire,
    /// Its reservation is gone: credit is asked anew.
    Lapse,
    /// Part is delivered.
    DeliverPart,
    /// The rest is delivered.
    DeliverRest,
    /// The customer takes it back.
    Cancel,
}

impl OrderState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Held, Self::Accepted, Self::PartlyFulfilled, Self::Fulfilled, Self::Cancelled, Self::Rejected];

    /// The name in the store and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Accepted => "accepted",
            Self::PartlyFulfilled => "partly_fulfilled",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state after a step.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}.
    pub fn after(self, step: Step) -> Result<Self, Fault> {
        match (self, step) {
            (Self::Held, Step::Release) => Ok(Self::Accepted),
            (Self::Held, Step::Resume) => Ok(Self::PartlyFulfilled),
            (Self::Held, Step::Refuse) => Ok(Self::Rejected),
            (Self::Held, Step::Expire) => Ok(Self::Cancelled),
            (Self::Accepted | Self::PartlyFulfilled, Step::Lapse) => Ok(Self::Held),
            (Self::Accepted | Self::PartlyFulfilled, Step::DeliverPart) => Ok(Self::PartlyFulfilled),
            (Self::Accepted | Self::PartlyFulfilled, Step::DeliverRest) => Ok(Self::Fulfilled),
            (Self::Held | Self::Accepted | Self::PartlyFulfilled, Step::Cancel) => Ok(Self::Cancelled),
            (Self::Held, Step::Lapse | Step::DeliverPart | Step::DeliverRest)
            | (Self::Accepted | Self::PartlyFulfilled, Step::Release | Step::Resume | Step::Refuse | Step::Expire)
            | (
                Self::Fulfilled | Self::Cancelled | Self::Rejected,
                Step::Release
                | Step::Resume
                | Step::Refuse
                | Step::Expire
                | Step::Lapse
                | Step::DeliverPart
                | Step::DeliverRest
                | Step::Cancel,
            ) => Err(illegal_transition("an order", self, step)),
        }
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Release => "accepted",
            Self::Refuse => "rejected",
            Self::Expire | Self::Cancel => "cancelled",
            Self::Lapse => "held",
            Self::Resume | Self::DeliverPart => "partly_fulfilled",
            Self::DeliverRest => "fulfilled",
        })
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Identifier.
    pub id: OrderId,
    /// The caller's own key; empty for none.
    pub external_id: String,
    /// Who buys.
    pub customer_id: CustomerId,
    /// Who sells.
    pub legal_entity_id: LegalEntityId,
    /// Where it stands.
    pub state: OrderState,
    /// What is ordered; `done` is the quantity fulfilled.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub totals: Totals,
    /// Terms of payment.
    pub payment_terms: String,
    /// How it is to be paid; empty when nobody said.
    pub payment_method: String,
    /// Credit's reservation.
    pub reservation_id: String,
    /// Why credit holds or refused it.
    pub credit_reasons: Vec<String>,
    /// The buyer's order number; empty for none.
    pub purchase_order: String,
    /// Business date.
    pub placed_on: BusinessDate,
    /// When it was stored.
    pub created_at: Timestamp,
    /// Grows with every change; the etag.
    pub version: i64,
}

/// What a delivery puts on an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The invoice's content.
    pub content: Content,
    /// Nothing of the order is left.
    pub is_complete: bool,
}

impl Order {
    /// Moves to the state after a step.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}.
    pub fn take(&mut self, step: Step) -> Result<(), Fault> {
        self.state = self.state.after(step)?;
        Ok(())
    }

    /// Ends a hold as credit says. What was delivered stays so: the order then goes on with the rest, or is cancelled instead of
    /// refused.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}.
    pub fn end_hold(&mut self, end: Step) -> Result<(), Fault> {
        let begun = self.lines.iter().any(|line| !line.done.is_zero());
        self.take(match end {
            Step::Release if begun => Step::Resume,
            Step::Refuse if begun => Step::Expire,
            other => other,
        })
    }

    /// Waits for credit again: what was reserved for it is gone.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to} unless it may be delivered now.
    pub fn lapse(&mut self) -> Result<(), Fault> {
        self.take(Step::Lapse)?;
        self.credit_reasons = vec![Reason::ReservationExpired.as_str().to_owned()];
        Ok(())
    }

    /// Delivers parts of it, or all that is left when none are named. Each line of the invoice is computed from the
    /// quantity delivered, so that it agrees with itself (EN 16931).
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}; QUANTITY_EXCEEDS_ORDER {left}; FIELD_OUT_OF_RANGE and ALLOCATION_DUPLICATE for lines;
    /// AMOUNT_NOT_POSITIVE when a quantity is worth nothing; TERMS_INVALID.
    pub fn fulfil(&mut self, parts: &[Part], issue_on: BusinessDate) -> Result<Delivery, Fault> {
        self.state.after(Step::DeliverPart)?;
        let all = if parts.is_empty() { all_left(&self.lines) } else { parts.to_vec() };
        let mut delivered = Vec::with_capacity(all.len());
        for (number, (line, quantity)) in (1..).zip(named(&self.lines, &all, too_much)?) {
            let item = Item { quantity, ..line.item.clone() };
            let line = Line::new(number, item, self.currency());
            delivered.push(line.map_err(|fault| fault.field(format!("lines[{}].quantity", number - 1)))?);
        }
        for line in &mut self.lines {
            let part = all.iter().find(|part| part.line_number == line.number);
            let part = part.map(|part| part.quantity).unwrap_or_default();
            line.done = line.done.checked_add(part).ok_or_else(|| Fault::internal("fulfilled quantities overflow"))?.normalize();
        }
        let is_complete = self.lines.iter().all(|line| line.left().is_zero());
        self.take(if is_complete { Step::DeliverRest } else { Step::DeliverPart })?;
        let totals = Totals::of(&delivered, self.currency())?;
        let content = Content {
            customer_id: self.customer_id,
            legal_entity_id: self.legal_entity_id,
            lines: delivered,
            totals,
            terms: Some(Terms::parse(&self.payment_terms)?),
            purchase_order: self.purchase_order.clone(),
            issue_on: Some(issue_on),
            due_on: None,
            note: String::new(),
        };
        Ok(Delivery { content, is_complete })
    }

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.totals.currency()
    }
}

fn too_much(line: &Line) -> Fault {
    let message = format!("{} of line {} are left to deliver", line.left(), line.number);
    Fault::new(Reason::QuantityExceedsOrder, message).with("left", line.left())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use quittance_types::{Decimal, Uuid};

    use super::*;
    use crate::domain::invoice::tests::{content, two_rates};

    fn order() -> Order {
        let content = content(two_rates().lines);
        Order {
            id: OrderId::new(Uuid::from_u128(9)),
            external_id: String::new(),
            customer_id: content.customer_id,
            legal_entity_id: content.legal_entity_id,
            state: OrderState::Accepted,
            lines: content.lines,
            totals: content.totals,
            payment_terms: "net 30".to_owned(),
            payment_method: String::new(),
            reservation_id: "rsv".to_owned(),
            credit_reasons: Vec::new(),
            purchase_order: "PO 1".to_owned(),
            placed_on: BusinessDate::MIN,
            created_at: Timestamp::MIN,
            version: 1,
        }
    }

    fn part(line_number: u32, quantity: i64) -> Part {
        Part { line_number, quantity: Decimal::from(quantity) }
    }

    #[test]
    fn an_order_is_delivered_in_parts_until_nothing_is_left() {
        let mut order = order();
        let first = order.fulfil(&[part(1, 4)], BusinessDate::MIN).unwrap();
        assert_eq!((order.state, first.is_complete, first.content.totals.gross.minor()), (OrderState::PartlyFulfilled, false, 4_760));
        let fault = order.fulfil(&[part(1, 7)], BusinessDate::MIN).unwrap_err();
        assert_eq!((fault.reason(), fault.get("left")), (Reason::QuantityExceedsOrder, Some("6")));
        let rest = order.fulfil(&[], BusinessDate::MIN).unwrap();
        assert_eq!((order.state, rest.is_complete), (OrderState::Fulfilled, true));
        let numbers: Vec<u32> = rest.content.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2]);
        let again = order.fulfil(&[], BusinessDate::MIN).unwrap_err();
        assert_eq!(again.get("from"), Some("fulfilled"));
    }

    #[test]
    fn a_held_order_is_not_delivered() {
        let mut held = Order { state: OrderState::Held, ..order() };
        assert_eq!(held.fulfil(&[], BusinessDate::MIN).unwrap_err().reason(), Reason::IllegalTransition);
        held.take(Step::Release).unwrap();
        assert!(held.fulfil(&[], BusinessDate::MIN).is_ok());
    }

    #[test]
    fn an_order_that_lapsed_goes_on_where_it_was() {
        let mut order = order();
        order.lapse().unwrap();
        assert_eq!((order.state, order.credit_reasons.as_slice()), (OrderState::Held, ["RESERVATION_EXPIRED".to_owned()].as_slice()));
        assert_eq!(order.lapse().unwrap_err().reason(), Reason::IllegalTransition);
        order.end_hold(Step::Release).unwrap();
        assert_eq!(order.state, OrderState::Accepted);
        order.fulfil(&[part(1, 4)], BusinessDate::MIN).unwrap();
        order.lapse().unwrap();
        let refused = &mut order.clone();
        refused.end_hold(Step::Refuse).unwrap();
        assert_eq!(refused.state, OrderState::Cancelled, "what was delivered is not refused");
        order.end_hold(Step::Release).unwrap();
        assert_eq!(order.state, OrderState::PartlyFulfilled);
    }

    #[test]
    fn a_state_reads_what_it_writes() {
        for state in OrderState::ALL {
            assert_eq!(OrderState::parse(state.as_str()), Some(state));
        }
    }

    fn steps() -> impl Strategy<Value = Step> {
        let all =
            [Step::Release, Step::Resume, Step::Refuse, Step::Expire, Step::Lapse, Step::DeliverPart, Step::DeliverRest, Step::Cancel];
        prop::sample::select(all.to_vec())
    }

    proptest! {
        #[test]
        fn ends_are_final_and_only_what_lapsed_is_held_again(steps in prop::collection::vec(steps(), 0..20)) {
            let mut state = OrderState::Held;
            for step in steps {
                let before = state;
                if let Ok(next) = state.after(step) {
                    state = next;
                    prop_assert_eq!(next == OrderState::Held, step == Step::Lapse);
                }
                if matches!(before, OrderState::Fulfilled | OrderState::Cancelled | OrderState::Rejected) {
                    prop_assert_eq!(state, before);
                }
            }
        }

        #[test]
        fn deliveries_never_exceed_the_order(parts in prop::collection::vec((1_u32..=2, 1_i64..6), 1..12)) {
            let mut order = order();
            let mut delivered = [0, 0];
            for (line, quantity) in parts {
                let before = order.clone();
                match order.fulfil(&[part(line, quantity)], BusinessDate::MIN) {
                    Ok(_) => delivered[line as usize - 1] += quantity,
                    Err(_) => prop_assert_eq!(&order, &before),
                }
                for (line, delivered) in order.lines.iter().zip(delivered) {
                    prop_assert_eq!(line.done, Decimal::from(delivered));
                    prop_assert!(line.left() >= Decimal::ZERO);
                }
                prop_assert_eq!(order.state == OrderState::Fulfilled, delivered == [10, 3]);
            }
        }
    }
}
