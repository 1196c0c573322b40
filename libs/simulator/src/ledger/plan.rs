//! Who has how many items, issued when: what must be known of a whole ledger before its numbers can be given.

use super::period::Period;
use super::{Params, Profile};
use crate::dice::{Dice, Purpose};

/// What kind of payers live together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One customer.
    Alone,
    /// Two customers whose names are nearly the same.
    LookAlikes,
    /// A parent that also pays for its subsidiaries.
    Group,
    /// Customers who pay through the same factor or central payer, which is no customer itself.
    Factored,
}

/// One customer.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Items that are open when the statements come.
    pub open: u32,
    /// Items that were closed before.
    pub closed: u32,
    /// Place of the first item in the ledger; open ones come first.
    pub first: u32,
    /// The same amount every month.
    pub subscriber: bool,
    /// Place of the customer among the seller's customers.
    pub ordinal: u32,
}

/// Customers that are made together.
#[derive(Clone, Debug)]
pub struct Household {
    /// What binds them.
    pub kind: Kind,
    /// The customers.
    pub members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    issued: i32,
    shuffle: u32,
    place: u32,
}

/// The plan of one seller.
#[derive(Clone, Debug)]
pub struct Plan {
    /// All customers.
    pub households: Vec<Household>,
    /// Open items.
    pub open: u64,
    issued: Vec<i32>,
    shuffle: Vec<u32>,
    sequence: Vec<u32>,
    is_open: Vec<bool>,
}

impl Plan {
    /// A plan with about `open` open items and enough closed ones for `history` past lines.
    pub fn new(params: &Params, seller: u32, open: u64, history: u64, period: &Period) -> Plan {
        let mut dice = Dice::new(params.seed, u64::from(seller), Purpose::LedgerPlan, 0);
        let closed_per_mille = 350 + (history * 1300 / open.max(1)).min(3000);
        let mut plan =
            Plan { households: Vec::new(), open: 0, issued: Vec::new(), shuffle: Vec::new(), sequence: Vec::new(), is_open: Vec::new() };
        let mut ordinal = 0;
        while plan.open < open {
            let left = open - plan.open;
            let household = plan.household(params.profile, left, closed_per_mille, &mut ordinal, period, &mut dice);
            plan.households.push(household);
        }
        plan.number();
        plan
    }

    /// Documents of the ledger.
    pub fn documents(&self) -> u64 {
        self.issued.len() as u64
    }

    /// Documents issued before a day.
    pub fn issued_before(&self, day: i32) -> u64 {
        self.issued.iter().filter(|issued| **issued < day).count() as u64
    }

    /// Day an item was issued.
    pub fn issued(&self, place: u32) -> i32 {
        self.issued.get(place as usize).copied().unwrap_or_default()
    }

    /// Place of an item in the order of issue.
    pub fn sequence(&self, place: u32) -> u64 {
        self.sequence.get(place as usize).copied().map_or(0, u64::from)
    }

    /// Whether the item with this place in the order of issue is open.
    pub fn is_open(&self, sequence: u64) -> bool {
        self.is_open.get(sequence as usize).copied().unwrap_or_default()
    }

    fn household(
        &mut self,
        profile: Profile,
        left: u64,
        closed_per_mille: u64,
        ordinal: &mut u32,
        period: &Period,
        dice: &mut Dice,
    ) -> Household {
        let kind = match profile {
            Profile::Base => dice.weighted(&[(880, Kind::Alone), (65, Kind::LookAlikes), (45, Kind::Group), (10, Kind::Factored)]),
            Profile::Hard => dice.weighted(&[(745, Kind::Alone), (160, Kind::LookAlikes), (75, Kind::Group), (20, Kind::Factored)]),
        };
        let count = match kind {
            Kind::Alone => 1,
            Kind::LookAlikes => 2,
            Kind::Group => dice.between(2, 5),
            Kind::Factored => dice.between(3, 7),
        };
        let mut members = Vec::new();
        let mut taken = 0;
        for _ in 0..count {
            if taken >= left {
                break;
            }
            let member = self.member(profile, left - taken, closed_per_mille, *ordinal, period, dice);
            taken += u64::from(member.open);
            *ordinal += 1;
            members.push(member);
        }
        Household { kind, members }
    }

    fn member(&mut self, profile: Profile, left: u64, closed_per_mille: u64, ordinal: u32, period: &Period, dice: &mut Dice) -> Member {
        let subscriber = dice.chance(if profile == Profile::Base { 70 } else { 110 });
        let wanted = if subscriber { dice.between(2, 4) } else { dice.weighted(&[(26, 6), (34, 24), (28, 60), (12, 140)]) };
        let wanted = if subscriber { wanted } else { dice.skewed(wanted).max(1) };
        let open = (wanted as u64).min(left) as u32;
        let closed = if subscriber { 6 } else { (u64::from(open) * closed_per_mille / 1000) as u32 + u32::from(dice.chance(500)) };
        let first = self.issued.len() as u32;
        let day_of_month = dice.between(0, 4) as i32;
        for item in 0..open + closed {
            // Some invoices are written one after the other: their numbers follow each other.
            let burst = item > 0 && item != open && !subscriber && dice.chance(220);
            if let (true, Some(issued), Some(shuffle)) = (burst, self.issued.last().copied(), self.shuffle.last().copied()) {
                self.issued.push(issued);
                self.shuffle.push(shuffle);
                continue;
            }
            let issued = match (subscriber, item < open) {
                (true, _) => period.first - 20 - 30 * item as i32 + day_of_month,
                (false, true) => issued_open(period, dice),
                (false, false) => period.first - dice.between(25, 170) as i32,
            };
            self.issued.push(issued);
            self.shuffle.push(dice.below(u64::from(u32::MAX)) as u32);
        }
        self.open += u64::from(open);
        Member { open, closed, first, subscriber, ordinal }
    }

    fn number(&mut self) {
        let shuffles = std::mem::take(&mut self.shuffle);
        let mut slots: Vec<Slot> = (0_u32..)
            .zip(self.issued.iter().zip(&shuffles))
            .map(|(place, (issued, shuffle))| Slot { issued: *issued, shuffle: *shuffle, place })
            .collect();
        slots.sort_unstable();
        self.sequence = vec![0; slots.len()];
        for (sequence, slot) in (0_u32..).zip(&slots) {
            if let Some(place) = self.sequence.get_mut(slot.place as usize) {
                *place = sequence;
            }
        }
        let mut open = vec![false; slots.len()];
        for member in self.households.iter().flat_map(|household| &household.members) {
            for place in member.first..member.first + member.open {
                if let Some(place) = open.get_mut(self.sequence[place as usize] as usize) {
                    *place = true;
                }
            }
        }
        self.is_open = open;
    }
}

/// Most open items are young; some were issued while the statements came.
fn issued_open(period: &Period, dice: &mut Dice) -> i32 {
    match dice.below(100) {
        0..=17 => period.first + dice.between(0, 16) as i32,
        18..=69 => period.first - dice.between(1, 40) as i32,
        70..=92 => period.first - dice.between(41, 90) as i32,
        _ => period.first - dice.between(91, 165) as i32,
    }
}
