//! Incremental operations and learning.

use quittance_matching::proposal::{Band, Refusal};
use quittance_matching::record::{ConfirmedRecord, Line};
use quittance_types::Currency;

use crate::fixture::*;
use crate::orders::told;

fn questions() -> Vec<Line> {
    vec![
        from(3, numbered("1", 300_00, "RX7-2026-40002")),
        from(3, numbered("2", 300_00, "Zahlung")),
        from(4, numbered("3", 120_00, "40003")),
        numbered("4", 77_01, "RX7-2026-10000"),
    ]
}

#[test]
fn operations_give_what_a_rebuild_gives() {
    let old = invoice("RX7-2026-40002", 3, 300_00);
    let new = invoice("RX7-2026-40003", 4, 120_00);
    let gone = invoice("RX7-2026-40004", 4, 120_00);
    let mut shard = Ledger::new(60).filler(300).with(old.clone()).with(gone.clone()).build();
    shard.add_item(&new.record());
    assert!(shard.close_item("RX7-2026-40004", date("2026-02-09")));
    assert!(shard.change_open("RX7-2026-40002", 100_00));
    assert!(shard.change_open("RX7-2026-40002", 300_00));
    assert!(!shard.close_item("unknown", date("2026-02-09")));
    let closed = gone.with_open(0);
    let rebuilt = Ledger::new(60).filler(300).with(old).with(closed).with(new).build();
    for line in questions() {
        assert_eq!(told(&shard, &[shard.propose(&line)]), told(&rebuilt, &[rebuilt.propose(&line)]), "{line:?}");
    }
}

#[test]
fn a_confirmation_teaches_the_account() {
    let mut shard = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 312_34)).build();
    let line =
        Line { payer_name: "Treuhand Nord".to_owned(), payer_account: "DE77treuhand".to_owned(), ..numbered("1", 312_34, "Zahlung") };
    assert_ne!(shard.propose(&line).band, Band::Auto);
    for (time, amount) in [1_00, 2_00, 3_00].into_iter().enumerate() {
        shard.confirm(&ConfirmedRecord {
            date: date("2026-01-10").plus_days(time as i32).unwrap(),
            amount,
            currency: Currency::EUR,
            payer_name: "Treuhand Nord",
            payer_account: "DE77treuhand",
            text: "",
            structured_reference: "",
            end_to_end_id: "",
            customer: &customer_id(3),
            applied: &[],
            differences: &[],
        });
    }
    let taught = shard.propose(&line);
    assert_first(&shard, &taught, &[("RX7-2026-40002", 312_34)]);
    assert_eq!(taught.band, Band::Auto, "{taught:#?}");
    let customer = shard.find_customer(&customer_id(3)).unwrap();
    assert!(shard.learning().rows().iter().any(|row| row.customer == customer));
    shard.erase(customer);
    assert_ne!(shard.propose(&line).band, Band::Auto);
}

#[test]
fn a_customer_can_be_added_later() {
    let mut shard = Ledger::new(60).filler(300).build();
    shard.add_customer(&quittance_matching::record::CustomerRecord {
        id: &customer_id(900),
        number: "K900900",
        name: "Spaeter Handel GmbH",
        city: "",
        country: "DE",
        vat_id: "",
        ibans: &["DE55000000000000000055"],
        parent: "",
    });
    shard.add_item(&invoice("RX7-2026-99001", 900, 555_55).record());
    let line = Line { payer_account: "DE55 0000 0000 0000 0000 55".to_owned(), ..numbered("1", 555_55, "RX7-2026-99001") };
    assert_auto(&shard, &shard.propose(&line), &[("RX7-2026-99001", 555_55)]);
}

#[test]
fn a_class_that_proves_worse_than_accepted_is_only_suggested_until_it_is_right_again() {
    let mut shard = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 300_00)).build();
    let line = from(3, numbered("1", 300_00, "RX7-2026-40002"));
    let proposal = shard.propose(&line);
    let grade = shard.grade(&proposal).expect("a grade");
    (0..500).for_each(|_| shard.count_auto(grade.class()));
    shard.answer(0, grade, false);
    assert_eq!(shard.propose(&line).band, Band::Auto, "one in five hundred proves nothing");
    (1..9).for_each(|id| shard.answer(id, grade, false));
    let fallen = shard.propose(&line);
    assert_eq!((fallen.band, fallen.refusal), (Band::Suggest, Some(Refusal::Confidence)));
    assert_eq!(shard.fallen(), [grade.class()]);
    assert_eq!(shard.grade(&fallen), Some(grade), "it would have been applied");
    (9..2_500).for_each(|id| shard.answer(id, grade, true));
    assert_eq!(shard.fallen(), []);
}

#[test]
fn enough_answers_of_a_seller_make_its_own_table() {
    let mut shard = Ledger::new(60).filler(300).with(invoice("RX7-2026-40002", 3, 300_00)).build();
    let line = numbered("1", 200_00, "RX7-2026-40002");
    let proposal = shard.propose(&line);
    let grade = shard.grade(&proposal).expect("a grade");
    assert_ne!(proposal.band, Band::Auto);
    (0..1_999).for_each(|id| shard.answer(id, grade, id % 10 != 0));
    assert_eq!(shard.propose(&line).confidence, proposal.confidence);
    (0..26).for_each(|id| shard.answer(2_000 + id, grade, true));
    assert!((880_000..920_000).contains(&shard.propose(&line).confidence), "{}", shard.propose(&line).confidence);
}

#[test]
fn a_return_that_quotes_a_short_number_of_another_document() {
    let ledger = Ledger::new(120).population(600, |place| (60_000 + place * 7).to_string());
    let mut shard = ledger.closed("59568", 11, 733_19).with(invoice("59571", 11, 733_19)).build();
    let paid = receipt(733_19, "59571").paid_from(&account(11)).named(&name(11)).at(1);
    let mut back = receipt(-733_19, "RETURNED FAT. 59568").on("2026-02-20").at(2).paid_from(&account(11));
    (back.reversal, back.return_reason) = (true, "AC04".to_owned());
    let proposals = shard.run(&[paid, back]);
    assert_eq!(proposals[0].band, Band::Auto, "{:?}", told(&shard, &proposals[..1]));
    assert_ne!(proposals[1].band, Band::Auto, "{:?}", told(&shard, &proposals[1..]));
}

#[test]
fn a_short_number_in_a_return_chooses_no_payment() {
    let ledger = Ledger::new(120).population(600, |place| (2_000 + place).to_string());
    let mut shard = ledger.with(invoice("1042", 11, 500_00)).with(invoice("1077", 11, 500_00)).build();
    let paid = |id: &str, day: &str| receipt(500_00, id).paid_from(&account(11)).named(&name(11)).on(day);
    let mut back = receipt(-500_00, "RETURNED 500,00 TERMINAL 1042").on("2026-02-20").at(3).paid_from(&account(11));
    (back.reversal, back.return_reason) = (true, "AC04".to_owned());
    let proposals = shard.run(&[paid("Rechnung 1042", "2026-02-02").at(1), paid("Rechnung 1077", "2026-02-03").at(2), back]);
    assert!(proposals[..2].iter().all(|one| one.band == Band::Auto), "{:?}", told(&shard, &proposals[..2]));
    assert_ne!(proposals[2].band, Band::Auto, "{:?}", told(&shard, &proposals[2..]));
}
