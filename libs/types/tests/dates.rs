//! Dates, instants and zones, against an independent calendar.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;
use quittance_types::{BusinessDate, Reason, TimeZone, Timestamp};

fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

fn civil(days: i32) -> Date {
    Date::new(1970, 1, 1).unwrap() + days.days()
}

fn any_date() -> impl Strategy<Value = BusinessDate> {
    (0..=BusinessDate::MAX.days()).prop_map(|days| BusinessDate::from_days(days).unwrap())
}

#[test]
fn every_day_agrees_with_the_calendar() {
    for days in 0..=BusinessDate::MAX.days() {
        let (ours, theirs) = (BusinessDate::from_days(days).unwrap(), civil(days));
        assert_eq!(ours.to_string(), theirs.to_string());
        assert_eq!(BusinessDate::parse(&theirs.to_string()).unwrap(), ours);
        assert_eq!(ours.weekday(), theirs.weekday().to_monday_one_offset() as u32);
        assert_eq!(ours.end_of_month().to_string(), theirs.last_of_month().to_string());
        assert_eq!(ours.first_of_month().to_string(), theirs.first_of_month().to_string());
        assert_eq!(ours.is_weekend(), ours.weekday() >= 6);
    }
    assert_eq!(BusinessDate::MAX.to_string(), "2199-12-31");
}

proptest! {
    #[test]
    fn months_are_added_as_the_calendar_does(day in any_date(), months in -3000_i32..3000) {
        let expected = civil(day.days()).checked_add(months.months()).ok().map(|date| date.to_string());
        match day.plus_months(months) {
            Ok(moved) => prop_assert_eq!(Some(moved.to_string()), expected),
            Err(fault) => {
                prop_assert_eq!(fault.reason(), Reason::DateInvalid);
                prop_assert!(expected.is_none_or(|text| !(1970..=2199).contains(&text.get(..4).unwrap().parse().unwrap_or(0))));
            }
        }
    }

    #[test]
    fn days_between_undo_days_added(day in any_date(), days in any::<i32>()) {
        if let Ok(moved) = day.plus_days(days) {
            prop_assert_eq!(moved.days_since(day), days);
            prop_assert_eq!(moved.minus_days(days).unwrap(), day);
        }
    }

    #[test]
    fn the_day_of_an_instant_starts_no_later_than_the_instant(micros in 86_400_000_000_i64..7_258_000_000_000_000, zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Apia", "Africa/Cairo"])) {
        let zone = TimeZone::parse(zone).unwrap();
        let instant = Timestamp::from_micros(micros);
        let day = instant.date_in(&zone);
        let start = Timestamp::start_of(day, &zone);
        prop_assert!(start <= instant);
        prop_assert_eq!(start.date_in(&zone), day);
        prop_assert!(Timestamp::start_of(day.plus_days(1).unwrap(), &zone) > instant);
    }

    #[test]
    fn an_instant_reads_what_it_writes(micros in 0..=Timestamp::MAX.micros()) {
        let instant = Timestamp::checked(micros).unwrap();
        prop_assert_eq!(Timestamp::parse(&instant.to_string()).unwrap(), instant);
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in any::<String>()) {
        let _ = (BusinessDate::parse(&text), Timestamp::parse(&text), TimeZone::parse(&text));
    }
}

#[test]
fn impossible_dates_are_refused() {
    let texts = [
        "2026-02-30",
        "2026-02-29",
        "0000-00-00",
        "9999-01-01",
        "1969-12-31",
        "2200-01-01",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-1-1",
        "20260101",
        "2026/01/01",
        "+026-01-01",
        "2026-01-01T00:00:00Z",
        "",
        "2026-01-0١",
        "01.02.2026",
    ];
    for text in texts {
        assert_eq!(BusinessDate::parse(text).unwrap_err().reason(), Reason::DateInvalid, "{text}");
    }
    for (year, month, day) in [(2026, 2, 30), (0, 0, 0), (9999, 1, 1), (i32::MIN, 1, 1), (2026, u32::MAX, 1), (2026, 1, u32::MAX)] {
        assert_eq!(BusinessDate::from_ymd(year, month, day).unwrap_err().reason(), Reason::DateInvalid);
    }
    for days in [-1, BusinessDate::MAX.days() + 1, i32::MIN, i32::MAX] {
        assert_eq!(BusinessDate::from_days(days).unwrap_err().reason(), Reason::DateInvalid);
    }
    assert_eq!(BusinessDate::from_ymd(2024, 2, 29).unwrap(), date("2024-02-29"));
}

#[test]
fn a_month_later_stays_in_the_next_month() {
    assert_eq!(date("2026-01-31").plus_months(1).unwrap(), date("2026-02-28"));
    assert_eq!(date("2024-01-31").plus_months(1).unwrap(), date("2024-02-29"));
    assert_eq!(date("2026-03-31").plus_months(-1).unwrap(), date("2026-02-28"));
    assert_eq!(date("2026-12-15").plus_months(1).unwrap(), date("2027-01-15"));
    for months in [i32::MIN, i32::MAX] {
        assert_eq!(date("2026-01-31").plus_months(months).unwrap_err().reason(), Reason::DateInvalid);
    }
}

#[test]
fn the_business_date_is_the_tenants() {
    let late = Timestamp::parse("2026-06-30T22:30:00Z").unwrap();
    assert_eq!(late.date_in(&TimeZone::utc()), date("2026-06-30"));
    assert_eq!(late.date_in(&TimeZone::parse("Europe/Berlin").unwrap()), date("2026-07-01"));
    assert_eq!(late.date_in(&TimeZone::parse("America/New_York").unwrap()), date("2026-06-30"));
    // Lebanon's clocks went from 23:59 to 01:00: the day has no midnight.
    let beirut = TimeZone::parse("Asia/Beirut").unwrap();
    assert_eq!(Timestamp::start_of(date("2022-03-27"), &beirut).to_string(), "2022-03-26T22:00:00Z");
}

#[test]
fn instants_out_of_range_are_refused_or_held() {
    for micros in [-1, i64::MIN, i64::MAX, Timestamp::MAX.micros() + 1] {
        assert_eq!(Timestamp::checked(micros).unwrap_err().reason(), Reason::DateInvalid);
    }
    assert_eq!(Timestamp::from_micros(i64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::from_micros(i64::MIN), Timestamp::MIN);
    assert_eq!(Timestamp::MAX.to_string(), "2199-12-31T23:59:59.999999Z");
    assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.minus(Duration::MAX), Timestamp::MIN);
    assert_eq!(Timestamp::MIN.since(Timestamp::MAX), Duration::ZERO);
    for text in ["", "2026-01-31", "9999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-01-31T12:00:00"] {
        assert_eq!(Timestamp::parse(text).unwrap_err().reason(), Reason::DateInvalid, "{text}");
    }
}

#[test]
fn only_zones_of_the_database_are_known() {
    for name in ["Mars/Phobos", "", "CET+1", "../../etc/passwd", "Etc/Unknown", "+02:00", "EST5EDT,M3.2.0,M11.1.0"] {
        assert_eq!(TimeZone::parse(name).unwrap_err().reason(), Reason::TimeZoneUnknown, "{name}");
    }
    for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"] {
        assert_eq!(TimeZone::parse(name).unwrap().name(), name);
    }
}
