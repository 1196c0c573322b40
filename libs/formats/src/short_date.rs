//! Dates of six digits.

use quittance_types::BusinessDate;

/// `YYMMDD`. Years 80 to 99 are the last century's, as SWIFT has it.
pub(crate) fn yymmdd(text: &str) -> Option<BusinessDate> {
    let [year, month, day] = pairs(text)?;
    from_parts(year, month, day)
}

/// `DDMMYY`, with the same centuries. Six zeros are no date.
pub(crate) fn ddmmyy(text: &str) -> Option<BusinessDate> {
    let [day, month, year] = pairs(text)?;
    from_parts(year, month, day)
}

fn from_parts(year: u32, month: u32, day: u32) -> Option<BusinessDate> {
    let century = if year >= 80 { 1900 } else { 2000 };
    BusinessDate::from_ymd(century + i32::try_from(year).ok()?, month, day).ok()
}

fn pairs(text: &str) -> Option<[u32; 3]> {
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize| text.get(from..from + 2).and_then(|part| part.parse().ok());
    digits.then(|| Some([part(0)?, part(2)?, part(4)?])).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits() {
        let shown = |date: Option<BusinessDate>| date.map(|date| date.to_string());
        assert_eq!(shown(yymmdd("260131")).as_deref(), Some("2026-01-31"));
        assert_eq!(shown(ddmmyy("310199")).as_deref(), Some("1999-01-31"));
        for text in ["", "000000", "160230", "26013", "2601311", "26é13", " 60131", "+60131"] {
            assert_eq!(yymmdd(text), None, "{text}");
        }
    }
}
