//! Readings of a line: kinds of lines, differences, netting, orders, groups.

use quittance_matching::proposal::{Band, DifferenceKind, HypothesisKind, LineClass, Refusal};
use quittance_matching::record::Line;

use crate::fixture::*;

#[test]
fn subscriptions_go_to_the_oldest_and_say_so() {
    let mut ledger = Ledger::new(60).filler(600);
    for month in 1..=3 {
        ledger = ledger.with(invoice(&format!("AB-77{month}01"), 8, 49_90).due(&format!("2026-0{month}-15")));
    }
    let shard = ledger.build();
    let proposal = shard.propose(&from(8, numbered("1", 49_90, "Abo")));
    assert_first(&shard, &proposal, &[("AB-77101", 49_90)]);
    assert!(proposal.best().unwrap().oldest_first);
    let quoted = shard.propose(&from(8, numbered("2", 49_90, "Abo AB-77301")));
    assert_auto(&shard, &quoted, &[("AB-77301", 49_90)]);
}

#[test]
fn look_alikes_are_not_told_apart_by_their_name_alone() {
    let mut ledger = Ledger::new(60);
    let first = ledger.customer("Huber Bau GmbH", &[]);
    ledger.customer("Huber Bau KG", &[]);
    let shard = ledger.filler(600).with(invoice("RX7-2026-71001", first, 777_70)).build();
    let line = Line { payer_name: "Huber Bau".to_owned(), ..numbered("1", 777_70, "Zahlung") };
    let proposal = shard.propose(&line);
    assert_not_auto(&proposal);
    let quoted = Line { text: vec!["RX7-2026-71001".to_owned()], ..line };
    assert_auto(&shard, &shard.propose(&quoted), &[("RX7-2026-71001", 777_70)]);
}

#[test]
fn what_is_no_receipt_is_left_alone() {
    let shard = Ledger::new(60).filler(600).with(invoice("RX7-2026-40002", 3, 300_00)).build();
    let coded = |amount: i64, code: &str| Line { transaction_code: code.to_owned(), ..numbered("1", amount, "RX7-2026-40002") };
    let own = Line { payer_account: "DE89370400440532013000".to_owned(), ..numbered("1", 300_00, "RX7-2026-40002") };
    let cases = [
        (coded(-300_00, "PMNT/ICDT/ESCT"), LineClass::Outgoing),
        (coded(-300_00, "PMNT/MDOP/CHRG"), LineClass::Fee),
        (coded(300_00, "ACMT/MDOP/INTR"), LineClass::Interest),
        (coded(300_00, "LDAS/MDOP/INTR"), LineClass::Interest),
        (coded(-12_00, "LDAS/MDOP/CHRG"), LineClass::Fee),
        (coded(-12_00, "FORX/MDOP/CHRG"), LineClass::Fee),
        (coded(300_00, "FORX/SPOT/OTHR"), LineClass::Transfer),
        (coded(300_00, "LDAS/CSLN/DDWN"), LineClass::Other),
        (coded(300_00, "PMNT/CNTR/CDPT"), LineClass::Transfer),
        (own, LineClass::Transfer),
        (Line { payer_name: "STRIPE PAYMENTS".to_owned(), ..numbered("1", 300_00, "STRIPE PAYOUT 12345678") }, LineClass::ProcessorPayout),
        (Line { payer_name: "Finanzamt Stuttgart".to_owned(), ..numbered("1", 300_00, "ERSTATTUNG UST 04/2026") }, LineClass::Other),
    ];
    for (line, class) in cases {
        let proposal = shard.propose(&line);
        assert_eq!((proposal.class, proposal.band, proposal.refusal), (class, Band::None, Some(Refusal::NotReceivable)), "{line:?}");
    }
}

