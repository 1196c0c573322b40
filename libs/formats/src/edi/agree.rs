//! Does an advice agree with itself and with what its receiver knows? A disagreement refuses nothing: it is what a person
//! is told.

use std::collections::HashMap;

use quittance_types::BusinessDate;

use super::{Interchange, TransactionSet};
use crate::remittance::{Advice, LineKind};

/// What a receiver answers about a document, an advice or a trace number.
pub type Answer<'k, T> = Option<&'k dyn Fn(&str) -> T>;

/// What a receiver knows. What is left out is not compared.
#[derive(Clone, Copy, Default)]
pub struct Known<'k> {
    /// Currency code of a document of the receiver's; none for a document it does not know.
    pub currency_of: Answer<'k, Option<String>>,
    /// Today, by the receiver's clock.
    pub today: Option<BusinessDate>,
    /// True for the number of an advice received from this sender before.
    pub has_advice: Answer<'k, bool>,
    /// Payments advised under a trace number so far, less those taken back.
    pub open_payments: Answer<'k, u64>,
}

/// The rule an advice breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The total is not the sum of the lines.
    TotalNotParts,
    /// Head, summary or lines name several currencies.
    CurrencyDisagrees,
    /// A document states several amounts paid; the first one counts.
    AmountsRepeated,
    /// A document is in another currency than the receiver's invoice.
    CurrencyNotTheInvoice,
    /// The payment takes effect after today.
    BeforeSettlement,
    /// It replaces an advice that was never received.
    ReplacementOfNothing,
    /// It takes back a payment that was never advised, or was taken back before.
    ReversalOfNothing,
}

impl Rule {
    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Rule::TotalNotParts => "remittance-total-not-parts",
            Rule::CurrencyDisagrees => "remittance-currency-disagrees",
            Rule::AmountsRepeated => "remittance-amounts-repeated",
            Rule::CurrencyNotTheInvoice => "remittance-currency-not-the-invoice",
            Rule::BeforeSettlement => "remitted-before-settlement",
            Rule::ReplacementOfNothing => "replacement-of-nothing",
            Rule::ReversalOfNothing => "reversal-of-nothing",
        }
    }
}

/// One disagreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Number of the set.
    pub control: String,
    /// The rule.
    pub rule: Rule,
    /// What the rule asks for.
    pub expected: String,
    /// What the advice says.
    pub found: String,
    /// One sentence for a person.
    pub text: String,
}

impl Interchange {
    /// What the advices of accepted sets contradict, in file order.
    pub fn disagreements(&self, known: &Known<'_>) -> Vec<Disagreement> {
        let mut found = Vec::new();
        let mut reversed: HashMap<String, u64> = HashMap::new();
        for set in self.sets.iter().filter(|set| set.accepted) {
            let Some(advice) = set.advice.as_deref() else { continue };
            let mut judging = Judging { set, advice, known, found: &mut found };
            judging.currencies();
            judging.amounts();
            judging.total();
            judging.invoices();
            judging.settlement();
            judging.history(&mut reversed);
        }
        found
    }
}

struct Judging<'j> {
    set: &'j TransactionSet,
    advice: &'j Advice,
    known: &'j Known<'j>,
    found: &'j mut Vec<Disagreement>,
}

impl Judging<'_> {
    fn add(&mut self, rule: Rule, expected: impl ToString, found: impl ToString, text: String) {
        let control = self.set.control.clone();
        self.found.push(Disagreement { control, rule, expected: expected.to_string(), found: found.to_string(), text });
    }

    fn currencies(&mut self) {
        let terms = &self.set.terms;
        if let Some(first) = terms.head_currencies.first() {
            if let Some(other) = terms.head_currencies.iter().find(|code| *code != first) {
                self.add(Rule::CurrencyDisagrees, first, other, format!("the head names {first} and {other}; {first} is taken"));
            }
            if let Some(total) = terms.total_currency.as_ref().filter(|total| *total != first) {
                self.add(Rule::CurrencyDisagrees, first, total, format!("the head says {first}, the total {total}"));
            }
        }
        for (index, codes) in &terms.line_currencies {
            let Some(first) = codes.first() else { continue };
            let Some(other) = codes.iter().find(|code| *code != first) else { continue };
            let text = format!("{} names {first} and {other}; {first} is taken", self.document(*index));
            self.add(Rule::CurrencyDisagrees, first, other, text);
        }
    }

    fn amounts(&mut self) {
        for (index, amounts) in &self.set.terms.line_amounts {
            let [first, second, ..] = amounts.as_slice() else { continue };
            let text = format!("{} states {first} and {second} as paid; the first is taken", self.document(*index));
            self.add(Rule::AmountsRepeated, first, second, text);
        }
    }

    fn document(&self, index: usize) -> String {
        self.advice.lines.get(index).map_or_else(String::new, |line| format!("document {}", line.document.value))
    }

    fn total(&mut self) {
        let (Some(stated), Some(sum)) = (&self.advice.total, self.advice.net_sum()) else { return };
        if stated.value != sum {
            let text = format!("{} was paid, the lines add up to {sum}", stated.value);
            self.add(Rule::TotalNotParts, sum, stated.value, text);
        }
    }

    fn invoices(&mut self) {
        let Some(currency_of) = self.known.currency_of else { return };
        let head = self.advice.currency.as_ref().map(|code| code.value.as_str());
        for line in self.advice.lines.iter().filter(|line| line.kind != LineKind::Other) {
            let own = line.currency.as_ref().map(|code| code.value.as_str());
            let Some(code) = own.or(head) else { continue };
            let document = &line.document.value;
            let Some(expected) = currency_of(document).filter(|expected| expected != code) else { continue };
            let what = if own.is_some() { "the entry" } else { "the advice" };
            let text = format!("{what} is in {code} and document {document} in {expected}: the amounts are not comparable");
            self.add(Rule::CurrencyNotTheInvoice, expected, code, text);
        }
    }

    fn settlement(&mut self) {
        let (Some(today), Some(effective)) = (self.known.today, &self.set.terms.effective) else { return };
        if effective.value > today {
            let text = format!("the payment takes effect on {} and today is {today}: it is cash that has not arrived", effective.value);
            self.add(Rule::BeforeSettlement, effective.value, today, text);
        }
    }

    fn history(&mut self, reversed: &mut HashMap<String, u64>) {
        if let (Some(replaced), Some(has)) = (&self.set.terms.replaces, self.known.has_advice)
            && !has(replaced)
        {
            self.add(Rule::ReplacementOfNothing, replaced, "", format!("advice {replaced} was never received"));
        }
        let (Some(open), Some(number)) = (self.known.open_payments, &self.advice.number) else { return };
        if !self.set.terms.reversal {
            return;
        }
        let before = reversed.entry(number.value.to_string()).or_default();
        let (left, taken) = (open(&number.value), *before);
        *before += 1;
        if left <= taken {
            let text = format!("trace {} was never advised, or was taken back before", number.value);
            self.add(Rule::ReversalOfNothing, "an advised payment", "none", text);
        }
    }
}
