//! Follows the log of another service: every event takes effect exactly once.
//!
//! A batch of events and the cursor behind it commit in one transaction. When a batch fails, its events are applied one
//! by one; an event that fails eight times is parked as a dead letter, and later events of its subject wait behind it.
//! What cannot be the event's fault (a database that is away, a lost lease) is waited out and does not count.

mod feed;
mod follow;
mod positions;

use std::sync::Arc;

use quittance_types::Fault;
use tokio_util::sync::CancellationToken;

use super::inbox::Inbox;
use super::lease::{Group, prepare};
use crate::db::{Backend, Db};

pub use feed::{Feed, PeerFeed};
use follow::Follower;
pub use positions::Positions;

/// How patient a consumer is.
#[derive(Clone, Debug)]
pub struct ConsumerSettings {
    /// Tries before an event is parked.
    pub tries: u32,
    /// The first pause between tries, in milliseconds; it doubles with every try.
    pub first_pause_ms: u64,
    /// Partition groups, each with its own cursor and lease; `None` takes the setting of the database.
    pub groups: Option<u16>,
}

impl Default for ConsumerSettings {
    fn default() -> ConsumerSettings {
        ConsumerSettings { tries: 8, first_pause_ms: 50, groups: None }
    }
}

/// Applies the events of one producer to the database of one consumer.
pub struct Consumer {
    db: Db,
    name: &'static str,
    producer: String,
    inbox: Inbox,
    feed: Arc<dyn Feed>,
    settings: ConsumerSettings,
    positions: Positions,
}

impl Consumer {
    /// `name` follows `producer` by `feed` and reacts as `inbox` says.
    #[must_use]
    pub fn new(db: Db, name: &'static str, producer: impl Into<String>, inbox: Inbox, feed: Arc<dyn Feed>) -> Consumer {
        Consumer {
            db,
            name,
            producer: producer.into(),
            inbox,
            feed,
            settings: ConsumerSettings::default(),
            positions: Positions::default(),
        }
    }

    /// With other settings than the usual ones.
    #[must_use]
    pub fn with(mut self, settings: ConsumerSettings) -> Consumer {
        self.settings = settings;
        self
    }

    /// Tells these positions how far it has come.
    #[must_use]
    pub fn telling(mut self, positions: &Positions) -> Consumer {
        self.positions = positions.clone();
        self
    }

    /// Follows until `stop`, then gives its leases up. Never fails: trouble is logged and tried again.
    pub async fn run(self, stop: CancellationToken) {
        if self.inbox.is_empty() {
            return;
        }
        let groups = self.groups();
        while let Err(fault) = prepare(&self.db, &groups).await {
            self.complain(&fault);
            if follow::rest(&stop, follow::LONGEST_PAUSE).await {
                return;
            }
        }
        let owner = self.db.new_id().to_string();
        let followers = groups.into_iter().map(|group| {
            let follower = Follower {
                db: self.db.clone(),
                group,
                owner: owner.clone(),
                inbox: self.inbox.clone(),
                feed: Arc::clone(&self.feed),
                settings: self.settings.clone(),
                positions: self.positions.clone(),
            };
            follower.run(stop.clone())
        });
        futures::future::join_all(followers).await;
    }

    fn groups(&self) -> Vec<Group> {
        let configured = match self.db.backend() {
            Backend::Postgres => self.db.settings().partition_groups,
            // One process, one writer: more groups would only wait for each other.
            Backend::Sqlite => 1,
        };
        let of = self.settings.groups.unwrap_or(configured).clamp(1, 64);
        let group = |number| Group { consumer: self.name, producer: self.producer.clone(), number, of };
        (0..of).map(group).collect()
    }

    fn complain(&self, fault: &Fault) {
        let detail = fault.operator_detail().unwrap_or_default();
        tracing::error!(consumer = self.name, producer = self.producer, %fault, detail, "the log cannot be followed");
    }
}
