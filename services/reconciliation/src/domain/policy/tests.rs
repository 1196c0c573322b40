#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use quittance_types::{BusinessDate, OpenItemId, Uuid};

use super::trial::{Agreement, Given, Paid, Tally};
use super::*;

pub(super) fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

pub(super) fn line(amount: Money) -> Movement {
    Movement {
        amount,
        booked_on: BusinessDate::from_ymd(2026, 1, 15).unwrap(),
        value_on: None,
        is_booked: true,
        reversal: false,
        is_return: false,
        bank_reference: String::new(),
        end_to_end_id: String::new(),
        creditor_reference: String::new(),
        remittance_text: "Erstattung  Strom\n2025".to_owned(),
        further_text: String::new(),
        counterparty_name: "Stadtwerke Köln GmbH".to_owned(),
        counterparty_iban: "DE75512108001245126199".to_owned(),
        return_reason: String::new(),
        transaction_code: "PMNT/RCDT/ESCT".to_owned(),
        fingerprint: Uuid::nil(),
        movement_key: Uuid::nil(),
    }
}

pub(super) fn rule(conditions: Conditions, action: RuleAction) -> MatchRule {
    MatchRule { name: "a rule".to_owned(), conditions, action }
}

pub(super) fn policy(rules: Vec<MatchRule>) -> MatchPolicy {
    MatchPolicy { rules, ..MatchPolicy::built_in(None).unwrap() }
}

fn customer(number: u128) -> CustomerId {
    CustomerId::new(Uuid::from_u128(number))
}

#[test]
fn the_built_in_policy_is_what_the_engine_does_by_default() {
    assert_eq!(MatchPolicy::built_in(None).unwrap().engine(), record::Policy::default());
}

#[test]
fn every_condition_given_has_to_hold() {
    let fits = |conditions: Conditions| conditions.fit(&line(euro(10_000)));
    assert!(fits(Conditions::default()) && Conditions::default().is_empty());
    assert!(fits(Conditions { text: "strom 2025".to_owned(), ..Conditions::default() }));
    assert!(!fits(Conditions { text: "2025 strom".to_owned(), ..Conditions::default() }));
    assert!(fits(Conditions { name: "KÖLN".to_owned(), ..Conditions::default() }));
    assert!(!fits(Conditions { iban: "FR1420041010050500013M02606".to_owned(), ..Conditions::default() }));
    assert!(fits(Conditions { transaction_code: "PMNT/RCDT".to_owned(), ..Conditions::default() }));
    assert!(!fits(Conditions { transaction_code: "RCDT".to_owned(), ..Conditions::default() }));
    let both = |text: &str| Conditions { text: text.to_owned(), name: "stadtwerke".to_owned(), ..Conditions::default() };
    assert!(fits(both("Erstattung")) && !fits(both("Rechnung")));
}

#[test]
fn limits_hold_in_their_currency_only_and_include_themselves() {
    let between = |least, most| Conditions { at_least: Some(euro(least)), at_most: Some(euro(most)), ..Conditions::default() };
    assert!(between(10_000, 10_000).fit(&line(euro(10_000))));
    assert!(!between(10_001, 20_000).fit(&line(euro(10_000))) && !between(0, 9_999).fit(&line(euro(10_000))));
    assert!(!between(0, 1_000_000).fit(&line(Money::from_minor(10_000, Currency::USD).unwrap())));
}

#[test]
fn the_first_rule_that_fits_counts() {
    let named = |name: &str, action| rule(Conditions { name: name.to_owned(), ..Conditions::default() }, action);
    let rules =
        vec![named("bonn", RuleAction::NotReceivable), named("köln", RuleAction::SuggestOnly), named("gmbh", RuleAction::NotReceivable)];
    let policy = policy(rules);
    assert_eq!(policy.rule_for(&line(euro(1))).map(|rule| rule.action), Some(RuleAction::SuggestOnly));
}

#[test]
fn rules_and_certainty_keep_autos_for_a_person() {
    let (one, two) = ([customer(1)], [customer(2), customer(1)]);
    let mut policy = policy(Vec::new());
    policy.thresholds.minimum_confidence_ppm = 999_000;
    let of = |action| rule(Conditions::default(), action);
    let (mine, only, never) = (of(RuleAction::Customer(customer(1))), of(RuleAction::SuggestOnly), of(RuleAction::NotReceivable));
    for (rule, decided, ruling) in [
        (None, auto(&one, 999_000), Ruling::Stands),
        (None, auto(&one, 998_999), Ruling::Suggest(Refusal::Confidence)),
        (Some(&mine), auto(&one, 999_999), Ruling::Stands),
        (Some(&mine), auto(&one, 1), Ruling::Suggest(Refusal::Confidence)),
        (Some(&mine), auto(&two, 999_999), Ruling::Suggest(Refusal::Blocked(Block::CustomerByRule))),
        (Some(&only), auto(&one, 999_999), Ruling::Suggest(Refusal::Blocked(Block::PolicyRule))),
        (Some(&only), Decided { is_auto: false, confidence_ppm: 0, customers: &[] }, Ruling::Stands),
        (Some(&never), auto(&one, 999_999), Ruling::NotReceivable),
    ] {
        assert_eq!(policy.rule_on(rule, decided), ruling, "{rule:?} {decided:?}");
    }
}

