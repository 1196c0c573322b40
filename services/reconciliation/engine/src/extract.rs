//! Taking a line's words apart: where numbers may stand, what they cannot be, what the payer says about the amount.

mod amounts;
mod atoms;
mod marks;
mod periods;
mod words;

pub use amounts::QuotedAmount;
pub use atoms::{Atom, Gap};
pub use marks::Mark;
pub use periods::Period;
pub use words::{Meaning, meanings_of};

use quittance_types::BusinessDate;

use crate::normal::{Form, Shape, hash};
use crate::proposal::Field;
use crate::record::Line;

/// Atoms of a line that are looked at.
const MOST_ATOMS: usize = 96;
/// Atoms a number may be spread over.
const WIDEST: usize = 7;
/// Windows of a line.
const MOST_WINDOWS: usize = 256;
/// Atoms from the reason of a deduction to its amount: a document number may stand between them.
const REASON_TO_AMOUNT: usize = 8;
/// The reason of a word that only says that something was taken off.
const OTHER: &str = "other";
/// Longest number.
const LONGEST_NUMBER: usize = 35;
/// Characters a payment's text may have, by ISO 20022 and by field 70 of an MT103.
const LONGEST_TEXT: usize = 140;

/// A stretch of neighbouring atoms that may be one number.
#[derive(Clone, Copy)]
pub struct Window {
    /// First atom.
    pub first: u16,
    /// Last atom.
    pub last: u16,
    /// Its normal form.
    pub form: Form,
    /// Shape of the form.
    pub shape: Shape,
    /// Digits only.
    pub is_digits: bool,
    /// Blanks stand between its atoms.
    pub has_blanks: bool,
}

/// What a text says about the payment, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// An instalment, or a deposit or money on account, which may be a part of what is owed.
    pub instalment: bool,
    /// A reason for a deduction, and its amount when one stands next to the word.
    pub deduction: Option<(&'static str, Option<i64>)>,
    /// Atoms between the reason of a deduction and its amount: the document it is taken from may stand there.
    pub deducted_from: Option<(u16, u16)>,
    /// More documents are meant than are quoted.
    pub others: bool,
    /// Words that say what kind of line it is.
    pub meanings: u64,
}

impl Remarks {
    /// The first reason counts, but for a word that only says that something was taken off: `less 3 % discount`.
    fn note_deduction(&mut self, amounts: &[QuotedAmount], place: usize, reason: &'static str) {
        let known = self.deduction;
        if known.is_some_and(|(first, _)| first != OTHER || reason == OTHER) {
            return;
        }
        let after = |amount: &&QuotedAmount| (place + 1..=place + REASON_TO_AMOUNT).contains(&usize::from(amount.first));
        let next = amounts.iter().find(after);
        let stated = known.and_then(|(_, amount)| amount);
        self.deduction = Some((reason, stated.or(next.map(|amount| amount.minor))));
        if stated.is_none() {
            self.deducted_from = next.map(|amount| (place as u16 + 1, amount.first));
        }
    }

    /// True when a word of this meaning was said.
    pub const fn says(&self, meaning: Meaning) -> bool {
        self.meanings & meaning.bit() != 0
    }

    /// Money paid ahead: a deposit on a document that is spoken of is a part of it.
    pub const fn is_paid_ahead(&self) -> bool {
        let is_for_documents = self.says(Meaning::Invoice);
        !self.says(Meaning::Instalment)
            && (self.says(Meaning::Prepaid) || ((self.says(Meaning::Deposit) || self.says(Meaning::Account)) && !is_for_documents))
    }

    /// Money on account, of which the words do not say whether it is for what is owed or for what will be.
    pub const fn is_on_account(&self) -> bool {
        self.says(Meaning::Account) && !self.says(Meaning::Prepaid) && !self.says(Meaning::Deposit)
    }
}

