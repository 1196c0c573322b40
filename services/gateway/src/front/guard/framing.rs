//! Where a request of HTTP/1 ends (RFC 9112, sections 2 and 6), read so strictly that nobody can read it otherwise.

/// Digits of a chunk's size that no body within our limits needs more of.
const MAX_SIZE_DIGITS: usize = 8;
/// Longest line of a chunk's size with extensions, and longest trailer.
const MAX_LINE: usize = 4 * 1024;

/// What the bytes so far are.
#[derive(Debug, PartialEq)]
pub(super) enum Head {
    Incomplete,
    /// Others may read it otherwise than we do.
    Ambiguous,
    Complete {
        length: usize,
        body: Option<Body>,
    },
}

/// A body on its way.
#[derive(Debug, PartialEq)]
pub(super) enum Body {
    /// Bytes still to come.
    Sized(u64),
    Chunked(Chunks),
}

/// How far into a chunked body we are.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chunks {
    place: Place,
    line: Vec<u8>,
}

#[derive(Debug, Default, PartialEq)]
enum Place {
    #[default]
    Size,
    /// Bytes of the chunk still to come, with the line end after it.
    Data(u64),
    Trailer,
}

/// How many of the bytes belong to the body, and whether it ends with them.
#[derive(Debug, PartialEq)]
pub(super) struct Progress {
    pub(super) taken: usize,
    pub(super) ended: bool,
}

/// Reads as far as the end of the head.
pub(super) fn read_head(bytes: &[u8]) -> Head {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    let head = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    if has_bare_line_end(head) {
        return Head::Ambiguous;
    }
    match end {
        None => Head::Incomplete,
        Some(length) => body_of(head).map_or(Head::Ambiguous, |body| Head::Complete { length, body }),
    }
}

/// A carriage return may still be waiting for its line feed at the very end.
fn has_bare_line_end(head: &[u8]) -> bool {
    let lone_feed = head.first() == Some(&b'\n') || head.windows(2).any(|two| matches!(two, [other, b'\n'] if *other != b'\r'));
    lone_feed || head.windows(2).any(|two| matches!(two, [b'\r', other] if *other != b'\n'))
}

/// The body that a complete head announces; `None` outside if it does so ambiguously.
fn body_of(head: &[u8]) -> Option<Option<Body>> {
    let (mut length, mut is_chunked) = (None, false);
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            return None;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (line.get(..colon)?, line.get(colon + 1..)?.trim_ascii());
        if name.trim_ascii().eq_ignore_ascii_case(b"content-length") {
            let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
            if length.replace(digits.parse::<u64>().ok()?).is_some() {
                return None;
            }
        }
        if name.trim_ascii().eq_ignore_ascii_case(b"transfer-encoding") {
            if is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return None;
            }
            is_chunked = true;
        }
    }
    match (length, is_chunked) {
        (Some(_), true) => None,
        (None | Some(0), false) => Some(None),
        (Some(length), false) => Some(Some(Body::Sized(length))),
        (None, true) => Some(Some(Body::Chunked(Chunks::default()))),
    }
}

impl Body {
    /// Takes what belongs to the body; `None` when it breaks its own framing.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Option<Progress> {
        match self {
            Body::Sized(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= u64::try_from(taken).ok()?;
                Some(Progress { taken, ended: *left == 0 })
            }
            Body::Chunked(chunks) => chunks.follow(bytes),
        }
    }
}

impl Chunks {
    fn follow(&mut self, bytes: &[u8]) -> Option<Progress> {
        let mut taken = 0;
        while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
            if let Place::Data(left) = &mut self.place {
                let part = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                *left -= u64::try_from(part).ok()?;
                taken += part;
                if *left == 0 {
                    self.place = Place::Size;
                }
                continue;
            }
            self.line.push(*rest.first()?);
            taken += 1;
            if self.line.len() > MAX_LINE {
                return None;
            }
            if self.line.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                if self.end_of_line(line.strip_suffix(b"\r\n")?)? {
                    return Some(Progress { taken, ended: true });
                }
            }
        }
        Some(Progress { taken, ended: false })
    }

    /// True if the body ends with this line.
    fn end_of_line(&mut self, line: &[u8]) -> Option<bool> {
        if self.place == Place::Trailer {
            return Some(line.is_empty());
        }
        let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
        if digits.is_empty() || digits.len() > MAX_SIZE_DIGITS || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let size = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        // The data ends in a line end of its own; hyper sees to it that it is one.
        self.place = if size == 0 { Place::Trailer } else { Place::Data(size + 2) };
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn announced(headers: &str) -> Head {
        read_head(format!("POST / HTTP/1.1\r\n{headers}\r\nrest").as_bytes())
    }

    fn body(headers: &str) -> Option<Body> {
        match announced(headers) {
            Head::Complete { body, length } => {
                assert_eq!(length, headers.len() + 19);
                body
            }
            other => panic!("{headers:?}: {other:?}"),
        }
    }

    #[test]
    fn one_way_to_read_it() {
        assert_eq!(body("Host: x\r\n"), None);
        assert_eq!(body("Content-Length: 0\r\n"), None);
        assert_eq!(body("content-length: 12\r\nHost: x\r\n"), Some(Body::Sized(12)));
        assert_eq!(body("Transfer-Encoding: Chunked\r\n"), Some(Body::Chunked(Chunks::default())));
        assert_eq!(read_head(b"GET / HTTP/1.1\r\nHost: x\r"), Head::Incomplete);
    }

    #[test]
    fn more_than_one_way_to_read_it() {
        for headers in [
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\ncontent-length: 4\r\n",
            "Content-Length: 4\r\nContent-Length: 5\r\n",
            "Content-Length: 4\r\nContent-Length: 4\r\n",
            "Content-Length: 4, 4\r\n",
            "Content-Length: +4\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding : chunked\r\nContent-Length: 4\r\n",
            "Host: x\n",
            "Host: x\r\r\n",
            "X-Note: a\r\n b\r\n",
            "X-Note: a\r\n\tContent-Length: 4\r\n",
        ] {
            assert_eq!(announced(headers), Head::Ambiguous, "{headers:?}");
        }
        assert_eq!(read_head(b"GET / HTTP/1.1\nHo"), Head::Ambiguous);
    }

    #[test]
    fn chunks_end_where_they_say() {
        let text = b"5\r\nhello\r\nA;name=\"v\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /";
        for piece in 1..text.len() {
            let (mut chunks, mut taken, mut ended) = (Chunks::default(), 0, false);
            while !ended {
                let end = (taken + piece).min(text.len());
                let progress = chunks.follow(&text[taken..end]).unwrap();
                taken += progress.taken;
                ended = progress.ended;
            }
            assert_eq!(&text[taken..], b"GET /", "in pieces of {piece}");
        }
        for bad in ["x\r\n", "\r\n", "5\n", "-1\r\n", "123456789\r\n", "0x5\r\n"] {
            assert_eq!(Chunks::default().follow(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
