//! What stands around the lines of an advice: number, date, parties, currency and sums, each by the words beside it.

use std::sync::LazyLock;

use quittance_types::{BusinessDate, Decimal};

use super::calendar::{DayOrder, parse_date};
use super::lexicon::{Finder, Label, Role, is_carry, is_subtotal, is_total, is_total_in, label_of, role_of};
use super::model::{AdviceParty, Field, Span};
use super::page::{Cell, Page, Row};
use super::reason::DeductionReason;
use super::record::{Figure, Stated};
use super::token::{Kind, Style, Token, tokens};
use super::words::fold;
use crate::Text;

/// Rows at the beginning and at the end of a page that are looked at for labels and currencies.
const EDGE: usize = 300;
/// Sums that are kept of the rows before the end of a page, and as many again of those at its end: a list whose rows speak of
/// payments names a sum in each.
pub(crate) const MAX_SUMS: usize = 500;
/// Sums of a row, and labels of a line, that are looked at.
const MAX_OF_ROW: usize = 64;

/// The head of an advice, as far as it is told.
#[derive(Debug, Default, Clone)]
pub(crate) struct Head {
    /// Number of the advice or payment.
    pub number: Option<Field<Text>>,
    /// Date of the advice or payment.
    pub date: Option<Field<BusinessDate>>,
    /// Currency code.
    pub currency: Option<Field<Text>>,
    /// Payer.
    pub payer: AdviceParty,
    /// Payee.
    pub payee: AdviceParty,
    /// Number of lines.
    pub count: Option<Field<u64>>,
    /// Sums, named by their words.
    pub totals: Vec<Stated>,
}

/// Words that say a payment was made, folded: the amount beside them is a sum.
#[rustfmt::skip]
const PAID: [&str; 49] = [
    "paid", "we pay", "transferred", "remitted", "payment", "remittance", "wire", "uberwiesen", "uberweis", "angewiesen", "gezahlt",
    "bezahlt", "zahlung", "zahlen wir", "vire", "virement", "regle", "reglement", "verse", "paiement", "overgemaakt", "betaald",
    "betaling", "bonific", "pagato", "pagamento", "versato", "disposto", "transferi", "pagado", "pago", "abonado", "betalat",
    "betalning", "overfort", "inbetal", "maksettu", "maksanut", "maksu", "tilisiirto", "zaplaci", "zaplacon", "przela", "przelew", "platnosc", "uregulowa", "indbetal",
    "remitting", "uhrad",
];

static PAID_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::of_beginnings([&PAID[..]]));

