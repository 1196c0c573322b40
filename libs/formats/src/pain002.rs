//! Payment status reports, pain.002 of every version and national dialect: what became of orders sent as pain.001 or
//! pain.008, of the message as a whole, of its batches and of single transactions.

use crate::budget;
use crate::camt::{fields, party};
use crate::error::FormatError;
use crate::finding::{FindingKind, excerpt};
use crate::iso20022::{self, Head, Reading};
use crate::statement::Format;
use crate::status::{Level, Outcome, StatusFile, StatusItem, StatusReason};
use crate::xml::Node;

/// Reads a report.
pub(crate) fn read(bytes: &[u8]) -> Result<StatusFile, FormatError> {
    let (body, head, findings) = iso20022::read(bytes, &[Format::Pain002], body)?;
    Ok(StatusFile { head, original_message_id: body.message_id, original_message_kind: body.kind, items: body.items, findings })
}

/// Bytes of message and batch identification, which every transaction carries, that are not charged: twice what the standard
/// allows.
const CARRIED: usize = 140;

#[derive(Default)]
struct Body {
    message_id: Option<String>,
    kind: Option<String>,
    items: Vec<StatusItem>,
}

fn body(reading: &mut Reading<'_>, head: &mut Head) -> Result<Body, FormatError> {
    let mut body = Body::default();
    body.items.reserve_exact(reading.room_for("TxInfAndSts", budget::STATUS));
    while reading.cursor.next_child()? {
        match reading.cursor.name() {
            "OrgnlPmtInfAndSts" => batch(reading, &mut body)?,
            "TxInfAndSts" => transaction(reading, &mut body, None)?,
            _ => {
                reading.subtree()?;
                let tree = std::mem::take(&mut reading.tree);
                if let Some(node) = tree.root() {
                    header(node, reading, head, &mut body);
                }
                reading.tree = tree;
            }
        }
    }
    if body.items.is_empty() {
        reading.recorder.note(FindingKind::StatusUnknown, "", reading.cursor.offset(), "the report states no status at all");
    }
    Ok(body)
}

fn header(node: Node<'_>, reading: &mut Reading<'_>, head: &mut Head, body: &mut Body) {
    match node.name() {
        "GrpHdr" => {
            head.message_id = node.string("MsgId");
            head.created = fields::moment_at(node, "CreDtTm", &mut reading.recorder);
        }
        "OrgnlGrpInfAndSts" | "OrgnlGrpInf" => {
            body.message_id = node.string("OrgnlMsgId");
            body.kind = node.string("OrgnlMsgNmId");
            let status = node.string("GrpSts").unwrap_or_default();
            let reasons = reasons(node);
            if status.is_empty() && reasons.is_empty() {
                return;
            }
            let outcome = outcome(&status, node, "OrgnlGrpInfAndSts/GrpSts", reading);
            let item = StatusItem::new(Level::Message, outcome, reading.line(node.offset()));
            budget::grow(&mut body.items);
            body.items.push(StatusItem { status, original_message_id: body.message_id.clone(), reasons, ..item });
        }
        _ => {}
    }
}

/// A batch: its own status stands before its transactions.
fn batch(reading: &mut Reading<'_>, body: &mut Body) -> Result<(), FormatError> {
    let start = reading.cursor.offset();
    let line = reading.line(start);
    let mut own = StatusItem::new(Level::Batch, Outcome::Unknown, line);
    own.original_message_id.clone_from(&body.message_id);
    let place = body.items.len();
    let mut told = false;
    while reading.cursor.next_child()? {
        if reading.cursor.name() == "TxInfAndSts" {
            transaction(reading, body, own.original_batch_id.as_deref())?;
            continue;
        }
        reading.subtree()?;
        let tree = std::mem::take(&mut reading.tree);
        if let Some(node) = tree.root() {
            match node.name() {
                "OrgnlPmtInfId" => own.original_batch_id = Some(node.text().to_string()).filter(|text| !text.is_empty()),
                "PmtInfSts" => {
                    own.status = node.text().to_string();
                    own.outcome = outcome(&own.status, node, "OrgnlPmtInfAndSts/PmtInfSts", reading);
                    told = true;
                }
                "StsRsnInf" => {
                    budget::grow(&mut own.reasons);
                    own.reasons.push(reason(node));
                    told = true;
                }
                _ => {}
            }
        }
        reading.tree = tree;
    }
    if told {
        reading.spend(budget::STATUS)?;
        budget::grow(&mut body.items);
        body.items.insert(place.min(body.items.len()), own);
    }
    Ok(())
}

