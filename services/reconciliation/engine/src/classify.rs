//! What a line is, before any matching: only receipts and returns concern receivables.

use crate::extract::{Meaning, Remarks, meanings_of};
use crate::normal::account_key;
use crate::proposal::LineClass;
use crate::record::Line;
use crate::shard::Shard;

/// The kind of line a bank transaction code stands for: what any part of it says, else its domain.
fn by_code(code: &str) -> Option<LineClass> {
    let parts = || code.split(['/', '+', ' ', '-']).filter(|part| !part.is_empty());
    parts().find_map(by_part).or_else(|| parts().find_map(by_domain))
}

fn by_part(part: &str) -> Option<LineClass> {
    Some(match part {
        "CHRG" | "COMM" | "COMT" | "COME" | "NCHG" | "NCOM" | "FEES" | "808" | "805" | "806" | "807" | "809" | "CHG" => LineClass::Fee,
        "INTR" | "INTE" | "NINT" | "814" | "811" | "813" | "INT" => LineClass::Interest,
        "RRTN" | "UPDD" | "UPCT" | "UPCQ" | "PRDD" | "RPCR" | "RCDD" | "NRTI" | "159" | "109" | "108" | "181" | "RTI" => LineClass::Return,
        "SALA" | "PAYR" | "153" | "154" | "TAXE" | "TAXS" => LineClass::Outgoing,
        "MCRD" | "POSP" | "POSC" | "198" | "CCRD" => LineClass::ProcessorPayout,
        "BOOK" | "CAPM" | "ZABA" | "SWEP" | "TOPG" | "833" | "ACDT" | "CASH" => LineClass::Transfer,
        // ISO 20022: cash paid in over the counter.
        "CDPT" | "BCDP" => LineClass::Transfer,
        _ => return None,
    })
}

/// The ISO 20022 domains of loans and of trading for the own account.
fn by_domain(part: &str) -> Option<LineClass> {
    match part {
        "FORX" => Some(LineClass::Transfer),
        "LDAS" | "SECU" | "DERV" | "CMDT" | "PMET" => Some(LineClass::Other),
        _ => None,
    }
}

const SAYS_OTHER: [Meaning; 3] = [Meaning::Authority, Meaning::Refund, Meaning::Payroll];

/// The other side of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Key of its account; 0 for none.
    pub account: u64,
    /// Key of its name; 0 for none.
    pub name: u64,
}

impl Identity {
    /// Of a line.
    pub fn of(line: &Line) -> Identity {
        Identity { account: account_key(&line.payer_account), name: crate::shard::name_of(&line.payer_name) }
    }
}

/// The class of a line. A debit that is no return is never a receipt, and neither is money from an own account.
/// `quotes_us`: a document of ours is quoted in full, so that mere words do not make it something else.
pub fn classify(shard: &Shard, line: &Line, remarks: &Remarks, who: Identity, quotes_us: bool) -> LineClass {
    let code = by_code(&line.transaction_code);
    if line.amount <= 0 {
        return debit(line, code, remarks, who, shard);
    }
    if line.reversal || !line.return_reason.is_empty() || code == Some(LineClass::Return) {
        // Money of our own that came back is no customer's payment.
        return LineClass::Other;
    }
    if is_own(shard, who) {
        return LineClass::Transfer;
    }
    match code {
        Some(LineClass::Transfer) if !names_a_customer(shard, who) => LineClass::Transfer,
        None if quotes_us => LineClass::Receipt,
        Some(LineClass::Transfer) | None => by_words(shard, line, remarks, who),
        Some(class) => class,
    }
}

fn debit(line: &Line, code: Option<LineClass>, remarks: &Remarks, who: Identity, shard: &Shard) -> LineClass {
    let says_return = code.is_none() && remarks.says(Meaning::Return);
    let is_return = line.reversal || !line.return_reason.is_empty() || code == Some(LineClass::Return) || says_return;
    if is_return {
        return LineClass::Return;
    }
    match code {
        Some(class @ (LineClass::Fee | LineClass::Interest | LineClass::Transfer)) => class,
        _ if is_own(shard, who) => LineClass::Transfer,
        _ if line.payer_account.is_empty() && remarks.says(Meaning::Fee) => LineClass::Fee,
        _ if line.payer_account.is_empty() && remarks.says(Meaning::Interest) => LineClass::Interest,
        _ => LineClass::Outgoing,
    }
}

fn is_own(shard: &Shard, who: Identity) -> bool {
    let by_account = who.account != 0 && shard.seller.accounts.contains(&who.account);
    by_account || (who.name != 0 && who.name == shard.seller.name)
}

/// True when the account or the name of the payer is a customer's: then its words do not make it something else.
fn names_a_customer(shard: &Shard, who: Identity) -> bool {
    let by_account =
        who.account != 0 && (shard.customers.accounts.count(who.account) > 0 || shard.learning.account_uses(who.account).next().is_some());
    by_account || (who.name != 0 && shard.customers.names.count(who.name) > 0)
}

fn by_words(shard: &Shard, line: &Line, remarks: &Remarks, who: Identity) -> LineClass {
    if names_a_customer(shard, who) {
        return LineClass::Receipt;
    }
    let name_meanings = meanings_of(&line.payer_name);
    let is_named = |meaning: Meaning| name_meanings & meaning.bit() != 0;
    let is_for_documents = remarks.says(Meaning::Invoice);
    if is_named(Meaning::Payout) || (remarks.says(Meaning::Payout) && !is_for_documents) {
        return LineClass::ProcessorPayout;
    }
    if is_named(Meaning::Authority) || (SAYS_OTHER.iter().any(|meaning| remarks.says(*meaning)) && !is_for_documents) {
        return LineClass::Other;
    }
    let is_nameless = line.payer_name.is_empty() && line.payer_account.is_empty();
    match () {
        () if is_nameless && remarks.says(Meaning::Interest) => LineClass::Interest,
        () if is_nameless && remarks.says(Meaning::Fee) => LineClass::Fee,
        () if remarks.says(Meaning::Transfer) && !is_for_documents => LineClass::Transfer,
        () => LineClass::Receipt,
    }
}
