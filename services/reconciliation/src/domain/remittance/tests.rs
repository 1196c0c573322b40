#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use quittance_types::{Decimal, Uuid};

use super::*;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn line(document: &str, net: i64) -> AdviceLine {
    AdviceLine {
        document: document.to_owned(),
        gross: None,
        deduction: None,
        reason: String::new(),
        net: Some(euro(net)),
        span: String::new(),
    }
}

fn advice(state: AdviceState) -> RemittanceAdvice {
    RemittanceAdvice {
        id: RemittanceAdviceId::new(Uuid::nil()),
        format: "text".to_owned(),
        file_name: String::new(),
        number: String::new(),
        advice_on: None,
        currency: None,
        total: None,
        payer_name: String::new(),
        payer_iban: String::new(),
        customer_number: String::new(),
        customer: None,
        state,
        findings: vec!["total_mismatch".to_owned()],
        lines: Vec::new(),
        bank_line: (state == AdviceState::Used).then(|| BankLineId::new(Uuid::nil())),
        version: 1,
        created_at: Timestamp::from_micros(0),
    }
}

fn correction(lines: Vec<AdviceLine>, total: i64) -> Correction {
    Correction { lines, total: euro(total), customer: None }
}

#[test]
fn what_a_person_confirms_adds_up_and_is_proven() {
    let mut advice = advice(AdviceState::Review);
    let deducted = AdviceLine { gross: Some(euro(1_000)), deduction: Some(euro(20)), ..line("RE-1", 980) };
    advice.confirm(correction(vec![deducted, line("GS-2", -80)], 900)).unwrap();
    assert_eq!((advice.state, advice.total, advice.findings.len()), (AdviceState::Proven, Some(euro(900)), 0));
    let line_id = BankLineId::new(Uuid::from_u128(7));
    advice.use_for(line_id).unwrap();
    assert_eq!((advice.state, advice.bank_line), (AdviceState::Used, Some(line_id)));
}

#[test]
fn what_does_not_add_up_is_not_confirmed() {
    let reason = |lines, total| advice(AdviceState::Review).confirm(correction(lines, total)).unwrap_err().reason();
    assert_eq!(reason(vec![line("RE-1", 980)], 900), Reason::AllocationSum);
    let wrong = AdviceLine { gross: Some(euro(1_000)), deduction: Some(euro(10)), ..line("RE-1", 980) };
    assert_eq!(reason(vec![wrong], 980), Reason::AllocationSum);
    assert_eq!(reason(vec![AdviceLine { net: None, ..line("RE-1", 0) }], 0), Reason::FieldRequired);
    let dollars = Money::from_minor(980, Currency::USD).unwrap();
    assert_eq!(reason(vec![AdviceLine { net: Some(dollars), ..line("RE-1", 0) }], 980), Reason::CurrencyMismatch);
}

#[test]
fn what_was_used_stays_as_it_is() {
    let mut used = advice(AdviceState::Used);
    assert_eq!(used.confirm(correction(vec![line("RE-1", 1)], 1)).unwrap_err().reason(), Reason::IllegalTransition);
    for state in [AdviceState::Used, AdviceState::Review] {
        assert_eq!(AdviceState::parse(state.as_str()), Some(state));
        assert_eq!(advice(state).use_for(BankLineId::new(Uuid::nil())).unwrap_err().reason(), Reason::IllegalTransition);
    }
}

fn read(net: Decimal) -> ReadAdvice {
    let line =
        ReadLine { document: "RE-1".to_owned(), gross: None, deduction: None, reason: String::new(), net: Some(net), span: String::new() };
    ReadAdvice {
        format: "text",
        number: String::new(),
        advice_on: None,
        currency: None,
        total: Some(net),
        payer_name: String::new(),
        payer_iban: String::new(),
        customer_number: String::new(),
        is_proven: true,
        findings: Vec::new(),
        lines: vec![line],
    }
}

#[test]
fn an_advice_without_a_currency_waits_for_a_person() {
    let valued = read(Decimal::new(12_345, 2)).valued(None);
    assert_eq!((valued.state, valued.total, valued.lines[0].net), (AdviceState::Review, None, None));
    assert!(valued.findings[0].starts_with("currency_missing"));
    let valued = read(Decimal::new(12_345, 2)).valued(Some(Currency::JPY));
    assert_eq!((valued.state, valued.total), (AdviceState::Review, None));
    assert!(valued.findings[0].starts_with("amount_invalid"));
}

proptest! {
    /// Nothing is rounded: what is kept is what was read.
    #[test]
    fn amounts_are_kept_exactly_or_not_at_all(mantissa in -1_000_000_000_i64..1_000_000_000, scale in 0_u32..6) {
        let amount = Decimal::new(mantissa, scale);
        let valued = read(amount).valued(Some(Currency::EUR));
        match valued.total {
            Some(total) => prop_assert_eq!(total.amount(), amount),
            None => prop_assert_eq!(valued.state, AdviceState::Review),
        }
    }
}
