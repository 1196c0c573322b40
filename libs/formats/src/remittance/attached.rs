//! Structured advices that come as attachments of a mail: X12 820, EDIFACT REMADV, remt.001, and what a camt message says
//! its entries are for.

use super::model::{Advice, AdviceLine, AdviceParty, Field};
use super::of_statement;
use crate::detect::{Document, detect, read_document_as};
use crate::edi::Interchange;
use crate::statement::{Format, Subject};

/// The structured advices in an attachment, with the reason when there is none. None for what is no bank file.
pub(crate) fn advices_in(bytes: &[u8]) -> Option<Result<Vec<Advice>, String>> {
    let format = detect(bytes).ok()?;
    let is_camt = matches!(format, Format::Camt052 | Format::Camt053 | Format::Camt054);
    if !is_camt && !matches!(format, Format::X12 | Format::Edifact | Format::Remt001) {
        let loosely_told = matches!(format, Format::Bai2 | Format::Lockbox | Format::Coda | Format::Cfonb120 | Format::Cfonb240);
        return (!loosely_told).then(|| Err(format!("a bank file ({}), not an advice", format.code())));
    }
    let advices = match read_document_as(bytes, format) {
        Ok(Document::Interchange(file)) => of_interchange(&file),
        Ok(Document::Remittance(message)) => message.advices,
        Ok(Document::Statement(file)) => of_statement::advices(&file),
        Ok(_) => Vec::new(),
        Err(fault) => return Some(Err(fault.to_string())),
    };
    let none = match format.subject() {
        Subject::Statement => "a bank statement whose entries name no documents",
        _ => "without an advice that is accepted",
    };
    Some(if advices.is_empty() { Err(format!("{}: {none}", format.code())) } else { Ok(advices) })
}

/// The advices of an interchange, each with what was noticed of the whole.
fn of_interchange(file: &Interchange) -> Vec<Advice> {
    let mut advices: Vec<Advice> = file.advices().cloned().collect();
    advices.iter_mut().for_each(|advice| advice.findings.extend(file.findings.iter().cloned()));
    advices
}

/// Makes `advice` one of the mail `empty` is made for, found in `part`.
pub(crate) fn moved(mut advice: Advice, part: u16, empty: &Advice) -> Advice {
    advice.source_sha256 = empty.source_sha256;
    advice.source_bytes = empty.source_bytes;
    advice.parts.clone_from(&empty.parts);
    advice.findings.extend(empty.findings.iter().cloned());
    at(&mut advice.number, part);
    at(&mut advice.date, part);
    at(&mut advice.currency, part);
    at(&mut advice.total, part);
    at(&mut advice.stated_count, part);
    party(&mut advice.payer, part);
    party(&mut advice.payee, part);
    advice.lines.iter_mut().for_each(|one| line(one, part));
    advice
}

fn at<T>(field: &mut Option<Field<T>>, part: u16) {
    if let Some(field) = field {
        field.span.part = part;
    }
}

fn party(party: &mut AdviceParty, part: u16) {
    at(&mut party.name, part);
    at(&mut party.account, part);
    at(&mut party.customer_number, part);
}

fn line(line: &mut AdviceLine, part: u16) {
    line.document.span.part = part;
    at(&mut line.net, part);
    line.document_date.iter_mut().for_each(|date| date.span.part = part);
    line.gross.iter_mut().for_each(|gross| gross.span.part = part);
    line.currency.iter_mut().for_each(|currency| currency.span.part = part);
    line.references.iter_mut().for_each(|reference| reference.span.part = part);
    for deduction in line.deductions.iter_mut() {
        deduction.amount.span.part = part;
        deduction.reason.iter_mut().for_each(|reason| reason.span.part = part);
    }
}
