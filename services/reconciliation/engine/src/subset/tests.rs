#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::inconsistent_digit_grouping,
    reason = "a test may panic; cents stand apart"
)]

use proptest::prelude::*;

use super::*;

fn day(offset: i32) -> BusinessDate {
    BusinessDate::from_days(20_000 + offset).unwrap()
}

fn candidate(amount: i64, due: i32) -> Candidate {
    Candidate { amount, due_on: day(due), order: 0, alike: 0 }
}

fn question(candidates: &[Candidate], target: i64) -> Question<'_> {
    Question { candidates, target, slack_per_item: 0, value_on: day(0), steps: STEPS }
}

fn places(findings: &Findings) -> Vec<Vec<usize>> {
    findings.solutions().map(|solution| solution.places().collect()).collect()
}

#[test]
fn finds_the_only_set() {
    let items = [candidate(1_190_00, 10), candidate(355_17, 20), candidate(78_03, 5), candidate(2_411_90, 40)];
    let findings = Solver::new().search(&question(&items, 355_17 + 2_411_90));
    assert_eq!(places(&findings), [[1, 3]]);
    assert!(findings.unique().is_some());
    assert_eq!((findings.method, findings.bits > 9_000), (Method::Enumeration, true));
}

#[test]
fn nets_with_a_credit_note() {
    let items = [candidate(1_190_00, 10), candidate(-90_00, 20), candidate(78_03, 5)];
    assert_eq!(places(&Solver::new().search(&question(&items, 1_100_00))), [[0, 1]]);
}

#[test]
fn prefers_natural_then_few_then_close_then_low() {
    let items = [candidate(10, 90), candidate(20, 30), candidate(30, 10), candidate(25, 33), candidate(35, 35)];
    let findings = Solver::new().search(&question(&items, 60));
    assert_eq!(places(&findings), [vec![3, 4], vec![0, 1, 2]]);
    let overdue = [candidate(10, -9), candidate(20, -3), candidate(30, -10), candidate(25, 33), candidate(35, 35)];
    let findings = Solver::new().search(&question(&overdue, 60));
    assert_eq!(findings.solutions().next().unwrap().natural, Some(NaturalSet::Overdue));
    assert_eq!(findings.count, 2);
    assert!(findings.unique().is_none());
}

#[test]
fn all_of_one_order_is_natural() {
    let mut items = [candidate(10_01, 90), candidate(20_02, 130), candidate(30_03, 60)];
    items[0].order = 7;
    items[1].order = 7;
    let findings = Solver::new().search(&question(&items, 30_03));
    assert_eq!(findings.solutions().next().unwrap().natural, Some(NaturalSet::Oldest));
    let findings = Solver::new().search(&question(&items[..2], 30_03));
    assert_eq!(findings.solutions().next().unwrap().natural, Some(NaturalSet::Order));
}

#[test]
fn counting_stops_at_three() {
    let items: Vec<Candidate> = (0..12).map(|due| candidate(50_00, due * 3 + 40)).collect();
    let findings = Solver::new().search(&question(&items, 100_00));
    assert_eq!((findings.count, findings.solutions().count()), (3, 3));
    assert_eq!(findings.solutions().next().unwrap().natural, Some(NaturalSet::Oldest));
}

#[test]
fn of_interchangeable_items_the_oldest_are_taken() {
    let mut items: Vec<Candidate> = (0..5).map(|due| candidate(50_00, 60 - due * 10)).collect();
    items.iter_mut().for_each(|item| item.alike = 9);
    items.push(candidate(33_33, 70));
    let findings = Solver::new().search(&question(&items, 133_33));
    assert_eq!(places(&findings), [[3, 4, 5]]);
    let solution = findings.unique().unwrap();
    assert!(solution.oldest_first);
}

#[test]
fn rounded_discounts_may_miss_by_a_unit_each() {
    let items = [candidate(98_01, 10), candidate(245_02, 20), candidate(77_77, 30)];
    let exact = question(&items, 343_05);
    assert_eq!(Solver::new().search(&exact).count, 0);
    let rounded = Question { slack_per_item: 1, ..exact };
    let findings = Solver::new().search(&rounded);
    assert_eq!((places(&findings), findings.unique().unwrap().residual), (vec![vec![0, 1]], 2));
    assert_eq!(Solver::new().search(&Question { target: 343_06, ..rounded }).count, 0);
}

#[test]
fn a_spent_budget_proves_nothing() {
    let items: Vec<Candidate> = (0..32).map(|due| candidate(100_00 + i64::from(due * due * 37), due)).collect();
    let target = items[3].amount + items[17].amount + items[29].amount;
    let poor = Question { steps: 1_000, ..question(&items, target) };
    let findings = Solver::new().search(&poor);
    assert_eq!((findings.gave_up, findings.unique()), (Some(GaveUp::Budget), None));
    let rich = Solver::new().search(&question(&items, target));
    assert_eq!((rich.gave_up, rich.method), (None, Method::Halves));
    assert!(places(&rich).contains(&vec![3, 17, 29]) || rich.count == 3);
}

