//! Money nobody asked for yet: on account in nine languages.

use quittance_matching::proposal::{Band, Feature, HypothesisKind, Proposal};
use quittance_matching::record::ConfirmedRecord;
use quittance_types::Currency;

use crate::fixture::*;

const AHEAD: [&str; 12] = [
    "Vorkasse",
    "down payment",
    "deposit order",
    "deposit for machine",
    "voorschot",
    "acompte commande",
    "paiement anticipé",
    "anticipo ordine",
    "pago anticipado",
    "zaliczka",
    "przedpłata",
    "ennakkomaksu",
];

/// Words that may also mean what is owed.
const ON_ACCOUNT: [&str; 7] = ["Akonto", "a conto", "on account", "op rekening", "à valoir", "acconto", "entrega a cuenta"];

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
    let quoted = named("Vorkasse Kd-Nr. K810117");
    assert!(is_put_on_account(&quoted, 1_500_00), "{}", told(&shard, &quoted));
    assert_not_auto(&named("Vorkasse"));
}

#[test]
fn money_that_is_asked_for_is_not_paid_ahead() {
    let shard = ledger().build();
    for text in AHEAD {
        assert_not_auto(&shard.propose(&from(9, numbered("1", 777_15, text))));
    }
    let later = ledger().with(invoice("RX7-2026-84002", 58, 612_40).dated("2026-02-01", "2026-03-03")).build();
    for text in ON_ACCOUNT {
        assert_not_auto(&later.propose(&from(58, numbered("1", 612_40, text))));
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
        assert_not_auto(&shard.propose(&from(58, numbered("1", 1_500_00, text))));
        let exact = shard.propose(&from(9, numbered("1", 777_15, text)));
        assert_auto(&shard, &exact, &[("RX7-2026-84001", 777_15)]);
    }
}

#[test]
fn what_asks_for_nothing_in_the_currency_keeps_no_money_waiting() {
    let note = invoice("CN-2026-00031", 9, 1_500_00).credit_note();
    let foreign = invoice("RX7-2026-84002", 9, 1_500_00).in_currency(Currency::USD);
    let shard = ledger().with(note).with(foreign).build();
    let proposal = shard.propose(&from(9, numbered("1", 1_500_00, "Vorkasse")));
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
    assert_not_auto(&from_head("Vorkasse"));
    let number = 810_000 + head * 13;
    let quoted = from_head(&format!("Vorkasse Kd-Nr. K{number}"));
    assert!(is_put_on_account(&quoted, 1_500_00), "{}", told(&shard, &quoted));
}

/// A customer with nothing but these documents, by its own account.
fn alone(ledger: Ledger, documents: &[Document]) -> Ledger {
    documents.iter().fold(ledger, Ledger::with)
}

#[test]
fn money_on_account_waits_where_nothing_is_due() {
    let open = invoice("RX7-2026-84101", 55, 612_40);
    let due = alone(ledger(), std::slice::from_ref(&open)).build();
    let later = alone(ledger(), &[open.dated("2026-02-01", "2026-03-03")]).build();
    for text in ON_ACCOUNT {
        let pay = |shard: &quittance_matching::Shard| shard.propose(&from(55, numbered("1", 1_500_00, text)));
        assert_not_auto(&pay(&due));
        assert!(is_put_on_account(&pay(&later), 1_500_00), "{text}: {}", told(&later, &pay(&later)));
    }
}

#[test]
fn open_items_are_no_money_paid_ahead() {
    let shard = ledger().build();
    for text in ["a conto offene Posten", "on account open items", "acconto partite aperte", "à valoir postes ouverts"] {
        assert_not_auto(&shard.propose(&from(58, numbered("1", 1_500_00, text))));
    }
}

/// A payment on account that names no document, and what became of it.
fn earlier(ledger: Ledger, month: u32, text: &str, applied: &[(&str, i64)]) -> Ledger {
    let differences = &[("partial", 17_00)][..applied.len().min(1)];
    let record = |record| ConfirmedRecord { amount: 1_000_00, text, applied, differences, ..record };
    ledger.taught_as(55, &format!("2025-{month:02}-05"), record)
}

