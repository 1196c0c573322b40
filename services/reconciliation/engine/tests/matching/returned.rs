//! Returns of payments: what they open again.

use quittance_matching::proposal::{Band, LineClass};
use quittance_matching::record::Line;

use crate::fixture::*;

fn ledger() -> Ledger {
    Ledger::new(120).population(600, |place| format!("RX7-2026-{}", 50_000 + place))
}

fn returned(amount: i64, position: u64) -> Line {
    let mut line = receipt(-amount, "Rücklastschrift").on("2026-02-20").at(position);
    line.reversal = true;
    line.return_reason = "AC04".to_owned();
    line
}

#[test]
fn a_returned_payment_opens_its_items_again() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let paid = receipt(733_19, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).end_to_end("E2E-7781-22").at(1);
    let proposals = shard.run(&[paid, returned(733_19, 2).end_to_end("E2E-7781-22").paid_from(&account(11))]);
    assert_eq!(proposals[1].class, LineClass::Return);
    assert_eq!(applied(&shard, &proposals[1]), [("RX7-2026-41001".to_owned(), -733_19)], "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 733_19);
}

#[test]
fn a_return_that_quotes_another_document_than_the_payment_of_its_amount() {
    let mut shard = ledger().closed("RX7-2026-41001", 11, 733_19).with(invoice("RX7-2026-41002", 11, 733_19)).build();
    let paid = receipt(733_19, "RX7-2026-41002").paid_from(&account(11)).named(&name(11)).at(1);
    let mut back = returned(733_19, 2).paid_from(&account(11));
    back.text = vec!["RX7-2026-41001 MS03".to_owned()];
    let proposals = shard.run(&[paid, back]);
    assert_eq!(proposals[1].class, LineClass::Return);
    assert_ne!(proposals[1].band, Band::Auto, "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "RX7-2026-41002"), 0);
}

#[test]
fn a_return_takes_the_discount_back_too() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 1_000_00).discount(2, "2026-02-15")).build();
    let paid = receipt(980_00, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).end_to_end("E2E-7781-22").at(1);
    let proposals = shard.run(&[paid, returned(980_00, 2).end_to_end("E2E-7781-22").paid_from(&account(11))]);
    assert_eq!(proposals[0].band, Band::Auto, "{}", told(&shard, &proposals[0]));
    assert_eq!(proposals[1].band, Band::Auto, "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 1_000_00);
}

#[test]
fn a_returned_document_may_be_paid_again() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let pay = |day: &str, position| {
        receipt(733_19, "RX7-2026-41001")
            .paid_from(&account(11))
            .named(&name(11))
            .end_to_end(&format!("E2E-{position}-PAY"))
            .on(day)
            .at(position)
    };
    let lines = [pay("2026-02-12", 1), returned(733_19, 2).end_to_end("E2E-1-PAY").paid_from(&account(11)), pay("2026-02-25", 3)];
    let proposals = shard.run(&lines);
    assert!(proposals.iter().all(|proposal| proposal.band == Band::Auto), "{}", told(&shard, &proposals[2]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 0);
}

#[test]
fn a_return_that_names_a_month_is_no_payment_of_another() {
    for (text, is_auto) in [("Miete Januar 2026", true), ("Miete 02/2026", false)] {
        let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 89_25).dated("2026-01-02", "2026-02-10")).build();
        let paid = receipt(89_25, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).at(1);
        let back = Line { text: vec![text.to_owned()], ..returned(89_25, 2).paid_from(&account(11)) };
        let proposals = shard.run(&[paid, back]);
        assert_eq!(proposals[1].band == Band::Auto, is_auto, "{text}: {}", told(&shard, &proposals[1]));
    }
}

#[test]
fn what_a_bank_may_have_put_on_top_is_told_in_the_currency_of_the_payment() {
    let yen = quittance_types::Currency::JPY;
    let back = |amount: i64| {
        let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 180_413).in_currency(yen)).build();
        let paid = Line { currency: yen, ..receipt(180_413, "RX7-2026-41001").named(&name(11)).end_to_end("E2E-7781-22").at(1) };
        let paid = paid.paid_from(&account(11));
        let back = Line { currency: yen, ..returned(amount, 2).end_to_end("E2E-7781-22").paid_from(&account(11)) };
        shard.run(&[paid, back]).remove(1).best().is_some()
    };
    assert!(back(180_413 + 30) && !back(180_413 + 2_900));
}
