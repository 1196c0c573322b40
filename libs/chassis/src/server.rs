//! The gRPC server: one stack of checks before every handler, explicit limits, a drain that ends.

mod access;
mod call;
mod connection;
pub mod deadline;
mod gate;
mod inflate;
mod listen;
mod metrics;
mod normalise;
mod protocol;
mod quota;
mod request_body;
mod response_body;
mod stack;
mod tls;

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::{Request, Response};
use quittance_types::Fault;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use tower::Service;

use crate::auth::TokenVerifier;
use crate::config::{AuthSettings, QuotaSettings, ServerSettings};
use crate::policy::Policies;
use stack::Stack;

pub use access::TENANT_HEADERS;
pub use connection::Limits;
pub use listen::{Listener, Serving};
pub use tls::ServerTls;

/// A server without a socket: the whole stack and every handler behind it, as a tower service. Cheap to clone, and what
/// both the listener and calls within the process go through.
#[derive(Clone)]
pub struct Router {
    stack: Arc<Stack>,
    routes: Routes,
}

impl Service<Request<Body>> for Router {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let served = self.stack.clone().serve(self.routes.clone(), request);
        Box::pin(async move { Ok(served.await) })
    }
}

impl Router {
    /// The settings it was built with.
    #[must_use]
    pub fn settings(&self) -> &ServerSettings {
        &self.stack.settings
    }

    /// Takes no more calls, here and in every clone: new ones and event tails are answered `DRAINING`, others finish.
    pub fn drain(&self) {
        self.stack.draining.cancel();
    }
}

/// Collects the gRPC services of a server.
#[derive(Clone, Default)]
pub struct Services {
    routes: Routes,
    names: Vec<&'static str>,
}

impl Services {
    /// None yet.
    #[must_use]
    pub fn new() -> Services {
        Services::default()
    }

    /// Adds a generated `XServer`.
    #[must_use]
    pub fn with<S>(mut self, service: S) -> Services
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        self.routes = self.routes.add_service(service);
        self.names.push(S::NAME);
        self
    }

    /// The full names of the services, in the order they were added.
    #[must_use]
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Puts the stack before the services.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if a method has no policy.
    pub fn into_router(
        self,
        service: &'static str,
        server: &ServerSettings,
        quota: &QuotaSettings,
        auth: &AuthSettings,
        verifier: TokenVerifier,
    ) -> Result<Router, Fault> {
        let policies = Policies::own();
        policies.require(quittance_api::pool(), self.names.iter().copied())?;
        let routes = if server.reflection { with_reflection(self.routes, &self.names)? } else { self.routes };
        let stack = Stack {
            service,
            settings: server.clone(),
            policies,
            gate: gate::Gate::new(server),
            access: access::Access::new(verifier, auth),
            quota: quota::Quota::new(quota),
            metrics: metrics::Metrics::new(),
            draining: CancellationToken::new(),
        };
        Ok(Router { stack: Arc::new(stack), routes: routes.prepare() })
    }
}

/// Reflection in both versions: common tools speak only one of them. It names what is served here, and knows the details
/// that come with errors.
fn with_reflection(routes: Routes, names: &[&'static str]) -> Result<Routes, Fault> {
    let failed = |_| Fault::internal("the contracts cannot be served by reflection");
    let builder = || {
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(quittance_api::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET);
        names.iter().fold(builder, |builder, name| builder.with_service_name(*name))
    };
    let current = builder().build_v1().map_err(failed)?;
    let older = builder().build_v1alpha().map_err(failed)?;
    Ok(routes.add_service(current).add_service(older))
}
