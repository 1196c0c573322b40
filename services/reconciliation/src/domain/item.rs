//! Open items: what each document still asks for.

use quittance_types::{BusinessDate, Currency, CustomerId, Fault, InvoiceId, LegalEntityId, MemoId, Money, OpenItemId, Reason, Uuid};

use super::account::Account;
use super::journal::Source;

/// The document an item stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// The customer owes: amounts are positive.
    Invoice(InvoiceId),
    /// The customer owes less: amounts are negative.
    CreditMemo(MemoId),
}

impl Document {
    /// The id as stored.
    pub fn uuid(self) -> Uuid {
        match self {
            Document::Invoice(id) => id.uuid(),
            Document::CreditMemo(id) => id.uuid(),
        }
    }

    /// What journal entries of the document name.
    pub fn source(self) -> Source {
        match self {
            Document::Invoice(id) => Source::of(id),
            Document::CreditMemo(id) => Source::of(id),
        }
    }

    /// The id on the wire.
    pub fn wire_id(self) -> String {
        match self {
            Document::Invoice(id) => id.to_string(),
            Document::CreditMemo(id) => id.to_string(),
        }
    }

    /// True for a credit memo.
    pub const fn is_credit(self) -> bool {
        matches!(self, Document::CreditMemo(_))
    }
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemState {
    /// Nothing is settled.
    Open,
    /// Part is settled.
    PartlySettled,
    /// Nothing is open.
    Settled,
    /// The document was voided; it asks for nothing.
    Void,
}

/// What can happen to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemEvent {
    /// Part of what is open was settled.
    SettledInPart,
    /// All that was open was settled.
    SettledInFull,
    /// A settlement was taken back, others remain.
    ReopenedInPart,
    /// The only settlement was taken back.
    ReopenedInFull,
    /// The document was voided.
    Voided,
}

