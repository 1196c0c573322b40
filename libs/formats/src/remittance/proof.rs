//! Arithmetic an advice is held to: gross less deductions is net in every row, the nets are the total, the count is right.

use quittance_types::Decimal;

use super::model::{Advice, AdviceLine, Span};
use super::plan::Amount;
use crate::finding::FindingKind;

/// Outcome of one check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The source states too little to check.
    #[default]
    NotStated,
    /// The figures agree.
    Holds,
    /// The figures contradict each other.
    Fails,
}

impl Check {
    /// `not_stated`, `holds` or `fails`.
    pub fn code(self) -> &'static str {
        match self {
            Check::NotStated => "not_stated",
            Check::Holds => "holds",
            Check::Fails => "fails",
        }
    }
}

/// What the arithmetic says about an advice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proof {
    /// `gross - deductions = net` in every row that states all of them.
    pub rows: Check,
    /// The sum of the nets is the total stated in the advice, or the total expected from the bank line.
    pub total: Check,
    /// The number of lines is the stated one.
    pub count: Check,
}

/// Why a person should look at an advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewReason {
    /// No line was found.
    NoLines,
    /// A line has no net amount.
    AmountMissing,
    /// A line has no document number.
    DocumentMissing,
    /// Gross less deductions is not net in some row.
    RowMismatch,
    /// The nets do not add up to the total.
    TotalMismatch,
    /// No total to hold the lines against.
    TotalNotStated,
    /// Another number of lines is stated.
    CountMismatch,
    /// Lines in several currencies under one total.
    CurrencyMixed,
    /// Two readings of the same text add up.
    Ambiguous,
}

impl ReviewReason {
    /// Stable name in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            ReviewReason::NoLines => "no_lines",
            ReviewReason::AmountMissing => "amount_missing",
            ReviewReason::DocumentMissing => "document_missing",
            ReviewReason::RowMismatch => "row_mismatch",
            ReviewReason::TotalMismatch => "total_mismatch",
            ReviewReason::TotalNotStated => "total_not_stated",
            ReviewReason::CountMismatch => "count_mismatch",
            ReviewReason::CurrencyMixed => "currency_mixed",
            ReviewReason::Ambiguous => "ambiguous",
        }
    }
}

/// Whether an advice can be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every row and the total add up.
    Proven,
    /// A person should look, for these reasons (at least one, each once).
    Review {
        /// Reasons, in order of [`ReviewReason`].
        why: Vec<ReviewReason>,
    },
}

impl Default for Verdict {
    fn default() -> Verdict {
        Verdict::Review { why: vec![ReviewReason::NoLines] }
    }
}

impl Advice {
    /// Derives what follows (a net from gross and deductions, one deduction from gross and net), checks the arithmetic
    /// and sets proof and verdict. `expected_total` is the amount of the bank line when known; it counts where the
    /// advice states no total itself.
    #[must_use]
    pub fn prove(mut self, expected_total: Option<Decimal>) -> Advice {
        self.lines.iter_mut().for_each(derive);
        self.findings.retain(|finding| !is_arithmetic(finding.kind));
        let mut why = Vec::new();
        self.check_lines(&mut why);
        self.proof.rows = self.check_rows(&mut why);
        self.proof.total = self.check_total(expected_total, &mut why);
        self.proof.count = self.check_count(&mut why);
        if self.has_mixed_currencies() {
            why.push(ReviewReason::CurrencyMixed);
        }
        why.sort_unstable();
        why.dedup();
        self.verdict = if why.is_empty() { Verdict::Proven } else { Verdict::Review { why } };
        self
    }

    /// Sends a proven advice to review for `reason`, or adds it to the reasons there are.
    pub(crate) fn doubt(&mut self, reason: ReviewReason) {
        match &mut self.verdict {
            Verdict::Proven => self.verdict = Verdict::Review { why: vec![reason] },
            Verdict::Review { why } if !why.contains(&reason) => why.push(reason),
            Verdict::Review { .. } => {}
        }
    }

    fn check_lines(&mut self, why: &mut Vec<ReviewReason>) {
        if self.lines.is_empty() {
            why.push(ReviewReason::NoLines);
        }
        if self.lines.iter().any(|line| line.document.value.is_empty()) {
            why.push(ReviewReason::DocumentMissing);
        }
        for index in 0..self.lines.len() {
            let Some(span) = self.lines.get(index).filter(|line| line.net.is_none()).map(|line| line.document.span) else { continue };
            self.note(FindingKind::AmountMissing, Some(index), span, "the line has no net amount");
            why.push(ReviewReason::AmountMissing);
        }
    }

