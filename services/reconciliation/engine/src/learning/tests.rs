#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::inconsistent_digit_grouping,
    reason = "a test may panic; cents stand apart"
)]

use proptest::prelude::*;

use super::*;

fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

fn lesson(id: u64, source: Source, on: &str, customer: CustomerIx, account: u64) -> Lesson<'static> {
    Lesson { id, source, on: date(on), customer, account, name: account * 10, habits: &[Habit::Several], signs: &[] }
}

#[test]
fn a_person_is_believed_at_once_and_autos_when_they_agree() {
    let mut learning = Learning::default();
    learning.learn(&lesson(1, Source::Person, "2026-01-05", 7, 100));
    learning.learn(&lesson(2, Source::Automatic, "2026-01-06", 8, 200));
    assert_eq!(learning.account_uses(100).map(|one| one.customer).collect::<Vec<_>>(), [7]);
    assert_eq!(learning.account_uses(200).count(), 0);
    assert_eq!(learning.name_uses(1_000).count(), 0);
    learning.learn(&lesson(3, Source::Automatic, "2026-01-07", 8, 200));
    assert_eq!(learning.account_uses(200).count(), 1);
    assert_eq!(learning.name_uses(2_000).count(), 1);
    learning.learn(&lesson(4, Source::MasterData, "2026-01-07", 9, 300));
    assert_eq!(learning.account_uses(300).count(), 1);
    assert_eq!(learning.account_uses(0).count(), 0);
}

#[test]
fn a_source_teaches_once() {
    let mut learning = Learning::default();
    let first = lesson(1, Source::Person, "2026-01-05", 7, 100);
    assert!(learning.learn(&first));
    assert!(!learning.learn(&first));
    assert_eq!(learning.account_uses(100).next().unwrap().counter.confirmations(), 1);
}

#[test]
fn uses_of_a_shared_account_fade() {
    let mut learning = Learning::default();
    for id in 0..3 {
        learning.learn(&lesson(id, Source::Person, "2024-07-05", 7, 100));
    }
    learning.learn(&lesson(9, Source::Person, "2026-01-05", 8, 100));
    let weights = |on: &str| learning.account_uses(100).map(|one| one.counter.weight(date(on))).collect::<Vec<u64>>();
    assert_eq!(weights("2024-07-10"), [3_000, 1_000]);
    assert_eq!(weights("2026-01-10"), [1_500, 1_000]);
}

#[test]
fn master_data_counts_as_three_and_does_not_fade() {
    let mut learning = Learning::default();
    learning.learn(&lesson(1, Source::MasterData, "2010-01-01", 7, 100));
    learning.learn(&lesson(2, Source::Person, "2026-01-01", 8, 100));
    assert_eq!(learning.account_uses(100).map(|one| one.counter.weight(date("2026-01-31"))).collect::<Vec<u64>>(), [3_000, 1_000]);
}

#[test]
fn a_habit_is_shown_twice_and_not_long_ago() {
    let mut learning = Learning::default();
    let has = |learning: &Learning, on: &str| learning.has_habit(7, Habit::Several, date(on));
    learning.learn(&lesson(1, Source::Person, "2026-01-05", 7, 100));
    assert!(!has(&learning, "2026-01-06"));
    learning.learn(&lesson(2, Source::Person, "2026-01-06", 7, 100));
    assert!(has(&learning, "2026-01-06") && has(&learning, "2026-08-31"), "seven months");
    assert!(!has(&learning, "2026-09-01"), "eight months");
    assert!(!learning.has_habit(8, Habit::Several, date("2026-01-06")), "another customer's");
}

fn learn(learning: &mut Learning, habit: Habit, on: &str, customer: CustomerIx, times: std::ops::Range<u64>) {
    for time in times {
        let id = u64::from(customer) * 100 + time;
        learning.learn(&Lesson { habits: &[habit], ..lesson(id, Source::Person, on, customer, 0) });
    }
}

#[test]
fn a_habit_is_usual_while_many_customers_have_it() {
    let mut learning = Learning::default();
    let is_usual = |learning: &Learning| learning.is_usual(Habit::SilentCredit, date("2026-02-01"));
    let show = |learning: &mut Learning, customer, times| learn(learning, Habit::SilentCredit, "2026-01-05", customer, times);
    show(&mut learning, 1, 0..20);
    (2..5).for_each(|customer| show(&mut learning, customer, 0..2));
    assert!(!is_usual(&learning), "four customers are few");
    show(&mut learning, 5, 0..1);
    assert!(is_usual(&learning));
    learning.erase(3);
    learning.erase(4);
    (6..9).for_each(|customer| show(&mut learning, customer, 0..1));
    assert!(!is_usual(&learning), "what one does often is not done again by many");
    show(&mut learning, 6, 1..2);
    assert!(is_usual(&learning));
    (1..9).for_each(|customer| learning.erase(customer));
    assert_eq!(learning.customers_lately(Habit::SilentCredit, date("2026-02-01")), 0);
}