impl ItemState {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            ItemState::Open => "open",
            ItemState::PartlySettled => "partly_settled",
            ItemState::Settled => "settled",
            ItemState::Void => "void",
        }
    }

    /// The inverse of [`ItemState::as_str`].
    pub fn parse(text: &str) -> Option<ItemState> {
        [ItemState::Open, ItemState::PartlySettled, ItemState::Settled, ItemState::Void].into_iter().find(|state| state.as_str() == text)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`.
    pub fn after(self, event: ItemEvent) -> Result<ItemState, Fault> {
        use ItemEvent::{ReopenedInFull, ReopenedInPart, SettledInFull, SettledInPart, Voided};
        use ItemState::{Open, PartlySettled, Settled, Void};
        match (self, event) {
            (Open | PartlySettled, SettledInPart) => Ok(PartlySettled),
            (Open | PartlySettled, SettledInFull) => Ok(Settled),
            (PartlySettled | Settled, ReopenedInPart) => Ok(PartlySettled),
            (PartlySettled | Settled, ReopenedInFull) => Ok(Open),
            (Open, Voided) => Ok(Void),
            (Settled, SettledInPart) | (Void, SettledInPart | ReopenedInPart) | (Open, ReopenedInPart) => Err(illegal(self, PartlySettled)),
            (Settled | Void, SettledInFull) => Err(illegal(self, Settled)),
            (Open | Void, ReopenedInFull) => Err(illegal(self, Open)),
            (PartlySettled | Settled | Void, Voided) => Err(illegal(self, Void)),
        }
    }
}

fn illegal(from: ItemState, to: ItemState) -> Fault {
    let message = format!("an open item cannot go from {} to {}", from.as_str(), to.as_str());
    Fault::new(Reason::IllegalTransition, message).with("from", from.as_str()).with("to", to.as_str())
}

/// How patient a seller is with discounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Days after the last discount day on which a discount is still granted.
    pub discount_grace_days: i32,
}

/// What paying early saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discount {
    /// Last day.
    pub until: BusinessDate,
    /// Off the total when all is paid.
    pub amount: Money,
}

/// What is given up with a payment, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GivenUp {
    /// A difference not worth asking for.
    #[default]
    SmallDifference,
    /// A bank took a fee on the way.
    BankFee,
    /// Cents.
    Rounding,
}

impl GivenUp {
    /// The name in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            GivenUp::SmallDifference => "small_difference",
            GivenUp::BankFee => "bank_fee",
            GivenUp::Rounding => "rounding",
        }
    }

    /// The inverse of [`GivenUp::as_str`].
    pub fn parse(text: &str) -> Option<GivenUp> {
        [GivenUp::SmallDifference, GivenUp::BankFee, GivenUp::Rounding].into_iter().find(|one| one.as_str() == text)
    }

    /// Where it is an expense.
    pub const fn account(self) -> Account {
        match self {
            GivenUp::BankFee => Account::BankCharges,
            GivenUp::SmallDifference | GivenUp::Rounding => Account::WrittenOff,
        }
    }
}

/// Parts of an item that are settled together. All positive or zero, also on a credit memo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Cash or credit.
    pub amount: Money,
    /// Discount granted.
    pub discount: Money,
    /// Given up.
    pub write_off: Money,
    /// Why it was given up.
    pub given_up: GivenUp,
}

impl Part {
    /// Cash alone.
    pub fn cash(amount: Money) -> Part {
        let zero = Money::zero(amount.currency());
        Part { amount, discount: zero, write_off: zero, given_up: GivenUp::default() }
    }

    /// All of it.
    ///
    /// # Errors
    /// `CURRENCY_MISMATCH`, `AMOUNT_OUT_OF_RANGE`.
    pub fn total(self) -> Result<Money, Fault> {
        self.amount.add(self.discount)?.add(self.write_off)
    }

    /// What the write-off is; empty without one.
    pub const fn difference(&self) -> &'static str {
        if self.write_off.is_zero() { "" } else { self.given_up.as_str() }
    }

    /// The total, when every part of it is in that currency and none is negative.
    fn checked(self, currency: Currency) -> Result<Money, Fault> {
        if [self.amount, self.discount, self.write_off].iter().any(|money| money.is_negative()) {
            return Err(Fault::new(Reason::AmountNotPositive, "no part of an application may be negative"));
        }
        Money::zero(currency).add(self.total()?)
    }

    fn signed(self, negative: bool) -> Part {
        if negative {
            return Part { amount: self.amount.neg(), discount: self.discount.neg(), write_off: self.write_off.neg(), ..self };
        }
        self
    }
}

/// open = total - applied - discounted - written_off, always between zero and total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// Its id.
    pub id: OpenItemId,
    /// What it stands for.
    pub document: Document,
    /// The document's number.
    pub number: String,
    /// Who owes.
    pub customer: CustomerId,
    /// Who is owed.
    pub legal_entity: Option<LegalEntityId>,
    /// Gross; negative for a credit memo, zero once void.
    pub total: Money,
    /// Tax in the total.
    pub tax: Money,
    /// Settled by cash or credit.
    pub applied: Money,
    /// Settled by discount.
    pub discounted: Money,
    /// Given up.
    pub written_off: Money,
    /// Issue date.
    pub issued_on: BusinessDate,
    /// Last day to pay all of it.
    pub due_on: BusinessDate,
    /// What paying early saves.
    pub discount: Option<Discount>,
    /// Structured reference the payer should quote; may be empty.
    pub creditor_reference: String,
    /// The buyer's order number; may be empty.
    pub purchase_order: String,
    /// Of a credit memo: the invoice it takes back.
    pub credits: Option<InvoiceId>,
    /// Where it stands.
    pub state: ItemState,
    /// Contested: never paid automatically.
    pub disputed: bool,
    /// Grows with every change.
    pub version: i64,
    /// Day of the last settlement, while settled.
    pub settled_on: Option<BusinessDate>,
}

impl OpenItem {
    /// The currency.
    pub fn currency(&self) -> Currency {
        self.total.currency()
    }

    /// What is still asked for; negative on a credit memo.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE` never in practice: the parts are bounded by the total.
    pub fn open(&self) -> Result<Money, Fault> {
        self.total.sub(self.applied)?.sub(self.discounted)?.sub(self.written_off)
    }

    /// True while something is open.
    pub fn is_open(&self) -> bool {
        matches!(self.state, ItemState::Open | ItemState::PartlySettled)
    }

    /// Settles a part.
    ///
    /// # Errors
    /// `CURRENCY_MISMATCH`, `AMOUNT_NOT_POSITIVE`, `OVER_APPLICATION {open}`.
    pub fn settle(&mut self, part: Part, on: BusinessDate) -> Result<(), Fault> {
        let open = self.open()?.abs();
        let total = part.checked(self.currency())?.require_positive()?;
        if total.minor() > open.minor() {
            return Err(over_application(open));
        }
        let event = if total == open { ItemEvent::SettledInFull } else { ItemEvent::SettledInPart };
        self.state = self.state.after(event)?;
        self.add(part.signed(self.document.is_credit()))?;
        self.settled_on = (self.state == ItemState::Settled).then_some(on);
        Ok(())
    }

    /// Takes an earlier settlement back.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}` when less is settled than is taken back: a bug.
    pub fn reopen(&mut self, part: Part) -> Result<(), Fault> {
        let signed = part.signed(!self.document.is_credit());
        let mut after = self.clone();
        after.add(signed)?;
        let open = after.open()?;
        if open.abs().minor() > self.total.abs().minor() || (open.is_negative() != self.total.is_negative() && !open.is_zero()) {
            return Err(illegal(self.state, ItemState::Open));
        }
        let event = if open == self.total { ItemEvent::ReopenedInFull } else { ItemEvent::ReopenedInPart };
        after.state = self.state.after(event)?;
        after.settled_on = None;
        *self = after;
        Ok(())
    }

    /// The document was voided: it asks for nothing any more.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}` while something is settled.
    pub fn void(&mut self) -> Result<(), Fault> {
        self.state = self.state.after(ItemEvent::Voided)?;
        self.total = Money::zero(self.currency());
        self.tax = self.total;
        self.discount = None;
        self.version = self.version.saturating_add(1);
        Ok(())
    }

    fn add(&mut self, signed: Part) -> Result<(), Fault> {
        self.applied = self.applied.add(signed.amount)?;
        self.discounted = self.discounted.add(signed.discount)?;
        self.written_off = self.written_off.add(signed.write_off)?;
        self.version = self.version.saturating_add(1);
        Ok(())
    }

    /// The discount for paying all of an untouched item on `paid_on`, when the payment is at most `grace_days` late.
    pub fn discount_on(&self, paid_on: BusinessDate, grace_days: i32) -> Option<Money> {
        let discount = self.discount.filter(|discount| discount.amount.is_positive())?;
        let last = discount.until.plus_days(grace_days).ok()?;
        (self.state == ItemState::Open && paid_on <= last).then_some(discount.amount)
    }
}

/// More would be settled than is open.
pub fn over_application(open: Money) -> Fault {
    Fault::new(Reason::OverApplication, format!("only {open} is open")).with("open", open.amount()).with("currency", open.currency())
}

#[cfg(test)]
pub(crate) mod tests;
