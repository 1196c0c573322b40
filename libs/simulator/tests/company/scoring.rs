//! The scorer gives full marks to the truth and sees every kind of mistake.

use quittance_simulator::score::{Applied, AppliedLine};
use quittance_simulator::truth::{LineKind, TruthBook};

use super::fake::{params, play};

fn perfect(book: &TruthBook) -> Vec<AppliedLine> {
    let mut applied = Vec::new();
    for line in &book.lines {
        let LineKind::Receipt { customer, .. } = &line.kind else { continue };
        let applications = line
            .covers
            .iter()
            .map(|cover| Applied { document: cover.document.clone(), cash: cover.cash, discount: cover.discount })
            .collect();
        let bank_reference = line.bank_reference.clone();
        applied.push(AppliedLine { bank_reference, customer: Some(customer.clone()), applications });
    }
    applied
}

#[test]
fn the_truth_scores_in_full() {
    let played = play(params(2, 60, 150));
    let book = played.play.truth();
    let score = book.score(&perfect(book)).unwrap();
    assert_eq!((score.recall_bp(), score.precision_bp(), score.amount_precision_bp()), (10_000, 10_000, 10_000));
    assert_eq!((score.wrong, score.incomplete, score.unknown, score.not_receivable_applied), (0, 0, 0, 0));
    assert_eq!(score.right, score.receipts);
    assert_eq!(score.by_style.values().map(|(all, _)| all).sum::<u64>(), score.receipts);
}

#[test]
fn nothing_applied_is_precise_and_recalls_nothing() {
    let played = play(params(2, 60, 150));
    let score = played.play.truth().score(&[]).unwrap();
    assert_eq!((score.recall_bp(), score.precision_bp()), (0, 10_000));
}

#[test]
fn mistakes_are_seen() {
    let played = play(params(2, 60, 150));
    let book = played.play.truth();
    let mut applied = perfect(book);
    let own = applied.iter().position(|line| line.applications.len() == 1).unwrap();
    let owner = applied[own].customer.clone().unwrap();
    let foreign = book.owners.iter().find(|(_, customer)| **customer != owner).unwrap().0.clone();
    applied[own].applications[0].document = foreign;
    let batch = applied.iter().position(|line| line.applications.len() > 1).unwrap();
    applied[batch].applications.pop();
    let missing = applied.iter().rposition(|line| line.applications.len() == 1).unwrap();
    applied.remove(missing);
    let stranger = book.lines.iter().find(|line| line.kind == LineKind::Stranger).unwrap();
    let document = book.owners.keys().next().unwrap().clone();
    applied.push(AppliedLine {
        bank_reference: stranger.bank_reference.clone(),
        customer: None,
        applications: vec![Applied { document, cash: stranger.amount, discount: stranger.amount }],
    });
    let score = book.score(&applied).unwrap();
    assert_eq!((score.wrong, score.wrong_customer, score.incomplete), (1, 1, 1));
    assert_eq!(score.not_receivable_applied, 1);
    assert_eq!(score.right, score.receipts - 3);
    assert!(score.amount_precision_bp() < 10_000);
}