/// Reads the head from all rows of `page`.
pub(crate) fn read(page: &Page, style: Style) -> Head {
    let mut head = Head::default();
    let mut currencies: Vec<(&'static str, usize, Field<Text>)> = Vec::new();
    let mut before = None;
    for (index, row) in page.rows().enumerate() {
        // A long list tells nothing of the advice as a whole but a sum.
        let is_end = index + EDGE >= page.len();
        if index < EDGE || is_end {
            labels(page, row, page.row(index + 1), style.order, &mut head);
            count_currencies(page, row, style, &mut currencies);
        }
        if head.totals.len() < if is_end { 2 * MAX_SUMS } else { MAX_SUMS } {
            sums(page, row, before, style, &mut head);
        }
        before = Some(row);
    }
    if head.currency.is_none() {
        head.currency = currencies.into_iter().max_by_key(|(_, count, _)| *count).map(|(_, _, field)| field);
    }
    if head.payer.name.is_none() {
        head.payer.name = letterhead(page);
    }
    head
}

/// Place of `text` in `cell`, from the byte `start`.
fn span(page: &Page, row: Row<'_>, cell: Cell<'_>, start: usize, text: &str) -> Span {
    Span::of(page.part, row.number, cell.column, cell.text.get(..start).unwrap_or_default(), text)
}

/// `label: value` in a line, or in two cells beside or below each other.
fn labels(page: &Page, row: Row<'_>, below: Option<Row<'_>>, order: DayOrder, head: &mut Head) {
    for (index, cell) in row.cells().enumerate() {
        for (label, start, value) in pairs_in(cell.text) {
            take(head, label, value, span(page, row, cell, start, value), order);
        }
        let bare = cell.text.trim_end_matches([':', ' ', '.']);
        if cell.column == 0 || bare.len() > 48 {
            continue;
        }
        let Some(label) = label_of(bare) else { continue };
        if let Some(next) = row.cell(index + 1).filter(|next| label_of(next.text).is_none()) {
            take(head, label, next.text, span(page, row, next, 0, next.text), order);
        } else if let Some(below) = below
            && let Some(under) = below.cells().find(|under| under.column == cell.column && below.table == row.table)
            && row.cells().len() == below.cells().len()
        {
            take(head, label, under.text, span(page, below, under, 0, under.text), order);
        }
    }
}

/// Labels of a line with their values and where these begin: parted by a colon, or by wide white.
fn pairs_in(text: &str) -> Vec<(Label, usize, &str)> {
    let mut out = Vec::new();
    let mut offset = 0;
    for piece in split_wide(text).take(MAX_OF_ROW) {
        let start = offset + text.get(offset..).and_then(|rest| rest.find(piece)).unwrap_or(0);
        offset = start + piece.len();
        out.extend(pair(piece).map(|(label, at, value)| (label, start + at, value)));
    }
    let pieces: Vec<&str> = split_wide(text).take(3).collect();
    if let [label, value] = pieces.as_slice()
        && out.is_empty()
        && let Some(found) = label_of(label)
    {
        let at = text.rfind(value).unwrap_or(0);
        out.push((found, at, value));
    }
    out
}

/// Pieces parted by two or more blanks or a tab.
pub(super) fn split_wide(text: &str) -> impl Iterator<Item = &str> {
    text.split("  ").flat_map(|piece| piece.split('\t')).map(str::trim).filter(|piece| !piece.is_empty() && *piece != ":")
}

fn pair(piece: &str) -> Option<(Label, usize, &str)> {
    if let Some((label, value)) = piece.split_once(':').filter(|(_, value)| !value.trim().is_empty()) {
        let found = label_of(label)?;
        let value = value.trim();
        return Some((found, piece.len() - value.len(), value));
    }
    // `Zahlungsavis Nr. 4711`, `Remittance advice RA-17 of 12.03.2026`: the number follows the words.
    let digit = piece.find(|c: char| c.is_ascii_digit())?;
    let start = piece.get(..digit)?.rfind(' ').map_or(0, |blank| blank + 1);
    let label = piece.get(..start)?.trim_end_matches([' ', '#', '.']);
    let found = label_of(label).filter(|_| label.split_whitespace().count() <= 4)?;
    Some((found, start, piece.get(start..)?))
}

fn take(head: &mut Head, label: Label, value: &str, span: Span, order: DayOrder) {
    let text = value.trim();
    if text.is_empty() {
        return;
    }
    match label {
        Label::Number => keep(&mut head.number, code(text, span)),
        Label::CustomerNumber => keep(&mut head.payer.customer_number, code(text, span)),
        Label::Date => keep(&mut head.date, date(text, span, order)),
        Label::Account => keep(&mut head.payer.account, account(text, span)),
        Label::Payer => keep(&mut head.payer.name, name(text, span)),
        Label::Payee => keep(&mut head.payee.name, name(text, span)),
        Label::Currency => {
            let code = super::currency::of_word(text).map(|code| Field::new(Text::from(code), text, span));
            keep(&mut head.currency, code);
        }
        Label::Count => {
            keep(&mut head.count, text.parse::<u64>().ok().filter(|count| *count <= 100_000).map(|count| Field::new(count, text, span)))
        }
    }
}

/// The first value found stays.
fn keep<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

fn code(text: &str, span: Span) -> Option<Field<Text>> {
    let word = text.split_whitespace().find(|word| word.bytes().any(|byte| byte.is_ascii_digit()))?;
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_date = parse_date(word, DayOrder::DayFirst).is_some();
    (!is_date && word.len() <= 40 && !word.is_empty()).then(|| Field::written(word, span))
}

fn date(text: &str, span: Span, order: DayOrder) -> Option<Field<BusinessDate>> {
    let style = Style { order, blank_groups: false };
    let found = tokens(text, style).into_iter().find_map(|token| match token.kind {
        Kind::Date(date) => Some((date, token.text)),
        _ => None,
    });
    let (date, written) = found.or_else(|| super::calendar::parse_packed(text).map(|date| (date, text)))?;
    Some(Field::new(date, written, span))
}

fn account(text: &str, span: Span) -> Option<Field<Text>> {
    let compact: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).take(34).collect();
    let digits = compact.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 6).then(|| Field::new(Text::from(compact), text, span))
}

fn name(text: &str, span: Span) -> Option<Field<Text>> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let fits = letters >= 2 && text.chars().count() <= 80 && !text.contains('@') && !text.trim_end().ends_with(',');
    fits.then(|| Field::written(text, span))
}

