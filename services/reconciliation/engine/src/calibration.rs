//! From scores to chances, and from chances to decisions.
//!
//! A score is the posterior or the margin of the scorer in any integer unit; higher is surer. Isotonic regression turns
//! it into the share of such matches that were right, held as a step table a person can read. The threshold above which a
//! match may be applied without a person is the lowest one whose false rate is proven: the upper end of its exact 95 %
//! confidence interval (Clopper and Pearson) is within the rate the seller accepts. Labels come from people, never from
//! what was applied without one.

mod binomial;
mod guard;
mod isotonic;
mod step_table;
mod threshold;

pub use binomial::{false_rate_lower, false_rate_upper};
pub use guard::{ClassGuard, Standing};
pub use step_table::{Step, StepTable, TableFault};
pub use threshold::{SELLER_SAMPLES, Threshold, lowest_threshold};

/// One match whose truth is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What the scorer said; higher is surer.
    pub score: i32,
    /// Whether every item and amount was right.
    pub right: bool,
}

/// One million: probabilities are parts of it.
pub const MILLION: u32 = 1_000_000;
