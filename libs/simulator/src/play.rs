//! One day after the other: what happens next, given what the suite answered so far.
//!
//! A day has four phases, each a list of things to do whose answers are given back before the next one:
//! [`Play::orders`], [`Play::deliveries`], [`Play::statements`], [`Play::desk`]; then [`Play::next_day`].
//! Lists are in a fixed order and answers are kept by key, so the order in which answers arrive does not matter.

mod agenda;
mod answers;
mod bank_day;
mod desk;
mod till;

use std::collections::BTreeMap;

use quittance_types::{BusinessDate, Fault};

use crate::actions::{Action, CancelOrder, FulfilOrder, SubmitOrder};
use crate::bank::Bank;
use crate::orders::{DocumentKey, OrderKey};
use crate::seen::{InvoiceSeen, OrderStanding};
use crate::summary::Summary;
use crate::truth::TruthBook;
use crate::world::World;

use agenda::Agenda;
use till::Till;

/// A world in motion.
#[derive(Clone, Debug)]
pub struct Play {
    world: World,
    today: BusinessDate,
    agenda: Agenda,
    orders: BTreeMap<OrderKey, OrderFile>,
    invoices: BTreeMap<DocumentKey, InvoiceSeen>,
    till: Till,
    bank: Bank,
    truth: TruthBook,
    summary: Summary,
}

/// What the company remembers of an order.
#[derive(Clone, Debug)]
struct OrderFile {
    standing: OrderStanding,
    cancelled: bool,
    /// Deliveries that led to an invoice.
    delivered: u32,
    /// Attempts to deliver while it was held.
    refusals: u32,
}

impl Play {
    /// The world on the morning of its first day.
    ///
    /// # Errors
    /// `DATE_INVALID` when the simulated days leave the calendar.
    pub fn new(world: World) -> Result<Self, Fault> {
        let mut agenda = Agenda::default();
        for customer in world.customers() {
            for (ordinal, day) in world.order_days(customer)?.into_iter().enumerate() {
                agenda.orders.add(day, OrderKey { customer: customer.index, ordinal: ordinal as u32 }, ());
            }
        }
        let summary = Summary { days: 1, customers: world.params().customers, ..Summary::default() };
        Ok(Self {
            today: world.params().start,
            agenda,
            orders: BTreeMap::new(),
            invoices: BTreeMap::new(),
            till: Till::default(),
            bank: Bank::new(world.seller()),
            truth: TruthBook::default(),
            summary,
            world,
        })
    }

    /// The world that is played.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The day that is played.
    pub fn today(&self) -> BusinessDate {
        self.today
    }

    /// The truth of all bank lines so far.
    pub fn truth(&self) -> &TruthBook {
        &self.truth
    }

    /// What happened so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The bank's balances.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// An invoice by its key.
    pub fn invoice(&self, key: DocumentKey) -> Option<&InvoiceSeen> {
        self.invoices.get(&key)
    }

    /// Goes to the next day; false when the last one is over.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar.
    pub fn next_day(&mut self) -> Result<bool, Fault> {
        if self.today >= self.world.last_day()? {
            return Ok(false);
        }
        self.today = self.today.plus_days(1)?;
        self.summary.days += 1;
        Ok(true)
    }

    /// Phase 1: orders placed and cancelled today.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar.
    pub fn orders(&mut self) -> Result<Vec<Action>, Fault> {
        let mut actions = Vec::new();
        for (key, ()) in self.agenda.cancellations.take(self.today) {
            actions.extend(self.cancel(key, "Order withdrawn"));
        }
        for (key, ()) in self.agenda.orders.take(self.today) {
            actions.extend(self.submit(key)?);
        }
        Ok(actions)
    }

    fn submit(&mut self, key: OrderKey) -> Result<Option<Action>, Fault> {
        let Some(customer) = self.world.customer(key.customer) else { return Ok(None) };
        let plan = self.world.order(customer, key.ordinal, self.today)?;
        for delivery in plan.deliveries {
            self.agenda.deliveries.add(delivery.on, delivery.key, delivery.lines);
        }
        if let Some(day) = plan.cancelled_on {
            self.agenda.cancellations.add(day, key, ());
        }
        let file = OrderFile { standing: OrderStanding::Accepted, cancelled: false, delivered: 0, refusals: 0 };
        self.orders.insert(key, file);
        self.summary.orders += 1;
        Ok(Some(Action::SubmitOrder(SubmitOrder {
            request_id: self.world.request_id(&format!("submit {key}")),
            order: key,
            on: self.today,
            purchase_order: plan.purchase_order,
            terms: customer.terms.text(),
            currency: customer.currency.code(),
            lines: plan.lines,
        })))
    }

    fn cancel(&mut self, key: OrderKey, why: &'static str) -> Option<Action> {
        let file = self.orders.get_mut(&key)?;
        if file.cancelled || file.standing == OrderStanding::Rejected {
            return None;
        }
        file.cancelled = true;
        self.summary.orders_cancelled += 1;
        let request_id = self.world.request_id(&format!("cancel {key}"));
        Some(Action::CancelOrder(CancelOrder { request_id, order: key, on: self.today, why }))
    }

    /// Phase 2: deliveries leaving today. A delivery waits for the one before it of the same order.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar.
    pub fn deliveries(&mut self) -> Result<Vec<Action>, Fault> {
        let mut actions = Vec::new();
        for (document, lines) in self.agenda.deliveries.take(self.today) {
            let Some(file) = self.orders.get(&document.order) else { continue };
            if file.cancelled || file.standing == OrderStanding::Rejected {
                continue;
            }
            if file.delivered < document.part {
                self.agenda.deliveries.add(self.today.plus_days(2)?, document, lines);
                continue;
            }
            self.agenda.underway.insert(document, lines.clone());
            let request_id = self.world.request_id(&format!("fulfil {document}"));
            actions.push(Action::FulfilOrder(FulfilOrder { request_id, document, on: self.today, lines }));
        }
        Ok(actions)
    }
}
