//! A seller's ledger to match against: a population of customers and items, and the ones a test is about.

use std::borrow::Borrow;

use quittance_matching::proposal::{Band, Block, Hypothesis, Proposal};
use quittance_matching::record::{
    ClosedRecord, ConfirmedRecord, CustomerRecord, DiscountStep, DocumentKind, ItemRecord, Line, Policy, Rates, SellerRecord,
};
use quittance_matching::{Shard, ShardBuilder};
use quittance_types::{BusinessDate, Currency, Decimal};

const SYLLABLES: [&str; 16] =
    ["bra", "del", "fin", "gor", "hal", "jun", "kel", "lom", "mar", "nes", "pol", "rit", "sun", "tak", "vel", "zor"];

pub fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

/// Name of a customer of the population: two words of its own and a legal form.
pub fn name(customer: usize) -> String {
    let word = |number: usize| [SYLLABLES[number % 16], SYLLABLES[number / 16 % 16], SYLLABLES[number / 256 % 16]].concat();
    format!("{} {} GmbH", word(customer), word(customer * 31 + 5))
}

/// Account of a customer of the population.
pub fn account(customer: usize) -> String {
    format!("DE{:02}37040044{:010}", 10 + customer % 80, 500_000 + customer * 7)
}

/// Id of a customer of the population.
pub fn customer_id(customer: usize) -> String {
    format!("c{customer}")
}

/// An item to be added; amounts are minor units.
#[derive(Clone, Debug)]
pub struct Document {
    pub number: String,
    pub customer: String,
    pub total: i64,
    pub open: i64,
    pub kind: DocumentKind,
    pub issued_on: BusinessDate,
    pub due_on: BusinessDate,
    pub currency: Currency,
    pub discounts: Vec<DiscountStep>,
    pub order: String,
}

/// An invoice of 10 January 2026 due on 9 February.
pub fn invoice(number: &str, customer: usize, amount: i64) -> Document {
    Document {
        number: number.to_owned(),
        customer: customer_id(customer),
        total: amount,
        open: amount,
        kind: DocumentKind::Invoice,
        issued_on: date("2026-01-10"),
        due_on: date("2026-02-09"),
        currency: Currency::EUR,
        discounts: Vec::new(),
        order: String::new(),
    }
}

impl Document {
    pub fn credit_note(mut self) -> Self {
        self.kind = DocumentKind::CreditNote;
        self
    }

    pub fn dated(mut self, issued_on: &str, due_on: &str) -> Self {
        (self.issued_on, self.due_on) = (date(issued_on), date(due_on));
        self
    }

