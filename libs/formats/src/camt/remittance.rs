//! Remittance information.

use super::{fields, party};
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::references;
use crate::statement::{Adjustment, CreditorReference, DocumentReference, Remittance, StructuredRemittance};
use crate::xml::Node;

/// Reads free and structured remittance information.
pub(crate) fn read(node: Node<'_>, recorder: &mut Recorder) -> Remittance {
    let mut remittance = Remittance::default();
    for child in node.children() {
        match child.name() {
            "Ustrd" if !child.text().is_empty() => remittance.unstructured.push(child.text()),
            "Strd" => {
                let block = structured(child, recorder);
                remittance.structured.extend(Some(block).filter(|block| *block != StructuredRemittance::default()));
            }
            _ => {}
        }
    }
    remittance
}

fn structured(node: Node<'_>, recorder: &mut Recorder) -> StructuredRemittance {
    let mut block = StructuredRemittance::default();
    for child in node.children() {
        match child.name() {
            "RfrdDocInf" => {
                block.documents.push(document(child, recorder));
                block.additional.extend(child.all("LineDtls").flat_map(line_texts));
            }
            "RfrdDocRltdDt" => {
                let date = fields::moment(child, "RmtInf/Strd/RfrdDocRltdDt", recorder);
                match block.documents.last_mut() {
                    Some(document) => document.date = document.date.or(date),
                    None => block.documents.push(DocumentReference { date, ..DocumentReference::default() }),
                }
            }
            "RfrdDocAmt" => amounts(child, &mut block, recorder),
            "CdtrRefInf" => block.creditor_reference = creditor_reference(child, recorder).or(block.creditor_reference),
            "Invcr" => block.invoicer = party::party(child),
            "Invcee" => block.invoicee = party::party(child),
            "AddtlRmtInf" if !child.text().is_empty() => block.additional.push(child.text().to_string()),
            _ => {}
        }
    }
    block
}

fn document(node: Node<'_>, recorder: &mut Recorder) -> DocumentReference {
    let date = node.child("RltdDt").and_then(|date| fields::date_choice(date, "RmtInf/Strd/RfrdDocInf/RltdDt", recorder));
    DocumentReference {
        kind: node.child("Tp").or_else(|| node.child("RfrdDocTp")).and_then(fields::code_choice),
        number: node.first_string(&["Nb", "RfrdDocNb"]),
        date,
    }
}

fn amounts(node: Node<'_>, block: &mut StructuredRemittance, recorder: &mut Recorder) {
    for child in node.children() {
        // .03 and later wrap discount and tax in an element with a type.
        let found = child.child("Amt").unwrap_or(child);
        match child.name() {
            "DuePyblAmt" => block.due = Some(fields::amount(found, "RmtInf/Strd/RfrdDocAmt/DuePyblAmt", recorder)),
            "DscntApldAmt" => block.discount = Some(fields::amount(found, "RmtInf/Strd/RfrdDocAmt/DscntApldAmt", recorder)),
            "CdtNoteAmt" => block.credit_note = Some(fields::amount(found, "RmtInf/Strd/RfrdDocAmt/CdtNoteAmt", recorder)),
            "TaxAmt" => block.tax = Some(fields::amount(found, "RmtInf/Strd/RfrdDocAmt/TaxAmt", recorder)),
            "RmtAmtAndTp" => typed_amount(child, block, recorder),
            "RmtdAmt" => block.remitted = Some(fields::amount(found, "RmtInf/Strd/RfrdDocAmt/RmtdAmt", recorder)),
            "AdjstmntAmtAndRsn" => block.adjustments.push(Adjustment {
                amount: fields::amount(found, "RmtInf/Strd/RfrdDocAmt/AdjstmntAmtAndRsn/Amt", recorder),
                direction: fields::direction(child, "RmtInf/Strd/RfrdDocAmt/AdjstmntAmtAndRsn/CdtDbtInd", recorder),
                reason: child.string("Rsn"),
                information: child.string("AddtlInf"),
            }),
            _ => {}
        }
    }
}

/// An amount whose code says what it is (.13 and later). A code that is none of those known here says so as a reason.
fn typed_amount(node: Node<'_>, block: &mut StructuredRemittance, recorder: &mut Recorder) {
    const FIELD: &str = "RmtInf/Strd/RfrdDocAmt/RmtAmtAndTp/Amt";
    let Some(amount) = fields::amount_at(node, "Amt", recorder) else { return };
    let kind = node.child("Tp").and_then(fields::code_choice).unwrap_or_default();
    let place = match kind.as_str() {
        "DUPA" => &mut block.due,
        "DSCT" | "DISC" => &mut block.discount,
        "CREN" | "CRNT" => &mut block.credit_note,
        "TAXA" | "TAXT" => &mut block.tax,
        "REMI" | "RMTD" => &mut block.remitted,
        _ => {
            recorder.note(
                FindingKind::FieldUnknown,
                FIELD,
                node.offset(),
                format!("the kind of amount \"{}\" is not known", excerpt(&kind, 35)),
            );
            block.adjustments.push(Adjustment { amount, direction: None, reason: Some(kind), information: None });
            return;
        }
    };
    if place.is_some() {
        recorder.note(FindingKind::FieldMalformed, FIELD, node.offset(), format!("a second amount of kind {kind}; the first one counts"));
        return;
    }
    *place = Some(amount);
}

/// Numbers and descriptions of a document's lines, as text: they are no documents of their own.
fn line_texts(node: Node<'_>) -> Vec<String> {
    let numbers = node.all("Id").filter_map(|id| id.string("Nb"));
    numbers.chain(node.string("Desc")).collect()
}

fn creditor_reference(node: Node<'_>, recorder: &mut Recorder) -> Option<CreditorReference> {
    let value = node.first_string(&["Ref", "CdtrRef"])?;
    let kind = node.child("Tp").or_else(|| node.child("CdtrRefTp"));
    let reference =
        CreditorReference { kind: kind.and_then(fields::code_choice), issuer: node.first_string(&["Tp/Issr", "CdtrRefTp/Issr"]), value };
    if references::fails_check_digit(&reference) {
        let text = "the creditor reference fails its own check digits";
        recorder.note(FindingKind::ReferenceCheckDigit, "RmtInf/Strd/CdtrRefInf/Ref", node.offset(), text);
    }
    Some(reference)
}
