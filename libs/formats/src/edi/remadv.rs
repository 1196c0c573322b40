//! REMADV, the remittance advice of UN/EDIFACT (D.96A and later directories).

use quittance_types::Decimal;

use super::edifact::finding;
use super::segment::Segment;
use super::{MAX_REASON, REASON_TOO_LONG, TransactionSet, add_code, prefer, settle_credit_notes};
use crate::Text;
use crate::budget::grow;
use crate::finding::FindingKind;
use crate::remittance::{Advice, AdviceFormat, AdviceLine, Deduction, DeductionReason, Field, LineKind};

/// Which part of the message a segment stands in.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Head,
    /// A document and what belongs to it.
    Document,
    /// An adjustment of the document before.
    Adjustment,
    /// Behind `UNS`.
    Summary,
}

/// A REMADV being read.
pub(super) struct Remittance {
    advice: Advice,
    part: Part,
    reason: Option<Field<Text>>,
    meaning: Option<DeductionReason>,
    /// What is due of the open document.
    due: Option<Field<Decimal>>,
    /// Currency code of what the open document is worth.
    worth_in: Option<Field<Text>>,
    /// Currency codes of the open document, each once.
    currencies: Vec<String>,
    /// The first two amounts paid of the open document.
    amounts: Vec<Decimal>,
    has_bgm: bool,
}

impl Remittance {
    /// With room for so many documents.
    pub fn with_room(lines: usize) -> Remittance {
        Remittance {
            advice: Advice { lines: Vec::with_capacity(lines), ..Advice::empty(AdviceFormat::Remadv) },
            part: Part::Head,
            reason: None,
            meaning: None,
            due: None,
            worth_in: None,
            currencies: Vec::new(),
            amounts: Vec::new(),
            has_bgm: false,
        }
    }

    /// Takes a segment between UNH and UNT.
    pub fn segment(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        match segment.tag() {
            "BGM" => {
                self.has_bgm = true;
                self.advice.number = segment.text_field(2, 0);
            }
            "DTM" => self.date(segment, set),
            "RFF" => self.reference(segment, set),
            "NAD" if self.part == Part::Head => self.party(segment),
            "FII" if self.part == Part::Head => self.account(segment),
            "CUX" => self.currency(segment, set),
            "DOC" => self.document(segment, set),
            "AJT" if self.part != Part::Head => {
                self.part = Part::Adjustment;
                (self.reason, self.meaning) = (None, None);
                self.say(segment.text_field(1, 0), segment, set);
            }
            "MOA" => self.amount(segment, set),
            "FTX" if matches!(self.part, Part::Document | Part::Adjustment) => self.words(segment, set),
            "UNS" => {
                self.close_document(set);
                self.part = Part::Summary;
            }
            _ => {}
        }
    }

    /// DTM+137 is the message's date, DTM+138 the day of payment; behind a document 137, 171 and 3 are the document's.
    fn date(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        let date = match segment.date_field(1, 1) {
            Ok(date) => date,
            Err(text) => {
                set.note(finding(FindingKind::DateMalformed, segment, format!("DTM is not a valid date: '{text}'")));
                return;
            }
        };
        match (self.part, segment.component(1, 0).as_ref()) {
            (Part::Head, "138" | "203" | "209") => set.terms.effective = date,
            (Part::Head, "137") => self.advice.date = date,
            (Part::Document, _) => self.line_mut(|line| line.document_date = line.document_date.take().or(date.map(Box::new))),
            _ => {}
        }
    }

    fn reference(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        if self.part == Part::Head {
            match segment.component(1, 0).as_ref() {
                "RA" => set.terms.replaces = Some(segment.component(1, 1).into_owned()).filter(|text| !text.is_empty()),
                _ => set.terms.references.extend(segment.text_field(1, 1)),
            }
            return;
        }
        let reference = segment.text_field(1, 1);
        self.line_mut(|line| line.references.extend(reference));
    }

    /// NAD+PR pays and NAD+PE is paid; where nobody is named so, the sender (MS) pays the recipient (MR) of the message.
    fn party(&mut self, segment: &Segment<'_>) {
        let role = segment.component(1, 0);
        let party = match role.as_ref() {
            "PR" | "MS" => &mut self.advice.payer,
            "PE" | "MR" => &mut self.advice.payee,
            _ => return,
        };
        if role.starts_with('M') && (party.name.is_some() || party.customer_number.is_some()) {
            return;
        }
        party.name = segment.text_field(4, 0).or_else(|| segment.text_field(3, 0));
        party.customer_number = segment.text_field(2, 0);
    }

