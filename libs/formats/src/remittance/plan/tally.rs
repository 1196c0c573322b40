//! How records fare under a plan.

use quittance_types::Decimal;

use super::amount::Units;
use super::{Amount, Plan, Row, Signs};
use crate::remittance::proof::is_plausible;
use crate::remittance::record::{Record, Records};

/// How the records fare under a plan.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Records.
    pub count: usize,
    sum: Option<Units>,
    /// Rows whose stated deductions are what gross and net differ by.
    holds: usize,
    /// Rows something is taken off.
    pub deducted: usize,
    /// Rows that prove nothing: wrong or odd ones.
    pub fails: usize,
    /// Rows without net, or that do not add up.
    wrong: usize,
    /// Rows whose amounts cannot belong together.
    odd: usize,
    /// Rows something is paid for, or paid back.
    pub moving: usize,
    /// Rows that take money back.
    negative: usize,
    /// Credit notes with a positive amount.
    unsigned: usize,
    /// The amounts of the record added last; the next one takes their room.
    row: Row<Units>,
}

impl Default for Tally {
    fn default() -> Tally {
        let (sum, row) = (Some(Units::ZERO), Row { gross: None, deductions: Vec::new(), net: None });
        Tally { count: 0, sum, holds: 0, deducted: 0, fails: 0, wrong: 0, odd: 0, moving: 0, negative: 0, unsigned: 0, row }
    }
}

impl Tally {
    /// Adds a record; `gross` is the column headed as gross that the plan leaves out.
    pub fn add(&mut self, plan: &Plan, gross: Option<usize>, record: &Record, all_marked: bool) {
        plan.apply_to(&mut self.row, record, all_marked);
        let row = &self.row;
        let deduction = row.deduction();
        let paid = row.net.or_else(|| row.gross?.less(deduction?));
        let difference = row.gross.zip(row.net).zip(deduction).and_then(|((gross, net), deduction)| gross.less(deduction)?.less(net));
        let foots = difference.map(|difference| difference == Units::ZERO);
        self.count += 1;
        self.sum = self.sum.zip(paid).and_then(|(sum, paid)| sum.plus(paid));
        let odd = is_odd(row, paid, deduction);
        let unfooted = foots == Some(false) && states_deduction(plan, row);
        self.holds += usize::from(foots == Some(true) && !row.deductions.is_empty());
        let wrong = paid.is_none() || unfooted || contradicts(plan, gross, paid.zip(deduction), record);
        self.deducted += usize::from(row.deductions.iter().any(|(_, value)| *value != Units::ZERO));
        self.odd += usize::from(odd);
        self.wrong += usize::from(wrong);
        self.fails += usize::from(wrong || odd);
        let moves = |negative: bool| paid.is_some_and(|paid| paid != Units::ZERO && paid.is_negative() == negative);
        self.moving += usize::from(moves(true) || moves(false));
        self.negative += usize::from(moves(true));
        self.unsigned += usize::from(record.credit && moves(false));
    }

    /// Sum of the nets, when every record has one and it is not too large.
    pub fn sum(&self) -> Option<Decimal> {
        self.sum?.decimal()
    }

    /// How good the plan is by its rows, its heads and, when the nets add up to a stated sum, its `total`.
    pub fn merit(&self, plan: &Plan, records: &Records<'_>, total: bool) -> i64 {
        let share = |part: usize, weight: usize| i64::try_from(part * weight / self.count.max(1)).unwrap_or(0);
        let taken = self.sum.is_none_or(Amount::is_negative);
        let upside_down = if taken && self.negative * 2 > self.count { 30 } else { 0 };
        let mut score = if total { 1000 } else { 0 };
        score += share(self.holds, 200) - share(self.wrong, 500) - share(self.odd, 300) - upside_down;
        score -= share(self.unsigned, 60);
        score += plan.agreement(records) * 5;
        score -= match plan.signs {
            Signs::Written => 0,
            Signs::CreditNegative => 1,
            Signs::DebitNegative => 8,
            Signs::Flipped => 12,
        };
        score - i64::from(plan.thousandths) * 15
    }
}

/// True when the gross amount that was left out is not what net and deductions make.
fn contradicts(plan: &Plan, gross: Option<usize>, stated: Option<(Units, Units)>, record: &Record) -> bool {
    let Some(figure) = gross.and_then(|column| record.figures.get(column)).and_then(Option::as_ref) else { return false };
    let made = stated.and_then(|(paid, deduction)| paid.plus(deduction));
    made.is_some_and(|made| made.size() != Units::of(figure, plan.thousandths))
}

/// Gross and net without any deduction column say the deduction by their difference: that never fails.
fn states_deduction(plan: &Plan, row: &Row<Units>) -> bool {
    !plan.deductions.is_empty() || !row.deductions.is_empty()
}

/// Gross, deduction and net of opposite signs, or a deduction beyond what it is taken from: never what is meant.
fn is_odd(row: &Row<Units>, paid: Option<Units>, deduction: Option<Units>) -> bool {
    let Some(paid) = paid else { return false };
    let gross = row.gross.unwrap_or(paid);
    let deduction = if row.gross.is_some() { gross.less(paid) } else { deduction };
    !is_plausible(gross, deduction.unwrap_or(Units::ZERO), paid)
}
