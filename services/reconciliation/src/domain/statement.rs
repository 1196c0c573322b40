//! Statements: which file books, what does not fit, and which lines are new.

use quittance_types::{BankAccountId, BusinessDate, Currency, Money, StatementId, Timestamp, Uuid};

use super::bank::BankAccount;
use super::line::Movement;

mod overlap;

pub use overlap::{Fate, KnownLine, Overlap};

/// Something in a file that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// For example `balance_mismatch`.
    pub kind: String,
    /// In words.
    pub message: String,
    /// Where in the file.
    pub path: String,
}

impl Finding {
    /// A finding about the statement as a whole.
    pub fn new(kind: &str, message: String) -> Finding {
        Finding { kind: kind.to_owned(), message, path: String::new() }
    }
}

/// A statement as read from a file.
#[derive(Clone, Debug)]
pub struct NewStatement {
    /// Forms its account may be registered in, best first.
    pub account_forms: Vec<String>,
    /// The account as the file writes it.
    pub account: String,
    /// The account's currency, if the file tells.
    pub currency: Option<Currency>,
    /// The bank's identification; may be empty.
    pub bank_statement_id: String,
    /// Page of a statement that comes in parts; may be empty.
    pub page: String,
    /// For example `camt.053.001.08`.
    pub format: String,
    /// For example `camt.053`.
    pub family: &'static str,
    /// First day.
    pub from_on: Option<BusinessDate>,
    /// Last day.
    pub to_on: Option<BusinessDate>,
    /// Booked balance before.
    pub opening: Option<Money>,
    /// Booked balance after.
    pub closing: Option<Money>,
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// Its lines in order, booked or announced.
    pub movements: Vec<Movement>,
    /// The same for statements that say the same.
    pub content: [u8; 32],
}

/// A statement as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its id.
    pub id: StatementId,
    /// Its account.
    pub bank_account: BankAccountId,
    /// The bank's identification; may be empty.
    pub bank_statement_id: String,
    /// For example `camt.053.001.08`.
    pub format: String,
    /// First day.
    pub from_on: Option<BusinessDate>,
    /// Last day.
    pub to_on: Option<BusinessDate>,
    /// The account's currency.
    pub currency: Currency,
    /// Booked balance before.
    pub opening: Option<Money>,
    /// Booked balance after.
    pub closing: Option<Money>,
    /// Lines it brought, known ones not counted.
    pub line_count: i32,
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// Files that tell the whole of an account; the others only announce.
const STATEMENTS: [&str; 6] = ["camt.053", "mt940", "bai2", "cfonb120", "coda", "ofx"];

/// Files that tell what somebody exported, without balances.
const TABLES: [&str; 2] = ["csv", "xlsx"];

/// True when the lines of a file of this family are booked, given the family that booked so far (empty for none). One
/// family books an account, so that nothing is booked twice: the first that comes, until one comes that tells the whole.
pub fn books(so_far: &str, family: &str) -> bool {
    let is_whole = |family: &str| STATEMENTS.contains(&family);
    so_far.is_empty() || so_far == family || (is_whole(family) && !is_whole(so_far))
}

impl NewStatement {
    /// True when its booked lines take effect on this account. A whole statement of another kind does where it goes on exactly
    /// where the last one ended, on later days: then it tells nothing that was told before.
    pub fn takes_effect(&self, account: &BankAccount) -> bool {
        let is_later = |movement: &Movement| account.bank_balance.is_some_and(|(_, day)| movement.booked_on > day);
        let takes_over = || self.continues(account) && self.movements.iter().all(is_later);
        books(&account.books_from, self.family) || (STATEMENTS.contains(&self.family) && takes_over())
    }

    /// What is to be done about booked lines that stay without effect, where no booked line is sure to follow them: of a
    /// statement, not of a notification.
    pub fn without_effect(&self, account: &BankAccount, lines: usize) -> Option<Finding> {
        if lines == 0 || !(STATEMENTS.contains(&self.family) || TABLES.contains(&self.family)) {
            return None;
        }
        let (so_far, family) = (&account.books_from, self.family);
        let ended = account.bank_balance.map(|(balance, day)| format!(" with {balance} on {day}")).unwrap_or_default();
        let next = if TABLES.contains(&self.family) {
            format!("import the {so_far} file of these days")
        } else {
            format!(
                "import the {so_far} file of these days, or a {family} file that opens where the last statement ended{ended} and holds later days only"
            )
        };
        let lines = if lines == 1 { "1 line is".to_owned() } else { format!("{lines} lines are") };
        let text = format!("{lines} kept as pending and not booked: {so_far} files book this account, this is a {family} file; {next}");
        Some(Finding::new("other_kind_books", text))
    }

    /// True when it begins exactly where the last booked statement ended, in balance and in time, and moves the
    /// balance: then all its lines are new, also those that look like earlier ones.
    pub fn continues(&self, account: &BankAccount) -> bool {
        let Some((balance, day)) = account.bank_balance else { return false };
        let moves = self.opening.is_some() && self.opening != self.closing;
        moves && self.opening == Some(balance) && self.from_on.is_some_and(|from| from >= day)
    }

    /// True when no newer statement of the account is booked.
    pub fn is_newest(&self, account: &BankAccount) -> bool {
        match (account.bank_balance, self.to_on) {
            (Some((_, day)), Some(to)) => to >= day,
            (None, _) => true,
            (Some(_), None) => false,
        }
    }

    /// What does not fit to what is known of the account.
    pub fn gaps(&self, account: &BankAccount) -> Option<Finding> {
        let opening = self.opening.filter(|_| self.is_newest(account))?;
        match account.bank_balance {
            Some((balance, day)) if balance != opening => {
                let text = format!("opens with {opening}, the statement until {day} closed with {balance}");
                Some(Finding::new("statement_gap", text))
            }
            None if account.opening_balance != opening => {
                let text = format!("opens with {opening}, the account was registered with {}", account.opening_balance);
                Some(Finding::new("opening_mismatch", text))
            }
            _ => None,
        }
    }
}

/// The first half of a SHA-256 digest, enough to tell lines apart.
pub fn short(digest: &[u8; 32]) -> Uuid {
    let mut half = [0_u8; 16];
    for (to, from) in half.iter_mut().zip(digest) {
        *to = *from;
    }
    Uuid::from_bytes(half)
}

#[cfg(test)]
mod tests;
