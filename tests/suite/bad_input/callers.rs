//! Rows 20 to 35: who calls, and calls that come twice.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use quittance_api::invoicing::v1::{GetInvoiceRequest, invoice_service_client::InvoiceServiceClient};
use quittance_testkit::{fact_of, request_id, tenant};
use quittance_types::Reason;
use serde_json::{Value, json};

use super::stage::{Stage, customer, nobody, seller, text};
use crate::http;

const GET: &str = "invoicing.InvoiceService/GetInvoice";
const CREATE: &str = "credit.CustomerService/CreateCustomer";
const UPDATE: &str = "credit.CustomerService/UpdateCustomer";

pub async fn send(stage: &Stage) {
    credentials(stage).await;
    tenants(stage).await;
    request_ids(stage).await;
    versions(stage).await;
}

fn forged(header: &Value) -> String {
    let claims = json!({"iss": "gateway", "aud": "invoicing", "sub": "x", "ten": tenant(1).to_string(), "exp": 4_000_000_000_u64});
    let part = |value: &Value| BASE64.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(&claims), BASE64.encode([0_u8; 64]))
}

async fn with_headers(stage: &Stage, row: u8, what: &str, values: &[&str], reason: Reason) {
    let caller = stage.invoicing.with_authorization(values);
    let answer = stage.ask_as(&caller, GET, &json!({"invoice_id": stage.invoice})).await;
    stage.judge(row, what, answer, reason);
    let lines: String = values.iter().map(|value| format!("Authorization: {value}\r\n")).collect();
    let path = format!("/v1/invoices/{}", stage.invoice);
    let answer = http::request(stage.door, "GET", &path, &lines, b"").expect("the door answers");
    stage.check(row, (answer.status, answer.reason()) == (401, reason.as_str()), || format!("HTTP {what}: {answer:?}"));
}

async fn credentials(stage: &Stage) {
    with_headers(stage, 20, "no token", &[], Reason::TokenMissing).await;
    let good = stage.person("invoicing", tenant(1), &["*"]).authorization().expect("a token");
    let invalid = Reason::TokenInvalid;
    with_headers(stage, 21, "two headers", &[&good, &good], invalid).await;
    for header in [json!({"alg": "none"}), json!({"alg": "HS256"}), json!({"alg": "EdDSA", "kid": "nobody"})] {
        with_headers(stage, 21, &header.to_string(), &[&format!("Bearer {}", forged(&header))], invalid).await;
    }
    for text in ["Bearer", "Bearer x", "Basic eDp4", "Bearer a.b.c", "Bearer qk_x_y_z"] {
        with_headers(stage, 21, text, &[text], invalid).await;
    }
    for header in [
        json!({"alg": "EdDSA", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}}),
        json!({"alg": "EdDSA", "jku": "http://127.0.0.1:1/keys"}),
        json!({"alg": "EdDSA", "x5u": "http://127.0.0.1:1/cert"}),
        json!({"alg": "EdDSA", "kid": "k".repeat(8_000)}),
    ] {
        with_headers(stage, 24, &header.to_string()[..40], &[&format!("Bearer {}", forged(&header))], invalid).await;
    }
    let long = format!("Authorization: Bearer {}\r\n", "x".repeat(65_536));
    let answer = http::request(stage.door, "GET", "/v1/invoices", &long, b"").expect("the door answers");
    stage.check(24, (answer.status, answer.reason()) == (401, "TOKEN_INVALID"), || format!("64 kB of token: {answer:?}"));

    // A token for invoicing is worth nothing to credit, nor to the door.
    let foreign = stage.credit.with_authorization(&[&good]);
    let answer = stage.ask_as(&foreign, "credit.CustomerService/ListCustomers", &json!({})).await;
    stage.judge(23, "an audience that is not ours", answer, Reason::TokenAudience);
    let line = format!("Authorization: {good}\r\n");
    let answer = http::request(stage.door, "GET", "/v1/invoices", &line, b"").expect("the door answers");
    stage.check(23, (answer.status, answer.reason()) == (401, "TOKEN_AUDIENCE"), || format!("an internal token outside: {answer:?}"));

    let reader = stage.person("invoicing", tenant(1), &["invoicing.invoice.read"]);
    let answer = stage.ask_as(&reader, "invoicing.InvoiceService/IssueInvoice", &json!({"content": stage.content()})).await;
    let status = stage.judge(25, "a reader who issues", answer, Reason::PermissionMissing);
    let named = status.and_then(|status| fact_of(&status, "permission"));
    stage.check(25, named.as_deref().is_some_and(|name| name.starts_with("invoicing.")), || format!("the permission: {named:?}"));
    let key = stage.api_key(&["invoicing.invoice.read"]).await;
    let answer = stage.rest(&key, "invoicing.InvoiceService/IssueInvoice", &json!({"content": stage.content()}), "");
    stage.check(25, (answer.status, answer.reason()) == (403, "PERMISSION_MISSING"), || format!("{answer:?}"));
}

