//! Writes pain.008.001.08: SEPA direct debits, CORE and B2B, with mandates and their amendments.

use std::collections::{BTreeMap, BTreeSet};

use quittance_types::{BusinessDate, Fault, Money};
use sepa::pain008::{DirectDebitScheme, MandateAmendment};
use sepa::{CreditorId, DirectDebitEntry, DirectDebitGroup, Pain008Builder, SequenceType};

use crate::error::FormatError;
use crate::sepa_order::{OrderParty, OrderText, address, bic, cents, date, iban, refuse, remittance, timestamp};
use crate::statement::Moment;

/// Whose collections they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionOrder {
    /// Identification of the message: unique for the sender, at most 35 characters.
    pub message_id: String,
    /// When the message is made.
    pub created: Moment,
    /// Who collects, and to which account.
    pub creditor: OrderParty,
    /// SEPA creditor identifier.
    pub creditor_id: String,
    /// Collections, at least one.
    pub collections: Vec<Collection>,
}

/// The scheme of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Any payer; may be returned for eight weeks.
    Core,
    /// Business payers whose bank has the mandate; no right of refund.
    B2b,
}

/// Where a collection stands in the life of its mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sequence {
    /// `FRST`
    First,
    /// `RCUR`
    Recurring,
    /// `FNAL`
    Final,
    /// `OOFF`
    OneOff,
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Scheme.
    pub scheme: Scheme,
    /// Sequence.
    pub sequence: Sequence,
    /// Day the payer's account is debited.
    pub collect_on: BusinessDate,
    /// Euro, positive.
    pub amount: Money,
    /// Identification that goes all the way to the payer: unique in the message, at most 35 characters.
    pub end_to_end_id: String,
    /// Who pays.
    pub payer: OrderParty,
    /// The mandate.
    pub mandate: CollectionMandate,
    /// What it is for.
    pub text: OrderText,
}

/// The mandate a collection rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionMandate {
    /// Mandate reference, at most 35 characters.
    pub id: String,
    /// When the payer signed it.
    pub signed_on: BusinessDate,
    /// What has changed since the last collection.
    pub amendment: Option<Amendment>,
}

/// Changes of a mandate since the last collection: what it was before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amendment {
    /// Former mandate reference.
    pub mandate_id: Option<String>,
    /// Former name of the creditor.
    pub creditor_name: Option<String>,
    /// Former creditor identifier.
    pub creditor_id: Option<String>,
    /// Former account of the payer.
    pub payer_iban: Option<String>,
    /// The payer has another account and the former one is not known or not told (`SMNDA`).
    pub payer_account_changed: bool,
}

/// Writes a message: a batch for each scheme, sequence and day, in that order. The same input gives the same bytes.
///
/// # Errors
/// `IBAN_INVALID`, `BIC_INVALID`, and `STATEMENT_MALFORMED` with the element's path for what neither schema nor EPC rules
/// allow, for an identification or a one-off mandate that is used twice, and for a day of collection that is not after the
/// day the message is made.
pub fn write(order: &CollectionOrder) -> Result<Vec<u8>, Fault> {
    let account = iban("Cdtr", &order.creditor.iban)?;
    let creditor_id = creditor_id("CdtrSchmeId", &order.creditor_id)?;
    check(order)?;
    let mut batches: BTreeMap<(Scheme, Sequence, BusinessDate), Vec<&Collection>> = BTreeMap::new();
    for item in &order.collections {
        batches.entry((item.scheme, item.sequence, item.collect_on)).or_default().push(item);
    }
    let mut builder = Pain008Builder::new(order.creditor.name.as_str(), order.message_id.as_str()).created_at(timestamp(order.created)?);
    for ((scheme, sequence, day), items) in batches {
        let day = date("PmtInf/ReqdColltnDt", day)?;
        let mut group = DirectDebitGroup::new(order.creditor.name.as_str(), &account, &creditor_id, day)
            .scheme(scheme_of(scheme))
            .sequence_type(sequence_of(sequence));
        if let Some(bic) = bic(order.creditor.bic.as_deref())? {
            group = group.creditor_bic(bic);
        }
        if let Some(found) = &order.creditor.address {
            group = group.creditor_address(address("Cdtr/PstlAdr", found)?);
        }
        for item in items {
            group = group.add_entry(entry(item)?);
        }
        builder = builder.add_group(group);
    }
    let text = builder.build().map_err(|error| refuse("CstmrDrctDbtInitn", error))?;
    Ok(text.into_bytes())
}

