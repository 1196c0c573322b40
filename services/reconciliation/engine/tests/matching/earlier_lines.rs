//! Two payments of one document in one run: the earlier is posted first, the later sees what is left.

use quittance_matching::proposal::{Band, Proposal};
use quittance_matching::record::Line;

use crate::fixture::*;

fn ledger() -> Ledger {
    Ledger::new(60).filler(600).with(invoice("RX7-2026-77101", 8, 361_00))
}

fn run(ledger: Ledger, lines: [Line; 2]) -> (quittance_matching::Shard, Vec<Proposal>) {
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
    let later = applied(&shard, &proposals[1]);
    assert!(later.iter().all(|(_, cash)| *cash == 240_67), "{}", told(&shard, &proposals[1]));
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
