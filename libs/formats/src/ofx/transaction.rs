//! A transaction as an entry.

use std::sync::Arc;

use super::record::Record;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{
    AccountIdentifier, Amount, AmountDetails, BookingStatus, Detail, Direction, Entry, EntryTexts, ExchangeRate, Party, References, Split,
    TransactionCode, parse_exact,
};

/// Reads a transaction, or a pending one (`STMTTRNP`). `missing` makes the error for a mandatory field that is not there.
pub(super) fn read(
    record: &Record,
    account_currency: &str,
    recorder: &mut Recorder,
    missing: impl Fn(&str, &str) -> FormatError,
) -> Result<Entry, FormatError> {
    let pending = record.name == "STMTTRNP";
    let text = record.get("TRNAMT").ok_or_else(|| missing("TRNAMT", "the transaction has no amount"))?;
    let date = if pending { "DTTRAN" } else { "DTPOSTED" };
    if record.get(date).is_none() {
        return Err(missing(date, "the transaction has no date"));
    }
    let own_currency = record.get("CURRENCY/CURSYM").unwrap_or(account_currency);
    let (unsigned, direction) = amount(text, own_currency, record.offset, recorder);
    if record.get("CORRECTFITID").is_some() {
        let text = "the transaction corrects an earlier one; it is read as it stands";
        recorder.note(FindingKind::FieldUnknown, "CORRECTFITID", record.offset, text);
    }
    let detail = detail(record, direction, account_currency);
    Ok(Entry {
        texts: EntryTexts::default().with_servicer_reference(record.get("FITID")),
        amount: unsigned,
        direction,
        status: if pending { BookingStatus::Pending } else { BookingStatus::Booked },
        booking: record.moment(date, recorder),
        value: record.moment("DTAVAIL", recorder),
        transaction_code: record.string("TRNTYPE").map(|kind| {
            Arc::new(TransactionCode { proprietary: Some(kind), issuer: Some("OFX".to_string()), ..TransactionCode::default() })
        }),
        split: Split::Single,
        details: [detail].into(),
        ..Entry::default()
    })
}

fn detail(record: &Record, direction: Option<Direction>, account_currency: &str) -> Detail {
    let references = References {
        cheque_number: record.string("CHECKNUM").filter(|number| number != "0"),
        owner_reference: record.string("REFNUM"),
        ..References::default()
    };
    let mut detail = Detail { references: references.into(), ..Detail::default() };
    detail.remittance.unstructured.extend(record.string("MEMO"));
    let party = name(record, &mut detail).map(|name| Box::new(Party::named(name)));
    let account = record.get("BANKACCTTO/ACCTID").or(record.get("CCACCTTO/ACCTID"));
    let account = account.map(|number| Box::new(AccountIdentifier::of(number)));
    if direction == Some(Direction::Debit) {
        (detail.parties.creditor, detail.parties.creditor_account) = (party, account);
    } else {
        (detail.parties.debtor, detail.parties.debtor_account) = (party, account);
    }
    detail.amounts = original_currency(record, account_currency);
    detail
}

/// The name, in the long form where that only goes on; a long form that says something else is further text.
fn name(record: &Record, detail: &mut Detail) -> Option<String> {
    let short = record.string("NAME").or_else(|| record.string("PAYEE/NAME"));
    let Some(long) = record.string("EXTDNAME") else { return short };
    if short.as_deref().is_none_or(|short| long.to_uppercase().starts_with(&short.to_uppercase())) {
        return Some(long);
    }
    detail.additional_information = Some(long.into());
    short
}

/// The rate at which a foreign amount was converted; the amount itself is given in the account's currency only.
fn original_currency(record: &Record, account_currency: &str) -> Option<Box<AmountDetails>> {
    let foreign = record.string("ORIGCURRENCY/CURSYM")?;
    let rate = ExchangeRate {
        target_currency: Some(account_currency.to_string()).filter(|code| !code.is_empty()),
        unit_currency: Some(foreign.clone()),
        source_currency: Some(foreign),
        rate: record.get("ORIGCURRENCY/CURRATE").and_then(parse_exact),
        contract_id: None,
    };
    Some(Box::new(AmountDetails { exchange_rates: vec![rate], ..AmountDetails::default() }))
}

/// An amount with a sign and a decimal point or comma.
pub(super) fn amount(text: &str, currency: &str, offset: usize, recorder: &mut Recorder) -> (Amount, Option<Direction>) {
    let plain = if text.contains('.') { text.to_string() } else { text.replacen(',', ".", 1) };
    let Some(value) = parse_exact(plain.trim()) else {
        recorder.note(FindingKind::AmountMalformed, "amount", offset, format!("\"{}\" is no amount", excerpt(text, 30)));
        return (Amount::unread(text, currency, None), None);
    };
    let direction = if value.is_sign_negative() { Direction::Debit } else { Direction::Credit };
    let (unsigned, problem) = Amount::read(&value.abs().to_string(), currency);
    if let Some(problem) = problem {
        recorder.note(problem.0, "amount", offset, format!("amount \"{}\" in \"{}\"", excerpt(text, 30), excerpt(currency, 10)));
    }
    (unsigned, Some(direction))
}
