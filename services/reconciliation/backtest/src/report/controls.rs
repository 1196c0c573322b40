//! Control totals: per account, opening balance plus lines is the closing balance, and every statement opens where the
//! one before closed, or with lines of it.

use quittance_types::Currency;

use super::Control;
use crate::amount::minor_text;
use crate::statements::StatementRead;

/// One control for each account and currency. The statements must be in their order; those that only repeat others and
/// interim reports stay out.
pub(super) fn controls(figures: &[StatementRead]) -> Vec<Control> {
    let counts = |statement: &&StatementRead| !statement.interim && (statement.kept > 0 || statement.line_count == 0);
    let counted: Vec<&StatementRead> = figures.iter().filter(counts).collect();
    let same = |a: &&StatementRead, b: &&StatementRead| a.account == b.account && a.currency == b.currency;
    counted.chunk_by(same).filter_map(control).collect()
}

fn control(statements: &[&StatementRead]) -> Option<Control> {
    let (first, last) = (statements.first()?, statements.last()?);
    let currency = first.currency.unwrap_or(Currency::EUR);
    let lines = statements.iter().try_fold(0_i64, |sum, statement| sum.checked_add(statement.booked?)?.checked_sub(statement.repeated));
    let difference =
        first.opening.zip(last.closing).zip(lines).and_then(|((opening, closing), lines)| closing.checked_sub(opening.checked_add(lines)?));
    let broken = statements.iter().filter(|statement| statement.is_broken()).count();
    let opens_elsewhere = |pair: &&[&StatementRead]| match pair {
        // One that begins earlier repeats lines of the one before.
        [before, after] => {
            before.closing.zip(after.opening).is_some_and(|(closing, opening)| closing != opening.saturating_add(after.repeated))
        }
        _ => false,
    };
    let gaps = statements.windows(2).filter(opens_elsewhere).count();
    let text = |minor: i64| minor_text(minor, currency);
    Some(Control {
        account: first.account.clone(),
        currency: currency.code(),
        statements: statements.len() as u64,
        opening: first.opening.map(text),
        lines: lines.map(text),
        closing: last.closing.map(text),
        difference: difference.map(text),
        broken: broken as u64,
        gaps: gaps as u64,
        holds: broken == 0 && gaps == 0 && difference == Some(0),
    })
}
