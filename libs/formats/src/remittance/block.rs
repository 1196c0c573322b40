//! The small table of the payment beside the rows: `Check Number | Check Date | Check Amount` over one row of values. What it
//! states is the payment, never a document.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use quittance_types::{BusinessDate, Decimal};

use super::grid::is_head_of;
use super::head::{Head, split_wide};
use super::lexicon::{Finder, Role, is_total, role_of};
use super::model::{Field, Span};
use super::page::{Page, Row};
use super::record::{Figure, Stated};
use super::token::{Kind, Style, Token, tokens};
use super::words::fold;
use crate::Text;

/// Heads of the number of a payment, folded.
#[rustfmt::skip]
const PAYMENT_NUMBERS: [&str; 34] = [
    "check n", "check #", "cheque n", "cheque #", "payment n", "payment #", "payment doc", "payment ref", "payment id", "eft n",
    "eft #", "wire n", "ach n", "transfer n", "zahlungsbeleg", "zahlungsnummer", "zahlungs-nr", "zahlungsref", "zahlungs-ref",
    "zahlung nr", "schecknummer", "scheck-nr", "n° paiement", "n° de paiement", "numero de paiement", "document de paiement",
    "betalingsnummer", "betalingskenmerk", "numero pagamento", "numero de pago", "documento de pago", "betalningsnummer",
    "maksunumero", "numer platnosci",
];

static PAYMENT_NUMBER_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::of_beginnings([&PAYMENT_NUMBERS[..]]));

/// Rows below the heads among which the values stand.
const NEAR: usize = 3;

/// A payment as its small table states it.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    number: Option<Field<Text>>,
    date: Option<Field<BusinessDate>>,
    currency: Option<Field<Text>>,
    total: Stated,
}

impl Block {
    /// The payment.
    pub fn total(&self) -> Stated {
        self.total.clone()
    }

    /// Its number and what is paid: what a table says that repeats another one.
    fn key(&self) -> (Option<Text>, Decimal) {
        (self.number.as_ref().map(|number| number.value.clone()), self.total.figure.number.value)
    }
}

/// Tells `head` what else the tables say: one means the payment and nothing else, several agree on a currency at most.
pub(crate) fn tell(payments: &[Block], head: &mut Head) {
    if let [Block { number, date, .. }] = payments {
        head.number = number.clone().or(head.number.take());
        head.date = date.clone().or(head.date.take());
    }
    let mut currencies = payments.iter().map(|payment| payment.currency.as_ref());
    let first = currencies.next().flatten();
    let same = |other: Option<&Field<Text>>| other.map(|code| &code.value) == first.map(|code| &code.value);
    head.currency = head.currency.take().or(first.filter(|_| currencies.all(same)).cloned());
}

/// Takes the tables of payments out of a page whose other rows have heads of their own; of equal ones the first is told.
pub(crate) fn taken_from(page: &mut Page, style: Style) -> Vec<Block> {
    let found: Vec<(RangeInclusive<usize>, Block)> =
        heads_of_payments(page).into_iter().filter_map(|head| block_at(page, head, style)).collect();
    let is_taken = |index: usize| {
        let next = found.partition_point(|(rows, _)| *rows.end() < index);
        found.get(next).is_some_and(|(rows, _)| rows.contains(&index))
    };
    if found.is_empty() || !page.rows().enumerate().any(|(index, row)| !is_taken(index) && is_head_of_rows(row)) {
        return Vec::new();
    }
    page.clear(is_taken);
    let mut seen = HashSet::new();
    found.into_iter().map(|(_, block)| block).filter(|block| seen.insert(block.key())).collect()
}

/// Indexes of the rows of heads that are those of a payment. What names none and stands on every page heads the rows.
fn heads_of_payments(page: &Page) -> Vec<usize> {
    let heads: Vec<(usize, Heads)> = page.rows().enumerate().filter_map(|(index, row)| Some((index, heads_of_payment(row)?))).collect();
    let mut times: HashMap<&str, usize> = HashMap::new();
    heads.iter().for_each(|(_, heads)| *times.entry(&heads.words).or_default() += 1);
    let is_own = |heads: &Heads| heads.is_numbered || times.get(heads.words.as_str()) == Some(&1);
    heads.iter().filter(|(_, heads)| is_own(heads)).map(|(index, _)| *index).collect()
}

