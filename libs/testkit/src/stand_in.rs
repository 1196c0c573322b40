//! Stand-ins for the services around the one under test: real servers and logs, filled by the test.

pub mod customers;

use quittance_chassis::{Ctx, Db, Emit, Tx};
use quittance_types::{TenantId, Uuid};
use serde::Deserialize;

/// What a stand-in can be told: nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// Services that are nothing but a log: `log_only!(Reconciliation = "reconciliation");`
#[macro_export]
macro_rules! log_only {
    ($($service:ident = $name:literal),+) => {$(
        /// A service that is nothing but a log.
        pub struct $service;

        impl ::quittance_chassis::Service for $service {
            const NAME: &'static str = $name;
            const CONFIG: &'static str = "";
            type Settings = $crate::stand_in::NoSettings;

            fn migrations() -> Vec<::quittance_chassis::Migration> {
                Vec::new()
            }

            fn assemble(_: &::quittance_chassis::App<Self::Settings>) -> Result<::quittance_chassis::Assembly, ::quittance_types::Fault> {
                Ok(::quittance_chassis::Assembly::new())
            }
        }
    )+};
}

/// Lets a stand-in say something about the thing with this key.
///
/// # Panics
/// When it cannot be written.
pub async fn publish<M: prost::Message + prost::Name>(db: &Db, tenant: TenantId, key: Uuid, event: M) {
    publish_all(db, tenant, vec![Emit::public(key, key, &event)]).await;
}

/// Lets a stand-in say several things, all in one transaction.
///
/// # Panics
/// When they cannot be written.
pub async fn publish_all(db: &Db, tenant: TenantId, events: Vec<Emit>) {
    let body = |tx: Tx, events: Vec<Emit>| async move {
        events.into_iter().for_each(|event| tx.emit(event));
        Ok(())
    };
    db.write(Ctx::system("test", tenant), events, body).await.expect("events are written");
}
