//! An account: balances and totals from its identifier record, entries from its details.

use quittance_types::{Currency, Decimal};

use super::records::{CONTINUED, Record, Records, next_field, next_field_of, number};
use super::{Group, detail, moment_of};
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{Account, AccountIdentifier, Amount, Balance, BalanceKind, Direction, Statement, Summary, Total, code_of};

/// An account as read.
pub(super) struct Read {
    pub statement: Statement,
    /// Its control total: the sum of all its amounts as written.
    pub total: i128,
    /// Records it takes in the file, continuations included.
    pub physical: u64,
}

/// Reads an account with its details.
pub(super) fn read(
    record: &Record<'_>,
    following: &mut Records<'_, '_>,
    group: &Group,
    recorder: &mut Recorder,
) -> Result<Read, FormatError> {
    let text = record.text();
    let mut rest = Some(text.as_str());
    let number_text = next_field(&mut rest).unwrap_or_default().trim();
    let own_currency = next_field(&mut rest).unwrap_or_default().trim();
    let own_currency = Some(code_of(own_currency)).filter(|code| !code.is_empty());
    // The format's rule: the group's currency, else the US dollar.
    let currency = own_currency.or(group.currency.as_deref()).unwrap_or("USD");
    let mut statement = Statement {
        account: Account {
            id: Some(AccountIdentifier::other(number_text)).filter(|id| !id.value.is_empty()),
            currency_code: Some(currency.into()),
            servicer: group.originator.clone(),
            ..Account::default()
        },
        to: moment_of(group),
        ..Statement::default()
    };
    if statement.account.id.is_none() {
        recorder.note(FindingKind::AccountMissing, "03", record.offset, "no account number");
    }
    if statement.account.currency().is_none() {
        let code = statement.account.currency_code.as_deref().unwrap_or_default();
        recorder.note(FindingKind::CurrencyUnknown, "03", record.offset, format!("\"{}\" is no currency", excerpt(code, 10)));
    }
    statement.balances.reserve_exact(text.matches([',', CONTINUED]).count() / 4);
    let mut total = 0i128;
    while rest.is_some() {
        let sum = summary(&mut rest, &mut statement, group, record, recorder);
        total = total.saturating_add(sum);
    }
    let details = following.count_details(record);
    let room = recorder.shared.make_room(&mut statement.entries, details, following.budget);
    recorder.entry_offsets.reserve_exact(room);
    let mut physical = record.physical();
    while let Some(item) = following.next_if("16")? {
        let index = statement.entries.len();
        physical += item.physical();
        recorder.entry = Some(index);
        recorder.entry_offsets.push(item.offset);
        recorder.enter("16", index + 1);
        let (entry, amount) = detail::read(&item, statement.account.currency_code.as_deref().unwrap_or_default(), group, recorder);
        recorder.leave();
        recorder.entry = None;
        recorder.shared.add(&mut statement.entries, entry, following.budget, item.line)?;
        total = total.saturating_add(amount);
    }
    Ok(Read { statement, total, physical })
}

/// One group of summary fields: type, amount, number of items, funds type with its own fields.
fn summary(rest: &mut Option<&str>, statement: &mut Statement, group: &Group, record: &Record<'_>, recorder: &mut Recorder) -> i128 {
    let kind = next_field(rest).unwrap_or_default().trim();
    let (text, ended) = next_field_of(rest).unwrap_or_default();
    let text = text.trim();
    // A record may end before the fields it leaves empty; what is continued then begins the next group.
    let (count, ended) = if ended && begins_group(*rest) { ("", true) } else { next_field_of(rest).unwrap_or_default() };
    let count = count.trim();
    let funds = if ended && begins_group(*rest) { "" } else { next_field(rest).unwrap_or_default().trim() };
    skip_funds(funds, rest);
    if kind.is_empty() && text.is_empty() {
        return 0;
    }
    let value = number(text);
    if value.is_none() && !text.is_empty() {
        recorder.note(
            FindingKind::AmountMalformed,
            "03",
            record.offset,
            format!("type {}: \"{}\" is no amount", excerpt(kind, 5), excerpt(text, 30)),
        );
    }
    let code = statement.account.currency_code.clone().unwrap_or_default();
    match kind {
        "100" | "400" => {
            let totals = statement.summary.get_or_insert_with(|| Box::new(Summary::default()));
            let total = Total { count: count.parse().ok(), sum: value.and_then(|value| scaled(value, &code)) };
            if kind == "100" { totals.credits = Some(total) } else { totals.debits = Some(total) }
        }
        // Status types; everything above is a summary of other types that the details show as well.
        _ if kind.len() == 3 && kind.starts_with('0') => {
            let Some(value) = value else { return 0 };
            let direction = if value < 0 { Direction::Debit } else { Direction::Credit };
            let amount = amount(value, &code);
            statement.balances.push(Balance {
                kind: balance_kind(kind),
                sub_type: None,
                amount,
                direction: Some(direction),
                date: moment_of(group),
            });
        }
        _ => {}
    }
    value.unwrap_or_default()
}

/// True for a type code and an amount, where a count or a funds type could stand too.
fn begins_group(rest: Option<&str>) -> bool {
    let mut rest = rest;
    let kind = next_field(&mut rest).unwrap_or_default().trim();
    let amount = next_field(&mut rest).unwrap_or_default().trim();
    kind.len() == 3 && kind.bytes().all(|byte| byte.is_ascii_digit()) && number(amount).is_some()
}

fn balance_kind(code: &str) -> BalanceKind {
    match code {
        "010" => BalanceKind::OpeningBooked,
        "015" => BalanceKind::ClosingBooked,
        "030" => BalanceKind::InterimBooked,
        "040" => BalanceKind::OpeningAvailable,
        "045" => BalanceKind::ClosingAvailable,
        "060" => BalanceKind::InterimAvailable,
        other => BalanceKind::Other(format!("BAI {other}")),
    }
}

/// Skips the fields a funds type brings with it: `S` three amounts, `V` date and time, `D` a number of pairs.
pub(super) fn skip_funds(funds: &str, rest: &mut Option<&str>) {
    let fields = match funds {
        "S" => 3,
        "V" => 2,
        "D" => next_field(rest).and_then(|count| count.trim().parse::<usize>().ok()).unwrap_or(0).min(100) * 2,
        _ => 0,
    };
    for _ in 0..fields {
        next_field(rest);
    }
}

/// A number of minor units as a decimal of the currency; two decimals where the currency is not known.
pub(super) fn scaled(value: i128, currency: &str) -> Option<Decimal> {
    let digits = Currency::parse(currency).map_or(2, |currency| currency.minor_digits());
    Decimal::try_from_i128_with_scale(value, digits).ok()
}

/// A number of minor units as an amount.
pub(super) fn amount(value: i128, currency: &str) -> Amount {
    let Some(decimal) = scaled(value, currency) else { return Amount::unread(&value.to_string(), currency, None) };
    let text = decimal.to_string();
    Amount::read_signed(&text, currency)
}
