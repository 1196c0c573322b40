//! The company's bank: one statement per account and bank day, balances that chain, entries as banks write them.

mod camt;

use std::collections::BTreeMap;

use quittance_types::{BusinessDate, Currency, Fault, Money, Reason};

use crate::reference::Remittance;
use crate::world::{Seller, SellerAccount};

/// A statement of one account for one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankStatement {
    /// Account, IBAN without blanks.
    pub iban: String,
    /// BIC of the bank.
    pub bic: &'static str,
    /// Name of the account holder.
    pub owner: &'static str,
    /// Currency of the account.
    pub currency: Currency,
    /// 1, 2, 3... per account, without gaps.
    pub number: u32,
    /// The day.
    pub date: BusinessDate,
    /// Booked balance before.
    pub opening: Money,
    /// Booked balance after: opening plus credits less debits.
    pub closing: Money,
    /// In order of booking.
    pub entries: Vec<BankEntry>,
}

impl BankStatement {
    /// The bank's identification of the statement, unique per account.
    pub fn id(&self) -> String {
        let account = &self.iban[self.iban.len().saturating_sub(10)..];
        format!("{account}-{}-{:04}", self.date.year(), self.number)
    }
}

/// One booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankEntry {
    /// Signed: money in is positive. Never zero.
    pub amount: Money,
    /// Booking and value date.
    pub booked_on: BusinessDate,
    /// The bank's reference, unique over all statements.
    pub reference: String,
    /// What kind of booking.
    pub kind: EntryKind,
    /// Identification given by the payer; `None` prints as `NOTPROVIDED`.
    pub end_to_end_id: Option<String>,
    /// Identification of the transfer between banks; its return carries the same.
    pub transaction_id: Option<String>,
    /// The other side; none for bookings of the bank itself.
    pub counterparty: Option<Counterparty>,
    /// Free text, at most 140 characters of the SEPA set; may be empty.
    pub text: String,
    /// Structured creditor reference (ISO 11649).
    pub creditor_reference: Option<String>,
}

/// The other side of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterparty {
    /// As the bank writes it, at most 70 characters.
    pub name: String,
    /// Without blanks; none when the bank does not tell.
    pub iban: Option<String>,
    /// BIC of its bank.
    pub bic: Option<&'static str>,
    /// For whom it pays, when it says so.
    pub on_behalf_of: Option<String>,
}

/// What kind of booking an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// Credit transfer received.
    TransferIn,
    /// Credit transfer sent.
    TransferOut,
    /// An earlier credit taken back.
    Return {
        /// ISO 20022 return reason.
        reason: &'static str,
    },
    /// Money of the card acquirer or of the direct debit scheme.
    Payout,
    /// Charges of the bank.
    Charges,
    /// Interest.
    Interest,
}

impl EntryKind {
    /// ISO 20022 bank transaction code: domain, family, sub-family.
    pub const fn transaction_code(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::TransferIn => ("PMNT", "RCDT", "ESCT"),
            Self::TransferOut => ("PMNT", "ICDT", "ESCT"),
            Self::Return { .. } => ("PMNT", "RCDT", "RRTN"),
            Self::Payout => ("PMNT", "MCRD", "POSC"),
            Self::Charges => ("ACMT", "MDOP", "CHRG"),
            Self::Interest => ("ACMT", "MCOP", "INTR"),
        }
    }
}

impl BankEntry {
    /// A credit transfer received.
    pub fn received(amount: Money, booked_on: BusinessDate, reference: String, remittance: Remittance) -> Self {
        Self {
            amount,
            booked_on,
            reference,
            kind: EntryKind::TransferIn,
            end_to_end_id: None,
            transaction_id: None,
            counterparty: None,
            text: remittance.text,
            creditor_reference: remittance.creditor_reference,
        }
    }
}

/// All accounts with their balances.
#[derive(Clone, Debug)]
pub struct Bank {
    owner: &'static str,
    accounts: BTreeMap<Currency, Account>,
}

#[derive(Clone, Debug)]
struct Account {
    facts: SellerAccount,
    balance: Money,
    statements: u32,
}

impl Bank {
    /// The bank on the eve of the first day.
    pub fn new(seller: &Seller) -> Self {
        let accounts =
            seller.accounts.iter().map(|facts| (facts.currency, Account { balance: facts.opening, statements: 0, facts: facts.clone() }));
        Self { owner: seller.legal_name, accounts: accounts.collect() }
    }

    /// Books the entries of a bank day. Every account gets its statement, also when nothing moved.
    ///
    /// # Errors
    /// `BANK_ACCOUNT_UNKNOWN` for an entry in a currency without account, `AMOUNT_OUT_OF_RANGE`.
    pub fn close_day(&mut self, date: BusinessDate, entries: Vec<BankEntry>) -> Result<Vec<BankStatement>, Fault> {
        let mut by_currency: BTreeMap<Currency, Vec<BankEntry>> = BTreeMap::new();
        for entry in entries {
            by_currency.entry(entry.amount.currency()).or_default().push(entry);
        }
        let mut statements = Vec::with_capacity(self.accounts.len());
        for (currency, account) in &mut self.accounts {
            let entries = by_currency.remove(currency).unwrap_or_default();
            let opening = account.balance;
            for entry in &entries {
                account.balance = account.balance.add(entry.amount)?;
            }
            account.statements += 1;
            statements.push(BankStatement {
                iban: account.facts.iban.clone(),
                bic: account.facts.bic,
                owner: self.owner,
                currency: *currency,
                number: account.statements,
                date,
                opening,
                closing: account.balance,
                entries,
            });
        }
        match by_currency.into_keys().next() {
            None => Ok(statements),
            Some(currency) => Err(Fault::new(Reason::BankAccountUnknown, format!("no bank account in {currency}"))),
        }
    }

    /// Booked balance of the account in a currency.
    pub fn balance(&self, currency: Currency) -> Option<Money> {
        self.accounts.get(&currency).map(|account| account.balance)
    }
}
