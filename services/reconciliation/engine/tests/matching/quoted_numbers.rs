//! Numbers a text quotes that are not, or not quite, those of the items the money would fit.

use crate::fixture::{Ledger, Says, account, applied, assert_auto, assert_not_auto, best_pays, invoice, is_blocked, name, receipt, told};
use quittance_matching::proposal::{Band, Block, Evidence, Feature};
use quittance_types::Currency;

fn ledger() -> Ledger {
    Ledger::new(120).population(600, |place| format!("RX7-2026-{}", 50_000 + place))
}

fn digits() -> Ledger {
    Ledger::new(120).population(600, |place| (60_000 + place * 7).to_string())
}

#[test]
fn a_number_that_is_not_in_the_ledger_and_another_item_of_the_amount() {
    let ledger = (0..400).fold(Ledger::new(120), |ledger, place| {
        ledger.with(invoice(&format!("R2604-{}", 30_000 + place), place % 90, 1_077_13 + place as i64))
    });
    let shard = ledger.with(invoice("R2604-30643", 101, 2_224_48)).build();
    for text in ["F. R2604-30729", "Réf R2605-30729", "Bill R2604-30729", "R2604 30729", "betaling R2605/30729"] {
        let proposal = shard.propose(&receipt(2_224_48, text).paid_from(&account(101)).named(&name(101)));
        assert_ne!(proposal.band, Band::Auto, "{text}: {}", told(&shard, &proposal));
    }
    let silent = shard.propose(&receipt(2_224_48, "Zahlung").paid_from(&account(101)).named(&name(101)));
    assert_eq!(applied(&shard, &silent), [("R2604-30643".to_owned(), 2_224_48)], "{}", told(&shard, &silent));
}

#[test]
fn an_order_like_that_of_the_item_is_of_a_document_nobody_knows() {
    let shard = ledger().with(invoice("RX7-2026-81001", 7, 822_99).ordered("PO681505")).build();
    let pay = |text: &str| shard.propose(&receipt(822_99, text).paid_from(&account(7)).named(&name(7)));
    for text in ["PO681505", "Zahlung", "Vertrag VK287001"] {
        assert_auto(&shard, &pay(text), &[("RX7-2026-81001", 822_99)]);
    }
    for text in ["PO287001", "Payment for invoice PO287001 thank you"] {
        assert_not_auto(&pay(text));
    }
}

