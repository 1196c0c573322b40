//! The five services in one process, and a company that lives on them.

use quittance_chassis::db::Db;
use quittance_collections::Collections;
use quittance_credit::Credit;
use quittance_invoicing::Invoicing;
use quittance_payments::Payments;
use quittance_reconciliation::Reconciliation;
use quittance_simulator::{
    driver::{Driver, Line, Options, Outcome, Staff, Suite},
    world::{Params, World as Simulated},
};
use quittance_suite::audit::{self, Report};
use quittance_testkit::{Harness, Store, World, tenant};
use tempfile::TempDir;

/// Followers work in groups side by side, as they do in production.
const GROUPS: &str = "database.partition_groups=2";
/// The company brings its own dates; jobs would bring ours.
const NO_EXPIRY: &str = "service.expire_every_seconds=0";
const NO_SYNC: &str = "service.sync_every_seconds=0";
const NO_MATCHING: &str = "service.match_every_seconds=0";
const NO_EVALUATION: &str = "service.evaluate_every_seconds=0";

/// The services at work.
pub struct Company {
    credit: Harness<Credit>,
    invoicing: Harness<Invoicing>,
    payments: Harness<Payments>,
    reconciliation: Harness<Reconciliation>,
    collections: Harness<Collections>,
    _letters: TempDir,
}

/// How many services there are.
pub const SERVICES: u64 = 5;

impl Company {
    /// Starts the services in this world.
    pub async fn found(world: &World) -> Self {
        let letters = tempfile::tempdir().expect("a folder");
        let mail = format!("service.mail.directory={}", letters.path().display());
        Self {
            credit: world.start_with(&[GROUPS, NO_EXPIRY]).await,
            invoicing: world.start_with(&[GROUPS]).await,
            payments: world.start_with(&[GROUPS, NO_SYNC]).await,
            reconciliation: world.start_with(&[GROUPS, NO_MATCHING]).await,
            collections: world.start_with(&[GROUPS, NO_EVALUATION, &mail]).await,
            _letters: letters,
        }
    }

    /// A clerk and a manager.
    pub fn staff(&self) -> Staff {
        Staff { clerk: self.lines("clerk"), manager: self.lines("manager") }
    }

    fn lines(&self, name: &str) -> Suite {
        let (tenant, all) = (tenant(1), &["*"][..]);
        Suite {
            credit: Line::over(self.credit.as_person(name, tenant, all)),
            invoicing: Line::over(self.invoicing.as_person(name, tenant, all)),
            payments: Line::over(self.payments.as_person(name, tenant, all)),
            reconciliation: Line::over(self.reconciliation.as_person(name, tenant, all)),
            collections: Line::over(self.collections.as_person(name, tenant, all)),
        }
    }

    /// Stops one of the services in the middle of its work and starts it again.
    pub async fn restart(&mut self, index: u64) {
        match index {
            0 => self.credit.restart().await,
            1 => self.invoicing.restart().await,
            2 => self.payments.restart().await,
            3 => self.reconciliation.restart().await,
            _ => self.collections.restart().await,
        }
    }

    /// Stops all of them for good.
    pub async fn stop(&mut self) {
        self.credit.stop().await;
        self.invoicing.stop().await;
        self.payments.stop().await;
        self.reconciliation.stop().await;
        self.collections.stop().await;
    }

    /// Their databases from behind.
    pub fn stores(&self) -> [(&'static str, &Store); 5] {
        [
            ("credit", self.credit.store()),
            ("invoicing", self.invoicing.store()),
            ("payments", self.payments.store()),
            ("reconciliation", self.reconciliation.store()),
            ("collections", self.collections.store()),
        ]
    }

    /// The audit of their databases.
    pub async fn audit(&self) -> Report {
        let databases: [&Db; 5] =
            [self.credit.db(), self.invoicing.db(), self.payments.db(), self.reconciliation.db(), self.collections.db()];
        let named = self.stores().into_iter().zip(databases).map(|((name, _), db)| (name, db.clone()));
        audit::databases(named.collect()).await.expect("every check runs")
    }
}

/// A driver that plays a company whose last day is today.
pub fn driver(world: &World, staff: Staff, seed: u64, customers: u32, days: u32) -> Driver {
    let back = i32::try_from(days - 1).expect("few days");
    let first = world.today().minus_days(back).expect("a date");
    let simulated = Simulated::new(Params::new(seed, customers, days, first)).expect("a world");
    Driver::new(simulated, staff, Options::default()).expect("a driver")
}

/// Plays it to its end.
pub async fn play(driver: &mut Driver) -> Outcome {
    match driver.run(|_| {}).await {
        Ok(outcome) => outcome,
        Err(fault) => panic!("{fault} ({})", fault.operator_detail().unwrap_or_default()),
    }
}

/// What contradicts, in words.
pub fn broken(report: &Report) -> Vec<&'static str> {
    report.findings().iter().filter(|finding| finding.violations != 0).map(|finding| finding.name).collect()
}
