//! Bad bytes: rows 1 to 10 of the list of bad input.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use tonic::Code;

use super::harness::{Answer, Server, frame};

#[tokio::test]
async fn bytes_that_are_no_message_are_refused() {
    let server = Server::start(&[]).await;
    let mut nested = vec![0x0b; 101];
    nested.extend(vec![0x0c; 101]);
    let cases: [(&str, Vec<u8>); 8] = [
        ("random", frame(&[0xde, 0xad, 0xbe, 0xef, 0x99, 0x13])),
        ("truncated varint", frame(&[0x08, 0xff])),
        ("wrong wire type", frame(&[0x0d, 1, 2, 3, 4])),
        ("length beyond the end", frame(&[0x0a, 0x7f, b'x'])),
        ("101 groups deep", frame(&nested)),
        ("not UTF-8", frame(&[0x0a, 2, 0xc3, 0x28])),
        ("flag 2", [vec![2], frame(&[])[1..].to_vec()].concat()),
        ("compressed without encoding", [vec![1], frame(&[1, 2])[1..].to_vec()].concat()),
    ];
    for (name, bytes) in cases {
        let answer = server.call("ListEntries").bytes(bytes).send().await;
        assert_eq!((answer.code(), answer.reason()), (Code::InvalidArgument, "MALFORMED_MESSAGE"), "{name}: {:?}", answer.status);
    }
    assert_eq!(server.fake.calls(), 0);
}

#[tokio::test]
async fn a_unary_call_brings_exactly_one_message() {
    let server = Server::start(&[]).await;
    let cases = [vec![], frame(&[]).repeat(2), [frame(&[]), vec![0]].concat(), frame(&[])[..4].to_vec(), vec![0, 0, 0, 0, 9, 1]];
    for bytes in cases {
        let answer = server.call("GetHead").bytes(bytes.clone()).send().await;
        assert_eq!((answer.code(), answer.reason()), (Code::InvalidArgument, "MALFORMED_MESSAGE"), "{bytes:?}: {:?}", answer.status);
    }
    assert_eq!(server.fake.calls(), 0);
}

#[tokio::test]
async fn a_message_beyond_four_mebibytes_is_refused() {
    let server = Server::start(&[]).await;
    let answer = server.call("GetHead").bytes(frame(&vec![0; 4 * 1024 * 1024 + 1])).send().await;
    answer.assert(Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn an_unknown_encoding_is_named_as_such() {
    let server = Server::start(&[]).await;
    let compressed = [vec![1], frame(&[1, 2])[1..].to_vec()].concat();
    let answer = server.call("GetHead").header("grpc-encoding", "br").bytes(compressed).send().await;
    answer.assert(Code::Unimplemented, "ENCODING_UNSUPPORTED");
    assert_eq!(answer.headers["grpc-accept-encoding"], "gzip,identity");
}

fn packed(message: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(message).unwrap();
    encoder.finish().unwrap()
}

async fn send_packed(server: &Server, method: &str, packed: &[u8]) -> Answer {
    let mut framed = frame(packed);
    framed[0] = 1;
    server.call(method).header("grpc-encoding", "gzip").bytes(framed).send().await
}

#[tokio::test]
async fn a_packed_message_is_read() {
    let server = Server::start(&[]).await;
    send_packed(&server, "GetHead", &packed(&[])).await.assert_ok();
    server.call("GetHead").header("grpc-encoding", "gzip").send().await.assert_ok();
    assert_eq!(server.fake.calls(), 2);
}

#[tokio::test]
async fn a_bomb_is_too_large() {
    let server = Server::start(&[]).await;
    let bomb = packed(&vec![0; 200 * 1024 * 1024]);
    assert!(bomb.len() < 400_000, "{}", bomb.len());
    send_packed(&server, "GetHead", &bomb).await.assert(Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    send_packed(&server, "GetHead", &packed(&vec![0; 4 * 1024 * 1024 + 1])).await.assert(Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    send_packed(&server, "GetHead", &vec![7; 4 * 1024 * 1024 + 1]).await.assert(Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    assert_eq!(server.fake.calls(), 0);
}

#[tokio::test]
async fn a_broken_package_is_refused() {
    let server = Server::start(&[]).await;
    let whole = packed(b"\x0a\x05hello");
    let mut wrong_sum = whole.clone();
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 1;
    for broken in [&whole[..whole.len() - 1], &whole[..5], &wrong_sum, b"plain", b"", &[whole.clone(), whole.clone()].concat()] {
        send_packed(&server, "GetHead", broken).await.assert(Code::InvalidArgument, "MALFORMED_MESSAGE");
    }
    let two = [frame(&[]), frame(&[])].concat();
    let answer = server.call("GetHead").header("grpc-encoding", "gzip").bytes(two).send().await;
    answer.assert(Code::InvalidArgument, "MALFORMED_MESSAGE");
    assert_eq!(server.fake.calls(), 0);
}
