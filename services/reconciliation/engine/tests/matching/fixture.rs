//! A small ledger to ask questions of.

use quittance_matching::proposal::{Band, Hypothesis, Proposal};
use quittance_matching::record::{CustomerRecord, DiscountStep, DocumentKind, ItemRecord, Line, Policy, Rates, SellerRecord};
use quittance_matching::{Shard, ShardBuilder};
use quittance_types::{BusinessDate, Currency, Decimal};

pub fn day(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

/// An invoice of the fixture.
#[derive(Clone, Debug)]
pub struct Invoice {
    pub number: String,
    pub customer: String,
    pub kind: DocumentKind,
    pub issued: BusinessDate,
    pub due: BusinessDate,
    pub currency: Currency,
    pub total: i64,
    pub open: i64,
    pub discounts: Vec<DiscountStep>,
    pub order: String,
}

impl Invoice {
    pub fn new(number: &str, customer: &str, open: i64) -> Self {
        Invoice {
            number: number.to_owned(),
            customer: customer.to_owned(),
            kind: DocumentKind::Invoice,
            issued: day("2026-02-01"),
            due: day("2026-03-03"),
            currency: Currency::EUR,
            total: open,
            open,
            discounts: Vec::new(),
            order: String::new(),
        }
    }

    pub fn credit(self) -> Self {
        Invoice { kind: DocumentKind::CreditNote, ..self }
    }

    pub fn due(self, date: &str) -> Self {
        Invoice { due: day(date), ..self }
    }

    pub fn order(self, order: &str) -> Self {
        Invoice { order: order.to_owned(), ..self }
    }

    /// Two per cent until a day.
    pub fn two_percent(self, until: &str) -> Self {
        let discounts = vec![DiscountStep { percent: Decimal::from(2), until: day(until) }];
        Invoice { discounts, ..self }
    }

    pub fn record(&self) -> ItemRecord<'_> {
        ItemRecord {
            number: &self.number,
            customer: &self.customer,
            kind: self.kind,
            issued_on: self.issued,
            due_on: self.due,
            currency: self.currency,
            total: self.total,
            open: self.open,
            discounts: &self.discounts,
            purchase_order: &self.order,
            delivery_note: "",
            order: "",
            creditor_reference: "",
            disputed: false,
        }
    }
}

/// A ledger under construction: sixty named customers with an account each, and filler items.
pub struct Ledger {
    pub builder: ShardBuilder,
}

const FIRST: [&str; 12] =
    ["Adler", "Birke", "Cedrus", "Delta", "Eiche", "Falke", "Ginster", "Habicht", "Immer", "Jaspis", "Kiefer", "Linde"];
const SECOND: [&str; 5] = ["Maschinen", "Logistik", "Papier", "Werkzeug", "Handel"];

pub fn name(customer: usize) -> String {
    format!("{} {} GmbH", FIRST[customer % FIRST.len()], SECOND[customer / FIRST.len() % SECOND.len()])
}

pub fn account(customer: usize) -> String {
    format!("DE{:020}", 10_000_000_000_u64 + customer as u64 * 7919)
}

pub fn id(customer: usize) -> String {
    format!("c{customer}")
}

impl Ledger {
    pub fn new() -> Self {
        let seller =
            SellerRecord { id: "s1", name: "Muster Fabrik AG", country: "DE", currency: Currency::EUR, ibans: &["DE99500105170000000001"] };
        let rates = Rates::new([(Currency::USD, Decimal::new(92, 2))]);
        let mut builder = ShardBuilder::new(&seller, Policy::default(), rates);
        for customer in 0..60 {
            builder.customer(&CustomerRecord {
                id: &id(customer),
                number: &format!("K{}", 880_100 + customer),
                name: &name(customer),
                city: "",
                country: "DE",
                vat_id: "",
                ibans: &[&account(customer)],
                parent: if customer == 59 { "c58" } else { "" },
            });
        }
        Ledger { builder }
    }

    /// Items of other amounts, so that weights have a ledger to be computed from.
    pub fn filler(mut self, count: usize) -> Self {
        for place in 0..count {
            let number = format!("RX7-2026-{}", 10_000 + place);
            let amount = 7_001 + (place as i64 * 7_919) % 900_000;
            self.builder.item(&Invoice::new(&number, &id(place % 50), amount).record());
        }
        self
    }

    pub fn invoice(mut self, invoice: Invoice) -> Self {
        self.builder.item(&invoice.record());
        self
    }

    pub fn build(self) -> Shard {
        self.builder.build()
    }
}

/// A receipt.
pub fn receipt(bank_id: &str, amount: i64, text: &str) -> Line {
    Line {
        text: vec![text.to_owned()],
        transaction_code: "PMNT/RCDT/ESCT".to_owned(),
        ..Line::bare(bank_id, day("2026-02-10"), amount, Currency::EUR)
    }
}

/// The same, from the account and under the name of a customer.
pub fn from(customer: usize, line: Line) -> Line {
    Line { payer_name: name(customer), payer_account: account(customer), ..line }
}

/// Numbers and amounts of a hypothesis.
pub fn parts(shard: &Shard, hypothesis: &Hypothesis) -> Vec<(String, i64)> {
    hypothesis.allocations.iter().map(|part| (shard.item(part.item).unwrap().number.to_owned(), part.applied)).collect()
}

/// Numbers and amounts of the first hypothesis.
pub fn first(shard: &Shard, proposal: &Proposal) -> Vec<(String, i64)> {
    proposal.ranked.first().map(|best| parts(shard, best)).unwrap_or_default()
}

#[track_caller]
pub fn assert_auto(shard: &Shard, proposal: &Proposal, expected: &[(&str, i64)]) {
    let expected: Vec<(String, i64)> = expected.iter().map(|(number, amount)| ((*number).to_owned(), *amount)).collect();
    assert_eq!(first(shard, proposal), expected, "{proposal:#?}");
    assert_eq!(proposal.band, Band::Auto, "{proposal:#?}");
}

#[track_caller]
pub fn assert_not_auto(proposal: &Proposal) {
    assert_ne!(proposal.band, Band::Auto, "{proposal:#?}");
}

#[track_caller]
pub fn assert_first(shard: &Shard, proposal: &Proposal, expected: &[(&str, i64)]) {
    let expected: Vec<(String, i64)> = expected.iter().map(|(number, amount)| ((*number).to_owned(), *amount)).collect();
    assert_eq!(first(shard, proposal), expected, "{proposal:#?}");
}
