//! What an advice says of the money, whose money a plain text speaks of, and returns of a payment.

use quittance_matching::Shard;
use quittance_matching::proposal::{Band, Block, DifferenceKind, HypothesisKind, Proposal};
use quittance_matching::record::{AdviceLine, AdviceRecord, Line};
use quittance_types::Currency;

use crate::fixture::*;

fn ledger() -> Ledger {
    Ledger::new(120).population(600, |place| format!("RX7-2026-{}", 50_000 + place))
}

fn row(document: &str, net: i64) -> AdviceLine<'_> {
    AdviceLine { document, gross: None, deduction: None, reason: "", net }
}

fn advised(mut ledger: Ledger, number: &str, total: i64, lines: &[AdviceLine<'_>]) -> Ledger {
    ledger.builder.advice(&AdviceRecord {
        id: number,
        number,
        date: Some(date("2026-02-11")),
        total: Some(total),
        currency: Some(Currency::EUR),
        payer_name: "",
        payer_account: &account(7),
        customer_number: "",
        proven: true,
        lines,
    });
    ledger
}

fn propose(shard: &Shard, amount: i64, text: &str) -> Proposal {
    shard.propose(&receipt(amount, text).paid_from(&account(7)).named(&name(7)))
}

fn three() -> Ledger {
    let ledger = ledger().with(invoice("RX7-2026-41001", 7, 810_00)).with(invoice("RX7-2026-41002", 7, 960_00));
    ledger.with(invoice("RX7-2026-41003", 7, 1_000_00))
}

#[test]
fn an_advice_with_a_deduction_behind_one_number_and_a_word_for_more() {
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 929_00), row("RX7-2026-41003", 1_000_00)];
    let shard = advised(three(), "ZA4711", 2_739_00, &rows).build();
    let proposal = propose(&shard, 2_739_00, "RX7-2026-41001 u.a.");
    assert_auto(&shard, &proposal, &[("RX7-2026-41001", 810_00), ("RX7-2026-41002", 929_00), ("RX7-2026-41003", 1_000_00)]);
}

#[test]
fn an_advice_that_is_quoted_is_paid_less_a_fee() {
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 960_00)];
    let shard = advised(three(), "ZA4711", 1_770_00, &rows).build();
    let proposal = propose(&shard, 1_755_00, "Avis ZA4711");
    assert_auto(&shard, &proposal, &[("RX7-2026-41001", 810_00), ("RX7-2026-41002", 945_00)]);
    assert_not_auto(&propose(&shard, 1_741_37, "Avis ZA4711"));
    assert_not_auto(&propose(&shard, 1_755_00, "Zahlung"));
}

#[test]
fn the_total_of_an_advice_and_a_payer_nobody_knows_are_worth_a_look() {
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 960_00)];
    let shard = advised(three(), "ZA4711", 1_770_00, &rows).build();
    let stranger = receipt(1_770_00, "Zahlung").paid_from("DE12500105170648489890").named("LK Pay");
    let proposal = shard.propose(&stranger);
    assert_eq!(proposal.band, Band::Suggest, "{}", told(&shard, &proposal));
    assert_eq!(pays(&shard, &proposal.ranked[0]), [("RX7-2026-41001".to_owned(), 810_00), ("RX7-2026-41002".to_owned(), 960_00)]);
}

#[test]
fn the_nets_of_an_advice_hold_at_the_rate_of_the_day() {
    let in_dollars = |document: Document| document.in_currency(Currency::USD).discount(2, "2026-02-20");
    let ledger = ledger().with(in_dollars(invoice("RX7-2026-41001", 7, 1_136_97)));
    let ledger = ledger.with(in_dollars(invoice("RX7-2026-41002", 7, 2_833_92)));
    let rows = [row("RX7-2026-41001", 1_136_97), row("RX7-2026-41002", 2_777_24)];
    let shard = advised(ledger, "ZA4711", 3_914_21, &rows).build();
    let proposal = propose(&shard, 3_590_00, "Avis ZA4711");
    assert_auto(&shard, &proposal, &[("RX7-2026-41001", 1_136_97), ("RX7-2026-41002", 2_777_24)]);
}

#[test]
fn a_row_of_an_advice_that_is_no_document_is_neither_a_fee_nor_the_rate() {
    let note = row("CN-99", -15_00);
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 960_00), note];
    let used = advised(three().closed("CN-99", 7, 15_00), "ZA4711", 1_755_00, &rows).build();
    let unknown = advised(three(), "ZA4711", 1_755_00, &rows).build();
    for shard in [&used, &unknown] {
        assert_not_auto(&propose(shard, 1_755_00, "Avis ZA4711"));
    }
    let ledger = ledger().with(invoice("RX7-2026-41001", 7, 3_950_00).in_currency(Currency::USD));
    let rows = [row("RX7-2026-41001", 3_950_00), row("RX7-2026-99999", 50_00)];
    let shard = advised(ledger, "ZA4711", 4_000_00, &rows).build();
    assert_not_auto(&propose(&shard, 3_680_00, "Avis ZA4711"));
}

