//! The top of the page: broken proofs first, then the sentence, then four figures.

use askama::Template;
use quittance_types::{Fault, Money};

use super::cash::Sums;
use super::{Page, books, dso, receivables, words};
use crate::portal::format::{NOT_APPLICABLE, permille};
use crate::portal::html::{Html, Line, Span};
use crate::portal::view::{Part, ServiceName};

#[derive(Template)]
#[template(path = "overview/lead.html")]
struct LeadTemplate {
    broken: Vec<Html>,
    sentences: Vec<Html>,
    figures: Vec<Figure>,
}

/// One of the figures under the sentence. It is no link: the section below it links to the list it comes from, and four
/// more links would put the first row of work more than twenty tab stops from the top.
struct Figure {
    label: &'static str,
    value: String,
    note: String,
}

pub(super) fn draw(page: &Page<'_>) -> Result<Html, Fault> {
    Html::render(&LeadTemplate {
        broken: books::broken(page),
        sentences: vec![cash_sentence(page).html(), needs_sentence(page).html()],
        figures: vec![cash_figure(page), overdue_figure(page), dso_figure(page), alone_figure(page)],
    })
}

fn sums(page: &Page<'_>) -> Option<Sums> {
    Sums::of(page.view.cash.known()?, page.frame.as_of, page.view.currency).ok()
}

fn cash_sentence(page: &Page<'_>) -> Line {
    let format = page.frame.format;
    let day = page.on_the_day();
    let Some(sums) = sums(page) else {
        return Line::plain(format!("What came in {day} is not known{}.", because(&page.view.cash)));
    };
    if sums.today.is_zero() {
        let week = Span::strong(format.prose(sums.week));
        return match sums.week.is_zero() {
            true => Line::plain(format!("No cash came in {day}, and none this week.")),
            false => Line::fill(&format!("No cash came in {day}; {{}} this week."), [week]),
        };
    }
    let amount = Span::strong(format.prose(sums.today));
    let Some(percent) = sums.expected_today.and_then(|expected| against(sums.today, expected)) else {
        return Line::fill(&format!("{{}} came in {day}."), [amount]);
    };
    let share = Span::plain(format.whole_percent(percent.abs()));
    match percent {
        0 => Line::fill(&format!("{{}} came in {day}, as expected."), [amount]),
        1.. => Line::fill(&format!("{{}} came in {day}, {{}} more than expected."), [amount, share]),
        _ => Line::fill(&format!("{{}} came in {day}, {{}} less than expected."), [amount, share]),
    }
}

/// By how many whole percent `found` differs from `expected`.
fn against(found: Money, expected: Money) -> Option<i64> {
    let difference = found.sub(expected).ok()?;
    let tenths = permille(difference.minor(), expected.minor())?;
    let rounded = (tenths.abs() + 5) / 10;
    Some(if tenths < 0 { -rounded } else { rounded })
}

fn needs_sentence(page: &Page<'_>) -> Line {
    let Some(needs) = page.view.needs.known() else {
        return Line::plain(format!("What needs a person is not known{}.", because(&page.view.needs)));
    };
    let count = needs.rows.iter().map(|row| row.count).fold(0, u64::saturating_add);
    let complete = needs.missing.is_empty() && matches!(page.view.needs, Part::Ready(_));
    if count == 0 && complete {
        return Line::plain("Nothing needs a person.");
    }
    if count == 0 {
        return Line::plain("Whether something needs a person is not fully known.");
    }
    let figure = page.frame.format.count(count);
    let words = match (complete, count) {
        (true, 1) => "One thing needs a person".to_owned(),
        (true, _) => format!("{figure} things need a person"),
        (false, _) => format!("At least {figure} {} a person", words::plural(count, "thing needs", "things need")),
    };
    let link = Span::Link(words, Some("#needs".to_owned()));
    let oldest = needs.rows.iter().filter(|row| row.count > 0).filter_map(|row| row.oldest);
    match oldest.max_by_key(|waiting| page.age(*waiting).minutes()) {
        None => Line::fill("{}.", [link]),
        Some(oldest) => {
            let age = Span::plain(page.waited_in_words(oldest));
            let pattern = if count == 1 { "{}; it has waited {}." } else { "{}; the oldest has waited {}." };
            Line::fill(pattern, [link, age])
        }
    }
}

