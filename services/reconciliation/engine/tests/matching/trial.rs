//! Trials, payments told from outside, and questions about one item.

use proptest::prelude::*;
use quittance_matching::proposal::{Band, Block, HypothesisKind};
use quittance_matching::record::{ConfirmedRecord, Line, SettledPart, SettledRecord};
use quittance_matching::{Course, Shard};
use quittance_types::Currency;

use crate::fixture::*;
use crate::properties::{asked, ledger, lines_of, open_amounts};

const PRICES: [i64; 4] = [4_990, 11_900, 25_000, 7_733];

fn told(id: u64, amount: i64, applied: &[SettledPart<'_>]) -> impl Fn(&mut Shard) -> bool {
    let applied: Vec<(String, i64, i64)> = applied.iter().map(|part| (part.number.to_owned(), part.cash, part.taken)).collect();
    move |shard: &mut Shard| {
        let parts: Vec<SettledPart<'_>> =
            applied.iter().map(|(number, cash, taken)| SettledPart { number, cash: *cash, taken: *taken, written_off: 0 }).collect();
        shard.note_settlement(&SettledRecord {
            id,
            date: date("2026-02-05"),
            amount,
            payer_account: &account(3),
            references: &["E2E-778899"],
            customer: &customer_id(3),
            applied: &parts,
            auto: None,
        })
    }
}

/// The payment of the 5th coming back on the 10th.
fn returned(amount: i64) -> Line {
    Line { reversal: true, end_to_end_id: "E2E-778899".to_owned(), ..from(3, numbered("R", -amount, "Retoure")) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_trial_answers_what_a_run_does_and_leaves_no_trace(
        before in prop::collection::vec(asked(), 0..8),
        tried in prop::collection::vec(asked(), 1..16),
        probes in prop::collection::vec(asked(), 1..8),
    ) {
        let (before, tried, probes) = (lines_of(&before, &PRICES), lines_of(&tried, &PRICES), lines_of(&probes, &PRICES));
        let mut shard = ledger(&PRICES, 60).build();
        let mut untouched = ledger(&PRICES, 60).build();
        prop_assert_eq!(shard.run(&before), untouched.run(&before));
        let answers = shard.trial(&tried);
        prop_assert_eq!(&answers, &shard.trial(&tried));
        prop_assert_eq!(open_amounts(&shard), open_amounts(&untouched));
        let mut course = Course::default();
        let (first, second) = tried.split_at(tried.len() / 2);
        let in_portions: Vec<_> = [first, second].iter().map(|portion| shard.trial_on(&mut course, portion)).collect();
        let mut in_runs = ledger(&PRICES, 60).build();
        in_runs.run(&before);
        prop_assert_eq!(in_portions, [in_runs.run(first), in_runs.run(second)]);
        for line in probes.iter().chain(&tried) {
            prop_assert_eq!(shard.propose(line), untouched.propose(line));
        }
        prop_assert_eq!(&answers, &untouched.run(&tried));
        prop_assert_eq!(&answers, &shard.run(&tried));
        prop_assert_eq!(open_amounts(&shard), open_amounts(&untouched));
        prop_assert_eq!(shard.trial(&probes), untouched.run(&probes));
    }
}

#[test]
fn a_trial_takes_returns_back_too() {
    let mut shard = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 300_00)).build();
    let paid = Line { end_to_end_id: "E2E-778899".to_owned(), ..from(3, numbered("1", 300_00, "RX7-2026-40002")) };
    let lines = [paid.clone(), Line { position: 1, ..returned(300_00) }];
    let answers = shard.trial(&lines);
    assert_eq!((answers[0].band, answers[1].band), (Band::Auto, Band::Auto), "{answers:#?}");
    assert_eq!(answers, shard.trial(&lines));
    assert_auto(&shard, &shard.propose(&paid), &[("RX7-2026-40002", 300_00)]);
    assert_not_auto(&shard.propose(&returned(300_00)));
}

#[test]
fn a_payment_told_from_outside_is_known_until_it_is_taken_back() {
    let mut shard = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 300_00).with_open(0)).build();
    let tell = told(7, 294_00, &[SettledPart { number: "RX7-2026-40002", cash: 294_00, taken: 300_00, written_off: 0 }]);
    let again = from(3, numbered("2", 294_00, "RX7-2026-40002"));
    let kind = |shard: &Shard| shard.propose(&again).ranked.first().map(|best| best.kind);
    assert_ne!(kind(&shard), Some(HypothesisKind::Duplicate));
    assert!(tell(&mut shard));
    assert!(!tell(&mut shard), "the same id counts once");
    assert_eq!(kind(&shard), Some(HypothesisKind::Duplicate));
    assert_auto(&shard, &shard.propose(&returned(294_00)), &[("RX7-2026-40002", -294_00)]);
    assert!(shard.take_back_settlement(7));
    assert!(!shard.take_back_settlement(7));
    assert_ne!(kind(&shard), Some(HypothesisKind::Duplicate));
    assert_not_auto(&shard.propose(&returned(294_00)));
    assert!(tell(&mut shard), "it may be told anew");
}

