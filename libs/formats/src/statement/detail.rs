//! One transaction inside an entry.

use quittance_types::Decimal;

use super::rare::{Few, IfAny, Nothing, as_own_fields};
use super::{AccountIdentifier, Agent, Amount, Direction, Moment, PackedReferences, Party, ReferenceView, Remittance, TransactionCode};

/// A transaction of an entry (camt `TxDtls`). What few have is read and filled as fields of its own: `detail.purpose`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    /// References as they are kept; see [`Detail::refs`].
    pub references: PackedReferences,
    /// Who pays, who is paid, and their banks.
    pub parties: IfAny<Parties>,
    /// What the money is for.
    pub remittance: Remittance,
    /// What few transactions have.
    pub rare: IfAny<RareOfDetail>,
}

/// What few transactions have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RareOfDetail {
    /// Unsigned amount of the transaction as written, in whatever currency.
    pub amount: Option<Amount>,
    /// Its own direction when stated.
    pub direction: Option<Direction>,
    /// Instructed, transaction and counter value amounts with their exchange rates.
    pub amounts: Option<Box<AmountDetails>>,
    /// Charges, in file order.
    pub charges: Few<Charge>,
    /// Bank transaction code.
    pub transaction_code: Option<Box<TransactionCode>>,
    /// Purpose code or text.
    pub purpose: Option<Box<str>>,
    /// Why it came back.
    pub return_information: Option<Box<ReturnInformation>>,
    /// Dates of the payment on its way.
    pub related_dates: Option<Box<RelatedDates>>,
    /// Further text.
    pub additional_information: Option<Box<str>>,
}

impl Nothing for RareOfDetail {
    const NOTHING: &'static RareOfDetail = &RareOfDetail {
        amount: None,
        direction: None,
        amounts: None,
        charges: Few::NONE,
        transaction_code: None,
        purpose: None,
        return_information: None,
        related_dates: None,
        additional_information: None,
    };
}

as_own_fields!(Detail, RareOfDetail);

/// The parties of a transaction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parties {
    /// Who pays.
    pub debtor: Option<Box<Party>>,
    /// Account of who pays.
    pub debtor_account: Option<Box<AccountIdentifier>>,
    /// Bank of who pays.
    pub debtor_agent: Option<Box<Agent>>,
    /// Who is paid.
    pub creditor: Option<Box<Party>>,
    /// Account of who is paid.
    pub creditor_account: Option<Box<AccountIdentifier>>,
    /// Bank of who is paid.
    pub creditor_agent: Option<Box<Agent>>,
    /// On whose behalf is paid.
    pub ultimate_debtor: Option<Box<Party>>,
    /// For whom the money is in the end.
    pub ultimate_creditor: Option<Box<Party>>,
    /// Parties beside payer and payee as (role, party): who initiated the payment, who trades ...
    pub further: Few<(String, Party)>,
}

impl Nothing for Parties {
    const NOTHING: &'static Parties = &Parties {
        debtor: None,
        debtor_account: None,
        ultimate_debtor: None,
        debtor_agent: None,
        creditor: None,
        creditor_account: None,
        ultimate_creditor: None,
        creditor_agent: None,
        further: Few::NONE,
    };
}

impl Detail {
    /// Gives back the room it does not use.
    pub(super) fn shrink(&mut self) {
        if let Some(rare) = self.rare.as_mut() {
            rare.charges.shrink();
        }
        self.rare.shrink();
        self.parties.shrink();
        self.remittance.unstructured.shrink();
        self.remittance.structured.shrink();
    }

    /// Unsigned part this transaction has in an entry of `currency`: the first of amount, transaction amount, counter value
    /// and instructed amount that is in that currency and can be read.
    pub fn share_in(&self, currency: &str) -> Option<&Amount> {
        let amounts = self.amounts.as_deref();
        let candidates = [
            self.amount.as_ref(),
            amounts.and_then(|amounts| amounts.transaction.as_ref()),
            amounts.and_then(|amounts| amounts.counter_value.as_ref()),
            amounts.and_then(|amounts| amounts.instructed.as_ref()),
        ];
        candidates.into_iter().flatten().find(|amount| amount.currency_code() == currency && amount.value().is_some())
    }

    /// References by name; empty ones when the file gives none.
    pub fn refs(&self) -> ReferenceView<'_> {
        self.references.view()
    }
}

/// Dates of a payment on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelatedDates {
    /// When the payer's bank accepted it.
    pub accepted: Option<Moment>,
    /// When the banks settled it.
    pub interbank_settlement: Option<Moment>,
}

/// Further amounts of a transaction or entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AmountDetails {
    /// What the payer ordered, in the payer's currency.
    pub instructed: Option<Amount>,
    /// What was transferred.
    pub transaction: Option<Amount>,
    /// Counter value in the account's currency.
    pub counter_value: Option<Amount>,
    /// Amount announced for posting.
    pub announced_posting: Option<Amount>,
    /// Other amounts as (type, amount).
    pub proprietary: Vec<(String, Amount)>,
    /// Exchange rates, in file order.
    pub exchange_rates: Vec<ExchangeRate>,
}

/// A currency exchange as stated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeRate {
    /// From this currency.
    pub source_currency: Option<String>,
    /// Into this currency.
    pub target_currency: Option<String>,
    /// The currency the rate counts one unit of.
    pub unit_currency: Option<String>,
    /// Rate, exact.
    pub rate: Option<Decimal>,
    /// Contract identification.
    pub contract_id: Option<String>,
}

/// A charge.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    /// Unsigned amount.
    pub amount: Amount,
    /// Credit or debit as stated.
    pub direction: Option<Direction>,
    /// True when the charge is already part of the entry's amount, if stated.
    pub included: Option<bool>,
    /// Type as written.
    pub kind: Option<String>,
    /// Who bears it (`DEBT`, `CRED`, `SHAR`, `SLEV`).
    pub bearer: Option<String>,
    /// BIC of who takes it.
    pub agent_bic: Option<String>,
    /// True when this is the stated total of the charges, not one of them.
    pub is_total: bool,
}

/// Why a payment was returned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReturnInformation {
    /// ISO external return reason code, `AC01` ...
    pub reason: Option<String>,
    /// Reason in the bank's own words or codes.
    pub proprietary_reason: Option<String>,
    /// Further text.
    pub additional: Vec<String>,
    /// Who returned it: name, else BIC.
    pub originator: Option<String>,
    /// Transaction code of the original payment.
    pub original_transaction_code: Option<Box<TransactionCode>>,
}
