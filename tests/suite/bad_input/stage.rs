//! The whole suite with one company on it, and the ways to send it something and judge the answer.

use std::{collections::BTreeSet, net::SocketAddr, sync::Mutex};

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor, SerializeOptions};
use quittance_api::status::code;
use quittance_chassis::service::Service;
use quittance_collections::Collections;
use quittance_credit::Credit;
use quittance_gateway::Gateway;
use quittance_invoicing::Invoicing;
use quittance_payments::Payments;
use quittance_reconciliation::Reconciliation;
use quittance_testkit::{Backend, Caller, Harness, Store, World, is_server_bug, raw, reason_of, request_id, tenant};
use quittance_types::{Reason, TenantId};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::{Code, Status};

use super::address;
use crate::http::{self, Answer};

/// Six services, a seller, a buyer, an issued invoice and money to apply.
pub struct Stage {
    pub world: World,
    pub credit: Harness<Credit>,
    pub invoicing: Harness<Invoicing>,
    pub payments: Harness<Payments>,
    pub reconciliation: Harness<Reconciliation>,
    pub collections: Harness<Collections>,
    pub gateway: Harness<Gateway>,
    pub door: SocketAddr,
    /// An API key that may do everything.
    pub key: String,
    pub seller: String,
    pub buyer: String,
    pub bank: String,
    pub invoice: String,
    pub receipt: String,
    proven: Mutex<BTreeSet<u8>>,
    wrong: Mutex<Vec<String>>,
    _letters: TempDir,
}

impl Stage {
    pub async fn start(backend: Backend) -> Stage {
        let world = World::new(backend);
        let letters = tempfile::tempdir().expect("a folder");
        let directory = format!("service.mail.directory={}", letters.path().display());
        let quiet = ["service.evaluate_every_seconds=0", "service.deliver_every_seconds=0", &directory];
        let gateway: Harness<Gateway> = world.start_with(&["service.http_address=127.0.0.1:0", "service.head_timeout_ms=1000"]).await;
        let mut stage = Stage {
            credit: world.start_with(&["service.expire_every_seconds=0"]).await,
            invoicing: world.start().await,
            payments: world.start_with(&["service.sync_every_seconds=0"]).await,
            reconciliation: world.start().await,
            collections: world.start_with(&quiet).await,
            door: gateway.node().door().expect("the gateway has one"),
            gateway,
            world,
            key: String::new(),
            seller: String::new(),
            buyer: String::new(),
            bank: String::new(),
            invoice: String::new(),
            receipt: String::new(),
            proven: Mutex::default(),
            wrong: Mutex::default(),
            _letters: letters,
        };
        stage.furnish().await;
        stage
    }

    async fn furnish(&mut self) {
        self.key = self.api_key(&["*"]).await;
        self.done("credit.PolicyService/PutPolicy", policy("BEYOND_LIMIT_HOLD")).await;
        let seller = self.done("invoicing.LegalEntityService/CreateLegalEntity", json!({"legal_entity": seller("ACME")})).await;
        self.seller = text(&seller["legal_entity"]["legal_entity_id"]);
        let buyer = self.done("credit.CustomerService/CreateCustomer", json!({"customer": customer("K-1")})).await;
        self.buyer = text(&buyer["customer"]["customer_id"]);
        let limit = json!({"customer_id": self.buyer, "amount": euro(500_000), "why": "Review"});
        self.done("credit.CreditService/SetLimit", limit).await;
        let account =
            json!({"bank_account": {"iban": OUR_IBAN, "currency": "EUR", "name": "House bank", "opening_balance": euro(100_000)}});
        let bank = self.done("reconciliation.BankService/CreateBankAccount", account).await;
        self.bank = text(&bank["bank_account"]["bank_account_id"]);
        self.world.settle().await;
        let invoice = self.done("invoicing.InvoiceService/IssueInvoice", json!({"content": self.content()})).await;
        self.invoice = text(&invoice["invoice"]["invoice_id"]);
        let money = json!({"bank_account_id": self.bank, "customer_id": self.buyer, "amount": euro(10_000)});
        let receipt = self.done("reconciliation.ReceiptService/RecordReceipt", money).await;
        self.receipt = text(&receipt["receipt"]["receipt_id"]);
        self.world.settle().await;
    }

