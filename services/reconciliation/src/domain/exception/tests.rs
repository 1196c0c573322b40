#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use quittance_types::{Currency, Uuid};

use super::routing::Route;
use super::*;

const HOUR: i64 = 3_600 * 1_000_000;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn waiting(kind: ExceptionKind, amount: Money) -> Waiting {
    Waiting {
        line: BankLineId::new(Uuid::from_u128(1)),
        receipt: None,
        kind,
        reasons: vec![ExceptionReason::new("amount", "nothing_fits", "No item fits.")],
        customer: None,
        amount,
        booked_on: BusinessDate::from_ymd(2026, 1, 15).unwrap(),
    }
}

fn route(kind: Option<ExceptionKind>, at_least: Option<Money>, queue: &str, hours: u32, owner: &str) -> Route {
    Route { kind, at_least, queue: queue.to_owned(), hours, owner: owner.to_owned() }
}

fn open(routing: &Routing, kind: ExceptionKind, amount: Money) -> Exception {
    Exception::open(ExceptionId::new(Uuid::from_u128(9)), waiting(kind, amount), routing, Timestamp::from_micros(0))
}

fn end() -> End {
    End { resolution: Resolution::Dismissed, by: "user:x".to_owned(), at: Timestamp::from_micros(5), why: String::new() }
}

#[test]
fn names_are_read_back() {
    assert!(ExceptionKind::ALL.into_iter().all(|kind| ExceptionKind::parse(kind.as_str()) == Some(kind)));
    assert!(ExceptionState::ALL.into_iter().all(|state| ExceptionState::parse(state.as_str()) == Some(state)));
    assert!(Resolution::ALL.into_iter().all(|resolution| Resolution::parse(resolution.as_str()) == Some(resolution)));
}

#[test]
fn the_first_route_that_fits_counts() {
    let routes = vec![
        route(Some(ExceptionKind::Duplicate), None, "duplicates", 4, "user:anna"),
        route(None, Some(euro(1_000_000)), "large", 2, ""),
        route(Some(ExceptionKind::Unidentified), None, "unknown", 24, ""),
    ];
    let routing = Routing { routes, version: 1 };
    let to = |kind, amount| routing.route(kind, amount).queue.to_owned();
    assert_eq!(to(ExceptionKind::Duplicate, euro(5_000_000)), "duplicates");
    assert_eq!(to(ExceptionKind::Unidentified, euro(-1_000_000)), "large", "the absolute amount counts");
    assert_eq!(to(ExceptionKind::Unidentified, euro(999_999)), "unknown");
    let dollars = Money::from_minor(2_000_000, Currency::USD).unwrap();
    assert_eq!(to(ExceptionKind::Uncertain, dollars), "default", "a limit in euro says nothing of dollars");
    let found = open(&routing, ExceptionKind::Duplicate, euro(1));
    assert_eq!((found.state, found.owner.as_str(), found.due_at.micros()), (ExceptionState::Assigned, "user:anna", 4 * HOUR));
    let found = open(&Routing::default(), ExceptionKind::Duplicate, euro(1));
    assert_eq!((found.state, found.queue.as_str(), found.due_at.micros()), (ExceptionState::Open, "default", 48 * HOUR));
}

#[test]
fn another_kind_is_routed_anew_and_counts_from_the_beginning() {
    let routing = Routing { routes: vec![route(Some(ExceptionKind::Duplicate), None, "duplicates", 4, "")], version: 1 };
    let mut found = open(&routing, ExceptionKind::Unidentified, euro(1));
    assert!(!found.refresh(found.about.clone(), &routing), "nothing is new");
    assert!(found.refresh(waiting(ExceptionKind::Duplicate, euro(1)), &routing));
    assert_eq!((found.queue.as_str(), found.due_at.micros(), found.version), ("duplicates", 4 * HOUR, 2));
}

#[test]
fn whoever_has_it_keeps_it_when_routes_change() {
    let mut found = open(&Routing::default(), ExceptionKind::Duplicate, euro(1));
    found.assign("user:ben").unwrap();
    let routing = Routing { routes: vec![route(None, None, "all", 48, "user:anna")], version: 1 };
    assert!(found.reroute(&routing));
    assert_eq!((found.queue.as_str(), found.owner.as_str()), ("all", "user:ben"));
    found.assign("").unwrap();
    assert!(found.reroute(&routing));
    assert_eq!((found.state, found.owner.as_str()), (ExceptionState::Assigned, "user:anna"));
    assert!(!found.reroute(&routing));
}

proptest! {
    /// It has an owner exactly while it is assigned, an end exactly when it is resolved, and an end is the end.
    #[test]
    fn an_end_is_the_end(steps in proptest::collection::vec(0..5_u8, 0..20)) {
        let routing = Routing { routes: vec![route(None, None, "all", 1, "")], version: 1 };
        let mut found = open(&Routing::default(), ExceptionKind::Uncertain, euro(100));
        for step in steps {
            let before = found.clone();
            let changed = match step {
                0 => found.assign("user:ben").is_ok(),
                1 => found.assign("").is_ok(),
                2 => found.resolve(end()).is_ok(),
                3 => found.reroute(&routing),
                _ => found.refresh(waiting(ExceptionKind::Duplicate, euro(100)), &routing),
            };
            prop_assert_eq!(found.version - before.version, i64::from(changed));
            if !before.waits() || !changed {
                prop_assert_eq!(&found, &before);
            }
            prop_assert_eq!(found.end.is_some(), found.state == ExceptionState::Resolved);
            if found.waits() {
                prop_assert_eq!(found.owner.is_empty(), found.state == ExceptionState::Open);
            }
        }
    }
}
