#![allow(clippy::unwrap_used)]

use quittance_matching::proposal::HypothesisKind;

use super::*;
use crate::domain::item::GivenUp;
use crate::domain::subledger::tests::{balances, because, customer, euro, item_id, open, open_of, receipt_id, receive, subledger};

fn share(item: u128, owner: u128, part: Part, is_credit: bool) -> Share {
    Share {
        item: item_id(item),
        version: 1,
        number: format!("D-{item}"),
        customer: customer(owner),
        is_credit,
        part,
        difference: None,
        difference_minor: 0,
    }
}

fn cash(item: u128, owner: u128, minor: i64) -> Share {
    share(item, owner, Part::cash(euro(minor)), false)
}

fn candidate(owner: u128, shares: Vec<Share>, on_account: i64) -> CandidateView {
    let (evidence, blocks) = (Vec::new(), Vec::new());
    CandidateView { customer: Some(customer(owner)), shares, on_account, kind: HypothesisKind::Referenced, bits: 0, evidence, blocks }
}

/// Invoices 1 and 2 of customer 1, 3 of customer 2, a credit memo 4 of customer 1, and money nobody knows.
fn books(minor: i64) -> Subledger {
    let mut books = subledger();
    for (item, owner, minor) in [(1, 1, 10_000), (2, 1, 5_000), (3, 2, 7_000), (4, 1, -2_000)] {
        open(&mut books, item, owner, minor);
    }
    receive(&mut books, 2, None, minor);
    books
}

fn done(books: &mut Subledger, candidate: &CandidateView) -> usize {
    assert!(fits(books, receipt_id(2), candidate).unwrap());
    carry_out(books, receipt_id(2), candidate, &because()).unwrap().len()
}

#[test]
fn money_for_another_customer_is_transferred_first() {
    let mut books = books(17_500);
    let both = candidate(1, vec![cash(3, 2, 7_000), cash(1, 1, 10_000)], 500);
    assert_eq!(done(&mut books, &both), 2);
    assert_eq!((open_of(&books, 1), open_of(&books, 3)), (euro(0), euro(0)));
    let payer = books.receipt(receipt_id(2)).unwrap();
    assert_eq!((payer.customer, payer.unapplied), (Some(customer(1)), euro(500)));
    assert_eq!(balances(&books).get("1290"), Some(&-500));
}

#[test]
fn credit_memos_are_used_before_money() {
    let mut books = books(13_000);
    let netting = candidate(1, vec![cash(1, 1, 10_000), cash(2, 1, 5_000), share(4, 1, Part::cash(euro(2_000)), true)], 0);
    assert_eq!(done(&mut books, &netting), 2);
    assert_eq!((open_of(&books, 1), open_of(&books, 2), open_of(&books, 4)), (euro(0), euro(0), euro(0)));
    assert_eq!(books.receipt(receipt_id(2)).unwrap().unapplied, euro(0));
}

#[test]
fn a_bank_fee_is_a_charge() {
    let mut books = books(9_985);
    let part = Part { write_off: euro(15), given_up: GivenUp::BankFee, ..Part::cash(euro(9_985)) };
    assert_eq!(done(&mut books, &candidate(1, vec![share(1, 1, part, false)], 0)), 1);
    assert_eq!((balances(&books).get("6900"), balances(&books).get("6800")), (Some(&15), None));
}

#[test]
fn what_does_not_fit_is_said_before_it_is_done() {
    let books = books(10_000);
    let fits = |shares| fits(&books, receipt_id(2), &candidate(1, shares, 0)).unwrap();
    assert!(fits(vec![cash(1, 1, 10_000)]));
    assert!(!fits(vec![cash(1, 1, 6_000), cash(1, 1, 5_000)]), "more than is open");
    assert!(!fits(vec![cash(1, 1, 10_000), cash(2, 1, 1)]), "more than the money");
    assert!(!fits(vec![share(4, 1, Part::cash(euro(2_000)), true)]), "credit without an invoice");
    assert!(!fits(vec![share(4, 1, Part::cash(euro(2_000)), false)]), "a credit memo is no invoice");
    assert!(!fits(vec![cash(9, 1, 1)]), "an item that is not held");
}

#[test]
fn what_is_a_customers_is_kept_on_account_for_nobody_else() {
    let mut books = books(500);
    books.identify(receipt_id(2), customer(2), "known").unwrap();
    assert!(!fits(&books, receipt_id(2), &candidate(1, Vec::new(), 500)).unwrap());
    assert!(fits(&books, receipt_id(2), &candidate(2, Vec::new(), 500)).unwrap());
}