    /// A key for machines with these permissions.
    pub async fn api_key(&self, permissions: &[&str]) -> String {
        let made = self.done("gateway.AccessService/CreateApiKey", json!({"name": "tests", "permissions": permissions})).await;
        text(&made["secret"])
    }

    /// What an invoice of 119.00 says.
    pub fn content(&self) -> Value {
        json!({"customer_id": self.buyer, "legal_entity_id": self.seller, "currency": "EUR", "lines": [line("10", "10.00")]})
    }

    /// A person who may do these things.
    pub fn person(&self, service: &str, tenant: TenantId, permissions: &[&str]) -> Caller {
        match service {
            Credit::NAME => self.credit.as_user(tenant, permissions),
            Invoicing::NAME => self.invoicing.as_user(tenant, permissions),
            Payments::NAME => self.payments.as_user(tenant, permissions),
            Reconciliation::NAME => self.reconciliation.as_user(tenant, permissions),
            Collections::NAME => self.collections.as_user(tenant, permissions),
            _ => self.gateway.as_user(tenant, permissions),
        }
    }

    /// One gRPC call of somebody. No answer, whatever was sent, may be the server's own fault.
    pub async fn ask_as(&self, caller: &Caller, method: &str, body: &Value) -> Result<Value, Status> {
        let descriptor = address::method(method);
        let body = with_request_id(&descriptor, body);
        let message = DynamicMessage::deserialize(descriptor.input(), body).unwrap_or_else(|error| panic!("{method}: {error}"));
        let answer = raw::call(caller, &address::path(&descriptor), Bytes::from(message.encode_to_vec())).await;
        if let Err(status) = &answer
            && is_server_bug(status)
        {
            self.fail(format!("{method}: {status:?}"));
        }
        let answer = DynamicMessage::decode(descriptor.output(), answer?).expect("an answer of the method");
        let options = SerializeOptions::new().skip_default_fields(false).use_proto_field_name(true);
        Ok(answer.serialize_with_options(serde_json::value::Serializer, &options).expect("JSON"))
    }

    /// One gRPC call of the usual person.
    pub async fn ask(&self, method: &str, body: &Value) -> Result<Value, Status> {
        let service = method.split('.').next().unwrap_or_default();
        self.ask_as(&self.person(service, tenant(1), &["*"]), method, body).await
    }

    async fn done(&self, method: &str, body: Value) -> Value {
        self.ask(method, &body).await.unwrap_or_else(|status| panic!("{method}: {status:?}"))
    }

    /// The same call through the door, in JSON, by the key.
    pub fn rest(&self, key: &str, method: &str, body: &Value, headers: &str) -> Answer {
        let descriptor = address::method(method);
        let (verb, path, body) = address::rest(&descriptor, &with_request_id(&descriptor, body));
        let headers = format!("Authorization: Bearer {key}\r\nContent-Type: application/json\r\n{headers}");
        let answer = http::request(self.door, verb, &path, &headers, &body).expect("the door answers");
        if answer.status >= 500 || answer.status == 0 {
            self.fail(format!("{verb} {path:.80}: {answer:?}"));
        }
        answer
    }

    /// Refused for this reason over gRPC and, in JSON, through the door.
    pub async fn refused(&self, row: u8, method: &str, body: Value, reason: Reason) {
        self.refused_on_the_wire(row, method, &body, reason).await;
        let answer = self.rest(&self.key, method, &body, "");
        let expected = (status_of(code(reason.outcome())), reason.as_str());
        let found = (answer.status, answer.reason());
        self.check(row, found == expected, || format!("HTTP {method} {}: {found:?} instead of {expected:?}", short(&body)));
    }

    /// Refused for this reason over gRPC.
    pub async fn refused_on_the_wire(&self, row: u8, method: &str, body: &Value, reason: Reason) -> Option<Status> {
        let answer = self.ask(method, body).await;
        self.judge(row, &format!("{method} {}", short(body)), answer, reason)
    }