#[test]
fn digits_that_could_be_a_number_and_are_not_in_the_ledger() {
    let ledger = Ledger::new(120).population(600, |place| (4_690_000 + place * 90).to_string());
    let shard = ledger.with(invoice("4699062", 101, 312_66)).build();
    let pay = |text: &str| shard.propose(&receipt(312_66, text).paid_from(&account(101)).named(&name(101)));
    for text in ["laskun maksu 4742342", "maksu 4742342", "4700001"] {
        let proposal = pay(text);
        assert_ne!(proposal.band, Band::Auto, "{text}: {}", told(&shard, &proposal));
    }
    for text in ["laskun maksu 4699062", "maksu 4699062 4742342", "maksu 9942342", "Tel 4742342"] {
        let proposal = pay(text);
        assert_eq!(applied(&shard, &proposal), [("4699062".to_owned(), 312_66)], "{text}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_short_number_tells_which_of_two_equal_items_is_meant() {
    let ledger = Ledger::new(120).population(600, |place| format!("2603-{:04}", place + 900));
    let shard = ledger.with(invoice("2603-0361", 101, 36_24)).with(invoice("2604-0088", 101, 36_24)).build();
    let pay = |text: &str| shard.propose(&receipt(36_24, text).paid_from(&account(101)).named(&name(101)));
    for (text, number) in [("2026-05-20 FAKTURA 88 UBERWEISUNG", "2604-0088"), ("Rg. 61", "2603-0361")] {
        assert_auto(&shard, &pay(text), &[(number, 36_24)]);
    }
    for text in ["FAKTURA 71", "Rg. 7"] {
        let proposal = pay(text);
        assert!(is_blocked(&proposal, Block::UnknownReference), "{text}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_short_number_before_the_amount_is_no_thousand_of_it() {
    let equal = |ledger: Ledger, number: usize| ledger.with(invoice(&format!("2603-00{number}"), 101, 250_00).ordered("PO-4711"));
    let ledger = Ledger::new(120).population(600, |place| format!("2603-{:04}", place + 900));
    let shard = (87..=89).fold(ledger, equal).build();
    let pay = |text: &str| shard.propose(&receipt(250_00, text).paid_from(&account(101)).named(&name(101)));
    assert_auto(&shard, &pay("Zahlung"), &[("2603-0087", 250_00)]);
    for text in ["Faktura 88", "Faktura 88 250,00 EUR", "Rg.Nr. 88 250,00"] {
        assert_auto(&shard, &pay(text), &[("2603-0088", 250_00)]);
    }
    let ledger = Ledger::new(120).population(600, |place| format!("INV{}", place + 900));
    let shard = ledger.with(invoice("INV12", 101, 500_00)).with(invoice("INV13", 101, 500_00)).build();
    let proposal = shard.propose(&receipt(500_00, "INV12 500,00").paid_from(&account(101)).named(&name(101)));
    assert_eq!(best_pays(&shard, &proposal), [("INV12".to_owned(), 500_00)], "{}", told(&shard, &proposal));
}

#[test]
fn days_percentages_and_counts_are_no_short_numbers() {
    let ledger = Ledger::new(120).population(600, |place| format!("2603-{:04}", place + 900));
    let shard = ledger.with(invoice("2603-0312", 101, 36_24)).with(invoice("2604-0088", 101, 36_24)).build();
    let texts = ["vom 12. Juli 2026", "vom 12 Juli", "dated July 12, 2026", "12. lipca", "abzgl 12% Skonto", "12 von 13", "12/13"];
    for text in texts.map(|text| format!("Rechnung {text}")) {
        let proposal = shard.propose(&receipt(36_24, &text).paid_from(&account(101)).named(&name(101)));
        assert_not_auto(&proposal);
        let is_end = |one: &Evidence| one.feature == Feature::TailReference;
        assert!(!proposal.ranked.iter().flat_map(|one| &one.evidence).any(is_end), "{text}: {}", told(&shard, &proposal));
    }
}

#[test]
fn the_day_of_a_document_speaks_against_none() {
    let months = (3..=8).fold(Ledger::new(60).filler(600), |ledger, month| {
        let (issued, due) = (format!("2026-0{month}-01"), format!("2026-0{month}-15"));
        ledger.with(invoice(&format!("AB-77{month}01"), 8, 89_25).dated(&issued, &due))
    });
    let shard = months.build();
    let pay = |text: &str| shard.propose(&receipt(89_25, text).paid_from(&account(8)).named(&name(8)).on("2026-09-10"));
    let blocks = |text: &str| pay(text).best().unwrap().blocks.clone();
    for text in ["Rechnung vom 5. Maerz", "Rechnung 2 von 6", "Rechnung abzgl. 2 %"] {
        assert_eq!(blocks(text), blocks("Rechnung"), "{text}");
    }
}

#[test]
fn the_next_number_of_the_seller_and_another_item_of_the_amount() {
    let ledger = Ledger::new(120).population(600, |place| (8_700 + place * 2).to_string());
    let shard = ledger.with(invoice("8979", 101, 179_16)).build();
    for text in ["fatura 10251 ; kund 700701", "REF 8956298 FCTNR NR. 10251"] {
        let proposal = shard.propose(&receipt(179_16, text).paid_from(&account(101)).named(&name(101)));
        assert_ne!(proposal.band, Band::Auto, "{text}: {}", told(&shard, &proposal));
    }
    let ledger = Ledger::new(120).population(600, |place| format!("26K{}", 15_000 + place));
    let shard = ledger.with(invoice("26K14332", 101, 2_722_50)).build();
    let pay = |text: &str| shard.propose(&receipt(2_722_50, text).paid_from(&account(101)).named(&name(101)));
    let proposal = pay("zoals afgesproken fctnr 26K15616 Vertrag 5297531");
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    let known = pay("zoals afgesproken Vertrag 5297531");
    assert_eq!(applied(&shard, &known), [("26K14332".to_owned(), 2_722_50)], "{}", told(&shard, &known));
}

#[test]
fn a_number_one_error_away_and_two_items_of_the_amount() {
    let shard = ledger().with(invoice("RX7-2026-42478", 29, 119_00)).with(invoice("RX7-2026-41111", 29, 119_00)).build();
    let proposal = shard.propose(&receipt(119_00, "RX7-2026-42678").paid_from(&account(29)).named(&name(29)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn the_quoted_item_and_its_neighbour_that_has_the_amount() {
    let shard = digits().with(invoice("59568", 37, 76_08)).with(invoice("59569", 37, 102_80)).build();
    for text in ["88850 Inv no 59568", "59568", "Inv no 59568 Tel +49 554 372504"] {
        let proposal = shard.propose(&receipt(102_80, text).paid_from(&account(37)).named(&name(37)));
        assert_ne!(applied(&shard, &proposal), [("59569".to_owned(), 102_80)], "{text}: {}", told(&shard, &proposal));
    }
}

#[test]
fn a_stranger_and_two_neighbours_with_the_same_amount() {
    let shard = ledger().with(invoice("RX7-2026-43169", 65, 717_60)).with(invoice("RX7-2026-43162", 27, 717_60)).build();
    let strange = shard.propose(&receipt(717_60, "RX7-2026-43162").paid_from("DE02120300007260365028").named("Vogel Medien eG"));
    assert_ne!(strange.band, Band::Auto, "{}", told(&shard, &strange));
    let own = shard.propose(&receipt(717_60, "RX7-2026-43162").paid_from(&account(27)));
    assert_eq!(applied(&shard, &own), [("RX7-2026-43162".to_owned(), 717_60)], "{}", told(&shard, &own));
}

#[test]
fn money_left_over_beside_an_item_of_a_sister() {
    let mut ledger = Ledger::new(120).population(600, |place| (2_700_000 + place * 61).to_string());
    let [payer, sister] = ledger.sisters("P1", ["Laine Helsinki Oy", "Laine Espoo Oy"], ["FI1280001280337692", "FI4950009420028730"]);
    let shard = ledger.with(invoice("2748192", sister, 133_24)).build();
    let proposal = shard.propose(&receipt(199_00, "Lasku nro 2748192").paid_from("FI1280001280337692").named("Laine Helsinki Oy"));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
    let own = shard.propose(&receipt(140_00, "Lasku nro 2748192").paid_from("FI4950009420028730"));
    assert_eq!(applied(&shard, &own), [("2748192".to_owned(), 133_24)], "{payer}: {}", told(&shard, &own));
}

#[test]
fn the_member_of_a_list_that_a_tail_names_goes_before_one_that_has_the_amount() {
    let mut ledger = Ledger::new(60).population(600, |place| format!("VF00{}", 30_000 + place));
    let [first, second, third] = ["Hoekstra Treasury", "Hoekstra Techniek", "Hoekstra Bouw"].map(|name| ledger.member("P1", name));
    let other = ledger.member("P1", "Hoekstra Noord");
    let shard = ledger
        .with(invoice("VF0020427", first, 174_93))
        .with(invoice("VF0020708", second, 464_23))
        .with(invoice("VF0021144", third, 1_000_00))
        .with(invoice("VF0021662", other, 1_000_00))
        .build();
    let proposal = shard.propose(&receipt(163_916, "VF0020427,0708,1144").named("Hoekstra Treasury"));
    assert!(applied(&shard, &proposal).iter().all(|(number, _)| number != "VF0021662"), "{}", told(&shard, &proposal));
}

#[test]
fn tails_alone_name_the_items_that_end_in_them() {
    let documents = [("26-51940", 484_00), ("26-51941", 901_06), ("26-51942", 11_835_56), ("26-51943", 11_835_56), ("26-49942", 484_00)];
    let ledger = Ledger::new(60).population(600, |place| format!("26-{}", 60_000 + place));
    let shard = documents.iter().fold(ledger, |ledger, (number, amount)| ledger.with(invoice(number, 7, *amount))).build();
    let line = receipt(484_00 + 901_06 + 2 * 11_835_56, "Tel 0795137987 940+941+942+943").named(&name(7));
    let proposal = shard.propose(&line);
    assert!(applied(&shard, &proposal).iter().all(|(number, _)| number != "26-49942"), "{}", told(&shard, &proposal));
    assert!(best_pays(&shard, &proposal).iter().any(|(number, _)| number == "26-51940"), "{}", told(&shard, &proposal));
}

#[test]
fn a_number_behind_a_telephone_number() {
    let shard = ledger().with(invoice("RX7-2026-41002", 12, 733_19)).closed("RX7-2026-41001", 12, 733_19).build();
    let pay = |text: &str| shard.propose(&receipt(733_19, text).paid_from(&account(12)).named(&name(12)));
    for text in ["tel 0775115152 2026-41001-20260302", "Tel +49 642 402509 2026/41001", "tel 0775115152 RX7-2026-41001"] {
        let proposal = pay(text);
        assert_ne!(proposal.band, Band::Auto, "{text}: {}", told(&shard, &proposal));
    }
    let quoted = pay("Tel +49 642 402509 2026/41002");
    assert_eq!(applied(&shard, &quoted), [("RX7-2026-41002".to_owned(), 733_19)], "{}", told(&shard, &quoted));
}

#[test]
fn a_foreign_amount_that_more_items_have_than_are_near_it() {
    let ledger = (0..6).fold(ledger(), |ledger, place| {
        let number = format!("RX7-2026-4300{place}");
        ledger.with(invoice(&number, 9, 7_870_00 + place).dated("2026-01-10", "2026-01-30").in_currency(Currency::USD))
    });
    let usd = |number: &str, issued: &str, due: &str| invoice(number, 9, 7_809_00).dated(issued, due).in_currency(Currency::USD);
    let shard = ledger
        .with(usd("RX7-2025-40001", "2025-12-08", "2026-01-07"))
        .with(usd("RX7-2026-44001", "2026-01-29", "2026-02-28").ordered("4711-22"))
        .build();
    let mut line = receipt(7_184_28, "").paid_from(&account(9)).named(&name(9));
    line.instructed = Some((7_809_00, Currency::USD));
    let proposal = shard.propose(&line);
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn a_deduction_and_two_quoted_items() {
    let shard = ledger().with(invoice("RX7-2026-49122", 53, 360_00)).with(invoice("RX7-2026-49125", 53, 4_656_13)).build();
    let line = receipt(4_457_40, "49122,49125 merce mancante 2026-49125 558,73").paid_from(&account(53)).named(&name(53));
    let proposal = shard.propose(&line);
    let shares = [("RX7-2026-49122".to_owned(), 360_00), ("RX7-2026-49125".to_owned(), 4_097_40)];
    assert_eq!(best_pays(&shard, &proposal), shares, "{}", told(&shard, &proposal));
    let nameless = receipt(4_457_40, "49122,49125 merce mancante").paid_from(&account(53)).named(&name(53));
    let proposal = shard.propose(&nameless);
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn no_proposal_gives_an_item_nothing() {
    let shard = ledger().with(invoice("RX7-2026-41001", 11, 300_00)).with(invoice("RX7-2026-41002", 11, 512_88)).build();
    for (amount, single) in [(300_00, "RX7-2026-41001"), (512_88, "RX7-2026-41002")] {
        let proposal = shard.propose(&receipt(amount, "RX7-2026-41001 RX7-2026-41002").paid_from(&account(11)).named(&name(11)));
        assert_eq!(best_pays(&shard, &proposal), [(single.to_owned(), amount)], "{}", told(&shard, &proposal));
        let all = proposal.ranked.iter().flat_map(|one| &one.allocations);
        assert!(all.clone().all(|part| part.applied != 0), "{}", told(&shard, &proposal));
    }
}

#[test]
fn several_letters_in_place_of_digits() {
    let shard = ledger().with(invoice("INV-2026-10044", 12, 321_61)).closed("INV-2026-00955", 12, 321_61).build();
    let proposal = shard.propose(&receipt(321_61, "inv INV-2O26-OO955").paid_from(&account(12)).named(&name(12)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn a_number_that_is_called_an_invoice_is_not_overlooked() {
    let shard = ledger().with(invoice("RE-2026-47501", 12, 270_90)).build();
    let pay = |text: &str| shard.propose(&receipt(270_90, text).paid_from(&account(12)).named(&name(12)));
    assert_ne!(pay("RG 6501, 9179 07/2026").band, Band::Auto);
    assert_eq!(pay("Rechnung 2026").band, Band::Auto, "{}", told(&shard, &pay("Rechnung 2026")));
}

#[test]
fn a_text_that_means_more_than_it_quotes_is_no_short_payment() {
    let shard = ledger().with(invoice("RE-2026-47501", 12, 2_000_00)).build();
    let pay = |text: &str| shard.propose(&receipt(1_875_73, text).paid_from(&account(12)).named(&name(12)));
    assert_eq!(pay("RE-2026-47501").band, Band::Auto);
    assert_ne!(pay("RE-2026-47501 u.a.").band, Band::Auto);
    assert_ne!(pay("RE-2026-47501 Minderlieferung RE-2026-47501 551,07").band, Band::Auto, "the reason gives another amount");
}

#[test]
fn of_foreign_items_with_one_amount_none_is_taken() {
    let mut ledger = ledger();
    for (place, amount) in [(1, 305_00), (2, 306_00), (3, 307_00), (4, 308_00), (5, 309_00), (6, 310_00), (7, 309_00)] {
        let document = invoice(&format!("FV2604-4761{place}"), 12, amount).in_currency(Currency::USD);
        ledger = ledger.with(&if place == 7 { document.ordered("4533899199") } else { document });
    }
    let shard = ledger.build();
    let line = receipt(284_28, "invoice payment USD 309.00").paid_from(&account(12)).named(&name(12));
    let proposal = shard.propose(&line);
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn a_second_payment_of_a_closed_document_is_kept_on_account() {
    let ledger = || ledger().closed("RX7-2026-41001", 12, 733_19);
    let pay = |shard: &quittance_matching::Shard, text: &str| {
        let proposal = shard.propose(&receipt(733_19, text).paid_from(&account(12)).named(&name(12)));
        (proposal.band, proposal.best().map(|best| (best.allocations.len(), best.on_account)))
    };
    let shard = ledger().build();
    assert_eq!(pay(&shard, "RX7-2026-41001"), (Band::Auto, Some((0, 733_19))));
    assert_ne!(pay(&shard, "RX7-2026-41001 u.a.").0, Band::Auto);
    assert_ne!(pay(&shard, "41001").0, Band::Auto, "digits alone may be a slip");
    let twin = ledger().with(invoice("RX7-2026-41002", 12, 733_19)).build();
    assert_ne!(pay(&twin, "RX7-2026-41001").0, Band::Auto, "an open item has the amount");
    let stranger = shard.propose(&receipt(733_19, "RX7-2026-41001").paid_from(&account(13)).named(&name(13)));
    assert_ne!(stranger.band, Band::Auto, "{}", told(&shard, &stranger));
}

#[test]
fn money_paid_ahead_is_kept_on_account() {
    let shard = ledger().with(invoice("RX7-2026-41002", 12, 500_00)).build();
    let pay = |amount: i64, text: &str| shard.propose(&receipt(amount, text).paid_from(&account(12)).named(&name(12))).band;
    assert_eq!(pay(1_500_00, "Vorauszahlung"), Band::Auto);
    assert_ne!(pay(500_00, "Vorauszahlung"), Band::Auto, "an open item has the amount");
    assert_ne!(pay(1_500_00, "Vorauszahlung RX7-2026-41002"), Band::Auto);
    assert_ne!(pay(1_500_00, "2. Rate"), Band::Auto, "an instalment is for a document");
    assert_ne!(shard.propose(&receipt(1_500_00, "Vorauszahlung").named(&name(12))).band, Band::Auto, "only a name");
}

#[test]
fn a_list_whose_reason_names_one_of_its_members() {
    let ledger = Ledger::new(60).population(600, |place| format!("SI {}", 260_000 + place));
    let shard = ledger.with(invoice("SI 269706", 12, 2_676_58)).with(invoice("SI 269707", 12, 1_284_76)).build();
    let line = receipt(3_640_16, "betalning faktura 269706, 269707 avdrag brist SI 269706 321,18").paid_from(&account(12)).named(&name(12));
    let proposal = shard.propose(&line);
    assert_ne!(applied(&shard, &proposal), [("SI 269706".to_owned(), 2_676_58)], "{}", told(&shard, &proposal));
}

#[test]
fn what_is_too_little_for_the_quoted_item_and_just_right_for_another() {
    let shard = ledger().with(invoice("SI 270091", 12, 9_000_00)).with(invoice("SI 270092", 12, 6_254_33)).build();
    let proposal = shard.propose(&receipt(6_254_33, "SI 270091").paid_from(&account(12)).named(&name(12)));
    assert_ne!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
}

#[test]
fn tails_that_are_called_invoices_go_before_an_amount() {
    let documents = [("RE-2026-46501", 240_79), ("RE-2026-49179", 30_11), ("RE-2026-47501", 270_90)];
    let shard = documents.iter().fold(ledger(), |ledger, (number, amount)| ledger.with(invoice(number, 12, *amount))).build();
    let proposal = shard.propose(&receipt(270_90, "RG 6501, 9179 07/2026").paid_from(&account(12)).named(&name(12)));
    assert_ne!(applied(&shard, &proposal), [("RE-2026-47501".to_owned(), 270_90)], "{}", told(&shard, &proposal));
}

#[test]
fn money_left_over_may_be_meant_for_a_number_that_is_mistyped() {
    let ledger = Ledger::new(120).population(600, |place| format!("INV38{}", 1_000 + place));
    let shard = ledger.with(invoice("INV381777", 7, 1_290_00)).with(invoice("INV381877", 7, 39_56)).build();
    let pay = |text: &str| shard.propose(&receipt(1_329_56, text).paid_from(&account(7)).named(&name(7)));
    assert_not_auto(&pay("INV INV3818771, INV381777"));
}

#[test]
fn from_one_number_to_another_far_away_are_all_of_the_customer_between() {
    let rows = [(71_010, 101, 240_84), (71_100, 9, 99_10), (71_180, 101, 733_19), (71_355, 101, 312_66), (71_400, 101, 55_20)];
    let ledger = rows
        .iter()
        .fold(ledger(), |ledger, (number, customer, amount)| ledger.with(invoice(&format!("RX7-2026-{number}"), *customer, *amount)));
    let shard = ledger.build();
    let pay = |amount: i64| shard.propose(&receipt(amount, "Rg. RX7-2026-71010-1355").paid_from(&account(101)).named(&name(101)));
    let (first, second, last) = (("RX7-2026-71010", 240_84), ("RX7-2026-71180", 733_19), ("RX7-2026-71355", 312_66));
    assert_auto(&shard, &pay(first.1 + second.1 + last.1), &[first, second, last]);
    assert_auto(&shard, &pay(first.1 + last.1), &[first, last]);
    assert_not_auto(&pay(first.1 + 55_20));
}
