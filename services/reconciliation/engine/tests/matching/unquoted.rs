//! Documents nobody quotes, or only in passing: few that add up, netted credit notes, advices, and what must not be taken.

use quittance_matching::Shard;
use quittance_matching::proposal::{Band, DifferenceKind, Feature, HypothesisKind, Proposal};
use quittance_matching::record::{AdviceLine, AdviceRecord, Line};
use quittance_types::Currency;

use crate::fixture::*;

fn ledger() -> Ledger {
    Ledger::new(120).population(600, |place| format!("RX7-2026-{}", 50_000 + place))
}

/// Forty documents of one customer with amounts of their own, numbered from 41000.
fn many(ledger: Ledger, customer: usize) -> Ledger {
    (0..40_i64).fold(ledger, |ledger, place| {
        let amount = 311_17 + place * place * 7_31 + place * 13_19;
        ledger.with(invoice(&format!("RX7-2026-{}", 41_000 + place), customer, amount).due(&format!(
            "2026-0{}-1{}",
            1 + place % 5,
            place % 9
        )))
    })
}

fn amount_of(shard: &Shard, numbers: &[&str]) -> i64 {
    numbers.iter().map(|number| open(shard, number)).sum()
}

fn propose(shard: &Shard, customer: usize, amount: i64, text: &str) -> Proposal {
    shard.propose(&receipt(amount, text).paid_from(&account(customer)).named(&name(customer)))
}

#[track_caller]
fn assert_suggested(shard: &Shard, proposal: &Proposal, expected: &[(&str, i64)]) {
    let expected: Vec<(String, i64)> = expected.iter().map(|(number, amount)| ((*number).to_owned(), *amount)).collect();
    assert_eq!(best_pays(shard, proposal), expected, "{}", told(shard, proposal));
    assert_eq!(proposal.band, Band::Suggest, "{}", told(shard, proposal));
}

#[test]
fn few_documents_among_many_that_add_up() {
    let shard = many(ledger(), 7).build();
    for set in [&["RX7-2026-41003", "RX7-2026-41038"][..], &["RX7-2026-41001", "RX7-2026-41019", "RX7-2026-41035"]] {
        let parts: Vec<(&str, i64)> = set.iter().map(|number| (*number, open(&shard, number))).collect();
        assert_suggested(&shard, &propose(&shard, 7, amount_of(&shard, set), "Zahlung"), &parts);
    }
}

#[test]
fn one_document_more_than_is_quoted() {
    let shard = many(ledger(), 7).build();
    let set = ["RX7-2026-41002", "RX7-2026-41037"];
    let parts: Vec<(&str, i64)> = set.iter().map(|number| (*number, open(&shard, number))).collect();
    assert_suggested(&shard, &propose(&shard, 7, amount_of(&shard, &set), "RX7-2026-41002 u.a."), &parts);
}

#[test]
fn what_is_missing_of_a_list_that_fills_the_text_is_suggested() {
    let shard = many(ledger(), 7).build();
    let quoted = ["RX7-2026-41002", "RX7-2026-41009", "RX7-2026-41021", "RX7-2026-41037"];
    let all: Vec<&str> = quoted.iter().copied().chain(["RX7-2026-41030"]).collect();
    let mut parts: Vec<(&str, i64)> = all.iter().map(|number| (*number, open(&shard, number))).collect();
    parts.sort_unstable();
    let list = quoted.map(|number| format!("Rechnung {number} 14.01.26; ")).concat();
    assert_suggested(&shard, &propose(&shard, 7, amount_of(&shard, &all), &format!("{list:<140}")), &parts);
}

#[test]
fn a_credit_note_that_nobody_mentions() {
    let note = invoice("CN-2026-031", 7, 480_77).credit_note();
    let shard = ledger().with(invoice("RX7-2026-41001", 7, 1_677_06)).with(note).build();
    let netted = propose(&shard, 7, 1_196_29, "FA RX7-2026-41001");
    assert_suggested(&shard, &netted, &[("CN-2026-031", -480_77), ("RX7-2026-41001", 1_677_06)]);
    let short = propose(&shard, 7, 1_311_17, "FA RX7-2026-41001");
    assert_eq!(short.best().unwrap().allocations[0].kind, Some(DifferenceKind::ShortPay), "{}", told(&shard, &short));
}

