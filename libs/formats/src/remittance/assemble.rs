//! From the best reading to advices: one for each number of an advice and each currency.

use quittance_types::Decimal;

use super::head::Head;
use super::lexicon::{Role, is_total};
use super::model::{Advice, AdviceLine, Deduction, Field, LineKind, Span};
use super::plan::{Outcome, Row, Source};
use super::proof::ReviewReason;
use super::reading::Reading;
use super::reason::DeductionReason;
use super::record::{Figure, Record, Records, Stated};
use crate::finding::FindingKind;

/// Fills `empty` from a head and a reading; several advices when the lines say so themselves.
pub(crate) fn assemble(empty: &Advice, head: &Head, reading: &Reading, expected: Option<Decimal>) -> Vec<Advice> {
    let mut lines: Vec<(Option<String>, Option<String>, AdviceLine)> = Vec::new();
    for (records, outcome) in &reading.groups {
        for (record, row) in records.records.iter().zip(&outcome.rows) {
            let line = line(record, row, outcome, records);
            let advice = record.advice.as_ref().map(|advice| advice.value.clone());
            let currency = line.currency.as_ref().map(|currency| currency.value.clone());
            lines.push((advice, currency, line));
        }
    }
    let keys = keys(&lines);
    if keys.len() <= 1 || keys.len() > 50 {
        let number = reading.groups.iter().flat_map(|(records, _)| &records.records).find_map(|record| record.advice.clone());
        let lines = lines.into_iter().map(|(_, _, line)| line).collect();
        let mut advice = finish(empty, head, reading, lines, reading.total.as_ref(), expected);
        advice.number = advice.number.or(number);
        return vec![advice];
    }
    let of_key = |key: &(Option<String>, Option<String>)| {
        let own = lines.iter().filter(|(advice, currency, _)| advice == &key.0 && currency == &key.1);
        let own: Vec<AdviceLine> = own.map(|(_, _, line)| line.clone()).collect();
        let sum = own.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.net_amount()?));
        let total = reading.totals.iter().find(|stated| Some(stated.figure.number.signed()) == sum && stated.named);
        let mut advice = finish(empty, head, reading, own, total, None);
        if let Some(number) = &key.0 {
            let place = lines.iter().find(|(advice, _, _)| advice.as_ref() == Some(number)).map(|(_, _, line)| line.document.span);
            advice.number = Some(Field::new(number.clone(), number, place.unwrap_or_default()));
        }
        if let Some(code) = &key.1 {
            advice.currency =
                advice.lines.iter().find_map(|line| line.currency.clone()).or(Some(Field::derived(code.clone(), Span::default())));
            advice = advice.prove(None);
        }
        advice
    };
    keys.iter().map(of_key).collect()
}

type Key = (Option<String>, Option<String>);

/// Numbers of advices and currencies, in order of appearance. One that is the same in (nearly) every line is no key.
fn keys(lines: &[(Option<String>, Option<String>, AdviceLine)]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for (advice, currency, _) in lines {
        let key = (advice.clone(), currency.clone());
        if !keys.contains(&key) {
            keys.push(key);
        }
        if keys.len() > 50 {
            break;
        }
    }
    // A line without currency or number belongs to all: then nothing is split.
    let complete = keys.iter().all(|(_, currency)| currency.is_some()) || keys.iter().all(|(_, currency)| currency.is_none());
    let numbered = keys.iter().all(|(advice, _)| advice.is_some()) || keys.iter().all(|(advice, _)| advice.is_none());
    let grouped = lines.len() > keys.len() || keys.iter().all(|(advice, _)| advice.is_none());
    if complete && numbered && grouped { keys } else { Vec::new() }
}