/// The words of a line, taken apart. Buffers are kept from line to line.
#[derive(Default)]
pub struct Extract {
    /// Bytes of all fields, one after the other.
    pub text: Vec<u8>,
    /// Where each field starts in `text`.
    fields: Vec<(usize, Field)>,
    /// Runs of letters or digits.
    pub atoms: Vec<Atom>,
    /// Candidates for numbers, in order of their first atom, the shorter first.
    pub windows: Vec<Window>,
    /// Amounts of money that are quoted.
    pub amounts: Vec<QuotedAmount>,
    /// The month the payment is for, when the text names one and no other.
    pub period: Option<Period>,
    /// What the words say.
    pub remarks: Remarks,
    /// Set when the bank's limit may have cut the last number: its first atom.
    pub truncated: Option<u16>,
    /// The text is as long as one that a bank has cut.
    pub is_cut: bool,
}

impl Extract {
    /// Reads a line.
    pub fn read(&mut self, line: &Line) {
        self.text.clear();
        self.fields.clear();
        self.atoms.clear();
        self.windows.clear();
        self.amounts.clear();
        self.remarks = Remarks::default();
        self.truncated = None;
        self.is_cut = false;
        let digits = line.currency.minor_digits();
        self.add_field(Field::Text, line.text.iter().map(String::as_str));
        let text_end = self.atoms.len();
        let unwrapped: usize = line.text.iter().map(|piece| piece.chars().count()).sum();
        self.add_field(Field::EndToEndId, std::iter::once(line.end_to_end_id.as_str()));
        for reference in &line.structured_references {
            self.add_field(Field::StructuredReference, std::iter::once(reference.as_str()));
        }
        words::give_meaning(&self.text, &mut self.atoms);
        amounts::read(&self.text, &mut self.atoms, digits, &mut self.amounts);
        marks::mark(&self.text, &mut self.atoms);
        marks::mark_account_of_payer(&self.text, &mut self.atoms, &line.payer_account);
        self.period = periods::read(&self.text, &mut self.atoms[..text_end], line.value_on);
        self.amounts.retain(|amount| self.atoms[usize::from(amount.first)].mark != Some(Mark::Month));
        self.remark();
        self.remarks.others |= ends_in_list(line);
        self.note_truncation(line, text_end, unwrapped);
        self.open_windows();
    }

