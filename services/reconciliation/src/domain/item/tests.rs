#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;

fn day() -> BusinessDate {
    BusinessDate::parse("2026-01-15").unwrap()
}

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

/// An invoice, or a credit memo when `minor` is negative.
pub fn item(minor: i64) -> OpenItem {
    let id = Uuid::from_u128(1);
    OpenItem {
        id: OpenItemId::new(id),
        document: if minor < 0 { Document::CreditMemo(MemoId::new(id)) } else { Document::Invoice(InvoiceId::new(id)) },
        number: "INV-A-2026-000001".to_owned(),
        customer: CustomerId::new(id),
        legal_entity: None,
        total: euro(minor),
        tax: euro(0),
        applied: euro(0),
        discounted: euro(0),
        written_off: euro(0),
        issued_on: day(),
        due_on: day().plus_days(30).unwrap(),
        discount: Some(Discount { until: day().plus_days(10).unwrap(), amount: euro(minor / 50) }),
        creditor_reference: String::new(),
        purchase_order: String::new(),
        credits: None,
        state: ItemState::Open,
        disputed: false,
        version: 1,
        settled_on: None,
    }
}

#[test]
fn it_settles_in_parts_and_reopens() {
    let mut invoice = item(10_000);
    invoice.settle(Part::cash(euro(4_000)), day()).unwrap();
    assert_eq!((invoice.state, invoice.open().unwrap(), invoice.settled_on), (ItemState::PartlySettled, euro(6_000), None));
    let rest = Part { discount: euro(150), write_off: euro(50), ..Part::cash(euro(5_800)) };
    invoice.settle(rest, day()).unwrap();
    assert_eq!((invoice.state, invoice.open().unwrap(), invoice.settled_on), (ItemState::Settled, euro(0), Some(day())));
    assert_eq!(invoice.settle(Part::cash(euro(1)), day()).unwrap_err().get("open"), Some("0.00"));
    invoice.reopen(rest).unwrap();
    assert_eq!((invoice.state, invoice.discounted), (ItemState::PartlySettled, euro(0)));
    invoice.reopen(Part::cash(euro(4_000))).unwrap();
    assert_eq!((invoice.state, invoice.version), (ItemState::Open, 5));
    assert_eq!(invoice.reopen(Part::cash(euro(1))).unwrap_err().reason(), Reason::IllegalTransition);
    invoice.void().unwrap();
    assert_eq!((invoice.total, invoice.open().unwrap()), (euro(0), euro(0)));
}

#[test]
fn a_credit_memo_is_the_mirror_of_an_invoice() {
    let mut memo = item(-10_000);
    memo.settle(Part::cash(euro(4_000)), day()).unwrap();
    assert_eq!((memo.open().unwrap(), memo.applied), (euro(-6_000), euro(-4_000)));
    assert_eq!(memo.settle(Part::cash(euro(6_001)), day()).unwrap_err().reason(), Reason::OverApplication);
    memo.reopen(Part::cash(euro(4_000))).unwrap();
    assert_eq!((memo.open().unwrap(), memo.state), (euro(-10_000), ItemState::Open));
    assert_eq!(memo.reopen(Part::cash(euro(1))).unwrap_err().reason(), Reason::IllegalTransition);
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut invoice = item(10_000);
    let dollars = Money::from_minor(1, Currency::USD).unwrap();
    for (part, reason) in [
        (Part::cash(euro(0)), Reason::AmountNotPositive),
        (Part::cash(euro(-1)), Reason::AmountNotPositive),
        (Part::cash(euro(10_001)), Reason::OverApplication),
        (Part::cash(dollars), Reason::CurrencyMismatch),
    ] {
        assert_eq!(invoice.settle(part, day()).unwrap_err().reason(), reason);
    }
    assert_eq!(invoice, item(10_000));
}

#[test]
fn a_discount_needs_an_untouched_item_and_a_payment_in_time() {
    let mut invoice = item(10_000);
    assert_eq!(invoice.discount_on(day().plus_days(10).unwrap(), 0), Some(euro(200)));
    assert_eq!(invoice.discount_on(day().plus_days(13).unwrap(), 3), Some(euro(200)));
    assert_eq!(invoice.discount_on(day().plus_days(14).unwrap(), 3), None);
    invoice.settle(Part::cash(euro(1)), day()).unwrap();
    assert_eq!(invoice.discount_on(day(), 3), None);
}

proptest! {
    #[test]
    fn open_stays_between_zero_and_total(total in prop_oneof![-5_000_i64..0, 1..5_000_i64], steps in proptest::collection::vec((any::<bool>(), 0..3_000_i64, 0..200_i64, 0..200_i64), 0..30)) {
        let mut item = item(total);
        let mut settled: Vec<Part> = Vec::new();
        for (settles, amount, discount, write_off) in steps {
            let version = item.version;
            let changed = if settles {
                let part = Part { discount: euro(discount), write_off: euro(write_off), ..Part::cash(euro(amount)) };
                let done = item.settle(part, day()).is_ok();
                settled.extend(done.then_some(part));
                done
            } else {
                settled.pop().map(|part| item.reopen(part).expect("it was settled")).is_some()
            };
            let open = item.open().unwrap();
            prop_assert!(open.abs().minor() <= total.abs() && open.is_negative() == (total < 0 && !open.is_zero()));
            prop_assert_eq!(item.version, version + i64::from(changed));
            let expected = match (open.is_zero(), settled.is_empty()) {
                (true, _) => ItemState::Settled,
                (false, true) => ItemState::Open,
                (false, false) => ItemState::PartlySettled,
            };
            prop_assert_eq!(item.state, expected);
        }
    }
}
