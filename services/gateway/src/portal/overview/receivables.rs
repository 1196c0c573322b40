//! Open receivables by age, with the disputed part hatched and the total proven by the ledger.

use askama::Template;
use quittance_types::{Currency, Fault, Money};

use super::{Drawn, Page, empty, words};
use crate::portal::charts::{Down, StripPart, strip};
use crate::portal::format::{Format, NOT_APPLICABLE, permilles};
use crate::portal::html::{Html, Line};
use crate::portal::view::{AgeBucket, AgeRow, ReceivablesView};

const TITLE: &str = "Open receivables by age";

#[derive(Template)]
#[template(path = "overview/receivables.html")]
struct ReceivablesTemplate {
    rows: Vec<Row>,
    total: Row,
    with_change: bool,
    proven: bool,
    unproven: Option<String>,
}

struct Row {
    label: &'static str,
    href: Option<String>,
    /// What a narrow page shows under the name and under the amount, instead of the columns it leaves out.
    details: (String, Option<String>),
    strip: Html,
    open: String,
    share: String,
    items: String,
    disputed: String,
    change: String,
}

/// Sums over rows, each summed where it is needed.
struct Total {
    open: Money,
    disputed: Money,
    items: u64,
    change: Option<Money>,
}

impl Total {
    fn of(rows: &[AgeRow], currency: Currency) -> Result<Total, Fault> {
        let changes: Option<Vec<Money>> = rows.iter().map(|row| row.change).collect();
        Ok(Total {
            open: Money::sum(currency, rows.iter().map(|row| row.open))?,
            disputed: Money::sum(currency, rows.iter().map(|row| row.disputed))?,
            items: rows.iter().map(|row| row.items).fold(0, u64::saturating_add),
            change: changes.map(|changes| Money::sum(currency, changes)).transpose()?,
        })
    }
}

/// What is overdue, and all receivables before cash not yet applied.
pub(super) fn overdue(view: &ReceivablesView, currency: Currency) -> Result<(Money, Money), Fault> {
    let late = view.rows.iter().filter(|row| row.bucket.is_overdue());
    let all = view.rows.iter().filter(|row| row.bucket != AgeBucket::Unapplied);
    Ok((Money::sum(currency, late.map(|row| row.open))?, Money::sum(currency, all.map(|row| row.open))?))
}

pub(super) fn draw(page: &Page<'_>, view: &ReceivablesView) -> Result<Drawn, Fault> {
    if view.rows.iter().all(|row| row.items == 0 && row.open.is_zero()) {
        return empty(TITLE, "No item is open. The first invoice that is issued appears here.");
    }
    let currency = page.view.currency;
    let format = page.frame.format;
    let total = Total::of(&view.rows, currency)?;
    let with_change = view.rows.iter().any(|row| row.change.is_some());
    let gross: Vec<i64> = view.rows.iter().map(|row| if is_unapplied(row) { 0 } else { row.open.minor() }).collect();
    let shares = permilles(&gross);
    let largest = view.rows.iter().map(|row| row.open.minor()).max().unwrap_or_default();
    let rows = view.rows.iter().zip(shares).map(|(row, share)| present(page, row, share, largest)).collect();
    let body = Html::render(&ReceivablesTemplate {
        rows,
        total: present_total(format, &total, !view.rows.iter().any(is_unapplied)),
        with_change,
        proven: view.proven == Some(total.open),
        unproven: unproven(format, view.proven, total.open)?,
    })?;
    let hatched = if total.disputed.is_positive() { "; hatched is disputed" } else { "" };
    Ok(Drawn { title: TITLE.to_owned(), note: Line::plain(format!("{}{hatched}", currency.code())), body })
}

fn is_unapplied(row: &AgeRow) -> bool {
    row.bucket == AgeBucket::Unapplied
}

/// The sentence for a total the ledger does not confirm.
fn unproven(format: Format, proven: Option<Money>, sum: Money) -> Result<Option<String>, Fault> {
    let Some(proven) = proven.filter(|proven| *proven != sum) else { return Ok(None) };
    let difference = format.difference(sum.sub(proven)?);
    let (sum, proven) = (format.amount(sum), format.amount(proven));
    Ok(Some(format!("The rows sum to {sum}, the ledger says {proven}: a difference of {difference}.")))
}

fn present(page: &Page<'_>, row: &AgeRow, share: Option<i64>, largest: i64) -> Row {
    let format = page.frame.format;
    let disputed = row.disputed.minor().clamp(0, row.open.minor().max(0));
    let undisputed = row.open.minor().saturating_sub(disputed);
    let class = row.bucket.class();
    let parts = [StripPart { class, size: undisputed, hatched: false }, StripPart { class, size: disputed, hatched: true }];
    let share = share.filter(|_| !is_unapplied(row));
    Row {
        label: row.bucket.label(),
        href: page.frame.site.href(crate::portal::pages::PageId::Invoices, row.bucket.query()),
        details: details(format, row.items, row.disputed),
        strip: strip(&parts, largest, Down::px(16)),
        open: format.amount(row.open),
        share: share.map_or_else(|| NOT_APPLICABLE.to_owned(), |share| format.permille(share)),
        items: format.count(row.items),
        disputed: format.amount(row.disputed),
        change: row.change.map_or_else(String::new, |change| format.difference(change)),
    }
}

fn present_total(format: Format, total: &Total, with_share: bool) -> Row {
    Row {
        label: "All",
        href: None,
        details: details(format, total.items, total.disputed),
        strip: Html::default(),
        open: format.amount(total.open),
        share: if with_share { format.permille(1000) } else { NOT_APPLICABLE.to_owned() },
        items: format.count(total.items),
        disputed: format.amount(total.disputed),
        change: total.change.map_or_else(String::new, |change| format.difference(change)),
    }
}

/// What a narrow page shows under the name and under the amount.
fn details(format: Format, items: u64, disputed: Money) -> (String, Option<String>) {
    let items = format!("{} {}", format.count(items), words::plural(items, "item", "items"));
    (items, disputed.is_positive().then(|| format!("{} disputed", format.amount(disputed))))
}
