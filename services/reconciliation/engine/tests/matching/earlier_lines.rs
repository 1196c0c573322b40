//! Two payments of one document in one run: the earlier is posted first, the later sees what is left.

use quittance_matching::proposal::{Band, Proposal};
use quittance_matching::record::{Line, SettledPart, SettledRecord};

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
fn what_an_earlier_payment_quotes_and_waits_for_is_not_taken_without_a_word() {
    let rest = || ledger().with(invoice("RX7-2026-77102", 8, 512_40)).with(invoice("RX7-2026-77103", 8, 83_24));
    let unnamed = || pay(2, "2026-02-21", 361_00, "diverse");
    let (shard, proposals) = run(rest(), [unnamed()]);
    assert_auto(&shard, &proposals[0], &[("RX7-2026-77101", 361_00)]);
    let quotes = pay(1, "2026-02-07", 361_00 + 512_40 + 83_24, "RX7-2026-77101 RX7-2026-77102 u.a.");
    let (shard, proposals) = run(rest(), [quotes, unnamed()]);
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

#[test]
fn everything_that_is_due_is_read_again_when_something_is_open_again() {
    let paid = [("RX7-2026-77302", 500_17, 500_17)];
    let payment = || from(55, numbered("2", 799_90, "Zahlung")).on("2026-02-11").at(2);
    let build = || {
        let note = invoice("CN-2026-00031", 55, 100_10).credit_note();
        let ledger = Ledger::new(60).filler(600).with(invoice("RX7-2026-77301", 55, 900_00)).with(note);
        let mut shard = ledger.with(invoice("RX7-2026-77302", 55, 500_17).with_open(0)).build();
        shard.note_settlement(&SettledRecord {
            id: 7,
            date: date("2026-02-05"),
            amount: 500_17,
            payer_account: &account(55),
            references: &["E2E-778899"],
            customer: &customer_id(55),
            applied: &paid.map(|(number, cash, taken)| SettledPart { number, cash, taken, written_off: 0 }),
            auto: None,
        });
        shard
    };
    let mut alone = build();
    assert_eq!(alone.run(&[payment()])[0].band, Band::Auto, "everything that is due");
    let back = Line { reversal: true, ..from(55, numbered("1", -500_17, "Retoure")).end_to_end("E2E-778899").at(1) };
    let mut shard = build();
    let proposals = shard.run(&[back, payment()]);
    assert_eq!(open(&shard, "RX7-2026-77302"), 500_17, "{}", told(&shard, &proposals[0]));
    assert_not_auto(&proposals[1]);
}
