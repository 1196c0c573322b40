use quittance_types::Currency;

use super::atoms::{Atom, Gap};
use super::marks::Mark;
use super::words::{self, Meaning};

/// An amount of money in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedAmount {
    /// Minor units, by the digits of `currency` or else of the line's.
    pub minor: i64,
    /// The currency beside it.
    pub currency: Option<Currency>,
    /// Its first atom.
    pub first: u16,
    /// Its last atom.
    pub last: u16,
}

/// Finds amounts: digits, also in groups of three, with a decimal comma or point and two decimals, or whole numbers beside a
/// currency code. Marks their atoms.
pub fn read(text: &[u8], atoms: &mut [Atom], minor_digits: u32, out: &mut Vec<QuotedAmount>) {
    let mut place = 0;
    while place < atoms.len() {
        let Some((whole, last, has_decimals)) = amount_at(text, atoms, place) else {
            place += 1;
            continue;
        };
        let currency = beside(text, atoms, place, last);
        // In `61794 USD 1000,00` the currency belongs to the amount behind it.
        let is_before_priced =
            atoms.get(last + 1).is_some_and(|next| next.is_letters) && matches!(amount_at(text, atoms, last + 2), Some((_, _, true)));
        if !has_decimals && (currency.is_none() || is_before_priced) {
            place += 1;
            continue;
        }
        let digits = currency.map_or(minor_digits, Currency::minor_digits);
        if let Some(minor) = scaled(whole, has_decimals, digits) {
            out.push(QuotedAmount { minor, currency, first: place as u16, last: last as u16 });
            for atom in &mut atoms[place..=last] {
                atom.mark.get_or_insert(Mark::Amount);
            }
        }
        place = last + 1;
    }
}

fn scaled(hundredths: i64, has_decimals: bool, digits: u32) -> Option<i64> {
    let cents = if has_decimals { hundredths } else { hundredths.checked_mul(100)? };
    match digits {
        0 => Some(cents / 100),
        1 => Some(cents / 10),
        more => cents.checked_mul(10_i64.checked_pow(more - 2)?),
    }
}

/// The number at an atom as hundredths or as a whole, its last atom, and whether it has decimals.
fn amount_at(text: &[u8], atoms: &[Atom], place: usize) -> Option<(i64, usize, bool)> {
    let value = |atom: &Atom| -> Option<i64> {
        let bytes = text.get(atom.start as usize..atom.end as usize)?;
        std::str::from_utf8(bytes).ok()?.parse().ok()
    };
    let first = atoms.get(place)?;
    if first.is_letters || first.end - first.start > 9 || is_inside_number(first) {
        return None;
    }
    let mut whole = value(first)?;
    let mut last = place;
    let mut grouping = None;
    for (offset, atom) in atoms.iter().enumerate().skip(place + 1) {
        let mark = match separator(text, &atoms[last], atom)? {
            Some(mark) => mark,
            None if may_lead_thousands(text, atoms, place) && is_blank_group(text, atoms, offset) => b' ',
            None => break,
        };
        let width = atom.end - atom.start;
        if width == 2 && !matches!(mark, b'\'' | b' ') {
            let next_is_glued = atoms.get(offset + 1).is_some_and(|next| next.gap == Gap::Glued);
            let next_is_tight = atoms.get(offset + 1).is_some_and(|next| separator(text, atom, next).flatten().is_some());
            return if next_is_tight || next_is_glued {
                None
            } else {
                Some((whole.checked_mul(100)?.checked_add(value(atom)?)?, offset, true))
            };
        }
        let is_group = width == 3 && grouping.is_none_or(|known| known == mark) && (last > place || first.end - first.start <= 3);
        if !is_group {
            return None;
        }
        grouping = Some(mark);
        whole = whole.checked_mul(1000)?.checked_add(value(atom)?)?;
        last = offset;
    }
    Some((whole, last, false))
}

/// Digits that may stand before a blank and thousands: more may be a number of their own, and so may those of `INV12`, of
/// `Faktura 88` and of `2 von 3`.
fn may_lead_thousands(text: &[u8], atoms: &[Atom], place: usize) -> bool {
    let is_short = |atom: &Atom| !atom.is_letters && atom.end - atom.start <= 2;
    let is_of = |word: &Atom| words::is_of(&text[word.start as usize..word.end as usize]);
    let is_numbering = |word: &Atom| matches!(word.meaning, Some(Meaning::Invoice | Meaning::Number | Meaning::Instalment));
    let (before, first) = atoms.split_at(place);
    first.first().is_some_and(|first| is_short(first) && first.gap != Gap::Glued)
        && match before {
            [.., count, word] if is_short(count) && is_of(word) => false,
            [.., word] => !is_numbering(word),
            [] => true,
        }
}

/// Three digits behind a blank in `1 042,34`: decimals end it.
fn is_blank_group(text: &[u8], atoms: &[Atom], place: usize) -> bool {
    let is_blank = |before: &Atom, after: &Atom| text.get(before.end as usize..after.start as usize) == Some(b" ");
    let (Some(before), Some(atom)) = (place.checked_sub(1).and_then(|place| atoms.get(place)), atoms.get(place)) else { return false };
    if atom.is_letters || atom.end - atom.start != 3 || !is_blank(before, atom) {
        return false;
    }
    let Some(next) = atoms.get(place + 1) else { return false };
    let is_decimals = matches!(separator(text, atom, next), Some(Some(b',' | b'.'))) && next.end - next.start == 2;
    is_decimals || is_blank_group(text, atoms, place + 1)
}

/// The currency whose code an atom is.
pub fn currency_of(text: &[u8], atom: &Atom) -> Option<Currency> {
    let bytes = text.get(atom.start as usize..atom.end as usize).filter(|bytes| bytes.len() == 3)?;
    Currency::parse(&std::str::from_utf8(bytes).ok()?.to_ascii_uppercase()).ok()
}

/// A number joined to letters or to a number before it is no amount.
fn is_inside_number(atom: &Atom) -> bool {
    matches!(atom.gap, Gap::Tight(b'-' | b'/' | b'_' | b'#' | b'.'))
}

/// The decimal or grouping mark between two atoms: `None` when the number ends there, an outer `None` when it is no amount.
fn separator(text: &[u8], before: &Atom, after: &Atom) -> Option<Option<u8>> {
    if after.is_letters {
        return Some(None);
    }
    match text.get(before.end as usize..after.start as usize)? {
        [mark @ (b',' | b'.' | b'\'')] => Some(Some(*mark)),
        [b'-' | b'/' | b'_'] => None,
        _ => Some(None),
    }
}

fn beside(text: &[u8], atoms: &[Atom], first: usize, last: usize) -> Option<Currency> {
    let code = |atom: &Atom| currency_of(text, atom);
    let near = |atom: &&Atom| atom.is_letters && matches!(atom.gap, Gap::Blank | Gap::Glued | Gap::Hard | Gap::Comma);
    let before = first.checked_sub(1).and_then(|place| atoms.get(place)).filter(|atom| atom.is_letters);
    let joined = matches!(atoms[first].gap, Gap::Blank | Gap::Glued);
    before.filter(|_| joined).and_then(code).or_else(|| {
        let after = atoms.get(last + 1).filter(near)?;
        // "61794 USD 1000,00": the code belongs to the number behind it.
        let leads_on = atoms.get(last + 2).is_some_and(|next| !next.is_letters && matches!(next.gap, Gap::Blank | Gap::Glued));
        if leads_on {
            return None;
        }
        if matches!(after.gap, Gap::Blank | Gap::Glued) { code(after) } else { None }
    })
}
