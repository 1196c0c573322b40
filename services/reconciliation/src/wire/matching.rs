//! What the engine decided, as messages.

use quittance_api::convert::{date_to_wire, money_to_wire, timestamp_to_wire};
use quittance_api::reconciliation::v1 as pb;
use quittance_matching::proposal::{Band, Block, Field, Refusal};
use quittance_types::{CustomerId, Fault, LegalEntityId, Money, OpenItemId};

use super::line_state;
use crate::domain::line::{BankLine, LineState};
use crate::domain::match_run::{MatchRun, MatchRunState};
use crate::ledgers::{CandidateView, EvidenceView, Proposed, Share};

/// What would become of a line that waits, or would have.
///
/// # Errors
/// `AMOUNT_OUT_OF_RANGE`, never for what the engine answers.
pub fn outcome(line: &BankLine, proposed: &Proposed) -> Result<pb::MatchOutcome, Fault> {
    decided(line, state_after(line, proposed), proposed)
}

/// The same for a line of which it is known where it stands now.
///
/// # Errors
/// As [`outcome`].
pub fn decided(line: &BankLine, state: LineState, proposed: &Proposed) -> Result<pb::MatchOutcome, Fault> {
    let shares = proposed.auto().map(|candidate| candidate.shares.as_slice()).unwrap_or_default();
    Ok(pb::MatchOutcome {
        bank_line_id: line.id.to_string(),
        state: line_state(state).into(),
        rule: proposed.rule.clone(),
        why: proposed.why(),
        parts: shares.iter().map(part).collect::<Result<Vec<pb::MatchPart>, Fault>>()?,
        band: band(proposed.proposal.band).into(),
        confidence_ppm: i32::try_from(proposed.proposal.confidence).unwrap_or(i32::MAX),
        refusal: refusal(proposed),
    })
}

/// What was decided about a line, as it is stored.
pub fn stored(line: &BankLine) -> pb::MatchOutcome {
    let verdict = &line.verdict;
    let is_refused = !verdict.refusal.is_empty();
    pb::MatchOutcome {
        bank_line_id: line.id.to_string(),
        state: line_state(line.state).into(),
        rule: line.rule.clone(),
        why: line.why.clone(),
        parts: Vec::new(),
        band: band_of(&verdict.band).into(),
        confidence_ppm: verdict.confidence_ppm,
        refusal: is_refused.then(|| pb::MatchReason { reason: verdict.refusal.clone(), message: line.why.clone() }),
    }
}

fn state_after(line: &BankLine, proposed: &Proposed) -> LineState {
    let Some(candidate) = proposed.auto() else {
        return if proposed.payer.is_some() { LineState::Unapplied } else { LineState::Unidentified };
    };
    let cash = |share: &Share| if share.is_credit { -share.part.amount.minor() } else { share.part.amount.minor() };
    let given = candidate.shares.iter().map(cash).fold(0_i64, i64::saturating_add);
    match given {
        0 => LineState::Unapplied,
        given if given == line.movement.amount.minor() => LineState::Applied,
        _ => LineState::PartlyApplied,
    }
}

/// A proposal; `names` knows the customers in it.
///
/// # Errors
/// As [`outcome`].
pub fn proposal(line: &BankLine, proposed: &Proposed, names: impl Fn(CustomerId) -> String) -> Result<pb::MatchProposal, Fault> {
    let own = &proposed.proposal;
    let candidates = (1..).zip(&proposed.candidates).map(|(place, one)| candidate(line, place, one, &names));
    Ok(pb::MatchProposal {
        bank_line_id: line.id.to_string(),
        band: band(own.band).into(),
        line_class: own.class.as_str().to_owned(),
        match_class: own.match_class.as_str().to_owned(),
        confidence_ppm: i32::try_from(own.confidence).unwrap_or(i32::MAX),
        margin_millibits: own.margin,
        candidates: candidates.collect::<Result<Vec<pb::MatchCandidate>, Fault>>()?,
        refusal: refusal(proposed),
        etag: proposed.etag(),
        policy_version: proposed.policy_version,
    })
}

