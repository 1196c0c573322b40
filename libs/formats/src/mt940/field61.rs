//! Field 61, the statement line.

use quittance_types::BusinessDate;

use super::balance::two_digits;
use super::charges;
use crate::short_date::yymmdd;
use crate::statement::Direction;

/// A statement line as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line61<'a> {
    /// `YYMMDD`
    pub value_date: &'a str,
    /// `MMDD`
    pub entry_date: Option<&'a str>,
    pub direction: Direction,
    pub reversal: bool,
    /// Expected, not booked (`EC`, `ED`).
    pub expected: bool,
    /// Digits with a decimal comma.
    pub amount: &'a str,
    /// `NTRF`, `S051` ...
    pub kind: Option<&'a str>,
    /// For the account's owner.
    pub reference: &'a str,
    /// After `//`.
    pub bank_reference: &'a str,
    /// What banks write behind the reference on the same line.
    pub spill: &'a str,
    /// Original amount and charges, where they stand on the same line.
    pub amounts: &'a str,
}

impl Line61<'_> {
    /// SWIFT's transaction type `RTI`, whatever is written before it.
    pub(super) fn is_returned_item(&self) -> bool {
        self.kind.is_some_and(|kind| kind.get(1..) == Some("RTI"))
    }
}

/// Takes a statement line apart:
/// `YYMMDD [MMDD] [R|E](C|D) [funds code] amount [type] [reference] [//bank reference]`. None when it is none.
pub(super) fn parse(text: &str) -> Option<Line61<'_>> {
    let (value_date, rest) = text.split_at_checked(6).filter(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (entry_date, rest) = match rest.split_at_checked(4) {
        Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => (Some(digits), rest),
        Some((blanks, rest)) if blanks.trim().is_empty() => (None, rest),
        _ => (None, rest),
    };
    let expected = rest.starts_with('E');
    let (direction, reversal, rest) = mark(rest)?;
    let start = rest.find(|c: char| c.is_ascii_digit() || c == ',')?;
    // At most a funds code and a blank stand between mark and amount.
    let before = rest.get(..start)?;
    if before.trim().len() > 1 || before.len() > 2 || !before.trim().bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let rest = rest.get(start..)?;
    let (amount, rest) = split_amount(rest)?;
    let (kind, rest) = split_type(rest);
    let (rest, amounts) = charges::split(rest);
    let (reference, bank_reference) = rest.split_once("//").unwrap_or((rest, ""));
    let (reference, spill) = if bank_reference.is_empty() { split_spill(reference) } else { (reference, "") };
    Some(Line61 {
        value_date,
        entry_date,
        direction,
        reversal,
        expected,
        amount,
        kind,
        reference: reference.trim(),
        bank_reference: bank_reference.trim(),
        spill: spill.trim(),
        amounts,
    })
}

/// The amount and what follows it. What is no type and follows without two decimals before it belongs to the amount, which
/// then is none: a letter was written for a digit.
fn split_amount(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(text.len());
    let (amount, rest) = text.split_at_checked(end)?;
    let is_complete = amount.rsplit_once([',', '.']).is_some_and(|(_, decimals)| decimals.len() > 1);
    if is_complete || rest.get(..4).is_some_and(is_type) || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some((amount, rest));
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != ',' && c != '.').unwrap_or(text.len());
    text.split_at_checked(end)
}

/// The type and what follows it. Some banks write a blank before it.
fn split_type(text: &str) -> (Option<&str>, &str) {
    if let Some((kind, rest)) = text.split_at_checked(4).filter(|(kind, _)| is_type(kind)) {
        return (Some(kind.trim_end()), rest);
    }
    let behind_blank = text.trim_start_matches(' ').split_at_checked(4).filter(|(kind, _)| is_common_type(kind));
    behind_blank.map_or((None, text), |(kind, rest)| (Some(kind), rest))
}

/// `C`, `D`, `RC`, `RD`, and `EC`, `ED` of expected entries. The reversal of a credit takes money away: a debit.
fn mark(text: &str) -> Option<(Direction, bool, &str)> {
    let marks = [
        ("RC", Direction::Debit, true),
        ("RD", Direction::Credit, true),
        ("EC", Direction::Credit, false),
        ("ED", Direction::Debit, false),
        ("C", Direction::Credit, false),
        ("D", Direction::Debit, false),
    ];
    marks.into_iter().find_map(|(code, direction, reversal)| Some((direction, reversal, text.strip_prefix(code)?)))
}

