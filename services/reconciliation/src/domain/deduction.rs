//! Deductions: what payers hold back of an item. The item stays open by it until somebody says what it is.

pub mod suggest;

use quittance_types::{ApplicationId, BankLineId, BusinessDate, CustomerId, DeductionId, Fault, Money, OpenItemId, Reason, Timestamp};

use super::item::over_application;

/// Why something was held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeductionCode {
    /// A price was not as agreed.
    Price,
    /// Too little came.
    Quantity,
    /// Quality or damage.
    Quality,
    /// Goods went back.
    Return,
    /// Freight.
    Freight,
    /// Tax.
    Tax,
    /// A discount taken too late.
    DiscountUnearned,
    /// A promotion or bonus.
    Promotion,
    /// It was billed twice.
    DuplicateBilling,
    /// Nothing came.
    NotReceived,
    /// The order's number is missing.
    PurchaseOrderMissing,
    /// Anything else.
    Other,
}

impl DeductionCode {
    /// Every code.
    pub const ALL: [DeductionCode; 12] = [
        DeductionCode::Price,
        DeductionCode::Quantity,
        DeductionCode::Quality,
        DeductionCode::Return,
        DeductionCode::Freight,
        DeductionCode::Tax,
        DeductionCode::DiscountUnearned,
        DeductionCode::Promotion,
        DeductionCode::DuplicateBilling,
        DeductionCode::NotReceived,
        DeductionCode::PurchaseOrderMissing,
        DeductionCode::Other,
    ];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeductionCode::Price => "price",
            DeductionCode::Quantity => "quantity",
            DeductionCode::Quality => "quality",
            DeductionCode::Return => "return",
            DeductionCode::Freight => "freight",
            DeductionCode::Tax => "tax",
            DeductionCode::DiscountUnearned => "discount_unearned",
            DeductionCode::Promotion => "promotion",
            DeductionCode::DuplicateBilling => "duplicate_billing",
            DeductionCode::NotReceived => "not_received",
            DeductionCode::PurchaseOrderMissing => "purchase_order_missing",
            DeductionCode::Other => "other",
        }
    }

    /// The inverse of [`DeductionCode::as_str`].
    pub fn parse(text: &str) -> Option<DeductionCode> {
        DeductionCode::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// Where a deduction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeductionState {
    /// Nobody has said why.
    Open,
    /// Its reason is known.
    Coded,
    /// The customer is right: a credit memo is due.
    Valid,
    /// The customer is wrong: it is asked for again.
    Invalid,
    /// It was given up.
    WrittenOff,
    /// Paid, credited or taken back with its application before anybody decided.
    Settled,
}

/// What can happen to a deduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeductionEvent {
    /// Somebody said why it was held back.
    Coded,
    /// The customer is right.
    Allowed,
    /// The customer is wrong.
    Denied,
    /// It is given up.
    WrittenOff,
    /// Its item does not ask for it any more, or was never short of it.
    Settled,
}

