//! Accepting connections, each with explicit limits, and closing them again in bounded time.
//!
//! tonic's own accept loop has no cap on connections, drops calls in flight when it enforces a connection's age with a
//! grace, and waits for ever for a silent peer when it stops; so this is ours, on the same hyper.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use quittance_types::{Fault, Reason};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::Service;

use super::connection::{Conversation, Limits};
use super::tls::ServerTls;

/// Pause after the system refused to accept, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound socket that does not accept yet.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<ServerTls>,
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
        Ok(Listener { socket, address, tls: None })
    }

    /// Where it is bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Speaks mutual TLS on every connection.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<ServerTls>) -> Listener {
        self.tls = tls;
        self
    }

    /// Accepts connections and serves them until [`Serving::stop`].
    pub fn serve<S>(self, service: S, limits: Limits) -> Serving
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let address = self.address;
        let conversation = Conversation::new(service, limits, self.tls, stop.clone());
        let task = tokio::spawn(accept(self.socket, conversation, cut.clone()));
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

async fn accept<S>(socket: TcpListener, conversation: Conversation<S>, cut: CancellationToken)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let places = Arc::new(Semaphore::new(conversation.max_connections()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = conversation.stopped() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = socket.accept() => match (accepted, places.clone().try_acquire_owned()) {
                (Ok((stream, _)), Ok(place)) => {
                    connections.spawn(conversation.clone().run(stream, place));
                }
                (Ok(_), Err(_)) => tracing::warn!("a connection beyond the limit was closed"),
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
