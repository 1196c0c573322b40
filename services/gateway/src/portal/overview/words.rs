//! Sentences of the Overview that are used in more than one place or depend on a number.

use quittance_types::BusinessDate;

use super::Page;
use crate::portal::format::{Age, age_between, age_in_days};
use crate::portal::view::{ServiceName, Waiting};

/// After this many days a date says more than an age.
const AGE_IN_WORDS: i64 = 7;

/// A service does not answer; `time` is that of the figures still shown.
pub(super) fn does_not_answer(service: ServiceName, time: Option<&str>) -> String {
    match time {
        Some(time) => format!("{} does not answer. Figures of {time}.", service.label()),
        None => format!("{} does not answer.", service.label()),
    }
}

/// The person may not see a part.
pub(super) fn denied(permission: &str) -> String {
    if permission.is_empty() {
        return "You may not see this. An administrator can grant it.".to_owned();
    }
    format!("You may not see this. An administrator can grant {permission}.")
}

/// Names in a row: "Credit, Invoicing and Collections".
pub(super) fn names(services: &[ServiceName]) -> String {
    let labels: Vec<&str> = services.iter().map(|service| service.label()).collect();
    match labels.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// `one` for one, else `many`.
pub(super) fn plural<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// "one month", "12 months".
pub(super) fn months(count: usize) -> String {
    if count == 1 { "one month".to_owned() } else { format!("{count} months") }
}

impl Page<'_> {
    /// How long something has waited.
    pub(super) fn age(&self, waiting: Waiting) -> Age {
        match waiting {
            Waiting::Since(at) => age_between(at, self.frame.now),
            Waiting::SinceDay(day) | Waiting::PastTarget(day) => age_in_days(self.frame.as_of.days_since(day)),
        }
    }

    /// The same in a table cell: `1 day 4 h`, `2 days late`, `since 3 Nov`.
    pub(super) fn waited(&self, waiting: Waiting) -> String {
        let age = self.age(waiting);
        match (waiting, age) {
            (Waiting::PastTarget(_), Age::Days(0)) => "due today".to_owned(),
            (Waiting::PastTarget(_), _) => format!("{} late", age.short()),
            (Waiting::SinceDay(_), Age::Days(0)) => "today".to_owned(),
            _ if age.whole_days() > AGE_IN_WORDS => {
                format!("since {}", self.frame.format.day_and_month(self.began(waiting)))
            }
            _ => age.short(),
        }
    }

    /// The same in a sentence that says the oldest "has waited ...".
    pub(super) fn waited_in_words(&self, waiting: Waiting) -> String {
        let age = self.age(waiting);
        match age {
            _ if age.whole_days() > AGE_IN_WORDS => format!("since {}", self.frame.format.date(self.began(waiting))),
            Age::Days(0) => "since today".to_owned(),
            _ => age.words(),
        }
    }

    fn began(&self, waiting: Waiting) -> BusinessDate {
        match waiting {
            Waiting::Since(at) => at.date_in(&self.frame.zone),
            Waiting::SinceDay(day) | Waiting::PastTarget(day) => day,
        }
    }
}
