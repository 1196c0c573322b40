//! From a grid to records: rows that name a document, what follows below them, and sums.

use super::calendar::{DayOrder, parse_date, parse_packed};
use super::columns::{Columns, columns, has_money, is_label_row, profiles};
use super::currency;
use super::document::{Known, document_in, shape};
use super::grid::{Grid, GridRow, Slot, is_head};
use super::lexicon::{is_carry, is_credit, is_subtotal, is_total};
use super::model::{Field, Span};
use super::number::parse_number;
use super::reason::DeductionReason;
use super::record::{Figure, Record, Records, Stated, Stream, SubFigure};
use crate::Text;

/// Reads the records of a grid; none when it holds no document with an amount.
pub(crate) fn read(grid: &Grid<'_>, order: DayOrder, known: Known<'_>) -> Option<Records<'static>> {
    let columns = columns_of(grid, order, known)?;
    let mut held = Vec::new();
    let mut push = |record| held.push(record);
    let mut reader = Reader::new(grid, &columns, order, known, &mut push);
    grid.rows.iter().for_each(|row| reader.row(row));
    let totals = reader.finish(grid);
    let roles = columns.amounts.iter().map(|(_, role)| *role).collect();
    let heads = columns.amounts.iter().map(|(column, _)| grid.heads.get(*column).cloned().unwrap_or_default()).collect();
    (!held.is_empty()).then(|| Records { held, stream: None, roles, heads, totals, headed: grid.has_heads() })
}

/// The records of all `rows`, whose columns mean what those of `sample` do, one after the other.
pub(crate) fn read_like<'a, R: Iterator<Item = GridRow<'a>>>(
    sample: Grid<'a>,
    rows: impl Fn() -> R + 'a,
    order: DayOrder,
    known: Known<'a>,
) -> Option<Records<'a>> {
    let held = read(&sample, order, known)?;
    let columns = columns_of(&sample, order, known)?;
    let stream = Stream::new(move |take| {
        let mut reader = Reader::new(&sample, &columns, order, known, take);
        rows().for_each(|row| reader.row(&row));
        reader.finish(&sample)
    });
    Some(Records { stream: Some(stream), ..held })
}

fn columns_of(grid: &Grid<'_>, order: DayOrder, known: Known<'_>) -> Option<Columns> {
    let columns = columns(grid, &profiles(grid, order, known));
    (!columns.documents.is_empty() && !columns.amounts.is_empty()).then_some(columns)
}

struct Reader<'g> {
    part: u16,
    columns: &'g Columns,
    order: DayOrder,
    known: Known<'g>,
    out: &'g mut dyn FnMut(Record),
    totals: Vec<Stated>,
    /// The last record: rows below may say more about it.
    last: Option<Record>,
    /// A record whose amounts have not come yet.
    pending: Option<Record>,
    /// What the rows that follow stand below.
    below: Below,
    /// Some row has an amount that can only be money.
    has_money: bool,
}

/// The last row that was a record or a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Below {
    Record,
    /// The sum of some rows: further ones follow.
    Subtotal,
    /// The sum of all.
    Total,
}

impl<'g> Reader<'g> {
    fn new(grid: &Grid<'_>, columns: &'g Columns, order: DayOrder, known: Known<'g>, out: &'g mut dyn FnMut(Record)) -> Reader<'g> {
        Reader {
            part: grid.part,
            columns,
            order,
            known,
            out,
            totals: Vec::new(),
            last: None,
            pending: None,
            below: Below::Record,
            has_money: false,
        }
    }

    /// The sums stated among the rows.
    fn finish(mut self, grid: &Grid<'_>) -> Vec<Stated> {
        if let Some(last) = self.last.take() {
            (self.out)(last);
        }
        self.total_columns(grid);
        self.totals
    }
}

