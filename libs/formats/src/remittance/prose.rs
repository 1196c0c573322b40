//! Sentences and lists: a number of a document, and the amounts beside it, in the order of the text.

use super::document::Known;
use super::lexicon::{Role, is_credit, is_document_word, role_of};
use super::model::{Field, Span};
use super::page::{Cell, Page, Row};
use super::record::{Figure, Record, Records};
use super::token::{Kind, Style, Token, tokens};
use super::words::fold;
use crate::Text;

mod before;
mod bind;
mod scope;

use before::Before;

pub(crate) use bind::{Binder, Binding, lone};
pub(crate) use scope::{Scope, Shapes, amounts_follow};

/// What an amount is, by the words before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing is said.
    Nothing,
    /// Before deductions.
    Gross,
    /// Taken off.
    Deduction,
    /// Paid; of one document or of all.
    Net,
    /// Sum of all.
    Total,
    /// Paid for a document when its figures say so, else the sum of all.
    NetOrTotal,
    /// Tax, balance and the like.
    Other,
}

/// A piece of the text that matters.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// Number of a document.
    Document {
        /// The number.
        field: Field<Text>,
        /// True when words or number name a credit note.
        credit: bool,
        /// True when words name it as a document, or the receiver knows it.
        named: bool,
        /// True when it is the first thing in its line.
        leads: bool,
        /// True when the receiver knows it.
        sure: bool,
    },
    /// An amount.
    Amount {
        /// The amount.
        figure: Figure,
        /// What it is.
        said: Said,
        /// Words of a deduction.
        reason: Option<Field<Text>>,
        /// True when it stands in brackets with other words.
        enclosed: bool,
    },
    /// A date.
    Date(Field<quittance_types::BusinessDate>),
}

/// The items of `page` in the order of the text, those that may be documents and are none included.
pub(crate) fn items(page: &Page, style: Style, known: Known<'_>) -> Vec<Item> {
    let mut out = Vec::new();
    for_each_row(page, style, known, |items| out.append(items));
    out
}

/// Calls `take` with the items of each row; it may empty them.
pub(crate) fn for_each_row(page: &Page, style: Style, known: Known<'_>, mut take: impl FnMut(&mut Vec<Item>)) {
    let (mut carried, mut out) = (String::new(), Vec::new());
    for row in page.rows() {
        for cell in row.cells() {
            carried = cell_items(page, row, cell, style, known, &carried, &mut out);
        }
        if row.is_blank() {
            carried.clear();
        }
        take(&mut out);
        out.clear();
    }
}

/// Adds the items of a cell; gives back the words after the last one, which may speak of the next cell.
fn cell_items(page: &Page, row: Row<'_>, cell: Cell<'_>, style: Style, known: Known<'_>, carried: &str, out: &mut Vec<Item>) -> String {
    let tokens = together(cell.text, tokens(cell.text, style), known);
    let has_amount = tokens.iter().any(|token| matches!(token.kind, Kind::Amount(_)));
    let mut before = Before::of(carried);
    let (mut end, mut start, mut enclosed) = (0, 0, false);
    for (index, token) in tokens.iter().enumerate() {
        let place = |text: &str| span(page, row, cell, token.start, text);
        before.gap(cell.text.get(end..token.start).unwrap_or_default(), is_number(token.kind));
        end = token.end;
        enclosed = is_enclosed(cell.text.get(std::mem::replace(&mut start, token.start)..token.start).unwrap_or_default(), enclosed);
        before.in_brackets |= matches!(token.kind, Kind::Amount(_)) && enclosed;
        match token.kind {
            Kind::Word | Kind::Currency(_) | Kind::Percent => {
                before.add(token.text);
                continue;
            }
            Kind::Date(date) if !follows_document_word(&tokens, index) => {
                out.push(Item::Date(Field::new(date, token.text, place(token.text))))
            }
            // An amount with cents is no document because a known number happens to have its digits.
            Kind::Amount(number)
                if !known.is_some_and(|known| known(token.text)) || number.decimals == 2 && !follows_document_word(&tokens, index) =>
            {
                let text = cell.text.get(..token.start).filter(|_| enclosed).unwrap_or_default();
                let (said, reason) = before.said(&following(cell.text, &tokens, index), text);
                let reason = reason.map(|text| Field::written(&text, place(token.text)));
                let figure = Figure { number, text: token.text.into(), span: place(token.text) };
                out.push(Item::Amount { figure, said, reason, enclosed });
            }
            _ => {
                let last = index.checked_sub(1).and_then(|last| tokens.get(last));
                let prefix = last.filter(|last| is_prefix(last, token));
                let leads = index == 0 || !before.speaks;
                let candidate = Candidate { token, prefix, words: &before.words, near: before.near(), leads, has_amount, known };
                let document = candidate.document(page, row, cell);
                before.number(document.as_ref());
                out.extend(document);
                // Words stay for a list: "invoices 4711, 4712 and 4713".
                continue;
            }
        }
        before.forget();
    }
    // What stands behind an amount speaks of that one, not of the next line.
    let closed = cell.column == 0 && has_amount;
    if closed || tokens.is_empty() { String::new() } else { last(&before.words, 8) }
}

