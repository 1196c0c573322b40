//! F1, at random: six processes on PostgreSQL are killed with SIGKILL while a company is played through the gateway. At
//! rest the audit is clean, and whatever was acknowledged is answered with the same bytes when it is asked again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod fleet;
mod journal;
mod killer;

use std::{
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
    time::Duration,
};

use quittance_chassis::{
    Clock, Permissions, Principal,
    auth::{GATEWAY, KeyRing},
};
use quittance_gateway::front::PEOPLE;
use quittance_simulator::{
    driver::{Driver, Line, Options, Staff, Suite},
    world::{Params, World},
};
use quittance_types::{TenantId, TimeZone, Uuid};
use tonic::transport::Channel;

use fleet::{Fleet, SERVICES, binary};
use journal::{Journal, Recorder};
use killer::Killer;

const CUSTOMERS: u32 = 30;
/// Days of one company. A kill every one or two seconds outlasts it; then the next company begins, in its own tenant.
const DAYS: u32 = 15;
const SEED: u64 = 1;
const DEFAULT_KILLS: u32 = 25;
/// Longer than any token is needed.
const TOKEN_LIFE: Duration = Duration::from_secs(900);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_processes_killed_at_random() {
    let fleet = Fleet::start().await;
    let (door, folder) = (fleet.door(), fleet.folder().to_owned());
    let urls = fleet.superuser_urls();
    let fleet = Arc::new(Mutex::new(fleet));
    let channel = Channel::from_shared(format!("http://{door}")).expect("an address").connect_lazy();
    let journal = Arc::new(Journal::default());
    let keys = KeyRing::open_or_generate(&folder.join("keys"), &SERVICES).expect("the keys of the services");

    let killer = Killer::start(Arc::clone(&fleet), SEED, kills());
    let mut companies = 0;
    while companies == 0 || !killer.is_done() {
        companies += 1;
        let staff = staff(&channel, &keys, &journal, companies);
        if let Err(problem) = play(staff, companies).await {
            panic!("company {companies}: {problem}\n{}", fleet::logs(&folder));
        }
    }
    let killed = killer.finish();
    assert_eq!(killed, kills(), "{}", fleet::logs(&folder));

    let entries = journal.entries();
    println!("{killed} kills, {companies} companies, {} acknowledged mutations", entries.len());
    for entry in &entries {
        assert_eq!(entry.again().await, entry.answer, "{} is answered differently when it is asked again", entry.path());
    }
    // Every company ends at rest: all services have stored that they have heard of everything.
    let output = audit(&binary("quittance"), &urls);
    let (shown, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let broken: Vec<&str> = shown.lines().filter(|line| !line.contains("\"violations\":0")).collect();
    assert!(output.status.success(), "{}\n{said}\n{}", broken.join("\n"), fleet::logs(&folder));
}

/// Fewer for a quick look, more for a long night.
fn kills() -> u32 {
    let given = std::env::var("QUITTANCE_KILLS").ok();
    given.map_or(DEFAULT_KILLS, |given| given.parse().expect("QUITTANCE_KILLS is a number"))
}

fn staff(channel: &Channel, keys: &KeyRing, journal: &Arc<Journal>, company: u64) -> Staff {
    let tenant = TenantId::new(Uuid::new_v5(&Uuid::NAMESPACE_DNS, format!("kills {company}").as_bytes()));
    let minter = keys.minter(GATEWAY, &Clock::system()).expect("the gateway's key");
    let suite = |name: &str| {
        let token = minter.mint(&Principal::user(name, tenant, Permissions::all()), PEOPLE, TOKEN_LIFE).expect("a token");
        let line = |service: &'static str| Line::over(Recorder::new(channel, &token, service, journal));
        Suite {
            credit: line("credit"),
            invoicing: line("invoicing"),
            payments: line("payments"),
            reconciliation: line("reconciliation"),
            collections: line("collections"),
        }
    };
    Staff { clerk: suite("clerk"), manager: suite("manager") }
}

/// Plays one company to its end.
async fn play(staff: Staff, company: u64) -> Result<(), String> {
    let today = Clock::system().now().date_in(&TimeZone::parse("UTC").expect("a zone"));
    let first = today.minus_days(i32::try_from(DAYS - 1).expect("few days")).expect("a date");
    let world = World::new(Params::new(SEED + company, CUSTOMERS, DAYS, first)).expect("a world");
    let mut driver = Driver::new(world, staff, Options::default()).expect("a driver");
    let played = driver.run(|_| {}).await;
    played.map(|_| ()).map_err(|fault| format!("{fault} ({})", fault.operator_detail().unwrap_or_default()))
}

fn audit(quittance: &Path, urls: &[(&'static str, String)]) -> Output {
    let mut command = std::process::Command::new(quittance);
    command.arg("audit");
    for (service, url) in urls {
        command.args(["--database", &format!("{service}={url}")]);
    }
    command.output().expect("quittance runs")
}
