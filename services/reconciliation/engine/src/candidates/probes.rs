//! A line's words are looked up: numbers of documents, of customers and of advices.

use super::{CAP_DIGITS, CAP_FULL, Candidate, Candidates, Hit};
use crate::bits::{Millibits, log2};
use crate::extract::{Extract, Mark, Meaning, Window};
use crate::normal::{Form, Shape, without_zeros};
use crate::proposal::{Feature, Field};
use crate::shard::Shard;
use crate::shard::items::ItemText;
use crate::shard::numbers::KeyForm;

/// Hash probes of a line.
pub(super) const MOST_PROBES: usize = 60;
/// A key of more items says too little to follow.
const MOST_SHARERS: usize = 40;
const CAP_ORDER: Millibits = 14_000;
/// What a reference loses when its digits stand in something else.
const DISTRACTED: Millibits = 6_000;

/// A key to be looked up.
#[derive(Clone, Copy)]
pub(super) struct Probe {
    window: u16,
    /// Without leading zeros.
    is_bare: bool,
    hash: u64,
}

impl Candidates {
    /// A window is looked up as it stands and without leading zeros.
    pub(super) fn plan_probes(&mut self, shard: &Shard, window: u16, of: &Window) {
        let form = of.form.as_bytes();
        if shard.shapes.may_have(of.shape) {
            self.probes.push(Probe { window, is_bare: false, hash: crate::normal::hash(form) });
        }
        let bare = without_zeros(form);
        if of.is_digits && bare.len() != form.len() && shard.shapes.may_have(Shape::of(bare)) {
            self.probes.push(Probe { window, is_bare: true, hash: crate::normal::hash(bare) });
        }
    }

    /// Looks everything planned up. All keys are asked for in the directory first: these reads do not wait for each other,
    /// and few keys are left to be read.
    pub(super) fn probe(&mut self, shard: &Shard, extract: &Extract, numeric: usize) {
        let mut probes = std::mem::take(&mut self.probes);
        probes.retain(|probe| shard.numbers.may_have(probe.hash));
        for probe in &probes {
            let window = &extract.windows[usize::from(probe.window)];
            let form = window.form.as_bytes();
            let key = if probe.is_bare { without_zeros(form) } else { form };
            self.collect(shard, extract, usize::from(probe.window), window, (key, probe.hash), numeric);
        }
        self.probes = probes;
    }

    fn collect(&mut self, shard: &Shard, extract: &Extract, place: usize, window: &Window, (key, hash): (&[u8], u64), numeric: usize) {
        let sharers = shard.numbers.count(hash);
        if sharers == 0 || sharers > MOST_SHARERS {
            return;
        }
        // A word of the window itself, as the `BC` of `BC26.0475`, belongs to the number, and so does the date in `FV/1/04/2026`.
        let begins_with_word = extract.atoms[usize::from(window.first)].is_letters;
        let mark = extract.mark(window.first, window.last).filter(|mark| !begins_with_word || *mark == Mark::Amount);
        let (in_field, _) = extract.span(window.first, window.last);
        let is_invoice_word = window.is_digits && extract.follows(window.first, |meaning| meaning == Meaning::Invoice);
        let density = shard.shapes.density(key, shard.items.len());
        let written = extract.written(window);
        for posting in shard.numbers.get(hash) {
            let form = KeyForm::of(posting);
            let is_month = || mark == Some(Mark::Month) && shard.items.bytes(posting.item(), ItemText::Number) == written;
            let distracted = is_distracted(mark, form) && !is_month();
            let tokens = if window.is_digits { numeric.max(1) } else { 1 };
            let mut bits = weight(shard, form, key, tokens, sharers, in_field);
            bits -= if distracted { DISTRACTED } else { 0 };
            bits -= if window.has_blanks && window.is_digits { 1_500 } else { 0 };
            bits += if is_invoice_word && !distracted { 1_500 } else { 0 };
            let candidate = Candidate {
                item: posting.item(),
                feature: feature(form),
                bits,
                alone: bits,
                atoms: (window.first, window.last),
                sharers: u32::try_from(sharers).unwrap_or(u32::MAX),
                distracted,
                closed: false,
                density,
            };
            self.hits.push(Hit { window: place as u16, length: window.form.as_bytes().len() as u8, candidate });
        }
    }

