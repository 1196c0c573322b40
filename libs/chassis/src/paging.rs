//! Pages that end by weight as well as by count: of large entries a page brings fewer than the caller asked for (AIP-158).

use prost::Message;
use quittance_types::{Fault, Page};

/// Bytes that the entries of a page may weigh together, encoded: half of what a message may.
pub const MOST_BYTES: usize = 2 * 1_024 * 1_024;
/// Entries of the first portion, as long as nothing is known of their weight.
const FIRST_PORTION: usize = 20;
/// Entries of one portion: ids in one statement.
const LARGEST_PORTION: usize = 500;

/// Makes entries of the headers of a page, in portions, and ends the page before the entry that would make it heavier than
/// [`MOST_BYTES`]. The first entry is always there.
///
/// `key` gives the sort key of a header; `complete` answers one entry for each header, in their order.
///
/// # Errors
/// What `complete` says.
pub async fn fill<H, M, F>(page: Page<H>, key: impl Fn(&H) -> Vec<u8>, complete: impl Fn(Vec<H>) -> F) -> Result<Page<M>, Fault>
where
    M: Message,
    F: Future<Output = Result<Vec<M>, Fault>>,
{
    let mut headers = page.items.into_iter();
    let (mut items, mut bytes, mut last) = (Vec::with_capacity(headers.len()), 0, None);
    loop {
        let portion: Vec<H> = headers.by_ref().take(portion_after(items.len(), bytes)).collect();
        if portion.is_empty() {
            return Ok(Page { items, next: page.next });
        }
        let keys: Vec<Vec<u8>> = portion.iter().map(&key).collect();
        for (entry, key) in complete(portion).await?.into_iter().zip(keys) {
            bytes += entry.encoded_len();
            if bytes > MOST_BYTES && !items.is_empty() {
                return Ok(Page { items, next: last });
            }
            items.push(entry);
            last = Some(key);
        }
    }
}

/// As many entries as still fit if they weigh what those before them weighed, but always some.
fn portion_after(entries: usize, bytes: usize) -> usize {
    let Some(average) = bytes.checked_div(entries) else { return FIRST_PORTION };
    let left = MOST_BYTES.saturating_sub(bytes);
    (left / average.max(1)).clamp(1, LARGEST_PORTION)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::RefCell;

    use super::*;

    /// Fills a page of texts of these lengths, whose keys are their places; says how many were completed at once.
    async fn filled(lengths: &[usize]) -> (Page<String>, Vec<usize>) {
        let page = Page { items: lengths.iter().copied().enumerate().collect(), next: Some(vec![9]) };
        let portions = RefCell::new(Vec::new());
        let complete = |headers: Vec<(usize, usize)>| {
            portions.borrow_mut().push(headers.len());
            async { Ok(headers.into_iter().map(|(_, length)| "x".repeat(length)).collect()) }
        };
        let page = fill(page, |(place, _)| place.to_be_bytes().to_vec(), complete).await.unwrap();
        (page, portions.into_inner())
    }

    #[tokio::test]
    async fn small_entries_fill_the_page() {
        let (page, portions) = filled(&[100; 1_000]).await;
        assert_eq!((page.items.len(), page.next), (1_000, Some(vec![9])));
        assert_eq!(portions, [20, 500, 480]);
        assert_eq!(filled(&[]).await.0.next, Some(vec![9]));
    }

    #[tokio::test]
    async fn large_entries_end_the_page_and_it_goes_on_behind_the_last() {
        let (page, portions) = filled(&[100 * 1_024; 1_000]).await;
        assert_eq!((page.items.len(), page.next), (20, Some(19_usize.to_be_bytes().to_vec())));
        assert_eq!(portions, [20, 1]);
    }

    #[tokio::test]
    async fn an_entry_larger_than_a_page_is_a_page() {
        let (page, _) = filled(&[MOST_BYTES + 1, 1]).await;
        assert_eq!((page.items.len(), page.next), (1, Some(0_usize.to_be_bytes().to_vec())));
        let (page, _) = filled(&[MOST_BYTES + 1]).await;
        assert_eq!((page.items.len(), page.next), (1, Some(vec![9])));
    }
}