impl DeductionState {
    /// Every state.
    pub const ALL: [DeductionState; 6] = [
        DeductionState::Open,
        DeductionState::Coded,
        DeductionState::Valid,
        DeductionState::Invalid,
        DeductionState::WrittenOff,
        DeductionState::Settled,
    ];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeductionState::Open => "open",
            DeductionState::Coded => "coded",
            DeductionState::Valid => "valid",
            DeductionState::Invalid => "invalid",
            DeductionState::WrittenOff => "written_off",
            DeductionState::Settled => "settled",
        }
    }

    /// The inverse of [`DeductionState::as_str`].
    pub fn parse(text: &str) -> Option<DeductionState> {
        DeductionState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// True until somebody decided.
    pub const fn is_undecided(self) -> bool {
        matches!(self, DeductionState::Open | DeductionState::Coded)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`.
    pub fn after(self, event: DeductionEvent) -> Result<DeductionState, Fault> {
        use DeductionState::{Coded, Invalid, Open, Settled, Valid, WrittenOff};
        let to = match event {
            DeductionEvent::Coded => Coded,
            DeductionEvent::Allowed => Valid,
            DeductionEvent::Denied => Invalid,
            DeductionEvent::WrittenOff => WrittenOff,
            DeductionEvent::Settled => Settled,
        };
        match (self, to) {
            (Open | Coded, Coded | Settled) | (Coded, Valid | Invalid | WrittenOff) => Ok(to),
            (Open, Open | Valid | Invalid | WrittenOff) | (Coded, Open) | (Valid | Invalid | WrittenOff | Settled, _) => {
                let message = if self == Open {
                    "the deduction has no code yet: CodeDeduction comes first".to_owned()
                } else {
                    format!("a deduction that is {} does not become {}", self.as_str(), to.as_str())
                };
                Err(Fault::new(Reason::IllegalTransition, message).with("from", self.as_str()).with("to", to.as_str()))
            }
        }
    }
}

/// What a payer held back with a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeduction {
    /// The item that stays open by it.
    pub item: OpenItemId,
    /// Number of its document.
    pub document_number: String,
    /// Whose.
    pub customer: CustomerId,
    /// The payment it was held back from.
    pub application: ApplicationId,
    /// The bank line that brought it.
    pub line: Option<BankLineId>,
    /// How much.
    pub amount: Money,
    /// Why, when that is known.
    pub code: Option<DeductionCode>,
    /// Why it seems to be held back, whatever the payer's words say.
    pub suggested: Option<DeductionCode>,
    /// What the payer said, verbatim.
    pub said: String,
    /// The day of the payment.
    pub deducted_on: BusinessDate,
    /// The place of its request in a group.
    pub member: usize,
}

/// What was held back, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deduction {
    /// Its id.
    pub id: DeductionId,
    /// The item that stays open by it.
    pub item: OpenItemId,
    /// Number of its document.
    pub document_number: String,
    /// Whose.
    pub customer: CustomerId,
    /// The payment it was held back from.
    pub application: ApplicationId,
    /// The bank line that brought it.
    pub line: Option<BankLineId>,
    /// How much; until somebody decides, never more than is open of the item.
    pub amount: Money,
    /// Why.
    pub code: Option<DeductionCode>,
    /// What the payer said, verbatim; may be empty.
    pub said: String,
    /// What these words suggest.
    pub suggested: Option<DeductionCode>,
    /// Where it stands.
    pub state: DeductionState,
    /// The day of the payment.
    pub deducted_on: BusinessDate,
    /// When it was noted.
    pub created_at: Timestamp,
    /// Who decided last; empty: nobody.
    pub decided_by: String,
    /// Grows with every change.
    pub version: i64,
}

impl Deduction {
    /// One that begins now.
    pub fn open(id: DeductionId, new: NewDeduction, by: &str, now: Timestamp) -> Deduction {
        let state = if new.code.is_some() { DeductionState::Coded } else { DeductionState::Open };
        Deduction {
            id,
            item: new.item,
            document_number: new.document_number,
            customer: new.customer,
            application: new.application,
            line: new.line,
            amount: new.amount,
            code: new.code,
            suggested: new.suggested.or_else(|| suggest::code(&new.said)),
            said: new.said,
            state,
            deducted_on: new.deducted_on,
            created_at: now,
            decided_by: if state == DeductionState::Coded { by.to_owned() } else { String::new() },
            version: 1,
        }
    }

    /// Says why it was held back.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`: somebody decided already, or it is settled.
    pub fn assign_code(&mut self, code: DeductionCode, by: &str) -> Result<(), Fault> {
        self.step(DeductionEvent::Coded)?;
        self.code = Some(code);
        by.clone_into(&mut self.decided_by);
        Ok(())
    }

    /// Says what becomes of it.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`: its reason is not known, somebody decided already, or it is settled.
    pub fn decide(&mut self, event: DeductionEvent, by: &str) -> Result<(), Fault> {
        self.step(event)?;
        by.clone_into(&mut self.decided_by);
        Ok(())
    }

    /// Nobody needs to decide any more.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`: somebody decided.
    pub fn settle(&mut self) -> Result<(), Fault> {
        self.step(DeductionEvent::Settled)
    }

    fn step(&mut self, event: DeductionEvent) -> Result<(), Fault> {
        self.state = self.state.after(event)?;
        self.version = self.version.saturating_add(1);
        Ok(())
    }

    /// Part of it was paid or credited.
    fn shrink(&mut self, left: Money) {
        self.amount = left;
        self.version = self.version.saturating_add(1);
    }
}

/// Takes off the undecided deductions of one item, oldest first, what is not open of it any more.
///
/// # Errors
/// `CURRENCY_MISMATCH`, never for deductions of that item.
pub fn keep_within(open: Money, deductions: &mut [Deduction]) -> Result<(), Fault> {
    let undecided = deductions.iter().filter(|one| one.state.is_undecided()).map(|one| one.amount);
    let mut gone = Money::sum(open.currency(), undecided)?.sub(open)?;
    for deduction in deductions.iter_mut().filter(|one| one.state.is_undecided()) {
        if !gone.is_positive() {
            break;
        }
        let taken = gone.min(deduction.amount)?;
        let left = deduction.amount.sub(taken)?;
        if left.is_zero() {
            deduction.settle()?
        } else {
            deduction.shrink(left)
        }
        gone = gone.sub(taken)?;
    }
    Ok(())
}

/// Refuses to note more as held back than is open and not noted yet.
///
/// # Errors
/// `OVER_APPLICATION {open}`, `CURRENCY_MISMATCH`.
pub fn admit(open: Money, noted: Money, amount: Money) -> Result<(), Fault> {
    let free = open.sub(noted)?;
    if amount.sub(free)?.is_positive() { Err(over_application(free)) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
