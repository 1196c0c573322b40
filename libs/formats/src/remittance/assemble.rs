//! From the best reading to advices: one for each number of an advice and each currency.

use quittance_types::Decimal;

use super::head::Head;
use super::lexicon::{Role, is_document_word, is_total};
use super::model::{Advice, AdviceLine, Deduction, Field, LineKind, Span};
use super::plan::{Outcome, Row, Source};
use super::proof::{ReviewReason, is_plausible};
use super::reading::Reading;
use super::reason::DeductionReason;
use super::record::{Figure, Record, Stated};
use crate::finding::FindingKind;

/// What of a reading concerns the advice as a whole.
struct Whole {
    /// Number of records.
    count: usize,
    /// Columns that are paid.
    paid: Vec<usize>,
    total: Option<Stated>,
    totals: Vec<Stated>,
    rival: bool,
}

/// A line with the number of the advice it says it is part of.
struct Part {
    advice: Option<Box<Field<String>>>,
    line: AdviceLine,
}

impl Part {
    fn key(&self) -> (Option<&str>, Option<&str>) {
        (self.advice.as_ref().map(|field| field.value.as_str()), self.line.currency.as_ref().map(|field| field.value.as_str()))
    }
}

/// Fills `empty` from a head and a reading; several advices when the lines say so themselves.
pub(crate) fn assemble(empty: &Advice, head: &Head, reading: Reading, expected: Option<Decimal>) -> Vec<Advice> {
    let count = reading.count();
    let paid = reading.groups.iter().filter_map(|(_, outcome)| outcome.plan.net).collect();
    let whole = Whole { count, paid, total: reading.total, totals: reading.totals, rival: reading.rival };
    let mut parts: Vec<Part> = Vec::with_capacity(count);
    for (mut records, outcome) in reading.groups {
        for mut record in std::mem::take(&mut records.records) {
            let line = line(&record, &outcome.row(&record), &outcome, &records.heads);
            parts.push(Part { advice: record.advice.take(), line });
        }
    }
    let keys = keys(&parts);
    if keys.len() <= 1 {
        let number = parts.iter().find_map(|part| part.advice.as_deref().cloned());
        let lines = parts.into_iter().map(|part| part.line).collect();
        let mut advice = finish(empty, head, &whole, lines, whole.total.as_ref(), expected);
        advice.number = advice.number.or(number);
        return vec![advice];
    }
    keys.iter().map(|key| of_key(key, &parts, empty, head, &whole)).collect()
}

/// The advice of the lines with one number and one currency.
fn of_key(key: &Key, parts: &[Part], empty: &Advice, head: &Head, whole: &Whole) -> Advice {
    let own = || parts.iter().filter(|part| part.key() == (key.0.as_deref(), key.1.as_deref()));
    let lines: Vec<AdviceLine> = own().map(|part| part.line.clone()).collect();
    let sum = lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.net_amount()?));
    let total = whole.totals.iter().find(|stated| Some(stated.figure.number.signed()) == sum && stated.named);
    let mut advice = finish(empty, head, whole, lines, total, None);
    if let Some(number) = &key.0 {
        let place = own().next().map(|part| part.line.document.span);
        advice.number = Some(Field::new(number.clone(), number, place.unwrap_or_default()));
    }
    if let Some(code) = &key.1 {
        let stated = advice.lines.iter().find_map(|line| line.currency.clone());
        advice.currency = stated.or(Some(Field::derived(code.clone(), Span::default())));
        advice = advice.prove(None);
        doubt_the_odd(&mut advice);
    }
    advice
}

type Key = (Option<String>, Option<String>);

/// Advices one source may hold.
const MAX_KEYS: usize = 50;