async fn tenants(stage: &Stage) {
    let mut client = InvoiceServiceClient::new(stage.person("invoicing", tenant(1), &["*"]));
    let mut request = tonic::Request::new(GetInvoiceRequest { invoice_id: stage.invoice.clone() });
    request.metadata_mut().insert("x-tenant", tenant(2).to_string().parse().expect("a header"));
    let answer = client.get_invoice(request).await.map(|_| Value::Null);
    stage.judge(26, "a header that names a tenant", answer, Reason::TenantNotAllowedInRequest);

    let stranger = stage.person("invoicing", tenant(2), &["*"]);
    let foreign = stage.ask_as(&stranger, GET, &json!({"invoice_id": stage.invoice})).await;
    let foreign = stage.judge(27, "another tenant's invoice", foreign, Reason::ResourceNotFound);
    let absent = stage.ask_as(&stranger, GET, &json!({"invoice_id": nobody("inv")})).await;
    let absent = stage.judge(27, "nobody's invoice", absent, Reason::ResourceNotFound);
    let words = |status: Option<tonic::Status>, id: &str| status.map(|status| status.message().replace(id, "ID"));
    let same = words(foreign, &stage.invoice) == words(absent, &nobody("inv"));
    stage.check(27, same, || "absent and foreign are told apart".to_owned());
    stage.refused(27, GET, json!({"invoice_id": nobody("inv")}), Reason::ResourceNotFound).await;
    let stranger = stage.person("credit", tenant(2), &["*"]);
    let update = json!({"customer": {"customer_id": stage.buyer, "city": "Kiel"}, "update_mask": "city"});
    let answer = stage.ask_as(&stranger, UPDATE, &update).await;
    stage.judge(27, "a change of another tenant's customer", answer, Reason::ResourceNotFound);
}

async fn request_ids(stage: &Stage) {
    stage.refused(30, CREATE, json!({"request_id": "", "customer": customer("R-1")}), Reason::RequestIdRequired).await;
    for bad in ["x", "00000000-0000-0000-0000-000000000000", "1234"] {
        stage.refused(31, CREATE, json!({"request_id": bad, "customer": customer("R-1")}), Reason::RequestIdInvalid).await;
    }
    let id = request_id();
    let body = json!({"request_id": id, "customer": customer("R-2")});
    let (first, second) = tokio::join!(stage.ask(CREATE, &body), stage.ask(CREATE, &body));
    let same = matches!((&first, &second), (Ok(first), Ok(second)) if first == second);
    stage.check(33, same, || format!("twice at once: {first:?} and {second:?}"));
    let other = json!({"request_id": id, "customer": customer("R-3")});
    let status = stage.refused_on_the_wire(32, CREATE, &other, Reason::RequestIdReused).await;
    let seen = status.and_then(|status| fact_of(&status, "first_seen"));
    stage.check(32, seen.is_some(), || "first_seen is not told".to_owned());
    let answer = stage.rest(&stage.key, CREATE, &other, "");
    stage.check(32, (answer.status, answer.reason()) == (400, "REQUEST_ID_REUSED"), || format!("{answer:?}"));
    let elsewhere = json!({"request_id": id, "legal_entity": seller("R2")});
    stage.allowed(34, "invoicing.LegalEntityService/CreateLegalEntity", elsewhere).await;
    let update = json!({"request_id": id, "customer": {"customer_id": stage.buyer, "segment": "retail"}, "update_mask": "segment"});
    stage.allowed(34, UPDATE, update).await;
    let stranger = stage.person("credit", tenant(2), &["*"]);
    let answer = stage.ask_as(&stranger, CREATE, &body).await;
    stage.check(34, answer.is_ok(), || format!("the id of another tenant: {answer:?}"));
}

async fn versions(stage: &Stage) {
    let stale = json!({"customer": {"customer_id": stage.buyer, "city": "Kiel", "etag": "99"}, "update_mask": "city"});
    let status = stage.refused_on_the_wire(35, UPDATE, &stale, Reason::EtagMismatch).await;
    let current = status.and_then(|status| fact_of(&status, "current"));
    stage.check(35, current.is_some(), || "the current version is not told".to_owned());
    stage.refused(35, UPDATE, stale, Reason::EtagMismatch).await;
}

/// Row 22, and the end of page tokens; the clock does not come back, so this is the last thing sent.
pub async fn expire(stage: &Stage) {
    let good = stage.person("invoicing", tenant(1), &["*"]).authorization().expect("a token");
    let list = json!({"page_size": 1});
    let page = stage.allowed(64, "credit.CustomerService/ListCustomers", list).await;
    let later = stage.world.today().plus_days(30).expect("a day");
    stage.world.move_to(later);
    let answer = stage.ask_as(&stage.invoicing.with_authorization(&[&good]), GET, &json!({"invoice_id": stage.invoice})).await;
    stage.judge(22, "a token of last month", answer, Reason::TokenExpired);
    let next = json!({"page_size": 1, "page_token": text(&page["next_page_token"])});
    stage.refused(64, "credit.CustomerService/ListCustomers", next, Reason::PageTokenInvalid).await;
}
