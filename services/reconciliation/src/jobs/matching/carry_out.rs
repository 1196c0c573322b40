//! A candidate carried out in the subledger.

use std::collections::BTreeMap;

use quittance_types::{ApplicationId, CustomerId, Fault, Money, OpenItemId, ReceiptId};

use crate::domain::item::Part;
use crate::domain::receipt::ReceiptState;
use crate::domain::subledger::{Apply, Because, Subledger};
use crate::ledgers::{CandidateView, Share};

/// An application that was made of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Place of the share in the candidate.
    pub share: usize,
    /// The application of its money.
    pub application: ApplicationId,
}

/// True when the candidate can be carried out as it is: its items are held, in the money's currency, uncontested, and open as
/// far as needed; the money suffices, and is kept on account for nobody but its customer; and each customer's credit memos find invoices to be used for.
///
/// # Errors
/// `RESOURCE_NOT_FOUND` when the receipt is not held.
pub fn fits(subledger: &Subledger, receipt: ReceiptId, candidate: &CandidateView) -> Result<bool, Fault> {
    let receipt = subledger.receipt(receipt)?;
    if receipt.state == ReceiptState::Reversed {
        return Ok(false);
    }
    let is_anothers = receipt.customer.is_some() && receipt.customer != candidate.customer;
    if candidate.shares.is_empty() && is_anothers {
        return Ok(false);
    }
    let mut taken: BTreeMap<OpenItemId, i64> = BTreeMap::new();
    for share in &candidate.shares {
        let Ok(item) = subledger.item(share.item) else { return Ok(false) };
        let sum = taken.entry(share.item).or_default();
        *sum = sum.saturating_add(share.part.total()?.minor());
        let is_there =
            item.is_open() && !item.disputed && item.currency() == receipt.currency() && item.document.is_credit() == share.is_credit;
        if !is_there || *sum > item.open()?.abs().minor() {
            return Ok(false);
        }
    }
    let mut cash = 0_i64;
    for (_, shares) in by_customer(candidate) {
        let Some(parts) = after_credit(&shares) else { return Ok(false) };
        cash = parts.iter().fold(cash, |sum, part| sum.saturating_add(part.amount));
    }
    Ok(cash <= receipt.unapplied.minor())
}

/// Carries a candidate out: credit memos are used for the invoices of their customer, money of the receipt pays the rest, and
/// money for another customer is transferred first. What is left stays unapplied on the payer. Ask [`fits`] before.
///
/// # Errors
/// As [`Subledger::apply`], [`Subledger::net`] and [`Subledger::transfer`].
pub fn carry_out(
    subledger: &mut Subledger,
    receipt: ReceiptId,
    candidate: &CandidateView,
    because: &Because,
) -> Result<Vec<ApplicationId>, Fault> {
    let done = carry_out_shares(subledger, receipt, candidate, because)?;
    Ok(done.into_iter().map(|done| done.application).collect())
}

/// The same, with the shares the applications were made of.
pub(super) fn carry_out_shares(
    subledger: &mut Subledger,
    receipt: ReceiptId,
    candidate: &CandidateView,
    because: &Because,
) -> Result<Vec<Done>, Fault> {
    let mut groups = by_customer(candidate);
    let owner = subledger.receipt(receipt)?.customer.or(candidate.customer);
    groups.sort_by_key(|(customer, _)| Some(*customer) != owner);
    let Some((first, shares)) = groups.first() else { return keep_on_account(subledger, receipt, candidate).map(|()| Vec::new()) };
    if subledger.receipt(receipt)?.customer.is_none() {
        let owner = owner.filter(|_| candidate.on_account > 0).unwrap_or(*first);
        // Money that is applied becomes the customer's whose document it pays, and what is published of it says so.
        if owner != *first || !takes_money(shares) {
            subledger.identify(receipt, owner, &because.why)?;
        }
    }
    let mut done = Vec::with_capacity(candidate.shares.len());
    for (customer, shares) in groups {
        done.extend(pay(subledger, receipt, customer, &shares, because)?);
    }
    Ok(done)
}

