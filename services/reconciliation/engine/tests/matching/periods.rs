//! The month a text names: which of a subscription's documents is paid.

use quittance_matching::Shard;
use quittance_matching::proposal::{Block, Feature, Proposal};

use crate::fixture::*;

/// A document a month from March to August 2026, all of one amount and due in their month.
fn subscription() -> Ledger {
    subscription_in(Ledger::new(60).filler(600))
}

fn subscription_in(ledger: Ledger) -> Ledger {
    (3..=8).fold(ledger, |ledger, month| {
        let (issued, due) = (format!("2026-0{month}-01"), format!("2026-0{month}-15"));
        ledger.with(invoice(&format!("AB-77{month}01"), 8, 89_25).dated(&issued, &due))
    })
}

/// The same, issued late in the month before the one they are due in.
fn billed_ahead(months: std::ops::RangeInclusive<u32>) -> Ledger {
    months.fold(Ledger::new(60).filler(600), |ledger, month| {
        let (issued, due) = (format!("2026-0{month}-20"), format!("2026-0{}-04", month + 1));
        ledger.with(invoice(&format!("AB-77{month}01"), 8, 89_25).dated(&issued, &due))
    })
}

fn pay(shard: &Shard, text: &str, day: &str) -> Proposal {
    shard.propose(&from(8, numbered("1", 89_25, text)).on(day))
}

#[test]
fn of_equal_amounts_the_one_of_the_month_that_is_named() {
    let shard = subscription().build();
    for text in
        ["Miete 07/2026", "Wartung 07.26", "Service 2026-07", "Abo Juli 2026", "Contract 07 /2026", "Miete lipiec 2026", "Abo juillet 2026"]
    {
        let proposal = shard.propose(&from(8, numbered("1", 89_25, text)).on("2026-09-10"));
        assert_eq!(applied(&shard, &proposal), [("AB-77701".to_owned(), 89_25)], "{text}: {}", told(&shard, &proposal));
    }
}

#[test]
fn another_month_than_is_named_waits() {
    let shard = subscription().build();
    for text in ["Miete 01/2026", "Miete Januar 2026", "Wartung 09/2026"] {
        let proposal = shard.propose(&from(8, numbered("1", 89_25, text)).on("2026-09-10"));
        assert_not_auto(&proposal);
    }
    let alone = Ledger::new(60).filler(600).with(invoice("AB-77901", 8, 89_25).dated("2026-09-01", "2026-09-15")).build();
    let second = alone.propose(&from(8, numbered("1", 89_25, "Contract 08/2026")).on("2026-09-28"));
    assert!(is_blocked(&second, Block::QuotedItemDiffers), "{}", told(&alone, &second));
}

#[test]
fn the_month_of_the_payment_says_nothing_of_the_only_document() {
    let alone = Ledger::new(60).filler(600).with(invoice("AB-77901", 8, 89_25).dated("2026-08-01", "2026-09-15")).build();
    let paid = alone.propose(&from(8, numbered("1", 89_25, "Zahlung 09/26")).on("2026-09-18"));
    assert_auto(&alone, &paid, &[("AB-77901", 89_25)]);
    let shard = subscription().build();
    let proposal = shard.propose(&from(8, numbered("1", 89_25, "wie besprochen 08/26")).on("2026-08-25"));
    assert_first(&shard, &proposal, &[("AB-77801", 89_25)]);
    assert_not_auto(&proposal);
}

