//! Values as messages, for answers and events alike.

pub mod deductions;
pub mod exceptions;
pub mod matching;
pub mod policies;
pub mod remittances;

use quittance_api::convert::{date_to_wire, money_to_wire, timestamp_to_wire};
use quittance_api::reconciliation::v1 as pb;
use quittance_types::{CustomerId, Fault, JournalEntryId, LegalEntityId, ReceiptId};

use crate::domain::account::{account_name, account_text};
use crate::domain::application::Application;
use crate::domain::bank::BankAccount;
use crate::domain::item::{ItemState, OpenItem};
use crate::domain::line::{BankLine, LineState};
use crate::domain::receipt::{Receipt, ReceiptSource, ReceiptState};
use crate::domain::statement::{Finding, Statement};
use crate::store::journal::{AccountSums, StoredEntry};

/// An item as a message. Errors: `AMOUNT_OUT_OF_RANGE`, never for items that were stored.
pub fn item(item: &OpenItem) -> Result<pb::OpenItem, Fault> {
    let kind = if item.document.is_credit() { pb::OpenItemKind::CreditMemo } else { pb::OpenItemKind::Invoice };
    Ok(pb::OpenItem {
        open_item_id: item.id.to_string(),
        kind: kind.into(),
        document_id: item.document.wire_id(),
        document_number: item.number.clone(),
        customer_id: item.customer.to_string(),
        legal_entity_id: item.legal_entity.as_ref().map(LegalEntityId::to_string).unwrap_or_default(),
        total: Some(money_to_wire(item.total)),
        open: Some(money_to_wire(item.open()?)),
        applied: Some(money_to_wire(item.applied)),
        discounted: Some(money_to_wire(item.discounted)),
        written_off: Some(money_to_wire(item.written_off)),
        issue_date: Some(date_to_wire(item.issued_on)),
        due_date: Some(date_to_wire(item.due_on)),
        discount_date: item.discount.map(|discount| date_to_wire(discount.until)),
        discount_amount: item.discount.map(|discount| money_to_wire(discount.amount)),
        creditor_reference: item.creditor_reference.clone(),
        purchase_order: item.purchase_order.clone(),
        state: item_state(item.state).into(),
        disputed: item.disputed,
        version: item.version,
        settled_on: item.settled_on.map(date_to_wire),
    })
}

fn item_state(state: ItemState) -> pb::OpenItemState {
    match state {
        ItemState::Open => pb::OpenItemState::Open,
        ItemState::PartlySettled => pb::OpenItemState::PartlySettled,
        ItemState::Settled => pb::OpenItemState::Settled,
        ItemState::Void => pb::OpenItemState::Void,
    }
}

/// The state a filter names; none for UNSPECIFIED.
pub fn item_state_of(state: pb::OpenItemState) -> Option<ItemState> {
    match state {
        pb::OpenItemState::Unspecified => None,
        pb::OpenItemState::Open => Some(ItemState::Open),
        pb::OpenItemState::PartlySettled => Some(ItemState::PartlySettled),
        pb::OpenItemState::Settled => Some(ItemState::Settled),
        pb::OpenItemState::Void => Some(ItemState::Void),
    }
}

/// A receipt as a message.
pub fn receipt(receipt: &Receipt) -> pb::Receipt {
    let (source, source_id) = match &receipt.source {
        ReceiptSource::BankLine(id) => (pb::ReceiptSource::BankLine, id.to_string()),
        ReceiptSource::Payment(id) => (pb::ReceiptSource::Payment, id.to_string()),
        ReceiptSource::Manual => (pb::ReceiptSource::Manual, receipt.reference.clone()),
        ReceiptSource::Transfer(id) => (pb::ReceiptSource::Transfer, id.to_string()),
    };
    pb::Receipt {
        receipt_id: receipt.id.to_string(),
        source: source.into(),
        source_id,
        customer_id: receipt.customer.as_ref().map(CustomerId::to_string).unwrap_or_default(),
        amount: Some(money_to_wire(receipt.amount)),
        applied: Some(money_to_wire(receipt.applied)),
        unapplied: Some(money_to_wire(receipt.unapplied)),
        refunded: Some(money_to_wire(receipt.refunded)),
        state: receipt_state(receipt.state).into(),
        received_on: Some(date_to_wire(receipt.received_on)),
        version: receipt.version,
        etag: receipt.version.to_string(),
    }
}

