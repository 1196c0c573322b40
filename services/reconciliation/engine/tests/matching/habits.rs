//! What confirmed payments of a customer make likely, and when they do not.

use quittance_matching::Shard;
use quittance_matching::proposal::{Band, Feature, Proposal};
use quittance_matching::record::{ConfirmedRecord, Line, SettledPart, SettledRecord};
use quittance_types::Currency;

use crate::fixture::*;

fn netting() -> Ledger {
    let note = invoice("CN-2026-00031", 7, 480_77).credit_note();
    Ledger::new(60).filler(600).with(invoice("RX7-2026-81001", 7, 1_677_06)).with(note)
}

fn nets(ledger: Ledger, month: u32) -> Ledger {
    let (day, number) = (format!("2025-{month:02}-05"), format!("RX7-2025-8{month:02}01"));
    ledger.taught(7, &day, &format!("RG {number}"), &[(&number, 900_00), (&format!("CN-2025-04{month:02}1"), -100_00)])
}

fn pay(shard: &Shard, customer: usize, amount: i64, text: &str) -> Proposal {
    shard.propose(&from(customer, numbered("1", amount, text)))
}

const NETTED: [(&str, i64); 2] = [("CN-2026-00031", -480_77), ("RX7-2026-81001", 1_677_06)];

#[test]
fn a_customer_that_nets_without_a_word_does_it_again() {
    let shard = nets(nets(netting(), 11), 12).build();
    let proposal = pay(&shard, 7, 1_196_29, "RX7-2026-81001");
    assert_auto(&shard, &proposal, &NETTED);
    assert!(proposal.best().unwrap().evidence.iter().any(|one| one.feature == Feature::CreditHabit));
}

#[test]
fn once_is_no_habit_and_neither_is_what_was_done_otherwise() {
    let once = nets(netting(), 11).build();
    assert_not_auto(&pay(&once, 7, 1_196_29, "RX7-2026-81001"));
    let named = nets(nets(netting(), 11), 12).taught(
        7,
        "2025-10-01",
        "RG RX7-2025-81001 abz. CN-2025-04101",
        &[("RX7-2025-81001", 900_00), ("CN-2025-04101", -100_00)],
    );
    assert_not_auto(&pay(&named.build(), 7, 1_196_29, "RX7-2026-81001"));
    let other = nets(nets(netting(), 11), 12).build();
    assert_not_auto(&pay(&other, 7, 1_196_29, "RX7-2026-81001 u.a."));
}

#[test]
fn once_is_enough_where_many_do_it() {
    let others = (11..19).fold(nets(netting(), 11), |ledger, customer| {
        let number = format!("RX7-2025-9{customer}01");
        ledger.taught(customer, "2025-12-01", &format!("RG {number}"), &[(&number, 900_00), ("CN-2025-04999", -100_00)])
    });
    let shard = others.build();
    assert_auto(&shard, &pay(&shard, 7, 1_196_29, "RX7-2026-81001"), &NETTED);
}

#[test]
fn what_one_customer_does_often_is_not_common() {
    let often = (11..=19).fold(nets(netting(), 11), |ledger, day| {
        let number = format!("RX7-2025-9{day}01");
        ledger.taught(20, &format!("2025-11-{day}"), &format!("RG {number}"), &[(&number, 900_00), ("CN-2025-04999", -100_00)])
    });
    assert_not_auto(&pay(&often.build(), 7, 1_196_29, "RX7-2026-81001"));
}

#[test]
fn one_payment_for_many_customers_is_nobodys_habit() {
    let customers = [7, 20, 21, 22, 23, 24, 25, 26, 27];
    let numbers = customers.map(|customer| format!("RX7-2025-7{customer:02}01"));
    let ledger = numbers
        .iter()
        .zip(customers)
        .fold(netting(), |ledger, (number, customer)| ledger.with(invoice(number, customer, 900_00).with_open(0)));
    let mut applied: Vec<(&str, i64)> = numbers.iter().map(|number| (number.as_str(), 900_00)).collect();
    applied.push(("CN-2025-04999", -100_00));
    let text = numbers.join(" ");
    let shard = ledger.taught(20, "2025-12-01", &text, &applied).taught(20, "2025-12-08", &text, &applied).build();
    assert_not_auto(&pay(&shard, 7, 1_196_29, "RX7-2026-81001"));
}

