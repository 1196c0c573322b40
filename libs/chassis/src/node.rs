//! A service at work: database, migrations, server, followers, jobs, health - and the way it stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quittance_types::Fault;

use crate::auth::KeyRing;
use crate::background::Background;
use crate::client::{ClientTls, Peers, Switchboard};
use crate::clock::Clock;
use crate::config::NodeSettings;
use crate::db::Db;
use crate::health::Health;
use crate::page_token::PageTokens;
use crate::server::{Limits, Listener, Router, ServerTls, Serving};
use crate::service::{App, Assembly, Service};
use crate::{events, migrate};

/// A service about to start.
pub struct Node<S: Service> {
    settings: NodeSettings<S::Settings>,
    clock: Clock,
    keys: Option<KeyRing>,
    switchboard: Option<Switchboard>,
    listens: bool,
}

impl<S: Service> Node<S> {
    /// A process of its own: listens, reads its keys from the configured directory, reaches its peers by network.
    #[must_use]
    pub fn new(settings: NodeSettings<S::Settings>) -> Node<S> {
        Node { settings, clock: Clock::system(), keys: None, switchboard: None, listens: true }
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: &Clock) -> Node<S> {
        self.clock = clock.clone();
        self
    }

    /// Works with these keys instead of those in the configured directory.
    #[must_use]
    pub fn keys(mut self, keys: &KeyRing) -> Node<S> {
        self.keys = Some(keys.clone());
        self
    }

    /// Calls its peers by the switchboard, and is reached by it under its name.
    #[must_use]
    pub fn switchboard(mut self, switchboard: &Switchboard) -> Node<S> {
        self.switchboard = Some(switchboard.clone());
        self
    }

    /// Opens no socket at all: reached by the switchboard only.
    #[must_use]
    pub fn without_sockets(mut self) -> Node<S> {
        self.listens = false;
        self
    }

    /// Starts the service: binds, opens and migrates the database, assembles, and serves.
    ///
    /// # Errors
    /// `CONFIG_INVALID` for settings, keys, addresses or contracts that do not do; whatever the database or the
    /// assembly says.
    pub async fn start(self) -> Result<RunningNode, Fault> {
        let Node { settings, clock, keys, switchboard, listens } = self;
        let keys = keys.map_or_else(|| KeyRing::open(&settings.auth, S::NAME), Ok)?;
        let minter = keys.minter(S::NAME, &clock)?;
        let tls = ServerTls::open(&settings.tls)?;
        let listener = bind(&settings.server.address, listens).await?.map(|listener| listener.with_tls(tls));
        let health_listener = bind(&settings.health.address, listens).await?;
        let db = Db::open_in(&settings.database, clock.clone(), settings.calendar.zones()?).await?;
        migrate::run(&db, &S::migrations()).await?;
        let peers = match &switchboard {
            Some(switchboard) => Peers::local(switchboard, minter),
            None => Peers::remote_by_tls(settings.peers.clone(), minter, ClientTls::open(&settings.tls)?),
        };
        let app = App {
            db: db.clone(),
            clock: clock.clone(),
            settings: Arc::new(settings.service.clone()),
            server: Arc::new(settings.server.clone()),
            peers: peers.clone(),
            keys: keys.clone(),
            page_tokens: PageTokens::open(&db).await?,
        };
        let Assembly { services, inboxes, jobs, beside, door } = S::assemble(&app)?;
        let positions = events::Positions::default();
        let services = services.with(events::service(&app.db, S::NAME, &inboxes, &app.page_tokens, &positions));
        let names = services.names().to_vec();
        let verifier = keys.verifier(S::NAME, &clock);
        let router = services.into_router(S::NAME, &settings.server, &settings.quota, &settings.auth, verifier)?;
        let (health, health_routes) = Health::watch(db.clone(), &names).await;
        let limits = Limits::from(&settings.server);
        let serving = listener.map(|listener| listener.serve(router.clone(), limits.clone()));
        let health_serving = health_listener.map(|listener| listener.serve(health_routes, limits));
        if let Some(switchboard) = &switchboard {
            switchboard.connect(S::NAME, router.clone());
        }
        let background = Background::start(S::NAME, &db, &peers, inboxes, &positions, jobs, beside);
        let node = RunningNode {
            name: S::NAME,
            router,
            db,
            peers,
            health,
            serving,
            health_serving,
            door,
            switchboard,
            background,
            drain_delay: settings.server.drain_delay(),
            drain_limit: settings.server.drain_limit(),
        };
        tracing::info!(service = S::NAME, address = shown(node.addr()), health = shown(node.health_addr()), "started");
        Ok(node)
    }
}

fn shown(address: Option<SocketAddr>) -> String {
    address.map_or_else(|| "none".to_owned(), |address| address.to_string())
}

async fn bind(address: &str, listens: bool) -> Result<Option<Listener>, Fault> {
    if !listens || address.is_empty() {
        return Ok(None);
    }
    Listener::bind(address).await.map(Some)
}

/// A service at work. Dropping it cuts everything off, as a crash would; [`RunningNode::shutdown`] is the polite way.
pub struct RunningNode {
    name: &'static str,
    router: Router,
    db: Db,
    peers: Peers,
    health: Health,
    serving: Option<Serving>,
    health_serving: Option<Serving>,
    door: Option<SocketAddr>,
    switchboard: Option<Switchboard>,
    background: Background,
    drain_delay: Duration,
    drain_limit: Duration,
}

impl RunningNode {
    /// The name of the service.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The whole stack and every handler behind it, for calls within the process.
    #[must_use]
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Where the gRPC server listens, if it does.
    #[must_use]
    pub fn addr(&self) -> Option<SocketAddr> {
        self.serving.as_ref().map(Serving::address)
    }

    /// Where health answers, if it does.
    #[must_use]
    pub fn health_addr(&self) -> Option<SocketAddr> {
        self.health_serving.as_ref().map(Serving::address)
    }

    /// Where the listener beside the gRPC server is, of a service that has one.
    #[must_use]
    pub fn door(&self) -> Option<SocketAddr> {
        self.door
    }

    /// The database of the service.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The wires of the service to its peers.
    #[must_use]
    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    /// Stops in order: not ready any more; serve on until load balancers know; refuse new calls and end event tails;
    /// let calls in flight finish within the limit; end the background work; close the database.
    pub async fn shutdown(mut self) {
        self.health.withdraw().await;
        if self.serving.is_some() {
            tokio::time::sleep(self.drain_delay).await;
        }
        // Other listeners go first: what they have accepted still needs the router.
        self.background.stop_beside(self.drain_limit).await;
        self.router.drain();
        if let Some(switchboard) = &self.switchboard {
            switchboard.disconnect(self.name);
        }
        if let Some(serving) = self.serving.take()
            && !serving.stop(self.drain_limit).await
        {
            tracing::warn!(service = self.name, "calls in flight were cut off at the limit");
        }
        self.background.stop(self.drain_limit).await;
        if let Some(health) = self.health_serving.take() {
            health.stop(Duration::from_millis(100)).await;
        }
        self.db.close().await;
        tracing::info!(service = self.name, "stopped");
    }
}
