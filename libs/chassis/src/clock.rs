//! The only place in the project that asks what time it is.
//!
//! Everything else receives a [`Clock`] or a value read from one, so a year can be replayed in seconds and no test waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use quittance_types::{BusinessDate, TimeZone, Timestamp};
use tokio::time::Instant;

/// A source of time: the machine's, or one that a test moves by hand. Cheap to clone; clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Clock {
        Clock(Source::System)
    }

    /// A clock that stands still at `at` until [`Clock::set`] moves it.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Clock {
        Clock(Source::Fixed(Arc::new(AtomicI64::new(at.micros()))))
    }

    /// Moves a fixed clock, for every clone of it. A system clock cannot be moved: the call has no effect.
    pub fn set(&self, at: Timestamp) {
        if let Source::Fixed(micros) = &self.0 {
            micros.store(at.micros(), Ordering::SeqCst);
        }
    }

    /// True if this clock only moves when it is told to.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self.0, Source::Fixed(_))
    }

    /// The current instant, to the microsecond.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.0 {
            Source::System => jiff::Timestamp::now().as_microsecond(),
            Source::Fixed(micros) => micros.load(Ordering::SeqCst),
        };
        Timestamp::from_micros(micros)
    }

    /// The business date in `zone` at this instant.
    #[must_use]
    pub fn today(&self, zone: &TimeZone) -> BusinessDate {
        self.now().date_in(zone)
    }

    /// The monotonic clock that deadlines, back-off and drains are measured with.
    ///
    /// It runs on even when the business clock is fixed, and follows tokio's paused time in tests.
    #[must_use]
    pub fn monotonic(&self) -> Instant {
        Instant::now()
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::system()
    }
}