    /// The databases.
    pub fn stores(&self) -> [(&'static str, &Store); 6] {
        [
            (Credit::NAME, self.credit.store()),
            (Invoicing::NAME, self.invoicing.store()),
            (Payments::NAME, self.payments.store()),
            (Reconciliation::NAME, self.reconciliation.store()),
            (Collections::NAME, self.collections.store()),
            (Gateway::NAME, self.gateway.store()),
        ]
    }

    /// Whether an answer is this refusal.
    pub fn judge(&self, row: u8, what: &str, answer: Result<Value, Status>, reason: Reason) -> Option<Status> {
        let expected = (code(reason.outcome()), reason.as_str().to_owned());
        let found = match &answer {
            Ok(_) => (Code::Ok, String::new()),
            Err(status) => (status.code(), reason_of(status)),
        };
        let message = answer.as_ref().err().map(Status::message).unwrap_or_default();
        self.check(row, found == expected, || format!("gRPC {what}: {found:?} ({message:.80}) instead of {expected:?}"));
        answer.err()
    }

    /// Allowed over gRPC; null when it was not.
    pub async fn allowed(&self, row: u8, method: &str, body: Value) -> Value {
        let answer = self.ask(method, &body).await;
        self.check(row, answer.is_ok(), || format!("gRPC {method} {}: {answer:?}", short(&body)));
        answer.unwrap_or_default()
    }

    /// Something of this row holds.
    pub fn check(&self, row: u8, holds: bool, otherwise: impl FnOnce() -> String) {
        self.proven.lock().expect("no panic").insert(row);
        if !holds {
            self.fail(format!("row {row}: {}", otherwise()));
        }
    }

    fn fail(&self, what: String) {
        self.wrong.lock().expect("no panic").push(what);
    }

    /// The rows something was sent for, and everything that was answered wrongly.
    pub fn verdict(self) -> (BTreeSet<u8>, Vec<String>) {
        (self.proven.into_inner().expect("no panic"), self.wrong.into_inner().expect("no panic"))
    }
}

pub const OUR_IBAN: &str = "DE89370400440532013000";

/// Mutations get a fresh id unless the body brings one.
fn with_request_id(method: &MethodDescriptor, body: &Value) -> Value {
    let mut body = body.clone();
    if method.input().get_field_by_name("request_id").is_some() && body.get("request_id").is_none() {
        body["request_id"] = request_id().into();
    }
    body
}

fn short(body: &Value) -> String {
    body.to_string().chars().take(160).collect()
}

/// The mapping of `google/rpc/code.proto`, as far as refusals need it.
fn status_of(code: Code) -> u16 {
    match code {
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        _ => 500,
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub fn money(currency: &str, units: i64, nanos: i64) -> Value {
    json!({"currency_code": currency, "units": units.to_string(), "nanos": nanos})
}

pub fn euro(minor: i64) -> Value {
    money("EUR", minor / 100, minor % 100 * 10_000_000)
}

pub fn date(year: i32, month: i32, day: i32) -> Value {
    json!({"year": year, "month": month, "day": day})
}

pub fn line(quantity: &str, unit_price: &str) -> Value {
    json!({"description": "Hexagon bolt M8", "quantity": quantity, "unit_price": unit_price,
        "vat_category": "VAT_CATEGORY_STANDARD", "vat_rate": "19"})
}

/// What credit decides by.
pub fn policy(beyond_limit: &str) -> Value {
    json!({"policy": {"name": "Standard", "currency": "EUR", "beyond_limit": beyond_limit,
        "four_eyes_above": euro(1_000_000), "reservation_days": 30,
        "limit_formula": {"base": euro(10_000), "per_score_point": euro(1_000), "maximum": euro(100_000)}}})
}

pub fn seller(code: &str) -> Value {
    json!({"code": code, "legal_name": "Acme GmbH", "country": "DE", "vat_id": "DE136695976", "currency": "EUR",
        "time_zone": "Europe/Berlin", "iban": OUR_IBAN})
}

pub fn customer(external_id: &str) -> Value {
    json!({"external_id": external_id, "legal_name": "Buyer & Sons", "country": "DE", "city": "Hamburg", "currency": "EUR",
        "payment_terms": "net 30"})
}

/// An id of this kind that nothing has.
pub fn nobody(prefix: &str) -> String {
    format!("{prefix}_{:032x}", 0x1234)
}
