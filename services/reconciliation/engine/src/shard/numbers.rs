//! The numbers an item can be quoted by.

use std::ops::Range;

use super::items::{ItemText, Items};
use super::postings::{Posting, Postings};
use super::shapes::Shapes;
use crate::normal::{Form, hash, without_zeros};
use crate::proposal::ItemIx;

/// By which of its names an item was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum KeyForm {
    /// The whole number.
    Full,
    /// All its digits, or the number without the zeros of its runs.
    Digits,
    /// Its last run of digits.
    LastRun,
    /// Its last two runs of digits: year and number.
    YearRun,
    /// The creditor reference.
    Creditor,
    /// The purchase order.
    PurchaseOrder,
    /// The delivery note.
    DeliveryNote,
    /// The order of the seller.
    Order,
}

impl KeyForm {
    const ALL: [KeyForm; 8] = [
        KeyForm::Full,
        KeyForm::Digits,
        KeyForm::LastRun,
        KeyForm::YearRun,
        KeyForm::Creditor,
        KeyForm::PurchaseOrder,
        KeyForm::DeliveryNote,
        KeyForm::Order,
    ];

    /// The form of a posting.
    pub fn of(posting: Posting) -> KeyForm {
        Self::ALL[usize::from(posting.form()) % Self::ALL.len()]
    }
}

/// Shorter keys name too many things.
const SHORTEST: usize = 3;
const SHORTEST_LAST_RUN: usize = 4;
const SHORTEST_ORDER: usize = 4;

/// Every key of an item: hash, form, and the normal form itself.
pub fn keys(items: &Items, item: ItemIx, mut emit: impl FnMut(KeyForm, &[u8])) {
    let number = Form::of(items.bytes(item, ItemText::Number));
    if number.as_bytes().len() >= SHORTEST {
        emit(KeyForm::Full, number.as_bytes());
        number_forms(items.bytes(item, ItemText::Number), &number, &mut emit);
    }
    for (text, form) in [
        (ItemText::CreditorReference, KeyForm::Creditor),
        (ItemText::PurchaseOrder, KeyForm::PurchaseOrder),
        (ItemText::DeliveryNote, KeyForm::DeliveryNote),
        (ItemText::Order, KeyForm::Order),
    ] {
        let key = Form::of(items.bytes(item, text));
        if key.as_bytes().len() < SHORTEST_ORDER || key == number {
            continue;
        }
        emit(form, key.as_bytes());
        let digits = key.digits();
        let is_order = form != KeyForm::Creditor && digits.as_bytes().len() >= 5;
        if is_order && without_zeros(digits.as_bytes()) != key.as_bytes() {
            emit(form, without_zeros(digits.as_bytes()));
        }
    }
}

/// The looser forms of a number, each once.
fn number_forms(written: &[u8], number: &Form, emit: &mut impl FnMut(KeyForm, &[u8])) {
    let digits = number.digits();
    let all = without_zeros(digits.as_bytes());
    let (last, year_and_last) = last_runs(written);
    let bare = without_run_zeros(written);
    if all.len() >= SHORTEST && all != number.as_bytes() {
        emit(KeyForm::Digits, all);
    }
    if bare != *number && bare.as_bytes() != all {
        emit(KeyForm::Digits, bare.as_bytes());
    }
    let last = without_zeros(last.as_bytes());
    if last.len() >= SHORTEST_LAST_RUN && last != all && last != number.as_bytes() {
        emit(KeyForm::LastRun, last);
    }
    let year_and_last = without_zeros(year_and_last.as_bytes());
    if year_and_last.len() >= 5 && year_and_last != all && year_and_last != last {
        emit(KeyForm::YearRun, year_and_last);
    }
}

/// Digits a run that counts documents has at least, when a year stands behind it.
const SHORTEST_SEQUENCE: usize = 3;

