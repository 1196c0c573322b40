#![allow(clippy::unwrap_used)]

use quittance_types::{Currency, Uuid};

use super::*;
use crate::domain::classify::tests::movement;
use crate::domain::item::{Discount, ItemState, tests::item};
use crate::domain::line::Movement;

const TERMS: Terms = Terms { discount_grace_days: 3 };

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn day(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

fn customer(number: u128) -> CustomerId {
    CustomerId::new(Uuid::from_u128(number))
}

fn invoice(number: u128, owner: u128, minor: i64) -> OpenItem {
    OpenItem {
        id: OpenItemId::new(Uuid::from_u128(number)),
        number: format!("INV-A-2026-{number:06}"),
        customer: customer(owner),
        creditor_reference: format!("RF18{number:09}"),
        purchase_order: format!("PO-77-{number}"),
        due_on: day("2026-02-14"),
        discount: None,
        ..item(minor)
    }
}

fn known(number: u128) -> Option<Payer> {
    Some(Payer { customer: customer(number), by: KnownBy::Iban })
}

struct Case<'a> {
    minor: i64,
    text: &'a str,
    payer: Option<Payer>,
    named: Vec<&'a OpenItem>,
    owned: Vec<&'a OpenItem>,
}

fn decide_case(case: Case<'_>) -> Decision {
    let line = Movement { remittance_text: case.text.to_owned(), ..movement(case.minor) };
    let clues = clues::clues(&line);
    let question = Question {
        amount: line.amount,
        paid_on: line.paid_on(),
        clues: &clues,
        payer: case.payer,
        named: case.named,
        pays_for: vec![customer(8)],
        owned: case.owned,
        terms: TERMS,
    };
    decide(&question).unwrap()
}

fn named(minor: i64, payer: Option<Payer>, items: &[&OpenItem]) -> Decision {
    decide_case(Case { minor, text: "", payer, named: items.to_vec(), owned: Vec::new() })
}

fn by_amount<'a>(minor: i64, text: &'a str, items: &[&'a OpenItem]) -> Decision {
    decide_case(Case { minor, text, payer: known(1), named: Vec::new(), owned: items.to_vec() })
}

fn paid(decision: &Decision) -> Vec<(u128, i64, i64)> {
    decision.shares.iter().map(|share| (share.item.uuid().as_u128(), share.part.amount.minor(), share.part.discount.minor())).collect()
}

#[test]
fn a_named_document_is_paid_exactly_in_part_or_with_money_left() {
    let item = invoice(1, 1, 10_000);
    for (minor, expected) in [(10_000, 10_000), (4_000, 4_000), (12_000, 10_000)] {
        let decision = named(minor, None, &[&item]);
        assert_eq!((paid(&decision), decision.customer, decision.rule), (vec![(1, expected, 0)], Some(customer(1)), Rule::DocumentNumber));
    }
    let by_reference = Movement { creditor_reference: "RF18000000001".to_owned(), ..movement(10_000) };
    let clues = clues::clues(&by_reference);
    let question = Question { amount: euro(10_000), paid_on: day("2026-01-15"), clues: &clues, payer: None, named: vec![&item], pays_for: Vec::new(), owned: Vec::new(), terms: TERMS };
    assert_eq!(decide(&question).unwrap().rule, Rule::CreditorReference);
}

#[test]
fn several_documents_must_add_up() {
    let (first, second) = (invoice(1, 1, 10_000), invoice(2, 1, 5_000));
    assert_eq!(paid(&named(15_000, None, &[&first, &second])), [(1, 10_000, 0), (2, 5_000, 0)]);
    assert_eq!(paid(&named(15_001, None, &[&first, &second])).len(), 2);
    let short = named(14_999, None, &[&first, &second]);
    assert_eq!((paid(&short).len(), short.customer, short.rule), (0, Some(customer(1)), Rule::OnAccount));
    assert!(short.why.contains("150.00 EUR together"), "{}", short.why);
}

#[test]
fn a_discount_is_granted_in_time_and_days_of_grace() {
    let mut item = invoice(1, 1, 10_000);
    for (until, expected) in [("2026-01-15", 200), ("2026-01-12", 200), ("2026-01-11", 0)] {
        item.discount = Some(Discount { until: day(until), amount: euro(200) });
        assert_eq!(paid(&named(9_800, None, &[&item])), [(1, 9_800, expected)], "until {until}");
    }
    item.discount = Some(Discount { until: day("2026-01-15"), amount: euro(200) });
    let plain = invoice(2, 1, 5_000);
    assert_eq!(paid(&named(14_800, None, &[&item, &plain])), [(1, 9_800, 200), (2, 5_000, 0)]);
}