#[test]
fn a_credit_note_beside_unnamed_invoices_is_not_netted_in_silence() {
    let unnamed = |ledger: Ledger, month: u32| {
        ledger.taught(7, &format!("2025-{month}-05"), "Zahlung", &[("RX7-2025-81101", 900_00), ("CN-2025-04111", -100_00)])
    };
    assert_not_auto(&pay(&unnamed(unnamed(netting(), 11), 12).build(), 7, 1_196_29, "RX7-2026-81001"));
}

#[test]
fn a_credit_note_in_a_reference_or_without_its_zeros_is_named() {
    for (text, end_to_end_id) in [("RG RX7-2025-81001", "CN-2025-04101"), ("RG RX7-2025-81001 CN 4101", "")] {
        let applied = &[("RX7-2025-81001", 900_00), ("CN-2025-04101", -100_00)];
        let record = |record| ConfirmedRecord { amount: 800_00, text, end_to_end_id, applied, ..record };
        let ledger = nets(nets(netting(), 11), 12).taught_as(7, "2025-10-01", record);
        assert_not_auto(&pay(&ledger.build(), 7, 1_196_29, "RX7-2026-81001"));
    }
}

#[test]
fn another_deduction_names_no_credit_note() {
    let text = "RG RX7-2025-81001 Skonto";
    let applied = [("RX7-2025-81001", 900_00), ("CN-2025-04101", -100_00)];
    let shard = nets(nets(netting(), 11), 12).taught(7, "2025-10-01", text, &applied).build();
    assert_auto(&shard, &pay(&shard, 7, 1_196_29, "RX7-2026-81001"), &NETTED);
}

#[test]
fn of_two_credit_notes_that_fit_none_is_chosen() {
    let twin = invoice("CN-2026-00045", 7, 480_77).credit_note();
    let shard = nets(nets(netting(), 11), 12).with(twin).build();
    assert_not_auto(&pay(&shard, 7, 1_196_29, "RX7-2026-81001"));
}

#[test]
fn what_a_bank_may_have_taken_is_no_credit_note_in_any_currency() {
    let taught = || nets(nets(Ledger::new(60).filler(600), 11), 12);
    let netting = |currency: Currency, invoiced: i64, credit: i64| {
        let note = invoice("CN-2026-00031", 7, credit).credit_note().in_currency(currency);
        let shard = taught().with(invoice("RX7-2026-81001", 7, invoiced).in_currency(currency)).with(note).build();
        let proposal = shard.propose(&Line { currency, ..from(7, numbered("1", invoiced - credit, "RX7-2026-81001")) });
        (shard, proposal)
    };
    let (shard, proposal) = netting(Currency::JPY, 180_413, 2_900);
    assert_auto(&shard, &proposal, &[("CN-2026-00031", -2_900), ("RX7-2026-81001", 180_413)]);
    let (_, proposal) = netting(Currency::parse("KWD").unwrap(), 1_677_060, 20_000);
    assert_not_auto(&proposal);
}

#[test]
fn an_account_that_pays_for_others_too_has_no_habit_of_its_own() {
    let shared = nets(nets(netting(), 11), 12).confirmed(8, &account(7), 2).build();
    let proposal = shared.propose(&numbered("1", 1_196_29, "RX7-2026-81001").paid_from(&account(7)));
    assert_not_auto(&proposal);
}

