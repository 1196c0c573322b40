//! Which amounts belong to which document of a text.

use quittance_types::Decimal;

use super::{Item, Said};
use crate::remittance::model::Field;
use crate::remittance::record::{Figure, Record};

/// Ways to read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The amount stands before its document: "100.00 for invoice 4711".
    pub amount_first: bool,
    /// An amount beside a deduction is what was paid, not what was invoiced.
    pub lone_is_net: bool,
    /// Of two amounts the second is a deduction, not what was paid.
    pub second_is_deduction: bool,
}

impl Binding {
    /// All ways, the usual one first.
    pub const ALL: [Binding; 6] = [
        Binding { amount_first: false, lone_is_net: false, second_is_deduction: false },
        Binding { amount_first: false, lone_is_net: true, second_is_deduction: false },
        Binding { amount_first: false, lone_is_net: false, second_is_deduction: true },
        Binding { amount_first: true, lone_is_net: false, second_is_deduction: false },
        Binding { amount_first: true, lone_is_net: true, second_is_deduction: false },
        Binding { amount_first: true, lone_is_net: false, second_is_deduction: true },
    ];
}

/// Amounts of one document as they come.
#[derive(Debug, Default)]
struct Amounts {
    gross: Option<Figure>,
    deductions: Vec<(Figure, Option<Field<String>>)>,
    net: Option<Figure>,
    plain: Vec<Figure>,
}

impl Amounts {
    fn is_empty(&self) -> bool {
        self.gross.is_none() && self.net.is_none() && self.plain.is_empty()
    }

    /// True when gross less deductions is `net`.
    fn leave(&self, net: Decimal) -> bool {
        let Some(gross) = self.gross.as_ref().or(self.plain.first()) else { return false };
        let deducted = self.deductions.iter().try_fold(Decimal::ZERO, |sum, (figure, _)| sum.checked_add(figure.number.value));
        !self.deductions.is_empty() && deducted.and_then(|deducted| gross.number.value.checked_sub(deducted)) == Some(net)
    }

    fn add(&mut self, figure: &Figure, said: Said, reason: Option<&Field<String>>) {
        match said {
            Said::Gross if self.gross.is_none() => self.gross = Some(figure.clone()),
            Said::Net | Said::NetOrTotal if self.net.is_none() => self.net = Some(figure.clone()),
            Said::Deduction => self.deductions.push((figure.clone(), reason.cloned())),
            Said::Nothing if self.plain.len() < 4 => self.plain.push(figure.clone()),
            _ => {}
        }
    }
}

/// The records of `items` under a binding.
pub(crate) fn bind(items: &[Item], binding: Binding) -> Vec<Record> {
    let mut out: Vec<Record> = Vec::new();
    if binding.amount_first {
        return amounts_first(items, binding);
    }
    let mut current: Option<(Record, Amounts)> = None;
    for item in items {
        match item {
            Item::Document { field, credit, .. } => {
                close(&mut current, &mut out, binding);
                current = Some((open(field, *credit), Amounts::default()));
            }
            Item::Amount { figure, said, reason } => {
                let Some((record, amounts)) = &mut current else { continue };
                if belongs(record, amounts, figure, *said) {
                    amounts.add(figure, *said, reason.as_ref());
                }
            }
            Item::Date(date) => {
                if let Some((record, amounts)) = &mut current
                    && amounts.is_empty()
                    && record.date.is_none()
                {
                    record.date = Some(date.clone());
                }
            }
        }
    }
    close(&mut current, &mut out, binding);
    out
}

/// Every document takes the amounts before it: those of its own line if there are any, else those since the last document.
fn amounts_first(items: &[Item], binding: Binding) -> Vec<Record> {
    let mut out = Vec::new();
    let mut waiting: Vec<&Item> = Vec::new();
    for item in items {
        let Item::Document { field, credit, .. } = item else {
            waiting.push(item);
            continue;
        };
        let line_of = |item: &&Item| match item {
            Item::Amount { figure, .. } => figure.span.line,
            _ => 0,
        };
        let same_line = waiting.iter().any(|item| line_of(item) == field.span.line);
        let mut amounts = Amounts::default();
        for item in waiting.drain(..) {
            if let Item::Amount { figure, said, reason } = item
                && (!same_line || figure.span.line == field.span.line)
            {
                // "We transferred 300.00 for invoice 8801": the words name the payment, not a second amount.
                let said = if *said == Said::Net { Said::Nothing } else { *said };
                amounts.add(figure, said, reason.as_ref());
            }
        }
        if !amounts.is_empty() {
            out.push(finish(open(field, *credit), amounts, binding));
        }
    }
    out
}

