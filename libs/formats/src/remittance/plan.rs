//! Which column of amounts is gross, deduction and net, and which sign they have: the reading is taken whose rows and
//! sums add up, and among those the one that agrees best with the heads of the columns.

use quittance_types::Decimal;

use super::lexicon::Role;
use super::number::Mark;
use super::record::{Figure, Record, Records};

mod search;
mod tally;

pub(crate) use search::{Outcome, Weighed, best, weigh};

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

/// The amounts of a record under a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Before deductions.
    pub gross: Option<Decimal>,
    /// One for each figure that is a deduction: column, or sub row behind the columns.
    pub deductions: Vec<(Source, Decimal)>,
    /// Paid.
    pub net: Option<Decimal>,
}

/// Where a deduction was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Column of amounts.
    Column(usize),
    /// Row below.
    Sub(usize),
}

impl Row {
    /// Sum of the deductions.
    pub fn deduction(&self) -> Option<Decimal> {
        self.deductions.iter().try_fold(Decimal::ZERO, |sum, (_, value)| sum.checked_add(*value))
    }

    /// The net amount, stated or following from the others.
    pub fn paid(&self) -> Option<Decimal> {
        self.net.or_else(|| self.gross?.checked_sub(self.deduction()?))
    }

    /// Whether gross less deductions is net; none when the record states too little.
    pub fn foots(&self) -> Option<bool> {
        let (gross, net) = (self.gross?, self.net?);
        Some(gross.checked_sub(self.deduction()?)? == net)
    }
}

impl Plan {
    /// The amounts of `record`.
    pub fn apply(&self, record: &Record, all_marked: bool) -> Row {
        let figure = |column: Option<usize>| column.and_then(|column| record.figures.get(column)).and_then(Option::as_ref);
        let signed = |figure: &Figure| self.signed(figure, record.credit, all_marked);
        let mut row = Row { gross: figure(self.gross).map(signed), deductions: Vec::new(), net: figure(self.net).map(signed) };
        for column in &self.deductions {
            if let Some(figure) = figure(Some(*column)) {
                row.deductions.push((Source::Column(*column), figure.value(self.thousandths)));
            }
        }
        if self.subs {
            if row.gross.is_none() {
                row.gross = row.net.take();
            }
            let subs = record.subs.iter().enumerate().filter(|(_, sub)| sub.deducts);
            row.deductions.extend(subs.map(|(index, sub)| (Source::Sub(index), sub.figure.value(self.thousandths))));
        }
        self.sign_deductions(record, &mut row);
        row
    }

    fn signed(&self, figure: &Figure, credit: bool, all_marked: bool) -> Decimal {
        let value = figure.value(self.thousandths);
        let mark = figure.number.mark;
        match self.signs {
            Signs::Written => {
                if mark == Mark::Minus || (mark == Mark::Credit && !all_marked) {
                    -value
                } else {
                    value
                }
            }
            Signs::CreditNegative if credit => -value,
            Signs::CreditNegative => {
                if mark == Mark::Minus || (mark == Mark::Credit && !all_marked) {
                    -value
                } else {
                    value
                }
            }
            Signs::DebitNegative => {
                if matches!(mark, Mark::Minus | Mark::Debit) {
                    -value
                } else {
                    value
                }
            }
            Signs::Flipped => {
                if matches!(mark, Mark::Minus | Mark::Credit) {
                    value
                } else {
                    -value
                }
            }
        }
    }

    /// Deductions have the sign of the amount they reduce, unless gross and net say that one is added.
    fn sign_deductions(&self, record: &Record, row: &mut Row) {
        let negative = row.gross.or(row.net).is_some_and(|amount| amount.is_sign_negative() && !amount.is_zero());
        for (_, value) in &mut row.deductions {
            *value = if negative { -*value } else { *value };
        }
        if row.foots() != Some(false) {
            return;
        }
        let written: Vec<Decimal> = row.deductions.iter().map(|(source, value)| self.as_written(record, *source, *value)).collect();
        let reversed = written.iter().map(|value| -*value).collect();
        let opposite = row.deductions.iter().map(|(_, value)| -*value).collect();
        for signs in [written, reversed, opposite] {
            let tried =
                Row { deductions: row.deductions.iter().map(|(source, _)| *source).zip::<Vec<Decimal>>(signs).collect(), ..row.clone() };
            if tried.foots() == Some(true) {
                row.deductions = tried.deductions;
                return;
            }
        }
    }

    fn as_written(&self, record: &Record, source: Source, value: Decimal) -> Decimal {
        let figure = match source {
            Source::Column(column) => record.figures.get(column).and_then(Option::as_ref),
            Source::Sub(index) => record.subs.get(index).map(|sub| &sub.figure),
        };
        let minus = figure.is_some_and(|figure| matches!(figure.number.mark, Mark::Minus | Mark::Credit));
        if minus { -value.abs() } else { value.abs() }
    }

    /// A column headed as gross that the plan leaves out although it reads deductions.
    fn unused_gross(&self, records: &Records<'_>) -> Option<usize> {
        let headed = records.roles.iter().position(|role| *role == Some(Role::Gross))?;
        let used = self.gross.is_some() || self.net == Some(headed);
        (!used).then_some(headed)
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
