//! A server on a free port, and a client that can say anything.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use prost::Message;
use quittance_api::events::v1::event_log_service_server::EventLogServiceServer;
use quittance_chassis::auth::{GATEWAY, KeyRing, TOKEN_LIFE};
use quittance_chassis::config::{NodeSettings, Sources};
use quittance_chassis::server::{Limits, Listener, Router, Services, Serving};
use quittance_chassis::{Clock, Permissions, Principal};
use quittance_types::{TenantId, Timestamp};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};
use uuid::Uuid;

use super::fake::Fake;

pub(super) const SERVICE: &str = "/quittance.events.v1.EventLogService";
/// The service under test, as an audience.
pub(super) const NAME: &str = "credit";

/// 2026-01-31T12:00:00Z
pub(super) fn noon() -> Timestamp {
    Timestamp::parse("2026-01-31T12:00:00Z").unwrap()
}

pub(super) fn tenant() -> TenantId {
    TenantId::new(Uuid::from_u128(0xA))
}

pub(super) fn user(permissions: Permissions) -> Principal {
    Principal::user("usr_ada", tenant(), permissions)
}

pub(super) fn settings(overrides: &[&str]) -> NodeSettings<toml::Table> {
    let overrides = overrides.iter().map(|pair| (*pair).to_owned());
    Sources::embedded(NAME, "").overrides(overrides).load(|_: &toml::Table| Ok(())).unwrap()
}

/// The router of a fake service, without a socket.
pub(super) fn router(fake: &Fake, ring: &KeyRing, clock: &Clock, name: &'static str, overrides: &[&str]) -> Router {
    let settings = settings(overrides);
    let services = Services::new().with(EventLogServiceServer::new(fake.clone()));
    services.into_router(name, &settings.server, &settings.quota, &settings.auth, ring.verifier(name, clock)).unwrap()
}

pub(super) struct Server {
    pub(super) fake: Fake,
    pub(super) ring: KeyRing,
    pub(super) clock: Clock,
    pub(super) router: Router,
    pub(super) serving: Serving,
    pub(super) channel: Channel,
}

impl Server {
    pub(super) async fn start(overrides: &[&str]) -> Server {
        let clock = Clock::fixed(noon());
        let ring = KeyRing::generate(&[GATEWAY, NAME, "invoicing"]).unwrap();
        let fake = Fake::default();
        let router = router(&fake, &ring, &clock, NAME, overrides);
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let serving = listener.serve(router.clone(), Limits::from(router.settings()));
        let channel = connect(serving.address());
        Server { fake, ring, clock, router, serving, channel }
    }

    /// A token of Ada with these permissions, minted now.
    pub(super) fn token(&self, permissions: &[&str]) -> String {
        let principal = user(Permissions::of(permissions.iter().copied()));
        self.ring.minter(GATEWAY, &self.clock).unwrap().mint(&principal, NAME, TOKEN_LIFE).unwrap()
    }

    /// A call to a method of the event log that Ada may make.
    pub(super) fn call(&self, method: &str) -> Call {
        Call::to(&format!("{SERVICE}/{method}"), &self.channel).bearer(&self.token(&["*"]))
    }

    /// The fake's `ListEntries`, asked to behave in some way.
    pub(super) fn ask(&self, behaviour: &str) -> Call {
        let message = quittance_api::events::v1::ListEntriesRequest { subject: behaviour.to_owned(), ..Default::default() };
        self.call("ListEntries").message(&message)
    }
}

/// An HTTP/2 client without any idea of gRPC, so that it sends what it is told and leaves timeouts alone.
#[derive(Clone)]
pub(super) struct Channel {
    client: Client<HttpConnector, Body>,
    address: SocketAddr,
}

pub(super) fn connect(address: SocketAddr) -> Channel {
    Channel { client: Client::builder(TokioExecutor::new()).http2_only(true).build_http(), address }
}

/// One gRPC message as it goes over the wire.
pub(super) fn frame(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// A request in the making, right or wrong.
pub(super) struct Call {
    channel: Channel,
    request: Request<Body>,
}

impl Call {
    pub(super) fn to(path: &str, channel: &Channel) -> Call {
        let body = Body::new(Full::new(Bytes::from(frame(&[]))));
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}{path}", channel.address))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        Call { channel: channel.clone(), request: request.body(body).unwrap() }
    }

    pub(super) fn method(mut self, method: Method) -> Call {
        *self.request.method_mut() = method;
        self
    }

    pub(super) fn bytes(self, bytes: impl Into<Bytes>) -> Call {
        self.body(Body::new(Full::new(bytes.into())))
    }

    pub(super) fn body(mut self, body: Body) -> Call {
        *self.request.body_mut() = body;
        self
    }

    pub(super) fn message(self, message: &impl Message) -> Call {
        self.bytes(frame(&message.encode_to_vec()))
    }

    /// Sets a header in place of what was there.
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Call {
        self.request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// Adds a header to what was there.
    pub(super) fn also(mut self, name: &'static str, value: &str) -> Call {
        self.request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(super) fn without(mut self, name: &'static str) -> Call {
        self.request.headers_mut().remove(name);
        self
    }

    pub(super) fn bearer(self, token: &str) -> Call {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends it and reads the answer to its end.
    pub(super) async fn send(self) -> Answer {
        let response = self.open().await.unwrap();
        Answer::read(response).await
    }

    /// Sends it and returns as soon as the headers of the answer are there.
    pub(super) async fn open(self) -> Result<Response<Body>, hyper_util::client::legacy::Error> {
        let response = self.channel.client.request(self.request).await?;
        Ok(response.map(Body::new))
    }
}

pub(super) struct Answer {
    pub(super) http: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) status: Status,
    pub(super) details: ErrorDetails,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) async fn read(response: Response<Body>) -> Answer {
        let (parts, body) = response.into_parts();
        let collected = body.collect().await.unwrap();
        let trailers = collected.trailers().cloned().unwrap_or_default();
        let status = Status::from_header_map(&parts.headers).or_else(|| Status::from_header_map(&trailers));
        let status = status.unwrap_or_else(|| Status::unknown("no grpc-status at all"));
        let details = status.get_error_details();
        Answer { http: parts.status, headers: parts.headers, status, details, body: collected.to_bytes() }
    }

    pub(super) fn code(&self) -> Code {
        self.status.code()
    }

    pub(super) fn reason(&self) -> &str {
        self.details.error_info().map_or("", |info| info.reason.as_str())
    }

    /// Code and reason, and that they come in the form promised.
    #[track_caller]
    pub(super) fn assert(&self, code: Code, reason: &str) {
        assert_eq!((self.code(), self.reason()), (code, reason), "{:?}", self.status);
        let info = self.details.error_info().unwrap();
        assert_eq!(info.domain, "quittance");
        assert!(self.status.details().len() <= 4096);
        assert_eq!(self.http, StatusCode::OK);
    }

    #[track_caller]
    pub(super) fn assert_ok(&self) {
        assert_eq!(self.code(), Code::Ok, "{:?}", self.status);
    }

    /// The text the fake answered with.
    #[track_caller]
    pub(super) fn text(&self) -> String {
        self.assert_ok();
        let message = quittance_api::events::v1::ListEntriesResponse::decode(&self.body[5..]).unwrap();
        message.next_page_token
    }
}