#[test]
fn what_was_usual_long_ago_or_most_do_otherwise_is_not_usual() {
    let mut learning = Learning::default();
    (1..6).for_each(|customer| learn(&mut learning, Habit::SilentCredit, "2024-06-05", customer, 0..2));
    assert!(learning.is_usual(Habit::SilentCredit, date("2025-12-31")), "eighteen months");
    assert!(!learning.is_usual(Habit::SilentCredit, date("2026-01-01")), "nineteen months");
    (6..11).for_each(|customer| learn(&mut learning, Habit::SilentCredit, "2025-06-05", customer, 0..2));
    (20..35).for_each(|customer| learn(&mut learning, Habit::NamedCredit, "2025-06-05", customer, 0..1));
    assert!(learning.is_usual(Habit::SilentCredit, date("2026-01-01")), "one in four");
    learn(&mut learning, Habit::NamedCredit, "2025-06-05", 35, 0..1);
    assert!(!learning.is_usual(Habit::SilentCredit, date("2026-01-01")));
}

#[test]
fn a_common_habit_is_shown_once_and_not_long_ago() {
    let mut learning = Learning::default();
    let has = |learning: &Learning, on: &str| learning.has_habit(7, Habit::SilentCredit, date(on));
    learn(&mut learning, Habit::SilentCredit, "2026-01-05", 7, 0..1);
    (1..4).for_each(|customer| learn(&mut learning, Habit::SilentCredit, "2026-01-05", customer, 0..1));
    assert!(!has(&learning, "2026-01-06"), "four customers are few");
    learn(&mut learning, Habit::SilentCredit, "2026-01-05", 4, 0..1);
    assert!(has(&learning, "2026-01-06") && !has(&learning, "2027-01-06"));
    (20..36).for_each(|customer| learn(&mut learning, Habit::NamedCredit, "2026-01-05", customer, 0..1));
    assert!(!has(&learning, "2026-01-06"), "most do otherwise");
}

#[test]
fn a_customer_can_be_shown_and_erased() {
    let mut learning = Learning::default();
    learning.learn(&lesson(1, Source::Person, "2026-01-05", 7, 100));
    learning.learn(&lesson(2, Source::Person, "2026-01-05", 8, 100));
    let rows_of = |learning: &Learning, customer| learning.rows().into_iter().filter(|row| row.customer == customer).collect::<Vec<Row>>();
    let own = rows_of(&learning, 7);
    assert_eq!(own.iter().map(|row| row.key).collect::<Vec<Key>>(), [Key::Account(100), Key::Name(1_000), Key::Habit(Habit::Several)]);
    assert_eq!(own[0].counter.sources(), [(Source::Person, 1)]);
    learning.erase(7);
    assert!(rows_of(&learning, 7).is_empty());
    assert_eq!(rows_of(&learning, 8).len(), 3);
}

fn arbitrary_lessons() -> impl Strategy<Value = Vec<Lesson<'static>>> {
    let sources = prop::sample::select(vec![Source::Person, Source::Automatic, Source::MasterData]);
    let one = (sources, 18_000..21_000_i32, 0..4_u32, 0..4_u64, 0..4_u64, any::<bool>());
    proptest::collection::vec(one, 0..40).prop_map(|lessons| {
        let numbered = lessons.into_iter().enumerate();
        let lesson = |(id, (source, day, customer, account, name, quotes)): (usize, (Source, i32, u32, u64, u64, bool))| Lesson {
            id: id as u64,
            source,
            on: BusinessDate::from_days(day).unwrap(),
            customer,
            account,
            name,
            habits: if quotes { &[Habit::Several, Habit::Discount] } else { &[Habit::Rounding] },
            signs: if quotes { &[5, 6] } else { &[6] },
        };
        numbered.map(lesson).collect()
    })
}

fn learnt<'a>(lessons: impl IntoIterator<Item = &'a Lesson<'static>>) -> Learning {
    let mut learning = Learning::default();
    lessons.into_iter().for_each(|lesson| {
        learning.learn(lesson);
    });
    learning
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter(lessons in arbitrary_lessons()) {
        let forward = learnt(&lessons);
        prop_assert_eq!(forward.rows(), learnt(lessons.iter().rev()).rows());
        prop_assert_eq!(forward.rows(), learnt(lessons.iter().chain(&lessons)).rows());
        prop_assert_eq!(&forward.shown, &learnt(lessons.iter().rev()).shown);
        prop_assert_eq!(&forward.shown, &learnt(lessons.iter().chain(&lessons)).shown);
    }
}