/// `N` or `F` with three characters, `S` with three digits; of what single banks write, what cannot begin with a letter
/// written for a digit.
fn is_type(text: &str) -> bool {
    let [first, rest @ ..] = text.as_bytes() else { return false };
    let is_code = rest.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    is_code
        && match first {
            b'N' | b'F' => true,
            b'S' => rest.iter().all(u8::is_ascii_digit),
            b'O' | b'I' => false,
            first => first.is_ascii_uppercase() && rest.first().is_some_and(u8::is_ascii_uppercase),
        }
}

/// A type that is no beginning of a reference.
fn is_common_type(text: &str) -> bool {
    let common = ["BNK", "CHG", "CHK", "CMI", "COL", "DDT", "INT", "LBX", "MSC", "RTI", "STO", "TRF"];
    let rest = text.strip_prefix(['N', 'F', 'S']);
    rest.is_some_and(|rest| common.contains(&rest) || rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Some banks fill the reference up to its 16 characters with blanks and write a name behind it. A reference that is
/// merely too long has a single blank there at most and stays whole.
fn split_spill(text: &str) -> (&str, &str) {
    match text.split_at_checked(16) {
        Some((reference, spill)) if reference.ends_with("  ") => (reference, spill),
        _ => (text, ""),
    }
}

/// The booking date: month and day in the year that brings them closest to the value date (entries around new year).
pub(super) fn booking_date(month_day: &str, value: Option<BusinessDate>) -> Option<BusinessDate> {
    let (month, rest) = two_digits(month_day)?;
    let (day, _) = two_digits(rest)?;
    let value = value?;
    let year = value.year();
    let years = [year, year - 1, year + 1];
    let dates = years.into_iter().filter_map(|year| BusinessDate::from_ymd(year, month, day).ok());
    dates.min_by_key(|date| date.days_since(value).abs())
}

/// Value date of a line; none when there is no such day.
pub(super) fn value_date(line: &Line61<'_>) -> Option<BusinessDate> {
    yymmdd(line.value_date)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_as_banks_write_them() {
        for (text, direction, reversal, amount, kind, reference, bank) in [
            (
                "0709040904CR300,NTRFTFNr 40005 MSGID//0724710345313905",
                Direction::Credit,
                false,
                "300,",
                Some("NTRF"),
                "TFNr 40005 MSGID",
                "0724710345313905",
            ),
            ("0709040904RCR204,88NRTINONREF", Direction::Debit, true, "204,88", Some("NRTI"), "NONREF", ""),
            ("110701CN50,00NZ10NONREF", Direction::Credit, false, "50,00", Some("NZ10"), "NONREF", ""),
            ("240312    DD212,39NMSCNONREF//", Direction::Debit, false, "212,39", Some("NMSC"), "NONREF", ""),
            ("1407290729C500NTRF29-07-2014 10:05//B4G29", Direction::Credit, false, "500", Some("NTRF"), "29-07-2014 10:05", "B4G29"),
            ("100722D25,03NOV NONREF", Direction::Debit, false, "25,03", Some("NOV"), "NONREF", ""),
            (
                "2302090209CR2,00NTRF2023-02-09-08.37.18.054696",
                Direction::Credit,
                false,
                "2,00",
                Some("NTRF"),
                "2023-02-09-08.37.18.054696",
                "",
            ),
            (
                "2212191220C119,NMSC341241773/1XXXXX//O/341241774",
                Direction::Credit,
                false,
                "119,",
                Some("NMSC"),
                "341241773/1XXXXX",
                "O/341241774",
            ),
            ("180417RD1,00", Direction::Credit, true, "1,00", None, "", ""),
        ] {
            let line = parse(text).unwrap();
            assert_eq!(
                (line.direction, line.reversal, line.amount, line.kind, line.reference, line.bank_reference),
                (direction, reversal, amount, kind, reference, bank),
                "{text}"
            );
        }
        let rabobank = parse("110617D000000000044,95N0600733959555      T-MOBILE NETHERLANDS BV          ").unwrap();
        assert_eq!((rabobank.reference, rabobank.spill), ("0733959555", "T-MOBILE NETHERLANDS BV"));
    }

    #[test]
    fn what_is_no_line() {
        for text in ["", "abc", "110701", "110701X5,00", "110701C", "110701Cabc5,00N051", "1107é1C5,"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_year_rolls_over() {
        let day = |text: &str| yymmdd(text).unwrap();
        assert_eq!(booking_date("1231", Some(day("260102"))).unwrap().to_string(), "2025-12-31");
        assert_eq!(booking_date("0102", Some(day("251231"))).unwrap().to_string(), "2026-01-02");
        assert_eq!(booking_date("0230", Some(day("251231"))), None);
        assert_eq!(day("990101").year(), 1999);
    }
}