/// Words a number may be written in: `FV 1433 4 2026`.
const MOST_WORDS: usize = 4;
/// A shorter first word counts the lines.
const SHORTEST_FIRST: usize = 4;
/// A longer word of letters and digits is the number of a document by itself.
const LONGEST_PREFIX: usize = 4;

/// The tokens, numbers of several words as one: those the receiver knows, and those that stand alone before the white in front
/// of an amount.
fn together<'a>(line: &'a str, tokens: Vec<Token<'a>>, known: Known<'_>) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(first) = tokens.get(index) {
        let run = (2..=MOST_WORDS).rev().find_map(|words| {
            let run = tokens.get(index..index + words)?;
            is_number_of_words(line, run, tokens.get(index + words), known).then_some(run)
        });
        let joined = run.and_then(|run| run.last()).and_then(|last| {
            let text = line.get(first.start..last.end)?;
            Some(Token { kind: Kind::Code, text, end: last.end, right: last.right, ..*first })
        });
        out.push(joined.unwrap_or(*first));
        index += run.map_or(1, <[Token<'_>]>::len);
    }
    out
}

fn is_number_of_words(line: &str, run: &[Token<'_>], next: Option<&Token<'_>>, known: Known<'_>) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return false };
    let are_beside = run.windows(2).all(|pair| matches!(pair, [one, other] if line.get(one.end..other.start) == Some(" ")));
    if !are_beside || !is_number(last.kind) {
        return false;
    }
    if known.zip(line.get(first.start..last.end)).is_some_and(|(known, text)| known(text)) {
        return true;
    }
    let leads = line.get(..first.start).is_some_and(|before| before.trim().is_empty());
    let is_amount = |next: &Token<'_>| matches!(next.kind, Kind::Amount(_)) && next.start > last.end + 1;
    let is_part = |one: &Token<'_>| is_number(one.kind) && !is_number_by_itself(one.text);
    leads && first.text.len() >= SHORTEST_FIRST && run.iter().all(is_part) && next.is_some_and(is_amount)
}

/// True for `RX7-2026-44120`, not for the `RE26` before a number or a number without letters.
fn is_number_by_itself(word: &str) -> bool {
    word.len() > LONGEST_PREFIX && word.contains(char::is_alphabetic)
}

/// True for what may be the number of a document.
fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Integer(_) | Kind::Code)
}

/// True when the word right before the token names a document: a number like `12/03/2026` is meant then.
fn follows_document_word(tokens: &[Token<'_>], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| tokens.get(before)).filter(|before| before.kind == Kind::Word);
    before.is_some_and(|before| names_document(&[before.text]))
}

/// True when a bracket is open behind `text`, as it was before or not.
fn is_enclosed(text: &str, before: bool) -> bool {
    let last = text.bytes().rfind(|byte| matches!(byte, b'(' | b'[' | b')' | b']'));
    last.map_or(before, |last| matches!(last, b'(' | b'['))
}

fn span(page: &Page, row: Row<'_>, cell: Cell<'_>, start: usize, text: &str) -> Span {
    Span::of(page.part, row.number, cell.column, cell.text.get(..start).unwrap_or_default(), text)
}

/// Up to three words after the token at `index`; none when an amount follows them, since they speak of that one.
fn following<'a>(line: &str, tokens: &[Token<'a>], index: usize) -> Vec<&'a str> {
    let mut end = tokens.get(index).map_or(0, |token| token.end);
    // A bracket or a sentence that ends parts them.
    let is_word = |token: &&Token<'_>| {
        let between = line.get(std::mem::replace(&mut end, token.end)..token.start).unwrap_or_default();
        matches!(token.kind, Kind::Word | Kind::Currency(_)) && !between.contains([')', ']']) && !between.starts_with('.')
    };
    let words: Vec<&Token<'a>> = tokens.iter().skip(index + 1).take_while(is_word).collect();
    let next = tokens.get(index + 1 + words.len());
    if next.is_some_and(|next| matches!(next.kind, Kind::Amount(_) | Kind::Percent)) {
        return Vec::new();
    }
    words.into_iter().take(3).map(|token| token.text).collect()
}

struct Candidate<'c, 'a> {
    token: &'c Token<'a>,
    /// Letters that belong to the number: `SI 382249`.
    prefix: Option<&'c Token<'a>>,
    words: &'c [&'c str],
    /// Those of them that stand in its own line.
    near: &'c [&'c str],
    leads: bool,
    has_amount: bool,
    known: Known<'c>,
}

