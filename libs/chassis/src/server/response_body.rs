//! The second half of a call: what happens after the headers of the answer have left.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use quittance_api::status::to_status;
use quittance_types::Fault;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::body::Body;
use tonic::{Code, Status};

use super::call::Call;
use super::{deadline, normalise, stack};

/// A response body that keeps the call's place and span, ends at its deadline, contains its panics, and has its
/// trailers brought into shape.
pub(super) struct ResponseBody {
    inner: Option<Body>,
    call: Call,
    deadline: Option<Pin<Box<Sleep>>>,
    ending: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl ResponseBody {
    pub(super) fn new(inner: Body, call: Call, permit: Option<OwnedSemaphorePermit>) -> ResponseBody {
        ResponseBody { inner: Some(inner), call, deadline: None, ending: None, _permit: permit }
    }

    /// Ends the body with `DEADLINE_EXPIRED` at the deadline.
    pub(super) fn until(mut self, deadline: Option<Instant>) -> ResponseBody {
        self.deadline = deadline.map(|deadline| Box::pin(tokio::time::sleep_until(deadline)));
        self
    }

    /// Ends the body with `DRAINING` once the server stops; for streams that have no end of their own.
    pub(super) fn ending_with(mut self, draining: Option<CancellationToken>) -> ResponseBody {
        self.ending = draining.map(|draining| Box::pin(draining.cancelled_owned()));
        self
    }

    /// Ends the body with trailers that carry the fault.
    fn end_with(&mut self, fault: &Fault) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.inner = None;
        let status = to_status(fault);
        self.call.finish(status.code());
        let mut trailers = HeaderMap::new();
        match status.add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(status) => Poll::Ready(Some(Err(status))),
        }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let span = this.call.span.clone();
        let _entered = span.enter();
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        if this.deadline.as_mut().is_some_and(|sleep| sleep.as_mut().poll(context).is_ready()) {
            return this.end_with(&deadline::expired());
        }
        if this.ending.as_mut().is_some_and(|ending| ending.as_mut().poll(context).is_ready()) {
            return this.end_with(&stack::draining());
        }
        let Ok(polled) = catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll_frame(context))) else {
            tracing::error!("a response stream panicked");
            let request_id = this.call.request_id();
            return this.end_with(&normalise::internal(&request_id));
        };
        match ready!(polled) {
            Some(Ok(mut frame)) => {
                if let Some(trailers) = frame.trailers_mut() {
                    let code = normalise::normalise(trailers, &this.call.request_id());
                    this.call.finish(code.unwrap_or(Code::Unknown));
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(status)) => {
                this.call.finish(status.code());
                Poll::Ready(Some(Err(status)))
            }
            None => {
                this.inner = None;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}
