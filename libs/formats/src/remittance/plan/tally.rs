//! How records fare under a plan.

use quittance_types::Decimal;

use super::amount::Units;
use super::{Amount, Plan, Row, Signs, Source, Unused};
use crate::remittance::lexicon::Role;
use crate::remittance::proof::is_plausible;
use crate::remittance::record::{Figure, Record, Records, Stated};

/// How the records fare under a plan.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Records.
    pub count: usize,
    sum: Option<Units>,
    /// Sum of the gross amounts, and of the deductions in columns.
    gross: Option<Units>,
    taken: Option<Units>,
    /// Rows in which a column that is left out says otherwise.
    contradicted: usize,
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
    /// Rows that take money back and do not say why.
    unmarked: usize,
    /// Credit notes with a positive amount.
    unsigned: usize,
    /// The amounts of the record added last; the next one takes their room.
    row: Row<Units>,
}

impl Default for Tally {
    fn default() -> Tally {
        let row = Row { gross: None, deductions: Vec::new(), net: None };
        let (sum, gross, taken) = (Some(Units::ZERO), Some(Units::ZERO), Some(Units::ZERO));
        Tally {
            count: 0,
            sum,
            gross,
            taken,
            contradicted: 0,
            holds: 0,
            deducted: 0,
            fails: 0,
            wrong: 0,
            odd: 0,
            moving: 0,
            negative: 0,
            unmarked: 0,
            unsigned: 0,
            row,
        }
    }
}

impl Tally {
    /// Adds a record; `unused` are the columns with a telling head that the plan leaves out.
    pub fn add(&mut self, plan: &Plan, unused: &Unused, record: &Record, all_marked: bool) {
        plan.apply_to(&mut self.row, record, all_marked);
        let row = &self.row;
        let deduction = row.deduction();
        let paid = row.net.or_else(|| row.gross?.less(deduction?));
        let difference = row.gross.zip(row.net).zip(deduction).and_then(|((gross, net), deduction)| gross.less(deduction)?.less(net));
        let foots = difference.map(|difference| difference == Units::ZERO);
        self.count += 1;
        self.sum = self.sum.zip(paid).and_then(|(sum, paid)| sum.plus(paid));
        self.gross = self.gross.and_then(|sum| sum.plus(row.gross.unwrap_or(Units::ZERO)));
        let in_columns = row.deductions.iter().filter(|(source, _)| matches!(source, Source::Column(_)));
        self.taken = self.taken.and_then(|sum| in_columns.clone().try_fold(sum, |sum, (_, value)| sum.plus(*value)));
        let contradicted = contradicts(plan, unused, row, record);
        self.contradicted += usize::from(contradicted);
        let odd = is_odd(row, paid, deduction);
        let unfooted = foots == Some(false) && states_deduction(plan, row);
        self.holds += usize::from(foots == Some(true) && !row.deductions.is_empty());
        let wrong = paid.is_none() || unfooted || contradicted;
        self.deducted += usize::from(row.deductions.iter().any(|(_, value)| *value != Units::ZERO));
        self.odd += usize::from(odd);
        self.wrong += usize::from(wrong);
        self.fails += usize::from(wrong || odd);
        let moves = |negative: bool| paid.is_some_and(|paid| paid != Units::ZERO && paid.is_negative() == negative);
        self.moving += usize::from(moves(true) || moves(false));
        self.negative += usize::from(moves(true));
        self.unmarked += usize::from(!record.credit && moves(true));
        self.unsigned += usize::from(record.credit && moves(false));
    }

    /// True when a row states an amount that is left out and cannot be.
    pub fn is_contradicted(&self) -> bool {
        self.contradicted > 0
    }

    /// True when signs are turned although rows are taken back then that nothing calls a credit note.
    pub fn turns_signs_blindly(&self, plan: &Plan) -> bool {
        plan.signs == Signs::Flipped && self.unmarked > 0 && self.unmarked < self.count
    }

    /// True when the sums of columns that are stated in one row are those of the rows.
    pub fn agrees_with(&self, plan: &Plan, records: &Records<'_>, row: &[&Stated]) -> bool {
        let stated = |column: usize| {
            let found = row.iter().find(|stated| stated.column == Some(column));
            found.map(|stated| Units::of(&stated.figure, plan.thousandths).size())
        };
        let is = |stated: Option<Units>, sum: Option<Units>| stated.zip(sum).is_none_or(|(stated, sum)| stated == sum.size());
        // The only column with such a head that the plan leaves out.
        let left_out = |role: Role| {
            let mut headed =
                (0..records.roles.len()).filter(|column| records.roles.get(*column) == Some(&Some(role)) && plan.net != Some(*column));
            headed.next().filter(|_| headed.next().is_none())
        };
        let difference = |gross: Option<Units>, sum: Option<Units>| gross.zip(sum).and_then(|(gross, sum)| gross.less(sum));
        let (taken, off) = if plan.deductions.is_empty() && plan.gross.is_some() {
            (left_out(Role::Deduction).and_then(stated), difference(self.gross, self.sum))
        } else {
            let taken = plan.deductions.iter().try_fold(Units::ZERO, |sum, column| sum.plus(stated(*column)?));
            (taken.filter(|_| self.deducted > 0), self.taken)
        };
        let (gross, whole) = if plan.gross.is_none() && !plan.deductions.is_empty() {
            (left_out(Role::Gross), self.sum.zip(self.taken).and_then(|(sum, taken)| sum.plus(taken)))
        } else {
            (plan.gross, self.gross)
        };
        // The sum of a column may be what is left of it when the rows below were taken off.
        let own = |column: Option<usize>| column.filter(|_| !plan.subs).and_then(stated);
        is(own(gross), whole) && is(taken, off) && is(own(plan.net), self.sum)
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

/// True when an amount that was left out, and is what its head says, is not what the others make.
fn contradicts(plan: &Plan, unused: &Unused, row: &Row<Units>, record: &Record) -> bool {
    let stated = |column: usize| record.figures.get(column).and_then(Option::as_ref);
    let size = |figure: &Figure| Units::of(figure, plan.thousandths).size();
    let Some(taken) = row.deduction() else { return false };
    let Some(paid) = row.net.or_else(|| row.gross?.less(taken)) else { return false };
    let made = if row.gross.is_some() { row.gross } else { paid.plus(taken) };
    let differs = |column: Option<usize>, is: Option<Units>| {
        let stated = column.and_then(stated).map(size);
        stated.zip(is).is_some_and(|(stated, is)| stated != is.size())
    };
    let below = row.deductions.iter().filter(|(source, _)| matches!(source, Source::Sub(_)));
    let above = below.clone().try_fold(paid, |sum, (_, value)| sum.plus(*value));
    let is_other_net = differs(unused.net, Some(paid)) && differs(unused.net, above);
    if differs(unused.gross, paid.plus(taken)) || is_other_net {
        return true;
    }
    // What gross and net differ by, or what is taken off besides and foots with them.
    let difference = made.and_then(|made| made.less(paid));
    let foots = row.gross.is_some() && row.net.is_some() && !row.deductions.is_empty() && difference == Some(taken);
    let is_dropped =
        |column: &usize| stated(*column).map(size).is_some_and(|off| off != Units::ZERO && difference.map(Amount::size) != Some(off));
    !foots && unused.deductions.iter().any(is_dropped)
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
