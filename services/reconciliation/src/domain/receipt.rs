//! Receipts: money that was seen. amount = applied + unapplied + refunded, always.

use quittance_types::{BankAccountId, BankLineId, BusinessDate, Currency, CustomerId, Fault, Money, PaymentId, Reason, ReceiptId};

/// Where a receipt comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptSource {
    /// A line of a bank statement.
    BankLine(BankLineId),
    /// A payment that settled over a rail.
    Payment(PaymentId),
    /// Recorded by a person: cash, a cheque.
    Manual,
    /// Split from another customer's receipt.
    Transfer(ReceiptId),
}

/// How the money first came in; a transfer keeps the origin of what it was split from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Seen by the bank.
    BankLine,
    /// Collected over a rail.
    Payment,
    /// Recorded by a person.
    Manual,
}

impl Origin {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Origin::BankLine => "bank_line",
            Origin::Payment => "payment",
            Origin::Manual => "manual",
        }
    }

    /// The inverse of [`Origin::as_str`].
    pub fn parse(text: &str) -> Option<Origin> {
        [Origin::BankLine, Origin::Payment, Origin::Manual].into_iter().find(|origin| origin.as_str() == text)
    }
}

/// Where a receipt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReceiptState {
    /// Nobody knows whose it is.
    Unidentified,
    /// A customer's; nothing is applied.
    Unapplied,
    /// Part is applied.
    PartlyApplied,
    /// All that was not given back is applied.
    Applied,
    /// Deliberately kept for the customer's future documents.
    OnAccount,
    /// All of it was taken or given back.
    Reversed,
}

/// What can happen to a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptEvent {
    /// Somebody said whose it is.
    Identified,
    /// Somebody said whose it is, and to keep it.
    KeptOnAccount,
    /// Money of it was applied.
    Applied,
    /// An application was taken back.
    TakenBack,
    /// Unapplied money of it went to another customer.
    Moved,
    /// Unapplied money of it was given back.
    GivenBack,
}

