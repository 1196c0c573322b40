//! HTTP/1.1 by hand, so that a test can also send what no client would.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// What came back; status 0 when the connection was closed without an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers, lower case.
    pub head: String,
    /// Null when the body is no JSON.
    pub body: Value,
    /// Status lines that came back.
    pub answers: usize,
    /// Whether the other side closed the connection.
    pub closed: bool,
}

impl Answer {
    /// The reason in the error's `ErrorInfo`; empty without one.
    pub fn reason(&self) -> &str {
        let details = self.body["error"]["details"].as_array();
        let info = details.and_then(|details| details.iter().find_map(|detail| detail["reason"].as_str()));
        info.unwrap_or_default()
    }
}

/// Sends these bytes and reads until the other side closes or falls silent.
pub fn send(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Answer> {
    let mut stream = connect(address)?;
    // The server may refuse and close before it has read everything; its answer counts.
    let _ = stream.write_all(bytes);
    receive(stream)
}

/// Like [`send`], and says that nothing follows.
pub fn send_and_end(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Answer> {
    let mut stream = connect(address)?;
    stream.write_all(bytes)?;
    stream.shutdown(Shutdown::Write)?;
    receive(stream)
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

fn receive(mut stream: TcpStream) -> std::io::Result<Answer> {
    let mut answer = Vec::new();
    let closed = match stream.read_to_end(&mut answer) {
        Ok(_) => true,
        Err(cause) => cause.kind() == std::io::ErrorKind::ConnectionReset,
    };
    let answers = answer.windows(9).filter(|nine| *nine == b"HTTP/1.1 ").count();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let body = answer.get(end + 4..).and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    Ok(Answer { status, head, body, answers, closed })
}

/// One request with these header lines, each ended by CR LF, and this body.
pub fn request(address: SocketAddr, verb: &str, path: &str, headers: &str, body: &[u8]) -> std::io::Result<Answer> {
    let length = body.len();
    let head = format!("{verb} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    send(address, &[head.as_bytes(), body].concat())
}
