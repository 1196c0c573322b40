//! Records: what the rows of a table, or the sentences of a mail, say about one document each.

use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use quittance_types::{BusinessDate, Decimal};

use super::lexicon::{Role, is_total};
use super::model::{Field, Span};
use super::number::{Mark, Number};
use crate::Text;

/// An amount in a record, with its place.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// The amount.
    pub number: Number,
    /// As written.
    pub text: Text,
    /// Where.
    pub span: Span,
}

/// An amount below a record that names no document of its own.
#[derive(Debug, Clone)]
pub(crate) struct SubFigure {
    /// The amount.
    pub figure: Figure,
    /// The words beside it.
    pub words: String,
    /// True when these words name a deduction.
    pub deducts: bool,
}

/// One document and what is said about it; which amount is what is decided by a [`super::plan::Plan`].
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Number of the document.
    pub document: Field<Text>,
    /// Date of the document.
    pub date: Option<Field<BusinessDate>>,
    /// True when its words or its number name a credit note.
    pub credit: bool,
    /// True when another number in its line may be the document as well.
    pub contested: bool,
    /// Currency code.
    pub currency: Option<Box<Field<Text>>>,
    /// Reason of a deduction, or text.
    pub reasons: Vec<Field<Text>>,
    /// Other numbers.
    pub references: Vec<Field<Text>>,
    /// Number of the advice the row says it is part of.
    pub advice: Option<Box<Field<Text>>>,
    /// One for each column of amounts, in their order.
    pub figures: Vec<Option<Figure>>,
    /// Amounts of the rows below.
    pub subs: Vec<SubFigure>,
}

/// A stated sum that the lines may be held against.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    /// The amount.
    pub figure: Figure,
    /// Words beside it.
    pub words: String,
    /// Column of amounts it stands in, when it is part of the table.
    pub column: Option<usize>,
    /// True for a sum by its words; false for an amount that only stands where a sum would.
    pub named: bool,
    /// True for a payment, stated in a table of its own: the lines add up to all payments together and to nothing else.
    pub paid: bool,
}

impl Stated {
    /// What the payments among these sums come to, without sign; none where there is no payment among them.
    pub fn payment(stated: &[Stated]) -> Option<Decimal> {
        let values = stated.iter().filter(|stated| stated.paid).map(|stated| stated.figure.number.value);
        values.reduce(|sum, value| sum.checked_add(value).unwrap_or(sum))
    }
}

/// What tells which ways to read the amounts of records are worth trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Some record is a credit note.
    pub credits: bool,
    /// Some amount has a minus.
    pub minus: bool,
    /// Some amount is marked as a debit.
    pub debits: bool,
    /// Some amount may have three decimals.
    pub open: bool,
    /// Something is taken off in a row below.
    pub subs: bool,
    /// Some record has an amount.
    pub figures: bool,
    /// Every amount is marked as a credit, which then says nothing.
    pub all_credit: bool,
}

impl Default for Marks {
    fn default() -> Marks {
        Marks { credits: false, minus: false, debits: false, open: false, subs: false, figures: false, all_credit: true }
    }
}

impl Marks {
    /// The marks of `records`.
    pub fn of(records: &[Record]) -> Marks {
        let mut marks = Marks::default();
        records.iter().for_each(|record| marks.add(record));
        marks
    }

    /// Looks at one more record.
    pub fn add(&mut self, record: &Record) {
        self.credits |= record.credit;
        self.subs |= record.subs.iter().any(|sub| sub.deducts);
        for figure in record.figures.iter().flatten() {
            self.figures = true;
            self.minus |= figure.number.mark == Mark::Minus;
            self.debits |= figure.number.mark == Mark::Debit;
            self.open |= figure.number.open;
            self.all_credit &= figure.number.mark == Mark::Credit;
        }
    }

    /// True when there are amounts and all are marked as credits.
    pub fn all_marked(self) -> bool {
        self.figures && self.all_credit
    }
}

/// Sums stated outside the rows, and which of them are amounts of records after all.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    places: HashSet<Place>,
    lines: HashSet<(u16, u32)>,
    taken: HashSet<Place>,
    taken_lines: HashSet<(u16, u32)>,
}

/// Part, line, column and end.
type Place = (u16, u32, u16, u32);

fn place(span: Span) -> Place {
    (span.part, span.line, span.column, span.to)
}

impl Claims {
    /// Of these sums.
    pub fn of(stated: &[Stated]) -> Claims {
        let spans = || stated.iter().map(|stated| stated.figure.span);
        let lines = spans().map(|span| (span.part, span.line)).collect();
        Claims { places: spans().map(place).collect(), lines, ..Claims::default() }
    }

    /// Looks at the amounts of a record.
    pub fn see(&mut self, record: &Record) {
        let line = (record.document.span.part, record.document.span.line);
        if self.lines.contains(&line) {
            self.taken_lines.insert(line);
        }
        let own = record.figures.iter().flatten().map(|figure| place(figure.span));
        self.taken.extend(own.filter(|place| self.places.contains(place)));
    }

    /// True for a sum that is no amount of a record; in the line of a document only what is called a total is one.
    pub fn leaves(&self, stated: &Stated) -> bool {
        let span = stated.figure.span;
        let in_line = self.taken_lines.contains(&(span.part, span.line));
        !self.taken.contains(&place(span)) && (!in_line || is_total(&stated.words))
    }
}

/// Goes through the records of a long page, of which only one is held at a time, and tells the sums stated among them.
#[derive(Clone)]
pub(crate) struct Stream<'a>(Rc<Pass<'a>>);

type Pass<'a> = dyn Fn(&mut dyn FnMut(Record)) -> Vec<Stated> + 'a;

impl<'a> Stream<'a> {
    /// A way to go through the records.
    pub fn new(pass: impl Fn(&mut dyn FnMut(Record)) -> Vec<Stated> + 'a) -> Stream<'a> {
        Stream(Rc::new(pass))
    }
}

impl fmt::Debug for Stream<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Stream")
    }
}

/// Records with the meaning their columns have by the heads.
#[derive(Debug, Default, Clone)]
pub(crate) struct Records<'a> {
    /// The records; of a long page those of a sample.
    pub held: Vec<Record>,
    /// All records of a long page.
    pub stream: Option<Stream<'a>>,
    /// Role of each column of amounts.
    pub roles: Vec<Option<Role>>,
    /// Head of each column of amounts.
    pub heads: Vec<String>,
    /// Sums stated among the rows that are held.
    pub totals: Vec<Stated>,
    /// True when the columns have heads.
    pub headed: bool,
}

impl Records<'_> {
    /// True when a head says which amounts count: gross, deducted, paid or just the amount.
    pub fn says_what_is_paid(&self) -> bool {
        let is_told = |role: &Role| matches!(role, Role::Gross | Role::Deduction | Role::Net | Role::Amount);
        self.roles.iter().flatten().any(is_told)
    }

    /// Calls `take` with every record; the sums stated among them.
    pub fn each(&self, take: &mut dyn FnMut(&Record)) -> Vec<Stated> {
        match &self.stream {
            Some(Stream(pass)) => pass(&mut |record| take(&record)),
            None => {
                self.held.iter().for_each(take);
                self.totals.clone()
            }
        }
    }
}

impl Figure {
    /// The value, by the reading chosen for `1.234`, without sign.
    pub fn value(&self, thousandths: bool) -> Decimal {
        if thousandths { self.number.in_thousandths() } else { self.number.value }
    }
}
