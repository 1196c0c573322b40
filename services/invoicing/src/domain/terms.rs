//! Terms of payment: what people write, and the dates and amounts it means.

mod parse;

use quittance_types::{BusinessDate, Decimal, Fault, Money, Reason, allocate};

use super::line::hundredth;

/// What applies when neither the document nor the customer says anything.
pub const DEFAULT: &str = "net 30";

/// Terms as understood from their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// As given.
    text: String,
    discount: Option<DiscountRule>,
    from: Start,
    /// Days after the start on which equal parts fall due, ascending; at least one.
    days: Vec<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DiscountRule {
    percent: Decimal,
    within: i32,
}

/// Where days are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Issue,
    EndOfMonth,
}

/// Terms applied to an amount and a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The terms as given.
    pub text: String,
    /// What early payment earns.
    pub discount: Option<EarlyDiscount>,
    /// Parts that sum to the gross amount, by due date; never empty.
    pub instalments: Vec<Instalment>,
}

/// A discount for paying all of it early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyDiscount {
    /// Percent of the gross amount.
    pub percent: Decimal,
    /// Last day.
    pub until: BusinessDate,
    /// What may be kept back.
    pub amount: Money,
}

/// A part of the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// 1, 2, 3...
    pub number: u32,
    /// Last day on which it is not late.
    pub due_on: BusinessDate,
    /// Above zero.
    pub amount: Money,
}

impl Terms {
    /// Reads `net 30`, `30 days`, `2/10 net 30`, `2/10, n/30`, `EOM`, `EOM+15`, `net 30 EOM`, `net 30/60/90`,
    /// `due on receipt`, `prepaid`. Case and blanks do not matter.
    ///
    /// `EOM` counts from the end of the month of issue, so `net 30 EOM` is `EOM+30`. A discount is a percentage of the
    /// gross amount within days of the same start.
    ///
    /// # Errors
    /// TERMS_INVALID.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        parse::terms(text)
    }

    /// The text as given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Dates and amounts for a document issued on `issued_on`.
    ///
    /// # Errors
    /// DATE_INVALID when a date would leave the calendar.
    pub fn schedule(&self, gross: Money, issued_on: BusinessDate) -> Result<Schedule, Fault> {
        let start = match self.from {
            Start::Issue => issued_on,
            Start::EndOfMonth => issued_on.end_of_month(),
        };
        let parts = allocate(gross, &vec![Decimal::ONE; self.days.len()])?;
        let mut instalments = Vec::with_capacity(parts.len());
        for (number, (days, amount)) in (1..).zip(self.days.iter().zip(parts)) {
            // A cent does not split in three: what would be nothing is no instalment.
            if !amount.is_zero() {
                instalments.push(Instalment { number, due_on: start.plus_days(*days)?, amount });
            }
        }
        let discount = self.discount.map(|rule| rule.applied(gross, start)).transpose()?;
        Ok(Schedule { text: self.text.clone(), discount, instalments })
    }

    /// As [`Terms::schedule`], with everything due on one given day. A discount that would end after it is dropped.
    ///
    /// # Errors
    /// DUE_BEFORE_ISSUE; DATE_INVALID when a date would leave the calendar.
    pub fn schedule_due(&self, gross: Money, issued_on: BusinessDate, due_on: BusinessDate) -> Result<Schedule, Fault> {
        if due_on < issued_on {
            let message = format!("due on {due_on}, before the issue on {issued_on}");
            return Err(Fault::new(Reason::DueBeforeIssue, message).with("issue_date", issued_on));
        }
        let by_terms = self.schedule(gross, issued_on)?;
        let discount = by_terms.discount.filter(|discount| discount.until <= due_on);
        let instalments = vec![Instalment { number: 1, due_on, amount: gross }];
        Ok(Schedule { text: by_terms.text, discount, instalments })
    }
}

impl DiscountRule {
    fn applied(self, gross: Money, start: BusinessDate) -> Result<EarlyDiscount, Fault> {
        let amount = gross.times(hundredth(self.percent)?)?;
        Ok(EarlyDiscount { percent: self.percent, until: start.plus_days(self.within)?, amount })
    }
}

impl Schedule {
    /// The day the last part is due.
    pub fn due_on(&self) -> Option<BusinessDate> {
        self.instalments.last().map(|instalment| instalment.due_on)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use quittance_types::Currency;

    use super::*;

    fn day(text: &str) -> BusinessDate {
        BusinessDate::parse(text).unwrap()
    }

    fn euro(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR).unwrap()
    }