#[test]
fn letters_of_a_number_that_are_a_word_elsewhere() {
    let note = invoice("BC26.0475", 7, 669_17).credit_note();
    let shard = ledger().with(invoice("B26.16547", 7, 1_663_75)).with(note).build();
    let proposal = propose(&shard, 7, 994_58, "NOTA B26.16547+CN BC26.0475 / FON 05702-135821");
    assert_auto(&shard, &proposal, &[("B26.16547", 1_663_75), ("BC26.0475", -669_17)]);
}

#[test]
fn a_deduction_belongs_to_the_number_beside_it() {
    let set = [("RX7-2026-41001", 905_78), ("RX7-2026-41002", 4_760_00), ("RX7-2026-41003", 1_045_96)];
    let shard = set.iter().fold(ledger(), |ledger, (number, amount)| ledger.with(invoice(number, 7, *amount))).build();
    let text = "RX7-2026-41001;RX7-2026-41002;RX7-2026-41003 less damaged goods RX7-2026-41002 571,20";
    let proposal = propose(&shard, 7, 6_711_74 - 571_20, text);
    assert_first(&shard, &proposal, &[("RX7-2026-41001", 905_78), ("RX7-2026-41002", 4_188_80), ("RX7-2026-41003", 1_045_96)]);
}

#[test]
fn what_is_missing_is_stated_in_the_currency_of_the_documents() {
    let set = [("RX7-2026-41001", 905_78), ("RX7-2026-41002", 4_760_00)];
    let shard = set.iter().fold(ledger(), |ledger, (number, amount)| ledger.with(invoice(number, 7, *amount))).build();
    let is_stated = |text: &str| {
        let proposal = propose(&shard, 7, 5_665_78 - 571_20, &format!("RX7-2026-41001;RX7-2026-41002 {text}"));
        proposal.best().unwrap().evidence.iter().any(|one| one.feature == Feature::AmountStated)
    };
    assert!(is_stated("less damaged goods 571,20") && is_stated("less damaged goods 571,20 EUR"));
    assert!(!is_stated("less damaged goods 571,20 USD"));
}

#[test]
fn a_number_that_has_not_come_yet_keeps_the_money_on_account() {
    let shard = many(ledger(), 7).build();
    let proposal = propose(&shard, 7, open(&shard, "RX7-2026-41005"), "Rechnung RX7-2026-50655");
    let best = proposal.best().unwrap();
    assert_eq!(
        (best.kind, best.customer),
        (HypothesisKind::OnAccount, shard.find_customer(&customer_id(7))),
        "{}",
        told(&shard, &proposal)
    );
    assert_ne!(proposal.band, Band::Auto);
}

#[test]
fn numbers_with_the_year_behind_them() {
    let ledger = Ledger::new(120).population(600, |place| format!("{}/2026", 16_000 + place));
    let shard = ledger.with(invoice("17214/2026", 7, 1_410_00)).with(invoice("18071/2026", 7, 1_200_00)).build();
    assert_first(&shard, &propose(&shard, 7, 2_610_00, "17214/18071"), &[("17214/2026", 1_410_00), ("18071/2026", 1_200_00)]);
    assert_auto(&shard, &propose(&shard, 7, 1_410_00, "Rechnung 17214"), &[("17214/2026", 1_410_00)]);
    let over = propose(&shard, 7, 1_700_00, "17214/2026 18071");
    assert_ne!(over.band, Band::Auto, "{}", told(&shard, &over));
}

#[test]
fn an_old_number_beside_the_one_that_is_paid() {
    let shard = ledger().closed("RX7-2026-40100", 7, 333_10).with(invoice("RX7-2026-41001", 7, 1_663_75)).build();
    assert_auto(&shard, &propose(&shard, 7, 1_663_75, "RX7-2026-40100 RX7-2026-41001"), &[("RX7-2026-41001", 1_663_75)]);
    let same = ledger().closed("RX7-2026-40100", 7, 1_663_75).with(invoice("RX7-2026-41001", 7, 1_663_75)).build();
    assert_not_auto(&propose(&same, 7, 1_663_75, "RX7-2026-40100 RX7-2026-41001"));
}

fn advice<'a>(number: &'a str, total: i64, lines: &'a [AdviceLine<'a>], account: &'a str) -> AdviceRecord<'a> {
    AdviceRecord {
        id: number,
        number,
        date: Some(date("2026-02-11")),
        total: Some(total),
        currency: Some(Currency::EUR),
        payer_name: "",
        payer_account: account,
        customer_number: "",
        proven: true,
        lines,
    }
}

