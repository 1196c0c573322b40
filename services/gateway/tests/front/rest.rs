//! REST and JSON.

use http::Method;
use quittance_testkit::{on_both, request_id, tenant};
use serde_json::{Value, json};

use crate::door::{Door, bearer};

pub fn customer(external_id: &str) -> Value {
    json!({
        "requestId": request_id(),
        "customer": {"externalId": external_id, "legalName": "Buyer & Söhne", "country": "DE", "currency": "EUR"},
    })
}

#[tokio::test]
async fn a_customer_is_created_read_listed_and_changed() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = door.token();
        let request = customer("K-1");
        let created = door.post(&token, "/v1/customers", &request).await;
        assert_eq!((created.status.as_u16(), created.header("content-type")), (200, "application/json"));
        let created = created.json()["customer"].clone();
        assert_eq!((&created["legalName"], &created["state"]), (&json!("Buyer & Söhne"), &json!("CUSTOMER_STATE_ACTIVE")));
        assert_eq!(door.post(&token, "/v1/customers", &request).await.json()["customer"], created, "a retry");
        let path = format!("/v1/customers/{}", created["customerId"].as_str().unwrap());
        assert_eq!(door.get(&token, &path).await.json()["customer"], created);
        assert_eq!(door.get(&token, "/v1/customers/external%3AK-1").await.json()["customer"], created);

        door.post(&token, "/v1/customers", &customer("K-2")).await;
        let page = door.get(&token, "/v1/customers?pageSize=1&name_contains=s%C3%B6hne").await.json();
        assert_eq!(page["customers"][0], created);
        let next = format!("/v1/customers?pageSize=1&nameContains=s%C3%B6hne&pageToken={}", page["nextPageToken"].as_str().unwrap());
        assert_eq!(door.get(&token, &next).await.json()["customers"][0]["externalId"], "K-2");

        let change = json!({"requestId": request_id(), "customer": {"legalName": "New", "city": "Kiel"}, "updateMask": "legalName"});
        let headers = [("authorization", &*bearer(&token))];
        let changed = door.send(Method::PATCH, &path, &headers, change.to_string()).await.json()["customer"].clone();
        assert_eq!((&changed["legalName"], &changed["city"], &changed["etag"]), (&json!("New"), &json!(""), &json!("2")));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_understood_is_refused() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = door.token();
        let mut unknown = customer("K-1");
        unknown["customer"]["legalNome"] = json!("x");
        let answer = door.post(&token, "/v1/customers", &unknown).await;
        assert_eq!(answer.refusal(), (400, "UNKNOWN_FIELD".to_owned()));
        assert_eq!(answer.json()["error"]["details"][1]["fieldViolations"][0]["field"], "customer.legalNome");
        assert_eq!(door.get(&token, "/v1/customers?colour=red").await.refusal(), (400, "UNKNOWN_FIELD".to_owned()));

        let headers = [("authorization", &*bearer(&token))];
        for body in ["{\"requestId\":\"a\",\"requestId\":\"b\"}", "{", "[]", "{\"customer\":5}", "{} {}"] {
            let answer = door.send(Method::POST, "/v1/customers", &headers, body).await;
            assert_eq!(answer.refusal(), (400, "MALFORMED_JSON".to_owned()), "{body}");
        }
        let large = format!("{{\"requestId\":\"{}\"}}", "x".repeat(70_000));
        assert_eq!(door.send(Method::POST, "/v1/customers", &headers, large).await.refusal(), (413, "MESSAGE_TOO_LARGE".to_owned()));

        let bad = json!({"requestId": request_id(), "customer": {"legalName": "x", "country": "Germany", "currency": "EUR"}});
        let answer = door.post(&token, "/v1/customers", &bad).await;
        assert_eq!(answer.refusal(), (400, "COUNTRY_UNKNOWN".to_owned()));
        assert_eq!(answer.json()["error"]["status"], "INVALID_ARGUMENT");
        assert_eq!(door.post(&token, "/v1/customers", &json!({})).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn addresses_that_are_nobodys_are_not_found() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = door.token();
        assert_eq!(door.get(&token, "/v1/nothing").await.refusal(), (404, "METHOD_UNKNOWN".to_owned()));
        assert_eq!(door.get("", "/v1/nothing").await.refusal(), (404, "METHOD_UNKNOWN".to_owned()));
        let headers = [("authorization", &*bearer(&token))];
        let answer = door.send(Method::DELETE, "/v1/customers/cus_1", &headers, "").await;
        assert_eq!(answer.refusal(), (404, "METHOD_UNKNOWN".to_owned()));
        let page = door.get(&token, "/nothing").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
        assert!(!page.header("content-security-policy").is_empty());
        let json = door.post(&token, "/quittance.credit.v1.CustomerService/GetCustomer", &json!({})).await;
        assert_eq!(json.status, 415);
        let missing = format!("/v1/customers/cus_{}", "0".repeat(31) + "1");
        assert_eq!(door.get(&token, &missing).await.refusal(), (404, "RESOURCE_NOT_FOUND".to_owned()));
        assert_eq!(door.get(&token, "/v1/customers/7").await.refusal(), (400, "NAME_INVALID".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_customer_of_another_tenant_is_not_found_whatever_the_headers_say() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let created = door.post(&door.token(), "/v1/customers", &customer("K-1")).await.json();
        let path = format!("/v1/customers/{}", created["customer"]["customerId"].as_str().unwrap());
        let stranger = door.token_of(tenant(2), &["*"]);
        assert_eq!(door.get(&stranger, &path).await.refusal(), (404, "RESOURCE_NOT_FOUND".to_owned()));
        let mine = tenant(1).to_string();
        let headers = [("authorization", &*bearer(&stranger)), ("x-tenant", &mine), ("x-user", "alice"), ("quittance-principal", "alice")];
        assert_eq!(door.send(Method::GET, &path, &headers, "").await.refusal(), (404, "RESOURCE_NOT_FOUND".to_owned()));
        let listed = door.send(Method::GET, "/v1/customers", &headers, "").await.json();
        assert_eq!(listed["customers"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_service_that_is_away_is_said_to_be() {
    on_both(|backend| async move {
        let mut door = Door::open(backend).await;
        let token = door.token();
        let answer = door.get(&token, "/v1/invoices").await;
        assert_eq!(answer.refusal(), (503, "SERVICE_UNAVAILABLE".to_owned()));
        door.stop_credit().await;
        assert_eq!(door.get(&token, "/v1/customers").await.refusal(), (503, "SERVICE_UNAVAILABLE".to_owned()));
        assert_eq!(door.send(Method::GET, "/healthz", &[], "").await.text(), "ok");
    })
    .await;
}

#[tokio::test]
async fn the_contract_is_openapi_3_1() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let answer = door.send(Method::GET, "/openapi.json", &[], "").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
        let document = answer.json();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
        assert!(document["paths"]["/v1/customers"]["post"].is_object());
        assert!(document["components"]["schemas"].as_object().unwrap().len() > 100);
    })
    .await;
}
