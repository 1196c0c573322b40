//! Remittance advices: what payers say their payments are for. A proven one decides what a bank line pays; one that does not
//! add up waits for a person.

mod reading;

pub use reading::{ReadAdvice, ReadLine, Valued};

use quittance_types::{BankLineId, BusinessDate, Currency, CustomerId, Fault, Money, Reason, RemittanceAdviceId, Timestamp};

/// Where an advice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdviceState {
    /// Lines and total add up.
    Proven,
    /// A person has to look.
    Review,
    /// A bank line was applied by it.
    Used,
}

/// What can happen to an advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdviceEvent {
    /// A person says how it reads.
    Confirm,
    /// A bank line is applied by it.
    Use,
}

impl AdviceState {
    /// Every state.
    pub const ALL: [AdviceState; 3] = [AdviceState::Proven, AdviceState::Review, AdviceState::Used];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            AdviceState::Proven => "proven",
            AdviceState::Review => "review",
            AdviceState::Used => "used",
        }
    }

    /// The inverse of [`AdviceState::as_str`].
    pub fn parse(text: &str) -> Option<AdviceState> {
        AdviceState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`.
    pub fn after(self, event: AdviceEvent) -> Result<AdviceState, Fault> {
        match (self, event) {
            (AdviceState::Proven | AdviceState::Review, AdviceEvent::Confirm) => Ok(AdviceState::Proven),
            (AdviceState::Proven, AdviceEvent::Use) => Ok(AdviceState::Used),
            (AdviceState::Used, AdviceEvent::Confirm) => Err(self.cannot_become(AdviceState::Proven)),
            (AdviceState::Review | AdviceState::Used, AdviceEvent::Use) => Err(self.cannot_become(AdviceState::Used)),
        }
    }

    fn cannot_become(self, to: AdviceState) -> Fault {
        let message = format!("an advice that is {} does not become {}", self.as_str(), to.as_str());
        Fault::new(Reason::IllegalTransition, message).with("from", self.as_str()).with("to", to.as_str())
    }
}

/// What one document gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdviceLine {
    /// The document as written.
    pub document: String,
    /// Before deductions.
    pub gross: Option<Money>,
    /// Held back.
    pub deduction: Option<Money>,
    /// Why it was held back, as written; may be empty.
    pub reason: String,
    /// Paid; negative for a credit memo.
    pub net: Option<Money>,
    /// Where every value stands in the source, and its text.
    pub span: String,
}

/// An advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemittanceAdvice {
    /// Its id.
    pub id: RemittanceAdviceId,
    /// For example `csv`.
    pub format: String,
    /// Name of its file; may be empty.
    pub file_name: String,
    /// The payer's number of it; may be empty.
    pub number: String,
    /// Its date.
    pub advice_on: Option<BusinessDate>,
    /// Of its amounts; without one it has none.
    pub currency: Option<Currency>,
    /// What it says was paid.
    pub total: Option<Money>,
    /// Name of the payer; may be empty.
    pub payer_name: String,
    /// Account of the payer; may be empty.
    pub payer_iban: String,
    /// The customer number it quotes; may be empty.
    pub customer_number: String,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Where it stands.
    pub state: AdviceState,
    /// Why it waits for review.
    pub findings: Vec<String>,
    /// Its lines, in the order of the source.
    pub lines: Vec<AdviceLine>,
    /// The line it was used for.
    pub bank_line: Option<BankLineId>,
    /// Grows with every change; the etag.
    pub version: i64,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// How a person says an advice reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Its lines.
    pub lines: Vec<AdviceLine>,
    /// Its total.
    pub total: Money,
    /// Whose it is; none leaves it as it is.
    pub customer: Option<CustomerId>,
}

impl RemittanceAdvice {
    /// Takes over what a person says: it counts as proven from now on.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` when it was used, `ALLOCATION_SUM`, `CURRENCY_MISMATCH`, `FIELD_REQUIRED` for a line without net.
    pub fn confirm(&mut self, correction: Correction) -> Result<(), Fault> {
        self.state = self.state.after(AdviceEvent::Confirm)?;
        add_up(&correction.lines, correction.total)?;
        self.currency = Some(correction.total.currency());
        self.total = Some(correction.total);
        self.lines = correction.lines;
        self.customer = correction.customer.or(self.customer);
        self.findings.clear();
        Ok(())
    }

    /// A bank line was applied by it.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` unless it is proven.
    pub fn use_for(&mut self, line: BankLineId) -> Result<(), Fault> {
        self.state = self.state.after(AdviceEvent::Use)?;
        self.bank_line = Some(line);
        Ok(())
    }
}

/// Gross less deduction is net in every line that says so, and the nets are the total.
fn add_up(lines: &[AdviceLine], total: Money) -> Result<(), Fault> {
    let zero = Money::zero(total.currency());
    let mut sum = zero;
    for (index, line) in lines.iter().enumerate() {
        let located = |fault: Fault| fault.field(format!("lines[{index}]"));
        let net = line.net.ok_or_else(|| located(Fault::new(Reason::FieldRequired, "say what the document gets")))?;
        sum = sum.add(net).map_err(located)?;
        let Some(gross) = line.gross else { continue };
        let rest = gross.sub(line.deduction.unwrap_or(zero)).map_err(located)?;
        if rest.compare(net).map_err(located)?.is_ne() {
            return Err(located(not_equal(format!("gross less deduction is {rest}, the net is {net}"))));
        }
    }
    if sum == total { Ok(()) } else { Err(not_equal(format!("the lines add up to {sum}, the total is {total}")).field("total")) }
}

fn not_equal(message: String) -> Fault {
    Fault::new(Reason::AllocationSum, message)
}

#[cfg(test)]
mod tests;
