use std::sync::Arc;

use quittance_api::credit::v1 as credit;
use quittance_api::invoicing::v1 as pb;
use quittance_chassis::Ctx;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, request_id};
use quittance_types::{OrderId, Reason, Uuid};

use crate::fixture::{Company, date, line, minor, nobody};
use crate::peers;

type Case = (fn(&mut pb::SubmitOrderRequest), Reason);

fn order_worth(company: &Company, units: &str) -> pb::SubmitOrderRequest {
    pb::SubmitOrderRequest { lines: vec![line("1", units, "", "19")], ..company.order() }
}

#[tokio::test]
async fn credits_decision_becomes_the_orders_state() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let cases = [
            ("1000", pb::OrderState::Accepted, "OrderAccepted"),
            ("20000", pb::OrderState::Held, "OrderHeld"),
            ("200000", pb::OrderState::Held, "OrderHeld"),
        ];
        for (units, state, event) in cases {
            let before = published(&company, event).await;
            let order = company.submit(order_worth(&company, units)).await;
            assert_eq!(order.state(), state);
            assert_eq!(order.credit_reasons.is_empty(), state == pb::OrderState::Accepted);
            assert_eq!(order.reservation_id, order.order_id.replace("ord_", "rsv_"));
            assert_eq!((order.payment_terms.as_str(), order.placed_on), ("net 30", Some(date(2026, 1, 15))));
            assert_eq!(company.get_order(&order.order_id).await, order);
            assert_eq!(published(&company, event).await, before + 1);
        }
        let stored = company.invoicing.store().rows("sales_order").await;
        let beyond = company.orders().submit_order(order_worth(&company, "2000000")).await;
        let refusal = expect_refusal(beyond, Reason::CreditLimitExceeded);
        assert_eq!(fact_of(&refusal, "available").as_deref(), Some("10000.00"));
        assert_eq!(company.invoicing.store().rows("sales_order").await, stored, "what is beyond the limit is not stored");
        let answers = "SELECT count(*) FROM idempotency_key WHERE method LIKE '%SubmitOrder'";
        assert_eq!(company.invoicing.store().number(answers).await, stored, "nor is the refusal an answer to keep");
        let barter = company.submit(pb::SubmitOrderRequest { payment_method: "barter".to_owned(), ..company.order() }).await;
        assert_eq!((barter.state(), barter.payment_method.as_str()), (pb::OrderState::Rejected, "barter"));
        assert_eq!(company.get_order(&barter.order_id).await, barter);
    })
    .await;
}

async fn published(company: &Company, event: &str) -> i64 {
    company
        .invoicing
        .store()
        .number(&format!("SELECT count(*) FROM event_log WHERE type = 'quittance.invoicing.v1.{event}' AND public"))
        .await
}

#[tokio::test]
async fn without_credit_nothing_is_stored_and_the_same_request_succeeds_later() {
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        let request = company.order();
        company.credit.stop().await;
        expect_refusal(company.orders().submit_order(request.clone()).await, Reason::ServiceUnavailable);
        assert_eq!(company.invoicing.store().rows("sales_order").await, 0);
        company.credit.restart().await;
        let order = company.submit(request.clone()).await;
        assert_eq!(order.state(), pb::OrderState::Accepted);
        company.credit.stop().await;
        assert_eq!(company.submit(request).await, order, "a replay needs no credit");
    })
    .await;
}

