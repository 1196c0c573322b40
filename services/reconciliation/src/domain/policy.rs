//! What the engine may do by itself: thresholds and rules of a seller, in versions that a second person activates.

mod judge;
mod rule;
pub mod trial;

pub use rule::{Conditions, MatchRule, RuleAction};

use quittance_matching::proposal::{Block, Refusal};
use quittance_matching::record::{self, Overpayment, ShortPayment};
use quittance_types::{Currency, CustomerId, Decimal, Fault, LegalEntityId, MatchPolicyId, Money, Reason, Timestamp};

use super::line::Movement;

/// Most days a discount is accepted after its last day: more grace is no grace.
pub const MAX_GRACE_DAYS: i32 = 60;
/// Most a payment in another currency may differ, hundredths of a percent.
pub const MAX_FX_TOLERANCE_BP: i32 = 1_000;
/// Certainty, parts per million.
pub const CERTAIN_PPM: i32 = 1_000_000;
/// Most rules of a policy.
pub const MAX_RULES: usize = 200;

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyState {
    /// Being tried in the shadow.
    InTrial,
    /// Its difference is known.
    Tried,
    /// In force.
    Active,
    /// A later one is in force.
    Superseded,
    /// Discarded.
    Rejected,
}

/// What can happen to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyEvent {
    /// Its trial is done.
    Try,
    /// A second person activates it.
    Approve,
    /// Another version is activated.
    Supersede,
    /// Somebody discards it.
    Reject,
}

impl PolicyEvent {
    /// Every event.
    pub const ALL: [PolicyEvent; 4] = [PolicyEvent::Try, PolicyEvent::Approve, PolicyEvent::Supersede, PolicyEvent::Reject];

    const fn target(self) -> PolicyState {
        match self {
            PolicyEvent::Try => PolicyState::Tried,
            PolicyEvent::Approve => PolicyState::Active,
            PolicyEvent::Supersede => PolicyState::Superseded,
            PolicyEvent::Reject => PolicyState::Rejected,
        }
    }
}

