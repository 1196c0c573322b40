//! Money collected over rails: settled, returned, refunded, paid out.

use quittance_api::payments::v1 as payments;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::{BankLineState as State, ReceiptState};
use quittance_reconciliation::domain::item::Terms;
use quittance_reconciliation::inbox;
use quittance_testkit::{on_both, unique};
use quittance_types::{PaymentId, RefundId};

use crate::camt::{Statement, credit};
use crate::fixture::{Company, NewInvoice, date, euro, minor};

const TERMS: Terms = Terms { discount_grace_days: 3 };

fn payment(customer: &str, amount: i64, parts: &[(&str, i64)]) -> payments::Payment {
    let allocations =
        parts.iter().map(|(invoice, minor)| payments::PaymentAllocation { invoice_id: (*invoice).to_owned(), amount: Some(euro(*minor)) });
    payments::Payment {
        payment_id: PaymentId::new(unique()).to_string(),
        customer_id: customer.to_owned(),
        amount: Some(euro(amount)),
        allocations: allocations.collect(),
        created_on: Some(date(2026, 1, 13)),
        settled_on: Some(date(2026, 1, 15)),
        ..Default::default()
    }
}

async fn settle(company: &Company, payment: &payments::Payment) {
    let event = payments::PaymentSettled { payment: Some(payment.clone()) };
    company.hear(event, |tx, event| async move { inbox::payments::payment_settled(&tx, event, TERMS).await }).await;
}

async fn give_back(company: &Company, payment: &payments::Payment) {
    let payment = payments::Payment { reason_code: "MD06".to_owned(), ..payment.clone() };
    let event = payments::PaymentReturned { payment: Some(payment), returned_on: Some(date(2026, 1, 20)) };
    company.hear(event, |tx, event| async move { inbox::payments::payment_returned(&tx, event).await }).await;
}

fn refund(payment: &payments::Payment, amount: i64) -> payments::RefundPaid {
    let refund = payments::Refund {
        refund_id: RefundId::new(unique()).to_string(),
        payment_id: payment.payment_id.clone(),
        customer_id: payment.customer_id.clone(),
        amount: Some(euro(amount)),
        why: "goods came back".to_owned(),
        refunded_on: Some(date(2026, 1, 22)),
        ..Default::default()
    };
    payments::RefundPaid { refund: Some(refund) }
}

async fn hear_refund(company: &Company, event: payments::RefundPaid) {
    company.hear(event, |tx, event| async move { inbox::payments::refund_paid(&tx, event).await }).await;
}

async fn receipt_of(company: &Company, payment: &payments::Payment) -> pb::Receipt {
    let all =
        company.receipts().list_receipts(pb::ListReceiptsRequest { page_size: 100, ..Default::default() }).await.unwrap().into_inner();
    all.receipts.into_iter().find(|receipt| receipt.source_id == payment.payment_id).expect("the payment's receipt")
}

#[tokio::test]
async fn a_settled_payment_pays_what_it_was_for_and_its_payout_proves_it() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let discount = Some((date(2026, 1, 12), 200));
        let first = company
            .issue(NewInvoice { customer: &company.alpha, number: 1, gross: 10_000, due: date(2026, 2, 14), discount, reference: "" })
            .await;
        let second = company.invoice(&company.alpha, 2, 5_000).await;
        let foreign = company.invoice(&company.beta, 3, 5_000).await;
        let payment = payment(&company.alpha, 16_000, &[(&first, 9_800), (&second, 5_500), (&foreign, 700)]);
        settle(&company, &payment).await;
        settle(&company, &payment).await;
        assert_eq!((company.open_of(&first).await, company.open_of(&second).await, company.open_of(&foreign).await), (0, 0, 5_000));
        let receipt = receipt_of(&company, &payment).await;
        assert_eq!(
            (receipt.state(), minor(&receipt.unapplied), receipt.source()),
            (ReceiptState::PartlyApplied, 1_200, pb::ReceiptSource::Payment)
        );
        assert_eq!((company.balance("1300").await, company.balance("6700").await), (16_000, 200));
        let payout = format!("PAYOUT {}", payment.payment_id);
        company.import(&Statement::new("S", "2026-01-16", 100_000, vec![credit(16_000, &payout)])).await;
        let line = company.line(&payout).await;
        assert_eq!((line.state(), line.receipt_id.as_str(), company.balance("1300").await), (State::Payout, "", 0));
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_returned_payment_reopens_what_it_had_paid() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let payment = payment(&company.alpha, 10_000, &[(&invoice, 10_000)]);
        settle(&company, &payment).await;
        give_back(&company, &payment).await;
        give_back(&company, &payment).await;
        assert_eq!(company.open_of(&invoice).await, 10_000);
        assert_eq!(receipt_of(&company, &payment).await.state(), ReceiptState::Reversed);
        assert_eq!((company.balance("1300").await, company.balance("1290").await), (0, 0));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_frees_what_it_needs_and_the_credit_memo_takes_its_place() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let payment = payment(&company.alpha, 10_500, &[(&invoice, 10_000)]);
        settle(&company, &payment).await;
        let memo = company.credit_memo(&company.alpha, &invoice, 3_000).await;
        assert_eq!(company.open_of(&memo).await, -3_000, "the invoice is paid: the credit stays open");
        let event = refund(&payment, 3_500);
        hear_refund(&company, event.clone()).await;
        hear_refund(&company, event).await;
        let receipt = receipt_of(&company, &payment).await;
        assert_eq!((minor(&receipt.applied), minor(&receipt.unapplied), minor(&receipt.refunded)), (7_000, 0, 3_500));
        assert_eq!((company.open_of(&invoice).await, company.open_of(&memo).await), (0, 0));
        assert_eq!((company.balance("1300").await, company.balance("1200").await), (7_000, 0));
        company.prove().await;
    })
    .await;
}

/// Moves money of a payment's receipt to beta.
async fn move_to_beta(company: &Company, payment: &payments::Payment, amount: i64) {
    let request = pb::TransferUnappliedRequest {
        request_id: unique().to_string(),
        receipt_id: receipt_of(company, payment).await.receipt_id,
        to_customer_id: company.beta.clone(),
        amount: Some(euro(amount)),
        why: "it was meant for beta".to_owned(),
        ..Default::default()
    };
    company.receipts().transfer_unapplied(request).await.unwrap();
}

#[tokio::test]
async fn what_was_moved_to_another_customer_before_the_payer_gets_it_back_waits_in_suspense() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let (refunded, returned) = (payment(&company.alpha, 10_300, &[(&invoice, 10_000)]), payment(&company.alpha, 500, &[]));
        for payment in [&refunded, &returned] {
            settle(&company, payment).await;
            move_to_beta(&company, payment, 300).await;
        }
        hear_refund(&company, refund(&refunded, 10_300)).await;
        assert_eq!((company.open_of(&invoice).await, company.balance("1990").await), (10_000, 300));
        give_back(&company, &returned).await;
        give_back(&company, &returned).await;
        for payment in [&refunded, &returned] {
            assert_eq!(receipt_of(&company, payment).await.state(), ReceiptState::Reversed);
        }
        assert_eq!((company.balance("1300").await, company.balance("1990").await, company.balance("1290").await), (0, 600, -600));
        company.prove().await;
    })
    .await;
}
