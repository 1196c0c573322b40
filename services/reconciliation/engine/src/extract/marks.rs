use super::atoms::{Atom, Gap};
use super::words::Meaning;
use crate::normal::Form;

/// What digits are that look like a number and are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A date.
    Date,
    /// A month and its year; it may be the number of a document that is written so.
    Month,
    /// A telephone number.
    Phone,
    /// A tax number or VAT id.
    Tax,
    /// A bank account.
    Account,
    /// An amount of money.
    Amount,
    /// A customer number.
    Customer,
    /// A purchase order, by the word before it.
    Order,
    /// A number that named no document before.
    Idle,
}

/// Marks what is no document number.
pub fn mark(text: &[u8], atoms: &mut [Atom]) {
    for place in 0..atoms.len() {
        mark_date(text, atoms, place);
        mark_account(atoms, place);
        let mark = match atoms[place].meaning {
            Some(Meaning::Phone) => Mark::Phone,
            Some(Meaning::Tax) => Mark::Tax,
            Some(Meaning::Bank) => Mark::Account,
            Some(Meaning::Customer) => Mark::Customer,
            Some(Meaning::Order) => Mark::Order,
            _ => continue,
        };
        mark_following(atoms, place, mark);
    }
}

/// Letters and digits an account has at least.
const SHORTEST_ACCOUNT: usize = 8;

/// Marks the account of the payer where the text repeats it, in one word, in groups or across the end of a line.
pub fn mark_account_of_payer(text: &[u8], atoms: &mut [Atom], account: &str) {
    let mut form = Form::EMPTY;
    form.push_all(account.as_bytes());
    let account = form.as_bytes();
    if account.len() < SHORTEST_ACCOUNT {
        return;
    }
    for first in 0..atoms.len() {
        let Some(count) = spelled(text, &atoms[first..], account) else { continue };
        for atom in atoms[first..first + count].iter_mut().filter(|atom| !atom.is_letters) {
            atom.mark = Some(Mark::Account);
        }
        return;
    }
}

/// How many of the atoms spell a word, from the first on; none when they do not.
fn spelled(text: &[u8], atoms: &[Atom], word: &[u8]) -> Option<usize> {
    let mut rest = word;
    for (place, atom) in atoms.iter().enumerate() {
        let part = text.get(atom.start as usize..atom.end as usize)?;
        let start = rest.get(..part.len()).filter(|start| start.eq_ignore_ascii_case(part))?;
        rest = &rest[start.len()..];
        if rest.is_empty() {
            return Some(place + 1);
        }
    }
    None
}

/// A telephone number of so many digits is complete: what follows a blank is no part of it.
const WHOLE_PHONE: u32 = 10;

/// The digits after a word, up to the next word that means something or three words on.
fn mark_following(atoms: &mut [Atom], word: usize, mark: Mark) {
    let mut letters = 0;
    let mut digits = 0;
    let mut seen = false;
    for atom in atoms.iter_mut().skip(word + 1) {
        let ends = matches!(atom.gap, Gap::Hard | Gap::Comma) && seen;
        if ends || atom.meaning.is_some_and(|meaning| !meaning.is_small()) {
            return;
        }
        if atom.is_letters {
            letters += 1;
            // Letters after the digits belong to the number only when glued to it.
            if letters > 2 || (seen && atom.gap == Gap::Blank) {
                return;
            }
            continue;
        }
        let may_go_on = mark == Mark::Account || (mark == Mark::Phone && digits < WHOLE_PHONE);
        if seen && atom.gap == Gap::Blank && !may_go_on {
            return;
        }
        digits += atom.end - atom.start;
        atom.mark.get_or_insert(mark);
        seen = true;
    }
}

fn number(text: &[u8], atom: &Atom) -> Option<u32> {
    let bytes = text.get(atom.start as usize..atom.end as usize)?;
    if bytes.len() > 8 || atom.is_letters {
        return None;
    }
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

fn mark_date(text: &[u8], atoms: &mut [Atom], place: usize) {
    let Some(first) = number(text, &atoms[place]) else { return };
    let length = atoms[place].end - atoms[place].start;
    if length == 8
        && (is_date(first / 10_000, first / 100 % 100, first % 100) || is_date(first % 10_000, first / 100 % 100 % 100, first / 1_000_000))
    {
        atoms[place].mark.get_or_insert(Mark::Date);
        return;
    }
    let joined =
        |next: usize| atoms.get(next).filter(|atom| matches!(atom.gap, Gap::Tight(b'.' | b'/' | b'-'))).and_then(|atom| number(text, atom));
    let (second, third) = (joined(place + 1), joined(place + 2));
    let wide = |next: usize| atoms.get(next).map_or(0, |atom| atom.end - atom.start);
    let found = match (second, third) {
        (Some(month), Some(day)) if length == 4 && wide(place + 1) <= 2 && wide(place + 2) <= 2 && is_date(first, month, day) => 3,
        (Some(month), Some(year))
            if length <= 2
                && wide(place + 1) <= 2
                && wide(place + 2) == 4
                && (is_date(year, month, first) || is_date(year, first, month)) =>
        {
            3
        }
        (Some(month), Some(year)) if length <= 2 && wide(place + 1) <= 2 && wide(place + 2) == 2 && is_date(2000 + year, month, first) => 3,
        (Some(month), _)
            if length == 2 && wide(place + 1) == 2 && atoms[place + 1].gap == Gap::Tight(b'.') && is_date(2024, month, first) =>
        {
            2
        }
        _ => return,
    };
    for atom in &mut atoms[place..place + found] {
        atom.mark.get_or_insert(Mark::Date);
    }
}

fn is_date(year: u32, month: u32, day: u32) -> bool {
    (1990..=2099).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Two letters, two digits and eleven more: an IBAN, grouped or not.
fn mark_account(atoms: &mut [Atom], place: usize) {
    let is_country = atoms[place].is_letters && atoms[place].end - atoms[place].start == 2;
    if !is_country || atoms.get(place + 1).is_none_or(|next| next.gap != Gap::Glued || next.end - next.start < 2) {
        return;
    }
    let mut total = 0;
    let mut last = place;
    // In groups of four only two digits stand behind the letters.
    let is_grouped = atoms[place + 1].end - atoms[place + 1].start == 2 && atoms.get(place + 2).is_some_and(|next| next.gap == Gap::Blank);
    for (offset, atom) in atoms.iter().enumerate().skip(place + 1) {
        let is_group = atom.gap == Gap::Glued || (is_grouped && atom.gap == Gap::Blank && !atom.is_letters && atom.end - atom.start <= 4);
        if !is_group || total >= 30 {
            break;
        }
        total += atom.end - atom.start;
        last = offset;
    }
    let first_group = atoms[place + 1].end - atoms[place + 1].start;
    if total >= 13 && (first_group == 2 || first_group == 4 || first_group >= 13) {
        for atom in &mut atoms[place + 1..=last] {
            atom.mark.get_or_insert(Mark::Account);
        }
    }
}
