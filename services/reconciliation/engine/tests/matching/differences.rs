//! Differences that may be something else than what they look like: then a person decides.

use quittance_matching::Shard;
use quittance_matching::proposal::{Block, DifferenceKind, HypothesisKind, Proposal};

use crate::fixture::*;

fn ledger() -> Ledger {
    Ledger::new(60).filler(600)
}

fn pay(shard: &Shard, amount: i64, text: &str) -> Proposal {
    shard.propose(&from(7, numbered("1", amount, text)))
}

/// The difference of the best reading's first document.
fn difference(proposal: &Proposal) -> Option<DifferenceKind> {
    proposal.best()?.allocations.first()?.kind
}

#[test]
fn a_short_payment_without_another_reading_is_applied() {
    let note = invoice("CN-2026-00031", 7, 480_77).credit_note();
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 1_677_06)).with(note).build();
    let proposal = pay(&shard, 1_177_06, "RX7-2026-81001");
    assert_auto(&shard, &proposal, &[("RX7-2026-81001", 1_177_06)]);
    assert_eq!(difference(&proposal), Some(DifferenceKind::ShortPay));
}

#[test]
fn cents_beside_documents_that_are_all_named() {
    let ledger = ledger().with(invoice("RX7-2026-81001", 7, 1_190_00)).with(invoice("RX7-2026-81002", 7, 500_33));
    let shard = ledger.with(invoice("RX7-2026-81003", 7, 777_21)).build();
    let proposal = pay(&shard, 2_467_57, "RX7-2026-81001 RX7-2026-81002 RX7-2026-81003");
    let whole = [("RX7-2026-81001", 1_190_00), ("RX7-2026-81002", 500_33), ("RX7-2026-81003", 777_21)];
    assert_auto(&shard, &proposal, &whole);
    assert_eq!(proposal.ranked[0].kind, HypothesisKind::Referenced);
}

#[test]
fn what_a_credit_note_and_a_late_discount_come_to_is_no_short_payment() {
    let note = invoice("CN-2026-00031", 7, 280_77).credit_note();
    let document = invoice("RX7-2026-81001", 7, 1_000_00).discount(2, "2026-01-20");
    let shard = ledger().with(document).with(note).build();
    assert_not_auto(&pay(&shard, 1_000_00 - 280_77 - 20_00, "RX7-2026-81001"));
    assert_auto(&shard, &pay(&shard, 1_000_00 - 280_77 - 35_11, "RX7-2026-81001"), &[("RX7-2026-81001", 684_12)]);
}

#[test]
fn what_a_credit_note_and_a_fee_come_to_is_no_short_payment() {
    let note = invoice("CN-2026-00031", 7, 217_22).credit_note();
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 1_677_06)).with(note).build();
    assert_not_auto(&pay(&shard, 1_677_06 - 217_22 - 20_00, "RX7-2026-81001"));
}

#[test]
fn a_credit_note_of_the_group_is_no_short_payment() {
    let mut ledger = ledger();
    let accounts = ["DE12370400440009990001", "DE12370400440009990002"];
    let [first, second] = ledger.sisters("c7", ["Talgrund Maschinen KG", "Wolkenbruch Anlagen AG"], accounts);
    let ledger = ledger
        .with(invoice("RX7-2026-81001", first, 1_677_06))
        .with(invoice("CN-2026-00031", second, 480_77).credit_note())
        .with(invoice("CN-2026-00032", 9, 310_55).credit_note());
    let shard = ledger.build();
    let pay = |amount: i64| {
        let line = numbered("1", amount, "RX7-2026-81001").named("Talgrund Maschinen KG").paid_from("DE12370400440009990001");
        shard.propose(&line)
    };
    assert_not_auto(&pay(1_677_06 - 480_77));
    assert_auto(&shard, &pay(1_677_06 - 310_55), &[("RX7-2026-81001", 1_366_51)]);
}

