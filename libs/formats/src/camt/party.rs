//! Parties, banks and account numbers.

use crate::finding::{FindingKind, Recorder};
use crate::statement::{AccountIdentifier, AccountScheme, Agent, FurtherIdentification, Party, PostalAddress, RareOfParty};
use crate::xml::Node;

/// A party: written directly, in `Pty` (.08 and later) or as a bank in `Agt`. None when nothing is said.
pub(crate) fn party(node: Node<'_>) -> Option<Box<Party>> {
    let inner = node.child("Pty").unwrap_or(node);
    let institution = node.at("Agt/FinInstnId").or_else(|| inner.child("FinInstnId"));
    let inner = institution.unwrap_or(inner);
    let party = Party {
        name: inner.string("Nm").map(Into::into),
        rare: RareOfParty {
            address: inner.child("PstlAdr").and_then(address),
            identifications: identifications(inner).into(),
            country_of_residence: inner.string("CtryOfRes").map(Into::into),
        }
        .into(),
    };
    (!party.is_empty()).then(|| Box::new(party))
}

/// `Id/OrgId`, `Id/PrvtId` and the identifications of a bank, each under its element's or scheme's name.
fn identifications(node: Node<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for holder in ["Id/OrgId", "Id/PrvtId"].into_iter().filter_map(|path| node.at(path)) {
        for child in holder.children() {
            identification(child, &mut found);
        }
    }
    for child in node.children().filter(|child| matches!(child.name(), "BIC" | "BICFI" | "LEI")) {
        identification(child, &mut found);
    }
    found
}

fn identification(node: Node<'_>, into: &mut Vec<(String, String)>) {
    if !node.text().is_empty() {
        into.push((node.name().to_string(), node.text().to_string()));
        return;
    }
    let Some(value) = node.first_string(&["Id", "BirthDt"]) else { return };
    let scheme = node.first_string(&["SchmeNm/Cd", "SchmeNm/Prtry"]);
    into.push((scheme.unwrap_or_else(|| node.name().to_string()), value));
}

fn address(node: Node<'_>) -> Option<Box<PostalAddress>> {
    let lines = node.all("AdrLine").map(|line| line.text().to_string()).filter(|line| !line.is_empty());
    let address = PostalAddress {
        street: node.string("StrtNm"),
        building_number: node.string("BldgNb"),
        post_code: node.string("PstCd"),
        town: node.string("TwnNm"),
        subdivision: node.string("CtrySubDvsn"),
        country: node.string("Ctry"),
        lines: lines.collect(),
    };
    (address != PostalAddress::default()).then(|| Box::new(address))
}

/// A bank. None when nothing is said.
pub(crate) fn agent(node: Node<'_>) -> Option<Box<Agent>> {
    let node = node.child("FinInstnId").unwrap_or(node);
    let agent = Agent {
        bic: node.first_string(&["BICFI", "BIC", "CmbndId/BIC"]),
        name: node.first_string(&["Nm", "NmAndAdr/Nm", "CmbndId/Nm"]),
        clearing_member: node.first_string(&["ClrSysMmbId/MmbId", "ClrSysMmbId/Id", "CmbndId/ClrSysMmbId/Id"]),
        other_id: node.first_string(&["Othr/Id", "PrtryId/Id"]),
    };
    (!agent.is_empty()).then(|| Box::new(agent))
}

/// An account number below an account element (`Acct`, `DbtrAcct` ...).
pub(crate) fn account_identifier(node: Node<'_>, field: &str, recorder: &mut Recorder) -> Option<AccountIdentifier> {
    let id = node.child("Id")?;
    let named = FurtherIdentification { name: node.string("Nm"), ..FurtherIdentification::default() };
    if let Some(text) = id.value("IBAN") {
        let account = AccountIdentifier::iban(text).with(named);
        if account.valid_iban().is_none() {
            recorder.note(FindingKind::IbanInvalid, field, id.offset(), "the IBAN fails its check digits, length or country");
        }
        return Some(account);
    }
    if let Some(text) = id.value("BBAN") {
        return Some(AccountIdentifier { scheme: AccountScheme::Bban, ..AccountIdentifier::other(text).with(named) });
    }
    let text = id.value("Othr/Id").or_else(|| id.value("PrtryAcct/Id")).or_else(|| id.value("UPIC"))?;
    let scheme_name = id.first_string(&["Othr/SchmeNm/Cd", "Othr/SchmeNm/Prtry"]);
    Some(AccountIdentifier::other(text).with(FurtherIdentification { scheme_name, issuer: id.string("Othr/Issr"), ..named }))
}
