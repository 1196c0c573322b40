//! All readings of a page, and the best of them.

use quittance_types::Decimal;

use super::calendar::order_of;
use super::document::Known;
use super::grid::{from_tables, from_text, token_lines};
use super::head::{self, Head};
use super::model::Span;
use super::page::Page;
use super::plan::{Outcome, best};
use super::prose::{self, Binding, bind};
use super::record::{Record, Records, Stated};
use super::table;
use super::token::{Kind, Style, tokens};

/// What the caller knows.
#[derive(Clone, Copy)]
pub(crate) struct Knowledge<'k> {
    /// The receiver's own numbers.
    pub known: Known<'k>,
    /// Amount of the payment.
    pub expected: Option<Decimal>,
}

/// One reading of a page: tables or sentences with their best plan.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Records with what their amounts mean.
    pub groups: Vec<(Records, Outcome)>,
    /// The stated sum the lines add up to.
    pub total: Option<Stated>,
    /// All stated sums that are no amounts of lines.
    pub totals: Vec<Stated>,
    /// True when a stated or expected sum and all rows hold.
    pub proven: bool,
    /// True when another reading is as good and pays other amounts.
    pub rival: bool,
    /// Merit between readings.
    pub rank: i64,
}

impl Reading {
    /// Number of records.
    pub fn count(&self) -> usize {
        self.groups.iter().map(|(records, _)| records.records.len()).sum()
    }
}

/// The head of a page alone.
pub(crate) fn head_of(page: &Page) -> Head {
    head::read(page, style_of(page))
}

/// Reads `page`: its head, and its lines if it has any. They may also be held against `sums` of other parts.
pub(crate) fn read(page: &Page, sums: &[Stated], knowledge: Knowledge<'_>) -> (Head, Option<Reading>) {
    let style = style_of(page);
    let head = with_sums(head::read(page, style), sums);
    let mut best = of_style(page, &head, style, knowledge);
    if best.as_ref().is_none_or(|best| !best.proven) && has_blank_groups(page, style) {
        let other = Style { blank_groups: !style.blank_groups, ..style };
        let other_head = with_sums(head::read(page, other), sums);
        if let Some(reading) = of_style(page, &other_head, other, knowledge).filter(|reading| reading.proven) {
            return (other_head, Some(reading));
        }
    }
    if let Some(reading) = &mut best {
        reading.rival |= reading.groups.iter().any(|(_, outcome)| outcome.rival);
    }
    (head, best)
}

fn with_sums(mut head: Head, sums: &[Stated]) -> Head {
    head.totals.extend(sums.iter().cloned());
    head
}

fn of_style(page: &Page, head: &Head, style: Style, knowledge: Knowledge<'_>) -> Option<Reading> {
    let mut readings = Vec::new();
    let grids: Vec<Records> = from_tables(page).iter().filter_map(|grid| table::read(grid, style.order, knowledge.known)).collect();
    let separate = grids.len() > 1;
    if separate {
        readings.extend(joint(&grids, head, knowledge));
    }
    readings.extend(grids.into_iter().filter_map(|records| single(records, head, knowledge, 300)));
    let lines = token_lines(page, style);
    for white in [2, 1] {
        let records = from_text(page.part, &lines, white).and_then(|grid| table::read(&grid, style.order, knowledge.known));
        readings.extend(records.and_then(|records| single(records, head, knowledge, 290 + i64::try_from(white).unwrap_or(0))));
    }
    let settled = readings.iter().any(|reading| reading.proven && reading.count() > 1);
    if !settled {
        readings.extend(of_prose(page, head, style, knowledge));
    }
    // Stable: of equals the first stays.
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.rank));
    readings.into_iter().next()
}

fn of_prose(page: &Page, head: &Head, style: Style, knowledge: Knowledge<'_>) -> Vec<Reading> {
    let items = prose::items(page, style, knowledge.known);
    let mut out: Vec<Reading> = Vec::new();
    for (order, binding) in (0i64..).zip(Binding::ALL) {
        let records = bind(&items, binding);
        if records.is_empty() || records.len() > 20_000 {
            continue;
        }
        out.extend(single(prose::records(records), head, knowledge, 100 - order * 2));
    }
    out
}

fn single(records: Records, head: &Head, knowledge: Knowledge<'_>, base: i64) -> Option<Reading> {
    let totals = totals_for(std::slice::from_ref(&records), head);
    let outcome = best(&records, &totals, knowledge.expected)?;
    let sum = sum_of(std::slice::from_ref(&outcome));
    let total = outcome.total.and_then(|index| totals.get(index)).cloned();
    Some(rated(vec![(records, outcome)], (total, totals), sum, knowledge, base))
}

