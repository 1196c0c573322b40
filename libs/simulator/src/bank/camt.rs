//! Statements as camt.053 files, the way banks send them.

use std::sync::Arc;

use quittance_formats::camt;
use quittance_formats::statement as model;
use quittance_formats::statement::{AccountIdentifier, Agent, Direction, Moment, Party};
use quittance_types::{BusinessDate, Fault, Money};

use super::{BankEntry, BankStatement, Counterparty, EntryKind};

/// Banks make their statements in the evening.
const MADE_AT_MICROS: i64 = 19 * 3_600_000_000;

impl BankStatement {
    /// The statement as one camt.053.001.08 file. The same statement gives the same bytes.
    ///
    /// # Errors
    /// `STATEMENT_MALFORMED` when a value does not fit the schema; never for what [`crate::Play`] made.
    pub fn to_camt(&self) -> Result<Vec<u8>, Fault> {
        camt::write(&self.id(), made_at(self.date), &[self.model()])
    }

    /// Name of the file, without path.
    pub fn file_name(&self) -> String {
        format!("{}_{}_camt.053.xml", self.date, self.id())
    }

    fn model(&self) -> model::Statement {
        model::Statement {
            id: Some(self.id().into()),
            electronic_sequence: Some(self.number.to_string().into()),
            created: Some(made_at(self.date)),
            account: model::Account {
                id: Some(AccountIdentifier::iban(&self.iban)),
                currency_code: Some(self.currency.code().into()),
                owner: Some(Box::new(Party::named(self.owner))),
                servicer: agent(Some(self.bic)).map(Arc::from),
                ..model::Account::default()
            },
            balances: vec![
                balance(model::BalanceKind::OpeningBooked, self.opening, self.date),
                balance(model::BalanceKind::ClosingBooked, self.closing, self.date),
            ],
            entries: self.entries.iter().map(entry).collect(),
            ..model::Statement::default()
        }
    }
}

fn made_at(date: BusinessDate) -> Moment {
    Moment::from(date).at(MADE_AT_MICROS)
}

fn balance(kind: model::BalanceKind, amount: Money, date: BusinessDate) -> model::Balance {
    let direction = Some(direction(amount));
    model::Balance { kind, sub_type: None, amount: amount.into(), direction, date: Some(date.into()) }
}

fn direction(amount: Money) -> Direction {
    if amount.is_negative() { Direction::Debit } else { Direction::Credit }
}

fn entry(entry: &BankEntry) -> model::Entry {
    let (domain, family, sub_family) = entry.kind.transaction_code();
    model::Entry {
        amount: entry.amount.abs().into(),
        direction: Some(direction(entry.amount)),
        reversal: matches!(entry.kind, EntryKind::Return { .. }),
        status: model::BookingStatus::Booked,
        booking: Some(entry.booked_on.into()),
        value: Some(entry.booked_on.into()),
        transaction_code: Some(Arc::new(model::TransactionCode {
            domain: Some(domain.to_owned()),
            family: Some(family.to_owned()),
            sub_family: Some(sub_family.to_owned()),
            ..model::TransactionCode::default()
        })),
        details: [detail(entry)].into(),
        texts: model::EntryTexts::default()
            .with_servicer_reference(Some(&entry.reference))
            .with_additional_information(entry.counterparty.is_none().then_some(&*entry.text)),
        ..model::Entry::default()
    }
}

fn detail(entry: &BankEntry) -> model::Detail {
    let text = Some(entry.text.clone()).filter(|text| !text.is_empty());
    let reference = entry.creditor_reference.as_ref().map(|value| model::CreditorReference {
        kind: Some("SCOR".to_owned()),
        issuer: Some("ISO".to_owned()),
        value: value.clone(),
    });
    let structured = reference
        .map(|reference| model::StructuredRemittance { creditor_reference: Some(reference), ..model::StructuredRemittance::default() });
    let detail = model::Detail {
        references: model::References {
            end_to_end_id: Some(entry.end_to_end_id.clone().unwrap_or_else(|| "NOTPROVIDED".to_owned())),
            transaction_id: entry.transaction_id.clone(),
            ..model::References::default()
        }
        .into(),
        remittance: model::Remittance { unstructured: text.into_iter().collect(), structured: structured.into_iter().collect() },
        rare: model::RareOfDetail {
            amount: Some(entry.amount.abs().into()),
            direction: Some(direction(entry.amount)),
            return_information: match entry.kind {
                EntryKind::Return { reason } => {
                    Some(Box::new(model::ReturnInformation { reason: Some(reason.to_owned()), ..model::ReturnInformation::default() }))
                }
                _ => None,
            },
            ..model::RareOfDetail::default()
        }
        .into(),
        ..model::Detail::default()
    };
    match &entry.counterparty {
        None => detail,
        Some(other) if entry.kind == EntryKind::TransferOut => with_creditor(detail, other),
        Some(other) => with_debtor(detail, other),
    }
}

/// The payer stands as debtor, also when its transfer is taken back: roles are those of the original payment.
fn with_debtor(detail: model::Detail, other: &Counterparty) -> model::Detail {
    let parties = model::Parties {
        debtor: Some(Box::new(Party::named(&other.name))),
        debtor_account: other.iban.as_deref().map(account),
        debtor_agent: agent(other.bic),
        ultimate_debtor: other.on_behalf_of.as_ref().map(|name| Box::new(Party::named(name))),
        ..model::Parties::default()
    };
    model::Detail { parties: parties.into(), ..detail }
}

fn with_creditor(detail: model::Detail, other: &Counterparty) -> model::Detail {
    let parties = model::Parties {
        creditor: Some(Box::new(Party::named(&other.name))),
        creditor_account: other.iban.as_deref().map(account),
        creditor_agent: agent(other.bic),
        ..model::Parties::default()
    };
    model::Detail { parties: parties.into(), ..detail }
}

fn account(iban: &str) -> Box<AccountIdentifier> {
    Box::new(AccountIdentifier::iban(iban))
}

fn agent(bic: Option<&str>) -> Option<Box<Agent>> {
    bic.map(|bic| Box::new(Agent { bic: Some(bic.to_owned()), ..Agent::default() }))
}
