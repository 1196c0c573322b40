//! Amounts as people write them: comma or point, grouped or not, signs before and after.
//!
//! A single text leaves hardly any doubt: two digits after the last separator are decimals, three digits after a short
//! group are thousands. Only `1.234` may be thousands or a currency of three decimals; both readings are kept.

use quittance_types::Decimal;

use super::currency;

/// Sign of an amount as written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mark {
    /// None, or a plus.
    #[default]
    None,
    /// Minus before or after, or parentheses.
    Minus,
    /// `CR`, `Cr.`, `H` (Haben).
    Credit,
    /// `DR`, `S` (Soll).
    Debit,
}

/// An amount as written, unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    /// The value, without sign.
    pub value: Decimal,
    /// True for `1.234`, which may have three decimals as well.
    pub open: bool,
    /// Its sign.
    pub mark: Mark,
    /// Digits after the decimal separator.
    pub decimals: u8,
    /// True when thousands are separated.
    pub grouped: bool,
    /// Currency written at the amount.
    pub currency: Option<&'static str>,
}

impl Number {
    /// True when the text can hardly be anything but money.
    pub fn is_money(&self) -> bool {
        matches!(self.decimals, 1..=3) || self.currency.is_some() || self.grouped
    }

    /// The value when `1.234` has three decimals, without sign.
    pub fn in_thousandths(&self) -> Decimal {
        if self.open { self.value.checked_mul(Decimal::new(1, 3)).unwrap_or(self.value) } else { self.value }
    }

    /// The value with the sign of minus and parentheses; other marks are left to the caller.
    pub fn signed(&self) -> Decimal {
        if self.mark == Mark::Minus { -self.value } else { self.value }
    }
}

/// Longest text looked at.
const MAX_LENGTH: usize = 48;

/// Reads the whole of `text` as one amount.
pub(crate) fn parse_number(text: &str) -> Option<Number> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (mut body, mut mark, mut currency) = (text, Mark::None, None);
    // Every turn takes one prefix or suffix off; no honest amount has more than a sign, a currency and brackets.
    for _ in 0..4 {
        let before = body.len();
        (body, currency) = strip_currency(body, currency);
        (body, mark) = strip_mark(body, mark)?;
        if body.len() == before {
            break;
        }
    }
    let digits = read_digits(strip_empty_cents(body))?;
    Some(Number { mark, currency, ..digits })
}

fn strip_currency<'t>(text: &'t str, found: Option<&'static str>) -> (&'t str, Option<&'static str>) {
    if found.is_some() {
        return (text, found);
    }
    let ahead = currency::at_start(text).map(|(code, rest)| (rest.trim_start(), Some(code)));
    let behind = || currency::at_end(text).map(|(code, rest)| (rest.trim_end(), Some(code)));
    ahead.or_else(behind).unwrap_or((text, None))
}

/// None when two signs contradict each other.
fn strip_mark(text: &str, found: Mark) -> Option<(&str, Mark)> {
    let (rest, mark) = mark_of(text);
    match (found, mark) {
        (_, None) => Some((rest, found)),
        (Mark::None, Some(mark)) => Some((rest, mark)),
        (same, Some(mark)) if same == mark => Some((rest, mark)),
        _ => None,
    }
}

fn mark_of(text: &str) -> (&str, Option<Mark>) {
    let is_digit = |c: char| c.is_ascii_digit();
    if text.starts_with(is_digit) && text.ends_with(is_digit) {
        return (text, None);
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return (inner.trim(), Some(Mark::Minus));
    }
    for minus in ['-', '−', '–'] {
        if let Some(rest) = text.strip_prefix(minus) {
            return (rest.trim_start(), Some(Mark::Minus));
        }
        if let Some(rest) = text.strip_suffix(minus).filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit() || c == ' ')) {
            return (rest.trim_end(), Some(Mark::Minus));
        }
    }
    if let Some(rest) = text.strip_prefix('+').or_else(|| text.strip_suffix('+')) {
        return (rest.trim(), Some(Mark::None));
    }
    for (word, mark) in [
        ("CR.", Mark::Credit),
        ("CR", Mark::Credit),
        ("Cr.", Mark::Credit),
        ("Cr", Mark::Credit),
        ("cr", Mark::Credit),
        ("DR", Mark::Debit),
        ("Dr", Mark::Debit),
        ("H", Mark::Credit),
        ("S", Mark::Debit),
    ] {
        let rest = text.strip_suffix(word).or_else(|| text.strip_prefix(word).filter(|_| word.len() > 1));
        if let Some(rest) = rest {
            return (rest.trim(), Some(mark));
        }
    }
    (text, None)
}

/// `100,-`, `100,--` and `100.—` have no cents.
fn strip_empty_cents(text: &str) -> &str {
    let bare = text.trim_end_matches(['-', '–', '—']);
    if bare.len() == text.len() {
        return text;
    }
    bare.strip_suffix([',', '.']).unwrap_or(text)
}

const BLANKS: [char; 5] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\u{2007}'];

/// Groups of digits.
const MAX_GROUPS: usize = 6;