#[test]
fn a_credit_note_that_is_open_again_may_be_the_one_that_is_netted() {
    let note = |number: &str| invoice(number, 7, 480_77).credit_note();
    let ledger = nets(nets(Ledger::new(60).filler(600), 11), 12).with(invoice("RX7-2026-81001", 7, 1_677_06)).with(note("CN-2026-00031"));
    let paid = [("RX7-2026-81002", 900_00, 900_00), ("CN-2026-00045", -480_77, 480_77)];
    let mut shard = ledger.with(invoice("RX7-2026-81002", 7, 900_00).with_open(0)).with(note("CN-2026-00045").with_open(0)).build();
    assert!(shard.note_settlement(&SettledRecord {
        id: 7,
        date: date("2026-02-05"),
        amount: 419_23,
        payer_account: &account(7),
        references: &["E2E-778899"],
        customer: &customer_id(7),
        applied: &paid.map(|(number, cash, taken)| SettledPart { number, cash, taken, written_off: 0 }),
        auto: None,
    }));
    let returned = Line { reversal: true, end_to_end_id: "E2E-778899".to_owned(), ..from(7, numbered("1", -419_23, "Retoure")) };
    let netted = from(7, numbered("2", 1_196_29, "RX7-2026-81001")).on("2026-02-11");
    let proposals = shard.run(&[returned, netted]);
    assert_eq!(open(&shard, "CN-2026-00045"), 480_77, "{}", told(&shard, &proposals[0]));
    assert_not_auto(&proposals[1]);
}

/// Documents of December and January; those of December come to 1,503.85.
fn months() -> Ledger {
    let rows = [
        (1, "2025-12-03", 410_11),
        (2, "2025-12-11", 733_20),
        (3, "2025-12-28", 360_54),
        (4, "2026-01-05", 912_35),
        (5, "2026-01-09", 77_10),
    ];
    rows.into_iter().fold(Ledger::new(60).filler(600), |ledger, (place, day, amount)| {
        ledger.with(invoice(&format!("RX7-2026-8200{place}"), 9, amount).dated(day, "2026-02-20"))
    })
}

/// Pays two documents of a month in the next one; both are closed, on days that are not known.
fn by_statement(ledger: Ledger, month: u32) -> Ledger {
    by_text(ledger, month, &format!("Kontoauszug {month:02}/2025"))
}

fn by_text(ledger: Ledger, month: u32, text: &str) -> Ledger {
    let (first, second) = (format!("RX7-2025-9{month:02}01"), format!("RX7-2025-9{month:02}02"));
    let ledger = ledger.closed(&first, 9, 200_00).closed(&second, 9, 310_00);
    ledger.taught(9, &format!("2025-{:02}-05", month + 1), text, &[(&first, 200_00), (&second, 310_00)])
}

const DECEMBER: [(&str, i64); 3] = [("RX7-2026-82001", 410_11), ("RX7-2026-82002", 733_20), ("RX7-2026-82003", 360_54)];

#[test]
fn a_customer_that_pays_by_the_month_pays_the_month_it_names() {
    let shard = by_statement(by_statement(months(), 10), 11).build();
    assert_auto(&shard, &pay(&shard, 9, 1_503_85, "Kontoauszug 12/2025"), &DECEMBER);
    assert_not_auto(&pay(&shard, 9, 1_503_85, "Kontoauszug 01/2026"));
    assert_not_auto(&pay(&shard, 9, 1_503_85, "Kontoauszug 12/2025 und Januar"));
    let unheard = by_statement(months(), 11).build();
    assert_not_auto(&pay(&unheard, 9, 1_503_85, "Kontoauszug 12/2025"));
}

#[test]
fn who_named_a_month_and_paid_another_does_not_pay_by_the_month() {
    let late = |place: u32| invoice(&format!("RX7-2026-8205{place}"), 9, 55_10).dated("2026-01-12", "2026-02-20").with_open(0);
    let ledger = by_statement(by_statement(months(), 10), 11).with(late(1)).with(late(2));
    let shard = ledger.taught(9, "2026-01-20", "Kontoauszug 12/2025", &[("RX7-2026-82051", 55_10), ("RX7-2026-82052", 55_10)]).build();
    assert_not_auto(&pay(&shard, 9, 1_503_85, "Kontoauszug 12/2025"));
}

