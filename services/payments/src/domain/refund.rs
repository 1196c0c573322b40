//! Money given back.

use quittance_types::{BusinessDate, CustomerId, Money, PaymentId, RefundId, Timestamp};

/// Money given back of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Identifier.
    pub id: RefundId,
    /// The payment.
    pub payment: PaymentId,
    /// Who gets it.
    pub customer: CustomerId,
    /// More than zero.
    pub amount: Money,
    /// Why.
    pub why: String,
    /// Business date.
    pub refunded_on: BusinessDate,
    /// When it was stored.
    pub created_at: Timestamp,
}
