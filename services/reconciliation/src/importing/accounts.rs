//! The accounts a file is about, held until the transaction ends.

use std::collections::BTreeMap;

use quittance_chassis::Tx;
use quittance_types::{BankAccountId, Fault, Reason};

use super::read::ReadFile;
use crate::domain::bank::BankAccount;
use crate::domain::statement::NewStatement;
use crate::store::banks;

/// Locked accounts by id.
pub struct Accounts {
    held: BTreeMap<BankAccountId, BankAccount>,
    before: BTreeMap<BankAccountId, BankAccount>,
}

impl Accounts {
    /// Locks every account the file may be about; whoever imports for one of them waits.
    ///
    /// # Errors
    /// `BANK_ACCOUNT_UNKNOWN {account}` for the first statement whose account is not registered.
    pub async fn lock(tx: &Tx, file: &ReadFile) -> Result<Accounts, Fault> {
        let found = banks::by_numbers(tx, &file.accounts()).await?;
        let held: BTreeMap<BankAccountId, BankAccount> = found.into_iter().map(|account| (account.id, account)).collect();
        let accounts = Accounts { before: held.clone(), held };
        for statement in &file.statements {
            accounts.of(statement)?;
        }
        Ok(accounts)
    }

    /// The account of a statement.
    ///
    /// # Errors
    /// `BANK_ACCOUNT_UNKNOWN {account}`: not registered, or in several currencies and the file does not say which.
    pub fn of(&self, statement: &NewStatement) -> Result<BankAccountId, Fault> {
        let in_form = |form: &String| -> Vec<&BankAccount> {
            let fits =
                |account: &&BankAccount| account.iban == *form && statement.currency.is_none_or(|currency| currency == account.currency());
            self.held.values().filter(fits).collect()
        };
        let found = statement.account_forms.iter().map(in_form).find(|accounts| !accounts.is_empty()).unwrap_or_default();
        match found.as_slice() {
            [account] => Ok(account.id),
            _ => {
                let currency = statement.currency.map_or_else(|| "unknown currency".to_owned(), |currency| currency.to_string());
                let message = format!("no bank account {} in {currency} is registered", statement.account);
                Err(Fault::new(Reason::BankAccountUnknown, message).with("account", &statement.account))
            }
        }
    }

    /// A held account.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` for one that is not held: a bug.
    pub fn get(&self, id: BankAccountId) -> Result<&BankAccount, Fault> {
        self.held.get(&id).ok_or_else(|| Fault::internal(format!("{id} is not held")))
    }

    /// Replaces a held account.
    pub fn put(&mut self, account: BankAccount) {
        self.held.insert(account.id, account);
    }

    /// The accounts that changed.
    pub fn into_changed(self) -> Vec<BankAccount> {
        let Accounts { held, before } = self;
        held.into_values().filter(|account| before.get(&account.id) != Some(account)).collect()
    }
}
