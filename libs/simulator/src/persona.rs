//! Paying habits, stated openly: what a customer tends to do is known, so what the suite infers can be measured.

use quittance_types::{BusinessDate, Fault};

use crate::calendar;
use crate::dice::{Dice, Purpose};

/// The one thing a customer is known for in accounts receivable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Habit {
    /// Pays a few days before the due date, with the right number.
    Punctual,
    /// Pays inside the discount window and takes the discount.
    DiscountTaker,
    /// Pays after the due date by a personal delay.
    Late,
    /// Pays weeks late, and sooner only when dunned.
    ChronicLate,
    /// Often pays less than is due.
    ShortPayer,
    /// Sometimes pays the same invoice twice.
    DoublePayer,
    /// Names a wrong, mistyped or mangled number.
    GarbledReference,
    /// Pays several invoices in one transfer.
    BatchPayer,
    /// Names nothing.
    NoReference,
    /// Raises disputes.
    Disputer,
    /// Promises to pay, and keeps it or not.
    Promiser,
    /// Pays by card or direct debit.
    CardPayer,
    /// Stops paying for good.
    Insolvent,
}

impl Habit {
    /// All habits in the order in which the first customers get them, so that every small company has each once.
    pub const ALL: [Self; 13] = [
        Self::Punctual,
        Self::DiscountTaker,
        Self::Late,
        Self::BatchPayer,
        Self::GarbledReference,
        Self::ShortPayer,
        Self::CardPayer,
        Self::Disputer,
        Self::Promiser,
        Self::NoReference,
        Self::DoublePayer,
        Self::ChronicLate,
        Self::Insolvent,
    ];

    /// Name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Punctual => "punctual",
            Self::DiscountTaker => "discount_taker",
            Self::Late => "late",
            Self::ChronicLate => "chronic_late",
            Self::ShortPayer => "short_payer",
            Self::DoublePayer => "double_payer",
            Self::GarbledReference => "garbled_reference",
            Self::BatchPayer => "batch_payer",
            Self::NoReference => "no_reference",
            Self::Disputer => "disputer",
            Self::Promiser => "promiser",
            Self::CardPayer => "card_payer",
            Self::Insolvent => "insolvent",
        }
    }
}

/// How much of a mess the company's payers make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Mostly good references, a tenth of the customers difficult.
    #[default]
    Base,
    /// Every other customer difficult.
    Hard,
}

/// When an invoice is paid, before weekends and pay runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Up to `days_before` days before the due date.
    ByDueDate {
        /// Days.
        days_before: u32,
    },
    /// Inside the discount window; by the due date when there is none.
    InDiscountWindow,
    /// After the due date; half of the invoices later than the median.
    AfterDueDate {
        /// Median of the personal delay in days; the distribution is [`Dice::skewed`].
        median_days: u32,
    },
}

/// Which words a transfer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceStyle {
    /// The document number as printed.
    Exact,
    /// The number among other words: `RG`, dates, customer number.
    Wordy,
    /// The number with blanks in place of separators or inside it.
    Spaced,
    /// Digits only, with or without leading zeros.
    DigitsOnly,
    /// The structured creditor reference (ISO 11649) of the invoice.
    Structured,
    /// The customer's own order number instead of ours.
    PurchaseOrder,
    /// One digit wrong, missing, doubled or two swapped.
    Typo,
    /// Long text cut by a bank inside the number.
    Truncated,
    /// The number of another document of the same customer.
    WrongDocument,
    /// Only the number of a remittance advice.
    Advice,
    /// Nothing that points to a document.
    Nothing,
}

impl ReferenceStyle {
    /// Name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Wordy => "wordy",
            Self::Spaced => "spaced",
            Self::DigitsOnly => "digits_only",
            Self::Structured => "structured",
            Self::PurchaseOrder => "purchase_order",
            Self::Typo => "typo",
            Self::Truncated => "truncated",
            Self::WrongDocument => "wrong_document",
            Self::Advice => "advice",
            Self::Nothing => "nothing",
        }
    }
}

/// How payments travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Credit transfer to our bank account.
    Transfer,
    /// Card, through the payments service.
    Card,
    /// Direct debit, through the payments service.
    DirectDebit,
}

/// The days on which accounts payable sends money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayRun {
    /// 1 = Monday.
    pub weekday: i32,
    /// Every other week only.
    pub fortnightly: bool,
}

