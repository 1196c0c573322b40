//! Dates as people write them.

use quittance_types::BusinessDate;

use super::words::fold;

/// Which of two numbers is the day where both could be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DayOrder {
    /// `31/12/2026`
    #[default]
    DayFirst,
    /// `12/31/2026`
    MonthFirst,
}

/// Names of months: beginnings, folded. The languages are EN DE FR NL IT ES SE FI PL.
#[rustfmt::skip]
const MONTHS: [&[&str]; 12] = [
    &["jan", "gen", "ene", "tammi", "stycz"],
    &["feb", "fev", "helmi", "lut"],
    &["mar", "maa", "mrt", "mrz", "marc"],
    &["apr", "avr", "abr", "huhti", "kwie"],
    &["may", "mai", "mei", "mag", "maj", "touko", "maja"],
    &["jun", "juin", "giu", "kesa", "czerw"],
    &["jul", "juil", "lug", "heina", "lip"],
    &["aug", "aou", "ago", "elo", "sierp"],
    &["sep", "set", "syys", "wrzes"],
    &["oct", "okt", "ott", "loka", "pazdz"],
    &["nov", "marras", "listop"],
    &["dec", "dez", "dic", "joulu", "grud"],
];

/// The month `word` names.
pub(crate) fn month_of(word: &str) -> Option<u32> {
    let folded = fold(word.trim_end_matches(['.', ',']));
    if folded.len() < 3 || folded.len() > 12 || !folded.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    // `maaliskuu` is March in Finnish, `marraskuu` November: the longer beginning wins.
    let longest = |names: &&[&str]| names.iter().filter(|name| folded.starts_with(**name)).map(|name| name.len()).max();
    let found = MONTHS.iter().enumerate().filter_map(|(index, names)| longest(names).map(|length| (length, index)));
    let (_, index) = found.max_by_key(|(length, index)| (*length, std::cmp::Reverse(*index)))?;
    is_month_name(&folded).then(|| u32::try_from(index + 1).ok()).flatten()
}

/// Words that begin like a month and are none: `market`, `decision`, `mainos` ...
fn is_month_name(folded: &str) -> bool {
    #[rustfmt::skip]
    const WHOLE: &[&str] = &[
        "jan", "january", "januar", "janner", "janvier", "januari", "gennaio", "gen", "enero", "ene", "tammikuu", "feb", "february",
        "februar", "fevrier", "fev", "fevr", "februari", "febbraio", "febrero", "helmikuu", "mar", "march", "marz", "mrz", "mars",
        "maart", "mrt", "marzo", "maaliskuu", "apr", "april", "avril", "avr", "aprile", "abril", "abr", "huhtikuu", "may", "mai", "mei",
        "maggio", "mag", "mayo", "maj", "toukokuu", "jun", "june", "juni", "juin", "giugno", "giu", "junio", "kesakuu", "jul", "july",
        "juli", "juillet", "juil", "luglio", "lug", "julio", "heinakuu", "aug", "august", "aout", "augustus", "augusti", "agosto",
        "ago", "elokuu", "sep", "sept", "september", "septembre", "settembre", "set", "septiembre", "syyskuu", "oct", "october",
        "oktober", "okt", "octobre", "ottobre", "ott",
    ];
    #[rustfmt::skip]
    const REST: &[&str] = &[
        "octubre", "lokakuu", "nov", "november", "novembre", "noviembre", "marraskuu", "dec", "december", "dez", "dezember", "decembre",
        "dicembre", "dic", "diciembre", "joulukuu", "lokak", "stycznia", "styczen", "lutego", "luty", "marca", "marzec", "kwietnia",
        "kwiecien", "maja", "czerwca", "czerwiec", "lipca", "lipiec", "sierpnia", "sierpien", "wrzesnia", "wrzesien", "pazdziernika",
        "pazdziernik", "listopada", "listopad", "grudnia", "grudzien", "marts", "setembro", "outubro",
    ];
    let stem = folded.strip_suffix("ta").unwrap_or(folded);
    [folded, stem].iter().any(|word| WHOLE.contains(word) || REST.contains(word))
}

