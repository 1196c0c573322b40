//! The small table of the payment beside the rows: `Check Number | Check Date | Check Amount` over one row of values. What it
//! states is the payment, never a document.

use std::sync::LazyLock;

use quittance_types::BusinessDate;

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

    /// Tells `head` what else the table says: it means the payment and nothing else.
    pub fn tell(&self, head: &mut Head) {
        let Block { number, date, currency, .. } = self.clone();
        head.number = number.or(head.number.take());
        head.date = date.or(head.date.take());
        head.currency = head.currency.take().or(currency);
    }
}

/// Takes the tables of payments out of a page whose other rows have heads of their own.
pub(crate) fn taken_from(page: &mut Page, style: Style) -> Vec<Block> {
    let (mut found, mut has_rows) = (Vec::new(), false);
    for (index, row) in page.rows().enumerate() {
        let block = if names_payment(row) { block_at(page, index, style) } else { None };
        has_rows = has_rows || block.is_none() && is_head_of_rows(row);
        found.extend(block.map(|(last, block)| (index, last, block)));
    }
    if !has_rows {
        return Vec::new();
    }
    found.iter().for_each(|(first, last, _)| page.clear(*first, *last));
    found.into_iter().map(|(_, _, block)| block).collect()
}

/// The texts of a row, a line of text parted by wide white.
fn pieces(row: Row<'_>) -> Vec<&str> {
    if row.table.is_some() {
        return row.cells().map(|cell| cell.text).collect();
    }
    split_wide(row.text()).take(24).collect()
}

/// True for the heads of a payment: its number and nothing of a document, or a few with that of a sum.
fn names_payment(row: Row<'_>) -> bool {
    let pieces = pieces(row);
    let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
    if pieces.len() < 2 || bytes > 120 || pieces.iter().any(|piece| piece.bytes().any(|byte| byte.is_ascii_digit()) || piece.contains(':'))
    {
        return false;
    }
    let roles = || pieces.iter().filter_map(|piece| role_of(piece));
    let names = |least: u8| roles().any(|role| matches!(role, Role::Document(rank) if rank >= least));
    let amounts = roles().filter(|role| matches!(role, Role::Gross | Role::Deduction | Role::Net | Role::Amount)).count();
    let is_numbered = PAYMENT_NUMBER_WORDS.is_in(&fold(&pieces.join("  ")));
    is_numbered && !names(2) || pieces.len() <= 4 && amounts == 1 && !names(3) && pieces.last().is_some_and(|last| is_total(last))
}

/// True for heads of rows of documents.
fn is_head_of_rows(row: Row<'_>) -> bool {
    let pieces = pieces(row);
    let has_document = || pieces.iter().filter_map(|piece| role_of(piece)).any(|role| matches!(role, Role::Document(_)));
    pieces.len() >= 2 && pieces.len() <= 24 && is_head_of(&pieces) && has_document()
}

/// The payment below the heads at `head`, with the row of its values; none where more than one row stands there.
fn block_at(page: &Page, head: usize, style: Style) -> Option<(usize, Block)> {
    let words = pieces(page.row(head)?).join(" ");
    let filled = (head + 1..).take(NEAR).find(|index| page.row(*index).is_some_and(|row| !row.is_blank()))?;
    let row = page.row(filled)?;
    let block = block_of(page, row, style, words)?;
    let next = page.row(filled + 1).filter(|next| next.table == row.table);
    let goes_on = next.is_some_and(|next| next.cells().any(|cell| tokens(cell.text, style).iter().any(is_amount)));
    (!goes_on).then_some((filled, block))
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
