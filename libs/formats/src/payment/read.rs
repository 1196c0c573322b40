//! Reading payment orders.

use quittance_types::Decimal;

use super::further;
use super::{Mandate, Payment, PaymentBatch, PaymentFile};
use crate::budget;
use crate::camt::{fields, party, remittance};
use crate::error::FormatError;
use crate::finding::FindingKind;
use crate::iso20022::{self, Head, Reading, count_at, decimal_at};
use crate::statement::{Amount, Format, Remittance};
use crate::xml::Node;

/// Reads a file.
pub(crate) fn read(bytes: &[u8]) -> Result<PaymentFile, FormatError> {
    let (body, head, findings) = iso20022::read(bytes, &[Format::Pain001, Format::Pain008], body)?;
    Ok(PaymentFile { head, findings, ..body })
}

/// Leaves that have a field of their own, below the header, a batch and a payment.
const HEADER: [&str; 5] = ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty/Nm"];
const BATCH: [&str; 27] = [
    "PmtInfId",
    "PmtMtd",
    "NbOfTxs",
    "CtrlSum",
    "PmtTpInf/SvcLvl/Cd",
    "PmtTpInf/LclInstrm/Cd",
    "PmtTpInf/SeqTp",
    "ReqdExctnDt",
    "ReqdColltnDt",
    "ChrgBr",
    "Dbtr/Nm",
    "Cdtr/Nm",
    "DbtrAcct/Id/IBAN",
    "CdtrAcct/Id/IBAN",
    "DbtrAcct/Id/Othr/Id",
    "CdtrAcct/Id/Othr/Id",
    "DbtrAgt/FinInstnId/BIC",
    "DbtrAgt/FinInstnId/BICFI",
    "CdtrAgt/FinInstnId/BIC",
    "CdtrAgt/FinInstnId/BICFI",
    "DbtrAgt/FinInstnId/Nm",
    "CdtrAgt/FinInstnId/Nm",
    "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId",
    "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId",
    "CdtrSchmeId/Id/PrvtId/Othr/Id",
    "PmtTpInf/SvcLvl/Prtry",
    "PmtTpInf/LclInstrm/Prtry",
];
const PAYMENT: [&str; 23] = [
    "PmtId/InstrId",
    "PmtId/EndToEndId",
    "Amt/InstdAmt",
    "InstdAmt",
    "Cdtr/Nm",
    "Dbtr/Nm",
    "CdtrAcct/Id/IBAN",
    "DbtrAcct/Id/IBAN",
    "CdtrAcct/Id/Othr/Id",
    "DbtrAcct/Id/Othr/Id",
    "CdtrAgt/FinInstnId/BIC",
    "CdtrAgt/FinInstnId/BICFI",
    "DbtrAgt/FinInstnId/BIC",
    "DbtrAgt/FinInstnId/BICFI",
    "CdtrAgt/FinInstnId/Nm",
    "DbtrAgt/FinInstnId/Nm",
    "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId",
    "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId",
    "DrctDbtTx/MndtRltdInf/MndtId",
    "DrctDbtTx/MndtRltdInf/DtOfSgntr",
    "Purp/Cd",
    "Purp/Prtry",
    "RmtInf/Ustrd",
];

fn body(reading: &mut Reading<'_>, head: &mut Head) -> Result<PaymentFile, FormatError> {
    let mut file = PaymentFile {
        head: head.clone(),
        initiating_party: None,
        stated_count: None,
        stated_sum: None,
        further: Vec::new(),
        batches: Vec::new(),
        findings: Vec::new(),
    };
    let start = reading.cursor.offset();
    while reading.cursor.next_child()? {
        if reading.cursor.name() == "PmtInf" {
            reading.recorder.statement = Some(file.batches.len());
            reading.recorder.enter("PmtInf", file.batches.len() + 1);
            let batch = batch(reading)?;
            reading.recorder.leave();
            reading.recorder.statement = None;
            file.batches.push(batch);
            continue;
        }
        reading.subtree()?;
        let tree = std::mem::take(&mut reading.tree);
        if let Some(node) = tree.root() {
            if node.name() == "GrpHdr" {
                header(node, reading, head, &mut file)?;
            } else {
                further::collect(node, &[], &mut file.further, reading)?;
            }
        }
        reading.tree = tree;
    }
    if file.batches.is_empty() {
        reading.recorder.note(FindingKind::FieldMalformed, "PmtInf", start, "no payment in the message");
    }
    let count: usize = file.payment_count();
    let sum = sum(file.batches.iter().flat_map(|batch| &batch.payments));
    iso20022::check((file.stated_count, file.stated_sum), (count as u64, sum), start, &mut reading.recorder);
    Ok(file)
}

fn header(node: Node<'_>, reading: &mut Reading<'_>, head: &mut Head, file: &mut PaymentFile) -> Result<(), FormatError> {
    head.message_id = node.string("MsgId");
    head.created = fields::moment_at(node, "CreDtTm", &mut reading.recorder);
    file.initiating_party = node.child("InitgPty").and_then(party::party);
    file.stated_count = count_at(node, "NbOfTxs");
    file.stated_sum = decimal_at(node, "CtrlSum");
    further::collect(node, &HEADER, &mut file.further, reading)
}

