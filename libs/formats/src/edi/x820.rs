//! Transaction set 820, payment order or remittance advice. The receiver of money takes advices only: BPR01 `I`
//! (information) or `C` (payment accompanies the advice).

use quittance_types::Decimal;

use super::segment::Segment;
use super::x12::finding;
use super::{MAX_REASON, REASON_TOO_LONG, TransactionSet, add_code, settle_credit_notes};
use crate::Text;
use crate::budget::grow;
use crate::finding::FindingKind;
use crate::remittance::{Advice, AdviceFormat, AdviceLine, Deduction, DeductionReason, Field, LineKind};

/// Names and numbers of an entity that are kept, and bytes of one: each of its lines carries them.
const MAX_NAMES: usize = 8;
const MAX_NAME: usize = 256;

/// An 820 being read.
#[derive(Default)]
pub(super) struct Remittance {
    /// The fields of the advice so far.
    parts: Parts,
    /// Adjustments behind the open line: what they are is known at its end.
    adjustments: Vec<Adjustment>,
    /// The adjustment the open line itself states.
    stated: Option<Adjustment>,
    line_open: bool,
    /// What the last adjustment went into, for a note behind it.
    noted: Noted,
    /// Numbers and names of the payer's entity (a store) the next lines belong to; none before the first.
    entity: Option<Vec<Field<Text>>>,
    has_bpr: bool,
}

/// Something added to or taken off a payment (ADX).
struct Adjustment {
    amount: Field<Decimal>,
    reason: Option<Box<Field<Text>>>,
    /// The number it carries.
    named: Option<Box<Field<Text>>>,
}

#[derive(Default)]
enum Noted {
    #[default]
    Nothing,
    /// The last of the adjustments that wait.
    Waiting,
    /// A line of its own.
    Line,
}

#[derive(Default)]
struct Parts {
    number: Option<Field<Text>>,
    date: Option<Field<quittance_types::BusinessDate>>,
    total: Option<Field<Decimal>>,
    currency: Option<Field<Text>>,
    payer: crate::remittance::AdviceParty,
    payee: crate::remittance::AdviceParty,
    lines: Vec<AdviceLine>,
}

