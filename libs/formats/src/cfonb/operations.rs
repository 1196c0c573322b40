//! Returned and other operations: records of 240 characters.
//!
//! The records name both sides and an amount, and do not say whether it is a credit or a debit. So the operations are
//! information only, without a direction, and one finding says so.

use std::sync::Arc;

use quittance_types::Decimal;

use super::{RECORD, account, some};
use crate::budget::{Budget, STATEMENT};
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::lines::{TextLine, columns};
use crate::short_date::ddmmyy;
use crate::statement::{
    Account, Amount, BankFile, BookingStatus, Detail, Entry, EntryTexts, Moment, Parties, Party, References, Split, Statement,
    TransactionCode,
};

/// Reads all groups of operations of a file, each as a statement.
pub(super) fn read<'a>(
    records: impl Iterator<Item = TextLine<'a>>,
    file: &mut BankFile,
    recorder: &mut Recorder,
    budget: &mut Budget,
) -> Result<(), FormatError> {
    let mut open: Option<(Statement, u64)> = None;
    for line in records {
        let code = columns(line.text, 0, 2);
        budget.spend(if code == "31" { STATEMENT } else { RECORD }, line.number)?;
        let malformed = |why: &str| FormatError::Malformed { path: code.to_string(), line: line.number, why: why.to_string() };
        match (code, &mut open) {
            ("31", None) => open = Some((start(line, file.statements.len(), recorder), line.number)),
            ("31", Some(_)) => return Err(malformed("the group before has no total")),
            ("34", Some((statement, _))) => {
                let entry = operation(line, statement.entries.len(), recorder);
                recorder.shared.add(&mut statement.entries, entry, budget, line.number)?;
            }
            ("39", Some(_)) => {
                if let Some((statement, _)) = open.take() {
                    check_total(line, &statement, recorder);
                    recorder.entry_offsets.clear();
                    recorder.leave();
                    recorder.statement = None;
                    file.add(statement);
                }
            }
            ("34" | "39", None) => return Err(malformed("this record stands outside a group")),
            _ => recorder.note(FindingKind::FieldUnknown, "record", line.offset, format!("record \"{}\" is not known", excerpt(code, 4))),
        }
    }
    match open {
        Some((_, line)) => {
            Err(FormatError::Malformed { path: "39".to_string(), line, why: "the total is missing: the file is cut".to_string() })
        }
        None => Ok(()),
    }
}

fn start(line: TextLine<'_>, index: usize, recorder: &mut Recorder) -> Statement {
    recorder.statement = Some(index);
    recorder.enter("group", index + 1);
    recorder.note(FindingKind::DirectionUnknown, "34", line.offset, "the operations do not say whether they are credits or debits");
    let text = line.text;
    Statement {
        created: ddmmyy(columns(text, 10, 16)).map(Moment::from),
        account: Account {
            id: account(columns(text, 21, 26), columns(text, 26, 31), columns(text, 31, 42)),
            currency_code: Some("EUR".into()),
            ..Account::default()
        },
        ..Statement::default()
    }
}

/// The entry of an operation, with so many before it.
fn operation(line: TextLine<'_>, number: usize, recorder: &mut Recorder) -> Entry {
    let text = line.text;
    recorder.entry = Some(number);
    recorder.entry_offsets.push(line.offset);
    let digits = columns(text, 228, 240).trim();
    let amount = match cents(digits) {
        Some(value) => Amount::read(&value.to_string(), "EUR").0,
        None => {
            recorder.note(FindingKind::AmountMalformed, "34", line.offset, format!("\"{}\" is no amount", excerpt(digits, 20)));
            Amount::unread(digits, "EUR", None)
        }
    };
    let references = References {
        payment_information_id: some(columns(text, 122, 128)),
        instruction_id: some(columns(text, 222, 228)),
        ..References::default()
    };
    let mut detail = Detail {
        parties: Parties {
            debtor: some(columns(text, 42, 66)).map(|name| Box::new(Party::named(name))),
            debtor_account: account(columns(text, 21, 26), columns(text, 26, 31), columns(text, 31, 42)).map(Box::new),
            ..Parties::default()
        }
        .into(),
        references: references.into(),
        ..Detail::default()
    };
    detail.remittance.unstructured.extend(some(columns(text, 128, 216)));
    recorder.entry = None;
    Entry {
        amount,
        status: BookingStatus::Information,
        booking: ddmmyy(columns(text, 10, 16)).map(Moment::from),
        value: ddmmyy(columns(text, 216, 222)).map(Moment::from),
        transaction_code: some(columns(text, 8, 10)).map(|code| {
            Arc::new(TransactionCode { proprietary: Some(code), issuer: Some("CFONB".to_string()), ..TransactionCode::default() })
        }),
        split: Split::Single,
        details: [detail].into(),
        texts: EntryTexts::default().with_reference(some(columns(text, 2, 8)).as_deref()),
        ..Entry::default()
    }
}

fn check_total(line: TextLine<'_>, statement: &Statement, recorder: &mut Recorder) {
    let stated = cents(columns(line.text, 228, 240).trim());
    let mut values = statement.entries.iter().map(|entry| entry.amount.value());
    let found = values.try_fold(Decimal::ZERO, |sum, value| sum.checked_add(value?));
    if stated != found {
        let show = |value: Option<Decimal>| value.map_or_else(|| "nothing".to_string(), |value| value.to_string());
        recorder.note(FindingKind::TotalMismatch, "39", line.offset, format!("total {} stated, {} found", show(stated), show(found)));
    }
}

/// Twelve digits of euro cents.
fn cents(digits: &str) -> Option<Decimal> {
    let value: i128 = (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok()).flatten()?;
    Decimal::try_from_i128_with_scale(value, 2).ok()
}