#[test]
fn a_month_with_its_credit_notes_is_a_month() {
    let with_note = |ledger: Ledger, month: u32| {
        let applied: [(&str, i64); 3] = [("RX7-2025-91001", 200_00), ("RX7-2025-91002", 310_00), ("CN-2025-04101", -50_00)];
        let ledger = applied.iter().fold(ledger, |ledger, (number, amount)| ledger.closed(number, 9, amount.abs()));
        ledger.taught(9, &format!("2025-{:02}-05", month + 1), &format!("Kontoauszug {month:02}/2025"), &applied)
    };
    let shard = with_note(with_note(months(), 10), 11).build();
    assert_auto(&shard, &pay(&shard, 9, 1_503_85, "Kontoauszug 12/2025"), &DECEMBER);
}

#[test]
fn a_month_is_not_learnt_from_documents_nobody_knows_or_beside_an_order() {
    let unknown = |ledger: Ledger, month: u32| {
        let applied = [("RX7-2025-91001", 200_00), ("RX7-2025-91002", 310_00)];
        ledger.taught(9, &format!("2025-{:02}-05", month + 1), &format!("Kontoauszug {month:02}/2025"), &applied)
    };
    assert_not_auto(&pay(&unknown(unknown(months(), 10), 11).build(), 9, 1_503_85, "Kontoauszug 12/2025"));
    let ordered = by_text(by_text(months(), 10, "Bestellung 4711345 10/2025"), 11, "Bestellung 4711399 11/2025").build();
    assert_not_auto(&pay(&ordered, 9, 1_503_85, "Kontoauszug 12/2025"));
}

#[test]
fn of_several_months_none_is_a_habit() {
    let shard = by_statement(by_statement(months(), 10), 11).build();
    assert_not_auto(&pay(&shard, 9, 1_503_85, "Kontoauszug 11/2025 12/2025"));
}

#[test]
fn a_number_without_its_zeros_is_more_than_a_month() {
    let quoted = |ledger: Ledger, month: u32| {
        let ledger = ledger.closed("RX-00120", 9, 200_00).closed("RX-00121", 9, 310_00);
        ledger.taught(9, &format!("2025-{month}-28"), &format!("RG 120 {month}/2025"), &[("RX-00120", 200_00), ("RX-00121", 310_00)])
    };
    assert_not_auto(&pay(&quoted(quoted(months(), 10), 11).build(), 9, 1_503_85, "Kontoauszug 12/2025"));
}

/// So many customers net without a word, twice each.
fn many_net(ledger: Ledger, customers: std::ops::Range<usize>) -> Ledger {
    many_net_in(ledger, 2025, customers, "")
}

fn many_net_in(ledger: Ledger, year: u32, customers: std::ops::Range<usize>, word: &str) -> Ledger {
    let pairs = customers.flat_map(|customer| [(customer, 10), (customer, 11)]);
    pairs.fold(ledger, |ledger, (customer, month)| {
        let (day, number) = (format!("{year}-{month}-05"), format!("RX7-{year}-9{customer}{month}"));
        ledger.taught(customer, &day, &format!("RG {number} {word}"), &[(&number, 900_00), ("CN-2025-04999", -100_00)])
    })
}

#[test]
fn what_is_usual_at_the_seller_is_believed_of_a_customer_who_never_did_it() {
    let shard = many_net(netting(), 20..25).build();
    let proposal = pay(&shard, 7, 1_196_29, "RX7-2026-81001");
    assert_auto(&shard, &proposal, &NETTED);
    let habit = proposal.best().unwrap().evidence.iter().find(|one| one.feature == Feature::CreditHabit).unwrap();
    let line = from(7, numbered("1", 1_196_29, "RX7-2026-81001"));
    assert_eq!(shard.evidence_sentence(&line, habit), "confirmed payments of 5 customers lately netted credit notes without a word");
    let few = many_net(netting(), 20..24).build();
    assert_not_auto(&pay(&few, 7, 1_196_29, "RX7-2026-81001"));
}

