//! The automated credit decision: every rule is judged, and every finding kept.

use quittance_types::{Fault, Money, Reason};
use serde::{Deserialize, Serialize};

use super::{
    customer::CustomerState,
    exposure::Exposure,
    policy::{BeyondLimit, CreditPolicy},
};

/// What credit says of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The amount is held for the order.
    Approve,
    /// A hold case waits for cash or a person.
    Hold,
    /// The order is refused.
    Reject,
    /// The order waits for payment.
    Prepay,
}

impl Decision {
    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Hold => "hold",
            Self::Reject => "reject",
            Self::Prepay => "prepay",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Approve, Self::Hold, Self::Reject, Self::Prepay].into_iter().find(|decision| decision.as_str() == name)
    }
}

/// One rule and what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleOutcome {
    /// The reason it gives when it does not pass.
    pub reason: String,
    /// Whether it passed.
    pub passed: bool,
    /// The figures compared, in words.
    pub finding: String,
}

/// A decision with everything it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The answer.
    pub decision: Decision,
    /// Every rule, in order.
    pub rules: Vec<RuleOutcome>,
    /// What may still be reserved.
    pub available: Money,
}

impl Judgement {
    /// Reasons of the rules that did not pass.
    pub fn reasons(&self) -> Vec<String> {
        self.rules.iter().filter(|rule| !rule.passed).map(|rule| rule.reason.clone()).collect()
    }

    /// Whether nothing but the limit makes the policy refuse the order: more room would change the answer.
    pub fn is_beyond_limit(&self) -> bool {
        self.decision == Decision::Reject && failed(&self.rules, Reason::CreditLimitExceeded) && !for_good(&self.rules)
    }
}

/// An order as credit sees it.
pub struct Question<'a> {
    /// The customer's standing.
    pub state: CustomerState,
    /// What the order asks for.
    pub amount: Money,
    /// Its terms.
    pub terms: &'a str,
    /// How it is to be paid; empty is not said and not judged.
    pub method: &'a str,
    /// What the customer owes now.
    pub exposure: &'a Exposure,
}

/// Judges an order under a policy. A rule that fails for the customer's standing decides before one that fails for money,
/// so that no amount of cash releases a closed account.
///
/// # Errors
/// CURRENCY_MISMATCH when order and account differ in currency; AMOUNT_OUT_OF_RANGE.
pub fn judge(policy: &CreditPolicy, question: &Question<'_>) -> Result<Judgement, Fault> {
    let limit = limit_in_force(policy, question)?;
    let available = question.exposure.available(limit)?;
    let within = question.amount.compare(limit.sub(question.exposure.total()?)?)?.is_le();
    let score = question.exposure.score;
    let overdue = question.exposure.oldest_overdue_days;
    let lateness = policy.hold_when_overdue_days;
    let rules = vec![
        rule(Reason::CustomerClosed, question.state != CustomerState::Closed, format!("the account is {}", question.state.as_str())),
        rule(
            Reason::CustomerOnHold,
            !matches!(question.state, CustomerState::Hold | CustomerState::PrepayOnly),
            format!("the account is {}", question.state.as_str()),
        ),
        rule(Reason::TermsNotAllowed, policy.allows_terms(question.terms), format!("terms {}", question.terms)),
        rule(
            Reason::PaymentMethodNotAllowed,
            policy.allows_method(question.method),
            if question.method.is_empty() { "no payment method named".to_owned() } else { format!("payment method {}", question.method) },
        ),
        rule(
            Reason::ScoreTooLow,
            score.unwrap_or(policy.minimum_score) >= policy.minimum_score,
            score.map_or_else(|| "never scored".to_owned(), |score| format!("score {score}, at least {} needed", policy.minimum_score)),
        ),
        rule(
            Reason::OverdueTooLong,
            lateness == 0 || overdue < lateness,
            format!("oldest open item {overdue} days past due, held from {lateness}"),
        ),
        rule(Reason::CreditLimitExceeded, within, format!("{} asked for, {available} of {limit} available", question.amount)),
    ];
    let decision = decide(policy, question.state, &rules);
    Ok(Judgement { decision, rules, available })
}

/// The limit that was set, else what the formula gives for the score, else nothing.
fn limit_in_force(policy: &CreditPolicy, question: &Question<'_>) -> Result<Money, Fault> {
    let currency = question.amount.currency();
    if let Some(limit) = question.exposure.limit {
        return Ok(limit);
    }
    match question.exposure.score {
        Some(score) if policy.currency == currency => policy.formula.recommend(score),
        _ => Ok(Money::zero(currency)),
    }
}

fn decide(policy: &CreditPolicy, state: CustomerState, rules: &[RuleOutcome]) -> Decision {
    let failed = |reason| failed(rules, reason);
    if for_good(rules) {
        return Decision::Reject;
    }
    if state == CustomerState::PrepayOnly {
        return Decision::Prepay;
    }
    if failed(Reason::CustomerOnHold) || failed(Reason::OverdueTooLong) {
        return Decision::Hold;
    }
    if !failed(Reason::CreditLimitExceeded) && !failed(Reason::ScoreTooLow) {
        return Decision::Approve;
    }
    match policy.beyond_limit {
        BeyondLimit::Hold => Decision::Hold,
        BeyondLimit::Reject => Decision::Reject,
        BeyondLimit::Prepay => Decision::Prepay,
    }
}

