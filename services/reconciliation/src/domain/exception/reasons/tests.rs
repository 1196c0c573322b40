use quittance_matching::proposal::{Allocation, Band, HypothesisKind, LineClass, MatchClass, Subject};

use super::*;

fn reading(blocks: Vec<Block>, evidence: Vec<Evidence>) -> Hypothesis {
    Hypothesis {
        kind: HypothesisKind::OneItem,
        customer: Some(0),
        allocations: vec![Allocation { item: 0, applied: 100, adjustment: 0, kind: None }],
        on_account: 0,
        bits: 20_000,
        evidence,
        blocks,
        match_class: MatchClass::A,
        oldest_first: false,
    }
}

fn refused(refusal: Refusal, best: Option<Hypothesis>) -> Proposal {
    Proposal {
        line: 0,
        class: LineClass::Receipt,
        band: Band::Suggest,
        match_class: MatchClass::A,
        confidence: 0,
        margin: 0,
        ranked: best.into_iter().collect(),
        refusal: Some(refusal),
        payer: None,
    }
}

fn against(feature: Feature, field: Field) -> Evidence {
    Evidence { feature, field, span: (0, 4), subject: Subject::Whole, sharers: 0, bits: -9_000 }
}

#[test]
fn a_reason_stands_where_its_evidence_does_and_is_told_once() {
    let evidence = vec![against(Feature::ClosedReference, Field::EndToEndId), against(Feature::AccountContradicts, Field::PayerAccount)];
    let best = reading(vec![Block::ClosedReference, Block::MarginTooSmall], evidence);
    let (kind, reasons) = of_proposal(&refused(Refusal::Blocked(Block::ClosedReference), Some(best)));
    let told: Vec<(&str, &str)> = reasons.iter().map(|one| (one.field.as_str(), one.reason.as_str())).collect();
    assert_eq!(kind, ExceptionKind::ReferenceConflict);
    assert_eq!(told, [("end_to_end_id", "closed_reference"), ("", "margin_too_small"), ("counterparty_iban", "account_contradicts")]);
    assert!(reasons.iter().all(|one| one.message.ends_with('.')));
}

#[test]
fn money_nobody_knows_is_told_from_money_that_fits_nothing() {
    let kind = |refusal, best| of_proposal(&refused(refusal, best)).0;
    assert_eq!(kind(Refusal::NothingKnown, None), ExceptionKind::Unidentified);
    assert_eq!(kind(Refusal::NothingFits, Some(reading(Vec::new(), Vec::new()))), ExceptionKind::Unapplied);
    let of_payer = Proposal { payer: Some(3), ..refused(Refusal::NothingKnown, None) };
    assert_eq!(of_proposal(&of_payer).0, ExceptionKind::Unapplied);
    assert_eq!(kind(Refusal::Confidence, None), ExceptionKind::Uncertain);
    assert_eq!(kind(Refusal::Duplicate, None), ExceptionKind::Duplicate);
}

#[test]
fn a_difference_is_over_or_under() {
    let short = reading(vec![Block::RelationNeedsPerson], Vec::new());
    let over = Hypothesis { on_account: 50, ..short.clone() };
    let kind = |best| of_proposal(&refused(Refusal::Blocked(Block::RelationNeedsPerson), Some(best))).0;
    assert_eq!((kind(short), kind(over)), (ExceptionKind::UnderAmount, ExceptionKind::OverAmount));
}

#[test]
fn what_is_certain_to_be_wrong_tells_more_than_doubt() {
    let best = reading(vec![Block::MarginTooSmall, Block::Disputed], Vec::new());
    let (kind, reasons) = of_proposal(&refused(Refusal::Blocked(Block::MarginTooSmall), Some(best)));
    assert_eq!((kind, reasons[0].reason.as_str()), (ExceptionKind::ReferenceConflict, "margin_too_small"));
    let in_dispute = Evidence { bits: 500, ..against(Feature::Disputed, Field::Ledger) };
    let contested = refused(Refusal::Blocked(Block::ItemContested), Some(reading(vec![Block::ItemContested], vec![in_dispute])));
    let (kind, reasons) = of_proposal(&contested);
    assert_eq!((kind, reasons[1].reason.as_str()), (ExceptionKind::ReferenceConflict, "disputed"));
}