#[test]
fn sums_without_room_beside_their_members_are_given_up() {
    let items = |unit: i64| (0..20).map(|due| candidate(unit + i64::from(due * due * 37), due)).collect::<Vec<_>>();
    for (unit, gave_up) in [(1_i64 << 40, None), (1 << 52, Some(GaveUp::Budget))] {
        let items = items(unit);
        let findings = Solver::new().search(&question(&items, items[3].amount + items[11].amount + items[17].amount));
        assert_eq!((findings.gave_up, findings.count == 0), (gave_up, gave_up.is_some()), "{unit}");
    }
}

#[test]
fn many_items_are_paid_in_natural_sets_only() {
    let items: Vec<Candidate> = (0..50).map(|due| candidate(100_07 + i64::from(due * due * 37), due - 20)).collect();
    let overdue: i64 = items.iter().filter(|item| item.due_on <= day(0)).map(|item| item.amount).sum();
    let findings = Solver::new().search(&question(&items, overdue));
    assert_eq!((findings.method, findings.count), (Method::NaturalOnly, 1));
    assert!(findings.chance < 10_000);
    let two = items[7].amount + items[40].amount;
    assert_eq!(Solver::new().search(&question(&items, two)).method, Method::NaturalOnly, "items may still be many");
}

#[test]
fn nothing_to_find() {
    let items = [candidate(10_00, 0), candidate(0, 0), candidate(-5_00, 0)];
    for target in [0, -5_00, 7_77, i64::MAX] {
        assert_eq!(Solver::new().search(&question(&items, target)).count, 0);
    }
    assert_eq!(Solver::new().search(&question(&[], 10_00)).count, 0);
    let huge = [candidate(i64::MAX, 0), candidate(i64::MIN, 0)];
    assert_eq!(Solver::new().search(&question(&huge, 10_00)).count, 0);
}

/// Every set, by definition.
fn brute_force(question: &Question<'_>, largest: u32) -> Vec<u64> {
    let items = question.candidates;
    let adds_up = |members: &u64| {
        let chosen = (0..items.len()).filter(|place| members >> place & 1 == 1);
        let sum: i64 = chosen.clone().map(|place| items[place].amount).sum();
        let no_zero = chosen.clone().all(|place| items[place].amount != 0);
        no_zero
            && members.count_ones() <= largest
            && (question.target - sum).abs() <= question.slack_per_item * i64::from(members.count_ones())
    };
    let oldest = |members: &u64| {
        let pairs = (0..items.len()).flat_map(|left| (0..items.len()).map(move |right| (left, right)));
        pairs.filter(|(inside, outside)| members >> inside & 1 == 1 && members >> outside & 1 == 0).all(|(inside, outside)| {
            let alike =
                items[inside].alike != 0 && (items[inside].alike, items[inside].amount) == (items[outside].alike, items[outside].amount);
            !alike || (items[inside].due_on, inside) < (items[outside].due_on, outside)
        })
    };
    (1..1_u64 << items.len()).filter(adds_up).filter(oldest).collect()
}

fn arbitrary_candidates(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Candidate>> {
    let one = (-40_i64..400, -60..60_i32, 0..4_u64, 0..3_u64).prop_map(|(amount, due, order, alike)| Candidate {
        amount,
        due_on: day(due),
        order,
        alike,
    });
    proptest::collection::vec(one, sizes)
}

fn compare(candidates: &[Candidate], target: i64, slack_per_item: i64, largest: u32) -> Result<(), TestCaseError> {
    let question = Question { candidates, target, slack_per_item, value_on: day(0), steps: 50_000_000 };
    let findings = Solver::new().search(&question);
    let expected = brute_force(&question, u32::MAX);
    for solution in findings.solutions() {
        prop_assert!(expected.contains(&solution.members));
    }
    if findings.gave_up.is_some() {
        prop_assert!(expected.len() >= COUNTED);
        return Ok(());
    }
    let bounded = expected.iter().filter(|members| members.count_ones() <= largest);
    prop_assert!(findings.count >= bounded.clone().count().min(COUNTED));
    prop_assert!(findings.count <= expected.len().min(COUNTED));
    let fewest = bounded.map(|members| members.count_ones()).min();
    match (findings.solutions().next(), fewest) {
        (Some(best), Some(fewest)) => prop_assert!(best.natural.is_some() || best.cardinality == fewest),
        (None, fewest) => prop_assert_eq!(fewest, None),
        (Some(best), None) => prop_assert!(best.natural.is_some()),
    }
    Ok(())
}

proptest! {
    #[test]
    fn small_questions_agree_with_brute_force(candidates in arbitrary_candidates(1..14), pick in any::<u64>(), off in 0..3_i64, slack in 0..2_i64) {
        let chosen = candidates.iter().enumerate().filter(|(place, _)| pick >> place & 1 == 1);
        let target: i64 = chosen.map(|(_, one)| one.amount).sum::<i64>() + off;
        if target > 0 {
            compare(&candidates, target, slack, u32::MAX)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn halves_agree_with_brute_force(candidates in arbitrary_candidates(15..17), pick in any::<u64>(), slack in 0..2_i64) {
        let scaled: Vec<Candidate> = candidates.iter().map(|one| Candidate { amount: one.amount * 977 + i64::from(one.due_on.days() % 89), ..*one }).collect();
        let target: i64 = scaled.iter().enumerate().filter(|(place, _)| pick >> place & 1 == 1).map(|(_, one)| one.amount).sum();
        if target > 0 {
            compare(&scaled, target, slack, CARDINALITY)?;
        }
    }
}
