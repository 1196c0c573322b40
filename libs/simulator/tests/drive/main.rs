//! The driver against a fake suite behind the real contracts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod suite;
mod wire;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use quittance_simulator::driver::{Driver, Options, Outcome};
use quittance_simulator::{Params, World};
use quittance_types::BusinessDate;

use suite::State;
use wire::Fake;

fn world(seed: u64, customers: u32, days: u32) -> World {
    World::new(Params::new(seed, customers, days, BusinessDate::parse("2025-01-02").unwrap())).unwrap()
}

/// The fake services catch up with each look, not with time.
fn options() -> Options {
    let mut options = Options::default();
    options.patience.look_every = Duration::ZERO;
    options
}

/// Mutations as a set per method: side by side they may arrive in any order.
fn mutations(state: &State) -> BTreeSet<(&'static str, String, Bytes)> {
    state.log.iter().cloned().collect()
}

async fn drive(world: World, flaky_every: Option<u64>) -> (Outcome, Arc<Mutex<State>>) {
    let state = Arc::new(Mutex::new(State::flaky(flaky_every)));
    let mut driver = Driver::new(world, Fake::staff(&state), options()).unwrap();
    let mut days = Vec::new();
    let outcome = driver.run(|progress| days.push(progress.day)).await.unwrap();
    assert_eq!(days, (1..=outcome.summary.days).collect::<Vec<_>>());
    (outcome, state)
}

#[tokio::test]
async fn a_company_plays_to_its_end() {
    let (outcome, state) = drive(world(4, 40, 120), None).await;
    let (summary, tally) = (&outcome.summary, &outcome.tally);
    assert_eq!((summary.days, tally.customers), (120, 40));
    assert_eq!(summary.orders, tally.orders_accepted + tally.orders_held);
    assert!(tally.orders_held > 10 && tally.deliveries_put_off > 10 && tally.invoices > 200);
    assert_eq!(tally.invoices, summary.invoices);
    assert_eq!(tally.lines_imported, u64::from(summary.bank_lines));
    assert!(tally.lines_matched > 30 && tally.lines_by_clerk > 30, "{tally:?}");
    assert!(summary.disputes > 3 && summary.credit_memos > 0 && summary.promises > 3 && summary.notices > 5);
    assert!(tally.dunning_runs > 8 && tally.notices == summary.notices);
    assert!(tally.settled > 80, "every busy day ends with everybody knowing everything");
    let score = &outcome.score;
    assert_eq!((score.wrong, score.not_receivable_applied, score.unknown), (0, 0, 0), "{score:?}");
    assert_eq!(score.right + score.incomplete, tally.lines_matched, "{score:?}");
    let state = state.lock().unwrap();
    assert_eq!(state.lines.len() as u64, tally.lines_imported);
    assert!(!state.dunned.is_empty());
}

#[tokio::test]
async fn the_same_seed_asks_the_same_of_the_suite() {
    let (first, one) = drive(world(4, 30, 90), None).await;
    let (second, two) = drive(world(4, 30, 90), None).await;
    assert_eq!(first.summary, second.summary);
    assert_eq!(mutations(&one.lock().unwrap()), mutations(&two.lock().unwrap()));
}

#[tokio::test]
async fn a_flaky_suite_makes_no_difference() {
    let (calm, one) = drive(world(6, 30, 90), None).await;
    let (flaky, two) = drive(world(6, 30, 90), Some(61)).await;
    assert_eq!(calm.summary, flaky.summary);
    let (one, two) = (one.lock().unwrap(), two.lock().unwrap());
    assert!(two.calls > one.calls);
    assert_eq!(mutations(&one), mutations(&two));
}

/// The only news in a second run is what the first one left waiting: a held order that was released after the last
/// attempt to deliver it.
#[tokio::test]
async fn a_second_run_repeats_and_adds_nothing() {
    let state = Arc::new(Mutex::new(State::default()));
    let mut first = Driver::new(world(8, 20, 60), Fake::staff(&state), options()).unwrap();
    let before = first.run(|_| {}).await.unwrap();
    let (mutations, invoices) = {
        let state = state.lock().unwrap();
        (state.log.len(), state.invoices.len())
    };
    let mut second = Driver::new(world(8, 20, 60), Fake::staff(&state), options()).unwrap();
    let after = second.run(|_| {}).await.unwrap();
    assert_eq!((before.summary.orders, before.summary.transferred), (after.summary.orders, after.summary.transferred));
    let state = state.lock().unwrap();
    let added: Vec<_> = state.log[mutations..].iter().map(|(_, method, _)| method.as_str()).collect();
    assert!(added.len() <= 2 && added.iter().all(|method| *method == "FulfilOrder"), "{added:?}");
    assert_eq!(state.invoices.len(), invoices + added.len());
}

#[tokio::test]
async fn services_that_never_catch_up_are_reported() {
    let state = Arc::new(Mutex::new(State::default()));
    let mut options = options();
    options.patience.at_most = Duration::from_millis(200);
    state.lock().unwrap().deaf = true;
    let mut driver = Driver::new(world(8, 20, 10), Fake::staff(&state), options).unwrap();
    let fault = driver.run(|_| {}).await.unwrap_err();
    assert!(fault.operator_detail().unwrap().contains("credit is at 0 of"), "{fault:?}");
}
