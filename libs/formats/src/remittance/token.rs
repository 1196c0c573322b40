//! A line of text cut into typed pieces with their places.

use quittance_types::BusinessDate;

use super::calendar::{self, DayOrder};
use super::currency;
use super::document::is_percent;
use super::number::{Number, parse_number};

/// What a piece looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Money: decimals, groups or a currency at it.
    Amount(Number),
    /// Digits only: an amount without decimals or a number of something.
    Integer(Number),
    /// A date.
    Date(BusinessDate),
    /// A percentage.
    Percent,
    /// A currency.
    Currency(&'static str),
    /// Holds a digit and is none of the above.
    Code,
    /// Holds no digit.
    Word,
}

/// One piece of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Token<'a> {
    /// What it looks like.
    pub kind: Kind,
    /// Its text without the punctuation around it.
    pub text: &'a str,
    /// First byte in the line.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
    /// First position on the page, in characters from 0; tabs count to the next multiple of eight.
    pub left: usize,
    /// Position after the last one.
    pub right: usize,
}

/// How to read what the text leaves open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// Order of day and month.
    pub order: DayOrder,
    /// An ordinary blank may separate thousands.
    pub blank_groups: bool,
}

/// Tokens of a line looked at; what follows is no table and no sentence.
const MAX_TOKENS: usize = 400;

/// The tokens of `line`.
pub(crate) fn tokens(line: &str, style: Style) -> Vec<Token<'_>> {
    let words = split(line);
    let mut out = Vec::with_capacity(words.len());
    let mut index = 0;
    while let Some(rest) = words.get(index..).filter(|rest| !rest.is_empty()) {
        let (token, used) = merged(line, rest, style);
        index += used.max(1);
        out.extend(token);
    }
    out
}

#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    start: usize,
    left: usize,
}

impl<'a> Word<'a> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn right(&self) -> usize {
        self.left + self.text.chars().count()
    }

    /// The word without punctuation at its ends; brackets and signs of an amount stay.
    fn bare(&self) -> Word<'a> {
        let text = self.text.trim_end_matches([',', ';', ':', '!', '?', '"', '”', '“', '»', '>', '…', '*', '_']);
        let text = if text.ends_with('.') && !is_short_form(text) { text.trim_end_matches('.') } else { text };
        if parse_number(text).is_some() && !text.starts_with('\'') {
            return Word { text, ..*self };
        }
        let closed = without_open_brackets(text);
        if closed.starts_with('(') && parse_number(closed).is_some() {
            let skipped = text.len() - closed.len();
            return Word { text: closed, start: self.start + skipped, left: self.left + skipped };
        }
        let inner = text.trim_end_matches([')', ']', '}', '\'', ',', '.', ';']);
        let body = inner.trim_start_matches(['(', '[', '{', '"', '\'', '„', '“', '«', '<', '*', '#', '•', '·', '~', '_', '>']);
        let skipped = inner.get(..inner.len() - body.len()).unwrap_or_default();
        Word { text: body, start: self.start + skipped.len(), left: self.left + skipped.chars().count() }
    }
}

/// `Nr.`, `Fr.`: the point belongs to the word.
fn is_short_form(text: &str) -> bool {
    text.chars().count() <= 6 && !text.chars().any(|c| c.is_ascii_digit())
}

/// True for a blank that stands inside a number.
fn is_narrow(blank: char) -> bool {
    matches!(blank, '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}')
}

fn split(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut begin, mut left): (Option<(usize, usize)>, usize) = (None, 0);
    let mut before = ' ';
    let mut letters = line.char_indices().peekable();
    while let Some((position, letter)) = letters.next() {
        let after = letters.peek().map_or(' ', |(_, next)| *next);
        if separates(letter, before, after) {
            if let Some((start, column)) = begin.take() {
                words.extend(line.get(start..position).map(|text| Word { text, start, left: column }));
            }
        } else if begin.is_none() {
            begin = Some((position, left));
        }
        left += if letter == '\t' { 8 - left % 8 } else { 1 };
        before = letter;
        if words.len() >= MAX_TOKENS {
            return words;
        }
    }
    if let Some((start, column)) = begin {
        words.extend(line.get(start..).map(|text| Word { text, start, left: column }));
    }
    words
}

fn separates(letter: char, before: char, after: char) -> bool {
    match letter {
        '|' | ';' | '=' => true,
        ':' => !(before.is_ascii_digit() && after.is_ascii_digit()),
        '→' | '—' => true,
        '–' => !after.is_ascii_digit() || before.is_ascii_digit(),
        _ if is_narrow(letter) => !(before.is_ascii_digit() && after.is_ascii_digit()),
        _ => letter.is_whitespace() || (letter.is_control()),
    }
}

