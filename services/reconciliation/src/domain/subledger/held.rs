//! A value under change, and whether the store has it.

use crate::domain::application::Application;
use crate::domain::item::OpenItem;
use crate::domain::receipt::Receipt;

/// What tells one state of a value from another.
pub trait Versioned {
    /// Grows with every change.
    fn version(&self) -> i64;
}

impl Versioned for OpenItem {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for Receipt {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for Application {
    fn version(&self) -> i64 {
        i64::from(!self.is_live())
    }
}

/// A value as it is now, and the version the store has.
pub struct Held<T> {
    now: T,
    stored: Option<i64>,
}

/// A value to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved<T> {
    /// The store does not have it.
    New(T),
    /// The store has an older version.
    Changed(T),
}

impl<T> Saved<T> {
    /// Those the store does not have, and those it has an older version of.
    pub fn apart(saved: Vec<Saved<T>>) -> (Vec<T>, Vec<T>) {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for one in saved {
            match one {
                Saved::New(value) => new.push(value),
                Saved::Changed(value) => changed.push(value),
            }
        }
        (new, changed)
    }

    /// The value.
    pub fn value(&self) -> &T {
        match self {
            Saved::New(value) | Saved::Changed(value) => value,
        }
    }
}

impl<T: Versioned> Held<T> {
    pub(super) fn stored(now: T, version: i64) -> Held<T> {
        Held { now, stored: Some(version) }
    }

    pub(super) fn new(now: T) -> Held<T> {
        Held { now, stored: None }
    }

    pub(super) fn now(&self) -> &T {
        &self.now
    }

    pub(super) fn set(&mut self, now: T) {
        self.now = now;
    }

    pub(super) fn change(self) -> Option<Saved<T>> {
        match self.stored {
            None => Some(Saved::New(self.now)),
            Some(version) if version != self.now.version() => Some(Saved::Changed(self.now)),
            Some(_) => None,
        }
    }
}
