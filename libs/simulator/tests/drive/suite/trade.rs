//! Orders, invoices and memos of the fake suite.

use std::collections::BTreeMap;

use quittance_api::convert::{date_to_wire, money_from_wire, money_to_wire, required_date};
use quittance_api::invoicing::v1 as inv;
use quittance_simulator::check_digits::creditor_reference;
use quittance_types::{BusinessDate, Currency, Decimal, Fault, Money, Reason, parse_decimal, round};

use super::{Order, State, eur, illegal};

impl State {
    pub(super) fn submit(&mut self, request: inv::SubmitOrderRequest) -> inv::SubmitOrderResponse {
        let placed_on = required_date(request.as_of.as_ref()).unwrap();
        assert!(self.customers.values().any(|known| *known == request.customer_id));
        // By the key and not by order of arrival: concurrent requests arrive in any order.
        let order_id = format!("ord_{}", request.external_id);
        let held = request.external_id.ends_with("3");
        let left = request.lines.iter().zip(1..).map(|(line, n)| (n, parse_decimal(&line.quantity).unwrap())).collect();
        let lines = request.lines.into_iter().zip(1..);
        let order = inv::Order {
            order_id: order_id.clone(),
            external_id: request.external_id,
            customer_id: request.customer_id,
            state: if held { inv::OrderState::Held } else { inv::OrderState::Accepted }.into(),
            lines: lines.map(|(input, number)| inv::Line { number, input: Some(input), ..Default::default() }).collect(),
            payment_terms: request.payment_terms,
            purchase_order: request.purchase_order,
            ..Default::default()
        };
        self.orders.insert(order_id, Order { order: order.clone(), left, hold: held.then(|| placed_on.plus_days(9).unwrap()) });
        inv::SubmitOrderResponse { order: Some(order) }
    }

    pub(super) fn cancel(&mut self, request: &inv::CancelOrderRequest) -> Result<inv::CancelOrderResponse, Fault> {
        let order = self.orders.get_mut(&request.order_id).unwrap();
        order.order.state = inv::OrderState::Cancelled.into();
        Ok(inv::CancelOrderResponse { order: Some(order.order.clone()) })
    }

    pub(super) fn fulfil(&mut self, request: &inv::FulfilOrderRequest) -> Result<inv::FulfilOrderResponse, Fault> {
        let issued_on = required_date(request.as_of.as_ref()).unwrap();
        let number = format!("INV-NORD-{}-{:06}", issued_on.year(), self.invoices.len() + 1);
        let order = self.orders.get_mut(&request.order_id).unwrap();
        if order.hold.is_some_and(|until| issued_on < until) {
            return Err(illegal("HELD"));
        }
        order.hold = None;
        order.order.state = inv::OrderState::Accepted.into();
        let mut wanted: BTreeMap<i32, Decimal> =
            request.lines.iter().map(|line| (line.line_number, parse_decimal(&line.quantity).unwrap())).collect();
        if wanted.is_empty() {
            wanted = order.left.iter().filter(|(_, left)| **left > Decimal::ZERO).map(|(n, left)| (*n, *left)).collect();
        }
        assert!(!wanted.is_empty(), "nothing is left to deliver");
        let mut lines = Vec::new();
        let mut gross = eur(0);
        for line in &order.order.lines {
            let Some(quantity) = wanted.get(&line.number) else { continue };
            *order.left.get_mut(&line.number).unwrap() -= quantity;
            let mut input = line.input.clone().unwrap();
            input.quantity = quantity.normalize().to_string();
            let rate = |text: &str| parse_decimal(text).unwrap() / Decimal::ONE_HUNDRED;
            let price = parse_decimal(&input.unit_price).unwrap();
            let net = round(*quantity * price * (Decimal::ONE - rate(&input.discount_percent)), Currency::EUR);
            let net = Money::new(net, Currency::EUR).unwrap();
            gross = gross.add(net).unwrap().add(net.times(rate(&input.vat_rate)).unwrap()).unwrap();
            lines.push(inv::Line {
                number: lines.len() as i32 + 1,
                input: Some(input),
                net: Some(money_to_wire(net)),
                quantity_done: String::new(),
            });
        }
        let invoice = inv::Invoice {
            invoice_id: format!("inv_{}_{}", order.order.order_id, issued_on),
            creditor_reference: creditor_reference(&number),
            number,
            customer_id: order.order.customer_id.clone(),
            lines,
            totals: Some(inv::Totals { gross: Some(money_to_wire(gross)), ..Default::default() }),
            terms: Some(terms(&order.order.payment_terms, issued_on, gross)),
            issue_date: Some(date_to_wire(issued_on)),
            purchase_order: order.order.purchase_order.clone(),
            ..Default::default()
        };
        let order = order.order.clone();
        self.open.insert(invoice.invoice_id.clone(), gross);
        self.documents.insert(invoice.number.clone(), invoice.invoice_id.clone());
        assert!(self.invoices.insert(invoice.invoice_id.clone(), invoice.clone()).is_none());
        Ok(inv::FulfilOrderResponse { order: Some(order), invoice: Some(invoice) })
    }

