#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use quittance_types::{Currency, Uuid};

use super::*;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn deduction(number: u128, minor: i64, state: DeductionState) -> Deduction {
    Deduction {
        id: DeductionId::new(Uuid::from_u128(number)),
        item: OpenItemId::new(Uuid::from_u128(1)),
        document_number: "INV-1".to_owned(),
        customer: CustomerId::new(Uuid::from_u128(2)),
        application: ApplicationId::new(Uuid::from_u128(3)),
        line: None,
        amount: euro(minor),
        code: None,
        said: String::new(),
        suggested: None,
        state,
        deducted_on: BusinessDate::from_ymd(2026, 1, 15).unwrap(),
        created_at: Timestamp::from_micros(0),
        decided_by: String::new(),
        version: 1,
    }
}

const EVENTS: [DeductionEvent; 5] =
    [DeductionEvent::Coded, DeductionEvent::Allowed, DeductionEvent::Denied, DeductionEvent::WrittenOff, DeductionEvent::Settled];

#[test]
fn names_are_read_back() {
    assert!(DeductionState::ALL.into_iter().all(|state| DeductionState::parse(state.as_str()) == Some(state)));
    assert!(DeductionCode::ALL.into_iter().all(|code| DeductionCode::parse(code.as_str()) == Some(code)));
}

#[test]
fn exactly_these_transitions_are_legal() {
    use DeductionState::{Coded, Invalid, Open, Settled, Valid, WrittenOff};
    let legal: Vec<(DeductionState, DeductionState)> = DeductionState::ALL
        .into_iter()
        .flat_map(|from| EVENTS.into_iter().filter_map(move |event| Some((from, from.after(event).ok()?))))
        .collect();
    let expected =
        [(Open, Coded), (Open, Settled), (Coded, Coded), (Coded, Valid), (Coded, Invalid), (Coded, WrittenOff), (Coded, Settled)];
    assert_eq!(legal, expected);
}

#[test]
fn what_is_paid_is_taken_off_the_oldest_first() {
    let mut held =
        vec![deduction(1, 30, DeductionState::Open), deduction(2, 500, DeductionState::Valid), deduction(3, 50, DeductionState::Coded)];
    keep_within(euro(60), &mut held).unwrap();
    let left: Vec<(i64, DeductionState)> = held.iter().map(|one| (one.amount.minor(), one.state)).collect();
    assert_eq!(left, [(10, DeductionState::Open), (500, DeductionState::Valid), (50, DeductionState::Coded)]);
    keep_within(euro(0), &mut held).unwrap();
    assert_eq!(
        held.iter().map(|one| one.state).collect::<Vec<_>>(),
        [DeductionState::Settled, DeductionState::Valid, DeductionState::Settled]
    );
}

#[test]
fn no_more_is_noted_than_is_open() {
    assert!(admit(euro(100), euro(70), euro(30)).is_ok());
    let fault = admit(euro(100), euro(70), euro(31)).unwrap_err();
    assert_eq!((fault.reason(), fault.get("open")), (Reason::OverApplication, Some("0.30")));
}

proptest! {
    /// A decision is the end; whatever happens before it, only legal steps change the deduction, each by one version.
    #[test]
    fn a_decision_is_the_end(steps in proptest::collection::vec(0..5_usize, 0..12)) {
        let mut one = deduction(1, 10, DeductionState::Open);
        for step in steps {
            let before = one.clone();
            let outcome = one.decide(EVENTS[step], "user:x");
            if !before.state.is_undecided() {
                prop_assert!(outcome.is_err());
            }
            match outcome {
                Ok(()) => prop_assert_eq!(one.version, before.version + 1),
                Err(fault) => {
                    prop_assert_eq!(fault.reason(), Reason::IllegalTransition);
                    prop_assert_eq!(&one, &before);
                }
            }
        }
    }

    /// What is undecided never exceeds what is open; nothing is taken off that need not be.
    #[test]
    fn undecided_stays_within_open(amounts in proptest::collection::vec((1..1_000_i64, 0..6_usize), 0..8), open in 0..4_000_i64) {
        let mut held: Vec<Deduction> = (0_u128..).zip(&amounts)
            .map(|(number, (minor, state))| deduction(number, *minor, DeductionState::ALL[*state])).collect();
        let sum = |held: &[Deduction]| held.iter().filter(|one| one.state.is_undecided()).map(|one| one.amount.minor()).sum::<i64>();
        let (before, decided) = (sum(&held), held.iter().filter(|one| !one.state.is_undecided()).cloned().collect::<Vec<_>>());
        keep_within(euro(open), &mut held).unwrap();
        prop_assert_eq!(sum(&held), before.min(open));
        prop_assert!(held.iter().all(|one| one.amount.is_positive()));
        prop_assert!(decided.iter().all(|one| held.contains(one)));
    }
}
