//! `quittance match`: the engine alone on a folder of anyone's data.
//!
//! [`run`] reads the folder, matches every line and returns an [`Outcome`]: rows for `result.csv`, what the remittance
//! advices say, and the [`report::Report`]. The folder may be incomplete or partly broken: the engine uses what there is,
//! and the report says what was missing and which rows were refused for what reason.
//!
//! Files are read one by one and in parallel; tables are streamed row by row. What comes out does not depend on the number
//! of threads, on file names or on the order of files.

mod advices;
mod amount;
mod error;
mod folder;
mod intake;
mod ledgers;
mod owners;
mod progress;
pub mod report;
mod results;
mod run;
mod statements;
mod sums;
mod table;
mod tables;
mod tally;

pub use advices::AdviceSummary;
pub use error::BacktestError;
pub use intake::{AbsentColumn, RefusedRow, RefusedRows, TableRead};
pub use progress::{Progress, Silent};
pub use run::{Options, Outcome, prepare, run};
pub use statements::Duplicates;
pub use sums::Sums;
