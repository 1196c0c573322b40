//! The texts people write terms in.

use quittance_types::{Decimal, Fault, Reason, parse_decimal};

use super::{DiscountRule, Start, Terms};

/// No text of terms is longer.
const MAX_CHARS: usize = 64;
/// Two years.
const MAX_DAYS: i32 = 730;
const MAX_INSTALMENTS: usize = 24;
const MAX_PERCENT_DECIMALS: u32 = 4;

/// See [`Terms::parse`].
pub(super) fn terms(text: &str) -> Result<Terms, Fault> {
    if text.len() > MAX_CHARS {
        return Err(invalid());
    }
    let plain = simplify(text);
    let (discount, base) = split_discount(&plain)?;
    let (from, days) = base_terms(base).ok_or_else(invalid)?;
    let last = days.last().copied().unwrap_or_default();
    if discount.is_some_and(|rule| rule.within > last) {
        return Err(invalid());
    }
    Ok(Terms { text: text.trim().to_owned(), discount, from, days })
}

fn invalid() -> Fault {
    let message = "terms are written like net 30, 30 days, 2/10 net 30, EOM+15, net 30/60/90, due on receipt or prepaid";
    Fault::new(Reason::TermsInvalid, message)
}

/// Lower case, commas as blanks, one blank between words and none around slashes and plus signs.
fn simplify(text: &str) -> String {
    let spaced = text.to_lowercase().replace(',', " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").replace(" / ", "/").replace("/ ", "/").replace(" /", "/").replace(" + ", "+").replace("+ ", "+").replace(" +", "+")
}

/// `2/10` or `2%/10` in front of something else.
fn split_discount(text: &str) -> Result<(Option<DiscountRule>, &str), Fault> {
    let Some((first, rest)) = text.split_once(' ') else { return Ok((None, text)) };
    let Some((percent, within)) = first.split_once('/') else { return Ok((None, text)) };
    if within.contains('/') || !percent.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Ok((None, text));
    }
    let percent = parse_decimal(percent.strip_suffix('%').unwrap_or(percent)).map_err(|_| invalid())?;
    if percent <= Decimal::ZERO || percent >= Decimal::ONE_HUNDRED || percent.scale() > MAX_PERCENT_DECIMALS {
        return Err(invalid());
    }
    let within = day_count(within).ok_or_else(invalid)?;
    Ok((Some(DiscountRule { percent: percent.normalize(), within }), rest))
}

fn base_terms(text: &str) -> Option<(Start, Vec<i32>)> {
    match text {
        "due on receipt" | "prepaid" => return Some((Start::Issue, vec![0])),
        "eom" => return Some((Start::EndOfMonth, vec![0])),
        _ => {}
    }
    if let Some(days) = text.strip_prefix("eom+") {
        return Some((Start::EndOfMonth, vec![day_count(days)?]));
    }
    let (counted, from) = match text.strip_suffix(" eom") {
        Some(rest) => (rest, Start::EndOfMonth),
        None => (text, Start::Issue),
    };
    let with_unit = counted.strip_suffix(" days").or_else(|| counted.strip_suffix(" day"));
    let number = with_unit.unwrap_or(counted);
    let named = ["net ", "net/", "net", "n/", "n "].into_iter().find_map(|name| number.strip_prefix(name));
    // A bare number says nothing: neither `30` nor `30 EOM`.
    let list = match (named, with_unit) {
        (Some(list), _) => list,
        (None, Some(list)) => list,
        (None, None) => return None,
    };
    Some((from, day_list(list)?))
}

/// `30` or `30/60/90`, strictly ascending.
fn day_list(text: &str) -> Option<Vec<i32>> {
    let days: Vec<i32> = text.split('/').map(day_count).collect::<Option<_>>()?;
    let ascends = days.windows(2).all(|pair| matches!(pair, [earlier, later] if earlier < later));
    (ascends && days.len() <= MAX_INSTALMENTS).then_some(days)
}

fn day_count(text: &str) -> Option<i32> {
    let is_number = !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let days = if is_number { text.parse().ok()? } else { return None };
    (days <= MAX_DAYS).then_some(days)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Option<(String, i32)>, Start, Vec<i32>) {
        let terms = terms(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        (terms.discount.map(|rule| (rule.percent.to_string(), rule.within)), terms.from, terms.days)
    }

    #[test]
    fn the_usual_texts_are_read() {
        let plain = |days: &[i32]| (None, Start::Issue, days.to_vec());
        for text in ["net 30", "Net 30", "NET30", "n/30", "n 30", "30 days", "net 30 days", "  net   30 ", "net/30", "30 Days"] {
            assert_eq!(read(text), plain(&[30]), "{text}");
        }
        for text in ["2/10 net 30", "2/10, n/30", "2/10,n/30", "2 / 10 net 30", "2.0/10 NET 30", "2%/10 net 30", "2/10 30 days"] {
            assert_eq!(read(text), (Some(("2".to_owned(), 10)), Start::Issue, vec![30]), "{text}");
        }
        assert_eq!(read("1.5/14 net 45").0, Some(("1.5".to_owned(), 14)));
        assert_eq!(read("EOM"), (None, Start::EndOfMonth, vec![0]));
        for text in ["EOM+15", "eom + 15", "net 15 EOM", "15 days EOM"] {
            assert_eq!(read(text), (None, Start::EndOfMonth, vec![15]), "{text}");
        }
        for text in ["net 30/60/90", "net 30 / 60 / 90", "n/30/60/90", "30/60/90 days"] {
            assert_eq!(read(text), plain(&[30, 60, 90]), "{text}");
        }
        assert_eq!(read("2/10 net 30/60"), (Some(("2".to_owned(), 10)), Start::Issue, vec![30, 60]));
        assert_eq!(read("Due on receipt"), plain(&[0]));
        assert_eq!(read("Prepaid"), plain(&[0]));
        assert_eq!(read("net 0"), plain(&[0]));
    }

    #[test]
    fn anything_else_is_refused() {
        let bad = [
            "",
            " ",
            "30",
            "net",
            "net thirty",
            "net -30",
            "net 30.5",
            "net 1000",
            "net 731",
            "30 EOM",
            "EOM-1",
            "EOM+",
            "net 60/30",
            "net 30/30",
            "net 30/",
            "2/10",
            "2/10 ",
            "2/40 net 30",
            "0/10 net 30",
            "100/10 net 30",
            "-2/10 net 30",
            "2/10 2/10 net 30",
            "whenever",
            "net 30 net 60",
            "1e1 days",
            "net ٣٠",
            "2.00001/10 net 30",
            "due on receipt EOM",
        ];
        for text in bad {
            assert_eq!(terms(text).unwrap_err().reason(), Reason::TermsInvalid, "{text:?}");
        }
        assert_eq!(terms(&"net 30 ".repeat(100)).unwrap_err().reason(), Reason::TermsInvalid);
    }

    #[test]
    fn the_text_is_kept_as_given() {
        assert_eq!(terms(" 2/10, n/30 ").unwrap().text, "2/10, n/30");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in ".{0,80}") {
            let _ = terms(&text);
        }
    }
}
