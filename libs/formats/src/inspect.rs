//! A bank file as JSON, for people and scripts: what `quittance inspect FILE` prints.
//!
//! Keys are `snake_case`; amounts are decimal strings with minor units beside them (`minor` is null where the text is not
//! money); dates are ISO 8601. Keys without a value are left out, except the ones that are always asked for.

use std::collections::HashSet;

use quittance_types::{BusinessDate, Decimal, Fault, Reason};
use serde_json::{Map, Value, json};

use crate::detect::Document;
use crate::error::FormatError;
use crate::finding::{Finding, Severity};
use crate::remittance;
use crate::statement::{
    Account, AccountIdentifier, AccountScheme, Agent, Amount, Balance, BankFile, Counterparty, Direction, Entry, Line, Party, Split,
    Statement, TransactionCode,
};

mod advice;
mod line;
mod nacha;
mod order;

/// Reads a file of any known format and shows it: a bank file, an order, a message, else a remittance advice in a text, a
/// page, a mail, a workbook.
///
/// # Errors
/// As [`crate::read_document`]; `FORMAT_UNKNOWN` too for delimited text and workbooks without a line of an advice, since a
/// bank statement in them needs a declared mapping ([`crate::mapped`]).
pub fn inspect(bytes: &[u8]) -> Result<Value, Fault> {
    if remittance::container_of(bytes).is_some() {
        return inspect_advices(bytes);
    }
    match crate::read_document(bytes) {
        Err(fault) if fault.reason() == Reason::FormatUnknown && !bytes.trim_ascii().is_empty() => inspect_advices(bytes),
        document => Ok(inspect_document(&document?)),
    }
}

fn inspect_advices(bytes: &[u8]) -> Result<Value, Fault> {
    let advices = remittance::read(bytes, None)?;
    if advices.iter().all(|advice| advice.lines.is_empty()) {
        let why = "neither a file known here nor a remittance advice; a statement in CSV or XLSX needs a declared mapping of its columns";
        return Err(FormatError::Unknown { why: why.to_string() }.into());
    }
    let mut out = Object::default();
    out.put("format", json!(advices.first().map(|advice| advice.format.code())));
    out.put("sha256", json!(advices.first().map(crate::remittance::Advice::source_sha256_hex)));
    out.put("bytes", json!(bytes.len()));
    out.put("advice_count", json!(advices.len()));
    out.put("advices", advices.iter().map(advice::advice).collect());
    Ok(out.done())
}

/// Shows a file that was read before.
pub fn inspect_document(document: &Document) -> Value {
    match document {
        Document::Statement(file) => inspect_file(file),
        Document::Payments(file) => order::payment_file(file),
        Document::Nacha(file) => nacha::file(file),
        Document::Status(file) => order::status_file(file),
        Document::Remittance(message) => order::remittance_message(message),
        Document::Interchange(file) => order::interchange(file),
    }
}

/// Shows a bank file that was read before.
pub fn inspect_file(file: &BankFile) -> Value {
    let entries = || file.statements.iter().flat_map(|statement| &statement.entries);
    let mut out = Object::default();
    out.put("format", json!(file.format.code()));
    out.put("version", json!(file.version));
    out.some("namespace", file.namespace.as_deref());
    out.put("sha256", json!(file.source_sha256_hex()));
    out.put("bytes", json!(file.source_bytes));
    out.some("message_id", file.message_id.as_deref());
    out.some("created", file.created.map(|moment| moment.to_string()));
    out.some("page", file.page.as_ref().map(|page| json!({ "number": page.number, "last": page.last })));
    out.some("additional_information", file.additional_information.as_deref());
    out.put("accounts", Value::Array(accounts(file)));
    out.put("statement_count", json!(file.statements.len()));
    out.put("entry_count", json!(file.entry_count()));
    out.put("line_count", json!(file.statements.iter().map(|statement| statement.lines().count()).sum::<usize>()));
    out.put("sums", sums(entries()));
    out.put("statements", file.statements.iter().map(statement).collect());
    out.put("warning_count", json!(file.findings.iter().filter(|finding| finding.kind.severity() == Severity::Warning).count()));
    out.put("findings", file.findings.iter().map(finding).collect());
    out.done()
}

