//! The order of input plays no part: neither of the records nor of their coming.

use proptest::prelude::*;
use quittance_matching::proposal::{Band, Proposal};
use quittance_matching::record::{ClosedRecord, ConfirmedRecord, CustomerRecord, Line, Policy, Rates, SellerRecord};
use quittance_matching::{Shard, ShardBuilder};
use quittance_types::Currency;

use crate::fixture::*;
use crate::properties::{asked, lines_of};

const PRICES: [i64; 4] = [4_990, 11_900, 25_000, 7_733];

/// A record of the ledger.
#[derive(Clone, Debug)]
enum Fact {
    Customer(usize),
    Item(Document),
    Closed(usize),
    Confirmed(usize),
}

fn facts() -> Vec<Fact> {
    let items = (0..60).map(|place| {
        let number = if place % 3 == 0 { format!("A{}", 70_400 + place) } else { format!("{}", 70_400 + place) };
        let invoice = invoice(&number, place * 7 % 9, PRICES[place % 4]).due(&format!("2026-03-{:02}", 1 + place % 5));
        Fact::Item(if place % 11 == 10 { invoice.credit_note() } else { invoice })
    });
    let customers = (0..8).map(Fact::Customer);
    customers.chain(items).chain((0..6).map(Fact::Closed)).chain((0..12).map(Fact::Confirmed)).collect()
}

/// Customers go by twos under one name, so that ties are many.
fn with_customer(place: usize, mut take: impl FnMut(&CustomerRecord<'_>)) {
    let parent = if place == 5 { customer_id(4) } else { String::new() };
    take(&CustomerRecord {
        id: &customer_id(place),
        number: "",
        name: &name(place / 2),
        city: "",
        country: "DE",
        vat_id: "",
        ibans: &[&account(place / 3)],
        parent: &parent,
    });
}

fn closed(place: usize) -> (String, String) {
    (format!("{}", 70_300 + place), customer_id(place % 3))
}

fn with_confirmed(place: usize, mut take: impl FnMut(&ConfirmedRecord<'_>)) {
    take(&ConfirmedRecord {
        date: date("2026-01-10"),
        amount: 1_000 + place as i64,
        currency: Currency::EUR,
        payer_name: &name(place % 3 + 20),
        payer_account: &account(place % 5 + 30),
        text: "",
        structured_reference: "",
        end_to_end_id: "",
        customer: &customer_id(place % 8),
        applied: &[],
        differences: &[("bank_fee", 150 + place as i64 % 2)],
    });
}

fn start() -> ShardBuilder {
    let seller = SellerRecord { id: "s1", name: "", country: "DE", currency: Currency::EUR, ibans: &[] };
    ShardBuilder::new(&seller, Policy::default(), Rates::default())
}

fn built(facts: &[Fact]) -> Shard {
    let mut builder = start();
    for fact in facts {
        match fact {
            Fact::Customer(place) => with_customer(*place, |record| builder.customer(record)),
            Fact::Item(invoice) => builder.item(&invoice.record()),
            Fact::Closed(place) => {
                let (number, customer) = closed(*place);
                builder.closed(&ClosedRecord {
                    number: &number,
                    customer: &customer,
                    currency: Currency::EUR,
                    total: PRICES[0],
                    closed_on: date("2026-01-20"),
                });
            }
            Fact::Confirmed(place) => with_confirmed(*place, |record| builder.confirmed(record)),
        }
    }
    builder.build()
}

/// The same facts, those from `known` on as they come in.
fn grown(facts: &[Fact], known: usize) -> Shard {
    let mut shard = built(&facts[..known]);
    for fact in &facts[known..] {
        match fact {
            Fact::Customer(place) => with_customer(*place, |record| shard.add_customer(record)),
            Fact::Item(invoice) => {
                shard.add_item(&invoice.record());
            }
            Fact::Closed(place) => {
                let (number, customer) = closed(*place);
                shard.add_closed(&ClosedRecord {
                    number: &number,
                    customer: &customer,
                    currency: Currency::EUR,
                    total: PRICES[0],
                    closed_on: date("2026-01-20"),
                });
            }
            Fact::Confirmed(place) => with_confirmed(*place, |record| shard.confirm(record)),
        }
    }
    shard
}

/// A reading: customer, money on account, weight, and the documents with their money.
pub type Told = (String, i64, i64, Vec<(String, i64)>);

/// What a proposal says, by names.
pub fn told(shard: &Shard, proposals: &[Proposal]) -> Vec<(Band, u32, Vec<Told>)> {
    let name = |customer| shard.customer(customer).map(|view| view.id.to_owned()).unwrap_or_default();
    let readings = |proposal: &Proposal| {
        let one = proposal
            .ranked
            .iter()
            .map(|one| (one.customer.map(name).unwrap_or_default(), one.on_account, i64::from(one.bits), pays(shard, one)));
        one.collect()
    };
    proposals.iter().map(|proposal| (proposal.band, proposal.confidence, readings(proposal))).collect()
}

fn lines(asked: &[(usize, usize, usize, usize, usize, i64)]) -> Vec<Line> {
    lines_of(asked, &PRICES)
}

/// Documents of seven customers are quoted, more than are searched together.
#[test]
fn which_customers_are_searched_does_not_hang_on_when_they_came() {
    let (confirmed, mut late): (Vec<Fact>, Vec<Fact>) = facts().into_iter().rev().partition(|fact| matches!(fact, Fact::Confirmed(_)));
    late.extend(confirmed);
    let asked = lines(&[(0, 0, 1, 70_410, 5, 0)]);
    let (mut one, mut other) = (built(&facts()), grown(&late, 0));
    let (first, second) = (one.run(&asked), other.run(&asked));
    assert_eq!(told(&one, &first), told(&other, &second));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn records_in_any_order_make_the_same_shard(shuffled in Just(facts()).prop_shuffle(), asked in prop::collection::vec(asked(), 1..16)) {
        let (mut one, mut other) = (built(&facts()), built(&shuffled));
        prop_assert_eq!(one.run(&lines(&asked)), other.run(&lines(&asked)));
    }

    #[test]
    fn a_shard_that_grew_answers_like_one_that_was_built(
        shuffled in Just(facts()).prop_shuffle(),
        known in 0_usize..80,
        asked in prop::collection::vec(asked(), 1..16),
    ) {
        // A confirmation teaches about customers that are known.
        let (confirmed, mut facts_first): (Vec<Fact>, Vec<Fact>) = shuffled.into_iter().partition(|fact| matches!(fact, Fact::Confirmed(_)));
        facts_first.extend(confirmed);
        let (mut one, mut other) = (built(&facts()), grown(&facts_first, known));
        let (first, second) = (one.run(&lines(&asked)), other.run(&lines(&asked)));
        prop_assert_eq!(told(&one, &first), told(&other, &second));
    }
}
