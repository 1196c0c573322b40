//! JSON as it is written: nothing of it is kept, so that what a file holds can be shown in little memory.

use std::io::{self, Write};

use serde::Serialize;

/// Writes one JSON document, indented by two blanks. After the first failure of the output nothing more is written.
pub(super) struct Writer<'w> {
    out: &'w mut dyn Write,
    depth: usize,
    /// Nothing stands in the innermost object or list yet.
    empty: bool,
    outcome: io::Result<()>,
}

impl<'w> Writer<'w> {
    /// Writes one object, which `fill` fills.
    pub fn document(out: &'w mut dyn Write, fill: impl FnOnce(&mut Writer<'_>)) -> io::Result<()> {
        let mut writer = Writer { out, depth: 0, empty: true, outcome: Ok(()) };
        writer.inside(b"{", b"}", fill);
        writer.outcome
    }

    /// A key with a plain value.
    pub fn put(&mut self, key: &str, value: impl Serialize) {
        self.key(key);
        self.plain(value);
    }

    /// A key with a plain value, left out when there is none.
    pub fn some(&mut self, key: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// A key with an object.
    pub fn object(&mut self, key: &str, fill: impl FnOnce(&mut Writer<'_>)) {
        self.key(key);
        self.inside(b"{", b"}", fill);
    }

    /// A key with an object, left out when there is nothing to show.
    pub fn object_of<T>(&mut self, key: &str, value: Option<T>, fill: impl FnOnce(&mut Writer<'_>, T)) {
        if let Some(value) = value {
            self.object(key, |out| fill(out, value));
        }
    }

    /// A key with a list of objects.
    pub fn list<T>(&mut self, key: &str, items: impl IntoIterator<Item = T>, mut fill: impl FnMut(&mut Writer<'_>, T)) {
        self.key(key);
        self.inside(b"[", b"]", |out| {
            for item in items {
                out.separate();
                out.inside(b"{", b"}", |out| fill(out, item));
            }
        });
    }

    /// A key with a list of objects, left out when it is empty.
    pub fn some_list<T>(&mut self, key: &str, items: impl IntoIterator<Item = T>, fill: impl FnMut(&mut Writer<'_>, T)) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.list(key, items, fill);
        }
    }

    /// A key with a list of plain values.
    pub fn values(&mut self, key: &str, values: impl IntoIterator<Item = impl Serialize>) {
        self.key(key);
        self.inside(b"[", b"]", |out| {
            for value in values {
                out.separate();
                out.plain(value);
            }
        });
    }

    /// A key with a list of plain values, left out when it is empty.
    pub fn some_values(&mut self, key: &str, values: impl IntoIterator<Item = impl Serialize>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.values(key, values);
        }
    }

    fn key(&mut self, key: &str) {
        self.separate();
        self.plain(key);
        self.text(b": ");
    }

    /// What stands before a member: a comma behind the one before, and a line of its own.
    fn separate(&mut self) {
        if !std::mem::replace(&mut self.empty, false) {
            self.text(b",");
        }
        self.line();
    }

    fn inside(&mut self, open: &[u8], close: &[u8], fill: impl FnOnce(&mut Writer<'_>)) {
        self.text(open);
        self.depth += 1;
        self.empty = true;
        fill(self);
        self.depth -= 1;
        if !std::mem::replace(&mut self.empty, false) {
            self.line();
        }
        self.text(close);
    }

    fn line(&mut self) {
        const BLANKS: &[u8] = b"\n                                                                ";
        let end = (1 + 2 * self.depth).min(BLANKS.len());
        self.text(BLANKS.get(..end).unwrap_or(BLANKS));
    }

    fn plain(&mut self, value: impl Serialize) {
        if self.outcome.is_ok() {
            self.outcome = serde_json::to_writer(&mut *self.out, &value).map_err(io::Error::from);
        }
    }

    fn text(&mut self, text: &[u8]) {
        if self.outcome.is_ok() {
            self.outcome = self.out.write_all(text);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn written_as_serde_json_would() {
        let mut out = Vec::new();
        Writer::document(&mut out, |out| {
            out.put("a", "x\"y");
            out.some("b", None::<u64>);
            out.list("c", [1, 2], |out, number| out.put("n", number));
            out.object("d", |_| {});
            out.values("e", [0; 0]);
            out.some_list("f", [0; 0], |_, _| {});
            out.some_values("g", ["z"]);
            out.object_of("h", Some(1), |out, number| out.put("n", number));
        })
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        let same = serde_json::json!({ "a": "x\"y", "c": [{ "n": 1 }, { "n": 2 }], "d": {}, "e": [], "g": ["z"], "h": { "n": 1 } });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), same);
        assert_eq!(text, serde_json::to_string_pretty(&same).unwrap());
    }

    #[test]
    fn a_closed_output_ends_the_writing() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let outcome = Writer::document(&mut Closed, |out| out.put("a", 1));
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
