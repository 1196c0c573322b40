//! Rows 61 to 70: lists, masks, names and batches.

use quittance_testkit::{fact_of, fields_of, tenant};
use quittance_types::Reason;
use serde_json::{Value, json};

use super::stage::{Stage, customer, nobody, text};

const LIST: &str = "credit.CustomerService/ListCustomers";
const INVOICES: &str = "invoicing.InvoiceService/ListInvoices";
const CREATE: &str = "credit.CustomerService/CreateCustomer";
const UPDATE: &str = "credit.CustomerService/UpdateCustomer";
const GET_INVOICE: &str = "invoicing.InvoiceService/GetInvoice";

pub async fn send(stage: &Stage) {
    pages(stage).await;
    filters(stage).await;
    masks(stage).await;
    names(stage).await;
    batches(stage).await;
}

async fn pages(stage: &Stage) {
    for list in [
        LIST,
        "invoicing.InvoiceService/ListInvoices",
        "payments.PaymentService/ListPayments",
        "reconciliation.ReceiptService/ListReceipts",
        "collections.DisputeService/ListDisputes",
    ] {
        stage.refused(63, list, json!({"page_size": -1}), Reason::PageSizeNegative).await;
        stage.allowed(63, list, json!({"page_size": 1_000_000_000})).await;
        stage.allowed(63, list, json!({"page_size": 0})).await;
        for garbage in ["garbage", "AAAA", "%%%", "'; --"] {
            stage.refused(64, list, json!({"page_token": garbage}), Reason::PageTokenInvalid).await;
        }
    }
    let page = stage.allowed(64, LIST, json!({"page_size": 1})).await;
    let token = text(&page["next_page_token"]);
    stage.check(64, !token.is_empty(), || "there is no second page".to_owned());
    stage.refused(64, LIST, json!({"page_size": 1, "page_token": token, "name_contains": "x"}), Reason::PageTokenInvalid).await;
    stage.refused(64, "invoicing.InvoiceService/ListInvoices", json!({"page_token": token}), Reason::PageTokenInvalid).await;
    let stranger = stage.person("credit", tenant(2), &["*"]);
    let answer = stage.ask_as(&stranger, LIST, &json!({"page_size": 1, "page_token": token})).await;
    stage.judge(64, "the page token of another tenant", answer, Reason::PageTokenInvalid);
}

async fn filters(stage: &Stage) {
    for (list, sound, order) in [
        (LIST, format!("customer_id = {}", stage.buyer), "create_time desc"),
        (INVOICES, format!("customer_id = {} AND number = \"INV-1 \\\" OR\"", stage.buyer), "create_time"),
        ("payments.PaymentService/ListPayments", "create_time >= 2026-01-15T00:00:00Z".to_owned(), "create_time asc"),
        ("reconciliation.OpenItemService/ListOpenItems", "due_date >= 2026-01-01 AND due_date < 2026-12-31".to_owned(), "due_date desc"),
        ("collections.AnalyticsService/ListReceivables", "issue_date <= 2026-01-15 AND due_date > 2026-01-01".to_owned(), "due_date"),
    ] {
        let deep = format!("{}{sound}{}", "(".repeat(50), ")".repeat(50));
        for bad in ["colour = 1", deep.as_str(), "(", "customer_id = \"", "customer_id = 7", "customer_id", "AND", "customer_id < x"] {
            stage.refused(61, list, json!({"filter": bad}), Reason::FilterInvalid).await;
        }
        let long = json!({"filter": "x".repeat(100_000)});
        let status = stage.refused_on_the_wire(61, list, &long, Reason::FilterInvalid).await;
        let position = status.and_then(|status| fact_of(&status, "position"));
        stage.check(61, position.as_deref() == Some("1000"), || format!("the position: {position:?}"));
        for bad in ["colour", "create_time,due_date", "due_date desc desc", "1; DROP TABLE customer"] {
            stage.refused(62, list, json!({"order_by": bad}), Reason::OrderByInvalid).await;
        }
        let answer = stage.allowed(61, list, json!({"filter": sound, "order_by": order})).await;
        stage.check(62, answer.is_object(), || format!("{list} by {order}: {answer}"));
    }
    let number = stage.allowed(61, GET_INVOICE, json!({"invoice_id": stage.invoice})).await["invoice"]["number"].clone();
    let found = stage.allowed(61, INVOICES, json!({"filter": format!("number = {number}")})).await;
    let ids: Vec<&Value> = found["invoices"].as_array().into_iter().flatten().map(|invoice| &invoice["invoice_id"]).collect();
    stage.check(61, ids == [stage.invoice.as_str()], || format!("filtered by number {number}: {ids:?}"));
    both_ways(stage).await;
}