/// An amount that nothing is said about belongs to the document of its line, or to one that has none yet; a total to none.
fn belongs(record: &Record, amounts: &Amounts, figure: &Figure, said: Said) -> bool {
    let near = figure.span.line.saturating_sub(record.document.span.line);
    match said {
        Said::Total | Said::Other => false,
        Said::Nothing => amounts.is_empty() && near <= 3 || near == 0 || last_line(amounts) == Some(figure.span.line),
        Said::Net => near <= 8 && (amounts.is_empty() || amounts.net.is_none()),
        Said::NetOrTotal => near <= 8 && amounts.net.is_none() && amounts.leave(figure.number.value),
        Said::Gross | Said::Deduction => near <= 8,
    }
}

fn last_line(amounts: &Amounts) -> Option<u32> {
    amounts.plain.last().or(amounts.gross.as_ref()).map(|figure| figure.span.line)
}

fn open(field: &Field<String>, credit: bool) -> Record {
    Record {
        document: field.clone(),
        date: None,
        credit,
        currency: None,
        reasons: Vec::new(),
        references: Vec::new(),
        advice: None,
        figures: Vec::new(),
        subs: Vec::new(),
    }
}

fn close(current: &mut Option<(Record, Amounts)>, out: &mut Vec<Record>, binding: Binding) {
    if let Some((record, amounts)) = current.take().filter(|(_, amounts)| !amounts.is_empty()) {
        out.push(finish(record, amounts, binding));
    }
}

/// Gross, deduction and net from what was said and, where nothing was, from the arithmetic.
fn finish(mut record: Record, mut amounts: Amounts, binding: Binding) -> Record {
    let mut deductions = std::mem::take(&mut amounts.deductions).into_iter();
    let first = deductions.next();
    let reason = first.as_ref().and_then(|(_, reason)| reason.clone());
    record.reasons.extend(reason);
    let mut deduction = first.map(|(figure, _)| figure);
    record.subs.extend(deductions.map(|(figure, reason)| {
        let words = reason.map(|reason| reason.value).unwrap_or_default();
        crate::remittance::record::SubFigure { figure, words, deducts: true }
    }));
    let plain = amounts.plain;
    let (mut gross, mut net) = (amounts.gross, amounts.net);
    match plain.as_slice() {
        [] => {}
        [only] => match (&gross, &deduction, &net) {
            (None, None, None) => net = Some(only.clone()),
            (None, Some(_), None) if binding.lone_is_net => net = Some(only.clone()),
            (None, _, _) => gross = Some(only.clone()),
            (Some(_), _, None) => net = Some(only.clone()),
            _ => {}
        },
        [first, second] if deduction.is_some() || !binding.second_is_deduction => {
            let (larger, smaller) = ordered(first, second);
            gross = gross.or(Some(larger));
            net = net.or(Some(smaller));
        }
        [first, second] => {
            gross = gross.or(Some(first.clone()));
            deduction = deduction.or(Some(second.clone()));
        }
        [first, second, third, ..] => {
            let (a, b, c) = (first.number.value, second.number.value, third.number.value);
            if deduction.is_none() && foots(a, b, c) {
                (gross, deduction, net) = (Some(first.clone()), Some(second.clone()), Some(third.clone()));
            } else if deduction.is_none() && foots(a, c, b) {
                (gross, deduction, net) = (Some(first.clone()), Some(third.clone()), Some(second.clone()));
            } else {
                (gross, net) = (gross.or(Some(first.clone())), net.or(Some(third.clone())));
            }
        }
    }
    record.figures = vec![gross, deduction, net];
    record
}

fn ordered(first: &Figure, second: &Figure) -> (Figure, Figure) {
    if first.number.value >= second.number.value { (first.clone(), second.clone()) } else { (second.clone(), first.clone()) }
}

fn foots(gross: Decimal, deduction: Decimal, net: Decimal) -> bool {
    gross.checked_sub(deduction) == Some(net)
}
