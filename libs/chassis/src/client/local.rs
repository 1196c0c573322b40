//! Services of one process calling each other: the same stack, no socket, no HTTP/2.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::server::Router;

/// Where services of one process find each other. They may call each other in circles, so a line exists before the
/// service at its end; until that one is connected, calls are answered `SERVICE_UNAVAILABLE`.
#[derive(Clone, Default)]
pub struct Switchboard(Arc<Mutex<HashMap<String, Line>>>);

/// The line to one service.
#[derive(Clone, Default)]
pub(super) struct Line(Arc<RwLock<Option<Router>>>);

impl fmt::Debug for Switchboard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        formatter.debug_set().entries(lines.keys()).finish()
    }
}

impl Switchboard {
    /// No service is connected yet.
    #[must_use]
    pub fn new() -> Switchboard {
        Switchboard::default()
    }

    /// Connects the service `name`, also for those that hold its line already.
    pub fn connect(&self, name: &str, router: Router) {
        self.line(name).set(Some(router));
    }

    /// Takes the service `name` off the board.
    pub fn disconnect(&self, name: &str) {
        self.line(name).set(None);
    }

    /// The service `name`, if it is connected.
    #[must_use]
    pub fn router(&self, name: &str) -> Option<Router> {
        self.line(name).router()
    }

    pub(super) fn line(&self, name: &str) -> Line {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.entry(name.to_owned()).or_default().clone()
    }
}

impl Line {
    pub(super) fn router(&self) -> Option<Router> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, router: Option<Router>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }
}
