//! What invoicing remembers of a customer; credit owns the truth.

use quittance_types::CustomerId;

/// The copy of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Identifier.
    pub id: CustomerId,
    /// Registered name.
    pub legal_name: String,
    /// Currency of the account.
    pub currency: String,
    /// Terms of payment, for documents that name none.
    pub payment_terms: String,
    /// Grows with every change; the higher one is the newer one.
    pub version: i64,
}
