//! One connection: who is at the other end, what it may do, and when it is asked to leave.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tonic::body::Body;
use tower::Service;

use super::tls::{PeerName, ServerTls};
use crate::config::ServerSettings;

/// A peer that says nothing for this long after connecting is not one of ours.
const FIRST_BYTE_WITHIN: Duration = Duration::from_secs(10);
/// Streams a peer may open and reset before we have looked at them, and those we may have to reset ourselves.
const MAX_PENDING_RESETS: usize = 64;
const MAX_LOCAL_RESETS: usize = 1024;

/// The limits of a listener and of each of its connections.
#[derive(Clone, Debug)]
pub struct Limits {
    max_connections: usize,
    max_streams: u32,
    max_header_bytes: u32,
    keepalive: Duration,
    keepalive_timeout: Duration,
    age: Duration,
    grace: Duration,
}

impl From<&ServerSettings> for Limits {
    fn from(settings: &ServerSettings) -> Limits {
        Limits {
            max_connections: settings.max_connections,
            max_streams: settings.max_streams_per_connection,
            max_header_bytes: settings.max_header_bytes,
            keepalive: Duration::from_millis(settings.keepalive_ms),
            keepalive_timeout: Duration::from_millis(settings.keepalive_timeout_ms),
            age: Duration::from_millis(settings.connection_age_ms),
            grace: Duration::from_millis(settings.connection_grace_ms),
        }
    }
}

/// How connections of one listener are served. Cheap to clone.
#[derive(Clone)]
pub(super) struct Conversation<S> {
    service: S,
    limits: Limits,
    builder: Arc<Builder<TokioExecutor>>,
    tls: Option<ServerTls>,
    stop: CancellationToken,
}

impl<S> Conversation<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    pub(super) fn new(service: S, limits: Limits, tls: Option<ServerTls>, stop: CancellationToken) -> Conversation<S> {
        let builder = Arc::new(http2(&limits));
        Conversation { service, limits, builder, tls, stop }
    }

    pub(super) fn max_connections(&self) -> usize {
        self.limits.max_connections
    }

    /// Resolves when the listener stops.
    pub(super) fn stopped(&self) -> WaitForCancellationFuture<'_> {
        self.stop.cancelled()
    }

    /// Serves one connection. Its place is free again when it ends.
    pub(super) async fn run(self, stream: TcpStream, _place: OwnedSemaphorePermit) {
        let spoke = tokio::select! {
            () = self.stop.cancelled() => return,
            spoke = tokio::time::timeout(FIRST_BYTE_WITHIN, stream.readable()) => spoke,
        };
        if !matches!(spoke, Ok(Ok(()))) || stream.set_nodelay(true).is_err() {
            return;
        }
        // HTTP/2 takes leave in writing: it would wait for ever for a peer that reads nothing.
        let mut stream = Box::pin(TimeoutStream::new(stream));
        stream.as_mut().set_write_timeout_pinned(Some(self.limits.keepalive_timeout));
        let Some(tls) = self.tls.clone() else { return self.converse(stream, None).await };
        let shaken = tokio::select! {
            () = self.stop.cancelled() => return,
            shaken = tls.accept(stream) => shaken,
        };
        if let Some((stream, peer)) = shaken {
            self.converse(stream, Some(peer)).await;
        }
    }

    /// Answers calls until the peer leaves, the connection is too old, or the listener stops; in the last two cases the
    /// peer is told (GOAWAY) and calls in flight may finish.
    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Option<PeerName>) {
        let service = TowerToHyperService::new(Adapter { service: self.service, peer });
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(stream), service));
        let aged = tokio::select! {
            _ = connection.as_mut() => return,
            () = tokio::time::sleep(jittered(self.limits.age)) => true,
            () = self.stop.cancelled() => false,
        };
        connection.as_mut().graceful_shutdown();
        if aged {
            let _ = tokio::time::timeout(self.limits.grace, connection).await;
        } else {
            // Bounded by whoever stops the server.
            let _ = connection.await;
        }
    }
}

fn http2(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http2_only();
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_streams)
        .max_header_list_size(limits.max_header_bytes)
        .keep_alive_interval(limits.keepalive)
        .keep_alive_timeout(limits.keepalive_timeout)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_LOCAL_RESETS);
    builder
}

/// `age` give or take a tenth, so that connections made together do not all return together.
fn jittered(age: Duration) -> Duration {
    let tenth = age / 10;
    let spread = u64::try_from((tenth * 2).as_millis()).unwrap_or(u64::MAX);
    age.saturating_sub(tenth) + Duration::from_millis(rand::random_range(0..=spread))
}

/// Takes requests with whatever body the connection yields, and says who sent them if TLS has shown it.
#[derive(Clone)]
struct Adapter<S> {
    service: S,
    peer: Option<PeerName>,
}

impl<S, B> Service<Request<B>> for Adapter<S>
where
    S: Service<Request<Body>>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<tonic::codegen::StdError>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> S::Future {
        let mut request = request.map(Body::new);
        if let Some(peer) = &self.peer {
            request.extensions_mut().insert(peer.clone());
        }
        self.service.call(request)
    }
}