#[test]
fn what_is_usual_is_not_believed_of_a_customer_who_does_otherwise() {
    let text = "RG RX7-2025-81001 abz. CN-2025-04101";
    let otherwise =
        many_net(netting(), 20..26).taught(7, "2025-10-01", text, &[("RX7-2025-81001", 900_00), ("CN-2025-04101", -100_00)]).build();
    assert_not_auto(&pay(&otherwise, 7, 1_196_29, "RX7-2026-81001"));
}

#[test]
fn what_was_usual_long_ago_or_most_do_otherwise_is_not_believed() {
    let long_ago = many_net_in(netting(), 2022, 20..40, "").build();
    assert_not_auto(&pay(&long_ago, 7, 1_196_29, "RX7-2026-81001"));
    let few = many_net_in(many_net(netting(), 20..25), 2025, 30..50, "abz. CN-2025-04999").build();
    assert_not_auto(&pay(&few, 7, 1_196_29, "RX7-2026-81001"));
}

#[test]
fn a_day_names_no_credit_note() {
    let dated = |ledger: Ledger, month: u32| {
        let (day, text) = (format!("2025-{month}-05"), format!("RG RX7-2025-8{month}01 vom 04.02.2025"));
        ledger.taught(7, &day, &text, &[(&format!("RX7-2025-8{month}01"), 900_00), ("CN-2025-00402", -100_00)])
    };
    let shard = dated(dated(netting(), 11), 12).build();
    assert_auto(&shard, &pay(&shard, 7, 1_196_29, "RX7-2026-81001"), &NETTED);
}

#[test]
fn what_fits_by_accident_is_no_habit() {
    let note = invoice("CN-2026-00031", 7, 40_00).credit_note();
    let small = Ledger::new(60).filler(600).with(invoice("RX7-2026-81001", 7, 150_00)).with(note);
    assert_not_auto(&pay(&nets(nets(small, 11), 12).build(), 7, 110_00, "RX7-2026-81001"));
}

/// Forty documents of one customer, one due every third day from 1 November 2025 on; the first three come to 2,241.80.
fn many_open() -> Ledger {
    let first = date("2025-11-01");
    (0..40_i32).fold(Ledger::new(60).filler(600), |ledger, place| {
        let due = first.plus_days(3 * place).unwrap();
        let amount = [741_13, 1_052_40, 448_27].get(place as usize).copied().unwrap_or(20_000 + i64::from(place) * 7_919 % 90_000);
        let mut document = invoice(&format!("RX7-2026-83{place:03}"), 9, amount);
        (document.issued_on, document.due_on) = (due.plus_days(-30).unwrap(), due);
        ledger.with(document)
    })
}

fn pays_unnamed(ledger: Ledger, month: u32, text: &str) -> Ledger {
    let (first, second) = (format!("RX7-2025-9{month:02}01"), format!("RX7-2025-9{month:02}02"));
    ledger.taught(9, &format!("2025-{month:02}-05"), text, &[(&first, 200_00), (&second, 310_00)])
}

const OLDEST: [(&str, i64); 3] = [("RX7-2026-83000", 741_13), ("RX7-2026-83001", 1_052_40), ("RX7-2026-83002", 448_27)];

#[test]
fn the_oldest_that_come_to_the_money_are_suggested_whatever_was_done_before() {
    for shard in [many_open().build(), pays_unnamed(pays_unnamed(many_open(), 10, "Zahlung"), 11, "Zahlung").build()] {
        let proposal = pay(&shard, 9, 2_241_80, "Zahlung");
        assert_first(&shard, &proposal, &OLDEST);
        assert_not_auto(&proposal);
    }
}

