//! Statements: records of 120 characters.

use std::sync::Arc;

use super::{RECORD, account, signed, some};
use crate::budget::{Budget, STATEMENT};
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::lines::{TextLine, columns};
use crate::short_date::ddmmyy;
use crate::statement::{
    Account, AccountIdentifier, Amount, Balance, BalanceKind, BankFile, BookingStatus, Detail, Direction, Entry, EntryTexts, Format,
    Moment, Party, References, ReturnInformation, Split, Statement, TransactionCode,
};

struct Open {
    statement: Statement,
    offset: usize,
    line: u64,
    /// The entry whose complements may follow, and those that are text.
    last: Option<(Entry, String)>,
}

impl Open {
    /// Adds the last entry, which is complete.
    fn settle(&mut self, recorder: &mut Recorder, budget: &mut Budget, line: u64) -> Result<(), FormatError> {
        let Some((mut entry, further)) = self.last.take() else { return Ok(()) };
        if let Some(detail) = entry.details.first_mut().filter(|_| !further.is_empty()) {
            detail.additional_information = Some(further.into());
        }
        recorder.shared.add(&mut self.statement.entries, entry, budget, line)
    }
}

/// Reads all statements of a file.
pub(super) fn read<'a>(
    records: impl Iterator<Item = TextLine<'a>>,
    file: &mut BankFile,
    recorder: &mut Recorder,
    budget: &mut Budget,
) -> Result<(), FormatError> {
    let mut open: Option<Open> = None;
    for line in records {
        let code = columns(line.text, 0, 2);
        budget.spend(if code == "01" { STATEMENT } else { RECORD }, line.number)?;
        let malformed = |why: &str| FormatError::Malformed { path: code.to_string(), line: line.number, why: why.to_string() };
        match (code, &mut open) {
            ("01", None) => open = Some(start(line, file.statements.len(), recorder)),
            ("01", Some(_)) => return Err(malformed("the statement before has no new balance")),
            ("04", Some(open)) => {
                open.settle(recorder, budget, line.number)?;
                let entry = movement(line, open.statement.entries.len(), recorder);
                open.last = Some((entry, String::new()));
            }
            ("05", Some(open)) => match &mut open.last {
                Some((entry, further)) => complement(line.text, entry, further),
                None => return Err(malformed("a complement of nothing")),
            },
            ("07", Some(_)) => {
                if let Some(mut open) = open.take() {
                    open.settle(recorder, budget, line.number)?;
                    file.add(close(open, line, recorder));
                }
            }
            ("04" | "05" | "07", None) => return Err(malformed("this record stands outside a statement")),
            _ => recorder.note(FindingKind::FieldUnknown, "record", line.offset, format!("record \"{}\" is not known", excerpt(code, 4))),
        }
    }
    match open {
        Some(open) => Err(FormatError::Malformed {
            path: "07".to_string(),
            line: open.line,
            why: "the new balance is missing: the file is cut".to_string(),
        }),
        None => Ok(()),
    }
}

fn start(line: TextLine<'_>, index: usize, recorder: &mut Recorder) -> Open {
    recorder.statement = Some(index);
    recorder.enter("statement", index + 1);
    let text = line.text;
    let id = account(columns(text, 2, 7), columns(text, 11, 16), columns(text, 21, 32));
    if id.is_none() {
        recorder.note(FindingKind::AccountMissing, "01", line.offset, "no account number");
    }
    let account = Account { id, currency_code: some(columns(text, 16, 19)).map(Into::into), ..Account::default() };
    let balance = balance(line, BalanceKind::PreviousClosingBooked, recorder);
    let statement = Statement { account, from: balance.date, balances: vec![balance], ..Statement::default() };
    Open { statement, offset: line.offset, line: line.number, last: None }
}

fn close(open: Open, line: TextLine<'_>, recorder: &mut Recorder) -> Statement {
    let mut statement = open.statement;
    let balance = balance(line, BalanceKind::ClosingBooked, recorder);
    statement.to = balance.date;
    statement.balances.push(balance);
    checks::check_statement(&statement, Format::Cfonb120, open.offset, recorder);
    recorder.entry_offsets.clear();
    recorder.leave();
    recorder.statement = None;
    statement
}

fn decimals(text: &str) -> u32 {
    columns(text, 19, 20).parse().unwrap_or(2)
}

/// The signed amount of a record; text and finding where it cannot be read.
fn amount(line: TextLine<'_>, recorder: &mut Recorder) -> (Amount, Option<Direction>) {
    let currency = columns(line.text, 16, 19).trim();
    let text = columns(line.text, 90, 104).trim();
    let Some(value) = signed(text, decimals(line.text)) else {
        recorder.note(FindingKind::AmountMalformed, "amount", line.offset, format!("\"{}\" is no amount", excerpt(text, 20)));
        return (Amount::unread(text, currency, None), None);
    };
    let direction = if value.is_sign_negative() { Direction::Debit } else { Direction::Credit };
    let (unsigned, problem) = Amount::read(&value.abs().to_string(), currency);
    if let Some(problem) = problem {
        recorder.note(problem.0, "amount", line.offset, format!("amount \"{value}\" in \"{currency}\""));
    }
    (unsigned, Some(direction))
}

