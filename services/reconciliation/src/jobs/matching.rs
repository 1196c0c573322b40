//! Matching lines: candidates for many lines are looked up together, each line is decided on its own, and what was
//! decided is stored together.

mod candidates;

use quittance_chassis::Tx;
use quittance_types::{BankLineId, BusinessDate, Fault, OpenItemId, Uuid};

use crate::domain::line::{BankLine, LineState};
use crate::domain::matching::clues::Clues;
use crate::domain::matching::{Decision, Question, Terms, clues, decide};
use crate::domain::receipt::ReceiptState;
use crate::domain::subledger::{Apply, Because, LineNote, Subledger};
use crate::store::lines::Waiting;
use crate::store::{books, copies, items, lines, receipts};
use candidates::Candidates;

/// Lines whose candidates are looked up together.
const CHUNK: usize = 1_000;

/// Whether to keep what is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Candidates are locked, decisions are stored.
    Store,
    /// Nothing is locked or stored.
    DryRun,
}

/// A run of the engine.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The day applications count for.
    pub as_of: BusinessDate,
    /// How patient the rules are.
    pub terms: Terms,
    /// Whether to keep what is decided.
    pub mode: Mode,
}

/// What was decided about a line.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The line.
    pub line: BankLineId,
    /// Its state afterwards.
    pub state: LineState,
    /// The decision.
    pub decision: Decision,
    /// Numbers of the documents its shares settle, in order.
    pub documents: Vec<(OpenItemId, String)>,
}

/// Matches every waiting line of the tenant, in order of booking: those never looked at, and unidentified ones when a
/// customer or document has come since.
///
/// # Errors
/// What the database says.
pub async fn run(tx: &Tx, run: Run) -> Result<Vec<Outcome>, Fault> {
    let news_at = items::newest_at(tx).await?.max(copies::newest_at(tx).await?);
    let mut outcomes = Vec::new();
    let mut after = None;
    loop {
        let limit = u64::try_from(CHUNK).unwrap_or(u64::MAX);
        let waiting = lines::waiting(tx, Waiting { news_at, after, limit }).await?;
        let Some(last) = waiting.last() else { return Ok(outcomes) };
        after = Some((last.movement.booked_on, last.id));
        outcomes.extend(chunk(tx, &waiting, run).await?);
    }
}

/// Matches stored lines and stores what was decided. Receipts are the locks: a line whose receipt somebody has used
/// meanwhile is left alone.
async fn chunk(tx: &Tx, waiting: &[BankLine], run: Run) -> Result<Vec<Outcome>, Fault> {
    let mut subledger = books::open(tx);
    let mut ids: Vec<Uuid> = waiting.iter().filter_map(|line| line.receipt).map(|receipt| receipt.uuid()).collect();
    ids.sort_unstable();
    for receipt in receipts::with_ids(tx, &ids).await? {
        subledger.hold_receipt(receipt);
    }
    let is_free = |line: &&BankLine| {
        let receipt = line.receipt.and_then(|receipt| subledger.receipt(receipt).ok());
        receipt.is_some_and(|receipt| receipt.state == ReceiptState::Unidentified)
    };
    let free: Vec<BankLine> = waiting.iter().filter(is_free).cloned().collect();
    let outcomes = match_lines(tx, &mut subledger, &free, run).await?;
    if run.mode == Mode::Store {
        books::save(tx, subledger).await?;
        lines::remain(tx, outcomes.iter().filter(|outcome| outcome.decision.customer.is_none())).await?;
    }
    Ok(outcomes)
}

/// Decides about lines whose receipts the subledger holds, and carries the decisions out in it. Later lines see what
/// earlier ones have paid.
///
/// # Errors
/// What the database says.
pub async fn match_lines(tx: &Tx, subledger: &mut Subledger, lines: &[BankLine], run: Run) -> Result<Vec<Outcome>, Fault> {
    let mut outcomes = Vec::with_capacity(lines.len());
    for some in lines.chunks(CHUNK) {
        let clues: Vec<Clues> = some.iter().map(|line| clues::clues(&line.movement)).collect();
        let candidates = Candidates::find(tx, subledger, some, &clues, run.mode == Mode::Store).await?;
        for (line, clues) in some.iter().zip(&clues) {
            let decision = decide(&candidates.question(subledger, line, clues, run.terms)?)?;
            outcomes.push(carry_out(subledger, line, decision, run)?);
        }
    }
    Ok(outcomes)
}

/// What would be decided about one line, and everything it was weighed against.
///
/// # Errors
/// What the database says.
pub async fn explain<T>(
    tx: &Tx,
    line: &BankLine,
    terms: Terms,
    tell: impl FnOnce(&Question<'_>, &Decision) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut subledger = books::open(tx);
    let clues = clues::clues(&line.movement);
    let candidates = Candidates::find(tx, &mut subledger, std::slice::from_ref(line), std::slice::from_ref(&clues), false).await?;
    let question = candidates.question(&subledger, line, &clues, terms)?;
    let decision = decide(&question)?;
    tell(&question, &decision)
}

fn carry_out(subledger: &mut Subledger, line: &BankLine, decision: Decision, run: Run) -> Result<Outcome, Fault> {
    let receipt = line.receipt.ok_or_else(|| Fault::internal("a line without receipt was matched"))?;
    let mut documents = Vec::with_capacity(decision.shares.len());
    for share in &decision.shares {
        let because = Because::new(run.as_of, decision.rule.as_str(), decision.why.clone());
        subledger.apply(Apply { receipt, item: share.item, part: share.part, because })?;
        documents.push((share.item, subledger.item(share.item)?.number.clone()));
    }
    if let Some(customer) = decision.customer.filter(|_| decision.shares.is_empty()) {
        subledger.identify(receipt, customer, &decision.why)?;
    }
    subledger.note(line.id, LineNote { rule: decision.rule.as_str(), why: decision.why.clone() });
    let state = LineState::of_receipt(subledger.receipt(receipt)?.state);
    Ok(Outcome { line: line.id, state, decision, documents })
}
