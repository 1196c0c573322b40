//! What needs a person: one row per queue, the most pressing first.

use askama::Template;
use quittance_types::{Fault, Money};

use super::{Drawn, Page, empty, words};
use crate::portal::format::NOT_APPLICABLE;
use crate::portal::html::{Html, Line};
use crate::portal::view::{NeedsRow, NeedsView};

const TITLE: &str = "Needs a person";

#[derive(Template)]
#[template(path = "overview/needs.html")]
struct NeedsTemplate {
    currency: &'static str,
    with_keys: bool,
    rows: Vec<Row>,
    missing: Option<String>,
}

struct Row {
    /// The digit that opens the row, when it has somewhere to lead.
    key: Option<usize>,
    label: &'static str,
    href: Option<String>,
    because: String,
    count: String,
    value: String,
    oldest: String,
}

pub(super) fn draw(page: &Page<'_>, view: &NeedsView) -> Result<Drawn, Fault> {
    let missing = (!view.missing.is_empty()).then(|| {
        let verb = if view.missing.len() == 1 { "does not answer; its queues are" } else { "do not answer; their queues are" };
        format!("{} {verb} missing here.", words::names(&view.missing))
    });
    let rows = ordered(page, view);
    if rows.is_empty() && missing.is_none() {
        return empty(TITLE, "Nothing waits for a person. What the services may not decide alone appears here.");
    }
    let rows: Vec<Row> = rows.into_iter().enumerate().map(|(at, row)| present(page, at, row)).collect();
    let with_keys = rows.iter().any(|row| row.key.is_some());
    let body = Html::render(&NeedsTemplate { currency: page.view.currency.code(), with_keys, rows, missing })?;
    Ok(Drawn { title: TITLE.to_owned(), note: Line::plain("ordered by money and days of waiting"), body })
}

/// Rows with work in them, by value times whole days of waiting (at least one), then by count.
fn ordered<'a>(page: &Page<'_>, view: &'a NeedsView) -> Vec<&'a NeedsRow> {
    let mut rows: Vec<&NeedsRow> = view.rows.iter().filter(|row| row.count > 0).collect();
    rows.sort_by_key(|row| {
        let days = row.oldest.map_or(1, |waiting| page.age(waiting).whole_days().max(1));
        let value = row.value.map_or(0, Money::minor);
        std::cmp::Reverse((i128::from(value).saturating_mul(i128::from(days)), row.count))
    });
    rows
}

fn present(page: &Page<'_>, at: usize, row: &NeedsRow) -> Row {
    let format = page.frame.format;
    let href = page.frame.site.href(row.queue.page(), "");
    let key = at.saturating_add(1);
    Row {
        key: Some(key).filter(|key| *key <= 9 && href.is_some()),
        label: row.queue.label(),
        href,
        because: because(page, row),
        count: format.count(row.count),
        value: row.value.map_or_else(|| NOT_APPLICABLE.to_owned(), |value| format.amount(value)),
        oldest: row.oldest.map_or_else(|| NOT_APPLICABLE.to_owned(), |waiting| page.waited(waiting)),
    }
}

/// "Over limit 4, overdue 2": the first cause begins the sentence, the others continue it.
fn because(page: &Page<'_>, row: &NeedsRow) -> String {
    if row.causes.is_empty() {
        return row.queue.because().to_owned();
    }
    let causes = row.causes.iter().enumerate().map(|(at, (cause, count))| {
        let mut letters = cause.chars();
        let first = letters.next().map(|first| if at == 0 { first.to_ascii_uppercase() } else { first.to_ascii_lowercase() });
        let cause: String = first.into_iter().chain(letters).collect();
        format!("{cause} {}", page.frame.format.count(*count))
    });
    causes.collect::<Vec<_>>().join(", ")
}