    fn check_rows(&mut self, why: &mut Vec<ReviewReason>) -> Check {
        let mut outcome = Check::NotStated;
        for index in 0..self.lines.len() {
            let Some((difference, span)) = self.lines.get(index).map(|line| (row_difference(line), line.document.span)) else { continue };
            match difference {
                None => {}
                Some(difference) if difference.is_zero() => outcome = outcome.max(Check::Holds),
                Some(difference) => {
                    outcome = Check::Fails;
                    let text = format!("gross less deductions differs from net by {difference}");
                    self.note(FindingKind::RowMismatch, Some(index), span, text);
                    why.push(ReviewReason::RowMismatch);
                }
            }
        }
        outcome
    }

    fn check_total(&mut self, expected: Option<Decimal>, why: &mut Vec<ReviewReason>) -> Check {
        let stated = self.total.as_ref().map(|total| (total.value, total.span)).or(expected.map(|total| (total, Span::default())));
        let Some((stated, span)) = stated else {
            why.push(ReviewReason::TotalNotStated);
            return Check::NotStated;
        };
        match self.net_sum() {
            Some(sum) if sum == stated => Check::Holds,
            sum => {
                let found = sum.map_or_else(|| "cannot be added up".to_string(), |sum| format!("add up to {sum}"));
                self.note(FindingKind::TotalMismatch, None, span, format!("total {stated}, the lines {found}"));
                why.push(ReviewReason::TotalMismatch);
                Check::Fails
            }
        }
    }

    fn check_count(&mut self, why: &mut Vec<ReviewReason>) -> Check {
        let Some(stated) = &self.stated_count else { return Check::NotStated };
        let (stated, span) = (stated.value, stated.span);
        if stated == self.lines.len() as u64 {
            return Check::Holds;
        }
        let text = format!("{stated} lines stated, {} found", self.lines.len());
        self.note(FindingKind::CountMismatch, None, span, text);
        why.push(ReviewReason::CountMismatch);
        Check::Fails
    }

    fn has_mixed_currencies(&self) -> bool {
        let mut codes = self.lines.iter().filter_map(|line| line.currency.as_ref()).map(|code| code.value.as_str());
        let first = self.currency.as_ref().map(|code| code.value.as_str()).or_else(|| codes.next());
        first.is_some_and(|first| codes.any(|code| code != first))
    }
}

fn is_arithmetic(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::RowMismatch | FindingKind::TotalMismatch | FindingKind::CountMismatch | FindingKind::AmountMissing)
}

/// Gross less deductions less net, when all of them are known.
fn row_difference(line: &AdviceLine) -> Option<Decimal> {
    let (gross, net, deduction) = (line.gross_amount()?, line.net_amount()?, line.deduction()?);
    gross.checked_sub(deduction)?.checked_sub(net)
}

/// True when the amounts of a line may belong together: all of one sign, and no more taken off than there is.
pub(crate) fn is_plausible<A: Amount>(gross: A, deduction: A, net: A) -> bool {
    let signs = [gross, deduction, net].map(|amount| if amount == A::ZERO { None } else { Some(amount.is_negative()) });
    let mut stated = signs.into_iter().flatten();
    let first = stated.next();
    stated.all(|sign| Some(sign) == first) && deduction.size() <= gross.size().max(net.size())
}

/// Fills the one figure that follows from the others.
fn derive(line: &mut AdviceLine) {
    use super::model::{Deduction, Field};
    match (&line.gross, line.deduction(), &line.net) {
        (Some(gross), deduction, None) => {
            let net = gross.value.checked_sub(deduction.unwrap_or_default());
            line.net = net.map(|net| Field::derived(net, gross.span));
        }
        (Some(gross), None, Some(net)) if gross.value != net.value => {
            if let Some(amount) = gross.value.checked_sub(net.value) {
                line.deductions.push(Deduction { amount: Field::derived(amount, gross.span), reason: None, kind: None });
            }
        }
        (None, Some(deduction), Some(net)) => {
            line.gross = net.value.checked_add(deduction).map(|gross| Box::new(Field::derived(gross, net.span)));
        }
        _ => {}
    }
}
