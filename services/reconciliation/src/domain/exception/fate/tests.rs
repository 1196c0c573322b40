#![allow(clippy::unwrap_used)]

use quittance_types::{BankLineId, BusinessDate, Currency, CustomerId, Money, ReceiptId, Uuid};

use super::*;
use crate::domain::happening::ReceiptBefore;
use crate::domain::line::Verdict;
use crate::domain::receipt::{Origin, ReceiptSource};

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn receipt(state: ReceiptState, unapplied: i64) -> Receipt {
    let (id, line) = (ReceiptId::new(Uuid::from_u128(1)), BankLineId::new(Uuid::from_u128(2)));
    let day = BusinessDate::from_ymd(2026, 1, 15).unwrap();
    let mut receipt = Receipt::new(id, ReceiptSource::BankLine(line), Origin::BankLine, euro(100), day);
    receipt.customer = Some(CustomerId::new(Uuid::from_u128(3)));
    (receipt.state, receipt.unapplied, receipt.applied) = (state, euro(unapplied), euro(100 - unapplied));
    receipt
}

fn changed(receipt: &Receipt, state: ReceiptState, unapplied: i64) -> Happening {
    let before = ReceiptBefore { unapplied: euro(unapplied), state };
    Happening::ReceiptChanged { receipt: receipt.clone(), before, why: String::new() }
}

#[test]
fn states_that_give_money_away_end_the_wait() {
    let of = |state| fate(&receipt(state, 100), None, std::iter::empty());
    assert_eq!(of(ReceiptState::Reversed), Some(Fate::Over(Resolution::Returned)));
    assert_eq!(of(ReceiptState::OnAccount), Some(Fate::Over(Resolution::OnAccount)));
    assert_eq!(of(ReceiptState::Unidentified), None);
    assert_eq!(of(ReceiptState::Unapplied), None);
}

#[test]
fn a_decision_about_the_whole_line_counts_first() {
    let taken_back = receipt(ReceiptState::Unapplied, 100);
    for (rule, resolution) in [("accepted", Resolution::Accepted), ("corrected", Resolution::Corrected), ("split", Resolution::Split)] {
        let note = LineNote::by_person(rule, String::new());
        assert_eq!(fate(&taken_back, Some(&note), std::iter::empty()), Some(Fate::Over(resolution)));
    }
    let auto = Verdict { band: "auto".to_owned(), ..Verdict::default() };
    let note = LineNote::by_engine("one_item".to_owned(), String::new(), auto);
    assert_eq!(fate(&taken_back, Some(&note), std::iter::empty()), Some(Fate::Over(Resolution::Matched)));
    let note = LineNote::by_engine("none".to_owned(), String::new(), Verdict::default());
    assert_eq!(fate(&taken_back, Some(&note), std::iter::empty()), None, "a payer that became known is no use of the money");
}

#[test]
fn only_money_that_went_as_a_whole_is_over() {
    let whole = receipt(ReceiptState::Unapplied, 100);
    let told = [changed(&whole, ReceiptState::Unapplied, 100)];
    assert_eq!(fate(&whole, None, told.iter()), Some(Fate::Over(Resolution::Transferred)));
    let part = receipt(ReceiptState::Unapplied, 60);
    let told = [changed(&part, ReceiptState::Unapplied, 100)];
    assert_eq!(fate(&part, None, told.iter()), None, "the rest waits as before");
    let rest = receipt(ReceiptState::Applied, 0);
    let told = [changed(&rest, ReceiptState::PartlyApplied, 40)];
    assert_eq!(fate(&rest, None, told.iter()), Some(Fate::Over(Resolution::Transferred)));
    let known = [changed(&whole, ReceiptState::Unidentified, 100)];
    assert_eq!(fate(&whole, None, known.iter()), None);
}