#[test]
fn an_advice_of_somebody_else_with_the_same_total() {
    let lines = [AdviceLine { document: "RX7-2026-41001", gross: None, deduction: None, reason: "", net: 810_00 }, {
        AdviceLine { document: "RX7-2026-41002", gross: None, deduction: None, reason: "", net: 960_00 }
    }];
    let mut ledger = ledger().with(invoice("RX7-2026-41001", 7, 810_00)).with(invoice("RX7-2026-41002", 7, 960_00));
    ledger = ledger.with(invoice("RX7-2026-41003", 9, 1_000_00)).with(invoice("RX7-2026-41004", 9, 770_00));
    ledger.builder.advice(&advice("ZA4711", 1_770_00, &lines, &account(7)));
    let shard = ledger.build();
    let unknown = shard.propose(&receipt(1_770_00, "zoals afgesproken"));
    assert_ne!(unknown.band, Band::Auto, "{}", told(&shard, &unknown));
    let quoted = propose(&shard, 9, 1_770_00, "RX7-2026-41003, RX7-2026-41004");
    assert_auto(&shard, &quoted, &[("RX7-2026-41003", 1_000_00), ("RX7-2026-41004", 770_00)]);
    let own = propose(&shard, 7, 1_770_00, "Zahlung");
    assert_first(&shard, &own, &[("RX7-2026-41001", 810_00), ("RX7-2026-41002", 960_00)]);
}

#[test]
fn an_advice_says_what_each_document_gets() {
    let line = |document, deduction, net| AdviceLine { document, gross: None, deduction: Some(deduction), reason: "quality", net };
    let lines = [line("RX7-2026-41001", 31_00, 779_00), line("RX7-2026-41002", 0, 960_00), line("RX7-2026-41003", 20_00, 980_00)];
    let mut ledger = ledger().with(invoice("RX7-2026-41001", 7, 810_00)).with(invoice("RX7-2026-41002", 7, 960_00));
    ledger = ledger.with(invoice("RX7-2026-41003", 7, 1_000_00).discount(2, "2026-03-01"));
    ledger.builder.advice(&advice("ZA4711", 2_719_00, &lines, &account(7)));
    let shard = ledger.build();
    let proposal = propose(&shard, 7, 2_719_00, "Avis ZA4711");
    assert_auto(&shard, &proposal, &[("RX7-2026-41001", 779_00), ("RX7-2026-41002", 960_00), ("RX7-2026-41003", 980_00)]);
    let kinds: Vec<_> = proposal.best().unwrap().allocations.iter().map(|part| part.kind).collect();
    assert_eq!(kinds, [Some(DifferenceKind::ShortPay), None, Some(DifferenceKind::Discount)]);
}

#[test]
fn a_stranger_who_quotes_a_short_number_and_one_who_does_not() {
    let shard = Ledger::new(120).population(600, |place| format!("2026/0{}", 1_000 + place)).with(invoice("2026/01700", 7, 733_19)).build();
    let strange = |amount: i64, text: &str| receipt(amount, text).paid_from("DE02120300007260365028").named("Vogel Medien eG");
    assert_suggested(&shard, &shard.propose(&strange(733_19, "FATT 1700")), &[("2026/01700", 733_19)]);
    assert_suggested(&shard, &shard.propose(&strange(733_19, "Danke")), &[("2026/01700", 733_19)]);
    assert_eq!(shard.propose(&strange(733_20, "Danke")).band, Band::None);
}

#[test]
fn a_return_of_a_payment_that_waits_for_a_person() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 9, 142_25)).with(invoice("RX7-2026-41002", 11, 132_92)).build();
    let waiting = receipt(142_25, "zoals afgesproken").end_to_end("DD260521302582").on("2026-02-03").at(1);
    let other = receipt(132_92, "zoals afgesproken RX7-2026-41002").paid_from(&account(11)).on("2026-02-04").at(2);
    let back = Line { reversal: true, amount: -142_25, ..receipt(1, "zoals afgesproken E2E DD260521302582").on("2026-02-06").at(3) };
    let proposals = shard.run(&[waiting, other, back]);
    assert_eq!([proposals[0].band, proposals[1].band], [Band::Suggest, Band::Auto], "{}", told(&shard, &proposals[0]));
    assert_ne!(proposals[2].band, Band::Auto, "{}", told(&shard, &proposals[2]));
}
