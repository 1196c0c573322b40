//! What speaks for and against a candidate, in sentences.

use quittance_types::Fault;

use super::clues::{names_loosely, number_key};
use super::{KnownBy, Question};
use crate::domain::item::{ItemState, OpenItem};

/// What speaks for and against an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// For it.
    pub pro: Vec<String>,
    /// Against it.
    pub contra: Vec<String>,
}

/// The evidence about one candidate.
///
/// # Errors
/// `AMOUNT_OUT_OF_RANGE`, never for honest items.
pub fn about(question: &Question<'_>, item: &OpenItem) -> Result<Evidence, Fault> {
    let mut evidence = Evidence::default();
    about_names(question, item, &mut evidence);
    about_payer(question, item, &mut evidence);
    about_amount(question, item, &mut evidence)?;
    about_state(item, &mut evidence);
    Ok(evidence)
}

fn about_names(question: &Question<'_>, item: &OpenItem, evidence: &mut Evidence) {
    let clues = question.clues;
    if !item.creditor_reference.is_empty() && clues.references.contains(&number_key(&item.creditor_reference)) {
        evidence.pro.push(format!("the structured reference {} is its own", item.creditor_reference));
    }
    if clues.numbers.contains(&number_key(&item.number)) {
        evidence.pro.push(format!("the text names {}", item.number));
    } else if names_loosely(clues, item) {
        evidence.pro.push("the text has its last digits or its order number".to_owned());
    }
    let others: Vec<&str> = question.named.iter().filter(|other| other.id != item.id).map(|other| other.number.as_str()).collect();
    if !others.is_empty() {
        evidence.contra.push(format!("the line also names {}", super::listed(others.into_iter())));
    }
}

fn about_payer(question: &Question<'_>, item: &OpenItem, evidence: &mut Evidence) {
    match question.payer {
        None => evidence.contra.push("the payer is not known".to_owned()),
        Some(payer) if payer.customer == item.customer => evidence.pro.push(match payer.by {
            KnownBy::Iban => "paid from an account of this customer".to_owned(),
            KnownBy::Name => "the payer has this customer's name".to_owned(),
        }),
        Some(_) if question.may_pay_for(item.customer) => evidence.pro.push("the payer is this customer's parent".to_owned()),
        Some(_) => evidence.contra.push("the payer is another customer".to_owned()),
    }
}

fn about_amount(question: &Question<'_>, item: &OpenItem, evidence: &mut Evidence) -> Result<(), Fault> {
    let open = item.open()?;
    if open.currency() != question.amount.currency() {
        evidence.contra.push(format!("it asks for {}", open.currency()));
        return Ok(());
    }
    let discounted = question.in_full(item, true)?.part;
    if open == question.amount {
        evidence.pro.push("the amount is exactly what is open".to_owned());
    } else if discounted.amount == question.amount {
        evidence.pro.push(format!("the amount is what is open less the discount of {}", discounted.discount));
    } else {
        let difference = question.amount.sub(open)?;
        let words = if difference.is_negative() { "less" } else { "more" };
        evidence.contra.push(format!("the amount is {} {words} than is open", difference.abs()));
    }
    Ok(())
}

fn about_state(item: &OpenItem, evidence: &mut Evidence) {
    match item.state {
        ItemState::Settled => evidence.contra.push("it is settled".to_owned()),
        ItemState::Void => evidence.contra.push("it is void".to_owned()),
        ItemState::Open | ItemState::PartlySettled => {}
    }
    if item.disputed {
        evidence.contra.push("it is disputed".to_owned());
    }
    if item.document.is_credit() {
        evidence.contra.push("it is a credit memo".to_owned());
    }
}
