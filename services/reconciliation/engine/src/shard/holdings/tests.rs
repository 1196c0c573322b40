use std::cell::Cell;

use proptest::prelude::*;
use quittance_types::BusinessDate;

use super::*;
use crate::record::ItemRecord;

fn record(number: &str, due: i32) -> ItemRecord<'_> {
    ItemRecord::invoice(number, "", BusinessDate::from_days(due).unwrap(), 100)
}

/// Items with these due dates, every fifth of the second of two customers.
fn ledger(dues: &[i32]) -> Items {
    let mut items = Items::default();
    for (place, due) in dues.iter().enumerate() {
        items.push(&record(&format!("{place:06}"), *due), u32::from(place % 5 == 4));
    }
    items
}

fn set_open(items: &mut Items, holdings: &mut Holdings, item: ItemIx, is_open: bool) {
    let was_open = items.open(item) > 0;
    items.set_open(item, if is_open { 100 } else { 0 });
    match (was_open, is_open) {
        (false, true) => holdings.add(items, item),
        (true, false) => holdings.remove(items, item),
        _ => {}
    }
}

/// What [`Holdings::open`] promises, from the items alone.
fn expected(items: &Items, customer: CustomerIx, most: usize) -> Vec<ItemIx> {
    let mut open: Vec<ItemIx> =
        (0..items.len() as ItemIx).filter(|item| items.customer(*item) == customer && items.open(*item) > 0).collect();
    open.sort_by_key(|item| (items.due(*item), *item));
    open.truncate(most);
    open
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Close(prop::sample::Index),
    Reopen(prop::sample::Index),
    Move(prop::sample::Index, i32),
    New(i32),
}

fn step() -> impl Strategy<Value = Step> {
    let any = any::<prop::sample::Index>;
    prop_oneof![
        8 => any().prop_map(Step::Close),
        3 => any().prop_map(Step::Reopen),
        1 => (any(), 20_000..20_040).prop_map(|(item, due)| Step::Move(item, due)),
        1 => (20_000..20_040).prop_map(Step::New),
    ]
}

proptest! {
    #[test]
    fn open_items_come_by_due_date_whatever_is_closed_reopened_moved_or_new(
        dues in prop::collection::vec(20_000..20_040, 1..300),
        steps in prop::collection::vec(step(), 0..200),
        most in 1_usize..400,
    ) {
        let mut items = ledger(&dues);
        let mut holdings = Holdings::build(&items, 2);
        for step in steps {
            match step {
                Step::Close(item) | Step::Reopen(item) => {
                    let item = item.index(items.len()) as ItemIx;
                    set_open(&mut items, &mut holdings, item, matches!(step, Step::Reopen(_)));
                }
                Step::Move(item, due) => {
                    let item = item.index(dues.len()) as ItemIx;
                    let open = items.open(item);
                    holdings.note_moved(items.customer(item));
                    items.update(item, &record("", due));
                    items.set_open(item, open);
                }
                Step::New(due) => {
                    let item = items.push(&record(&format!("{:06}", items.len()), due), 0);
                    holdings.add(&items, item);
                }
            }
        }
        let mut open = Vec::new();
        for customer in 0..2 {
            holdings.open(&items, customer, most, &mut open);
            prop_assert_eq!(&open, &expected(&items, customer, most));
            prop_assert_eq!(holdings.count(customer), expected(&items, customer, usize::MAX).len());
        }
    }

    #[test]
    fn what_is_closed_and_reopened_leaves_no_trace(
        dues in prop::collection::vec(20_000..20_040, 1..300),
        closed in prop::collection::vec(any::<prop::sample::Index>(), 0..300),
    ) {
        let mut items = ledger(&dues);
        let mut holdings = Holdings::build(&items, 2);
        for item in &closed {
            set_open(&mut items, &mut holdings, item.index(dues.len()) as ItemIx, false);
        }
        for item in closed.iter().rev() {
            set_open(&mut items, &mut holdings, item.index(dues.len()) as ItemIx, true);
        }
        prop_assert_eq!(holdings, Holdings::build(&items, 2));
    }
}

#[test]
fn one_of_many_items_is_found_with_few_looks() {
    let held: Vec<Held> = (0..200_000).map(|item| Held { item, tail: Tail::of(b""), is_open: true }).collect();
    let looks = Cell::new(0_u32);
    let due = |item: ItemIx| {
        looks.set(looks.get() + 1);
        item as i32 / 30
    };
    for item in (0..200_000).step_by(997) {
        looks.set(0);
        assert_eq!(find(&held, item, true, due), Some(item as usize));
        assert!(looks.get() <= 20, "{} looks for {item}", looks.get());
    }
    assert_eq!(find(&held, 200_000, true, due), None);
    assert_eq!(find(&held, 70_001, false, due), Some(70_001));
}
