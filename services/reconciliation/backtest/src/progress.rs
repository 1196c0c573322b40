//! Telling somebody who waits how far it is.

/// Hears of progress, from several threads at once.
pub trait Progress: Sync {
    /// A stage begins that has `total` units of work.
    fn stage(&self, name: &'static str, total: u64);
    /// So many more units are done.
    fn advance(&self, units: u64);
}

/// Nobody waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &'static str, _total: u64) {}
    fn advance(&self, _units: u64) {}
}