impl ReceiptState {
    /// Every state.
    pub const ALL: [ReceiptState; 6] = [
        ReceiptState::Unidentified,
        ReceiptState::Unapplied,
        ReceiptState::PartlyApplied,
        ReceiptState::Applied,
        ReceiptState::OnAccount,
        ReceiptState::Reversed,
    ];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReceiptState::Unidentified => "unidentified",
            ReceiptState::Unapplied => "unapplied",
            ReceiptState::PartlyApplied => "partly_applied",
            ReceiptState::Applied => "applied",
            ReceiptState::OnAccount => "on_account",
            ReceiptState::Reversed => "reversed",
        }
    }

    /// The inverse of [`ReceiptState::as_str`].
    pub fn parse(text: &str) -> Option<ReceiptState> {
        ReceiptState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Refuses an event that is not possible in this state.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`.
    pub fn admit(self, event: ReceiptEvent) -> Result<(), Fault> {
        use ReceiptEvent::{Applied as Apply, GivenBack, Identified, KeptOnAccount, Moved, TakenBack};
        use ReceiptState::{Applied, OnAccount, PartlyApplied, Reversed, Unapplied, Unidentified};
        match (self, event) {
            (Unidentified, Identified | KeptOnAccount | GivenBack)
            | (Unapplied, KeptOnAccount | Apply | Moved | GivenBack)
            | (OnAccount, Apply | Moved | GivenBack)
            | (PartlyApplied, Apply | TakenBack | Moved | GivenBack)
            | (Applied, TakenBack) => Ok(()),
            (Unidentified, Apply | TakenBack | Moved)
            | (Unapplied, Identified | TakenBack)
            | (OnAccount, Identified | KeptOnAccount | TakenBack)
            | (PartlyApplied, Identified | KeptOnAccount)
            | (Applied, Identified | KeptOnAccount | Apply | Moved | GivenBack)
            | (Reversed, Identified | KeptOnAccount | Apply | TakenBack | Moved | GivenBack) => Err(illegal(self, event)),
        }
    }
}

fn illegal(from: ReceiptState, event: ReceiptEvent) -> Fault {
    let to = match event {
        ReceiptEvent::Identified | ReceiptEvent::TakenBack | ReceiptEvent::Moved => ReceiptState::Unapplied,
        ReceiptEvent::KeptOnAccount => ReceiptState::OnAccount,
        ReceiptEvent::Applied => ReceiptState::Applied,
        ReceiptEvent::GivenBack => ReceiptState::Reversed,
    };
    let refused = match event {
        ReceiptEvent::Identified => "it is somebody's already",
        ReceiptEvent::KeptOnAccount => "only money of which nothing is applied, and that is not kept yet, is put on account",
        ReceiptEvent::Applied => "there is nothing to apply",
        ReceiptEvent::TakenBack => "nothing of it is applied",
        ReceiptEvent::Moved => "only unapplied money whose customer is known is transferred",
        ReceiptEvent::GivenBack => "there is nothing to give back",
    };
    let message = format!("the receipt is {}: {refused}", from.as_str());
    Fault::new(Reason::IllegalTransition, message).with("from", from.as_str()).with("to", to.as_str())
}

/// Money received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// Where it comes from.
    pub source: ReceiptSource,
    /// How the money first came in.
    pub origin: Origin,
    /// Cheque number or the like; may be empty.
    pub reference: String,
    /// Whose it is, once known.
    pub customer: Option<CustomerId>,
    /// The bank account it is on, or meant for.
    pub bank_account: Option<BankAccountId>,
    /// All of it, less what was moved to other receipts.
    pub amount: Money,
    /// Applied to items.
    pub applied: Money,
    /// Neither applied nor given back.
    pub unapplied: Money,
    /// Given back: refunded, returned or reversed.
    pub refunded: Money,
    /// Where it stands.
    pub state: ReceiptState,
    /// The day it was received.
    pub received_on: BusinessDate,
    /// Grows with every change.
    pub version: i64,
}

impl Receipt {
    /// A receipt nothing has happened to.
    pub fn new(id: ReceiptId, source: ReceiptSource, origin: Origin, amount: Money, received_on: BusinessDate) -> Receipt {
        let zero = Money::zero(amount.currency());
        Receipt {
            id,
            source,
            origin,
            reference: String::new(),
            customer: None,
            bank_account: None,
            amount,
            applied: zero,
            unapplied: amount,
            refunded: zero,
            state: ReceiptState::Unidentified,
            received_on,
            version: 1,
        }
    }

    /// The same receipt as a customer's.
    #[must_use]
    pub fn of_customer(mut self, customer: Option<CustomerId>) -> Receipt {
        self.customer = customer;
        self.state = if customer.is_some() { ReceiptState::Unapplied } else { ReceiptState::Unidentified };
        self
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.amount.currency()
    }

    /// The bank line it was made from.
    pub fn bank_line(&self) -> Option<BankLineId> {
        match self.source {
            ReceiptSource::BankLine(id) => Some(id),
            ReceiptSource::Payment(_) | ReceiptSource::Manual | ReceiptSource::Transfer(_) => None,
        }
    }

    /// Says whose money it is.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}` when it is somebody's already.
    pub fn identify(&mut self, customer: CustomerId) -> Result<(), Fault> {
        self.state.admit(ReceiptEvent::Identified)?;
        self.customer = Some(customer);
        self.step(ReceiptEvent::Identified);
        Ok(())
    }

    /// Keeps it for the customer's future documents.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}` when it is another customer's, applied, kept already or reversed.
    pub fn keep_on_account(&mut self, customer: CustomerId) -> Result<(), Fault> {
        let is_anothers = self.customer.is_some_and(|owner| owner != customer);
        if is_anothers {
            let message = "the money is another customer's: TransferUnapplied moves it";
            return Err(illegal(self.state, ReceiptEvent::KeptOnAccount).with_message(message));
        }
        self.state.admit(ReceiptEvent::KeptOnAccount)?;
        self.customer = Some(customer);
        self.step(ReceiptEvent::KeptOnAccount);
        Ok(())
    }

    /// Applies money of it.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` (reversed, unidentified), `CURRENCY_MISMATCH`, `ALLOCATION_SUM {unapplied}`.
    pub fn apply(&mut self, amount: Money) -> Result<(), Fault> {
        if self.state != ReceiptState::Applied {
            self.state.admit(ReceiptEvent::Applied)?;
        }
        let left = self.take(amount)?;
        self.applied = self.applied.add(amount)?;
        self.unapplied = left;
        self.step(ReceiptEvent::Applied);
        Ok(())
    }

    /// Takes an application back.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` when less is applied: a bug.
    pub fn take_back(&mut self, amount: Money) -> Result<(), Fault> {
        let applied = self.applied.sub(amount)?;
        if applied.is_negative() {
            return Err(illegal(self.state, ReceiptEvent::TakenBack));
        }
        self.state.admit(ReceiptEvent::TakenBack)?;
        self.applied = applied;
        self.unapplied = self.unapplied.add(amount)?;
        self.step(ReceiptEvent::TakenBack);
        Ok(())
    }

    /// Gives unapplied money back to the payer.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION`, `CURRENCY_MISMATCH`, `ALLOCATION_SUM {unapplied}`.
    pub fn give_back(&mut self, amount: Money) -> Result<(), Fault> {
        let left = self.take(amount)?;
        self.state.admit(ReceiptEvent::GivenBack)?;
        self.refunded = self.refunded.add(amount)?;
        self.unapplied = left;
        self.step(ReceiptEvent::GivenBack);
        Ok(())
    }

    /// True when all of it can become another customer's as it is.
    pub fn moves_whole(&self, amount: Money) -> bool {
        amount == self.amount && self.unapplied == self.amount
    }

    /// Hands all of it to another customer.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION` (unidentified, reversed, or this customer's already), `ALLOCATION_SUM` when part is applied.
    pub fn move_to(&mut self, customer: CustomerId) -> Result<(), Fault> {
        self.state.admit(ReceiptEvent::Moved)?;
        if self.customer == Some(customer) {
            return Err(illegal(self.state, ReceiptEvent::Moved).with_message("the money is this customer's already"));
        }
        if !self.moves_whole(self.amount) {
            return Err(allocation_sum(self.unapplied));
        }
        self.customer = Some(customer);
        self.state = ReceiptState::Unapplied;
        self.version = self.version.saturating_add(1);
        Ok(())
    }

    /// Splits unapplied money off into a receipt of another customer.
    ///
    /// # Errors
    /// As [`Receipt::move_to`]; `CURRENCY_MISMATCH`, `ALLOCATION_SUM {unapplied}`, `AMOUNT_NOT_POSITIVE`.
    pub fn split(&mut self, id: ReceiptId, amount: Money, customer: CustomerId, on: BusinessDate) -> Result<Receipt, Fault> {
        self.state.admit(ReceiptEvent::Moved)?;
        if self.customer == Some(customer) {
            return Err(illegal(self.state, ReceiptEvent::Moved).with_message("the money is this customer's already"));
        }
        let left = self.take(amount)?;
        self.amount = self.amount.sub(amount)?;
        self.unapplied = left;
        self.step(ReceiptEvent::Moved);
        let mut part = Receipt::new(id, ReceiptSource::Transfer(self.id), self.origin, amount, on).of_customer(Some(customer));
        part.bank_account = self.bank_account;
        Ok(part)
    }

    /// What is left unapplied after taking `amount`.
    fn take(&self, amount: Money) -> Result<Money, Fault> {
        let left = self.unapplied.sub(amount.require_positive()?)?;
        if left.is_negative() {
            return Err(allocation_sum(self.unapplied));
        }
        Ok(left)
    }

    fn step(&mut self, event: ReceiptEvent) {
        self.version = self.version.saturating_add(1);
        self.state = match (self.applied.is_positive(), self.unapplied.is_positive()) {
            (true, true) => ReceiptState::PartlyApplied,
            (true, false) => ReceiptState::Applied,
            (false, false) => ReceiptState::Reversed,
            (false, true) if self.customer.is_none() => ReceiptState::Unidentified,
            (false, true) => self.resting(event),
        };
    }

    /// The state of a customer's money none of which is applied.
    fn resting(&self, event: ReceiptEvent) -> ReceiptState {
        let stays = self.state == ReceiptState::OnAccount && matches!(event, ReceiptEvent::Moved | ReceiptEvent::GivenBack);
        if stays || event == ReceiptEvent::KeptOnAccount { ReceiptState::OnAccount } else { ReceiptState::Unapplied }
    }
}

/// More would be used than is unapplied.
pub fn allocation_sum(unapplied: Money) -> Fault {
    let message = format!("only {unapplied} of the receipt is unapplied");
    Fault::new(Reason::AllocationSum, message).with("unapplied", unapplied.amount()).with("currency", unapplied.currency())
}

#[cfg(test)]
mod tests;
