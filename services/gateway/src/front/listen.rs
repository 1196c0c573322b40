//! Accepting connections at the door, each within explicit limits.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError, Router,
    body::{Body, HttpBody},
    response::Response,
    routing::future::RouteFuture,
};
use bytes::Bytes;
use http::Request;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::guard::Guard;
use crate::Settings;

/// Pause after the system refused to accept, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// A connection without a request is kept this long.
const IDLE: Duration = Duration::from_secs(75);
/// Largest head of a request. A token in it may be large; whether it is too large is for those to say who read it.
pub(super) const MAX_HEAD: usize = 128 * 1024;
const MAX_HEADERS: usize = 128;
const MAX_STREAMS: u32 = 128;
/// Streams a peer may open and reset before we have looked at them, and those we may have to reset ourselves.
const MAX_PENDING_RESETS: usize = 64;
const MAX_LOCAL_RESETS: usize = 1_024;
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a connection may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Connections at a time.
    pub(super) connections: usize,
    /// For a head.
    pub(super) head: Duration,
    /// For a body, and for a peer that takes nothing of its answer.
    pub(super) body: Duration,
}

impl From<&Settings> for Limits {
    fn from(settings: &Settings) -> Limits {
        Limits {
            connections: settings.max_connections,
            head: Duration::from_millis(settings.head_timeout_ms),
            body: Duration::from_millis(settings.body_timeout_ms),
        }
    }
}

/// Serves until the token is cancelled and every call in flight has been answered.
pub(super) async fn serve(listener: TcpListener, router: Router, limits: &Limits, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match (accepted, places.clone().try_acquire_owned()) {
                (Ok((stream, _)), Ok(place)) => {
                    let conversation = converse(stream, router.clone(), *limits, stop.clone());
                    connections.spawn(async move {
                        conversation.await;
                        drop(place);
                    });
                }
                (Ok(_), Err(_)) => tracing::warn!("a connection beyond the limit was closed"),
                (Err(cause), _) => {
                    tracing::warn!(cause = %cause.kind(), "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Answers requests until the peer leaves or the door closes; then those in flight are still answered.
async fn converse(stream: TcpStream, router: Router, limits: Limits, stop: CancellationToken) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let builder = protocols();
    let service = TowerToHyperService::new(Adapter(router));
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.body));
    let guarded = Guard::new(Box::pin(stream), &limits);
    let connection = builder.serve_connection(TokioIo::new(guarded), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

fn protocols() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(MAX_HEAD).max_headers(MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_LOCAL_RESETS);
    builder
}

/// Takes requests with whatever body the connection yields.
#[derive(Clone)]
struct Adapter(Router);

impl<B> Service<Request<B>> for Adapter
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Body>>::poll_ready(&mut self.0, context)
    }

    fn call(&mut self, request: Request<B>) -> RouteFuture<Infallible> {
        self.0.call(request.map(Body::new))
    }
}