#[test]
fn a_credit_note_of_just_the_difference_comes_before_a_fee() {
    let small = |amount: i64| {
        let note = invoice("CN-2026-00031", 7, amount).credit_note();
        Ledger::new(60).filler(600).with(invoice("RX7-2026-81001", 7, 1_677_06)).with(note)
    };
    let shard = small(6_00).build();
    let proposal = pay(&shard, 7, 1_671_06, "RX7-2026-81001");
    assert_first(&shard, &proposal, &[("CN-2026-00031", -6_00), ("RX7-2026-81001", 1_677_06)]);
    assert_not_auto(&proposal);
    let odd = many_net(small(17_83), 20..25).build();
    assert_auto(&odd, &pay(&odd, 7, 1_659_23, "RX7-2026-81001"), &[("CN-2026-00031", -17_83), ("RX7-2026-81001", 1_677_06)]);
    let fee = many_net(small(17_50), 20..25).build();
    assert_not_auto(&pay(&fee, 7, 1_659_56, "RX7-2026-81001"));
}

/// Money of a customer that names nothing and waited, so often.
fn waited(ledger: Ledger, amount: i64, times: i32) -> Ledger {
    (0..times).fold(ledger, |ledger, month| {
        let date = date("2025-10-05").plus_days(30 * month).unwrap();
        ledger.taught_as(7, "2025-10-05", |record| ConfirmedRecord { date, amount, text: "Zahlung", ..record })
    })
}

fn owing() -> Ledger {
    Ledger::new(60).filler(600).with(invoice("RX7-2026-81001", 7, 1_677_06)).with(invoice("RX7-2026-81002", 7, 903_10))
}

#[test]
fn money_that_always_waited_waits_again() {
    let shard = waited(owing(), 1_000_00, 3).build();
    let proposal = pay(&shard, 7, 1_000_00, "Zahlung");
    assert_eq!((proposal.band, proposal.best().unwrap().on_account), (Band::Auto, 1_000_00), "{}", told(&shard, &proposal));
    let habit = proposal.best().unwrap().evidence.iter().find(|one| one.feature == Feature::WaitHabit).unwrap();
    let sentence = shard.evidence_sentence(&from(7, numbered("1", 1_000_00, "Zahlung")), habit);
    assert!(sentence.ends_with("of this amount that named no document waited on account, 3 times"), "{sentence}");
}

#[test]
fn money_that_may_be_meant_for_something_does_not_wait_by_habit() {
    let shard = waited(owing(), 1_000_00, 3).build();
    assert_not_auto(&pay(&shard, 7, 1_100_00, "Zahlung"));
    assert_not_auto(&pay(&standing(Ledger::new(60).filler(600), 8..12).build(), 7, 1_000_00, "Rg. RX7-2025-70001"));
    assert_not_auto(&pay(&shard, 8, 1_000_00, "Zahlung"));
    assert_not_auto(&pay(&shard, 7, 1_000_00, "Zahlung 81077"));
    assert_not_auto(&pay(&waited(owing(), 1_000_00, 1).build(), 7, 1_000_00, "Zahlung"));
    let asked = waited(owing(), 1_000_00, 3).with(invoice("RX7-2026-81003", 7, 1_000_00)).build();
    assert_eq!(pay(&asked, 7, 1_000_00, "Zahlung").best().unwrap().on_account, 0);
    let spread = waited(owing().closed("RX7-2025-80001", 7, 1_000_00), 1_000_00, 3);
    assert_not_auto(&pay(&spread.taught(7, "2025-09-05", "Zahlung", &[("RX7-2025-80001", 1_000_00)]).build(), 7, 1_000_00, "Zahlung"));
}