/// Reads the whole of `text` as one date written with separators or the name of a month; a time after it is left out.
pub(crate) fn parse_date(text: &str, order: DayOrder) -> Option<BusinessDate> {
    let text = text.trim();
    if text.len() < 6 || text.len() > 40 {
        return None;
    }
    let text = without_time(text);
    let mut parts = text.split(['.', '/', '-', ' ', ',', '\u{a0}']).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !is_spaced_right(text) {
        return None;
    }
    if let Some(month) = month_of(second) {
        return date(third, month, day_number(first)?);
    }
    if let Some(month) = month_of(first) {
        return date(third, month, day_number(second)?);
    }
    let all_digits = [first, second, third].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !all_digits || text.contains(", ") || text.contains(',') {
        return None;
    }
    if first.len() == 4 {
        return (second.len() <= 2 && third.len() <= 2).then(|| date(first, second.parse().ok()?, third.parse().ok()?)).flatten();
    }
    if first.len() > 2 || second.len() > 2 || !matches!(third.len(), 2 | 4) {
        return None;
    }
    let (a, b): (u32, u32) = (first.parse().ok()?, second.parse().ok()?);
    let month_first = order == DayOrder::MonthFirst && !text.contains('.');
    let ordered = if month_first { date(third, a, b) } else { date(third, b, a) };
    ordered.or_else(|| if month_first { date(third, b, a) } else { date(third, a, b) })
}

/// Reads `20260131`; such a text may as well be a number, so only a column of dates is read this way.
pub(crate) fn parse_packed(text: &str) -> Option<BusinessDate> {
    let text = text.trim();
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    date(text.get(..4)?, text.get(4..6)?.parse().ok()?, text.get(6..)?.parse().ok()?)
}

fn without_time(text: &str) -> &str {
    let Some((head, tail)) = text.split_once(['T', ' ']) else { return text };
    let is_time = tail.contains(':') && tail.starts_with(|c: char| c.is_ascii_digit());
    if is_time { head } else { text }
}

/// Numeric dates have one separator throughout; blanks stand only beside names of months.
fn is_spaced_right(text: &str) -> bool {
    let letters = text.chars().any(char::is_alphabetic);
    if letters {
        return true;
    }
    let mut separators = text.chars().filter(|c| !c.is_ascii_digit()).filter(|c| *c != ' ');
    match separators.next() {
        Some(first) => separators.all(|separator| separator == first) && !(first != '.' && text.contains(' ')),
        None => false,
    }
}

fn day_number(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = text.get(digits.len()..)?;
    let ordinal = matches!(suffix, "" | "st" | "nd" | "rd" | "th" | "er");
    (ordinal && matches!(digits.len(), 1 | 2)).then(|| digits.parse().ok()).flatten()
}

fn date(year: &str, month: u32, day: u32) -> Option<BusinessDate> {
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i32 = match year.len() {
        4 => year.parse().ok()?,
        2 => 2000 + year.parse::<i32>().ok()?,
        _ => return None,
    };
    BusinessDate::from_ymd(year, month, day).ok()
}

/// The order of the dates among `texts`: month first only when a date says so and none says otherwise, or when
/// `american` and nothing tells.
pub(crate) fn order_of<'a>(texts: impl Iterator<Item = &'a str>, american: bool) -> DayOrder {
    let (mut day_first, mut month_first) = (0u32, 0u32);
    for text in texts {
        let mut parts = text.split(['/', '-']);
        let (Some(first), Some(second), Some(third), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { continue };
        let (Ok(a), Ok(b)) = (first.parse::<u32>(), second.parse::<u32>()) else { continue };
        if third.len() < 2 || first.len() > 2 {
            continue;
        }
        day_first += u32::from(a > 12 && a <= 31 && b <= 12);
        month_first += u32::from(b > 12 && b <= 31 && a <= 12);
    }
    match (day_first, month_first) {
        (0, 0) if american => DayOrder::MonthFirst,
        (days, months) if months > days => DayOrder::MonthFirst,
        _ => DayOrder::DayFirst,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_written() {
        for text in [
            "2026-01-31",
            "31.01.2026",
            "31/01/2026",
            "31-01-26",
            "31.1.26",
            "31 Jan 2026",
            "31. Januar 2026",
            "January 31, 2026",
            "31-JAN-2026",
            "Jan 31st 2026",
            "2026/01/31",
            "2026-01-31T10:00:00",
            "31.01.2026 10:15",
            "31 janvier 2026",
            "31 tammikuuta 2026",
            "31 de2026",
        ] {
            let expected = (text != "31 de2026").then(|| "2026-01-31".to_string());
            assert_eq!(parse_date(text, DayOrder::DayFirst).map(|date| date.to_string()), expected, "{text}");
        }
        assert_eq!(parse_date("02/03/2026", DayOrder::MonthFirst).map(|date| date.to_string()).as_deref(), Some("2026-02-03"));
        for text in ["1.234,56", "12.345.678", "31.02.2026", "RE-2026-01", "12 34 5678", "2026-0001", "1,2,2026"] {
            assert_eq!(parse_date(text, DayOrder::DayFirst), None, "{text}");
        }
        assert_eq!(order_of(["01/31/2026", "02/03/2026"].into_iter(), false), DayOrder::MonthFirst);
        assert_eq!((month_of("marraskuu"), month_of("maaliskuuta"), month_of("Market")), (Some(11), Some(3), None));
    }
}