    pub fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = currency;
        self
    }

    pub fn discount(mut self, percent: i64, until: &str) -> Self {
        self.discounts.push(DiscountStep { percent: Decimal::from(percent), until: date(until) });
        self
    }

    pub fn ordered(mut self, order: &str) -> Self {
        self.order = order.to_owned();
        self
    }

    pub fn due(mut self, due_on: &str) -> Self {
        self.due_on = date(due_on);
        self
    }

    /// With so much open of its total.
    pub fn with_open(mut self, open: i64) -> Self {
        self.open = open;
        self
    }

    pub fn record(&self) -> ItemRecord<'_> {
        ItemRecord {
            number: &self.number,
            customer: &self.customer,
            kind: self.kind,
            issued_on: self.issued_on,
            due_on: self.due_on,
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

/// A ledger in the making.
pub struct Ledger {
    pub builder: ShardBuilder,
    customers: usize,
}

impl Ledger {
    /// So many customers, each with an account of its own.
    pub fn new(customers: usize) -> Self {
        Self::with_policy(customers, Policy::default())
    }

    pub fn with_policy(customers: usize, policy: Policy) -> Self {
        let seller = SellerRecord {
            id: "S1",
            name: "Quarzwerk Handel GmbH",
            country: "DE",
            currency: Currency::EUR,
            ibans: &["DE89370400440532013000"],
        };
        let rates = Rates::new([(Currency::USD, Decimal::new(92, 2))]);
        let mut ledger = Ledger { builder: ShardBuilder::new(&seller, policy, rates), customers: 0 };
        for customer in 0..customers {
            ledger.customer(&name(customer), &[&account(customer)]);
        }
        ledger
    }

    /// Adds a customer; its place among the customers.
    pub fn customer(&mut self, name: &str, ibans: &[&str]) -> usize {
        self.customer_of("", name, ibans)
    }

    /// Adds customers of one parent, each with an account.
    pub fn sisters<const COUNT: usize>(&mut self, parent: &str, names: [&str; COUNT], accounts: [&str; COUNT]) -> [usize; COUNT] {
        std::array::from_fn(|place| self.customer_of(parent, names[place], &[accounts[place]]))
    }

    /// Adds a customer of a parent, without an account.
    pub fn member(&mut self, parent: &str, name: &str) -> usize {
        self.customer_of(parent, name, &[])
    }

    fn customer_of(&mut self, parent: &str, name: &str, ibans: &[&str]) -> usize {
        let place = self.customers;
        let number = format!("K{}", 810_000 + place * 13);
        self.builder.customer(&CustomerRecord {
            id: &customer_id(place),
            number: &number,
            name,
            city: "",
            country: "DE",
            vat_id: "",
            ibans,
            parent,
        });
        self.customers += 1;
        place
    }

    /// A population of items over the customers so far: `number` names them, amounts are scattered and all different
    /// from whole hundreds.
    pub fn population(mut self, items: usize, number: impl Fn(usize) -> String) -> Self {
        let mut state = 0x2545_F491_u64;
        for place in 0..items {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let amount = (state >> 33) as i64 % 900_000 + 10_001;
            let amount = if amount % 100 == 0 { amount + 37 } else { amount };
            let customer = place * 17 % self.customers;
            self = self.with(
                invoice(&number(place), customer, amount).dated("2026-01-08", if place % 2 == 0 { "2026-02-07" } else { "2026-03-09" }),
            );
        }
        self
    }

    pub fn with(mut self, document: impl Borrow<Document>) -> Self {
        self.builder.item(&document.borrow().record());
        self
    }

    /// Items of fifty customers, each with an amount of its own, so that weights have a ledger to be computed from.
    pub fn filler(self, count: usize) -> Self {
        (0..count).fold(self, |ledger, place| {
            let amount = 7_001 + (place as i64 * 7_919) % 900_000;
            ledger.with(invoice(&format!("RX7-2026-{}", 10_000 + place), place % 50, amount))
        })
    }

    pub fn closed(mut self, number: &str, customer: usize, total: i64) -> Self {
        let customer = customer_id(customer);
        self.builder.closed(&ClosedRecord { number, customer: &customer, currency: Currency::EUR, total, closed_on: date("2026-01-20") });
        self
    }

    /// A confirmed payment of a customer from an account.
    pub fn confirmed(mut self, customer: usize, account: &str, times: usize) -> Self {
        for month in 0..times {
            self.builder.confirmed(&ConfirmedRecord {
                date: date("2025-11-03").plus_days(month as i32).unwrap(),
                amount: 123_45 + month as i64,
                currency: Currency::EUR,
                payer_name: "",
                payer_account: account,
                text: "",
                structured_reference: "",
                end_to_end_id: "",
                customer: &customer_id(customer),
                applied: &[],
                differences: &[],
            });
        }
        self
    }

    /// A confirmed payment of a customer by its own account: its text, and what it paid.
    pub fn taught(self, customer: usize, day: &str, text: &str, applied: &[(&str, i64)]) -> Self {
        let amount = applied.iter().map(|(_, cash)| cash).sum();
        self.taught_as(customer, day, |record| ConfirmedRecord { amount, text, applied, ..record })
    }

    /// A confirmed payment of a customer by its own account, with what `change` says of it.
    pub fn taught_as<'a>(mut self, customer: usize, day: &str, change: impl FnOnce(ConfirmedRecord<'a>) -> ConfirmedRecord<'a>) -> Self {
        let record = change(ConfirmedRecord {
            date: date(day),
            amount: 0,
            currency: Currency::EUR,
            payer_name: "",
            payer_account: "",
            text: "",
            structured_reference: "",
            end_to_end_id: "",
            customer: "",
            applied: &[],
            differences: &[],
        });
        let (name, account, customer) = (name(customer), account(customer), customer_id(customer));
        self.builder.confirmed(&ConfirmedRecord { payer_name: &name, payer_account: &account, customer: &customer, ..record });
        self
    }

    pub fn build(self) -> Shard {
        self.builder.build()
    }
}

/// A receipt of 12 February 2026.
pub fn receipt(amount: i64, text: &str) -> Line {
    let mut line = Line::bare("L1", date("2026-02-12"), amount, Currency::EUR);
    line.account = "DE89370400440532013000".to_owned();
    line.text = vec![text.to_owned()];
    line.position = 1;
    line
}

