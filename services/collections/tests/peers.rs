//! Stand-ins for the services collections listens to: real logs, said into by the test.

use quittance_chassis::service::{App, Assembly, Service};
use quittance_chassis::{Ctx, Db, Emit, Migration, Tx};
use quittance_types::{Fault, TenantId};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

macro_rules! log_only {
    ($($service:ident = $name:literal),+) => {$(
        /// A service that is nothing but a log.
        pub struct $service;

        impl Service for $service {
            const NAME: &'static str = $name;
            const CONFIG: &'static str = "";
            type Settings = NoSettings;

            fn migrations() -> Vec<Migration> {
                Vec::new()
            }

            fn assemble(_: &App<NoSettings>) -> Result<Assembly, Fault> {
                Ok(Assembly::new())
            }
        }
    )+};
}

log_only!(Credit = "credit", Reconciliation = "reconciliation");

/// Lets a stand-in say something, all in one transaction.
pub async fn publish(db: &Db, tenant: TenantId, events: Vec<Emit>) {
    let body = |tx: Tx, events: Vec<Emit>| async move {
        events.into_iter().for_each(|event| tx.emit(event));
        Ok(())
    };
    db.write(Ctx::system("test", tenant), events, body).await.expect("events are written");
}
