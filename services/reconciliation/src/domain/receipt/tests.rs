#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use quittance_types::Uuid;

use super::*;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn day() -> BusinessDate {
    BusinessDate::parse("2026-01-15").unwrap()
}

fn customer(number: u128) -> CustomerId {
    CustomerId::new(Uuid::from_u128(number))
}

fn receipt(minor: i64) -> Receipt {
    Receipt::new(ReceiptId::new(Uuid::from_u128(1)), ReceiptSource::Manual, Origin::Manual, euro(minor), day())
}

#[test]
fn it_goes_from_unidentified_to_applied_and_back() {
    let mut receipt = receipt(100);
    assert_eq!(receipt.apply(euro(10)).unwrap_err().reason(), Reason::IllegalTransition);
    receipt.identify(customer(1)).unwrap();
    receipt.apply(euro(40)).unwrap();
    assert_eq!(receipt.state, ReceiptState::PartlyApplied);
    receipt.apply(euro(60)).unwrap();
    assert_eq!(receipt.state, ReceiptState::Applied);
    assert_eq!(receipt.apply(euro(1)).unwrap_err().reason(), Reason::AllocationSum);
    receipt.take_back(euro(100)).unwrap();
    assert_eq!((receipt.state, receipt.unapplied), (ReceiptState::Unapplied, euro(100)));
    receipt.give_back(euro(100)).unwrap();
    assert_eq!((receipt.state, receipt.refunded), (ReceiptState::Reversed, euro(100)));
    for refused in
        [receipt.apply(euro(1)), receipt.keep_on_account(customer(1)), receipt.move_to(customer(2)), receipt.identify(customer(2))]
    {
        assert_eq!(refused.unwrap_err().reason(), Reason::IllegalTransition);
    }
}

#[test]
fn money_kept_on_account_stays_its_customers() {
    let mut receipt = receipt(100);
    receipt.keep_on_account(customer(1)).unwrap();
    assert_eq!(receipt.state, ReceiptState::OnAccount);
    assert_eq!(receipt.keep_on_account(customer(2)).unwrap_err().reason(), Reason::IllegalTransition);
    receipt.give_back(euro(30)).unwrap();
    assert_eq!(receipt.state, ReceiptState::OnAccount);
    let part = receipt.split(ReceiptId::new(Uuid::from_u128(2)), euro(20), customer(2), day()).unwrap();
    assert_eq!((part.amount, part.state, part.customer), (euro(20), ReceiptState::Unapplied, Some(customer(2))));
    assert_eq!((receipt.amount, receipt.unapplied, receipt.state), (euro(80), euro(50), ReceiptState::OnAccount));
    assert_eq!(
        receipt.split(ReceiptId::new(Uuid::from_u128(3)), euro(51), customer(2), day()).unwrap_err().reason(),
        Reason::AllocationSum
    );
    assert_eq!(
        receipt.split(ReceiptId::new(Uuid::from_u128(3)), euro(1), customer(1), day()).unwrap_err().reason(),
        Reason::IllegalTransition
    );
}

proptest! {
    #[test]
    fn its_parts_always_sum_to_the_whole(steps in proptest::collection::vec((0..7_u8, 1..120_i64), 0..40)) {
        let mut receipt = receipt(200);
        for (kind, minor) in steps {
            let before = receipt.clone();
            let done = match kind {
                0 => receipt.identify(customer(1)),
                1 => receipt.keep_on_account(customer(1)),
                2 => receipt.apply(euro(minor)),
                3 => receipt.take_back(euro(minor)),
                4 => receipt.give_back(euro(minor)),
                5 => receipt.move_to(customer(2)),
                _ => receipt.split(ReceiptId::new(Uuid::from_u128(9)), euro(minor), customer(3), day()).map(|_| ()),
            };
            if done.is_err() {
                prop_assert_eq!(&receipt, &before);
            }
            let sum = receipt.applied.add(receipt.unapplied).unwrap().add(receipt.refunded).unwrap();
            prop_assert_eq!(sum, receipt.amount);
            prop_assert!(![receipt.applied, receipt.unapplied, receipt.refunded, receipt.amount].iter().any(|part| part.is_negative()));
            prop_assert_eq!(receipt.version, before.version + i64::from(done.is_ok()));
        }
    }
}
