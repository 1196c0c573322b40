//! Documents the line names.

use quittance_types::{CustomerId, Fault, Money};

use super::clues::{names_loosely, number_key};
use super::{Decision, Payer, Question, Rule, Share, has_discount, listed, numbers};
use crate::domain::item::{ItemState, OpenItem, Part};

/// Decides about a line that names documents in full.
pub(super) fn decide(question: &Question<'_>) -> Result<Decision, Fault> {
    let payer = question.payer.map(|payer| payer.customer);
    let owners = owners(&question.named);
    let [owner] = owners.as_slice() else {
        let why = format!("{} belong to different customers", numbers(&question.named));
        return Ok(Decision::wait(payer, why));
    };
    if !question.may_pay_for(*owner) {
        let why = format!("names {}, which is another customer's than the payer's", numbers(&question.named));
        return Ok(Decision::wait(payer, why));
    }
    if let Some(why) = contradiction(question) {
        return Ok(Decision::wait(Some(*owner), why));
    }
    settle(question, *owner)
}

fn owners(items: &[&OpenItem]) -> Vec<CustomerId> {
    let mut owners: Vec<CustomerId> = items.iter().map(|item| item.customer).collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

/// Why what is named cannot be what is paid.
fn contradiction(question: &Question<'_>) -> Option<String> {
    let those = |wanted: &dyn Fn(&OpenItem) -> bool| -> String {
        listed(question.named.iter().filter(|item| wanted(item)).map(|item| item.number.as_str()))
    };
    let settled = those(&|item| item.state == ItemState::Settled);
    let void = those(&|item| item.state == ItemState::Void);
    let disputed = those(&|item| item.disputed && item.is_open());
    let credits = those(&|item| item.document.is_credit() && item.is_open());
    let foreign = those(&|item| item.currency() != question.amount.currency());
    let found = [
        (settled, "settled already: it may be paid twice"),
        (void, "void"),
        (disputed, "disputed"),
        (credits, "a credit memo: somebody has to say what it is set against"),
        (foreign, "in another currency"),
    ];
    found.into_iter().find(|(which, _)| !which.is_empty()).map(|(which, what)| format!("names {which}, {what}"))
}

fn settle(question: &Question<'_>, owner: CustomerId) -> Result<Decision, Fault> {
    let rule = rule_of(question);
    let named = numbers(&question.named);
    if let Some(shares) = question.exactly(&question.named)? {
        let how = if has_discount(&shares) { "less the discount due" } else { "to the cent" };
        return Ok(Decision::pay(rule, owner, shares, format!("names {named} and pays it {how}")));
    }
    let full = question.named.iter().map(|item| question.in_full(item, false)).collect::<Result<Vec<Share>, Fault>>()?;
    let asked = Money::sum(question.amount.currency(), full.iter().map(|share| share.part.amount))?;
    if question.amount.minor() > asked.minor() {
        let over = question.amount.sub(asked)?;
        return Ok(Decision::pay(rule, owner, full, format!("names {named} and pays {over} more")));
    }
    match full.as_slice() {
        [only] => {
            let share = Share { item: only.item, part: Part::cash(question.amount) };
            let short = asked.sub(question.amount)?;
            Ok(Decision::pay(rule, owner, vec![share], format!("names {named} and pays {short} less")))
        }
        _ => Ok(Decision::wait(Some(owner), format!("names {named}, which ask for {asked} together"))),
    }
}

fn rule_of(question: &Question<'_>) -> Rule {
    let by_reference = question.named.iter().any(|item| question.clues.references.contains(&number_key(&item.creditor_reference)));
    if by_reference { Rule::CreditorReference } else { Rule::DocumentNumber }
}

/// Documents of a known payer that are named by their last digits or its own order numbers, if they add up exactly.
pub(super) fn loosely(question: &Question<'_>, payer: Payer) -> Result<Option<Decision>, Fault> {
    let fits = |item: &&OpenItem| names_loosely(question.clues, item) && item.currency() == question.amount.currency();
    let named: Vec<&OpenItem> = question.owned.iter().copied().filter(fits).collect();
    if named.iter().any(|item| item.disputed || item.document.is_credit()) {
        return Ok(None);
    }
    let Some(shares) = question.exactly(&named)? else { return Ok(None) };
    let why = format!("the digits of {} of the known payer add up", numbers(&named));
    Ok(Some(Decision::pay(Rule::DocumentNumber, payer.customer, shares, why)))
}