/// The same customers one by one from either end.
async fn both_ways(stage: &Stage) {
    let mut seen = Vec::new();
    for order_by in ["create_time", "create_time desc"] {
        let (mut ids, mut token) = (Vec::new(), String::new());
        loop {
            let page = stage.allowed(62, LIST, json!({"page_size": 1, "order_by": order_by, "page_token": token})).await;
            ids.push(text(&page["customers"][0]["customer_id"]));
            token = text(&page["next_page_token"]);
            if token.is_empty() {
                break;
            }
        }
        seen.push(ids);
    }
    seen[1].reverse();
    stage.check(62, seen[0].len() > 1 && seen[0] == seen[1], || format!("one way {:?}, the other {:?}", seen[0], seen[1]));
}

fn update(stage: &Stage, fields: Value, mask: &str) -> Value {
    let mut customer = fields;
    customer["customer_id"] = stage.buyer.as_str().into();
    json!({"customer": customer, "update_mask": mask})
}

async fn masks(stage: &Stage) {
    stage.refused(65, UPDATE, update(stage, json!({"city": "Kiel"}), "colour"), Reason::FieldMaskInvalid).await;
    stage.refused(65, UPDATE, update(stage, json!({"city": "Kiel"}), "city,contacts.colour"), Reason::FieldMaskInvalid).await;
    let ignored = stage.allowed(65, UPDATE, update(stage, json!({"state": "CUSTOMER_STATE_CLOSED"}), "state")).await;
    stage.check(65, ignored["customer"]["state"] == "CUSTOMER_STATE_ACTIVE", || format!("state: {}", ignored["customer"]["state"]));
    let whole = json!({"legal_name": "Buyer & Sons", "country": "DE", "city": "Bonn", "currency": "EUR", "payment_terms": "net 30"});
    for mask in ["*", ""] {
        let changed = stage.allowed(65, UPDATE, update(stage, whole.clone(), mask)).await;
        stage.check(65, changed["customer"]["city"] == "Bonn", || format!("mask {mask:?}: {}", changed["customer"]));
    }
    for field in ["currency", "externalId"] {
        stage.refused(66, UPDATE, update(stage, json!({field: "USD"}), field), Reason::FieldImmutable).await;
    }
    let mut claimed = customer("O-1");
    claimed["customer_id"] = nobody("cus").into();
    claimed["state"] = "CUSTOMER_STATE_CLOSED".into();
    claimed["create_time"] = "1999-01-01T00:00:00Z".into();
    claimed["etag"] = "77".into();
    let made = stage.allowed(67, CREATE, json!({"customer": claimed})).await;
    let made = &made["customer"];
    let own = made["customer_id"] != nobody("cus").as_str() && made["state"] == "CUSTOMER_STATE_ACTIVE" && made["etag"] == "1";
    stage.check(67, own && !made["create_time"].to_string().contains("1999"), || format!("what a client claimed: {made}"));
}

async fn names(stage: &Stage) {
    let long = "x".repeat(300);
    let upper = stage.invoice.to_uppercase();
    for bad in ["invoices/../x", "%2e", "..", "INV_1", long.as_str(), upper.as_str(), "inv_1", "cus_00000000000000000000000000001234"] {
        stage.refused(68, GET_INVOICE, json!({"invoice_id": bad}), Reason::NameInvalid).await;
        stage.refused(68, "payments.PaymentService/GetPayment", json!({"payment_id": bad}), Reason::NameInvalid).await;
    }
    let mut other = customer("K-1");
    other["legal_name"] = "Somebody Else".into();
    stage.refused(69, CREATE, json!({"customer": other}), Reason::DuplicateExternalId).await;
}

async fn batches(stage: &Stage) {
    let mut customers: Vec<Value> = (0..500).map(|number| customer(&format!("B-{number}"))).collect();
    customers[250]["country"] = "X".into();
    let batch = json!({"customers": customers});
    let import = "credit.CustomerService/BatchImportCustomers";
    let status = stage.refused_on_the_wire(70, import, &batch, Reason::CountryUnknown).await;
    let fields = status.map(|status| fields_of(&status)).unwrap_or_default();
    stage.check(70, fields.iter().any(|field| field.starts_with("customers[250]")), || format!("the fields named: {fields:?}"));
    stage.refused(70, import, batch, Reason::CountryUnknown).await;
    let stored = stage.credit.store().number("SELECT count(*) FROM customer WHERE external_id LIKE 'B-%'").await;
    stage.check(70, stored == 0, || format!("{stored} customers of a refused batch are stored"));
    let mut invoices = vec![stage.content(); 500];
    invoices[499]["lines"][0]["quantity"] = "1e3".into();
    let batch = "invoicing.InvoiceService/BatchIssueInvoices";
    stage.refused(70, batch, json!({"invoices": invoices}), Reason::AmountFormat).await;
}
