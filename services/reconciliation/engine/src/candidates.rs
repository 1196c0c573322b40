//! From a line's words to documents and customers of the ledger.

mod probes;
mod tails;

use crate::bits::{Millibits, log2};
use crate::extract::{Extract, Meaning, Window};
use crate::proposal::{CustomerIx, Feature, ItemIx};
use crate::shard::Shard;
use probes::{MOST_PROBES, Probe};

/// Candidates of a line.
pub const MOST_CANDIDATES: usize = 64;
/// From here on a reference is strong.
pub const STRONG: Millibits = 7_000;
const CAP_FULL: Millibits = 20_000;
const CAP_DIGITS: Millibits = 12_000;

/// A document that is quoted, or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The document.
    pub item: ItemIx,
    /// How it is quoted.
    pub feature: Feature,
    /// Weight of the quotation.
    pub bits: Millibits,
    /// First and last atom.
    pub atoms: (u16, u16),
    /// Documents that share the key.
    pub sharers: u32,
    /// The digits stand in a date, a phone number or the like.
    pub distracted: bool,
    /// Nothing is open.
    pub closed: bool,
    /// log2 of the documents whose keys lie in the same number space: what the weight was computed against.
    pub density: Millibits,
    /// Weight before the customer narrowed the number space.
    pub alone: Millibits,
}

impl Candidate {
    /// True when the whole number or the structured reference is quoted, and not in something else.
    pub fn is_full(&self) -> bool {
        matches!(self.feature, Feature::FullReference | Feature::StructuredReference) && !self.distracted
    }

    /// True when the quotation alone tells the document.
    pub fn is_strong(&self) -> bool {
        self.bits >= STRONG && !self.distracted
    }

    /// True for a quotation by the number itself, not by an order.
    pub fn is_by_number(&self) -> bool {
        !matches!(self.feature, Feature::OrderReference)
    }
}

/// What a line's words lead to.
#[derive(Default)]
pub struct Candidates {
    /// Documents, each once, in order of their first atom.
    pub list: Vec<Candidate>,
    /// Customers whose number is quoted, with the weight.
    pub customers: Vec<(CustomerIx, Millibits)>,
    /// Advices whose number is quoted.
    pub advices: Vec<u32>,
    /// Where their numbers stand.
    advice_spans: Vec<(u16, u16)>,
    /// A number is quoted that looks like the seller's and that nobody knows: its window.
    pub unknown: Option<usize>,
    /// A number stands alone in the text that cannot be told from the seller's own or is called an invoice, and nobody
    /// knows it.
    pub has_stray: bool,
    /// The number nobody knows lies beyond the seller's newest of its shape: the document has not come yet.
    pub is_unborn: bool,
    /// The number nobody knows has the letters of the seller's numbers.
    pub is_lettered: bool,
    hits: Vec<Hit>,
    probes: Vec<Probe>,
}

#[derive(Clone, Copy)]
struct Hit {
    window: u16,
    length: u8,
    candidate: Candidate,
}

impl Candidates {
    /// Looks the words up.
    pub fn find(&mut self, shard: &Shard, extract: &Extract) {
        self.list.clear();
        self.customers.clear();
        self.advices.clear();
        self.advice_spans.clear();
        self.hits.clear();
        self.unknown = None;
        self.has_stray = false;
        self.is_unborn = false;
        self.is_lettered = false;
        let numeric = extract.windows.iter().filter(|window| window.is_digits && shard.shapes.may_have(window.shape)).count();
        self.probes.clear();
        for (place, window) in (0..).zip(&extract.windows) {
            self.probe_advice(shard, window);
            self.probe_customer(shard, extract, window);
            if self.probes.len() >= MOST_PROBES {
                break;
            }
            self.plan_probes(shard, place, window);
        }
        self.probe(shard, extract, numeric);
        self.probe_prefixes(shard, extract);
        self.settle(shard, extract);
        tails::add(self, shard, extract);
        self.leave_advice_numbers();
        self.list.truncate(MOST_CANDIDATES);
        self.note_unknown(shard, extract);
    }

    /// Longer quotations cover the shorter ones inside them; of each document the best quotation is kept. Only of those kept
    /// it is asked whether they are closed.
    fn settle(&mut self, shard: &Shard, extract: &Extract) {
        self.hits.sort_by_key(|hit| (std::cmp::Reverse(rank(hit)), hit.window, hit.candidate.item));
        let mut covered = vec![u16::MAX; extract.atoms.len()];
        let mut groups = 0_u16;
        let mut current = None;
        for place in 0..self.hits.len() {
            let hit = self.hits[place];
            let (first, last) = hit.candidate.atoms;
            let key = (hit.window, hit.length, first, last);
            if current.is_none_or(|(known, _)| known != key) {
                let range = &covered[usize::from(first)..=usize::from(last)];
                let is_free = range.iter().all(|owner| *owner == u16::MAX);
                current = Some((key, is_free));
                if is_free {
                    groups += 1;
                    covered[usize::from(first)..=usize::from(last)].fill(groups);
                }
            }
            let is_free = current.is_some_and(|(_, free)| free);
            if is_free {
                self.keep(hit.candidate);
            }
        }
        self.list.iter_mut().for_each(|candidate| candidate.closed = shard.items.open(candidate.item) == 0);
        self.list.sort_by_key(|candidate| (candidate.atoms.0, candidate.item));
    }

