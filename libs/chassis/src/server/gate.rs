//! How much is worked on at a time. What does not fit is refused early and told when to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use quittance_types::{Fault, Reason};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::ServerSettings;
use crate::policy::Policy;

/// The places of one server, all connections together.
pub(super) struct Gate {
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    waiting: AtomicUsize,
    max_waiting: usize,
    max_wait: Duration,
}

impl Gate {
    pub(super) fn new(settings: &ServerSettings) -> Gate {
        Gate {
            calls: Arc::new(Semaphore::new(settings.max_in_flight)),
            streams: Arc::new(Semaphore::new(settings.max_streams)),
            waiting: AtomicUsize::new(0),
            max_waiting: settings.max_waiting,
            max_wait: settings.max_wait(),
        }
    }

    /// A place for a call; it is given back when the permit is dropped. Streams have places of their own, since they
    /// stay for hours and must not keep short calls out.
    ///
    /// # Errors
    /// `OVERLOADED` if no place comes free in time or too many wait already.
    pub(super) async fn enter(&self, policy: &Policy) -> Result<OwnedSemaphorePermit, Fault> {
        if policy.server_streaming {
            return self.streams.clone().try_acquire_owned().map_err(|_| overloaded());
        }
        if let Ok(permit) = self.calls.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let _turn = self.queue()?;
        match tokio::time::timeout(self.max_wait, self.calls.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(overloaded()),
        }
    }

    fn queue(&self) -> Result<Turn<'_>, Fault> {
        let turn = Turn(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= self.max_waiting { Err(overloaded()) } else { Ok(turn) }
    }
}

/// A place in the queue, given up when the caller leaves it for whatever reason.
struct Turn<'a>(&'a AtomicUsize);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn overloaded() -> Fault {
    Fault::new(Reason::Overloaded, "the service is at its limit; try again shortly")
}
