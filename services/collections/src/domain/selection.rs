//! Who is written to about what: which invoices take their next step, and what speaks against writing.

use std::collections::{BTreeMap, HashMap};

use quittance_types::{BusinessDate, Currency, Fault, InvoiceId, Money};

use super::notice::NoticeItem;
use super::strategy::Strategy;

/// An open invoice past its due date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Its number.
    pub number: String,
    /// Still open.
    pub open: Money,
    /// When it was due.
    pub due: BusinessDate,
    /// The dunning level it has reached; 0 is none.
    pub reached: i32,
    /// Contested, in part or whole.
    pub disputed: bool,
    /// Promised, and the promise has time.
    pub promised: bool,
}

impl Overdue {
    fn next_level(&self, strategy: &Strategy, as_of: BusinessDate) -> Option<i32> {
        strategy.next_level(self.reached, as_of.days_since(self.due))
    }
}

/// What a customer would be asked for in one currency: the invoices that take their next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Of every amount.
    pub currency: Currency,
    /// Those against which nothing speaks, by due date and number.
    pub items: Vec<NoticeItem>,
    /// How many are contested.
    pub disputed: usize,
    /// How many others are promised.
    pub promised: usize,
}

impl Demand {
    fn none(currency: Currency) -> Self {
        Self { currency, items: Vec::new(), disputed: 0, promised: 0 }
    }

    fn add(&mut self, overdue: &Overdue, level: i32, as_of: BusinessDate) {
        if overdue.disputed {
            self.disputed = self.disputed.saturating_add(1);
        } else if overdue.promised {
            self.promised = self.promised.saturating_add(1);
        } else {
            self.items.push(NoticeItem {
                invoice: overdue.invoice,
                number: overdue.number.clone(),
                level,
                open: overdue.open,
                due: overdue.due,
                days_past_due: as_of.days_since(overdue.due),
            });
        }
    }

    fn sorted(mut self) -> Self {
        self.items.sort_by(|a, b| (a.due, &a.number, a.invoice).cmp(&(b.due, &b.number, b.invoice)));
        self
    }

    /// Sum of the items.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn total(&self) -> Result<Money, Fault> {
        Money::sum(self.currency, self.items.iter().map(|item| item.open))
    }

    /// The highest level among the items; 0 without any.
    pub fn level(&self) -> i32 {
        self.items.iter().map(|item| item.level).max().unwrap_or_default()
    }
}

/// What a customer would be asked for, by currency.
pub fn demands(strategy: &Strategy, as_of: BusinessDate, overdue: &[Overdue]) -> Vec<Demand> {
    let mut demands: BTreeMap<Currency, Demand> = BTreeMap::new();
    for item in overdue {
        if let Some(level) = item.next_level(strategy, as_of) {
            let currency = item.open.currency();
            demands.entry(currency).or_insert_with(|| Demand::none(currency)).add(item, level, as_of);
        }
    }
    demands.into_values().map(Demand::sorted).collect()
}

/// What is left of a proposal: of the proposed items those that still take the same step, with what is open of them now.
pub fn remaining(
    strategy: &Strategy,
    as_of: BusinessDate,
    currency: Currency,
    proposed: &[NoticeItem],
    overdue: &HashMap<InvoiceId, Overdue>,
) -> Demand {
    let mut demand = Demand::none(currency);
    for item in proposed {
        let Some(now) = overdue.get(&item.invoice) else { continue };
        if now.next_level(strategy, as_of) == Some(item.level) {
            demand.add(now, item.level, as_of);
        }
    }
    demand.sorted()
}

/// When a customer may be written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Last day of a pause.
    pub paused_until: Option<BusinessDate>,
    /// Day of the last notice.
    pub noticed_on: Option<BusinessDate>,
}

/// Why a customer is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// All that is to be dunned is contested.
    Disputed,
    /// What is not contested is promised, and the promise has time.
    Promised,
    /// Contact is paused.
    Paused,
    /// The last notice is too recent.
    ContactGap,
    /// Not worth a letter.
    BelowMinimum,
    /// Credit memos and unapplied cash cover it.
    CreditBalance,
    /// Paid, put off or dunned since it was proposed.
    Settled,
    /// Taken out by a person.
    Excluded,
}

impl Exclusion {
    /// The name on the wire and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disputed => "disputed",
            Self::Promised => "promised",
            Self::Paused => "paused",
            Self::ContactGap => "contact_gap",
            Self::BelowMinimum => "below_minimum",
            Self::CreditBalance => "credit_balance",
            Self::Settled => "settled",
            Self::Excluded => "excluded",
        }
    }
}

