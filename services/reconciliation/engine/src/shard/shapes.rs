//! What the numbers of a ledger look like.

use hashbrown::HashMap;

use super::numbers::KeyForm;
use crate::bits::{Millibits, log2};
use crate::normal::{FixedState, Form, Shape, ShapeSet};

/// Numbers of digits only are compared with the seller's span from this length on; shorter ones are too common.
const LEAST_LONG: usize = 6;
/// Digits of a number that is compared with where the next ones will lie, which is such a part of all of its length at most.
const LEAST_NEXT: usize = 5;
const NEXT_SHARE: u64 = 20;
/// First length without a span.
const LONGEST_SPAN: usize = 19;

/// What the keys of a ledger look like: which shapes there are, how dense numbers of digits lie, which letters lead.
#[derive(Debug)]
pub struct Shapes {
    seen: ShapeSet,
    /// Keys of digits only, by length.
    digit_keys: [u64; 41],
    /// Leading parts with letters that many numbers share, longest first.
    prefixes: Vec<Vec<u8>>,
    /// Lengths of the numbers, as bits.
    lengths: u64,
    /// Single letters that lead numbers, as bits.
    initials: u32,
    /// Lowest and highest number of digits only, by length.
    spans: [Option<(u64, u64)>; LONGEST_SPAN],
    /// The highest number of each shape and beginning, as text.
    newest: HashMap<(Shape, [u8; 2]), Form, FixedState>,
}

impl Default for Shapes {
    fn default() -> Self {
        Shapes {
            seen: ShapeSet::default(),
            digit_keys: [0; 41],
            prefixes: Vec::new(),
            lengths: 0,
            initials: 0,
            spans: [None; LONGEST_SPAN],
            newest: HashMap::default(),
        }
    }
}

impl Shapes {
    /// Notes a key.
    pub fn note(&mut self, form: KeyForm, key: &[u8]) {
        self.seen.insert(Shape::of(key));
        if key.iter().all(u8::is_ascii_digit) {
            self.digit_keys[key.len().min(40)] += 1;
        }
        if form == KeyForm::Full {
            self.lengths |= 1 << key.len().min(40);
            self.note_prefix(key);
            self.note_span(key);
            self.note_newest(key);
        }
    }

    fn note_newest(&mut self, key: &[u8]) {
        let mut form = Form::EMPTY;
        form.push_all(key);
        let newest = self.newest.entry((Shape::of(key), beginning(key))).or_insert(form);
        if newest.as_bytes() < key {
            *newest = form;
        }
    }

    /// True when a number lies beyond every one of its shape, and not so far that it is none of them.
    pub fn is_beyond_newest(&self, key: &[u8], shape: Shape) -> bool {
        let is_beyond =
            self.newest.get(&(shape, beginning(key))).is_some_and(|newest| newest.as_bytes() < key && newest.as_bytes().len() == key.len());
        let is_near = || match (self.spans.get(key.len()).copied().flatten(), number_of(key)) {
            (Some((low, high)), Some(number)) => number <= high + (high - low) / 2,
            _ => true,
        };
        is_beyond && is_near()
    }

    fn note_span(&mut self, key: &[u8]) {
        let Some(span) = self.spans.get_mut(key.len()) else { return };
        let Some(number) = number_of(key) else { return };
        let (low, high) = span.unwrap_or((number, number));
        *span = Some((low.min(number), high.max(number)));
    }

    fn note_prefix(&mut self, key: &[u8]) {
        let letters = key.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 1 {
            self.initials |= 1 << (key[0].to_ascii_uppercase() - b'A');
        }
        let has_room = self.prefixes.len() < 16;
        if !(2..=6).contains(&letters) || !has_room || self.prefixes.iter().any(|known| known == &key[..letters]) {
            return;
        }
        self.prefixes.push(key[..letters].to_vec());
        self.prefixes.sort_by_key(|prefix| (std::cmp::Reverse(prefix.len()), prefix.clone()));
    }

    /// False when no key has this shape, so that looking it up is idle.
    pub fn may_have(&self, shape: Shape) -> bool {
        self.seen.contains(shape)
    }

    /// Leading letters of the seller's numbers.
    pub fn prefixes(&self) -> &[Vec<u8>] {
        &self.prefixes
    }

    /// True when a key cannot be told from the seller's own numbers: the same letters lead it, it has their digits and letters
    /// in their places, or it is a long number of digits within their span or one a little above, where the next ones will
    /// lie.
    pub fn looks_own(&self, key: &[u8], shape: Shape) -> bool {
        if self.is_next(key) {
            return true;
        }
        if !self.is_length_of_number(key.len()) || !self.may_have(shape) {
            return false;
        }
        let is_mixed = || key.iter().any(u8::is_ascii_alphabetic) && self.newest.contains_key(&(shape, beginning(key)));
        match key.iter().take_while(|byte| byte.is_ascii_alphabetic()).count() {
            0 => self.is_in_span(key) || is_mixed(),
            1 => self.initials & (1 << (key[0].to_ascii_uppercase() - b'A')) != 0,
            letters => self.prefixes.iter().any(|prefix| prefix == &key[..letters]),
        }
    }

    /// A number of digits just above the highest of its length, or of one digit less: where the next ones will lie, if that
    /// is a small part of all such numbers.
    fn is_next(&self, key: &[u8]) -> bool {
        let (Some((low, high)), Some(number)) = (self.span_up_to(key.len()), number_of(key)) else { return false };
        let ahead = (high - low) / 2;
        let space = 10_u64.saturating_pow(u32::try_from(key.len()).unwrap_or(u32::MAX));
        key.len() >= LEAST_NEXT && (high + 1..=high + ahead).contains(&number) && ahead <= space / NEXT_SHARE
    }

