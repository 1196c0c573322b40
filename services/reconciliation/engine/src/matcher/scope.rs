//! References that only mean something inside a customer or beside an amount: tails, cut numbers, typing errors.

use super::Workbench;
use crate::bits::{Millibits, log2, log2_ratio};
use crate::candidates::Candidate;
use crate::distance::one_edit;
use crate::extract::{Gap, Meaning, Window};
use crate::normal::{Form, without_zeros};
use crate::proposal::{Feature, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;
use crate::shard::items::{ItemText, Tail};
use crate::shard::numbers::{last_digits, last_runs};

/// Items with the amount that are compared with mistyped numbers.
const MOST_WITH_AMOUNT: usize = 64;
/// Without a likely customer an amount of more items says too little.
const RARE_AMOUNT: usize = 16;
const CAP_EDIT: Millibits = 6_000;
/// Digits of a number too short to be looked up, and the weight of the end of a number that is so short.
const SHORT: usize = 2;
const SHORT_END: Millibits = 3_500;

impl Workbench {
    pub(super) fn widen_candidates(&mut self, shard: &Shard, line: &Line) {
        let (payer, candidates) = (&self.payer, &mut self.candidates);
        let snapshot = std::mem::take(&mut candidates.customers);
        candidates.narrow(|item| {
            let customer = shard.items.customer(item);
            let score = payer.scores.iter().find(|score| score.customer == customer)?;
            score.is_sure().then(|| shard.holdings.count(customer).min(LOOKED_AT))
        });
        candidates.customers = snapshot;
        let is_covered = self.candidates.list.iter().any(|one| one.is_full() && !one.closed);
        let tails: Vec<(u16, Tail)> = self.tails();
        let ends: Vec<Tail> = tails.iter().map(|(_, tail)| *tail).collect();
        for place in 0..self.scope.len().min(4) {
            let customer = self.scope[place];
            let is_payer = self.payer.scores.iter().any(|score| score.customer == customer && score.total() >= 4_000);
            let has_tails = is_payer && !tails.is_empty();
            if has_tails || self.extract.truncated.is_some() {
                let mut holdings = std::mem::take(&mut self.holdings);
                if has_tails {
                    let among = shard.holdings.ending_in(&shard.items, customer, LOOKED_AT, &ends, &mut holdings);
                    self.find_tails(shard, &holdings, among, &tails);
                }
                if self.extract.truncated.is_some() {
                    shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut holdings);
                    self.find_truncated(shard, &holdings);
                }
                self.holdings = holdings;
            }
        }
        if !is_covered {
            self.find_short_ends(shard, line);
        }
        if !is_covered || self.needs_other(shard, line) {
            self.find_edits(shard, line);
        }
    }

    /// `Faktura 88`: a number too short to be looked up, and the one item of the customers in question that asks for the
    /// money and whose number ends in it.
    fn find_short_ends(&mut self, shard: &Shard, line: &Line) {
        for place in self.short_numbers() {
            self.read_asking(shard, line);
            let tail = without_zeros(self.extract.bytes(place));
            let ends = |item: &ItemIx| {
                let digits = last_digits(shard.items.bytes(*item, ItemText::Number));
                without_zeros(digits) == tail || (tail.len() == SHORT && digits.ends_with(tail))
            };
            let mut named = self.asking.iter().filter(|(in_scope, _)| *in_scope).map(|(_, item)| *item).filter(ends);
            if let (Some(item), None) = (named.next(), named.next()) {
                self.keep(shard, item, Feature::TailReference, SHORT_END, (place, place), 1);
            }
        }
    }

    /// Numbers of one or two digits that stand alone behind a word for invoices.
    pub(super) fn short_numbers(&self) -> Vec<u16> {
        if !self.extract.remarks.says(Meaning::Invoice) {
            return Vec::new();
        }
        let is_joined = |place: usize| self.extract.atoms.get(place).is_some_and(|atom| matches!(atom.gap, Gap::Glued | Gap::Tight(_)));
        let is_short = |place: &u16| {
            let (at, atom) = (usize::from(*place), self.extract.atoms[usize::from(*place)]);
            let is_number = !atom.is_letters && (atom.end - atom.start) as usize <= SHORT && atom.mark.is_none();
            is_number
                && !is_joined(at)
                && !is_joined(at + 1)
                && !self.extract.counts_something(*place)
                && self.extract.follows(*place, |meaning| meaning == Meaning::Invoice)
        };
        (0..u16::try_from(self.extract.atoms.len()).unwrap_or(u16::MAX)).filter(is_short).collect()
    }

    /// True when nothing quoted has the amount.
    fn needs_other(&self, shard: &Shard, line: &Line) -> bool {
        !self.candidates.list.iter().any(|one| shard.items.open(one.item) == line.amount)
    }

    /// Digits that may be the end of a number: where they stand, and their own end.
    fn tails(&self) -> Vec<(u16, Tail)> {
        let places = (0..self.extract.atoms.len()).filter(|place| self.may_be_tail(*place));
        places.map(|place| (place as u16, Tail::of(self.extract.bytes(place as u16)))).collect()
    }

    /// The items, of so many, whose numbers end in one of the tails.
    fn find_tails(&mut self, shard: &Shard, items: &[ItemIx], among: usize, tails: &[(u16, Tail)]) {
        let mut found: Vec<(u16, ItemIx)> = Vec::new();
        for item in items {
            let own = shard.items.tail(*item);
            for (place, _) in tails.iter().filter(|(_, tail)| *tail == own) {
                if ends_in(shard.items.bytes(*item, ItemText::Number), self.extract.bytes(*place)) {
                    found.push((*place, *item));
                }
            }
        }
        found.sort_unstable();
        for same in found.chunk_by(|left, right| left.0 == right.0).filter(|same| same.len() <= 4) {
            let place = same[0].0;
            let space = 10_u64.pow(self.extract.bytes(place).len() as u32);
            let bits = (log2_ratio(space, among.max(1) as u64) - 2_500 - log2(same.len() as u64)).clamp(300, 8_000);
            for (_, item) in same {
                self.keep(shard, *item, Feature::TailReference, bits, (place, place), same.len());
            }
        }
    }

    fn may_be_tail(&self, place: usize) -> bool {
        let atom = self.extract.atoms[place];
        let length = atom.end - atom.start;
        let is_inside = matches!(atom.gap, crate::extract::Gap::Glued);
        !atom.is_letters && !is_inside && (3..=6).contains(&length) && atom.mark.is_none() && !self.is_covered(place as u16)
    }

    fn find_truncated(&mut self, shard: &Shard, holdings: &[ItemIx]) {
        let Some(first) = self.extract.truncated else { return };
        let last = self.last_text_atom();
        if last < first || self.is_covered(first) {
            return;
        }
        let mut form = Form::EMPTY;
        for atom in first..=last {
            form.push_all(self.extract.bytes(atom));
        }
        let digits = form.as_bytes().iter().filter(|byte| byte.is_ascii_digit()).count();
        if digits < 2 || form.as_bytes().len() < 3 {
            return;
        }
        let mut found: Vec<ItemIx> = Vec::new();
        for item in holdings {
            let number = Form::of(shard.items.bytes(*item, ItemText::Number));
            let digits = number.digits();
            let is_start = |of: &Form| of.as_bytes().len() > form.as_bytes().len() && of.as_bytes().starts_with(form.as_bytes());
            if is_start(&number) || (form.is_digits() && is_start(&digits)) {
                found.push(*item);
            }
        }
        if found.is_empty() || found.len() > 12 {
            return;
        }
        let bits = (6_000 - log2(found.len() as u64)).max(500);
        for item in found.iter().copied() {
            self.keep(shard, item, Feature::TruncatedReference, bits, (first, last), found.len());
        }
    }

    pub(super) fn last_text_atom(&self) -> u16 {
        let end = self.extract.atoms.iter().position(|atom| self.extract.place(atom.start as usize).0 != crate::proposal::Field::Text);
        let end = end.unwrap_or(self.extract.atoms.len());
        u16::try_from(end.saturating_sub(1)).unwrap_or(0)
    }

    /// Items with the amount whose number is one typing error away from what is written.
    fn find_edits(&mut self, shard: &Shard, line: &Line) {
        self.read_asking(shard, line);
        let is_free = |window: &&Window| self.extract.mark(window.first, window.last).is_none();
        let windows: Vec<Window> = self.extract.windows.iter().filter(is_free).copied().collect();
        if windows.is_empty() {
            return;
        }
        for place in 0..self.asking.len() {
            let (_, item) = self.asking[place];
            if self.candidates.of(item).is_none_or(|known| known.bits < 3_000) {
                self.compare(shard, item, &windows);
            }
        }
    }

    /// Items that ask for the line's amount, in full or less a discount, and whether their customer is in question: all
    /// when they are few, else those of the customers in question.
    pub(super) fn read_asking(&mut self, shard: &Shard, line: &Line) {
        if self.has_asking {
            return;
        }
        self.has_asking = true;
        let Some(currency) = shard.items.code_of(line.currency) else { return };
        let count = shard.amounts.count(currency, line.amount);
        if count <= MOST_WITH_AMOUNT {
            for (item, _) in shard.amounts.find(&shard.items, currency, line.amount, 2 * MOST_WITH_AMOUNT) {
                let in_scope = self.scope.contains(&shard.items.customer(item));
                if in_scope || count <= RARE_AMOUNT {
                    self.asking.push((in_scope, item));
                }
            }
        } else {
            for customer in &self.scope {
                let own = shard.asking(*customer, line.currency, line.amount);
                self.asking.extend(own.into_iter().take(MOST_WITH_AMOUNT).map(|item| (true, item)));
            }
        }
        self.asking.sort_unstable_by(|left, right| shard.items.by_number(left.1, right.1));
        self.asking.dedup();
    }

    fn compare(&mut self, shard: &Shard, item: ItemIx, windows: &[Window]) {
        let written = shard.items.bytes(item, ItemText::Number);
        let number = Form::of(written);
        let digits = number.digits();
        let (run, _) = last_runs(written);
        let run = without_zeros(run.as_bytes());
        let mut best: Option<(Millibits, (u16, u16))> = None;
        for window in windows {
            let form = window.form.as_bytes();
            let meant = [number.as_bytes(), without_zeros(digits.as_bytes()), run];
            let hit = meant.into_iter().find(|meant| meant.len() >= 4 && one_edit(meant, form).is_some());
            let Some(meant) = hit else { continue };
            let rarity = shard.shapes.rarity(meant, shard.items.len());
            let bits = (rarity - log2(9 * meant.len() as u64) - 1_000).clamp(300, CAP_EDIT);
            if best.is_none_or(|(known, _)| known < bits) {
                best = Some((bits, (window.first, window.last)));
            }
        }
        if let Some((bits, atoms)) = best {
            self.keep(shard, item, Feature::EditedReference, bits, atoms, 1);
        }
    }

    fn is_covered(&self, atom: u16) -> bool {
        self.candidates
            .list
            .iter()
            .any(|one| one.atoms.0 <= atom && atom <= one.atoms.1 && one.bits >= 3_000 && one.feature != Feature::TailReference)
    }

    fn keep(&mut self, shard: &Shard, item: ItemIx, feature: Feature, bits: Millibits, atoms: (u16, u16), sharers: usize) {
        let closed = shard.items.open(item) == 0;
        let sharers = u32::try_from(sharers).unwrap_or(u32::MAX);
        self.candidates.keep(Candidate { item, feature, bits, atoms, sharers, distracted: false, closed, density: 0, alone: bits });
    }
}

/// True when the run that counts the documents ends in a tail, and more stands before it.
fn ends_in(number: &[u8], tail: &[u8]) -> bool {
    number.len() > tail.len() && last_digits(number).ends_with(tail)
}
