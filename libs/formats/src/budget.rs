//! How many values so many bytes may honestly hold.
//!
//! An empty element or a two-character record costs a sender nothing and a reader a whole entry. Every value is therefore
//! charged with the bytes the shortest honest one takes; a file that is out of bytes is refused. So a file that says
//! anything is never refused, and one that says nothing costs its reader little.

use crate::error::FormatError;

/// Bytes a file may be short of: small files are never refused.
const SLACK: usize = 1 << 20;
/// A statement or account.
pub(crate) const STATEMENT: usize = 64;
/// An order or a status of one, in XML.
pub(crate) const ORDER: usize = 104;
/// A remittance advice with its head.
pub(crate) const ADVICE: usize = 240;
/// An entry, a transaction or a balance.
pub(crate) const ENTRY: usize = 48;
/// Shortest record of a line format.
pub(crate) const RECORD: usize = 10;

/// What is left of a file's bytes.
#[derive(Debug)]
pub(crate) struct Budget {
    size: usize,
    left: usize,
}

impl Budget {
    /// For a file of `size` bytes.
    pub fn of(size: usize) -> Budget {
        Budget { size, left: size.saturating_add(SLACK) }
    }

    /// Charges one value; `line` is where it stands, 0 when unknown.
    pub fn spend(&mut self, cost: usize, line: u64) -> Result<(), FormatError> {
        let refused = FormatError::Limit { what: "values for so few bytes", allowed: (self.size / cost.max(1)) as u64, line };
        self.left = self.left.checked_sub(cost).ok_or(refused)?;
        Ok(())
    }
}

/// Room for one more, with no more to spare than a quarter.
pub(crate) fn grow<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact((list.len() / 4).max(4));
    }
}
