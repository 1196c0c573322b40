//! What the engine answers, in the service's own ids.

use quittance_matching::Grade;
use quittance_matching::proposal::{
    Allocation, Band, Block, DifferenceKind, Evidence, Feature, Field, Hypothesis, HypothesisKind, Proposal, Refusal, Subject,
};
use quittance_matching::record::Line;
use quittance_types::{Currency, CustomerId, Fault, Money, OpenItemId, RemittanceAdviceId, Uuid};
use sha2::{Digest, Sha256};

use super::records;
use super::seller::SellerLedger;
use crate::domain::answer::reading_key;
use crate::domain::item::{GivenUp, Part};
use crate::domain::line::BankLine;
use crate::domain::policy::MatchPolicy;

/// The rule of a line no reading fits.
pub const NOTHING: &str = "none";

/// Money for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The item.
    pub item: OpenItemId,
    /// The version of it the engine has seen.
    pub version: i64,
    /// Number of its document.
    pub number: String,
    /// Whose item it is.
    pub customer: CustomerId,
    /// True for a credit memo: the part is used against the invoices, and its amounts are positive all the same.
    pub is_credit: bool,
    /// Cash, discount and what is given up.
    pub part: Part,
    /// Why the item gets less than was open.
    pub difference: Option<DifferenceKind>,
    /// What it gets less, minor units.
    pub difference_minor: i64,
}

/// One summand of a reading's weight, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceView {
    /// Which agreement or contradiction.
    pub feature: Feature,
    /// Where in the line.
    pub field: Field,
    /// First byte in the field and first byte after; both 0 when the whole field is meant.
    pub span: (u16, u16),
    /// About which item.
    pub item: Option<OpenItemId>,
    /// About which customer.
    pub customer: Option<CustomerId>,
    /// How many items or customers share it.
    pub sharers: u32,
    /// Thousandths of a bit, negative against.
    pub bits: i32,
    /// As a sentence.
    pub message: String,
}

/// One reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateView {
    /// Whose money it is.
    pub customer: Option<CustomerId>,
    /// What it pays.
    pub shares: Vec<Share>,
    /// What is kept on account, minor units.
    pub on_account: i64,
    /// Which kind of reading.
    pub kind: HypothesisKind,
    /// Its weight, thousandths of a bit: the sum of its evidence.
    pub bits: i32,
    /// What speaks for and against it.
    pub evidence: Vec<EvidenceView>,
    /// What forbids to apply it without a person.
    pub blocks: Vec<Block>,
}

/// What the engine makes of a line.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The engine's own answer; places in it are those of the shard.
    pub proposal: Proposal,
    /// Its readings in the service's ids, in the same order.
    pub candidates: Vec<CandidateView>,
    /// Whose money it is beyond doubt, even when nothing is applied.
    pub payer: Option<CustomerId>,
    /// Version of the policy it was made under; 0 is the built-in one.
    pub policy_version: i64,
    /// The reading that decided, or the rule of the policy.
    pub rule: String,
    /// What it is counted by once its truth is known.
    pub grade: Option<Grade>,
    /// The advice the first reading went by.
    pub advice: Option<RemittanceAdviceId>,
}

impl Proposed {
    /// The reading to be carried out without a person.
    pub fn auto(&self) -> Option<&CandidateView> {
        self.candidates.first().filter(|_| self.proposal.band == Band::Auto)
    }

    /// What is suggested to a person, in short. Readings with credit memos cannot be paid by hand as they are.
    pub fn suggested(&self) -> Option<Uuid> {
        let best = self.candidates.first().filter(|_| self.proposal.band == Band::Suggest)?;
        let has_credit = best.shares.iter().any(|share| share.is_credit);
        reading_key(best.shares.iter().map(|share| (share.item, share.part))).filter(|_| !has_credit)
    }

    /// The word for why it is not applied without a person; empty when it is.
    pub fn refusal(&self) -> &'static str {
        self.proposal.refusal.filter(|_| self.proposal.band != Band::Auto).map_or("", Refusal::as_str)
    }

    /// Changes when the proposal does: the same for proposals that would do the same to items that stand the same.
    pub fn etag(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(format!("{}|{:?}|", self.policy_version, self.proposal.band));
        for candidate in &self.candidates {
            hasher.update(format!("{:?}|{:?}|{}|", candidate.kind, candidate.customer, candidate.on_account));
            for share in &candidate.shares {
                hasher.update(format!("{}@{}={:?}|", share.item, share.version, share.part));
            }
        }
        let digest: [u8; 32] = hasher.finalize().into();
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Why it is decided like this, in words.
    pub fn why(&self) -> String {
        if let Some(candidate) = self.auto() {
            return sentences(candidate);
        }
        let refusal = self.proposal.refusal.map(Refusal::sentence);
        let shown = self.candidates.first().map(sentences).filter(|told| !told.is_empty());
        match (refusal, shown) {
            (Some(refusal), Some(shown)) => format!("{refusal} The best reading: {shown}."),
            (Some(refusal), None) => refusal.to_owned(),
            (None, shown) => shown.unwrap_or_default(),
        }
    }

    /// Leaves it to a person.
    pub fn leave(&mut self, block: Block) {
        self.proposal.band = Band::Suggest;
        self.proposal.refusal = Some(Refusal::Blocked(block));
        if let Some(best) = self.proposal.ranked.first_mut() {
            best.blocks.push(block);
        }
        if let Some(best) = self.candidates.first_mut() {
            best.blocks.push(block);
        }
    }
}

