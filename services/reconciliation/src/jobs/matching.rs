//! Matching lines: the engine is asked about many lines at once, the items it would pay are locked and held against what it
//! had seen, and what it decided is carried out in the subledger and stored together.

mod carry_out;
mod decide;
mod keep;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quittance_chassis::{Ctx, Db, Tx};
use quittance_matching::proposal::Block;
use quittance_types::{BankLineId, BusinessDate, CustomerId, Fault, LegalEntityId, ReceiptId, Timestamp, Uuid};

use crate::domain::line::{BankLine, LineState, Verdict};
use crate::domain::receipt::{Receipt, ReceiptState};
use crate::domain::subledger::{Because, LineNote, Subledger};
use crate::ledgers::{Effects, Ledgers, Proposed, Seller};
use crate::store::lines::Waiting;
use crate::store::{banks, books, copies, items, lines, receipts, remittances, woken};

pub use carry_out::{carry_out, fits};
pub use keep::keep;

/// Whether to keep what is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Items are locked, decisions are stored.
    Store,
    /// Nothing is locked or stored.
    DryRun,
}

/// A run of the engine.
#[derive(Clone)]
pub struct Run {
    /// What the engine knows.
    pub ledgers: Ledgers,
    /// The day applications count for.
    pub as_of: BusinessDate,
    /// Whether to keep what is decided.
    pub mode: Mode,
}

/// Which waiting lines to match.
#[derive(Clone, Copy, Debug)]
pub struct Portion {
    /// Only lines on accounts of this seller; none takes all.
    pub seller: Option<LegalEntityId>,
    /// Unidentified lines looked at before this instant are looked at again.
    pub news_at: Timestamp,
    /// Only lines after this place.
    pub after: Option<(BusinessDate, BankLineId)>,
    /// At most this many.
    pub limit: u64,
}

/// What was decided about a line.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The line.
    pub line: BankLine,
    /// How its receipt stood.
    pub before: ReceiptState,
    /// Its state afterwards.
    pub state: LineState,
    /// What the engine made of it.
    pub proposed: Proposed,
    /// What is noted beside the line.
    pub note: LineNote,
    /// Whose money it is now.
    pub customer: Option<CustomerId>,
    /// Applications made, each with the place of its share in the first candidate.
    pub applied: Vec<carry_out::Done>,
}

impl Outcome {
    /// The line with what was decided about it.
    fn decided_line(&self) -> BankLine {
        BankLine { verdict: self.note.verdict.clone().unwrap_or_default(), ..self.line.clone() }
    }
}

/// What became of a portion.
#[derive(Debug)]
pub struct Matched {
    /// Of each line, in order of booking.
    pub outcomes: Vec<Outcome>,
    /// The last line looked at; none when there were none.
    pub last: Option<(BusinessDate, BankLineId)>,
    /// There are more.
    pub more: bool,
    /// What the ledgers can take over once it is committed.
    pub effects: Vec<Effects>,
}

/// What was decided about lines.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of each line, in order.
    pub outcomes: Vec<Outcome>,
    /// What the ledgers can take over once it is committed.
    pub effects: Vec<Effects>,
    /// All lines are on the accounts of one seller, or on such as are nobody's.
    pub is_of_one_seller: bool,
}

/// Brings the ledgers of all sellers with waiting lines up to date, before a transaction that writes has to wait for it.
///
/// # Errors
/// What the database says.
pub async fn prepare(db: &Db, ctx: Ctx, ledgers: &Ledgers) -> Result<(), Fault> {
    db.read(ctx, ledgers.clone(), |tx, ledgers| async move {
        for seller in lines::waiting_sellers(&tx, news_at(&tx).await?).await? {
            ledgers.prepare(&tx, seller).await?;
        }
        Ok(())
    })
    .await
}

/// When something new came that an unidentified line may be about.
///
/// # Errors
/// What the database says.
pub async fn news_at(tx: &Tx) -> Result<Timestamp, Fault> {
    Ok(items::newest_at(tx).await?.max(copies::newest_at(tx).await?).max(remittances::newest_at(tx).await?))
}

/// Matches stored lines and stores what was decided. Receipts are the locks: a line whose receipt somebody has used meanwhile
/// is left alone. The transaction must not have written items, receipts or applications before.
///
/// # Errors
/// What the database says.
pub async fn portion(tx: &Tx, run: &Run, portion: Portion) -> Result<Matched, Fault> {
    let Portion { seller, news_at, after, limit } = portion;
    // One more than is matched tells whether there are more.
    let mut waiting = lines::waiting(tx, Waiting { seller, news_at, after, limit: limit.saturating_add(1) }).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = waiting.len() > most;
    waiting.truncate(most);
    let last = waiting.last().map(|last| (last.movement.booked_on, last.id));
    let mut subledger = books::open(tx);
    let mut ids: Vec<Uuid> = waiting.iter().filter_map(|line| line.receipt).map(ReceiptId::uuid).collect();
    ids.sort_unstable();
    for receipt in receipts::with_ids(tx, &ids).await? {
        subledger.hold_receipt(receipt);
    }
    // Once the receipts are held, so that nobody decides about a line any more, and before the engine is asked: what wakes a line
    // from now on is another call.
    let calls = woken::calls(tx, &waiting.iter().map(|line| line.id.uuid()).collect::<Vec<Uuid>>()).await?;
    let called: BTreeSet<BankLineId> = calls.iter().map(|call| call.line).collect();
    let is_free = |line: &BankLine| {
        let receipt = line.receipt.and_then(|receipt| subledger.receipt(receipt).ok());
        receipt.is_some_and(|receipt| is_free(receipt, called.contains(&line.id)))
    };
    let free: Vec<BankLine> = waiting.into_iter().filter(|line| is_free(line)).collect();
    let Decided { outcomes, mut effects, is_of_one_seller } = match_lines(tx, &mut subledger, free, run).await?;
    if run.mode == Mode::Store {
        books::save(tx, subledger).await?;
        // Of several sellers, none knows what the others' lines did.
        if is_of_one_seller {
            effects.iter_mut().for_each(|of_seller| of_seller.told_by(tx.flushed()));
        }
        let remains = |outcome: &&Outcome| outcome.proposed.auto().is_none() && outcome.state == LineState::of_receipt(outcome.before);
        lines::remain(tx, outcomes.iter().filter(remains)).await?;
        woken::answer(tx, &calls).await?;
        keep(tx, run, &outcomes).await?;
    }
    Ok(Matched { outcomes, last, more, effects })
}