fn receipt_state(state: ReceiptState) -> pb::ReceiptState {
    match state {
        ReceiptState::Unidentified => pb::ReceiptState::Unidentified,
        ReceiptState::Unapplied => pb::ReceiptState::Unapplied,
        ReceiptState::PartlyApplied => pb::ReceiptState::PartlyApplied,
        ReceiptState::Applied => pb::ReceiptState::Applied,
        ReceiptState::OnAccount => pb::ReceiptState::OnAccount,
        ReceiptState::Reversed => pb::ReceiptState::Reversed,
    }
}

/// The state a filter names; none for UNSPECIFIED.
pub fn receipt_state_of(state: pb::ReceiptState) -> Option<ReceiptState> {
    match state {
        pb::ReceiptState::Unspecified => None,
        pb::ReceiptState::Unidentified => Some(ReceiptState::Unidentified),
        pb::ReceiptState::Unapplied => Some(ReceiptState::Unapplied),
        pb::ReceiptState::PartlyApplied => Some(ReceiptState::PartlyApplied),
        pb::ReceiptState::Applied => Some(ReceiptState::Applied),
        pb::ReceiptState::OnAccount => Some(ReceiptState::OnAccount),
        pb::ReceiptState::Reversed => Some(ReceiptState::Reversed),
    }
}

/// An application as a message, with the document of its item.
pub fn application(application: &Application, item: Option<&OpenItem>) -> pb::Application {
    pb::Application {
        application_id: application.id.to_string(),
        receipt_id: application.means.receipt().as_ref().map(ReceiptId::to_string).unwrap_or_default(),
        open_item_id: application.item.to_string(),
        document_id: item.map(|item| item.document.wire_id()).unwrap_or_default(),
        document_number: item.map(|item| item.number.clone()).unwrap_or_default(),
        customer_id: application.customer.to_string(),
        amount: Some(money_to_wire(application.part.amount)),
        discount: Some(money_to_wire(application.part.discount)),
        write_off: Some(money_to_wire(application.part.write_off)),
        applied_on: Some(date_to_wire(application.applied_on)),
        applied_by: application.applied_by.clone(),
        why: application.why.clone(),
        reversed: !application.is_live(),
        credit_item_id: application.means.credit_item().map(|id| id.to_string()).unwrap_or_default(),
        difference: application.part.difference().to_owned(),
    }
}

/// A bank account as a message.
pub fn bank_account(account: &BankAccount) -> pb::BankAccount {
    pb::BankAccount {
        bank_account_id: account.id.to_string(),
        legal_entity_id: account.legal_entity.as_ref().map(LegalEntityId::to_string).unwrap_or_default(),
        iban: account.iban.clone(),
        currency: account.currency().code().to_owned(),
        name: account.name.clone(),
        opening_balance: Some(money_to_wire(account.opening_balance)),
        bank_balance: account.bank_balance.map(|(balance, _)| money_to_wire(balance)),
    }
}

/// A statement as a message.
pub fn statement(statement: &Statement) -> pb::Statement {
    pb::Statement {
        statement_id: statement.id.to_string(),
        bank_account_id: statement.bank_account.to_string(),
        bank_statement_id: statement.bank_statement_id.clone(),
        format: statement.format.clone(),
        from_date: statement.from_on.map(date_to_wire),
        to_date: statement.to_on.map(date_to_wire),
        opening: statement.opening.map(money_to_wire),
        closing: statement.closing.map(money_to_wire),
        line_count: statement.line_count,
        findings: statement.findings.iter().map(finding).collect(),
        create_time: Some(timestamp_to_wire(statement.created_at)),
    }
}