#[test]
fn behind_the_end_of_a_month_it_is_still_the_month_of_the_payment() {
    let shard = subscription().build();
    assert_not_auto(&pay(&shard, "Zahlung 08/26", "2026-09-01"));
    assert_auto(&shard, &pay(&shard, "Zahlung 07/26", "2026-09-01"), &[("AB-77701", 89_25)]);
    assert_auto(&shard, &pay(&shard, "Zahlung 08/26", "2026-09-10"), &[("AB-77801", 89_25)]);
    let alone = Ledger::new(60).filler(600).with(invoice("AB-77701", 8, 89_25).dated("2026-07-01", "2026-07-15")).build();
    assert_auto(&alone, &pay(&alone, "Zahlung 08/26", "2026-09-01"), &[("AB-77701", 89_25)]);
    let year = (9..=12).fold(Ledger::new(60).filler(600), |ledger, month| {
        let (issued, due) = (format!("2025-{month:02}-01"), format!("2025-{month:02}-15"));
        ledger.with(invoice(&format!("AB-66{month:02}"), 8, 89_25).dated(&issued, &due))
    });
    let year = year.build();
    assert_not_auto(&pay(&year, "Zahlung 12/25", "2026-01-02"));
    assert_auto(&year, &pay(&year, "Zahlung 11/25", "2026-01-02"), &[("AB-6611", 89_25)]);
}

#[test]
fn of_an_amount_that_many_ask_for_any_document_of_the_customer_may_be_meant() {
    let many = |ledger: Ledger| {
        (0..100).fold(ledger, |ledger, place| ledger.with(invoice(&format!("AA-{:05}", 10_000 + place), 10 + place % 40, 89_25)))
    };
    let shard = subscription_in(many(Ledger::new(60).filler(600))).build();
    assert_not_auto(&pay(&shard, "wie besprochen 08/26", "2026-08-25"));
}

#[test]
fn a_month_that_is_billed_ahead_waits_where_either_document_may_be_meant() {
    let shard = billed_ahead(3..=8).build();
    let either = pay(&shard, "Miete 07/2026", "2026-09-10");
    assert!(is_blocked(&either, Block::SetNotUnique), "{}", told(&shard, &either));
    let first = pay(&shard, "Miete 03/2026", "2026-09-10");
    assert_auto(&shard, &first, &[("AB-77301", 89_25)]);
    let due = billed_ahead(6..=6).build();
    let only = pay(&due, "Miete 07/2026", "2026-09-10");
    assert_first(&due, &only, &[("AB-77601", 89_25)]);
    assert!(is_blocked(&only, Block::SetNotUnique), "{}", told(&due, &only));
}

#[test]
fn a_month_that_is_paid_twice_pays_no_other() {
    let mut shard = billed_ahead(6..=7).build();
    let paid = |text: &str, day: &str, at: u64| from(8, numbered("1", 89_25, text)).on(day).at(at);
    let proposals = shard.run(&[paid("AB-77701", "2026-09-10", 1), paid("Miete 07/2026", "2026-09-20", 2)]);
    assert_auto(&shard, &proposals[0], &[("AB-77701", 89_25)]);
    assert_not_auto(&proposals[1]);
}

#[test]
fn a_number_outweighs_the_month() {
    let shard = subscription().build();
    let proposal = shard.propose(&from(8, numbered("1", 89_25, "Miete 08/2026 AB-77501")).on("2026-09-10"));
    assert_auto(&shard, &proposal, &[("AB-77501", 89_25)]);
}

#[test]
fn behind_a_word_for_invoices_stands_the_number_and_its_year() {
    let shard = Ledger::new(60).filler(600).with(invoice("2026/00010", 8, 2_154_00)).build();
    for text in ["Rechnung 10/2026", "RE Nr. 10/2026"] {
        let proposal = shard.propose(&receipt(2_154_00, text).named(&name(8)));
        assert_first(&shard, &proposal, &[("2026/00010", 2_154_00)]);
        assert!(!differs(&proposal), "{text}: {}", told(&shard, &proposal));
    }
}

/// True when the month that is named speaks against the best reading.
fn differs(proposal: &Proposal) -> bool {
    proposal.best().unwrap().evidence.iter().any(|one| one.feature == Feature::PeriodDiffers)
}

