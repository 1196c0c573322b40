//! Collecting every bad field of a request before answering.

use std::borrow::Cow;

use crate::fault::{Fault, FieldViolation};
use crate::reason::Reason;

/// More than this many bad fields help nobody and would burst the header that carries them.
const MAX_VIOLATIONS: usize = 20;

/// The bad fields of one request.
///
/// ```
/// # use quittance_types::{Violations, Money, Currency, Fault};
/// # fn parse(text: &str) -> Result<Money, Fault> {
/// let mut violations = Violations::new();
/// let amount = violations.take("amount", Money::parse(text, Currency::EUR));
/// violations.finish()?;
/// amount.ok_or_else(|| Fault::internal("amount neither taken nor refused"))
/// # }
/// # assert!(parse("1e3").is_err());
/// ```
#[derive(Debug, Default)]
pub struct Violations {
    /// The answer under construction: the first refusal, with the fields of all of them.
    fault: Option<Fault>,
    count: usize,
}

impl Violations {
    /// No bad field yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the value, or notes `field` as bad.
    pub fn take<T>(&mut self, field: impl Into<Cow<'static, str>>, parsed: Result<T, Fault>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(fault) => {
                self.push(field, fault);
                None
            }
        }
    }

    /// Keeps the value, or notes `field` as missing (`FIELD_REQUIRED`).
    pub fn require<T>(&mut self, field: impl Into<Cow<'static, str>>, value: Option<T>) -> Option<T> {
        if value.is_none() {
            let field = field.into();
            let missing = Fault::new(Reason::FieldRequired, format!("{field} is required"));
            self.push(field, missing);
        }
        value
    }

    /// Notes `field` as bad. A fault that names fields itself (of a nested message) has them put below `field`.
    ///
    /// A failure of ours (a database that does not answer while a field is looked up) replaces what was collected:
    /// the caller cannot correct it.
    pub fn push(&mut self, field: impl Into<Cow<'static, str>>, fault: Fault) {
        let field = field.into();
        if self.fault.as_ref().is_some_and(|first| first.outcome().is_our_failure()) {
            return;
        }
        if fault.outcome().is_our_failure() {
            self.fault = Some(fault);
            return;
        }
        let found = located(&field, &fault);
        self.count = self.count.saturating_add(found.len());
        let mut answer = self.fault.take().unwrap_or_else(|| first_answer(&field, &fault));
        for violation in found {
            if answer.fields().len() < MAX_VIOLATIONS {
                answer = answer.violation(violation);
            }
        }
        self.fault = Some(answer);
    }

    /// True while no field is bad.
    pub fn is_empty(&self) -> bool {
        self.fault.is_none()
    }

    /// `Ok` when every field is good; else one fault with the reason of the first bad field and up to 20 of them.
    pub fn finish(self) -> Result<(), Fault> {
        let Some(fault) = self.fault else {
            return Ok(());
        };
        if self.count < 2 || fault.outcome().is_our_failure() {
            return Err(fault);
        }
        let message = format!("{} ({} bad fields in all)", fault.message(), self.count);
        Err(fault.with_message(message))
    }
}

/// The paths of the bad fields as seen from the message that holds `field`.
fn located(field: &str, fault: &Fault) -> Vec<FieldViolation> {
    if fault.fields().is_empty() {
        return vec![FieldViolation { field: field.to_owned(), reason: fault.reason(), message: fault.message().to_owned() }];
    }
    let below = |violation: &FieldViolation| FieldViolation {
        field: if field.is_empty() { violation.field.clone() } else { format!("{field}.{}", violation.field) },
        ..violation.clone()
    };
    fault.fields().iter().map(below).collect()
}

/// The first refusal without its fields, which are added with their full paths.
fn first_answer(field: &str, fault: &Fault) -> Fault {
    let message = match (field, fault.fields()) {
        ("", _) => fault.message().to_owned(),
        (_, []) => format!("{field}: {}", fault.message()),
        (_, [nested, ..]) => format!("{field}.{}: {}", nested.field, nested.message),
    };
    let mut answer = Fault::new(fault.reason(), message).with_outcome(fault.outcome());
    for (key, value) in fault.metadata() {
        answer = answer.with(key.clone(), value);
    }
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fault::Outcome;

    fn bad(reason: Reason) -> Result<u8, Fault> {
        Err(Fault::new(reason, "no"))
    }

    #[test]
    fn good_fields_pass() {
        let mut violations = Violations::new();
        assert_eq!(violations.take("a", Ok(1)), Some(1));
        assert_eq!(violations.require("b", Some(2)), Some(2));
        assert!(violations.is_empty());
        assert_eq!(violations.finish(), Ok(()));
    }

    #[test]
    fn every_bad_field_is_named_and_the_first_gives_the_reason() {
        let mut violations = Violations::new();
        violations.take("amount", bad(Reason::AmountFormat));
        violations.require("due_date", None::<u8>);
        let fault = violations.finish().unwrap_err();
        assert_eq!(fault.reason(), Reason::AmountFormat);
        assert_eq!(fault.outcome(), Outcome::Invalid);
        let fields: Vec<_> = fault.fields().iter().map(|found| (found.field.as_str(), found.reason)).collect();
        assert_eq!(fields, [("amount", Reason::AmountFormat), ("due_date", Reason::FieldRequired)]);
        assert_eq!(fault.message(), "amount: no (2 bad fields in all)");
    }

    #[test]
    fn fields_of_a_nested_message_are_put_below_it() {
        let mut line = Violations::new();
        line.take("quantity", bad(Reason::AmountPrecision));
        let mut violations = Violations::new();
        violations.take("lines[3]", line.finish().map(|()| 0));
        let fault = violations.finish().unwrap_err();
        assert_eq!(fault.fields()[0].field, "lines[3].quantity");
        assert_eq!(fault.message(), "lines[3].quantity: no");
    }

    #[test]
    fn at_most_twenty_are_listed_and_all_are_counted() {
        let mut violations = Violations::new();
        for index in 0..500 {
            violations.take(format!("lines[{index}]"), bad(Reason::TextInvalid));
        }
        let fault = violations.finish().unwrap_err();
        assert_eq!(fault.fields().len(), 20);
        assert!(fault.message().contains("500"), "{fault}");
    }

    #[test]
    fn metadata_of_the_first_is_kept() {
        let mut violations = Violations::new();
        violations.push("amount", Fault::new(Reason::OverApplication, "no").with("open", "3.00"));
        let fault = violations.finish().unwrap_err();
        assert_eq!((fault.get("open"), fault.outcome()), (Some("3.00"), Outcome::Precondition));
    }

    #[test]
    fn our_own_failure_is_not_blamed_on_a_field() {
        let mut violations = Violations::new();
        violations.take("a", bad(Reason::TextInvalid));
        violations.push("b", Fault::new(Reason::DatabaseUnavailable, "away"));
        violations.take("c", bad(Reason::TextInvalid));
        let fault = violations.finish().unwrap_err();
        assert_eq!(fault.reason(), Reason::DatabaseUnavailable);
        assert!(fault.fields().is_empty());
    }
}
