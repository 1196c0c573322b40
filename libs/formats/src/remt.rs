//! Stand-alone remittance advices, ISO 20022 remt.001 of every version: one advice for each payment they explain.

use crate::budget;
use crate::camt::{fields, party, remittance};
use crate::error::FormatError;
use crate::finding::{Finding, Recorder};
use crate::iso20022::{self, Head, Reading};
use crate::remittance::{Advice, AdviceFormat, AdviceLine, AdviceParty, Deduction, DeductionReason, Field, LineKind, Span};
use crate::statement::{Adjustment, Amount, Direction, DocumentReference, Format, StructuredRemittance};
use crate::xml::Node;

/// A remt.001 message as read.
#[derive(Debug, Clone, PartialEq)]
pub struct RemittanceMessage {
    /// Where it came from.
    pub head: Head,
    /// Advices in file order; none where the message says nothing of any payment.
    pub advices: Vec<Advice>,
    /// Everything noticed, in file order.
    pub findings: Vec<Finding>,
}

/// Reads a message.
pub(crate) fn read(bytes: &[u8]) -> Result<RemittanceMessage, FormatError> {
    let (mut advices, head, findings) = iso20022::read(bytes, &[Format::Remt001], body)?;
    for advice in &mut advices {
        advice.source_sha256 = head.source_sha256;
        advice.source_bytes = head.source_bytes;
    }
    Ok(RemittanceMessage { head, advices, findings })
}

fn body(reading: &mut Reading<'_>, head: &mut Head) -> Result<Vec<Advice>, FormatError> {
    let mut advices = Vec::with_capacity(reading.room_for("RmtInf", budget::ADVICE));
    while reading.cursor.next_child()? {
        reading.spend(budget::ADVICE)?;
        let start = reading.cursor.offset();
        let line = u32::try_from(reading.line(start)).unwrap_or_default();
        reading.subtree()?;
        let tree = std::mem::take(&mut reading.tree);
        match tree.root() {
            Some(node) if node.name() == "GrpHdr" => {
                head.message_id = node.string("MsgId");
                head.created = fields::moment_at(node, "CreDtTm", &mut reading.recorder);
            }
            Some(node) if node.name() == "RmtInf" => {
                reading.recorder.enter("RmtInf", advices.len() + 1);
                advices.push(advice(node, Span { line, ..Span::default() }, &mut reading.recorder));
                reading.recorder.leave();
            }
            _ => {}
        }
        reading.tree = tree;
    }
    Ok(advices)
}

fn advice(node: Node<'_>, span: Span, recorder: &mut Recorder) -> Advice {
    let mut advice = Advice::empty(AdviceFormat::Remt001);
    advice.number =
        node.first_string(&["RmtId", "OrgnlPmtInf/Refs/EndToEndId", "OrgnlPmtInf/Refs/TxId"]).map(|text| Field::written(&text, span));
    if let Some(payment) = node.child("OrgnlPmtInf") {
        // `Amt` is a choice; some write the amount into it.
        let amounts = ["Amt/InstdAmt", "Amt/EqvtAmt/Amt", "Amt", "InstdAmt", "IntrBkSttlmAmt"];
        let total = amounts.into_iter().find_map(|path| fields::amount_at(payment, path, recorder));
        advice.currency = total.as_ref().map(|amount| Field::written(amount.currency_code(), span));
        advice.total = total.as_ref().and_then(|amount| amount_field(amount, span));
        let dates = ["ReqdExctnDt", "IntrBkSttlmDt"].into_iter();
        let date =
            dates.filter_map(|name| Some((name, payment.child(name)?))).find_map(|(name, node)| fields::date_choice(node, name, recorder));
        advice.date = date.map(|moment| Field::new(moment.date(), &moment.date().to_string(), span));
        advice.payer = side(payment, "Dbtr", "DbtrAcct", span, recorder);
        advice.payee = side(payment, "Cdtr", "CdtrAcct", span, recorder);
    }
    let remittance = remittance::read(node, recorder);
    for block in &remittance.structured {
        lines(block, span, &mut advice.lines);
    }
    advice.prove(None)
}

fn side(payment: Node<'_>, name: &str, account: &'static str, span: Span, recorder: &mut Recorder) -> AdviceParty {
    let number = payment.child(account).and_then(|found| party::account_identifier(found, account, recorder));
    AdviceParty {
        name: payment.child(name).and_then(party::party).and_then(|party| party.name).map(|text| Field::written(&text, span)),
        account: number.map(|number| Field::written(&number.value, span)),
        customer_number: None,
    }
}

/// A block about one document is a line; a block about several gives one line for each, with the amounts at the first.
pub(crate) fn lines(block: &StructuredRemittance, span: Span, into: &mut Vec<AdviceLine>) {
    let reference = block.creditor_reference.as_ref().map(|reference| reference.value.clone());
    let none = [DocumentReference { number: reference, ..DocumentReference::default() }];
    let documents = if block.documents.is_empty() { none.as_slice() } else { block.documents.as_slice() };
    for (index, document) in documents.iter().enumerate() {
        let mut line = AdviceLine::new(Field::written(document.number.as_deref().unwrap_or_default(), span));
        line.document_date = document.date.map(|moment| Box::new(Field::new(moment.date(), &moment.date().to_string(), span)));
        let credit = document.kind.as_deref() == Some("CREN") || (block.remitted.is_none() && block.credit_note.is_some());
        line.kind = if credit { LineKind::CreditNote } else { LineKind::Invoice };
        if index == 0 {
            amounts(block, credit, span, &mut line);
        }
        into.push(line);
    }
}

fn amounts(block: &StructuredRemittance, credit: bool, span: Span, line: &mut AdviceLine) {
    let signed = |amount: &Amount| {
        let negative = credit && amount.value().is_some_and(|value| value.is_sign_positive());
        amount_field(amount, span).map(|field| if negative { Field { value: -field.value, ..field } } else { field })
    };
    line.gross = block.due.as_ref().and_then(signed).map(Box::new);
    line.net = block.remitted.as_ref().or(block.credit_note.as_ref().filter(|_| credit)).and_then(signed);
    let currency = block.remitted.as_ref().or(block.due.as_ref()).or(block.credit_note.as_ref()).map(|amount| amount.currency_code());
    line.currency = currency.filter(|code| !code.is_empty()).map(|code| Box::new(Field::written(code, span)));
    let discount = block.discount.as_ref().and_then(signed);
    line.deductions.extend(discount.map(|amount| Deduction { amount, reason: None, kind: Some(DeductionReason::Discount) }));
    line.deductions.extend(block.adjustments.iter().filter_map(|adjustment| deduction(adjustment, span)));
}

/// A debit takes off what is paid, a credit adds to it.
fn deduction(adjustment: &Adjustment, span: Span) -> Option<Deduction> {
    let field = amount_field(&adjustment.amount, span)?;
    let adds = adjustment.direction == Some(Direction::Credit);
    let amount = if adds { Field { value: -field.value, ..field } } else { field };
    let text = adjustment.reason.clone().or_else(|| adjustment.information.clone());
    let kind = text.as_deref().and_then(DeductionReason::of);
    Some(Deduction { amount, reason: text.map(|text| Box::new(Field::written(&text, span))), kind })
}

fn amount_field(amount: &Amount, span: Span) -> Option<Field<quittance_types::Decimal>> {
    amount.value().map(|value| Field::new(value, &amount.text(), span))
}
