//! Rules of a policy: conditions on a line, and what to do when all of them hold.

use quittance_types::{CustomerId, Money};

use crate::domain::line::Movement;

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAction {
    /// The money is this customer's.
    Customer(CustomerId),
    /// Never applied without a person.
    SuggestOnly,
    /// No customer's payment.
    NotReceivable,
}

impl RuleAction {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            RuleAction::Customer(_) => "customer",
            RuleAction::SuggestOnly => "suggest_only",
            RuleAction::NotReceivable => "not_receivable",
        }
    }

    /// The inverse of [`RuleAction::as_str`]; the customer belongs to `customer` alone.
    pub fn parse(text: &str, customer: Option<CustomerId>) -> Option<RuleAction> {
        match (text, customer) {
            ("customer", Some(customer)) => Some(RuleAction::Customer(customer)),
            ("suggest_only", None) => Some(RuleAction::SuggestOnly),
            ("not_receivable", None) => Some(RuleAction::NotReceivable),
            _ => None,
        }
    }

    /// The customer it gives the money to.
    pub const fn customer(self) -> Option<CustomerId> {
        match self {
            RuleAction::Customer(customer) => Some(customer),
            RuleAction::SuggestOnly | RuleAction::NotReceivable => None,
        }
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchRule {
    /// Unique in its policy.
    pub name: String,
    /// All of them have to hold.
    pub conditions: Conditions,
    /// What to do then.
    pub action: RuleAction,
}

/// Conditions on a line; an empty one asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Words the text contains, in this order, whatever their case.
    pub text: String,
    /// Account of the other side, without blanks.
    pub iban: String,
    /// Words the name of the other side contains, in this order, whatever their case.
    pub name: String,
    /// Start of the bank's transaction code.
    pub transaction_code: String,
    /// A line in another currency does not fit.
    pub at_least: Option<Money>,
    /// A line in another currency does not fit.
    pub at_most: Option<Money>,
}

impl Conditions {
    /// True when none is given: such a rule would fit every line.
    pub fn is_empty(&self) -> bool {
        *self == Conditions::default()
    }

    /// True when a line meets all of them.
    pub fn fit(&self, line: &Movement) -> bool {
        let has_words = |wanted: &str, said: &dyn Fn() -> String| wanted.is_empty() || folded(&said()).contains(&folded(wanted));
        let same_currency = |limit: &Money| limit.currency() == line.amount.currency();
        let above = |limit: Money| same_currency(&limit) && line.amount.minor() >= limit.minor();
        let below = |limit: Money| same_currency(&limit) && line.amount.minor() <= limit.minor();
        self.at_least.is_none_or(above)
            && self.at_most.is_none_or(below)
            && line.transaction_code.starts_with(&self.transaction_code)
            && (self.iban.is_empty() || self.iban == line.counterparty_iban)
            && has_words(&self.name, &|| line.counterparty_name.clone())
            && has_words(&self.text, &|| line.words())
    }
}

/// Lower case, one blank between words.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
