//! Strategies, and pauses of contact.

use quittance_api::{
    collections::v1::{self as pb, strategy_service_server::StrategyService},
    convert,
};
use quittance_chassis::{db::Db, rpc};
use quittance_types::{BusinessDate, CustomerId, Fault, Reason, StrategyId, Uuid, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use crate::{
    domain::{
        letter,
        strategy::{DEFAULT_GAP_DAYS, Step, Strategy, check_steps},
    },
    store::{customers, strategies},
    wire,
};

const MOST_STEPS: usize = 9;
const LONGEST_TEMPLATE: usize = 20_000;
const LONGEST_GAP: i32 = 365;

/// The implementation of StrategyService.
pub struct StrategyRpc {
    /// The service's database.
    pub db: Db,
}

#[derive(Clone)]
struct Pause {
    customer: CustomerId,
    until: BusinessDate,
    why: String,
}

#[async_trait]
impl StrategyService for StrategyRpc {
    async fn put_strategy(&self, request: Request<pb::PutStrategyRequest>) -> Result<Response<pb::PutStrategyResponse>, Status> {
        rpc::mutate(&self.db, request, parse_put, |tx, mut strategy: Strategy| async move {
            strategy.id = StrategyId::new(tx.new_id());
            strategies::insert(&tx, &mut strategy).await?;
            Ok(pb::PutStrategyResponse { strategy: Some(wire::strategy(&strategy)) })
        })
        .await
    }

    async fn get_strategy(&self, request: Request<pb::GetStrategyRequest>) -> Result<Response<pb::GetStrategyResponse>, Status> {
        let parse = |query: &pb::GetStrategyRequest| segment(&query.segment).map_err(|fault| fault.field("segment"));
        rpc::read(&self.db, request, parse, |tx, segment| async move {
            let strategy = strategies::load(&tx, &segment).await?;
            Ok(pb::GetStrategyResponse { strategy: Some(wire::strategy(&strategy)) })
        })
        .await
    }

    async fn list_strategies(&self, request: Request<pb::ListStrategiesRequest>) -> Result<Response<pb::ListStrategiesResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |_| Ok(()),
            |tx, ()| async move {
                let strategies = strategies::active(&tx).await?;
                Ok(pb::ListStrategiesResponse { strategies: strategies.iter().map(wire::strategy).collect() })
            },
        )
        .await
    }

    async fn pause_contact(&self, request: Request<pb::PauseContactRequest>) -> Result<Response<pb::PauseContactResponse>, Status> {
        rpc::mutate(&self.db, request, parse_pause, |tx, pause: Pause| async move {
            let pause = customers::pause(&tx, pause.customer, pause.until, &pause.why).await?;
            Ok(pb::PauseContactResponse { pause: Some(pause) })
        })
        .await
    }
}

fn segment(given: &str) -> Result<String, Fault> {
    text::required(given, 64)
}

/// A strategy without its identity and version, which the transaction gives.
fn parse_put(request: &pb::PutStrategyRequest) -> Result<Strategy, Fault> {
    let required = || Fault::new(Reason::FieldRequired, "Give the strategy.").field("strategy");
    let message = request.strategy.as_ref().ok_or_else(required)?;
    let mut violations = Violations::new();
    let segment = violations.take("strategy.segment", segment(&message.segment));
    let steps = parse_steps(&message.steps, &mut violations);
    let minimum = message.minimum_amount.is_some().then(|| violations.take("strategy.minimum_amount", minimum(message))).flatten();
    if !(0..=LONGEST_GAP).contains(&message.contact_gap_days) {
        violations.push("strategy.contact_gap_days", Fault::new(Reason::ValueOutOfRange, "Give a number from 0 to 365."));
    }
    violations.finish()?;
    Ok(Strategy {
        id: StrategyId::new(Uuid::nil()),
        segment: segment.ok_or_else(|| Fault::internal("a checked segment is missing"))?,
        version: 0,
        steps,
        minimum,
        contact_gap_days: if message.contact_gap_days == 0 { DEFAULT_GAP_DAYS } else { message.contact_gap_days },
    })
}

fn minimum(message: &pb::Strategy) -> Result<quittance_types::Money, Fault> {
    let minimum = convert::money_from_wire(&message.minimum_amount)?;
    if minimum.is_negative() { Err(Fault::new(Reason::AmountNotPositive, "Give zero or more.")) } else { Ok(minimum) }
}

fn parse_steps(given: &[pb::StrategyStep], violations: &mut Violations) -> Vec<Step> {
    if given.is_empty() {
        violations.push("strategy.steps", Fault::new(Reason::FieldRequired, "Give at least one step."));
    }
    if given.len() > MOST_STEPS {
        violations.push("strategy.steps", Fault::new(Reason::TooManyItems, "At most 9 steps."));
        return Vec::new();
    }
    let mut steps = Vec::with_capacity(given.len());
    for (index, step) in given.iter().enumerate() {
        let at = |field: &str| format!("strategy.steps[{index}].{field}");
        let template = violations.take(at("template"), template(&step.template));
        let subject =
            violations.take(at("subject"), text::clean(&step.subject, 500).and_then(|subject| letter::check(&subject).map(|()| subject)));
        let (template, subject) = (template.unwrap_or_default(), subject.unwrap_or_default());
        steps.push(Step { level: step.level, days_past_due: step.days_past_due, template, subject });
    }
    violations.take("strategy.steps", check_steps(&steps));
    steps
}

fn template(given: &str) -> Result<String, Fault> {
    let template = text::clean_lines(given, LONGEST_TEMPLATE)?;
    letter::check(&template)?;
    Ok(template)
}

fn parse_pause(request: &pb::PauseContactRequest) -> Result<Pause, Fault> {
    let mut violations = Violations::new();
    let customer = violations.take("customer_id", CustomerId::parse(&request.customer_id));
    let until = violations.take("until", convert::required_date(request.until.as_ref()));
    let why = violations.take("why", text::required(&request.why, 500));
    violations.finish()?;
    match (customer, until, why) {
        (Some(customer), Some(until), Some(why)) => Ok(Pause { customer, until, why }),
        _ => Err(Fault::internal("a checked pause is missing a field")),
    }
}
