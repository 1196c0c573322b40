//! Why the engine left a line to a person, field by field.

use quittance_matching::proposal::{Block, DifferenceKind, Evidence, Feature, Field, Hypothesis, Proposal, Refusal};
use serde::{Deserialize, Serialize};

use super::ExceptionKind;

/// Most reasons one exception tells.
const MOST: usize = 8;

/// One thing that is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionReason {
    /// Field of the line, as the contract names it; empty: the line as a whole.
    pub field: String,
    /// In a word.
    pub reason: String,
    /// As a sentence.
    pub message: String,
}

impl ExceptionReason {
    /// A reason.
    pub fn new(field: &str, reason: &str, message: &str) -> ExceptionReason {
        ExceptionReason { field: field.to_owned(), reason: reason.to_owned(), message: message.to_owned() }
    }
}

/// What is the matter with a line the engine left to a person, and what is in the way: the refusal, then what forbids the
/// best reading, then what speaks against it.
pub fn of_proposal(proposal: &Proposal) -> (ExceptionKind, Vec<ExceptionReason>) {
    let evidence = proposal.best().map_or(&[][..], |best| best.evidence.as_slice());
    let obstacles = obstacles(proposal);
    let first = proposal.refusal.map(|refusal| match refusal {
        Refusal::Blocked(block) => of_block(block, evidence),
        other => ExceptionReason::new(name(place_of_refusal(other, evidence)), other.as_str(), other.sentence()),
    });
    let mut reasons: Vec<ExceptionReason> = Vec::new();
    for reason in first.into_iter().chain(obstacles.iter().map(|block| of_block(*block, evidence))) {
        let is_known = reasons.iter().any(|known| known.reason == reason.reason && known.field == reason.field);
        if !is_known && reasons.len() < MOST {
            reasons.push(reason);
        }
    }
    (kind(proposal, &obstacles), reasons)
}

/// What forbids the best reading, and what speaks against it.
fn obstacles(proposal: &Proposal) -> Vec<Block> {
    let Some(best) = proposal.best() else { return Vec::new() };
    let against = best.evidence.iter().filter(|one| is_against(one)).filter_map(|one| contradiction(one.feature));
    best.blocks.iter().copied().chain(against).collect()
}

/// A dispute is always in the way, although a document in dispute is the likelier to be paid by who names it.
fn is_against(evidence: &Evidence) -> bool {
    evidence.bits < 0 || evidence.feature == Feature::Disputed
}

fn of_block(block: Block, evidence: &[Evidence]) -> ExceptionReason {
    ExceptionReason::new(name(place_of_block(block, evidence)), block.as_str(), block.sentence())
}

fn kind(proposal: &Proposal, obstacles: &[Block]) -> ExceptionKind {
    let is_known = proposal.payer.is_some() || proposal.best().is_some_and(|best| best.customer.is_some());
    let by_payer = if is_known { ExceptionKind::Unapplied } else { ExceptionKind::Unidentified };
    match proposal.refusal {
        Some(Refusal::NotReceivable) => ExceptionKind::NotReceivable,
        Some(Refusal::NothingKnown | Refusal::NothingFits | Refusal::AmountOnly) => by_payer,
        Some(Refusal::OnAccount) => ExceptionKind::Unapplied,
        Some(Refusal::Duplicate | Refusal::AlreadyApplied) => ExceptionKind::Duplicate,
        Some(Refusal::OriginalNotFound) => ExceptionKind::Suspense,
        Some(Refusal::Blocked(block)) => most_telling(block, obstacles, proposal.best()),
        Some(Refusal::Confidence) | None => ExceptionKind::Uncertain,
    }
}

/// What the refusal says; where that is only that nothing is certain, what else stands in the way.
fn most_telling(refusal: Block, obstacles: &[Block], best: Option<&Hypothesis>) -> ExceptionKind {
    let kinds = std::iter::once(&refusal).chain(obstacles).map(|block| kind_of_block(*block, best));
    let mut certain = kinds.filter(|kind| *kind != ExceptionKind::Uncertain);
    certain.next().unwrap_or(ExceptionKind::Uncertain)
}

