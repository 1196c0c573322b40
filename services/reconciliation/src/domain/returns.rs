//! Which earlier line a return takes back.

use quittance_types::ReceiptId;

use super::line::Movement;

/// A line with a receipt that may have been returned.
#[derive(Clone, Copy, Debug)]
pub struct Returnable<'a> {
    /// What the bank said of it.
    pub movement: &'a Movement,
    /// The receipt made from it.
    pub receipt: ReceiptId,
}

/// The receipt a return takes back: of the same amount (or less, when the return brings charges and names it by its
/// end-to-end identification), the one that shares most of what the bank says, the newest of equals. None when no
/// candidate shares anything but the amount.
pub fn returned<'a>(movement: &Movement, candidates: impl IntoIterator<Item = Returnable<'a>>) -> Option<Returnable<'a>> {
    let weighed = candidates.into_iter().filter_map(|candidate| Some((weight(movement, candidate.movement)?, candidate)));
    weighed.max_by_key(|(weight, candidate)| (*weight, candidate.movement.booked_on, candidate.receipt)).map(|(_, candidate)| candidate)
}

fn weight(movement: &Movement, original: &Movement) -> Option<u32> {
    let taken = movement.amount.neg();
    if taken.currency() != original.amount.currency() || original.booked_on > movement.booked_on {
        return None;
    }
    let same = |left: &str, right: &str| !left.is_empty() && left == right;
    let by_identification = same(&movement.end_to_end_id, &original.end_to_end_id);
    let fits = taken == original.amount || (by_identification && taken.minor() > original.amount.minor());
    let shared = [
        (by_identification, 8),
        (same(&movement.bank_reference, &original.bank_reference), 8),
        (same(&movement.creditor_reference, &original.creditor_reference), 4),
        (same(&movement.remittance_text, &original.remittance_text), 4),
        (same(&movement.counterparty_iban, &original.counterparty_iban), 2),
        (same(&movement.counterparty_name, &original.counterparty_name), 1),
    ];
    let weight: u32 = shared.into_iter().filter(|(is_shared, _)| *is_shared).map(|(_, weight)| weight).sum();
    (fits && weight > 0).then_some(weight)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::Uuid;

    use super::*;
    use crate::domain::classify::tests::movement;

    fn told(minor: i64, end_to_end: &str, iban: &str, text: &str) -> Movement {
        Movement {
            end_to_end_id: end_to_end.to_owned(),
            counterparty_iban: iban.to_owned(),
            remittance_text: text.to_owned(),
            ..movement(minor)
        }
    }

    fn found(movement: &Movement, lines: &[Movement]) -> Option<u128> {
        let candidates =
            (1..).zip(lines).map(|(number, movement)| Returnable { movement, receipt: ReceiptId::new(Uuid::from_u128(number)) });
        returned(movement, candidates).map(|candidate| candidate.receipt.uuid().as_u128())
    }

    #[test]
    fn the_line_that_shares_most_is_taken_back() {
        let lines = [told(100, "E1", "I1", "a"), told(100, "E2", "I1", "b"), told(100, "", "I2", "a"), told(90, "E3", "I3", "c")];
        assert_eq!(found(&told(-100, "E2", "", ""), &lines), Some(2));
        assert_eq!(found(&told(-100, "", "I1", "a"), &lines), Some(1));
        assert_eq!(found(&told(-100, "", "I1", ""), &lines), Some(2), "the newest of equals");
        assert_eq!(found(&told(-95, "E3", "", ""), &lines), Some(4), "with charges");
        assert_eq!(found(&told(-95, "", "I3", "c"), &lines), None, "charges need an identification");
        assert_eq!(found(&told(-100, "", "I9", ""), &lines), None, "an amount alone is nobody's");
        assert_eq!(found(&told(-80, "E3", "", ""), &lines), None, "a part was not returned");
    }
}
