//! Whatever anybody sends, the answer is a decision: never INTERNAL, never UNKNOWN, never a service that went away, and
//! nothing that another service cannot digest afterwards.
//!
//! The methods come from the descriptors. `QUITTANCE_GARBAGE` is how often each is called, `QUITTANCE_SEED` what with.

mod generator;
mod known;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor, SerializeOptions};
use quittance_testkit::{Backend, is_server_bug, raw, reason_of, tenant};
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::bad_input::{address, stage::Stage};
use generator::Generator;
use known::Known;

const SERVICES: [&str; 6] = ["credit", "invoicing", "payments", "reconciliation", "collections", "gateway"];
/// Calls to each method of each service.
const ROUNDS: usize = 40;
/// Of which so many go through the door as well.
const THROUGH_THE_DOOR: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn no_garbage_breaks_a_suite_on_sqlite() {
    feed(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_garbage_breaks_a_suite_on_postgresql() {
    feed(Backend::Postgres).await;
}

/// A test has no configuration.
#[allow(clippy::disallowed_methods)]
fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Unary methods with the service that answers them; the event log is everybody's.
fn methods() -> Vec<(&'static str, MethodDescriptor)> {
    let pool = quittance_api::pool();
    let ours = pool.services().filter(|service| service.full_name().starts_with("quittance."));
    let unary = ours.flat_map(|service| service.methods().collect::<Vec<_>>()).filter(|method| !method.is_server_streaming());
    unary.flat_map(|method| served_by(&method).into_iter().map(move |service| (service, method.clone()))).collect()
}

fn served_by(method: &MethodDescriptor) -> Vec<&'static str> {
    let package = method.parent_service().full_name().split('.').nth(1).unwrap_or_default().to_owned();
    let own: Vec<&str> = SERVICES.into_iter().filter(|service| *service == package).collect();
    if own.is_empty() { SERVICES.to_vec() } else { own }
}

async fn feed(backend: Backend) {
    let methods = methods();
    assert!(methods.len() > 100, "{} methods", methods.len());
    let stage = Stage::start(backend).await;
    let seed = setting("QUITTANCE_SEED", 1);
    let mut fed = Fed {
        stage: &stage,
        generator: Generator::new(u64::try_from(seed).expect("a seed")),
        known: Known::default(),
        wrong: BTreeMap::new(),
        answers: BTreeMap::new(),
        untaken: methods.iter().map(|(_, method)| method.full_name().to_owned()).collect(),
    };
    fed.known.learn(&json!({"customer_id": stage.buyer, "legal_entity_id": stage.seller, "bank_account_id": stage.bank,
        "invoice_id": stage.invoice, "receipt_id": stage.receipt}));
    for (service, method) in methods.iter().filter(|(_, method)| method.name().starts_with("List")) {
        fed.call(service, method, &DynamicMessage::new(method.input())).await;
    }
    for round in 0..setting("QUITTANCE_GARBAGE", ROUNDS) {
        for (service, method) in &methods {
            let message = fed.generator.message(&method.input(), &fed.known);
            fed.call(service, method, &message).await;
            fed.bytes(service, method, &message).await;
            if round < THROUGH_THE_DOOR {
                fed.door(method, &message);
            }
        }
    }
    stage.world.settle().await;
    fed.digest().await;
    println!("{backend:?}, seed {seed}: {:?}; never taken: {:?}", fed.answers, fed.untaken);
    assert!(fed.wrong.is_empty(), "seed {seed}: {:#?}", fed.wrong);
    assert!(fed.untaken.len() * 4 < methods.len(), "hardly anything was understood: {:?}", fed.untaken);
}

struct Fed<'a> {
    stage: &'a Stage,
    generator: Generator,
    known: Known,
    /// The first of each kind.
    wrong: BTreeMap<String, String>,
    answers: BTreeMap<String, usize>,
    /// Methods that never took what they were sent.
    untaken: BTreeSet<String>,
}