/// The answer of credit was lost, or we died before storing the order: the retry asks for the same reservation.
#[tokio::test]
async fn a_retry_asks_credit_for_the_same_reservation() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = company.order();
        let order = company.submit(request.clone()).await;
        let forget = |tx: quittance_chassis::Tx, ()| async move {
            tx.execute("DELETE FROM idempotency_key WHERE tenant_id = $1", vec![tx.tenant().uuid().into()]).await?;
            tx.execute("DELETE FROM sales_order_line WHERE tenant_id = $1", vec![tx.tenant().uuid().into()]).await?;
            tx.execute("DELETE FROM sales_order WHERE tenant_id = $1", vec![tx.tenant().uuid().into()]).await
        };
        company.invoicing.db().write(Ctx::system("test", company.tenant), (), forget).await.unwrap();
        company.invoicing.world().move_to(quittance_types::BusinessDate::parse("2026-01-16").unwrap());
        let again = company.submit(request).await;
        assert_eq!((&again.order_id, &again.reservation_id), (&order.order_id, &order.reservation_id));
        assert_eq!(company.credit.store().rows("idempotency_key").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_external_id_names_one_order() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let first = pb::SubmitOrderRequest { external_id: "WEB-1".to_owned(), ..company.order() };
        company.submit(first.clone()).await;
        let second = pb::SubmitOrderRequest { request_id: request_id(), ..first };
        let status = expect_refusal(company.orders().submit_order(second).await, Reason::DuplicateExternalId);
        assert_eq!(fields_of(&status), ["external_id"]);
        assert_eq!(company.credit.store().rows("idempotency_key").await, 1, "credit was not asked again");
        company.submit(company.order()).await;
        company.submit(company.order()).await;
    })
    .await;
}

