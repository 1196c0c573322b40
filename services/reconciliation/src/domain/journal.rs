//! Journal entries: what every movement of money posts. An entry is never changed; a correction is a mirror entry.

use quittance_types::{BankAccountId, BusinessDate, CustomerId, Fault, JournalEntryId, Money, Reason, Uuid};

use super::account::Account;

/// Why something was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// An invoice was issued.
    Invoice,
    /// A credit memo was issued.
    CreditMemo,
    /// An invoice was voided.
    Void,
    /// Money was received.
    Receipt,
    /// Money was applied to an item.
    Application,
    /// An application or a receipt was taken back.
    Reversal,
    /// What was left of an item was given up.
    WriteOff,
    /// A bank line that is no receipt.
    BankLine,
    /// Money in transit arrived at the bank or left it.
    Payout,
    /// Money was given back over a rail.
    Refund,
    /// The balance an account was registered with.
    Opening,
    /// Unapplied cash went to another customer.
    Transfer,
}

impl EntryKind {
    /// The name in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryKind::Invoice => "invoice",
            EntryKind::CreditMemo => "credit_memo",
            EntryKind::Void => "void",
            EntryKind::Receipt => "receipt",
            EntryKind::Application => "application",
            EntryKind::Reversal => "reversal",
            EntryKind::WriteOff => "write_off",
            EntryKind::BankLine => "bank_line",
            EntryKind::Payout => "payout",
            EntryKind::Refund => "refund",
            EntryKind::Opening => "opening",
            EntryKind::Transfer => "transfer",
        }
    }
}

/// What an entry was posted for: the kind prefix of an id and its UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// `inv`, `rcp`, `lin` ...
    pub prefix: &'static str,
    /// The id.
    pub id: Uuid,
}

impl Source {
    /// The source that an id names.
    pub fn of<I: quittance_types::Id>(id: I) -> Source {
        Source { prefix: I::PREFIX, id: id.to_uuid() }
    }
}

/// One line of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// Debit positive, credit negative; never zero.
    pub amount: Money,
    /// Whose receivable or money it is.
    pub customer: Option<CustomerId>,
}

/// A balanced entry: at least two postings that sum to zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its id.
    pub id: JournalEntryId,
    /// The day it counts for.
    pub posted_on: BusinessDate,
    /// Why.
    pub kind: EntryKind,
    /// For what.
    pub source: Source,
    /// In words; may be empty.
    pub text: String,
    /// The lines.
    pub postings: Vec<Posting>,
}

impl JournalEntry {
    /// An entry of these postings; those of zero are left out. None when nothing is left.
    ///
    /// # Errors
    /// `LEDGER_UNBALANCED` when debits and credits differ or currencies mix: a bug, nothing is posted.
    pub fn new(
        id: JournalEntryId,
        posted_on: BusinessDate,
        kind: EntryKind,
        source: Source,
        postings: impl IntoIterator<Item = Posting>,
    ) -> Result<Option<JournalEntry>, Fault> {
        let postings: Vec<Posting> = postings.into_iter().filter(|posting| !posting.amount.is_zero()).collect();
        let Some(first) = postings.first() else { return Ok(None) };
        let amounts = postings.iter().map(|posting| posting.amount);
        let sum = Money::sum(first.amount.currency(), amounts).map_err(|fault| unbalanced(kind, &fault.to_string()))?;
        if !sum.is_zero() {
            return Err(unbalanced(kind, &format!("off by {sum}")));
        }
        Ok(Some(JournalEntry { id, posted_on, kind, source, text: String::new(), postings }))
    }

    /// What the entry adds to the balances of bank accounts, in minor units.
    pub fn bank_movements(&self) -> impl Iterator<Item = (BankAccountId, i64)> {
        self.postings.iter().filter_map(|posting| Some((posting.account.bank_account()?, posting.amount.minor())))
    }
}

fn unbalanced(kind: EntryKind, detail: &str) -> Fault {
    Fault::new(Reason::LedgerUnbalanced, "debits and credits differ").detail(format!("{}: {detail}", kind.as_str()))
}

/// A debit.
pub fn debit(account: Account, amount: Money, customer: Option<CustomerId>) -> Posting {
    Posting { account, amount, customer }
}

/// A credit.
pub fn credit(account: Account, amount: Money, customer: Option<CustomerId>) -> Posting {
    Posting { account, amount: amount.neg(), customer }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quittance_types::{Currency, ReceiptId};

    fn entry(postings: Vec<Posting>) -> Result<Option<JournalEntry>, Fault> {
        let id = JournalEntryId::new(Uuid::from_u128(1));
        let day = BusinessDate::parse("2026-01-15").unwrap();
        JournalEntry::new(id, day, EntryKind::Receipt, Source::of(ReceiptId::new(Uuid::nil())), postings)
    }

    #[test]
    fn only_balanced_entries_exist() {
        let (five, six) = (Money::from_minor(500, Currency::EUR).unwrap(), Money::from_minor(600, Currency::EUR).unwrap());
        let both = entry(vec![debit(Account::Receivables, five, None), credit(Account::Revenue, five, None)]);
        assert_eq!(both.unwrap().unwrap().postings.len(), 2);
        let off = entry(vec![debit(Account::Receivables, six, None), credit(Account::Revenue, five, None)]);
        assert_eq!(off.unwrap_err().reason(), Reason::LedgerUnbalanced);
        let dollars = Money::from_minor(500, Currency::USD).unwrap();
        let mixed = entry(vec![debit(Account::Receivables, five, None), credit(Account::Revenue, dollars, None)]);
        assert_eq!(mixed.unwrap_err().reason(), Reason::LedgerUnbalanced);
        assert_eq!(entry(vec![debit(Account::Receivables, Money::zero(Currency::EUR), None)]).unwrap(), None);
    }
}
