//! Bank statements as JSON.

use std::collections::HashMap;

use quittance_types::Decimal;

use super::writer::Writer;
use super::{amount, date, findings, identifier, line, sign};
use crate::statement::{Account, Balance, BankFile, Direction, Entry, Line, PageMark, Split, Statement, TransactionCode};

/// A bank file.
pub(super) fn file(out: &mut Writer<'_>, file: &BankFile) {
    out.put("format", file.format.code());
    out.put("version", &file.version);
    out.some("namespace", file.namespace.as_deref());
    out.put("sha256", file.source_sha256_hex());
    out.put("bytes", file.source_bytes);
    out.some("message_id", file.message_id.as_deref());
    out.some("created", file.created.map(|moment| moment.to_string()));
    out.object_of("page", file.page.as_ref(), page);
    out.some("additional_information", file.additional_information.as_deref());
    out.list("accounts", accounts(file), account);
    out.put("statement_count", file.statements.len());
    out.put("entry_count", file.entry_count());
    out.put("line_count", file.statements.iter().map(line_count).sum::<usize>());
    sums(out, file.statements.iter().flat_map(|statement| &statement.entries));
    out.list("statements", &file.statements, statement);
    findings(out, &file.findings);
}

fn line_count(statement: &Statement) -> usize {
    statement.entries.iter().map(|entry| if entry.split == Split::Lines { entry.details.len() } else { 1 }).sum()
}

/// Accounts in order of appearance, each once.
fn accounts(file: &BankFile) -> Vec<&Account> {
    let accounts: Vec<&Account> = file.statements.iter().map(|statement| &statement.account).collect();
    let key = |index: &usize| {
        let account = accounts.get(*index);
        let id = account.and_then(|account| account.id.as_ref()).map(|id| (id.scheme, id.value.as_str()));
        (id, account.map(|account| (&account.currency_code, &account.name, &account.kind)))
    };
    let mut first: Vec<usize> = (0..accounts.len()).collect();
    first.sort_unstable_by(|left, right| (key(left), left).cmp(&(key(right), right)));
    first.dedup_by(|next, kept| key(next) == key(kept));
    first.sort_unstable();
    first.into_iter().filter_map(|index| accounts.get(index).copied()).collect()
}

fn page(out: &mut Writer<'_>, page: &PageMark) {
    out.put("number", &page.number);
    out.put("last", page.last);
}

fn account(out: &mut Writer<'_>, account: &Account) {
    if let Some(id) = &account.id {
        identifier(out, id);
    }
    out.some("currency", account.currency_code.as_deref());
    out.some("name", account.name.as_deref());
    out.some("type", account.kind.as_deref());
    out.some("owner", account.owner.as_ref().and_then(|owner| owner.name.as_deref()));
    out.some("servicer_bic", account.servicer.as_ref().and_then(|agent| agent.bic.as_deref()));
    out.some("servicer_name", account.servicer.as_ref().and_then(|agent| agent.name.as_deref()));
}

fn statement(out: &mut Writer<'_>, statement: &Statement) {
    out.some("id", statement.id.as_deref());
    out.some("electronic_sequence", statement.electronic_sequence.as_deref());
    out.some("legal_sequence", statement.legal_sequence.as_deref());
    out.object_of("page", statement.page.as_deref(), page);
    out.some("created", statement.created.map(|moment| moment.to_string()));
    out.some("from", statement.from.map(|moment| moment.to_string()));
    out.some("to", statement.to.map(|moment| moment.to_string()));
    out.some("copy_duplicate", statement.copy_duplicate.as_deref());
    out.object("account", |out| account(out, &statement.account));
    for (key, found) in [("opening_balance", statement.opening_balance()), ("closing_balance", statement.closing_balance())] {
        match found {
            Some(found) => out.object(key, |out| balance(out, found)),
            None => out.put(key, ()),
        }
    }
    out.list("balances", &statement.balances, balance);
    out.put("entry_count", statement.entries.len());
    out.put("line_count", line_count(statement));
    sums(out, statement.entries.iter());
    out.some("additional_information", statement.additional_information.as_deref());
    out.list("entries", &statement.entries, |out, item| entry(out, item, &statement.account));
}

