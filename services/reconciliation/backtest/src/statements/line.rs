//! From a line as the bank gives it to a line as the engine takes it.

use std::collections::HashMap;

use quittance_formats::references::normalise;
use quittance_formats::statement::{Amount, BookingStatus, Charge, Detail, Entry, Line as BankLine, Split, TransactionCode};
use quittance_matching::record::Line;
use quittance_types::{BusinessDate, Currency};

use super::plain;

/// A line and what makes it the same line when it comes again.
pub(crate) struct ReadLine {
    pub line: Line,
    /// True when the id is the bank's own reference.
    pub referenced: bool,
}

/// True for what may never be booked: pending, announced or for information only.
pub(super) fn is_announced(entry: &Entry) -> bool {
    matches!(entry.status, BookingStatus::Pending | BookingStatus::Information | BookingStatus::Future)
}

/// Reads a line; none without amount, direction or any date. `day` is the day of its statement.
pub(super) fn read(found: &BankLine<'_>, account: &str, day: Option<BusinessDate>, synthetic: &mut Synthetic) -> Option<ReadLine> {
    let money = found.signed_amount()?.money()?;
    let booked_on = found.accounting_date().or(day)?;
    let other = found.stated_counterparty();
    // Whoever the text may name is a hint worth having here, however unsure.
    let said = Some(found).filter(|_| !other.is_named()).and_then(BankLine::spoken_party).unwrap_or_default();
    let own = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut line = Line {
        id: String::new(),
        account: account.to_owned(),
        booked_on,
        value_on: found.value_date().unwrap_or(booked_on),
        amount: money.minor(),
        currency: money.currency(),
        reversal: found.is_return(),
        return_reason: own(found.return_reason()),
        transaction_code: transaction_code(found),
        payer_name: if other.is_named() { own(other.name()) } else { said.name },
        payer_account: if other.is_named() { own(other.account_number()) } else { said.account },
        ultimate_debtor: own(other.ultimate_name()),
        end_to_end_id: own(found.end_to_end_id().or(found.owner_reference())),
        structured_references: structured_references(found),
        text: found.pieces().into_iter().map(str::to_owned).collect(),
        charges: charges(found, money.currency()),
        instructed: instructed(found),
        batch: found.entry.split == Split::Unproven || (found.detail.is_none() && !found.entry.batches.is_empty()),
        position: 0,
    };
    let reference = found.bank_reference();
    line.id = reference.map_or_else(|| synthetic.id(&line), str::to_owned);
    Some(ReadLine { line, referenced: reference.is_some() })
}

/// Names for lines the bank gave no reference: account, day, amount, text and the how many-th such line it is.
pub(super) struct Synthetic {
    account: String,
    seen: HashMap<String, u32>,
}

impl Synthetic {
    pub fn new(account: &str) -> Synthetic {
        Synthetic { account: account.to_owned(), seen: HashMap::new() }
    }

    fn id(&mut self, line: &Line) -> String {
        let text: u32 = checksum(&content(line));
        let name = format!("{}/{}/{}/{text:08x}", self.account, line.booked_on, line.amount);
        let count = self.seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        format!("{name}/{count}")
    }
}

/// What a line says, folded to letters and digits: banks wrap and pad the same text differently from file to file.
pub(super) fn content(line: &Line) -> String {
    let parts = [&line.payer_name, &line.payer_account, &line.end_to_end_id];
    parts.into_iter().chain(&line.structured_references).chain(&line.text).map(|part| normalise(part)).collect()
}

/// FNV-1a of 32 bits: short and the same everywhere. Equal lines are told apart by their count, not by this.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn transaction_code(found: &BankLine<'_>) -> String {
    let own = found.detail.and_then(|detail| detail.transaction_code.as_deref());
    own.or(found.entry.transaction_code.as_deref()).map(code_text).unwrap_or_default()
}

/// `PMNT/RCDT/ESCT`; without a domain the GVC of the bank's own code (`166` in `NTRF+166+9001`), else its first part.
fn code_text(code: &TransactionCode) -> String {
    let structured = [&code.domain, &code.family, &code.sub_family];
    let parts: Vec<&str> = structured.into_iter().flatten().map(String::as_str).collect();
    if !parts.is_empty() {
        return parts.join("/");
    }
    let own = code.proprietary.as_deref().unwrap_or_default();
    let is_gvc = |part: &&str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    own.split('+').find(is_gvc).or_else(|| own.split('+').next()).unwrap_or_default().to_owned()
}

fn structured_references(found: &BankLine<'_>) -> Vec<String> {
    let blocks = found.detail.map(|detail| &*detail.remittance.structured).unwrap_or_default();
    let documents = blocks.iter().flat_map(|block| &block.documents).filter_map(|document| document.number.clone());
    let mut references: Vec<String> = found.creditor_references().map(|reference| reference.value.clone()).chain(documents).collect();
    references.dedup();
    references
}

/// Charges in the line's currency: the stated total, else the sum of the single ones.
fn charges(found: &BankLine<'_>, currency: Currency) -> i64 {
    let own = found.detail.map(|detail| &*detail.charges).filter(|charges| !charges.is_empty());
    let of_entry: &[Charge] = if found.entry.split == Split::Lines { &[] } else { &found.entry.charges };
    let charges = own.unwrap_or(of_entry);
    let minor = |charge: &Charge| charge.amount.money().filter(|money| money.currency() == currency).map(quittance_types::Money::minor);
    let total = charges.iter().filter(|charge| charge.is_total).find_map(minor);
    let stated = total.unwrap_or_else(|| charges.iter().filter_map(minor).fold(0, i64::saturating_add));
    let behind = |word| spoken(found).find_map(|text| plain::amount_behind(text, word)).filter(|(_, own)| *own == currency);
    if stated != 0 { stated } else { behind("/CHGS/").or_else(|| behind("/CHRG/")).map_or(0, |(minor, _)| minor) }
}

/// Texts of the bank that may hold amounts behind code words.
fn spoken<'a>(found: &BankLine<'a>) -> impl Iterator<Item = &'a str> {
    let of_detail = found.detail.and_then(|detail| detail.additional_information.as_deref());
    of_detail.into_iter().chain(found.entry.additional_information())
}

/// What the payer ordered, where that is not what came.
fn instructed(found: &BankLine<'_>) -> Option<(i64, Currency)> {
    let of_detail = |detail: &Detail| detail.amounts.as_deref().and_then(|amounts| amounts.instructed.clone());
    let own = found.detail.and_then(of_detail);
    let of_entry = || found.entry.amounts.as_deref().and_then(|amounts| amounts.instructed.clone());
    let ordered = own.or_else(of_entry).and_then(|amount: Amount| amount.money()).map(|money| (money.minor(), money.currency()));
    let ordered = ordered.or_else(|| spoken(found).find_map(|text| plain::amount_behind(text, "/OCMT/")))?;
    let came = found.amount().money().map(|money| (money.minor(), money.currency()));
    (came != Some(ordered)).then_some(ordered)
}
