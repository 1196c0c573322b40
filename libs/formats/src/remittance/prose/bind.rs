//! Which amounts belong to which document of a text.

use std::collections::VecDeque;

use quittance_types::Decimal;

use super::{Item, Said};
use crate::Text;
use crate::remittance::model::Field;
use crate::remittance::number::Mark;
use crate::remittance::record::{Figure, Record, SubFigure};

/// What the only amount beside a deduction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lone {
    /// Paid when the deduction stands in brackets, "980.00 (less discount 20.00)"; else invoiced.
    ByBrackets,
    /// Invoiced.
    Gross,
    /// Paid.
    Net,
}

/// Ways to read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The amount stands before its document: "100.00 for invoice 4711".
    pub amount_first: bool,
    /// What the only amount beside a deduction is.
    pub lone: Lone,
    /// Of two amounts the second is a deduction, not what was paid.
    pub second_is_deduction: bool,
}

impl Binding {
    /// All ways, the usual one first.
    pub const ALL: [Binding; 8] = [
        Binding { amount_first: false, lone: Lone::ByBrackets, second_is_deduction: false },
        Binding { amount_first: false, lone: Lone::Gross, second_is_deduction: false },
        Binding { amount_first: false, lone: Lone::Net, second_is_deduction: false },
        Binding { amount_first: false, lone: Lone::ByBrackets, second_is_deduction: true },
        Binding { amount_first: true, lone: Lone::ByBrackets, second_is_deduction: false },
        Binding { amount_first: true, lone: Lone::Gross, second_is_deduction: false },
        Binding { amount_first: true, lone: Lone::Net, second_is_deduction: false },
        Binding { amount_first: true, lone: Lone::ByBrackets, second_is_deduction: true },
    ];

    fn lone_is_net(self, enclosed: bool) -> bool {
        self.lone == Lone::Net || self.lone == Lone::ByBrackets && enclosed
    }
}

/// Amounts of one document as they come.
#[derive(Debug, Default)]
struct Amounts {
    gross: Option<Figure>,
    deductions: Vec<(Figure, Option<Field<Text>>)>,
    net: Option<Figure>,
    plain: Vec<Figure>,
    /// A deduction stands in brackets.
    enclosed: bool,
}

impl Amounts {
    fn is_empty(&self) -> bool {
        self.gross.is_none() && self.net.is_none() && self.plain.is_empty()
    }

    /// True for a larger amount in a line below these.
    fn is_below(&self, figure: &Figure) -> bool {
        let own = self.gross.iter().chain(&self.net).chain(&self.plain);
        let mut own = own.filter(|own| own.span.line < figure.span.line && own.number.value < figure.number.value);
        own.next().is_some()
    }

    /// True when gross less deductions is `net`.
    fn leave(&self, net: Decimal) -> bool {
        let Some(gross) = self.gross.as_ref().or(self.plain.first()) else { return false };
        let deducted = self.deductions.iter().try_fold(Decimal::ZERO, |sum, (figure, _)| sum.checked_add(figure.number.value));
        !self.deductions.is_empty() && deducted.and_then(|deducted| gross.number.value.checked_sub(deducted)) == Some(net)
    }

    fn add(&mut self, figure: &Figure, said: Said, reason: Option<&Field<Text>>, enclosed: bool) {
        self.enclosed |= enclosed && said == Said::Deduction;
        match said {
            Said::Gross if self.gross.is_none() => self.gross = Some(figure.clone()),
            Said::Net | Said::NetOrTotal if self.net.is_none() => self.net = Some(figure.clone()),
            Said::Deduction => self.deductions.push((figure.clone(), reason.cloned())),
            Said::Nothing if self.plain.len() < 4 => self.plain.push(figure.clone()),
            _ => {}
        }
    }
}

/// Binds items as they come, so that of a long text neither items nor records need be held.
pub(crate) struct Binder<'o> {
    binding: Binding,
    out: &'o mut dyn FnMut(Record),
    /// The last records, which may be named again.
    last: VecDeque<Record>,
    /// The last document and the amounts behind it.
    current: Option<(Record, Amounts)>,
    /// The receiver knows that document.
    sure: bool,
    /// A sum stood behind the last document.
    summed: bool,
    /// Amounts that wait for their document.
    waiting: Vec<Item>,
}

/// Amounts that may wait for one document, and records that may be named again.
const MAX_WAITING: usize = 64;

