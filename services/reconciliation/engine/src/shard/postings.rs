//! From the hash of a key to the items that have it: one sorted array with a directory on top, and a small map for what
//! was added since. Eight bytes a key, and two to four more for the directory.

use hashbrown::HashMap;
use rayon::slice::ParallelSliceMut;

/// How a value is packed: the item in the low 28 bits, the form it was indexed by in the high four.
pub const FORM_SHIFT: u32 = 28;
const ITEM_MASK: u32 = (1 << FORM_SHIFT) - 1;

/// An item and the form of the key it is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting(u32);

impl Posting {
    /// Packs item and form.
    pub const fn new(item: u32, form: u8) -> Self {
        Posting((form as u32) << FORM_SHIFT | (item & ITEM_MASK))
    }

    /// The item.
    pub const fn item(self) -> u32 {
        self.0 & ITEM_MASK
    }

    /// The form, 0 to 15.
    pub const fn form(self) -> u8 {
        (self.0 >> FORM_SHIFT) as u8
    }
}

/// Where a bucket begins, and which tags it may hold: most keys that are looked up are not there, and the directory alone
/// tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bucket {
    start: u32,
    /// One bit for every thirty-second of the tags.
    tags: u32,
}

/// The index.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Postings {
    /// The buckets, and the end.
    directory: Vec<Bucket>,
    entries: Vec<(u32, Posting)>,
    /// Bits of the hash above the directory's.
    shift: u32,
    /// Keys that share their tag with the one before.
    sharing: Vec<u64>,
    added: HashMap<u64, Vec<Posting>, crate::normal::FixedState>,
}

impl Postings {
    /// Sorts the pairs into the index. The order of the input plays no part.
    pub fn build(mut pairs: Vec<(u64, Posting)>) -> Self {
        pairs.par_sort_unstable();
        pairs.dedup();
        let bits = (usize::BITS - pairs.len().leading_zeros()).saturating_sub(2).clamp(4, 26);
        let shift = 64 - bits;
        let mut directory = vec![Bucket::default(); (1 << bits) + 1];
        for (hash, _) in &pairs {
            let place = bucket(*hash, shift);
            directory[place + 1].start += 1;
            directory[place].tags |= tag_bit(tag(*hash, bits));
        }
        let mut sum = 0;
        for bucket in &mut directory {
            sum += bucket.start;
            bucket.start = sum;
        }
        let is_sharing = |pair: &[(u64, Posting)]| {
            let (before, key) = (pair[0].0, pair[1].0);
            before != key && before >> (32 - bits) == key >> (32 - bits)
        };
        let sharing = pairs.windows(2).filter(|pair| is_sharing(pair)).map(|pair| pair[1].0).collect();
        let entries = pairs.into_iter().map(|(hash, posting)| (tag(hash, bits), posting)).collect();
        Postings { directory, entries, shift, sharing, added: HashMap::default() }
    }

    /// Adds one key later.
    pub fn add(&mut self, hash: u64, posting: Posting) {
        let list = self.added.entry(hash).or_default();
        if let Err(place) = list.binary_search(&posting) {
            list.insert(place, posting);
        }
    }

    /// Takes back a key that was added later; false when it was not.
    pub fn take_back(&mut self, hash: u64, posting: Posting) -> bool {
        let Some(list) = self.added.get_mut(&hash) else { return false };
        let Ok(place) = list.binary_search(&posting) else { return false };
        list.remove(place);
        if list.is_empty() {
            self.added.remove(&hash);
        }
        true
    }

