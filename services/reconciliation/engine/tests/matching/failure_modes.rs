//! One regression for every way matching engines are known to fail, and the promises that hold for every line.

use crate::fixture::{Document, Ledger, Says, account, applied, best_pays, invoice, name, open, receipt, told};
use proptest::prelude::*;
use quittance_matching::proposal::{Band, HypothesisKind, LineClass, Proposal};
use quittance_matching::record::{Line, Policy};
use quittance_matching::{Shard, run_all};

fn ledger() -> Ledger {
    Ledger::new(120).population(600, |place| format!("RX7-2026-{}", 50_000 + place))
}

fn digits() -> Ledger {
    Ledger::new(120).population(600, |place| (60_000 + place * 7).to_string())
}

#[test]
fn a_number_that_is_a_date_a_phone_or_a_customer_number() {
    let shard = digits()
        .with(invoice("120226", 3, 512_30))
        .with(invoice("2026", 4, 77_00))
        .with(invoice("58213", 5, 941_22))
        .with(invoice("70499", 6, 941_22))
        .build();
    let texts = [
        "Zahlung vom 12.02.26",
        "Zahlung 120226",
        "Tel. 58213",
        "Tel 02 58213 0",
        "Kundennummer 58213",
        "Bestellung 58213",
        "Fax: +49 58213",
    ];
    for text in texts {
        for amount in [512_30, 77_00, 941_22] {
            // Six digits and exactly the amount of the document of that number are a reference.
            if (text, amount) == ("Zahlung 120226", 512_30) {
                continue;
            }
            let proposal = shard.propose(&receipt(amount, text));
            assert_ne!(proposal.band, Band::Auto, "{text}: {}", told(&shard, &proposal));
        }
        let proposal = shard.propose(&receipt(941_22, text).paid_from(&account(6)).named(&name(6)));
        assert!(applied(&shard, &proposal).iter().all(|(number, _)| number == "70499"), "{text}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_short_number_alone() {
    let shard = digits().with(invoice("58213", 5, 941_22)).build();
    for amount in [941_23, 900_00, 2_000_00, 1_882_44] {
        let proposal = shard.propose(&receipt(amount, "58213"));
        assert_ne!(proposal.band, Band::Auto, "{amount}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_typing_error_that_hits_a_neighbour_with_the_same_amount() {
    let shard = ledger().with(invoice("RX7-2026-43219", 3, 315_00)).with(invoice("RX7-2026-43291", 55, 315_00)).build();
    let proposal = shard.propose(&receipt(315_00, "RX7-2026-43291").paid_from(&account(3)).named(&name(3)));
    assert_ne!(proposal.band, Band::Auto, "the account is another customer's: {}", told(&shard, &proposal));
}

#[test]
fn a_reference_against_the_account_and_the_name() {
    let shard = ledger().with(invoice("RX7-2026-43291", 55, 315_44)).build();
    let proposal = shard.propose(&receipt(315_44, "RX7-2026-43291").paid_from(&account(3)).named(&name(3)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    assert_eq!(best_pays(&shard, &proposal), [("RX7-2026-43291".to_owned(), 315_44)]);
}

#[test]
fn subscriptions_of_the_same_amount() {
    let months = |ledger: Ledger| {
        (1..=6).fold(ledger, |ledger, month| {
            ledger
                .with(invoice(&format!("RX7-2025-4000{month}"), 8, 49_00).dated(&format!("2025-0{month}-01"), &format!("2025-0{month}-15")))
        })
    };
    let line = receipt(49_00, "Abo").paid_from(&account(8)).named(&name(8));
    let shard = months(ledger()).build();
    let proposal = shard.propose(&line);
    assert_eq!(best_pays(&shard, &proposal), [("RX7-2025-40001".to_owned(), 49_00)], "{}", told(&shard, &proposal));
    assert!(proposal.best().unwrap().oldest_first, "{}", told(&shard, &proposal));
    let mut policy = Policy::default();
    policy.interchangeable_oldest_first = false;
    let strict = months(Ledger::with_policy(120, policy)).build();
    let proposal = strict.propose(&line);
    assert_ne!(proposal.band, Band::Auto, "{}", told(&strict, &proposal));
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
fn a_closed_document_is_quoted_and_a_new_one_has_the_amount() {
    let mut shard = ledger().closed("Q-100417", 9, 500_17).with(invoice("Q-100993", 9, 500_17)).build();
    let line = receipt(500_17, "Q-100417").paid_from(&account(9)).named(&name(9));
    let proposal = shard.run(std::slice::from_ref(&line)).remove(0);
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    assert_eq!(proposal.best().unwrap().kind, HypothesisKind::Duplicate, "{}", told(&shard, &proposal));
    assert_eq!(open(&shard, "Q-100993"), 500_17);
}

#[test]
fn a_second_payment_without_a_word() {
    let mut shard = ledger().with(invoice("Q-100417", 9, 500_17)).build();
    let pay = |day: &str, position, text: &str| receipt(500_17, text).paid_from(&account(9)).named(&name(9)).on(day).at(position);
    let proposals = shard.run(&[pay("2026-02-03", 1, "Q-100417"), pay("2026-02-05", 2, "Zahlung")]);
    assert_eq!(proposals[0].band, Band::Auto);
    assert_ne!(proposals[1].band, Band::Auto, "{}", told(&shard, &proposals[1]));
}

#[test]
fn a_set_that_fits_by_chance() {
    let mut ledger = Ledger::new(40);
    for place in 0..28_i64 {
        ledger = ledger.with(invoice(&format!("RX7-2026-{}", 41_000 + place), 5, (place * 37 % 29 + 3) * 100_00));
    }
    let shard = ledger.build();
    for amount in [2_300_00, 4_700_00, 6_100_00, 9_900_00] {
        let proposal = shard.propose(&receipt(amount, "Zahlung").paid_from(&account(5)).named(&name(5)));
        let applied = applied(&shard, &proposal);
        assert!(applied.len() < 2, "{amount}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_tolerance_does_not_choose() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 10_000_00)).with(invoice("RX7-2026-41002", 11, 10_003_00)).build();
    for amount in [10_001_50, 9_998_00, 10_004_00, 9_970_00] {
        let proposal = shard.propose(&receipt(amount, "Zahlung").paid_from(&account(11)).named(&name(11)));
        assert_ne!(proposal.band, Band::Auto, "{amount}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_statement_read_twice() {
    let documents = [invoice("RX7-2026-41001", 11, 733_19), invoice("RX7-2026-41002", 11, 733_19), invoice("RX7-2026-41003", 12, 55_07)];
    let mut shard = documents.iter().fold(ledger(), |ledger, document| ledger.with(document)).build();
    let lines = [
        receipt(733_19, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).at(1),
        receipt(55_07, "Rechnung").paid_from(&account(12)).named(&name(12)).at(2),
    ];
    let first = shard.run(&lines);
    assert_eq!(first[0].band, Band::Auto);
    let again = shard.run(&lines);
    assert!(
        again.iter().all(|proposal| proposal.band != Band::Auto),
        "{}",
        again.iter().map(|one| told(&shard, one)).collect::<Vec<_>>().join("\n")
    );
    assert_eq!(open(&shard, "RX7-2026-41002"), 733_19);
}

#[test]
fn an_instalment_read_twice() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let lines = [receipt(300_00, "Teilzahlung RX7-2026-41001").paid_from(&account(11)).named(&name(11)).at(1)];
    assert_eq!(shard.run(&lines)[0].band, Band::Auto);
    let again = shard.run(&lines);
    assert_ne!(again[0].band, Band::Auto, "{}", told(&shard, &again[0]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 433_19);
}

#[test]
fn documents_of_two_customers_and_the_account_of_one() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).with(invoice("RX7-2026-41002", 80, 512_88)).build();
    let proposal = shard.propose(&receipt(733_19 + 512_88, "RX7-2026-41001 RX7-2026-41002").paid_from(&account(11)).named(&name(11)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn of_two_quoted_documents_only_one_is_paid() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).with(invoice("RX7-2026-41002", 11, 512_88)).build();
    let proposal = shard.propose(&receipt(733_19, "RX7-2026-41001 RX7-2026-41002").paid_from(&account(11)).named(&name(11)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    let exact = [("RX7-2026-41001".to_owned(), 733_19)];
    assert!(proposal.ranked.iter().take(2).any(|one| crate::fixture::pays(&shard, one) == exact), "{}", told(&shard, &proposal));
}

#[test]
fn the_number_of_another_year() {
    let shard = ledger().with(invoice("RX7-2025-41001", 11, 733_19)).with(invoice("RX7-2026-41001", 12, 733_19)).build();
    for (text, number) in [("RX7-2025-41001", "RX7-2025-41001"), ("RX7 2026 41001", "RX7-2026-41001"), ("Rg. 41001", "RX7-2025-41001")] {
        let proposal = shard.propose(&receipt(733_19, text).paid_from(&account(11)));
        assert!(applied(&shard, &proposal).iter().all(|(applied, _)| applied == number), "{text}: {}", told(&shard, &proposal));
        let is_own = number == "RX7-2025-41001";
        assert!(is_own || proposal.band != Band::Auto, "{text}: {}", told(&shard, &proposal));
    }
}

fn returned(amount: i64, position: u64) -> Line {
    let mut line = receipt(-amount, "Rücklastschrift").on("2026-02-20").at(position);
    line.reversal = true;
    line.return_reason = "AC04".to_owned();
    line
}

#[test]
fn a_returned_payment_opens_its_items_again() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let paid = receipt(733_19, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).end_to_end("E2E-7781-22").at(1);
    let proposals = shard.run(&[paid, returned(733_19, 2).end_to_end("E2E-7781-22").paid_from(&account(11))]);
    assert_eq!(proposals[1].class, LineClass::Return);
    assert_eq!(applied(&shard, &proposals[1]), [("RX7-2026-41001".to_owned(), -733_19)], "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 733_19);
}

#[test]
fn a_return_that_quotes_another_document_than_the_payment_of_its_amount() {
    let mut shard = ledger().closed("RX7-2026-41001", 11, 733_19).with(invoice("RX7-2026-41002", 11, 733_19)).build();
    let paid = receipt(733_19, "RX7-2026-41002").paid_from(&account(11)).named(&name(11)).at(1);
    let mut back = returned(733_19, 2).paid_from(&account(11));
    back.text = vec!["RX7-2026-41001 MS03".to_owned()];
    let proposals = shard.run(&[paid, back]);
    assert_eq!(proposals[1].class, LineClass::Return);
    assert_ne!(proposals[1].band, Band::Auto, "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "RX7-2026-41002"), 0);
}

#[test]
fn a_return_takes_the_discount_back_too() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 1_000_00).discount(2, "2026-02-15")).build();
    let paid = receipt(980_00, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).end_to_end("E2E-7781-22").at(1);
    let proposals = shard.run(&[paid, returned(980_00, 2).end_to_end("E2E-7781-22").paid_from(&account(11))]);
    assert_eq!(proposals[0].band, Band::Auto, "{}", told(&shard, &proposals[0]));
    assert_eq!(proposals[1].band, Band::Auto, "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 1_000_00);
}

#[test]
fn a_returned_document_may_be_paid_again() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let pay = |day: &str, position| {
        receipt(733_19, "RX7-2026-41001")
            .paid_from(&account(11))
            .named(&name(11))
            .end_to_end(&format!("E2E-{position}-PAY"))
            .on(day)
            .at(position)
    };
    let lines = [pay("2026-02-12", 1), returned(733_19, 2).end_to_end("E2E-1-PAY").paid_from(&account(11)), pay("2026-02-25", 3)];
    let proposals = shard.run(&lines);
    assert!(proposals.iter().all(|proposal| proposal.band == Band::Auto), "{}", told(&shard, &proposals[2]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 0);
}

#[test]
fn money_going_out_is_never_matched() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).with(invoice("RX7-2026-41002", 11, 20_00).credit_note()).build();
    for amount in [-733_19, -20_00] {
        let proposal = shard.propose(&receipt(amount, "RX7-2026-41001 RX7-2026-41002").paid_from(&account(11)).named(&name(11)));
        assert_eq!((proposal.band, best_pays(&shard, &proposal).len()), (Band::None, 0), "{}", told(&shard, &proposal));
    }
}

#[test]
fn money_from_an_own_account_is_a_transfer() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let proposal = shard.propose(&receipt(733_19, "RX7-2026-41001").paid_from("DE89 3704 0044 0532 0130 00"));
    assert_eq!((proposal.class, proposal.band), (LineClass::Transfer, Band::None), "{}", told(&shard, &proposal));
}

#[test]
fn an_overpayment_is_not_spread_over_other_items() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 1_000_17)).with(invoice("RX7-2026-41002", 11, 50_29)).build();
    let proposal = shard.propose(&receipt(1_080_00, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)));
    let best = proposal.best().unwrap();
    assert_eq!(
        (best_pays(&shard, &proposal), best.on_account),
        (vec![("RX7-2026-41001".to_owned(), 1_000_17)], 79_83),
        "{}",
        told(&shard, &proposal)
    );
}

#[test]
fn the_fully_quoted_line_gets_the_item_even_when_it_is_later() {
    let mut shard = ledger().with(invoice("RX7-2026-41001", 11, 733_19)).build();
    let silent = receipt(733_19, "Zahlung").named(&name(11)).on("2026-02-12").at(1);
    let quoted = receipt(733_19, "RX7-2026-41001").paid_from(&account(11)).named(&name(11)).on("2026-02-13").at(2);
    let proposals = shard.run(&[silent, quoted]);
    assert_ne!(proposals[0].band, Band::Auto, "{}", told(&shard, &proposals[0]));
    assert_eq!(applied(&shard, &proposals[1]), [("RX7-2026-41001".to_owned(), 733_19)], "{}", told(&shard, &proposals[1]));
}

#[test]
fn write_offs_of_a_customer_are_limited() {
    let documents: Vec<Document> =
        (0..30).map(|place| invoice(&format!("RX7-2026-{}", 41_000 + place), 11, 1_000_07 + i64::from(place) * 1_000_11)).collect();
    let mut shard = documents.iter().fold(ledger(), |ledger, document| ledger.with(document)).build();
    let lines: Vec<Line> = documents
        .iter()
        .zip(1..)
        .map(|(document, position)| receipt(document.total - 4_83, "Zahlung").paid_from(&account(11)).named(&name(11)).at(position))
        .collect();
    let proposals = shard.run(&lines);
    let written_off = |proposal: &&Proposal| proposal.band == Band::Auto;
    assert!(proposals.iter().filter(written_off).count() <= 10, "write-offs without end");
}

/// Customer, item, shape of the text, distance from the amount, day, and whether the payer is named.
type Drawn = (usize, usize, u8, i64, i32, bool);

/// Lines of every kind over a few customers of one ledger.
fn arbitrary_lines() -> impl Strategy<Value = Vec<Line>> {
    let one = (0..40_usize, 0..14_usize, 0..7_u8, -3_i64..4, 0..25_i32, any::<bool>());
    proptest::collection::vec(one, 1..14).prop_map(|lines| {
        let line = |(position, (customer, item, shape, off, day, named)): (usize, Drawn)| {
            let (number, amount) = property_item(customer, item);
            let text = match shape {
                0 => number,
                1 => format!("Rechnung {number} abzgl. Skonto"),
                2 => number[9..].to_owned(),
                3 => format!("{number} {}", property_item(customer, (item + 1) % 14).0),
                4 => "Teilzahlung ".to_owned() + &number,
                _ => "Zahlung".to_owned(),
            };
            let amount = match shape {
                3 => amount + property_item(customer, (item + 1) % 14).1,
                4 => amount / 3,
                _ => amount + off * 125,
            };
            let line =
                receipt(amount, &text).on(&crate::fixture::date("2026-02-01").plus_days(day).unwrap().to_string()).at(position as u64);
            let line = if named { line.named(&name(customer)) } else { line };
            if shape % 2 == 0 { line.paid_from(&account(customer)) } else { line }
        };
        lines.into_iter().enumerate().map(line).collect()
    })
}

fn property_item(customer: usize, item: usize) -> (String, i64) {
    let place = customer * 14 + item;
    (format!("RX7-2026-{}", 42_000 + place), 100_00 + (place as i64 * 7_919) % 90_000)
}

fn property_ledger() -> Shard {
    let places = (0..40).flat_map(|customer| (0..14).map(move |item| (customer, item)));
    places
        .fold(Ledger::new(40), |ledger, (customer, item)| {
            let (number, amount) = property_item(customer, item);
            ledger.with(invoice(&number, customer, amount).discount(2, "2026-02-08"))
        })
        .build()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_line_is_too_strange(text in "\\PC{0,160}", name in "\\PC{0,40}", id in "\\PC{0,40}", amount in any::<i64>(), code in "[A-Z0-9/]{0,14}") {
        let shard = PROPERTY_LEDGER.with(std::rc::Rc::clone);
        let mut line = receipt(amount, &text).named(&name).end_to_end(&id);
        line.transaction_code = code;
        let proposal = shard.propose(&line);
        prop_assert!(proposal.band != Band::Auto);
    }
}

std::thread_local! {
    static PROPERTY_LEDGER: std::rc::Rc<Shard> = std::rc::Rc::new(property_ledger());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn promises_of_every_run(lines in arbitrary_lines(), rotate in any::<prop::sample::Index>()) {
        let mut shard = property_ledger();
        let before: Vec<i64> = (0..40 * 14).map(|item| shard.item(item).unwrap().open).collect();
        let proposals = shard.run(&lines);
        let mut cash = vec![0_i64; before.len()];
        for (line, proposal) in lines.iter().zip(&proposals) {
            prop_assert_eq!(line.position, proposal.line);
            for one in &proposal.ranked {
                prop_assert_eq!(one.evidence.iter().map(|part| part.bits).sum::<i32>(), one.bits, "weight recomputes: {}", told(&shard, proposal));
                let parts: i64 = one.allocations.iter().map(|part| part.applied).sum();
                prop_assert!((parts + one.on_account - line.amount).abs() <= 5, "money is conserved: {}", told(&shard, proposal));
            }
            prop_assert!(proposal.band != Band::Auto || proposal.best().is_some_and(|best| best.blocks.is_empty()), "no auto with a block");
            prop_assert!((proposal.band == Band::Auto) == proposal.refusal.is_none(), "a refusal has its reason");
            for part in proposal.best().filter(|_| proposal.band == Band::Auto).into_iter().flat_map(|best| &best.allocations) {
                cash[part.item as usize] += part.applied;
            }
        }
        for (item, (before, cash)) in before.iter().zip(&cash).enumerate() {
            prop_assert!(cash <= before, "item {item} got more than was open");
            prop_assert!(shard.item(item as u32).unwrap().open <= before - cash);
        }
        let mut shuffled = lines.clone();
        shuffled.rotate_left(rotate.index(lines.len()));
        let mut other = property_ledger();
        let mut again = other.run(&shuffled);
        again.sort_by_key(|proposal| proposal.line);
        prop_assert_eq!(&proposals, &again, "the order of the input does not matter");
        let mut two = [(property_ledger(), lines.clone()), (property_ledger(), shuffled)];
        let answers = run_all(&mut two, 3);
        prop_assert_eq!(&answers[0], &proposals, "neither do threads");
    }
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