    fn add_field<'a>(&mut self, field: Field, pieces: impl Iterator<Item = &'a str>) {
        let start = self.text.len();
        for (place, piece) in pieces.enumerate() {
            if place > 0 {
                self.text.push(b' ');
            }
            self.text.extend_from_slice(piece.as_bytes());
        }
        if self.text.len() == start {
            return;
        }
        self.fields.push((start, field));
        atoms::split(&self.text, start, MOST_ATOMS, &mut self.atoms);
        self.text.push(b'\n');
    }

    fn remark(&mut self) {
        for (place, atom) in self.atoms.iter().enumerate() {
            if atom.is_letters && self.is_abbreviated_others(place) {
                self.remarks.others = true;
            }
            let Some(meaning) = self.meaning_of_pair(place).or(atom.meaning) else { continue };
            self.remarks.meanings |= meaning.bit();
            match meaning {
                Meaning::Instalment | Meaning::Deposit | Meaning::Account => self.remarks.instalment = true,
                Meaning::Others => self.remarks.others = true,
                Meaning::Deduction(reason) => self.remarks.note_deduction(&self.amounts, place, reason),
                _ => {}
            }
        }
    }

    /// What a word and the next mean together. `on account` is no money paid ahead where `of` says on whose account, or where
    /// an account is credited or follows; neither is a deposit before an account.
    fn meaning_of_pair(&self, place: usize) -> Option<Meaning> {
        let word = |place: usize| {
            self.atoms.get(place).filter(|atom| atom.is_letters).map(|atom| &self.text[atom.start as usize..atom.end as usize])
        };
        let meaning = words::of_pair(word(place)?, word(place + 1)?)?;
        let is_of = || word(place + 2).is_some_and(|third| third.eq_ignore_ascii_case(b"of"));
        let is_credited = || place.checked_sub(1).and_then(word).is_some_and(words::is_credited);
        let has_account = || self.atoms.iter().skip(place + 2).take(3).any(|atom| atom.mark == Some(Mark::Account));
        let is_transfer = match meaning {
            Meaning::Account => is_of() || is_credited() || has_account(),
            Meaning::Deposit => has_account(),
            _ => false,
        };
        (!is_transfer).then_some(meaning)
    }

    /// `u.a.`, `e.a.`: two letters with a dot between them.
    fn is_abbreviated_others(&self, place: usize) -> bool {
        let letter = |place: usize| {
            self.atoms
                .get(place)
                .filter(|atom| atom.is_letters && atom.end - atom.start == 1)
                .map(|atom| self.text[atom.start as usize].to_ascii_lowercase())
        };
        let is_joined = self.atoms.get(place + 1).is_some_and(|next| next.gap == Gap::Tight(b'.'));
        is_joined && matches!(letter(place), Some(b'u' | b'e' | b'm')) && matches!(letter(place + 1), Some(b'a' | b'm'))
    }

    /// Banks cut texts at multiples of 27, 35 and 65 characters and at 140.
    fn note_truncation(&mut self, line: &Line, text_end: usize, characters: usize) {
        let at_limit = characters >= 27
            && (characters.is_multiple_of(27)
                || characters.is_multiple_of(35)
                || characters.is_multiple_of(65)
                || characters == LONGEST_TEXT);
        self.is_cut = at_limit;
        let ends_open = line
            .text
            .last()
            .is_some_and(|piece| piece.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'/'));
        let Some(last) = text_end.checked_sub(1) else { return };
        if !at_limit || !ends_open {
            return;
        }
        let mut first = last;
        while first > 0 && matches!(self.atoms[first].gap, Gap::Glued | Gap::Tight(_)) {
            first -= 1;
        }
        self.truncated = u16::try_from(first).ok();
    }

    fn open_windows(&mut self) {
        for first in 0..self.atoms.len() {
            if self.atoms[first].is_letters && self.atoms[first].gap == Gap::Glued {
                continue;
            }
            self.windows_from(first);
            if self.windows.len() >= MOST_WINDOWS {
                return;
            }
        }
    }

    fn windows_from(&mut self, first: usize) {
        let mut form = Form::EMPTY;
        let (mut has_blanks, mut digits) = (false, 0);
        for last in first..self.atoms.len().min(first + WIDEST) {
            let atom = self.atoms[last];
            if last > first {
                match atom.gap {
                    Gap::Hard | Gap::Comma => return,
                    Gap::Blank => has_blanks = true,
                    Gap::Glued | Gap::Tight(_) => {}
                }
            }
            form.push_all(&self.text[atom.start as usize..atom.end as usize]);
            digits += if atom.is_letters { 0 } else { (atom.end - atom.start) as usize };
            let length = form.as_bytes().len();
            if length > LONGEST_NUMBER {
                return;
            }
            let next_is_glued_digits = self.atoms.get(last + 1).is_some_and(|next| next.gap == Gap::Glued && !next.is_letters);
            let is_enough = digits >= 3 || (digits >= 2 && length >= 4);
            if !is_enough || next_is_glued_digits {
                continue;
            }
            let mut shown = form;
            if digits < length {
                shown.read_letters_as_digits();
            }
            let is_digits = shown.is_digits();
            let (first, last) = (first as u16, last as u16);
            let shape = Shape::of(shown.as_bytes());
            self.windows.push(Window { first, last, form: shown, shape, is_digits, has_blanks });
        }
    }

    /// The field an offset of `text` lies in, and the offset within the field.
    pub fn place(&self, offset: usize) -> (Field, u16) {
        let (start, field) = self.fields.iter().rev().find(|(start, _)| *start <= offset).copied().unwrap_or((0, Field::Text));
        (field, u16::try_from(offset - start).unwrap_or(u16::MAX))
    }

    /// Field and span of a stretch of atoms.
    pub fn span(&self, first: u16, last: u16) -> (Field, (u16, u16)) {
        let (field, start) = self.place(self.atoms[usize::from(first)].start as usize);
        let (_, end) = self.place(self.atoms[usize::from(last)].end as usize);
        (field, (start, end))
    }

    /// Bytes of an atom.
    pub fn bytes(&self, atom: u16) -> &[u8] {
        let atom = self.atoms[usize::from(atom)];
        &self.text[atom.start as usize..atom.end as usize]
    }

    /// What is written where a window stands, with the marks between its atoms.
    pub fn written(&self, window: &Window) -> &[u8] {
        let (first, last) = (self.atoms[usize::from(window.first)], self.atoms[usize::from(window.last)]);
        &self.text[first.start as usize..last.end as usize]
    }

    /// The strongest mark over a stretch of atoms: set when all its digits stand in something marked.
    pub fn mark(&self, first: u16, last: u16) -> Option<Mark> {
        let mut found = None;
        for atom in &self.atoms[usize::from(first)..=usize::from(last)] {
            if atom.is_letters {
                continue;
            }
            found = Some(atom.mark?);
        }
        found
    }

    /// True for a stretch of the text that is not a part of something longer.
    pub fn stands_alone(&self, window: &Window) -> bool {
        let is_joined =
            |place: usize| self.atoms.get(place).is_some_and(|atom| matches!(atom.gap, Gap::Glued | Gap::Tight(b'-' | b'/' | b'.' | b'_')));
        let (first, last) = (usize::from(window.first), usize::from(window.last));
        let (field, _) = self.span(window.first, window.last);
        field == Field::Text && !is_joined(first) && !is_joined(last + 1)
    }

    /// True when an atom before the stretch, within two, means this.
    pub fn follows(&self, first: u16, wanted: fn(Meaning) -> bool) -> bool {
        let first = usize::from(first);
        let mut place = first;
        while place > 0 && first - place < 3 {
            let hard = self.atoms[place].gap == Gap::Hard;
            place -= 1;
            let before = self.atoms[place];
            if before.meaning.is_some_and(wanted) {
                return true;
            }
            if hard || !before.is_letters {
                return false;
            }
        }
        false
    }

    /// True for the digits of `12%` and of `2 von 3`, which number nothing.
    pub fn counts_something(&self, atom: u16) -> bool {
        let (place, end) = (usize::from(atom), self.atoms[usize::from(atom)].end as usize);
        let is_percentage = self.text[end..].iter().find(|byte| **byte != b' ') == Some(&b'%');
        let is_of = |word: &Atom| words::is_of(&self.text[word.start as usize..word.end as usize]);
        let is_short = |next: &Atom| !next.is_letters && next.end - next.start <= 2 && next.mark.is_none();
        is_percentage || matches!(self.atoms.get(place + 1..place + 3), Some([word, next]) if is_of(word) && is_short(next))
    }

    /// The month of the documents that the text speaks of.
    pub fn month_of_documents(&self, on: BusinessDate) -> Option<Period> {
        if self.remarks.says(Meaning::Invoice) { self.only_month(on) } else { None }
    }

    /// The month that the text names, however loosely, when it names no other.
    pub fn only_month(&self, on: BusinessDate) -> Option<Period> {
        let is_text = |atom: &&Atom| self.place(atom.start as usize).0 == Field::Text;
        let end = self.atoms.iter().take_while(is_text).count();
        periods::of_documents(&self.text, &self.atoms[..end], on)
    }

    /// Hash of a window's normal form.
    pub fn key(window: &Window) -> u64 {
        hash(window.form.as_bytes())
    }
}

/// True when the text ends where the next member of a list would stand.
fn ends_in_list(line: &Line) -> bool {
    line.text.last().is_some_and(|piece| piece.trim_end().ends_with([',', ';', '+', '&']))
}

#[cfg(test)]
mod tests;
