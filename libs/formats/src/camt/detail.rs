//! A transaction of an entry (`TxDtls`).

use super::{fields, party, remittance};
use crate::finding::Recorder;
use crate::statement::{AmountDetails, Detail, Party, References, RelatedDates, ReturnInformation};
use crate::xml::Node;

/// Reads one transaction.
pub(super) fn read(node: Node<'_>, recorder: &mut Recorder) -> Detail {
    let mut detail = Detail::default();
    let (mut all, mut proprietary) = (References::default(), Vec::new());
    for child in node.children() {
        match child.name() {
            "Refs" => all = references(child, &mut proprietary),
            "RltdRmtInf" => proprietary.extend(related_remittance(child)),
            _ => field(child, &mut detail, recorder),
        }
    }
    detail.references = References { proprietary, ..all }.into();
    detail.amount = fields::amount_at(node, "Amt", recorder);
    detail.direction = fields::direction(node, "CdtDbtInd", recorder);
    detail
}

fn field(node: Node<'_>, detail: &mut Detail, recorder: &mut Recorder) {
    match node.name() {
        "AmtDtls" => detail.amounts = amount_details(node, recorder),
        "Tax" => tax(node, detail, recorder),
        "BkTxCd" => detail.transaction_code = fields::transaction_code(node),
        "Chrgs" => fields::charges(node, recorder, &mut detail.charges),
        "RltdPties" => parties(node, detail, recorder),
        "RltdAgts" => {
            detail.parties.debtor_agent = node.child("DbtrAgt").and_then(party::agent);
            detail.parties.creditor_agent = node.child("CdtrAgt").and_then(party::agent);
        }
        "Purp" => detail.purpose = fields::code_choice(node).map(Into::into),
        "RmtInf" => detail.remittance = remittance::read(node, recorder),
        "RltdDts" => {
            let dates = RelatedDates {
                accepted: fields::moment_at(node, "AccptncDtTm", recorder),
                interbank_settlement: fields::moment_at(node, "IntrBkSttlmDt", recorder),
            };
            detail.related_dates = Some(dates).filter(|dates| *dates != RelatedDates::default()).map(Box::new);
        }
        "RtrInf" => detail.return_information = Some(Box::new(return_information(node))),
        "AddtlTxInf" => detail.additional_information = Some(node.text()).filter(|text| !text.is_empty()).map(Into::into),
        _ => {}
    }
}

/// The tax in the amount, under the name of its element beside the other amounts.
fn tax(node: Node<'_>, detail: &mut Detail, recorder: &mut Recorder) {
    if let Some(amount) = fields::amount_at(node, "TtlTaxAmt", recorder) {
        detail.amounts.get_or_insert_default().proprietary.push(("TtlTaxAmt".to_string(), amount));
    }
}

/// Where the advice of the payment is and what it is called: under the names of the elements.
fn related_remittance(node: Node<'_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = node.string("RmtId").map(|id| ("RmtId".to_string(), id)).into_iter().collect();
    // .01 to .05: method and address stand directly below.
    for place in node.all("RmtLctnDtls").chain([node]) {
        let method = place.first_string(&["Mtd", "RmtLctnMtd"]);
        let address = place.first_string(&["ElctrncAdr", "RmtLctnElctrncAdr", "PstlAdr/Nm", "RmtLctnPstlAdr/Nm"]);
        if let Some(method) = method {
            found.push((format!("RmtLctn/{method}"), address.unwrap_or_default()));
        }
    }
    found
}

