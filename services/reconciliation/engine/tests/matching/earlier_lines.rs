//! Two payments of one document in one run: the earlier is posted first, the later sees what is left.

use quittance_matching::proposal::{Band, Proposal};
use quittance_matching::record::Line;

use crate::fixture::*;

fn ledger() -> Ledger {
    Ledger::new(60).filler(600).with(invoice("RX7-2026-77101", 8, 361_00))
}

fn run<const COUNT: usize>(ledger: Ledger, lines: [Line; COUNT]) -> (quittance_matching::Shard, Vec<Proposal>) {
    let mut shard = ledger.build();
    let proposals = shard.run(&lines);
    (shard, proposals)
}

fn pay(position: u64, day: &str, amount: i64, text: &str) -> Line {
    from(8, numbered(&position.to_string(), amount, text)).on(day).at(position)
}

#[test]
fn an_instalment_is_posted_before_what_follows() {
    let lines = [pay(1, "2026-02-07", 120_33, "RX7-2026-77101 Teilzahlung"), pay(2, "2026-02-21", 340_67, "RX7-2026-77101")];
    let (shard, proposals) = run(ledger(), lines);
    assert_eq!(applied(&shard, &proposals[0]), [("RX7-2026-77101".to_owned(), 120_33)], "{}", told(&shard, &proposals[0]));
    assert_first(&shard, &proposals[1], &[("RX7-2026-77101", 240_67)]);
}

#[test]
fn of_two_payments_the_first_is_the_payment_and_the_second_the_double() {
    let lines = [pay(1, "2026-02-08", 361_00, "RX7-2026-77101"), pay(2, "2026-02-21", 361_00, "RX7-2026-77101")];
    let (shard, proposals) = run(ledger(), lines);
    assert_eq!(applied(&shard, &proposals[0]), [("RX7-2026-77101".to_owned(), 361_00)], "{}", told(&shard, &proposals[0]));
    assert!(best_pays(&shard, &proposals[1]).is_empty(), "{}", told(&shard, &proposals[1]));
}

#[test]
fn nothing_is_paid_short_while_an_earlier_payment_waits() {
    let lines = [pay(1, "2026-02-03", 180_50, "RX7-2026-77101 u.a."), pay(2, "2026-02-07", 340_67, "RX7-2026-77101")];
    let (shard, proposals) = run(ledger(), lines);
    assert_eq!(proposals[0].band, Band::Suggest, "{}", told(&shard, &proposals[0]));
    assert_not_auto(&proposals[1]);
}

#[test]
fn every_earlier_payment_of_a_document_waits() {
    let strange = pay(1, "2026-02-03", 361_00, "RX7-2026-77101").paid_from(&account(9)).named(&name(9));
    let lines = [strange, pay(2, "2026-02-04", 180_50, "RX7-2026-77101 u.a."), pay(3, "2026-02-05", 361_00, "RX7-2026-77101")];
    let (shard, proposals) = run(ledger(), lines);
    assert_eq!(proposals.iter().map(|one| one.band).collect::<Vec<_>>(), [Band::Suggest; 3], "{}", told(&shard, &proposals[2]));
}

#[test]
fn who_quotes_three_documents_is_not_outbid_for_two_of_them() {
    let numbers = ["RX7-2026-77201", "RX7-2026-77202", "RX7-2026-77203"];
    let ledger = numbers.iter().fold(Ledger::new(60).filler(600), |ledger, number| ledger.with(invoice(number, 8, 412_33)));
    let all = pay(1, "2026-02-07", 3 * 412_33, &numbers.join(" "));
    let [second, third] = [(2, numbers[1]), (3, numbers[2])].map(|(position, number)| pay(position, "2026-02-14", 412_33, number));
    let (shard, proposals) = run(ledger, [Line { payer_name: String::new(), payer_account: String::new(), ..all }, second, third]);
    assert_auto(&shard, &proposals[0], &numbers.map(|number| (number, 412_33)));
}

#[test]
fn an_order_that_is_paid_pays_no_other_document() {
    let ordered = |number: &str, order: &str| invoice(number, 8, 1_670_00).ordered(order);
    let ledger = Ledger::new(60).filler(600).with(ordered("RX7-2026-77201", "148973")).with(ordered("RX7-2026-77202", "739569"));
    let lines =
        [pay(1, "2026-02-14", 1_670_00, "Bestell-Nr 148973"), pay(2, "2026-02-28", 1_670_00, "Our ref 5186343901 Bestell-Nr 148973")];
    let (shard, proposals) = run(ledger, lines);
    assert_eq!(applied(&shard, &proposals[0]), [("RX7-2026-77201".to_owned(), 1_670_00)], "{}", told(&shard, &proposals[0]));
    assert_not_auto(&proposals[1]);
}

#[test]
fn a_paid_order_beside_a_number_takes_nothing_away() {
    let ordered = |number: &str, order: &str| invoice(number, 8, 1_670_00).ordered(order);
    let ledger = Ledger::new(60).filler(600).with(ordered("RX7-2026-77201", "148973")).with(ordered("RX7-2026-77202", "739569"));
    let lines = [pay(1, "2026-02-14", 1_670_00, "Bestell-Nr 148973"), pay(2, "2026-02-28", 1_670_00, "RX7-2026-77202 Bestell-Nr 148973")];
    let (shard, proposals) = run(ledger, lines);
    assert_eq!(applied(&shard, &proposals[1]), [("RX7-2026-77202".to_owned(), 1_670_00)], "{}", told(&shard, &proposals[1]));
}
