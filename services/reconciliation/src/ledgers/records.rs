//! Rows as the engine's records.

use quittance_matching::record::{
    AdviceLine, AdviceRecord, ConfirmedRecord, CustomerRecord, DiscountStep, DocumentKind, ItemRecord, SettledPart, SettledRecord,
};
use quittance_types::{BankLineId, CustomerId, Decimal, Money, ReceiptId, Uuid};
use sha2::{Digest, Sha256};

use super::facts::{CustomerFact, SettledFact, SettledShare};
use crate::domain::confirmation::{Confirmation, Figure};
use crate::domain::item::{Discount, ItemState, OpenItem};
use crate::domain::remittance::{AdviceState, RemittanceAdvice};

/// Distinguishes documents of one number: the engine wants numbers to be unique. It counts for nothing when numbers are
/// compared with texts, so every document of the number is found, and none of them alone.
pub const TWIN_MARK: char = '\u{a0}';

/// A number as the document bears it.
pub fn document_number(told: &str) -> &str {
    told.trim_end_matches(TWIN_MARK)
}

/// Tells texts from others.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a String>) -> u64 {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.as_bytes());
        hasher.update([0x1f]);
    }
    let bytes: [u8; 32] = hasher.finalize().into();
    bytes.first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}

/// The id under which the engine knows what a receipt settled.
pub fn settlement_id(receipt: ReceiptId) -> u64 {
    short(receipt.uuid())
}

/// The id under which the engine knows what people said of a line.
pub fn answer_id(line: BankLineId) -> u64 {
    short(line.uuid())
}

fn short(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    high.rotate_left(32) ^ low
}

/// The item as a record, under the number the engine is told.
pub fn with_item<T>(item: &OpenItem, number: &str, tell: impl FnOnce(&ItemRecord<'_>) -> T) -> T {
    with_item_reopened(item, number, 0, tell)
}

/// The item with so many minor units more open than its row says.
pub fn with_item_reopened<T>(item: &OpenItem, number: &str, more: i64, tell: impl FnOnce(&ItemRecord<'_>) -> T) -> T {
    let customer = item.customer.uuid().to_string();
    let total = item.total.minor().saturating_abs();
    let open = item.open().map_or(0, |open| open.minor().saturating_abs()).saturating_add(more).min(total);
    // A discount is for documents of which nothing is settled.
    let is_untouched = item.state == ItemState::Open || (more > 0 && open == total);
    let step = item.discount.filter(|_| is_untouched).and_then(|discount| step(item, discount));
    tell(&ItemRecord {
        number,
        customer: &customer,
        kind: if item.document.is_credit() { DocumentKind::CreditNote } else { DocumentKind::Invoice },
        issued_on: item.issued_on,
        due_on: item.due_on,
        currency: item.currency(),
        total,
        open,
        discounts: step.as_slice(),
        purchase_order: &item.purchase_order,
        delivery_note: "",
        order: "",
        creditor_reference: &item.creditor_reference,
        disputed: item.disputed,
    })
}

/// The discount in percent: the round figure it was agreed in where that gives the amount, else as exactly as the engine counts.
fn step(item: &OpenItem, discount: Discount) -> Option<DiscountStep> {
    let (part, whole) = (i128::from(discount.amount.minor()), i128::from(item.total.minor()));
    let parts_of = |one: i128| part.checked_mul(one)?.checked_add(whole.checked_div(2)?)?.checked_div(whole);
    let basis_points = parts_of(10_000)?;
    let is_round = whole.checked_mul(basis_points)?.checked_add(5_000)?.checked_div(10_000)? == part;
    let (digits, scale) = if is_round { (basis_points, 2) } else { (parts_of(1_000_000)?, 4) };
    Some(DiscountStep { percent: Decimal::new(i64::try_from(digits).ok()?, scale), until: discount.until })
}

/// The customer as a record.
pub fn with_customer<T>(customer: &CustomerFact, tell: impl FnOnce(&CustomerRecord<'_>) -> T) -> T {
    let id = customer.id.uuid().to_string();
    let parent = customer.parent.map(|parent| parent.uuid().to_string()).unwrap_or_default();
    let ibans: Vec<&str> = customer.ibans.iter().map(String::as_str).collect();
    tell(&CustomerRecord {
        id: &id,
        number: &customer.number,
        name: &customer.name,
        city: &customer.city,
        country: &customer.country,
        vat_id: &customer.vat_id,
        ibans: &ibans,
        parent: &parent,
    })
}

/// What a receipt settled as a record; parts are numbers as told, cash, and what they took.
pub fn with_settlement<T>(settled: &SettledFact, parts: &[(String, SettledShare)], tell: impl FnOnce(&SettledRecord<'_>) -> T) -> T {
    let customer = customer_text(settled.customer);
    let references: Vec<&str> = settled.references.iter().map(String::as_str).collect();
    let applied =
        parts.iter().map(|(number, part)| SettledPart { number, cash: part.cash, taken: part.taken, written_off: part.written_off });
    let applied: Vec<SettledPart<'_>> = applied.collect();
    tell(&SettledRecord {
        id: settlement_id(settled.receipt),
        date: settled.on,
        amount: settled.amount,
        payer_account: &settled.payer_account,
        references: &references,
        customer: &customer,
        applied: &applied,
        auto: settled.auto,
    })
}

fn customer_text(customer: Option<CustomerId>) -> String {
    customer.map(|customer| customer.uuid().to_string()).unwrap_or_default()
}

/// What a person decided as a record.
pub fn with_confirmation<T>(confirmation: &Confirmation, tell: impl FnOnce(&ConfirmedRecord<'_>) -> T) -> T {
    fn pairs(figures: &[Figure]) -> Vec<(&str, i64)> {
        figures.iter().map(|figure| (figure.name.as_str(), figure.minor)).collect()
    }
    let (said, decided) = (&confirmation.said, &confirmation.decided);
    tell(&ConfirmedRecord {
        date: said.paid_on,
        amount: decided.amount.minor(),
        currency: decided.amount.currency(),
        payer_name: &said.counterparty_name,
        payer_account: &said.counterparty_iban,
        text: &said.text,
        structured_reference: &said.creditor_reference,
        end_to_end_id: &said.end_to_end_id,
        customer: &customer_text(Some(decided.customer)),
        applied: &pairs(&decided.applied),
        differences: &pairs(&decided.differences),
    })
}

/// An advice as a record.
pub fn with_advice<T>(advice: &RemittanceAdvice, tell: impl FnOnce(&AdviceRecord<'_>) -> T) -> T {
    let id = advice.id.to_string();
    let lines = advice.lines.iter().filter_map(|line| {
        Some(AdviceLine {
            document: &line.document,
            gross: line.gross.map(Money::minor),
            deduction: line.deduction.map(Money::minor),
            reason: &line.reason,
            net: line.net?.minor(),
        })
    });
    let lines: Vec<AdviceLine<'_>> = lines.collect();
    tell(&AdviceRecord {
        id: &id,
        number: &advice.number,
        date: advice.advice_on,
        total: advice.total.map(Money::minor),
        currency: advice.currency,
        payer_name: &advice.payer_name,
        payer_account: &advice.payer_iban,
        customer_number: &advice.customer_number,
        proven: advice.state != AdviceState::Review,
        lines: &lines,
    })
}