/// References; those that have no field of their own go into `proprietary`.
fn references(node: Node<'_>, proprietary: &mut Vec<(String, String)>) -> References {
    proprietary.extend(node.all("Prtry").filter_map(|entry| {
        let value = entry.string("Ref")?;
        Some((entry.string("Tp").unwrap_or_default(), value))
    }));
    let others = ["AcctSvcrTxId", "MktInfrstrctrTxId", "PrcgId", "RtrId"];
    proprietary.extend(others.into_iter().filter_map(|name| Some((name.to_string(), node.string(name)?))));
    References {
        message_id: node.string("MsgId"),
        servicer_reference: node.string("AcctSvcrRef"),
        payment_information_id: node.string("PmtInfId"),
        instruction_id: node.string("InstrId"),
        end_to_end_id: node.string("EndToEndId"),
        transaction_id: node.string("TxId"),
        uetr: node.string("UETR"),
        mandate_id: node.string("MndtId"),
        cheque_number: node.string("ChqNb"),
        clearing_system_reference: node.string("ClrSysRef"),
        owner_reference: node.string("AcctOwnrTxId"),
        proprietary: Vec::new(),
    }
}

/// Further amounts; none when there are none.
pub(super) fn amount_details(node: Node<'_>, recorder: &mut Recorder) -> Option<Box<AmountDetails>> {
    let mut amounts = AmountDetails::default();
    for child in node.children() {
        if let Some(rate) = child.child("CcyXchg") {
            amounts.exchange_rates.push(fields::exchange_rate(rate));
        }
        let Some(found) = child.child("Amt") else { continue };
        let amount = fields::amount(found, child.name(), recorder);
        match child.name() {
            "InstdAmt" => amounts.instructed = Some(amount),
            "TxAmt" => amounts.transaction = Some(amount),
            "CntrValAmt" => amounts.counter_value = Some(amount),
            "AnncdPstngAmt" => amounts.announced_posting = Some(amount),
            "PrtryAmt" => amounts.proprietary.push((child.string("Tp").unwrap_or_default(), amount)),
            _ => {}
        }
    }
    (amounts != AmountDetails::default()).then(|| Box::new(amounts))
}

fn parties(node: Node<'_>, detail: &mut Detail, recorder: &mut Recorder) {
    let mut further = Vec::new();
    for child in node.children() {
        match child.name() {
            "Dbtr" => detail.parties.debtor = party::party(child),
            "DbtrAcct" => detail.parties.debtor_account = party::account_identifier(child, "RltdPties/DbtrAcct", recorder).map(Box::new),
            "UltmtDbtr" => detail.parties.ultimate_debtor = party::party(child),
            "Cdtr" => detail.parties.creditor = party::party(child),
            "CdtrAcct" => detail.parties.creditor_account = party::account_identifier(child, "RltdPties/CdtrAcct", recorder).map(Box::new),
            "UltmtCdtr" => detail.parties.ultimate_creditor = party::party(child),
            "InitgPty" | "TradgPty" => further.extend(further_party(child.name(), child)),
            "Prtry" => {
                let role = child.value("Tp").unwrap_or("Prtry");
                further.extend(child.all("Pty").filter_map(|party| further_party(role, party)));
            }
            _ => {}
        }
    }
    detail.parties.further = further.into();
}

fn further_party(role: &str, node: Node<'_>) -> Option<(String, Party)> {
    party::party(node).map(|found| (role.to_string(), *found))
}

fn return_information(node: Node<'_>) -> ReturnInformation {
    let texts = node.all("AddtlInf").chain(node.all("AddtlRtrRsnInf"));
    let originator = node.child("Orgtr").or_else(|| node.child("RtrOrgtr")).and_then(party::party);
    ReturnInformation {
        reason: node.first_string(&["Rsn/Cd", "RtrRsn/Cd"]),
        proprietary_reason: node.first_string(&["Rsn/Prtry", "RtrRsn/Prtry"]),
        additional: texts.map(|text| text.text().to_string()).filter(|text| !text.is_empty()).collect(),
        originator: originator.and_then(|party| {
            let by_number = || party.identifications.first().map(|(_, value)| value.clone());
            party.name.as_deref().map(str::to_string).or_else(by_number)
        }),
        original_transaction_code: node.child("OrgnlBkTxCd").and_then(fields::transaction_code),
    }
}
