//! A network between the services of a world, on which events come late now and then.
//!
//! Every service is called through a relay of its own, over TCP. Calls pass as they are. Of the events of a log, some are
//! held back with everything behind them in the same stream, while the other streams go on: so what one service tells
//! overtakes what another has told, as it may between machines. How long an event is held is counted in what happens
//! meanwhile (calls and deliveries), not in time: whoever waits for the services to settle asks, and asking lets it go.

mod relay;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tonic::transport::{Channel, Endpoint};

use relay::Relay;

/// A late event is held until at most so much else has happened.
const LONGEST: u64 = 80;

/// The network of one world. Cheap to clone.
#[derive(Clone)]
pub struct Network(Arc<Inner>);

struct Inner {
    lateness: Lateness,
    happened: Happened,
    relays: Mutex<BTreeMap<&'static str, Relay>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Network").field("lateness", &self.0.lateness).finish_non_exhaustive()
    }
}

/// Which events are late, and for how long: it follows from the seed, the log and the position.
#[derive(Clone, Copy, Debug)]
struct Lateness {
    seed: u64,
    percent: u64,
}

impl Lateness {
    /// How much else has to happen before the event is delivered, if it is a late one.
    fn of(self, log: &str, position: i64) -> Option<u64> {
        let start = self.seed ^ position.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = log.bytes().fold(start, |state, byte| mix(state ^ u64::from(byte)));
        (mixed % 100 < self.percent).then_some(1 + (mixed >> 32) % LONGEST)
    }
}

/// The finaliser of SplitMix64.
fn mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// What has happened on a network, counted. Cheap to clone.
#[derive(Clone, Debug)]
struct Happened {
    all: watch::Sender<u64>,
    events: Arc<AtomicU64>,
    late: Arc<AtomicU64>,
}

impl Happened {
    fn one(&self) {
        self.all.send_modify(|count| *count += 1);
    }

    /// Waits until so much more has happened.
    async fn more(&self, count: u64) {
        let mut seen = self.all.subscribe();
        let until = *seen.borrow() + count;
        // The sender is ours: waiting ends by what happens, and not otherwise.
        let _ = seen.wait_for(|now| *now >= until).await;
    }
}

impl Network {
    /// A network on which this many percent of the events are late.
    #[must_use]
    pub fn late(seed: u64, percent: u64) -> Self {
        let happened = Happened { all: watch::Sender::new(0), events: Arc::default(), late: Arc::default() };
        Self(Arc::new(Inner { lateness: Lateness { seed, percent }, happened, relays: Mutex::default() }))
    }

    /// Waits until so much more has happened: calls and deliveries.
    pub async fn more(&self, count: u64) {
        self.0.happened.more(count).await;
    }

    /// Events delivered so far, and how many of them late.
    #[must_use]
    pub fn delivered(&self) -> (u64, u64) {
        let Happened { events, late, .. } = &self.0.happened;
        (events.load(Ordering::Relaxed), late.load(Ordering::Relaxed))
    }

    /// Where the service is called; the same from before its first start on.
    pub(crate) fn address(&self, name: &'static str) -> SocketAddr {
        let mut relays = self.relays();
        let start = || Relay::start(name, self.0.lateness, self.0.happened.clone());
        relays.entry(name).or_insert_with(start).address()
    }

    /// A connection to the service through its relay.
    pub(crate) fn channel(&self, name: &'static str) -> Channel {
        channel(self.address(name))
    }

    /// The service is at this address now, or nowhere.
    pub(crate) fn connect(&self, name: &'static str, address: Option<SocketAddr>) {
        if let Some(relay) = self.relays().get(name) {
            relay.connect(address.map(channel));
        }
    }

    fn relays(&self) -> MutexGuard<'_, BTreeMap<&'static str, Relay>> {
        self.0.relays.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn channel(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}")).expect("an address is a URI").connect_lazy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_is_late_and_always_the_same_tenth() {
        let lateness = Lateness { seed: 7, percent: 10 };
        let late: Vec<i64> = (1..=10_000).filter(|position| lateness.of("credit", *position).is_some()).collect();
        assert!((900..1_100).contains(&late.len()), "{}", late.len());
        let again: Vec<i64> = (1..=10_000).filter(|position| lateness.of("credit", *position).is_some()).collect();
        assert_eq!(late, again);
        assert!((1..=10_000).all(|position| lateness.of("credit", position).is_none_or(|held| (1..=LONGEST).contains(&held))));
    }
}
