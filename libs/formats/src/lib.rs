//! Files of the trade: bytes in, typed values out. No I/O.
//!
//! - [`detect`] tells the format of a file from its bytes, [`read_document`] reads it into the model of its [`Subject`],
//!   [`read`] does so for bank statements ([`BankFile`]), [`inspect`] shows it as JSON.
//! - What a file does not say, or says twice, is a [`Finding`] beside the values; only what cannot be trusted to be a file of
//!   its format is refused.
//! - A new format is one module with a reader, one [`Format`] and one line in `detect.rs`.
//! - [`references`] finds what a payment is for, [`fingerprint`] tells a line that was seen before.
//! - [`camt::write`], [`pain001::write`], [`pain008::write`] and [`nacha::write`] write statements and orders.

mod archive;
mod bai2;
mod budget;
pub mod camt;
mod cfonb;
mod charset;
mod checks;
mod coda;
mod detect;
pub mod edi;
mod error;
mod finding;
pub mod fingerprint;
pub mod identifiers;
mod inspect;
mod iso20022;
mod lines;
mod lockbox;
pub mod mapped;
mod mt940;
pub mod nacha;
mod ofx;
pub mod pain001;
mod pain002;
pub mod pain008;
pub mod payment;
pub mod references;
pub mod remittance;
mod remt;
pub mod sepa_order;
mod short_date;
pub mod statement;
pub mod status;
mod xml;

pub use detect::{Document, detect, read, read_document, read_document_as};
/// Texts of which a file holds a great many: sixteen bytes, and none beside them for a text of up to fifteen.
pub use ecow::EcoString as Text;
pub use error::FormatError;
pub use finding::{Finding, FindingKind, Severity};
pub use inspect::{Inspected, inspect, inspect_document, inspect_file};
pub use iso20022::Head;
pub use remt::RemittanceMessage;
pub use statement::{BankFile, Format, Statement, Subject};