    /// FII+OR is the payer's bank account, FII+BF the payee's.
    fn account(&mut self, segment: &Segment<'_>) {
        let party = match segment.component(1, 0).as_ref() {
            "OR" | "PB" => &mut self.advice.payer,
            "BF" | "RB" => &mut self.advice.payee,
            _ => return,
        };
        party.account = segment.text_field(2, 0);
    }

    fn currency(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        let Some(code) = segment.text_field(1, 1) else { return };
        match self.part {
            // The reference currency comes first, whatever its place.
            Part::Head if segment.component(1, 0) == "2" => {
                prefer(&mut set.terms.head_currencies, &code.value);
                self.advice.currency = Some(code);
            }
            Part::Head => {
                add_code(&mut set.terms.head_currencies, &code.value);
                self.advice.currency = self.advice.currency.take().or(Some(code));
            }
            Part::Document | Part::Adjustment => {
                add_code(&mut self.currencies, &code.value);
                self.line_mut(|line| line.currency = line.currency.take().or(Some(Box::new(code))));
            }
            Part::Summary => {}
        }
    }

    fn document(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        self.close_document(set);
        self.part = Part::Document;
        let number = segment.text_field(2, 0).unwrap_or_else(|| Field::derived(Text::default(), segment.span(2)));
        let mut line = AdviceLine::new(number);
        line.kind = match segment.component(1, 0).as_ref() {
            "81" | "83" | "261" | "262" | "308" | "381" | "396" => LineKind::CreditNote,
            _ => LineKind::Invoice,
        };
        grow(&mut self.advice.lines);
        self.advice.lines.push(line);
    }

    fn amount(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        let field = match segment.amount_field(1, 1) {
            Ok(Some(field)) => field,
            Ok(None) => return,
            Err(text) => {
                set.note(finding(FindingKind::AmountMalformed, segment, format!("MOA is not an amount: '{text}'")));
                return;
            }
        };
        let kind = segment.component(1, 0);
        let currency = segment.text_field(1, 2);
        match self.part {
            Part::Summary if matches!(kind.as_ref(), "12" | "11" | "9" | "128" | "139" | "86") => {
                set.terms.total_currency = currency.as_ref().map(|code| code.value.to_string());
                self.advice.currency = currency.or(self.advice.currency.take());
                self.advice.total = self.advice.total.take().or(Some(field));
            }
            Part::Document => self.document_amount(&kind, field, currency),
            Part::Adjustment => {
                let (reason, kind) = (self.reason.clone().map(Box::new), self.meaning);
                self.deduction(Deduction { amount: field, reason, kind });
            }
            _ => {}
        }
    }

    fn document_amount(&mut self, kind: &str, field: Field<Decimal>, currency: Option<Field<Text>>) {
        match kind {
            "12" => {
                if self.amounts.len() < 2 {
                    self.amounts.push(field.value);
                }
                if let Some(code) = &currency {
                    prefer(&mut self.currencies, &code.value);
                }
                self.line_mut(|line| {
                    line.net = line.net.take().or(Some(field));
                    line.currency = currency.map(Box::new).or(line.currency.take());
                });
            }
            "11" => self.line_mut(|line| {
                line.net = line.net.take().or(Some(field));
                line.currency = line.currency.take().or(currency.map(Box::new));
            }),
            "9" | "5" | "39" | "77" | "86" | "128" | "139" => {
                if kind == "9" {
                    self.due = self.due.take().or_else(|| Some(field.clone()));
                }
                self.worth_in = self.worth_in.take().or(currency);
                self.line_mut(|line| line.gross = line.gross.take().or(Some(Box::new(field))))
            }
            "52" | "53" | "98" | "21" => {
                let kind = Some(DeductionReason::Discount);
                self.deduction(Deduction { amount: field, reason: None, kind });
            }
            "165" | "204" | "113" => self.deduction(Deduction { amount: field, reason: None, kind: None }),
            _ => {}
        }
    }