/// A standing order whose words name a document of long ago, for the rent of so many months.
fn standing(ledger: Ledger, months: std::ops::Range<u32>) -> Ledger {
    months.fold(ledger.closed("RX7-2025-70001", 7, 297_50), |ledger, month| {
        let number = format!("RX7-2025-71{month:03}");
        let paid = ledger.closed(&number, 7, 297_50);
        paid.taught(7, &format!("2025-{month:02}-03"), "Rg. RX7-2025-70001", &[(&number, 297_50)])
    })
}

#[test]
fn a_number_that_a_standing_order_always_carries_says_nothing() {
    let rent = || Ledger::new(60).filler(600).with(invoice("RX7-2026-81001", 7, 297_50));
    let shard = standing(rent(), 8..12).build();
    assert_auto(&shard, &pay(&shard, 7, 297_50, "Rg. RX7-2025-70001"), &[("RX7-2026-81001", 297_50)]);
    assert_not_auto(&pay(&shard, 8, 297_50, "Rg. RX7-2025-70001"));
    let open = Ledger::new(60).filler(600).with(invoice("RX7-2025-70001", 7, 297_50));
    let carried = (8..12).fold(open, |ledger, month| {
        let number = format!("RX7-2025-71{month:03}");
        let paid = ledger.closed(&number, 7, 297_50);
        paid.taught(7, &format!("2025-{month:02}-03"), "Rg. RX7-2025-70001", &[(&number, 297_50)])
    });
    let shard = carried.with(invoice("RX7-2026-81001", 7, 297_50)).build();
    assert_not_auto(&pay(&shard, 7, 297_50, "Rg. RX7-2025-70001"));
    for shard in [standing(rent(), 11..12).build(), standing(rent(), 8..8).build()] {
        assert_not_auto(&pay(&shard, 7, 297_50, "Rg. RX7-2025-70001"));
    }
}

fn own_numbers(ledger: Ledger, months: std::ops::Range<u32>) -> Ledger {
    months.fold(ledger, |ledger, month| {
        let number = format!("RX7-2025-71{month:03}");
        let paid = ledger.closed(&number, 7, 300_00 + i64::from(month));
        paid.taught(7, &format!("2025-{month:02}-03"), &format!("Beleg {}", 41_730 + 613 * month), &[(&number, 300_00 + i64::from(month))])
    })
}

#[test]
fn a_payer_that_writes_numbers_of_its_own_writes_one_again() {
    let owing = || Ledger::new(60).filler(600).with(invoice("RX7-2026-81001", 7, 1_677_06));
    let shard = own_numbers(owing(), 8..12).build();
    assert_auto(&shard, &pay(&shard, 7, 1_677_06, "Rechnung 47611"), &[("RX7-2026-81001", 1_677_06)]);
    assert_not_auto(&pay(&own_numbers(owing(), 11..12).build(), 7, 1_677_06, "Rechnung 47611"));
    let named = (1..6).fold(own_numbers(owing(), 10..12), |ledger, month| {
        let number = format!("RX7-2025-72{month:03}");
        ledger.taught(7, &format!("2025-{month:02}-03"), &format!("RG {number}"), &[(&number, 99_10)])
    });
    assert_not_auto(&pay(&named.build(), 7, 1_677_06, "Rechnung 47611"));
}

#[test]
fn a_number_with_the_letters_of_the_seller_is_none_of_the_payers_own() {
    let owing = Ledger::new(60).filler(600).with(invoice("RX7-2026-81001", 7, 1_677_06));
    let shard = own_numbers(owing, 8..12).build();
    assert_auto(&shard, &pay(&shard, 7, 1_677_06, "Beleg 47611"), &[("RX7-2026-81001", 1_677_06)]);
    for text in ["Rechnung RX7-2026-81944", "RX7-2026-81944"] {
        assert_not_auto(&pay(&shard, 7, 1_677_06, text));
    }
}

/// A rent that was paid so many months, one document after the other, and the three that are open: one of them was left out.
fn rent(months: std::ops::Range<u32>) -> Ledger {
    rent_of(months, |document| document)
}

