//! The month a payment is for: `08/2026`, `08.26`, `2026-08`, `August 2026`.

use std::sync::LazyLock;

use hashbrown::HashMap;
use quittance_types::BusinessDate;

use super::atoms::{Atom, Gap};
use super::marks::Mark;
use super::words::Meaning;
use crate::normal::{FixedState, Form};

/// A month of a year that the text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First and last day, as days.
    days: (i32, i32),
    /// First and last atom.
    pub atoms: (u16, u16),
}

impl Period {
    /// True for a day of the month, as days.
    pub const fn has(&self, day: i32) -> bool {
        self.days.0 <= day && day <= self.days.1
    }
}

/// Names of the months in German, English, French, Italian, Dutch, Spanish, Polish, Swedish and Finnish, in normal form.
const NAMES: [&str; 12] = [
    "JANUAR JANUARY JANVIER GENNAIO JANUARI ENERO STYCZE STYCZEN STYCZNIA TAMMIKUU JAN",
    "FEBRUAR FEBRUARY FVRIER FEVRIER FEBBRAIO FEBRUARI FEBRERO LUTY LUTEGO HELMIKUU FEB",
    "MRZ MARZ MAERZ MARCH MARS MARZO MAART MARZEC MARCA MAALISKUU MAR",
    "APRIL AVRIL APRILE ABRIL KWIECIE KWIECIEN KWIETNIA HUHTIKUU APR",
    "MAI MAY MAGGIO MEI MAYO MAJ MAJA TOUKOKUU",
    "JUNI JUNE JUIN GIUGNO JUNIO CZERWIEC CZERWCA KESKUU KESAKUU JUN",
    "JULI JULY JUILLET LUGLIO JULIO LIPIEC LIPCA HEINKUU HEINAKUU JUL",
    "AUGUST AOT AOUT AGOSTO AUGUSTUS AUGUSTI SIERPIE SIERPIEN SIERPNIA ELOKUU AUG",
    "SEPTEMBER SEPTEMBRE SETTEMBRE SEPTIEMBRE WRZESIE WRZESIEN WRZENIA WRZESNIA SYYSKUU SEP SEPT",
    "OKTOBER OCTOBER OCTOBRE OTTOBRE OCTUBRE PADZIERNIK PAZDZIERNIK PADZIERNIKA PAZDZIERNIKA LOKAKUU OKT OCT",
    "NOVEMBER NOVEMBRE NOVIEMBRE LISTOPAD LISTOPADA MARRASKUU NOV",
    "DEZEMBER DECEMBER DCEMBRE DECEMBRE DICEMBRE DICIEMBRE GRUDZIE GRUDZIEN GRUDNIA JOULUKUU DEZ DEC",
];

static MONTHS: LazyLock<HashMap<&'static [u8], u32, FixedState>> = LazyLock::new(|| {
    let names = NAMES.iter().zip(1..).flat_map(|(names, month)| names.split(' ').map(move |name| (name.as_bytes(), month)));
    names.collect()
});

/// Years a period may lie in: two digits between them are no month.
const YEARS: std::ops::RangeInclusive<u32> = 2013..=2099;

/// Days after a payment a month begins at the latest that is paid: a number beyond is none.
const FARTHEST: i32 = 400;

/// Marks what names a month, and days with the name of one. The month, when the text of a payment on that day names no other.
pub fn read(text: &[u8], atoms: &mut [Atom], on: BusinessDate) -> Option<Period> {
    let mut found: Option<Period> = None;
    let mut is_one = true;
    for place in 1..atoms.len() {
        mark_day(text, atoms, place);
        let Some(period) = at(text, atoms, place, Reading::Strict).filter(|period| period.days.0 <= on.days() + FARTHEST) else { continue };
        is_one &= found.is_none_or(|known| known.days == period.days);
        found = Some(period);
        for atom in atoms[place - 1..=place].iter_mut().filter(|atom| !atom.is_letters) {
            atom.mark = Some(Mark::Month);
        }
    }
    found.filter(|_| is_one)
}

/// The month of the documents that a text speaks of: `Rechnungen Mai`, `factures 05/2026`, `invoices May 26`. What else it may
/// be, a number or a day, is not asked: it says which documents are meant only where they come to the money.
pub fn of_documents(text: &[u8], atoms: &[Atom], on: BusinessDate) -> Option<Period> {
    let mut found: Option<Period> = None;
    for place in 0..atoms.len() {
        let Some(period) = at(text, atoms, place, Reading::Loose).or_else(|| bare(text, atoms, place, on)) else { continue };
        if found.is_some_and(|known| known.days != period.days) {
            return None;
        }
        found = Some(period);
    }
    found
}

/// `Mai`: the last one that has begun.
fn bare(text: &[u8], atoms: &[Atom], place: usize, on: BusinessDate) -> Option<Period> {
    let is_digits = |place: usize| atoms.get(place).is_some_and(|atom| !atom.is_letters);
    let atom = atoms.get(place).filter(|atom| atom.is_letters && !is_joined(atom.gap))?;
    if is_digits(place + 1) || place.checked_sub(1).is_some_and(is_digits) {
        return None;
    }
    let month = named(text, atom)?;
    let (year, current, _) = on.ymd();
    let first_day = BusinessDate::from_ymd(if month > current { year - 1 } else { year }, month, 1).ok()?;
    let place = u16::try_from(place).ok()?;
    Some(Period { days: (first_day.days(), first_day.end_of_month().days()), atoms: (place, place) })
}