    pub(super) fn order(&self, request: &inv::GetOrderRequest) -> inv::GetOrderResponse {
        inv::GetOrderResponse { order: Some(self.orders[&request.order_id].order.clone()) }
    }

    pub(super) fn credit(&mut self, request: &inv::CreateCreditMemoRequest) -> Result<inv::CreateCreditMemoResponse, Fault> {
        let open = self.open[&request.invoice_id];
        let total = match (&request.amount, request.lines.is_empty()) {
            (Some(_), _) => money_from_wire(&request.amount).unwrap().min(open)?,
            (None, true) => open,
            (None, false) => eur(1).min(open)?,
        };
        if !total.is_positive() {
            return Err(Fault::new(Reason::AmountNotPositive, "nothing left to credit"));
        }
        self.open.insert(request.invoice_id.clone(), open.sub(total)?);
        let memo = inv::CreditMemo {
            memo_id: request.invoice_id.replace("inv", "mem"),
            number: self.invoices[&request.invoice_id].number.replace("INV", "CM"),
            totals: Some(inv::Totals { gross: Some(money_to_wire(total)), ..Default::default() }),
            ..Default::default()
        };
        Ok(inv::CreateCreditMemoResponse { memo: Some(memo) })
    }
}

/// Only what the world offers: `net 30`, `2/10 net 30`, `EOM+15`, `net 30/60/90`.
fn terms(text: &str, issued_on: BusinessDate, gross: Money) -> inv::PaymentTerms {
    let due = |days: i32| date_to_wire(issued_on.plus_days(days).unwrap());
    let mut terms = inv::PaymentTerms { text: text.to_owned(), ..Default::default() };
    let part = |number, due_date, amount| inv::Instalment { number, due_date: Some(due_date), amount: Some(money_to_wire(amount)) };
    if let Some((discount, net)) = text.split_once(" net ") {
        let (percent, days) = discount.split_once('/').unwrap();
        let share = Decimal::new(percent.parse().unwrap(), 2);
        terms.discount_date = Some(due(days.parse().unwrap()));
        terms.discount_amount = Some(money_to_wire(gross.times(share).unwrap()));
        terms.instalments = vec![part(1, due(net.parse().unwrap()), gross)];
    } else if let Some(plus) = text.strip_prefix("EOM+") {
        let end = issued_on.end_of_month().plus_days(plus.parse().unwrap()).unwrap();
        terms.instalments = vec![part(1, date_to_wire(end), gross)];
    } else {
        let days: Vec<i32> = text.strip_prefix("net ").unwrap().split('/').map(|days| days.parse().unwrap()).collect();
        let parts = quittance_types::allocate(gross, &vec![Decimal::ONE; days.len()]).unwrap();
        terms.instalments = days.iter().zip(parts).zip(1..).map(|((days, amount), n)| part(n, due(*days), amount)).collect();
    }
    terms
}