/// All tables of the page together.
fn joint(grids: &[Records], head: &Head, knowledge: Knowledge<'_>) -> Option<Reading> {
    let totals = totals_for(grids, head);
    let mut outcomes = Vec::new();
    for records in grids {
        outcomes.push(best(records, &totals, None)?);
    }
    let sum = sum_of(&outcomes)?;
    let matches = |stated: &&Stated| stated.named && stated.figure.number.signed() == sum;
    let total = totals.iter().find(matches).cloned();
    let groups = grids.iter().map(copy).zip(outcomes).collect();
    Some(rated(groups, (total, totals), Some(sum), knowledge, 295))
}

fn copy(records: &Records) -> Records {
    Records {
        records: records.records.clone(),
        roles: records.roles.clone(),
        heads: records.heads.clone(),
        totals: records.totals.clone(),
        headed: records.headed,
    }
}

fn sum_of(outcomes: &[Outcome]) -> Option<Decimal> {
    let mut rows = outcomes.iter().flat_map(|outcome| &outcome.rows);
    rows.try_fold(Decimal::ZERO, |sum, row| sum.checked_add(row.paid()?))
}

fn rated(
    groups: Vec<(Records, Outcome)>,
    (total, totals): (Option<Stated>, Vec<Stated>),
    sum: Option<Decimal>,
    knowledge: Knowledge<'_>,
    base: i64,
) -> Reading {
    let fails: usize = groups.iter().map(|(_, outcome)| outcome.fails).sum();
    let count: usize = groups.iter().map(|(records, _)| records.records.len()).sum();
    let expected = sum.is_some() && sum == knowledge.expected;
    let proven = (total.is_some() || expected) && fails == 0;
    let headed = groups.iter().any(|(records, _)| records.headed);
    let known = knowledge
        .known
        .map_or(0, |known| groups.iter().flat_map(|(records, _)| &records.records).filter(|record| known(&record.document.value)).count());
    let best_score: i64 =
        groups.iter().map(|(_, outcome)| outcome.score.min(1500)).sum::<i64>() / i64::try_from(groups.len().max(1)).unwrap_or(1);
    let mut rank = base + best_score / 8 + i64::try_from(count.min(100)).unwrap_or(0) * 3;
    rank += if proven { 10_000 } else { 0 };
    rank += if fails == 0 { 150 } else { 0 };
    rank += if headed { 60 } else { 0 };
    rank += i64::try_from((known * 2000).checked_div(count).unwrap_or(0)).unwrap_or(0);
    Reading { groups, total, totals, proven, rival: false, rank }
}

/// Sums the lines may be held against: those of the head and of the tables that are no amounts of records themselves.
fn totals_for(groups: &[Records], head: &Head) -> Vec<Stated> {
    let figures = groups.iter().flat_map(|records| &records.records).flat_map(|record: &Record| record.figures.iter().flatten());
    let own: std::collections::HashSet<(u16, u32, u32, u32)> =
        figures.map(|figure| (figure.span.part, figure.span.line, figure.span.column, figure.span.to)).collect();
    let of_tables = groups.iter().flat_map(|records| &records.totals);
    let free = |span: &Span| !own.contains(&(span.part, span.line, span.column, span.to));
    of_tables.chain(&head.totals).filter(|stated| free(&stated.figure.span)).take(2_000).cloned().collect()
}

fn style_of(page: &Page) -> Style {
    let texts = || page.rows.iter().flat_map(|row| &row.cells).map(|cell| &*cell.text);
    let american = texts().any(|text| text.contains('$') || text.contains("USD"));
    let order = order_of(texts().flat_map(str::split_whitespace), american);
    // A thousand or more without a blank in it: blanks separate nothing here.
    let plain = Style { order, blank_groups: false };
    let thousand = Decimal::from(1000);
    let large = texts().flat_map(|text| tokens(text, plain)).any(|token| match token.kind {
        Kind::Amount(number) => number.decimals == 2 && number.value >= thousand && !token.text.contains(['\u{a0}', '\u{202f}']),
        _ => false,
    });
    Style { order, blank_groups: !large }
}

/// True when some text can be read with and without blanks in numbers.
fn has_blank_groups(page: &Page, style: Style) -> bool {
    let (with, without) = (Style { blank_groups: true, ..style }, Style { blank_groups: false, ..style });
    let texts = page.rows.iter().flat_map(|row| &row.cells).map(|cell| &*cell.text);
    texts.take(5_000).any(|text| tokens(text, with).len() != tokens(text, without).len())
}
