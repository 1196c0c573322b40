//! OFX, Open Financial Exchange: 1.x is SGML with unclosed elements, 2.x is XML; both are read by one tolerant scanner.
//!
//! Bank, credit card and investment statements are read as far as they move cash; what a broker bought and sold is not.
//! A transaction without date or amount and a balance without amount are refused with the name of the field: the format
//! makes them mandatory and a program that leaves them out leaves out anything. An aggregate that is not closed ends where
//! something begins that cannot stand inside it, with a finding; so is what stands outside because a beginning is damaged.

mod record;
mod scan;
mod statement;
mod transaction;

use crate::budget::Budget;
use crate::charset;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{Names, Recorder};
use crate::statement::{BankFile, Format};
use scan::{Scanner, Token};

pub(crate) const NAMES: Names = Names { entry: "STMTTRN", reference: "FITID", balance: "LEDGERBAL", totals: "BANKTRANLIST" };

/// Bytes in which a file names its character set.
const HEAD: usize = 400;
/// Largest file read.
const MAX_BYTES: usize = 64 << 20;

/// True when the text has the header or the root element of OFX near its start.
pub(crate) fn looks_like(text: &str) -> bool {
    let start = text.trim_start();
    let begins = |name: &str| start.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    let root = ["<?OFX", "<OFX>", "<?ofx", "<ofx>"];
    begins("OFXHEADER") || begins("<OFX>") || (start.starts_with('<') && root.into_iter().any(|root| start.contains(root)))
}

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8], budget: &mut Budget) -> Result<BankFile, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::Limit { what: "bytes in a file", allowed: MAX_BYTES as u64, line: 0 });
    }
    let (text, charset) = charset::decode_latin(bytes)?;
    let is_named = bytes.windows(4).take(HEAD).any(|window| matches!(window, b"1252" | b"8859"));
    let is_declared = charset == Some(charset::WINDOWS) && is_named;
    let mut recorder = Recorder::new(NAMES);
    let mut file = BankFile::new(Format::Ofx, bytes);
    file.version = version(&text);
    let mut scanner = Scanner::new(&text);
    let transactions = text.matches("<STMTTRN>").count();
    let mut reading = statement::Reading::new(&mut file, &mut recorder, budget, transactions);
    while let Some(token) = scanner.next_token()? {
        match token {
            Token::Open(name) => {
                reading.open(&name, &scanner)?;
            }
            Token::Value(name, value) => reading.value(&name, value, &scanner)?,
            Token::Close(name) => reading.close(&name, &scanner)?,
        }
    }
    let refusal = reading.finish(&scanner);
    if let Some(refusal) = refusal.filter(|_| file.statements.is_empty()) {
        return Err(refusal);
    }
    checks::check_file(&file, &mut recorder);
    file.findings = recorder.finish(text.as_bytes());
    file.findings.extend(charset::noticed(charset.filter(|_| !is_declared)));
    Ok(file)
}

/// `VERSION:102` or `VERSION="211"` of the header.
fn version(text: &str) -> String {
    let head: String = text.chars().take(400).collect();
    let rest = head.split("VERSION").nth(1).filter(|rest| rest.starts_with([':', '=']));
    let digits = rest.map(|rest| rest.trim_start_matches([':', '=', '"', '\'', ' ']));
    digits.map(|digits| digits.chars().take_while(char::is_ascii_digit).collect()).unwrap_or_default()
}