/// Where the run of digits stands that counts the documents: the last one, or the longest before it in `17214/2026`,
/// `06941/1026` and `17214-1`, where a year, a month or a part stands behind.
pub fn sequence(written: &[u8]) -> Range<usize> {
    let last = run_before(written, written.len());
    let is_year = |run: &[u8]| run.len() == 4 && (run.starts_with(b"20") || run.starts_with(b"19"));
    let behind = &written[last.clone()];
    let is_part = is_year(behind) || is_month(behind) || behind.len() < SHORTEST_SEQUENCE;
    if !is_part {
        return last;
    }
    let least = if is_year(behind) { SHORTEST_SEQUENCE } else { behind.len().max(SHORTEST_SEQUENCE) + 1 };
    let mut best = 0..0;
    let mut run = run_before(written, last.start);
    while !run.is_empty() {
        let counts = run.len() >= least && !is_year(&written[run.clone()]);
        if counts && run.len() >= best.len() {
            best = run.clone();
        }
        run = run_before(written, run.start);
    }
    if best.is_empty() { last } else { best }
}

/// Month and year in two digits each.
fn is_month(run: &[u8]) -> bool {
    let pair = |from: usize| std::str::from_utf8(&run[from..from + 2]).ok().and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    run.len() == 4 && (1..=12).contains(&pair(0)) && (15..=39).contains(&pair(2))
}

/// The last run of digits that ends before a place.
fn run_before(written: &[u8], place: usize) -> Range<usize> {
    let end = written[..place].iter().rposition(u8::is_ascii_digit).map_or(0, |place| place + 1);
    let start = written[..end].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |place| place + 1);
    start..end
}

/// The run of digits that counts the documents.
pub fn last_digits(written: &[u8]) -> &[u8] {
    &written[sequence(written)]
}

/// The run of digits that counts the documents, and it with the run before.
pub fn last_runs(written: &[u8]) -> (Form, Form) {
    let run = sequence(written);
    let mut last = Form::EMPTY;
    last.push_all(&written[run.clone()]);
    let mut joined = Form::EMPTY;
    joined.push_all(&written[run_before(written, run.start)]);
    joined.push_all(last.as_bytes());
    (last, joined)
}

/// The number with the leading zeros of each run of digits dropped: `2026/00123` as `2026123`.
pub fn without_run_zeros(written: &[u8]) -> Form {
    let mut form = Form::EMPTY;
    let mut rest = written;
    while let Some(first) = rest.first() {
        let is_digit = first.is_ascii_digit();
        let run = rest.iter().take_while(|byte| byte.is_ascii_digit() == is_digit).count();
        form.push_all(if is_digit { without_zeros(&rest[..run]) } else { &rest[..run] });
        rest = &rest[run..];
    }
    form
}

/// Indexes all items, and notes what their numbers look like.
pub fn build(items: &Items, shapes: &mut Shapes) -> Postings {
    let mut pairs = Vec::with_capacity(items.len() * 4);
    for item in 0..u32::try_from(items.len()).unwrap_or(u32::MAX) {
        keys(items, item, |form, key| {
            shapes.note(form, key);
            pairs.push((hash(key), Posting::new(item, form as u8)));
        });
    }
    Postings::build(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_zeros() {
        let (last, joined) = last_runs(b"RX7-2026-00120");
        assert_eq!((last.as_bytes(), joined.as_bytes()), (&b"00120"[..], &b"202600120"[..]));
        assert_eq!(without_run_zeros(b"2026/00123").as_bytes(), b"2026123");
        for (written, counts) in [
            ("17214/2026", "17214"),
            ("FV/485/04/2026", "485"),
            ("2026/10280", "10280"),
            ("9849/A", "9849"),
            ("RE-2026", "2026"),
            ("R2605-2026", "2605"),
            ("7/2026", "2026"),
            ("06941/1026", "06941"),
            ("2606-0126", "0126"),
            ("17214-1", "17214"),
            ("A26/0607/B", "0607"),
            ("ABC", ""),
        ] {
            assert_eq!(last_digits(written.as_bytes()), counts.as_bytes(), "{written}");
        }
    }
}