/// The first line of a letter, when it looks like a name and not like a heading.
fn letterhead(page: &Page) -> Option<Field<Text>> {
    let row = page.rows().take(12).find(|row| !row.is_blank())?;
    let cell = row.cell(0)?;
    let text = split_wide(cell.text).next()?;
    let folded = fold(text);
    #[rustfmt::skip]
    const FORMS: [&str; 26] = [
        "gmbh", "ag", "kg", "ltd", "limited", "plc", "inc", "llc", "corp", "sa", "sas", "sarl", "bv", "b.v", "nv", "n.v", "srl",
        "s.r.l", "spa", "s.p.a", "sl", "s.l", "ab", "oy", "oyj", "se",
    ];
    let form = FORMS.iter().any(|form| super::words::has_word(&folded, form));
    (form && text.len() <= 80 && label_of(text).is_none()).then(|| Field::written(text, span(page, row, cell, 0, text)))
}

/// Amounts beside words of a sum or a payment.
fn sums(page: &Page, row: Row<'_>, before: Option<Row<'_>>, style: Style, head: &mut Head) {
    let words: Vec<&str> = row.cells().map(|cell| cell.text).collect();
    let joined = words.join("  ");
    let named = is_sum(&joined);
    // Only in a text may the words end on the line before.
    if (!named && row.table.is_some()) || !joined.bytes().any(|byte| byte.is_ascii_digit()) || is_subtotal(&joined) {
        return;
    }
    let cells: Vec<(Cell<'_>, Vec<Token<'_>>)> = row.cells().map(|cell| (cell, tokens(cell.text, style))).collect();
    let has_money = cells.iter().flat_map(|(_, tokens)| tokens).any(|token| matches!(token.kind, Kind::Amount(_)));
    // The words may end on the line before.
    let wrapped = || {
        let text = before.filter(|before| before.table == row.table).map(Row::text).unwrap_or_default();
        let kinds = || cells.iter().flat_map(|(_, tokens)| tokens).map(|token| token.kind);
        let amounts = kinds().filter(|kind| matches!(kind, Kind::Amount(_))).count();
        // A number of a document makes it a line of the list.
        let bare = amounts == 1 && !kinds().any(|kind| matches!(kind, Kind::Code | Kind::Integer(_)));
        let early = bare && kinds().take(3).any(|kind| matches!(kind, Kind::Amount(_)));
        early && is_sum(text) && !text.bytes().any(|byte| byte.is_ascii_digit())
    };
    if !named && !wrapped() || (is_carry(&joined) && !is_total(&joined)) {
        return;
    }
    let most = head.totals.len() + MAX_OF_ROW;
    for (cell, tokens) in &cells {
        let mut end = 0;
        for token in tokens {
            let number = match token.kind {
                Kind::Amount(number) => number,
                Kind::Integer(number) if !has_money && is_total(&joined) && number.value >= Decimal::ONE => number,
                _ => continue,
            };
            let own = cell.text.get(std::mem::replace(&mut end, token.end)..token.start).unwrap_or_default();
            if head.totals.len() >= most || takes_off(own) {
                continue;
            }
            let figure = Figure { number, text: token.text.into(), span: span(page, row, *cell, token.start, token.text) };
            let words = words_of(*cell, token, &joined, row.cells().len() == 1);
            head.totals.push(Stated { figure, words, column: None, named: true, paid: false });
        }
    }
}

/// True when the words right before an amount name something taken off: "net paid 98.00, discount 2.00".
fn takes_off(words: &str) -> bool {
    !is_sum(words) && (DeductionReason::of(words).is_some() || role_of(words) == Some(Role::Deduction))
}

/// Words that speak of an amount: those right before it when they name a total, else the beginning of the row.
fn words_of(cell: Cell<'_>, token: &Token<'_>, joined: &str, alone: bool) -> String {
    let before = cell.text.get(..token.start).filter(|_| alone).unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(40);
    let near: String = before.chars().skip(skipped).collect();
    if is_total(&near) { near } else { joined.chars().take(60).collect() }
}

/// True when the words name a sum or a payment.
fn is_sum(text: &str) -> bool {
    let folded = fold(text);
    is_total_in(&folded) || PAID_WORDS.is_in(&folded)
}

/// True when words speak of what is paid.
pub(crate) fn names_payment(text: &str) -> bool {
    PAID_WORDS.is_in(&fold(text)) || role_of(text) == Some(Role::Net)
}

fn count_currencies(page: &Page, row: Row<'_>, style: Style, found: &mut Vec<(&'static str, usize, Field<Text>)>) {
    for cell in row.cells() {
        for token in tokens(cell.text, style) {
            let (code, text) = match token.kind {
                Kind::Currency(code) => (code, token.text),
                Kind::Amount(number) => match number.currency {
                    Some(code) => (code, token.text),
                    None => continue,
                },
                _ => continue,
            };
            match found.iter_mut().find(|(known, _, _)| *known == code) {
                Some((_, count, _)) => *count += 1,
                None => found.push((code, 1, Field::new(Text::from(code), text, span(page, row, cell, token.start, text)))),
            }
        }
    }
}