fn cash_figure(page: &Page<'_>) -> Figure {
    let label = "Cash this week";
    let Some(sums) = sums(page) else { return unknown(label, &page.view.cash) };
    let format = page.frame.format;
    let last_week = page.view.cash.known().and_then(|cash| cash.same_days_last_week);
    let difference = |from: Money| sums.week.sub(from).ok().map(|difference| format.prose_difference(difference));
    let note = match (sums.expected_week.and_then(difference), last_week.and_then(difference)) {
        (Some(difference), _) => format!("{difference} against forecast"),
        (None, Some(difference)) => {
            format!("{difference} against last week to {}", format.weekday(page.frame.as_of))
        }
        (None, None) => format!("since {}", format.day_and_month(sums.monday)),
    };
    figure(label, format.prose(sums.week), note)
}

fn overdue_figure(page: &Page<'_>) -> Figure {
    let label = "Overdue";
    let overdue = page.view.receivables.known().map(|view| receivables::overdue(view, page.view.currency));
    let Some(Ok((overdue, all))) = overdue else { return unknown(label, &page.view.receivables) };
    let format = page.frame.format;
    let note = match permille(overdue.minor(), all.minor()) {
        Some(share) => format!("{} of all receivables", format.permille(share)),
        None => "nothing is open".to_owned(),
    };
    figure(label, format.prose(overdue), note)
}

fn dso_figure(page: &Page<'_>) -> Figure {
    let label = "Days sales outstanding";
    let Some(view) = page.view.dso.known() else { return unknown(label, &page.view.dso) };
    let Some((total, terms)) = dso::latest(view) else {
        return figure(label, NOT_APPLICABLE, "no sales billed yet");
    };
    let format = page.frame.format;
    let note = terms.map(|terms| format!("{} is the best our terms allow", format.tenths(terms)));
    figure(label, format.tenths(total), note.unwrap_or_default())
}

fn alone_figure(page: &Page<'_>) -> Figure {
    let label = "Posted without a person";
    let Some(view) = page.view.machine.known() else { return unknown(label, &page.view.machine) };
    let Some(month) = view.month else { return figure(label, NOT_APPLICABLE, "not counted yet") };
    let share = i64::try_from(month.posted).ok().zip(i64::try_from(month.of).ok());
    let Some(share) = share.and_then(|(posted, of)| permille(posted, of)) else {
        return figure(label, NOT_APPLICABLE, "no bank lines in the last 30 days");
    };
    let note = match month.found_wrong {
        None => "of lines, last 30 days".to_owned(),
        Some(0) => "of lines, last 30 days; none found wrong".to_owned(),
        Some(wrong) => format!("of lines, last 30 days; {} found wrong", page.frame.format.count(wrong)),
    };
    figure(label, page.frame.format.permille(share), note)
}

fn figure(label: &'static str, value: impl Into<String>, note: impl Into<String>) -> Figure {
    Figure { label, value: value.into(), note: note.into() }
}

fn unknown<T>(label: &'static str, part: &Part<T>) -> Figure {
    let note = match part {
        Part::Failed(failure) => words::does_not_answer(failure.service, None),
        Part::Denied { .. } => "You may not see this.".to_owned(),
        Part::Later => "Loading.".to_owned(),
        Part::Ready(_) => "The amounts cannot be added up.".to_owned(),
    };
    Figure { label, value: "not known".to_owned(), note }
}

/// The reason at the end of a sentence that says something is not known.
fn because<T>(part: &Part<T>) -> String {
    let silent = |service: ServiceName| format!(": {} does not answer", service.label());
    match part {
        Part::Failed(failure) => silent(failure.service),
        Part::Denied { .. } => ": you may not see it".to_owned(),
        Part::Ready(_) | Part::Later => String::new(),
    }
}
