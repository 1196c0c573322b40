//! Strategies and pauses.

use quittance_api::collections::v1 as pb;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, request_id};
use quittance_types::Reason;

use crate::fixture::{Desk, date, euro, nobody, strategy};

#[tokio::test(flavor = "multi_thread")]
async fn strategies_have_versions_and_one_is_active() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let first = desk.put_strategy(strategy("standard")).await.unwrap();
        assert_eq!((first.version, first.contact_gap_days, first.steps.len()), (1, 7, 3));
        let second = desk.put_strategy(pb::Strategy { contact_gap_days: 10, ..strategy("standard") }).await.unwrap();
        assert_eq!(second.version, 2);
        desk.put_strategy(strategy("key_account")).await.unwrap();
        let get = |segment: &str| pb::GetStrategyRequest { segment: segment.to_owned() };
        let active = desk.strategies().get_strategy(get("standard")).await.unwrap().into_inner().strategy.unwrap();
        assert_eq!(active, second);
        expect_refusal(desk.strategies().get_strategy(get("nobody")).await, Reason::ResourceNotFound);
        let all = desk.strategies().list_strategies(pb::ListStrategiesRequest {}).await.unwrap().into_inner().strategies;
        assert_eq!(all.iter().map(|one| one.segment.as_str()).collect::<Vec<_>>(), ["key_account", "standard"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_that_cannot_work_is_not_stored() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let with_template = |template: &str| {
            let mut bad = strategy("standard");
            bad.steps[1].template = template.to_owned();
            bad
        };
        let status = expect_refusal(desk.put_strategy(with_template("Dear\n{% if level %}")).await, Reason::TemplateInvalid);
        assert_eq!(fact_of(&status, "line").as_deref(), Some("2"));
        assert_eq!(fields_of(&status), ["strategy.steps[1].template"]);
        expect_refusal(desk.put_strategy(with_template("{{ customer.nmae }}")).await, Reason::TemplateInvalid);
        let mut descending = strategy("standard");
        descending.steps.reverse();
        expect_refusal(desk.put_strategy(descending).await, Reason::StepsInvalid);
        expect_refusal(desk.put_strategy(pb::Strategy { steps: Vec::new(), ..strategy("standard") }).await, Reason::FieldRequired);
        let many = vec![pb::StrategyStep::default(); 10];
        expect_refusal(desk.put_strategy(pb::Strategy { steps: many, ..strategy("standard") }).await, Reason::TooManyItems);
        expect_refusal(desk.put_strategy(strategy("")).await, Reason::FieldRequired);
        expect_refusal(desk.put_strategy(pb::Strategy { contact_gap_days: -1, ..strategy("a") }).await, Reason::ValueOutOfRange);
        expect_refusal(
            desk.put_strategy(pb::Strategy { minimum_amount: Some(euro(-1)), ..strategy("a") }).await,
            Reason::AmountNotPositive,
        );
        assert_eq!(desk.collections.store().rows("strategy").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_names_customer_day_and_reason() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let customer = desk.customer("Northwind");
        desk.settle().await;
        let pause = |customer: String, why: &str| pb::PauseContactRequest {
            request_id: request_id(),
            customer_id: customer,
            until: Some(date("2026-02-01")),
            why: why.to_owned(),
        };
        let paused = desk.strategies().pause_contact(pause(customer.to_string(), "Flood")).await.unwrap().into_inner().pause.unwrap();
        assert_eq!((paused.until, paused.why.as_str()), (Some(date("2026-02-01")), "Flood"));
        assert_eq!(desk.published("ContactPaused").await, 1);
        expect_refusal(desk.strategies().pause_contact(pause(customer.to_string(), "")).await, Reason::FieldRequired);
        expect_refusal(desk.strategies().pause_contact(pause(nobody("cus"), "Flood")).await, Reason::ResourceNotFound);
    })
    .await;
}
