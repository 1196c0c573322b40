//! Mails: plain, with an HTML alternative, with a file attached; in three transfer encodings.

use super::{Advice, Style, table};
use crate::dice::Dice;
use crate::names;

/// The mail as it was received.
pub(super) fn write(advice: &Advice, style: &Style, dice: &mut Dice) -> Vec<u8> {
    let sender = names::slug(&advice.payer.name);
    let subject = format!("{} {}", style.labels.title, advice.number);
    let mut out = format!(
        "From: {} <ap@{sender}.example.com>\r\nTo: receivables@seller.example.com\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@{sender}.example.com>\r\nMIME-Version: 1.0\r\n",
        encoded_word(&advice.payer.name),
        encoded_word(&subject),
        date_header(advice.day),
        dice.digits(12),
    );
    match dice.below(5) {
        0 | 1 => {
            let body = if dice.chance(500) { table::text(advice, style, dice) } else { table::prose(advice, style, dice) };
            out.push_str(&part("text/plain; charset=utf-8", &body, dice));
        }
        2 => out.push_str(&part("text/html; charset=utf-8", &table::html(advice, style, dice), dice)),
        3 => {
            let parts = [
                part("text/plain; charset=utf-8", &table::text(advice, style, dice), dice),
                part("text/html; charset=utf-8", &table::html(advice, style, dice), dice),
            ];
            out.push_str(&multipart("alternative", &parts));
        }
        _ => {
            let letter = format!(
                "{}\n\n{} {}\n\n{}\n{}\n",
                style.labels.greeting, style.labels.title, advice.number, style.labels.close, advice.payer.name
            );
            let attached = base64(&table::csv(advice, style, dice));
            let parts = [
                part("text/plain; charset=utf-8", &letter, dice),
                format!(
                    "Content-Type: text/csv; name=\"advice.csv\"\r\nContent-Disposition: attachment; filename=\"advice.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{attached}"
                ),
            ];
            out.push_str(&multipart("mixed", &parts));
        }
    }
    out.into_bytes()
}

fn multipart(kind: &str, parts: &[String]) -> String {
    let mut out = format!("Content-Type: multipart/{kind}; boundary=\"=_part_7b1\"\r\n\r\n");
    for part in parts {
        out.push_str("--=_part_7b1\r\n");
        out.push_str(part);
        out.push_str("\r\n");
    }
    out.push_str("--=_part_7b1--\r\n");
    out
}

fn part(kind: &str, body: &str, dice: &mut Dice) -> String {
    let body = body.replace('\n', "\r\n");
    let (encoding, body) = match dice.below(3) {
        0 => ("8bit", body),
        1 => ("quoted-printable", quoted_printable(&body)),
        _ => ("base64", base64(body.as_bytes())),
    };
    format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}")
}

/// RFC 2045 section 6.7, lines of at most 76 characters.
fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 5 / 4);
    for line in text.split("\r\n") {
        let mut width = 0;
        let last = line.len().saturating_sub(1);
        for (place, byte) in line.bytes().enumerate() {
            let plain = (byte.is_ascii_graphic() && byte != b'=') || (byte == b' ' && place != last);
            let piece = if plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if width + piece.len() > 75 {
                out.push_str("=\r\n");
                width = 0;
            }
            width += piece.len();
            out.push_str(&piece);
        }
        out.push_str("\r\n");
    }
    out.truncate(out.len().saturating_sub(2));
    out
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len() * 3 / 2);
    for (place, chunk) in bytes.chunks(3).enumerate() {
        if place > 0 && place % 19 == 0 {
            out.push_str("\r\n");
        }
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for sextet in 0..4 {
            let value = (word >> (18 - 6 * sextet)) & 63;
            out.push(if sextet <= chunk.len() { char::from(ALPHABET[value as usize]) } else { '=' });
        }
    }
    out
}

/// RFC 2047, for what is not ASCII.
fn encoded_word(text: &str) -> String {
    if text.is_ascii() && !text.contains([',', '.', '(', '/']) {
        text.to_owned()
    } else {
        format!("=?utf-8?B?{}?=", base64(text.as_bytes()).replace("\r\n", ""))
    }
}

fn date_header(day: i32) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, of_month) = crate::ledger::period::date(day).ymd();
    let name = MONTHS.get(month as usize - 1).copied().unwrap_or("Jan");
    format!("{of_month:02} {name} {year} 09:12:00 +0200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(base64(b"Man"), "TWFu");
        assert_eq!(base64(b"Ma"), "TWE=");
        assert_eq!(base64(b"M"), "TQ==");
        assert_eq!(quoted_printable("a=ü \r\nb"), "a=3D=C3=BC=20\r\nb");
    }
}
