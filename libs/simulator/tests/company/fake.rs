//! A stand-in for the suite: holds some orders, numbers invoices, computes totals. Plain and sequential.

use std::collections::BTreeMap;

use quittance_simulator::actions::{CreditScope, FulfilOrder, IssueCreditMemo, SubmitOrder};
use quittance_simulator::bank::BankStatement;
use quittance_simulator::goods::{self, OrderLine};
use quittance_simulator::seen::{Delivered, DiscountSeen, InstalmentSeen, LineSeen, OrderStanding};
use quittance_simulator::world::Terms;
use quittance_simulator::{Action, DocumentKey, InvoiceSeen, MemoSeen, OrderKey, Params, Play, World, check_digits};
use quittance_types::{BusinessDate, Currency, Decimal, Money, allocate};

/// How documents get their numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// In the order of issue, as a real series.
    Series,
    /// From the order alone.
    ByOrder,
}

/// How the driver hands back answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    InOrder,
    Backwards,
}

/// What a played company left behind.
pub struct Played {
    pub play: Play,
    pub actions: Vec<Action>,
    pub statements: Vec<BankStatement>,
    pub invoices: BTreeMap<DocumentKey, InvoiceSeen>,
    pub memos: Vec<MemoSeen>,
}

pub fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

pub fn params(seed: u64, customers: u32, days: u32) -> Params {
    Params::new(seed, customers, days, date("2025-01-02"))
}

pub fn play(params: Params) -> Played {
    play_with(params, Numbering::Series, Answers::InOrder)
}

pub fn play_with(params: Params, numbering: Numbering, answers: Answers) -> Played {
    play_dunned(params, numbering, answers, None)
}

/// With a notice of this level to every customer each Wednesday.
pub fn play_dunned(params: Params, numbering: Numbering, answers: Answers, level: Option<u32>) -> Played {
    let mut fake = Fake { numbering, next: 0, orders: BTreeMap::new() };
    let mut played = Played {
        play: Play::new(World::new(params).unwrap()).unwrap(),
        actions: Vec::new(),
        statements: Vec::new(),
        invoices: BTreeMap::new(),
        memos: Vec::new(),
    };
    loop {
        let orders = played.play.orders().unwrap();
        fake.submit(&orders, answers, &mut played);
        let deliveries = played.play.deliveries().unwrap();
        fake.deliver(&deliveries, answers, &mut played);
        let statements = played.play.statements().unwrap();
        played.statements.extend(statements);
        let desk = played.play.desk().unwrap();
        fake.desk(&desk, &mut played);
        played.actions.extend([orders, deliveries, desk].concat());
        if let Some(level) = level.filter(|_| played.play.today().weekday() == 3) {
            for customer in 0..played.play.world().params().customers {
                played.play.notice_seen(customer, level, played.play.today()).unwrap();
            }
        }
        if !played.play.next_day().unwrap() {
            return played;
        }
    }
}

struct Fake {
    numbering: Numbering,
    next: u32,
    orders: BTreeMap<OrderKey, Order>,
}

struct Order {
    submitted: SubmitOrder,
    left: BTreeMap<u32, Decimal>,
    held: bool,
    refusals: u32,
    cancelled: bool,
}

impl Fake {
    fn submit(&mut self, actions: &[Action], answers: Answers, played: &mut Played) {
        let mut seen = Vec::new();
        for action in actions {
            match action {
                Action::SubmitOrder(submitted) => {
                    let left = submitted.lines.iter().map(|line| (line.number, line.quantity)).collect();
                    let held = submitted.order.ordinal % 11 == 5;
                    let order = Order { submitted: submitted.clone(), left, held, refusals: 0, cancelled: false };
                    self.orders.insert(submitted.order, order);
                    seen.push((submitted.order, if held { OrderStanding::Held } else { OrderStanding::Accepted }));
                }
                Action::CancelOrder(cancel) => self.orders.get_mut(&cancel.order).unwrap().cancelled = true,
                other => panic!("not an order: {other:?}"),
            }
        }
        if answers == Answers::Backwards {
            seen.reverse();
        }
        for (order, standing) in seen {
            played.play.order_seen(order, standing).unwrap();
        }
    }

    fn deliver(&mut self, actions: &[Action], answers: Answers, played: &mut Played) {
        let mut outcomes = Vec::new();
        for action in actions {
            let Action::FulfilOrder(fulfil) = action else { panic!("not a delivery: {action:?}") };
            outcomes.push((fulfil.document, self.fulfil(fulfil, &played.play)));
        }
        if answers == Answers::Backwards {
            outcomes.reverse();
        }
        for (document, outcome) in outcomes {
            if let Delivered::Invoiced(invoice) = &outcome {
                assert!(played.invoices.insert(document, (**invoice).clone()).is_none(), "{document} delivered twice");
            }
            played.play.delivery_seen(document, outcome).unwrap();
        }
    }

