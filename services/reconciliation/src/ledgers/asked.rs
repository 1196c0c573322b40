//! Asking a ledger: about one line, or about many.

use std::collections::BTreeMap;
use std::sync::Arc;

use quittance_chassis::{Tx, beside};
use quittance_matching::Course;
use quittance_matching::proposal::Proposal;
use quittance_matching::record::Line;
use quittance_types::{Fault, LegalEntityId, OpenItemId};

use super::facts::{self, SettledFact};
use super::registry::Turn;
use super::seller::SellerLedger;
use super::{CandidateView, Ledgers, Proposed, line, records};
use crate::domain::line::BankLine;
use crate::domain::policy::MatchPolicy;
use crate::store::banks;

/// So few lines are worked on where the question is asked.
const FEW: usize = 16;
/// Readings whose evidence is told where many lines are asked about.
const TOLD_OF_MANY: usize = 1;

/// A question about one line.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The line.
    pub line: &'a BankLine,
    /// An item the person had expected.
    pub why_not: Option<OpenItemId>,
}

/// Whose account a line is on.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn seller_of(tx: &Tx, line: &BankLine) -> Result<Option<LegalEntityId>, Fault> {
    banks::load(tx, line.bank_account).await.map(|account| account.legal_entity)
}

/// What the engine makes of the line, as if it came now.
pub async fn propose(
    ledgers: &Ledgers,
    tx: &Tx,
    legal_entity: Option<LegalEntityId>,
    asked: Asked<'_>,
) -> Result<(Proposed, Option<CandidateView>), Fault> {
    let policy = ledgers.policy(tx, legal_entity).await?;
    let slot = ledgers.current(tx, &policy, legal_entity).await?;
    let settled = match asked.line.receipt {
        Some(receipt) => facts::settled(tx, &[receipt]).await?.pop(),
        None => None,
    };
    let answer = |ledger: &mut SellerLedger| ledger.as_if_new(settled.as_ref(), |ledger| ledger.answer(&policy, asked));
    slot.with(answer).ok_or_else(gone)?
}

/// What the engine makes of each line, whatever the others bring.
pub async fn propose_each(ledgers: &Ledgers, tx: &Tx, lines: &[BankLine]) -> Result<Vec<Proposed>, Fault> {
    let sellers = banks::sellers_by_account(tx, lines.iter().map(|line| line.bank_account)).await?;
    let of_line = |line: &BankLine| sellers.get(&line.bank_account).copied().flatten();
    let mut distinct: Vec<Option<LegalEntityId>> = lines.iter().map(of_line).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut proposed: Vec<(usize, Proposed)> = Vec::with_capacity(lines.len());
    for seller in distinct {
        let policy = ledgers.policy(tx, seller).await?;
        let slot = ledgers.current(tx, &policy, seller).await?;
        let own = lines.iter().enumerate().filter(|(_, line)| of_line(line) == seller);
        let answers = slot.with(|ledger| {
            let ask = |(place, line)| Ok((place, ledger.answer(&policy, Asked { line, why_not: None })?.0));
            own.map(ask).collect::<Result<Vec<(usize, Proposed)>, Fault>>()
        });
        proposed.extend(answers.ok_or_else(gone)??);
    }
    proposed.sort_by_key(|(place, _)| *place);
    Ok(proposed.into_iter().map(|(_, one)| one).collect())
}

/// What the engine would do with the lines, in their order.
pub async fn trial(slot: Turn, policy: MatchPolicy, lines: Arc<Vec<BankLine>>) -> Result<Vec<Proposed>, Fault> {
    let are_few = lines.len() <= FEW;
    let work = move || slot.with(|ledger| ledger.try_lines(&policy, &lines)).ok_or_else(gone)?;
    if are_few { work() } else { beside::compute(work).await }
}

/// A panic of the engine took the ledger with it; it is built anew by whoever asks next.
fn gone() -> Fault {
    Fault::internal("the engine broke off")
}

fn asked_of(lines: &[BankLine]) -> Vec<Line> {
    (0..).zip(lines).map(|(place, one)| line::line(one, place)).collect()
}

impl SellerLedger {
    /// What the engine would do with these lines. Nothing of it stays.
    pub(super) fn try_lines(&mut self, policy: &MatchPolicy, lines: &[BankLine]) -> Result<Vec<Proposed>, Fault> {
        let asked = asked_of(lines);
        let proposals = self.trial(policy.engine(), &asked);
        self.told_of(policy, lines, &asked, proposals)
    }

    /// What the engine would do with the next lines of a course. Nothing of it stays but in the course.
    pub(super) fn try_next(&mut self, policy: &MatchPolicy, course: &mut Course, lines: &[BankLine]) -> Result<Vec<Proposed>, Fault> {
        let asked = asked_of(lines);
        self.shard.set_policy(policy.engine());
        let proposals = self.shard.trial_on(course, &asked);
        self.told_of(policy, lines, &asked, proposals)
    }

    fn told_of(&self, policy: &MatchPolicy, lines: &[BankLine], asked: &[Line], proposals: Vec<Proposal>) -> Result<Vec<Proposed>, Fault> {
        let told = lines
            .iter()
            .zip(asked)
            .zip(proposals)
            .map(|((line, asked), proposal)| self.told(policy, (line, asked), proposal, TOLD_OF_MANY));
        told.collect()
    }

    fn answer(&mut self, policy: &MatchPolicy, asked: Asked<'_>) -> Result<(Proposed, Option<CandidateView>), Fault> {
        let line = line::line(asked.line, 0);
        self.shard.set_policy(policy.engine());
        let proposed = self.told(policy, (asked.line, &line), self.shard.propose(&line), usize::MAX)?;
        let Some(item) = asked.why_not else { return Ok((proposed, None)) };
        let place = self.place(item).ok_or_else(|| item.not_found())?;
        let reading = self.shard.why_not(&line, place);
        Ok((proposed, Some(self.candidate(&line, &reading, true)?)))
    }

    /// Works with the ledger as it were without what a line has settled, and puts that back.
    fn as_if_new<T>(&mut self, settled: Option<&SettledFact>, work: impl FnOnce(&mut SellerLedger) -> T) -> T {
        let Some(settled) = settled else { return work(self) };
        let mut parts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for part in &settled.parts {
            let Some(item) = self.place(part.item).and_then(|place| self.shard.item(place)) else { continue };
            let (_, taken) = parts.entry(item.number.to_owned()).or_insert((item.open, 0));
            *taken = taken.saturating_add(part.taken);
        }
        self.shard.take_back_settlement(records::settlement_id(settled.receipt));
        for (number, (open, taken)) in &parts {
            self.shard.change_open(number, open.saturating_add(*taken));
        }
        let done = work(self);
        for (number, (open, _)) in &parts {
            self.shard.change_open(number, *open);
        }
        self.settle(settled);
        done
    }
}
