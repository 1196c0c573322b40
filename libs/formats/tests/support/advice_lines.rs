//! What the tests of advices compare.

use quittance_formats::remittance::{Advice, AdviceLine};

/// Lines as `document net deduction`.
pub fn lines(advices: &[Advice]) -> Vec<String> {
    let shown = |line: &AdviceLine| {
        let deduction = line.deduction().unwrap_or_default().normalize();
        format!("{} {} {deduction}", line.document.value, line.net_amount().unwrap().normalize())
    };
    advices.iter().flat_map(|advice| &advice.lines).map(shown).collect()
}