impl PayRun {
    /// The first run from a day on; a run on a closed day happens the bank day after.
    ///
    /// # Errors
    /// `DATE_INVALID` when the calendar ends before.
    pub fn from(self, day: BusinessDate) -> Result<BusinessDate, Fault> {
        let ahead = (self.weekday - day.weekday() as i32).rem_euclid(7);
        let run = day.plus_days(ahead)?;
        calendar::bank_day_from(if self.skips(run) { run.plus_days(7)? } else { run })
    }

    /// The last run until a day; a run on a closed day happens the bank day before.
    ///
    /// # Errors
    /// `DATE_INVALID` when the calendar begins after.
    pub fn until(self, day: BusinessDate) -> Result<BusinessDate, Fault> {
        let back = (day.weekday() as i32 - self.weekday).rem_euclid(7);
        let run = day.minus_days(back)?;
        calendar::bank_day_until(if self.skips(run) { run.minus_days(7)? } else { run })
    }

    fn skips(self, run: BusinessDate) -> bool {
        self.fortnightly && run.days().div_euclid(7) % 2 != 0
    }
}

/// Everything there is to know about how a customer pays. Chances are per 1000 documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    /// What the customer is known for.
    pub habit: Habit,
    /// When it pays.
    pub timing: Timing,
    /// Days on which it pays at all; `None`: any bank day.
    pub pay_run: Option<PayRun>,
    /// Usual words on a transfer.
    pub reference: ReferenceStyle,
    /// Chance that a transfer carries the usual words; otherwise the exact number.
    pub reference_habit: u32,
    /// Whether everything due by a pay run goes into one transfer.
    pub batches: bool,
    /// Chance of paying less than due.
    pub short: u32,
    /// Chance of rounding up.
    pub over: u32,
    /// Chance of paying again some days later.
    pub double: u32,
    /// Chance of a dispute.
    pub dispute: u32,
    /// Chance of a promise for an invoice that is overdue.
    pub promise: u32,
    /// Chance that a promise is kept.
    pub keeps_promise: u32,
    /// Chance that a payment comes back.
    pub returned: u32,
    /// Chance to pay soon after a dunning notice.
    pub heeds_notice: u32,
    /// How payments travel.
    pub channel: Channel,
    /// Days after the simulation's start from which nothing is paid any more.
    pub insolvent_after: Option<u32>,
}

impl Persona {
    /// The persona of the customer with this index.
    pub fn of(seed: u64, index: u32, profile: Profile) -> Self {
        let mut dice = Dice::new(seed, u64::from(index), Purpose::Persona, 0);
        let drawn = match profile {
            Profile::Base => dice.weighted(&BASE_MIX),
            Profile::Hard => dice.weighted(&HARD_MIX),
        };
        let habit = Habit::ALL.get(index as usize).copied().unwrap_or(drawn);
        let ordinary = Self::ordinary(habit, &mut dice);
        ordinary.known_for(habit, &mut dice)
    }

    /// What customers have in common: good references with small sins.
    fn ordinary(habit: Habit, dice: &mut Dice) -> Self {
        let styles = [
            (40, ReferenceStyle::Exact),
            (30, ReferenceStyle::Wordy),
            (10, ReferenceStyle::Spaced),
            (8, ReferenceStyle::DigitsOnly),
            (12, ReferenceStyle::Structured),
        ];
        Self {
            habit,
            timing: Timing::ByDueDate { days_before: 3 },
            pay_run: dice.chance(350).then(|| PayRun { weekday: dice.between(1, 5) as i32, fortnightly: false }),
            reference: dice.weighted(&styles),
            reference_habit: 850,
            batches: false,
            short: 8,
            over: 4,
            double: 2,
            dispute: 8,
            promise: 0,
            keeps_promise: 800,
            returned: 4,
            heeds_notice: 500,
            channel: Channel::Transfer,
            insolvent_after: None,
        }
    }

