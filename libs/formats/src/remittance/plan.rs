//! Which column of amounts is gross, deduction and net, and which sign they have: the reading is taken whose rows and
//! sums add up, and among those the one that agrees best with the heads of the columns.

use quittance_types::Decimal;

use super::lexicon::Role;
use super::number::Mark;
use super::record::{Figure, Record, Records};

mod amount;
mod effort;
mod search;
mod tally;

pub(crate) use amount::Amount;
pub(crate) use effort::Effort;
pub(crate) use search::{Outcome, Totals, Weighed, best, weigh};

/// How signs are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signs {
    /// As written; `CR` is negative.
    Written,
    /// As written, and the amounts of credit notes are negative.
    CreditNegative,
    /// `DR` is negative, `CR` positive.
    DebitNegative,
    /// All the other way round: the payer shows what leaves its account.
    Flipped,
}

/// One way to read the amounts of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Column of the gross amount.
    pub gross: Option<usize>,
    /// Columns of deductions.
    pub deductions: Vec<usize>,
    /// Column of the net amount.
    pub net: Option<usize>,
    /// Signs.
    pub signs: Signs,
    /// True when amounts in the rows below are taken off the amount of the record.
    pub subs: bool,
    /// True when `1.234` has three decimals.
    pub thousandths: bool,
}

/// Columns with a telling head that a plan leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unused {
    gross: Option<usize>,
    net: Option<usize>,
    deductions: Vec<usize>,
}

/// The amounts of a record under a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row<A = Decimal> {
    /// Before deductions.
    pub gross: Option<A>,
    /// One for each figure that is a deduction: column, or sub row behind the columns.
    pub deductions: Vec<(Source, A)>,
    /// Paid.
    pub net: Option<A>,
}

/// Where a deduction was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Column of amounts.
    Column(usize),
    /// Row below.
    Sub(usize),
}

impl<A: Amount> Row<A> {
    /// Sum of the deductions.
    pub fn deduction(&self) -> Option<A> {
        self.deductions.iter().try_fold(A::ZERO, |sum, (_, value)| sum.plus(*value))
    }

    /// The net amount, stated or following from the others.
    pub fn paid(&self) -> Option<A> {
        self.net.or_else(|| self.gross?.less(self.deduction()?))
    }
}

impl Plan {
    /// The amounts of `record`.
    pub fn apply<A: Amount>(&self, record: &Record, all_marked: bool) -> Row<A> {
        let mut row = Row { gross: None, deductions: Vec::new(), net: None };
        self.apply_to(&mut row, record, all_marked);
        row
    }

    /// Puts the amounts of `record` into a row, whose room is used again.
    fn apply_to<A: Amount>(&self, row: &mut Row<A>, record: &Record, all_marked: bool) {
        let figure = |column: Option<usize>| column.and_then(|column| record.figures.get(column)).and_then(Option::as_ref);
        let signed = |figure: &Figure| self.signed(figure, record.credit, all_marked);
        (row.gross, row.net) = (figure(self.gross).map(signed), figure(self.net).map(signed));
        row.deductions.clear();
        for column in &self.deductions {
            if let Some(figure) = figure(Some(*column)) {
                row.deductions.push((Source::Column(*column), A::of(figure, self.thousandths)));
            }
        }
        if self.subs {
            if row.gross.is_none() {
                row.gross = row.net.take();
            }
            let subs = record.subs.iter().enumerate().filter(|(_, sub)| sub.deducts);
            row.deductions.extend(subs.map(|(index, sub)| (Source::Sub(index), A::of(&sub.figure, self.thousandths))));
        }
        self.sign_gross(record, row);
        self.sign_deductions(record, row);
    }

    /// A gross amount without a sign has that of the net amount beside it, when their sizes say so: another column has the sign.
    fn sign_gross<A: Amount>(&self, record: &Record, row: &mut Row<A>) {
        let (Some(gross), Some(net), Some(deduction)) = (row.gross, row.net, row.deduction()) else { return };
        let is_bare =
            || self.gross.and_then(|gross| record.figures.get(gross)?.as_ref()).is_some_and(|gross| gross.number.mark == Mark::None);
        let differs = gross.is_negative() != net.is_negative() && gross != A::ZERO && net != A::ZERO;
        if differs && is_bare() && gross.size().less(deduction.size()) == Some(net.size()) {
            row.gross = Some(-gross);
        }
    }

    fn signed<A: Amount>(&self, figure: &Figure, credit: bool, all_marked: bool) -> A {
        let value = A::of(figure, self.thousandths);
        let mark = figure.number.mark;
        let is_negative = match self.signs {
            Signs::CreditNegative if credit => true,
            Signs::Written | Signs::CreditNegative => mark == Mark::Minus || (mark == Mark::Credit && !all_marked),
            Signs::DebitNegative => matches!(mark, Mark::Minus | Mark::Debit),
            Signs::Flipped => !matches!(mark, Mark::Minus | Mark::Credit),
        };
        if is_negative { -value } else { value }
    }

