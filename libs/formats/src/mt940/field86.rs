//! Field 86, what the entry is about: which of three forms it is, and what it gives.

use super::{german, slashes};

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
    /// Name of the other side.
    pub name: Option<String>,
    /// Account of the other side.
    pub account: Option<String>,
    /// BIC or bank code of the other side.
    pub bank: Option<String>,
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
    let joined: String = lines.concat();
    if let Some(text) = german::read(&joined) {
        return text;
    }
    if let Some(text) = slashes::read(&joined) {
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
