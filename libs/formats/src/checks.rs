//! Arithmetic every statement can be held to, whatever its format. Differences are findings: published samples and real
//! files often do not add up, and the bank's own figures stay as they are.

mod details;

pub(crate) use details::settle_details;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};

use quittance_types::Decimal;

use crate::finding::{FindingKind, NO_PLACE, Recorder, excerpt};
use crate::statement::{Amount, Balance, BalanceKind, BankFile, Direction, Entry, Format, Statement, Total};

/// Checks one statement; `start` is its byte position. The recorder must stand on it.
pub(crate) fn check_statement(statement: &Statement, format: Format, start: usize, recorder: &mut Recorder) {
    check_balances(statement, format, start, recorder);
    check_currencies(statement, recorder);
    check_references(statement, recorder);
    check_totals(statement, start, recorder);
}

/// Checks what concerns several statements of a file.
pub(crate) fn check_file(file: &BankFile, recorder: &mut Recorder) {
    check_repeated(&file.statements, recorder);
    check_sequence(&file.statements, recorder);
}

/// Statements with the identification of an earlier one; of those without identification, the ones that say the same.
fn check_repeated(statements: &[Statement], recorder: &mut Recorder) {
    for (index, first) in first_alike(statements).into_iter().enumerate().filter(|(index, first)| index != first) {
        let (number, first) = (index + 1, first + 1);
        let (path, text) = match statements.get(index).and_then(|statement| statement.id.as_deref()) {
            Some(id) => ("Id", format!("statement {number} has the identification of statement {first}: {}", excerpt(id, 40))),
            None => ("", format!("statement {number} says the same as statement {first}")),
        };
        recorder.statement = Some(index);
        recorder.note(FindingKind::StatementDuplicate, path, NO_PLACE, text);
        recorder.statement = None;
    }
}

/// For each statement the first one it repeats: itself when there is none. Sorted, not hashed: a file may hold nothing but
/// statements, and a key takes more room than the shortest of them.
fn first_alike(statements: &[Statement]) -> Vec<usize> {
    let mut first: Vec<usize> = (0..statements.len()).collect();
    for group in sorted_by(statements, identity).chunk_by(|left, right| same(statements, *left, *right, identity)) {
        let [head, _, ..] = group else { continue };
        let mut seen: HashMap<u64, usize> = HashMap::new();
        for index in group {
            let Some((place, statement)) = first.get_mut(*index).zip(statements.get(*index)) else { continue };
            if statement.id.is_some() {
                *place = *head;
            } else if !statement.entries.is_empty() {
                let twin = *seen.entry(digest(statement)).or_insert(*index);
                *place = if statements.get(twin) == Some(statement) { twin } else { *index };
            }
        }
    }
    first
}

/// Indices of the statements in order of a key, and in file order where it is equal.
fn sorted_by<'s, K: Ord>(statements: &'s [Statement], key: impl Fn(&'s Statement) -> K) -> Vec<usize> {
    let mut order: Vec<usize> = (0..statements.len()).collect();
    order.sort_unstable_by(|left, right| (statements.get(*left).map(&key), left).cmp(&(statements.get(*right).map(&key), right)));
    order
}

fn same<'s, K: Ord>(statements: &'s [Statement], left: usize, right: usize, key: impl Fn(&'s Statement) -> K) -> bool {
    statements.get(left).map(&key) == statements.get(right).map(&key)
}

/// What statements that repeat one another have in common. In some formats an identification is used again; number and
/// opening date tell those apart. Others have none: what moved and when stands for it.
fn identity(statement: &Statement) -> impl Ord + use<'_> {
    let id = statement.id.as_deref();
    let account = statement.account.id.as_ref().map_or("", |account| account.value.as_str());
    let page = statement.page.as_ref().map_or("", |page| page.number.as_str());
    let sequence = (statement.legal_sequence.as_deref(), statement.electronic_sequence.as_deref());
    let opened = statement.opening_balance().and_then(|balance| balance.date);
    let content = id.is_none().then(|| (statement.from, statement.to, statement.entries.len(), statement.entries.first().map(outline)));
    (id, account, page, sequence, opened, content)
}

/// The account a statement is about.
fn account(statement: &Statement) -> (Option<&str>, Option<&str>) {
    (statement.account.id.as_ref().map(|id| id.value.as_str()), statement.account.currency_code.as_deref())
}

