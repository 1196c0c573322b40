//! The chart of accounts: every account the ledger posts to.

use std::fmt;

use quittance_types::{BankAccountId, Fault, Reason};

/// An account of the ledger. Debits are positive, credits negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// 1000: money at the bank, one sub-account for each bank account.
    Bank(BankAccountId),
    /// 1200: what customers owe; control account of the open items.
    Receivables,
    /// 1290: cash received and not applied, a credit balance; control account of the receipts.
    UnappliedCash,
    /// 1300: money a rail owes us or a cheque on its way to the bank.
    PaymentsInTransit,
    /// 1990: bank lines nobody has explained yet.
    Suspense,
    /// 2200: value added tax owed.
    VatPayable,
    /// 3000: balances brought in when an account was registered.
    OpeningBalance,
    /// 4000: revenue.
    Revenue,
    /// 4900: interest and the like.
    OtherIncome,
    /// 6700: discounts granted for early payment.
    DiscountsGranted,
    /// 6800: receivables given up.
    WrittenOff,
    /// 6900: what banks charge.
    BankCharges,
}

/// Which postings a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountFilter {
    /// Number of the account.
    pub code: &'static str,
    /// Only this sub-account of 1000.
    pub bank_account: Option<BankAccountId>,
}

/// Numbers and names, in the order of the chart.
const CHART: [(&str, &str); 12] = [
    ("1000", "Bank"),
    ("1200", "Receivables"),
    ("1290", "Unapplied cash"),
    ("1300", "Payments in transit"),
    ("1990", "Suspense"),
    ("2200", "VAT payable"),
    ("3000", "Opening balances"),
    ("4000", "Revenue"),
    ("4900", "Other income"),
    ("6700", "Discounts granted"),
    ("6800", "Receivables written off"),
    ("6900", "Bank charges"),
];

impl Account {
    /// The number, without sub-account.
    pub const fn code(self) -> &'static str {
        match self {
            Account::Bank(_) => "1000",
            Account::Receivables => "1200",
            Account::UnappliedCash => "1290",
            Account::PaymentsInTransit => "1300",
            Account::Suspense => "1990",
            Account::VatPayable => "2200",
            Account::OpeningBalance => "3000",
            Account::Revenue => "4000",
            Account::OtherIncome => "4900",
            Account::DiscountsGranted => "6700",
            Account::WrittenOff => "6800",
            Account::BankCharges => "6900",
        }
    }

    /// The bank account of a sub-account of 1000.
    pub const fn bank_account(self) -> Option<BankAccountId> {
        match self {
            Account::Bank(id) => Some(id),
            _ => None,
        }
    }
}

/// `1200`, or `1000:bnk_...` for a sub-account.
impl fmt::Display for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&account_text(self.code(), self.bank_account()))
    }
}

/// How an account is written: `1200`, or `1000:bnk_...` for a sub-account.
pub fn account_text(code: &str, bank_account: Option<BankAccountId>) -> String {
    bank_account.map_or_else(|| code.to_owned(), |id| format!("{code}:{id}"))
}

/// The name of an account number; empty for one that is not in the chart.
pub fn account_name(code: &str) -> &'static str {
    CHART.iter().find(|(number, _)| *number == code).map_or("", |(_, name)| name)
}

impl AccountFilter {
    /// Reads `1200`, `1000` (all banks) or `1000:bnk_...`.
    ///
    /// # Errors
    /// `ACCOUNT_UNKNOWN`, `NAME_INVALID`.
    pub fn parse(text: &str) -> Result<AccountFilter, Fault> {
        let (number, sub) = text.split_once(':').map_or((text, None), |(number, sub)| (number, Some(sub)));
        let found = CHART.iter().find(|(code, _)| *code == number);
        let unknown = || Fault::new(Reason::AccountUnknown, "no such account in the chart of accounts");
        let (code, _) = found.ok_or_else(unknown)?;
        let bank_account = sub.map(BankAccountId::parse).transpose()?;
        if bank_account.is_some() && *code != "1000" {
            return Err(unknown());
        }
        Ok(AccountFilter { code, bank_account })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quittance_types::Uuid;

    #[test]
    fn an_account_reads_what_it_writes() {
        let bank = BankAccountId::new(Uuid::from_u128(7));
        let filter = AccountFilter::parse(&Account::Bank(bank).to_string()).unwrap();
        assert_eq!(filter, AccountFilter { code: "1000", bank_account: Some(bank) });
        assert_eq!(AccountFilter::parse("1200").unwrap().code, "1200");
        assert_eq!(account_name("1290"), "Unapplied cash");
        for (text, reason) in [
            ("9999", Reason::AccountUnknown),
            ("", Reason::AccountUnknown),
            ("1200:bnk_x", Reason::NameInvalid),
            ("1000:x", Reason::NameInvalid),
        ] {
            assert_eq!(AccountFilter::parse(text).unwrap_err().reason(), reason, "{text}");
        }
    }
}
