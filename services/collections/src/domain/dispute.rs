//! Disputes: amounts a customer contests.

use quittance_types::{BusinessDate, CustomerId, DisputeId, Fault, InvoiceId, Money, Reason, Timestamp};

use super::illegal;

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Price.
    Price,
    /// Quantity.
    Quantity,
    /// Quality.
    Quality,
    /// Delivery.
    Delivery,
    /// Invoiced before.
    Duplicate,
    /// Something else.
    Other,
}

impl Category {
    const ALL: [Self; 6] = [Self::Price, Self::Quantity, Self::Quality, Self::Delivery, Self::Duplicate, Self::Other];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Quantity => "quantity",
            Self::Quality => "quality",
            Self::Delivery => "delivery",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeState {
    /// Neither dunned nor paid automatically.
    Open,
    /// A credit memo answers it.
    ResolvedCredit,
    /// The customer pays.
    ResolvedPay,
    /// Given up.
    Conceded,
}

impl DisputeState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::ResolvedCredit, Self::ResolvedPay, Self::Conceded];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ResolvedCredit => "resolved_credit",
            Self::ResolvedPay => "resolved_pay",
            Self::Conceded => "conceded",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Identifier.
    pub id: DisputeId,
    /// The contested invoice.
    pub invoice: InvoiceId,
    /// Its number.
    pub number: String,
    /// Who contests.
    pub customer: CustomerId,
    /// How much of it.
    pub amount: Money,
    /// Why.
    pub category: Category,
    /// Where it stands.
    pub state: DisputeState,
    /// In the words of who took it down.
    pub note: String,
    /// How it ended, in words.
    pub resolution: String,
    /// Day it was opened.
    pub opened_on: BusinessDate,
    /// Day it ended.
    pub resolved_on: Option<BusinessDate>,
    /// Grows with every change.
    pub version: i64,
    /// When it was stored.
    pub created_at: Timestamp,
}

impl Dispute {
    /// Ends an open dispute.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from, to}.
    pub fn resolve(&mut self, to: DisputeState, why: &str, on: BusinessDate) -> Result<(), Fault> {
        match (self.state, to) {
            (DisputeState::Open, DisputeState::ResolvedCredit | DisputeState::ResolvedPay | DisputeState::Conceded) => {
                self.state = to;
                self.resolution = why.to_owned();
                self.resolved_on = Some(on.max(self.opened_on));
                Ok(())
            }
            (DisputeState::Open, DisputeState::Open)
            | (DisputeState::ResolvedCredit | DisputeState::ResolvedPay | DisputeState::Conceded, _) => {
                Err(illegal("dispute", self.state.as_str(), to.as_str()))
            }
        }
    }
}

/// How much of an invoice is contested: what was named, or all that is open.
///
/// # Errors
/// AMOUNT_EXCEEDS_OPEN {open}, CURRENCY_MISMATCH.
pub fn contested(named: Option<Money>, open: Money) -> Result<Money, Fault> {
    let amount = named.unwrap_or(open);
    if open.is_positive() && !amount.compare(open)?.is_gt() {
        return Ok(amount);
    }
    amount.compare(open)?;
    Err(Fault::new(Reason::AmountExceedsOpen, format!("Only {open} of this invoice is open.")).with("open", open.amount()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::Currency;

    use super::*;

    #[test]
    fn no_more_than_what_is_open_can_be_contested() {
        let euro = |minor| Money::from_minor(minor, Currency::EUR).unwrap();
        assert_eq!(contested(None, euro(10)), Ok(euro(10)));
        assert_eq!(contested(Some(euro(3)), euro(10)), Ok(euro(3)));
        assert_eq!(contested(Some(euro(11)), euro(10)).unwrap_err().reason(), Reason::AmountExceedsOpen);
        assert_eq!(contested(None, euro(0)).unwrap_err().reason(), Reason::AmountExceedsOpen);
        let other = Money::from_minor(1, Currency::USD).unwrap();
        assert_eq!(contested(Some(other), euro(10)).unwrap_err().reason(), Reason::CurrencyMismatch);
    }
}