fn balance(line: TextLine<'_>, kind: BalanceKind, recorder: &mut Recorder) -> Balance {
    let (amount, direction) = amount(line, recorder);
    let date = ddmmyy(columns(line.text, 34, 40)).map(Moment::from);
    if date.is_none() {
        recorder.note(FindingKind::DateMissing, "date", line.offset, "the balance has no date that can be read");
    }
    let amount = direction.map_or_else(|| amount.clone(), |direction| amount.signed(direction));
    Balance { kind, sub_type: None, amount, direction, date }
}

/// The entry of a movement, with so many before it.
fn movement(line: TextLine<'_>, number: usize, recorder: &mut Recorder) -> Entry {
    let text = line.text;
    recorder.entry = Some(number);
    recorder.entry_offsets.push(line.offset);
    recorder.enter("04", number + 1);
    let (amount, direction) = amount(line, recorder);
    let booking = ddmmyy(columns(text, 34, 40)).map(Moment::from);
    if booking.is_none() {
        recorder.note(FindingKind::DateMissing, "booking date", line.offset, "no booking date that can be read");
    }
    let value = ddmmyy(columns(text, 42, 48)).map(Moment::from);
    if value.is_none() && !columns(text, 42, 48).trim().is_empty() {
        recorder.note(FindingKind::DateMalformed, "value date", line.offset, format!("\"{}\" is no date", columns(text, 42, 48)));
    }
    let codes: Vec<&str> =
        [columns(text, 32, 34), columns(text, 7, 11)].into_iter().map(str::trim).filter(|code| !code.is_empty()).collect();
    let mut detail = Detail::default();
    detail.remittance.unstructured.extend(some(columns(text, 48, 79)));
    let references = References { owner_reference: some(columns(text, 104, 120)), ..References::default() };
    detail.references = references.into();
    if let Some(reason) = some(columns(text, 40, 42)) {
        detail.return_information = Some(Box::new(ReturnInformation { proprietary_reason: Some(reason), ..ReturnInformation::default() }));
    }
    let entry = Entry {
        texts: EntryTexts::default()
            .with_servicer_reference(some(columns(text, 81, 88)).filter(|reference| reference.bytes().any(|byte| byte != b'0')).as_deref()),
        amount,
        direction,
        status: BookingStatus::Booked,
        booking,
        value,
        transaction_code: some(&codes.join("+")).map(|code| {
            Arc::new(TransactionCode { proprietary: Some(code), issuer: Some("CFONB".to_string()), ..TransactionCode::default() })
        }),
        split: Split::Single,
        details: [detail].into(),
        ..Entry::default()
    };
    recorder.leave();
    recorder.entry = None;
    entry
}

/// A complement by its qualifier; what has no field is `further` text.
fn complement(text: &str, entry: &mut Entry, further: &mut String) {
    let Some(detail) = entry.details.first_mut() else { return };
    let value = columns(text, 48, 118);
    match columns(text, 45, 48) {
        "NPY" => name(&mut detail.parties.debtor, value),
        "NBE" => name(&mut detail.parties.creditor, value),
        "NPO" => name(&mut detail.parties.ultimate_debtor, value),
        "NBU" => name(&mut detail.parties.ultimate_creditor, value),
        "CPY" => detail.parties.debtor_account = some(value).map(|number| Box::new(AccountIdentifier::other(&number))),
        "CBE" => detail.parties.creditor_account = some(value).map(|number| Box::new(AccountIdentifier::other(&number))),
        "LIB" | "LCC" | "LC2" | "LCS" => detail.remittance.unstructured.extend(some(value)),
        "RCN" => {
            detail.references.change(|references| references.end_to_end_id = some(columns(value, 0, 35)));
            detail.purpose = some(columns(value, 35, 70)).map(Into::into);
        }
        "REF" => detail.references.change(|references| references.instruction_id = some(columns(value, 0, 35))),
        "RUM" => detail.references.change(|references| references.mandate_id = some(columns(value, 0, 35))),
        qualifier => {
            let separator = if further.is_empty() { "" } else { "\n" };
            further.extend([separator, qualifier, " ", value.trim()]);
        }
    }
}

/// Characters of a name: two complements and a blank.
const MAX_NAME: usize = 141;

fn name(party: &mut Option<Box<Party>>, value: &str) {
    let Some(value) = some(value) else { return };
    let party = party.get_or_insert_default();
    // A long name goes on in a second complement.
    let whole = party.name.take().map_or_else(|| value.clone(), |known| format!("{known} {value}"));
    party.name = Some(whole.chars().take(MAX_NAME).collect::<String>().into());
}