impl Reader<'_> {
    fn row(&mut self, row: &GridRow<'_>) {
        if row.is_blank() || is_head(row) {
            return;
        }
        if is_label_row(row) {
            self.sum_row(row);
            return;
        }
        let document = self.document(row);
        // Behind the sum of amounts in money, a telephone number is no amount.
        let is_behind = self.below == Below::Total && self.has_money && !has_money(row);
        if is_behind && !document.as_ref().is_some_and(|document| self.goes_on(document)) {
            return;
        }
        let figures = self.figures(row);
        let amounts = figures.iter().flatten().count();
        self.has_money |= figures.iter().flatten().any(|figure| figure.number.is_money());
        match (document, amounts) {
            (Some(document), 0) => self.document_only(row, document),
            (Some(document), 1) if self.takes_off(row, &document) => self.amounts_only(row, figures),
            (Some(document), _) => {
                self.close_pending();
                let record = self.record(row, document, figures);
                self.push(record);
            }
            (None, 0) => self.words_only(row),
            (None, _) => self.amounts_only(row, figures),
        }
    }

    fn push(&mut self, record: Record) {
        self.below = Below::Record;
        if let Some(before) = self.last.replace(record) {
            (self.out)(before);
        }
    }

    fn span(&self, row: &GridRow<'_>, slot: &Slot<'_>) -> Span {
        let length = u32::try_from(slot.text.chars().count()).unwrap_or(u32::MAX);
        let to = slot.from.saturating_add(length).saturating_sub(1);
        let column = u16::try_from(slot.column).unwrap_or(u16::MAX);
        Span { part: self.part, line: row.line, column, from: slot.from, to }
    }

    fn piece(&self, row: &GridRow<'_>, slot: &Slot<'_>, start: usize, end: usize) -> Option<Field<Text>> {
        let text = slot.text.get(start..end)?;
        let before = u32::try_from(slot.text.get(..start)?.chars().count()).ok()?;
        let place = Slot { text, from: slot.from.saturating_add(before), column: slot.column };
        Some(Field::written(text, self.span(row, &place)))
    }

    fn whole(&self, row: &GridRow<'_>, column: usize) -> Option<Field<Text>> {
        let slot = row.slots.get(column).filter(|slot| !slot.text.is_empty())?;
        self.piece(row, slot, 0, slot.text.len())
    }

    fn document(&self, row: &GridRow<'_>) -> Option<Field<Text>> {
        let found = |column: &usize| {
            let slot = row.slots.get(*column).filter(|slot| !slot.text.is_empty())?;
            let (start, end) = document_in(slot.text, self.known)?;
            self.piece(row, slot, start, end)
        };
        self.columns.documents.iter().find_map(found)
    }

    fn figure(&self, row: &GridRow<'_>, slot: &Slot<'_>) -> Option<Figure> {
        let number = parse_number(slot.text)?;
        Some(Figure { number, text: slot.text.into(), span: self.span(row, slot) })
    }

    fn figures(&self, row: &GridRow<'_>) -> Vec<Option<Figure>> {
        let figure = |(column, _): &(usize, _)| self.figure(row, row.slots.get(*column)?);
        self.columns.amounts.iter().map(figure).collect()
    }

    fn record(&self, row: &GridRow<'_>, document: Field<Text>, figures: Vec<Option<Figure>>) -> Record {
        let date = self.columns.date.and_then(|column| self.whole(row, column)).and_then(|field| {
            let value = parse_date(&field.value, self.order).or_else(|| parse_packed(&field.value))?;
            Some(Field::new(value, &field.text, field.span))
        });
        let currency = self.columns.currency.and_then(|column| self.whole(row, column)).and_then(|field| {
            let code = currency::of_word(&field.value)?;
            Some(Box::new(Field::new(Text::from(code), &field.text, field.span)))
        });
        let of_columns = |columns: &[usize]| columns.iter().filter_map(|column| self.whole(row, *column)).collect::<Vec<_>>();
        let words = self.columns.documents.iter().chain(&self.columns.kind).chain(&self.columns.texts);
        let credit = words.filter_map(|column| row.slots.get(*column)).any(|slot| names_credit(slot.text));
        let references = of_columns(&self.columns.references).into_iter().filter(|field| field.value != document.value).collect();
        let advice = self.columns.advice_number.and_then(|column| self.whole(row, column)).map(Box::new);
        let reasons = of_columns(&self.columns.texts);
        Record { document, date, credit, contested: false, currency, reasons, references, advice, figures, subs: Vec::new() }
    }

    /// True for a document that heads a further row behind the sum of all: any in a table, in a text one like that before.
    fn goes_on(&self, document: &Field<Text>) -> bool {
        let is_like = |last: &Text| shape(last) == shape(&document.value) && last.len().abs_diff(document.value.len()) <= 1;
        document.span.column > 0 || self.last.as_ref().is_some_and(|last| is_like(&last.document.value))
    }

    /// True for a row that names the document before it again, and a reason to take something off it.
    fn takes_off(&self, row: &GridRow<'_>, document: &Field<Text>) -> bool {
        let again = self.pending.is_none() && self.last.as_ref().is_some_and(|last| last.document.value == document.value);
        again && self.below == Below::Record && DeductionReason::of(&row.words()).is_some()
    }

    /// A document without amounts: they come in the rows below, or it is the end of a number that was broken.
    fn document_only(&mut self, row: &GridRow<'_>, document: Field<Text>) {
        if self.joins_last(row, &document) {
            return;
        }
        self.close_pending();
        let bare = row.filled().next().is_some_and(|(_, slot)| slot.text.len() <= document.value.len() + 12);
        if self.below < Below::Total && (row.filled().count() > 1 || bare) {
            self.pending = Some(self.record(row, document, Vec::new()));
        }
    }

    /// `RE-2026-` and `0017` below it.
    fn joins_last(&mut self, row: &GridRow<'_>, document: &Field<Text>) -> bool {
        let alone = row.filled().count() == 1;
        let target = self.pending.as_mut().or(self.last.as_mut());
        let Some(target) = target.filter(|record| alone && record.document.value.ends_with(['-', '/'])) else { return false };
        target.document.value = Text::from(format!("{}{}", target.document.value, document.value));
        true
    }

    /// Columns that say the sum of all in every row.
    fn total_columns(&mut self, grid: &Grid<'_>) {
        for column in &self.columns.totals {
            let stated = grid.rows.iter().find_map(|row| self.figure(row, row.slots.get(*column)?));
            let words = grid.heads.get(*column).cloned().unwrap_or_default();
            self.totals.extend(stated.map(|figure| Stated { figure, words, column: None, named: true, paid: false }));
        }
    }

    fn close_pending(&mut self) {
        // A document that never got an amount is not a line: most often it is text in the column of documents.
        self.pending = None;
    }

    fn words_only(&mut self, row: &GridRow<'_>) {
        let words = row.words();
        let Some(last) = self.pending.as_mut().or(self.last.as_mut()) else { return };
        if self.below == Below::Total || words.len() > 80 {
            return;
        }
        last.credit |= names_credit(&words) && words.len() < 40 && last.figures.is_empty();
    }

    fn amounts_only(&mut self, row: &GridRow<'_>, figures: Vec<Option<Figure>>) {
        if let Some(mut record) = self.pending.take() {
            record.credit |= names_credit(&row.words());
            record.figures = figures;
            self.push(record);
            return;
        }
        let words = row.words();
        let deducts = DeductionReason::of(&words).is_some();
        if words.is_empty() {
            self.unnamed_sum(figures);
            return;
        }
        let Some(last) = self.last.as_mut().filter(|_| self.below == Below::Record) else {
            self.sums(&words, figures, deducts);
            return;
        };
        let subs = figures.into_iter().flatten().map(|figure| SubFigure { figure, words: words.clone(), deducts });
        last.subs.extend(subs);
    }

    fn unnamed_sum(&mut self, figures: Vec<Option<Figure>>) {
        let stated = figures.into_iter().enumerate().filter_map(|(column, figure)| {
            Some(Stated { figure: figure?, words: String::new(), column: Some(column), named: false, paid: false })
        });
        self.totals.extend(stated);
    }

    fn sum_row(&mut self, row: &GridRow<'_>) {
        let words = row.words();
        if is_carry(&words) {
            return;
        }
        if is_subtotal(&words) {
            // What is taken off behind it is of all rows above.
            self.below = self.below.max(Below::Subtotal);
            return;
        }
        self.close_pending();
        let figures = self.figures(row);
        self.sums(&words, figures, true);
        self.below = Below::Total;
    }

    fn sums(&mut self, words: &str, figures: Vec<Option<Figure>>, named: bool) {
        let stated = figures.into_iter().enumerate().filter_map(|(column, figure)| {
            Some(Stated { figure: figure?, words: words.to_string(), column: Some(column), named: named && is_total(words), paid: false })
        });
        self.totals.extend(stated);
    }
}

/// True for words, or the letters before a number, that name a credit note.
fn names_credit(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && is_credit(text)
}
