//! What the services of one test share: the time, the keys, and the switchboard they call each other by.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{GetHeadRequest, GetHeadResponse, ListCursorsRequest};
use quittance_chassis::auth::{GATEWAY, KeyRing};
use quittance_chassis::client::Switchboard;
use quittance_chassis::config::{NodeSettings, Sources};
use quittance_chassis::server::Services;
use quittance_chassis::service::Service;
use quittance_chassis::{Clock, Principal};
use quittance_types::{BusinessDate, TimeZone, Timestamp};
use serde::Deserialize;

use crate::{Backend, Caller, Harness, Network};

/// 2026-01-15T10:00:00Z, the moment every test begins at: a Thursday, in the middle of a month, in winter time.
const BEGINNING: Timestamp = Timestamp::from_micros(1_768_471_200_000_000);
/// The services that may sign tokens in a test.
pub(crate) const NAMES: [&str; 6] = [GATEWAY, "credit", "invoicing", "payments", "reconciliation", "collections"];

/// How long events may be on their way on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(2);

/// The surroundings of the services of one test. Services started in the same world reach each other; one that was not
/// started answers `SERVICE_UNAVAILABLE`, as in production.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) backend: Backend,
    pub(crate) clock: Clock,
    pub(crate) keys: KeyRing,
    pub(crate) switchboard: Switchboard,
    /// Services reach each other by it, where there is one, and by the switchboard else.
    pub(crate) network: Option<Network>,
    /// The services at work here, each with a caller that may read its log.
    members: Arc<Mutex<BTreeMap<&'static str, Caller>>>,
}

/// A fake peer has no settings of its own.
#[derive(Clone, Debug, Deserialize)]
struct NoSettings {}

impl World {
    /// An empty world at 2026-01-15T10:00:00Z.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self::with_names(backend, &[])
    }

    /// An empty world with keys for services beyond the five of the suite.
    ///
    /// # Panics
    /// When the system has no randomness.
    #[must_use]
    pub fn with_names(backend: Backend, names: &[&str]) -> Self {
        let extra = names.iter().filter(|name| !NAMES.contains(name));
        let names: Vec<&str> = NAMES.iter().chain(extra).copied().collect();
        let keys = KeyRing::generate(&names).expect("randomness for keys");
        Self { backend, clock: Clock::fixed(BEGINNING), keys, switchboard: Switchboard::new(), network: None, members: Arc::default() }
    }

    /// The same world, with this network between its services instead of calls within the process.
    #[must_use]
    pub fn over(self, network: &Network) -> Self {
        Self { network: Some(network.clone()), ..self }
    }

    /// A token of the moment for anybody, signed by `issuer` for the service `audience`.
    ///
    /// # Panics
    /// When the world has no key of that name.
    #[must_use]
    pub fn token(&self, issuer: &str, principal: &Principal, audience: &str) -> String {
        let minter = self.keys.minter(issuer, &self.clock).expect("the world has a key of that name");
        minter.token(principal, audience).expect("our own key signs").to_string()
    }

    /// The time of all services; it stands still until it is moved.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The business date in UTC.
    #[must_use]
    pub fn today(&self) -> BusinessDate {
        self.clock.today(&TimeZone::utc())
    }

    /// Moves the time to ten in the morning, UTC, of this day.
    pub fn move_to(&self, day: BusinessDate) {
        let morning = Timestamp::start_of(day, &TimeZone::utc()).plus(Duration::from_secs(10 * 3600));
        self.clock.set(morning);
    }

    /// Starts the service `S` with a fresh database and its default settings.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start<S: Service>(&self) -> Harness<S> {
        self.start_with(&[]).await
    }

    /// Starts the service `S` with these settings on top of the defaults, each as `table.key=value`.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with<S: Service>(&self, settings: &[&str]) -> Harness<S> {
        Harness::start_in(self.clone(), settings).await
    }

    /// Puts a stand-in behind the name of a peer: the given services with the real stack before them, so that policies,
    /// tokens and deadlines are checked as they are in production.
    ///
    /// # Panics
    /// When one of the services has no policy.
    pub fn stand_in(&self, name: &'static str, services: Services) {
        let settings: NodeSettings<NoSettings> = Sources::embedded(name, "").load(|_| Ok(())).expect("defaults are valid");
        let verifier = self.keys.verifier(name, &self.clock);
        let router = services.into_router(name, &settings.server, &settings.quota, &settings.auth, verifier);
        self.switchboard.connect(name, router.expect("every method has a policy"));
    }

    /// Takes a peer away: calls to it are answered `SERVICE_UNAVAILABLE` from now on.
    pub fn take_away(&self, name: &str) {
        self.switchboard.disconnect(name);
    }

    /// Waits until nothing is on its way between the services of this world: every entry of every log has a position, and
    /// every follower has seen all of it. What followers did may have caused new events; those are waited for too.
    ///
    /// # Panics
    /// After thirty seconds, saying who is behind.
    pub async fn settle(&self) {
        let settled = async {
            loop {
                let before = self.heads().await;
                if self.behind(&before).await.is_empty() && self.heads().await == before {
                    return;
                }
                tokio::time::sleep(POLL).await;
            }
        };
        if tokio::time::timeout(PATIENCE, settled).await.is_err() {
            panic!("still on its way after {PATIENCE:?}: {:#?}", self.behind(&self.heads().await).await);
        }
    }

    /// The end of every log.
    async fn heads(&self) -> BTreeMap<&'static str, GetHeadResponse> {
        let mut heads = BTreeMap::new();
        for (name, caller) in self.members() {
            let head = EventLogServiceClient::new(caller).get_head(GetHeadRequest {}).await.expect("a service tells its head");
            heads.insert(name, head.into_inner());
        }
        heads
    }

    /// Who has not seen everything up to these heads, in words.
    async fn behind(&self, heads: &BTreeMap<&'static str, GetHeadResponse>) -> Vec<String> {
        let unsequenced = heads.iter().filter(|(_, head)| head.pending > 0);
        let mut behind: Vec<String> =
            unsequenced.map(|(name, head)| format!("{name} has {} entries without a position", head.pending)).collect();
        for (name, caller) in self.members() {
            let cursors = EventLogServiceClient::new(caller).list_cursors(ListCursorsRequest {}).await;
            for cursor in cursors.expect("a service tells its cursors").into_inner().cursors {
                let Some(head) = heads.get(cursor.producer.as_str()).filter(|head| cursor.position < head.head) else { continue };
                behind.push(format!("{name} is at {} of {} in the log of {}", cursor.position, head.head, cursor.producer));
            }
        }
        behind
    }

    pub(crate) fn join(&self, name: &'static str, log_reader: Caller) {
        self.lock().insert(name, log_reader);
    }

    pub(crate) fn leave(&self, name: &'static str) {
        self.lock().remove(name);
    }

    fn members(&self) -> BTreeMap<&'static str, Caller> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Caller>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
