//! Bank lines: one movement of money as the bank tells it, and what became of it.

use quittance_matching::Grade;
use quittance_matching::proposal::{Band, Proposal};
use quittance_types::{BankAccountId, BankLineId, BusinessDate, Money, ReceiptId, StatementId, Uuid};

use super::receipt::ReceiptState;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineState {
    /// Waiting to be matched.
    Imported,
    /// Its money is applied in full.
    Applied,
    /// Part is applied, the rest is the customer's.
    PartlyApplied,
    /// The customer is known, nothing is applied.
    Unapplied,
    /// Nobody knows whose money it is.
    Unidentified,
    /// Not a receipt; posted to its account.
    Posted,
    /// A return, or a line whose money was returned.
    Return,
    /// Proves money in transit.
    Payout,
    /// Only announced.
    Pending,
}

impl LineState {
    /// Every state.
    pub const ALL: [LineState; 9] = [
        LineState::Imported,
        LineState::Applied,
        LineState::PartlyApplied,
        LineState::Unapplied,
        LineState::Unidentified,
        LineState::Posted,
        LineState::Return,
        LineState::Payout,
        LineState::Pending,
    ];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            LineState::Imported => "imported",
            LineState::Applied => "applied",
            LineState::PartlyApplied => "partly_applied",
            LineState::Unapplied => "unapplied",
            LineState::Unidentified => "unidentified",
            LineState::Posted => "posted",
            LineState::Return => "return",
            LineState::Payout => "payout",
            LineState::Pending => "pending",
        }
    }

    /// The inverse of [`LineState::as_str`].
    pub fn parse(text: &str) -> Option<LineState> {
        LineState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state of a line whose receipt stands so.
    pub const fn of_receipt(state: ReceiptState) -> LineState {
        match state {
            ReceiptState::Unidentified => LineState::Unidentified,
            ReceiptState::Unapplied | ReceiptState::OnAccount => LineState::Unapplied,
            ReceiptState::PartlyApplied => LineState::PartlyApplied,
            ReceiptState::Applied => LineState::Applied,
            ReceiptState::Reversed => LineState::Return,
        }
    }
}

/// What the bank says about a movement. Texts are as the bank wrote them, without control characters and card numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Signed: money in is positive.
    pub amount: Money,
    /// The day it was booked, or will be.
    pub booked_on: BusinessDate,
    /// The day it counts for interest.
    pub value_on: Option<BusinessDate>,
    /// False while it is only announced.
    pub is_booked: bool,
    /// The bank marks it as the reversal of an earlier entry.
    pub reversal: bool,
    /// It takes an earlier payment back.
    pub is_return: bool,
    /// The bank's reference.
    pub bank_reference: String,
    /// Identification given by the payer.
    pub end_to_end_id: String,
    /// Structured creditor reference, without blanks.
    pub creditor_reference: String,
    /// Free text.
    pub remittance_text: String,
    /// What else the bank says: document numbers in structured form, its own texts.
    pub further_text: String,
    /// The other side.
    pub counterparty_name: String,
    /// Account of the other side.
    pub counterparty_iban: String,
    /// Why it came back.
    pub return_reason: String,
    /// Domain, family and sub-family of the ISO 20022 transaction code, or the bank's own code.
    pub transaction_code: String,
    /// The same for lines that say the same.
    pub fingerprint: Uuid,
    /// The same for one movement told in different kinds of files: amount and reference.
    pub movement_key: Uuid,
}

impl Movement {
    /// All words a payer or bank wrote, in the order they help.
    pub fn words(&self) -> String {
        let parts = [&self.remittance_text, &self.further_text, &self.end_to_end_id];
        let parts: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join(" \n")
    }

    /// What the payer and the bank wrote beside the references, in the order it is read.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.remittance_text, &self.further_text].into_iter().map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The day the payer paid, for discounts.
    pub fn paid_on(&self) -> BusinessDate {
        self.value_on.map_or(self.booked_on, |value_on| value_on.min(self.booked_on))
    }
}

/// What the engine said of a line, for statistics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// `auto`, `suggest` or `none`; empty where it decided nothing.
    pub band: String,
    /// Why it was not applied without a person; may be empty.
    pub refusal: String,
    /// Chance that it is right, parts per million.
    pub confidence_ppm: i32,
    /// A person decided in the end.
    pub by_person: bool,
    /// What the proposal is counted by once its truth is known, as the engine writes it; empty where it decided nothing.
    pub grade: String,
    /// The [`super::answer::reading_key`] of what was suggested to a person.
    pub suggested: Option<Uuid>,
}

impl Verdict {
    /// The verdict of a proposal of this grade.
    pub fn of(proposal: &Proposal, grade: Option<Grade>, suggested: Option<Uuid>) -> Verdict {
        let refusal = proposal.refusal.filter(|_| proposal.band != Band::Auto);
        Verdict {
            band: proposal.band.as_str().to_owned(),
            refusal: refusal.map_or_else(String::new, |refusal| refusal.as_str().to_owned()),
            confidence_ppm: i32::try_from(proposal.confidence).unwrap_or(i32::MAX),
            by_person: false,
            grade: grade.map(|grade| grade.to_string()).unwrap_or_default(),
            suggested,
        }
    }

    /// The grade of a match that was suggested to a person, and what it would have paid.
    pub fn suggestion(&self) -> Option<(Grade, Uuid)> {
        let suggested = self.suggested.filter(|_| self.band == Band::Suggest.as_str())?;
        Some((self.grade.parse().ok()?, suggested))
    }

    /// The grade of a match that was applied without a person and that no person has touched since.
    pub fn auto_grade(&self) -> Option<Grade> {
        let is_auto = self.band == Band::Auto.as_str() && !self.by_person;
        is_auto.then(|| self.grade.parse().ok()).flatten()
    }
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankLine {
    /// Its id.
    pub id: BankLineId,
    /// The statement that brought it.
    pub statement: StatementId,
    /// The account it is on.
    pub bank_account: BankAccountId,
    /// What the bank says.
    pub movement: Movement,
    /// The kind of file it came in: `camt.053`.
    pub family: String,
    /// The n-th line of the account with its fingerprint, from 1.
    pub occurrence: i32,
    /// What became of it.
    pub state: LineState,
    /// The rule that decided; empty while nothing has.
    pub rule: String,
    /// Why it is in that state, in words.
    pub why: String,
    /// What the engine said of it.
    pub verdict: Verdict,
    /// The receipt made from it, or the one it takes back.
    pub receipt: Option<ReceiptId>,
}
