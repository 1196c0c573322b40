//! Payment orders, pain.001 (credit transfers, cheques) and pain.008 (direct debits), of every version and national
//! dialect: read without loss. What has a field of its own is there; every other element is kept in `further` under its
//! path.

mod further;
mod read;

pub(crate) use read::read;

use quittance_types::{BusinessDate, Decimal};

use crate::finding::Finding;
use crate::iso20022::Head;
use crate::statement::{AccountIdentifier, Agent, Amount, Moment, Party, Remittance};

/// Elements without a field of their own: path below the element they belong to, and text.
pub type Further = Vec<(Box<str>, Box<str>)>;

/// A file of payment orders as read.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentFile {
    /// Where it came from.
    pub head: Head,
    /// Who sends it.
    pub initiating_party: Option<Box<Party>>,
    /// Number of transactions as stated.
    pub stated_count: Option<u64>,
    /// Sum of all amounts, whatever their currency, as stated.
    pub stated_sum: Option<Decimal>,
    /// Further elements of the header.
    pub further: Further,
    /// Batches in file order.
    pub batches: Vec<PaymentBatch>,
    /// Everything noticed, in file order.
    pub findings: Vec<Finding>,
}

impl PaymentFile {
    /// Number of payments over all batches.
    pub fn payment_count(&self) -> usize {
        self.batches.iter().map(|batch| batch.payments.len()).sum()
    }
}

/// A batch (`PmtInf`): payments of one account on one day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PaymentBatch {
    /// Identification.
    pub id: Option<String>,
    /// `TRF`, `CHK` or `DD`.
    pub method: Option<String>,
    /// Number of transactions as stated.
    pub stated_count: Option<u64>,
    /// Sum of amounts as stated.
    pub stated_sum: Option<Decimal>,
    /// `SEPA`, `URGP` ...
    pub service_level: Option<String>,
    /// `CORE`, `B2B`, `INST` ...
    pub local_instrument: Option<String>,
    /// `FRST`, `RCUR`, `FNAL`, `OOFF` of a collection.
    pub sequence: Option<String>,
    /// Day of execution or collection.
    pub date: Option<Moment>,
    /// Whose account it is: debtor of transfers, creditor of collections.
    pub party: Option<Box<Party>>,
    /// The account.
    pub account: Option<AccountIdentifier>,
    /// Its bank.
    pub agent: Option<Box<Agent>>,
    /// Creditor identifier of collections.
    pub creditor_id: Option<String>,
    /// Who bears the charges.
    pub charge_bearer: Option<String>,
    /// Payments in file order.
    pub payments: Vec<Payment>,
    /// Further elements.
    pub further: Further,
}

/// One payment.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// Instruction identification.
    pub instruction_id: Option<String>,
    /// End-to-end identification.
    pub end_to_end_id: Option<String>,
    /// Unsigned amount as ordered.
    pub amount: Amount,
    /// The other side: creditor of a transfer, debtor of a collection.
    pub party: Option<Box<Party>>,
    /// Its account.
    pub account: Option<AccountIdentifier>,
    /// Its bank.
    pub agent: Option<Box<Agent>>,
    /// Mandate of a collection.
    pub mandate: Option<Box<Mandate>>,
    /// Purpose code or text.
    pub purpose: Option<String>,
    /// What the money is for.
    pub remittance: Remittance,
    /// Further elements.
    pub further: Further,
}

/// A mandate as a collection names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mandate {
    /// Mandate reference.
    pub id: Option<String>,
    /// When it was signed.
    pub signed_on: Option<BusinessDate>,
    /// True when it was changed since the last collection; the old data are in `further`.
    pub amended: bool,
}