/// Numbers of advices and currencies, in order of appearance; none when the lines do not part cleanly.
fn keys(parts: &[Part]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for (advice, currency) in parts.iter().map(Part::key) {
        if !keys.iter().any(|(number, code)| (number.as_deref(), code.as_deref()) == (advice, currency)) {
            keys.push((advice.map(str::to_string), currency.map(str::to_string)));
        }
        if keys.len() > MAX_KEYS {
            return Vec::new();
        }
    }
    // A line without currency or number belongs to all: then nothing is split.
    let complete = keys.iter().all(|(_, currency)| currency.is_some()) || keys.iter().all(|(_, currency)| currency.is_none());
    let numbered = keys.iter().all(|(advice, _)| advice.is_some()) || keys.iter().all(|(advice, _)| advice.is_none());
    let grouped = parts.len() > keys.len() || keys.iter().all(|(advice, _)| advice.is_none());
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
        advice.currency = Some(first.clone());
    }
    let mut advice = advice.prove(expected);
    doubt_the_odd(&mut advice);
    if whole.rival && one_advice {
        advice.note(FindingKind::ReadingAmbiguous, None, Span::default(), "other amounts of the lines add up to a stated sum as well");
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

fn line(record: &Record, row: &Row, outcome: &Outcome, heads: &[String]) -> AdviceLine {
    let mut line = AdviceLine::new(record.document.clone());
    let figure = |column: Option<usize>| column.and_then(|column| record.figures.get(column)).and_then(Option::as_ref);
    let field = |value: Option<Decimal>, figure: Option<&Figure>| Some(Field::new(value?, &figure?.text, figure?.span));
    let plan = &outcome.plan;
    line.gross = field(row.gross, figure(plan.gross)).or_else(|| field(row.gross, figure(plan.net)));
    line.net = field(row.net, figure(plan.net)).or_else(|| row.paid().map(|paid| Field::derived(paid, record.document.span)));
    line.document_date = record.date.clone();
    line.references = record.references.clone();
    line.currency = record.currency.as_deref().cloned().or_else(|| own_currency(record));
    for (source, value) in row.deductions.iter().filter(|(_, value)| !value.is_zero()) {
        line.deductions.extend(deduction(record, heads, *source, *value));
    }
    line.kind = kind(record, row);
    line
}

fn kind(record: &Record, row: &Row) -> LineKind {
    let negative = row.paid().is_some_and(|paid| paid.is_sign_negative() && !paid.is_zero());
    match (record.credit, negative) {
        (true, _) => LineKind::CreditNote,
        (false, true) if record.reasons.iter().any(|reason| DeductionReason::of(&reason.value).is_some()) => LineKind::Other,
        (false, true) => LineKind::CreditNote,
        (false, false) => LineKind::Invoice,
    }
}

fn own_currency(record: &Record) -> Option<Field<String>> {
    let figure = record.figures.iter().flatten().find(|figure| figure.number.currency.is_some())?;
    Some(Field::new(figure.number.currency?.to_string(), &figure.text, figure.span))
}

/// The text of the record that names a reason, else one that is more than words for a document.
fn stated_reason(record: &Record) -> Option<Field<String>> {
    let names = |reason: &&Field<String>| DeductionReason::of(&reason.value).is_some();
    let tells = |reason: &&Field<String>| !reason.value.is_empty() && !reason.value.split_whitespace().all(is_document_word);
    record.reasons.iter().find(names).or_else(|| record.reasons.iter().find(tells)).cloned()
}

fn deduction(record: &Record, heads: &[String], source: Source, value: Decimal) -> Option<Deduction> {
    let (figure, words) = match source {
        Source::Column(column) => (record.figures.get(column)?.as_ref()?, None),
        Source::Sub(index) => record.subs.get(index).map(|sub| (&sub.figure, Some(sub.words.as_str())))?,
    };
    let head = match source {
        Source::Column(column) => heads.get(column).map(String::as_str).unwrap_or_default(),
        Source::Sub(_) => "",
    };
    let stated = if words.is_none() { stated_reason(record) } else { None };
    let reason = words.filter(|words| !words.is_empty()).map(|words| Field::new(words.to_string(), words, figure.span)).or(stated);
    let of_text = reason.as_ref().and_then(|reason| DeductionReason::of(&reason.value));
    let kind = of_text.or_else(|| DeductionReason::of(head).filter(|_| super::lexicon::role_of(head) == Some(Role::Deduction)));
    Some(Deduction { amount: Field::new(value, &figure.text, figure.span), reason, kind })
}