fn finish(
    empty: &Advice,
    head: &Head,
    reading: &Reading,
    lines: Vec<AdviceLine>,
    total: Option<&Stated>,
    expected: Option<Decimal>,
) -> Advice {
    let mut advice = empty.clone();
    advice.number = head.number.clone();
    advice.date = head.date.clone();
    advice.currency = head.currency.clone();
    advice.payer = head.payer.clone();
    advice.payee = head.payee.clone();
    let one_advice = lines.len() == reading.count();
    advice.stated_count = head.count.clone().filter(|_| one_advice);
    advice.lines = lines;
    let negative = advice.net_sum().is_some_and(|sum| sum.is_sign_negative());
    let found = total.cloned().or_else(|| likely_total(reading).filter(|_| one_advice));
    let sum_is_expected = expected.is_some() && advice.net_sum() == expected && total.is_none();
    advice.total = found.filter(|_| !sum_is_expected).map(|stated| total_field(&stated, total.map(|_| negative)));
    let mut codes = advice.lines.iter().filter_map(|line| line.currency.as_ref());
    if let Some(first) = codes.next()
        && codes.all(|code| code.value == first.value)
    {
        advice.currency = Some(first.clone());
    }
    let mut advice = advice.prove(expected);
    if reading.rival && one_advice {
        advice.note(FindingKind::ReadingAmbiguous, None, Span::default(), "other amounts of the lines add up to a stated sum as well");
        advice.doubt(ReviewReason::Ambiguous);
    }
    advice
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
fn likely_total(reading: &Reading) -> Option<Stated> {
    let paid: Vec<usize> = reading.groups.iter().filter_map(|(_, outcome)| outcome.plan.net).collect();
    let totals = || reading.totals.iter().filter(|stated| stated.named);
    let in_column = totals().rfind(|stated| stated.column.is_some_and(|column| paid.contains(&column))).cloned();
    let named = || totals().rfind(|stated| is_total(&stated.words)).cloned();
    let any = || totals().max_by_key(|stated| stated.figure.number.value).cloned();
    in_column.or_else(named).or_else(any)
}

fn line(record: &Record, row: &Row, outcome: &Outcome, records: &Records) -> AdviceLine {
    let mut line = AdviceLine::new(record.document.clone());
    let figure = |column: Option<usize>| column.and_then(|column| record.figures.get(column)).and_then(Option::as_ref);
    let field = |value: Option<Decimal>, figure: Option<&Figure>| Some(Field::new(value?, &figure?.text, figure?.span));
    let plan = &outcome.plan;
    line.gross = field(row.gross, figure(plan.gross)).or_else(|| field(row.gross, figure(plan.net)));
    line.net = field(row.net, figure(plan.net)).or_else(|| row.paid().map(|paid| Field::derived(paid, record.document.span)));
    line.document_date = record.date.clone();
    line.references = record.references.clone();
    line.currency = record.currency.clone().or_else(|| own_currency(record));
    for (source, value) in row.deductions.iter().filter(|(_, value)| !value.is_zero()) {
        line.deductions.extend(deduction(record, records, *source, *value));
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

fn deduction(record: &Record, records: &Records, source: Source, value: Decimal) -> Option<Deduction> {
    let (figure, words) = match source {
        Source::Column(column) => (record.figures.get(column)?.as_ref()?, None),
        Source::Sub(index) => record.subs.get(index).map(|sub| (&sub.figure, Some(sub.words.as_str())))?,
    };
    let head = match source {
        Source::Column(column) => records.heads.get(column).map(String::as_str).unwrap_or_default(),
        Source::Sub(_) => "",
    };
    let stated = record.reasons.iter().find(|reason| !reason.value.is_empty() && words.is_none()).cloned();
    let reason = words.filter(|words| !words.is_empty()).map(|words| Field::new(words.to_string(), words, figure.span)).or(stated);
    let of_text = reason.as_ref().and_then(|reason| DeductionReason::of(&reason.value));
    let kind = of_text.or_else(|| DeductionReason::of(head).filter(|_| super::lexicon::role_of(head) == Some(Role::Deduction)));
    Some(Deduction { amount: Field::new(value, &figure.text, figure.span), reason, kind })
}
