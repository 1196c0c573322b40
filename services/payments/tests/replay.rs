//! A retry is safe: every method that changes facts (invariant I21).

use quittance_api::payments::v1 as pb;
use quittance_testkit::on_both;
use quittance_testkit::replay::Replays;

use crate::fixture::{Till, date, euro};

const PACKAGE: &str = "quittance.payments.v1";

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_safe_to_repeat() {
    on_both(|backend| async move {
        let till = &Till::start(backend).await;
        let caller = till.caller();
        let mut replays = Replays::of(PACKAGE);
        let path = |method: &str| format!("/{PACKAGE}.{method}");

        for token in ["sim_succeed", "sim_pend_3", "sim_timeout", "sim_fail_AM04"] {
            let fresh = async || pb::CreatePaymentRequest { request_id: String::new(), ..till.request(token) };
            let other = |request| pb::CreatePaymentRequest { amount: Some(euro(1)), ..request };
            replays.check(&caller, &path("PaymentService/CreatePayment"), fresh, other).await;
        }

        let fresh = async || pb::CancelPaymentRequest { payment_id: till.pay("sim_pend_3").await.payment_id, ..Default::default() };
        let payment_id = till.pay("sim_pend_3").await.payment_id;
        let other = |request| pb::CancelPaymentRequest { payment_id: payment_id.clone(), ..request };
        replays.check(&caller, &path("PaymentService/CancelPayment"), fresh, other).await;

        let fresh = async || {
            till.pay("sim_pend_3").await;
            pb::SyncPaymentsRequest { as_of: Some(date(2026, 3, 1)), ..Default::default() }
        };
        let other = |request| pb::SyncPaymentsRequest { as_of: None, ..request };
        replays.check(&caller, &path("PaymentService/SyncPayments"), fresh, other).await;

        let fresh = async || pb::CreateRefundRequest { payment_id: till.pay("sim_succeed").await.payment_id, ..Default::default() };
        let other = |request| pb::CreateRefundRequest { amount: Some(euro(1)), ..request };
        replays.check(&caller, &path("RefundService/CreateRefund"), fresh, other).await;

        replays.finish();
        assert_eq!(till.difference_with_the_rail().await, 0);
    })
    .await;
}
