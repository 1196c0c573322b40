//! A known payer and an amount.

use quittance_types::{Fault, Money};

use super::{Decision, KnownBy, Payer, Question, Rule, Share, has_discount, numbers};
use crate::domain::item::OpenItem;

/// Decides about a line whose payer is known and which names no document.
pub(super) fn decide(question: &Question<'_>, payer: Payer) -> Result<Decision, Fault> {
    let payable: Vec<&OpenItem> = question.owned.iter().copied().filter(|item| is_payable(question, item)).collect();
    let who = match payer.by {
        KnownBy::Iban => "the payer's account is known",
        KnownBy::Name => "the payer's name is known",
    };
    let fitting = fitting(question, &payable)?;
    match fitting.as_slice() {
        [(item, shares)] => {
            let how = if has_discount(shares) { "less the discount due" } else { "exactly" };
            let why = format!("{who} and the amount is {how} what {} asks for", item.number);
            Ok(Decision::pay(Rule::AmountAndCustomer, payer.customer, shares.clone(), why))
        }
        [] => all_due(question, payer, &payable, who),
        several => {
            let items: Vec<&OpenItem> = several.iter().map(|(item, _)| *item).collect();
            Ok(Decision::wait(Some(payer.customer), format!("{who}; the amount fits {} alike", numbers(&items))))
        }
    }
}

fn is_payable(question: &Question<'_>, item: &OpenItem) -> bool {
    item.is_open() && !item.disputed && !item.document.is_credit() && item.currency() == question.amount.currency()
}

fn fitting<'a>(question: &Question<'_>, items: &[&'a OpenItem]) -> Result<Vec<(&'a OpenItem, Vec<Share>)>, Fault> {
    let mut fitting = Vec::new();
    for item in items {
        if let Some(shares) = question.exactly(std::slice::from_ref(item))? {
            fitting.push((*item, shares));
        }
    }
    Ok(fitting)
}

fn all_due(question: &Question<'_>, payer: Payer, payable: &[&OpenItem], who: &str) -> Result<Decision, Fault> {
    let due: Vec<&OpenItem> = payable.iter().copied().filter(|item| item.due_on <= question.paid_on).collect();
    for (items, what) in [(due, "due"), (payable.to_vec(), "open")] {
        let shares = items.iter().map(|item| question.in_full(item, false)).collect::<Result<Vec<Share>, Fault>>()?;
        let cash = Money::sum(question.amount.currency(), shares.iter().map(|share| share.part.amount))?;
        if cash == question.amount && !shares.is_empty() {
            let why = format!("{who} and the amount is all that is {what}: {}", numbers(&items));
            return Ok(Decision::pay(Rule::AmountAndCustomer, payer.customer, shares, why));
        }
    }
    let why = if payable.is_empty() { "nothing is open" } else { "the amount fits no open item" };
    Ok(Decision::wait(Some(payer.customer), format!("{who}; {why}")))
}