    /// Everything under a key: what was built, then what was added, each in order of form and item.
    pub fn get(&self, hash: u64) -> impl Iterator<Item = Posting> + '_ {
        let none: &[Posting] = &[];
        let added = if self.added.is_empty() { none } else { self.added.get(&hash).map_or(none, Vec::as_slice) };
        self.built(hash).iter().map(|(_, posting)| *posting).chain(added.iter().copied())
    }

    /// How many there are under a key.
    pub fn count(&self, hash: u64) -> usize {
        let added = if self.added.is_empty() { 0 } else { self.added.get(&hash).map_or(0, Vec::len) };
        self.built(hash).len() + added
    }

    /// True when the index was built with this key.
    pub fn is_built(&self, hash: u64, posting: Posting) -> bool {
        let built = self.built(hash);
        // In order unless keys share the tag: a document among thousands of the same amount is found or missed at once.
        match self.is_shared(hash) {
            false => built.binary_search_by_key(&posting, |(_, known)| *known).is_ok(),
            true => built.iter().any(|(_, known)| *known == posting),
        }
    }

    /// True when keys of other hashes have the tag of this one.
    fn is_shared(&self, hash: u64) -> bool {
        let bits = 64 - self.shift;
        self.sharing.iter().any(|key| *key >> (32 - bits) == hash >> (32 - bits))
    }

    /// False when nothing is under a key, as far as one look tells.
    pub fn may_have(&self, hash: u64) -> bool {
        self.may_be_built(hash) || (!self.added.is_empty() && self.added.contains_key(&hash))
    }

    fn may_be_built(&self, hash: u64) -> bool {
        !self.entries.is_empty() && self.directory[bucket(hash, self.shift)].tags & tag_bit(tag(hash, 64 - self.shift)) != 0
    }

    fn built(&self, hash: u64) -> &[(u32, Posting)] {
        if !self.may_be_built(hash) {
            return &[];
        }
        let place = bucket(hash, self.shift);
        let (from, to) = (self.directory[place].start as usize, self.directory[place + 1].start as usize);
        let bucket = &self.entries[from..to];
        let tag = tag(hash, 64 - self.shift);
        let start = if bucket.len() <= 16 {
            bucket.iter().take_while(|(other, _)| *other < tag).count()
        } else {
            bucket.partition_point(|(other, _)| *other < tag)
        };
        let rest = &bucket[start..];
        let end = if rest.len() <= 16 {
            rest.iter().take_while(|(other, _)| *other == tag).count()
        } else {
            rest.partition_point(|(other, _)| *other == tag)
        };
        &rest[..end]
    }
}

fn bucket(hash: u64, shift: u32) -> usize {
    (hash >> shift) as usize
}

fn tag(hash: u64, bits: u32) -> u32 {
    (hash << bits >> 32) as u32
}

const fn tag_bit(tag: u32) -> u32 {
    1 << (tag >> 27)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::hash_numbers;

    #[test]
    fn finds_what_was_built_and_what_was_added() {
        let key = |number: u64| hash_numbers(number, 1);
        let mut pairs: Vec<(u64, Posting)> =
            (0..5000).map(|item| (key(u64::from(item) / 3), Posting::new(item, (item % 16) as u8))).collect();
        pairs.reverse();
        let mut postings = Postings::build(pairs);
        for item in 0..5000_u32 {
            let found: Vec<Posting> = postings.get(key(u64::from(item) / 3)).collect();
            assert!(found.contains(&Posting::new(item, (item % 16) as u8)));
            assert!(found.len() <= 3 && found.is_sorted());
        }
        assert_eq!(postings.count(key(99_999)), 0);
        let absent = |postings: &Postings| (10_000..11_000).filter(|number| postings.may_have(key(*number))).count();
        assert!(absent(&postings) < 250, "most keys that are not there are told by one look: {}", absent(&postings));
        postings.add(key(99_999), Posting::new(7, 2));
        postings.add(key(99_999), Posting::new(7, 2));
        assert!(postings.may_have(key(99_999)) && absent(&postings) < 250, "also when one came later");
        assert_eq!(postings.get(key(99_999)).collect::<Vec<_>>(), [Posting::new(7, 2)]);
        assert_eq!(Postings::build(Vec::new()).count(1), 0);
    }

    #[test]
    fn a_key_and_its_items_are_built_or_came_later() {
        // Keys that differ in their last bits only share a tag: their items do not stand in one order.
        let (one, other) = (hash_numbers(1, 1) & !1, hash_numbers(1, 1) | 1);
        let pairs = (0..3).flat_map(|item| [(one, Posting::new(item + 10, 0)), (other, Posting::new(item, 0))]).collect();
        let postings = Postings::build(pairs);
        assert_eq!(postings.built(one).len(), 6);
        assert!((10..13).all(|item| postings.is_built(one, Posting::new(item, 0))));
        assert!((0..3).all(|item| postings.is_built(other, Posting::new(item, 0))));
        assert!(!postings.is_built(one, Posting::new(13, 0)) && !postings.is_built(one, Posting::new(10, 1)));
        let many = Postings::build((0..100_000).map(|item| (one, Posting::new(2 * item, 0))).collect());
        assert!((0..200_000).all(|item| many.is_built(one, Posting::new(item, 0)) == (item % 2 == 0)));
    }

    #[test]
    fn one_key_may_have_many_items() {
        let (one, other) = (hash_numbers(1, 1), hash_numbers(2, 1));
        let postings = Postings::build((0..1000).map(|item| (one, Posting::new(item, 0))).collect());
        assert_eq!(postings.count(one), 1000);
        assert_eq!(postings.count(other), 0);
    }
}
