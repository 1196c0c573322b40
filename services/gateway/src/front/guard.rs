//! Between the socket and hyper: heads of HTTP/1 come whole and in time, and mean the same to everybody.
//!
//! hyper reads generously what others may read otherwise: a request with both a length and a transfer coding, lines that
//! end in a bare line feed. Behind a proxy that is how one request is hidden in another (request smuggling), so such heads
//! are refused here. HTTP/2 has frames for this and passes through.

mod framing;

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

use super::listen::{Limits, MAX_HEAD};
use framing::{Body, Head, Progress, read_head};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// No method; hyper answers 400 and closes, after all that is still to be answered.
const NONSENSE: &[u8] = b"\0\r\n\r\n";
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const READ_BYTES: usize = 16 * 1024;

/// A connection under guard.
pub(super) struct Guard<S> {
    stream: S,
    state: State,
    /// Came in, and not looked at yet.
    incoming: BytesMut,
    /// Looked at, for hyper to read.
    outgoing: BytesMut,
    head_within: Duration,
    body_within: Duration,
    timer: Pin<Box<Sleep>>,
    timed: bool,
    is_first: bool,
}

enum State {
    /// A head is expected or has begun.
    Head,
    Body(Body),
    /// HTTP/2, or what hyper will refuse by itself.
    Open,
    /// A refusal is being written.
    Refusing(&'static [u8]),
    Closed,
}

impl<S> Guard<S> {
    pub(super) fn new(stream: S, limits: &Limits) -> Guard<S> {
        Guard {
            stream,
            state: State::Head,
            incoming: BytesMut::new(),
            outgoing: BytesMut::new(),
            head_within: limits.head,
            body_within: limits.body,
            timer: Box::pin(tokio::time::sleep(limits.head)),
            timed: true,
            is_first: true,
        }
    }

    /// Moves what is fit for hyper from `incoming` to `outgoing`.
    ///
    /// # Errors
    /// When the body breaks its own framing; nothing after it could be trusted.
    fn sift(&mut self) -> io::Result<()> {
        while !self.incoming.is_empty() {
            match &mut self.state {
                State::Head => {
                    if !self.sift_head() {
                        return Ok(());
                    }
                }
                State::Body(body) => {
                    let Progress { taken, ended } = body.follow(&self.incoming).ok_or(io::ErrorKind::InvalidData)?;
                    self.outgoing.extend_from_slice(&self.incoming.split_to(taken));
                    if ended {
                        self.expect_head();
                    }
                }
                State::Open => self.outgoing.extend_from_slice(&self.incoming.split()),
                State::Refusing(_) | State::Closed => self.incoming.clear(),
            }
        }
        Ok(())
    }

    /// True if the head is complete, or was found to be none.
    fn sift_head(&mut self) -> bool {
        if self.is_first && self.incoming.starts_with(&PREFACE[..PREFACE.len().min(self.incoming.len())]) {
            return self.incoming.len() >= PREFACE.len() && self.open();
        }
        // Empty lines before a request are allowed.
        while self.incoming.starts_with(b"\r\n") {
            self.incoming.advance(2);
        }
        match read_head(&self.incoming) {
            Head::Incomplete if self.incoming.len() <= MAX_HEAD => return false,
            // hyper has the same limit and knows the answer.
            Head::Incomplete => return self.open(),
            Head::Ambiguous => {
                self.incoming.clear();
                self.incoming.extend_from_slice(NONSENSE);
                return self.open();
            }
            Head::Complete { length, body } => {
                self.outgoing.extend_from_slice(&self.incoming.split_to(length));
                self.is_first = false;
                match body {
                    None => self.expect_head(),
                    Some(body) => {
                        self.state = State::Body(body);
                        self.limit(self.body_within);
                    }
                }
            }
        }
        true
    }

    fn open(&mut self) -> bool {
        self.state = State::Open;
        self.timed = false;
        true
    }

    /// The time for the next head begins with its first byte.
    fn expect_head(&mut self) {
        self.state = State::Head;
        self.timed = false;
        if !self.incoming.is_empty() {
            self.limit(self.head_within);
        }
    }

    fn limit(&mut self, within: Duration) {
        self.timer.as_mut().reset(Instant::now() + within);
        self.timed = true;
    }

    /// The time is up. Who has begun the first request is told; later it might be taken for the answer to an earlier one.
    fn give_up(&mut self) {
        self.timed = false;
        let told = self.is_first && matches!(self.state, State::Head) && !self.incoming.is_empty();
        self.state = if told { State::Refusing(TOO_SLOW) } else { State::Closed };
        self.incoming.clear();
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guard<S> {
    fn poll_incoming(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0; READ_BYTES];
        let mut buffer = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
        let came = buffer.filled();
        let begins = matches!(self.state, State::Head) && self.incoming.is_empty() && !self.timed;
        self.incoming.extend_from_slice(came);
        let came = came.len();
        if begins && came > 0 {
            self.limit(self.head_within);
        }
        Poll::Ready(Ok(came))
    }

    fn poll_refuse(&mut self, context: &mut Context<'_>, text: &'static [u8]) -> Poll<io::Result<()>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, text))?;
        self.state = match text.get(written..) {
            Some(rest) if !rest.is_empty() && written > 0 => State::Refusing(rest),
            _ => State::Closed,
        };
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guard<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        loop {
            if !guard.outgoing.is_empty() {
                let length = guard.outgoing.len().min(buffer.remaining());
                buffer.put_slice(&guard.outgoing.split_to(length));
                return Poll::Ready(Ok(()));
            }
            match guard.state {
                State::Refusing(text) => {
                    ready!(guard.poll_refuse(context, text))?;
                    continue;
                }
                State::Closed => return Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                State::Head | State::Body(_) | State::Open => {}
            }
            match guard.poll_incoming(context)? {
                Poll::Ready(0) => return Poll::Ready(Ok(())),
                Poll::Ready(_) => guard.sift()?,
                Poll::Pending if guard.timed => {
                    ready!(guard.timer.as_mut().poll(context));
                    guard.give_up();
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