fn kind_of_block(block: Block, best: Option<&Hypothesis>) -> ExceptionKind {
    match block {
        Block::AccountContradicts
        | Block::NameContradicts
        | Block::QuotedItemDiffers
        | Block::ClosedReference
        | Block::UnknownReference
        | Block::PaidBeforeIssue
        | Block::Disputed => ExceptionKind::ReferenceConflict,
        Block::CustomerAmbiguous | Block::AmountOnly => ExceptionKind::Unidentified,
        Block::MarginTooSmall
        | Block::AboveCeiling
        | Block::BelowThreshold
        | Block::NameOnly
        | Block::ItemContested
        | Block::DistractorOnly
        | Block::PolicyRule
        | Block::CustomerByRule => ExceptionKind::Uncertain,
        Block::AmountUnexplained | Block::RelationNeedsPerson if best.is_some_and(is_over) => ExceptionKind::OverAmount,
        Block::AmountUnexplained | Block::RelationNeedsPerson => ExceptionKind::UnderAmount,
        Block::SetNotUnique | Block::SetByChance | Block::Batch => ExceptionKind::SplitMismatch,
        Block::CurrencyDiffers => ExceptionKind::CurrencyMismatch,
        Block::NothingOpen => ExceptionKind::Duplicate,
        Block::NotReceivable => ExceptionKind::NotReceivable,
    }
}

/// More came than the documents of the reading ask for.
fn is_over(best: &Hypothesis) -> bool {
    best.on_account > 0 || best.allocations.iter().any(|part| part.kind == Some(DifferenceKind::Overpayment))
}

/// Where a refusal points to.
fn place_of_refusal(refusal: Refusal, evidence: &[Evidence]) -> Option<Field> {
    match refusal {
        Refusal::NothingFits | Refusal::AmountOnly => Some(Field::Amount),
        Refusal::Duplicate => found(evidence, Feature::ClosedReference),
        Refusal::OriginalNotFound => Some(Field::EndToEndId),
        Refusal::Blocked(block) => place_of_block(block, evidence),
        Refusal::NotReceivable | Refusal::NothingKnown | Refusal::Confidence | Refusal::OnAccount | Refusal::AlreadyApplied => None,
    }
}

/// Where a block points to: where its evidence stands, else where such things stand.
fn place_of_block(block: Block, evidence: &[Evidence]) -> Option<Field> {
    let at = |feature| found(evidence, feature);
    match block {
        Block::AccountContradicts => Some(Field::PayerAccount),
        Block::NameContradicts | Block::CustomerAmbiguous | Block::NameOnly => Some(Field::PayerName),
        Block::QuotedItemDiffers => at(Feature::QuotedItemIgnored).or(Some(Field::Text)),
        Block::ClosedReference => at(Feature::ClosedReference).or(Some(Field::Text)),
        Block::DistractorOnly | Block::UnknownReference => Some(Field::Text),
        Block::AboveCeiling
        | Block::AmountUnexplained
        | Block::RelationNeedsPerson
        | Block::SetNotUnique
        | Block::SetByChance
        | Block::AmountOnly
        | Block::CurrencyDiffers => Some(Field::Amount),
        Block::PaidBeforeIssue => Some(Field::ValueDate),
        Block::MarginTooSmall
        | Block::ItemContested
        | Block::Disputed
        | Block::Batch
        | Block::BelowThreshold
        | Block::NothingOpen
        | Block::NotReceivable
        | Block::PolicyRule
        | Block::CustomerByRule => None,
    }
}

fn found(evidence: &[Evidence], feature: Feature) -> Option<Field> {
    evidence.iter().find(|one| one.feature == feature).map(|one| one.field)
}

/// The block that says what a contradicting piece of evidence means.
fn contradiction(feature: Feature) -> Option<Block> {
    match feature {
        Feature::AccountContradicts => Some(Block::AccountContradicts),
        Feature::NameContradicts => Some(Block::NameContradicts),
        Feature::ClosedReference => Some(Block::ClosedReference),
        Feature::CurrencyDiffers => Some(Block::CurrencyDiffers),
        Feature::Disputed => Some(Block::Disputed),
        Feature::PaidBeforeIssue => Some(Block::PaidBeforeIssue),
        Feature::QuotedItemIgnored => Some(Block::QuotedItemDiffers),
        Feature::AmountUnexplained => Some(Block::AmountUnexplained),
        _ => None,
    }
}

/// The field as the contract of bank lines names it.
fn name(field: Option<Field>) -> &'static str {
    match field {
        Some(Field::Text) => "remittance_text",
        Some(Field::EndToEndId) => "end_to_end_id",
        Some(Field::StructuredReference) => "creditor_reference",
        Some(Field::PayerName) => "counterparty_name",
        Some(Field::PayerAccount) => "counterparty_iban",
        Some(Field::Amount) => "amount",
        Some(Field::ValueDate) => "value_date",
        Some(Field::Advice | Field::Ledger) | None => "",
    }
}

#[cfg(test)]
mod tests;
