//! Money that several documents of a customer explain alike.

use quittance_matching::Shard;
use quittance_matching::proposal::Proposal;
use quittance_matching::record::Line;

use crate::fixture::*;

fn pay(position: u64, amount: i64, text: &str) -> Line {
    from(8, numbered(&position.to_string(), amount, text)).on("2026-03-20").at(position)
}

/// Three documents of one amount whose dates follow no rhythm, each with such an order.
fn alike(orders: [&str; 3]) -> Ledger {
    let days = [("2026-01-02", "2026-02-01"), ("2026-01-20", "2026-02-19"), ("2026-01-23", "2026-02-22")];
    (1..).zip(days.into_iter().zip(orders)).fold(Ledger::new(60).filler(600), |ledger, (place, ((issued, due), order))| {
        ledger.with(invoice(&format!("AB-7{place}01"), 8, 119_00).dated(issued, due).ordered(order))
    })
}

fn run<const COUNT: usize>(ledger: Ledger, lines: [Line; COUNT]) -> (Shard, Vec<Proposal>) {
    let mut shard = ledger.build();
    let proposals = shard.run(&lines);
    (shard, proposals)
}

#[test]
fn of_the_documents_of_one_order_the_oldest_is_paid() {
    let lines = [pay(1, 119_00, "Abo"), pay(2, 119_00, "Abo"), pay(3, 119_00, "AB-7301")];
    let (shard, proposals) = run(alike(["PO-4711"; 3]), lines);
    for (proposal, number) in proposals.iter().zip(["AB-7101", "AB-7201", "AB-7301"]) {
        assert_auto(&shard, proposal, &[(number, 119_00)]);
    }
    assert!(proposals[0].best().unwrap().oldest_first);
    let (_, proposals) = run(alike(["PO-4711", "PO-4711", "PO-4799"]), [pay(1, 119_00, "Abo")]);
    assert_not_auto(&proposals[0]);
}

#[test]
fn who_pays_the_same_money_again_is_shown_the_next_document() {
    for orders in [[""; 3], ["PO-4711", "PO-4722", "PO-4733"]] {
        let lines = [pay(1, 119_00, "Zahlung"), pay(2, 119_00, "Zahlung"), pay(3, 119_00, "Zahlung")];
        let (shard, proposals) = run(alike(orders), lines);
        for (proposal, number) in proposals.iter().zip(["AB-7101", "AB-7201", "AB-7301"]) {
            assert_first(&shard, proposal, &[(number, 119_00)]);
            assert_not_auto(proposal);
        }
    }
}

#[test]
fn a_document_whose_month_is_named_is_shown_again() {
    let ledger = (1..=3).fold(Ledger::new(60).filler(600), |ledger, month| {
        let (issued, due) = (format!("2026-0{month}-02"), format!("2026-0{}-01", month + 1));
        ledger.with(invoice(&format!("AB-7{month}01"), 8, 119_00).dated(&issued, &due))
    });
    let (shard, proposals) = run(ledger, [pay(1, 119_00, "Zahlung"), pay(2, 119_00, "Zahlung Januar 2026")]);
    for proposal in &proposals {
        assert_first(&shard, proposal, &[("AB-7101", 119_00)]);
    }
}

/// Documents of one customer, the earliest due first; the last asks for 300.00.
fn owing(amounts: &[i64]) -> Shard {
    let ledger = (0_i32..).zip(amounts).fold(Ledger::new(60).filler(600), |ledger, (place, amount)| {
        let mut document = invoice(&format!("AB-71{place:02}"), 55, *amount);
        document.due_on = date("2026-02-10").plus_days(9 * place).unwrap();
        ledger.with(document)
    });
    ledger.with(invoice("AB-7190", 55, 300_00).dated("2026-02-20", "2026-04-20")).build()
}

fn propose(shard: &Shard, text: &str) -> Proposal {
    shard.propose(&from(55, numbered("1", 300_00, text)).on("2026-03-20"))
}

#[test]
fn documents_that_come_to_the_money_together_may_be_meant_instead_of_the_one() {
    let together: [&[i64]; 3] = [&[200_00, 100_00], &[55_10, 200_00, 71_20, 100_00], &[40_00, 50_00, 60_00, 70_00, 80_00]];
    for amounts in together {
        let shard = owing(amounts);
        assert_not_auto(&propose(&shard, "Zahlung"));
        assert_auto(&shard, &propose(&shard, "AB-7190"), &[("AB-7190", 300_00)]);
    }
    let many = owing(&[&[30_00][..], &[150_00; 15]].concat());
    assert_not_auto(&propose(&many, "Zahlung"));
    let apart = owing(&[200_00, 110_00, 71_20]);
    assert_auto(&apart, &propose(&apart, "Zahlung"), &[("AB-7190", 300_00)]);
}