    /// Deductions have the sign of the amount they reduce, unless gross and net say that one is added.
    fn sign_deductions<A: Amount>(&self, record: &Record, row: &mut Row<A>) {
        if row.gross.or(row.net).is_some_and(Amount::is_negative) {
            row.deductions.iter_mut().for_each(|(_, value)| *value = -*value);
        }
        let (Some(gross), Some(net), Some(sum)) = (row.gross, row.net, row.deduction()) else { return };
        let foots = |sum: A| gross.less(sum) == Some(net);
        if foots(sum) || gross.less(sum).is_none() {
            return;
        }
        let written = |(source, value): &(Source, A)| self.as_written(record, *source, *value);
        let sum_written = row.deductions.iter().try_fold(A::ZERO, |sum, deduction| sum.plus(written(deduction)));
        if sum_written.is_some_and(foots) {
            row.deductions.iter_mut().for_each(|deduction| deduction.1 = written(deduction));
        } else if sum_written.is_some_and(|sum| foots(-sum)) {
            row.deductions.iter_mut().for_each(|deduction| deduction.1 = -written(deduction));
        } else if foots(-sum) {
            row.deductions.iter_mut().for_each(|(_, value)| *value = -*value);
        }
    }

    fn as_written<A: Amount>(&self, record: &Record, source: Source, value: A) -> A {
        let figure = match source {
            Source::Column(column) => record.figures.get(column).and_then(Option::as_ref),
            Source::Sub(index) => record.subs.get(index).map(|sub| &sub.figure),
        };
        let minus = figure.is_some_and(|figure| matches!(figure.number.mark, Mark::Minus | Mark::Credit));
        if minus { -value.size() } else { value.size() }
    }

    /// The columns whose heads say what they are and that the plan leaves out: they must not contradict it.
    fn unused(&self, records: &Records<'_>) -> Unused {
        let headed = |wanted: Role| (0..records.roles.len()).filter(move |column| records.roles.get(*column) == Some(&Some(wanted)));
        let gross = headed(Role::Gross).next().filter(|headed| self.gross.is_none() && self.net != Some(*headed));
        // Beside a tax, net is what it is reckoned from.
        let is_taxed = headed(Role::OtherAmount).next().is_some();
        let reads_net = self.net.is_some_and(|net| headed(Role::Net).any(|headed| headed == net));
        let net = headed(Role::Net).next().filter(|headed| !is_taxed && !reads_net && self.gross != Some(*headed));
        let deductions = headed(Role::Deduction).filter(|headed| !self.deductions.contains(headed)).collect();
        Unused { gross, net, deductions }
    }

    /// True when a column is taken for the opposite of what its head says: what is taken off for what is paid or taken off from,
    /// what is paid for what is taken off, what is before deductions for what is after.
    fn defies_heads(&self, records: &Records<'_>) -> bool {
        let is = |column: usize, wanted: Role| records.roles.get(column) == Some(&Some(wanted));
        let inverted = self.gross.is_none() && !self.deductions.is_empty();
        [self.gross, self.net].into_iter().flatten().any(|column| is(column, Role::Deduction))
            || self.deductions.iter().any(|column| is(*column, Role::Net))
            || self.net.is_some_and(|net| inverted && is(net, Role::Gross))
    }

    /// How well the plan agrees with the heads: higher is better.
    pub fn agreement(&self, records: &Records<'_>) -> i64 {
        let role = |column: usize| records.roles.get(column).copied().flatten();
        let net = self.net.map_or(0, |column| match role(column) {
            Some(Role::Net) => 8,
            Some(Role::Amount) => 5,
            None => 3,
            Some(Role::Gross) => 1,
            _ => -8,
        });
        let gross = self.gross.map_or(0, |column| match role(column) {
            Some(Role::Gross) => 6,
            Some(Role::Amount) => 4,
            None => 2,
            Some(Role::Net) => -5,
            _ => -8,
        });
        let deductions: i64 = self
            .deductions
            .iter()
            .map(|column| match role(*column) {
                Some(Role::Deduction) => 6,
                None => 0,
                Some(Role::Amount) => -3,
                _ => -10,
            })
            .sum();
        let unused = |wanted: Role, used: &dyn Fn(usize) -> bool| {
            (0..records.roles.len()).any(|column| role(column) == Some(wanted) && !used(column))
        };
        let missed = i64::from(unused(Role::Net, &|column| self.net == Some(column))) * 6
            + i64::from(unused(Role::Deduction, &|column| self.deductions.contains(&column))) * 4
            + i64::from(unused(Role::Gross, &|column| self.gross == Some(column) || self.net == Some(column))) * 3;
        // Without heads, gross stands before net, and net last.
        let order = match (self.gross, self.net) {
            (Some(gross), Some(net)) if gross > net => -2,
            _ => 0,
        };
        net + gross + deductions + order - missed
    }
}
