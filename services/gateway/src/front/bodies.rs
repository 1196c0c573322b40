//! What the bodies of requests may take: each on its own, and all of them together until they are answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use http_body_util::{BodyExt, BodyStream, StreamBody};
use quittance_api::status::{from_status, to_status};
use quittance_types::{Fault, Reason};
use tokio::time::{Instant, timeout_at};
use tonic::{Status, body::Body};

use crate::Settings;

/// The room there is. Cheap to clone; clones share it.
#[derive(Clone)]
pub(super) struct Bodies(Arc<Room>);

struct Room {
    most_each: usize,
    most: usize,
    taken: AtomicUsize,
    within: Duration,
}

/// The room that one request has taken; free again when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Share(Arc<Taken>);

struct Taken {
    room: Arc<Room>,
    bytes: AtomicUsize,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.taken.fetch_sub(self.bytes.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

impl Bodies {
    pub(super) fn new(settings: &Settings) -> Bodies {
        let within = Duration::from_millis(settings.body_timeout_ms);
        Bodies::with_room(settings.max_body_bytes, settings.max_bodies_bytes, within)
    }

    fn with_room(most_each: usize, most: usize, within: Duration) -> Bodies {
        Bodies(Arc::new(Room { most_each, most, taken: AtomicUsize::new(0), within }))
    }

    /// Nothing yet, for a request that begins.
    pub(super) fn share(&self) -> Share {
        Share(Arc::new(Taken { room: self.0.clone(), bytes: AtomicUsize::new(0) }))
    }

    /// When a body that began at `arrived` has to be complete.
    pub(super) fn due(&self, arrived: Instant) -> Instant {
        arrived + self.0.within
    }
}

impl Share {
    /// The body, ended by MESSAGE_TOO_LARGE or OVERLOADED where it goes beyond what there is room for.
    pub(super) fn limit(&self, body: Body) -> Body {
        let share = self.clone();
        let counted = BodyStream::new(body).map(move |frame| -> Result<_, Status> {
            let frame = frame?;
            share.take(frame.data_ref().map_or(0, Bytes::len)).map_err(|fault| to_status(&fault))?;
            Ok(frame)
        });
        Body::new(StreamBody::new(counted))
    }

    /// The whole body, if it comes before `due`.
    ///
    /// # Errors
    /// MESSAGE_TOO_LARGE, OVERLOADED, DEADLINE_EXPIRED; MALFORMED_JSON for a body that ends before it is complete.
    pub(super) async fn gather(&self, body: Body, due: Instant) -> Result<Bytes, Fault> {
        let late = |_| Fault::new(Reason::DeadlineExpired, "The body did not come in time.");
        let collected = timeout_at(due, self.limit(body).collect()).await.map_err(late)?;
        collected.map(|whole| whole.to_bytes()).map_err(|status| match from_status(&status) {
            fault if matches!(fault.reason(), Reason::MessageTooLarge | Reason::Overloaded) => fault,
            _ => Fault::new(Reason::MalformedJson, "The body ended before it was complete."),
        })
    }

    fn take(&self, length: usize) -> Result<(), Fault> {
        let Taken { room, bytes } = &*self.0;
        // What was taken in vain is given back with the rest.
        let own = bytes.fetch_add(length, Ordering::SeqCst).saturating_add(length);
        let all = room.taken.fetch_add(length, Ordering::SeqCst).saturating_add(length);
        if own > room.most_each {
            return Err(Fault::new(Reason::MessageTooLarge, "The body is larger than the gateway accepts."));
        }
        if all > room.most {
            return Err(Fault::new(Reason::Overloaded, "Too much is being sent at once. Try again shortly."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn one_has_room_for_itself_and_all_together_until_they_are_answered() {
        let bodies = Bodies::with_room(60, 100, Duration::ZERO);
        let reason = |share: &Share, length| share.take(length).map_err(|fault| fault.reason());
        let (first, second) = (bodies.share(), bodies.share());
        assert_eq!(reason(&first, 60), Ok(()));
        assert_eq!(reason(&first, 1), Err(Reason::MessageTooLarge));
        assert_eq!(reason(&second, 39), Ok(()));
        assert_eq!(reason(&second, 1), Err(Reason::Overloaded));
        let (body, third) = (first.clone(), bodies.share());
        drop(first);
        assert_eq!(reason(&third, 1), Err(Reason::Overloaded), "its body is still held");
        drop((body, second, third));
        assert_eq!(reason(&bodies.share(), 60), Ok(()));
    }
}
