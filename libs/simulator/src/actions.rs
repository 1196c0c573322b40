//! What the company does to the suite, typed: each action is one call or one step of a caller, nothing is decided later.

use quittance_types::{BusinessDate, Decimal, Money};
use uuid::Uuid;

use crate::goods::OrderLine;
use crate::orders::{DocumentKey, OrderKey};

/// One thing to do. Every action carries the request id to use, so that doing it again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A customer orders.
    SubmitOrder(SubmitOrder),
    /// A customer takes an order back.
    CancelOrder(CancelOrder),
    /// The warehouse delivers, which issues an invoice.
    FulfilOrder(FulfilOrder),
    /// The credit manager lets a held order go.
    ReleaseHold(ReleaseHold),
    /// A customer disputes an invoice.
    OpenDispute(OpenDispute),
    /// The company takes part of an invoice back.
    IssueCreditMemo(IssueCreditMemo),
    /// The company answers a dispute.
    ResolveDispute(ResolveDispute),
    /// A customer promises to pay.
    MakePromise(MakePromise),
    /// A card payment or direct debit is collected.
    CollectPayment(CollectPayment),
}

/// See [`Action::SubmitOrder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitOrder {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The order; its display form is the external id.
    pub order: OrderKey,
    /// Day it is placed.
    pub on: BusinessDate,
    /// The buyer's own number for it.
    pub purchase_order: String,
    /// Terms in the words the suite reads.
    pub terms: String,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
}

/// See [`Action::CancelOrder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelOrder {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The order.
    pub order: OrderKey,
    /// Day of the cancellation.
    pub on: BusinessDate,
    /// In words.
    pub why: &'static str,
}

/// See [`Action::FulfilOrder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FulfilOrder {
    /// Idempotency key; the same for every attempt, of which only one can succeed.
    pub request_id: Uuid,
    /// The delivery, and the invoice it leads to.
    pub document: DocumentKey,
    /// Day it leaves, and issue date of the invoice.
    pub on: BusinessDate,
    /// Line numbers and quantities; empty delivers all that is left.
    pub lines: Vec<(u32, Decimal)>,
}

/// See [`Action::ReleaseHold`]. To be done by another person than who submitted the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseHold {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The held order.
    pub order: OrderKey,
    /// Day of the decision.
    pub on: BusinessDate,
    /// In words.
    pub why: &'static str,
}

/// See [`Action::OpenDispute`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDispute {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The disputed invoice.
    pub document: DocumentKey,
    /// Day it is raised.
    pub on: BusinessDate,
    /// How much is disputed.
    pub amount: Money,
    /// What the customer says is wrong.
    pub reason: DisputeReason,
}

/// What customers dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DisputeReason {
    /// Less arrived than was invoiced.
    Quantity,
    /// Another price was agreed.
    Price,
    /// It arrived broken.
    Quality,
    /// Nothing arrived.
    NotReceived,
}

impl DisputeReason {
    /// The customer's words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Quantity => "Delivered quantity is short",
            Self::Price => "Price differs from our order",
            Self::Quality => "Goods arrived damaged",
            Self::NotReceived => "Goods not received",
        }
    }
}

/// See [`Action::IssueCreditMemo`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueCreditMemo {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The invoice it takes back from.
    pub document: DocumentKey,
    /// Issue date.
    pub on: BusinessDate,
    /// How much.
    pub scope: CreditScope,
    /// In words, printed.
    pub why: &'static str,
}

/// How a credit memo is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditScope {
    /// All that is left.
    All,
    /// A quantity of one line of the invoice.
    Line {
        /// Number on the invoice.
        number: u32,
        /// At most the invoiced quantity.
        quantity: Decimal,
    },
    /// One gross amount.
    Amount(Money),
}

/// See [`Action::ResolveDispute`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolveDispute {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The disputed invoice.
    pub document: DocumentKey,
    /// Day of the answer.
    pub on: BusinessDate,
    /// Whether the customer was right and got the credit memo that goes before.
    pub credited: bool,
}

/// See [`Action::MakePromise`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakePromise {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The overdue invoice.
    pub document: DocumentKey,
    /// Day the promise is given.
    pub on: BusinessDate,
    /// Day by which the money shall be there.
    pub promised_for: BusinessDate,
    /// How much.
    pub amount: Money,
}

/// See [`Action::CollectPayment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectPayment {
    /// Idempotency key.
    pub request_id: Uuid,
    /// The invoice it is for.
    pub document: DocumentKey,
    /// Day it is handed to the rail.
    pub on: BusinessDate,
    /// How much.
    pub amount: Money,
    /// Card or direct debit.
    pub rail: Rail,
    /// What the simulated rail is told to do.
    pub outcome: RailOutcome,
}

/// Rails of the payments service the company uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rail {
    /// Card by token.
    Card,
    /// SEPA direct debit.
    DirectDebit,
}

/// Scripted outcome of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RailOutcome {
    /// Settles the same day.
    Settles,
    /// Settles after some days.
    Pends {
        /// Calendar days.
        days: u32,
    },
    /// Is refused.
    Fails {
        /// Reason code of the rail.
        code: &'static str,
    },
    /// Settles and comes back.
    Returns {
        /// Calendar days until it comes back.
        days: u32,
        /// ISO 20022 return reason.
        code: &'static str,
    },
    /// The rail does not answer; it settled all the same, as is known when asked again.
    TimesOut,
}

impl RailOutcome {
    /// The method token that makes the simulated rail behave so.
    pub fn method_token(self) -> String {
        match self {
            Self::Settles => "sim_succeed".to_owned(),
            Self::Pends { days } => format!("sim_pend_{days}"),
            Self::Fails { code } => format!("sim_fail_{code}"),
            Self::Returns { days, code } => format!("sim_return_{days}_{code}"),
            Self::TimesOut => "sim_timeout".to_owned(),
        }
    }
}
