//! A version tried in the shadow: what it would do to the lines of the last days, held against the version in force and
//! against the books.

use std::collections::BTreeMap;

use quittance_types::{BankLineId, BusinessDate, MatchPolicyId, OpenItemId};

use crate::domain::item::Part;

/// Days looked back on.
pub const DAYS: i32 = 90;

/// Fewest lines that are tried together: as many as a match run takes at once.
const FEWEST: u64 = 1_000;
/// What the lines before a portion would have paid is carried out again for it. A portion is at least this part of them, so that
/// each line is carried out again some sixteen times, however many there are.
const SHARE: u64 = 16;

/// How many lines to try together after so many of a seller.
pub fn portion_after(tried: u64) -> u64 {
    FEWEST.max(tried / SHARE)
}

/// What a line pays: parts of items. Nothing when it waits.
pub type Paid = BTreeMap<OpenItemId, Given>;

/// What one item gets, minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Money.
    pub cash: i64,
    /// Discount granted.
    pub discount: i64,
    /// Written off.
    pub write_off: i64,
    /// It is a credit memo that is used for the others.
    pub is_credit: bool,
}

impl Given {
    /// What a share gives.
    pub fn of(part: &Part, is_credit: bool) -> Given {
        Given { cash: part.amount.minor(), discount: part.discount.minor(), write_off: part.write_off.minor(), is_credit }
    }

    /// With what the same item gets besides.
    #[must_use]
    pub fn and(self, other: Given) -> Given {
        Given {
            cash: self.cash.saturating_add(other.cash),
            discount: self.discount.saturating_add(other.discount),
            write_off: self.write_off.saturating_add(other.write_off),
            is_credit: self.is_credit || other.is_credit,
        }
    }
}

/// How two versions agree about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Neither applies it.
    Neither,
    /// Both apply it alike.
    Both,
    /// Only the version in force applies it.
    OnlyActive,
    /// Only the new version applies it.
    OnlyNew,
    /// Both apply it, to other items or other amounts.
    Differently,
}

impl Agreement {
    /// Holds what would be applied against each other.
    pub fn of(active: &Paid, new: &Paid) -> Agreement {
        match (active.is_empty(), new.is_empty()) {
            (true, true) => Agreement::Neither,
            (false, true) => Agreement::OnlyActive,
            (true, false) => Agreement::OnlyNew,
            (false, false) if active == new => Agreement::Both,
            (false, false) => Agreement::Differently,
        }
    }
}

/// True when a line is applied otherwise than the books have it; one they have not applied contradicts nothing. Where credit
/// memos are used the books hold two kinds of applications for an invoice: only which invoices are paid is compared then.
pub fn contradicts(new: &Paid, booked: &Paid) -> bool {
    if new.is_empty() || booked.is_empty() {
        return false;
    }
    if new.values().any(|given| given.is_credit) {
        let invoices = new.iter().filter(|(_, given)| !given.is_credit).map(|(item, _)| item);
        return !invoices.eq(booked.keys());
    }
    new != booked
}

/// Lines by how they are decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines tried.
    pub lines: i32,
    /// Applied by both alike.
    pub both: i32,
    /// Applied by the version in force alone.
    pub only_active: i32,
    /// Applied by the new version alone.
    pub only_new: i32,
    /// Applied by both, not alike.
    pub differently: i32,
    /// Applied by the new version otherwise than the books have it; lines the books have not applied do not count.
    pub against_the_books: i32,
}

impl Tally {
    /// Counts a line. `booked` is what is applied now.
    pub fn count(&mut self, agreement: Agreement, new: &Paid, booked: &Paid) {
        let counter = match agreement {
            Agreement::Neither => None,
            Agreement::Both => Some(&mut self.both),
            Agreement::OnlyActive => Some(&mut self.only_active),
            Agreement::OnlyNew => Some(&mut self.only_new),
            Agreement::Differently => Some(&mut self.differently),
        };
        if let Some(counter) = counter {
            *counter = counter.saturating_add(1);
        }
        self.against_the_books = self.against_the_books.saturating_add(i32::from(contradicts(new, booked)));
        self.lines = self.lines.saturating_add(1);
    }
}

/// A trial with its progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The version that is tried.
    pub policy: MatchPolicyId,
    /// The version in force when it began; none for the built-in one.
    pub against: Option<MatchPolicyId>,
    /// First day of the lines.
    pub from_on: BusinessDate,
    /// Last day of the lines.
    pub to_on: BusinessDate,
    /// Lines to be tried; 0 until they are counted.
    pub lines_total: i32,
    /// What came of those tried so far.
    pub tally: Tally,
    /// True when all are tried.
    pub done: bool,
    /// Whose turn it is: a process that was overtaken finds another number here.
    pub epoch: i64,
}

impl Trial {
    /// A trial of the days up to `today`.
    pub fn begin(policy: MatchPolicyId, against: Option<MatchPolicyId>, today: BusinessDate) -> Trial {
        let from_on = today.minus_days(DAYS).unwrap_or(BusinessDate::MIN);
        Trial { policy, against, from_on, to_on: today, lines_total: 0, tally: Tally::default(), done: false, epoch: 0 }
    }
}

/// A line that the two versions do not decide alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference<O> {
    /// The line.
    pub line: BankLineId,
    /// What the version in force makes of it.
    pub active: O,
    /// What the new version makes of it.
    pub proposed: O,
}
