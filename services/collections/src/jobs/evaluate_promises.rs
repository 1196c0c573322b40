//! Promises whose time has passed are decided, by what had come until their last day: when this runs does not matter.

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault, Money};

use crate::{domain::promise::PromiseState, store::promises};

/// Promises decided in one batch.
const BATCH: u64 = 500;

/// How promises ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// The money came in time.
    pub kept: u32,
    /// Part of it.
    pub partly_kept: u32,
    /// Nothing.
    pub broken: u32,
}

impl Evaluated {
    /// True when nothing was left to decide.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Decides at most a batch.
///
/// # Errors
/// What the database says.
pub async fn batch(tx: &Tx, as_of: BusinessDate) -> Result<Evaluated, Fault> {
    let mut evaluated = Evaluated::default();
    let mut passed = promises::passed_for_update(tx, as_of, BATCH).await?;
    let outcomes = promises::outcomes(tx, &passed).await?;
    for promise in &mut passed {
        let outcome = outcomes.get(&promise.id).copied().unwrap_or_default();
        promise.judge(Money::from_minor(outcome.cash, promise.amount.currency())?, outcome.open == 0)?;
        match promise.state {
            PromiseState::Kept => evaluated.kept += 1,
            PromiseState::PartlyKept => evaluated.partly_kept += 1,
            PromiseState::Broken => evaluated.broken += 1,
            PromiseState::Open | PromiseState::Withdrawn => {}
        }
    }
    promises::save_ended(tx, &mut passed).await?;
    Ok(evaluated)
}

/// Decides all of them.
///
/// # Errors
/// What the database says.
pub async fn all(tx: &Tx, as_of: BusinessDate) -> Result<Evaluated, Fault> {
    let mut evaluated = Evaluated::default();
    loop {
        let found = batch(tx, as_of).await?;
        if found.is_empty() {
            return Ok(evaluated);
        }
        evaluated.kept += found.kept;
        evaluated.partly_kept += found.partly_kept;
        evaluated.broken += found.broken;
    }
}
