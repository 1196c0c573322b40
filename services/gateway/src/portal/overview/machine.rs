//! What the machine did on the day: every bank line in one of four outcomes, summing to all lines.

use askama::Template;
use quittance_types::Fault;

use super::{Drawn, Page, words};
use crate::portal::format::{NOT_APPLICABLE, permille};
use crate::portal::html::{Html, Line, Span};
use crate::portal::pages::PageId;
use crate::portal::view::{MachineView, UnappliedCash};

#[derive(Template)]
#[template(path = "overview/machine.html")]
struct MachineTemplate {
    rows: Vec<Row>,
}

struct Row {
    what: Html,
    detail: String,
    /// Whether the detail says that something is wrong.
    wrong: bool,
    figure: String,
    strong: bool,
}

pub(super) fn draw(page: &Page<'_>, view: &MachineView) -> Result<Drawn, Fault> {
    let mut rows = if view.lines == 0 { vec![no_lines(page)] } else { vec![posted(page, view), left(page, view)] };
    rows.extend(view.unapplied.as_ref().map(|cash| unapplied(page, cash)));
    let note = view.run.as_ref().map_or_else(Line::default, |run| Line::fill("{}", [Span::Outside(run.clone())]));
    let title = format!("What the machine did {}", page.on_the_day());
    Ok(Drawn { title, note, body: Html::render(&MachineTemplate { rows })? })
}

fn no_lines(page: &Page<'_>) -> Row {
    Row {
        what: Line::plain(format!("No bank line was read {}", page.on_the_day())).html(),
        detail: "The next bank statement that is imported is matched at once".to_owned(),
        wrong: false,
        figure: "0".to_owned(),
        strong: false,
    }
}

fn posted(page: &Page<'_>, view: &MachineView) -> Row {
    let format = page.frame.format;
    let share = i64::try_from(view.posted).ok().zip(i64::try_from(view.lines).ok());
    let share = share.and_then(|(posted, lines)| permille(posted, lines));
    let lines = words::plural(view.lines, "bank line", "bank lines");
    let what = format!("Posted {} of {} {lines} without a person", format.count(view.posted), format.count(view.lines));
    let detail = match view.sample {
        Some(sample) if sample.checked > 0 => {
            format!("Sample of {} checked by people: {} right", format.count(sample.checked), format.count(sample.right))
        }
        _ => "No sample of them was checked by people".to_owned(),
    };
    Row {
        what: Line::plain(what).html(),
        detail,
        wrong: view.sample.is_some_and(|sample| sample.right < sample.checked),
        figure: share.map_or_else(|| NOT_APPLICABLE.to_owned(), |share| format.permille(share)),
        strong: true,
    }
}

fn left(page: &Page<'_>, view: &MachineView) -> Row {
    let format = page.frame.format;
    let left = [view.waiting, view.exceptions, view.not_receipts].into_iter().fold(0, u64::saturating_add);
    let accounted = left.saturating_add(view.posted);
    let what = format!(
        "Left {} for confirmation, {} as exceptions, {} {} not receipts",
        format.count(view.waiting),
        format.count(view.exceptions),
        format.count(view.not_receipts),
        words::plural(view.not_receipts, "was", "were"),
    );
    let detail = match accounted.cmp(&view.lines) {
        std::cmp::Ordering::Equal => "Every line is accounted for".to_owned(),
        std::cmp::Ordering::Less => not_accounted(page, view.lines.saturating_sub(accounted)),
        std::cmp::Ordering::Greater => {
            format!("{} more outcomes than lines", format.count(accounted.saturating_sub(view.lines)))
        }
    };
    let wrong = accounted != view.lines;
    Row { what: Line::plain(what).html(), detail, wrong, figure: format.count(left), strong: false }
}

fn not_accounted(page: &Page<'_>, count: u64) -> String {
    let lines = words::plural(count, "line is", "lines are");
    format!("{} {lines} not accounted for", page.frame.format.count(count))
}

fn unapplied(page: &Page<'_>, cash: &UnappliedCash) -> Row {
    let format = page.frame.format;
    let receipts = format!("{} {}", format.count(cash.receipts), words::plural(cash.receipts, "receipt", "receipts"));
    let age = |oldest| crate::portal::view::Waiting::SinceDay(oldest);
    let detail = match cash.oldest {
        Some(oldest) => format!("{receipts}, oldest {}", page.waited(age(oldest))),
        None => receipts,
    };
    let link = Span::Link("Cash not yet applied".to_owned(), page.frame.site.href(PageId::Cash, "state=unapplied"));
    Row { what: Line::fill("{}", [link]).html(), detail, wrong: false, figure: format.prose(cash.amount), strong: true }
}
