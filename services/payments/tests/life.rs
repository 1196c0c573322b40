//! What becomes of a payment.

use quittance_api::payments::v1 as pb;
use quittance_api::payments::v1::PaymentState as State;
use quittance_api::payments::v1::payment_service_client::PaymentServiceClient;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, race, request_id, tenant};
use quittance_types::Reason;

use crate::fixture::{Till, date, euro, nobody};
use crate::peers;

fn steps(payment: &pb::Payment) -> Vec<State> {
    payment.transitions.iter().map(pb::PaymentTransition::to).collect()
}

#[tokio::test]
async fn a_payment_settles_at_once() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let invoice = nobody("inv");
        let part = pb::PaymentAllocation { invoice_id: invoice, amount: Some(euro(4_000)) };
        let request = pb::CreatePaymentRequest { allocations: vec![part.clone()], ..till.request("sim_succeed") };
        let paid = till.try_pay(request.clone()).await.unwrap();
        assert_eq!(
            (paid.state(), paid.settled_on, paid.allocations.as_slice()),
            (State::Settled, Some(date(2026, 1, 15)), [part].as_slice())
        );
        assert_eq!(till.try_pay(request).await.unwrap(), paid, "a retry moves money once");
        assert_eq!(till.get(&paid.payment_id).await, paid);
        assert_eq!((till.events("PaymentInitiated").await, till.events("PaymentSettled").await), (1, 1));
        assert_eq!(till.payments.store().rows("rail_transaction").await, 1);
        expect_refusal(till.cancel(&paid.payment_id).await, Reason::IllegalTransition);
        assert_eq!(till.difference_with_the_rail().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_customer_made_a_moment_ago_can_pay() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let fresh = quittance_types::CustomerId::new(quittance_testkit::unique());
        peers::untold(till.credit.db(), till.tenant, fresh).await;
        let request = pb::CreatePaymentRequest { customer_id: fresh.to_string(), ..till.request("sim_succeed") };
        assert_eq!(till.try_pay(request).await.unwrap().state(), State::Settled, "credit was asked");
        let nobody = pb::CreatePaymentRequest { customer_id: nobody("cus"), ..till.request("sim_succeed") };
        expect_refusal(till.try_pay(nobody).await, Reason::ResourceNotFound);
    })
    .await;
}

#[tokio::test]
async fn a_pending_payment_settles_on_its_day() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let paid = till.pay("sim_pend_3").await;
        assert_eq!(paid.state(), State::Pending);
        let early = till.sync(date(2026, 1, 17)).await;
        assert_eq!((early.settled, early.still_open), (0, 1));
        let due = till.sync(date(2026, 1, 20)).await;
        assert_eq!((due.settled, due.still_open), (1, 0));
        let settled = till.get(&paid.payment_id).await;
        assert_eq!((settled.state(), settled.settled_on), (State::Settled, Some(date(2026, 1, 18))), "its own day, not that of the sync");
        assert_eq!(till.sync(date(2026, 1, 20)).await, pb::SyncPaymentsResponse::default());
        assert_eq!((till.events("PaymentSettled").await, till.difference_with_the_rail().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn many_that_wait_do_not_keep_one_from_settling() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let sql = "INSERT INTO payment (tenant_id, id, customer_id, currency, amount_minor, refunded_minor, rail, method_token, state, \
                   allocations, reason_code, transitions, created_on, version, created_at) \
                   SELECT tenant_id, $1, customer_id, currency, amount_minor, 0, rail, method_token, state, allocations, '', transitions, created_on, 1, created_at \
                   FROM payment WHERE tenant_id = $2 AND id = $3";
        let waiting = till.pay("sim_pend_300").await;
        let body = move |tx: quittance_chassis::Tx, id: quittance_types::PaymentId| async move {
            let rail = "INSERT INTO rail_transaction (tenant_id, payment_id, currency, amount_minor, outcome, code, settle_on) VALUES ($1, $2, 'EUR', 10000, 'settle', '', 99999)";
            for number in 1..=600_u128 {
                let copy = quittance_types::Uuid::from_u128(number);
                tx.execute(sql, vec![copy.into(), tx.tenant().uuid().into(), id.uuid().into()]).await?;
                tx.execute(rail, vec![tx.tenant().uuid().into(), copy.into()]).await?;
            }
            Ok(())
        };
        let id = quittance_types::PaymentId::parse(&waiting.payment_id).unwrap();
        till.payments.db().write(quittance_chassis::Ctx::system("test", till.tenant), id, body).await.unwrap();
        let paid = till.pay("sim_pend_1").await;
        let synced = till.sync(date(2026, 1, 20)).await;
        assert_eq!((synced.settled, synced.still_open), (1, 601));
        assert_eq!(till.get(&paid.payment_id).await.state(), State::Settled);
    })
    .await;
}

