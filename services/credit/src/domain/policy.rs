//! What a customer of a given standing may owe.

use quittance_types::{BusinessDate, Currency, Fault, Money, PolicyId};
use rust_decimal::Decimal;

/// Days a reservation stays without an invoice when the policy does not say.
pub const DEFAULT_RESERVATION_DAYS: i32 = 30;

/// What happens to an order the limit does not cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeyondLimit {
    /// A hold case waits for cash or a person.
    Hold,
    /// The order is refused.
    Reject,
    /// The order waits for payment.
    Prepay,
}

impl BeyondLimit {
    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Reject => "reject",
            Self::Prepay => "prepay",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Hold, Self::Reject, Self::Prepay].into_iter().find(|action| action.as_str() == name)
    }
}

/// Recommended limit = base + per score point x score, at most maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitFormula {
    /// For a score of zero.
    pub base: Money,
    /// For each point.
    pub per_score_point: Money,
    /// Never more.
    pub maximum: Money,
}

impl LimitFormula {
    /// The limit for a score.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE when the product is too large.
    pub fn recommend(&self, score: i32) -> Result<Money, Fault> {
        self.per_score_point.times(Decimal::from(score))?.add(self.base)?.min(self.maximum)
    }
}

/// One version of a tenant's credit policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditPolicy {
    /// Identifier of this version.
    pub id: PolicyId,
    /// 1, 2, 3...
    pub version: i64,
    /// For people.
    pub name: String,
    /// Currency of the policy's amounts.
    pub currency: Currency,
    /// Least score for open account.
    pub minimum_score: i32,
    /// Terms customers may have; empty allows all.
    pub allowed_terms: Vec<String>,
    /// Payment methods orders may be paid by; empty allows all.
    pub allowed_methods: Vec<String>,
    /// The recommended limit.
    pub formula: LimitFormula,
    /// What happens beyond the limit.
    pub beyond_limit: BeyondLimit,
    /// Limits above need a second person; none never does.
    pub four_eyes_above: Option<Money>,
    /// Days a reservation is held.
    pub reservation_days: i32,
    /// Days overdue from which orders are held; zero never.
    pub hold_when_overdue_days: i32,
}

impl CreditPolicy {
    /// Last day a reservation made on `day` is held.
    ///
    /// # Errors
    /// DATE_INVALID past the calendar's end.
    pub fn reservation_expires(&self, day: BusinessDate) -> Result<BusinessDate, Fault> {
        day.plus_days(self.reservation_days)
    }

    /// Whether a limit of `amount` needs a second person. In another currency it always does: the threshold says nothing
    /// about it.
    pub fn needs_second_person(&self, amount: Money) -> bool {
        self.four_eyes_above.is_some_and(|threshold| threshold.compare(amount).map_or(true, std::cmp::Ordering::is_lt))
    }

    /// Whether the terms are allowed.
    pub fn allows_terms(&self, terms: &str) -> bool {
        self.allowed_terms.is_empty() || self.allowed_terms.iter().any(|allowed| allowed.eq_ignore_ascii_case(terms))
    }

    /// Whether the payment method is allowed; one that was not named always is.
    pub fn allows_method(&self, method: &str) -> bool {
        method.is_empty()
            || self.allowed_methods.is_empty()
            || self.allowed_methods.iter().any(|allowed| allowed.eq_ignore_ascii_case(method))
    }
}