/// One reading, as the so-many-th.
///
/// # Errors
/// As [`outcome`].
pub fn candidate(
    line: &BankLine,
    place: i32,
    view: &CandidateView,
    names: impl Fn(CustomerId) -> String,
) -> Result<pb::MatchCandidate, Fault> {
    let on_account = Money::from_minor(view.on_account, line.movement.amount.currency())?;
    Ok(pb::MatchCandidate {
        candidate: place,
        kind: view.kind.as_str().to_owned(),
        customer_id: view.customer.map(|customer| customer.to_string()).unwrap_or_default(),
        customer_name: view.customer.map(names).unwrap_or_default(),
        parts: view.shares.iter().map(part).collect::<Result<Vec<pb::MatchPart>, Fault>>()?,
        on_account: (!on_account.is_zero()).then(|| money_to_wire(on_account)),
        millibits: view.bits,
        evidence: view.evidence.iter().map(evidence).collect(),
        blocks: view.blocks.iter().map(|block| block_reason(*block)).collect(),
    })
}

fn part(share: &Share) -> Result<pb::MatchPart, Fault> {
    let signed = |money: Money| money_to_wire(if share.is_credit { money.neg() } else { money });
    let difference = Money::from_minor(share.difference_minor.saturating_abs(), share.part.amount.currency())?;
    Ok(pb::MatchPart {
        open_item_id: share.item.to_string(),
        document_number: share.number.clone(),
        amount: Some(signed(share.part.amount)),
        discount: Some(signed(share.part.discount)),
        write_off: Some(signed(share.part.write_off)),
        difference: share.difference.map_or("", |difference| difference.as_str()).to_owned(),
        difference_amount: share.difference.map(|_| signed(difference)),
    })
}

fn evidence(view: &EvidenceView) -> pb::MatchEvidence {
    pb::MatchEvidence {
        feature: view.feature.as_str().to_owned(),
        field: field(view.field).to_owned(),
        start: view.span.0.into(),
        end: view.span.1.into(),
        open_item_id: view.item.as_ref().map(OpenItemId::to_string).unwrap_or_default(),
        customer_id: view.customer.as_ref().map(CustomerId::to_string).unwrap_or_default(),
        sharers: i32::try_from(view.sharers).unwrap_or(i32::MAX),
        millibits: view.bits,
        message: view.message.clone(),
    }
}

const fn field(field: Field) -> &'static str {
    match field {
        Field::Text => "text",
        Field::EndToEndId => "end_to_end_id",
        Field::StructuredReference => "structured_reference",
        Field::PayerName => "payer_name",
        Field::PayerAccount => "payer_account",
        Field::Amount => "amount",
        Field::ValueDate => "value_date",
        Field::Advice => "advice",
        Field::Ledger => "ledger",
    }
}

const fn band(band: Band) -> pb::MatchBand {
    match band {
        Band::Auto => pb::MatchBand::Auto,
        Band::Suggest => pb::MatchBand::Suggest,
        Band::None => pb::MatchBand::None,
    }
}

fn band_of(stored: &str) -> pb::MatchBand {
    let known = [Band::Auto, Band::Suggest, Band::None].into_iter().find(|band| band.as_str() == stored);
    known.map_or(pb::MatchBand::Unspecified, band)
}

fn refusal(proposed: &Proposed) -> Option<pb::MatchReason> {
    let refusal: Refusal = proposed.proposal.refusal.filter(|_| proposed.proposal.band != Band::Auto)?;
    Some(pb::MatchReason { reason: refusal.as_str().to_owned(), message: refusal.sentence().to_owned() })
}

fn block_reason(block: Block) -> pb::MatchReason {
    pb::MatchReason { reason: block.as_str().to_owned(), message: block.sentence().to_owned() }
}

/// A run as a message.
pub fn run(run: &MatchRun) -> pb::MatchRun {
    let progress = run.progress;
    pb::MatchRun {
        match_run_id: run.id.to_string(),
        legal_entity_id: run.seller.as_ref().map(LegalEntityId::to_string).unwrap_or_default(),
        state: run_state(run.state).into(),
        lines_total: run.lines_total,
        lines_seen: progress.seen,
        applied: progress.applied,
        unapplied: progress.unapplied,
        unidentified: progress.unidentified,
        as_of: Some(date_to_wire(run.as_of)),
        create_time: Some(timestamp_to_wire(run.created_at)),
        end_time: run.ended_at.map(timestamp_to_wire),
        error: if run.state == MatchRunState::Failed { run.error.clone() } else { String::new() },
        etag: run.version.to_string(),
    }
}

const fn run_state(state: MatchRunState) -> pb::MatchRunState {
    match state {
        MatchRunState::Queued => pb::MatchRunState::Queued,
        MatchRunState::Running => pb::MatchRunState::Running,
        MatchRunState::Paused => pb::MatchRunState::Paused,
        MatchRunState::Completed => pb::MatchRunState::Completed,
        MatchRunState::Failed => pb::MatchRunState::Failed,
    }
}