impl Remittance {
    /// Names and numbers that the next line carries.
    pub fn names(&self) -> usize {
        self.entity.as_ref().map_or(0, Vec::len)
    }

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
                segment.some(2).into_iter().for_each(|code| add_code(&mut set.terms.head_currencies, &code));
                self.parts.currency = self.parts.currency.take().or(segment.text_field(2, 0));
            }
            "N1" => self.party(segment, segment.text_field(2, 0), segment.text_field(4, 0), set),
            "NM1" => self.party(segment, person(segment), segment.text_field(9, 0), set),
            "RMR" => self.line(segment, set),
            "ADX" => self.adjustment(segment, set),
            "NTE" => self.note(segment, set),
            "ENT" => {
                self.close_line();
                self.entity = Some(Vec::new());
                self.party(segment, None, segment.text_field(4, 0), set);
            }
            "REF" if self.parts.lines.is_empty() => set.terms.references.extend(segment.text_field(2, 0)),
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
        self.parts.payer.account = segment.text_field(9, 0);
        self.parts.payee.account = segment.text_field(15, 0);
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

    /// A party of the payment; behind ENT, one of the entity whose documents follow.
    fn party(&mut self, segment: &Segment<'_>, name: Option<Field<Text>>, number: Option<Field<Text>>, set: &mut TransactionSet) {
        if let Some(entity) = &mut self.entity {
            let known = |field: &Field<Text>| entity.iter().any(|before| before.value == field.value);
            let new: Vec<Field<Text>> = name.into_iter().chain(number).filter(|field| !known(field)).collect();
            let is_long = new.iter().any(|field| field.value.len() > MAX_NAME);
            if is_long || entity.len() + new.len() > MAX_NAMES {
                let text = format!("an entity of more than {MAX_NAMES} names and numbers, or of a long one: this one is left out");
                set.note(finding(FindingKind::FieldMalformed, segment, 2, text));
                return;
            }
            entity.extend(new);
            return;
        }
        let party = match segment.element(1).as_ref() {
            "PR" => &mut self.parts.payer,
            "PE" => &mut self.parts.payee,
            _ => return,
        };
        party.name = name;
        party.customer_number = number;
    }

    fn line(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        self.close_line();
        let document = segment.text_field(2, 0).unwrap_or_else(|| Field::derived(Text::default(), segment.span(2)));
        let mut line = AdviceLine::new(document);
        line.kind = match segment.element(1).as_ref() {
            "CM" | "CN" | "CR" => LineKind::CreditNote,
            "AJ" | "AB" => LineKind::Other,
            _ => LineKind::Invoice,
        };
        line.net = amount(segment, 4, set);
        // Of a partial payment the rest stays open: it is not taken off.
        line.gross = amount(segment, 5, set).filter(|_| segment.element(3) != "PP").map(Box::new);
        let discount = amount(segment, 6, set).filter(|discount| !discount.value.is_zero());
        line.deductions =
            discount.into_iter().map(|amount| Deduction { amount, reason: None, kind: Some(DeductionReason::Discount) }).collect();
        line.references.extend(self.entity.iter().flatten().cloned());
        self.stated =
            amount(segment, 8, set).map(|amount| Adjustment { amount, reason: segment.text_field(7, 0).map(Box::new), named: None });
        self.push(line);
        self.line_open = true;
    }

    /// An adjustment that stands before any document is a part of the payment by itself; one behind a document waits for
    /// the end of its line.
    fn adjustment(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        let Some(amount) = amount(segment, 1, set) else { return };
        let field = |element: usize| segment.text_field(element, 0).map(Box::new);
        let adjustment = Adjustment { amount, reason: field(2), named: field(4) };
        if self.line_open {
            grow(&mut self.adjustments);
            self.adjustments.push(adjustment);
            self.noted = Noted::Waiting;
            return;
        }
        self.push(adjustment_line(adjustment, None));
        self.noted = Noted::Line;
    }

    fn push(&mut self, line: AdviceLine) {
        grow(&mut self.parts.lines);
        self.parts.lines.push(line);
    }

    /// A note behind an adjustment says its reason in words.
    fn note(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        let Some(text) = segment.text_field(2, 0) else { return };
        match self.noted {
            Noted::Nothing => {}
            Noted::Waiting => {
                let Some(last) = self.adjustments.last_mut() else { return };
                let before = last.reason.as_ref().map_or(0, |reason| reason.value.len());
                if before + text.value.len() > MAX_REASON {
                    set.note(finding(FindingKind::FieldMalformed, segment, 2, REASON_TOO_LONG.to_string()));
                    return;
                }
                last.reason = Some(Box::new(explained(last.reason.take(), text)));
            }
            Noted::Line => self.parts.lines.last_mut().into_iter().for_each(|line| line.references.push(text.clone())),
        }
    }

    fn date(&mut self, segment: &Segment<'_>, set: &mut TransactionSet) {
        match segment.date_field(2, 0) {
            Ok(date) if self.line_open => {
                self.parts
                    .lines
                    .last_mut()
                    .into_iter()
                    .for_each(|line| line.document_date = line.document_date.take().or(date.clone().map(Box::new)));
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
        self.noted = Noted::Nothing;
        let adjustments = std::mem::take(&mut self.adjustments);
        if let Some(stated) = self.stated.take().filter(|_| adjustments.is_empty()) {
            self.explain(stated);
        }
        let Some(line) = self.parts.lines.last_mut().filter(|_| !adjustments.is_empty()) else { return };
        let own = line.document.clone();
        let is_own = |adjustment: &Adjustment| adjustment.named.as_ref().is_none_or(|named| named.value == own.value);
        let sum = |chosen: &dyn Fn(&Adjustment) -> bool| {
            let mut amounts = adjustments.iter().filter(|adjustment| chosen(adjustment)).map(|adjustment| adjustment.amount.value);
            amounts.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount))
        };
        let (all, of_own) = (sum(&|_| true), sum(&is_own));
        let without = line.gross_amount().and_then(|gross| gross.checked_sub(line.deduction().unwrap_or_default()));
        let net = line.net_amount();
        let complete = without.is_some() && without == net;
        if complete && all == net && adjustments.len() > 1 {
            // They add up to what is paid: a breakdown of it, and nothing beside it.
            line.references.extend(adjustments.into_iter().filter_map(|adjustment| adjustment.named).map(|named| *named));
            return;
        }
        let explains = |sum: Option<Decimal>| without.zip(sum).and_then(|(without, sum)| without.checked_add(sum)) == net;
        // The difference of gross and net explained to the cent says whose they are, whatever number they carry.
        let takes_all = without.is_some() && !complete && explains(all) && !explains(of_own);
        let at = self.parts.lines.len() - 1;
        for adjustment in adjustments {
            let apart = if is_own(&adjustment) { complete && of_own != Some(Decimal::ZERO) } else { !takes_all };
            if apart {
                self.push(adjustment_line(adjustment, Some(own.clone())));
            } else if let Some(line) = self.parts.lines.get_mut(at) {
                line.references.extend(adjustment.named.filter(|named| named.value != own.value).map(|named| *named));
                line.deductions.push(deduction(adjustment.amount, adjustment.reason));
            }
        }
    }

    /// Takes what RMR07 and RMR08 say where it is the difference of gross and net, in whatever sign.
    fn explain(&mut self, stated: Adjustment) {
        let Some(line) = self.parts.lines.last_mut() else { return };
        let without = line.gross_amount().and_then(|gross| gross.checked_sub(line.deduction().unwrap_or_default()));
        let difference = without.zip(line.net_amount()).and_then(|(without, net)| without.checked_sub(net));
        let explained = difference.filter(|difference| !difference.is_zero() && difference.abs() == stated.amount.value.abs());
        if let Some(difference) = explained {
            line.deductions.push(deduction(Field { value: -difference, ..stated.amount }, stated.reason));
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
        settle_credit_notes(&mut parts.lines, parts.total.as_ref().map(|total| total.value));
        let advice = Advice {
            number: parts.number,
            date: parts.date,
            currency: parts.currency,
            payer: parts.payer,
            payee: parts.payee,
            total: parts.total,
            lines: parts.lines,
            ..Advice::empty(AdviceFormat::X12820)
        };
        set.advice = Some(Box::new(advice.prove(None)));
    }
}