/// A JSON object that leaves out what is not there.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_string(), value);
    }

    fn some(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value.into());
        }
    }

    fn list(&mut self, key: &str, values: Vec<Value>) {
        if !values.is_empty() {
            self.put(key, Value::Array(values));
        }
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

fn date(date: Option<BusinessDate>) -> Value {
    date.map_or(Value::Null, |date| json!(date.to_string()))
}

fn amount(amount: &Amount) -> Value {
    json!({ "amount": amount.text(), "currency": amount.currency_code(), "minor": amount.money().map(|money| money.minor()) })
}

/// Accounts in order of appearance, each once.
fn accounts(file: &BankFile) -> Vec<Value> {
    let mut seen = HashSet::new();
    let shown = file.statements.iter().map(|statement| account(&statement.account));
    shown.filter(|value| seen.insert(value.to_string())).collect()
}

fn account(account: &Account) -> Value {
    let mut out = account.id.as_ref().map(identifier).unwrap_or_default();
    out.some("currency", account.currency_code.as_deref());
    out.some("name", account.name.as_deref());
    out.some("type", account.kind.as_deref());
    out.some("owner", account.owner.as_ref().and_then(|owner| owner.name.as_deref()));
    out.some("servicer_bic", account.servicer.as_ref().and_then(|agent| agent.bic.as_deref()));
    out.some("servicer_name", account.servicer.as_ref().and_then(|agent| agent.name.as_deref()));
    out.done()
}

fn identifier(id: &AccountIdentifier) -> Object {
    let mut out = Object::default();
    let key = match id.scheme {
        AccountScheme::Iban => "iban",
        AccountScheme::Bban => "bban",
        AccountScheme::Other => "account",
    };
    out.put(key, json!(id.value));
    if id.scheme == AccountScheme::Iban {
        out.put("iban_valid", json!(id.valid_iban().is_some()));
    }
    out.some("scheme", id.scheme_name.as_deref());
    out.some("issuer", id.issuer.as_deref());
    out.some("account_name", id.name.as_deref());
    out
}

fn statement(statement: &Statement) -> Value {
    let mut out = Object::default();
    out.some("id", statement.id.as_deref());
    out.some("electronic_sequence", statement.electronic_sequence.as_deref());
    out.some("legal_sequence", statement.legal_sequence.as_deref());
    out.some("page", statement.page.as_ref().map(|page| json!({ "number": page.number, "last": page.last })));
    out.some("created", statement.created.map(|moment| moment.to_string()));
    out.some("from", statement.from.map(|moment| moment.to_string()));
    out.some("to", statement.to.map(|moment| moment.to_string()));
    out.some("copy_duplicate", statement.copy_duplicate.as_deref());
    out.put("account", account(&statement.account));
    out.put("opening_balance", statement.opening_balance().map_or(Value::Null, balance));
    out.put("closing_balance", statement.closing_balance().map_or(Value::Null, balance));
    out.put("balances", statement.balances.iter().map(balance).collect());
    out.put("entry_count", json!(statement.entries.len()));
    out.put("line_count", json!(statement.lines().count()));
    out.put("sums", sums(statement.entries.iter()));
    out.some("additional_information", statement.additional_information.as_deref());
    out.put("entries", statement.entries.iter().map(|item| entry(item, &statement.account)).collect());
    out.done()
}

fn balance(balance: &Balance) -> Value {
    let mut out = Object::default();
    out.put("type", json!(balance.kind.code()));
    out.some("sub_type", balance.sub_type.as_deref());
    out.put("amount", json!(balance.amount.text()));
    out.put("currency", json!(balance.amount.currency_code()));
    out.put("minor", json!(balance.amount.money().map(|money| money.minor())));
    out.put("sign", sign(balance.direction));
    out.put("date", date(balance.date.map(|moment| moment.date)));
    out.done()
}

fn sign(direction: Option<Direction>) -> Value {
    direction.map_or(Value::Null, |direction| json!(direction.code()))
}

/// Credits and debits of all entries, and of the booked ones, one row a currency, in order of appearance.
fn sums<'a>(entries: impl Iterator<Item = &'a Entry>) -> Value {
    let mut rows: Vec<(String, [Side; 4])> = Vec::new();
    for entry in entries {
        let code = entry.amount.currency_code();
        let index = rows.iter().position(|(currency, _)| currency == code).unwrap_or_else(|| {
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
    let row = |(currency, [credits, debits, booked_credits, booked_debits]): (String, [Side; 4])| {
        json!({
            "currency": currency,
            "credits": credits.show(), "debits": debits.show(),
            "booked_credits": booked_credits.show(), "booked_debits": booked_debits.show(),
        })
    };
    rows.into_iter().map(row).collect()
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

    fn show(&self) -> Value {
        json!({ "count": self.count, "amount": self.sum.map(|sum| sum.to_string()) })
    }
}

fn entry(entry: &Entry, account: &Account) -> Value {
    let mut out = Object::default();
    out.put("booking_date", date(entry.booking_date()));
    out.put("value_date", date(entry.value_date()));
    out.put("amount", json!(entry.amount.text()));
    out.put("currency", json!(entry.amount.currency_code()));
    out.put("minor", json!(entry.amount.money().map(|money| money.minor())));
    out.put("sign", sign(entry.direction));
    out.put("reversal", json!(entry.reversal));
    out.put("status", json!(entry.status.code()));
    out.some("transaction_code", entry.transaction_code.as_deref().map(transaction_code));
    out.some("additional_information", entry.additional_information.as_deref());
    out.list("batches", entry.batches.iter().map(line::batch).collect());
    out.list("charges", entry.charges.iter().map(line::charge).collect());
    out.put("split", json!(split(entry.split)));
    let lines: Vec<Value> = entry.lines(account).map(|item| line::line(&item)).collect();
    out.put("references", references_of(entry, &lines));
    if let [only] = lines.as_slice() {
        for key in ["remittance", "counterparty"] {
            out.put(key, only.get(key).cloned().unwrap_or_default());
        }
    }
    out.put("lines", Value::Array(lines));
    if entry.split == Split::Unproven {
        let details = entry.details.iter().map(|detail| line::detail(detail).done());
        out.put("unproven_details", details.collect());
    }
    out.done()
}

/// The entry's own references, and those of its transaction when it has exactly one.
fn references_of(entry: &Entry, lines: &[Value]) -> Value {
    let mut out = Object::default();
    out.some("entry_reference", entry.reference.as_deref());
    out.some("bank_reference", entry.servicer_reference.as_deref());
    if let [only] = lines
        && let Some(Value::Object(of_line)) = only.get("references")
    {
        out.0.extend(of_line.clone());
    }
    out.done()
}

fn split(split: Split) -> &'static str {
    match split {
        Split::None => "none",
        Split::Single => "single",
        Split::Lines => "lines",
        Split::Unproven => "unproven",
    }
}

fn transaction_code(code: &TransactionCode) -> Value {
    let mut out = Object::default();
    out.some("domain", code.domain.as_deref());
    out.some("family", code.family.as_deref());
    out.some("sub_family", code.sub_family.as_deref());
    out.some("proprietary", code.proprietary.as_deref());
    out.some("issuer", code.issuer.as_deref());
    out.done()
}

fn finding(finding: &Finding) -> Value {
    let severity = match finding.kind.severity() {
        Severity::Note => "note",
        Severity::Warning => "warning",
    };
    json!({
        "kind": finding.kind.code(), "severity": severity, "path": finding.path, "line": finding.line, "text": finding.text,
        "statement": finding.statement, "entry": finding.entry, "detail": finding.detail,
    })
}

fn party(party: &Party) -> Object {
    let mut out = Object::default();
    out.some("name", party.name.as_deref());
    let ids = party.identifications.iter().map(|(scheme, value)| json!({ "scheme": scheme, "value": value }));
    out.list("identifications", ids.collect());
    if let Some(address) = &party.address {
        let mut shown = Object::default();
        shown.some("street", address.street.as_deref());
        shown.some("building_number", address.building_number.as_deref());
        shown.some("post_code", address.post_code.as_deref());
        shown.some("town", address.town.as_deref());
        shown.some("subdivision", address.subdivision.as_deref());
        shown.some("country", address.country.as_deref());
        shown.list("lines", address.lines.iter().map(|line| json!(line)).collect());
        out.put("address", shown.done());
    }
    out
}

fn agent(agent: &Agent) -> Value {
    let mut out = Object::default();
    out.some("bic", agent.bic.as_deref());
    out.some("name", agent.name.as_deref());
    out.some("clearing_member", agent.clearing_member.as_deref());
    out.done()
}

fn counterparty(side: &Counterparty<'_>) -> Value {
    let mut out = side.party.map(party).unwrap_or_default();
    if let Some(account) = side.account {
        out.put("account", identifier(account).done());
    }
    out.some("bank", side.agent.map(agent));
    out.some("ultimate", side.ultimate.map(|ultimate| party(ultimate).done()));
    out.done()
}

/// The line's own view of its text, for [`line`].
fn text_of(line: &Line<'_>) -> Vec<Value> {
    line.texts().map(|text| json!(text)).collect()
}
