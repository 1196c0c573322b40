//! The other face of this program: services, as processes of their own that live as long as their standard input.

use std::io::Read;
use std::path::Path;

use quittance_chassis::auth::{GATEWAY, KeyRing};
use quittance_chassis::client::Switchboard;
use quittance_chassis::node::{Node, RunningNode};
use quittance_chassis::service::{self, Service};
use quittance_chassis::telemetry;
use quittance_collections::Collections;
use quittance_credit::Credit;
use quittance_gateway::Gateway;
use quittance_invoicing::Invoicing;
use quittance_payments::Payments;
use quittance_reconciliation::Reconciliation;
use quittance_types::Fault;

/// Everybody with a key.
pub const NAMES: [&str; 6] = ["credit", "invoicing", "payments", "reconciliation", "collections", GATEWAY];

/// Serves the named services until standard input ends. One alone reaches its peers by network; several share the
/// process as the embedded suite does.
pub async fn serve(names: &[String], overrides: &[String], keys: &Path) -> Result<(), Fault> {
    let ring = KeyRing::open_or_generate(keys, &NAMES)?;
    let together = (names.len() > 1).then(Switchboard::new);
    let mut nodes = Vec::new();
    for name in names {
        let start = Start { overrides, ring: &ring, together: together.as_ref() };
        nodes.push(match name.as_str() {
            "credit" => start.one::<Credit>().await?,
            "invoicing" => start.one::<Invoicing>().await?,
            "payments" => start.one::<Payments>().await?,
            "reconciliation" => start.one::<Reconciliation>().await?,
            "collections" => start.one::<Collections>().await?,
            _ => start.one::<Gateway>().await?,
        });
    }
    let _end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
    for node in nodes.into_iter().rev() {
        node.shutdown().await;
    }
    Ok(())
}

struct Start<'a> {
    overrides: &'a [String],
    ring: &'a KeyRing,
    together: Option<&'a Switchboard>,
}

impl Start<'_> {
    async fn one<S: Service>(&self) -> Result<RunningNode, Fault> {
        let own = self.overrides.iter().filter_map(|given| given.strip_prefix(S::NAME)?.strip_prefix('.')).map(str::to_owned);
        let settings = service::settings::<S>(|sources| sources.overrides(own))?;
        if self.together.is_none() {
            let _telemetry = telemetry::install(&settings.telemetry, S::NAME)?;
        }
        let node = Node::<S>::new(settings).keys(self.ring);
        match self.together {
            Some(switchboard) => node.switchboard(switchboard).start().await,
            None => node.start().await,
        }
    }
}
