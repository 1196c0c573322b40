//! Cash in by day: bars, inside a forecast band where there is a forecast.

use askama::Template;
use quittance_types::{BusinessDate, Currency, Fault, Money};

use super::{Drawn, Numbers, Page, empty};
use crate::portal::charts::{Bar, BarBand, Bars, Divider, bars};
use crate::portal::format::NOT_APPLICABLE;
use crate::portal::html::{Html, Line, Span};
use crate::portal::pages::PageId;
use crate::portal::view::{CashDay, CashView};

/// As many bars as keep their labels apart in a column of the page.
const BARS: usize = 10;

#[derive(Template)]
#[template(path = "overview/cash.html")]
struct CashTemplate {
    chart: Html,
    with_band: bool,
    numbers: Html,
}

/// What the days sum to.
pub(super) struct Sums {
    /// Monday of the week of the as-of date.
    pub monday: BusinessDate,
    /// Received on the as-of date.
    pub today: Money,
    /// Expected on the as-of date, if anything was forecast.
    pub expected_today: Option<Money>,
    /// Received from Monday to the as-of date.
    pub week: Money,
    /// Expected in the same days, if every weekday of them was forecast.
    pub expected_week: Option<Money>,
}

impl Sums {
    /// Sums the days. Errors: `CURRENCY_MISMATCH`, `AMOUNT_OUT_OF_RANGE`.
    pub fn of(view: &CashView, as_of: BusinessDate, currency: Currency) -> Result<Sums, Fault> {
        let since_monday = i32::try_from(as_of.weekday()).unwrap_or(1).saturating_sub(1);
        let monday = as_of.minus_days(since_monday)?;
        let in_week = |day: &&CashDay| day.date >= monday && day.date <= as_of;
        let week: Vec<&CashDay> = view.days.iter().filter(in_week).collect();
        let today = || week.iter().filter(|day| day.date == as_of);
        let forecast = |day: &&CashDay| day.forecast.as_ref().map(|band| band.likely);
        let weekdays = week.iter().filter(|day| !day.date.is_weekend());
        let all_forecast = !week.is_empty() && weekdays.clone().all(|day| day.forecast.is_some());
        let expected_week = Money::sum(currency, week.iter().filter_map(forecast))?;
        Ok(Sums {
            monday,
            today: Money::sum(currency, today().filter_map(|day| day.received))?,
            expected_today: today().find_map(forecast).filter(|expected| expected.is_positive()),
            week: Money::sum(currency, week.iter().filter_map(|day| day.received))?,
            expected_week: Some(expected_week).filter(|_| all_forecast),
        })
    }
}

pub(super) fn draw(page: &Page<'_>, view: &CashView) -> Result<Drawn, Fault> {
    let with_band = view.days.iter().any(|day| day.forecast.is_some());
    let title = if with_band { "Cash in, against forecast" } else { "Cash in" };
    let days = shown(view);
    let received = days.iter().filter_map(|day| day.received).any(|money| !money.is_zero());
    if !received && !with_band {
        return empty(title, "No receipt in these days. The next bank statement that is imported fills this.");
    }
    let currency = page.view.currency;
    let sums = Sums::of(view, page.frame.as_of, currency)?;
    let marks: Vec<Bar> = days.iter().map(|day| bar(page, day)).collect();
    let sentence = sentence(page, &days)?;
    let chart = bars(&Bars {
        sentence: &sentence,
        bars: &marks,
        divider: divider(page, &days, sums.monday),
        unit: 10_i64.saturating_pow(currency.minor_digits()),
        format: page.frame.format,
    });
    let numbers = Html::render(&numbers(page, &days, with_band)?)?;
    let body = Html::render(&CashTemplate { chart, with_band, numbers })?;
    Ok(Drawn { title: title.to_owned(), note: Line::plain(format!("{} a day", currency.code())), body })
}

