//! Payments that are not made.

use quittance_api::payments::v1 as pb;
use quittance_testkit::{expect_refusal, fields_of, on_both, tenant, unique};
use quittance_types::Reason;

use crate::fixture::{Till, euro, nobody};

fn part(invoice: &str, amount: i64) -> pb::PaymentAllocation {
    pb::PaymentAllocation { invoice_id: invoice.to_owned(), amount: Some(euro(amount)) }
}

#[tokio::test]
async fn only_known_customers_pay() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let unknown = pb::CreatePaymentRequest { customer_id: nobody("cus"), ..till.request("sim_succeed") };
        expect_refusal(till.try_pay(unknown).await, Reason::ResourceNotFound);
        let foreign = till.customer_of(tenant(2)).await;
        let foreign = pb::CreatePaymentRequest { customer_id: foreign, ..till.request("sim_succeed") };
        expect_refusal(till.try_pay(foreign).await, Reason::ResourceNotFound);
        let store = till.payments.store();
        assert_eq!((store.rows("payment").await, store.rows("rail_transaction").await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn parts_name_each_invoice_once_and_sum_to_no_more_than_the_payment() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let invoices: Vec<String> = (0..101).map(|_| format!("inv_{}", unique().simple())).collect();
        let with = |allocations| pb::CreatePaymentRequest { allocations, ..till.request("sim_succeed") };
        let twice = vec![part(&invoices[0], 100), part(&invoices[0], 200)];
        expect_refusal(till.try_pay(with(twice)).await, Reason::AllocationDuplicate);
        let too_much = vec![part(&invoices[0], 10_000), part(&invoices[1], 1)];
        expect_refusal(till.try_pay(with(too_much)).await, Reason::AllocationSum);
        let mut dollars = part(&invoices[0], 100);
        dollars.amount.as_mut().unwrap().currency_code = "USD".to_owned();
        expect_refusal(till.try_pay(with(vec![dollars])).await, Reason::CurrencyMismatch);
        let too_many = invoices.iter().map(|invoice| part(invoice, 1)).collect();
        expect_refusal(till.try_pay(with(too_many)).await, Reason::TooManyItems);
        let nothing = vec![part(&invoices[0], 0), part("x", 1)];
        let status = till.try_pay(with(nothing)).await.unwrap_err();
        assert_eq!(fields_of(&status), ["allocations[0].amount", "allocations[1].invoice_id"]);
        let all = vec![part(&invoices[0], 6_000), part(&invoices[1], 4_000)];
        assert_eq!(till.try_pay(with(all)).await.unwrap().allocations.len(), 2);
        assert_eq!(till.payments.store().rows("payment").await, 1);
    })
    .await;
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    on_both(|backend| async move {
        let till = Till::start(backend).await;
        let bad = pb::CreatePaymentRequest { customer_id: "x".to_owned(), amount: Some(euro(-1)), rail: 99, ..till.request("tok_visa") };
        let status = till.try_pay(bad).await.unwrap_err();
        assert_eq!(fields_of(&status), ["customer_id", "amount", "rail", "method_token"]);
        expect_refusal(till.try_pay(till.request("tok_visa")).await, Reason::PaymentMethodInvalid);
        expect_refusal(till.try_pay(till.request("4111111111111111")).await, Reason::CardNumberForbidden);
    })
    .await;
}