#[test]
fn a_payment_that_is_confirmed_and_told_is_one_payment() {
    let confirm = |shard: &mut Shard| {
        shard.confirm(&ConfirmedRecord {
            date: date("2026-02-05"),
            amount: 300_00,
            currency: Currency::EUR,
            payer_name: &name(3),
            payer_account: &account(3),
            text: "RX7-2026-40002",
            structured_reference: "",
            end_to_end_id: "E2E-778899",
            customer: &customer_id(3),
            applied: &[("RX7-2026-40002", 300_00)],
            differences: &[],
        });
    };
    let tell = told(7, 300_00, &[SettledPart { number: "RX7-2026-40002", cash: 300_00, taken: 300_00, written_off: 0 }]);
    for confirmed_first in [true, false] {
        let mut shard = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 300_00).with_open(0)).build();
        if confirmed_first {
            confirm(&mut shard);
        }
        assert!(tell(&mut shard));
        if !confirmed_first {
            confirm(&mut shard);
        }
        assert_auto(&shard, &shard.propose(&returned(300_00)), &[("RX7-2026-40002", -300_00)]);
    }
}

#[test]
fn an_item_that_exists_takes_over_what_can_change() {
    let old = invoice("RX7-2026-40002", 3, 300_00);
    let twin = invoice("RX7-2026-40003", 3, 300_00).due("2026-03-05");
    let mut shard = Ledger::new(60).filler(300).with(old.clone()).with(twin.clone()).build();
    let later = Document { total: 260_00, ..old.due("2026-04-01").discount(2, "2026-02-15").with_open(250_00) };
    let place = shard.add_item(&later.record());
    let rebuilt = Ledger::new(60).filler(300).with(later).with(twin).build();
    assert_eq!(shard.item(place), rebuilt.item(place));
    for (amount, text) in [(245_00, ""), (250_00, "RX7-2026-40002"), (300_00, ""), (550_00, "RX7-2026-40002 RX7-2026-40003")] {
        let line = from(3, numbered("1", amount, text));
        assert_eq!(shard.propose(&line), rebuilt.propose(&line), "{text} {amount}");
    }
}

#[test]
fn an_item_of_which_nothing_is_open_is_a_closed_document() {
    let paid = invoice("RX7-2026-40002", 3, 300_00).with_open(0);
    let mut late = Ledger::new(60).filler(300).build();
    late.add_item(&paid.record());
    let shard = Ledger::new(60).filler(300).with(paid).build();
    for shard in [&shard, &late] {
        let proposal = shard.propose(&from(3, numbered("1", 300_00, "RX7-2026-40002")));
        assert_eq!(proposal.ranked.first().map(|best| best.kind), Some(HypothesisKind::Duplicate), "{proposal:#?}");
    }
}

#[test]
fn a_dispute_can_be_opened_and_ended() {
    let mut shard = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 300_00)).build();
    let line = from(3, numbered("1", 300_00, "RX7-2026-40002"));
    let before = shard.propose(&line);
    assert!(shard.set_disputed("RX7-2026-40002", true));
    assert_ne!(shard.propose(&line), before);
    assert!(shard.set_disputed("RX7-2026-40002", false));
    assert_eq!(shard.propose(&line), before);
    assert!(!shard.set_disputed("nothing", true));
}

#[test]
fn the_payer_is_known_even_where_nothing_fits() {
    let shard = Ledger::new(60).filler(300).build();
    let payer = |line: &Line| shard.propose(line).payer.and_then(|payer| shard.customer(payer)).map(|view| view.id.to_owned());
    assert_eq!(payer(&from(3, numbered("1", 123_45, "danke"))), Some(customer_id(3)));
    assert_eq!(payer(&from(3, numbered("1", 70_01, "RX7-2026-10000"))), None, "another customer's document is quoted");
    assert_eq!(payer(&numbered("1", 123_45, "danke")), None);
}

#[test]
fn why_not_says_what_forbids_an_item() {
    let gone = invoice("RX7-2026-40004", 3, 50_00).with_open(0);
    let ledger = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 300_00)).with(gone);
    let shard = ledger.with(invoice("RX7-2026-40003", 4, 300_00)).build();
    let line = from(3, numbered("1", 300_00, "RX7-2026-40002"));
    let ask = |number: &str| shard.why_not(&line, shard.find_item(number).unwrap());
    assert_eq!(ask("RX7-2026-40002").blocks, []);
    assert!(ask("RX7-2026-40003").blocks.contains(&Block::AccountContradicts));
    assert!(ask("RX7-2026-40003").blocks.contains(&Block::QuotedItemDiffers));
    assert_eq!(ask("RX7-2026-40004").blocks, [Block::NothingOpen]);
    let fee = Line { transaction_code: "PMNT/CCRD/CHRG".to_owned(), ..numbered("2", -300_00, "") };
    assert_eq!(shard.why_not(&fee, 0).blocks, [Block::NotReceivable]);
}

#[test]
fn evidence_reads_as_a_sentence() {
    let shard = Ledger::new(60).filler(1_200).with(invoice("RX7-2026-40002", 3, 300_00)).build();
    let line = from(3, numbered("1", 300_00, "Rg\u{e4} Nr. RX7-2026-40002"));
    let proposal = shard.propose(&line);
    let told: Vec<String> = proposal.ranked[0].evidence.iter().map(|one| shard.evidence_sentence(&line, one)).collect();
    let expected = [
        "RX7-2026-40002 found at characters 9-22",
        "amount equals what is open; of 1,201 items only this one has it",
        "account DE\u{2026}21 is this customer\u{2019}s by its master data, for no other",
        &format!("the payer\u{2019}s name agrees with {}", name(3)),
    ];
    assert_eq!(told, expected);
    let short = from(3, numbered("1", 300_00, "40002"));
    let sentence = shard.evidence_sentence(&short, &shard.propose(&short).ranked[0].evidence[0]);
    assert_eq!(sentence, "40002 found at characters 1-5, a short form of RX7-2026-40002");
}