/// The last days, without Saturdays and Sundays on which nothing happened or was expected.
fn shown(view: &CashView) -> Vec<&CashDay> {
    let idle = |day: &CashDay| day.forecast.is_none() && day.received.is_none_or(Money::is_zero);
    let days: Vec<&CashDay> = view.days.iter().filter(|day| !(day.date.is_weekend() && idle(day))).collect();
    let surplus = days.len().saturating_sub(BARS);
    days.into_iter().skip(surplus).collect()
}

fn bar(page: &Page<'_>, day: &CashDay) -> Bar {
    let format = page.frame.format;
    let date = format!("{} {}", format.weekday(day.date), format.day_and_month(day.date));
    let value = day.received.map(|received| (received.minor(), format!("{date}: {}", format.prose(received))));
    let band = day.forecast.as_ref().map(|band| BarBand {
        low: band.low.minor(),
        likely: band.likely.minor(),
        high: band.high.minor(),
        title: format!("{date}: expected {} to {}", format.prose(band.low), format.prose(band.high)),
    });
    Bar { label: format.weekday(day.date), detail: day.date.ymd().2.to_string(), value, band }
}

/// A line before the days to come; without such, before this week.
fn divider(page: &Page<'_>, days: &[&CashDay], monday: BusinessDate) -> Option<Divider> {
    let to_come = days.iter().position(|day| day.date > page.frame.as_of);
    if let Some(before) = to_come {
        let next_week = days.get(before).is_some_and(|day| day.date.days_since(monday) >= 7);
        return Some(Divider { before, label: if next_week { "next week" } else { "to come" } });
    }
    let this_week = days.iter().position(|day| day.date >= monday).filter(|before| *before > 0);
    this_week.map(|before| Divider { before, label: "this week" })
}

fn sentence(page: &Page<'_>, days: &[&CashDay]) -> Result<String, Fault> {
    let format = page.frame.format;
    let past: Vec<(&CashDay, Money)> = days.iter().filter_map(|day| Some((*day, day.received?))).collect();
    let sum = Money::sum(page.view.currency, past.iter().map(|(_, received)| *received))?;
    let most = past.iter().max_by_key(|(_, received)| received.minor());
    let (Some((first, _)), Some((last, _)), Some((best, amount))) = (past.first(), past.last(), most) else {
        return Ok("Cash expected in the days to come.".to_owned());
    };
    Ok(format!(
        "{} came in from {} to {}, most on {} with {}.",
        format.prose(sum),
        format.day_and_month(first.date),
        format.date(last.date),
        format.day_and_month(best.date),
        format.prose(*amount)
    ))
}

fn numbers(page: &Page<'_>, days: &[&CashDay], with_band: bool) -> Result<Numbers, Fault> {
    let format = page.frame.format;
    let code = page.view.currency.code();
    let amount = |money: Option<Money>| money.map_or_else(|| NOT_APPLICABLE.to_owned(), |money| format.amount(money));
    let mut head = vec!["Day".to_owned(), format!("Received, {code}")];
    if with_band {
        head.extend(["Low", "Most likely", "High"].map(str::to_owned));
    }
    let rows = days.iter().map(|day| {
        let query = format!("date={}", day.date);
        let date = format!("{} {}", format.weekday(day.date), format.day_and_month(day.date));
        let link = Span::Link(date, page.frame.site.href(PageId::Cash, &query));
        let mut cells = vec![amount(day.received)];
        if with_band {
            let band = day.forecast.as_ref();
            cells.push(amount(band.map(|band| band.low)));
            cells.push(amount(band.map(|band| band.likely)));
            cells.push(amount(band.map(|band| band.high)));
        }
        (Line::fill("{}", [link]).html(), cells)
    });
    let rows = rows.collect();
    let sum = Money::sum(page.view.currency, days.iter().filter_map(|day| day.received))?;
    let mut total = vec!["All".to_owned(), format.amount(sum)];
    total.resize(head.len(), String::new());
    Ok(Numbers { caption: "Cash in by day".to_owned(), head, rows, total: Some(total) })
}
