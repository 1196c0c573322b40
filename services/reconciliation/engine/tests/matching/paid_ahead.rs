//! Money nobody asked for yet: on account in nine languages.

use quittance_matching::proposal::{Band, HypothesisKind, Proposal};

use crate::fixture::*;

const AHEAD: [&str; 19] = [
    "Akonto",
    "a conto",
    "Vorkasse",
    "on account",
    "down payment",
    "deposit order",
    "deposit for machine",
    "op rekening",
    "voorschot",
    "à valoir",
    "acompte commande",
    "paiement anticipé",
    "acconto",
    "anticipo ordine",
    "pago anticipado",
    "entrega a cuenta",
    "zaliczka",
    "przedpłata",
    "ennakkomaksu",
];

fn ledger() -> Ledger {
    Ledger::new(60).filler(600).with(invoice("RX7-2026-84001", 9, 777_15))
}

fn is_put_on_account(proposal: &Proposal, amount: i64) -> bool {
    let is_whole = proposal.best().is_some_and(|best| best.kind == HypothesisKind::OnAccount && best.on_account == amount);
    is_whole && proposal.band == Band::Auto
}

#[test]
fn a_known_account_and_a_word_for_money_paid_ahead_are_enough() {
    let shard = ledger().build();
    for text in AHEAD {
        let proposal = shard.propose(&from(9, numbered("1", 1_500_00, text)));
        assert!(is_put_on_account(&proposal, 1_500_00), "{text}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_customer_number_is_as_good_as_an_account() {
    let shard = ledger().build();
    let named = |text: &str| shard.propose(&receipt(1_500_00, text).named(&name(9)));
    let quoted = named("Akonto Kd-Nr. K810117");
    assert!(is_put_on_account(&quoted, 1_500_00), "{}", told(&shard, &quoted));
    assert_not_auto(&named("Akonto"));
}

#[test]
fn money_that_is_asked_for_is_not_paid_ahead() {
    let shard = ledger().build();
    for text in AHEAD {
        assert_not_auto(&shard.propose(&from(9, numbered("1", 777_15, text))));
    }
}

#[test]
fn words_of_any_transfer_say_nothing_of_money_paid_ahead() {
    let shard = ledger().build();
    let texts = [
        "WIRE DEPOSIT",
        "ACH DEPOSIT",
        "DIRECT DEPOSIT",
        "abono a cuenta",
        "accredito in conto",
        "overschrijving op rekening",
        "op rekening NL91ABNA0417164300",
    ];
    for text in texts {
        assert_not_auto(&shard.propose(&from(9, numbered("1", 1_500_00, text))));
        let exact = shard.propose(&from(9, numbered("1", 777_15, text)));
        assert_auto(&shard, &exact, &[("RX7-2026-84001", 777_15)]);
    }
}

#[test]
fn what_asks_for_nothing_in_the_currency_keeps_no_money_waiting() {
    let note = invoice("CN-2026-00031", 9, 1_500_00).credit_note();
    let foreign = invoice("RX7-2026-84002", 9, 1_500_00).in_currency(quittance_types::Currency::USD);
    let shard = ledger().with(note).with(foreign).build();
    let proposal = shard.propose(&from(9, numbered("1", 1_500_00, "Akonto")));
    assert!(is_put_on_account(&proposal, 1_500_00), "{}", told(&shard, &proposal));
}

#[test]
fn a_part_of_a_document_is_not_paid_ahead() {
    let shard = ledger().build();
    for text in ["2. Rate", "acompte facture", "Anzahlung auf Rechnung", "Estratto conto", "on account of damages"] {
        let proposal = shard.propose(&from(9, numbered("1", 1_500_00, text)));
        assert_not_auto(&proposal);
    }
    let part = shard.propose(&from(9, numbered("1", 300_00, "Anzahlung RX7-2026-84001")));
    assert_first(&shard, &part, &[("RX7-2026-84001", 300_00)]);
}

#[test]
fn the_head_of_a_group_may_pay_ahead_for_another() {
    let mut ledger = ledger();
    let head = ledger.customer("Wolkenbruch Beteiligungen AG", &["DE12370400440009990001"]);
    ledger.member(&customer_id(head), "Talgrund Maschinen KG");
    let shard = ledger.build();
    let from_head = |text: &str| {
        let line = numbered("1", 1_500_00, text).named("Wolkenbruch Beteiligungen AG").paid_from("DE12370400440009990001");
        shard.propose(&line)
    };
    assert_not_auto(&from_head("Akonto"));
    let number = 810_000 + head * 13;
    let quoted = from_head(&format!("Akonto Kd-Nr. K{number}"));
    assert!(is_put_on_account(&quoted, 1_500_00), "{}", told(&shard, &quoted));
}
