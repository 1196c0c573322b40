//! The worked examples of the matching design, on a ledger of 25,104 items and 416 customers.

use crate::fixture::{Ledger, Says, account, applied, best_pays, date, invoice, is_blocked, name, open, receipt, told};
use quittance_matching::proposal::{Band, Block, DifferenceKind, HypothesisKind, MatchClass};
use quittance_types::Currency;

const CUSTOMERS: usize = 416;
const ITEMS: usize = 25_104;

/// Numbers such as RX7-2026-30017, far from those a test quotes.
fn prefixed() -> Ledger {
    Ledger::new(CUSTOMERS).population(ITEMS, |place| format!("RX7-2026-{}", 50_000 + place))
}

/// Three thousand numbers of five digits, and the rest with a prefix.
fn short() -> Ledger {
    Ledger::new(CUSTOMERS)
        .population(ITEMS, |place| if place < 3_000 { (80_000 + place * 3).to_string() } else { format!("RX7-2026-{}", 30_000 + place) })
}

#[test]
fn full_reference_exact_amount_known_account() {
    let mut ledger = prefixed().with(invoice("RX7-2026-44120", 7, 1_190_00)).with(invoice("RX7-2026-44377", 7, 1_190_00));
    for place in 0..398 {
        ledger = ledger.with(invoice(&format!("RX7-2025-{}", 20_000 + place), 20 + place % 390, 1_190_00));
    }
    let shard = ledger.build();
    let proposal = shard.propose(&receipt(1_190_00, "RG RX7-2026-44120 v. 03.02.").paid_from(&account(7)).named(&name(7)));
    assert_eq!(applied(&shard, &proposal), [("RX7-2026-44120".to_owned(), 1_190_00)], "{}", told(&shard, &proposal));
    assert_eq!(proposal.match_class, MatchClass::A);
    assert!(proposal.margin >= 10_000, "{}", told(&shard, &proposal));
    let best = proposal.best().unwrap();
    assert_eq!(best.evidence.iter().map(|one| one.bits).sum::<i32>(), best.bits, "the weight recomputes");
}

#[test]
fn short_number_and_rare_amount_and_name() {
    let shard = short().with(invoice("58213", 9, 28_01)).build();
    let proposal = shard.propose(&receipt(28_01, "inv 58213 Tel 0125819959").named(&name(9)));
    assert_eq!(applied(&shard, &proposal), [("58213".to_owned(), 28_01)], "{}", told(&shard, &proposal));
}

#[test]
fn short_number_with_an_unexplained_amount_is_never_applied() {
    let shard = short().with(invoice("58213", 9, 28_01)).build();
    let proposal = shard.propose(&receipt(29_05, "inv 58213 Tel 0125819959"));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn a_typing_error_that_hits_a_neighbours_document() {
    let shard = prefixed().with(invoice("RX7-2026-43219", 3, 8_412_77)).with(invoice("RX7-2026-43291", 55, 315_00)).build();
    let proposal = shard.propose(&receipt(8_412_77, "Rechnung RX7 2026 43291").paid_from(&account(3)).named(&name(3)));
    assert_eq!(proposal.band, Band::Suggest, "{}", told(&shard, &proposal));
    assert_eq!(best_pays(&shard, &proposal), [("RX7-2026-43219".to_owned(), 8_412_77)]);
    assert!(is_blocked(&proposal, Block::QuotedItemDiffers), "{}", told(&shard, &proposal));
}

#[test]
fn tails_with_a_discount_on_each() {
    let until = "2026-02-10";
    let shard = short()
        .with(invoice("70409", 12, 2_122_97).discount(2, until))
        .with(invoice("70410", 12, 2_122_97).discount(2, until))
        .with(invoice("70433", 12, 2_123_31).discount(2, until))
        .build();
    let proposal = shard.propose(&receipt(6_241_86, "70409/410/433").paid_from(&account(12)).named(&name(12)));
    assert_eq!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    let best = proposal.best().unwrap();
    assert_eq!(best.allocations.len(), 3);
    assert_eq!(best.allocations.iter().map(|part| part.applied).sum::<i64>(), 6_241_86);
    assert!(best.allocations.iter().all(|part| part.kind == Some(DifferenceKind::Discount)));
    assert_eq!(proposal.match_class, MatchClass::D);
}

#[test]
fn two_sets_fit_and_nothing_is_quoted() {
    let mut ledger = Ledger::new(CUSTOMERS);
    let amounts = [
        9_000_11, 5_203_00, 8_100_01, 6_103_10, 411_17, 733_29, 1_519_87, 2_204_31, 87_13, 640_55, 3_310_09, 954_73, 1_222_41, 377_77,
        2_890_03, 5_017_61, 129_99, 1_743_35, 808_23,
    ];
    for (place, amount) in amounts.into_iter().enumerate() {
        let due = date("2026-01-20").plus_days(place as i32 * 3 % 40).unwrap().to_string();
        ledger = ledger.with(invoice(&format!("RX7-2026-{}", 41_000 + place), 31, amount).dated("2025-12-20", &due));
    }
    let shard = ledger.build();
    let proposal = shard.propose(&receipt(14_203_11, "Zahlung").paid_from(&account(31)).named(&name(31)));
    assert_eq!(proposal.band, Band::Suggest, "{}", told(&shard, &proposal));
    let sets = proposal.ranked.iter().filter(|one| one.allocations.len() == 2 && one.on_account == 0).count();
    assert!(sets >= 2, "both sets are shown: {}", told(&shard, &proposal));
}

#[test]
fn the_same_document_paid_twice() {
    let mut shard =
        prefixed().with(invoice("Q-551207", 40, 500_00)).with(invoice("Q-551499", 40, 500_00).dated("2026-01-28", "2026-02-27")).build();
    let pay = |day: &str, position| receipt(500_00, "Q-551207").paid_from(&account(40)).named(&name(40)).on(day).at(position);
    let proposals = shard.run(&[pay("2026-02-03", 1), pay("2026-02-09", 2)]);
    assert_eq!(applied(&shard, &proposals[0]), [("Q-551207".to_owned(), 500_00)], "{}", told(&shard, &proposals[0]));
    assert_ne!(proposals[1].band, Band::Auto, "{}", told(&shard, &proposals[1]));
    let best = proposals[1].best().unwrap();
    assert_eq!((best.kind, best.on_account), (HypothesisKind::Duplicate, 500_00), "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "Q-551499"), 500_00);
}

#[test]
fn a_dollar_invoice_paid_on_a_euro_account() {
    let shard = short().with(invoice("61794", 66, 1_000_00).in_currency(Currency::USD)).build();
    let proposal = shard.propose(&receipt(918_44, "inv 61794 USD 1000,00").paid_from(&account(66)).named(&name(66)));
    assert_eq!(applied(&shard, &proposal), [("61794".to_owned(), 1_000_00)], "{}", told(&shard, &proposal));
}

#[test]
fn an_unknown_payer_and_an_amount_four_items_have() {
    let mut ledger = prefixed();
    for place in 0..4 {
        ledger = ledger.with(invoice(&format!("RX7-2026-4100{place}"), 90 + place * 30, 2_380_00));
    }
    let shard = ledger.build();
    let proposal = shard.propose(&receipt(2_380_00, ""));
    assert_eq!(proposal.band, Band::None, "{}", told(&shard, &proposal));
    assert!(proposal.refusal.is_some());
}
