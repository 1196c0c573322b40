//! What stands between one service and those who call it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

use futures::StreamExt;
use futures::stream::BoxStream;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{ReadRequest, ReadResponse};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic_prost::ProstCodec;
use tower::{Service, ServiceExt, service_fn};

use super::{Happened, Lateness};

const READ: &str = "/quittance.events.v1.EventLogService/Read";
/// Larger than any message of a log.
const LARGEST_MESSAGE: usize = 4 * 1_024 * 1_024;

/// The relay of one service. Dropping it cuts its connections.
pub(super) struct Relay {
    address: SocketAddr,
    upstream: Arc<RwLock<Option<Channel>>>,
    serving: JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Relay {
    /// Listens on a free port; until it is connected, calls are answered UNAVAILABLE.
    pub(super) fn start(name: &'static str, lateness: Lateness, happened: Happened) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        listener.set_nonblocking(true).expect("a socket of ours");
        let listener = TcpListener::from_std(listener).expect("a socket of ours");
        let upstream = Arc::<RwLock<Option<Channel>>>::default();
        let passage = Passage { name, lateness, happened, upstream: Arc::clone(&upstream) };
        let service = service_fn(move |request: Request<Body>| {
            let passage = passage.clone();
            async move { Ok::<_, Infallible>(passage.pass(request).await) }
        });
        let serving = tokio::spawn(async move {
            let served = Server::builder().serve_with_incoming(service, TcpIncoming::from(listener)).await;
            served.expect("a relay serves until it is dropped");
        });
        Self { address, upstream, serving }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn connect(&self, channel: Option<Channel>) {
        *self.upstream.write().unwrap_or_else(PoisonError::into_inner) = channel;
    }
}

/// The way of one call.
#[derive(Clone)]
struct Passage {
    name: &'static str,
    lateness: Lateness,
    happened: Happened,
    upstream: Arc<RwLock<Option<Channel>>>,
}

impl Passage {
    async fn pass(self, request: Request<Body>) -> Response<Body> {
        self.happened.one();
        let upstream = self.upstream.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(upstream) = upstream else { return away("nobody is connected").into_http() };
        if request.uri().path() == READ {
            return self.read(upstream, request).await;
        }
        forward(upstream, request).await.unwrap_or_else(Status::into_http)
    }

    /// The events of a log, the late ones held.
    async fn read(self, upstream: Channel, request: Request<Body>) -> Response<Body> {
        let read = service_fn(move |request: tonic::Request<ReadRequest>| {
            let (passage, upstream) = (self.clone(), upstream.clone());
            async move {
                let mut log = EventLogServiceClient::new(upstream).max_decoding_message_size(LARGEST_MESSAGE);
                let messages = log.read(request).await?.into_inner();
                Ok(tonic::Response::new(passage.held(messages.boxed())))
            }
        });
        Grpc::new(ProstCodec::<ReadResponse, ReadRequest>::default()).server_streaming(read, request).await
    }

    fn held(self, mut messages: BoxStream<'static, Result<ReadResponse, Status>>) -> BoxStream<'static, Result<ReadResponse, Status>> {
        let stream = async_stream::try_stream! {
            while let Some(message) = messages.next().await {
                for (held, part) in self.parts(message?) {
                    if let Some(held) = held {
                        self.happened.more(held).await;
                    }
                    self.happened.one();
                    yield part;
                }
            }
        };
        stream.boxed()
    }

    /// The message cut before each late event, with how long the part has to wait.
    fn parts(&self, message: ReadResponse) -> Vec<(Option<u64>, ReadResponse)> {
        let mut parts = vec![(None, ReadResponse::default())];
        for event in message.events {
            let held = self.lateness.of(self.name, event.position);
            self.happened.events.fetch_add(1, Ordering::Relaxed);
            self.happened.late.fetch_add(u64::from(held.is_some()), Ordering::Relaxed);
            if held.is_some() {
                parts.push((held, ReadResponse::default()));
            }
            if let Some((_, part)) = parts.last_mut() {
                part.head = event.position;
                part.events.push(event);
            }
        }
        if let Some((_, last)) = parts.last_mut() {
            last.head = message.head;
        }
        // The first part is empty when the first event is late; an empty message that is the only one is a heartbeat.
        let is_only = parts.len() == 1;
        parts.retain(|(_, part)| is_only || !part.events.is_empty());
        parts
    }
}

/// A call as it is. An answer that breaks off is none.
async fn forward(mut upstream: Channel, request: Request<Body>) -> Result<Response<Body>, Status> {
    let (head, body) = request.into_parts();
    let message = body.collect().await?.to_bytes();
    let request = Request::from_parts(head, Body::new(Full::new(message)));
    upstream.ready().await.map_err(|_| away("the service cannot be reached"))?;
    let answer = upstream.call(request).await.map_err(|_| away("the service did not answer"))?;
    let (head, body) = answer.into_parts();
    let whole = body.collect().await.map_err(|_| away("the answer broke off"))?;
    Ok(Response::from_parts(head, Body::new(whole)))
}

fn away(why: &str) -> Status {
    Status::unavailable(why)
}
