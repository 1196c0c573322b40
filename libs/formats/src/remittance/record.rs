//! Records: what the rows of a table, or the sentences of a mail, say about one document each.

use quittance_types::{BusinessDate, Decimal};

use super::lexicon::Role;
use super::model::{Field, Span};
use super::number::Number;

/// An amount in a record, with its place.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// The amount.
    pub number: Number,
    /// As written.
    pub text: Box<str>,
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
    pub document: Field<String>,
    /// Date of the document.
    pub date: Option<Field<BusinessDate>>,
    /// True when its words or its number name a credit note.
    pub credit: bool,
    /// Currency code.
    pub currency: Option<Box<Field<String>>>,
    /// Reason of a deduction, or text.
    pub reasons: Vec<Field<String>>,
    /// Other numbers.
    pub references: Vec<Field<String>>,
    /// Number of the advice the row says it is part of.
    pub advice: Option<Box<Field<String>>>,
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
}

/// Records with the meaning their columns have by the heads.
#[derive(Debug, Default, Clone)]
pub(crate) struct Records {
    /// The records.
    pub records: Vec<Record>,
    /// Role of each column of amounts.
    pub roles: Vec<Option<Role>>,
    /// Head of each column of amounts.
    pub heads: Vec<String>,
    /// Sums stated among the rows.
    pub totals: Vec<Stated>,
    /// True when the columns have heads.
    pub headed: bool,
}

impl Figure {
    /// The value, by the reading chosen for `1.234`, without sign.
    pub fn value(&self, thousandths: bool) -> Decimal {
        if thousandths { self.number.in_thousandths() } else { self.number.value }
    }
}