#[test]
fn a_credit_note_of_another_customer_the_account_pays_for_is_no_short_payment() {
    let note = invoice("CN-2026-00031", 9, 480_77).credit_note();
    let documents = || ledger().with(invoice("RX7-2026-81001", 7, 1_677_06)).with(&note);
    let (own, both) = (documents().build(), documents().confirmed(9, &account(7), 3).build());
    assert_auto(&own, &pay(&own, 1_677_06 - 480_77, "RX7-2026-81001"), &[("RX7-2026-81001", 1_196_29)]);
    assert_not_auto(&pay(&both, 1_677_06 - 480_77, "RX7-2026-81001"));
    assert_auto(&both, &pay(&both, 1_677_06 - 480_70, "RX7-2026-81001"), &[("RX7-2026-81001", 1_196_36)]);
}

#[test]
fn a_credit_note_that_is_named_is_not_left_aside() {
    let documents = |ledger: Ledger| ledger.with(invoice("5820/26", 7, 23_210_55)).with(invoice("NC 468/26", 7, 2_350_66).credit_note());
    let shard = documents(Ledger::new(60).population(600, |place| format!("{}/26", 5_000 + place))).build();
    assert_not_auto(&pay(&shard, 20_281_33, "FATT. N. 5820;NC 468"));
}

#[test]
fn less_than_a_discount_is_missing_and_nobody_says_why() {
    let terms = |until: &str| ledger().with(invoice("RX7-2026-81001", 7, 1_000_00).discount(2, until)).build();
    for until in ["2026-02-20", "2026-01-31"] {
        let shard = terms(until);
        assert_not_auto(&pay(&shard, 990_11, "RX7-2026-81001"));
        assert_auto(&shard, &pay(&shard, 940_11, "RX7-2026-81001"), &[("RX7-2026-81001", 940_11)]);
    }
    let shard = terms("2026-02-20");
    assert_not_auto(&pay(&shard, 990_11, "RX7-2026-81001 abzgl. Skonto"));
    assert_auto(&shard, &pay(&shard, 990_11, "RX7-2026-81001 abzgl. 9,89 Fracht"), &[("RX7-2026-81001", 990_11)]);
}

#[test]
fn more_than_was_asked_for_beside_a_discount_may_be_more_still() {
    let terms = |until: &str| ledger().with(invoice("RX7-2026-81001", 7, 1_000_00).discount(2, until)).build();
    assert_not_auto(&pay(&terms("2026-02-20"), 1_060_00, "RX7-2026-81001"));
    let late = terms("2026-01-20");
    assert_auto(&late, &pay(&late, 1_060_00, "RX7-2026-81001"), &[("RX7-2026-81001", 1_000_00)]);
}

#[test]
fn a_deduction_behind_a_list_may_be_of_any_of_it() {
    let two = ledger().with(invoice("RX7-2026-81001", 7, 915_38)).with(invoice("RX7-2026-81002", 7, 2_423_28)).build();
    let behind = pay(&two, 3_302_23, "RX7-2026-81001 RX7-2026-81002 -36,43 Preisdifferenz");
    assert_not_auto(&behind);
    let between = pay(&two, 3_302_23, "RX7-2026-81001 -36,43 Preisdifferenz RX7-2026-81002");
    assert_auto(&two, &between, &[("RX7-2026-81001", 878_95), ("RX7-2026-81002", 2_423_28)]);
}

#[test]
fn a_deduction_is_taken_from_the_document_that_is_named_again_behind_its_reason() {
    let set = [("RX7-2026-81001", 915_38), ("RX7-2026-81002", 2_423_28), ("RX7-2026-81003", 508_05)];
    let shard = set.iter().fold(ledger(), |ledger, (number, amount)| ledger.with(invoice(number, 7, *amount))).build();
    let list = "RX7-2026-81001, RX7-2026-81002, RX7-2026-81003 - 36,43 Preisdifferenz";
    for short in 0..3 {
        let behind = pay(&shard, 3_846_71 - 36_43, &format!("{list} {}", set[short].0));
        let mut expected = set;
        expected[short].1 -= 36_43;
        assert_auto(&shard, &behind, &expected);
    }
    assert_not_auto(&pay(&shard, 3_846_71 - 36_43, &format!("{list} RX7-2026-81001 RX7-2026-81002")));
    assert_not_auto(&pay(&shard, 3_846_71 - 36_43, &format!("{list} 002")));
}