#[test]
fn the_total_of_an_advice_in_the_currency_of_the_line_is_that_of_all_its_rows() {
    let whole = invoice("RX7-2026-41001", 7, 3_950_00).in_currency(Currency::USD);
    let discounted = invoice("RX7-2026-41001", 7, 4_157_89).in_currency(Currency::USD).discount(5, "2026-02-20");
    for document in [whole, discounted] {
        let all = advised(ledger().with(&document), "ZA4711", 3_634_00, &[row("RX7-2026-41001", 3_634_00)]).build();
        assert_auto(&all, &propose(&all, 3_634_00, "Avis ZA4711"), &[("RX7-2026-41001", 3_950_00)]);
        let rows = [row("RX7-2026-41001", 3_634_00), row("RX7-2026-99999", 46_00)];
        let shard = advised(ledger().with(&document), "ZA4711", 3_680_00, &rows).build();
        assert_not_auto(&propose(&shard, 3_680_00, "Avis ZA4711"));
    }
}

#[test]
fn what_an_advice_takes_off_a_document_is_no_fee() {
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 945_00)];
    let shard = advised(three(), "ZA4711", 1_755_00, &rows).build();
    assert_not_auto(&propose(&shard, 1_740_00, "Avis ZA4711"));
}

#[test]
fn what_the_payer_orders_in_the_currency_of_the_documents_goes_before_the_rate() {
    let document = invoice("RX7-2026-41001", 7, 4_000_00).in_currency(Currency::USD).discount(2, "2026-02-20");
    let shard = advised(ledger().with(document), "ZA4711", 4_000_00, &[row("RX7-2026-41001", 4_000_00)]).build();
    let pay = |text: &str, instructed| {
        let line = receipt(3_634_00, text).paid_from(&account(7)).named(&name(7));
        shard.propose(&Line { instructed, ..line })
    };
    assert_not_auto(&pay("Avis ZA4711", Some((3_950_00, Currency::USD))));
    assert_not_auto(&pay("Avis ZA4711 USD 3950,00", None));
    assert_auto(&shard, &pay("Avis ZA4711 USD 4000,00", None), &[("RX7-2026-41001", 4_000_00)]);
    assert_auto(&shard, &pay("Avis ZA4711", None), &[("RX7-2026-41001", 4_000_00)]);
}

#[test]
fn nearly_the_money_of_an_advice_says_nothing_of_the_difference() {
    let document = invoice("RX7-2026-41001", 7, 810_00).discount(2, "2026-02-20");
    let shard = advised(ledger().with(document), "ZA4711", 810_00, &[row("RX7-2026-41001", 810_00)]).build();
    assert_not_auto(&propose(&shard, 800_00, "Avis ZA4711 abzgl. Skonto"));
}

#[test]
fn a_document_and_its_deduction_in_rows_of_their_own() {
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 960_00), row("RX7-2026-41002", -31_00)];
    let shard = advised(three(), "ZA4711", 1_739_00, &rows).build();
    let proposal = propose(&shard, 1_739_00, "Avis ZA4711");
    assert_auto(&shard, &proposal, &[("RX7-2026-41001", 810_00), ("RX7-2026-41002", 929_00)]);
}

#[test]
fn a_word_for_any_payment_is_no_instalment() {
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 960_00), row("RX7-2026-41003", 1_000_00)];
    let shard = advised(three(), "", 2_770_00, &rows).build();
    let all = [("RX7-2026-41001", 810_00), ("RX7-2026-41002", 960_00), ("RX7-2026-41003", 1_000_00)];
    assert_auto(&shard, &propose(&shard, 2_770_00, "Remittance PMT-721417"), &all);
    assert_not_auto(&propose(&shard, 2_770_00, "Part PMT"));
}

#[test]
fn what_an_advice_says_of_a_closed_document_waits() {
    let rows = [row("RX7-2026-41001", 810_00), row("RX7-2026-41009", 120_00), row("RX7-2026-41003", 1_000_00)];
    let shard = advised(three().closed("RX7-2026-41009", 7, 120_00), "ZA4711", 1_930_00, &rows).build();
    for text in ["Avis ZA4711", "Zahlung"] {
        let proposal = propose(&shard, 1_930_00, text);
        assert_first(&shard, &proposal, &[("RX7-2026-41001", 810_00), ("RX7-2026-41003", 1_000_00)]);
        assert_eq!((proposal.best().unwrap().on_account, proposal.band), (120_00, Band::Suggest), "{}", told(&shard, &proposal));
    }
}

