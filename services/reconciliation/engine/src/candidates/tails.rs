//! Short forms that only have a meaning beside a number: `70412/455/491`, `70431-33`.

use super::{Candidate, Candidates};
use crate::extract::{Extract, Gap};
use crate::normal::{Form, hash};
use crate::proposal::{CustomerIx, Feature, Field, ItemIx};
use crate::shard::Shard;
use crate::shard::items::ItemText;
use crate::shard::numbers::{KeyForm, sequence};

/// Members of a range that are looked up.
const WIDEST_RANGE: u64 = 100;
/// The weight of a document within a range.
const RANGE: i32 = 4_000;
/// Open documents of a customer that are compared with a range.
const MOST_SPANNED: usize = 400;
/// Tails behind one number.
const MOST_TAILS: usize = 24;

/// Adds the documents that tails and ranges stand for.
pub fn add(candidates: &mut Candidates, shard: &Shard, extract: &Extract) {
    let bases: Vec<Candidate> = candidates.list.iter().filter(|one| one.is_by_number() && !one.distracted).copied().collect();
    for base in bases {
        add_between(candidates, shard, extract, &base);
        add_until(candidates, shard, extract, &base);
        let mut last = base.atoms.1;
        for _ in 0..MOST_TAILS {
            let next = last + 1;
            if !follow(candidates, shard, extract, &base, next) {
                break;
            }
            last = next;
        }
    }
}

/// `25136 - 25139`, `25136 bis 25139`: every number between two that are quoted.
fn add_between(candidates: &mut Candidates, shard: &Shard, extract: &Extract, base: &Candidate) {
    let Some(end) = extract.atoms.get(usize::from(base.atoms.1)).map(|atom| atom.end as usize) else { return };
    let next =
        candidates.list.iter().find(|one| one.atoms.0 > base.atoms.1 && one.atoms.0 <= base.atoms.1 + 3 && one.is_by_number()).copied();
    let Some(next) = next else { return };
    let Some(start) = extract.atoms.get(usize::from(next.atoms.0)).map(|atom| atom.start as usize) else { return };
    let between = extract.text.get(end..start).unwrap_or_default();
    if !is_until(between) {
        return;
    }
    let (from, to) = (shard.items.bytes(base.item, ItemText::Number), shard.items.bytes(next.item, ItemText::Number));
    let (Some(run), Some(other)) = (last_run(from), last_run(to)) else { return };
    if run.len() == other.len()
        && from[..run.start] == to[..other.start]
        && !add_range(candidates, shard, base, run, &to[other], next.atoms.0)
    {
        add_span(candidates, shard, base, to, next.atoms.0);
    }
}

/// The open documents of the customer from the base to another number, where the range is too wide to look every one up.
fn add_span(candidates: &mut Candidates, shard: &Shard, base: &Candidate, to: &[u8], place: u16) {
    let from = shard.items.bytes(base.item, ItemText::Number);
    if from.len() != to.len() || from >= to {
        return;
    }
    let mut holdings = Vec::new();
    shard.holdings.open(&shard.items, shard.items.customer(base.item), MOST_SPANNED, &mut holdings);
    holdings.sort_unstable_by(|left, right| shard.items.by_number(*left, *right));
    for item in holdings {
        let number = shard.items.bytes(item, ItemText::Number);
        if number.len() == to.len() && from < number && number < to {
            keep_tail(candidates, item, place, false, RANGE);
        }
    }
}

/// `2606-0447 bis 0484`: a word between a number and the end of another.
fn add_until(candidates: &mut Candidates, shard: &Shard, extract: &Extract, base: &Candidate) {
    let (word, place) = (base.atoms.1 + 1, base.atoms.1 + 2);
    let (Some(atom), Some(end)) = (extract.atoms.get(usize::from(word)), extract.atoms.get(usize::from(place))) else { return };
    let is_word = atom.is_letters && is_until(extract.bytes(word));
    if !is_word || end.is_letters || end.mark.is_some() || matches!(end.gap, Gap::Hard) {
        return;
    }
    let run = sequence(shard.items.bytes(base.item, ItemText::Number));
    let tail = extract.bytes(place);
    if (2..=run.len()).contains(&tail.len()) && !add_range(candidates, shard, base, run.clone(), tail, place) {
        let to = with_tail(shard.items.bytes(base.item, ItemText::Number), &run, tail);
        add_span(candidates, shard, base, &to, place);
    }
}

/// A dash, or a word that means "to".
fn is_until(between: &[u8]) -> bool {
    let word: Vec<u8> = between.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_uppercase).collect();
    matches!(word.as_slice(), b"-" | b"BIS" | b"TO" | b"TOT" | b"T/M" | b"AL" | b"AU" | b"A" | b"TILL" | b"DO")
}