fn balance(out: &mut Writer<'_>, balance: &Balance) {
    out.put("type", balance.kind.code());
    out.some("sub_type", balance.sub_type.as_deref());
    amount(out, &balance.amount);
    out.put("sign", sign(balance.direction));
    out.put("date", date(balance.date.map(|moment| moment.date())));
}

/// Credits and debits of all entries, and of the booked ones, one row a currency, in order of appearance.
fn sums<'a>(out: &mut Writer<'_>, entries: impl Iterator<Item = &'a Entry>) {
    let mut rows: Vec<(String, [Side; 4])> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        let code = entry.amount.currency_code();
        let index = *places.entry(code).or_insert_with(|| {
            rows.push((code.to_string(), Default::default()));
            rows.len() - 1
        });
        let slot = match entry.direction {
            Some(Direction::Credit) => 0,
            Some(Direction::Debit) => 1,
            None => continue,
        };
        let Some((_, sides)) = rows.get_mut(index) else { continue };
        for (number, side) in sides.iter_mut().enumerate() {
            if number == slot || (number == slot + 2 && entry.is_booked()) {
                side.add(entry.amount.value());
            }
        }
    }
    out.list("sums", rows, |out, (currency, sides)| {
        out.put("currency", currency);
        for (key, side) in ["credits", "debits", "booked_credits", "booked_debits"].into_iter().zip(sides) {
            out.object(key, |out| {
                out.put("count", side.count);
                out.put("amount", side.sum.map(|sum| sum.to_string()));
            });
        }
    });
}

/// Number and sum of some amounts; the sum is lost once an amount cannot be read.
struct Side {
    count: u64,
    sum: Option<Decimal>,
}

impl Default for Side {
    fn default() -> Side {
        Side { count: 0, sum: Some(Decimal::ZERO) }
    }
}

impl Side {
    fn add(&mut self, value: Option<Decimal>) {
        self.count += 1;
        self.sum = self.sum.zip(value).and_then(|(sum, value)| sum.checked_add(value));
    }
}

fn entry(out: &mut Writer<'_>, entry: &Entry, account: &Account) {
    out.put("booking_date", date(entry.booking_date()));
    out.put("value_date", date(entry.value_date()));
    out.put("accounting_date", date(entry.accounting_date()));
    amount(out, &entry.amount);
    out.put("sign", sign(entry.direction));
    out.put("reversal", entry.reversal);
    out.put("status", entry.status_code());
    out.object_of("transaction_code", entry.transaction_code.as_deref(), transaction_code);
    out.some("additional_information", entry.additional_information());
    out.some_list("batches", &entry.batches, line::batch);
    out.some_list("charges", &entry.charges, line::charge);
    out.put("split", split(entry.split));
    let only = entry.lines(account).next().filter(|_| entry.split != Split::Lines);
    out.object("references", |out| references(out, entry, only.as_ref()));
    if let Some(only) = &only {
        line::remittance_and_counterparty(out, only);
    }
    out.list("lines", entry.lines(account), |out, item| line::line(out, &item));
    if entry.split == Split::Unproven {
        out.list("unproven_details", &entry.details, line::detail);
    }
}

/// The entry's own references, and those of its transaction when it has exactly one.
fn references(out: &mut Writer<'_>, entry: &Entry, only: Option<&Line<'_>>) {
    out.some("entry_reference", entry.reference());
    out.some("bank_reference", entry.servicer_reference());
    if let Some(detail) = only.and_then(|line| line.detail) {
        line::references(out, detail);
    }
}

fn split(split: Split) -> &'static str {
    match split {
        Split::None => "none",
        Split::Single => "single",
        Split::Lines => "lines",
        Split::Unproven => "unproven",
    }
}

pub(super) fn transaction_code(out: &mut Writer<'_>, code: &TransactionCode) {
    out.some("domain", code.domain.as_deref());
    out.some("family", code.family.as_deref());
    out.some("sub_family", code.sub_family.as_deref());
    out.some("proprietary", code.proprietary.as_deref());
    out.some("issuer", code.issuer.as_deref());
}