/// What the engine weighed for a reading, in the order it counts.
fn sentences(candidate: &CandidateView) -> String {
    let told: Vec<&str> = candidate.evidence.iter().map(|one| one.message.as_str()).collect();
    told.join("; ")
}

impl SellerLedger {
    /// The proposal in the service's ids, under the rules of the policy, with the evidence of so many readings.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE`, never for items that were stored.
    pub(super) fn told(
        &self,
        policy: &MatchPolicy,
        (line, asked): (&BankLine, &Line),
        proposal: Proposal,
        with_evidence: usize,
    ) -> Result<Proposed, Fault> {
        let readings = proposal.ranked.iter().enumerate();
        let candidates = readings.map(|(place, one)| self.candidate(asked, one, place < with_evidence));
        let candidates = candidates.collect::<Result<Vec<CandidateView>, Fault>>()?;
        let mut proposed = Proposed {
            payer: proposal.payer.and_then(|payer| self.customer(payer)),
            rule: candidates.first().map_or(NOTHING, |best| best.kind.as_str()).to_owned(),
            advice: proposal.best().and_then(|best| self.advice(best)),
            candidates,
            policy_version: policy.version,
            grade: self.shard.grade(&proposal),
            proposal,
        };
        // The subledger keeps the money of each currency apart.
        let is_foreign = |share: &Share| share.part.amount.currency() != asked.currency;
        if proposed.auto().is_some_and(|best| best.shares.iter().any(is_foreign)) {
            proposed.leave(Block::CurrencyDiffers);
        }
        let rule = policy.judge(line, &mut proposed).map(|rule| format!("rule:{}", rule.name));
        if let Some(rule) = rule {
            proposed.rule = rule;
        }
        Ok(proposed)
    }

    pub(super) fn candidate(&self, line: &Line, reading: &Hypothesis, with_evidence: bool) -> Result<CandidateView, Fault> {
        let mut shares = Vec::with_capacity(reading.allocations.len());
        for allocation in &reading.allocations {
            shares.extend(self.share(allocation)?);
        }
        let told = if with_evidence { reading.evidence.as_slice() } else { &[] };
        let evidence = told.iter().map(|one| self.evidence(line, one)).collect();
        Ok(CandidateView {
            customer: reading.customer.and_then(|customer| self.customer(customer)),
            shares,
            on_account: reading.on_account,
            kind: reading.kind,
            bits: reading.bits,
            evidence,
            blocks: reading.blocks.clone(),
        })
    }

    fn share(&self, allocation: &Allocation) -> Result<Option<Share>, Fault> {
        let found = self.shard.item(allocation.item).zip(self.known(allocation.item));
        let Some((item, known)) = found else { return Ok(None) };
        let Some(customer) = self.customer(item.customer) else { return Ok(None) };
        Ok(Some(Share {
            item: known.id,
            version: known.version,
            number: records::document_number(item.number).to_owned(),
            customer,
            is_credit: item.kind == quittance_matching::record::DocumentKind::CreditNote,
            part: part(allocation, item.currency)?,
            difference: allocation.kind,
            difference_minor: allocation.adjustment,
        }))
    }

    /// The advice a reading went by: the evidence says which of those the engine was told of, counted from one.
    fn advice(&self, reading: &Hypothesis) -> Option<RemittanceAdviceId> {
        let row = reading.evidence.iter().find(|one| one.feature == Feature::AdviceRow)?;
        let place = usize::try_from(row.sharers).ok()?.checked_sub(1)?;
        self.advices.get(place).map(|(id, _)| *id)
    }

    fn evidence(&self, line: &Line, evidence: &Evidence) -> EvidenceView {
        let (item, customer) = match evidence.subject {
            Subject::Whole => (None, None),
            Subject::Item(place) => (self.known(place).map(|known| known.id), None),
            Subject::Customer(place) => (None, self.customer(place)),
        };
        EvidenceView {
            feature: evidence.feature,
            field: evidence.field,
            span: evidence.span,
            item,
            customer,
            sharers: evidence.sharers,
            bits: evidence.bits,
            message: self.shard.evidence_sentence(line, evidence).replace(records::TWIN_MARK, ""),
        }
    }
}

/// What an allocation settles: cash, and of the difference what is granted or given up. What stays open is no part of it, and
/// neither is money above the item.
fn part(allocation: &Allocation, currency: Currency) -> Result<Part, Fault> {
    let cash = Part::cash(Money::from_minor(allocation.applied.saturating_abs(), currency)?);
    let granted = Money::from_minor(allocation.adjustment.max(0), currency)?;
    Ok(match allocation.kind {
        Some(DifferenceKind::Discount) => Part { discount: granted, ..cash },
        Some(DifferenceKind::BankFee) => Part { write_off: granted, given_up: GivenUp::BankFee, ..cash },
        Some(DifferenceKind::Rounding) => Part { write_off: granted, given_up: GivenUp::Rounding, ..cash },
        Some(DifferenceKind::WriteOff) => Part { write_off: granted, ..cash },
        Some(
            DifferenceKind::DiscountUnearned
            | DifferenceKind::ShortPay
            | DifferenceKind::Partial
            | DifferenceKind::Fx
            | DifferenceKind::Overpayment,
        )
        | None => cash,
    })
}
