//! A transaction detail (16): an entry.

use std::sync::Arc;

use super::Group;
use super::account::{amount, skip_funds};
use super::records::{CONTINUED, Record, next_field, number};
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::short_date::yymmdd;
use crate::statement::{
    AccountIdentifier, Agent, Amount, Detail, Direction, Entry, EntryTexts, Moment, Party, References, ReturnInformation, Split,
    TransactionCode,
};

/// Reads an entry and returns its amount as written, for the control total.
pub(super) fn read(record: &Record<'_>, currency: &str, group: &Group, recorder: &mut Recorder) -> (Entry, i128) {
    let text = record.text();
    let mut rest = Some(text.as_str());
    let kind = next_field(&mut rest).unwrap_or_default().trim();
    let amount_text = next_field(&mut rest).unwrap_or_default().trim();
    let funds = next_field(&mut rest).unwrap_or_default().trim();
    let value_date = value_date(funds, &mut rest, group);
    let bank_reference = next_field(&mut rest).unwrap_or_default().trim();
    let customer_reference = next_field(&mut rest).unwrap_or_default().trim();
    let lines: Vec<&str> = rest.unwrap_or_default().split(CONTINUED).map(str::trim).filter(|line| !line.is_empty()).collect();
    let value = number(amount_text);
    let direction = direction(kind);
    check(kind, amount_text, value, direction, record, recorder);
    let detail = detail(kind, customer_reference, &lines);
    let further = lines.join("\n");
    let entry = Entry {
        amount: value.map_or_else(|| Amount::unread(amount_text, currency, None), |value| amount(value, currency)),
        direction,
        reversal: matches!(kind, "252" | "552"),
        status: group.status,
        texts: EntryTexts::default()
            .with_servicer_reference(Some(bank_reference).filter(|reference| !reference.is_empty()))
            .with_additional_information(Some(further.as_str()).filter(|text| !text.is_empty())),
        booking: group.date.map(Moment::from),
        value: value_date,
        transaction_code: some(kind).map(|kind| {
            Arc::new(TransactionCode { proprietary: Some(kind), issuer: Some("BAI".to_string()), ..TransactionCode::default() })
        }),
        split: if detail == Detail::default() { Split::None } else { Split::Single },
        details: Some(detail).filter(|detail| *detail != Detail::default()).into_iter().collect(),
        ..Entry::default()
    };
    (entry, value.unwrap_or_default())
}

/// A value-dated item says its date; immediate availability is the group's date; other funds types name days of
/// availability or nothing, and no date follows from them.
fn value_date(funds: &str, rest: &mut Option<&str>, group: &Group) -> Option<Moment> {
    match funds {
        "V" => {
            let day = next_field(rest).and_then(|day| yymmdd(day.trim()));
            next_field(rest);
            day.map(Moment::from)
        }
        "0" => group.date.map(Moment::from),
        other => {
            skip_funds(other, rest);
            None
        }
    }
}

/// Types 100-399 and 920-959 are credits, 400-699 and 960-999 debits; loans (7xx) and non-monetary items (890) say neither.
fn direction(kind: &str) -> Option<Direction> {
    let number: u32 = kind.parse().ok().filter(|_| kind.len() == 3)?;
    match number {
        100..=399 | 920..=959 => Some(Direction::Credit),
        400..=699 | 960..=999 => Some(Direction::Debit),
        _ => None,
    }
}

fn check(kind: &str, text: &str, value: Option<i128>, direction: Option<Direction>, record: &Record<'_>, recorder: &mut Recorder) {
    if direction.is_none() {
        recorder.note(
            FindingKind::DirectionUnknown,
            "type",
            record.offset,
            format!("type \"{}\" is neither credit nor debit", excerpt(kind, 8)),
        );
    }
    match value {
        None if text.is_empty() => recorder.note(FindingKind::AmountMissing, "amount", record.offset, "the item has no amount"),
        None => recorder.note(FindingKind::AmountMalformed, "amount", record.offset, format!("\"{}\" is no amount", excerpt(text, 30))),
        Some(value) if value < 0 => {
            recorder.note(FindingKind::AmountNegative, "amount", record.offset, "the type gives the direction, the amount has a sign too")
        }
        Some(_) => {}
    }
}

/// Types of returned payments: credits 255, 257, 261, 266-268, debits 555, 557, 561, 563, 566, 567.
fn is_return(kind: &str) -> bool {
    matches!(kind, "255" | "257" | "261" | "266" | "267" | "268" | "555" | "557" | "561" | "563" | "566" | "567")
}

fn detail(kind: &str, customer_reference: &str, lines: &[&str]) -> Detail {
    let mut detail = Detail::default();
    let mut references = References { owner_reference: some(customer_reference), ..References::default() };
    let mut free = Vec::new();
    for line in lines {
        if !tagged(line, &mut detail, &mut references) {
            free.push(*line);
        }
    }
    // What the payer said comes first, what the bank says about it after it.
    detail.remittance.unstructured.extend(free);
    detail.references = references.into();
    if is_return(kind) {
        detail.return_information = Some(Box::new(ReturnInformation::default()));
    }
    detail
}

/// Continuations of the form `EREF: value`, as several banks send them.
fn tagged(line: &str, detail: &mut Detail, references: &mut References) -> bool {
    let Some((key, value)) = line.split_once(':').filter(|(key, _)| key.len() == 4 && key.bytes().all(|byte| byte.is_ascii_uppercase()))
    else {
        return false;
    };
    let value = value.trim();
    let party = || (!value.is_empty()).then(|| Box::new(Party::named(value)));
    let account = || (!value.is_empty()).then(|| Box::new(AccountIdentifier::other(value)));
    match key {
        "EREF" => references.end_to_end_id = some(value),
        "CREF" => references.clearing_system_reference = some(value),
        "CHKN" => references.cheque_number = some(value),
        "REMI" => detail.remittance.unstructured.extend(some(value)),
        "DBNM" => detail.parties.debtor = party(),
        "CRNM" => detail.parties.creditor = party(),
        "DACT" => detail.parties.debtor_account = account(),
        "CACT" => detail.parties.creditor_account = account(),
        "DBIC" => detail.parties.debtor_agent.get_or_insert_default().bic = some(value),
        "CBIC" => detail.parties.creditor_agent.get_or_insert_default().bic = some(value),
        "DABA" => agent(&mut detail.parties.debtor_agent, value),
        "CABA" => agent(&mut detail.parties.creditor_agent, value),
        "IDNM" => references.proprietary.push(("IDNM".to_string(), value.to_string())),
        _ => return false,
    }
    true
}

fn agent(agent: &mut Option<Box<Agent>>, member: &str) {
    if !member.is_empty() {
        agent.get_or_insert_default().clearing_member = Some(member.to_string());
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_string())
}
