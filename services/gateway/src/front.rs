//! The door: one port for the portal, REST, gRPC and gRPC-Web. Whoever comes in is identified here; behind it every call
//! carries an internal token for exactly the service it is meant for.

mod bodies;
mod grpc;
mod guard;
mod identify;
mod listen;
mod oidc;
mod openapi;
mod pages;
mod rest;
mod session;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use axum::{Router, extract::DefaultBodyLimit, response::IntoResponse, routing::get};
use http::{HeaderMap, StatusCode};
use quittance_chassis::{
    Clock, Ctx, Principal,
    auth::TokenVerifier,
    client::Peers,
    config::{ServerSettings, invalid},
    db::Db,
    policy::Policy,
    server::deadline,
    service::App,
    trace::TraceContext,
};
use quittance_types::{Fault, Reason};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Settings, portal};

/// Audience of tokens that people and scripts bring.
pub const PEOPLE: &str = "people";
/// Audience of one-time links.
pub const SIGN_IN: &str = "sign-in";

/// Everything the door needs. Cheap to clone.
#[derive(Clone)]
pub struct Front(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    peers: Peers,
    settings: Arc<Settings>,
    server: Arc<ServerSettings>,
    bodies: bodies::Bodies,
    people: TokenVerifier,
    links: TokenVerifier,
    oidc: Vec<oidc::Issuer>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Front {
    /// Binds the address and reads the keys of OIDC issuers.
    ///
    /// # Errors
    /// CONFIG_INVALID when the address cannot be bound or a JWKS file cannot be read.
    pub fn new(app: &App<Settings>) -> Result<Front, Fault> {
        let cannot = |_| invalid("service.http_address", "an address that is free, host:port");
        let listener = TcpListener::bind(&app.settings.http_address).map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        Ok(Front(Arc::new(Inner {
            db: app.db.clone(),
            clock: app.clock.clone(),
            peers: app.peers.clone(),
            settings: app.settings.clone(),
            server: app.server.clone(),
            bodies: bodies::Bodies::new(&app.settings),
            people: app.keys.verifier(PEOPLE, &app.clock),
            links: app.keys.verifier(SIGN_IN, &app.clock),
            oidc: app.settings.oidc.iter().map(oidc::Issuer::read).collect::<Result<_, _>>()?,
            listener,
            address,
        })))
    }

    /// Where it is: with port 0 in the settings, on the port the system gave.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Serves until the token is cancelled.
    pub async fn serve(self, stop: CancellationToken) {
        let listener = self.0.listener.try_clone().and_then(tokio::net::TcpListener::from_std);
        let listener = match listener {
            Ok(listener) => listener,
            Err(cause) => return tracing::error!(%cause, "the gateway cannot listen"),
        };
        listen::serve(listener, self.router(), &listen::Limits::from(&*self.0.settings), stop).await;
    }

    fn router(&self) -> Router {
        let limit = self.0.settings.max_body_bytes;
        Router::new()
            .route("/healthz", get(|| async { "ok" }))
            .route("/openapi.json", get(openapi::document))
            .merge(portal::assets::routes())
            .merge(pages::routes())
            .fallback(dispatch)
            .layer(DefaultBodyLimit::max(limit))
            .with_state(self.clone())
    }

    /// The context of a call made by somebody who was identified. It continues the caller's trace or begins one.
    fn ctx(&self, principal: Principal, method: &str, headers: &HeaderMap) -> Ctx {
        let given = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(TraceContext::parse);
        let trace = given.unwrap_or_else(TraceContext::begin);
        Ctx { principal, method: Arc::from(method), request_id: None, deadline: None, traceparent: Some(trace.to_string()) }
    }

    /// Until when a call that arrived at `arrived` is worth working on: the same as at every service.
    ///
    /// # Errors
    /// BAD_DEADLINE, EXPIRED_ON_ARRIVAL.
    fn deadline(&self, headers: &HeaderMap, policy: &Policy, arrived: Instant) -> Result<Option<Instant>, Fault> {
        deadline::of(headers, policy, &self.0.server, arrived)
    }
}

/// gRPC by its content type, REST by its prefix, else a page that does not exist.
async fn dispatch(axum::extract::State(front): axum::extract::State<Front>, request: axum::extract::Request) -> axum::response::Response {
    if grpc::is_grpc(request.headers()) || grpc::is_preflight(&request) {
        return grpc::forward(front, request).await;
    }
    if request.uri().path().starts_with("/v1/") {
        return rest::answer(front, request).await;
    }
    if request.uri().path().starts_with("/quittance.") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    pages::not_found(&front, request.headers()).await
}

/// The service a contract path belongs to: `/quittance.credit.v1.X/Y` is credit's. The log service is every service's, so
/// its callers say whose log they mean in the header `quittance-service`.
///
/// # Errors
/// FIELD_REQUIRED when that header names no service of ours; METHOD_UNKNOWN for paths that are nobody's.
fn audience(path: &str, headers: &HeaderMap) -> Result<&'static str, Fault> {
    let known = |name: &str| SERVICES.into_iter().find(|service| *service == name);
    let package = path.strip_prefix("/quittance.").and_then(|rest| rest.split_once('.')).map(|(package, _)| package);
    match package {
        Some("events") => headers
            .get("quittance-service")
            .and_then(|value| value.to_str().ok())
            .and_then(known)
            .ok_or_else(|| Fault::new(Reason::FieldRequired, "Every service has a log; name one in the header quittance-service.")),
        package => package.and_then(known).ok_or_else(|| Fault::new(Reason::MethodUnknown, "There is no such service or method.")),
    }
}

const SERVICES: [&str; 6] = ["credit", "invoicing", "payments", "reconciliation", "collections", "gateway"];
