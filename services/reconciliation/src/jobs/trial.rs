//! A policy tried in the shadow: the lines of the last 90 days under the version in force and under the new one, on a ledger
//! of its own in which what those lines have paid is open again. Lines are read, tried and forgotten in portions; nothing is
//! written but their difference, which commits with each. Where a process died, another begins anew.

use std::collections::HashMap;

use quittance_api::reconciliation::v1::MatchOutcome;
use quittance_chassis::jobs::JobCtx;
use quittance_chassis::{Ctx, Tx, beside};
use quittance_types::{BankLineId, BusinessDate, CustomerId, Fault, LegalEntityId, Reason};

use crate::domain::line::BankLine;
use crate::domain::policy::trial::{Agreement, Difference, Given, Paid, Trial, portion_after};
use crate::domain::policy::{MatchPolicy, PolicyEvent, PolicyState};
use crate::ledgers::{Attempt, Ledgers, Proposed, Scratch};
use crate::store::policies;
use crate::store::policies::trials;
use crate::store::policies::window::{self, Window};
use crate::wire;

/// Tries every version that waits for it, of every tenant.
///
/// # Errors
/// What the database says. The trial is taken up again once its lease has run out.
pub async fn run(job: JobCtx, ledgers: Ledgers) -> Result<(), Fault> {
    for tenant in job.tenants("match_policy_trial").await? {
        let work = Work { ctx: job.tenant(tenant), job: job.clone(), ledgers: ledgers.clone() };
        if let Err(fault) = work.all().await {
            tracing::error!(%tenant, %fault, "a trial failed; it is taken up again once its lease has run out");
        }
    }
    Ok(())
}

/// Trials of one tenant.
struct Work {
    job: JobCtx,
    ctx: Ctx,
    ledgers: Ledgers,
}

/// A trial at its beginning.
struct Begun {
    trial: Trial,
    policy: MatchPolicy,
    in_force: MatchPolicy,
    sellers: Vec<Option<LegalEntityId>>,
}

/// The ledger of one seller as it was before the window, and how far it was taken under both versions.
struct Stage {
    scratch: Scratch,
    active: Attempt,
    new: Attempt,
}

/// A line of the window, by day and id; none before the first.
type Place = Option<(BusinessDate, BankLineId)>;

/// Some lines of the window, and what the books say they pay.
struct Scene {
    lines: Vec<BankLine>,
    booked: HashMap<BankLineId, Paid>,
}

/// What two versions make of one line.
struct Tried {
    agreement: Agreement,
    new: Paid,
    booked: Paid,
    difference: Option<Difference<MatchOutcome>>,
}

impl Work {
    async fn all(&self) -> Result<(), Fault> {
        while let Some(begun) = self.begin().await? {
            match self.finish(begun).await {
                // Discarded, or taken over: not ours any more.
                Err(fault) if fault.reason() == Reason::LeaseLost => {}
                outcome => outcome?,
            }
        }
        Ok(())
    }

    async fn begin(&self) -> Result<Option<Begun>, Fault> {
        if self.job.stop.is_cancelled() {
            return Ok(None);
        }
        self.job.db.write(self.ctx.clone(), self.ledgers.clone(), |tx, ledgers| async move { begin(&tx, &ledgers).await }).await
    }

    async fn finish(&self, begun: Begun) -> Result<(), Fault> {
        let Begun { mut trial, policy, in_force, sellers } = begun;
        let mut place = 0_i32;
        for seller in sellers {
            let mut stage = Box::new(Stage {
                scratch: self.scratch(&trial, seller, &in_force).await?,
                active: Attempt::new(&in_force),
                new: Attempt::new(&policy),
            });
            let (mut after, mut lines_tried) = (None, 0_u64);
            loop {
                if self.job.stop.is_cancelled() {
                    return self.job.db.write(self.ctx.clone(), trial, |tx, trial| async move { trials::release(&tx, &trial).await }).await;
                }
                let scene = self.scene(&trial, seller, after, portion_after(lines_tried)).await?;
                let Some(last) = scene.lines.last() else { break };
                after = Some((last.movement.booked_on, last.id));
                lines_tried = lines_tried.saturating_add(u64::try_from(scene.lines.len()).unwrap_or(u64::MAX));
                let tried;
                (stage, tried) = beside::compute(move || stage.compare(&scene).map(|tried| (stage, tried))).await?;
                place = self.note(&mut trial, place, tried).await?;
            }
        }
        trial.done = true;
        self.job.db.write(self.ctx.clone(), trial, |tx, trial| async move { end(&tx, &trial).await }).await
    }

    /// Keeps what a portion found, from this place on; returns the place of the next.
    async fn note(&self, trial: &mut Trial, place: i32, tried: Vec<Tried>) -> Result<i32, Fault> {
        tried.iter().for_each(|one| trial.tally.count(one.agreement, &one.new, &one.booked));
        let found: Vec<Difference<MatchOutcome>> = tried.into_iter().filter_map(|one| one.difference).collect();
        let next = place.saturating_add(i32::try_from(found.len()).unwrap_or(i32::MAX));
        let body = |tx: Tx, (trial, place, found): (Trial, i32, Vec<_>)| async move {
            trials::save(&tx, &trial).await?;
            trials::add(&tx, trial.policy, place, &found).await
        };
        self.job.db.write(self.ctx.clone(), (trial.clone(), place, found), body).await?;
        Ok(next)
    }

