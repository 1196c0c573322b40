//! From the best reading to advices: one for each number of an advice and each currency.

use quittance_types::Decimal;

use super::head::Head;
use super::lexicon::is_total;
use super::listing::Listing;
use super::model::{Advice, AdviceLine, Field, Span};
use super::proof::{ReviewReason, is_plausible};
use super::record::Stated;
use crate::Text;
use crate::finding::FindingKind;

/// What of a listing concerns the advice as a whole.
struct Whole {
    /// Number of lines.
    count: usize,
    /// Columns that are paid.
    paid: Vec<usize>,
    total: Option<Stated>,
    totals: Vec<Stated>,
    rival: bool,
    contradicted: bool,
}

/// Fills `empty` from a head and a listing; several advices when the lines say so themselves.
pub(crate) fn assemble(empty: &Advice, head: &Head, listing: Listing, expected: Option<Decimal>) -> Vec<Advice> {
    let Listing { lines, mut numbers, paid, total, totals, rival, contradicted, .. } = listing;
    let whole = Whole { count: lines.len(), paid, total, totals, rival, contradicted };
    if !numbers.is_empty() {
        numbers.resize(lines.len(), None);
    }
    let keys = keys(&lines, &numbers);
    if keys.len() <= 1 {
        let number = numbers.into_iter().flatten().next();
        let mut advice = finish(empty, head, &whole, lines, whole.total.as_ref(), expected);
        advice.number = advice.number.or(number.map(|number| *number));
        return vec![advice];
    }
    keys.iter().map(|key| of_key(key, &lines, &numbers, empty, head, &whole)).collect()
}

/// The advice of the lines with one number and one currency.
fn of_key(key: &Key, lines: &[AdviceLine], numbers: &[Number], empty: &Advice, head: &Head, whole: &Whole) -> Advice {
    let own = lines.iter().enumerate().filter(|(index, line)| key_of(line, numbers.get(*index)) == (key.0.as_deref(), key.1.as_deref()));
    let lines: Vec<AdviceLine> = own.map(|(_, line)| line.clone()).collect();
    let place = lines.first().map(|line| line.document.span).unwrap_or_default();
    let sum = lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.net_amount()?));
    let total = whole.totals.iter().find(|stated| Some(stated.figure.number.signed()) == sum && stated.named);
    let mut advice = finish(empty, head, whole, lines, total, None);
    if let Some(number) = &key.0 {
        advice.number = Some(Field::written(number, place));
    }
    if let Some(code) = &key.1 {
        let stated = advice.lines.iter().find_map(|line| line.currency.clone());
        advice.currency = stated.map(|stated| *stated).or(Some(Field::derived(code.clone(), Span::default())));
        advice = advice.prove(None);
        doubt_the_odd(&mut advice);
    }
    advice
}

/// Number of the advice a line says it is part of.
type Number = Option<Box<Field<Text>>>;

/// Number of an advice and currency.
type Key = (Option<Text>, Option<Text>);

fn key_of<'a>(line: &'a AdviceLine, number: Option<&'a Number>) -> (Option<&'a str>, Option<&'a str>) {
    let number = number.and_then(Option::as_ref).map(|field| field.value.as_str());
    (number, line.currency.as_ref().map(|field| field.value.as_str()))
}

/// Advices one source may hold.
const MAX_KEYS: usize = 50;

/// Numbers of advices and currencies, in order of appearance; none when the lines do not part cleanly.
fn keys(lines: &[AdviceLine], numbers: &[Number]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let (advice, currency) = key_of(line, numbers.get(index));
        if !keys.iter().any(|(number, code)| (number.as_deref(), code.as_deref()) == (advice, currency)) {
            keys.push((advice.map(Text::from), currency.map(Text::from)));
        }
        if keys.len() > MAX_KEYS {
            return Vec::new();
        }
    }
    // A line without currency or number belongs to all: then nothing is split.
    let complete = keys.iter().all(|(_, currency)| currency.is_some()) || keys.iter().all(|(_, currency)| currency.is_none());
    let numbered = keys.iter().all(|(advice, _)| advice.is_some()) || keys.iter().all(|(advice, _)| advice.is_none());
    let grouped = lines.len() > keys.len() || keys.iter().all(|(advice, _)| advice.is_none());
    if complete && numbered && grouped { keys } else { Vec::new() }
}