/// A receipt nobody is known for; one whose payer is known and of which nothing is applied, when something has changed.
fn is_free(receipt: &Receipt, is_called: bool) -> bool {
    match receipt.state {
        ReceiptState::Unidentified => true,
        ReceiptState::Unapplied | ReceiptState::OnAccount => is_called && receipt.unapplied == receipt.amount,
        ReceiptState::PartlyApplied | ReceiptState::Applied | ReceiptState::Reversed => false,
    }
}

/// Decides about lines whose receipts the subledger holds, and carries the decisions out in it; one outcome per line, in
/// order. Nothing is stored yet: what comes with it is stored by [`keep`], once lines and subledger are.
///
/// # Errors
/// What the database says.
pub async fn match_lines(tx: &Tx, subledger: &mut Subledger, lines: Vec<BankLine>, run: &Run) -> Result<Decided, Fault> {
    let (mut outcomes, mut effects) = (Vec::with_capacity(lines.len()), Vec::new());
    let groups = by_seller(tx, lines).await?;
    let is_of_one_seller = groups.len() == 1;
    for (legal_entity, places, lines) in groups {
        let lines = Arc::new(lines);
        let proposed = decide::decide(tx, subledger, run, legal_entity, &lines).await?;
        let done = settle(subledger, &lines, proposed, run)?;
        if run.mode == Mode::Store {
            let applied = done.iter().filter(|outcome| !outcome.applied.is_empty()).map(Outcome::decided_line).collect();
            let seller = Seller { tenant: tx.tenant(), legal_entity };
            let after = run.ledgers.newest(seller).await;
            effects.extend(after.map(|after| Effects::of(seller, after, subledger, applied)));
        }
        outcomes.extend(places.into_iter().zip(done));
    }
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(Decided { outcomes: outcomes.into_iter().map(|(_, outcome)| outcome).collect(), effects, is_of_one_seller })
}

type OfSeller = (Option<LegalEntityId>, Vec<usize>, Vec<BankLine>);

/// The lines by whose accounts they are on, with their places.
async fn by_seller(tx: &Tx, lines: Vec<BankLine>) -> Result<Vec<OfSeller>, Fault> {
    let sellers = banks::sellers_by_account(tx, lines.iter().map(|line| line.bank_account)).await?;
    let mut groups: BTreeMap<Option<LegalEntityId>, (Vec<usize>, Vec<BankLine>)> = BTreeMap::new();
    for (place, line) in lines.into_iter().enumerate() {
        let seller = sellers.get(&line.bank_account).copied().flatten();
        let (places, group) = groups.entry(seller).or_default();
        places.push(place);
        group.push(line);
    }
    Ok(groups.into_iter().map(|(seller, (places, group))| (seller, places, group)).collect())
}

/// Carries out what was decided, in the order the engine decided in: later lines count on what earlier ones have paid.
fn settle(subledger: &mut Subledger, lines: &[BankLine], proposed: Vec<Proposed>, run: &Run) -> Result<Vec<Outcome>, Fault> {
    let mut order: Vec<(usize, Proposed)> = proposed.into_iter().enumerate().collect();
    order.sort_by_key(|(place, _)| lines.get(*place).map(|line| (line.movement.paid_on(), line.movement.booked_on, *place)));
    let mut outcomes = Vec::with_capacity(lines.len());
    for (place, proposed) in order {
        let Some(line) = lines.get(place) else { continue };
        outcomes.push((place, settle_one(subledger, line, proposed, run)?));
    }
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

fn settle_one(subledger: &mut Subledger, line: &BankLine, mut proposed: Proposed, run: &Run) -> Result<Outcome, Fault> {
    let receipt = line.receipt.ok_or_else(|| Fault::internal("a line without receipt was matched"))?;
    let before = subledger.receipt(receipt)?.state;
    let is_possible = match proposed.auto() {
        Some(candidate) => fits(subledger, receipt, candidate)?,
        None => true,
    };
    if !is_possible {
        proposed.leave(Block::ItemContested);
    }
    let why = proposed.why();
    let mut applied = Vec::new();
    if let Some(candidate) = proposed.auto() {
        let because = Because::new(run.as_of.max(line.movement.booked_on), proposed.rule.clone(), why.clone());
        applied = carry_out::carry_out_shares(subledger, receipt, candidate, &because)?;
    } else if let Some(payer) = proposed.payer.filter(|_| before == ReceiptState::Unidentified) {
        subledger.identify(receipt, payer, &why)?;
    }
    let note = LineNote::by_engine(proposed.rule.clone(), why, Verdict::of(&proposed.proposal, proposed.grade, proposed.suggested()));
    subledger.note(line.id, note.clone());
    let receipt = subledger.receipt(receipt)?;
    let (state, customer) = (LineState::of_receipt(receipt.state), receipt.customer);
    Ok(Outcome { line: line.clone(), before, state, proposed, note, customer, applied })
}