fn failed(rules: &[RuleOutcome], reason: Reason) -> bool {
    rules.iter().any(|rule| !rule.passed && rule.reason == reason.as_str())
}

/// Whether a rule failed that neither money nor time can mend.
fn for_good(rules: &[RuleOutcome]) -> bool {
    [Reason::CustomerClosed, Reason::TermsNotAllowed, Reason::PaymentMethodNotAllowed].into_iter().any(|reason| failed(rules, reason))
}

fn rule(reason: Reason, passed: bool, finding: String) -> RuleOutcome {
    RuleOutcome { reason: reason.as_str().to_owned(), passed, finding }
}

#[cfg(test)]
mod tests {
    // Amounts are written as units and cents.
    #![allow(clippy::unwrap_used, clippy::inconsistent_digit_grouping)]
    use quittance_types::{Currency, CustomerId, PolicyId, Uuid};

    use super::*;
    use crate::domain::policy::LimitFormula;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR).unwrap()
    }

    fn policy() -> CreditPolicy {
        CreditPolicy {
            id: PolicyId::new(Uuid::nil()),
            version: 1,
            name: String::new(),
            currency: Currency::EUR,
            minimum_score: 40,
            allowed_terms: vec!["net 30".to_owned()],
            allowed_methods: Vec::new(),
            formula: LimitFormula { base: eur(1_000_00), per_score_point: eur(100_00), maximum: eur(5_000_00) },
            beyond_limit: BeyondLimit::Hold,
            four_eyes_above: Some(eur(10_000_00)),
            reservation_days: 30,
            hold_when_overdue_days: 60,
        }
    }

    fn exposure() -> Exposure {
        let zero = eur(0);
        Exposure {
            customer: CustomerId::new(Uuid::nil()),
            limit: Some(eur(1_000_00)),
            ordered: eur(200_00),
            not_due: eur(300_00),
            overdue: eur(100_00),
            disputed: zero,
            unapplied: eur(50_00),
            oldest_overdue_days: 10,
            score: Some(70),
        }
    }

    fn decision(change: impl FnOnce(&mut Exposure, &mut CustomerState, &mut CreditPolicy), amount: i64) -> (Decision, Vec<String>) {
        let (mut exposure, mut state, mut policy) = (exposure(), CustomerState::Active, policy());
        change(&mut exposure, &mut state, &mut policy);
        let judged =
            judge(&policy, &Question { state, amount: eur(amount), terms: "net 30", method: "card", exposure: &exposure }).unwrap();
        (judged.decision, judged.reasons())
    }

    #[test]
    fn the_limit_is_reached_to_the_cent() {
        assert_eq!(decision(|_, _, _| (), 450_00).0, Decision::Approve);
        assert_eq!(decision(|_, _, _| (), 450_01), (Decision::Hold, vec!["CREDIT_LIMIT_EXCEEDED".to_owned()]));
    }

    #[test]
    fn each_rule_decides() {
        assert_eq!(decision(|_, state, _| *state = CustomerState::Closed, 1).0, Decision::Reject);
        assert_eq!(decision(|_, state, _| *state = CustomerState::Hold, 1).0, Decision::Hold);
        assert_eq!(decision(|_, state, _| *state = CustomerState::PrepayOnly, 1).0, Decision::Prepay);
        assert_eq!(decision(|exposure, _, _| exposure.score = Some(39), 1).1, vec!["SCORE_TOO_LOW".to_owned()]);
        assert_eq!(decision(|exposure, _, _| exposure.oldest_overdue_days = 60, 1).1, vec!["OVERDUE_TOO_LONG".to_owned()]);
        assert_eq!(decision(|_, _, policy| policy.allowed_terms = vec!["prepaid".to_owned()], 1).0, Decision::Reject);
        let cards_forbidden =
            |_: &mut Exposure, _: &mut CustomerState, policy: &mut CreditPolicy| policy.allowed_methods = vec!["transfer".to_owned()];
        assert_eq!(decision(cards_forbidden, 1), (Decision::Reject, vec!["PAYMENT_METHOD_NOT_ALLOWED".to_owned()]));
        assert_eq!(decision(|_, _, policy| policy.beyond_limit = BeyondLimit::Reject, 900_00).0, Decision::Reject);
    }

    #[test]
    fn without_a_limit_the_formula_speaks_and_without_a_score_nothing_is_lent() {
        assert_eq!(decision(|exposure, _, _| exposure.limit = None, 4_450_00).0, Decision::Approve);
        assert_eq!(decision(|exposure, _, _| exposure.limit = None, 4_450_01).0, Decision::Hold);
        let unknown =
            |exposure: &mut Exposure, _: &mut CustomerState, _: &mut CreditPolicy| (exposure.limit, exposure.score) = (None, None);
        assert_eq!(decision(unknown, 1).0, Decision::Hold);
    }
}
