//! The month a text names: which of a subscription's documents is paid.

use quittance_matching::proposal::Block;

use crate::fixture::*;

/// A document a month from March to August 2026, all of one amount.
fn subscription() -> Ledger {
    (3..=8).fold(Ledger::new(60).filler(600), |ledger, month| {
        let (issued, due) = (format!("2026-0{month}-20"), format!("2026-0{}-04", month + 1));
        ledger.with(invoice(&format!("AB-77{month}01"), 8, 89_25).dated(&issued, &due))
    })
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
    }
}

#[test]
fn a_date_and_a_part_of_a_number_name_no_month() {
    let shard = subscription().build();
    for text in ["Abo 07.07.2026", "Abo FV/1/07/2026", "Abo 12. Juli 2026"] {
        let proposal = shard.propose(&from(8, numbered("1", 89_25, text)).on("2026-09-10"));
        assert!(best_pays(&shard, &proposal) != [("AB-77701".to_owned(), 89_25)], "{text}: {}", told(&shard, &proposal));
    }
}
