//! Which styles of a workbook show a number as a date.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::package::{Part, attribute};
use crate::error::FormatError;

/// For every style of a cell, whether it shows a date.
pub(super) fn read(mut part: Part<'_>) -> Result<Vec<bool>, FormatError> {
    let (mut own, mut styles, mut is_of_cells) = (HashMap::new(), Vec::new(), false);
    loop {
        match part.next()? {
            Event::Start(start) => match start.local_name().into_inner() {
                "numFmt" => {
                    let id = attribute(&start, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                    let code = attribute(&start, "formatCode");
                    own.extend(id.zip(code).map(|(id, code)| (id, is_date(&code))));
                }
                "cellXfs" => is_of_cells = true,
                "xf" if is_of_cells => {
                    let id = attribute(&start, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                    styles.push(id.is_some_and(|id| own.get(&id).copied().unwrap_or_else(|| is_known_date(id))));
                }
                _ => {}
            },
            Event::End(end) if end.local_name().into_inner() == "cellXfs" => return Ok(styles),
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}

/// Formats of dates and times that every program knows by their number.
fn is_known_date(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format of numbers shows a date or a time.
fn is_date(format: &str) -> bool {
    let (mut letters, mut is_half_day) = (format.chars().map(|letter| letter.to_ascii_lowercase()), false);
    while let Some(letter) = letters.next() {
        match letter {
            // The next one is shown as it is, skipped or repeated.
            '\\' | '_' | '*' => _ = letters.next(),
            '"' => _ = letters.find(|quote| *quote == '"'),
            // Behind it, negative numbers.
            ';' => return false,
            '[' => {
                let inside: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                // Hours beyond a day.
                if matches!(inside.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                    return true;
                }
            }
            'a' => is_half_day = true,
            'p' | 'm' | '/' if is_half_day => return true,
            'd' | 'm' | 'h' | 'y' | 's' if !is_half_day => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn formats_of_dates() {
        for format in [
            "DD/MM/YY",
            "H:MM:SS;@",
            "m\"M\"d\"D\";@",
            "[h]:mm:ss",
            "[$-404]e\"\\xfc\"m",
            "[>=100][Magenta][s].00",
            "*-yyyy-mm-dd",
            "AM/PM",
        ] {
            assert!(is_date(format), "{format}");
        }
        for format in [
            "#,##0\\ [$\\u20bd-46D]",
            "\"Y: \"0.00\"m\";@",
            "0_ ;[Red]\\-0\\ ",
            "\\Y000000",
            "#,##0.0####\" YMD\"",
            "#,##0*y",
            "General",
            "0.00 CAD",
        ] {
            assert!(!is_date(format), "{format}");
        }
        assert!(!is_date(&"[".repeat(300)));
    }
}
