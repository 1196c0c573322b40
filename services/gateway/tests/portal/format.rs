//! Numbers, dates and ages as a person reads them.

use quittance_gateway::portal::charts::{Across, Down, Scale};
use quittance_gateway::portal::format::{Age, Format, age_between, foot_days, permille, permilles};
use quittance_types::{Currency, Decimal, Money, TimeZone};

use crate::fixtures::{at, date, eur};

fn money(minor: i64, code: &str) -> Money {
    Money::from_minor(minor, Currency::parse(code).unwrap()).unwrap()
}

#[test]
fn amounts_show_every_digit_of_their_currency() {
    let format = Format::default();
    assert_eq!(format.amount(eur("1234567.5")), "1,234,567.50");
    assert_eq!(format.amount(eur("0")), "0.00");
    assert_eq!(format.amount(eur("-0.05")), "\u{2212}0.05");
    assert_eq!(format.amount(money(1_234_567, "JPY")), "1,234,567");
    assert_eq!(format.amount(money(1_234_567, "BHD")), "1,234.567");
    assert_eq!(format.amount(money(999, "EUR")), "9.99");
    assert_eq!(format.amount(money(100_000, "EUR")), "1,000.00");
}

#[test]
fn differences_carry_a_sign_and_prose_a_currency() {
    let format = Format::default();
    assert_eq!(format.difference(eur("22904.10")), "+22,904.10");
    assert_eq!(format.difference(eur("0")), "0.00");
    assert_eq!(format.prose(eur("-12.00")), "\u{2212}€12.00");
    assert_eq!(format.prose_difference(eur("12.00")), "+€12.00");
    assert_eq!(format.prose(money(1200, "CHF")), "CHF\u{A0}12.00");
    assert_eq!(format.prose(money(-1200, "CHF")), "\u{2212}CHF\u{A0}12.00");
}

#[test]
fn a_locale_brings_its_own_marks() {
    assert_eq!(Format::of_locale("de-DE").prose(eur("1234.50")), "1.234,50\u{A0}€");
    assert_eq!(Format::of_locale("fr").amount(eur("1234.50")), "1\u{202F}234,50");
    assert_eq!(Format::of_locale("de-CH").amount(eur("1234.50")), "1’234.50");
    assert_eq!(Format::of_locale("de-AT").prose(eur("1234.50")), "€1\u{202F}234,50");
    assert_eq!(Format::of_locale("xx-!!"), Format::default());
    assert_eq!(Format::of_locale(""), Format::default());
    assert_eq!(Format::of_locale("de").permille(284), "28,4\u{202F}%");
}

#[test]
fn shares_round_halves_away_from_zero_and_foot() {
    assert_eq!(permille(1, 3), Some(333));
    assert_eq!(permille(1, 2000), Some(1), "half a tenth rounds up");
    assert_eq!(permille(-1, 2000), Some(-1));
    assert_eq!(permille(1, 0), None);
    assert_eq!(permilles(&[1, 1, 1]), [Some(334), Some(333), Some(333)]);
    assert_eq!(permilles(&[i64::MAX, i64::MAX]), [Some(500), Some(500)]);
    assert_eq!(permilles(&[0, 0]), [None, None]);
    assert_eq!(permilles(&[5, -1]), [None, None]);
    let days: Vec<Decimal> = ["0.05", "0.05", "0.05"].map(|days| days.parse().unwrap()).into();
    assert_eq!(foot_days(&days, days.iter().sum()).unwrap().iter().sum::<i64>(), 2, "0.15 is shown as 0.2");
    assert_eq!(foot_days(&[Decimal::MAX], Decimal::MAX), None);
}

#[test]
fn dates_and_times_are_those_of_the_tenant() {
    let format = Format::default();
    let berlin = TimeZone::parse("Europe/Berlin").unwrap();
    assert_eq!(format.date(date("2026-11-02")), "2 Nov 2026");
    assert_eq!(format.day_and_month(date("2026-11-20")), "20 Nov");
    assert_eq!(format.weekday(date("2026-11-22")), "Sun");
    assert_eq!(format.time(at("2026-11-20T23:30:00Z"), &berlin), "00:30");
    assert_eq!(format.time_with_seconds(at("2026-07-20T08:41:07Z"), &berlin), "10:41:07");
    assert_eq!(format.time(at("2026-11-20T23:30:00Z"), &TimeZone::utc()), "23:30");
    // The hour that exists twice.
    assert_eq!(format.time(at("2026-10-25T00:30:00Z"), &berlin), "02:30");
    assert_eq!(format.time(at("2026-10-25T01:30:00Z"), &berlin), "02:30");
}

#[test]
fn ages_are_as_coarse_as_a_person_speaks() {
    let now = at("2026-11-20T12:00:00Z");
    let age = |since: &str| age_between(at(since), now);
    assert_eq!(age("2026-11-20T11:40:30Z").short(), "19 min");
    assert_eq!(age("2026-11-20T11:00:00Z").short(), "1 h");
    assert_eq!(age("2026-11-19T08:00:00Z").short(), "1 day 4 h");
    assert_eq!(age("2026-11-19T12:00:00Z").short(), "1 day");
    assert_eq!(age("2026-11-18T12:00:00Z").short(), "2 days");
    assert_eq!(age("2026-11-21T12:00:00Z").short(), "0 min", "a clock ahead of ours");
    assert_eq!(age("2026-11-17T12:00:00Z").words(), "three days");
    assert_eq!(Age::Hours(1).words(), "one hour");
    assert_eq!(Age::Minutes(40).words(), "40 minutes");
}

#[test]
fn axes_shorten_and_have_few_round_lines() {
    let format = Format::default();
    assert_eq!(format.axis(400_000), "400k");
    assert_eq!(format.axis(1_500_000), "1.5M");
    assert_eq!(format.axis(-20), "\u{2212}20");
    assert_eq!(format.axis(0), "0");
    let (top, base) = (Down::px(0), Down::px(100));
    for (max, unit) in [(1, 1), (7, 10), (497, 10), (53_550_000, 100), (i64::MAX, 100), (0, 1), (3, 100)] {
        let scale = Scale::new(max, unit, top, base);
        let grid = scale.grid();
        assert!(grid.len() <= 4 && grid.first() == Some(&0), "{max}: {grid:?}");
        assert!(grid.iter().all(|value| scale.y(*value) >= top), "{max}: {grid:?}");
    }
    assert_eq!(Scale::new(510_000, 1, top, base).grid(), [0, 200_000, 400_000]);
    assert_eq!(Scale::new(497, 10, top, base).grid(), [0, 200, 400]);
}

#[test]
fn positions_are_written_without_a_float() {
    assert_eq!(Across::share(1, 3).to_string(), "33.333%");
    assert_eq!(Across::share(1, 2).to_string(), "50%");
    assert_eq!(Across::share(5, 3).to_string(), "100%", "a part is never more than the whole");
    assert_eq!(Across::share(-1, 3).to_string(), "0%");
    assert_eq!(Across::WHOLE.split(3).times(2).to_string(), "66.666%");
    assert_eq!(Down::tenths(125).to_string(), "12.5");
    assert_eq!(Down::tenths(-5).to_string(), "-0.5");
    assert_eq!(Down::px(16).to_string(), "16");
}
