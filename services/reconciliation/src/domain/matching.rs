//! Finding whose money a line is and what it pays. Pure functions over candidates: nothing here reads or writes.
//!
//! This is the one place for the engine: [`clues`] takes a line apart, [`decide`] weighs the candidates the store found
//! for the clues, [`evidence`] tells a person what speaks for and against each. A richer engine replaces what is inside
//! [`decide`]; what goes in (a [`Question`]) and what comes out (a [`Decision`]) stays.
//!
//! Rules in order:
//! 1. documents a structured reference or the text names: paid exactly, with the discount of those paid in time, one of
//!    them in part, or all of them with money left over;
//! 2. a known payer whose words name its documents loosely (last digits, order numbers), when they add up exactly;
//! 3. a known payer whose amount fits exactly one way: one item, or everything that is due;
//! 4. a known payer: unapplied on its account;
//! 5. nobody known: unidentified.
//!
//! A document that is named and cannot be what is paid (another customer's, settled, void, disputed) ends the search: the
//! money waits for a person, with the reason. Disputed items are never paid.

mod by_amount;
mod by_reference;
pub mod clues;
pub mod evidence;

use quittance_types::{BusinessDate, CustomerId, Fault, Money, OpenItemId};

use super::item::{OpenItem, Part};
use clues::Clues;

/// What decided about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A structured reference named the documents.
    CreditorReference,
    /// The text named the documents.
    DocumentNumber,
    /// Payer and amount fit one way.
    AmountAndCustomer,
    /// Only the payer is known.
    OnAccount,
    /// Nothing is known.
    None,
}

impl Rule {
    /// The name in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rule::CreditorReference => "creditor_reference",
            Rule::DocumentNumber => "document_number",
            Rule::AmountAndCustomer => "amount_and_customer",
            Rule::OnAccount => "on_account",
            Rule::None => "none",
        }
    }
}

/// How a payer was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// It paid from an account of the customer.
    Iban,
    /// Its name is the customer's, and no other's.
    Name,
}

/// A customer that pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Who.
    pub customer: CustomerId,
    /// How it is known.
    pub by: KnownBy,
}

/// How patient the rules are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Days after the last discount day on which a discount is still granted.
    pub discount_grace_days: i32,
}

/// A line that waits, with everything the store found for its clues.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// What is to be given out.
    pub amount: Money,
    /// The day the payer paid.
    pub paid_on: BusinessDate,
    /// What the line says.
    pub clues: &'a Clues,
    /// The customer the account or name of the other side belongs to.
    pub payer: Option<Payer>,
    /// Items, in any state, whose structured reference or number the line quotes.
    pub named: Vec<&'a OpenItem>,
    /// Customers the payer pays for besides itself: its subsidiaries.
    pub pays_for: Vec<CustomerId>,
    /// Open items of the payer.
    pub owned: Vec<&'a OpenItem>,
    /// Settings.
    pub terms: Terms,
}

/// Part of an item to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The item.
    pub item: OpenItemId,
    /// How much.
    pub part: Part,
}

/// What to do with a line's money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What decided.
    pub rule: Rule,
    /// Whose money it is; none leaves it unidentified.
    pub customer: Option<CustomerId>,
    /// What it pays; what they leave over stays unapplied.
    pub shares: Vec<Share>,
    /// In words.
    pub why: String,
}

impl Decision {
    fn pay(rule: Rule, customer: CustomerId, shares: Vec<Share>, why: String) -> Decision {
        Decision { rule, customer: Some(customer), shares, why }
    }

    fn wait(customer: Option<CustomerId>, why: String) -> Decision {
        let rule = if customer.is_some() { Rule::OnAccount } else { Rule::None };
        Decision { rule, customer, shares: Vec::new(), why }
    }
}

/// Decides about a line.
///
/// # Errors
/// `AMOUNT_OUT_OF_RANGE` when sums leave the range of money; never for honest items.
pub fn decide(question: &Question<'_>) -> Result<Decision, Fault> {
    if !question.named.is_empty() {
        return by_reference::decide(question);
    }
    let Some(payer) = question.payer else {
        let why = "no document is named and the payer is not known";
        return Ok(Decision::wait(None, why.to_owned()));
    };
    if let Some(decision) = by_reference::loosely(question, payer)? {
        return Ok(decision);
    }
    by_amount::decide(question, payer)
}

impl Question<'_> {
    /// True when the payer, if known, pays for this customer.
    pub fn may_pay_for(&self, customer: CustomerId) -> bool {
        self.payer.is_none_or(|payer| payer.customer == customer || self.pays_for.contains(&customer))
    }

    /// All that is open on an item, with its discount where one is due.
    pub fn in_full(&self, item: &OpenItem, with_discount: bool) -> Result<Share, Fault> {
        let open = item.open()?;
        let zero = Money::zero(open.currency());
        let saved = item.discount_on(self.paid_on, self.terms.discount_grace_days).filter(|_| with_discount);
        let discount = saved.filter(|saved| saved.minor() < open.minor()).unwrap_or(zero);
        Ok(Share { item: item.id, part: Part { amount: open.sub(discount)?, discount, write_off: zero } })
    }

    /// Every item in full when their cash is exactly the amount: without discounts, or with all that are due.
    pub fn exactly(&self, items: &[&OpenItem]) -> Result<Option<Vec<Share>>, Fault> {
        for with_discount in [false, true] {
            let shares = items.iter().map(|item| self.in_full(item, with_discount)).collect::<Result<Vec<Share>, Fault>>()?;
            let cash = Money::sum(self.amount.currency(), shares.iter().map(|share| share.part.amount))?;
            if cash == self.amount && !shares.is_empty() {
                return Ok(Some(shares));
            }
        }
        Ok(None)
    }
}

/// `A`, `A and B`, `A, B and 3 more`.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

fn numbers(items: &[&OpenItem]) -> String {
    listed(items.iter().map(|item| item.number.as_str()))
}

fn has_discount(shares: &[Share]) -> bool {
    shares.iter().any(|share| share.part.discount.is_positive())
}

#[cfg(test)]
mod tests;
