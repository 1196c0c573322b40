//! The best reading of a page as lines of an advice.

use quittance_types::Decimal;

use super::lexicon::{Role, is_document_word};
use super::model::{AdviceLine, Deduction, Field, LineKind};
use super::plan::{Outcome, Row, Source};
use super::reading::Reading;
use super::reason::DeductionReason;
use super::record::{Figure, Record, Stated};
use crate::Text;

/// What is paid by a page.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The lines.
    pub lines: Vec<AdviceLine>,
    /// For every line the number of the advice it says it is part of; empty when none says so.
    pub numbers: Vec<Option<Box<Field<Text>>>>,
    /// Columns that are paid.
    pub paid: Vec<usize>,
    /// The stated sum the lines add up to.
    pub total: Option<Stated>,
    /// All stated sums that are no amounts of lines.
    pub totals: Vec<Stated>,
    /// True when a stated or expected sum and all rows hold.
    pub proven: bool,
    /// True when another reading is as good and pays other amounts or other documents.
    pub rival: bool,
    /// True when an amount or a sum that is stated says otherwise.
    pub contradicted: bool,
    /// Merit between readings.
    pub rank: i64,
}

impl Listing {
    /// The lines of a reading.
    pub fn of(reading: Reading<'_>) -> Listing {
        let paid = reading.groups.iter().filter_map(|(_, outcome)| outcome.plan.net).collect();
        let mut lines = Vec::with_capacity(reading.count());
        let mut contested = false;
        let mut numbers: Vec<Option<Box<Field<Text>>>> = Vec::new();
        for (records, outcome) in &reading.groups {
            records.each(&mut |record| {
                contested |= record.contested;
                if record.advice.is_some() || !numbers.is_empty() {
                    numbers.resize(lines.len(), None);
                    numbers.push(record.advice.clone());
                }
                lines.push(line(record, &outcome.row(record), outcome, &records.heads));
            });
        }
        let Reading { total, totals, proven, rival, contradicted, rank, .. } = reading;
        Listing { lines, numbers, paid, total, totals, proven, rival: rival || contested, contradicted, rank }
    }
}

fn line(record: &Record, row: &Row, outcome: &Outcome, heads: &[String]) -> AdviceLine {
    let mut line = AdviceLine::new(record.document.clone());
    let figure = |column: Option<usize>| column.and_then(|column| record.figures.get(column)).and_then(Option::as_ref);
    let field = |value: Option<Decimal>, figure: Option<&Figure>| Some(Field::new(value?, &figure?.text, figure?.span));
    let plan = &outcome.plan;
    line.gross = field(row.gross, figure(plan.gross)).or_else(|| field(row.gross, figure(plan.net))).map(Box::new);
    line.net = field(row.net, figure(plan.net)).or_else(|| row.paid().map(|paid| Field::derived(paid, record.document.span)));
    line.document_date = record.date.clone().map(Box::new);
    line.references = record.references.iter().cloned().collect();
    line.currency = record.currency.clone().or_else(|| own_currency(record).map(Box::new));
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

fn own_currency(record: &Record) -> Option<Field<Text>> {
    let figure = record.figures.iter().flatten().find(|figure| figure.number.currency.is_some())?;
    Some(Field::new(Text::from(figure.number.currency?), &figure.text, figure.span))
}

/// The text of the record that names a reason, else one that is more than words for a document.
fn stated_reason(record: &Record) -> Option<Field<Text>> {
    let names = |reason: &&Field<Text>| DeductionReason::of(&reason.value).is_some();
    let tells = |reason: &&Field<Text>| !reason.value.is_empty() && !reason.value.split_whitespace().all(is_document_word);
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
    let reason = words.filter(|words| !words.is_empty()).map(|words| Field::written(words, figure.span)).or(stated);
    let of_text = reason.as_ref().and_then(|reason| DeductionReason::of(&reason.value));
    let kind = of_text.or_else(|| DeductionReason::of(head).filter(|_| super::lexicon::role_of(head) == Some(Role::Deduction)));
    Some(Deduction { amount: Field::new(value, &figure.text, figure.span), reason: reason.map(Box::new), kind })
}