    /// Free text says the reason of the last deduction, or of the one to come.
    fn words(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        let Some(text) = segment.text_field(4, 0) else { return };
        let code = self.reason.clone();
        let reason = match &code {
            Some(code) => Field { value: Text::from(format!("{} {}", code.value, text.value)), ..text },
            None => text,
        };
        if !self.say(Some(reason.clone()), segment, set) {
            return;
        }
        let kind = self.meaning;
        self.line_mut(|line| {
            if let Some(last) = line.deductions.last_mut().filter(|last| last.reason.is_none() || last.reason.as_deref() == code.as_ref()) {
                last.kind = kind.or(last.kind);
                last.reason = Some(Box::new(reason));
            }
        });
    }

    /// Keeps the reason of what follows, unless it is too long; whether it did.
    fn say(&mut self, reason: Option<Field<Text>>, segment: &Segment<'_>, set: &mut TransactionSet) -> bool {
        if reason.as_ref().is_some_and(|reason| reason.value.len() > MAX_REASON) {
            set.note(finding(FindingKind::FieldMalformed, segment, REASON_TOO_LONG.to_string()));
            return false;
        }
        self.meaning = reason.as_ref().and_then(|reason| DeductionReason::of(&reason.value));
        self.reason = reason;
        true
    }

    fn deduction(&mut self, deduction: Deduction) {
        self.line_mut(|line| line.deductions.push(deduction));
    }

    fn line_mut(&mut self, change: impl FnOnce(&mut AdviceLine)) {
        if let Some(line) = self.advice.lines.last_mut() {
            change(line);
        }
    }

    fn close_document(&mut self, set: &mut TransactionSet) {
        let Some(index) = self.advice.lines.len().checked_sub(1) else { return };
        let currencies = std::mem::take(&mut self.currencies);
        let amounts = std::mem::take(&mut self.amounts);
        if currencies.len() > 1 {
            set.terms.line_currencies.push((index, currencies));
        }
        if amounts.len() > 1 {
            set.terms.line_amounts.push((index, amounts));
        }
        (self.reason, self.meaning) = (None, None);
        let (due, worth_in) = (self.due.take(), self.worth_in.take());
        if let Some(line) = self.advice.lines.get_mut(index) {
            settle_currency(line, worth_in, self.advice.currency.as_ref());
            settle_due(line, due);
            settle_signs(line);
        }
    }

    /// Puts the advice into its set.
    pub fn finish(mut self, set: &mut TransactionSet) {
        if self.part != Part::Summary {
            self.close_document(set);
        }
        if !self.has_bgm {
            set.accepted = false;
            let text = "BGM is mandatory and missing".to_string();
            let (kind, path) = (FindingKind::FieldMalformed, "BGM".to_string());
            set.note(crate::Finding { kind, statement: None, entry: None, detail: None, path, line: set.line, text });
        }
        let total = self.advice.total.as_ref().map(|total| total.value);
        settle_credit_notes(&mut self.advice.lines, total);
        let expected = if total.is_some() { None } else { self.advice.net_sum() };
        // The summary amount may be left out: the lines are the total then.
        set.advice = Some(Box::new(self.advice.prove(expected)));
    }
}

/// What a document is worth in another currency than it is paid in takes nothing off.
fn settle_currency(line: &mut AdviceLine, worth_in: Option<Field<Text>>, head: Option<&Field<Text>>) {
    let paid_in = line.currency.as_deref().or(head).filter(|_| line.net.is_some());
    if worth_in.zip(paid_in).is_some_and(|(worth_in, paid_in)| worth_in.value != paid_in.value) {
        line.gross = None;
    }
}

/// Where nothing says what was paid of a document, that is what is due of it, whatever it was worth.
fn settle_due(line: &mut AdviceLine, due: Option<Field<Decimal>>) {
    if line.net.is_none() && line.deductions.is_empty() {
        line.gross = due.map(Box::new).or(line.gross.take());
    }
}

/// Amounts of adjustments come without a sign by some senders' habit and with one by others': the sign that makes
/// `gross - deductions = net` is taken when only the other one fails.
fn settle_signs(line: &mut AdviceLine) {
    let (Some(gross), Some(net), Some(deduction)) = (line.gross_amount(), line.net_amount(), line.deduction()) else { return };
    let as_written = gross.checked_sub(deduction) == Some(net);
    let negated = gross.checked_add(deduction) == Some(net);
    if !as_written && negated {
        line.deductions.iter_mut().for_each(|deduction| deduction.amount.value = -deduction.amount.value);
    }
}
