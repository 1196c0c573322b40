//! Money given back, never more than came.

use quittance_api::payments::v1 as pb;
use quittance_api::payments::v1::PaymentState as State;
use quittance_api::payments::v1::refund_service_client::RefundServiceClient;
use quittance_testkit::{expect_refusal, fact_of, on_both, race, request_id, tenant};
use quittance_types::Reason;

use crate::fixture::{Till, euro, minor, nobody};

#[tokio::test]
async fn a_payment_is_refunded_in_parts_up_to_what_came() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let paid = till.pay("sim_succeed").await.payment_id;
        let status = expect_refusal(till.refund(&paid, Some(10_001)).await, Reason::RefundExceedsCapture);
        assert_eq!(fact_of(&status, "left").as_deref(), Some("100.00"));
        let part = till.refund(&paid, Some(4_000)).await.unwrap();
        assert_eq!((minor(&part.amount), part.why.as_str()), (4_000, "Returned goods"));
        assert_eq!(till.get(&paid).await.state(), State::PartlyRefunded);
        let status = expect_refusal(till.refund(&paid, Some(6_001)).await, Reason::RefundExceedsCapture);
        assert_eq!(fact_of(&status, "left").as_deref(), Some("60.00"));
        assert_eq!(minor(&till.refund(&paid, None).await.unwrap().amount), 6_000);
        let refunded = till.get(&paid).await;
        assert_eq!((refunded.state(), minor(&refunded.refunded)), (State::Refunded, 10_000));
        expect_refusal(till.refund(&paid, Some(1)).await, Reason::RefundExceedsCapture);
        expect_refusal(till.refund(&paid, None).await, Reason::RefundExceedsCapture);
        assert_eq!((till.events("RefundPaid").await, till.difference_with_the_rail().await), (2, 0));

        let list = pb::ListRefundsRequest { payment_id: paid, ..Default::default() };
        let listed = till.refunds().list_refunds(list).await.unwrap().into_inner().refunds;
        assert_eq!(listed.iter().map(|refund| minor(&refund.amount)).collect::<Vec<_>>(), [6_000, 4_000]);
        let get = pb::GetRefundRequest { refund_id: part.refund_id.clone() };
        assert_eq!(till.refunds().get_refund(get.clone()).await.unwrap().into_inner().refund, Some(part));
        let mut stranger = RefundServiceClient::new(till.payments.as_user(tenant(2), &["*"]));
        expect_refusal(stranger.get_refund(get).await, Reason::ResourceNotFound);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_refunds_at_once_never_exceed_what_came() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let paid = till.pay("sim_succeed").await.payment_id;
        let results = race(16, |_| {
            let (mut client, payment_id) = (till.refunds(), paid.clone());
            let request = pb::CreateRefundRequest { request_id: request_id(), payment_id, amount: Some(euro(1_500)), ..Default::default() };
            async move { client.create_refund(request).await }
        })
        .await;
        let (paid_back, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!((paid_back.len(), refused.len()), (6, 10));
        for result in refused {
            expect_refusal(result, Reason::RefundExceedsCapture);
        }
        assert_eq!(minor(&till.get(&paid).await.refunded), 9_000);
        let store = till.payments.store();
        assert_eq!(store.number("SELECT sum(amount_minor) FROM refund").await, 9_000);
        assert_eq!((store.number("SELECT refunded_minor FROM rail_transaction").await, till.difference_with_the_rail().await), (9_000, 0));
    })
    .await;
}

#[tokio::test]
async fn refunds_that_make_no_sense_are_refused() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let paid = till.pay("sim_succeed").await.payment_id;
        expect_refusal(till.refund(&nobody("pay"), None).await, Reason::ResourceNotFound);
        expect_refusal(till.refund(&paid, Some(0)).await, Reason::AmountNotPositive);
        let mut dollars = euro(100);
        dollars.currency_code = "USD".to_owned();
        let request = pb::CreateRefundRequest { request_id: request_id(), payment_id: paid, amount: Some(dollars), ..Default::default() };
        expect_refusal(till.refunds().create_refund(request).await, Reason::CurrencyMismatch);
        let pending = till.pay("sim_pend_2").await.payment_id;
        expect_refusal(till.refund(&pending, Some(1)).await, Reason::IllegalTransition);
        assert_eq!(till.payments.store().rows("refund").await, 0);
    })
    .await;
}