impl<'o> Binder<'o> {
    /// Without any record yet; `out` gets them in their order.
    pub fn new(binding: Binding, out: &'o mut dyn FnMut(Record)) -> Binder<'o> {
        Binder { binding, out, last: VecDeque::new(), current: None, sure: false, summed: false, waiting: Vec::new() }
    }

    /// The rest of the records.
    pub fn finish(mut self) {
        self.close();
        self.last.into_iter().for_each(self.out);
    }

    /// Takes the next item of the text.
    pub fn take(&mut self, item: &Item) {
        if self.binding.amount_first { self.take_amount_first(item) } else { self.take_document_first(item) }
    }

    fn take_document_first(&mut self, item: &Item) {
        if let Item::Document { field, credit, sure, .. } = item {
            self.open(field, *credit, *sure);
            return;
        }
        let Some((record, amounts)) = &mut self.current else { return };
        match item {
            Item::Amount { figure, said: Said::Deduction, .. } if self.summed && figure.span.line > record.document.span.line => {}
            Item::Amount { figure, said, reason, enclosed } if belongs(record, amounts, figure, *said) => {
                amounts.add(figure, *said, reason.as_ref(), *enclosed);
            }
            // What is taken off behind a sum of the rows is of all of them.
            Item::Amount { figure, said, .. } if *said != Said::Other && amounts.is_below(figure) => self.summed = true,
            Item::Date(date) if amounts.is_empty() && record.date.is_none() => record.date = Some(date.clone()),
            _ => {}
        }
    }

    /// Of two numbers in a line without an amount between them the one the receiver knows is the document; when none is
    /// known the nearer one, which may be wrong.
    fn open(&mut self, field: &Field<Text>, credit: bool, sure: bool) {
        let beside = |(before, amounts): &(Record, Amounts)| {
            before.document.span.line == field.span.line && amounts.is_empty() && amounts.deductions.is_empty()
        };
        let contested = self.current.as_ref().is_some_and(beside) && field.span.line > 0;
        if contested && self.sure && !sure {
            return;
        }
        self.close();
        self.current = Some((Record { contested: contested && !sure, ..open(field, credit) }, Amounts::default()));
        self.summed = false;
        self.sure = sure;
    }

    /// Every document takes the amounts before it: those of its own line if there are any, else those since the last
    /// document; and the deductions behind it in its line.
    fn take_amount_first(&mut self, item: &Item) {
        let Item::Document { field, credit, .. } = item else {
            self.wait(item);
            return;
        };
        self.close();
        let in_line = |item: &Item| matches!(item, Item::Amount { figure, .. } if figure.span.line == field.span.line);
        let same_line = self.waiting.iter().any(in_line);
        let mut amounts = Amounts::default();
        for item in self.waiting.drain(..).filter(|item| !same_line || in_line(item)) {
            if let Item::Amount { figure, said, reason, enclosed } = item {
                // "We transferred 300.00 for invoice 8801": the words name the payment, not a second amount.
                let said = if said == Said::Net { Said::Nothing } else { said };
                amounts.add(&figure, said, reason.as_ref(), enclosed);
            }
        }
        if !amounts.is_empty() {
            self.current = Some((open(field, *credit), amounts));
        }
    }

    /// Keeps an amount for the document to come, unless it is taken off the one before it in the line.
    fn wait(&mut self, item: &Item) {
        if let (Item::Amount { figure, said: Said::Deduction, reason, enclosed }, Some((record, amounts))) = (item, &mut self.current)
            && record.document.span.line == figure.span.line
        {
            amounts.add(figure, Said::Deduction, reason.as_ref(), *enclosed);
        } else if self.waiting.len() < MAX_WAITING {
            self.waiting.push(item.clone());
        }
    }

    fn close(&mut self) {
        let Some((record, amounts)) = self.current.take() else { return };
        if !amounts.is_empty() {
            self.last.push_back(finish(record, amounts, self.binding));
            if self.last.len() > MAX_WAITING {
                self.last.pop_front().into_iter().for_each(&mut *self.out);
            }
            return;
        }
        // "Deduction on RE-17: 20.00", when RE-17 was named with its amount before.
        let named = self.last.iter_mut().rev().find(|before| before.document.value == record.document.value);
        if let Some(before) = named {
            before.subs.extend(amounts.deductions.into_iter().map(sub_figure));
        }
    }
}

fn sub_figure((figure, reason): (Figure, Option<Field<Text>>)) -> SubFigure {
    SubFigure { figure, words: reason.map(|reason| reason.value.into()).unwrap_or_default(), deducts: true }
}

/// The record of a text that names one document and one sum, wherever they stand: what is paid is the sum.
pub(crate) fn lone(items: &[Item]) -> Vec<Record> {
    let mut documents = items.iter().filter_map(|item| match item {
        Item::Document { field, credit, named: true, .. } => Some((field, *credit)),
        _ => None,
    });
    let Some((field, credit)) = documents.next() else { return Vec::new() };
    let alone = items.iter().all(|item| !matches!(item, Item::Document { field: other, .. } if other.value != field.value));
    let mut amounts = Amounts::default();
    let mut sum: Option<&Figure> = None;
    for item in items {
        let Item::Amount { figure, said, reason, enclosed } = item else { continue };
        match said {
            Said::Total | Said::Net | Said::NetOrTotal if sum.is_none_or(|sum| sum.number.value == figure.number.value) => {
                sum = Some(figure)
            }
            Said::Gross | Said::Deduction => amounts.add(figure, *said, reason.as_ref(), *enclosed),
            Said::Other => {}
            _ => return Vec::new(),
        }
    }
    let Some(sum) = sum.filter(|_| alone) else { return Vec::new() };
    // The sum stays what the line is held against; the amount of the line follows from it.
    amounts.net = Some(Figure { number: sum.number, text: Text::default(), span: field.span });
    vec![finish(open(field, credit), amounts, Binding::ALL[0])]
}

/// An amount that nothing is said about belongs to the document of its line, or to one that has none yet; a total to none.
fn belongs(record: &Record, amounts: &Amounts, figure: &Figure, said: Said) -> bool {
    let near = figure.span.line.saturating_sub(record.document.span.line);
    match said {
        Said::Total | Said::Other => false,
        Said::Nothing => amounts.is_empty() && near <= 3 || near == 0 || last_line(amounts) == Some(figure.span.line),
        Said::Net => near <= 8 && (amounts.is_empty() || amounts.net.is_none()),
        Said::NetOrTotal if amounts.is_empty() => near <= 1,
        Said::NetOrTotal => near <= 8 && amounts.net.is_none() && amounts.leave(figure.number.value),
        Said::Gross | Said::Deduction => near <= 8,
    }
}

fn last_line(amounts: &Amounts) -> Option<u32> {
    amounts.plain.last().or(amounts.gross.as_ref()).map(|figure| figure.span.line)
}

fn open(field: &Field<Text>, credit: bool) -> Record {
    Record {
        document: field.clone(),
        date: None,
        credit,
        contested: false,
        currency: None,
        reasons: Vec::new(),
        references: Vec::new(),
        advice: None,
        figures: Vec::new(),
        subs: Vec::new(),
    }
}

/// Gross, deduction and net from what was said and, where nothing was, from the arithmetic.
fn finish(mut record: Record, mut amounts: Amounts, binding: Binding) -> Record {
    let mut deductions = std::mem::take(&mut amounts.deductions).into_iter();
    let first = deductions.next();
    let reason = first.as_ref().and_then(|(_, reason)| reason.clone());
    record.reasons.extend(reason);
    let mut deduction = first.map(|(figure, _)| figure);
    record.subs.extend(deductions.map(sub_figure));
    let plain = amounts.plain;
    let (mut gross, mut net) = (amounts.gross, amounts.net);
    match plain.as_slice() {
        [] => {}
        [only] => match (&gross, &deduction, &net) {
            (None, None, None) => net = Some(only.clone()),
            (None, Some(_), None) if binding.lone_is_net(amounts.enclosed) => net = Some(only.clone()),
            (None, _, _) => gross = Some(only.clone()),
            (Some(_), _, None) => net = Some(only.clone()),
            _ => {}
        },
        // Of two amounts the one with a minus of its own is taken off.
        [whole, minus] | [minus, whole] if deduction.is_none() && is_taken_off(minus, whole) => {
            (gross, deduction) = (gross.or(Some(whole.clone())), Some(minus.clone()));
        }
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

fn is_taken_off(minus: &Figure, whole: &Figure) -> bool {
    minus.number.mark == Mark::Minus && whole.number.mark != Mark::Minus && minus.number.value <= whole.number.value
}

fn ordered(first: &Figure, second: &Figure) -> (Figure, Figure) {
    if first.number.value >= second.number.value { (first.clone(), second.clone()) } else { (second.clone(), first.clone()) }
}

fn foots(gross: Decimal, deduction: Decimal, net: Decimal) -> bool {
    gross.checked_sub(deduction) == Some(net)
}