/// Reads the atom as a tail of the base; false when it is none.
fn follow(candidates: &mut Candidates, shard: &Shard, extract: &Extract, base: &Candidate, place: u16) -> bool {
    let Some(atom) = extract.atoms.get(usize::from(place)) else { return false };
    let is_joined = matches!(atom.gap, Gap::Tight(b'/' | b'-' | b'.') | Gap::Comma | Gap::Blank);
    let length = (atom.end - atom.start) as usize;
    let in_text = extract.place(atom.start as usize).0 == Field::Text;
    if atom.is_letters || !is_joined || !in_text || !(2..=6).contains(&length) || atom.mark.is_some() {
        return false;
    }
    // In "2026/77975 + 2026/76453" the second 2026 is no tail: it begins a number of its own.
    let begins_other =
        candidates.list.iter().any(|known| known.feature != Feature::TailReference && known.is_full() && covers(known, place));
    if begins_other {
        return false;
    }
    let written = shard.items.bytes(base.item, ItemText::Number);
    let tail = extract.bytes(place);
    let Some(run) = last_run(written) else { return false };
    if length >= run.len() {
        return candidates.list.iter().any(|known| covers(known, place));
    }
    let has_dash = matches!(atom.gap, Gap::Tight(b'-'));
    let is_range = has_dash && add_range(candidates, shard, base, run.clone(), tail, place);
    let is_tail = length >= 3 || matches!(atom.gap, Gap::Tight(b'/'));
    let found = is_tail && add_tail(candidates, shard, base, &run, tail, place);
    if has_dash && found && !is_range {
        add_span(candidates, shard, base, &with_tail(written, &run, tail), place);
    }
    found || is_range
}

fn covers(candidate: &Candidate, place: u16) -> bool {
    candidate.atoms.0 <= place && place <= candidate.atoms.1
}

fn last_run(written: &[u8]) -> Option<std::ops::Range<usize>> {
    Some(sequence(written)).filter(|run| !run.is_empty())
}

fn add_tail(candidates: &mut Candidates, shard: &Shard, base: &Candidate, run: &std::ops::Range<usize>, tail: &[u8], place: u16) -> bool {
    let number = with_tail(shard.items.bytes(base.item, ItemText::Number), run, tail);
    let bits = 1_000 + 2_000 * i32::try_from(tail.len()).unwrap_or(0);
    lookup(candidates, shard, shard.items.customer(base.item), &number, place, bits)
}

/// A number whose run ends in other digits.
fn with_tail(number: &[u8], run: &std::ops::Range<usize>, tail: &[u8]) -> Vec<u8> {
    let mut number = number.to_vec();
    number[run.end - tail.len()..run.end].copy_from_slice(tail);
    number
}

/// Every number between the base and the number with this tail.
fn add_range(candidates: &mut Candidates, shard: &Shard, base: &Candidate, run: std::ops::Range<usize>, tail: &[u8], place: u16) -> bool {
    let written = shard.items.bytes(base.item, ItemText::Number);
    let digits = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<u64>().ok());
    let mut end = written[run.clone()].to_vec();
    let cut = end.len() - tail.len();
    end[cut..].copy_from_slice(tail);
    let (Some(from), Some(to)) = (digits(&written[run.clone()]), digits(&end)) else { return false };
    if to <= from || to - from > WIDEST_RANGE {
        return false;
    }
    let width = run.len();
    let mut found = false;
    for member in from + 1..=to {
        let mut number = written[..run.start].to_vec();
        number.extend_from_slice(format!("{member:0width$}").as_bytes());
        number.extend_from_slice(&written[run.end..]);
        found |= lookup(candidates, shard, shard.items.customer(base.item), &number, place, RANGE);
    }
    found
}

/// A short form means a document of the same customer or its group.
fn lookup(candidates: &mut Candidates, shard: &Shard, customer: CustomerIx, number: &[u8], place: u16, bits: i32) -> bool {
    let form = Form::of(number);
    let found: Option<ItemIx> =
        shard.numbers.get(hash(form.as_bytes())).find(|posting| KeyForm::of(*posting) == KeyForm::Full).map(|posting| posting.item());
    let Some(item) = found.filter(|item| shard.customers.are_related(customer, shard.items.customer(*item))) else { return false };
    keep_tail(candidates, item, place, shard.items.open(item) == 0, bits);
    true
}

fn keep_tail(candidates: &mut Candidates, item: ItemIx, place: u16, closed: bool, bits: i32) {
    candidates.keep(Candidate {
        item,
        feature: Feature::TailReference,
        bits,
        atoms: (place, place),
        sharers: 1,
        distracted: false,
        closed,
        density: 0,
        alone: bits,
    });
}