/// The token the first of `words` begins, and how many words it takes.
fn merged<'a>(line: &'a str, words: &[Word<'a>], style: Style) -> (Option<Token<'a>>, usize) {
    if let Some((date, used)) = spoken_date(words, style.order) {
        return (joined(line, words, used, Kind::Date(date)), used);
    }
    let Some(first) = words.first() else { return (None, 1) };
    if let Some((number, used)) = spaced_number(line, words, style) {
        return (joined(line, words, used, Kind::Amount(number)), used);
    }
    let bare = first.bare();
    if bare.text.is_empty() {
        return (None, 1);
    }
    let kind = kind_of(bare.text, style.order);
    if is_numeric(&kind) && words.get(1).is_some_and(|next| is_percent(next.text)) {
        return (joined(line, words, 2, Kind::Percent), 2);
    }
    if let Some(number) = with_mark(line, words, &kind) {
        return (joined(line, words, 2, Kind::Amount(number)), 2);
    }
    let kind = match kind {
        Kind::Integer(number) if beside_currency(line, words) => Kind::Amount(number),
        kind => kind,
    };
    let token = Token { kind, text: bare.text, start: bare.start, end: bare.end(), left: bare.left, right: bare.right() };
    (Some(token), 1)
}

/// True when a currency stands right behind the first word, or right before it and no second number behind it.
fn beside_currency(line: &str, words: &[Word<'_>]) -> bool {
    let Some(first) = words.first() else { return false };
    let next = words.get(1).filter(|next| line.get(first.end()..next.start) == Some(" "));
    let is_currency = |next: &Word<'_>| !next.text.starts_with(['(', '[']) && currency::of_word(next.bare().text).is_some();
    // "4711 EUR 200.00": the currency belongs to the money behind it.
    let money = |word: &Word<'_>| parse_number(word.bare().text).is_some_and(|number| matches!(number.decimals, 1..=3) || number.grouped);
    let begins = |word: &Word<'_>| first.text.len() > 4 && word.bare().text.starts_with(|c: char| c.is_ascii_digit());
    if next.is_some_and(is_currency) {
        return !words.get(2).is_some_and(|word| money(word) || begins(word));
    }
    let before = line.get(..first.start).and_then(|before| before.strip_suffix(' ')).unwrap_or_default();
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    // "100 EUR 200": the currency belongs to the number before it.
    let taken = before.get(..before.len() - word.len()).is_some_and(|rest| rest.trim_end().ends_with(|c: char| c.is_ascii_digit()));
    !taken && currency::of_word(word).is_some()
}

fn is_numeric(kind: &Kind) -> bool {
    matches!(kind, Kind::Amount(_) | Kind::Integer(_))
}

fn joined<'a>(line: &'a str, words: &[Word<'a>], used: usize, kind: Kind) -> Option<Token<'a>> {
    let first = words.first()?.bare();
    let last = words.get(used.checked_sub(1)?)?;
    let last = if matches!(kind, Kind::Amount(_) | Kind::Percent) { *last } else { last.bare() };
    let text = without_bracket(line.get(first.start..last.end())?);
    let right = last.right();
    Some(Token { kind, text, start: first.start, end: first.start + text.len(), left: first.left, right })
}

/// Without the punctuation behind, and a bracket that was not opened in it.
fn without_bracket(text: &str) -> &str {
    let points = [',', ';', ':', '.'];
    let text = text.trim_end_matches(points);
    if text.contains(['(', '[']) { text } else { text.trim_end_matches([')', ']']).trim_end_matches(points) }
}

/// Without the brackets at its beginning that are not closed in it: `(1 234,50` of `(1 234,50 EUR)`, `((20,50)` of
/// `((20,50) EUR)`.
fn without_open_brackets(text: &str) -> &str {
    let count = |bracket: char| text.matches(bracket).count();
    let surplus = count('(').saturating_sub(count(')'));
    let leading = text.bytes().take_while(|byte| *byte == b'(').count();
    text.get(surplus.min(leading)..).unwrap_or(text)
}

/// `12 March 2026`, `12. März 2026`, `March 12, 2026`, `12 de marzo de 2026`.
fn spoken_date(words: &[Word<'_>], order: DayOrder) -> Option<(BusinessDate, usize)> {
    let word = |index: usize| words.get(index).map(|word| word.text);
    let first = word(0)?.trim_start_matches(['(', '[']);
    let starts = first.starts_with(|c: char| c.is_ascii_digit()) || calendar::month_of(first).is_some();
    if !starts || first.len() > 12 {
        return None;
    }
    let (parts, used) = match (word(1)?, word(2)?) {
        ("de", month) => ([first, month, if word(3)? == "de" { word(4)? } else { word(3)? }], if word(3)? == "de" { 5 } else { 4 }),
        (month, year) => ([first, month, year], 3),
    };
    let [day, month, year] = parts.map(|part| part.trim_matches([',', '.', ';', ')', ':']));
    let named = calendar::month_of(month).is_some() || calendar::month_of(day).is_some();
    let date = named.then(|| calendar::parse_date(&format!("{day} {month} {year}"), order)).flatten()?;
    Some((date, used))
}

/// `1 234,50` and `1 234 567.00`: groups of three after a short one, one blank apart, decimals at the end.
fn spaced_number(line: &str, words: &[Word<'_>], style: Style) -> Option<(Number, usize)> {
    if !style.blank_groups {
        return None;
    }
    let first = words.first()?;
    let lead = first.text.trim_start_matches(['-', '+', '(', '€', '$', '£']);
    if !matches!(lead.len(), 1..=3) || !lead.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    for used in 2..=4usize {
        let (Some(previous), Some(last)) = (words.get(used - 2), words.get(used - 1)) else { return None };
        if line.get(previous.end()..last.start) != Some(" ") {
            return None;
        }
        let group: String = last.text.chars().take_while(char::is_ascii_digit).collect();
        if group.len() != 3 {
            return None;
        }
        if group.len() < last.text.len() {
            let whole = without_open_brackets(without_bracket(line.get(first.start..last.end())?));
            let number = parse_number(whole).filter(|number| matches!(number.decimals, 1..=2))?;
            return Some((number, used));
        }
    }
    None
}

/// An amount followed by `CR`, `DR`, `-`, `H` or `S` after one blank.
fn with_mark(line: &str, words: &[Word<'_>], kind: &Kind) -> Option<Number> {
    let Kind::Amount(number) = kind else { return None };
    let (first, next) = (words.first()?, words.get(1)?);
    if number.currency.is_some() && number.decimals == 0 || line.get(first.end()..next.start) != Some(" ") {
        return None;
    }
    let mark = next.text.trim_end_matches([',', ';']);
    let ends = words.get(2).is_none_or(|after| after.start > next.end() + 1);
    let sure = matches!(mark, "CR" | "Cr" | "Cr." | "CR." | "DR" | "Dr") || (ends && matches!(mark, "-" | "H" | "S"));
    if !sure {
        return None;
    }
    parse_number(&format!("{} {mark}", first.text)).filter(|number| number.is_money())
}

/// The kind of a single word.
pub(crate) fn kind_of(text: &str, order: DayOrder) -> Kind {
    if !text.chars().any(|c| c.is_ascii_digit()) {
        return currency::of_word(text).map_or(Kind::Word, Kind::Currency);
    }
    if let Some(number) = text.strip_suffix('%') {
        return if parse_number(number).is_some() { Kind::Percent } else { Kind::Code };
    }
    if let Some(date) = calendar::parse_date(text, order) {
        return Kind::Date(date);
    }
    match parse_number(text) {
        Some(number) if number.decimals > 3 => Kind::Code,
        Some(number) if number.is_money() => Kind::Amount(number),
        Some(number) => Kind::Integer(number),
        None => Kind::Code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, blank_groups: bool) -> String {
        let style = Style { blank_groups, ..Style::default() };
        let letter = |token: &Token<'_>| match token.kind {
            Kind::Amount(number) => format!("A{}", number.signed().normalize()),
            Kind::Integer(_) => format!("I{}", token.text),
            Kind::Date(date) => format!("D{date}"),
            Kind::Percent => "P".to_string(),
            Kind::Currency(code) => code.to_string(),
            Kind::Code => format!("C{}", token.text),
            Kind::Word => token.text.to_string(),
        };
        tokens(line, style).iter().map(letter).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn kinds() {
        for (line, expected) in [
            ("Rechnung RE-2026-17 vom 12.01.2026 über 1.234,56 EUR,", "Rechnung CRE-2026-17 vom D2026-01-12 über A1234.56 EUR"),
            ("#4711: -12,00 (24.69) 2 % 2%", "I4711 A-12 A-24.69 P P"),
            ("Betrag:1.234,50; INV9=100.00", "Betrag A1234.5 CINV9 A100"),
            ("12. März 2026 and March 3, 2026.", "D2026-03-12 and D2026-03-03"),
            ("100.00 CR   20,00 -", "A100 A-20"),
            ("el 3 de marzo de 2026", "el D2026-03-03"),
            ("JPY 500 and 700 JPY, 17 pieces", "JPY A500 and A700 JPY I17 pieces"),
            ("tel. 030 123456", "tel I030 I123456"),
            ("20260012 (€ 1.210,00), 20260013 € 5,00; 7 EUR", "I20260012 EUR A1210 I20260013 EUR A5 A7 EUR"),
            ("(24 Jan 2026) 1.00", "D2026-01-24 A1"),
            ("4700123 EUR 21\u{a0}724,03", "I4700123 EUR A21724.03"),
        ] {
            assert_eq!(shown(line, false), expected, "{line}");
        }
        assert_eq!(shown("RE 17 1 234,50", true), "RE I17 A1234.5");
        assert_eq!(shown("(EUR 7 904,19) (7 904,19);", true), "EUR A7904.19 A-7904.19");
        assert_eq!(shown("(7 904,19 EUR), ((7 904,19) EUR) ((4,19) EUR)", true), "A7904.19 EUR A-7904.19 EUR A-4.19 EUR");
        assert_eq!(shown("RE 17 1 234,50", false), "RE I17 I1 A234.5");
        assert_eq!(shown("1\u{a0}234,50", false), "A1234.5");
    }
}
