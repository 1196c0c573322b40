//! The log of a service: its event stream and its audit trail in one, hash-chained.
//!
//! [`Tx::emit`](crate::Tx::emit) adds an entry in the transaction of the change. A sequencer gives committed entries dense
//! positions in commit order; only those are ever read. Every service serves its log by the same
//! [`EventLogService`](quittance_api::events::v1::event_log_service_server::EventLogService) and follows the logs of others
//! with an [`Inbox`], whose effects commit together with its cursor.

mod chain;
mod consumer;
mod cursors;
mod dead_letter;
mod inbox;
mod lease;
pub(crate) mod log;
mod published;
mod read;
mod sequencer;
mod service;
mod trail;

use std::fmt;

use prost::{Message, Name};
use serde::Serialize;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub use chain::{ChainReport, verify};
pub use consumer::{Consumer, ConsumerSettings, Feed, PeerFeed, Positions};
pub use inbox::{Delivery, Inbox, needed};
pub use published::{LogCursor, Published, PublishedEntry, published_since};
pub use sequencer::{LogState, run_sequencer};
pub use service::{EventLog, service};

/// Partitions of every log. Events of one partition key share one.
pub const PARTITIONS: u32 = 64;

/// Something that happened, to be published when the transaction commits.
#[derive(Clone, Debug)]
pub struct Emit {
    /// Wire id of the thing it is about: `inv_...`.
    pub subject: String,
    /// What keeps events together that must be worked through in order by one consumer at a time; mostly the customer.
    pub partition_key: Uuid,
    /// The event itself.
    pub payload: Payload,
    /// On the public stream; false for entries that only an auditor needs.
    pub public: bool,
    /// Why, in words, where somebody gave a reason.
    pub why: Option<String>,
    /// State before and after, for the audit trail. The state before a creation is null.
    pub change: Option<(serde_json::Value, serde_json::Value)>,
}

/// An encoded event message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Full name of the message: `quittance.invoicing.v1.InvoiceIssued`.
    pub type_name: String,
    /// The message in protobuf.
    pub bytes: Vec<u8>,
}

impl Payload {
    /// Encodes a message.
    pub fn of<M: Message + Name>(message: &M) -> Payload {
        Payload { type_name: M::full_name(), bytes: message.encode_to_vec() }
    }
}

impl Emit {
    /// An event for everybody who follows this service. It must not require a call back to be understood.
    pub fn public<M: Message + Name>(subject: impl fmt::Display, partition_key: impl Into<Uuid>, message: &M) -> Emit {
        Emit {
            subject: subject.to_string(),
            partition_key: partition_key.into(),
            payload: Payload::of(message),
            public: true,
            why: None,
            change: None,
        }
    }

    /// An entry for the audit trail only.
    pub fn internal<M: Message + Name>(subject: impl fmt::Display, partition_key: impl Into<Uuid>, message: &M) -> Emit {
        Emit { public: false, ..Emit::public(subject, partition_key, message) }
    }

    /// With the reason somebody gave. An empty one is none.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Emit {
        let why = why.into();
        self.why = (!why.is_empty()).then_some(why);
        self
    }

    /// With the state before and after, as JSON.
    #[must_use]
    pub fn changed(mut self, before: serde_json::Value, after: serde_json::Value) -> Emit {
        self.change = Some((before, after));
        self
    }

    /// With the state before (`None` for a creation) and after, from values that can be written as JSON.
    #[must_use]
    pub fn changed_from<T: Serialize>(self, before: Option<&T>, after: &T) -> Emit {
        let json = |value: &T| serde_json::to_value(value).unwrap_or_default();
        self.changed(before.map(json).unwrap_or_default(), json(after))
    }
}

/// The partition of a key: FNV-1a over its bytes. It must never change.
#[must_use]
pub fn partition_of(key: Uuid) -> u32 {
    let hash =
        key.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    u32::try_from(hash % u64::from(PARTITIONS)).unwrap_or_default()
}

/// Where the log of this service ends, for everybody in this process who waits for more.
pub(crate) struct Heads {
    head: watch::Sender<i64>,
    pending: Notify,
}

impl Default for Heads {
    fn default() -> Heads {
        Heads { head: watch::Sender::new(0), pending: Notify::new() }
    }
}

impl Heads {
    /// After a commit: tells the sequencer, or the readers where positions were assigned already.
    pub(crate) fn committed(&self, written: log::Written) {
        match written {
            log::Written::Nothing => {}
            log::Written::Pending(_) => self.pending.notify_one(),
            log::Written::UpTo(position) => self.advance(position),
        }
    }

    /// Positions up to this one can be read.
    pub(crate) fn advance(&self, position: i64) {
        self.head.send_if_modified(|head| {
            let is_newer = position > *head;
            if is_newer {
                *head = position;
            }
            is_newer
        });
    }

    /// The newest position this process knows of, and a way to wait for a newer one.
    pub(crate) fn subscribe(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    /// Waits until a transaction of this process has left entries without a position.
    pub(crate) async fn wait_pending(&self) {
        self.pending.notified().await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn partitions_are_fixed_and_spread() {
        assert_eq!(partition_of(Uuid::nil()), partition_of(Uuid::nil()));
        assert_eq!(partition_of(Uuid::from_u128(1)), 50);
        let used: std::collections::HashSet<u32> = (0..2_000_u128).map(|key| partition_of(Uuid::from_u128(key))).collect();
        assert_eq!(used.len(), 64);
    }

    #[test]
    fn the_head_never_goes_back() {
        let heads = Heads::default();
        let seen = heads.subscribe();
        heads.advance(7);
        heads.advance(3);
        assert_eq!(*seen.borrow(), 7);
    }
}
