//! What an entry says of its transaction.

use super::balance;
use super::field61::Line61;
use super::field86::{self, Side, Text86};
use crate::identifiers::{parse_bic, parse_iban};
use crate::statement::{
    AccountIdentifier, Agent, CreditorReference, Detail, Direction, Party, References, ReturnInformation, StructuredRemittance,
};

/// Text of the non-SWIFT field some German banks send: 01-14 remittance, 15-16 name, 17 posting text.
pub(super) fn own_text(lines: &[&str]) -> Text86 {
    let mut text = Text86::default();
    let mut name = String::new();
    for line in lines {
        let Some((number, value)) = balance::two_digits(line) else { continue };
        match number {
            1..=14 => text.unstructured.extend(field86::some(value)),
            15 | 16 => name.push_str(value),
            17 => text.posting_text = field86::some(value),
            _ => {}
        }
    }
    text.other.name = field86::some(&name);
    text
}

/// Some banks write the other side's IBAN as supplementary details of field 61.
pub(super) fn take_account(supplementary: &[&str], text: &mut Text86) {
    if text.other.account.is_none() {
        text.other.account = supplementary.iter().find(|line| parse_iban(line).is_ok()).map(|line| (*line).to_string());
    }
}

/// Some write the other side's name behind the reference, where field 86 names nobody.
pub(super) fn take_name(spill: &str, text: &mut Text86) {
    if text.ordering.is_none() && text.beneficiary.is_none() {
        text.other.name = text.other.name.take().or_else(|| field86::some(spill));
    }
}

/// What field 86 and the lines behind field 61 say of a transaction.
pub(super) fn detail(line: &Line61<'_>, text: &mut Text86, supplementary: &[&str]) -> Detail {
    let mut detail = Detail::default();
    let references = References {
        end_to_end_id: text.end_to_end_id.clone(),
        mandate_id: text.mandate_id.clone(),
        payment_information_id: text.payment_information_id.clone(),
        owner_reference: text.owner_reference.clone().or_else(|| field86::some(line.reference).filter(|reference| reference != "KREF+")),
        proprietary: text.return_reference.clone().map(|value| ("RREF".to_string(), value)).into_iter().collect(),
        ..References::default()
    };
    detail.references = references.into();
    detail.remittance.unstructured.extend(std::mem::take(&mut text.unstructured));
    if let Some(value) = text.creditor_reference.clone() {
        let reference = CreditorReference { kind: None, issuer: None, value };
        detail.remittance.structured.push(StructuredRemittance { creditor_reference: Some(reference), ..StructuredRemittance::default() });
    }
    if text.is_return {
        detail.return_information =
            Some(Box::new(ReturnInformation { proprietary_reason: text.return_reason.clone(), ..ReturnInformation::default() }));
    }
    detail.purpose = text.purpose.as_deref().map(Into::into);
    detail.additional_information = field86::some(&supplementary.join("\n")).map(Into::into);
    detail.parties.ultimate_debtor = text.ultimate_debtor.clone().map(|name| Box::new(Party::named(name)));
    detail.parties.ultimate_creditor = text.ultimate_creditor.clone().map(|name| Box::new(Party::named(name)));
    parties(line, text, &mut detail);
    detail
}

/// Where the text names both sides, ordering party and beneficiary are debtor and creditor. Else name, account and bank are
/// the debtor's for a credit, the creditor's for a debit, and the other way round for returns.
fn parties(line: &Line61<'_>, text: &Text86, detail: &mut Detail) {
    let is_return = line.reversal || text.is_return;
    let is_debtor = (line.direction == Direction::Credit) != is_return;
    let (debtor, creditor) = match (&text.ordering, &text.beneficiary) {
        (Some(ordering), Some(beneficiary)) => (ordering.clone(), beneficiary.clone()),
        _ if is_debtor => (text.other.clone(), Side::default()),
        _ => (Side::default(), text.other.clone()),
    };
    (detail.parties.debtor, detail.parties.debtor_account, detail.parties.debtor_agent) = of_side(&debtor);
    (detail.parties.creditor, detail.parties.creditor_account, detail.parties.creditor_agent) = of_side(&creditor);
    if let Some(id) = text.creditor_id.clone() {
        detail.parties.creditor.get_or_insert_default().identifications.push(("CRED".to_string(), id));
    }
    if let Some(id) = text.debtor_id.clone() {
        detail.parties.debtor.get_or_insert_default().identifications.push(("DEBT".to_string(), id));
    }
}

type Parts = (Option<Box<Party>>, Option<Box<AccountIdentifier>>, Option<Box<Agent>>);

fn of_side(side: &Side) -> Parts {
    let agent = side.bank.as_deref().map(|bank| {
        let is_bic = parse_bic(bank).is_ok();
        Box::new(Agent { bic: is_bic.then(|| bank.to_string()), clearing_member: (!is_bic).then(|| bank.to_string()), ..Agent::default() })
    });
    let account = side.account.as_deref().map(|number| Box::new(AccountIdentifier::of(number)));
    (side.name.clone().map(|name| Box::new(Party::named(name))), account, agent)
}