fn transaction(reading: &mut Reading<'_>, body: &mut Body, batch: Option<&str>) -> Result<(), FormatError> {
    let carried = [body.message_id.as_deref(), batch].into_iter().flatten().map(str::len).sum::<usize>();
    reading.spend(budget::STATUS + carried.saturating_sub(CARRIED))?;
    reading.subtree()?;
    let tree = std::mem::take(&mut reading.tree);
    if let Some(node) = tree.root() {
        reading.recorder.enter("TxInfAndSts", body.items.len() + 1);
        let item = item(node, reading, body, batch);
        reading.recorder.leave();
        budget::grow(&mut body.items);
        body.items.push(item);
    }
    reading.tree = tree;
    Ok(())
}

fn item(node: Node<'_>, reading: &mut Reading<'_>, body: &Body, batch: Option<&str>) -> StatusItem {
    let status = node.string("TxSts").unwrap_or_default();
    let outcome = outcome(&status, node, "TxSts", reading);
    if status.is_empty() {
        reading.recorder.note(FindingKind::StatusUnknown, "TxSts", node.offset(), "the transaction has no status");
    }
    let mut item = StatusItem {
        status,
        original_message_id: node.string("OrgnlGrpInf/OrgnlMsgId").or_else(|| body.message_id.clone()),
        original_batch_id: node.string("OrgnlPmtInfId").or_else(|| batch.map(str::to_string)),
        original_instruction_id: node.string("OrgnlInstrId"),
        original_end_to_end_id: node.string("OrgnlEndToEndId"),
        original_transaction_id: node.first_string(&["OrgnlUETR", "OrgnlTxId"]),
        status_id: node.string("StsId"),
        reasons: reasons(node),
        ..StatusItem::new(Level::Transaction, outcome, reading.line(node.offset()))
    };
    let Some(original) = node.child("OrgnlTxRef") else { return item };
    let recorder = &mut reading.recorder;
    item.amount =
        ["Amt/InstdAmt", "Amt/EqvtAmt/Amt", "IntrBkSttlmAmt"].into_iter().find_map(|path| fields::amount_at(original, path, recorder));
    let dates = ["ReqdColltnDt", "ReqdExctnDt/Dt", "ReqdExctnDt/DtTm", "ReqdExctnDt"];
    item.date = dates.into_iter().find_map(|path| fields::moment_at(original, path, recorder)).map(|moment| moment.date());
    item.mandate_id = original.first_string(&["MndtRltdInf/DrctDbtMndt/MndtId", "MndtRltdInf/MndtId"]);
    // The other side is the debtor of a collection and the creditor of a transfer.
    let collection = body.kind.as_deref().is_some_and(|kind| kind.starts_with("pain.008")) || item.mandate_id.is_some();
    let (name, account) = if collection { ("Dbtr", "DbtrAcct") } else { ("Cdtr", "CdtrAcct") };
    item.name = original.child(name).and_then(party::party).and_then(|party| party.name).map(Into::into);
    item.account = original.child(account).and_then(|node| party::account_identifier(node, account, recorder));
    item
}

fn reasons(node: Node<'_>) -> Vec<StatusReason> {
    let mut found: Vec<StatusReason> = node.all("StsRsnInf").map(reason).collect();
    found.shrink_to_fit();
    found
}

fn reason(node: Node<'_>) -> StatusReason {
    let originator = node.first_string(&["Orgtr/Nm", "Orgtr/Pty/Nm", "Orgtr/Id/OrgId/AnyBIC", "Orgtr/Id/OrgId/BICOrBEI"]);
    StatusReason {
        code: node.first_string(&["Rsn/Cd", "StsRsn/Cd"]),
        proprietary: node.first_string(&["Rsn/Prtry", "StsRsn/Prtry"]),
        originator,
        texts: node.children().filter(|child| child.name().starts_with("Addtl")).map(|child| child.text().to_string()).collect(),
    }
}

/// What an ISO payment status means. Results of a verification of payee (`RVxx`, `RCVC`) decide nothing yet.
fn outcome(status: &str, node: Node<'_>, field: &str, reading: &mut Reading<'_>) -> Outcome {
    match status {
        "ACTC" | "ACCP" | "ACSP" | "ACSC" | "ACWC" | "ACCC" | "ACWP" | "ACFC" | "ACIS" | "ACPD" | "CPUC" => Outcome::Accepted,
        "PDNG" | "RCVD" | "PATC" | "PRES" | "RCVC" | "RVCM" | "RVNM" | "RVMC" | "RVNA" | "RVCV" => Outcome::Pending,
        "PART" => Outcome::PartlyAccepted,
        "RJCT" | "CANC" | "BLCK" => Outcome::Rejected,
        "" => Outcome::Unknown,
        other => {
            let text = format!("the status \"{}\" is not known", excerpt(other, 20));
            reading.recorder.note(FindingKind::StatusUnknown, field, node.offset(), text);
            Outcome::Unknown
        }
    }
}