#[test]
fn what_the_text_states_behind_each_number_is_what_each_document_gets() {
    let document = |place: i64, amount: i64| invoice(&format!("RX7-2026-8100{place}"), 7, amount);
    let with = |second: i64| {
        let first = document(1, 236_74).discount(3, "2026-03-01");
        ledger().with(first).with(document(2, second)).with(document(3, 2_383_75)).build()
    };
    let text = "RX7-2026-81001 236.74; RX7-2026-81002 117.38; RX7-2026-81003 2,383.75";
    let shard = with(124_48);
    let paid = [("RX7-2026-81001", 236_74), ("RX7-2026-81002", 117_38), ("RX7-2026-81003", 2_383_75)];
    assert_auto(&shard, &pay(&shard, 2_737_87, text), &paid);
    assert_not_auto(&pay(&with(110_28), 2_737_87, text));
}

#[test]
fn what_is_held_back_behind_each_number_is_taken_from_each_document() {
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 199_90)).with(invoice("RX7-2026-81002", 7, 896_76)).build();
    let text = "RX7-2026-81001 -11.68 price difference, RX7-2026-81002 -27.83 damaged goods";
    assert_auto(&shard, &pay(&shard, 1_057_15, text), &[("RX7-2026-81001", 188_22), ("RX7-2026-81002", 868_93)]);
    assert_not_auto(&pay(&shard, 1_057_10, text));
}

#[test]
fn money_left_over_beside_a_number_nobody_knows_is_not_kept() {
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 915_38)).build();
    assert_auto(&shard, &pay(&shard, 1_015_38, "RX7-2026-81001"), &[("RX7-2026-81001", 915_38)]);
    assert_not_auto(&pay(&shard, 1_015_38, "Rechnung RX7-2026-81001 / RX7-2026-91055"));
}

#[test]
fn what_is_quoted_in_full_is_paid_whatever_else_has_its_amount() {
    let amounts = [6_767_72, 555_90, 1_203_75, 1_188_00, 1_188_00, 1_188_00];
    let set: Vec<(String, i64)> = (1..).zip(amounts).map(|(place, amount)| (format!("RX7-2026-8100{place}"), amount)).collect();
    let quoted = set.iter().fold(ledger(), |ledger, (number, amount)| ledger.with(invoice(number, 7, *amount)));
    let shard = quoted.with(invoice("RX7-2026-80900", 7, 1_188_00)).build();
    let text = set.iter().map(|(number, _)| number.as_str()).collect::<Vec<_>>().join("; ");
    let expected: Vec<(&str, i64)> = set.iter().map(|(number, amount)| (number.as_str(), *amount)).collect();
    assert_auto(&shard, &pay(&shard, amounts.iter().sum(), &text), &expected);
}

#[test]
fn of_two_documents_the_one_that_asks_for_the_money_comes_before_the_one_that_is_quoted() {
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 915_38)).with(invoice("RX7-2026-81002", 7, 423_28)).build();
    for (quoted, paid, amount) in [("RX7-2026-81001", "RX7-2026-81002", 423_28), ("RX7-2026-81002", "RX7-2026-81001", 915_38)] {
        let proposal = pay(&shard, amount, quoted);
        assert_first(&shard, &proposal, &[(paid, amount)]);
        assert_not_auto(&proposal);
    }
    assert_first(&shard, &pay(&shard, 423_28, "RX7-2026-81001 Teilzahlung"), &[("RX7-2026-81001", 423_28)]);
    let half = ledger().with(invoice("RX7-2026-81001", 7, 846_56)).with(invoice("RX7-2026-81002", 7, 423_28)).build();
    for part in ["splatka 1/2", "1/2"] {
        assert_first(&half, &pay(&half, 423_28, &format!("RX7-2026-81001 {part}")), &[("RX7-2026-81001", 423_28)]);
    }
}