    /// Lowest and highest number of a length, with those of one digit less that go on in it.
    fn span_up_to(&self, length: usize) -> Option<(u64, u64)> {
        let span = |length: usize| self.spans.get(length).copied().flatten();
        let shorter = length.checked_sub(1).and_then(span);
        let (Some((low, end)), Some((start, high))) = (shorter, span(length)) else { return span(length).or(shorter) };
        // Numbers with zeros in front may be lower than shorter ones.
        Some(if start > end && start - end <= end - low { (low, high) } else { (start, high) })
    }

    fn is_in_span(&self, key: &[u8]) -> bool {
        let span = self.spans.get(key.len()).copied().flatten();
        let (Some((low, high)), Some(number)) = (span, number_of(key)) else { return false };
        key.len() >= LEAST_LONG && (low..=high + (high - low) / 2).contains(&number)
    }

    /// True when a number of this length would be one of the seller's whole numbers.
    pub fn is_length_of_number(&self, length: usize) -> bool {
        self.lengths & (1 << length.min(40)) != 0
    }

    /// log2 of the keys that share the number space of a key.
    pub fn density(&self, key: &[u8], items: usize) -> Millibits {
        let is_digits = key.iter().all(u8::is_ascii_digit);
        log2(if is_digits { self.digit_keys[key.len().min(40)].max(1) } else { items.max(1) as u64 })
    }

    /// log2 of how rare it is that a key agrees by chance: the size of its number space over the keys that lie in it.
    pub fn rarity(&self, key: &[u8], items: usize) -> Millibits {
        let digits = key.iter().filter(|byte| byte.is_ascii_digit()).count();
        let letters = key.len() - digits;
        let space = 3322 * i32::try_from(digits.min(18)).unwrap_or(18) + 4700 * i32::try_from(letters.min(6)).unwrap_or(6);
        let used = if letters == 0 { self.digit_keys[key.len().min(40)] } else { u64::try_from(items).unwrap_or(1) };
        (space - log2(used.max(1))).max(0)
    }
}

/// The first two characters: credit notes and years have a beginning of their own.
fn beginning(key: &[u8]) -> [u8; 2] {
    [key.first().copied().unwrap_or_default(), key.get(1).copied().unwrap_or_default()]
}

fn number_of(key: &[u8]) -> Option<u64> {
    std::str::from_utf8(key).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(numbers: impl IntoIterator<Item = u32>) -> Shapes {
        let mut shapes = Shapes::default();
        for number in numbers {
            shapes.note(KeyForm::Full, number.to_string().as_bytes());
        }
        shapes
    }

    #[test]
    fn numbers_that_have_become_longer_go_on() {
        let shapes = noted((8_600..10_000).step_by(7).chain([10_000, 10_001]));
        let is_own = |key: &[u8]| shapes.looks_own(key, Shape::of(key));
        assert!(is_own(b"10250") && !is_own(b"10950") && !is_own(b"12251"));
        let parted = noted((1_000..1_400).chain(10_000..10_400));
        assert!(parted.looks_own(b"10500", Shape::of(b"10500")) && !parted.looks_own(b"12000", Shape::of(b"12000")));
        let mut padded = noted(999_000..999_400);
        (10_000..10_400_u32).for_each(|number| padded.note(KeyForm::Full, format!("00{number}").as_bytes()));
        assert!(padded.looks_own(b"0010500", Shape::of(b"0010500")));
    }

    #[test]
    fn short_numbers_are_common_and_long_ones_rare() {
        let mut shapes = noted(10_000..13_000);
        shapes.note(KeyForm::Full, b"RX7202644120");
        assert!((4_800..5_200).contains(&shapes.rarity(b"58213", 3_000)));
        assert!(shapes.rarity(b"RX7202644120", 3_000) > 20_000);
        let may_have = |key: &[u8]| shapes.may_have(Shape::of(key));
        assert!(may_have(b"99999") && may_have(b"AB1202644120") && !may_have(b"999999"));
        assert_eq!(shapes.prefixes(), [b"RX".to_vec()]);
    }

    #[test]
    fn numbers_that_could_be_the_next_ones_look_own() {
        let mut shapes = noted(4_690_000..4_690_900);
        shapes.note(KeyForm::Full, b"R260430643");
        for own in [&b"4690500"[..], b"4691100", b"R260530729"] {
            assert!(shapes.looks_own(own, Shape::of(own)), "{}", String::from_utf8_lossy(own));
        }
        for number in (8_600..9_900_u32).step_by(7) {
            shapes.note(KeyForm::Full, number.to_string().as_bytes());
            shapes.note(KeyForm::Full, format!("26K{}", 15_000 + number % 400).as_bytes());
        }
        for next in [&b"10251"[..], b"26K15616"] {
            assert!(shapes.looks_own(next, Shape::of(next)), "{}", String::from_utf8_lossy(next));
        }
        for other in [&b"12251"[..], b"27K15616", b"8605"] {
            assert!(!shapes.looks_own(other, Shape::of(other)), "{}", String::from_utf8_lossy(other));
        }
        for other in [&b"4689999"[..], b"4700001", b"469050", b"S260530729", b"RR26053072"] {
            assert!(!shapes.looks_own(other, Shape::of(other)), "{}", String::from_utf8_lossy(other));
        }
    }
}