#[tokio::test]
async fn a_refused_payment_says_why() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let failed = till.pay("sim_fail_AM04").await;
        assert_eq!((failed.state(), failed.reason_code.as_str(), failed.settled_on), (State::Failed, "AM04", None));
        assert_eq!((till.events("PaymentFailed").await, till.events("PaymentSettled").await), (1, 0));
        expect_refusal(till.refund(&failed.payment_id, None).await, Reason::IllegalTransition);
        assert_eq!(till.difference_with_the_rail().await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_was_not_refunded_of_a_payment_may_still_come_back() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let paid = till.pay("sim_return_5_MD06").await;
        till.refund(&paid.payment_id, Some(1_000)).await.unwrap();
        assert_eq!(till.get(&paid.payment_id).await.state(), State::PartlyRefunded);
        assert_eq!(till.sync(date(2026, 1, 25)).await.returned, 1);
        let returned = till.get(&paid.payment_id).await;
        assert_eq!(steps(&returned), [State::Settled, State::PartlyRefunded, State::Returned]);
        assert_eq!((returned.reason_code.as_str(), till.events("PaymentReturned").await), ("MD06", 1));
        expect_refusal(till.refund(&paid.payment_id, Some(1)).await, Reason::IllegalTransition);
        assert_eq!((till.sync(date(2026, 1, 25)).await.returned, till.difference_with_the_rail().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_payment_comes_back_after_its_days() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let paid = till.pay("sim_return_5_MD06").await;
        assert_eq!(paid.state(), State::Settled);
        assert_eq!(till.sync(date(2026, 1, 19)).await.returned, 0);
        assert_eq!(till.sync(date(2026, 1, 25)).await.returned, 1);
        let returned = till.get(&paid.payment_id).await;
        assert_eq!((returned.state(), returned.reason_code.as_str()), (State::Returned, "MD06"));
        assert_eq!(steps(&returned), [State::Settled, State::Returned]);
        assert_eq!(returned.transitions[1].on, Some(date(2026, 1, 20)));
        assert_eq!(till.sync(date(2026, 1, 25)).await.returned, 0);
        expect_refusal(till.refund(&paid.payment_id, None).await, Reason::IllegalTransition);
        assert_eq!((till.events("PaymentReturned").await, till.difference_with_the_rail().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let request = till.request("sim_timeout");
        let paid = till.try_pay(request.clone()).await.unwrap();
        assert_eq!(paid.state(), State::Unknown);
        expect_refusal(till.cancel(&paid.payment_id).await, Reason::IllegalTransition);
        assert_eq!(till.sync(date(2026, 1, 15)).await.settled, 1);
        assert_eq!(steps(&till.get(&paid.payment_id).await), [State::Unknown, State::Settled]);
        assert_eq!(till.try_pay(request).await.unwrap(), paid, "the answer stays the one first given");
        assert_eq!((till.payments.store().rows("rail_transaction").await, till.difference_with_the_rail().await), (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_while_paying_moves_money_once() {
    on_both(|backend| async move {
        let mut till = Till::start(backend).await;
        let requests: Vec<_> = (0..16).map(|_| till.request("sim_succeed")).collect();
        let under_way: Vec<_> = requests
            .iter()
            .cloned()
            .map(|request| {
                let mut client = till.client();
                tokio::spawn(async move { client.create_payment(request).await })
            })
            .collect();
        tokio::task::yield_now().await;
        till.payments.crash().await;
        for call in under_way {
            drop(call.await);
        }
        till.payments.restart().await;
        till.sync(date(2026, 1, 15)).await;
        assert_eq!(till.difference_with_the_rail().await, 0);
        for request in requests {
            assert_eq!(till.try_pay(request).await.unwrap().state(), State::Settled);
        }
        let store = till.payments.store();
        assert_eq!((store.rows("payment").await, store.rows("rail_transaction").await), (16, 16));
        assert_eq!((till.events("PaymentSettled").await, till.difference_with_the_rail().await), (16, 0));
    })
    .await;
}

#[tokio::test]
async fn a_payment_is_taken_back_before_it_moves() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let paid = till.pay("sim_pend_3").await;
        let cancelled = till.cancel(&paid.payment_id).await.unwrap();
        assert_eq!(cancelled.state(), State::Cancelled);
        expect_refusal(till.cancel(&paid.payment_id).await, Reason::IllegalTransition);
        assert_eq!(till.sync(date(2026, 2, 1)).await, pb::SyncPaymentsResponse::default());
        expect_refusal(till.cancel(&nobody("pay")).await, Reason::ResourceNotFound);
        assert_eq!((till.events("PaymentFailed").await, till.difference_with_the_rail().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn the_day_decides_whether_a_payment_can_still_be_taken_back() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let moved = till.pay("sim_pend_3").await;
        let refusal = expect_refusal(till.cancel_on(&moved.payment_id, date(2026, 1, 18)).await, Reason::IllegalTransition);
        assert_eq!(fact_of(&refusal, "from").as_deref(), Some("settled"), "the money moves on that day");
        assert_eq!(till.get(&moved.payment_id).await, moved, "a refusal leaves nothing");
        let in_time = till.cancel_on(&moved.payment_id, date(2026, 1, 17)).await.unwrap();
        assert_eq!((in_time.state(), in_time.transitions[1].on), (State::Cancelled, Some(date(2026, 1, 17))));
        let bad = till.cancel_on(&moved.payment_id, date(2026, 2, 30)).await.unwrap_err();
        assert_eq!(fields_of(&bad), ["as_of"]);
        assert_eq!(till.difference_with_the_rail().await, 0);
    })
    .await;
}

/// The first request died after it had stored the payment: nothing but the payment itself says what it asked for.
#[tokio::test]
async fn a_retry_that_asks_for_something_else_is_refused() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let request = pb::CreatePaymentRequest { as_of: Some(date(2026, 1, 14)), ..till.request("sim_pend_3") };
        let paid = till.try_pay(request.clone()).await.unwrap();
        let forget = |tx: quittance_chassis::Tx, ()| async move {
            tx.execute("DELETE FROM idempotency_key WHERE tenant_id = $1", vec![tx.tenant().uuid().into()]).await
        };
        till.payments.db().write(quittance_chassis::Ctx::system("test", till.tenant), (), forget).await.unwrap();
        let others: [fn(&mut pb::CreatePaymentRequest); 3] = [
            |other| other.method_token = "sim_succeed".to_owned(),
            |other| other.as_of = Some(date(2026, 1, 15)),
            |other| other.amount = Some(euro(1)),
        ];
        for change in others {
            let mut other = request.clone();
            change(&mut other);
            expect_refusal(till.try_pay(other).await, Reason::RequestIdReused);
        }
        assert_eq!(till.try_pay(request).await.unwrap(), paid);
        assert_eq!(till.payments.store().rows("rail_transaction").await, 1);
    })
    .await;
}

/// Stored and never handed over, lost on the way, waiting, and come back: each goes its own way in the same run.
#[tokio::test]
async fn one_run_takes_in_all_kinds_of_news() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let tokens = ["sim_pend_2", "sim_pend_9", "sim_timeout", "sim_return_2_MD06", "sim_succeed", "sim_fail_AM04", "sim_timeout"];
        let mut paid = Vec::new();
        for token in tokens {
            paid.push(till.pay(token).await.payment_id);
        }
        let undone = paid[4..].iter().map(|id| quittance_types::PaymentId::parse(id).unwrap()).collect();
        let forget = |tx: quittance_chassis::Tx, undone: Vec<quittance_types::PaymentId>| async move {
            for id in undone {
                let values = vec![tx.tenant().uuid().into(), id.uuid().into()];
                tx.execute("DELETE FROM rail_transaction WHERE tenant_id = $1 AND payment_id = $2", values.clone()).await?;
                let sql = "UPDATE payment SET state = 'created', transitions = '[]', reason_code = '', settled_on = NULL WHERE tenant_id = $1 AND id = $2";
                tx.execute(sql, values).await?;
            }
            Ok(())
        };
        till.payments.db().write(quittance_chassis::Ctx::system("test", till.tenant), undone, forget).await.unwrap();
        let synced = till.sync(date(2026, 1, 20)).await;
        assert_eq!((synced.settled, synced.failed, synced.returned, synced.still_open), (3, 1, 1, 2));
        let mut states = Vec::new();
        for id in &paid {
            states.push(till.get(id).await.state());
        }
        use State::{Failed, Pending, Returned, Settled, Unknown};
        assert_eq!(states, [Settled, Pending, Settled, Returned, Settled, Failed, Unknown]);
        assert_eq!(till.sync(date(2026, 2, 1)).await.settled, 2, "the lost answer is asked for again");
        assert_eq!(till.difference_with_the_rail().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_while_it_is_synced_ends_one_way() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        for _ in 0..4 {
            let id = till.pay("sim_pend_1").await.payment_id;
            let results = race(8, |index| {
                let (mut client, payment_id) = (till.client(), id.clone());
                async move {
                    let request_id = request_id();
                    match index % 2 {
                        0 => client.cancel_payment(pb::CancelPaymentRequest { request_id, payment_id, ..Default::default() }).await.is_ok(),
                        _ => {
                            let synced = client.sync_payments(pb::SyncPaymentsRequest { request_id, as_of: Some(date(2026, 1, 20)) }).await;
                            synced.expect("a payment cancelled meanwhile stops nobody");
                            false
                        }
                    }
                }
            })
            .await;
            let cancelled = results.into_iter().filter(|result| *result).count();
            let state = till.get(&id).await.state();
            assert_eq!(state, if cancelled == 1 { State::Cancelled } else { State::Settled });
            assert_eq!(till.difference_with_the_rail().await, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn payments_are_listed_newest_first() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let mut made = Vec::new();
        for day in 16..21 {
            till.payments.world().move_to(quittance_types::BusinessDate::from_ymd(2026, 1, day).unwrap());
            made.insert(0, till.pay(if day % 2 == 0 { "sim_succeed" } else { "sim_fail_AM04" }).await.payment_id);
        }
        let list = async |state: State, page_token: String| {
            let request = pb::ListPaymentsRequest {
                customer_id: till.customer.clone(),
                state: state.into(),
                page_size: 2,
                page_token,
                ..Default::default()
            };
            till.client().list_payments(request).await
        };
        let mut seen = Vec::new();
        let mut token = String::new();
        loop {
            let page = list(State::Unspecified, token).await.unwrap().into_inner();
            seen.extend(page.payments.into_iter().map(|payment| payment.payment_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, made);
        let failed = list(State::Failed, String::new()).await.unwrap().into_inner();
        assert_eq!((failed.payments.len(), failed.next_page_token.as_str()), (2, ""));
        let token = list(State::Settled, String::new()).await.unwrap().into_inner().next_page_token;
        expect_refusal(list(State::Unspecified, token).await, Reason::PageTokenInvalid);
        let mut stranger = PaymentServiceClient::new(till.payments.as_user(tenant(2), &["*"]));
        expect_refusal(stranger.get_payment(pb::GetPaymentRequest { payment_id: seen.remove(0) }).await, Reason::ResourceNotFound);
    })
    .await;
}
