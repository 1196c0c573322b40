//! A tenth of all events comes late, overtaken by the others, and services are stopped and started again in the middle of
//! their work. In the end everything is as if nothing had happened.

use std::collections::BTreeMap;

use quittance_simulator::{
    Summary,
    driver::{Outcome, Tally},
    score::Score,
};
use quittance_testkit::{Backend, Network, World, on_both};
use tokio::sync::watch;

use crate::company::{Company, SERVICES, broken, driver, play};

const SEED: u64 = 11;
const CUSTOMERS: u32 = 40;
const DAYS: u32 = 45;
const LATE_PERCENT: u64 = 10;
/// A service is restarted after between this much and three times this much has happened on the network.
const CALM: u64 = 120;

/// What must come out the same.
#[derive(Debug, PartialEq)]
struct Figures {
    summary: Summary,
    tally: Tally,
    score: Score,
    books: BTreeMap<&'static str, i64>,
}

/// Sums and counts of what the services hold.
const BOOKS: [(&str, &str, &str); 20] = [
    ("credit", "credit held", "SELECT COALESCE(SUM(held_minor), 0) FROM credit_account"),
    ("credit", "credit open", "SELECT COALESCE(SUM(open_minor), 0) FROM credit_account"),
    ("credit", "reservations committed", "SELECT COUNT(*) FROM reservation WHERE state = 'committed'"),
    ("credit", "cases released", "SELECT COUNT(*) FROM hold_case WHERE state = 'released'"),
    ("invoicing", "invoiced", "SELECT COALESCE(SUM(gross), 0) FROM invoice WHERE number IS NOT NULL"),
    ("invoicing", "open of invoices", "SELECT COALESCE(SUM(open), 0) FROM invoice WHERE number IS NOT NULL"),
    ("invoicing", "invoices settled", "SELECT COUNT(*) FROM invoice WHERE state = 'settled'"),
    ("invoicing", "orders fulfilled", "SELECT COUNT(*) FROM sales_order WHERE state = 'fulfilled'"),
    ("invoicing", "credited", "SELECT COALESCE(SUM(gross), 0) FROM credit_memo"),
    ("payments", "payments settled", "SELECT COUNT(*) FROM payment WHERE state = 'settled'"),
    ("reconciliation", "open items", "SELECT COALESCE(SUM(open), 0) FROM open_item"),
    ("reconciliation", "written off", "SELECT COALESCE(SUM(written_off), 0) FROM open_item"),
    ("reconciliation", "unapplied", "SELECT COALESCE(SUM(unapplied), 0) FROM receipt"),
    ("reconciliation", "receivables account", "SELECT COALESCE(SUM(amount), 0) FROM posting WHERE account = '1200'"),
    ("reconciliation", "bank account", "SELECT COALESCE(SUM(amount), 0) FROM posting WHERE account = '1000'"),
    ("reconciliation", "postings", "SELECT COUNT(*) FROM posting"),
    ("collections", "receivables", "SELECT COALESCE(SUM(open_minor), 0) FROM receivable"),
    ("collections", "dunned", "SELECT COALESCE(SUM(open_minor), 0) FROM dunned_item"),
    ("collections", "promises kept", "SELECT COUNT(*) FROM promise WHERE state = 'kept'"),
    ("collections", "disputes", "SELECT COUNT(*) FROM dispute"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_events_and_restarts_change_nothing() {
    on_both(|backend| async move {
        let undisturbed = undisturbed(backend).await;
        let disturbed = disturbed(backend).await;
        assert_eq!(disturbed, undisturbed);
    })
    .await;
}

async fn undisturbed(backend: Backend) -> Figures {
    let world = World::new(backend);
    let company = Company::found(&world).await;
    let outcome = play(&mut driver(&world, company.staff(), SEED, CUSTOMERS, DAYS)).await;
    figures(&company, outcome).await
}

async fn disturbed(backend: Backend) -> Figures {
    let network = Network::late(SEED, LATE_PERCENT);
    let world = World::new(backend).over(&network);
    let mut company = Company::found(&world).await;
    let mut driver = driver(&world, company.staff(), SEED, CUSTOMERS, DAYS);
    let (done, is_done) = watch::channel(false);
    let playing = async {
        let outcome = play(&mut driver).await;
        done.send_replace(true);
        outcome
    };
    let (outcome, restarts) = tokio::join!(playing, restart(&mut company, &network, is_done));
    let (events, late) = network.delivered();
    println!("{restarts} restarts, {late} of {events} deliveries late");
    assert!(restarts >= 10, "only {restarts} restarts");
    assert!(late * 100 > events * (LATE_PERCENT - 3), "only {late} of {events} late");
    figures(&company, outcome).await
}

/// Restarts one service after the other, at moments and in an order that follow from the seed, until it is done.
async fn restart(company: &mut Company, network: &Network, mut is_done: watch::Receiver<bool>) -> u32 {
    let mut state = SEED;
    for restarts in 0.. {
        let calm = CALM + random(&mut state) % (2 * CALM);
        tokio::select! {
            _ = is_done.wait_for(|done| *done) => return restarts,
            () = network.more(calm) => company.restart(random(&mut state) % SERVICES).await,
        }
    }
    unreachable!("the company plays for ever")
}

/// SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The figures of a company that has come to rest, whose audit must be clean.
async fn figures(company: &Company, outcome: Outcome) -> Figures {
    let report = company.audit().await;
    assert!(report.holds(), "{:#?}", broken(&report));
    let stores = BTreeMap::from(company.stores());
    let mut books = BTreeMap::new();
    for (service, name, sql) in BOOKS {
        books.insert(name, stores[service].number(sql).await);
    }
    // How often and how long services were waited for is not the company's doing.
    let tally = Tally { settled: 0, settling_ms: 0, ..outcome.tally };
    assert_eq!(tally.dead_letters, 0);
    Figures { summary: outcome.summary, tally, score: outcome.score, books }
}