impl Candidate<'_, '_> {
    fn document(&self, page: &Page, row: Row<'_>, cell: Cell<'_>) -> Option<Item> {
        let bare = self.token.text.trim_start_matches(|c: char| !c.is_alphanumeric());
        let start = self.prefix.map_or(self.token.end - bare.len(), |prefix| prefix.start);
        let text = cell.text.get(start..self.token.end).unwrap_or(bare);
        let sure = self.known.is_some_and(|known| known(text));
        let named = sure || names_document(self.words);
        if !named && (self.is_distractor() || !self.stands_alone()) {
            return None;
        }
        if text.len() > 40 || (!sure && is_account(text)) {
            return None;
        }
        let credit = is_credit(text) || self.words.iter().rev().take(4).any(|word| is_credit(word)) || is_credit(&last(self.words, 3));
        let place = span(page, row, cell, start.min(cell.text.len()), text);
        Some(Item::Document { field: Field::written(text, place), credit, named, leads: self.leads, sure })
    }

    /// Words before it say it is something else.
    fn is_distractor(&self) -> bool {
        #[rustfmt::skip]
    const WORDS: [&str; 44] = [
            "tel", "tel.", "telefon", "phone", "fax", "mobile", "mobil", "iban", "bic", "swift", "konto", "account", "acct", "blz",
            "bank", "hrb", "hra", "ust", "ust-id", "ust-idnr", "vat", "tva", "btw", "iva", "kvk", "siret", "siren", "steuernummer",
            "registergericht", "amtsgericht", "page", "seite", "pagina", "sida", "sivu", "box", "postfach", "street", "strasse", "zip",
            "plz", "mandate", "capital", "puh",
        ];
        let near = self.near.iter().rev().take(3).map(|word| fold(word));
        let phrase = last(self.near, 3);
        near.into_iter()
            .any(|word| WORDS.contains(&word.trim_end_matches(['.', ':'])) || word.ends_with("strasse") || word.ends_with("str."))
            || matches!(role_of(&phrase), Some(Role::Reference | Role::AdviceNumber))
            || super::lexicon::label_of(&phrase).is_some()
    }

    /// A code beside an amount in its own line.
    fn stands_alone(&self) -> bool {
        let digits = self.token.text.bytes().filter(u8::is_ascii_digit).count();
        let mixed = self.token.text.chars().any(char::is_alphabetic);
        let joined = self.token.text.contains(['-', '/']);
        self.has_amount
            && digits
                >= if mixed && joined {
                    1
                } else if mixed {
                    2
                } else {
                    4
                }
    }
}

/// True for up to four capitals right before a number that name neither a document nor anything else; a single one needs a
/// longer number.
fn is_prefix(before: &Token<'_>, token: &Token<'_>) -> bool {
    let least = if token.text.len() >= 4 { 1 } else { 2 };
    let letters = (least..=4).contains(&before.text.len()) && before.text.bytes().all(|byte| byte.is_ascii_uppercase());
    let beside = before.kind == Kind::Word && token.start == before.end + 1 && matches!(token.kind, Kind::Integer(_) | Kind::Code);
    letters && beside && !is_document_word(before.text) && role_of(before.text).is_none() && super::lexicon::label_of(before.text).is_none()
}

fn last(words: &[&str], count: usize) -> String {
    words.get(words.len().saturating_sub(count)..).unwrap_or_default().join(" ")
}

/// Words that stand before any kind of number and decide nothing.
const NEUTRAL: [&str; 18] =
    ["no", "nr", "number", "nummer", "numero", "nro", "n", "num", "and", "und", "et", "en", "e", "y", "och", "ja", "the", "ref"];

/// True when one of the last words names a document, and no nearer one something else.
fn names_document(words: &[&str]) -> bool {
    if words.len() > 1 && is_credit(&last(words, 2)) {
        return true;
    }
    for word in words.iter().rev().take(4) {
        let folded = fold(word);
        let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() || NEUTRAL.contains(&bare) {
            continue;
        }
        if is_credit(bare) || (is_document_word(bare) && !matches!(bare, "our" | "your" | "ihre" | "de" | "di" | "note" | "memo")) {
            return true;
        }
        if matches!(role_of(bare), Some(Role::Document(_))) {
            return true;
        }
        if role_of(bare).is_some() || super::lexicon::label_of(bare).is_some() {
            return false;
        }
    }
    false
}

/// True for an IBAN or another long account number.
fn is_account(text: &str) -> bool {
    let bytes = text.as_bytes();
    let letters = bytes.iter().take(2).all(u8::is_ascii_uppercase) && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit);
    letters
        && text.len() >= 15
        && bytes.iter().skip(4).filter(|byte| byte.is_ascii_digit()).count() >= 8
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Records for the search of a plan: columns gross, deduction, net.
pub(crate) fn records(held: Vec<Record>) -> Records<'static> {
    let roles = vec![Some(Role::Gross), Some(Role::Deduction), Some(Role::Net)];
    Records { held, roles, headed: false, ..Records::default() }
}

/// The records `binding` makes of the items whose documents count.
pub(crate) fn bind(items: &[Item], shapes: &Shapes, binding: Binding) -> Vec<Record> {
    let mut held = Vec::new();
    let mut push = |record| held.push(record);
    let mut binder = Binder::new(binding, &mut push);
    items.iter().filter(|item| shapes.keep(item)).for_each(|item| binder.take(item));
    binder.finish();
    held
}
