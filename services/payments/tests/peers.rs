//! A stand-in for credit: a real log, said into by the test.

use quittance_chassis::service::{App, Assembly, Service};
use quittance_chassis::{Ctx, Db, Emit, Migration, Tx};
use quittance_types::{Fault, TenantId, Uuid};
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

log_only!(Credit = "credit");

/// Lets a stand-in say something.
pub async fn publish<M: prost::Message + prost::Name + Clone + 'static>(db: &Db, tenant: TenantId, key: Uuid, event: M) {
    let body = move |tx: Tx, event: M| async move {
        tx.emit(Emit::public(key, key, &event));
        Ok(())
    };
    db.write(Ctx::system("test", tenant), event, body).await.expect("an event is written");
}
