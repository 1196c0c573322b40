//! What was acknowledged, byte for byte.

use std::{
    convert::Infallible,
    future::{poll_fn, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use quittance_api::pool;
use tonic::{
    Code,
    body::Body,
    codegen::{
        BoxFuture, Service,
        http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header::AUTHORIZATION, request::Parts},
    },
    transport::Channel,
};

const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Acknowledged mutations in the order of their answers.
#[derive(Default)]
pub struct Journal(Mutex<Vec<Entry>>);

impl Journal {
    /// All of them so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().expect("no caller panicked").clone()
    }
}

/// A mutation and its first answer.
#[derive(Clone)]
pub struct Entry {
    recorder: Recorder,
    head: Parts,
    request: Bytes,
    /// The message as it came.
    pub answer: Bytes,
}

impl Entry {
    /// The method.
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// Asks once more; an answer that is no success is told as its status and text.
    pub async fn again(&self) -> Bytes {
        match self.recorder.insist(&self.head, &self.request).await {
            Some(answer) if answer.code() == Code::Ok => answer.message,
            Some(answer) => Bytes::from(format!("{:?}", answer.header("grpc-message"))),
            None => Bytes::from_static(b"no answer"),
        }
    }
}

/// A transport for one person to one service behind the gateway. Unary calls are repeated as they are while the suite is
/// not there; acknowledged mutations go into the journal.
#[derive(Clone)]
pub struct Recorder {
    channel: Channel,
    bearer: HeaderValue,
    service: &'static str,
    journal: Arc<Journal>,
}

impl Recorder {
    /// A transport over the channel, with this token.
    pub fn new(channel: &Channel, token: &str, service: &'static str, journal: &Arc<Journal>) -> Self {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).expect("a token fits a header");
        Self { channel: channel.clone(), bearer, service, journal: Arc::clone(journal) }
    }

    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, tonic::transport::Error> {
        let (mut head, body) = request.into_parts();
        head.headers.insert(AUTHORIZATION, self.bearer.clone());
        head.headers.insert(HeaderName::from_static("quittance-service"), HeaderValue::from_static(self.service));
        let kind = kind(head.uri.path());
        if kind == Kind::Stream {
            return self.send(Request::from_parts(head, body)).await;
        }
        let request = body.collect().await.expect("a message in memory").to_bytes();
        let Some(answer) = self.insist(&head, &request).await else {
            return Ok(tonic::Status::unavailable("the suite does not come back").into_http());
        };
        if kind == Kind::Mutation && answer.code() == Code::Ok {
            let entry = Entry { recorder: self.clone(), head, request, answer: answer.message.clone() };
            self.journal.0.lock().expect("no caller panicked").push(entry);
        }
        Ok(answer.into_response())
    }

    /// The first answer that does not say that somebody is missing.
    async fn insist(&self, head: &Parts, request: &Bytes) -> Option<Answer> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let again = Request::from_parts(head.clone(), Body::new(Full::new(request.clone())));
            if let Ok(response) = self.send(again).await {
                let (parts, body) = response.into_parts();
                // A body that breaks off is no answer.
                if let Ok(body) = body.collect().await {
                    let answer = Answer { headers: parts.headers, trailers: body.trailers().cloned(), message: body.to_bytes() };
                    if !is_passing(answer.code()) {
                        return Some(answer);
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, tonic::transport::Error> {
        let mut channel = self.channel.clone();
        poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut channel, context)).await?;
        channel.call(request).await
    }
}

impl Service<Request<Body>> for Recorder {
    type Response = Response<Body>;
    type Error = tonic::transport::Error;
    type Future = BoxFuture<Response<Body>, tonic::transport::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Mutation,
    Stream,
}

fn kind(path: &str) -> Kind {
    let (service, method) = path.trim_start_matches('/').split_once('/').expect("the path of a method");
    let service = pool().get_service_by_name(service).expect("a service of the contracts");
    let method = service.methods().find(|found| found.name() == method).expect("a method of the contracts");
    match method.input().get_field_by_name("request_id") {
        _ if method.is_server_streaming() || method.is_client_streaming() => Kind::Stream,
        Some(_) => Kind::Mutation,
        None => Kind::Read,
    }
}

/// An answer that arrived whole.
struct Answer {
    headers: HeaderMap,
    message: Bytes,
    trailers: Option<HeaderMap>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.get(name).or_else(|| self.trailers.as_ref()?.get(name))
    }

    fn code(&self) -> Code {
        self.header("grpc-status").map_or(Code::Unknown, |status| Code::from_bytes(status.as_bytes()))
    }

    fn into_response(self) -> Response<Body> {
        let trailers = self.trailers.map(Ok::<_, Infallible>);
        let mut response = Response::new(Body::new(Full::new(self.message).with_trailers(ready(trailers))));
        *response.headers_mut() = self.headers;
        response
    }
}

/// Whether the answer says that somebody was not there or not in time. What happened is not known then; asking again
/// under the same request id is safe. INTERNAL is among them because of a service whose own peer was killed in the middle
/// of an answer; one that is meant does not pass.
fn is_passing(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown | Code::Internal)
}
