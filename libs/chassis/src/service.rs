//! What a service is: a name, settings, a schema, and the parts it is assembled from.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use http::{Request, Response};
use quittance_types::Fault;
use serde::de::DeserializeOwned;
use tonic::body::Body;
use tonic::server::NamedService;
use tower::Service as TowerService;

use crate::auth::KeyRing;
use crate::client::Peers;
use crate::clock::Clock;
use crate::config::{NodeSettings, ServerSettings, Sources};
use crate::db::Db;
use crate::events::Inbox;
use crate::jobs::Job;
use crate::migrate::Migration;
use crate::page_token::PageTokens;
use crate::server::Services;

/// One service of the suite. `main` is then one line: `chassis::main::<Credit>()`.
pub trait Service: Sized + Send + Sync + 'static {
    /// Lower-case name: the audience of its tokens, the prefix of its environment variables, its name as a peer.
    const NAME: &'static str;
    /// Its commented TOML with every own setting and default, in the table `[service]`; other tables override the
    /// chassis' defaults.
    const CONFIG: &'static str;
    /// What `[service]` holds. Use `#[serde(deny_unknown_fields)]`.
    type Settings: DeserializeOwned + Clone + Send + Sync + 'static;

    /// The schema, in the order of its steps.
    fn migrations() -> Vec<Migration>;

    /// Checks of settings beyond their types; see [`crate::config::invalid`], with keys of the form `service.x`.
    ///
    /// # Errors
    /// `CONFIG_INVALID`.
    fn check(settings: &Self::Settings) -> Result<(), Fault> {
        let _ = settings;
        Ok(())
    }

    /// Builds the service. Called once at start, after the migrations.
    ///
    /// # Errors
    /// Whatever keeps the service from starting.
    fn assemble(app: &App<Self::Settings>) -> Result<Assembly, Fault>;
}

/// The settings of `S` from embedded defaults and what else `extend` adds.
///
/// # Errors
/// `CONFIG_INVALID` naming the key and the source.
pub fn settings<S: Service>(extend: impl FnOnce(Sources) -> Sources) -> Result<NodeSettings<S::Settings>, Fault> {
    extend(Sources::embedded(S::NAME, S::CONFIG)).load(S::check)
}

/// What the parts of a service work with. Cheap to clone.
#[derive(Clone)]
pub struct App<S> {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The service's own settings.
    pub settings: Arc<S>,
    /// How its server is set up.
    pub server: Arc<ServerSettings>,
    /// The other services.
    pub peers: Peers,
    /// The keys of this process.
    pub keys: KeyRing,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

/// The parts of a service.
#[derive(Default)]
pub struct Assembly {
    pub(crate) services: Services,
    pub(crate) inboxes: Vec<(&'static str, Inbox)>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) beside: Vec<Beside>,
    pub(crate) door: Option<SocketAddr>,
}

/// Work beside the server, from start until the token is cancelled.
pub(crate) type Beside = Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, ()> + Send>;

impl Assembly {
    /// No parts yet.
    #[must_use]
    pub fn new() -> Assembly {
        Assembly::default()
    }

    /// Serves a generated `XServer`.
    #[must_use]
    pub fn grpc<S>(mut self, service: S) -> Assembly
    where
        S: TowerService<Request<Body>, Response = Response<Body>, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        self.services = self.services.with(service);
        self
    }

    /// Follows the events of the service `producer`.
    #[must_use]
    pub fn follow(mut self, producer: &'static str, inbox: Inbox) -> Assembly {
        self.inboxes.push((producer, inbox));
        self
    }

    /// Runs beside the server until the node stops: another listener, for example. It is given a moment to end once the
    /// token is cancelled.
    #[must_use]
    pub fn beside<F, Fut>(mut self, run: F) -> Assembly
    where
        F: FnOnce(CancellationToken) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.beside.push(Box::new(move |stop| Box::pin(run(stop))));
        self
    }

    /// Tells where a listener that runs beside the server is bound; see [`RunningNode::door`](crate::node::RunningNode::door).
    #[must_use]
    pub fn door(mut self, address: SocketAddr) -> Assembly {
        self.door = Some(address);
        self
    }

    /// Does `job` again and again.
    #[must_use]
    pub fn job(mut self, job: Job) -> Assembly {
        self.jobs.push(job);
        self
    }
}