    /// The seller's ledger as it was before the window.
    async fn scratch(&self, trial: &Trial, seller: Option<LegalEntityId>, in_force: &MatchPolicy) -> Result<Scratch, Fault> {
        let input = (self.ledgers.clone(), seller, in_force.clone(), trial.from_on);
        let body = |tx: Tx, (ledgers, seller, in_force, from): (Ledgers, _, MatchPolicy, _)| async move {
            ledgers.scratch(&tx, seller, &in_force, from).await
        };
        self.job.db.read(self.ctx.clone(), input, body).await
    }

    /// The next lines of the window, at most so many.
    async fn scene(&self, trial: &Trial, seller: Option<LegalEntityId>, after: Place, most: u64) -> Result<Scene, Fault> {
        let input = (seller, Window { from: trial.from_on, to: trial.to_on }, after, most);
        let body = |tx: Tx, (seller, window, after, most): (_, Window, Place, u64)| async move {
            let lines = window::receipts(&tx, seller, window, after, most).await?;
            let booked = window::booked(&tx, &lines).await?;
            Ok(Scene { lines, booked })
        };
        self.job.db.read(self.ctx.clone(), input, body).await
    }
}

async fn begin(tx: &Tx, ledgers: &Ledgers) -> Result<Option<Begun>, Fault> {
    let Some(mut trial) = trials::claim(tx).await? else { return Ok(None) };
    let policy = policies::load(tx, trial.policy).await?;
    let in_force = ledgers.policy(tx, policy.legal_entity).await?;
    trial.against = in_force.id;
    let sellers = concerned(tx, &policy).await?;
    for seller in &sellers {
        let lines = window::count(tx, *seller, Window { from: trial.from_on, to: trial.to_on }).await?;
        trial.lines_total = trial.lines_total.saturating_add(lines);
    }
    trials::save(tx, &trial).await?;
    Ok(Some(Begun { trial, policy, in_force, sellers }))
}

/// Whose lines the policy would decide about: its seller's, else those of every seller without a policy of its own.
async fn concerned(tx: &Tx, policy: &MatchPolicy) -> Result<Vec<Option<LegalEntityId>>, Fault> {
    if policy.legal_entity.is_some() {
        return Ok(vec![policy.legal_entity]);
    }
    let own = policies::with_own(tx).await?;
    let without = window::sellers(tx).await?.into_iter().filter(|seller| seller.is_none_or(|seller| !own.contains(&seller)));
    Ok(without.collect())
}

async fn end(tx: &Tx, trial: &Trial) -> Result<(), Fault> {
    trials::save(tx, trial).await?;
    let mut policy = policies::load_for_update(tx, trial.policy).await?;
    if policy.state != PolicyState::InTrial {
        return Ok(());
    }
    policy.state = policy.state.after(PolicyEvent::Try)?;
    policies::save(tx, &mut policy).await
}

impl Stage {
    /// Runs the lines under both policies and holds what comes out against each other.
    fn compare(&mut self, scene: &Scene) -> Result<Vec<Tried>, Fault> {
        let active = self.scratch.go_on(&mut self.active, &scene.lines)?;
        let proposed = self.scratch.go_on(&mut self.new, &scene.lines)?;
        let pairs = scene.lines.iter().zip(active.iter().zip(&proposed));
        let booked = |line: &BankLine| scene.booked.get(&line.id).cloned().unwrap_or_default();
        pairs.map(|(line, (active, proposed))| tried(line, active, proposed, booked(line))).collect()
    }
}

fn tried(line: &BankLine, active: &Proposed, proposed: &Proposed, booked: Paid) -> Result<Tried, Fault> {
    let (old, new) = (paid(active), paid(proposed));
    let agreement = Agreement::of(&old, &new);
    let outcome = |proposed: &Proposed| wire::matching::outcome(line, proposed);
    let difference = if old == new && owner(active) == owner(proposed) {
        None
    } else {
        Some(Difference { line: line.id, active: outcome(active)?, proposed: outcome(proposed)? })
    };
    Ok(Tried { agreement, new, booked, difference })
}

/// What would be applied without a person.
fn paid(proposed: &Proposed) -> Paid {
    let mut paid = Paid::new();
    for share in proposed.auto().into_iter().flat_map(|candidate| &candidate.shares) {
        let given = paid.entry(share.item).or_default();
        *given = given.and(Given::of(&share.part, share.is_credit));
    }
    paid
}

/// Whose money it would be.
fn owner(proposed: &Proposed) -> Option<CustomerId> {
    proposed.auto().and_then(|candidate| candidate.customer).or(proposed.payer)
}
