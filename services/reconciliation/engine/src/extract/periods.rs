//! The month a payment is for: `08/2026`, `08.26`, `2026-08`, `August 2026`.

use quittance_types::BusinessDate;

use super::atoms::{Atom, Gap};
use super::marks::Mark;
use super::words::Meaning;
use crate::normal::Form;

/// A month of a year that the text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u32,
    /// First and last atom.
    pub atoms: (u16, u16),
}

impl Period {
    /// True for a day of the month, as days.
    pub fn has(&self, day: i32) -> bool {
        BusinessDate::from_days(day).is_ok_and(|day| {
            let (year, month, _) = day.ymd();
            (year, month) == (self.year, self.month)
        })
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

/// Years a period may lie in: two digits between them are no month.
const YEARS: std::ops::RangeInclusive<u32> = 2013..=2099;

/// Marks what names a month as a date. The month, when the text names no other.
pub fn read(text: &[u8], atoms: &mut [Atom]) -> Option<Period> {
    let mut found: Option<Period> = None;
    let mut is_one = true;
    for place in 1..atoms.len() {
        let Some(period) = at(text, atoms, place) else { continue };
        is_one &= found.is_none_or(|known| (known.year, known.month) == (period.year, period.month));
        found = Some(period);
        for atom in atoms[place - 1..=place].iter_mut().filter(|atom| !atom.is_letters) {
            atom.mark = Some(Mark::Date);
        }
    }
    found.filter(|_| is_one)
}

/// The month that this atom and the one before it name.
fn at(text: &[u8], atoms: &[Atom], place: usize) -> Option<Period> {
    let (front, back) = (&atoms[place - 1], &atoms[place]);
    let stands_alone = !is_joined(front.gap) && atoms.get(place + 1).is_none_or(|next| !is_joined(next.gap));
    // Nobody writes an amount with a zero in front: `07.26` is a month.
    let is_free = |atom: &Atom| atom.mark.is_none() || (atom.mark == Some(Mark::Amount) && text[front.start as usize] == b'0');
    if !stands_alone || back.is_letters || !is_free(front) || !is_free(back) {
        return None;
    }
    let (month, year) = if front.is_letters {
        let is_day = place >= 2 && !atoms[place - 2].is_letters && matches!(front.gap, Gap::Blank | Gap::Tight(_));
        let month = named(text, front).filter(|_| !is_day && matches!(back.gap, Gap::Blank | Gap::Tight(_)))?;
        (month, year(text, back).filter(|_| width(back) == 4)?)
    } else {
        let between = &text[front.end as usize..back.start as usize];
        let is_divided = between.len() <= 2 && between.iter().any(|byte| matches!(byte, b'/' | b'.' | b'-'));
        let is_turned = width(front) == 4 && width(back) == 2;
        let (month, of) = if is_turned { (back, front) } else { (front, back) };
        let is_written = is_divided && !is_called_invoice(&atoms[..place - 1]) && width(month) == 2 && matches!(width(of), 2 | 4);
        (number(text, month).filter(|month| is_written && (1..=12).contains(month))?, year(text, of)?)
    };
    let first = u16::try_from(place - 1).ok()?;
    Some(Period { year: i32::try_from(year).ok()?, month, atoms: (first, first + 1) })
}

/// `Rechnung 10/2026`, `RE Nr. 10/2026`: the tenth document of the year.
fn is_called_invoice(before: &[Atom]) -> bool {
    let mut words = before.iter().rev().map(|atom| atom.meaning).skip_while(|meaning| *meaning == Some(Meaning::Number));
    words.next() == Some(Some(Meaning::Invoice))
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
    let is_it = |names: &&str| names.split(' ').any(|name| name.as_bytes() == form.as_bytes());
    let place = NAMES.iter().position(is_it)?;
    u32::try_from(place + 1).ok()
}