    fn due(terms: &str, issued_on: &str) -> Vec<String> {
        let schedule = Terms::parse(terms).unwrap().schedule(euro(10_000), day(issued_on)).unwrap();
        schedule.instalments.iter().map(|instalment| instalment.due_on.to_string()).collect()
    }

    #[test]
    fn due_dates_follow_the_terms() {
        assert_eq!(due("net 30", "2026-01-31"), ["2026-03-02"]);
        assert_eq!(due("30 days", "2026-02-01"), ["2026-03-03"]);
        assert_eq!(due("EOM", "2026-02-01"), ["2026-02-28"]);
        assert_eq!(due("EOM+15", "2026-01-31"), ["2026-02-15"]);
        assert_eq!(due("net 30 EOM", "2026-01-05"), ["2026-03-02"]);
        assert_eq!(due("net 30/60/90", "2026-01-01"), ["2026-01-31", "2026-03-02", "2026-04-01"]);
        assert_eq!(due("due on receipt", "2026-01-01"), ["2026-01-01"]);
        assert_eq!(due("prepaid", "2026-01-01"), ["2026-01-01"]);
    }

    #[test]
    fn the_discount_is_a_percentage_of_gross_until_its_day() {
        let schedule = Terms::parse("2/10, n/30").unwrap().schedule(euro(11_905), day("2026-01-25")).unwrap();
        let discount = schedule.discount.unwrap();
        assert_eq!((discount.amount.minor(), discount.until), (238, day("2026-02-04")));
        assert_eq!(discount.percent, Decimal::from(2));
        let month_end = Terms::parse("2/10 EOM+30").unwrap().schedule(euro(100), day("2026-01-25")).unwrap();
        assert_eq!(month_end.discount.unwrap().until, day("2026-02-10"));
    }

    #[test]
    fn a_due_date_of_ones_own_replaces_the_instalments() {
        let terms = Terms::parse("2/10 net 30/60").unwrap();
        let issued_on = day("2026-01-01");
        let late = terms.schedule_due(euro(100), issued_on, day("2026-05-01")).unwrap();
        assert_eq!(late.instalments, [Instalment { number: 1, due_on: day("2026-05-01"), amount: euro(100) }]);
        assert!(late.discount.is_some());
        let early = terms.schedule_due(euro(100), issued_on, day("2026-01-05")).unwrap();
        assert!(early.discount.is_none());
        let before = terms.schedule_due(euro(100), issued_on, day("2025-12-31")).unwrap_err();
        assert_eq!(before.reason(), Reason::DueBeforeIssue);
    }

    #[test]
    fn a_date_beyond_the_calendar_is_refused() {
        let fault = Terms::parse("net 30").unwrap().schedule(euro(100), BusinessDate::MAX).unwrap_err();
        assert_eq!(fault.reason(), Reason::DateInvalid);
    }

    proptest! {
        #[test]
        fn instalments_sum_to_gross_and_ascend(
            minor in 1_i64..1_000_000_000_000, issued in 0_i32..80_000,
            days in prop::collection::btree_set(0_i32..400, 1..12), percent in 1_u32..99, month_end in any::<bool>()
        ) {
            let list: Vec<String> = days.iter().map(ToString::to_string).collect();
            let suffix = if month_end { " EOM" } else { "" };
            let last = *days.last().unwrap();
            let terms = Terms::parse(&format!("{percent}/{last} net {}{suffix}", list.join("/"))).unwrap();
            let issued_on = BusinessDate::from_days(issued).unwrap();
            let schedule = terms.schedule(euro(minor), issued_on).unwrap();
            let sum: i64 = schedule.instalments.iter().map(|part| part.amount.minor()).sum();
            prop_assert_eq!(sum, minor);
            let amounts: Vec<i64> = schedule.instalments.iter().map(|part| part.amount.minor()).collect();
            prop_assert!(amounts.iter().max().unwrap() - amounts.iter().min().unwrap() <= 1);
            prop_assert!(schedule.instalments.windows(2).all(|pair| pair[0].due_on < pair[1].due_on));
            prop_assert!(schedule.instalments.iter().all(|part| part.due_on >= issued_on && part.amount.is_positive()));
            let discount = schedule.discount.unwrap();
            prop_assert!(discount.amount.minor() <= minor && discount.until >= issued_on);
        }
    }
}
