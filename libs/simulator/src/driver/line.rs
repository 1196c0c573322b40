//! How the driver reaches the suite: one line to each service, in the name of somebody.

use std::fmt;
use std::task::{Context, Poll};

use http::{Request, Response};
use quittance_chassis::Ctx;
use quittance_chassis::client::{Peers, Wire};
use tonic::body::Body;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service, ServiceExt};

/// A line to one service. Cheap to clone; generated clients take it as their transport.
#[derive(Clone)]
pub struct Line(BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>);

impl Line {
    /// A line over any transport of gRPC: a channel with a token, a router in this process.
    pub fn over<S>(transport: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        Self(BoxCloneSyncService::new(transport.map_err(Into::into)))
    }

    /// A wire of the suite, in the name of the context's principal.
    pub fn acting(wire: Wire, ctx: Ctx) -> Self {
        Self::over(wire.map_request(move |mut request: Request<Body>| {
            request.extensions_mut().insert(ctx.clone());
            request
        }))
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

impl Service<Request<Body>> for Line {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = <BoxCloneSyncService<Request<Body>, Response<Body>, BoxError> as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request)
    }
}

/// Lines of one person to the five services.
#[derive(Clone, Debug)]
pub struct Suite {
    /// To credit.
    pub credit: Line,
    /// To invoicing.
    pub invoicing: Line,
    /// To payments.
    pub payments: Line,
    /// To reconciliation.
    pub reconciliation: Line,
    /// To collections.
    pub collections: Line,
}

impl Suite {
    /// Lines over the peers of this process, in the name of the context's principal.
    pub fn acting(peers: &Peers, ctx: &Ctx) -> Self {
        let line = |name: &str| Line::acting(peers.wire(name), ctx.clone());
        Self {
            credit: line("credit"),
            invoicing: line("invoicing"),
            payments: line("payments"),
            reconciliation: line("reconciliation"),
            collections: line("collections"),
        }
    }

    /// All five services behind one address, such as the gateway's.
    pub fn behind(line: &Line) -> Self {
        Self {
            credit: line.clone(),
            invoicing: line.clone(),
            payments: line.clone(),
            reconciliation: line.clone(),
            collections: line.clone(),
        }
    }

    /// The lines with the names of their services.
    pub(super) fn all(&self) -> [(&'static str, &Line); 5] {
        [
            ("credit", &self.credit),
            ("invoicing", &self.invoicing),
            ("payments", &self.payments),
            ("reconciliation", &self.reconciliation),
            ("collections", &self.collections),
        ]
    }
}

/// The people of the company. They must be different principals: one asks, the other approves.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Does the daily work.
    pub clerk: Suite,
    /// Approves limits and dunning runs, releases holds.
    pub manager: Suite,
}