/// Rules between the collections of a message.
fn check(order: &CollectionOrder) -> Result<(), FormatError> {
    let mut seen = BTreeSet::new();
    let mut one_off = BTreeSet::new();
    for item in &order.collections {
        if !seen.insert(item.end_to_end_id.as_str()) {
            return Err(refuse("DrctDbtTxInf/PmtId/EndToEndId", format!("{} is used twice", item.end_to_end_id)));
        }
        if item.sequence == Sequence::OneOff && !one_off.insert(item.mandate.id.as_str()) {
            return Err(refuse("MndtRltdInf/MndtId", format!("the one-off mandate {} is used twice", item.mandate.id)));
        }
        if item.collect_on <= order.created.date() {
            return Err(refuse("PmtInf/ReqdColltnDt", "the day of collection must be after the day the message is made"));
        }
    }
    Ok(())
}

fn entry(item: &Collection) -> Result<DirectDebitEntry, Fault> {
    let signed = date("MndtRltdInf/DtOfSgntr", item.mandate.signed_on)?;
    let account = iban("DrctDbtTxInf/DbtrAcct", &item.payer.iban)?;
    let amount = cents("DrctDbtTxInf/InstdAmt", item.amount)?;
    let (mandate, name) = (item.mandate.id.as_str(), item.payer.name.as_str());
    let mut entry = DirectDebitEntry::new(mandate, signed, name, account, amount, item.end_to_end_id.as_str());
    if let Some(bic) = bic(item.payer.bic.as_deref())? {
        entry = entry.with_bic(bic);
    }
    if let Some(found) = &item.payer.address {
        entry = entry.with_debtor_address(address("DrctDbtTxInf/Dbtr/PstlAdr", found)?);
    }
    if let Some(changes) = &item.mandate.amendment {
        entry = entry.with_amendment(amendment(changes)?);
    }
    Ok(entry.with_remittance(remittance("DrctDbtTxInf/RmtInf", &item.text)?))
}

fn amendment(changes: &Amendment) -> Result<MandateAmendment, Fault> {
    let mut out = MandateAmendment::default();
    out.original_mandate_id.clone_from(&changes.mandate_id);
    out.original_creditor_name.clone_from(&changes.creditor_name);
    out.original_creditor_id = changes.creditor_id.as_deref().map(|text| creditor_id("OrgnlCdtrSchmeId", text)).transpose()?;
    out.original_debtor_iban = changes.payer_iban.as_deref().map(|text| iban("OrgnlDbtrAcct", text)).transpose()?;
    out.same_mandate_new_account = changes.payer_account_changed;
    Ok(out)
}

fn creditor_id(path: &str, text: &str) -> Result<CreditorId, FormatError> {
    sepa::validate_creditor_id(text).map_err(|error| refuse(path, error))
}

fn scheme_of(scheme: Scheme) -> DirectDebitScheme {
    match scheme {
        Scheme::Core => DirectDebitScheme::Core,
        Scheme::B2b => DirectDebitScheme::B2b,
    }
}

fn sequence_of(sequence: Sequence) -> SequenceType {
    match sequence {
        Sequence::First => SequenceType::Frst,
        Sequence::Recurring => SequenceType::Rcur,
        Sequence::Final => SequenceType::Fnal,
        Sequence::OneOff => SequenceType::Ooff,
    }
}