#[tokio::test]
async fn bad_orders_are_refused_before_credit_is_asked() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let cases: [Case; 9] = [
            (|order| order.lines.clear(), Reason::FieldRequired),
            (|order| order.lines = vec![line("1", "1", "", "19"); 1_001], Reason::TooManyItems),
            (|order| order.lines[0].quantity = "1e1".to_owned(), Reason::AmountFormat),
            (|order| order.currency = "EURO".to_owned(), Reason::CurrencyUnknown),
            (|order| order.payment_terms = "soon".to_owned(), Reason::TermsInvalid),
            (|order| order.external_id = "x".repeat(65), Reason::TextTooLong),
            (|order| order.as_of = Some(date(2026, 13, 1)), Reason::DateInvalid),
            (|order| order.customer_id = nobody("cus"), Reason::ResourceNotFound),
            (|order| order.legal_entity_id = nobody("ent"), Reason::ResourceNotFound),
        ];
        for (spoil, reason) in cases {
            let mut order = company.order();
            spoil(&mut order);
            expect_refusal(company.orders().submit_order(order).await, reason);
        }
        assert_eq!((company.invoicing.store().rows("sales_order").await, company.credit.store().rows("idempotency_key").await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn an_order_is_delivered_in_parts_each_with_its_invoice() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let order = company.submit(company.order()).await;
        let first = company.fulfil(&order.order_id, &[(1, "4"), (3, "1")]).await.unwrap();
        let (after, invoice) = (first.order.unwrap(), first.invoice.unwrap());
        assert_eq!(after.state(), pb::OrderState::PartlyFulfilled);
        let done: Vec<&str> = after.lines.iter().map(|line| line.quantity_done.as_str()).collect();
        assert_eq!(done, ["4", "0", "1"]);
        assert_eq!((invoice.number.as_str(), invoice.purchase_order.as_str()), ("INV-ACME-2026-000001", "PO-77"));
        assert_eq!((invoice.order_id.as_str(), invoice.lines.len()), (order.order_id.as_str(), 2));
        // 4 x 12.50 less 10 % is 45.00 at 19 %, and 8.00 at 7 %.
        assert_eq!(minor(&invoice.totals.clone().unwrap().gross), 5_355 + 856);

        let status = expect_refusal(company.fulfil(&order.order_id, &[(2, "1"), (1, "7")]).await, Reason::QuantityExceedsOrder);
        assert_eq!((fact_of(&status, "left").as_deref(), fields_of(&status)), (Some("6"), vec!["lines[1].quantity".to_owned()]));
        expect_refusal(company.fulfil(&order.order_id, &[(9, "1")]).await, Reason::FieldOutOfRange);
        expect_refusal(company.fulfil(&order.order_id, &[(0, "1")]).await, Reason::FieldOutOfRange);
        expect_refusal(company.fulfil(&order.order_id, &[(1, "1"), (1, "1")]).await, Reason::AllocationDuplicate);
        expect_refusal(company.fulfil(&order.order_id, &[(1, "0")]).await, Reason::AmountNotPositive);
        expect_refusal(company.fulfil(&order.order_id, &[(1, "0.000001")]).await, Reason::AmountNotPositive);

        let rest = company.fulfil(&order.order_id, &[]).await.unwrap();
        let (after, invoice) = (rest.order.unwrap(), rest.invoice.unwrap());
        assert_eq!((after.state(), invoice.number.as_str()), (pb::OrderState::Fulfilled, "INV-ACME-2026-000002"));
        assert_eq!(company.get_order(&order.order_id).await, after);
        let status = expect_refusal(company.fulfil(&order.order_id, &[]).await, Reason::IllegalTransition);
        assert_eq!(fact_of(&status, "from").as_deref(), Some("fulfilled"));
        assert_eq!((company.broken_numbers().await, company.broken_totals().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_delivered_can_be_cancelled() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let cancel = |order: &pb::Order| pb::CancelOrderRequest {
            request_id: request_id(),
            order_id: order.order_id.clone(),
            why: "Changed their mind".to_owned(),
            as_of: Some(date(2026, 1, 20)),
        };
        let held = company.submit(order_worth(&company, "20000")).await;
        expect_refusal(company.fulfil(&held.order_id, &[]).await, Reason::IllegalTransition);
        let accepted = company.submit(company.order()).await;
        let partly = company.submit(company.order()).await;
        company.fulfil(&partly.order_id, &[(1, "1")]).await.unwrap();
        for order in [&held, &accepted, &partly] {
            let cancelled = company.orders().cancel_order(cancel(order)).await.unwrap().into_inner().order.unwrap();
            assert_eq!(cancelled.state(), pb::OrderState::Cancelled);
            let told: pb::OrderCancelled = company.last_told(&order.order_id).await;
            assert_eq!(told.cancelled_on, Some(date(2026, 1, 20)));
            let status = expect_refusal(company.orders().cancel_order(cancel(order)).await, Reason::IllegalTransition);
            assert_eq!(fact_of(&status, "from").as_deref(), Some("cancelled"));
            expect_refusal(company.fulfil(&order.order_id, &[]).await, Reason::IllegalTransition);
        }
        assert_eq!(published(&company, "OrderCancelled").await, 3);
    })
    .await;
}

fn hold_ended(order_id: &str, state: credit::HoldCaseState) -> credit::HoldReleased {
    let case =
        credit::HoldCase { order_id: order_id.to_owned(), state: state.into(), why: "Cash came in".to_owned(), ..Default::default() };
    credit::HoldReleased { hold_case: Some(case), ended_on: Some(date(2026, 2, 20)) }
}

#[tokio::test]
async fn a_held_order_follows_the_end_of_its_hold() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let cases = [
            (credit::HoldCaseState::Released, pb::OrderState::Accepted),
            (credit::HoldCaseState::Rejected, pb::OrderState::Rejected),
            (credit::HoldCaseState::Expired, pb::OrderState::Cancelled),
        ];
        for (end, state) in cases {
            let order = company.submit(order_worth(&company, "20000")).await;
            let key = OrderId::parse(&order.order_id).unwrap().uuid();
            for _ in 0..2 {
                peers::publish(company.credit.db(), company.tenant, key, hold_ended(&order.order_id, end)).await;
            }
            company.invoicing.world().settle().await;
            assert_eq!(company.get_order(&order.order_id).await.state(), state);
        }
        let events = [published(&company, "OrderAccepted").await, published(&company, "OrderCancelled").await];
        assert_eq!(events, [1, 2], "the same end told twice is one change");
        let why = "SELECT count(*) FROM event_log WHERE why = 'Cash came in'";
        assert_eq!(company.invoicing.store().number(why).await, 3);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_was_cancelled_meanwhile_stays_cancelled() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let order = company.submit(order_worth(&company, "20000")).await;
        let cancel = pb::CancelOrderRequest { request_id: request_id(), order_id: order.order_id.clone(), ..Default::default() };
        company.orders().cancel_order(cancel).await.unwrap();
        let key = OrderId::parse(&order.order_id).unwrap().uuid();
        peers::publish(company.credit.db(), company.tenant, key, hold_ended(&order.order_id, credit::HoldCaseState::Released)).await;
        peers::publish(company.credit.db(), company.tenant, key, hold_ended("somebody else's", credit::HoldCaseState::Released)).await;
        company.invoicing.world().settle().await;
        assert_eq!(company.get_order(&order.order_id).await.state(), pb::OrderState::Cancelled);
    })
    .await;
}

