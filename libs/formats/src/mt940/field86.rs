//! Field 86, what the entry is about: which of four forms it is, and what it gives.

use std::borrow::Cow;

use super::{german, labels, slashes};

/// Name, account and bank of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Side {
    /// Name.
    pub name: Option<String>,
    /// Account number.
    pub account: Option<String>,
    /// BIC or bank code.
    pub bank: Option<String>,
}

impl Side {
    /// None when nothing is known.
    pub fn known(self) -> Option<Side> {
        Some(self).filter(|side| *side != Side::default())
    }

    /// What this side leaves open, taken from `other`.
    pub fn or(self, other: Side) -> Side {
        Side { name: self.name.or(other.name), account: self.account.or(other.account), bank: self.bank.or(other.bank) }
    }
}

/// What field 86 says, whatever its form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text86 {
    /// Business transaction code, three digits (German form).
    pub code: Option<String>,
    /// Journal number (German form).
    pub journal: Option<String>,
    /// The bank's name of the transaction.
    pub posting_text: Option<String>,
    /// Text key supplement (German form): 9xx is a return reason.
    pub text_key: Option<String>,
    /// Remittance text.
    pub unstructured: Vec<String>,
    /// Structured creditor reference.
    pub creditor_reference: Option<String>,
    /// The other side.
    pub other: Side,
    /// Who pays, where the text names both sides.
    pub ordering: Option<Side>,
    /// Who is paid, where the text names both sides.
    pub beneficiary: Option<Side>,
    /// Amount before charges or in another currency, as written, with or without a currency.
    pub original_amount: Option<String>,
    /// Charges, written as the original amount.
    pub charges: Option<String>,
    /// What the charges are called.
    pub charge_kind: Option<&'static str>,
    /// Rate of exchange as written.
    pub exchange_rate: Option<String>,
    /// Ultimate debtor.
    pub ultimate_debtor: Option<String>,
    /// Ultimate creditor.
    pub ultimate_creditor: Option<String>,
    /// End-to-end identification.
    pub end_to_end_id: Option<String>,
    /// The owner's reference.
    pub owner_reference: Option<String>,
    /// Mandate.
    pub mandate_id: Option<String>,
    /// Creditor identifier of a direct debit.
    pub creditor_id: Option<String>,
    /// The debtor's identification.
    pub debtor_id: Option<String>,
    /// Reference of the return.
    pub return_reference: Option<String>,
    /// Identification of the payment block.
    pub payment_information_id: Option<String>,
    /// Purpose code.
    pub purpose: Option<String>,
    /// Why the payment came back.
    pub return_reason: Option<String>,
    /// True for transactions that are returns.
    pub is_return: bool,
    /// What has no other place.
    pub further: Option<String>,
}

/// Reads the lines of field 86.
pub(super) fn read(lines: &[&str]) -> Text86 {
    let joined: Cow<str> = if let [line] = lines { Cow::Borrowed(line) } else { Cow::Owned(lines.concat()) };
    if let Some(text) = german::read(&joined) {
        return text;
    }
    if let Some(text) = slashes::read(&joined, lines) {
        return text;
    }
    if let Some(text) = labels::read(lines, &joined) {
        return text;
    }
    let lines = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    Text86 { unstructured: lines.map(str::to_string).collect(), ..Text86::default() }
}

/// The text without outer blanks, unless it is empty.
pub(super) fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_string())
}
