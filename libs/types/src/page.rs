//! Lists in pages.

use crate::fault::Fault;
use crate::reason::Reason;

/// Entries of a page when the caller does not say.
const DEFAULT_SIZE: u32 = 50;
/// More is cut to this (AIP-158: coerced, not refused).
const MAX_SIZE: u32 = 1000;

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Entries wanted, 1 to 1000.
    pub size: u32,
    /// The sort key of the last entry already seen; `None` starts at the beginning.
    pub after: Option<Vec<u8>>,
}

impl PageRequest {
    /// The size as sent: 0 is 50, more than 1000 is 1000. Errors: `PAGE_SIZE_NEGATIVE`.
    pub fn new(size: i32, after: Option<Vec<u8>>) -> Result<Self, Fault> {
        let negative = |_| Fault::new(Reason::PageSizeNegative, "page_size must not be negative").field("page_size");
        let wanted = u32::try_from(size).map_err(negative)?;
        let size = if wanted == 0 { DEFAULT_SIZE } else { wanted.min(MAX_SIZE) };
        Ok(Self { size, after })
    }

    /// How many rows to ask the store for: one more than wanted shows whether another page follows.
    pub fn fetch_limit(&self) -> u64 {
        u64::from(self.size).saturating_add(1)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries, in the order of the list.
    pub items: Vec<T>,
    /// The sort key to continue after; `None` on the last page.
    pub next: Option<Vec<u8>>,
}

impl<T> Page<T> {
    /// Makes a page of up to [`PageRequest::fetch_limit`] rows; `key` gives the sort key of a row.
    pub fn cut(mut rows: Vec<T>, request: &PageRequest, key: impl FnOnce(&T) -> Vec<u8>) -> Self {
        let size = usize::try_from(request.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(key) } else { None };
        Self { items: rows, next }
    }

    /// The same page with every entry turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sizes_are_coerced_and_negative_ones_refused() {
        let size = |sent| PageRequest::new(sent, None).unwrap().size;
        assert_eq!((size(0), size(1), size(1000), size(1001), size(i32::MAX)), (50, 1, 1000, 1000, 1000));
        for sent in [-1, i32::MIN] {
            assert_eq!(PageRequest::new(sent, None).unwrap_err().reason(), Reason::PageSizeNegative);
        }
    }

    #[test]
    fn the_extra_row_becomes_the_next_page() {
        let request = PageRequest::new(2, None).unwrap();
        assert_eq!(request.fetch_limit(), 3);
        let key = |row: &u8| vec![*row];
        let full = Page::cut(vec![1_u8, 2, 3], &request, key);
        assert_eq!((full.items, full.next), (vec![1, 2], Some(vec![2])));
        let last = Page::cut(vec![3_u8, 4], &request, key);
        assert_eq!((last.items, last.next), (vec![3, 4], None));
        assert_eq!(Page::cut(Vec::<u8>::new(), &request, key).next, None);
    }
}
