//! One service under test: migrated database, server on a free port, callers with tokens.

use std::net::SocketAddr;

use http::HeaderValue;
use quittance_chassis::auth::GATEWAY;
use quittance_chassis::config::{NodeSettings, PeerSettings};
use quittance_chassis::node::{Node, RunningNode};
use quittance_chassis::service::{self, Service};
use quittance_chassis::{Clock, Db, Permissions, Principal, PrincipalKind};
use quittance_types::TenantId;
use tonic::transport::{Channel, Endpoint};

use crate::store::Store;
use crate::{Backend, Caller, World, tenant, world};

/// Settings every test runs with: any free port, no waiting when it stops, time enough on a loaded machine, and one
/// partition group, so that followers hear everything in the order it was told.
const SETTINGS: [&str; 8] = [
    "server.address=127.0.0.1:0",
    "health.address=",
    "server.drain_delay_ms=0",
    "server.deadline_ms=30000",
    "quota.per_second=1000000",
    "quota.burst=1000000",
    "database.acquire_timeout_ms=10000",
    "database.partition_groups=1",
];

/// The service `S` at work in a test. Dropping it stops the service and drops its database.
pub struct Harness<S: Service> {
    world: World,
    settings: NodeSettings<S::Settings>,
    node: Option<RunningNode>,
    channel: Channel,
    store: Store,
}

impl<S: Service> Harness<S> {
    /// Starts the service alone: every peer is absent. For peers, start several services in one [`World`].
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(backend: Backend) -> Self {
        World::with_names(backend, &[S::NAME]).start().await
    }

    pub(crate) async fn start_in(world: World, overrides: &[&str]) -> Self {
        show_warnings();
        let store = Store::migrated(world.backend, S::NAME, &S::migrations(), &world.clock).await;
        let overrides = SETTINGS.iter().chain(overrides).map(|pair| (*pair).to_owned());
        let loaded = service::settings::<S>(|sources| sources.overrides(overrides));
        let mut settings = match loaded {
            Ok(settings) => settings,
            Err(fault) => panic!("the settings of {} are wrong: {fault:?}", S::NAME),
        };
        let place = store.settings();
        (settings.database.url, settings.database.owner_url) = (place.url, place.owner_url);
        if let Some(network) = &world.network {
            let peer = |name: &&'static str| ((*name).to_owned(), PeerSettings { address: format!("http://{}", network.address(name)) });
            settings.peers = world::NAMES.iter().filter(|name| **name != S::NAME).map(peer).collect();
        }
        let (node, channel) = start::<S>(&world, &settings).await;
        let harness = Self { world, settings, node: Some(node), channel, store };
        harness.join();
        harness
    }

    fn join(&self) {
        let reader = self
            .as_principal(S::NAME, Principal { kind: PrincipalKind::System, ..Principal::user("settle", tenant(0), Permissions::all()) });
        self.world.join(S::NAME, reader);
    }

    /// Stops the service politely, if it runs, and starts it again on the same database, on another port.
    ///
    /// # Panics
    /// When it does not start again.
    pub async fn restart(&mut self) {
        self.stop().await;
        let (node, channel) = start::<S>(&self.world, &self.settings).await;
        (self.node, self.channel) = (Some(node), channel);
        self.join();
    }

    /// Stops the service politely; callers get errors from now on.
    pub async fn stop(&mut self) {
        self.leave();
        if let Some(node) = self.node.take() {
            node.shutdown().await;
        }
    }

    /// Drops the service where it stands, without telling anybody; [`Harness::restart`] starts it again on what it left.
    /// This is not the end of a process: a transaction whose body has begun still runs to its end.
    pub async fn crash(&mut self) {
        self.leave();
        self.world.switchboard.disconnect(S::NAME);
        drop(self.node.take());
        self.store.released().await;
    }

    fn leave(&self) {
        self.world.leave(S::NAME);
        if let Some(network) = &self.world.network {
            network.connect(S::NAME, None);
        }
    }

    /// A person of this tenant with these permission patterns (`credit.customer.*`, `*`), vouched for by the gateway.
    #[must_use]
    pub fn as_user(&self, tenant: TenantId, permissions: &[&str]) -> Caller {
        self.as_person("tester", tenant, permissions)
    }

    /// Like [`Harness::as_user`] with a name, for tests that need two people.
    #[must_use]
    pub fn as_person(&self, subject: &str, tenant: TenantId, permissions: &[&str]) -> Caller {
        self.as_principal(GATEWAY, Principal::user(subject, tenant, Permissions::of(permissions.iter().copied())))
    }

    /// Another service, acting for nobody in particular, as `call_ctx` in a job would.
    #[must_use]
    pub fn as_service(&self, name: &str, tenant: TenantId) -> Caller {
        let kind = PrincipalKind::Service;
        self.as_principal(name, Principal { kind, ..Principal::user(name, tenant, Permissions::all()) })
    }

    /// Anybody, with a token signed by `issuer`.
    ///
    /// # Panics
    /// When the world has no key of that name.
    #[must_use]
    pub fn as_principal(&self, issuer: &str, principal: Principal) -> Caller {
        let minter = self.world.keys.minter(issuer, &self.world.clock).expect("the world has a key of that name");
        Caller::minted(self.channel.clone(), minter, principal, S::NAME)
    }

    /// Somebody who sends these authorization headers: none, a wrong one, two.
    #[must_use]
    pub fn with_authorization(&self, values: &[&str]) -> Caller {
        let values = values.iter().map(|value| HeaderValue::try_from(*value).expect("a header value"));
        Caller::given(self.channel.clone(), values.collect())
    }

    /// The time, keys and peers of the service.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The time; it stands still until it is moved.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// The running service.
    ///
    /// # Panics
    /// After [`Harness::stop`].
    #[must_use]
    pub fn node(&self) -> &RunningNode {
        self.node.as_ref().expect("the service was stopped")
    }

    /// The database as the service sees it.
    #[must_use]
    pub fn db(&self) -> &Db {
        self.node().db()
    }

    /// The database from behind, for checks past every filter.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where the service listens.
    ///
    /// # Panics
    /// After [`Harness::stop`].
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.node().addr().expect("a harness listens")
    }

    /// A connection to the service without any credential.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }
}

/// Warnings and errors of the services go to the output of the test, which is shown when it fails.
fn show_warnings() {
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_test_writer().with_ansi(false).without_time();
    // Only the first test of a process gets to set it, for all.
    let _set_already = subscriber.try_init();
}

impl<S: Service> Drop for Harness<S> {
    fn drop(&mut self) {
        self.leave();
    }
}

async fn start<S: Service>(world: &World, settings: &NodeSettings<S::Settings>) -> (RunningNode, Channel) {
    let node = Node::<S>::new(settings.clone()).clock(&world.clock).keys(&world.keys);
    let node = if world.network.is_some() { node } else { node.switchboard(&world.switchboard) };
    let node = match node.start().await {
        Ok(node) => node,
        Err(fault) => panic!("{} does not start on {}: {fault:?}", S::NAME, crate::name(world.backend)),
    };
    let address = node.addr().expect("the settings name an address");
    if let Some(network) = &world.network {
        let channel = network.channel(S::NAME);
        network.connect(S::NAME, Some(address));
        return (node, channel);
    }
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address is a URI");
    (node, endpoint.connect_lazy())
}