impl PolicyState {
    /// Every state.
    pub const ALL: [PolicyState; 5] =
        [PolicyState::InTrial, PolicyState::Tried, PolicyState::Active, PolicyState::Superseded, PolicyState::Rejected];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            PolicyState::InTrial => "in_trial",
            PolicyState::Tried => "tried",
            PolicyState::Active => "active",
            PolicyState::Superseded => "superseded",
            PolicyState::Rejected => "rejected",
        }
    }

    /// The inverse of [`PolicyState::as_str`].
    pub fn parse(text: &str) -> Option<PolicyState> {
        PolicyState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`.
    pub fn after(self, event: PolicyEvent) -> Result<PolicyState, Fault> {
        use PolicyEvent as Event;
        use PolicyState as State;
        match (self, event) {
            (State::InTrial, Event::Try)
            | (State::Tried, Event::Approve)
            | (State::Active, Event::Supersede)
            | (State::InTrial | State::Tried, Event::Reject) => Ok(event.target()),
            (State::InTrial, Event::Approve | Event::Supersede)
            | (State::Tried, Event::Try | Event::Supersede)
            | (State::Active, Event::Try | Event::Approve | Event::Reject)
            | (State::Superseded | State::Rejected, Event::Try | Event::Approve | Event::Supersede | Event::Reject) => {
                let (from, to) = (self.as_str(), event.target().as_str());
                let message = if (self, event) == (State::InTrial, Event::Approve) {
                    "the policy is still tried: look at its difference once it is there".to_owned()
                } else {
                    format!("a policy that is {from} does not become {to}")
                };
                Err(Fault::new(Reason::IllegalTransition, message).with("from", from).with("to", to))
            }
        }
    }
}

/// What a seller accepts. Amounts are not negative and in the currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Of the amounts.
    pub currency: Currency,
    /// Highest difference taken for a bank's fee.
    pub bank_fee_max: Money,
    /// Highest difference taken for rounding.
    pub rounding_tolerance: Money,
    /// Highest difference written off.
    pub write_off_max: Money,
    /// Days a discount is accepted after its last day.
    pub discount_grace_days: i32,
    /// Hundredths of a percent a payment in another currency may differ.
    pub fx_tolerance_bp: i32,
    /// What becomes of money above the items.
    pub overpayment: Overpayment,
    /// What becomes of less money than a referenced item asks for.
    pub short_payment: ShortPayment,
    /// Lines above it are never applied without a person.
    pub auto_ceiling: Option<Money>,
    /// Lowest confidence for applying without a person, parts per million; 0 leaves it to the engine.
    pub minimum_confidence_ppm: i32,
    /// Never pay the oldest of items that only differ in their number without a person.
    pub oldest_first_off: bool,
}

/// One version of a seller's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchPolicy {
    /// Its id; none for the built-in one.
    pub id: Option<MatchPolicyId>,
    /// Whose it is; none: of every seller without one of its own.
    pub legal_entity: Option<LegalEntityId>,
    /// 1, 2, 3... per seller; 0 for the built-in one.
    pub version: i64,
    /// Where it stands.
    pub state: PolicyState,
    /// What is accepted.
    pub thresholds: Thresholds,
    /// Looked at in this order, the first that fits counts.
    pub rules: Vec<MatchRule>,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who activated or rejected it.
    pub decided_by: Option<String>,
    /// Why it was rejected.
    pub why: String,
    /// Grows with every change; the etag.
    pub revision: i64,
    /// When it was proposed.
    pub created_at: Timestamp,
}

/// What a policy makes of a line, beyond what the engine weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// What the engine decided stands.
    Stands,
    /// It is shown to a person.
    Suggest(Refusal),
    /// Nothing is proposed: no customer's payment.
    NotReceivable,
}

/// What the engine decided about a line, as far as a policy looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided<'a> {
    /// It would be applied without a person.
    pub is_auto: bool,
    /// Calibrated confidence, parts per million.
    pub confidence_ppm: u32,
    /// Whose items or whose account the first reading pays.
    pub customers: &'a [CustomerId],
}

impl MatchPolicy {
    /// The one in force where none was ever activated: what the engine does by default, in euro.
    pub fn built_in(legal_entity: Option<LegalEntityId>) -> Result<MatchPolicy, Fault> {
        let engine = record::Policy::default();
        let euro = |minor| Money::from_minor(minor, Currency::EUR);
        let basis_points = engine.fx_tolerance.checked_mul(Decimal::ONE_HUNDRED).and_then(|points| i32::try_from(points).ok());
        Ok(MatchPolicy {
            id: None,
            legal_entity,
            version: 0,
            state: PolicyState::Active,
            thresholds: Thresholds {
                currency: Currency::EUR,
                bank_fee_max: euro(engine.bank_fee_max)?,
                rounding_tolerance: euro(engine.rounding_tolerance)?,
                write_off_max: euro(engine.write_off_max)?,
                discount_grace_days: engine.discount_grace_days,
                fx_tolerance_bp: basis_points.unwrap_or_default(),
                overpayment: engine.overpayment,
                short_payment: engine.short_payment,
                auto_ceiling: None,
                minimum_confidence_ppm: 0,
                oldest_first_off: !engine.interchangeable_oldest_first,
            },
            rules: Vec::new(),
            proposed_by: String::new(),
            decided_by: None,
            why: String::new(),
            revision: 0,
            created_at: Timestamp::from_micros(0),
        })
    }

    /// What the engine goes by. Amounts are minor units of the policy's currency.
    pub fn engine(&self) -> record::Policy {
        let thresholds = &self.thresholds;
        let mut policy = record::Policy::default();
        policy.bank_fee_max = thresholds.bank_fee_max.minor();
        policy.rounding_tolerance = thresholds.rounding_tolerance.minor();
        policy.write_off_max = thresholds.write_off_max.minor();
        policy.discount_grace_days = thresholds.discount_grace_days;
        policy.fx_tolerance = Decimal::new(i64::from(thresholds.fx_tolerance_bp), 2);
        policy.overpayment = thresholds.overpayment;
        policy.short_payment = thresholds.short_payment;
        policy.auto_ceiling = thresholds.auto_ceiling.map(Money::minor);
        policy.interchangeable_oldest_first = !thresholds.oldest_first_off;
        policy
    }

    /// The rule that counts for a line: the first that fits.
    pub fn rule_for(&self, line: &Movement) -> Option<&MatchRule> {
        self.rules.iter().find(|rule| rule.conditions.fit(line))
    }

    /// What becomes of the engine's decision, given the rule that counts for the line.
    pub fn rule_on(&self, rule: Option<&MatchRule>, decided: Decided<'_>) -> Ruling {
        match rule.map(|rule| rule.action) {
            Some(RuleAction::NotReceivable) => return Ruling::NotReceivable,
            Some(RuleAction::SuggestOnly) if decided.is_auto => return suggest(Block::PolicyRule),
            Some(RuleAction::Customer(customer)) if decided.is_auto && decided.customers.iter().any(|paid| *paid != customer) => {
                return suggest(Block::CustomerByRule);
            }
            Some(RuleAction::SuggestOnly | RuleAction::Customer(_)) | None => {}
        }
        let least = u32::try_from(self.thresholds.minimum_confidence_ppm).unwrap_or_default();
        if decided.is_auto && decided.confidence_ppm < least {
            return Ruling::Suggest(Refusal::Confidence);
        }
        Ruling::Stands
    }

    /// Activates it, by another person than who proposed it. `tried_against` was in force when it was tried, `in_force` is now.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION`, `SELF_APPROVAL`, `APPROVAL_STALE` when another version was activated since the trial.
    pub fn approve(&mut self, by: &str, tried_against: Option<MatchPolicyId>, in_force: Option<MatchPolicyId>) -> Result<(), Fault> {
        let state = self.state.after(PolicyEvent::Approve)?;
        if self.proposed_by == by {
            return Err(Fault::new(Reason::SelfApproval, "Somebody other than who proposed the policy has to activate it."));
        }
        if tried_against != in_force {
            return Err(stale());
        }
        self.state = state;
        self.decided_by = Some(by.to_owned());
        Ok(())
    }

    /// Discards it; who proposed it may, too.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION`.
    pub fn reject(&mut self, by: &str, why: String) -> Result<(), Fault> {
        self.state = self.state.after(PolicyEvent::Reject)?;
        self.decided_by = Some(by.to_owned());
        self.why = why;
        Ok(())
    }
}

/// Another version came first.
pub fn stale() -> Fault {
    let message = "Another version was activated since the trial. Propose it again: its difference is another one now.";
    Fault::new(Reason::ApprovalStale, message)
}

fn suggest(block: Block) -> Ruling {
    Ruling::Suggest(Refusal::Blocked(block))
}

#[cfg(test)]
mod tests;
