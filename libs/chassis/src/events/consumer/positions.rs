//! How far the consumers of this process have come, which is ahead of what they have stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::events::lease::Group;

/// Producer and number of the partition group.
type Key = (String, u16);

/// What has been applied of the followed logs, by the groups this process holds the lease of. Cheap to clone.
///
/// A consumer stores its cursor with every effect, and once a second when there was nothing to apply. In between it is
/// known here alone.
#[derive(Clone, Debug, Default)]
pub struct Positions(Arc<Mutex<HashMap<Key, i64>>>);

impl Positions {
    /// The place of a group that this process begins to follow.
    pub(super) fn hold(&self, group: &Group, position: i64) -> Held {
        let held = Held { positions: self.clone(), key: (group.producer.clone(), group.number) };
        held.reach(position);
        held
    }

    /// Everything of the group up to here has been applied, if the group is followed in this process.
    pub(in crate::events) fn of(&self, producer: &str, number: u16) -> Option<i64> {
        self.lock().get(&(producer.to_owned(), number)).copied()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one group, forgotten when this is dropped: from then on only what is stored counts.
pub(super) struct Held {
    positions: Positions,
    key: Key,
}

impl Held {
    /// Everything up to here has been applied.
    pub(super) fn reach(&self, position: i64) {
        self.positions.lock().insert(self.key.clone(), position);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.positions.lock().remove(&self.key);
    }
}