fn rent_of(months: std::ops::Range<u32>, completed: fn(Document) -> Document) -> Ledger {
    let open = ["RX7-2025-60007", "RX7-2026-61001", "RX7-2026-61002"];
    let dues = ["2025-08-10", "2026-02-28", "2026-03-31"];
    let ledger = open.iter().zip(dues).fold(Ledger::new(60).filler(600), |ledger, (number, due)| {
        let issued = if *number == open[0] { "2025-07-01" } else { "2026-01-15" };
        ledger.with(completed(invoice(number, 7, 571_20).dated(issued, due)))
    });
    months.fold(ledger, |ledger, month| {
        let (number, day) = (format!("RX7-2025-6{month:04}"), if month == 12 { "2026-01-05" } else { "2025-12-05" });
        let day = if month < 11 { format!("2025-{:02}-05", month + 1) } else { day.to_owned() };
        ledger.closed(&number, 7, 571_20).taught(7, &day, "Miete", &[(&number, 571_20)])
    })
}

#[test]
fn of_the_months_of_a_rent_the_next_in_turn_is_paid() {
    let shard = rent(8..13).build();
    let proposal = pay(&shard, 7, 571_20, "Miete");
    assert_auto(&shard, &proposal, &[("RX7-2026-61001", 571_20)]);
    assert!(proposal.best().unwrap().evidence.iter().any(|one| one.feature == Feature::TurnHabit));
}

#[test]
fn documents_in_turn_may_each_have_an_order_of_their_own() {
    let ordered = |document: Document| {
        let order = format!("PO-{}", document.number);
        document.ordered(&order)
    };
    let shard = rent_of(8..13, ordered).build();
    assert_auto(&shard, &pay(&shard, 7, 571_20, "Miete"), &[("RX7-2026-61001", 571_20)]);
}

#[test]
fn of_documents_of_two_orders_those_of_the_order_paid_so_far_are_in_turn() {
    let of_two = |document: Document| {
        let order = if document.number.ends_with('2') { "PO-4711" } else { "PO-4799" };
        document.ordered(order)
    };
    let unknown = rent_of(8..13, of_two).with(of_two(invoice("RX7-2026-61003", 7, 571_20).dated("2026-01-15", "2026-04-30")));
    assert_not_auto(&pay(&unknown.build(), 7, 571_20, "Miete"));
    let known = (8..13).fold(rent_of(8..13, of_two), |ledger, month| {
        ledger.with(invoice(&format!("RX7-2025-6{month:04}"), 7, 571_20).with_open(0).ordered("PO-4711"))
    });
    let shard = known.build();
    assert_eq!(best_pays(&shard, &pay(&shard, 7, 571_20, "Miete")), [("RX7-2026-61002".to_owned(), 571_20)]);
}

#[test]
fn a_month_that_is_named_is_no_other_in_turn() {
    let rows = [("RX7-2026-61001", "2026-01-01", "2026-02-10"), ("RX7-2026-61002", "2026-02-01", "2026-03-10")];
    let ledger = rows.iter().fold(rent(8..13), |ledger, (number, issued, due)| {
        ledger.with(invoice(&number.replace("-61", "-62"), 7, 571_20).dated(issued, due))
    });
    let shard = ledger.build();
    for text in ["Miete Februar 2026", "Miete Februar", "Miete Februar 26"] {
        assert_not_auto(&pay(&shard, 7, 571_20, text));
    }
}

#[test]
fn without_an_order_nobody_is_in_turn() {
    assert_not_auto(&pay(&rent(11..13).build(), 7, 571_20, "Miete"));
    let late = rent(8..12).build();
    assert_not_auto(&pay(&late, 7, 571_20, "Miete"));
    let back_and_forth = rent(8..13).closed("RX7-2025-69002", 7, 571_20);
    assert_not_auto(&pay(&back_and_forth.taught(7, "2025-08-05", "Miete", &[("RX7-2025-69002", 571_20)]).build(), 7, 571_20, "Miete"));
}