/// The texts of a row, a line of text parted by wide white.
fn pieces(row: Row<'_>) -> Vec<&str> {
    if row.table.is_some() {
        return row.cells().map(|cell| cell.text).collect();
    }
    split_wide(row.text()).take(24).collect()
}

/// Heads that may be those of a payment.
struct Heads {
    /// Folded.
    words: String,
    /// One is that of the number of a payment.
    is_numbered: bool,
}

/// The heads of a payment: its number and nothing of a document, or a few with that of a sum.
fn heads_of_payment(row: Row<'_>) -> Option<Heads> {
    let pieces = pieces(row);
    let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
    if pieces.len() < 2 || bytes > 120 || pieces.iter().any(|piece| piece.bytes().any(|byte| byte.is_ascii_digit()) || piece.contains(':'))
    {
        return None;
    }
    let roles = || pieces.iter().filter_map(|piece| role_of(piece));
    let names = |least: u8| roles().any(|role| matches!(role, Role::Document(rank) if rank >= least));
    let amounts = roles().filter(|role| matches!(role, Role::Gross | Role::Deduction | Role::Net | Role::Amount)).count();
    let words = fold(&pieces.join("  "));
    let is_numbered = PAYMENT_NUMBER_WORDS.is_in(&words) && !names(2);
    let is_summed = || pieces.len() <= 4 && amounts == 1 && !names(3) && pieces.last().is_some_and(|last| is_total(last));
    (is_numbered || is_summed()).then_some(Heads { words, is_numbered })
}

/// True for heads of rows of documents.
fn is_head_of_rows(row: Row<'_>) -> bool {
    let pieces = pieces(row);
    let has_document = || pieces.iter().filter_map(|piece| role_of(piece)).any(|role| matches!(role, Role::Document(_)));
    pieces.len() >= 2 && pieces.len() <= 24 && is_head_of(&pieces) && has_document()
}

/// The payment below the heads at `head`, with the rows of both; none where more than one row stands there.
fn block_at(page: &Page, head: usize, style: Style) -> Option<(RangeInclusive<usize>, Block)> {
    let words = pieces(page.row(head)?).join(" ");
    let filled = (head + 1..).take(NEAR).find(|index| page.row(*index).is_some_and(|row| !row.is_blank()))?;
    let row = page.row(filled)?;
    let block = block_of(page, row, style, words)?;
    let next = page.row(filled + 1).filter(|next| next.table == row.table);
    let goes_on = next.is_some_and(|next| next.cells().any(|cell| tokens(cell.text, style).iter().any(is_amount)));
    (!goes_on).then_some((head..=filled, block))
}

fn is_amount(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Amount(_))
}

/// The payment of one row: a number, one amount, and nothing but words for it that are no sum.
fn block_of(page: &Page, row: Row<'_>, style: Style, words: String) -> Option<Block> {
    let (mut number, mut date, mut currency, mut paid) = (None, None, None, Vec::new());
    for cell in row.cells() {
        for token in tokens(cell.text, style) {
            let before = cell.text.get(..token.start).unwrap_or_default();
            let span = Span::of(page.part, row.number, cell.column, before, token.text);
            match token.kind {
                Kind::Amount(amount) => paid.push(Figure { number: amount, text: token.text.into(), span }),
                Kind::Date(value) if date.is_none() => date = Some(Field::new(value, token.text, span)),
                Kind::Currency(code) if currency.is_none() => currency = Some(Field::new(Text::from(code), token.text, span)),
                Kind::Integer(_) | Kind::Code if number.is_none() => number = Some(Field::written(token.text, span)),
                _ => {}
            }
        }
    }
    let figure = paid.pop().filter(|_| paid.is_empty())?;
    number.is_some().then_some(Block { number, date, currency, total: Stated { figure, words, column: None, named: true, paid: true } })
}