impl Fed<'_> {
    async fn call(&mut self, service: &str, method: &MethodDescriptor, message: &DynamicMessage) {
        let answer = self.send(service, method, message.encode_to_vec()).await;
        if let Ok(bytes) = self.judge(method, answer, || text(message))
            && let Ok(answer) = DynamicMessage::decode(method.output(), bytes)
        {
            self.known.learn(&json_of(&answer));
        }
    }

    /// The same message with a byte changed, or cut, or followed by more.
    async fn bytes(&mut self, service: &str, method: &MethodDescriptor, message: &DynamicMessage) {
        let bytes = self.generator.damaged(message.encode_to_vec());
        let shown = format!("{:?}", Bytes::from(bytes.clone()));
        let answer = self.send(service, method, bytes).await;
        let _ = self.judge(method, answer, || shown);
    }

    async fn send(&self, service: &str, method: &MethodDescriptor, bytes: Vec<u8>) -> Result<Bytes, Status> {
        let caller = self.stage.person(service, tenant(1), &["*"]);
        raw::call(&caller, &address::path(method), Bytes::from(bytes)).await
    }

    fn judge(&mut self, method: &MethodDescriptor, answer: Result<Bytes, Status>, sent: impl FnOnce() -> String) -> Result<Bytes, Status> {
        let code = answer.as_ref().err().map_or(Code::Ok, Status::code);
        *self.answers.entry(format!("{code:?}")).or_default() += 1;
        if answer.is_ok() {
            self.untaken.remove(method.full_name());
        }
        if let Err(status) = &answer
            && (is_server_bug(status) || status.code() == Code::Unavailable || reason_of(status).is_empty())
        {
            let kind = format!("{} {code:?} {} {:.120}", method.full_name(), reason_of(status), status.message());
            self.wrong.entry(kind).or_insert_with(|| sent().chars().take(1_500).collect());
        }
        answer
    }

    fn door(&mut self, method: &MethodDescriptor, message: &DynamicMessage) {
        let name =
            format!("{}/{}", method.parent_service().full_name().trim_start_matches("quittance.").replace(".v1.", "."), method.name());
        if method.parent_service().full_name().starts_with("quittance.events.") {
            return;
        }
        let (verb, path, body) = address::rest(method, &json_of(message));
        let headers = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", self.stage.key);
        let answer = crate::http::request(self.stage.door, verb, &path, &headers, &body).expect("the door answers");
        if answer.status >= 500 || (answer.status == 0 && path.len() < 8_000) {
            let kind = format!("{name} by HTTP {} {}", answer.status, answer.reason());
            self.wrong.entry(kind).or_insert_with(|| format!("{verb} {path:.300} {:.1200}", String::from_utf8_lossy(&body)));
        }
    }

    /// What was taken in is digested by everybody, and the books are sound.
    async fn digest(&mut self) {
        for (service, store) in self.stage.stores() {
            let letters = store.rows("dead_letter").await;
            if letters > 0 {
                let person = self.stage.person(service, tenant(1), &["*"]);
                let parked = self.stage.ask_as(&person, "events.EventLogService/ListDeadLetters", &json!({"page_size": 3})).await;
                self.wrong.insert(format!("{service} parked {letters} events"), format!("{parked:.1500?}"));
            }
        }
        let proofs = self.stage.ask("reconciliation.LedgerService/CheckInvariants", &json!({})).await.expect("the proofs");
        for proof in proofs["proofs"].as_array().into_iter().flatten().filter(|proof| proof["holds"] != true) {
            self.wrong.insert(format!("the books: {}", proof["name"]), proof.to_string());
        }
    }
}

fn json_of(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().skip_default_fields(true).use_proto_field_name(true);
    message.serialize_with_options(serde_json::value::Serializer, &options).unwrap_or_default()
}

fn text(message: &DynamicMessage) -> String {
    format!("{message}")
}