#[test]
fn numbers_that_look_like_months_name_the_documents_that_have_them() {
    let ledger = Ledger::new(60).population(600, |place| format!("{}/2025", 100 + place));
    let shard = ledger.with(invoice("10/2026", 8, 2_154_00)).with(invoice("11/2026", 8, 733_19)).build();
    let pay = |amount: i64, text: &str| shard.propose(&from(8, numbered("1", amount, text)));
    for text in ["Rechnungen 10/2026, 11/2026", "RE 10/2026 + 11/2026", "Rg. 10/2026 und 11/2026"] {
        let proposal = pay(2_154_00 + 733_19, text);
        assert_eq!(
            applied(&shard, &proposal),
            [("10/2026".to_owned(), 2_154_00), ("11/2026".to_owned(), 733_19)],
            "{text}: {}",
            told(&shard, &proposal)
        );
    }
    assert_auto(&shard, &pay(733_19, "11/2026"), &[("11/2026", 733_19)]);
}

#[test]
fn a_date_and_a_part_of_a_number_name_no_month() {
    let shard = subscription().build();
    for text in ["Abo 07.07.2026", "Abo FV/1/07/2026", "Abo 12. Juli 2026"] {
        let proposal = shard.propose(&from(8, numbered("1", 89_25, text)).on("2026-09-10"));
        assert!(best_pays(&shard, &proposal) != [("AB-77701".to_owned(), 89_25)], "{text}: {}", told(&shard, &proposal));
    }
}

/// Documents of April and May of one customer; those of May come to 1,503.85.
fn april_and_may() -> Ledger {
    let rows = [
        (1, "2026-05-03", 410_11),
        (2, "2026-05-11", 733_20),
        (3, "2026-05-28", 360_54),
        (4, "2026-04-25", 912_35),
        (5, "2026-06-02", 77_10),
    ];
    rows.into_iter().fold(Ledger::new(60).filler(600), |ledger, (place, day, amount)| {
        ledger.with(invoice(&format!("RX7-2026-8200{place}"), 55, amount).dated(day, "2026-06-20"))
    })
}

const MAY: [(&str, i64); 3] = [("RX7-2026-82001", 410_11), ("RX7-2026-82002", 733_20), ("RX7-2026-82003", 360_54)];

#[test]
fn all_documents_of_the_month_whose_invoices_are_named() {
    let shard = april_and_may().build();
    let pay = |amount: i64, text: &str| shard.propose(&from(55, numbered("1", amount, text)).on("2026-06-08"));
    let texts = ["Rechnungen Mai 2026", "alle facturen 05/2026", "Rg. Mai 26", "all invoices May", "offene Posten Mai"];
    for text in texts {
        let proposal = pay(1_503_85, text);
        assert_eq!(
            applied(&shard, &proposal),
            MAY.map(|(number, amount)| (number.to_owned(), amount)),
            "{text}: {}",
            told(&shard, &proposal)
        );
    }
    for text in
        ["Rechnungen April 2026", "Rechnungen Mai Juni", "Zahlung", "Rechnungen Mai u.a.", "Kontoauszug 05/2026", "Rechnungen Mai 2025"]
    {
        assert_not_auto(&pay(1_503_85, text));
    }
    assert_not_auto(&pay(733_20 + 360_54, "Rechnungen Mai 2026"));
}

#[test]
fn an_account_that_pays_for_others_may_mean_the_month_of_another() {
    let shard = april_and_may().confirmed(56, &account(55), 3).build();
    assert_not_auto(&shard.propose(&from(55, numbered("1", 1_503_85, "Rechnungen Mai 2026")).on("2026-06-08")));
}

#[test]
fn of_two_months_that_are_named_neither_is_the_one() {
    let second = invoice("RX7-2026-82006", 55, 208_45).dated("2026-06-05", "2026-06-20");
    let shard = april_and_may().with(second).build();
    let pay = |amount: i64, text: &str| shard.propose(&from(55, numbered("1", amount, text)).on("2026-06-08"));
    assert_not_auto(&pay(1_503_85, "RECHNUNGEN MAI 2026 UND JUNI"));
    assert_not_auto(&pay(77_10 + 208_45, "RECHNUNGEN MAI, JUNI 2026"));
}