/// How sure what is read is a month.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// It is nothing else.
    Strict,
    /// It may be a number or a day.
    Loose,
}

/// `12. Juli 2026`, `5 Maerz`, `July 12`: a day, whatever stands before it.
fn mark_day(text: &[u8], atoms: &mut [Atom], place: usize) {
    let (front, back) = (&atoms[place - 1], &atoms[place]);
    let (day, name) = if back.is_letters { (front, back) } else { (back, front) };
    let is_parted = back.gap == Gap::Blank || (back.is_letters && matches!(back.gap, Gap::Tight(_)));
    let is_day = is_parted && name.is_letters && !day.is_letters && width(day) <= 2;
    if !is_day || !number(text, day).is_some_and(|day| (1..=31).contains(&day)) || named(text, name).is_none() {
        return;
    }
    let has_year = atoms.get(place + 1).is_some_and(|next| !next.is_letters && width(next) == 4 && year(text, next).is_some());
    for atom in atoms[place - 1..=place + usize::from(has_year)].iter_mut().filter(|atom| !atom.is_letters) {
        atom.mark.get_or_insert(Mark::Date);
    }
}

/// The month that this atom and the one before it name.
fn at(text: &[u8], atoms: &[Atom], place: usize, reading: Reading) -> Option<Period> {
    let is_loose = reading == Reading::Loose;
    let (front, back) = (atoms.get(place.checked_sub(1)?)?, atoms.get(place)?);
    let stands_alone = !is_joined(front.gap) && atoms.get(place + 1).is_none_or(|next| !is_joined(next.gap));
    // Nobody writes an amount with a zero in front: `07.26` is a month.
    let is_free = |atom: &Atom| match atom.mark {
        None => true,
        Some(Mark::Amount) => text[front.start as usize] == b'0',
        Some(Mark::Date | Mark::Month) => is_loose,
        Some(_) => false,
    };
    if !stands_alone || back.is_letters || !is_free(front) || !is_free(back) {
        return None;
    }
    let (month, year) = if front.is_letters {
        let is_day = place >= 2 && !atoms[place - 2].is_letters && front.gap == Gap::Blank;
        let is_written = !is_day && (width(back) == 4 || (is_loose && width(back) == 2)) && matches!(back.gap, Gap::Blank | Gap::Tight(_));
        // Few words stand before a year: only those are compared with the months.
        let year = year(text, back).filter(|_| is_written)?;
        (named(text, front)?, year)
    } else {
        let between = &text[front.end as usize..back.start as usize];
        let is_divided = between.len() <= 2 && between.iter().any(|byte| matches!(byte, b'/' | b'.' | b'-'));
        let is_turned = width(front) == 4 && width(back) == 2;
        let (month, of) = if is_turned { (back, front) } else { (front, back) };
        let is_written =
            is_divided && (is_loose || !is_called_invoice(text, &atoms[..place - 1])) && width(month) == 2 && matches!(width(of), 2 | 4);
        (number(text, month).filter(|month| is_written && (1..=12).contains(month))?, year(text, of)?)
    };
    let first_day = BusinessDate::from_ymd(i32::try_from(year).ok()?, month, 1).ok()?;
    let first = u16::try_from(place - 1).ok()?;
    Some(Period { days: (first_day.days(), first_day.end_of_month().days()), atoms: (first, first + 1) })
}

/// `Rechnung 10/2026`, `RE Nr. 10/2026`, `Rechnungen 10/2026, 11/2026`: documents of the year, by their numbers.
fn is_called_invoice(text: &[u8], mut before: &[Atom]) -> bool {
    let is_of_year = |front: &Atom, back: &Atom| !front.is_letters && back.gap == Gap::Tight(b'/') && width(back) == 4;
    loop {
        before = match before {
            [rest @ .., last] if last.meaning == Some(Meaning::Number) || is_and(text, last) => rest,
            [rest @ .., front, back] if is_of_year(front, back) => rest,
            [.., last] => return last.meaning == Some(Meaning::Invoice),
            [] => return false,
        };
    }
}

/// The word between the last two of a list.
fn is_and(text: &[u8], atom: &Atom) -> bool {
    let word = &text[atom.start as usize..atom.end as usize];
    ["und", "and", "et", "en", "y", "e", "i", "och", "og", "ja"].iter().any(|and| word.eq_ignore_ascii_case(and.as_bytes()))
}

const fn is_joined(gap: Gap) -> bool {
    matches!(gap, Gap::Glued | Gap::Tight(_))
}

const fn width(atom: &Atom) -> u32 {
    atom.end - atom.start
}

fn number(text: &[u8], atom: &Atom) -> Option<u32> {
    std::str::from_utf8(&text[atom.start as usize..atom.end as usize]).ok()?.parse().ok()
}

fn year(text: &[u8], atom: &Atom) -> Option<u32> {
    let written = number(text, atom).filter(|_| matches!(width(atom), 2 | 4))?;
    let year = if width(atom) == 2 { 2000 + written } else { written };
    YEARS.contains(&year).then_some(year)
}

fn named(text: &[u8], atom: &Atom) -> Option<u32> {
    let mut form = Form::EMPTY;
    form.push_all(&text[atom.start as usize..atom.end as usize]);
    MONTHS.get(form.as_bytes()).copied()
}
