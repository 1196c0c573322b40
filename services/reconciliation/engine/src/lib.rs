//! The cash application engine: bank lines and open items in, proposals with their evidence out. Pure and in memory.
//!
//! A [`ShardBuilder`] gathers the records of one seller ([`record`]) and builds a [`Shard`]: columns and indexes that
//! operations keep current. [`Shard::propose`] reads one line, [`Shard::run`] a batch, [`run_all`] many sellers at once; the
//! answers are [`proposal::Proposal`]s. The same input gives the same answer, whatever the number of threads.
//!
//! Reading order of the stages: `extract` (words to numbers), `candidates` (numbers to documents), `payer` (who pays),
//! `matcher` (readings, their weight, the decision), [`relation`] (why the amount differs), [`subset`] (which documents add
//! up), `batch` and [`conflicts`] (lines that want the same document), `returns`, [`learning`], [`calibration`].

mod batch;
pub mod bits;
pub mod calibration;
mod candidates;
mod classify;
pub mod conflicts;
pub mod distance;
mod extract;
pub mod learning;
mod matcher;
mod normal;
mod payer;
pub mod proposal;
pub mod record;
pub mod relation;
mod returns;
pub mod shard;
pub mod subset;
mod track_record;

pub use batch::Course;
pub use matcher::Workbench;
pub use shard::{CustomerView, ItemView, Shard, ShardBuilder, run_all};
pub use track_record::{Grade, GradeFault};
