//! Returns of payments: what they open again.

use quittance_matching::Shard;
use quittance_matching::proposal::{Band, Block, DifferenceKind, HypothesisKind, LineClass, Proposal};
use quittance_matching::record::{ConfirmedRecord, Line};

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

/// The last of three lines: a document is paid by its customer, money comes back that is not this payment's to the cent, and
/// the document is paid again.
fn paid_again(back: Line, pay: &[(&str, i64)], again: i64, day: &str) -> (Shard, Proposal) {
    let ledger = pay.iter().fold(ledger(), |ledger, (number, amount)| ledger.with(invoice(number, 11, *amount)));
    let mut shard = ledger.build();
    let numbers: Vec<&str> = pay.iter().map(|(number, _)| *number).collect();
    let sum = pay.iter().map(|(_, amount)| amount).sum();
    let paid = from(11, receipt(sum, &numbers.join(" "))).on("2026-02-12").at(1);
    let again = from(11, receipt(again, numbers[0])).on(day).at(3);
    let mut proposals = shard.run(&[paid, back, again]);
    assert_eq!(proposals[0].band, Band::Auto, "{}", told(&shard, &proposals[0]));
    assert_ne!(proposals[1].band, Band::Auto, "{}", told(&shard, &proposals[1]));
    (shard, proposals.remove(2))
}

const ONE: [(&str, i64); 1] = [("RX7-2026-41001", 733_19)];

#[test]
fn what_is_paid_again_while_the_return_waits_is_no_second_payment() {
    let back = || returned(733_19 + 8_15, 2);
    let (shard, proposal) = paid_again(back().named(&name(11)), &ONE, 733_19, "2026-02-25");
    assert!(is_blocked(&proposal, Block::ItemContested), "{}", told(&shard, &proposal));
    let (shard, proposal) = paid_again(back().named(&name(12)), &ONE, 733_19, "2026-02-25");
    assert_eq!((proposal.band, proposal.best().unwrap().kind), (Band::Auto, HypothesisKind::Duplicate), "{}", told(&shard, &proposal));
    let (shard, proposal) = paid_again(back().named(&name(11)).on("2026-03-02"), &ONE, 733_19, "2026-02-25");
    assert_eq!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    let two = [("RX7-2026-41001", 733_19), ("RX7-2026-41002", 512_40)];
    let (shard, proposal) = paid_again(returned(733_19 + 512_40 + 3_50, 2).named(&name(11)), &two, 733_19, "2026-02-25");
    assert!(is_blocked(&proposal, Block::ItemContested), "{}", told(&shard, &proposal));
}

#[test]
fn what_comes_before_the_return_of_its_day_is_no_second_payment() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let pay = |position: u64| from(11, receipt(733_19, "RX7-2026-41001")).at(position);
    let lines = [pay(1), pay(2).on("2026-02-20"), returned(733_19, 3).paid_from(&account(11))];
    let proposals = shard.run(&lines);
    assert_eq!(proposals[2].band, Band::Auto, "{}", told(&shard, &proposals[2]));
    assert_not_auto(&proposals[1]);
}

#[test]
fn the_return_of_a_confirmed_payment_opens_its_discount_too() {
    for kind in ["discount", "partial"] {
        let (applied, differences) = (&[("RX7-2026-41001", 980_00)], &[(kind, 20_00)]);
        let ledger = ledger().closed("RX7-2026-41001", 11, 1_000_00).taught_as(11, "2026-01-20", |record| ConfirmedRecord {
            amount: 980_00,
            text: "RX7-2026-41001",
            end_to_end_id: "E2E-7781-22",
            applied,
            differences,
            ..record
        });
        let mut shard = ledger.build();
        let proposals = shard.run(&[returned(980_00, 2).end_to_end("E2E-7781-22").paid_from(&account(11))]);
        assert_eq!(proposals[0].band, Band::Auto, "{}", told(&shard, &proposals[0]));
        assert_eq!(open(&shard, "RX7-2026-41001"), if kind == "discount" { 1_000_00 } else { 980_00 });
    }
}

#[test]
fn what_any_payment_of_a_customer_says_is_no_reference_of_one_that_waits() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let paid = from(11, receipt(733_19, "RX7-2026-41001")).end_to_end("E2E-7781-22").at(1);
    let text = format!("{} RX7-2026-41001 vom 03.02.2026", account(11));
    let waits = from(11, receipt(5_412_77, &format!("{text} u.a."))).on("2026-02-16").at(2);
    let back = Line { text: vec![format!("{text} Unpaid item")], ..from(11, returned(733_19, 3)).end_to_end("E2E-7781-22") };
    let proposals = shard.run(&[paid, waits, back]);
    assert_not_auto(&proposals[1]);
    assert_eq!(proposals[2].band, Band::Auto, "{}", told(&shard, &proposals[2]));
}

#[test]
fn what_the_bank_took_for_a_return_is_shown_beside_it() {
    let back = |text: &str, charges: i64, end_to_end: &str| {
        let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
        let paid = receipt(733_19, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).end_to_end("E2E-7781-22").at(1);
        let back = returned(736_69, 2).paid_from(&account(11)).end_to_end(end_to_end);
        let proposal = shard.run(&[paid, Line { charges, text: vec![text.to_owned()], ..back }]).remove(1);
        (shard, proposal)
    };
    for (text, charges, end_to_end) in [("Retoure", 3_50, ""), ("Retoure RX7-2026-41001", 0, ""), ("Retoure", 0, "E2E-7781-22")] {
        let (shard, proposal) = back(text, charges, end_to_end);
        assert_eq!(applied(&shard, &proposal), [("RX7-2026-41001".to_owned(), -733_19)], "{text}: {}", told(&shard, &proposal));
        let part = proposal.best().unwrap().allocations[0];
        assert_eq!((part.adjustment, part.kind), (3_50, Some(DifferenceKind::BankFee)));
    }
    let (_, unexplained) = back("Retoure", 0, "");
    assert!(unexplained.best().is_none());
}

#[test]
fn a_credit_note_that_was_netted_is_one_again_when_the_money_comes_back() {
    let netted = [("RX7-2026-41001", 900_00), ("CN-2026-00045", -480_77)];
    for total in [-480_77, 480_77] {
        let ledger = ledger().closed("RX7-2026-41001", 11, 900_00).closed("CN-2026-00045", 11, total);
        let mut shard = ledger.taught(11, "2026-02-05", "RX7-2026-41001 CN-2026-00045", &netted).build();
        let again = receipt(419_23, "RX7-2026-41001 CN-2026-00045").paid_from(&account(11)).named(&name(11)).on("2026-02-25").at(2);
        let proposals = shard.run(&[returned(419_23, 1).paid_from(&account(11)), again]);
        assert_eq!(applied(&shard, &proposals[0]).len(), 2, "{}", told(&shard, &proposals[0]));
        assert_auto(&shard, &proposals[1], &[("CN-2026-00045", -480_77), ("RX7-2026-41001", 900_00)]);
    }
}