#[test]
fn differences_have_their_kind() {
    let invoice = || invoice("RX7-2026-40002", 3, 1_000_00);
    let early = Ledger::new(60).filler(600).with(invoice().discount(2, "2026-02-10")).build();
    let late = Ledger::new(60).filler(600).with(invoice().discount(2, "2026-02-01")).build();
    let plain = Ledger::new(60).filler(600).with(invoice()).build();
    let kind = |shard: &quittance_matching::Shard, amount: i64, text: &str| {
        let proposal = shard.propose(&from(3, numbered("1", amount, text)));
        let best = proposal.best().unwrap().clone();
        assert_eq!(best.allocations[0].applied + best.allocations[0].adjustment, 1_000_00, "{text}");
        (best.allocations[0].kind, proposal.band)
    };
    assert_eq!(kind(&early, 980_00, "RX7-2026-40002"), (Some(DifferenceKind::Discount), Band::Auto));
    assert_eq!(kind(&late, 980_00, "RX7-2026-40002").0, Some(DifferenceKind::DiscountUnearned));
    assert_eq!(kind(&plain, 998_50, "RX7-2026-40002").0, Some(DifferenceKind::BankFee));
    assert_eq!(kind(&plain, 500_00, "1. Rate RX7-2026-40002").0, Some(DifferenceKind::Partial));
    assert_eq!(kind(&plain, 812_34, "RX7-2026-40002 abzgl. Fracht").0, Some(DifferenceKind::ShortPay));
}

#[test]
fn invoices_net_with_credit_notes() {
    let ledger = Ledger::new(60).filler(600).with(invoice("RX7-2026-40002", 3, 1_000_00));
    let shard = ledger.with(invoice("RX7-2026-40003", 3, 120_50).credit_note()).build();
    let proposal = shard.propose(&from(3, numbered("1", 879_50, "RX7-2026-40002 abzgl. Gutschrift RX7-2026-40003")));
    assert_auto(&shard, &proposal, &[("RX7-2026-40002", 1_000_00), ("RX7-2026-40003", -120_50)]);
    assert_eq!(proposal.best().unwrap().kind, HypothesisKind::Netting);
}

#[test]
fn a_parent_may_pay() {
    let mut ledger = Ledger::new(60);
    let daughter = ledger.member(&customer_id(58), "Tochter Nord");
    let shard = ledger.filler(600).with(invoice("RX7-2026-40002", daughter, 1_000_00)).build();
    let proposal = shard.propose(&from(58, numbered("1", 1_000_00, "RX7-2026-40002")));
    assert_auto(&shard, &proposal, &[("RX7-2026-40002", 1_000_00)]);
}

#[test]
fn one_order_with_several_invoices_is_paid_as_a_whole() {
    let ledger = Ledger::new(60).filler(600).with(invoice("RX7-2026-40002", 3, 1_000_00).ordered("PO-991177"));
    let shard = ledger.with(invoice("RX7-2026-40003", 3, 200_00).ordered("PO-991177")).build();
    let proposal = shard.propose(&from(3, numbered("1", 1_200_00, "Bestellung PO-991177")));
    assert_auto(&shard, &proposal, &[("RX7-2026-40002", 1_000_00), ("RX7-2026-40003", 200_00)]);
}

#[test]
fn ranges_and_tails_stand_for_their_members() {
    let mut ledger = Ledger::new(60).filler(300);
    for (number, open) in [("AR-2026-59060", 1_562_37), ("AR-2026-59061", 2_164), ("AR-2026-59064", 373_97), ("AR-2026-59172", 44_00)] {
        ledger = ledger.with(invoice(number, 3, open));
    }
    let shard = ledger.build();
    let cases: [(&str, &[(&str, i64)]); 4] = [
        ("Re-Nr: 59060 bis 59061", &[("AR-2026-59060", 1_562_37), ("AR-2026-59061", 2_164)]),
        ("RG AR-2026-59060-64 14.05.2026", &[("AR-2026-59060", 1_562_37), ("AR-2026-59061", 2_164), ("AR-2026-59064", 373_97)]),
        ("59060/061/172", &[("AR-2026-59060", 1_562_37), ("AR-2026-59061", 2_164), ("AR-2026-59172", 44_00)]),
        ("AR-2026-59060 + AR-2026-59061", &[("AR-2026-59060", 1_562_37), ("AR-2026-59061", 2_164)]),
    ];
    for (text, expected) in cases {
        let amount = expected.iter().map(|(_, open)| open).sum();
        assert_auto(&shard, &shard.propose(&from(3, numbered("1", amount, text))), expected);
    }
}

#[test]
fn a_number_nobody_knows_is_not_overlooked() {
    let shard = Ledger::new(60).filler(300).with(invoice("V26/033687/B", 3, 318_61)).build();
    for text in ["Rg.Nr. V26/038217/B", "Re-Nr: V26/038217/B"] {
        let proposal = shard.propose(&from(3, numbered("1", 318_61, text)));
        assert_not_auto(&proposal);
    }
    assert_auto(&shard, &shard.propose(&from(3, numbered("1", 318_61, "danke"))), &[("V26/033687/B", 318_61)]);
}
