//! Orders and deliveries.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use quittance_api::invoicing::v1::order_service_client::OrderServiceClient;
use quittance_api::invoicing::v1::{
    CancelOrderRequest, FulfilLine, FulfilOrderRequest, GetOrderRequest, Invoice, Order, OrderState, SubmitOrderRequest,
};
use quittance_types::{Fault, Reason};

use super::call::ask;
use super::{Driver, convert, unknown};
use crate::actions::{Action, CancelOrder, FulfilOrder, SubmitOrder};
use crate::orders::OrderKey;
use crate::seen::{Delivered, OrderStanding};

/// What came of an action of the first phase.
enum Ordered {
    Submitted(OrderKey, Box<Order>),
    Cancelled(Result<(), Fault>),
}

impl Driver {
    /// Orders and deliveries of today; true when there were any.
    pub(super) async fn trade(&mut self) -> Result<bool, Fault> {
        let actions = self.play.orders()?;
        let mut busy = !actions.is_empty();
        let mut by_customer: BTreeMap<u32, Vec<&Action>> = BTreeMap::new();
        for action in &actions {
            by_customer.entry(buyer(action)).or_default().push(action);
        }
        let calls = by_customer.values().map(|actions| self.order_all(actions));
        let answers: Vec<Vec<Ordered>> = futures::stream::iter(calls).buffered(self.options.at_once.max(1)).try_collect().await?;
        for answer in answers.into_iter().flatten() {
            self.tally.mutations += 1;
            match answer {
                Ordered::Cancelled(answer) => drop(self.tally.forgive("cancel_order", answer)?),
                Ordered::Submitted(key, order) => self.submitted(key, *order)?,
            }
        }
        let deliveries = self.play.deliveries()?;
        busy |= !deliveries.is_empty();
        self.deliver(&deliveries).await?;
        Ok(busy)
    }

    /// Orders of one customer one after the other: which of two still fits the limit must not depend on timing.
    async fn order_all(&self, actions: &[&Action]) -> Result<Vec<Ordered>, Fault> {
        let mut answers = Vec::with_capacity(actions.len());
        for action in actions {
            answers.push(self.order(action).await?);
        }
        Ok(answers)
    }

    async fn order(&self, action: &Action) -> Result<Ordered, Fault> {
        match action {
            Action::SubmitOrder(submit) => Ok(Ordered::Submitted(submit.order, Box::new(self.submit(submit).await?))),
            Action::CancelOrder(cancel) => Ok(Ordered::Cancelled(self.cancel(cancel).await)),
            other => Err(Fault::internal(format!("no order: {other:?}"))),
        }
    }

    async fn submit(&self, submit: &SubmitOrder) -> Result<Order, Fault> {
        let request = SubmitOrderRequest {
            request_id: submit.request_id.to_string(),
            external_id: submit.order.to_string(),
            customer_id: self.customer_id(submit.order.customer)?.to_owned(),
            legal_entity_id: self.ids.legal_entity.clone(),
            currency: submit.currency.to_owned(),
            lines: submit.lines.iter().map(convert::line_input).collect(),
            payment_terms: submit.terms.clone(),
            purchase_order: submit.purchase_order.clone(),
            as_of: convert::date(submit.on),
            ..Default::default()
        };
        let client = OrderServiceClient::new(self.staff.clerk.invoicing.clone());
        Ok(ask!(client, submit_order, request)?.order.unwrap_or_default())
    }

    fn submitted(&mut self, key: OrderKey, order: Order) -> Result<(), Fault> {
        let standing = match order.state() {
            OrderState::Held => OrderStanding::Held,
            OrderState::Rejected => OrderStanding::Rejected,
            _ => OrderStanding::Accepted,
        };
        match standing {
            OrderStanding::Accepted => self.tally.orders_accepted += 1,
            OrderStanding::Held => self.tally.orders_held += 1,
            OrderStanding::Rejected => self.tally.orders_rejected += 1,
        }
        self.ids.orders.insert(key, order.order_id);
        self.play.order_seen(key, standing)
    }