fn finish(empty: &Advice, head: &Head, whole: &Whole, lines: Vec<AdviceLine>, total: Option<&Stated>, expected: Option<Decimal>) -> Advice {
    let mut advice = empty.clone();
    advice.number = head.number.clone();
    advice.date = head.date.clone();
    advice.currency = head.currency.clone();
    advice.payer = head.payer.clone();
    advice.payee = head.payee.clone();
    let one_advice = lines.len() == whole.count;
    advice.stated_count = head.count.clone().filter(|_| one_advice);
    advice.lines = lines;
    let negative = advice.net_sum().is_some_and(|sum| sum.is_sign_negative());
    let found = total.cloned().or_else(|| likely_total(whole).filter(|_| one_advice));
    let sum_is_expected = expected.is_some() && advice.net_sum() == expected && total.is_none();
    advice.total = found.filter(|_| !sum_is_expected).map(|stated| total_field(&stated, total.map(|_| negative)));
    let mut codes = advice.lines.iter().filter_map(|line| line.currency.as_ref());
    if let Some(first) = codes.next()
        && codes.all(|code| code.value == first.value)
    {
        advice.currency = Some(Field::clone(first));
    }
    let mut advice = advice.prove(expected);
    doubt_the_odd(&mut advice);
    if whole.contradicted && advice.is_proven() {
        let text = "a stated amount or sum says otherwise";
        advice.note(FindingKind::TotalMismatch, None, Span::default(), text);
        advice.doubt(ReviewReason::TotalMismatch);
    }
    if whole.rival && one_advice {
        advice.note(
            FindingKind::ReadingAmbiguous,
            None,
            Span::default(),
            "other amounts or documents of the lines are as good, and add up to a stated sum as well",
        );
        advice.doubt(ReviewReason::Ambiguous);
    }
    advice
}

/// Amounts of a line that cannot belong together prove nothing, however they add up.
fn doubt_the_odd(advice: &mut Advice) {
    let odd = |line: &AdviceLine| {
        let (Some(gross), Some(net)) = (line.gross_amount(), line.net_amount()) else { return false };
        !is_plausible(gross, line.deduction().unwrap_or_default(), net)
    };
    let found: Vec<(usize, Span)> =
        advice.lines.iter().enumerate().filter(|(_, line)| odd(line)).map(|(index, line)| (index, line.document.span)).collect();
    for (index, span) in found {
        let text = "gross, deductions and net are of opposite signs, or more is taken off than there is";
        advice.note(FindingKind::RowMismatch, Some(index), span, text);
        advice.doubt(ReviewReason::RowMismatch);
    }
}

/// The sum with its own sign; one that the lines add up to has theirs.
fn total_field(stated: &Stated, negative: Option<bool>) -> Field<Decimal> {
    let value = stated.figure.number.signed();
    let value = match negative {
        Some(true) => -value.abs(),
        Some(false) => value.abs(),
        None => value,
    };
    Field::new(value, &stated.figure.text, stated.figure.span)
}

/// The sum an advice most likely means when none fits: in the column that is paid, else the last one named as a total.
fn likely_total(whole: &Whole) -> Option<Stated> {
    let totals = || whole.totals.iter().filter(|stated| stated.named);
    let in_column = totals().rfind(|stated| stated.column.is_some_and(|column| whole.paid.contains(&column))).cloned();
    let named = || totals().rfind(|stated| is_total(&stated.words)).cloned();
    let any = || totals().max_by_key(|stated| stated.figure.number.value).cloned();
    in_column.or_else(named).or_else(any)
}