/// Equal for statements that say the same.
fn digest(statement: &Statement) -> u64 {
    struct Hashed(DefaultHasher);
    impl std::fmt::Write for Hashed {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hashed = Hashed(DefaultHasher::new());
    // A hasher takes whatever is written.
    let _ = write!(hashed, "{statement:?}");
    hashed.0.finish()
}

/// What tells an entry from most others.
fn outline(entry: &Entry) -> (Option<Decimal>, Option<&str>) {
    (entry.amount.value(), entry.servicer_reference())
}

/// Statements of one account that follow each other in time open with what the one before closed with.
fn check_sequence(statements: &[Statement], recorder: &mut Recorder) {
    for (index, number) in statement_before(statements).into_iter().enumerate().filter(|(index, number)| index != number) {
        let Some((before, statement)) = statements.get(number).zip(statements.get(index)) else { continue };
        let Some((closed, opening)) = before.balance(&BalanceKind::ClosingBooked).zip(statement.opening_balance()) else { continue };
        // The same statement again is another matter, and so are statements in another order.
        if before.opening_balance() != Some(opening) && closed.date <= opening.date && closed.amount != opening.amount {
            let (closed, opens) = (closed.amount.text(), opening.amount.text());
            let text = format!("statement {} closed with {closed}, this one opens with {opens}", number + 1);
            recorder.statement = Some(index);
            recorder.note(FindingKind::StatementGap, recorder.names.balance, NO_PLACE, text);
            recorder.statement = None;
        }
    }
}

/// For each statement the last one before it on the same account that states what it closed with: itself when there is none.
fn statement_before(statements: &[Statement]) -> Vec<usize> {
    let mut before: Vec<usize> = (0..statements.len()).collect();
    for group in sorted_by(statements, account).chunk_by(|left, right| same(statements, *left, *right, account)) {
        let mut last = None;
        for index in group {
            let Some(statement) = statements.get(*index).filter(|statement| statement.account.id.is_some()) else { continue };
            if let Some((place, last)) = before.get_mut(*index).zip(last) {
                *place = last;
            }
            last = statement.balance(&BalanceKind::ClosingBooked).map(|_| *index).or(last);
        }
    }
    before
}

fn check_balances(statement: &Statement, format: Format, start: usize, recorder: &mut Recorder) {
    let paged = statement.page.as_ref().is_some_and(|page| page.last == Some(false) || page.number != "1");
    let opening = statement.opening_balance();
    let closing = statement.balance(&BalanceKind::ClosingBooked);
    let (Some(opening), Some(closing)) = (opening, closing) else {
        let promised =
            !matches!(format, Format::Camt052 | Format::Camt054 | Format::Mt942 | Format::Cfonb240 | Format::Ofx | Format::Lockbox);
        // A message without its closing balance ended before its end.
        if format == Format::Mt940 && closing.is_none() && opening.is_some() && !paged {
            let text = "no closing booked balance: the file may be cut";
            recorder.note(FindingKind::TrailerMissing, recorder.names.balance, start, text);
        } else if promised && !paged {
            let missing = if opening.is_none() { "opening" } else { "closing" };
            recorder.note(FindingKind::BalanceMissing, recorder.names.balance, start, format!("no {missing} booked balance"));
        }
        return;
    };
    match expected_closing(opening, closing, &statement.entries) {
        Err(why) => recorder.note(FindingKind::BalanceUncheckable, recorder.names.balance, start, why),
        Ok((expected, stated)) if expected != stated => {
            let text = format!(
                "opening {} plus booked entries gives {expected}, the closing balance is {stated}: difference {}",
                opening.amount.text(),
                stated.saturating_sub(expected)
            );
            recorder.note(FindingKind::BalanceMismatch, recorder.names.balance, start, text);
        }
        Ok(_) => {}
    }
}

fn expected_closing(opening: &Balance, closing: &Balance, entries: &[Entry]) -> Result<(Decimal, Decimal), String> {
    if opening.direction.is_none() || closing.direction.is_none() {
        return Err("the sign of a balance is not known".to_string());
    }
    let currency = opening.amount.currency_code();
    if currency != closing.amount.currency_code() {
        return Err(format!("opening balance in {currency}, closing balance in {}", closing.amount.currency_code()));
    }
    let (Some(mut sum), Some(stated)) = (opening.amount.value(), closing.amount.value()) else {
        return Err("a balance cannot be read".to_string());
    };
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.is_booked()) {
        if entry.amount.currency_code() != currency {
            return Err(format!("entry {} is in {}, the balances in {currency}", index + 1, entry.amount.currency_code()));
        }
        let value = entry.signed_amount().and_then(|amount| amount.value());
        let value = value.ok_or_else(|| format!("amount or direction of entry {} cannot be read", index + 1))?;
        sum = sum.checked_add(value).ok_or("the sum is too large")?;
    }
    Ok((sum, stated))
}