#[test]
fn an_amount_that_the_text_quotes_is_no_fee() {
    let two = ledger().with(invoice("RX7-2026-81001", 7, 915_38)).with(invoice("RX7-2026-81002", 7, 2_423_28)).build();
    assert_not_auto(&pay(&two, 3_314_66, "RX7-2026-81001 RX7-2026-81002 24,00 te weinig geleverd"));
    let fee = pay(&two, 3_314_66, "RX7-2026-81001 RX7-2026-81002");
    assert_eq!(fee.best().unwrap().allocations.iter().filter_map(|part| part.kind).collect::<Vec<_>>(), [DifferenceKind::BankFee]);
}

#[test]
fn what_a_credit_note_and_a_stated_deduction_come_to_is_not_the_deduction() {
    let document = || ledger().with(invoice("RX7-2026-81001", 7, 1_724_02));
    let text = "RX7-2026-81001 K\u{fc}rzung 226,00 Bruch";
    let shard = document().build();
    assert_auto(&shard, &pay(&shard, 1_498_02, text), &[("RX7-2026-81001", 1_498_02)]);
    let noted = document().with(invoice("CN-2026-00031", 7, 178_37).credit_note()).build();
    assert_not_auto(&pay(&noted, 1_498_02 - 178_37, text));
}

#[test]
fn an_article_that_is_spoken_of_is_no_instalment() {
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 1_190_00)).build();
    let text = "RX7-2026-81001 Teil-Nr. 8812";
    assert_not_auto(&shard.propose(&numbered("1", 600_00, text)));
    assert_eq!(difference(&pay(&shard, 1_167_50, text)), Some(DifferenceKind::BankFee));
    assert_eq!(difference(&pay(&shard, 600_00, "RX7-2026-81001 Teil 1/2")), Some(DifferenceKind::Partial));
}

#[test]
fn documents_of_strangers_are_not_paid_short_together() {
    let documents = |owner: usize| {
        let paid_for = [7, 9, 11].into_iter().fold(ledger(), |ledger, customer| ledger.confirmed(customer, "DE00FACTOR", 2));
        let note = invoice("CN-2026-00031", owner, 260_45).credit_note();
        paid_for.with(invoice("RX7-2026-81001", 7, 1_886_05)).with(note).build()
    };
    let line = numbered("1", 794_92, "RX7-2026-81001 1.055,37, CN-2026-00031 -260,45").paid_from("DE00FACTOR");
    let (own, strange) = (documents(7), documents(9));
    assert_auto(&own, &own.propose(&line), &[("CN-2026-00031", -260_45), ("RX7-2026-81001", 1_055_37)]);
    assert_not_auto(&strange.propose(&line));
}

#[test]
fn money_left_over_behind_a_text_that_was_cut_may_be_meant_for_what_was_cut_off() {
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 915_38)).build();
    assert_auto(&shard, &pay(&shard, 977_26, "Rg.Nr. RX7-2026-81001 / Rg"), &[("RX7-2026-81001", 915_38)]);
    for text in ["Rg.Nr. RX7-2026-81001 / Rg.", "Rechnung RX7-2026-81001 05."] {
        assert_eq!(text.len(), 27);
        assert_not_auto(&pay(&shard, 977_26, text));
    }
}

#[test]
fn money_left_over_behind_an_open_list_is_not_left_on_account() {
    let shard = Ledger::new(60).filler(600).with(invoice("RX7-2026-43291", 55, 315_44)).build();
    let pay = |text: &str| shard.propose(&receipt(455_44, text).paid_from(&account(55)).named(&name(55)));
    assert!(!is_blocked(&pay("RX7-2026-43291 13.05."), Block::RelationNeedsPerson));
    for text in ["RX7-2026-43291 13.05.,", "RX7-2026-43291 +", "RX7-2026-43291; "] {
        let proposal = pay(text);
        assert!(is_blocked(&proposal, Block::RelationNeedsPerson), "{text}: {}", told(&shard, &proposal));
    }
}
