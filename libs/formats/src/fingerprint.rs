//! What makes a bank line the same line when it comes a second time.
//!
//! Banks send a line again: in an intraday report and at the end of the day, in two files with overlapping periods, in a
//! copy. Equal lines may also be honest: two customers, or one, paying the same amount with the same text on one day. So a
//! line is identified by a digest of everything it says **and** by its occurrence: the n-th line with that digest in its
//! statement. An import that already holds (digest, n) has seen this line; (digest, n + 1) is new money.
//!
//! The digest (SHA-256) covers, in this order: account number, status, booking date (value date when there is none), signed
//! amount and currency, bank reference, entry reference, end-to-end and transaction identification, owner's reference, mandate, creditor
//! references, account of the other side where a field gives it, and all free text. Numbers and texts are folded to upper-case letters and digits,
//! since banks wrap and pad the same text differently from file to file. Status is part of it: a pending line that is booked
//! later is a new line.

use sha2::{Digest, Sha256};

use crate::references::normalise;
use crate::statement::{Line, Statement};

/// Identity of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// Digest of what the line says.
    pub digest: [u8; 32],
    /// 1 for the first line with this digest in its statement, 2 for the second ...
    pub occurrence: u32,
}

impl Fingerprint {
    /// The digest as 64 lower-case hexadecimal digits.
    pub fn digest_hex(&self) -> String {
        hex::encode(self.digest)
    }
}

/// Fingerprints of all lines of a statement, in the order of [`Statement::lines`].
pub fn fingerprints(statement: &Statement) -> Vec<Fingerprint> {
    let mut seen = std::collections::HashMap::new();
    let mut all = Vec::new();
    for line in statement.lines() {
        let digest = digest(statement, &line);
        let occurrence = seen.entry(digest).and_modify(|count: &mut u32| *count = count.saturating_add(1)).or_insert(1);
        all.push(Fingerprint { digest, occurrence: *occurrence });
    }
    all
}

fn digest(statement: &Statement, line: &Line<'_>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        hasher.update(part.as_bytes());
        hasher.update([0x1F]);
    };
    add("quittance.line.1");
    add(&normalise(statement.account.id.as_ref().map_or("", |account| account.value.as_str())));
    add(line.entry.status_code());
    add(&line.accounting_date().map_or(String::new(), |date| date.to_string()));
    let amount = line.signed_amount();
    add(&amount.as_ref().unwrap_or(line.amount()).to_string());
    add(&normalise(line.bank_reference().unwrap_or_default()));
    add(&normalise(line.entry.reference().unwrap_or_default()));
    add(&normalise(line.end_to_end_id().unwrap_or_default()));
    let transaction_id = line.detail.and_then(|detail| detail.refs().transaction_id);
    add(&normalise(transaction_id.unwrap_or_default()));
    let owner_reference = line.detail.and_then(|detail| detail.refs().owner_reference);
    add(&normalise(owner_reference.unwrap_or_default()));
    add(&normalise(line.mandate_id().unwrap_or_default()));
    let references: Vec<String> = line.creditor_references().map(|reference| normalise(&reference.value)).collect();
    add(&references.join("+"));
    add(&normalise(line.stated_counterparty().account_number().unwrap_or_default()));
    let texts: String = line.texts().map(normalise).collect();
    add(&texts);
    hasher.finalize().into()
}