/// Whether the customer is written to; else why not. Contact rules come first: they hold whatever is owed. `credits` are the
/// customer's credit memos and unapplied cash in the currency of the demand.
///
/// # Errors
/// CURRENCY_MISMATCH, AMOUNT_OUT_OF_RANGE.
pub fn leave_out(
    demand: &Demand,
    credits: Money,
    reach: Reach,
    strategy: &Strategy,
    as_of: BusinessDate,
) -> Result<Option<Exclusion>, Fault> {
    if reach.paused_until.is_some_and(|until| until >= as_of) {
        return Ok(Some(Exclusion::Paused));
    }
    if reach.noticed_on.is_some_and(|noticed| as_of.days_since(noticed) < strategy.contact_gap_days) {
        return Ok(Some(Exclusion::ContactGap));
    }
    if demand.items.is_empty() {
        return Ok(Some(match (demand.disputed, demand.promised) {
            (0, 0) => Exclusion::Settled,
            (0, _) => Exclusion::Promised,
            _ => Exclusion::Disputed,
        }));
    }
    let total = demand.total()?;
    if !total.sub(credits)?.is_positive() {
        return Ok(Some(Exclusion::CreditBalance));
    }
    let minimum = strategy.minimum.filter(|minimum| minimum.currency() == demand.currency);
    let too_little = minimum.map(|minimum| total.compare(minimum)).transpose()?.is_some_and(std::cmp::Ordering::is_lt);
    Ok(too_little.then_some(Exclusion::BelowMinimum))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::{StrategyId, Uuid};

    use super::*;
    use crate::domain::strategy::Step;

    fn euro(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR).unwrap()
    }

    fn day(number: i32) -> BusinessDate {
        BusinessDate::from_days(20_000 + number).unwrap()
    }

    fn strategy() -> Strategy {
        let step = |level, days_past_due| Step { level, days_past_due, template: String::new(), subject: String::new() };
        Strategy {
            id: StrategyId::new(Uuid::nil()),
            segment: "standard".to_owned(),
            version: 1,
            steps: vec![step(1, 5), step(2, 15)],
            minimum: Some(euro(50)),
            contact_gap_days: 7,
        }
    }

    fn overdue(number: u128, due: i32, minor: i64) -> Overdue {
        Overdue {
            invoice: InvoiceId::new(Uuid::from_u128(number)),
            number: format!("INV-{number}"),
            open: euro(minor),
            due: day(due),
            reached: 0,
            disputed: false,
            promised: false,
        }
    }

    #[test]
    fn a_demand_holds_what_takes_its_next_step() {
        let dollars = Overdue { open: Money::from_minor(7, Currency::USD).unwrap(), ..overdue(6, -40, 0) };
        let all = [
            Overdue { reached: 1, ..overdue(1, -15, 100) },
            overdue(2, -20, 200),
            overdue(3, -4, 400),
            Overdue { reached: 2, ..overdue(4, -90, 800) },
            Overdue { disputed: true, promised: true, ..overdue(5, -9, 1_600) },
            dollars,
        ];
        let found = demands(&strategy(), day(0), &all);
        let [euros, dollars] = found.as_slice() else { panic!("{found:?}") };
        let items: Vec<_> = euros.items.iter().map(|item| (item.number.as_str(), item.level, item.days_past_due)).collect();
        assert_eq!(items, [("INV-2", 1, 20), ("INV-1", 2, 15)], "by due date; a first letter comes first however late it is");
        assert_eq!((euros.total().unwrap(), euros.level(), euros.disputed, euros.promised), (euro(300), 2, 1, 0));
        assert_eq!((dollars.items.len(), dollars.currency), (1, Currency::USD));
    }

    #[test]
    fn of_a_proposal_remains_what_still_takes_the_same_step() {
        let (kept, paid, part, put_off, dunned, contested) =
            (overdue(1, -9, 100), overdue(2, -9, 100), overdue(3, -9, 100), overdue(4, -9, 100), overdue(5, -20, 100), overdue(6, -9, 100));
        let proposed =
            demands(&strategy(), day(0), &[kept.clone(), paid, part.clone(), put_off.clone(), dunned.clone(), contested.clone()]).remove(0);
        let now = [
            kept,
            Overdue { open: euro(40), ..part },
            Overdue { due: day(-4), ..put_off },
            Overdue { reached: 1, ..dunned },
            Overdue { disputed: true, ..contested },
            overdue(7, -9, 100),
        ];
        let now = now.into_iter().map(|item| (item.invoice, item)).collect();
        let left = remaining(&strategy(), day(0), Currency::EUR, &proposed.items, &now);
        let items: Vec<_> = left.items.iter().map(|item| (item.number.as_str(), item.open)).collect();
        assert_eq!(items, [("INV-1", euro(100)), ("INV-3", euro(40))]);
        assert_eq!((left.disputed, left.promised), (1, 0));
    }

    #[test]
    fn the_reasons_to_leave_a_customer_out() {
        let asked = |minor| demands(&strategy(), day(0), &[overdue(1, -9, minor)]).remove(0);
        let judge = |demand: &Demand, credits, reach| leave_out(demand, euro(credits), reach, &strategy(), day(0)).unwrap();
        let (plain, nothing, free) = (asked(100), Demand::none(Currency::EUR), Reach::default());
        assert_eq!(judge(&plain, 0, free), None);
        assert_eq!(judge(&plain, 0, Reach { paused_until: Some(day(0)), ..free }), Some(Exclusion::Paused));
        assert_eq!(judge(&plain, 0, Reach { paused_until: Some(day(-1)), ..free }), None);
        assert_eq!(judge(&plain, 0, Reach { noticed_on: Some(day(-6)), ..free }), Some(Exclusion::ContactGap));
        assert_eq!(judge(&plain, 0, Reach { noticed_on: Some(day(-7)), ..free }), None);
        assert_eq!(judge(&Demand { disputed: 1, promised: 1, ..nothing.clone() }, 0, free), Some(Exclusion::Disputed));
        assert_eq!(judge(&Demand { promised: 1, ..nothing.clone() }, 0, free), Some(Exclusion::Promised));
        assert_eq!(judge(&nothing, 0, free), Some(Exclusion::Settled));
        assert_eq!(judge(&plain, 100, free), Some(Exclusion::CreditBalance));
        assert_eq!(judge(&plain, 99, free), None);
        assert_eq!(judge(&asked(49), 0, free), Some(Exclusion::BelowMinimum));
    }
}