/// Nothing is paid: the money waits for the customer's documents.
fn keep_on_account(subledger: &mut Subledger, receipt: ReceiptId, candidate: &CandidateView) -> Result<(), Fault> {
    let held = subledger.receipt(receipt)?;
    match candidate.customer {
        // It waits already.
        Some(customer) if held.state == ReceiptState::OnAccount && held.customer == Some(customer) => Ok(()),
        Some(customer) => subledger.put_on_account(receipt, customer),
        None => Ok(()),
    }
}

type Placed<'a> = (usize, &'a Share);

/// Shares by customer, in the order they come.
fn by_customer(candidate: &CandidateView) -> Vec<(CustomerId, Vec<Placed<'_>>)> {
    let mut groups: Vec<(CustomerId, Vec<Placed<'_>>)> = Vec::new();
    for placed in candidate.shares.iter().enumerate() {
        match groups.iter_mut().find(|(customer, _)| *customer == placed.1.customer) {
            Some((_, shares)) => shares.push(placed),
            None => groups.push((placed.1.customer, vec![placed])),
        }
    }
    groups
}

/// What an invoice gets when the credit memos of its customer are used: so much of each, and the rest in money.
struct Netted<'a> {
    place: usize,
    share: &'a Share,
    amount: i64,
    credits: Vec<(OpenItemId, i64)>,
}

/// Divides credit memos over invoices; none when they are more than the invoices. Invoices that something is granted on come
/// last, since that goes with money.
fn after_credit<'a>(shares: &[Placed<'a>]) -> Option<Vec<Netted<'a>>> {
    let invoices = shares.iter().filter(|(_, share)| !share.is_credit);
    let mut netted: Vec<Netted<'a>> =
        invoices.map(|(place, share)| Netted { place: *place, share, amount: share.part.amount.minor(), credits: Vec::new() }).collect();
    netted.sort_by_key(|one| (one.grants(), one.place));
    for (_, credit) in shares.iter().filter(|(_, share)| share.is_credit) {
        let mut left = credit.part.amount.minor();
        for one in &mut netted {
            let used = left.min(one.amount);
            if used > 0 {
                one.amount = one.amount.saturating_sub(used);
                left = left.saturating_sub(used);
                one.credits.push((credit.item, used));
            }
        }
        if left > 0 {
            return None;
        }
    }
    let is_bare_grant = netted.iter().any(|one| one.grants() && one.amount == 0);
    (!is_bare_grant).then_some(netted)
}

/// True when not all of it is paid by credit memos.
fn takes_money(shares: &[Placed<'_>]) -> bool {
    after_credit(shares).is_some_and(|netted| netted.iter().any(|one| one.amount > 0))
}

impl Netted<'_> {
    fn grants(&self) -> bool {
        !self.share.part.discount.is_zero() || !self.share.part.write_off.is_zero()
    }
}

/// Pays the documents of one customer.
fn pay(
    subledger: &mut Subledger,
    receipt: ReceiptId,
    customer: CustomerId,
    shares: &[Placed<'_>],
    because: &Because,
) -> Result<Vec<Done>, Fault> {
    let netted = after_credit(shares).ok_or_else(|| Fault::internal("credit memos above the invoices were to be used"))?;
    let currency = subledger.receipt(receipt)?.currency();
    let cash = netted.iter().fold(0_i64, |sum, one| sum.saturating_add(one.amount));
    let is_others = subledger.receipt(receipt)?.customer.is_some_and(|owner| owner != customer);
    let line = receipt;
    let receipt = match is_others && cash > 0 {
        true => subledger.transfer(receipt, customer, Some(Money::from_minor(cash, currency)?), because)?,
        false => receipt,
    };
    let mut done = Vec::with_capacity(netted.len());
    for one in netted {
        // Money first: a discount is for documents of which nothing is settled.
        if one.amount > 0 {
            let part = Part { amount: Money::from_minor(one.amount, currency)?, ..one.share.part };
            let application = subledger.apply(Apply { receipt, item: one.share.item, part, because: because.clone() })?;
            done.push(Done { share: one.place, application });
        }
        for (credit, amount) in one.credits {
            subledger.net(credit, one.share.item, Money::from_minor(amount, currency)?, line, because.clone())?;
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests;
