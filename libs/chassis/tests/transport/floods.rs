//! Peers that send what no client library would: rows 15 to 18 of the list of bad input.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::StreamBody;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tonic::Code;
use tonic::body::Body;

use super::harness::{SERVICE, Server, frame};

/// Kinds of HTTP/2 frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// Error codes (RFC 9113, section 7).
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;
/// Longer than any of these servers may take to notice.
const PATIENCE: Duration = Duration::from_secs(30);

fn piece(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// An integer behind a prefix of so many bits, and text as it is (RFC 7541, section 5).
fn integer(first: u8, bits: u8, value: usize) -> Vec<u8> {
    let limit = (1_usize << bits) - 1;
    if value < limit {
        return vec![first | u8::try_from(value).unwrap()];
    }
    let (mut bytes, mut rest) = (vec![first | u8::try_from(limit).unwrap()], value - limit);
    while rest >= 128 {
        bytes.push(u8::try_from(rest % 128).unwrap() | 128);
        rest /= 128;
    }
    bytes.push(u8::try_from(rest).unwrap());
    bytes
}

fn header(name: &str, value: &str) -> Vec<u8> {
    [&[0][..], &integer(0, 7, name.len()), name.as_bytes(), &integer(0, 7, value.len()), value.as_bytes()].concat()
}

/// The headers of a call to the event log.
fn call(method: &str, token: &str) -> Vec<u8> {
    let post_and_http = vec![0x83, 0x86];
    let named = [
        header(":path", &format!("{SERVICE}/{method}")),
        header(":authority", "x"),
        header("content-type", "application/grpc"),
        header("te", "trailers"),
        header("authorization", &format!("Bearer {token}")),
    ];
    [post_and_http, named.concat()].concat()
}

/// A connection by hand.
pub(super) struct Peer {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
}

/// A frame that came back.
struct Piece {
    kind: u8,
    flags: u8,
    payload: Vec<u8>,
}

impl Piece {
    /// The error code at the end of a RST_STREAM, or in a GOAWAY.
    fn error(&self) -> u32 {
        let at = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }
}

impl Peer {
    pub(super) async fn connect(server: &Server, settings: &[u8]) -> Peer {
        let stream = TcpStream::connect(server.serving.address()).await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let greeting = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), piece(SETTINGS, 0, 0, settings)].concat();
        writer.write_all(&greeting).await.unwrap();
        Peer { reader, writer }
    }

    /// The next frame; `None` once the server is gone.
    async fn next(&mut self) -> Option<Piece> {
        let mut head = [0; 9];
        self.reader.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.reader.read_exact(&mut payload).await.ok()?;
        Some(Piece { kind: head[3], flags: head[4], payload })
    }

    /// Reads until the server says that it goes away.
    pub(super) async fn sent_away(&mut self) {
        let away = async { while self.next().await.is_some_and(|piece| piece.kind != GOAWAY) {} };
        tokio::time::timeout(PATIENCE, away).await.expect("the server ends the connection");
    }

    /// Sends on while reading, and returns why the server went away, if it said so.
    async fn until_sent_away(mut self, bytes: Vec<u8>) -> Option<u32> {
        let mut writer = self.writer;
        let sending = tokio::spawn(async move {
            let _ = writer.write_all(&bytes).await;
            writer
        });
        let mut reason = None;
        let away = async {
            let mut head = [0; 9];
            while self.reader.read_exact(&mut head).await.is_ok() {
                let mut payload = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
                if self.reader.read_exact(&mut payload).await.is_err() {
                    break;
                }
                if head[3] == GOAWAY {
                    reason = Some(Piece { kind: GOAWAY, flags: 0, payload }.error());
                }
            }
        };
        tokio::time::timeout(PATIENCE, away).await.expect("the server ends the connection");
        sending.abort();
        reason
    }
}

#[tokio::test]
async fn streams_opened_and_reset_in_bulk_end_the_connection() {
    let server = Server::start(&[]).await;
    let headers = call("GetHead", &server.token(&["*"]));
    let storm = (0..10_000_u32).flat_map(|number| {
        let stream = number * 2 + 1;
        [piece(HEADERS, END_HEADERS, stream, &headers), piece(RST_STREAM, 0, stream, &CANCEL.to_be_bytes())].concat()
    });
    let reason = Peer::connect(&server, &[]).await.until_sent_away(storm.collect()).await;
    assert!(matches!(reason, Some(ENHANCE_YOUR_CALM) | None), "{reason:?}");
    server.call("GetHead").send().await.assert_ok();
}

