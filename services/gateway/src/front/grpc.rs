//! gRPC and gRPC-Web: the message goes on as it came, under an internal token.

use std::{
    convert::Infallible,
    sync::LazyLock,
    task::{Context, Poll},
};

use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode, header};
use quittance_api::status::to_status;
use quittance_chassis::{Ctx, policy::Policies, server::TENANT_HEADERS};
use quittance_types::{Fault, Reason};
use tokio::time::Instant;
use tonic::{body::Body, service::Routes};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceExt};

use super::{Front, audience};

/// Headers in which a caller might claim to be somebody, beside those that claim a tenant.
const CLAIMS: [&str; 3] = ["x-user", "x-forwarded-user", "quittance-principal"];

/// Whether the request is gRPC of either kind.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("application/grpc"))
}

/// Whether a browser asks if it may call from another origin. It may not: no header is sent that would allow it.
pub(super) fn is_preflight(request: &axum::extract::Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers one call.
pub(super) async fn forward(front: Front, request: axum::extract::Request) -> Response {
    if is_preflight(&request) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let request = request.map(Body::new);
    let answered = GrpcWebLayer::new().layer(Forward(front)).oneshot(request).await;
    match answered {
        Ok(response) => response.map(axum::body::Body::new),
        Err(impossible) => match impossible {},
    }
}

#[derive(Clone)]
struct Forward(Front);

impl Service<http::Request<Body>> for Forward {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let front = self.0.clone();
        Box::pin(async move { Ok(call(front, request).await.unwrap_or_else(|fault| to_status(&fault).into_http())) })
    }
}

async fn call(front: Front, mut request: http::Request<Body>) -> Result<http::Response<Body>, Fault> {
    let arrived = Instant::now();
    let path = request.uri().path().to_owned();
    if path.starts_with("/grpc.reflection.") {
        return reflect(request).await;
    }
    let unknown = || Fault::new(Reason::MethodUnknown, "There is no such service or method.");
    let policy = Policies::own().find(&path).ok_or_else(unknown)?;
    let service = audience(&path, request.headers())?;
    let deadline = front.deadline(request.headers(), policy, arrived)?;
    let principal = front.identify(request.headers()).await?;
    let ctx = Ctx { deadline, ..front.ctx(principal, &path, request.headers()) };
    strip(request.headers_mut());
    request.extensions_mut().insert(ctx);
    // Held until the answer: the wire keeps the message for as long as it may have to be sent again.
    let share = front.0.bodies.share();
    let request = request.map(|body| share.limit(body));
    let mut wire = front.0.peers.wire(service);
    match wire.call(request).await {
        Ok(response) => Ok(response),
        Err(impossible) => match impossible {},
    }
}

/// What came with the caller's credential, or claims to be ours, does not go on.
fn strip(headers: &mut HeaderMap) {
    headers.remove(header::AUTHORIZATION);
    headers.remove(header::COOKIE);
    for name in TENANT_HEADERS.into_iter().chain(CLAIMS) {
        headers.remove(name);
    }
}

async fn reflect(request: http::Request<Body>) -> Result<http::Response<Body>, Fault> {
    static REFLECTION: LazyLock<Option<Routes>> = LazyLock::new(|| {
        // With the comments of the contracts, and the details that come with errors, so that a generic client can show both.
        let builder = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(quittance_api::DOCUMENTED)
                .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        };
        let (current, older) = (builder().build_v1().ok()?, builder().build_v1alpha().ok()?);
        Some(Routes::new(current).add_service(older).prepare())
    });
    let routes = REFLECTION.clone().ok_or_else(|| Fault::internal("the contracts cannot be served by reflection"))?;
    match routes.oneshot(request).await {
        Ok(response) => Ok(response),
        Err(_) => Err(Fault::internal("reflection failed")),
    }
}