/// A receipt of 10 February 2026 with the bank's code and a reference.
pub fn numbered(bank_id: &str, amount: i64, text: &str) -> Line {
    Line {
        text: vec![text.to_owned()],
        transaction_code: "PMNT/RCDT/ESCT".to_owned(),
        ..Line::bare(bank_id, date("2026-02-10"), amount, Currency::EUR)
    }
}

/// The same, from the account and under the name of a customer.
pub fn from(customer: usize, line: Line) -> Line {
    line.named(&name(customer)).paid_from(&account(customer))
}

/// What a test says of a line beside its amount and text.
pub trait Says {
    fn paid_from(self, account: &str) -> Self;
    fn named(self, name: &str) -> Self;
    fn on(self, day: &str) -> Self;
    fn at(self, position: u64) -> Self;
    fn end_to_end(self, id: &str) -> Self;
}

impl Says for Line {
    fn paid_from(mut self, account: &str) -> Self {
        self.payer_account = account.to_owned();
        self
    }

    fn named(mut self, name: &str) -> Self {
        self.payer_name = name.to_owned();
        self
    }

    fn on(mut self, day: &str) -> Self {
        (self.value_on, self.booked_on) = (date(day), date(day));
        self
    }

    fn at(mut self, position: u64) -> Self {
        self.position = position;
        self.id = format!("L{position}");
        self
    }

    fn end_to_end(mut self, id: &str) -> Self {
        self.end_to_end_id = id.to_owned();
        self
    }
}

/// Numbers and cash of a hypothesis.
pub fn pays(shard: &Shard, hypothesis: &Hypothesis) -> Vec<(String, i64)> {
    hypothesis.allocations.iter().map(|part| (shard.item(part.item).unwrap().number.to_owned(), part.applied)).collect()
}

/// Numbers and cash of the best hypothesis; nothing when there is none.
pub fn best_pays(shard: &Shard, proposal: &Proposal) -> Vec<(String, i64)> {
    proposal.best().map(|best| pays(shard, best)).unwrap_or_default()
}

/// What was applied without a person; nothing when the band is another.
pub fn applied(shard: &Shard, proposal: &Proposal) -> Vec<(String, i64)> {
    if proposal.band == Band::Auto { best_pays(shard, proposal) } else { Vec::new() }
}

/// Whether the best hypothesis carries a block.
pub fn is_blocked(proposal: &Proposal, block: Block) -> bool {
    proposal.best().is_some_and(|best| best.blocks.contains(&block))
}

/// What is open of a document.
pub fn open(shard: &Shard, number: &str) -> i64 {
    shard.item(shard.find_item(number).unwrap()).unwrap().open
}

/// Everything a failing test should tell.
pub fn told(shard: &Shard, proposal: &Proposal) -> String {
    let ranked = proposal.ranked.iter().map(|one| {
        format!(
            "\n  {:?} {} bits {:?} on account {} blocks {:?} evidence {:?}",
            one.kind,
            one.bits,
            pays(shard, one),
            one.on_account,
            one.blocks,
            one.evidence
        )
    });
    format!(
        "{:?} {:?} class {:?} confidence {} margin {} refusal {:?}{}",
        proposal.class,
        proposal.band,
        proposal.match_class,
        proposal.confidence,
        proposal.margin,
        proposal.refusal,
        ranked.collect::<String>()
    )
}

#[track_caller]
pub fn assert_auto(shard: &Shard, proposal: &Proposal, expected: &[(&str, i64)]) {
    let expected: Vec<(String, i64)> = expected.iter().map(|(number, amount)| ((*number).to_owned(), *amount)).collect();
    assert_eq!(best_pays(shard, proposal), expected, "{proposal:#?}");
    assert_eq!(proposal.band, Band::Auto, "{proposal:#?}");
}

#[track_caller]
pub fn assert_not_auto(proposal: &Proposal) {
    assert_ne!(proposal.band, Band::Auto, "{proposal:#?}");
}

#[track_caller]
pub fn assert_first(shard: &Shard, proposal: &Proposal, expected: &[(&str, i64)]) {
    let expected: Vec<(String, i64)> = expected.iter().map(|(number, amount)| ((*number).to_owned(), *amount)).collect();
    assert_eq!(best_pays(shard, proposal), expected, "{proposal:#?}");
}
