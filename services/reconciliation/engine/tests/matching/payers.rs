//! Payers that are not whom they seem to be: look-alikes, strangers, accounts of many.

use quittance_matching::proposal::{Band, Block};

use crate::fixture::*;

fn ledger() -> Ledger {
    Ledger::new(120).population(600, |place| format!("RX7-2026-{}", 50_000 + place))
}

#[test]
fn a_reference_against_the_account_and_the_name() {
    let shard = ledger().with(invoice("RX7-2026-43291", 55, 315_44)).build();
    let proposal = shard.propose(&receipt(315_44, "RX7-2026-43291").paid_from(&account(3)).named(&name(3)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    assert_eq!(best_pays(&shard, &proposal), [("RX7-2026-43291".to_owned(), 315_44)]);
}

#[test]
fn customers_that_look_alike() {
    let mut ledger = ledger();
    let first = ledger.customer("Kestrel Anlagenbau GmbH", &[]);
    let second = ledger.customer("Kestrel Anlagenbau AG", &[]);
    let shard = ledger.with(invoice("RX7-2026-41001", first, 733_19)).with(invoice("RX7-2026-41002", second, 733_19)).build();
    let proposal = shard.propose(&receipt(733_19, "Rechnung").named("Kestrel Anlagenbau"));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    let one = shard.propose(&receipt(733_19, "RX7-2026-41002").named("Kestrel Anlagenbau"));
    assert!(applied(&shard, &one).iter().all(|(number, _)| number == "RX7-2026-41002"), "{}", told(&shard, &one));
}

#[test]
fn a_look_alike_whose_only_item_has_the_amount() {
    let mut ledger = ledger();
    let _quiet = ledger.customer("Kestrel Anlagenbau GmbH", &[]);
    let other = ledger.customer("Kestrel Anlagenbau AG", &[]);
    let shard = ledger.with(invoice("RX7-2026-41002", other, 733_19)).build();
    let proposal = shard.propose(&receipt(733_19, "Rechnung").named("Kestrel Anlagenbau"));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn a_parent_that_has_a_look_alike_pays_for_its_own() {
    let mut ledger = ledger();
    let parent = ledger.customer("Roth Energie GmbH & Co. KG", &[]);
    ledger.customer("Roth Energie OHG", &["DE93386721428456212794"]);
    let child = ledger.member(&customer_id(parent), "Girard Menuiserie SAS");
    let shard = ledger.with(invoice("RX7-2026-88203", child, 1_248_80)).build();
    let line = receipt(1_248_80, "RX7-2026-88203").named("Roth Energie GmbH & Co. KG").paid_from("DE12500105170648489890");
    assert_auto(&shard, &shard.propose(&line), &[("RX7-2026-88203", 1_248_80)]);
}

#[test]
fn look_alikes_by_an_old_legal_form() {
    let mut ledger = ledger();
    let first = ledger.customer("Kestrel Anlagenbau NV", &[]);
    let second = ledger.customer("Kestrel Anlagenbau BVBA", &[]);
    let shard = ledger.with(invoice("RX7-2026-41001", first, 733_19)).with(invoice("RX7-2026-41002", second, 733_19)).build();
    let proposal = shard.propose(&receipt(733_19, "betaling").named("Kestrel Anlagenbau"));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    assert!(is_blocked(&proposal, Block::CustomerAmbiguous), "{}", told(&shard, &proposal));
}

#[test]
fn a_name_and_an_amount_are_not_enough() {
    let mut ledger = ledger();
    let own = "DE02120300000000202051";
    let customer = ledger.customer("Kestrel Anlagenbau GmbH", &[own]);
    let shard = ledger.with(invoice("RX7-2026-41001", customer, 733_19)).build();
    let unknown = receipt(733_19, "Danke").named("Kestrel Anlagenbau GmbH").paid_from("DE02120300007260365028");
    let proposal = shard.propose(&unknown);
    assert_eq!(best_pays(&shard, &proposal), [("RX7-2026-41001".to_owned(), 733_19)], "{}", told(&shard, &proposal));
    assert_eq!(proposal.band, Band::Suggest, "{}", told(&shard, &proposal));
    assert!(is_blocked(&proposal, Block::NameOnly), "{}", told(&shard, &proposal));
    let known = receipt(733_19, "Danke").named("Kestrel Anlagenbau GmbH").paid_from(own);
    assert_auto(&shard, &shard.propose(&known), &[("RX7-2026-41001", 733_19)]);
    let quoted = receipt(733_19, "RX7-2026-41001").named("Kestrel Anlagenbau GmbH").paid_from("DE02120300007260365028");
    assert_auto(&shard, &shard.propose(&quoted), &[("RX7-2026-41001", 733_19)]);
}

#[test]
fn a_factor_that_pays_for_many() {
    let factor = "DE02120300000000202051";
    let ledger = (0..20).fold(ledger(), |ledger, customer| ledger.confirmed(customer, factor, 3));
    let shard = ledger.with(invoice("RX7-2026-41001", 4, 733_19)).with(invoice("RX7-2026-41002", 80, 512_88)).build();
    let quoted = shard.propose(&receipt(733_19, "RX7-2026-41001").paid_from(factor).named("Faktor Bank AG"));
    assert_eq!(applied(&shard, &quoted), [("RX7-2026-41001".to_owned(), 733_19)], "{}", told(&shard, &quoted));
    let silent = shard.propose(&receipt(512_88, "Sammelzahlung").paid_from(factor).named("Faktor Bank AG"));
    assert_ne!(silent.band, Band::Auto, "{}", told(&shard, &silent));
}

#[test]
fn documents_of_two_customers_and_the_account_of_one() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).with(invoice("RX7-2026-41002", 80, 512_88)).build();
    let proposal = shard.propose(&receipt(733_19 + 512_88, "RX7-2026-41001 RX7-2026-41002").paid_from(&account(11)).named(&name(11)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn an_account_of_many_and_the_document_of_a_stranger() {
    let shared = "PL61109010140000071219812874";
    let many = (11..15).fold(ledger(), |ledger, customer| ledger.confirmed(customer, shared, 3));
    let with_stranger = |ledger: Ledger| ledger.with(invoice("RX7-2026-43307", 55, 240_84));
    let line = receipt(240_84, "RX7-2026-43307").paid_from(shared);
    let own = with_stranger(many).with(invoice("RX7-2026-43359", 12, 240_84)).build();
    let proposal = own.propose(&line);
    assert_ne!(proposal.band, Band::Auto, "{}", told(&own, &proposal));
    let common =
        (0..100).fold(ledger(), |ledger, place| ledger.with(invoice(&format!("AA-{:05}", 10_000 + place), 16 + place % 30, 240_84)));
    let common = (11..15).fold(common, |ledger, customer| ledger.confirmed(customer, shared, 3));
    let own = with_stranger(common).with(invoice("RX7-2026-43359", 12, 240_84)).build();
    let proposal = own.propose(&line);
    assert_ne!(proposal.band, Band::Auto, "an amount of many: {}", told(&own, &proposal));
    let many = (11..15).fold(ledger(), |ledger, customer| ledger.confirmed(customer, shared, 3));
    let alone = with_stranger(many).build();
    let proposal = alone.propose(&line);
    assert_eq!(applied(&alone, &proposal), [("RX7-2026-43307".to_owned(), 240_84)], "{}", told(&alone, &proposal));
}

#[test]
fn an_account_of_very_many_and_the_document_of_a_stranger() {
    let shared = "PL61109010140000071219812874";
    let many = || (0..100).fold(Ledger::new(200).filler(600), |ledger, customer| ledger.confirmed(customer, shared, 3));
    let line = receipt(240_84, "RX7-2026-43307").paid_from(shared);
    for customer in [9, 50, 99] {
        let ledger = many().with(invoice("RX7-2026-43307", 155, 240_84)).with(invoice("RX7-2026-43359", customer, 240_84));
        let shard = ledger.build();
        let proposal = shard.propose(&line);
        assert_ne!(proposal.band, Band::Auto, "{customer}: {}", told(&shard, &proposal));
    }
}

/// The document of customer 55, and an account that has paid for three customers, 55 among them.
fn with_factor() -> quittance_matching::Shard {
    let ledger = ledger().with(invoice("RX7-2026-43291", 55, 315_44));
    [3, 4, 55].into_iter().fold(ledger, |ledger, customer| ledger.confirmed(customer, FACTOR, 3)).build()
}

const FACTOR: &str = "DE02120300007260365028";

#[test]
fn a_customer_number_in_the_text_speaks_against_the_document_of_another() {
    let shard = with_factor();
    let pay = |text: &str| shard.propose(&receipt(315_44, text).paid_from(FACTOR).named("Kestrel Factoring GmbH"));
    let number = |customer: usize| format!("RX7-2026-43291 KD.NR. K{}", 810_000 + customer * 13);
    for text in ["RX7-2026-43291".to_owned(), number(55)] {
        assert_auto(&shard, &pay(&text), &[("RX7-2026-43291", 315_44)]);
    }
    let own = shard.propose(&receipt(315_44, &number(7)).paid_from(&account(55)).named(&name(55)));
    for other in [pay(&number(7)), own] {
        assert!(is_blocked(&other, Block::CustomerAmbiguous), "{}", told(&shard, &other));
    }
}

#[test]
fn who_pays_for_several_customers_does_not_pay_short_in_silence() {
    let shard = with_factor();
    let by_factor = shard.propose(&receipt(298_09, "RX7-2026-43291").paid_from(FACTOR).named("Kestrel Factoring GmbH"));
    assert!(is_blocked(&by_factor, Block::RelationNeedsPerson), "{}", told(&shard, &by_factor));
    let by_itself = shard.propose(&receipt(298_09, "RX7-2026-43291").paid_from(&account(55)).named(&name(55)));
    assert!(!is_blocked(&by_itself, Block::RelationNeedsPerson), "{}", told(&shard, &by_itself));
}
