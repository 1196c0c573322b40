//! The Overview: how are we, what needs me?
//!
//! Eight parts, each drawn by its own module from its own piece of the view-model. A part whose service failed says so in
//! its place and the rest of the page stands.

use askama::Template;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use quittance_types::Fault;

use super::frame::Frame;
use super::headers;
use super::html::{Html, Line};
use super::message;
use super::view::{Failure, OverviewView, Part};

mod books;
mod cash;
mod dso;
mod events;
mod lead;
mod machine;
mod needs;
mod receivables;
mod words;

/// The parts of the page, by the name they have in `?part=` and in the event stream.
pub const PARTS: [&str; 8] = ["lead", "needs", "cash", "receivables", "dso", "machine", "books", "events"];

/// The whole page.
///
/// # Errors
/// INTERNAL when a template cannot be written.
pub fn page(frame: &Frame, view: &OverviewView) -> Result<Html, Fault> {
    let parts: Result<Vec<Html>, Fault> = PARTS.iter().map(|name| draw(frame, view, name)).collect();
    frame.around(Html::render(&OverviewTemplate { parts: parts? })?)
}

/// One part of the page, for a request that replaces only it; `None` for a name that is not a part.
///
/// # Errors
/// INTERNAL when a template cannot be written.
pub fn part(frame: &Frame, view: &OverviewView, name: &str) -> Option<Result<Html, Fault>> {
    PARTS.contains(&name).then(|| draw(frame, view, name))
}

/// Answers `GET /` and `GET /?part=name`. The script asks for a part and gets the part alone; a person who opens the same
/// address by hand gets the page.
pub fn respond(frame: &Frame, view: &OverviewView, part_name: Option<&str>, request: &HeaderMap) -> Response {
    let by_script = request.get("sec-fetch-dest").is_some_and(|dest| dest == "empty");
    let html = match part_name.filter(|_| by_script) {
        Some(name) => match part(frame, view, name) {
            Some(html) => html,
            None => return message::respond(Some(frame), &message::not_found()),
        },
        None => page(frame, view),
    };
    match html {
        Ok(html) => headers::page(StatusCode::OK, html),
        Err(fault) => message::failed(&fault),
    }
}

fn draw(frame: &Frame, view: &OverviewView, name: &str) -> Result<Html, Fault> {
    let page = Page { frame, view };
    match name {
        "lead" => lead::draw(&page),
        "needs" => section(&page, ("needs", "Needs a person"), &view.needs, needs::draw),
        "cash" => section(&page, ("cash", "Cash in"), &view.cash, cash::draw),
        "receivables" => section(&page, ("receivables", "Open receivables by age"), &view.receivables, receivables::draw),
        "dso" => section(&page, ("dso", "Days sales outstanding"), &view.dso, dso::draw),
        "machine" => section(&page, ("machine", "What the machine did"), &view.machine, machine::draw),
        "books" => section(&page, ("books", "Books"), &view.books, books::draw),
        "events" => section(&page, ("events", "What happened last"), &view.events, events::draw),
        _ => Ok(Html::default()),
    }
}

/// What every part may look at.
struct Page<'a> {
    frame: &'a Frame,
    view: &'a OverviewView,
}

impl Page<'_> {
    /// The address that asks for one part again, for the same day.
    fn again(&self, part: &str) -> String {
        let day = if self.frame.is_past() { format!("as_of={}&", self.frame.as_of) } else { String::new() };
        format!("/?{day}part={part}")
    }

    /// "today", or the date when the page looks at another day.
    fn on_the_day(&self) -> String {
        if self.frame.is_past() { format!("on {}", self.frame.format.date(self.frame.as_of)) } else { "today".to_owned() }
    }
}

/// A drawn section: its heading, the few words beside it, and what stands below.
struct Drawn {
    title: String,
    note: Line,
    body: Html,
}

/// Puts a part into its section, whatever became of it.
fn section<T>(
    page: &Page<'_>,
    (id, title): (&'static str, &'static str),
    part: &Part<T>,
    draw: fn(&Page<'_>, &T) -> Result<Drawn, Fault>,
) -> Result<Html, Fault> {
    let plain =
        |state: State| Ok::<_, Fault>((Drawn { title: title.to_owned(), note: Line::default(), body: Html::default() }, Some(state)));
    let (drawn, state) = match part {
        Part::Ready(answer) => match draw(page, answer) {
            Ok(drawn) => (drawn, None),
            Err(fault) => plain(State::Wrong { sentence: not_addable(&fault) })?,
        },
        Part::Failed(failure) => failed(page, id, title, failure, draw),
        Part::Denied { permission } => plain(State::Wrong { sentence: words::denied(permission) })?,
        Part::Later => plain(State::Later { id, again: page.again(id) })?,
    };
    let state = state.map(|state| Html::render(&StateTemplate { state })).transpose()?;
    Html::render(&SectionTemplate { id, title: &drawn.title, note: drawn.note.html(), state, body: drawn.body })
}

fn failed<T>(
    page: &Page<'_>,
    id: &'static str,
    title: &'static str,
    failure: &Failure<T>,
    draw: fn(&Page<'_>, &T) -> Result<Drawn, Fault>,
) -> (Drawn, Option<State>) {
    let earlier = failure.earlier.as_ref();
    let drawn = earlier.and_then(|(at, answer)| draw(page, answer).ok().map(|drawn| (*at, drawn)));
    let time = drawn.as_ref().map(|(at, _)| page.frame.format.time(*at, &page.frame.zone));
    let nothing = || Drawn { title: title.to_owned(), note: Line::default(), body: Html::default() };
    let sentence = words::does_not_answer(failure.service, time.as_deref());
    let state = State::Failed { id, again: page.again(id), sentence, trace_id: failure.trace_id.clone() };
    (drawn.map_or_else(nothing, |(_, drawn)| drawn), Some(state))
}

fn not_addable(fault: &Fault) -> String {
    format!("These figures cannot be added up: {}.", fault.message())
}

/// What a section says instead of, or above, its figures.
enum State {
    /// A sentence only.
    Wrong { sentence: String },
    /// A service does not answer; with a way to ask again.
    Failed { id: &'static str, again: String, sentence: String, trace_id: Option<String> },
    /// Fetched by a second request.
    Later { id: &'static str, again: String },
}

#[derive(Template)]
#[template(path = "overview/state.html")]
struct StateTemplate {
    state: State,
}

#[derive(Template)]
#[template(path = "overview/section.html")]
struct SectionTemplate<'a> {
    id: &'static str,
    title: &'a str,
    note: Html,
    state: Option<Html>,
    body: Html,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewTemplate {
    parts: Vec<Html>,
}

/// A table of the numbers behind a chart. The first cell of a row is its header.
#[derive(Template)]
#[template(path = "overview/numbers.html")]
struct Numbers {
    caption: String,
    head: Vec<String>,
    rows: Vec<(Html, Vec<String>)>,
    total: Option<Vec<String>>,
}

/// A part without anything in it: why, and what fills it.
fn empty(title: impl Into<String>, sentence: &str) -> Result<Drawn, Fault> {
    let body = Html::render(&EmptyTemplate { sentence })?;
    Ok(Drawn { title: title.into(), note: Line::default(), body })
}

#[derive(Template)]
#[template(source = "<p class=\"empty\">{{ sentence }}</p>\n", ext = "html")]
struct EmptyTemplate<'a> {
    sentence: &'a str,
}
