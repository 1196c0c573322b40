//! How many values so many bytes may honestly hold.
//!
//! An empty element or a two-character record costs a sender nothing and a reader a whole entry. Entries are therefore charged
//! with a tenth of the memory they hold, every other value with the bytes the shortest honest one takes, and a file that is out
//! of bytes is refused. Any file may be short of some bytes: one that says what honest ones do is read, and one that says
//! nothing costs its reader little.
//!
//! The bytes of an archive are those it inflates to, which are bounded by its size and in all; what a file may be short of, all
//! its members may be short of together.

use crate::error::FormatError;

/// Bytes a file may be short of: small files are never refused.
const SLACK: usize = 1 << 20;
/// Bytes held in memory for each byte of a file.
const HELD: usize = 10;
/// A statement or account.
pub(crate) const STATEMENT: usize = 72;
/// An order in XML.
pub(crate) const ORDER: usize = 104;
/// A status of an order, in XML.
pub(crate) const STATUS: usize = 80;
/// A remittance advice with its head, in XML.
pub(crate) const ADVICE: usize = 240;
/// The same in EDI, but for its lines and segments.
pub(crate) const SET: usize = 140;
/// An entry, a transaction or a balance.
pub(crate) const ENTRY: usize = 48;
/// Shortest record of a line format.
pub(crate) const RECORD: usize = 10;

/// Bytes that may always inflate, and times its size that all parts of a file may inflate to together.
const INFLATED: usize = 2 << 20;
const TIMES: usize = 30;

/// What is left of a file's bytes.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    size: usize,
    left: usize,
    /// Bytes that may still be inflated.
    inflated: u64,
}

impl Budget {
    /// For a file of `size` bytes.
    pub fn of(size: usize) -> Budget {
        Budget { size, left: size.saturating_add(SLACK), inflated: inflated(size) }
    }

    /// Charges `bytes` inflated from a part of the file.
    pub fn inflate(&mut self, bytes: u64) -> Result<(), FormatError> {
        let refused = FormatError::Limit { what: "bytes inflated from all parts", allowed: inflated(self.size), line: 0 };
        self.inflated = self.inflated.checked_sub(bytes).ok_or(refused)?;
        Ok(())
    }

    /// Bytes that may still be inflated.
    pub fn inflatable(&self) -> u64 {
        self.inflated
    }

    /// Charges a value with the bytes it holds in memory.
    pub fn hold(&mut self, bytes: usize, line: u64) -> Result<(), FormatError> {
        self.spend(bytes.div_ceil(HELD), line)
    }

    /// Charges `count` values that hold so many bytes each, or as many as there are bytes for: how many.
    pub fn hold_most(&mut self, count: usize, bytes: usize) -> usize {
        let most = count.min(self.left.saturating_mul(HELD) / bytes.max(1));
        self.left = self.left.saturating_sub(most.saturating_mul(bytes).div_ceil(HELD));
        most
    }

    /// Takes back what was charged for so many bytes.
    pub fn give_back(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(bytes / HELD);
    }

    /// `bytes` more of the file are there: of an archive, another member.
    pub fn more(&mut self, bytes: usize) {
        self.size = self.size.saturating_add(bytes);
        self.left = self.left.saturating_add(bytes);
    }

    /// How many values of this cost may come.
    pub fn most(&self, cost: usize) -> usize {
        self.left / cost.max(1)
    }

    /// Charges one value; `line` is where it stands, 0 when unknown.
    pub fn spend(&mut self, cost: usize, line: u64) -> Result<(), FormatError> {
        // A charge for many values at once says nothing of how many there may be: what is told is what all may cost.
        let allowed = self.size.saturating_add(SLACK) as u64;
        let refused = FormatError::Limit { what: "bytes that so many values take", allowed, line };
        self.left = self.left.checked_sub(cost).ok_or(refused)?;
        Ok(())
    }
}

/// Bytes a file of `size` may inflate to.
fn inflated(size: usize) -> u64 {
    size.saturating_mul(TIMES).saturating_add(INFLATED) as u64
}

/// Room for one more, with no more to spare than a quarter.
pub(crate) fn grow<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact((list.len() / 4).max(1));
    }
}
