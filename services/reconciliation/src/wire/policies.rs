//! Policies of matching as messages.

use quittance_api::convert::{money_to_wire, timestamp_to_wire};
use quittance_api::reconciliation::v1 as pb;
use quittance_matching::record::{Overpayment, ShortPayment};
use quittance_types::{CustomerId, LegalEntityId, MatchPolicyId};

use crate::domain::policy::{MatchPolicy, MatchRule, PolicyState, RuleAction};

/// A version as a message.
pub fn policy(policy: &MatchPolicy) -> pb::MatchPolicy {
    let thresholds = &policy.thresholds;
    pb::MatchPolicy {
        match_policy_id: policy.id.as_ref().map(MatchPolicyId::to_string).unwrap_or_default(),
        legal_entity_id: policy.legal_entity.as_ref().map(LegalEntityId::to_string).unwrap_or_default(),
        version: policy.version,
        state: state(policy.state).into(),
        currency: thresholds.currency.code().to_owned(),
        bank_fee_max: Some(money_to_wire(thresholds.bank_fee_max)),
        rounding_tolerance: Some(money_to_wire(thresholds.rounding_tolerance)),
        write_off_max: Some(money_to_wire(thresholds.write_off_max)),
        discount_grace_days: thresholds.discount_grace_days,
        fx_tolerance_bp: thresholds.fx_tolerance_bp,
        overpayment: overpayment(thresholds.overpayment).into(),
        short_payment: short_payment(thresholds.short_payment).into(),
        auto_ceiling: thresholds.auto_ceiling.map(money_to_wire),
        minimum_confidence_ppm: thresholds.minimum_confidence_ppm,
        oldest_first_off: thresholds.oldest_first_off,
        rules: policy.rules.iter().map(rule).collect(),
        proposed_by: policy.proposed_by.clone(),
        decided_by: policy.decided_by.clone().unwrap_or_default(),
        create_time: policy.id.map(|_| timestamp_to_wire(policy.created_at)),
        etag: policy.revision.to_string(),
    }
}

fn rule(rule: &MatchRule) -> pb::MatchRule {
    let conditions = &rule.conditions;
    pb::MatchRule {
        name: rule.name.clone(),
        text_contains: conditions.text.clone(),
        counterparty_iban: conditions.iban.clone(),
        counterparty_name_contains: conditions.name.clone(),
        transaction_code: conditions.transaction_code.clone(),
        amount_at_least: conditions.at_least.map(money_to_wire),
        amount_at_most: conditions.at_most.map(money_to_wire),
        action: action(rule.action).into(),
        customer_id: rule.action.customer().as_ref().map(CustomerId::to_string).unwrap_or_default(),
    }
}

fn state(state: PolicyState) -> pb::MatchPolicyState {
    match state {
        PolicyState::InTrial => pb::MatchPolicyState::InTrial,
        PolicyState::Tried => pb::MatchPolicyState::Tried,
        PolicyState::Active => pb::MatchPolicyState::Active,
        PolicyState::Superseded => pb::MatchPolicyState::Superseded,
        PolicyState::Rejected => pb::MatchPolicyState::Rejected,
    }
}

fn action(action: RuleAction) -> pb::MatchRuleAction {
    match action {
        RuleAction::Customer(_) => pb::MatchRuleAction::Customer,
        RuleAction::SuggestOnly => pb::MatchRuleAction::SuggestOnly,
        RuleAction::NotReceivable => pb::MatchRuleAction::NotReceivable,
    }
}

fn overpayment(policy: Overpayment) -> pb::OverpaymentPolicy {
    match policy {
        Overpayment::OnAccount => pb::OverpaymentPolicy::OnAccount,
        Overpayment::Suggest => pb::OverpaymentPolicy::Suggest,
    }
}

fn short_payment(policy: ShortPayment) -> pb::ShortPaymentPolicy {
    match policy {
        ShortPayment::ApplyAndKeepOpen => pb::ShortPaymentPolicy::Apply,
        ShortPayment::Suggest => pb::ShortPaymentPolicy::Suggest,
    }
}
