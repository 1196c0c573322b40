//! Open receivables by age, and the days they take.

use quittance_types::{BusinessDate, Decimal, Money};

/// Open receivables by days past due.
#[derive(Clone, Debug, Default)]
pub struct ReceivablesView {
    /// One row per bucket, in the order of age; a bucket without items may be left out.
    pub rows: Vec<AgeRow>,
    /// The total of the subledger as the ledger proves it, for the same as-of date. Equal to the sum of the rows it earns
    /// the double rule; different, it is shown with the difference.
    pub proven: Option<Money>,
}

/// A bucket of age: the four late ones share the age ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgeBucket {
    /// Due today or later.
    NotDue,
    /// 1 to 30 days past due.
    UpTo30,
    /// 31 to 60 days past due.
    UpTo60,
    /// 61 to 90 days past due.
    UpTo90,
    /// 91 days and more past due.
    Over90,
    /// Cash and credits not yet applied: a row with a minus.
    Unapplied,
}

impl AgeBucket {
    /// The bucket of an item `days` past due; zero and less is not due.
    pub fn of_days_past_due(days: i32) -> AgeBucket {
        match days {
            ..=0 => AgeBucket::NotDue,
            1..=30 => AgeBucket::UpTo30,
            31..=60 => AgeBucket::UpTo60,
            61..=90 => AgeBucket::UpTo90,
            _ => AgeBucket::Over90,
        }
    }

    /// The name of the row.
    pub fn label(self) -> &'static str {
        match self {
            AgeBucket::NotDue => "Not due",
            AgeBucket::UpTo30 => "1–30 days",
            AgeBucket::UpTo60 => "31–60 days",
            AgeBucket::UpTo90 => "61–90 days",
            AgeBucket::Over90 => "Over 90 days",
            AgeBucket::Unapplied => "Not yet applied",
        }
    }

    /// Whether the items of the bucket are late.
    pub fn is_overdue(self) -> bool {
        !matches!(self, AgeBucket::NotDue | AgeBucket::Unapplied)
    }

    pub(in crate::portal) fn class(self) -> &'static str {
        match self {
            AgeBucket::NotDue => "c-open",
            AgeBucket::UpTo30 => "c-age1",
            AgeBucket::UpTo60 => "c-age2",
            AgeBucket::UpTo90 => "c-age3",
            AgeBucket::Over90 => "c-age4",
            AgeBucket::Unapplied => "c-unapplied",
        }
    }

    pub(in crate::portal) fn query(self) -> &'static str {
        match self {
            AgeBucket::NotDue => "age=not-due",
            AgeBucket::UpTo30 => "age=1-30",
            AgeBucket::UpTo60 => "age=31-60",
            AgeBucket::UpTo90 => "age=61-90",
            AgeBucket::Over90 => "age=over-90",
            AgeBucket::Unapplied => "age=unapplied",
        }
    }
}

/// One bucket of open receivables.
#[derive(Clone, Debug)]
pub struct AgeRow {
    /// Which bucket.
    pub bucket: AgeBucket,
    /// Open amount, the disputed part included.
    pub open: Money,
    /// The part of `open` that is disputed.
    pub disputed: Money,
    /// Open items.
    pub items: u64,
    /// Against the same bucket seven days earlier; `None` when that is not known.
    pub change: Option<Money>,
}

/// Days sales outstanding and why it is what it is.
#[derive(Clone, Debug, Default)]
pub struct DsoView {
    /// Months, oldest first, up to twelve; the last may be the running one.
    pub months: Vec<DsoMonth>,
    /// Average days delinquent now.
    pub average_days_delinquent: Option<Decimal>,
    /// Collection effectiveness index now, in percent.
    pub collection_effectiveness: Option<Decimal>,
}

/// DSO of one month, in parts that sum to it.
#[derive(Clone, Debug)]
pub struct DsoMonth {
    /// Any day of the month.
    pub month: BusinessDate,
    /// Days per part; a part that is not measured is left out. Their sum is the DSO of the month.
    pub parts: Vec<(DsoPart, Decimal)>,
}

/// What makes up the days between sale and cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DsoPart {
    /// What our terms allow: best possible DSO.
    Terms,
    /// Late and not disputed.
    PaidLate,
    /// Late because it is disputed.
    Disputed,
    /// Delivered and not yet billed.
    BilledLate,
    /// Cash that is here and not applied.
    Unapplied,
}

impl DsoPart {
    /// From the baseline up.
    pub const ALL: [DsoPart; 5] = [DsoPart::Terms, DsoPart::PaidLate, DsoPart::Disputed, DsoPart::BilledLate, DsoPart::Unapplied];

    /// The name beside the chart.
    pub fn label(self) -> &'static str {
        match self {
            DsoPart::Terms => "Terms",
            DsoPart::PaidLate => "Paid late",
            DsoPart::Disputed => "Disputed",
            DsoPart::BilledLate => "Billed late",
            DsoPart::Unapplied => "Unapplied",
        }
    }

    pub(in crate::portal) fn class(self) -> &'static str {
        match self {
            DsoPart::Terms => "c-open",
            DsoPart::PaidLate => "c-late",
            DsoPart::Disputed => "c-disputed",
            DsoPart::BilledLate => "c-unbilled",
            DsoPart::Unapplied => "c-unapplied",
        }
    }
}