    pub(super) fn keep(&mut self, candidate: Candidate) {
        let is_full = self.list.len() >= MOST_CANDIDATES * 2;
        match self.list.iter_mut().find(|known| known.item == candidate.item) {
            Some(known) if known.bits < candidate.bits => *known = candidate,
            Some(_) => {}
            None if !is_full => self.list.push(candidate),
            None => {}
        }
    }

    /// Inside a customer that is sure a number only competes with the customer's own: what it gains is the share of the
    /// number space that falls away.
    pub fn narrow(&mut self, own_items: impl Fn(ItemIx) -> Option<usize>) {
        for candidate in self.list.iter_mut().filter(|one| !one.distracted) {
            let cap = match candidate.feature {
                Feature::FullReference => CAP_FULL,
                Feature::DigitReference => CAP_DIGITS,
                _ => continue,
            };
            let Some(own) = own_items(candidate.item) else { continue };
            let gain = (candidate.density - log2(own.max(4) as u64)).max(0);
            candidate.bits = (candidate.bits + gain).min(cap.max(candidate.bits));
        }
        for candidate in &mut self.list {
            candidate.bits = candidate.bits.max(0);
        }
    }

    /// The candidate for an item.
    pub fn of(&self, item: ItemIx) -> Option<&Candidate> {
        self.list.iter().find(|candidate| candidate.item == item)
    }

    /// A number the size of the seller's own stands behind a word for invoices, or begins like the seller's, and is not
    /// in the ledger.
    fn note_unknown(&mut self, shard: &Shard, extract: &Extract) {
        let is_free = |window: &Window| extract.mark(window.first, window.last).is_none() && !self.touches(window);
        let looks_own = |window: &Window| {
            let form = window.form.as_bytes();
            shard.shapes.is_length_of_number(form.len())
                && shard.shapes.may_have(window.shape)
                && (begins_own(shard, form) || extract.follows(window.first, |meaning| meaning == Meaning::Invoice))
        };
        let is_stray = |window: &Window| {
            (shard.shapes.looks_own(window.form.as_bytes(), window.shape) || is_called_invoice(extract, window))
                && extract.stands_alone(window)
        };
        let unknown = extract.windows.iter().position(|window| looks_own(window) && is_free(window));
        let has_stray = extract.windows.iter().any(|window| is_stray(window) && is_free(window));
        let is_unborn = (unknown.is_some() || has_stray)
            && extract.windows.iter().any(|window| {
                let is_next = shard.shapes.is_beyond_newest(window.form.as_bytes(), window.shape);
                is_next && (looks_own(window) || is_stray(window)) && is_free(window)
            });
        let is_lettered = (unknown.is_some() || has_stray)
            && extract.windows.iter().any(|window| {
                let form = window.form.as_bytes();
                form.first().is_some_and(u8::is_ascii_alphabetic) && shard.shapes.looks_own(form, window.shape) && is_free(window)
            });
        (self.unknown, self.has_stray, self.is_unborn, self.is_lettered) = (unknown, has_stray, is_unborn, is_lettered);
    }

    /// A number that looks like the seller's own stands in the text, and nobody knows it.
    pub fn names_unknown(&self) -> bool {
        self.unknown.is_some() || self.has_stray
    }

    /// The number nobody knows says nothing.
    pub fn forget_unknown(&mut self) {
        (self.unknown, self.has_stray, self.is_unborn, self.is_lettered) = (None, false, false, false);
    }

    /// Digits inside the number of an advice name no document, unless they are the whole number of one.
    fn leave_advice_numbers(&mut self) {
        let spans = std::mem::take(&mut self.advice_spans);
        let is_inside = |one: &Candidate| spans.iter().any(|(first, last)| *first <= one.atoms.0 && one.atoms.1 <= *last);
        self.list.retain(|one| one.is_full() || !is_inside(one));
        self.advice_spans = spans;
    }

    /// True when a document explains the whole window, or a whole number or the number of an advice overlaps it.
    pub fn touches(&self, window: &Window) -> bool {
        let overlaps = |(first, last): (u16, u16)| first <= window.last && window.first <= last;
        let contains = |(first, last): (u16, u16)| first <= window.first && window.last <= last;
        let is_advice = self.advice_spans.iter().any(|span| overlaps(*span));
        is_advice || self.list.iter().any(|one| contains(one.atoms) || (overlaps(one.atoms) && one.is_full()))
    }
}

/// Month and year, as in `10/2026`. Behind a word for invoices that may be a number and its year as well: it neither names a
/// month there nor a document that is missing.
fn is_month(form: &[u8]) -> bool {
    let (Some(front), Some(back), [_, _, middle @ .., _, _]) = (form.get(..2), form.get(form.len().saturating_sub(2)..), form) else {
        return false;
    };
    let is_month = |pair: &[u8]| matches!(pair, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2']);
    form.len() == 6 && ((is_month(front) && middle == b"20") || (form.starts_with(b"20") && is_month(back)))
}

/// True for a number, no year, behind a word for invoices.
fn is_called_invoice(extract: &Extract, window: &Window) -> bool {
    let form = window.form.as_bytes();
    let is_year = form.len() == 4 && (form.starts_with(b"20") || form.starts_with(b"19"));
    window.is_digits && !is_year && !is_month(form) && extract.follows(window.first, |meaning| meaning == Meaning::Invoice)
}

fn begins_own(shard: &Shard, form: &[u8]) -> bool {
    shard.shapes.prefixes().iter().any(|prefix| form.starts_with(prefix))
}

fn rank(hit: &Hit) -> (bool, u8, bool, Millibits) {
    let candidate = &hit.candidate;
    let is_tight = hit.length;
    (!candidate.distracted, is_tight, candidate.is_full(), candidate.bits)
}