/// NM103, and before it NM104 of a person.
fn person(segment: &Segment<'_>) -> Option<Field<Text>> {
    let last = segment.text_field(3, 0)?;
    match segment.text_field(4, 0) {
        Some(first) => Some(Field { value: Text::from(format!("{} {}", first.value, last.value)), ..last }),
        None => Some(last),
    }
}

/// Code and words of a reason together.
fn explained(code: Option<Box<Field<Text>>>, text: Field<Text>) -> Field<Text> {
    match code {
        Some(code) => Field { value: Text::from(format!("{} {}", code.value, text.value)), ..text },
        None => text,
    }
}

/// ADX01 is signed: negative takes off. A deduction is positive when it takes off.
fn deduction(amount: Field<Decimal>, reason: Option<Box<Field<Text>>>) -> Deduction {
    let kind = reason.as_ref().and_then(|reason| meaning(&reason.value));
    Deduction { amount: Field { value: -amount.value, ..amount }, reason, kind }
}

/// A line for an adjustment by itself, about the document it names or else about `document`.
fn adjustment_line(adjustment: Adjustment, document: Option<Field<Text>>) -> AdviceLine {
    let Adjustment { amount, reason, named } = adjustment;
    let code = reason.as_ref().map(|reason| reason.value.as_str()).unwrap_or_default();
    let document =
        named.map(|named| *named).or(document).unwrap_or_else(|| Field::derived(Text::from(format!("ADX {code}").trim_end()), amount.span));
    let mut line = AdviceLine::new(document);
    line.kind = LineKind::Other;
    line.references.extend(reason.map(|reason| *reason));
    line.net = Some(amount);
    line
}

/// Words behind a code, else adjustment reason codes (data element 426) that say one thing plainly.
fn meaning(reason: &str) -> Option<DeductionReason> {
    let (code, text) = reason.split_once(' ').unwrap_or((reason, ""));
    if let Some(said) = DeductionReason::of(text) {
        return Some(said);
    }
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