    fn known_for(mut self, habit: Habit, dice: &mut Dice) -> Self {
        match habit {
            Habit::Punctual => {}
            Habit::DiscountTaker => self.timing = Timing::InDiscountWindow,
            Habit::Late => self.timing = Timing::AfterDueDate { median_days: dice.between(4, 16) as u32 },
            Habit::ChronicLate => {
                self.timing = Timing::AfterDueDate { median_days: dice.between(24, 50) as u32 };
                self.promise = 60;
                self.keeps_promise = 500;
            }
            Habit::ShortPayer => self.short = 550,
            Habit::DoublePayer => self.double = 180,
            Habit::GarbledReference => {
                self.reference = dice.pick(&[
                    ReferenceStyle::Typo,
                    ReferenceStyle::Truncated,
                    ReferenceStyle::WrongDocument,
                    ReferenceStyle::PurchaseOrder,
                    ReferenceStyle::DigitsOnly,
                ]);
                self.reference_habit = 700;
            }
            Habit::BatchPayer => {
                self.batches = true;
                self.pay_run = Some(PayRun { weekday: dice.between(1, 5) as i32, fortnightly: true });
                self.reference = dice.pick(&[ReferenceStyle::Exact, ReferenceStyle::DigitsOnly, ReferenceStyle::Advice]);
                self.reference_habit = 1000;
            }
            Habit::NoReference => {
                self.reference = ReferenceStyle::Nothing;
                self.reference_habit = 900;
            }
            Habit::Disputer => self.dispute = 280,
            Habit::Promiser => {
                self.timing = Timing::AfterDueDate { median_days: dice.between(8, 20) as u32 };
                self.promise = 700;
                self.keeps_promise = if dice.chance(600) { 850 } else { 250 };
            }
            Habit::CardPayer => {
                self.channel = if dice.chance(600) { Channel::Card } else { Channel::DirectDebit };
                self.returned = 40;
            }
            Habit::Insolvent => {
                self.timing = Timing::AfterDueDate { median_days: 12 };
                self.insolvent_after = Some(dice.between(35, 110) as u32);
                self.heeds_notice = 0;
                self.promise = 400;
                self.keeps_promise = 0;
                self.returned = 60;
            }
        }
        self
    }
}

const BASE_MIX: [(u32, Habit); 13] = [
    (280, Habit::Punctual),
    (130, Habit::DiscountTaker),
    (170, Habit::Late),
    (55, Habit::ChronicLate),
    (50, Habit::ShortPayer),
    (25, Habit::DoublePayer),
    (60, Habit::GarbledReference),
    (75, Habit::BatchPayer),
    (30, Habit::NoReference),
    (30, Habit::Disputer),
    (25, Habit::Promiser),
    (60, Habit::CardPayer),
    (10, Habit::Insolvent),
];

const HARD_MIX: [(u32, Habit); 13] = [
    (120, Habit::Punctual),
    (80, Habit::DiscountTaker),
    (130, Habit::Late),
    (90, Habit::ChronicLate),
    (100, Habit::ShortPayer),
    (50, Habit::DoublePayer),
    (150, Habit::GarbledReference),
    (110, Habit::BatchPayer),
    (60, Habit::NoReference),
    (45, Habit::Disputer),
    (30, Habit::Promiser),
    (20, Habit::CardPayer),
    (15, Habit::Insolvent),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn mixes_are_whole_and_a_small_company_has_every_habit() {
        assert_eq!(BASE_MIX.iter().map(|(weight, _)| weight).sum::<u32>(), 1000);
        assert_eq!(HARD_MIX.iter().map(|(weight, _)| weight).sum::<u32>(), 1000);
        for (index, habit) in Habit::ALL.iter().enumerate() {
            assert_eq!(Persona::of(5, index as u32, Profile::Base).habit, *habit);
        }
    }

    #[test]
    fn pay_runs_fall_on_their_day() {
        let date = |text| BusinessDate::parse(text).unwrap();
        let thursdays = PayRun { weekday: 4, fortnightly: false };
        assert_eq!(thursdays.from(date("2025-01-07")).unwrap(), date("2025-01-09"));
        assert_eq!(thursdays.from(date("2025-01-09")).unwrap(), date("2025-01-09"));
        assert_eq!(thursdays.until(date("2025-01-08")).unwrap(), date("2025-01-02"));
        assert_eq!(thursdays.from(date("2025-05-01")).unwrap(), date("2025-05-02"));
        let rare = PayRun { weekday: 4, fortnightly: true };
        let first = rare.from(date("2025-01-06")).unwrap();
        let second = rare.from(first.plus_days(1).unwrap()).unwrap();
        assert_eq!(second.days_since(first), 14);
        assert_eq!(rare.until(second.minus_days(1).unwrap()).unwrap(), first);
    }

    #[test]
    fn the_mix_comes_out_as_weighted() {
        let punctual = |profile| (13..2013).filter(|i| Persona::of(5, *i, profile).habit == Habit::Punctual).count();
        assert!((480..640).contains(&punctual(Profile::Base)));
        assert!((190..290).contains(&punctual(Profile::Hard)));
    }
}
