//! A gateway and a credit service that find each other, and somebody at the door with an HTTP client.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use quittance_chassis::auth::{GATEWAY, KeyRing};
use quittance_chassis::client::Switchboard;
use quittance_chassis::node::{Node, RunningNode};
use quittance_chassis::service::{self, Service};
use quittance_chassis::{Clock, Permissions, Principal};
use quittance_credit::Credit;
use quittance_gateway::Gateway;
use quittance_gateway::front::{PEOPLE, SIGN_IN};
use quittance_testkit::{Backend, Store, tenant};
use quittance_types::{TenantId, Timestamp};
use serde_json::Value;
use tonic::transport::{Channel, Endpoint};

const NAMES: [&str; 6] = [GATEWAY, "credit", "invoicing", "payments", "reconciliation", "collections"];
const SETTINGS: [&str; 8] = [
    "server.address=127.0.0.1:0",
    "health.address=",
    "server.drain_delay_ms=0",
    "server.deadline_ms=30000",
    "quota.per_second=1000000",
    "quota.burst=1000000",
    "database.acquire_timeout_ms=10000",
    "database.partition_groups=1",
];
const LIFE: Duration = Duration::from_secs(600);

/// Everything behind and before the door.
pub struct Door {
    pub clock: Clock,
    pub keys: KeyRing,
    pub address: String,
    pub store: Store,
    pub http: Client<HttpConnector, Full<Bytes>>,
    credit: Option<RunningNode>,
    _credit_store: Store,
    _gateway: RunningNode,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// Status and reason of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        let json = self.json();
        assert_eq!(json["error"]["code"], self.status.as_u16());
        assert_eq!(json["error"]["details"][0]["domain"], "quittance");
        (self.status.as_u16(), json["error"]["details"][0]["reason"].as_str().unwrap_or_default().to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }
}

impl Door {
    pub async fn open(backend: Backend) -> Self {
        Self::open_with(backend, &[]).await
    }

    /// A door with these settings of the gateway beside those of the tests.
    pub async fn open_with(backend: Backend, settings: &[&str]) -> Self {
        let clock = Clock::fixed(Timestamp::parse("2026-01-15T10:00:00Z").expect("a time"));
        let keys = KeyRing::generate(&NAMES).expect("randomness for keys");
        let switchboard = Switchboard::new();
        let (credit, credit_store) = start::<Credit>(backend, &clock, &keys, &switchboard, &["service.expire_every_seconds=0"]).await;
        let settings = [&["service.http_address=127.0.0.1:0", "service.max_body_bytes=65536"], settings].concat();
        let (gateway, store) = start::<Gateway>(backend, &clock, &keys, &switchboard, &settings).await;
        let address = gateway.door().expect("the door").to_string();
        let http = Client::builder(TokioExecutor::new()).build_http();
        Self { clock, keys, address, store, http, credit: Some(credit), _credit_store: credit_store, _gateway: gateway }
    }

    pub async fn stop_credit(&mut self) {
        self.credit.take().expect("it runs").shutdown().await;
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Full::new(body.into())).expect("a request")).await
    }

    /// GET with a token.
    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(Method::GET, path, &[("authorization", &bearer(token))], "").await
    }

    /// POST of JSON with a token.
    pub async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", &*bearer(token)), ("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    /// A token of a person who may do everything.
    pub fn token(&self) -> String {
        self.token_of(tenant(1), &["*"])
    }

    pub fn token_of(&self, tenant: TenantId, permissions: &[&str]) -> String {
        self.mint(GATEWAY, &Principal::user("alice", tenant, Permissions::of(permissions.iter().copied())), PEOPLE)
    }

    /// A token of somebody else in the same company who may do everything.
    pub fn token_of_bob(&self) -> String {
        self.mint(GATEWAY, &Principal::user("bob", tenant(1), Permissions::all()), PEOPLE)
    }

    /// HTTP/2 to the door.
    pub fn channel(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).expect("an address").connect_lazy()
    }

    /// A link that signs somebody in.
    pub fn link(&self) -> String {
        let token = self.mint(GATEWAY, &Principal::user("alice", tenant(1), Permissions::all()), SIGN_IN);
        format!("/sign-in?token={token}")
    }

    /// What the page behind a link posts.
    pub fn entering(&self, link: &str) -> Request<Full<Bytes>> {
        let (_, token) = link.split_once("token=").expect("a link has a token");
        let request = Request::post(format!("http://{}/sign-in", self.address)).header("content-type", "application/x-www-form-urlencoded");
        request.body(Full::new(Bytes::from(format!("token={token}&next=")))).expect("a request")
    }

    /// Opens a link and presses the button.
    pub async fn enter(&self, link: &str) -> Answer {
        self.answer(self.entering(link)).await
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Answer {
        let (head, body) = self.http.request(request).await.expect("an answer").into_parts();
        let body = body.collect().await.expect("a whole answer").to_bytes();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub fn mint(&self, issuer: &str, principal: &Principal, audience: &str) -> String {
        let minter = self.keys.minter(issuer, &self.clock).expect("a key of that name");
        minter.mint(principal, audience, LIFE).expect("our own key signs")
    }
}

pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

async fn start<S: Service>(
    backend: Backend,
    clock: &Clock,
    keys: &KeyRing,
    switchboard: &Switchboard,
    overrides: &[&str],
) -> (RunningNode, Store) {
    let store = Store::migrated(backend, S::NAME, &S::migrations(), clock).await;
    let overrides = SETTINGS.iter().chain(overrides).map(|pair| (*pair).to_owned());
    let mut settings = service::settings::<S>(|sources| sources.overrides(overrides)).expect("the settings are valid");
    let place = store.settings();
    (settings.database.url, settings.database.owner_url) = (place.url, place.owner_url);
    let node = Node::<S>::new(settings).clock(clock).keys(keys).switchboard(switchboard).start().await;
    (node.unwrap_or_else(|fault| panic!("{} does not start: {fault:?}", S::NAME)), store)
}
