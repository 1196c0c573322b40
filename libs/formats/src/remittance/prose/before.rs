//! What stands before an amount or a number in its line, and what it says about it.

use std::sync::LazyLock;

use super::{Item, Said, last};
use crate::remittance::currency;
use crate::remittance::lexicon::{Finder, Role, is_document_word, is_total, role_of};
use crate::remittance::reason::DeductionReason;
use crate::remittance::words::fold;

/// What was read of a line so far.
#[derive(Debug)]
pub(super) struct Before<'a> {
    /// Words that may speak of what follows; those of the line before come first.
    pub words: Vec<&'a str>,
    /// True when words of the line itself are among them.
    pub speaks: bool,
    /// True behind an amount in brackets, until they close.
    pub in_brackets: bool,
    /// How many words are those of the line before: they may name a document here; behind one they say nothing more.
    foreign: usize,
    /// True when the number right before is none of a document.
    is_foreign_number: bool,
    /// True when the last number is that of a credit note.
    is_credit_note: bool,
}

impl<'a> Before<'a> {
    /// At the start of a line, behind the words of the one before.
    pub fn of(carried: &'a str) -> Before<'a> {
        let words: Vec<&str> = carried.split_whitespace().collect();
        let foreign = words.len();
        Before { words, speaks: false, in_brackets: false, foreign, is_foreign_number: false, is_credit_note: false }
    }

    /// The words that stand in the line itself.
    pub fn near(&self) -> &[&'a str] {
        self.words.get(self.foreign..).unwrap_or_default()
    }

    /// Goes over what parts two tokens, of which the second may be a number. Something else begins behind a semicolon, behind
    /// a bracket with an amount in it, and behind the colon after a number that is none of a document: "Remittance advice 17:
    /// 4711 (100.00)".
    pub fn gap(&mut self, gap: &str, is_number: bool) {
        let is_named = std::mem::take(&mut self.is_foreign_number) && gap.contains(':') && is_number;
        if gap.contains(';') || is_named || self.in_brackets && gap.contains([')', ']']) {
            self.forget();
            self.in_brackets = false;
        }
    }

    /// Adds a word.
    pub fn add(&mut self, word: &'a str) {
        self.words.push(word);
        self.speaks = true;
    }

    /// Goes over a number, that of a document if it is one.
    pub fn number(&mut self, document: Option<&Item>) {
        if document.is_some() {
            self.words.drain(..std::mem::take(&mut self.foreign).min(self.words.len()));
        }
        self.is_foreign_number = document.is_none();
        self.is_credit_note = matches!(document, Some(Item::Document { credit: true, .. }));
    }

    /// Forgets the words: they spoke of what was read.
    pub fn forget(&mut self) {
        self.words.clear();
        (self.speaks, self.foreign, self.is_credit_note) = (false, 0, false);
    }

    /// What the words around an amount say; `enclosing` ends with those before it in the same brackets.
    pub fn said(&self, after: &[&str], enclosing: &str) -> (Said, Option<String>) {
        match said(&self.words, after) {
            (Said::Nothing, None) => said_in_brackets(enclosing),
            // "less credit note 17: 44.00": the credit note is taken off, not a part of the invoice before it.
            (Said::Deduction, Some(reason)) if self.is_credit_note && DeductionReason::of(&reason).is_none() => (Said::Nothing, None),
            found => found,
        }
    }
}

/// Words that together name a deduction, although each alone may name a payment.
#[rustfmt::skip]
const TAKEN_OFF: [&str; 26] = [
    "short paid", "short pay", "short payment", "underpaid", "pronto pago", "pronto pagamento", "prompt payment", "early payment",
    "paiement anticipe", "paiement comptant", "pagamento anticipato", "snelle betaling", "price difference", "price variance",
    "pricing error", "preisdifferenz", "preisabweichung", "ecart de prix", "difference de prix", "prijsverschil",
    "differenza prezzo", "differenza di prezzo", "diferencia de precio", "roznica cen", "prisskillnad", "hintaero",
];

static TAKEN_OFF_WORDS: LazyLock<Finder> = LazyLock::new(|| Finder::of_beginnings([&TAKEN_OFF[..]]));

/// What the words before an amount, or else those after it, say about it; the nearest decides.
fn said(before: &[&str], after: &[&str]) -> (Said, Option<String>) {
    let explained = DeductionReason::of(&after.join(" ")).is_some();
    let reason = || if explained { after.join(" ") } else { last(before, 4) };
    let total = before.iter().rev().take(5).any(|word| is_total(word));
    for (distance, word) in before.iter().rev().enumerate().take(7) {
        let end = before.len() - distance;
        let until = before.get(..end).unwrap_or_default();
        let pair = last(until, 2);
        if TAKEN_OFF_WORDS.is_in(&fold(&last(until, 3))) {
            return (Said::Deduction, Some(reason()));
        }
        match meaning(word) {
            Said::Nothing if end > 1 && is_total(&pair) && !is_total(before.get(end - 2).unwrap_or(&"")) => return (Said::Total, None),
            Said::Nothing => {}
            // "saldo fattura 17 = 100,00": what remained of that invoice, and is paid.
            Said::Other if before.get(end).is_some_and(|next| is_document_word(next)) => {}
            Said::Net if total || end > 1 && is_total(&pair) => return (Said::NetOrTotal, None),
            Said::Deduction => return (Said::Deduction, Some(reason())),
            found => return (found, None),
        }
    }
    let speaks = |word: &&str| meaning(word) == Said::Deduction || currency::of_word(word).is_some();
    if explained && after.first().is_some_and(speaks) {
        return (Said::Deduction, Some(after.join(" ")));
    }
    (Said::Nothing, None)
}

/// What stands in brackets right before an amount, "(Sk. 13,24)", says that it is taken off.
fn said_in_brackets(enclosing: &str) -> (Said, Option<String>) {
    let words = enclosing.rsplit(['(', '[']).next().unwrap_or_default().trim();
    let takes_off = !words.is_empty() && DeductionReason::of(words).is_some();
    if takes_off { (Said::Deduction, Some(words.to_string())) } else { (Said::Nothing, None) }
}

fn meaning(word: &str) -> Said {
    if DeductionReason::of(word).is_some_and(|reason| reason != DeductionReason::Price) {
        return Said::Deduction;
    }
    match role_of(word) {
        Some(Role::Gross) => Said::Gross,
        Some(Role::Net) if is_total(word) => Said::NetOrTotal,
        Some(Role::Net) => Said::Net,
        Some(Role::Deduction) => Said::Deduction,
        Some(Role::OtherAmount) => Said::Other,
        _ if is_total(word) => Said::Total,
        _ => Said::Nothing,
    }
}
