//! Confirmations: what people decided about lines, as the engine learns it, with who said so.

use quittance_types::{BankLineId, BusinessDate, ConfirmationId, CustomerId, LegalEntityId, Money, Timestamp};
use serde::{Deserialize, Serialize};

use super::line::Movement;

/// The rule of a line a person decided about by hand.
pub const BY_HAND: &str = "manual";

/// What kind of decision it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// A candidate of the proposal was accepted.
    Accepted,
    /// What the line had paid was taken back, it pays something else.
    Corrected,
    /// Money was applied by hand.
    Applied,
    /// Somebody said whose money it is.
    OnAccount,
    /// It was divided between customers.
    Split,
}

impl How {
    /// Every kind.
    pub const ALL: [How; 5] = [How::Accepted, How::Corrected, How::Applied, How::OnAccount, How::Split];

    /// The word in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            How::Accepted => "accepted",
            How::Corrected => "corrected",
            How::Applied => "applied",
            How::OnAccount => "on_account",
            How::Split => "split",
        }
    }

    /// The inverse of [`How::as_str`].
    pub fn parse(text: &str) -> Option<How> {
        How::ALL.into_iter().find(|how| how.as_str() == text)
    }

    /// The rule of the line it is about.
    pub const fn rule(self) -> &'static str {
        match self {
            How::Accepted => "accepted",
            How::Corrected => "corrected",
            How::Split => "split",
            How::Applied | How::OnAccount => BY_HAND,
        }
    }
}

/// Money given to a document, or a difference that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Number of the document, or kind of the difference.
    pub name: String,
    /// Minor units of the document's currency; negative for a credit memo.
    pub minor: i64,
}

/// What a person decided about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConfirmation {
    /// The line.
    pub line: BankLineId,
    /// Whose money it is.
    pub customer: CustomerId,
    /// What kind of decision it was.
    pub how: How,
    /// How much of the line it is about.
    pub amount: Money,
    /// What documents got.
    pub applied: Vec<Figure>,
    /// Differences that were accepted.
    pub differences: Vec<Figure>,
    /// The place of its request in a group.
    pub member: usize,
}

/// What the line said; copied, so that a lesson can be told as it was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The day it counts.
    pub paid_on: BusinessDate,
    /// Name of the payer.
    pub counterparty_name: String,
    /// Account of the payer.
    pub counterparty_iban: String,
    /// Text.
    pub text: String,
    /// Structured reference.
    pub creditor_reference: String,
    /// Given by the payer.
    pub end_to_end_id: String,
}

impl Said {
    /// What a line says, its texts joined as the engine joins them.
    pub fn by(said: &Movement) -> Said {
        Said {
            paid_on: said.value_on.unwrap_or(said.booked_on),
            counterparty_name: said.counterparty_name.clone(),
            counterparty_iban: said.counterparty_iban.clone(),
            text: said.texts().collect::<Vec<_>>().join(" "),
            creditor_reference: said.creditor_reference.clone(),
            end_to_end_id: said.end_to_end_id.clone(),
        }
    }
}

/// A decision as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Its id.
    pub id: ConfirmationId,
    /// Whose account the line is on.
    pub seller: Option<LegalEntityId>,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What the line said.
    pub said: Said,
    /// What was decided.
    pub decided: NewConfirmation,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::classify::tests::movement;

    #[test]
    fn documents_named_in_structured_form_are_said_too() {
        let texts =
            |text: &str, further: &str| Movement { remittance_text: text.to_owned(), further_text: further.to_owned(), ..movement(100) };
        assert_eq!(Said::by(&texts("Zahlung", "RX7-1 / RX7-2")).text, "Zahlung RX7-1 / RX7-2");
        assert_eq!(Said::by(&texts("", "RX7-1")).text, "RX7-1");
        assert_eq!(Said::by(&texts("Zahlung", "")).text, "Zahlung");
    }
}