    /// Numbers glued to the word before them: the seller's leading letters anywhere in the text, blanks ignored.
    pub(super) fn probe_prefixes(&mut self, shard: &Shard, extract: &Extract) {
        if self.hits.iter().any(|hit| hit.candidate.is_full()) {
            return;
        }
        for (place, atom) in extract.atoms.iter().enumerate().filter(|(_, atom)| atom.is_letters) {
            let word = &extract.text[atom.start as usize..atom.end as usize];
            for prefix in shard.shapes.prefixes() {
                let is_glued = word.len() > prefix.len() && word[word.len() - prefix.len()..].eq_ignore_ascii_case(prefix);
                if is_glued {
                    self.probe_prefix(shard, extract, place, prefix);
                }
            }
        }
    }

    fn probe_prefix(&mut self, shard: &Shard, extract: &Extract, place: usize, prefix: &[u8]) {
        let mut form = Form::EMPTY;
        form.push_all(prefix);
        for (last, atom) in extract.atoms.iter().enumerate().skip(place + 1).take(6) {
            form.push_all(&extract.text[atom.start as usize..atom.end as usize]);
            if !shard.shapes.is_length_of_number(form.as_bytes().len()) {
                continue;
            }
            let shape = Shape::of(form.as_bytes());
            let window = Window { first: place as u16, last: last as u16, form, shape, is_digits: false, has_blanks: false };
            let key = form.as_bytes();
            self.collect(shard, extract, usize::from(u16::MAX), &window, (key, crate::normal::hash(key)), 1);
        }
    }

    pub(super) fn probe_customer(&mut self, shard: &Shard, extract: &Extract, window: &Window) {
        if !shard.customers.may_have_number(window.shape) {
            return;
        }
        let hash = Extract::key(window);
        let found = shard.customers.numbers.count(hash);
        if found == 0 || found > 2 {
            return;
        }
        let is_said = extract.mark(window.first, window.last) == Some(Mark::Customer);
        let is_rare = !window.is_digits || window.form.as_bytes().len() >= 8;
        let customers = u64::try_from(shard.customers.len()).unwrap_or(1);
        let bits = (log2(customers) - 3_322 + 9_000).clamp(9_000, 14_000)
            - if is_said || is_rare { 0 } else { 5_000 }
            - 3_000 * (found as i32 - 1);
        for posting in shard.customers.numbers.get(hash) {
            if !self.customers.iter().any(|(customer, _)| *customer == posting.item()) {
                self.customers.push((posting.item(), bits));
            }
        }
    }

    pub(super) fn probe_advice(&mut self, shard: &Shard, window: &Window) {
        if shard.advices.is_empty() {
            return;
        }
        let found = shard.advices.by_number(Extract::key(window));
        for place in found {
            if !self.advices.contains(place) {
                self.advices.push(*place);
            }
        }
        if !found.is_empty() {
            self.advice_spans.push((window.first, window.last));
        }
    }
}

fn is_distracted(mark: Option<Mark>, form: KeyForm) -> bool {
    let is_order = matches!(form, KeyForm::PurchaseOrder | KeyForm::Order | KeyForm::DeliveryNote);
    match mark {
        None => false,
        Some(Mark::Order) => !is_order,
        Some(Mark::Date | Mark::Month | Mark::Phone | Mark::Tax | Mark::Account | Mark::Amount | Mark::Customer | Mark::Idle) => {
            form != KeyForm::Creditor
        }
    }
}

const fn feature(form: KeyForm) -> Feature {
    match form {
        KeyForm::Full => Feature::FullReference,
        KeyForm::Digits | KeyForm::LastRun | KeyForm::YearRun => Feature::DigitReference,
        KeyForm::Creditor => Feature::StructuredReference,
        KeyForm::PurchaseOrder | KeyForm::DeliveryNote | KeyForm::Order => Feature::OrderReference,
    }
}

/// log2(m / u) of a quotation, by A4.
fn weight(shard: &Shard, form: KeyForm, key: &[u8], tokens: usize, sharers: usize, field: Field) -> Millibits {
    let rarity = shard.shapes.rarity(key, shard.items.len()) - log2(tokens as u64);
    let shared = log2(sharers as u64);
    match feature(form) {
        Feature::StructuredReference => CAP_FULL - shared,
        Feature::FullReference if field == Field::StructuredReference => CAP_FULL - shared,
        Feature::FullReference => (rarity - 737).min(CAP_FULL) - shared,
        Feature::OrderReference => (rarity - 1_000).min(CAP_ORDER) - shared,
        _ => (rarity - 2_322).min(CAP_DIGITS) - shared,
    }
}
