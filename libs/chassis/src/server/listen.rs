//! Accepting connections, each with explicit limits, and closing them again in bounded time.
//!
//! tonic's own accept loop has no cap on connections, drops calls in flight when it enforces a connection's age with a
//! grace, and waits for ever for a silent peer when it stops; so this is ours, on the same hyper.

use std::convert::Infallible;
use std::net::SocketAddr;
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
use quittance_types::{Fault, Reason};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::Service;

use crate::config::ServerSettings;

/// A peer that says nothing for this long after connecting is not one of ours.
const FIRST_BYTE_WITHIN: Duration = Duration::from_secs(10);
/// Pause after the system refused to accept, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
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

/// A bound socket that does not accept yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// A listener at work.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    stop: CancellationToken,
    cut: CancellationToken,
    task: JoinHandle<()>,
}

impl Listener {
    /// Binds `host:port`; port 0 takes any free port.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if the address cannot be bound.
    pub async fn bind(address: &str) -> Result<Listener, Fault> {
        let refused = |cause: std::io::Error| Fault::new(Reason::ConfigInvalid, format!("cannot listen on {address}: {}", cause.kind()));
        let socket = TcpListener::bind(address).await.map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        Ok(Listener { socket, address })
    }

    /// Where it is bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts connections and serves them until [`Serving::stop`].
    pub fn serve<S>(self, service: S, limits: Limits) -> Serving
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let address = self.address;
        let task = tokio::spawn(accept(self.socket, service, limits, stop.clone(), cut.clone()));
        Serving { address, stop, cut, task }
    }
}

impl Serving {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, asks every peer to go away, waits for calls in flight, and after `limit` cuts what is left.
    /// True if nothing had to be cut.
    pub async fn stop(mut self, limit: Duration) -> bool {
        self.stop.cancel();
        if tokio::time::timeout(limit, &mut self.task).await.is_ok() {
            return true;
        }
        self.cut.cancel();
        // The accept task does nothing more than drop its connections now.
        let _ = (&mut self.task).await;
        false
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.cancel();
        self.cut.cancel();
    }
}

async fn accept<S>(socket: TcpListener, service: S, limits: Limits, stop: CancellationToken, cut: CancellationToken)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let builder = Arc::new(http2(&limits));
    let places = Arc::new(Semaphore::new(limits.max_connections));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = socket.accept() => match (accepted, places.clone().try_acquire_owned()) {
                (Ok((stream, _)), Ok(place)) => {
                    connections.spawn(converse(stream, place, service.clone(), builder.clone(), limits.clone(), stop.clone()));
                }
                (Ok(_), Err(_)) => tracing::warn!(limit = limits.max_connections, "a connection beyond the limit was closed"),
                (Err(cause), _) => {
                    tracing::warn!(cause = %cause.kind(), "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    // Closed at once, so that new peers are refused by the system instead of waiting for an answer.
    drop(socket);
    let all_gone = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        () = all_gone => {}
        () = cut.cancelled() => {}
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

/// Serves one connection until its peer leaves, it is too old, or the server stops; in the last two cases the peer is
/// told (GOAWAY) and calls in flight may finish.
async fn converse<S>(
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    service: S,
    builder: Arc<Builder<TokioExecutor>>,
    limits: Limits,
    stop: CancellationToken,
) where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let spoke = tokio::select! {
        () = stop.cancelled() => return,
        spoke = tokio::time::timeout(FIRST_BYTE_WITHIN, stream.readable()) => spoke,
    };
    if !matches!(spoke, Ok(Ok(()))) || stream.set_nodelay(true).is_err() {
        return;
    }
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(Adapter(service))));
    let aged = tokio::select! {
        _ = connection.as_mut() => return,
        () = tokio::time::sleep(jittered(limits.age)) => true,
        () = stop.cancelled() => false,
    };
    connection.as_mut().graceful_shutdown();
    if aged {
        let _ = tokio::time::timeout(limits.grace, connection).await;
    } else {
        // Bounded by whoever stops the server.
        let _ = connection.await;
    }
}

/// `age` give or take a tenth, so that connections made together do not all return together.
fn jittered(age: Duration) -> Duration {
    let tenth = age / 10;
    let spread = u64::try_from((tenth * 2).as_millis()).unwrap_or(u64::MAX);
    age.saturating_sub(tenth) + Duration::from_millis(rand::random_range(0..=spread))
}

/// Takes requests with whatever body the connection yields.
#[derive(Clone)]
struct Adapter<S>(S);

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
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> S::Future {
        self.0.call(request.map(Body::new))
    }
}