#[test]
fn an_advice_is_paid_less_the_charges_the_bank_states() {
    let deducted = AdviceLine { deduction: Some(31_00), reason: "quality", ..row("RX7-2026-41002", 929_00) };
    for (rows, total) in [
        ([row("RX7-2026-41001", 810_00), row("RX7-2026-41002", 960_00), row("RX7-2026-41003", 1_000_00)], 2_770_00),
        ([row("RX7-2026-41001", 810_00), deducted, row("RX7-2026-41003", 1_000_00)], 2_739_00),
    ] {
        let shard = advised(three(), "ZA4711", total, &rows).build();
        for text in ["Avis ZA4711", "Zahlung"] {
            let line = Line { charges: 7_50, ..receipt(total - 7_50, text).paid_from(&account(7)).named(&name(7)) };
            let proposal = shard.propose(&line);
            assert_eq!(proposal.band, Band::Auto, "{}", told(&shard, &proposal));
            let best = proposal.best().unwrap();
            let fees: i64 =
                best.allocations.iter().filter(|part| part.kind == Some(DifferenceKind::BankFee)).map(|part| part.adjustment).sum();
            assert_eq!((fees, best.allocations.iter().map(|part| part.applied).sum::<i64>()), (7_50, total - 7_50));
        }
    }
}

#[test]
fn a_row_whose_number_is_the_end_of_a_document_of_that_amount() {
    let shard = advised(three(), "ZA4711", 1_770_00, &[row("1001", 810_00), row("RX7-2026-41002", 960_00)]).build();
    let proposal = propose(&shard, 1_770_00, "Avis ZA4711");
    assert_auto(&shard, &proposal, &[("RX7-2026-41001", 810_00), ("RX7-2026-41002", 960_00)]);
}

#[test]
fn an_advice_of_which_a_row_is_missing_is_no_overpayment() {
    let shard = advised(three(), "ZA4711", 1_770_00, &[row("RX7-2026-41001", 810_00), row("RX7-2026-99999", 960_00)]).build();
    let proposal = propose(&shard, 1_770_00, "Avis ZA4711");
    assert!(applied(&shard, &proposal).is_empty() || applied(&shard, &proposal).len() == 2, "{}", told(&shard, &proposal));
}

#[test]
fn the_number_of_an_advice_is_no_number_nobody_knows() {
    let rows = [row("2026/01700", 810_00), row("2026/01701", 960_00)];
    let ledger = Ledger::new(120).population(600, |place| format!("2026/0{}", 1_000 + place));
    let ledger = ledger.with(invoice("2026/01700", 7, 810_00)).with(invoice("2026/01701", 7, 960_00));
    let shard = advised(ledger, "2026/04711", 1_770_00, &rows).build();
    let proposal = propose(&shard, 1_770_00, "siehe Avis 2026/04711");
    assert_auto(&shard, &proposal, &[("2026/01700", 810_00), ("2026/01701", 960_00)]);
}

#[test]
fn two_rows_of_a_document_that_say_different_things() {
    let shard = ledger().with(invoice("RX7-2026-41001", 7, 810_00)).with(invoice("RX7-2026-41001", 7, 900_00).with_open(700_00)).build();
    assert_eq!(shard.contradictions().collect::<Vec<_>>(), ["RX7-2026-41001"]);
    let proposal = propose(&shard, 810_00, "RX7-2026-41001");
    assert_first(&shard, &proposal, &[("RX7-2026-41001", 810_00)]);
    assert!(is_blocked(&proposal, Block::RelationNeedsPerson), "{}", told(&shard, &proposal));
    let same = ledger().with(invoice("RX7-2026-41001", 7, 810_00)).with(invoice("RX7-2026-41001", 7, 810_00)).build();
    assert_auto(&same, &propose(&same, 810_00, "RX7-2026-41001"), &[("RX7-2026-41001", 810_00)]);
}

#[test]
fn a_name_that_opens_a_plain_text_is_the_payers() {
    let shard = three().build();
    for text in [format!("ORD {} MARKT 31 as agreed", name(7)), format!("{} 43196284415", name(7))] {
        let proposal = shard.propose(&receipt(810_00, &text));
        assert_first(&shard, &proposal, &[("RX7-2026-41001", 810_00)]);
        assert_eq!(proposal.payer, shard.find_customer(&customer_id(7)), "{}", told(&shard, &proposal));
    }
    let inside = shard.propose(&receipt(810_00, &format!("Zahlung im Auftrag der Firma {}", name(7))));
    assert_first(&shard, &inside, &[("RX7-2026-41001", 810_00)]);
    assert_not_auto(&inside);
}

