//! Credit policies.

use quittance_api::{
    convert,
    credit::v1::{self as pb, policy_service_server::PolicyService},
};
use quittance_chassis::{db::Db, rpc};
use quittance_types::{Currency, Fault, Money, PolicyId, Reason, Uuid, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::chosen;
use crate::{
    domain::policy::{BeyondLimit, CreditPolicy, DEFAULT_RESERVATION_DAYS, LimitFormula},
    store::policies,
    wire,
};

/// The implementation of PolicyService.
pub struct PolicyRpc {
    /// The service's database.
    pub db: Db,
}

#[async_trait]
impl PolicyService for PolicyRpc {
    async fn put_policy(&self, request: Request<pb::PutPolicyRequest>) -> Result<Response<pb::PutPolicyResponse>, Status> {
        rpc::mutate(&self.db, request, parse_put, |tx, mut policy: CreditPolicy| async move {
            policy.id = PolicyId::new(tx.new_id());
            policy.version = policies::newest(&tx).await?.map_or(1, |newest| newest.version.saturating_add(1));
            policies::insert(&tx, &policy).await?;
            Ok(pb::PutPolicyResponse { policy: Some(wire::policy(&policy)) })
        })
        .await
    }

    async fn get_policy(&self, request: Request<pb::GetPolicyRequest>) -> Result<Response<pb::GetPolicyResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| Ok(query.version),
            |tx, version| async move {
                let policy = if version == 0 { policies::active(&tx).await? } else { policies::load(&tx, version).await? };
                Ok(pb::GetPolicyResponse { policy: Some(wire::policy(&policy)) })
            },
        )
        .await
    }
}

/// A policy without its identity, which the transaction gives.
fn parse_put(request: &pb::PutPolicyRequest) -> Result<CreditPolicy, Fault> {
    let required = || Fault::new(Reason::FieldRequired, "Give the policy.").field("policy");
    let message = request.policy.as_ref().ok_or_else(required)?;
    let mut violations = Violations::new();
    let name = violations.take("policy.name", text::clean(&message.name, 140));
    let currency = violations.take("policy.currency", Currency::parse(&message.currency));
    let beyond_limit = violations.take("policy.beyond_limit", chosen::<pb::BeyondLimit>(message.beyond_limit));
    let formula = message.limit_formula.clone().unwrap_or_default();
    let mut amount = |field: &'static str, given: &Option<_>| {
        let currency = currency?;
        match given {
            None => Some(Money::zero(currency)),
            Some(_) => violations.take(field, convert::money_from_wire(given).and_then(|money| not_negative(money, currency))),
        }
    };
    let base = amount("policy.limit_formula.base", &formula.base);
    let per_score_point = amount("policy.limit_formula.per_score_point", &formula.per_score_point);
    let maximum = amount("policy.limit_formula.maximum", &formula.maximum);
    let four_eyes_above = message.four_eyes_above.is_some().then(|| amount("policy.four_eyes_above", &message.four_eyes_above)).flatten();
    let ranges = [
        ("policy.minimum_score", message.minimum_score, 0, 100),
        ("policy.reservation_days", message.reservation_days, 0, 3_650),
        ("policy.hold_when_overdue_days", message.hold_when_overdue_days, 0, 3_650),
    ];
    for (field, value, least, most) in ranges {
        if !(least..=most).contains(&value) {
            violations.push(field, Fault::new(Reason::ValueOutOfRange, format!("Give a number from {least} to {most}.")));
        }
    }
    let allowed_terms = list(&mut violations, "policy.allowed_terms", &message.allowed_terms);
    let allowed_methods = list(&mut violations, "policy.allowed_methods", &message.allowed_methods);
    violations.finish()?;
    let (Some(name), Some(currency), Some(beyond_limit), Some(base), Some(per_score_point), Some(maximum)) =
        (name, currency, beyond_limit, base, per_score_point, maximum)
    else {
        return Err(Fault::internal("a checked policy is missing a field"));
    };
    Ok(CreditPolicy {
        id: PolicyId::new(Uuid::nil()),
        version: 0,
        name,
        currency,
        minimum_score: message.minimum_score,
        allowed_terms,
        allowed_methods,
        formula: LimitFormula { base, per_score_point, maximum },
        beyond_limit: action(beyond_limit),
        four_eyes_above,
        reservation_days: if message.reservation_days == 0 { DEFAULT_RESERVATION_DAYS } else { message.reservation_days },
        hold_when_overdue_days: message.hold_when_overdue_days,
    })
}

fn action(beyond_limit: pb::BeyondLimit) -> BeyondLimit {
    match beyond_limit {
        pb::BeyondLimit::Reject => BeyondLimit::Reject,
        pb::BeyondLimit::Prepay => BeyondLimit::Prepay,
        pb::BeyondLimit::Hold | pb::BeyondLimit::Unspecified => BeyondLimit::Hold,
    }
}

fn not_negative(money: Money, currency: Currency) -> Result<Money, Fault> {
    if money.currency() != currency {
        return Err(Fault::new(Reason::CurrencyMismatch, "Give every amount of a policy in its currency."));
    }
    if money.is_negative() { Err(Fault::new(Reason::AmountNotPositive, "Give zero or more.")) } else { Ok(money) }
}

fn list(violations: &mut Violations, field: &'static str, entries: &[String]) -> Vec<String> {
    if entries.len() > 50 {
        violations.push(field, Fault::new(Reason::TooManyItems, "At most 50."));
    }
    entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| violations.take(format!("{field}[{index}]"), text::required(entry, 64)))
        .collect()
}
