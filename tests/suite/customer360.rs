//! One customer in one call: the figures are their owners', and what is not there is named.

use quittance_testkit::on_both;
use serde_json::{Value, json};

use crate::bad_input::stage::{Stage, text};

async fn ask(stage: &Stage, method: &str, body: Value) -> Value {
    stage.ask(method, &body).await.unwrap_or_else(|status| panic!("{method}: {status:?}"))
}

async fn whole(stage: &Stage) -> Value {
    ask(stage, "gateway.Customer360Service/GetCustomer360", json!({"customer_id": stage.buyer})).await
}

fn texts(values: &Value, field: &str) -> Vec<String> {
    values.as_array().expect("a list").iter().map(|value| text(&value[field])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_those_of_their_owners_and_long_lists_say_so() {
    on_both(|backend| async move {
        let stage = Stage::start(backend).await;
        let of_buyer = json!({"customer_id": stage.buyer});
        let seen = whole(&stage).await;
        assert_eq!(seen["exposure"], ask(&stage, "credit.CreditService/GetExposure", of_buyer.clone()).await["exposure"]);
        let balances = ask(&stage, "reconciliation.OpenItemService/GetCustomerBalance", of_buyer.clone()).await["balances"].clone();
        assert_eq!((&seen["balances"], &balances[0]["open_item_count"]), (&balances, &json!(1)));
        assert_eq!(texts(&seen["open_items"], "document_id"), std::slice::from_ref(&stage.invoice));
        assert_eq!(texts(&seen["unapplied"], "receipt_id"), std::slice::from_ref(&stage.receipt));
        assert_eq!((&seen["missing"], &seen["failures"], &seen["more"]), (&json!([]), &json!([]), &json!([])));
        assert_eq!(seen["positions"].as_array().map(Vec::len), Some(5));

        let many = vec![stage.content(); 200];
        ask(&stage, "invoicing.InvoiceService/BatchIssueInvoices", json!({"invoices": many})).await;
        stage.world.settle().await;
        let seen = whole(&stage).await;
        assert_eq!((seen["open_items"].as_array().map(Vec::len), &seen["more"]), (Some(200), &json!(["open_items"])));
        assert_eq!(seen["balances"][0]["open_item_count"], json!(201));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_not_there_is_named_with_its_reason() {
    on_both(|backend| async move {
        let stage = Stage::start(backend).await;
        stage.world.take_away("collections");
        let seen = whole(&stage).await;
        assert_eq!(seen["missing"], json!(["collections"]));
        let mut parts = texts(&seen["failures"], "part");
        parts.sort();
        assert_eq!(parts, ["agings", "disputes", "events", "promises"]);
        assert!(texts(&seen["failures"], "reason").iter().all(|reason| reason == "SERVICE_UNAVAILABLE"), "{seen}");
        assert_eq!(texts(&seen["open_items"], "document_id"), std::slice::from_ref(&stage.invoice), "the rest is there");
    })
    .await;
}