#[test]
fn money_that_waited_before_waits_again() {
    let shard = earlier(alone(ledger(), &[invoice("RX7-2026-84101", 55, 612_40)]), 11, "Akonto", &[]).build();
    let proposal = shard.propose(&from(55, numbered("1", 1_500_00, "Akonto")));
    assert!(is_put_on_account(&proposal, 1_500_00), "{}", told(&shard, &proposal));
}

#[test]
fn money_that_went_to_the_oldest_documents_is_suggested_for_them_again() {
    let dues = ["2026-01-05", "2026-01-20", "2026-01-25", "2026-03-01"];
    let amounts = [612_40, 733_19, 402_77, 150_00];
    let documents: Vec<Document> = dues
        .iter()
        .zip(amounts)
        .enumerate()
        .map(|(place, (due, amount))| invoice(&format!("RX7-2026-8410{place}"), 55, amount).dated("2025-12-20", due))
        .collect();
    let before = |text: &str| {
        let ledger = alone(ledger(), &documents);
        let spread: [(&str, i64); 2] = [("RX7-2025-81001", 700_00), ("RX7-2025-81002", 300_00)];
        earlier(earlier(ledger, 11, text, &spread), 12, text, &spread).build()
    };
    let shard = before("payment on account");
    let proposal = shard.propose(&from(55, numbered("1", 1_500_00, "payment on account")));
    assert_first(&shard, &proposal, &[("RX7-2026-84100", 612_40), ("RX7-2026-84101", 733_19), ("RX7-2026-84102", 154_41)]);
    assert_not_auto(&proposal);
    let unnamed = before("Zahlung");
    let same = unnamed.propose(&from(55, numbered("1", 1_500_00, "Zahlung")));
    assert_first(&unnamed, &same, &[("RX7-2026-84100", 612_40), ("RX7-2026-84101", 733_19), ("RX7-2026-84102", 154_41)]);
    assert_not_auto(&same);
    let exact = shard.propose(&from(55, numbered("1", 402_77, "Zahlung")));
    assert_first(&shard, &exact, &[("RX7-2026-84102", 402_77)]);
}

#[test]
fn what_an_advice_spread_is_no_habit() {
    let ledger = alone(ledger(), &[invoice("RX7-2026-84101", 55, 612_40), invoice("RX7-2026-84102", 55, 733_19)]);
    let spread = [("RX7-2025-81001", 700_00), ("RX7-2025-81002", 300_00)];
    let text = "Zahlung laut Zahlungsavis";
    let shard = earlier(earlier(ledger, 11, text, &spread), 12, text, &spread).build();
    let proposal = shard.propose(&from(55, numbered("1", 1_000_00, "Zahlung")));
    let is_spread = proposal.best().is_some_and(|best| best.evidence.iter().any(|one| one.feature == Feature::SpreadHabit));
    assert!(!is_spread, "{}", told(&shard, &proposal));
}

#[test]
fn what_no_sum_can_hold_is_spread_over_nothing() {
    let huge = 6_000_000_000_000_000_000;
    let ledger = alone(ledger(), &[invoice("RX7-2026-84101", 55, huge), invoice("RX7-2026-84102", 55, huge)]);
    let spread = [("RX7-2025-81001", 700_00), ("RX7-2025-81002", 300_00)];
    let shard = earlier(earlier(ledger, 11, "Zahlung", &spread), 12, "Zahlung", &spread).build();
    assert_not_auto(&shard.propose(&from(55, numbered("1", huge + 1, "Zahlung"))));
}

#[test]
fn a_text_that_was_cut_may_name_the_document() {
    let shard = ledger().build();
    let text = |text: &str| shard.propose(&from(58, numbered("1", 1_500_00, text)));
    assert!(is_put_on_account(&text("zaliczka Baltyk zaplata z dnia 12"), 1_500_00));
    assert_not_auto(&text("zaliczka Baltyk zaplata z dnia 1200"));
}
