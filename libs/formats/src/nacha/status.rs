//! Returns and notifications of change as statuses.

use quittance_types::{Currency, Money};

use super::codes::{ReturnStage, change_reason, return_reason, stage};
use super::model::{Addendum, Batch, Change, Entry, NachaFile, Return};
use crate::statement::{AccountIdentifier, Amount, FurtherIdentification};
use crate::status::{Level, Outcome, StatusItem, StatusReason};

impl NachaFile {
    /// What the file says about entries sent earlier: its returns and notifications of change, in file order.
    pub fn statuses(&self) -> Vec<StatusItem> {
        self.each_status().collect()
    }

    /// As [`NachaFile::statuses`], one after the other.
    pub(crate) fn each_status(&self) -> impl Iterator<Item = StatusItem> {
        let entries = self.batches.iter().flat_map(|batch| batch.entries.iter().map(move |entry| (batch, entry)));
        entries.flat_map(|(batch, entry)| entry.addenda.iter().filter_map(move |addendum| status(batch, entry, addendum)))
    }
}

fn status(batch: &Batch, entry: &Entry, addendum: &Addendum) -> Option<StatusItem> {
    match addendum {
        Addendum::Return(back) => Some(returned(base(batch, entry), back, batch.class() == "IAT")),
        Addendum::Change(change) => Some(changed(base(batch, entry), change)),
        _ => None,
    }
}

fn base(batch: &Batch, entry: &Entry) -> StatusItem {
    let some = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
    let money = Currency::parse("USD").and_then(|dollar| Money::from_minor(entry.amount, dollar)).ok();
    let bank = FurtherIdentification { issuer: Some(entry.routing_number.clone()), ..FurtherIdentification::default() };
    StatusItem {
        original_end_to_end_id: some(&entry.individual_id).or_else(|| international(entry, "receiver_id")),
        original_batch_id: batch.header.as_ref().and_then(|header| some(&header.company_id)),
        amount: money.map(Amount::from),
        account: some(&entry.account).map(|number| AccountIdentifier::other(&number).with(bank)),
        name: some(&entry.name).or_else(|| international(entry, "receiver_name")),
        ..StatusItem::new(Level::Transaction, Outcome::Returned, entry.line)
    }
}

/// What the addenda of an IAT entry say in place of its own fields.
fn international(entry: &Entry, field: &str) -> Option<String> {
    entry.addenda.iter().find_map(|addendum| match addendum {
        Addendum::International { fields, .. } => fields.iter().find(|(name, _)| *name == field).map(|(_, value)| value.clone()),
        _ => None,
    })
}

/// The text of a return; that of an IAT entry stands behind the amount it was sent with.
fn information(text: &str, is_international: bool) -> &str {
    let parts = text.split_at_checked(10).filter(|(amount, _)| is_international && amount.bytes().all(|byte| byte.is_ascii_digit()));
    parts.map_or(text, |(_, rest)| rest.trim())
}

fn reason(code: &str, meaning: Option<&str>, information: &str) -> StatusReason {
    let texts = meaning.into_iter().chain(Some(information).filter(|text| !text.is_empty()));
    StatusReason { code: Some(code.to_string()), texts: texts.map(str::to_string).collect(), ..StatusReason::default() }
}

fn returned(base: StatusItem, back: &Return, is_international: bool) -> StatusItem {
    let outcome = match stage(&back.code) {
        ReturnStage::First => Outcome::Returned,
        ReturnStage::Dishonored => Outcome::ReturnDishonored,
        ReturnStage::Contested => Outcome::ReturnContested,
    };
    let mut reasons = vec![reason(&back.code, return_reason(&back.code), information(&back.information, is_international))];
    let before = [&back.dishonored_code, &back.return_code].into_iter().flatten();
    reasons.extend(before.map(|code| reason(code, return_reason(code), "")));
    StatusItem {
        outcome,
        status: back.code.clone(),
        original_transaction_id: Some(back.original_trace.clone()),
        status_id: Some(back.trace.clone()),
        date: back.date,
        reasons,
        ..base
    }
}

fn changed(base: StatusItem, change: &Change) -> StatusItem {
    // C61 to C69 refuse a notification of change: nothing is to be corrected then.
    let refused = change.code.starts_with("C6");
    StatusItem {
        outcome: if refused { Outcome::Rejected } else { Outcome::Changed },
        status: change.code.clone(),
        original_transaction_id: Some(change.original_trace.clone()),
        status_id: Some(change.trace.clone()),
        reasons: vec![reason(&change.code, change_reason(&change.code), "")],
        corrections: change.corrections.clone(),
        ..base
    }
}
