//! Requests about policies as values; every bad field is named at once.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use quittance_api::convert::money_from_wire;
use quittance_api::google::r#type::Money as WireMoney;
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::request::chosen;
use quittance_formats::identifiers::parse_iban;
use quittance_matching::record::{Overpayment, ShortPayment};
use quittance_types::{Currency, CustomerId, Fault, LegalEntityId, MatchPolicyId, Money, Reason, Violations, text};

use super::super::{MAX_WHY, checked, filter, optional, required};
use crate::domain::policy::{CERTAIN_PPM, Conditions, MAX_FX_TOLERANCE_BP, MAX_GRACE_DAYS, MAX_RULES, MatchRule, RuleAction, Thresholds};

/// Longest name of a rule.
const MAX_NAME: usize = 60;
/// Longest text of a condition.
const MAX_CONDITION: usize = 140;

/// A version as proposed.
#[derive(Clone)]
pub struct NewPolicy {
    pub legal_entity: Option<LegalEntityId>,
    pub thresholds: Thresholds,
    pub rules: Vec<MatchRule>,
}

/// Which version is activated.
#[derive(Clone)]
pub struct Approval {
    pub id: MatchPolicyId,
    pub etag: String,
}

/// Which version is discarded, and why.
#[derive(Clone)]
pub struct Rejection {
    pub id: MatchPolicyId,
    pub why: String,
}

/// Reads an approval.
pub fn approval(request: &pb::ApproveMatchPolicyRequest) -> Result<Approval, Fault> {
    let id = MatchPolicyId::parse(&request.match_policy_id).map_err(|fault| fault.field("match_policy_id"))?;
    Ok(Approval { id, etag: request.etag.clone() })
}

/// Reads a rejection.
pub fn rejection(request: &pb::RejectMatchPolicyRequest) -> Result<Rejection, Fault> {
    let mut violations = Violations::new();
    let id = violations.take("match_policy_id", MatchPolicyId::parse(&request.match_policy_id));
    let why = violations.take("why", text::clean(&request.why, MAX_WHY));
    violations.finish()?;
    let rejection = || Some(Rejection { id: id?, why: why? });
    checked(rejection())
}

/// Reads a proposal.
pub fn proposal(request: &pb::ProposeMatchPolicyRequest) -> Result<NewPolicy, Fault> {
    let given = request.match_policy.as_ref().ok_or_else(|| required("Give the policy.", "match_policy"))?;
    let mut violations = Violations::new();
    let policy = violations.take("match_policy", policy(given));
    violations.finish()?;
    checked(policy)
}

fn policy(given: &pb::MatchPolicy) -> Result<NewPolicy, Fault> {
    let mut violations = Violations::new();
    let legal_entity = violations.take("legal_entity_id", optional(&given.legal_entity_id, LegalEntityId::parse));
    let currency = violations.take("currency", currency(&given.currency));
    let amount = |money: &Option<WireMoney>| amount(money, currency);
    let none_is_zero = |money: &Option<WireMoney>| Ok(amount(money)?.or_else(|| currency.map(Money::zero)));
    let bank_fee_max = violations.take("bank_fee_max", none_is_zero(&given.bank_fee_max)).flatten();
    let rounding_tolerance = violations.take("rounding_tolerance", none_is_zero(&given.rounding_tolerance)).flatten();
    let write_off_max = violations.take("write_off_max", none_is_zero(&given.write_off_max)).flatten();
    let auto_ceiling = violations.take("auto_ceiling", amount(&given.auto_ceiling));
    let discount_grace_days = violations.take("discount_grace_days", within(given.discount_grace_days, 0..=MAX_GRACE_DAYS));
    let fx_tolerance_bp = violations.take("fx_tolerance_bp", within(given.fx_tolerance_bp, 0..=MAX_FX_TOLERANCE_BP));
    let minimum = violations.take("minimum_confidence_ppm", within(given.minimum_confidence_ppm, 0..=CERTAIN_PPM));
    let overpayment = violations.take("overpayment", overpayment(given.overpayment));
    let short_payment = violations.take("short_payment", short_payment(given.short_payment));
    let rules = rules(&given.rules, currency, &mut violations);
    violations.finish()?;
    let thresholds = || {
        Some(Thresholds {
            currency: currency?,
            bank_fee_max: bank_fee_max?,
            rounding_tolerance: rounding_tolerance?,
            write_off_max: write_off_max?,
            discount_grace_days: discount_grace_days?,
            fx_tolerance_bp: fx_tolerance_bp?,
            overpayment: overpayment?,
            short_payment: short_payment?,
            auto_ceiling: auto_ceiling?,
            minimum_confidence_ppm: minimum?,
            oldest_first_off: given.oldest_first_off,
        })
    };
    let new = || Some(NewPolicy { legal_entity: legal_entity?, thresholds: thresholds()?, rules });
    checked(new())
}

