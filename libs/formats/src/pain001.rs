//! Writes pain.001.001.09: refunds as SEPA credit transfers.

use std::collections::{BTreeMap, BTreeSet};

use quittance_types::{BusinessDate, Fault, Money};
use sepa::{CreditTransferEntry, CreditTransferGroup, Pain001Builder};

use crate::sepa_order::{OrderParty, OrderText, address, bic, cents, date, iban, refuse, remittance, timestamp};
use crate::statement::Moment;

/// Whose refunds they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// Identification of the message: unique for the sender, at most 35 characters.
    pub message_id: String,
    /// When the message is made.
    pub created: Moment,
    /// Who pays, and from which account.
    pub payer: OrderParty,
    /// Refunds, at least one.
    pub refunds: Vec<Refund>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Day it is to be carried out.
    pub execute_on: BusinessDate,
    /// Euro, positive.
    pub amount: Money,
    /// Identification that goes all the way to the receiver: unique in the message, at most 35 characters.
    pub end_to_end_id: String,
    /// Who gets the money.
    pub receiver: OrderParty,
    /// What it is for.
    pub text: OrderText,
}

/// Writes a message: a batch for each day of execution, in order of the days. The same input gives the same bytes.
///
/// # Errors
/// `IBAN_INVALID`, `BIC_INVALID`, and `STATEMENT_MALFORMED` with the element's path for what neither schema nor EPC rules
/// allow, an identification that is used twice, or a day of execution before the message was made.
pub fn write(order: &RefundOrder) -> Result<Vec<u8>, Fault> {
    let payer = iban("Dbtr", &order.payer.iban)?;
    let mut days: BTreeMap<BusinessDate, Vec<&Refund>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for refund in &order.refunds {
        if !seen.insert(refund.end_to_end_id.as_str()) {
            return Err(refuse("PmtId/EndToEndId", format!("{} is used twice", refund.end_to_end_id)).into());
        }
        if refund.execute_on < order.created.date() {
            return Err(refuse("PmtInf/ReqdExctnDt", "the day of execution is before the message was made").into());
        }
        days.entry(refund.execute_on).or_default().push(refund);
    }
    let mut builder = Pain001Builder::new(order.payer.name.as_str(), order.message_id.as_str()).created_at(timestamp(order.created)?);
    for (day, refunds) in days {
        let mut group = CreditTransferGroup::new(order.payer.name.as_str(), &payer, date("PmtInf/ReqdExctnDt", day)?);
        if let Some(bic) = bic(order.payer.bic.as_deref())? {
            group = group.debtor_bic(bic);
        }
        if let Some(found) = &order.payer.address {
            group = group.debtor_address(address("Dbtr/PstlAdr", found)?);
        }
        for refund in refunds {
            group = group.add_entry(entry(refund)?);
        }
        builder = builder.add_group(group);
    }
    let text = builder.build().map_err(|error| refuse("CstmrCdtTrfInitn", error))?;
    Ok(text.into_bytes())
}

fn entry(refund: &Refund) -> Result<CreditTransferEntry, Fault> {
    let amount = cents("CdtTrfTxInf/Amt/InstdAmt", refund.amount)?;
    let account = iban("CdtTrfTxInf/CdtrAcct", &refund.receiver.iban)?;
    let mut entry = CreditTransferEntry::new(refund.receiver.name.as_str(), account, amount, refund.end_to_end_id.as_str());
    if let Some(bic) = bic(refund.receiver.bic.as_deref())? {
        entry = entry.with_bic(bic);
    }
    if let Some(found) = &refund.receiver.address {
        entry = entry.with_creditor_address(address("CdtTrfTxInf/Cdtr/PstlAdr", found)?);
    }
    Ok(entry.with_remittance(remittance("CdtTrfTxInf/RmtInf", &refund.text)?))
}