#[tokio::test]
async fn streams_beyond_the_limit_are_refused_and_the_rest_is_served() {
    let server = Server::start(&[]).await;
    let mut peer = Peer::connect(&server, &[]).await;
    let headers = call("GetHead", &server.token(&["*"]));
    let opened = (0..1_000_u32).flat_map(|number| piece(HEADERS, END_HEADERS, number * 2 + 1, &headers));
    peer.writer.write_all(&opened.collect::<Vec<u8>>()).await.unwrap();
    let mut refused = 0;
    while refused < 1_000 - 128 {
        let piece = peer.next().await.expect("the connection stays");
        assert_ne!(piece.kind, GOAWAY);
        if piece.kind == RST_STREAM {
            assert_eq!(piece.error(), REFUSED_STREAM);
            refused += 1;
        }
    }
    let message = frame(&[]);
    let sent = (0..128_u32).flat_map(|number| piece(DATA, END_STREAM, number * 2 + 1, &message));
    peer.writer.write_all(&sent.collect::<Vec<u8>>()).await.unwrap();
    let mut served = 0;
    while served < 128 {
        let piece = peer.next().await.expect("the connection stays");
        assert!(![GOAWAY, RST_STREAM].contains(&piece.kind), "frame {}", piece.kind);
        served += usize::from(piece.kind == HEADERS && piece.flags & END_STREAM != 0);
    }
    assert_eq!(server.fake.calls(), 128);
}

/// Whoever does not read what it asks for is not listened to any longer, and then left: also when the connection stalls
/// before a ping of ours is due, which could not be written then.
#[tokio::test]
async fn floods_of_control_frames_stall_and_end() {
    let server = Server::start(&["server.keepalive_ms=600000", "server.keepalive_timeout_ms=200"]).await;
    for flood in [piece(PING, 0, 0, &[7; 8]), piece(SETTINGS, 0, 0, &[])] {
        let mut peer = Peer::connect(&server, &[]).await;
        let bulk = flood.repeat(10_000);
        let sent_away = async { while peer.writer.write_all(&bulk).await.is_ok() {} };
        tokio::time::timeout(PATIENCE, sent_away).await.expect("the server ends the connection");
        server.call("GetHead").send().await.assert_ok();
    }
}

#[tokio::test]
async fn who_takes_no_answer_keeps_no_place() {
    let server = Server::start(&["server.max_in_flight=1", "server.max_waiting=1", "server.max_wait_ms=5000"]).await;
    let no_window = [0, 4, 0, 0, 0, 0];
    let mut peer = Peer::connect(&server, &no_window).await;
    let headers = call("GetHead", &server.token(&["*"]));
    let sent = [piece(HEADERS, END_HEADERS, 1, &headers), piece(DATA, END_STREAM, 1, &frame(&[]))].concat();
    peer.writer.write_all(&sent).await.unwrap();
    while peer.next().await.expect("headers come without a window").kind != HEADERS {}
    server.call("GetHead").send().await.assert_ok();
}

#[tokio::test]
async fn a_body_that_does_not_come_ends_at_the_deadline() {
    let server = Server::start(&["server.deadline_ms=100"]).await;
    let trickle = futures::stream::iter([Ok::<_, tonic::Status>(http_body::Frame::data(Bytes::from_static(&[0])))]);
    let body = Body::new(StreamBody::new(futures::StreamExt::chain(trickle, futures::stream::pending())));
    server.call("GetHead").body(body).send().await.assert(Code::DeadlineExceeded, "DEADLINE_EXPIRED");
    assert_eq!(server.fake.calls(), 0);
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let server = Server::start(&[]).await;
    let start = piece(HEADERS, 0, 1, &call("GetHead", &server.token(&["*"])));
    let endless = piece(CONTINUATION, 0, 1, &header("x-a", "b").repeat(100)).repeat(10_000);
    let reason = Peer::connect(&server, &[]).await.until_sent_away([start, endless].concat()).await;
    assert_ne!(reason, Some(0), "not a polite farewell");
    // Ten thousand of them, with an end.
    let mut peer = Peer::connect(&server, &[]).await;
    let many = header("x-a", "b").repeat(1_000);
    let mut sent = piece(HEADERS, END_STREAM, 1, &call("GetHead", &server.token(&["*"])));
    (0..9).for_each(|_| sent.extend(piece(CONTINUATION, 0, 1, &many)));
    sent.extend(piece(CONTINUATION, END_HEADERS, 1, &many));
    let _ = peer.writer.write_all(&sent).await;
    while let Some(piece) = peer.next().await {
        // Answered with 431, or the connection ends.
        if [HEADERS, GOAWAY, RST_STREAM].contains(&piece.kind) {
            break;
        }
    }
    assert_eq!(server.fake.calls(), 0);
    server.call("GetHead").send().await.assert_ok();
}
