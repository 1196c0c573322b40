//! Why it takes as long as it does: days sales outstanding by month, in the parts that make them up.

use askama::Template;
use quittance_types::{Decimal, Fault};

use super::{Drawn, Numbers, Page, empty, words};
use crate::portal::charts::{Column, Columns, Segment, columns};
use crate::portal::format::{NOT_APPLICABLE, foot_days, tenths_of};
use crate::portal::html::{Html, Line, Span};
use crate::portal::pages::PageId;
use crate::portal::view::{DsoMonth, DsoPart, DsoView};

/// As many months as the page shows.
const MONTHS: usize = 12;

#[derive(Template)]
#[template(path = "overview/dso.html")]
struct DsoTemplate {
    chart: Html,
    facts: Vec<String>,
    numbers: Html,
}

/// A month with its parts in tenths of a day that sum to the month's DSO as shown.
struct Month<'a> {
    month: &'a DsoMonth,
    parts: Vec<(DsoPart, i64)>,
    total: i64,
}

impl Month<'_> {
    fn part(&self, part: DsoPart) -> Option<i64> {
        self.parts.iter().find(|(other, _)| *other == part).map(|(_, tenths)| *tenths)
    }
}

pub(super) fn draw(page: &Page<'_>, view: &DsoView) -> Result<Drawn, Fault> {
    let surplus = view.months.len().saturating_sub(MONTHS);
    let months: Vec<Month<'_>> = view.months.iter().skip(surplus).filter_map(foot).collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return empty("Days sales outstanding", "Days are counted against billed sales. The first month with an invoice appears here.");
    };
    let format = page.frame.format;
    let drawn: Vec<Column> = months.iter().map(|month| column(page, month)).collect();
    let sentence = sentence(page, first, last);
    let chart = columns(&Columns { sentence: &sentence, columns: &drawn, format });
    let numbers = Html::render(&numbers(page, &months))?;
    let body = Html::render(&DsoTemplate { chart, facts: facts(page, view), numbers })?;
    let note = match months.len() {
        1 => "parts of DSO in days, one month".to_owned(),
        count => format!("parts of DSO in days, last {count} months"),
    };
    Ok(Drawn { title: format!("Why it takes {} days", format.tenths(last.total)), note: Line::plain(note), body })
}

/// DSO of the last month and the days our terms allow, both in tenths.
pub(super) fn latest(view: &DsoView) -> Option<(i64, Option<i64>)> {
    let month = view.months.iter().rev().find_map(foot)?;
    Some((month.total, month.part(DsoPart::Terms)))
}

/// Rounds the parts of a month so that they sum to its rounded total; `None` for a month without parts.
fn foot(month: &DsoMonth) -> Option<Month<'_>> {
    let mut parts = month.parts.clone();
    parts.sort_by_key(|(part, _)| *part);
    let days: Vec<Decimal> = parts.iter().map(|(_, days)| *days).collect();
    let total = days.iter().try_fold(Decimal::ZERO, |sum, days| sum.checked_add(*days))?;
    let tenths = foot_days(&days, total).filter(|tenths| !tenths.is_empty())?;
    let parts = parts.iter().zip(tenths).map(|((part, _), tenths)| (*part, tenths)).collect();
    Some(Month { month, parts, total: tenths_of(total)? })
}

fn column(page: &Page<'_>, month: &Month<'_>) -> Column {
    let format = page.frame.format;
    let segments = month.parts.iter().map(|(part, tenths)| Segment {
        class: part.class(),
        hatched: *part == DsoPart::Disputed,
        label: part.label(),
        tenths: *tenths,
        title: format!("{}: {} {}", format.month_and_year(month.month.month), part.label(), format.tenths(*tenths)),
    });
    Column { label: format.month(month.month.month), segments: segments.collect() }
}

fn sentence(page: &Page<'_>, first: &Month<'_>, last: &Month<'_>) -> String {
    let format = page.frame.format;
    let (now, then) = (format.tenths(last.total), format.tenths(first.total));
    let late = last.parts.iter().filter(|(part, _)| *part != DsoPart::Terms).max_by_key(|(_, tenths)| *tenths);
    let course = match (first.month.month == last.month.month, last.total.cmp(&first.total)) {
        (true, _) => format!("DSO is {now} days"),
        (false, std::cmp::Ordering::Less) => format!("DSO fell from {then} to {now} days"),
        (false, std::cmp::Ordering::Equal) => format!("DSO stayed at {now} days"),
        (false, std::cmp::Ordering::Greater) => format!("DSO rose from {then} to {now} days"),
    };
    let Some((part, tenths)) = late.filter(|(_, tenths)| *tenths > 0) else { return format!("{course}.") };
    let part = part.label().to_lowercase();
    format!("{course}; beside our terms the largest part is {part} with {} days.", format.tenths(*tenths))
}

/// Two more measures of collecting, where they are known.
fn facts(page: &Page<'_>, view: &DsoView) -> Vec<String> {
    let format = page.frame.format;
    let late = view.average_days_delinquent.and_then(tenths_of);
    let effect = view.collection_effectiveness.and_then(tenths_of);
    let late = late.map(|tenths| format!("Average days delinquent {}", format.tenths(tenths)));
    let effect = effect.map(|tenths| format!("Collection effectiveness {}", format.permille(tenths)));
    [late, effect].into_iter().flatten().collect()
}

fn numbers(page: &Page<'_>, months: &[Month<'_>]) -> Numbers {
    let format = page.frame.format;
    let present = |part: &DsoPart| months.iter().any(|month| month.part(*part).is_some());
    let parts: Vec<DsoPart> = DsoPart::ALL.into_iter().filter(present).collect();
    let mut head = vec!["Month".to_owned()];
    head.extend(parts.iter().map(|part| part.label().to_owned()));
    head.push("DSO".to_owned());
    let rows = months.iter().map(|month| {
        let cell = |part: &DsoPart| month.part(*part).map_or_else(|| NOT_APPLICABLE.to_owned(), |days| format.tenths(days));
        let mut cells: Vec<String> = parts.iter().map(cell).collect();
        cells.push(format.tenths(month.total));
        let query = format!("report=dso&as_of={}", month.month.month.end_of_month());
        let name = format.month_and_year(month.month.month);
        (Line::fill("{}", [Span::Link(name, page.frame.site.href(PageId::Reports, &query))]).html(), cells)
    });
    let caption = format!("Parts of DSO in days, {}", words::months(months.len()));
    Numbers { caption, head, rows: rows.collect(), total: None }
}