#[test]
fn the_account_of_the_payer_in_the_text_quotes_nothing() {
    let number = account(7)[12..].to_owned();
    let shard = ledger().with(invoice(&number, 7, 810_00)).with(invoice("RX7-2026-41002", 7, 960_00)).build();
    let wrapped = [account(7)[..14].to_owned(), format!("{} RX7-2026-41002", &account(7)[14..])];
    let line = Line { text: wrapped.to_vec(), ..receipt(960_00, "") };
    let proposal = shard.propose(&line.paid_from(&account(7)).named(&name(7)));
    assert_auto(&shard, &proposal, &[("RX7-2026-41002", 960_00)]);
}

fn returned(amount: i64, text: &str) -> Line {
    let line = receipt(-amount, text).on("2026-02-20").at(2);
    Line { reversal: true, return_reason: "AC04".to_owned(), ..line }
}

#[test]
fn a_return_without_an_account_is_found_by_its_document_and_needs_a_person() {
    let mut shard = three().build();
    let paid = receipt(810_00, "RX7-2026-41001").paid_from(&account(7)).at(1);
    let proposals = shard.run(&[paid, returned(810_00, "RX7-2026-41001")]);
    assert_eq!(proposals[1].band, Band::Suggest, "{}", told(&shard, &proposals[1]));
    assert_eq!(best_pays(&shard, &proposals[1]), [("RX7-2026-41001".to_owned(), -810_00)]);
    assert_eq!(open(&shard, "RX7-2026-41001"), 0);
}

#[test]
fn a_return_never_takes_back_the_payment_of_another_account() {
    let mut shard = three().build();
    let paid = receipt(810_00, "RX7-2026-41001").paid_from(&account(7)).end_to_end("DD260521302582").at(1);
    let back = returned(810_00, "RX7-2026-41001").paid_from(&account(9)).end_to_end("DD260521302582");
    let proposals = shard.run(&[paid, back]);
    assert_eq!(proposals[1].band, Band::None, "{}", told(&shard, &proposals[1]));
    assert_eq!(open(&shard, "RX7-2026-41001"), 0);
}

#[test]
fn a_reference_and_a_fee_on_top_need_the_payer_too() {
    let paid = || receipt(810_00, "RX7-2026-41001").paid_from(&account(7)).end_to_end("DD260521302582").at(1);
    let back = || returned(815_00, "").end_to_end("DD260521302582");
    let mut shard = three().build();
    assert_eq!(shard.run(&[paid(), back()])[1].band, Band::Suggest);
    let mut shard = three().build();
    assert_eq!(shard.run(&[paid(), back().paid_from(&account(7))])[1].band, Band::Auto);
    assert_eq!(open(&shard, "RX7-2026-41001"), 810_00);
}

/// `FV/1588/05/2026` beside the year's other documents.
fn monthly() -> Ledger {
    let ledger = Ledger::new(120).population(600, |place| format!("FV/{}/04/2026", 3_000 + place));
    ledger.with(invoice("FV/1588/05/2026", 7, 984_00)).with(invoice("FV/1751/05/2026", 7, 7_380_00))
}

#[test]
fn rows_of_an_advice_leave_the_year_out() {
    let rows = [row("1588/05", 984_00), row("1751/05", 7_380_00)];
    let shard = advised(monthly(), "78046", 8_364_00, &rows).build();
    let proposal = propose(&shard, 8_364_00, "adv 78046 11/02/2026");
    assert_auto(&shard, &proposal, &[("FV/1588/05/2026", 984_00), ("FV/1751/05/2026", 7_380_00)]);
    assert_eq!(proposal.ranked[0].kind, HypothesisKind::Advice);
}

#[test]
fn what_adds_up_is_not_paid_beside_an_advice_that_names_something_else() {
    let rows = [row("1588/05", 984_00), row("1575/05", 5_904_00), row("1752/05", 1_476_00)];
    let shard = advised(monthly(), "78046", 8_364_00, &rows).build();
    assert_not_auto(&propose(&shard, 8_364_00, "adv 78046 11/02/2026"));
    assert_auto(&shard, &propose(&shard, 7_380_00, "FV/1751/05/2026 adv 78046"), &[("FV/1751/05/2026", 7_380_00)]);
}

#[test]
fn two_advices_are_paid_at_once() {
    let first = [row("RX7-2026-41001", 810_00)];
    let second = [row("RX7-2026-41002", 960_00), row("RX7-2026-41003", 1_000_00)];
    let shard = advised(advised(three(), "ZA4711", 810_00, &first), "ZA4712", 1_960_00, &second).build();
    let all = [("RX7-2026-41001", 810_00), ("RX7-2026-41002", 960_00), ("RX7-2026-41003", 1_000_00)];
    assert_auto(&shard, &propose(&shard, 2_770_00, "Avis ZA4711 ZA4712"), &all);
}