fn batch(reading: &mut Reading<'_>) -> Result<PaymentBatch, FormatError> {
    reading.spend(budget::ORDER)?;
    let start = reading.cursor.offset();
    let mut batch = PaymentBatch::default();
    while reading.cursor.next_child()? {
        let is_payment = matches!(reading.cursor.name(), "CdtTrfTxInf" | "DrctDbtTxInf");
        if is_payment {
            reading.spend(budget::ORDER)?;
        }
        reading.subtree()?;
        let tree = std::mem::take(&mut reading.tree);
        if let Some(node) = tree.root() {
            if is_payment {
                reading.recorder.entry = Some(batch.payments.len());
                reading.recorder.enter("TxInf", batch.payments.len() + 1);
                let payment = payment(node, reading)?;
                reading.recorder.leave();
                reading.recorder.entry = None;
                batch.payments.push(payment);
            } else {
                batch_field(node, reading, &mut batch)?;
            }
        }
        reading.tree = tree;
    }
    let found = (batch.payments.len() as u64, sum(batch.payments.iter()));
    iso20022::check((batch.stated_count, batch.stated_sum), found, start, &mut reading.recorder);
    Ok(batch)
}

/// One child element of a batch.
fn batch_field(node: Node<'_>, reading: &mut Reading<'_>, batch: &mut PaymentBatch) -> Result<(), FormatError> {
    let text = || Some(node.text().to_string()).filter(|text| !text.is_empty());
    match node.name() {
        "PmtInfId" => batch.id = text(),
        "PmtMtd" => batch.method = text(),
        "NbOfTxs" => batch.stated_count = node.text().parse().ok(),
        "CtrlSum" => batch.stated_sum = crate::statement::parse_exact(node.text()),
        "PmtTpInf" => {
            batch.service_level = node.child("SvcLvl").and_then(fields::code_choice);
            batch.local_instrument = node.child("LclInstrm").and_then(fields::code_choice);
            batch.sequence = node.string("SeqTp");
        }
        "ReqdExctnDt" | "ReqdColltnDt" => batch.date = fields::date_choice(node, node.name(), &mut reading.recorder),
        "Dbtr" | "Cdtr" => batch.party = party::party(node),
        "DbtrAcct" | "CdtrAcct" => batch.account = party::account_identifier(node, node.name(), &mut reading.recorder),
        "DbtrAgt" | "CdtrAgt" => batch.agent = party::agent(node),
        "CdtrSchmeId" => batch.creditor_id = node.string("Id/PrvtId/Othr/Id"),
        "ChrgBr" => batch.charge_bearer = text(),
        _ => {}
    }
    further::collect_child(node, &BATCH, &mut batch.further, reading)
}

fn payment(node: Node<'_>, reading: &mut Reading<'_>) -> Result<Payment, FormatError> {
    let recorder = &mut reading.recorder;
    let collection = node.name() == "DrctDbtTxInf";
    let (side, account, agent) = if collection { ("Dbtr", "DbtrAcct", "DbtrAgt") } else { ("Cdtr", "CdtrAcct", "CdtrAgt") };
    let found = ["Amt/InstdAmt", "InstdAmt", "Amt/EqvtAmt/Amt"].into_iter().find_map(|path| fields::amount_at(node, path, recorder));
    let amount = found.unwrap_or_else(|| {
        recorder.note(FindingKind::AmountMissing, "Amt", node.offset(), "the payment has no amount");
        Amount::missing()
    });
    let mandate = node.at("DrctDbtTx/MndtRltdInf").map(|mandate| {
        Box::new(Mandate {
            id: mandate.string("MndtId"),
            signed_on: fields::moment_at(mandate, "DtOfSgntr", recorder).map(|moment| moment.date()),
            amended: mandate.value("AmdmntInd").and_then(fields::boolean) == Some(true),
        })
    });
    let mut payment = Payment {
        instruction_id: node.string("PmtId/InstrId"),
        end_to_end_id: node.string("PmtId/EndToEndId"),
        amount,
        party: node.child(side).and_then(party::party),
        account: node.child(account).and_then(|found| party::account_identifier(found, account, recorder)),
        agent: node.child(agent).and_then(party::agent),
        mandate,
        purpose: node.child("Purp").and_then(fields::code_choice),
        remittance: node.child("RmtInf").map_or_else(Remittance::default, |found| remittance::read(found, recorder)),
        further: Vec::new(),
    };
    further::collect(node, &PAYMENT, &mut payment.further, reading)?;
    Ok(payment)
}

/// Sum of the amounts as the control sum counts them: without regard to currency. None when one cannot be read.
fn sum<'p>(mut payments: impl Iterator<Item = &'p Payment>) -> Option<Decimal> {
    payments.try_fold(Decimal::ZERO, |sum, payment| sum.checked_add(payment.amount.value()?))
}
