//! A unary call brings one message. tonic would read past a second one as if it were not there.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use quittance_api::status::to_status;
use quittance_types::{Fault, Reason};
use tonic::Status;
use tonic::body::Body;

/// Compression flag and length before each message.
const PREFIX_BYTES: usize = 5;

/// A request body that ends in `MALFORMED_MESSAGE` when a second message begins.
pub(super) struct OneMessage {
    inner: Body,
    progress: Progress,
}

enum Progress {
    /// Inside of the prefix: the bytes of it seen so far.
    Prefix(usize, [u8; PREFIX_BYTES]),
    /// Inside of the message: bytes still to come.
    Message(u64),
}

impl OneMessage {
    pub(super) fn new(inner: Body) -> OneMessage {
        OneMessage { inner, progress: Progress::Prefix(0, [0; PREFIX_BYTES]) }
    }

    /// False if `data` reaches beyond the first message.
    fn follow(&mut self, mut data: &[u8]) -> bool {
        if let Progress::Prefix(seen, mut prefix) = self.progress {
            let taken = data.len().min(PREFIX_BYTES - seen);
            for (place, byte) in prefix.iter_mut().skip(seen).zip(data) {
                *place = *byte;
            }
            data.advance(taken);
            let [_, length @ ..] = prefix;
            let complete = seen + taken == PREFIX_BYTES;
            self.progress =
                if complete { Progress::Message(u64::from(u32::from_be_bytes(length))) } else { Progress::Prefix(seen + taken, prefix) };
        }
        let Progress::Message(left) = &mut self.progress else {
            return true;
        };
        let Some(rest) = left.checked_sub(data.len() as u64) else {
            return false;
        };
        *left = rest;
        true
    }
}

impl HttpBody for OneMessage {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && !self.follow(data)
        {
            let fault = Fault::new(Reason::MalformedMessage, "a unary call brings exactly one message");
            return Poll::Ready(Some(Err(to_status(&fault))));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(chunks: &[&[u8]]) -> bool {
        let mut body = OneMessage::new(Body::empty());
        chunks.iter().all(|chunk| body.follow(chunk))
    }

    #[test]
    fn one_message_in_any_pieces() {
        assert!(accepts(&[]));
        assert!(accepts(&[&[0, 0, 0, 0, 2, 7, 7]]));
        assert!(accepts(&[&[0, 0], &[0, 0, 2], &[7], &[], &[7]]));
        assert!(accepts(&[&[0, 0, 0, 0, 0]]));
    }

    #[test]
    fn not_a_byte_more() {
        assert!(!accepts(&[&[0, 0, 0, 0, 2, 7, 7, 0]]));
        assert!(!accepts(&[&[0, 0, 0, 0, 0], &[0]]));
        assert!(!accepts(&[&[0, 0, 0, 0, 1, 7], &[], &[0, 0, 0, 0, 1, 7]]));
    }
}
