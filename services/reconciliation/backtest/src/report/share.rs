//! A part of a whole.

use serde::{Serialize, Serializer};

/// A part of a whole, counted in whatever both are counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: u64,
    /// The whole.
    pub whole: u64,
}

impl Share {
    /// `part` of `whole`.
    pub fn of(part: u64, whole: u64) -> Share {
        Share { part, whole }
    }

    /// `82.3 %` with a thin space; a dash of nothing.
    pub fn text(self) -> String {
        match self.permille() {
            None => "–".to_owned(),
            Some(permille) => format!("{}.{}\u{2009}%", permille / 10, permille % 10),
        }
    }

    /// Parts in a thousand, rounded half up; none of nothing.
    pub fn permille(self) -> Option<u64> {
        let whole = u128::from(self.whole);
        let doubled = u128::from(self.part).checked_mul(2000)?.checked_add(whole)?.checked_div(whole.checked_mul(2)?)?;
        u64::try_from(doubled).ok()
    }
}

impl Serialize for Share {
    #[expect(clippy::float_arithmetic, reason = "a share to look at, no money")]
    #[expect(clippy::cast_precision_loss, reason = "a share to look at")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.whole {
            0 => serializer.serialize_none(),
            whole => serializer.serialize_f64(self.part as f64 / whole as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_decimal_rounded_half_up() {
        assert_eq!(Share::of(823, 1000).text(), "82.3\u{2009}%");
        assert_eq!(Share::of(1, 3).text(), "33.3\u{2009}%");
        assert_eq!(Share::of(2, 3).text(), "66.7\u{2009}%");
        assert_eq!(Share::of(0, 0).text(), "–");
    }
}
