//! Customers by the batch.

use quittance_api::credit::v1 as pb;
use quittance_testkit::{expect_refusal, fields_of, on_both, request_id};
use quittance_types::Reason;
use tonic::Status;

use crate::fixture::{Desk, customer};

async fn import(desk: &Desk, customers: Vec<pb::Customer>) -> Result<pb::BatchImportCustomersResponse, Status> {
    let request = pb::BatchImportCustomersRequest { request_id: request_id(), customers };
    Ok(desk.customers().batch_import_customers(request).await?.into_inner())
}

fn counts(answer: &pb::BatchImportCustomersResponse) -> (i32, i32, i32) {
    (answer.created, answer.updated, answer.unchanged)
}

fn numbered(count: usize) -> Vec<pb::Customer> {
    (0..count).map(|number| customer(&format!("K-{number}"))).collect()
}

#[tokio::test]
async fn the_same_batch_again_changes_nothing() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let first = import(&desk, numbered(1_000)).await.unwrap();
        assert_eq!(counts(&first), (1_000, 0, 0));
        let events = desk.credit.store().rows("event_log").await;
        let again = import(&desk, numbered(1_000)).await.unwrap();
        assert_eq!((counts(&again), &again.customer_ids), ((0, 0, 1_000), &first.customer_ids));
        assert_eq!(desk.credit.store().rows("event_log").await, events, "what did not change is not published");
        let mut mixed = numbered(3);
        mixed[1].city = "Kiel".to_owned();
        mixed.push(customer("K-new"));
        let third = import(&desk, mixed).await.unwrap();
        assert_eq!(counts(&third), (1, 1, 2));
        assert_eq!(third.customer_ids[..3], first.customer_ids[..3]);
        assert_eq!(desk.get("external:K-1").await.unwrap().city, "Kiel");
        assert_eq!(desk.credit.store().rows("customer").await, 1_001);
        assert_eq!(desk.credit.store().rows("credit_account").await, 1_001);
    })
    .await;
}

#[tokio::test]
async fn a_batch_with_a_bad_row_stores_none() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let mut rows = numbered(3);
        rows[1].country = "Germany".to_owned();
        rows[2].external_id = String::new();
        let status = import(&desk, rows).await.unwrap_err();
        assert_eq!(fields_of(&status), ["customers[1].country", "customers[2].external_id"]);
        let twice = vec![customer("K-1"), customer("K-1")];
        expect_refusal(import(&desk, twice).await, Reason::DuplicateExternalId);
        expect_refusal(import(&desk, Vec::new()).await, Reason::FieldRequired);
        expect_refusal(import(&desk, numbered(1_001)).await, Reason::TooManyItems);
        import(&desk, numbered(1)).await.unwrap();
        let other_currency = vec![customer("K-9"), pb::Customer { currency: "USD".to_owned(), ..customer("K-0") }];
        expect_refusal(import(&desk, other_currency).await, Reason::FieldImmutable);
        assert_eq!(desk.credit.store().rows("customer").await, 1);
    })
    .await;
}