    fn fulfil(&mut self, fulfil: &FulfilOrder, play: &Play) -> Delivered {
        self.next += 1;
        let number = match self.numbering {
            Numbering::Series => format!("INV-NORD-{}-{:06}", fulfil.on.year(), self.next),
            Numbering::ByOrder => {
                let key = fulfil.document;
                format!("INV-NORD-{}-{:04}{:03}{}", fulfil.on.year(), key.order.customer, key.order.ordinal, key.part)
            }
        };
        let order = self.orders.get_mut(&fulfil.document.order).unwrap();
        assert!(!order.cancelled, "a cancelled order is not delivered");
        if order.held && order.refusals < 4 {
            order.refusals += 1;
            return Delivered::StillHeld;
        }
        let wanted: BTreeMap<u32, Decimal> = match fulfil.lines.is_empty() {
            true => order.left.clone(),
            false => fulfil.lines.iter().copied().collect(),
        };
        let mut lines: Vec<OrderLine> = Vec::new();
        for line in &order.submitted.lines {
            let Some(quantity) = wanted.get(&line.number).filter(|quantity| **quantity > Decimal::ZERO) else { continue };
            let left = order.left.get_mut(&line.number).unwrap();
            assert!(*quantity <= *left, "more delivered than ordered");
            *left -= quantity;
            lines.push(OrderLine { quantity: *quantity, ..line.clone() });
        }
        assert!(!lines.is_empty(), "an empty delivery");
        let customer = play.world().customer(fulfil.document.order.customer).unwrap();
        Delivered::Invoiced(Box::new(invoice(fulfil, number, &customer.terms, &lines, order)))
    }

    fn desk(&mut self, actions: &[Action], played: &mut Played) {
        for action in actions {
            match action {
                Action::ReleaseHold(release) => self.orders.get_mut(&release.order).unwrap().held = false,
                Action::IssueCreditMemo(memo) => {
                    let memo = credit_memo(memo, &played.invoices);
                    played.play.memo_seen(&memo).unwrap();
                    played.memos.push(memo);
                }
                Action::CollectPayment(payment) => {
                    played.play.payment_seen(payment.request_id, format!("pay_{}", payment.request_id.simple()));
                }
                _ => {}
            }
        }
    }
}

fn invoice(fulfil: &FulfilOrder, number: String, terms: &Terms, lines: &[OrderLine], order: &Order) -> InvoiceSeen {
    let currency = Currency::parse(order.submitted.currency).unwrap();
    let total = goods::gross(lines, currency).unwrap();
    let after = |days: u32| fulfil.on.plus_days(days as i32).unwrap();
    let due: Vec<BusinessDate> = match terms {
        Terms::Net { days } | Terms::Discount { net: days, .. } => vec![after(*days)],
        Terms::EndOfMonth { plus } => vec![fulfil.on.end_of_month().plus_days(*plus as i32).unwrap()],
        Terms::Instalments { days } => days.iter().map(|days| after(*days)).collect(),
    };
    let parts = allocate(total, &vec![Decimal::ONE; due.len()]).unwrap();
    let discount = match terms {
        Terms::Discount { percent, within, .. } => {
            Some(DiscountSeen { amount: total.times(Decimal::new(i64::from(*percent), 2)).unwrap(), until: after(*within) })
        }
        _ => None,
    };
    InvoiceSeen {
        key: fulfil.document,
        creditor_reference: Some(check_digits::creditor_reference(&number)),
        number,
        purchase_order: order.submitted.purchase_order.clone(),
        issued_on: fulfil.on,
        total,
        instalments: due.into_iter().zip(parts).map(|(due_on, amount)| InstalmentSeen { due_on, amount }).collect(),
        discount,
        lines: lines
            .iter()
            .zip(1..)
            .map(|(line, number)| LineSeen { number, quantity: line.quantity, net: line.net(currency).unwrap(), vat_rate: line.vat_rate })
            .collect(),
    }
}

fn credit_memo(memo: &IssueCreditMemo, invoices: &BTreeMap<DocumentKey, InvoiceSeen>) -> MemoSeen {
    let invoice = &invoices[&memo.document];
    let total: Money = match &memo.scope {
        CreditScope::All => invoice.total,
        CreditScope::Amount(amount) => *amount,
        CreditScope::Line { number, quantity } => {
            let line = invoice.lines.iter().find(|line| line.number == *number).unwrap();
            assert!(*quantity <= line.quantity, "more credited than invoiced");
            let net = line.net.times(*quantity / line.quantity).unwrap();
            net.add(net.times(line.vat_rate / Decimal::ONE_HUNDRED).unwrap()).unwrap().min(invoice.total).unwrap()
        }
    };
    MemoSeen { key: memo.document, number: invoice.number.replace("INV", "CM"), total }
}