fn check_currencies(statement: &Statement, recorder: &mut Recorder) {
    let Some(code) = statement.account.currency_code.as_deref() else { return };
    for (index, entry) in statement.entries.iter().enumerate() {
        let own = entry.amount.currency_code();
        if own.is_empty() || own == code {
            continue;
        }
        let text = format!("entry in {own}, account in {code}");
        note_entry(recorder, index, FindingKind::CurrencyMismatch, "Amt", text);
    }
}

fn check_references(statement: &Statement, recorder: &mut Recorder) {
    let reference = |index: &usize| statement.entries.get(*index).and_then(|entry| entry.servicer_reference()).unwrap_or_default();
    let nothing = |text: &str| matches!(text, "" | "NONREF" | "NOTPROVIDED" | "NOREF" | "NONE");
    let referenced = || (0..statement.entries.len()).filter(|index| !nothing(reference(index)));
    let mut order = Vec::with_capacity(referenced().count());
    order.extend(referenced());
    order.sort_unstable_by(|left, right| (reference(left), left).cmp(&(reference(right), right)));
    let mut repeated: Vec<(usize, usize)> = Vec::new();
    for group in order.chunk_by(|left, right| reference(left) == reference(right)) {
        let [first, rest @ ..] = group else { continue };
        repeated.extend(rest.iter().map(|index| (*index, *first)));
    }
    repeated.sort_unstable();
    for (index, first) in repeated {
        let text = format!("entry {} has the same bank reference: {}", first + 1, excerpt(reference(&index), 40));
        note_entry(recorder, index, FindingKind::ReferenceDuplicate, recorder.names.reference, text);
    }
}

fn note_entry(recorder: &mut Recorder, index: usize, kind: FindingKind, field: &str, text: String) {
    let offset = recorder.entry_offsets.get(index).copied().unwrap_or_default();
    recorder.entry = Some(index);
    recorder.enter(recorder.names.entry, index + 1);
    recorder.note(kind, field, offset, text);
    recorder.leave();
    recorder.entry = None;
}

fn check_totals(statement: &Statement, start: usize, recorder: &mut Recorder) {
    let Some(summary) = statement.summary.as_deref() else { return };
    if statement.page.as_ref().is_some_and(|page| page.last == Some(false) || page.number != "1") {
        return;
    }
    let credits = total_of(&statement.entries, Some(Direction::Credit));
    let debits = total_of(&statement.entries, Some(Direction::Debit));
    compare("entries", summary.total.as_deref().copied(), total_of(&statement.entries, None), start, recorder);
    compare("credit entries", summary.credits, credits, start, recorder);
    compare("debit entries", summary.debits, debits, start, recorder);
    let net = credits.sum.zip(debits.sum).and_then(|(credits, debits)| credits.checked_sub(debits));
    if let Some((stated, net)) = summary.net.as_deref().copied().zip(net).filter(|(stated, net)| stated != net) {
        let text = format!("net sum stated {stated}, found {net}");
        recorder.note(FindingKind::TotalMismatch, recorder.names.totals, start, text);
    }
}

fn total_of(entries: &[Entry], direction: Option<Direction>) -> Total {
    let mut total = Total { count: Some(0), sum: Some(Decimal::ZERO) };
    for entry in entries.iter().filter(|entry| direction.is_none() || entry.direction == direction) {
        total.count = total.count.map(|count| count + 1);
        total.sum = total.sum.zip(Amount::value(&entry.amount)).and_then(|(sum, value)| sum.checked_add(value));
    }
    total
}

fn compare(what: &str, stated: Option<Total>, found: Total, start: usize, recorder: &mut Recorder) {
    let Some(stated) = stated else { return };
    if let (Some(stated), Some(found)) = (stated.count, found.count)
        && stated != found
    {
        recorder.note(FindingKind::CountMismatch, recorder.names.totals, start, format!("{stated} {what} stated, {found} found"));
    }
    if let (Some(stated), Some(found)) = (stated.sum, found.sum)
        && stated != found
    {
        recorder.note(FindingKind::TotalMismatch, recorder.names.totals, start, format!("sum of {what} stated {stated}, found {found}"));
    }
}
