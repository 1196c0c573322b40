//! Compares a result of `quittance match` with the truth of a generated folder.
//!
//! Definitions. A line's proposal is *right* when its set of (invoice, applied amount) equals the truth's, and so does the
//! part on account with its customer. *Straight through*: receipts whose automatic application is right, over all
//! receipts. A *false apply*: an automatic application with any euro on an item or customer the truth does not name, or of
//! a line that is neither receipt nor return. An automatic application that only leaves something out is neither.

mod measure;
mod read;
mod remit;
mod report;
mod statistics;

pub use measure::{Example, Group, Measures, measure};
pub use read::{ResultLine, Row, Truths, read_result, read_truth};
pub use remit::{RemitMeasures, measure_remit};
pub use report::{json, table};