/// Digits with separators, nothing else.
fn read_digits(text: &str) -> Option<Number> {
    let (mut groups, mut separators) = ([""; MAX_GROUPS], [' '; MAX_GROUPS]);
    let (mut rest, mut count) = (text, 0);
    loop {
        let end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        let (group, tail) = rest.split_at_checked(end)?;
        *groups.get_mut(count)? = group;
        let mut letters = tail.chars();
        let Some(separator) = letters.next() else { break };
        *separators.get_mut(count)? = match separator {
            '.' | ',' => separator,
            '\'' | '’' | '´' | '`' => '\'',
            blank if BLANKS.contains(&blank) => ' ',
            _ => return None,
        };
        count += 1;
        rest = letters.as_str();
    }
    let (groups, separators) = (groups.get(..=count)?, separators.get(..count)?);
    let inner_empty = groups.iter().skip(1).any(|group| group.is_empty());
    if inner_empty || (groups.first()?.is_empty() && separators.first() != Some(&'.')) {
        return None;
    }
    decide(groups, separators)
}

fn decide(groups: &[&str], separators: &[char]) -> Option<Number> {
    let (last_group, heads) = groups.split_last()?;
    let Some((last, earlier)) = separators.split_last() else { return whole(groups, false) };
    let decimal_point = matches!(last, '.' | ',');
    if !decimal_point {
        return uniform(separators).filter(|_| thousands(groups)).and_then(|_| whole(groups, true));
    }
    if earlier.is_empty() {
        return single(groups, last_group);
    }
    if earlier.contains(last) {
        let indian = *last == ',' && lakhs(groups);
        return uniform(separators).filter(|_| thousands(groups) || indian).and_then(|_| whole(groups, true));
    }
    uniform(earlier)?;
    let grouped = thousands(heads) || (earlier.first() == Some(&',') && lakhs(heads));
    if !grouped || last_group.len() > 4 {
        return None;
    }
    fraction(heads, last_group, true)
}

/// One separator, point or comma.
fn single(groups: &[&str], last: &str) -> Option<Number> {
    let head = groups.first()?;
    let looks_grouped = last.len() == 3 && matches!(head.len(), 1..=3) && !head.starts_with('0');
    if looks_grouped {
        return whole(groups, true).map(|number| Number { open: true, ..number });
    }
    if last.len() > 6 {
        return None;
    }
    fraction(groups.get(..1)?, last, false)
}

fn uniform(separators: &[char]) -> Option<char> {
    let first = separators.first()?;
    separators.iter().all(|separator| separator == first).then_some(*first)
}

fn thousands(groups: &[&str]) -> bool {
    let Some((first, rest)) = groups.split_first() else { return false };
    matches!(first.len(), 1..=3) && rest.iter().all(|group| group.len() == 3)
}

/// Indian grouping: `12,34,567`.
fn lakhs(groups: &[&str]) -> bool {
    match groups {
        [first, middle @ .., last] if !middle.is_empty() => {
            matches!(first.len(), 1 | 2) && middle.iter().all(|group| group.len() == 2) && last.len() == 3
        }
        _ => false,
    }
}

fn whole(groups: &[&str], grouped: bool) -> Option<Number> {
    if groups.iter().all(|group| group.is_empty()) {
        return None;
    }
    let value = value_of(groups, "")?;
    Some(Number { value, open: false, mark: Mark::None, decimals: 0, grouped, currency: None })
}

fn fraction(heads: &[&str], fraction: &str, grouped: bool) -> Option<Number> {
    if fraction.is_empty() {
        return None;
    }
    let value = value_of(heads, fraction)?;
    let decimals = u8::try_from(fraction.len()).ok()?;
    Some(Number { value, open: false, mark: Mark::None, decimals, grouped, currency: None })
}

/// Longest amount before its decimals.
const MAX_DIGITS: usize = 15;

fn value_of(groups: &[&str], fraction: &str) -> Option<Decimal> {
    if groups.iter().map(|group| group.len()).sum::<usize>() > MAX_DIGITS {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = groups.iter().flat_map(|group| group.bytes()).chain(fraction.bytes());
    let mantissa = digits.fold(0i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
    Decimal::try_from_i128_with_scale(mantissa, u32::try_from(fraction.len()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(text: &str) -> Option<String> {
        parse_number(text)
            .map(|number| format!("{}{:?}", number.signed().normalize(), number.mark).replace("None", "").replace("Minus", ""))
    }

    #[test]
    fn read_as_people_write() {
        for (text, value) in [
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("1'234.50", "1234.5"),
            ("1 234,50", "1234.5"),
            ("1\u{a0}234\u{a0}567,50", "1234567.5"),
            ("12,34,567.00", "1234567"),
            ("1.234", "1234"),
            ("1,234", "1234"),
            ("1234.500", "1234.5"),
            ("0.125", "0.125"),
            ("1234,5", "1234.5"),
            ("1234", "1234"),
            ("-12,00", "-12"),
            ("12,00-", "-12"),
            ("(12.00)", "-12"),
            ("€ 12,00-", "-12"),
            ("-€12.00", "-12"),
            ("EUR 1.000,00", "1000"),
            ("1.000,00 €", "1000"),
            ("12.00 CR", "12Credit"),
            ("12,00 H", "12Credit"),
            ("12,00S", "12Debit"),
            ("100,-", "100"),
            ("CHF 1'000.--", "1000"),
            (".50", "0.5"),
            ("1234.5600", "1234.56"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(value), "{text}");
        }
    }

    #[test]
    fn not_an_amount() {
        for text in [
            "",
            "-",
            "RE-1",
            "12.03.2026",
            "1.23.456",
            "1,2,3",
            "12--",
            "1..2",
            "10.000.00",
            "2%",
            "1234567890123456",
            "4711-1",
            "0049 30 1234",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
        let number = parse_number("1.234").unwrap();
        assert!(number.open && number.in_thousandths().to_string() == "1.234");
    }
}
