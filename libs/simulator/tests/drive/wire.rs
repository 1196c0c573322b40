//! gRPC without a network: one function answers every method.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use prost::Message;
use quittance_simulator::driver::{Line, Staff, Suite};
use quittance_types::Fault;
use tonic::body::Body;
use tower::Service;

use crate::suite::State;

/// A caller of the fake suite.
#[derive(Clone)]
pub struct Fake {
    state: Arc<Mutex<State>>,
    who: &'static str,
}

impl Fake {
    /// A clerk and a manager who call the same suite.
    pub fn staff(state: &Arc<Mutex<State>>) -> Staff {
        let suite = |who| Suite::behind(&Line::over(Self { state: state.clone(), who }));
        Staff { clerk: suite("clerk"), manager: suite("manager") }
    }
}

impl Service<Request<Body>> for Fake {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let fake = self.clone();
        Box::pin(async move {
            let method = request.uri().path().rsplit('/').next().unwrap().to_owned();
            let message = request.into_body().collect().await.unwrap().to_bytes().slice(5..);
            // Callers that run side by side shall not always be answered in the order they came in.
            tokio::task::yield_now().await;
            let answer = fake.state.lock().unwrap().answer(fake.who, &method, message);
            Ok(response(answer))
        })
    }
}

fn response(answer: Result<Vec<u8>, Fault>) -> Response<Body> {
    let message = match answer {
        Ok(message) => message,
        Err(fault) => return quittance_api::status::to_status(&fault).into_http(),
    };
    let mut frame = BytesMut::with_capacity(message.len() + 5);
    frame.put_u8(0);
    frame.put_u32(message.len() as u32);
    frame.extend_from_slice(&message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::new(frame.freeze()).with_trailers(async { Some(Ok::<_, Infallible>(trailers)) });
    let response = Response::builder().header("content-type", "application/grpc");
    response.body(Body::new(body)).unwrap()
}

/// The request as its type.
pub fn read<M: Message + Default>(bytes: &Bytes) -> M {
    M::decode(bytes.clone()).unwrap()
}
