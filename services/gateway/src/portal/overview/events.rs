//! What happened last, from the event logs of the services, newest first.

use askama::Template;
use quittance_types::{BusinessDate, Fault};

use super::{Drawn, Page, empty, words};
use crate::portal::html::{Html, Line, Span};
use crate::portal::view::{EventRow, EventsView};

const TITLE: &str = "What happened last";
/// As many as the page shows.
const ROWS: usize = 20;

#[derive(Template)]
#[template(path = "overview/events.html")]
struct EventsTemplate {
    days: Vec<Day>,
    missing: Option<String>,
}

struct Day {
    name: String,
    rows: Vec<Row>,
}

struct Row {
    time: String,
    machine_time: String,
    /// Shape of the mark: money, ring or broken.
    mark: &'static str,
    what: Html,
    source: Html,
    amount: Option<Html>,
}

pub(super) fn draw(page: &Page<'_>, view: &EventsView) -> Result<Drawn, Fault> {
    let missing = (!view.missing.is_empty()).then(|| {
        let verb = if view.missing.len() == 1 { "does not answer; its events are" } else { "do not answer; their events are" };
        format!("{} {verb} missing here.", words::names(&view.missing))
    });
    if view.rows.is_empty() && missing.is_none() {
        return empty(TITLE, "Nothing has happened yet. The first order, invoice or bank statement appears here.");
    }
    let mut days: Vec<(BusinessDate, Vec<Row>)> = Vec::new();
    for event in view.rows.iter().take(ROWS) {
        let date = event.at.date_in(&page.frame.zone);
        match days.last_mut().filter(|(day, _)| *day == date) {
            Some((_, rows)) => rows.push(present(page, event)),
            None => days.push((date, vec![present(page, event)])),
        }
    }
    let days = days.into_iter().map(|(date, rows)| Day { name: day_name(page, date), rows }).collect();
    let body = Html::render(&EventsTemplate { days, missing })?;
    Ok(Drawn { title: TITLE.to_owned(), note: Line::plain("newest first, from the event logs"), body })
}

fn day_name(page: &Page<'_>, date: BusinessDate) -> String {
    let format = page.frame.format;
    let name = format!("{} {}", format.weekday(date), format.date(date));
    if date == page.frame.today { format!("Today, {name}") } else { name }
}

fn present(page: &Page<'_>, event: &EventRow) -> Row {
    let format = page.frame.format;
    let (service, name) = split(&event.event);
    let link = event.subject.as_ref().and_then(|(id, thing)| page.frame.site.thing(*id, thing));
    let what = match &event.document {
        None => Line::fill("{}", [Span::Link(sentence(name), link)]),
        Some(document) => Line::fill("{} {}", [Span::plain(sentence(name)), Span::OutsideLink(document.clone(), link)]),
    };
    let source = match &event.customer {
        None => Line::plain(service),
        Some(customer) => Line::fill("{}, {}", [Span::Outside(customer.clone()), Span::plain(service)]),
    };
    let amount = event.amount.map(|amount| {
        let code = amount.currency().code();
        Line::fill("{} {}", [Span::plain(code), Span::plain(format.amount(amount))]).html()
    });
    Row {
        time: format.time(event.at, &page.frame.zone),
        machine_time: event.at.to_string(),
        mark: mark(name),
        what: what.html(),
        source: source.html(),
        amount,
    }
}

/// The service and the bare name of an event: `quittance.invoicing.v1.InvoiceIssued` is of invoicing. A name that no
/// service could have is not shown.
fn split(event: &str) -> (&str, &str) {
    let plain = event.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_'));
    let mut parts = event.rsplit('.').filter(|_| plain);
    let name = parts.next().unwrap_or("Event");
    (parts.nth(1).unwrap_or("another system"), name)
}

/// The words of an event's name: those of the trade where they differ from the name, else its words with spaces.
fn sentence(name: &str) -> String {
    let known = match name {
        "ReservationHeld" => "Credit reserved for an order",
        "ReservationCommitted" => "Reserved credit used",
        "ReservationReleased" => "Reserved credit given back",
        "MemoIssued" => "Memo issued",
        "HoldPlaced" => "Order held for credit",
        "HoldReleased" => "Held order released",
        "ItemSettled" => "Open item settled",
        "ItemReopened" => "Open item opened again",
        "NoticeIssued" => "Reminder sent",
        "PromiseMade" => "Payment promised",
        "ContactPaused" => "Contact paused",
        "MandateChanged" => "Direct debit mandate changed",
        "BatchSubmitted" => "Bank file submitted",
        "LegalEntityChanged" => "Legal entity changed",
        _ => return spaced(name),
    };
    known.to_owned()
}

fn spaced(name: &str) -> String {
    let mut out = String::with_capacity(name.len().saturating_add(4));
    for (at, letter) in name.chars().filter(|letter| letter.is_ascii_alphanumeric()).enumerate() {
        if at > 0 && letter.is_ascii_uppercase() {
            out.push(' ');
        }
        out.push(if at > 0 { letter.to_ascii_lowercase() } else { letter });
    }
    out
}

fn mark(name: &str) -> &'static str {
    let broken = ["Broken", "Failed", "Returned", "Breached", "Reopened"];
    let money = ["PaymentSettled", "CashReceived", "CashApplied", "ItemSettled", "RefundPaid", "EscrowReleased"];
    if broken.iter().any(|word| name.ends_with(word)) {
        "bad"
    } else if money.contains(&name) {
        "money"
    } else {
        "ring"
    }
}
