//! What the payer says the money is for.

use quittance_types::Decimal;

use super::rare::Few;
use super::texts::Texts;
use super::{Amount, Direction, Party};

/// Remittance information of one transaction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remittance {
    /// Free text, in the bank's lines. Banks split a text over lines without adding blanks: see [`Remittance::joined`].
    pub unstructured: Texts,
    /// Structured blocks, in file order.
    pub structured: Few<StructuredRemittance>,
}

impl Remittance {
    /// True when there is neither free text nor a structured block.
    pub fn is_empty(&self) -> bool {
        self.unstructured.is_empty() && self.structured.is_empty()
    }

    /// The free text with `separator` between its lines. Numbers may be cut at a line's end, so a matcher looks at both
    /// `joined("")` and `joined(" ")`.
    pub fn joined(&self, separator: &str) -> String {
        self.unstructured.join(separator)
    }

    /// Creditor references of all blocks, in file order.
    pub fn creditor_references(&self) -> impl Iterator<Item = &CreditorReference> {
        self.structured.iter().filter_map(|block| block.creditor_reference.as_ref())
    }
}

/// One structured block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StructuredRemittance {
    /// The creditor's own reference.
    pub creditor_reference: Option<CreditorReference>,
    /// Documents the payment refers to.
    pub documents: Vec<DocumentReference>,
    /// Amount due before deductions.
    pub due: Option<Amount>,
    /// Discount taken.
    pub discount: Option<Amount>,
    /// Credit note used: reduces what is paid.
    pub credit_note: Option<Amount>,
    /// Tax.
    pub tax: Option<Amount>,
    /// Amount paid for the documents.
    pub remitted: Option<Amount>,
    /// Other deductions and additions.
    pub adjustments: Vec<Adjustment>,
    /// Who issued the invoice, if not the creditor.
    pub invoicer: Option<Box<Party>>,
    /// Whom the invoice was for, if not the debtor.
    pub invoicee: Option<Box<Party>>,
    /// Further text.
    pub additional: Vec<String>,
}

/// A creditor reference as written, with its type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreditorReference {
    /// `SCOR`, `QRR`, `ISR` ... as written.
    pub kind: Option<String>,
    /// Who issued the type.
    pub issuer: Option<String>,
    /// The reference without outer blanks.
    pub value: String,
}

/// A referred document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentReference {
    /// `CINV`, `CREN` ... as written.
    pub kind: Option<String>,
    /// Document number.
    pub number: Option<String>,
    /// Date of the document.
    pub date: Option<super::Moment>,
}

/// A deduction or addition with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// Unsigned amount.
    pub amount: Amount,
    /// Credit or debit as stated.
    pub direction: Option<Direction>,
    /// Reason code or text.
    pub reason: Option<String>,
    /// Further text.
    pub information: Option<String>,
}

impl StructuredRemittance {
    /// Sum of what the block says was paid: remitted less credit note; none when neither is readable.
    pub fn net(&self) -> Option<Decimal> {
        let remitted = self.remitted.as_ref().and_then(Amount::value);
        let credit_note = self.credit_note.as_ref().and_then(Amount::value);
        match (remitted, credit_note) {
            (None, None) => None,
            (remitted, credit_note) => remitted.unwrap_or_default().checked_sub(credit_note.unwrap_or_default()),
        }
    }
}
