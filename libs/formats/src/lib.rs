//! Files of the trade: bytes in, typed values out. No I/O.
//!
//! - [`detect`] tells the format of a bank file from its bytes, [`read`] reads it into the one model ([`BankFile`]),
//!   [`inspect`] shows it as JSON.
//! - What a file does not say, or says twice, is a [`Finding`] beside the values; only what is no statement is refused.
//! - A new format is one module with `read(&[u8]) -> Result<BankFile, FormatError>`, one [`Format`] and one line in
//!   `detect.rs`.
//! - [`references`] finds what a payment is for, [`fingerprint`] tells a line that was seen before, [`camt::write`]
//!   writes a statement.

mod bai2;
mod budget;
pub mod camt;
mod cfonb;
mod charset;
mod checks;
mod coda;
mod detect;
mod error;
mod finding;
pub mod fingerprint;
pub mod identifiers;
mod inspect;
mod lines;
mod mt940;
mod ofx;
pub mod references;
mod short_date;
pub mod statement;
mod xml;

pub use detect::{detect, read};
pub use error::FormatError;
pub use finding::{Finding, FindingKind, Severity};
pub use inspect::{inspect, inspect_file};
pub use statement::{BankFile, Format, Statement};
