//! Letters are written from what notices say: templates are rendered off the threads that serve requests, and outside of any
//! transaction.

use std::{collections::HashMap, sync::Arc};

use quittance_chassis::beside;
use quittance_types::{Fault, StrategyId};

use crate::domain::{
    letter::{self, Letter},
    notice::Notice,
    strategy::Strategy,
};

/// A notice and its letter: as it went out, else as it would go out. None when neither the template of the strategy nor the
/// built-in one can write it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The notice.
    pub notice: Notice,
    /// What the customer gets.
    pub letter: Option<Letter>,
}

/// Writes the letters of notices, in their order, with the words of the strategy version each was previewed with.
///
/// # Errors
/// INTERNAL_ERROR when the process ends meanwhile.
pub async fn write_all(notices: Vec<Notice>, strategies: HashMap<StrategyId, Strategy>, sender: Arc<str>) -> Result<Vec<Written>, Fault> {
    beside::compute(move || Ok(notices.into_iter().map(|notice| write(notice, &strategies, &sender)).collect())).await
}

fn write(mut notice: Notice, strategies: &HashMap<StrategyId, Strategy>, sender: &str) -> Written {
    if let Some(sent) = notice.sent.take() {
        return Written { notice, letter: Some(sent) };
    }
    let step = strategies.get(&notice.strategy).and_then(|strategy| strategy.step(notice.level));
    let (template, subject) = step.map_or(("", ""), |step| (step.template.as_str(), step.subject.as_str()));
    let letter = letter::write(&notice, template, subject, sender).or_else(|fault| {
        // It was tried when it was stored; a customer must not go unreminded for what it did not foresee.
        tracing::error!(notice = %notice.id, %fault, "a template fails; the built-in letter is written instead");
        letter::write(&notice, "", "", sender)
    });
    let failed = |fault: Fault| tracing::error!(notice = %notice.id, %fault, "the built-in letter cannot be written either");
    let letter = letter.map_err(failed).ok();
    Written { notice, letter }
}
