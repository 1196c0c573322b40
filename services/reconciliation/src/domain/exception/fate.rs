//! What a transaction that changed a receipt means for the exception of its line.

use quittance_matching::proposal::Band;

use super::Resolution;
use crate::domain::confirmation::BY_HAND;
use crate::domain::happening::Happening;
use crate::domain::receipt::{Receipt, ReceiptState};
use crate::domain::subledger::LineNote;

/// What becomes of the exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its money was given away.
    Over(Resolution),
    /// Money was taken back from a document: it waits, again or still.
    Again {
        /// Why it was taken back; may be empty.
        why: String,
    },
}

/// What became of the money of a receipt; none when it waits as before. `note` is who decided about its line, if anybody did;
/// `told` is what happened in the transaction, in order.
pub fn fate<'a>(receipt: &Receipt, note: Option<&LineNote>, told: impl Iterator<Item = &'a Happening>) -> Option<Fate> {
    if let Some(resolution) = note.and_then(decision) {
        return Some(Fate::Over(resolution));
    }
    match receipt.state {
        ReceiptState::Reversed => return Some(Fate::Over(Resolution::Returned)),
        ReceiptState::OnAccount => return Some(Fate::Over(Resolution::OnAccount)),
        ReceiptState::Unidentified | ReceiptState::Unapplied | ReceiptState::PartlyApplied | ReceiptState::Applied => {}
    }
    let by_hand = note.is_some_and(|note| note.rule == BY_HAND);
    let last = told.filter_map(|happening| step(receipt, by_hand, happening)).last();
    last.filter(|fate| matches!(fate, Fate::Over(_)) || receipt.unapplied.is_positive())
}

/// A decision about the whole line: the engine's own, or a person's.
fn decision(note: &LineNote) -> Option<Resolution> {
    if note.verdict.as_ref().is_some_and(|verdict| verdict.band == Band::Auto.as_str()) {
        return Some(Resolution::Matched);
    }
    match &*note.rule {
        "accepted" => Some(Resolution::Accepted),
        "corrected" => Some(Resolution::Corrected),
        "split" => Some(Resolution::Split),
        _ => None,
    }
}

/// What one happening means for the money of the receipt.
fn step(receipt: &Receipt, by_hand: bool, happening: &Happening) -> Option<Fate> {
    match happening {
        Happening::CashApplied { receipt: Some(used), .. } if used.id == receipt.id => {
            Some(Fate::Over(if by_hand { Resolution::Applied } else { Resolution::Matched }))
        }
        Happening::CashUnapplied { receipt: Some(freed), why, .. } if freed.id == receipt.id => Some(Fate::Again { why: why.clone() }),
        Happening::ReceiptChanged { receipt: changed, before, .. } if changed.id == receipt.id => {
            let was_somebodys = before.state != ReceiptState::Unidentified;
            let moved_whole = changed.state == ReceiptState::Unapplied && before.unapplied == changed.unapplied;
            let moved_rest = changed.state == ReceiptState::Applied;
            (was_somebodys && (moved_whole || moved_rest)).then_some(Fate::Over(Resolution::Transferred))
        }
        Happening::ItemOpened(_)
        | Happening::CashReceived(_)
        | Happening::CashApplied { .. }
        | Happening::CashUnapplied { .. }
        | Happening::ItemSettled(_)
        | Happening::ItemReopened { .. }
        | Happening::ItemChanged { .. }
        | Happening::ReceiptChanged { .. } => None,
    }
}

#[cfg(test)]
mod tests;
