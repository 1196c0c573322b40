//! How a seller numbers its documents.

use quittance_types::BusinessDate;

use super::scheme::with_luhn;
use crate::dice::Dice;

/// The form of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `RX7-2026-44120`
    PrefixYear,
    /// `70412`
    Plain,
    /// `2026/00123`
    YearSlash,
    /// `Q-551207`
    Letter,
    /// `INV0012345`
    Padded,
    /// `4412078`, the last digit a Luhn check digit
    Checked,
    /// `9000123456`
    Long,
    /// `26-01234`
    ShortYear,
    /// `RE2605-01234`
    Month,
    /// `F26/001234/B`
    Suffixed,
    /// `SI 123456`
    Blank,
}

/// All forms, for sellers to differ in.
pub const FORMS: [Form; 11] = [
    Form::PrefixYear,
    Form::Plain,
    Form::YearSlash,
    Form::Letter,
    Form::Padded,
    Form::Checked,
    Form::Long,
    Form::ShortYear,
    Form::Month,
    Form::Suffixed,
    Form::Blank,
];

/// The numbers of one seller.
#[derive(Clone, Debug)]
pub struct Shape {
    form: Form,
    prefix: &'static str,
    start: u64,
    step: u64,
    width: usize,
    /// First document of the year the numbers begin again in.
    restart: Option<u64>,
}

impl Shape {
    /// Numbers for `count` documents, of which the first `old` were issued in the year before. Some sellers whose numbers
    /// carry the year begin again with each year.
    pub fn new(form: Form, count: u64, old: u64, dice: &mut Dice) -> Shape {
        let prefix = match form {
            Form::PrefixYear => dice.pick(&["RX7", "INV", "RE", "AR", "FA"]),
            Form::Letter => dice.pick(&["Q", "R", "A", "V"]),
            Form::Padded => dice.pick(&["INV", "RG", "F", "SINV", "VF"]),
            Form::Month => dice.pick(&["RE", "R", "FV"]),
            Form::Suffixed => dice.pick(&["F", "A", "V"]),
            Form::Blank => dice.pick(&["SI", "FT", "RA"]),
            _ => "",
        };
        let step = if dice.chance(600) { 1 } else { dice.between(2, 3) as u64 };
        let least = match form {
            Form::Plain | Form::PrefixYear | Form::YearSlash | Form::ShortYear | Form::Month => 5,
            Form::Long => 10,
            Form::Padded => 7,
            _ => 6,
        };
        let has_year = matches!(form, Form::PrefixYear | Form::YearSlash | Form::ShortYear);
        let restart = (has_year && dice.chance(350)).then_some(old);
        let start = if restart.is_some() { dice.between(200, 3000) as u64 } else { start(form, least, dice) };
        let width = least.max((start + count * step).to_string().len());
        Shape { form, prefix, start, step, width, restart }
    }

    /// The running number of the document at `sequence`, within its year if numbers begin again.
    pub fn running(&self, sequence: u64) -> u64 {
        match self.restart {
            Some(first) if sequence >= first => 1 + (sequence - first) * self.step,
            _ => self.start + sequence * self.step,
        }
    }

    /// The sequence of a running number issued in the same year as the document at `near`, when a document can have it.
    pub fn sequence(&self, running: u64, near: u64) -> Option<u64> {
        let (first, start) = match self.restart {
            Some(first) if near >= first => (first, 1),
            _ => (0, self.start),
        };
        let distance = running.checked_sub(start)?;
        let sequence = first + distance / self.step;
        let same_year = self.restart.is_none_or(|restart| (sequence >= restart) == (near >= restart));
        (distance % self.step == 0 && same_year).then_some(sequence)
    }

    /// A number no other document has, whatever its year.
    pub fn unique(&self, sequence: u64) -> u64 {
        self.start + sequence * self.step
    }

    /// The number as printed.
    pub fn number(&self, sequence: u64, issued: BusinessDate) -> String {
        self.print(self.running(sequence), issued)
    }

    /// The number as printed of a running number.
    pub fn print(&self, running: u64, issued: BusinessDate) -> String {
        let (year, month, _) = issued.ymd();
        let (prefix, width, short) = (self.prefix, self.width, year % 100);
        match self.form {
            Form::PrefixYear => format!("{prefix}-{year}-{running:0width$}"),
            Form::Plain | Form::Long => format!("{running:0width$}"),
            Form::YearSlash => format!("{year}/{running:0width$}"),
            Form::Letter => format!("{prefix}-{running:0width$}"),
            Form::Padded => format!("{prefix}{running:0width$}"),
            Form::Checked => with_luhn(&format!("{running:0width$}")),
            Form::ShortYear => format!("{short:02}-{running:0width$}"),
            Form::Month => format!("{prefix}{short:02}{month:02}-{running:0width$}"),
            Form::Suffixed => format!("{prefix}{short:02}/{running:0width$}/B"),
            Form::Blank => format!("{prefix} {running:0width$}"),
        }
    }

    /// Whether the number carries a check digit.
    pub fn is_checked(&self) -> bool {
        self.form == Form::Checked
    }

    /// Digits of the running part.
    pub fn width(&self) -> usize {
        self.width
    }
}

fn start(form: Form, least: usize, dice: &mut Dice) -> u64 {
    match form {
        Form::Padded | Form::YearSlash | Form::Suffixed => dice.between(1, 60_000) as u64,
        Form::Long => 9_000_000_000 + dice.below(900_000),
        _ => 10_u64.pow(least as u32 - 1) + dice.below(4 * 10_u64.pow(least as u32 - 1)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dice::Purpose;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_unique_and_lead_back() {
        let issued = BusinessDate::parse("2026-02-03").unwrap();
        for (index, form) in FORMS.into_iter().enumerate() {
            let shape = Shape::new(form, 70_000, 0, &mut Dice::new(3, index as u64, Purpose::Party, 0));
            let numbers: BTreeSet<String> = (0..70_000).map(|sequence| shape.number(sequence, issued)).collect();
            assert_eq!(numbers.len(), 70_000, "{form:?}");
            assert_eq!(shape.sequence(shape.running(123), 5), Some(123));
        }
    }
}