fn auto(customers: &[CustomerId], confidence_ppm: u32) -> Decided<'_> {
    Decided { is_auto: true, confidence_ppm, customers }
}

fn proposed_by(person: &str, state: PolicyState) -> MatchPolicy {
    MatchPolicy { state, proposed_by: person.to_owned(), ..MatchPolicy::built_in(None).unwrap() }
}

#[test]
fn a_second_person_activates_what_was_tried_against_what_is_in_force() {
    let (first, second) = (Some(MatchPolicyId::new(Uuid::from_u128(1))), Some(MatchPolicyId::new(Uuid::from_u128(2))));
    let reason = |state, by: &str, now| proposed_by("a", state).approve(by, first, now).unwrap_err().reason();
    assert_eq!(reason(PolicyState::InTrial, "b", first), Reason::IllegalTransition);
    assert_eq!(reason(PolicyState::Tried, "a", first), Reason::SelfApproval);
    assert_eq!(reason(PolicyState::Tried, "b", second), Reason::ApprovalStale);
    assert_eq!(reason(PolicyState::Tried, "b", None), Reason::ApprovalStale);
    let mut policy = proposed_by("a", PolicyState::Tried);
    policy.approve("b", first, first).unwrap();
    assert_eq!((policy.state, policy.decided_by.as_deref()), (PolicyState::Active, Some("b")));
    assert_eq!(policy.reject("c", String::new()).unwrap_err().reason(), Reason::IllegalTransition);
    let mut withdrawn = proposed_by("a", PolicyState::InTrial);
    withdrawn.reject("a", "a mistake".to_owned()).unwrap();
    assert_eq!((withdrawn.state, withdrawn.why.as_str()), (PolicyState::Rejected, "a mistake"));
}

#[test]
fn what_is_decided_stays_decided() {
    for (state, events) in [
        (PolicyState::InTrial, vec![PolicyEvent::Try, PolicyEvent::Reject]),
        (PolicyState::Tried, vec![PolicyEvent::Approve, PolicyEvent::Reject]),
        (PolicyState::Active, vec![PolicyEvent::Supersede]),
        (PolicyState::Superseded, vec![]),
        (PolicyState::Rejected, vec![]),
    ] {
        assert_eq!(PolicyState::parse(state.as_str()), Some(state));
        for event in PolicyEvent::ALL {
            assert_eq!(state.after(event).is_ok(), events.contains(&event), "{state:?} {event:?}");
        }
    }
}

fn paid(parts: &[(u128, i64)]) -> Paid {
    parts.iter().map(|(item, cash)| (OpenItemId::new(Uuid::from_u128(*item)), Given { cash: *cash, ..Given::default() })).collect()
}

#[test]
fn versions_are_held_against_each_other_and_against_the_books() {
    let (one, other, nothing) = (paid(&[(1, 100)]), paid(&[(2, 100)]), paid(&[]));
    let mut tally = Tally::default();
    for (active, new, booked, agreement) in [
        (&nothing, &nothing, &one, Agreement::Neither),
        (&one, &one, &one, Agreement::Both),
        (&one, &nothing, &one, Agreement::OnlyActive),
        (&nothing, &one, &nothing, Agreement::OnlyNew),
        (&one, &other, &one, Agreement::Differently),
        (&one, &paid(&[(1, 99)]), &one, Agreement::Differently),
    ] {
        assert_eq!(Agreement::of(active, new), agreement);
        tally.count(agreement, new, booked);
    }
    let expected = Tally { lines: 6, both: 1, only_active: 1, only_new: 1, differently: 2, against_the_books: 2 };
    assert_eq!(tally, expected);
}

proptest! {
    /// A stricter minimum never lets more through, and a policy never makes an auto of what the engine would not apply.
    #[test]
    fn a_policy_only_takes_away(confidence in 0_u32..=1_000_000, low in 0_i32..=1_000_000, high in 0_i32..=1_000_000, is_auto: bool, action in 0_u8..4) {
        let (low, high) = (low.min(high), low.max(high));
        let action = match action {
            0 => Some(RuleAction::SuggestOnly),
            1 => Some(RuleAction::NotReceivable),
            2 => Some(RuleAction::Customer(customer(1))),
            _ => None,
        };
        let rule = action.map(|action| rule(Conditions::default(), action));
        let customers = [customer(1)];
        let decided = Decided { is_auto, confidence_ppm: confidence, customers: &customers };
        let applied = |least| {
            let mut policy = policy(Vec::new());
            policy.thresholds.minimum_confidence_ppm = least;
            is_auto && policy.rule_on(rule.as_ref(), decided) == Ruling::Stands
        };
        prop_assert!(!applied(high) || applied(low));
        prop_assert!(is_auto || !applied(0));
    }
}

#[test]
fn a_trial_carries_no_line_out_again_more_often_the_more_there_are() {
    for lines in [10_000_u64, 1_000_000, 100_000_000] {
        let (mut tried, mut again) = (0_u64, 0_u64);
        while tried < lines {
            again += tried;
            tried += trial::portion_after(tried);
        }
        assert!(again / tried <= 17, "{again} for {tried}");
    }
}