#[test]
fn what_cannot_be_meant_ends_the_search() {
    let good = invoice(1, 1, 10_000);
    let settled = OpenItem { state: ItemState::Settled, applied: euro(10_000), ..invoice(2, 1, 10_000) };
    let disputed = OpenItem { disputed: true, ..invoice(3, 1, 10_000) };
    let void = OpenItem { state: ItemState::Void, total: euro(0), ..invoice(4, 1, 10_000) };
    let memo = invoice(5, 1, -10_000);
    let foreign = OpenItem { total: Money::from_minor(10_000, Currency::USD).unwrap(), ..invoice(6, 1, 10_000) };
    for (item, word) in [(&settled, "twice"), (&disputed, "disputed"), (&void, "void"), (&memo, "credit memo"), (&foreign, "currency")] {
        let decision = named(10_000, None, &[item]);
        assert_eq!((paid(&decision).len(), decision.customer), (0, Some(customer(1))), "{word}");
        assert!(decision.why.contains(word), "{}", decision.why);
        assert!(named(10_000, None, &[&good, item]).shares.is_empty(), "{word} beside a good one");
    }
}

#[test]
fn documents_of_another_customer_contradict_the_payer() {
    let item = invoice(1, 1, 10_000);
    let decision = named(10_000, known(2), &[&item]);
    assert_eq!((paid(&decision).len(), decision.customer), (0, Some(customer(2))));
    assert!(decision.why.contains("another customer"), "{}", decision.why);
    let of_child = invoice(2, 8, 10_000);
    assert_eq!(named(10_000, known(2), &[&of_child]).customer, Some(customer(8)), "a parent pays for its subsidiary");
    let mixed = named(20_000, None, &[&item, &of_child]);
    assert_eq!((paid(&mixed).len(), mixed.customer, mixed.rule), (0, None, Rule::None));
}

#[test]
fn a_known_payer_and_an_amount_that_fits_one_way() {
    let (first, second, third) = (invoice(1, 1, 10_000), invoice(2, 1, 5_000), invoice(3, 1, 5_000));
    let decision = by_amount(10_000, "thanks", &[&first, &second, &third]);
    assert_eq!((paid(&decision), decision.rule), (vec![(1, 10_000, 0)], Rule::AmountAndCustomer));
    let tie = by_amount(5_000, "thanks", &[&first, &second, &third]);
    assert_eq!((paid(&tie).len(), tie.customer), (0, Some(customer(1))));
    assert!(tie.why.contains("alike"), "{}", tie.why);
    assert_eq!(paid(&by_amount(20_000, "", &[&first, &second, &third])).len(), 3, "all that is open");
    let due = OpenItem { due_on: day("2026-01-10"), ..invoice(4, 1, 700) };
    let due_too = OpenItem { due_on: day("2026-01-15"), ..invoice(5, 1, 300) };
    assert_eq!(paid(&by_amount(1_000, "", &[&first, &due, &due_too])).len(), 2, "all that is due");
    let none = by_amount(1_234, "", &[&first]);
    assert_eq!((none.rule, none.customer), (Rule::OnAccount, Some(customer(1))));
}

#[test]
fn disputed_items_are_never_paid_by_amount() {
    let disputed = OpenItem { disputed: true, ..invoice(1, 1, 10_000) };
    assert!(by_amount(10_000, "", &[&disputed]).shares.is_empty());
    assert!(by_amount(10_000, "000001", &[&disputed]).shares.is_empty());
}

#[test]
fn loose_names_decide_between_equal_amounts_of_a_known_payer() {
    let (first, second) = (invoice(123, 1, 5_000), invoice(124, 1, 5_000));
    let decision = by_amount(5_000, "Rg 000124", &[&first, &second]);
    assert_eq!((paid(&decision), decision.rule), (vec![(124, 5_000, 0)], Rule::DocumentNumber));
    assert_eq!(paid(&by_amount(10_000, "123/124", &[&first, &second])).len(), 2);
    assert_eq!(paid(&by_amount(5_000, "PO-77-123", &[&first, &second])), [(123, 5_000, 0)]);
    assert!(by_amount(4_000, "124", &[&first, &second]).shares.is_empty(), "digits alone never pay a part");
}

#[test]
fn nobody_known_is_unidentified() {
    let decision = decide_case(Case { minor: 100, text: "danke", payer: None, named: Vec::new(), owned: Vec::new() });
    assert_eq!((decision.rule, decision.customer), (Rule::None, None));
}

#[test]
fn evidence_speaks_in_sentences() {
    let item = invoice(1, 1, 10_000);
    let line = Movement { remittance_text: item.number.clone(), ..movement(9_000) };
    let clues = clues::clues(&line);
    let question = Question { amount: line.amount, paid_on: line.paid_on(), clues: &clues, payer: known(1), named: vec![&item], pays_for: Vec::new(), owned: Vec::new(), terms: TERMS };
    let evidence = evidence::about(&question, &item).unwrap();
    assert_eq!(evidence.pro, ["the text names INV-A-2026-000001", "paid from an account of this customer"]);
    assert_eq!(evidence.contra, ["the amount is 10.00 EUR less than is open"]);
}
