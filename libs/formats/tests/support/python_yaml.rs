//! Expectations written by a Python library: YAML with object tags, read as text and never as objects.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

/// Keys of one object with their text, continuation lines included.
pub type Fields = BTreeMap<String, String>;

/// Objects of the transaction list.
pub fn transactions(text: &str) -> Vec<Fields> {
    let parts = text.split("- !!python/object:mt940.models.Transaction\n").skip(1);
    parts.map(|part| fields_at(part, 4)).collect()
}

/// Keys at an indentation; `null` values are left out.
pub fn fields_at(text: &str, indent: usize) -> Fields {
    let mut fields = Fields::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        let is_key = depth == indent && !line.trim_start().starts_with('-') && line.contains(':');
        if is_key {
            let (key, value) = line.trim().split_once(':').unwrap();
            fields.insert(key.to_string(), value.trim().to_string());
            current = Some(key.to_string());
        } else if let Some(key) = current.as_ref().filter(|_| depth >= indent || line.trim().is_empty()) {
            let value = fields.get_mut(key).unwrap();
            value.push('\n');
            value.push_str(line.trim());
        }
    }
    fields.retain(|_, value| value != "null");
    fields
}

/// A scalar without its quotes and escapes.
pub fn folded(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('"').map(|rest| rest.trim_end_matches('"'));
    let Some(inner) = inner else { return text.trim_matches('\'').replace("''", "'") };
    let mut out = String::new();
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (character, length) = match after.as_bytes().first() {
            Some(b'x') => (char::from(u8::from_str_radix(&after[1..3], 16).unwrap()), 3),
            Some(b'n') => ('\n', 1),
            Some(b't') => ('\t', 1),
            _ => (' ', 1),
        };
        out.push(character);
        rest = after.get(length..).unwrap_or_default();
    }
    out + rest
}

/// The decimal number of an amount object, in canonical form.
pub fn decimal(text: &str) -> String {
    let quoted = text.split("- '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let negative = quoted.starts_with('-');
    let digits = quoted.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    format!("{sign}{whole}{point}{fraction}")
}

/// The date of a pickled date object: four bytes, year, month, day.
pub fn day(text: &str) -> Option<String> {
    let encoded = text.split("!!binary |").nth(1)?.split_whitespace().next()?;
    let bytes = base64(encoded);
    Some(format!("{:04}-{:02}-{:02}", u16::from(bytes[0]) * 256 + u16::from(bytes[1]), bytes[2], bytes[3]))
}

fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bits = 0u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        bits = bits << 6 | value(byte);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).unwrap());
        }
    }
    bytes
}