    async fn cancel(&self, cancel: &CancelOrder) -> Result<(), Fault> {
        let order_id = self.ids.orders.get(&cancel.order).ok_or_else(|| unknown("order", cancel.order))?;
        let request = CancelOrderRequest {
            request_id: cancel.request_id.to_string(),
            order_id: order_id.clone(),
            why: cancel.why.to_owned(),
            as_of: convert::date(cancel.on),
        };
        let client = OrderServiceClient::new(self.staff.clerk.invoicing.clone());
        ask!(client, cancel_order, request).map(drop)
    }

    async fn deliver(&mut self, deliveries: &[Action]) -> Result<(), Fault> {
        let fulfils: Vec<&FulfilOrder> = deliveries
            .iter()
            .filter_map(|action| match action {
                Action::FulfilOrder(fulfil) => Some(fulfil),
                _ => None,
            })
            .collect();
        let calls = fulfils.iter().map(|fulfil| self.fulfil(fulfil));
        let answers: Vec<Result<Invoice, Fault>> =
            futures::stream::iter(calls).buffered(self.options.deliveries_at_once.max(1)).collect().await;
        for (fulfil, answer) in fulfils.into_iter().zip(answers) {
            self.tally.mutations += 1;
            let outcome = match answer {
                Ok(invoice) => self.delivered(fulfil, &invoice)?,
                Err(fault) => self.not_delivered(fulfil.document.order, fault).await?,
            };
            self.play.delivery_seen(fulfil.document, outcome)?;
        }
        Ok(())
    }

    async fn fulfil(&self, fulfil: &FulfilOrder) -> Result<Invoice, Fault> {
        let order = fulfil.document.order;
        let order_id = self.ids.orders.get(&order).ok_or_else(|| unknown("order", order))?;
        let lines = fulfil.lines.iter().map(|(number, quantity)| FulfilLine {
            line_number: i32::try_from(*number).unwrap_or(i32::MAX),
            quantity: convert::decimal(*quantity),
        });
        let request = FulfilOrderRequest {
            request_id: fulfil.request_id.to_string(),
            order_id: order_id.clone(),
            lines: lines.collect(),
            as_of: convert::date(fulfil.on),
        };
        let client = OrderServiceClient::new(self.staff.clerk.invoicing.clone());
        Ok(ask!(client, fulfil_order, request)?.invoice.unwrap_or_default())
    }

    fn delivered(&mut self, fulfil: &FulfilOrder, invoice: &Invoice) -> Result<Delivered, Fault> {
        self.tally.invoices += 1;
        self.ids.invoices.insert(fulfil.document, invoice.invoice_id.clone());
        self.ids.documents.insert(invoice.number.clone(), invoice.invoice_id.clone());
        Ok(Delivered::Invoiced(Box::new(convert::invoice(fulfil.document, invoice)?)))
    }

    /// A refusal is looked into: a held order is tried again another day. When a run is repeated, its attempts before
    /// the one that succeeded find their request id used with a later date; they wait for that day as they did before.
    async fn not_delivered(&mut self, order: OrderKey, fault: Fault) -> Result<Delivered, Fault> {
        match fault.reason() {
            Reason::RequestIdReused => {
                self.tally.deliveries_put_off += 1;
                return Ok(Delivered::StillHeld);
            }
            Reason::IllegalTransition => {}
            _ => return Err(fault),
        }
        let order_id = self.ids.orders.get(&order).cloned().ok_or_else(|| unknown("order", order))?;
        let client = OrderServiceClient::new(self.staff.clerk.invoicing.clone());
        let order = ask!(client, get_order, GetOrderRequest { order_id })?.order.unwrap_or_default();
        if order.state() == OrderState::Held {
            self.tally.deliveries_put_off += 1;
            return Ok(Delivered::StillHeld);
        }
        self.tally.forgive("fulfil_order", Err::<(), Fault>(fault))?;
        Ok(Delivered::Gone)
    }
}

fn buyer(action: &Action) -> u32 {
    match action {
        Action::SubmitOrder(submit) => submit.order.customer,
        Action::CancelOrder(cancel) => cancel.order.customer,
        _ => u32::MAX,
    }
}