fn rules(given: &[pb::MatchRule], currency: Option<Currency>, violations: &mut Violations) -> Vec<MatchRule> {
    if given.len() > MAX_RULES {
        violations.push("rules", Fault::new(Reason::TooManyItems, "at most 200 rules"));
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    let mut rules = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let Some(rule) = violations.take(format!("rules[{index}]"), rule(one, currency)) else { continue };
        if !names.insert(rule.name.clone()) {
            let twice = Fault::new(Reason::FieldOutOfRange, "another rule has this name");
            violations.push(format!("rules[{index}].name"), twice);
        }
        rules.push(rule);
    }
    rules
}

fn rule(given: &pb::MatchRule, currency: Option<Currency>) -> Result<MatchRule, Fault> {
    let mut violations = Violations::new();
    let name = violations.take("name", text::required(&given.name, MAX_NAME));
    let words = violations.take("text_contains", text::clean(&given.text_contains, MAX_CONDITION));
    let iban = violations.take("counterparty_iban", iban(&given.counterparty_iban));
    let party = violations.take("counterparty_name_contains", text::clean(&given.counterparty_name_contains, MAX_CONDITION));
    let code = violations.take("transaction_code", text::clean(&given.transaction_code, MAX_CONDITION));
    let at_least = violations.take("amount_at_least", amount(&given.amount_at_least, currency));
    let at_most = violations.take("amount_at_most", amount(&given.amount_at_most, currency));
    let action = violations.take("", action(given));
    if let (Some(Some(least)), Some(Some(most))) = (at_least, at_most)
        && least.minor() > most.minor()
    {
        violations.push("amount_at_most", out_of_range("less than amount_at_least: no line fits"));
    }
    let conditions =
        || Some(Conditions { text: words?, iban: iban?, name: party?, transaction_code: code?, at_least: at_least?, at_most: at_most? });
    let conditions = conditions();
    if conditions.as_ref().is_some_and(Conditions::is_empty) {
        violations.push("text_contains", Fault::new(Reason::FieldRequired, "a rule needs a condition: without one it fits every line"));
    }
    violations.finish()?;
    let rule = || Some(MatchRule { name: name?, conditions: conditions?, action: action? });
    checked(rule())
}

fn action(given: &pb::MatchRule) -> Result<RuleAction, Fault> {
    let action = chosen::<pb::MatchRuleAction>(given.action).map_err(|fault| fault.field("action"))?;
    let customer = optional(&given.customer_id, CustomerId::parse).map_err(|fault| fault.field("customer_id"))?;
    match (action, customer) {
        (pb::MatchRuleAction::Customer, Some(customer)) => Ok(RuleAction::Customer(customer)),
        (pb::MatchRuleAction::Customer, None) => Err(required("say whose money it is", "customer_id")),
        (_, Some(_)) => Err(out_of_range("only action CUSTOMER takes a customer").field("customer_id")),
        (pb::MatchRuleAction::NotReceivable, None) => Ok(RuleAction::NotReceivable),
        (pb::MatchRuleAction::SuggestOnly | pb::MatchRuleAction::Unspecified, None) => Ok(RuleAction::SuggestOnly),
    }
}

fn currency(code: &str) -> Result<Currency, Fault> {
    if code.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "say in which currency the amounts are"));
    }
    Currency::parse(code)
}

/// An amount that may be left out: not negative, in the currency of the policy.
fn amount(given: &Option<WireMoney>, currency: Option<Currency>) -> Result<Option<Money>, Fault> {
    if given.is_none() {
        return Ok(None);
    }
    let money = money_from_wire(given)?;
    if currency.is_some_and(|currency| currency != money.currency()) {
        return Err(Fault::new(Reason::CurrencyMismatch, "amounts are in the currency of the policy"));
    }
    if money.is_negative() {
        return Err(out_of_range("give zero or more"));
    }
    Ok(Some(money))
}

fn within(given: i32, range: RangeInclusive<i32>) -> Result<i32, Fault> {
    let refused = || out_of_range(&format!("give a number from {} to {}", range.start(), range.end()));
    if range.contains(&given) { Ok(given) } else { Err(refused()) }
}

fn out_of_range(what: &str) -> Fault {
    Fault::new(Reason::FieldOutOfRange, what)
}

fn iban(given: &str) -> Result<String, Fault> {
    if given.is_empty() { Ok(String::new()) } else { Ok(parse_iban(given)?.as_str().to_owned()) }
}

fn overpayment(given: i32) -> Result<Overpayment, Fault> {
    Ok(match filter::<pb::OverpaymentPolicy>(given)? {
        Some(pb::OverpaymentPolicy::Suggest) => Overpayment::Suggest,
        Some(pb::OverpaymentPolicy::OnAccount | pb::OverpaymentPolicy::Unspecified) | None => Overpayment::OnAccount,
    })
}

fn short_payment(given: i32) -> Result<ShortPayment, Fault> {
    Ok(match filter::<pb::ShortPaymentPolicy>(given)? {
        Some(pb::ShortPaymentPolicy::Suggest) => ShortPayment::Suggest,
        Some(pb::ShortPaymentPolicy::Apply | pb::ShortPaymentPolicy::Unspecified) | None => ShortPayment::ApplyAndKeepOpen,
    })
}
