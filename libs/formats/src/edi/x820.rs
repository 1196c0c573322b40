//! Transaction set 820, payment order or remittance advice. The receiver of money takes advices only: BPR01 `I`
//! (information) or `C` (payment accompanies the advice).

use quittance_types::Decimal;

use super::segment::Segment;
use super::x12::finding;
use super::{TransactionSet, make_room, settle_credit_notes};
use crate::finding::FindingKind;
use crate::remittance::{Advice, AdviceFormat, AdviceLine, Deduction, DeductionReason, Field, LineKind};

/// An 820 being read.
#[derive(Default)]
pub(super) struct Remittance {
    /// The fields of the advice so far.
    parts: Parts,
    /// Adjustments of the open line: whether its net amount holds them already is known at its end.
    adjustments: Vec<(Field<Decimal>, Option<Field<String>>)>,
    line_open: bool,
    has_bpr: bool,
}

#[derive(Default)]
struct Parts {
    number: Option<Field<String>>,
    date: Option<Field<quittance_types::BusinessDate>>,
    total: Option<Field<Decimal>>,
    currency: Option<Field<String>>,
    payer: crate::remittance::AdviceParty,
    payee: crate::remittance::AdviceParty,
    lines: Vec<AdviceLine>,
}

impl Remittance {
    /// With room for so many lines.
    pub fn with_room(lines: usize) -> Remittance {
        let parts = Parts { lines: Vec::with_capacity(lines), ..Parts::default() };
        Remittance { parts, ..Remittance::default() }
    }

    /// Takes a segment between ST and SE.
    pub fn segment(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        match segment.tag() {
            "BPR" => self.payment(segment, set),
            "TRN" => self.parts.number = segment.text_field(2, 0).or(self.parts.number.take()),
            "CUR" => {
                set.terms.head_currencies.extend(segment.some(2));
                self.parts.currency = self.parts.currency.take().or(segment.text_field(2, 0));
            }
            "N1" => self.party(segment),
            "RMR" => self.line(segment, set),
            "ADX" => self.adjustment(segment, set),
            "REF" if self.line_open => {
                let reference = segment.text_field(2, 0);
                self.parts.lines.last_mut().into_iter().for_each(|line| line.references.extend(reference.clone()));
            }
            "DTM" => self.date(segment, set),
            _ => {}
        }
    }

    fn payment(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        self.has_bpr = true;
        let handling = segment.element(1);
        let order = match handling.as_ref() {
            "I" | "C" => None,
            "" => Some("BPR01 (transaction handling code) is mandatory and empty".to_string()),
            code => {
                Some(format!("BPR01 {code} makes this a payment order, which instructs a bank to pay; a payee takes an advice, I or C"))
            }
        };
        let flag = segment.element(3);
        let direction = (!matches!(flag.as_ref(), "C" | "D")).then(|| match flag.as_ref() {
            "" => "BPR03 (credit or debit) is mandatory and empty".to_string(),
            other => format!("BPR03 \"{other}\" is neither C nor D"),
        });
        for (element, why) in [(1, order), (3, direction)] {
            let Some(why) = why else { continue };
            set.accepted = false;
            set.note(finding(FindingKind::FieldMalformed, segment, element, why));
        }
        set.terms.reversal = flag == "D";
        self.parts.total = amount(segment, 2, set);
        if self.parts.total.is_none() {
            set.accepted = false;
            set.note(finding(FindingKind::AmountMissing, segment, 2, "BPR02 (amount) is mandatory".to_string()));
        }
        match segment.date_field(16, 0) {
            Ok(date) => {
                self.parts.date.clone_from(&date);
                set.terms.effective = date;
            }
            Err(text) => {
                let why = format!("BPR16 is not a valid date: '{text}'");
                set.note(finding(FindingKind::DateMalformed, segment, 16, why));
            }
        }
    }

    fn party(&mut self, segment: &Segment<'_>) {
        let party = match segment.element(1).as_ref() {
            "PR" => &mut self.parts.payer,
            "PE" => &mut self.parts.payee,
            _ => return,
        };
        party.name = segment.text_field(2, 0);
        party.customer_number = segment.text_field(4, 0);
    }

    fn line(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        self.close_line();
        let document = segment.text_field(2, 0).unwrap_or_else(|| Field::derived(String::new(), segment.span(2)));
        let mut line = AdviceLine::new(document);
        line.kind = match segment.element(1).as_ref() {
            "CM" | "CN" | "CR" => LineKind::CreditNote,
            "AJ" | "AB" => LineKind::Other,
            _ => LineKind::Invoice,
        };
        line.net = amount(segment, 4, set);
        line.gross = amount(segment, 5, set);
        let discount = amount(segment, 6, set).filter(|discount| !discount.value.is_zero());
        line.deductions =
            discount.into_iter().map(|amount| Deduction { amount, reason: None, kind: Some(DeductionReason::Discount) }).collect();
        self.parts.lines.push(line);
        self.line_open = true;
    }