fn finding(finding: &Finding) -> pb::Finding {
    pb::Finding { kind: finding.kind.clone(), message: finding.message.clone(), path: finding.path.clone() }
}

/// A line as a message.
pub fn bank_line(line: &BankLine) -> pb::BankLine {
    let said = &line.movement;
    pb::BankLine {
        bank_line_id: line.id.to_string(),
        statement_id: line.statement.to_string(),
        bank_account_id: line.bank_account.to_string(),
        amount: Some(money_to_wire(said.amount)),
        booking_date: Some(date_to_wire(said.booked_on)),
        value_date: said.value_on.map(date_to_wire),
        reversal: said.reversal,
        bank_reference: said.bank_reference.clone(),
        end_to_end_id: said.end_to_end_id.clone(),
        creditor_reference: said.creditor_reference.clone(),
        remittance_text: said.remittance_text.clone(),
        counterparty_name: said.counterparty_name.clone(),
        counterparty_iban: said.counterparty_iban.clone(),
        return_reason: said.return_reason.clone(),
        state: line_state(line.state).into(),
        why: line.why.clone(),
        receipt_id: line.receipt.as_ref().map(ReceiptId::to_string).unwrap_or_default(),
    }
}

/// A line's state as a message's.
pub fn line_state(state: LineState) -> pb::BankLineState {
    match state {
        LineState::Imported => pb::BankLineState::Imported,
        LineState::Applied => pb::BankLineState::Applied,
        LineState::PartlyApplied => pb::BankLineState::PartlyApplied,
        LineState::Unapplied => pb::BankLineState::Unapplied,
        LineState::Unidentified => pb::BankLineState::Unidentified,
        LineState::Posted => pb::BankLineState::Posted,
        LineState::Return => pb::BankLineState::Return,
        LineState::Payout => pb::BankLineState::Payout,
        LineState::Pending => pb::BankLineState::Pending,
    }
}

/// The state a filter names; none for UNSPECIFIED.
pub fn line_state_of(state: pb::BankLineState) -> Option<LineState> {
    match state {
        pb::BankLineState::Unspecified => None,
        pb::BankLineState::Imported => Some(LineState::Imported),
        pb::BankLineState::Applied => Some(LineState::Applied),
        pb::BankLineState::PartlyApplied => Some(LineState::PartlyApplied),
        pb::BankLineState::Unapplied => Some(LineState::Unapplied),
        pb::BankLineState::Unidentified => Some(LineState::Unidentified),
        pb::BankLineState::Posted => Some(LineState::Posted),
        pb::BankLineState::Return => Some(LineState::Return),
        pb::BankLineState::Payout => Some(LineState::Payout),
        pb::BankLineState::Pending => Some(LineState::Pending),
    }
}

/// An entry as a message.
pub fn journal_entry(entry: &StoredEntry) -> pb::JournalEntry {
    let postings = entry.postings.iter().map(|posting| pb::Posting {
        account: account_text(&posting.code, posting.bank_account),
        amount: Some(money_to_wire(posting.amount)),
        customer_id: posting.customer.as_ref().map(CustomerId::to_string).unwrap_or_default(),
    });
    pb::JournalEntry {
        journal_entry_id: JournalEntryId::new(entry.id).to_string(),
        posted_on: Some(date_to_wire(entry.posted_on)),
        kind: entry.kind.clone(),
        source_id: entry.source.clone(),
        text: entry.text.clone(),
        postings: postings.collect(),
    }
}

/// An account's sums as a message; `name` is that of its bank account, if it has one.
///
/// # Errors
/// `AMOUNT_OUT_OF_RANGE`.
pub fn account_balance(sums: &AccountSums, name: Option<&str>) -> Result<pb::AccountBalance, Fault> {
    Ok(pb::AccountBalance {
        account: account_text(&sums.code, sums.bank_account),
        name: name.unwrap_or_else(|| account_name(&sums.code)).to_owned(),
        debit: Some(money_to_wire(sums.debit)),
        credit: Some(money_to_wire(sums.credit)),
        balance: Some(money_to_wire(sums.debit.sub(sums.credit)?)),
    })
}
