//! An advice as read from a file, before it is known in which currency it is.

use quittance_types::{BusinessDate, Currency, Decimal, Money};

use super::{AdviceLine, AdviceState};

/// Findings kept of an advice.
const MAX_FINDINGS: usize = 50;

/// An advice as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAdvice {
    /// For example `csv`.
    pub format: &'static str,
    /// The payer's number of it; may be empty.
    pub number: String,
    /// Its date.
    pub advice_on: Option<BusinessDate>,
    /// As far as the file tells.
    pub currency: Option<Currency>,
    /// What it says was paid; where it does not say, and the lines follow from each other, their sum.
    pub total: Option<Decimal>,
    /// Name of the payer; may be empty.
    pub payer_name: String,
    /// Account of the payer; may be empty.
    pub payer_iban: String,
    /// The customer number it quotes; may be empty.
    pub customer_number: String,
    /// The arithmetic proves it and nothing else speaks against it.
    pub is_proven: bool,
    /// What was noticed.
    pub findings: Vec<String>,
    /// Its lines.
    pub lines: Vec<ReadLine>,
}

/// A line as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLine {
    /// The document as written.
    pub document: String,
    /// Before deductions.
    pub gross: Option<Decimal>,
    /// Held back.
    pub deduction: Option<Decimal>,
    /// Why, as written.
    pub reason: String,
    /// Paid.
    pub net: Option<Decimal>,
    /// Where every value stands in the source, and its text.
    pub span: String,
}

/// The amounts of an advice, and whether it can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued {
    /// What it says was paid.
    pub total: Option<Money>,
    /// Its lines.
    pub lines: Vec<AdviceLine>,
    /// Where it stands.
    pub state: AdviceState,
    /// Why it waits for review; what else was noticed.
    pub findings: Vec<String>,
}

impl ReadAdvice {
    /// In this currency. Without one, and for amounts it does not have, no amount is kept and the advice waits for a person.
    pub fn valued(&self, currency: Option<Currency>) -> Valued {
        let mut lost = false;
        let mut money = |amount: Option<Decimal>| {
            let money = amount.and_then(|amount| Money::new(amount, currency?).ok());
            lost |= amount.is_some() && money.is_none();
            money
        };
        let line = |line: &ReadLine| AdviceLine {
            document: line.document.clone(),
            gross: money(line.gross),
            deduction: money(line.deduction),
            reason: line.reason.clone(),
            net: money(line.net),
            span: line.span.clone(),
        };
        let lines: Vec<AdviceLine> = self.lines.iter().map(line).collect();
        let total = money(self.total);
        let mut findings = self.findings.clone();
        match currency {
            None => {
                findings.insert(0, "currency_missing: neither the advice nor what is known of it says in which currency it is".to_owned())
            }
            Some(currency) if lost => findings.insert(0, format!("amount_invalid: an amount is none in {currency}")),
            Some(_) => {}
        }
        findings.truncate(MAX_FINDINGS);
        let is_proven = self.is_proven && !lost && total.is_some();
        Valued { total, lines, state: if is_proven { AdviceState::Proven } else { AdviceState::Review }, findings }
    }
}