    /// An adjustment behind a document explains it; one that stands before any document, or names another, is a part of
    /// the payment by itself.
    fn adjustment(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        let Some(value) = amount(segment, 1, set) else { return };
        let reason = segment.text_field(2, 0);
        let named = segment.element(4);
        let open = self.parts.lines.last().filter(|_| self.line_open);
        if open.is_some_and(|line| named.is_empty() || line.document.value == named) {
            self.adjustments.push((value, reason));
            return;
        }
        self.close_line();
        let document = segment.text_field(4, 0);
        self.parts.lines.push(adjustment_line(value, reason, document));
    }

    fn date(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        match segment.date_field(2, 0) {
            Ok(date) if self.line_open => {
                self.parts.lines.last_mut().into_iter().for_each(|line| line.document_date = line.document_date.take().or(date.clone()));
            }
            Ok(_) => {}
            Err(text) => {
                let why = format!("DTM02 is not a valid date: '{text}'");
                set.note(finding(FindingKind::DateMalformed, segment, 2, why));
            }
        }
    }

    fn close_line(&mut self) {
        self.line_open = false;
        let adjustments = std::mem::take(&mut self.adjustments);
        let Some(line) = self.parts.lines.last_mut().filter(|_| !adjustments.is_empty()) else { return };
        let sum = adjustments.iter().try_fold(Decimal::ZERO, |sum, (amount, _)| sum.checked_add(amount.value));
        let without = line.gross_amount().and_then(|gross| gross.checked_sub(line.deduction().unwrap_or_default()));
        let apart = without.is_some() && without == line.net_amount() && sum != Some(Decimal::ZERO);
        for (amount, reason) in adjustments {
            if apart {
                // The net amount adds up without them: they come on top.
                let document = Some(line_reference(&self.parts.lines));
                self.parts.lines.push(adjustment_line(amount, reason, document));
            } else if let Some(line) = self.parts.lines.last_mut() {
                line.deductions.push(deduction(amount, reason));
            }
        }
    }

    /// Puts the advice into its set.
    pub fn finish(mut self, set: &mut TransactionSet) {
        self.close_line();
        if !self.has_bpr {
            set.accepted = false;
            let text = "BPR is mandatory and missing".to_string();
            let path = "BPR".to_string();
            let kind = FindingKind::FieldMalformed;
            set.note(crate::Finding { kind, statement: None, entry: None, detail: None, path, line: set.line, text });
        }
        let mut parts = self.parts;
        make_room(&mut parts.lines);
        settle_credit_notes(&mut parts.lines, parts.total.as_ref().map(|total| total.value));
        let advice = Advice {
            number: parts.number,
            date: parts.date,
            currency: parts.currency,
            payer: parts.payer,
            payee: parts.payee,
            total: parts.total,
            lines: parts.lines,
            ..Advice::new(AdviceFormat::X12820, &[])
        };
        set.advice = Some(Box::new(advice.prove(None)));
    }
}

fn line_reference(lines: &[AdviceLine]) -> Field<String> {
    lines.last().map_or_else(|| Field::derived(String::new(), crate::remittance::Span::default()), |line| line.document.clone())
}

/// ADX01 is signed: negative takes off. A deduction is positive when it takes off.
fn deduction(amount: Field<Decimal>, reason: Option<Field<String>>) -> Deduction {
    let kind = reason.as_ref().and_then(|reason| meaning(&reason.value));
    Deduction { amount: Field { value: -amount.value, ..amount }, reason, kind }
}

fn adjustment_line(amount: Field<Decimal>, reason: Option<Field<String>>, document: Option<Field<String>>) -> AdviceLine {
    let code = reason.as_ref().map(|reason| reason.value.as_str()).unwrap_or_default();
    let document = document.unwrap_or_else(|| Field::derived(format!("ADX {code}").trim_end().to_string(), amount.span));
    let mut line = AdviceLine::new(document);
    line.kind = LineKind::Other;
    line.references.extend(reason);
    line.net = Some(amount);
    line
}

/// Adjustment reason codes (data element 426) that say one thing plainly.
fn meaning(code: &str) -> Option<DeductionReason> {
    match code {
        "01" => Some(DeductionReason::Price),
        "04" => Some(DeductionReason::Damaged),
        "06" | "59" => Some(DeductionReason::Shortage),
        "11" | "12" | "72" => Some(DeductionReason::Return),
        _ => None,
    }
}

fn amount(segment: &Segment<'_>, element: usize, set: &mut TransactionSet) -> Option<Field<Decimal>> {
    segment.amount_field(element, 0).unwrap_or_else(|text| {
        let why = format!("{}{element:02} is not an amount: '{text}'", segment.tag());
        set.note(finding(FindingKind::AmountMalformed, segment, element, why));
        None
    })
}