/// Credit answers HOLD, cash arrives, the hold ends, and only then the order is stored.
#[tokio::test]
async fn the_end_of_a_hold_may_overtake_the_submission() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = order_worth(&company, "20000");
        let mut ctx = Ctx::system("test", company.tenant).with_request_id(Uuid::try_parse(&request.request_id).unwrap());
        ctx.method = Arc::from("/quittance.invoicing.v1.OrderService/SubmitOrder");
        let id = OrderId::new(ctx.derived_request_id("order").unwrap());
        peers::publish(company.credit.db(), company.tenant, id.uuid(), hold_ended(&id.to_string(), credit::HoldCaseState::Released)).await;
        company.invoicing.world().settle().await;
        let order = company.submit(request).await;
        assert_eq!((order.order_id.as_str(), order.state()), (id.to_string().as_str(), pb::OrderState::Accepted));
        assert!(company.fulfil(&order.order_id, &[]).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn orders_are_listed_newest_first_and_by_filter() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut placed = Vec::new();
        for index in 0..5_u32 {
            let day = quittance_types::BusinessDate::from_ymd(2026, 2, index + 1).unwrap();
            company.invoicing.world().move_to(day);
            let units = if index == 1 { "20000" } else { "10" };
            placed.push(company.submit(order_worth(&company, units)).await.order_id);
        }
        let mut request = pb::ListOrdersRequest { page_size: 2, ..Default::default() };
        let mut seen = Vec::new();
        loop {
            let page = company.orders().list_orders(request.clone()).await.unwrap().into_inner();
            seen.extend(page.orders.into_iter().map(|order| order.order_id));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        placed.reverse();
        assert_eq!(seen, placed);
        let held =
            pb::ListOrdersRequest { state: pb::OrderState::Held.into(), customer_id: company.customer.clone(), ..Default::default() };
        assert_eq!(company.orders().list_orders(held).await.unwrap().into_inner().orders.len(), 1);
        let negative = pb::ListOrdersRequest { page_size: -1, ..Default::default() };
        expect_refusal(company.orders().list_orders(negative).await, Reason::PageSizeNegative);
    })
    .await;
}

#[tokio::test]
async fn credits_refusals_reach_the_caller() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        assert_eq!(credit_taken(&company, &order_worth(&company, "1000")).await, "REQUEST_ID_REUSED");
    })
    .await;
}

/// Submits an order whose reservation request id credit has seen with another body.
async fn credit_taken(company: &Company, request: &pb::SubmitOrderRequest) -> String {
    let mut ctx = Ctx::system("test", company.tenant).with_request_id(Uuid::try_parse(&request.request_id).unwrap());
    ctx.method = Arc::from("/quittance.invoicing.v1.OrderService/SubmitOrder");
    let mut client = credit::credit_service_client::CreditServiceClient::new(company.credit.as_service("invoicing", company.tenant));
    let other = credit::ReserveCreditRequest {
        request_id: ctx.derived_request_id("reserve").unwrap().to_string(),
        order_id: nobody("ord"),
        ..Default::default()
    };
    client.reserve_credit(other).await.unwrap();
    let status = company.orders().submit_order(request.clone()).await.unwrap_err();
    assert_eq!(company.invoicing.store().rows("sales_order").await, 0);
    quittance_testkit::reason_of(&status)
}
