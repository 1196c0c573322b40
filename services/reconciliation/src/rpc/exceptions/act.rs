//! What resolves exceptions: decided in one subledger for all of them, each on its own.

use std::collections::{BTreeSet, HashMap};

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::exception_action::Action as WireAction;
use quittance_chassis::Tx;
use quittance_types::{BankLineId, BusinessDate, CustomerId, Fault, Money, OpenItemId, Reason, Uuid, Violations, text};

use super::super::{MAX_WHY, day_of, not_ahead};
use crate::decisions::accept::{Chosen, accept, items_of, require_free};
use crate::decisions::keep::{self, keep};
use crate::decisions::{self, Consequences, receipt_of};
use crate::domain::confirmation::BY_HAND;
use crate::domain::exception::{End, Exception, Resolution};
use crate::domain::line::BankLine;
use crate::domain::subledger::{LineNote, Subledger};
use crate::ledgers::{CandidateView, Ledgers, Proposed};
use crate::store::exceptions::{self, Change};
use crate::store::{books, copies, items, lines, receipts};

/// What resolves them.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Apply this candidate of the proposal.
    Accept(i32),
    /// Keep the money on account of this customer.
    Keep(CustomerId),
    /// It needs nothing.
    Dismiss,
}

/// Reads the action and why it is taken; to dismiss takes a reason.
pub fn parse(violations: &mut Violations, action: Option<&pb::ExceptionAction>, why: &str) -> (Option<Action>, Option<String>) {
    let required = || Fault::new(Reason::FieldRequired, "say what resolves it");
    let read = match action.and_then(|action| action.action.as_ref()) {
        Some(WireAction::AcceptCandidate(1..=5)) | Some(WireAction::PutOnAccountOf(_)) | Some(WireAction::Dismiss(true)) => Ok(action),
        Some(WireAction::AcceptCandidate(_)) => Err(Fault::new(Reason::FieldOutOfRange, "candidates are 1 to 5")),
        Some(WireAction::Dismiss(false)) | None => Err(required()),
    };
    let read = violations.take("action", read).flatten().and_then(|action| action.action.as_ref());
    let action = match read {
        Some(WireAction::AcceptCandidate(place)) => Some(Action::Accept(*place)),
        Some(WireAction::PutOnAccountOf(customer)) => {
            violations.take("action.put_on_account_of", CustomerId::parse(customer)).map(Action::Keep)
        }
        Some(WireAction::Dismiss(_)) => Some(Action::Dismiss),
        None => None,
    };
    let cleaned = if matches!(action, Some(Action::Dismiss)) { text::required(why, MAX_WHY) } else { text::clean(why, MAX_WHY) };
    (action, violations.take("why", cleaned))
}

/// How it is to be done.
#[derive(Clone, Debug)]
pub struct Order {
    /// What resolves them.
    pub action: Action,
    /// Why.
    pub why: String,
    /// The day it counts for, if one was given.
    pub on: Option<BusinessDate>,
}

impl Order {
    /// Refuses a day after tomorrow, whatever is done on it.
    ///
    /// # Errors
    /// `FIELD_OUT_OF_RANGE {latest}`.
    pub fn require_day(&self, tx: &Tx) -> Result<(), Fault> {
        self.on.map_or(Ok(()), |on| not_ahead(on, tx.today()).map(drop).map_err(|fault| fault.field("as_of")))
    }
}

/// Brings the ledgers an action will ask up to date, before a transaction that locks.
pub async fn prepare(tx: &Tx, ledgers: &Ledgers, exceptions: &[Uuid], action: Action) -> Result<(), Fault> {
    if !matches!(action, Action::Accept(_)) {
        return Ok(());
    }
    let waiting = exceptions::read_ids(tx, exceptions).await?;
    let lines: BTreeSet<Uuid> = waiting.iter().map(|exception| exception.about.line.uuid()).collect();
    ledgers.prepare_for(tx, &lines.into_iter().collect::<Vec<Uuid>>()).await
}

/// Everything that some exceptions are about, held together.
pub struct Desk {
    subledger: Subledger,
    lines: HashMap<BankLineId, BankLine>,
    proposed: HashMap<BankLineId, Proposed>,
    consequences: Consequences,
    changes: Vec<Change>,
}

impl Desk {
    /// Loads what the exceptions are about; receipts and items are locked, in order of id.
    pub async fn open(tx: &Tx, ledgers: &Ledgers, waiting: &[Exception], action: Action) -> Result<Desk, Fault> {
        let mut desk = Desk {
            subledger: books::open(tx),
            lines: HashMap::new(),
            proposed: HashMap::new(),
            consequences: Consequences::default(),
            changes: Vec::new(),
        };
        if let Action::Keep(customer) = action {
            copies::require_customer(tx, customer).await.map_err(|fault| fault.field("action.put_on_account_of"))?;
        }
        if !matches!(action, Action::Dismiss) {
            desk.load(tx, waiting).await?;
        }
        if let Action::Accept(place) = action {
            desk.propose(tx, ledgers, place).await?;
        }
        Ok(desk)
    }

    async fn load(&mut self, tx: &Tx, waiting: &[Exception]) -> Result<(), Fault> {
        let ids: BTreeSet<Uuid> = waiting.iter().map(|exception| exception.about.line.uuid()).collect();
        let found = lines::with_ids(tx, &ids.into_iter().collect::<Vec<Uuid>>()).await?;
        let ids: BTreeSet<Uuid> = found.iter().filter_map(|line| line.receipt).map(|receipt| receipt.uuid()).collect();
        for receipt in receipts::with_ids(tx, &ids.into_iter().collect::<Vec<Uuid>>()).await? {
            self.subledger.hold_receipt(receipt);
        }
        self.lines = found.into_iter().map(|line| (line.id, line)).collect();
        Ok(())
    }

    /// Asks the engine about every line whose money is free, and holds what the candidates at this place are about.
    async fn propose(&mut self, tx: &Tx, ledgers: &Ledgers, place: i32) -> Result<(), Fault> {
        let is_free = |line: &&BankLine| {
            let receipt = receipt_of(line).and_then(|id| self.subledger.receipt(id));
            receipt.is_ok_and(|receipt| require_free(receipt, line).is_ok())
        };
        let mut free: Vec<BankLine> = self.lines.values().filter(is_free).cloned().collect();
        free.sort_unstable_by_key(|line| line.id);
        let proposed = ledgers.propose_each(tx, &free).await?;
        let candidates = proposed.iter().filter_map(|proposed| Chosen { proposed, place }.candidate().ok());
        let ids: BTreeSet<Uuid> = candidates.flat_map(items_of).collect();
        self.proposed = free.into_iter().map(|line| line.id).zip(proposed).collect();
        for item in items::with_ids(tx, &ids.into_iter().collect::<Vec<Uuid>>()).await? {
            self.subledger.hold_item(item);
        }
        Ok(())
    }

    /// Resolves one exception, and says what that does. One that is refused leaves nothing.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION`, `FIELD_OUT_OF_RANGE`, and what the action is refused for.
    pub fn act(&mut self, tx: &Tx, exception: &Exception, order: &Order) -> Result<(Exception, String), Fault> {
        let resolution = match order.action {
            Action::Accept(_) => Resolution::Accepted,
            Action::Keep(_) => Resolution::OnAccount,
            Action::Dismiss => Resolution::Dismissed,
        };
        let mut after = exception.clone();
        after.resolve(End { resolution, by: tx.ctx().principal.actor(), at: tx.now(), why: order.why.clone() })?;
        let effect = match order.action {
            Action::Accept(place) => self.accept(tx, exception, place, order.on)?,
            Action::Keep(customer) => self.keep(tx, exception, customer)?,
            Action::Dismiss => format!("leaves {} where it is", exception.about.amount),
        };
        self.changes.push(Change::of(exception.clone(), after.clone()).because(&order.why));
        Ok((after, effect))
    }

    fn line(&self, exception: &Exception) -> Result<BankLine, Fault> {
        self.lines.get(&exception.about.line).cloned().ok_or_else(|| exception.about.line.not_found())
    }

    /// Tried on a copy first: a candidate that fails at its last item leaves nothing of the first.
    fn accept(&mut self, tx: &Tx, exception: &Exception, place: i32, given: Option<BusinessDate>) -> Result<String, Fault> {
        let line = self.line(exception)?;
        require_free(self.subledger.receipt(receipt_of(&line)?)?, &line)?;
        let proposed = self.proposed.get(&line.id).ok_or_else(|| Fault::internal("a free line without a proposal"))?;
        let chosen = Chosen { proposed, place };
        let candidate = chosen.candidate()?;
        let mut copy = self.copy_of(tx, &line, candidate)?;
        let on = day_of(tx, given, copy.all_there_on(line.movement.booked_on, tx.today()))?;
        accept(tx, &mut copy, &line, chosen, on)?;
        let (_, consequences) = accept(tx, &mut self.subledger, &line, chosen, on)?;
        self.consequences.extend(consequences);
        effect_of(&line, candidate)
    }

    fn copy_of(&self, tx: &Tx, line: &BankLine, candidate: &CandidateView) -> Result<Subledger, Fault> {
        let mut copy = books::open(tx);
        copy.hold_receipt(self.subledger.receipt(receipt_of(line)?)?.clone());
        for id in items_of(candidate) {
            copy.hold_item(self.subledger.item(OpenItemId::new(id))?.clone());
        }
        Ok(copy)
    }

    fn keep(&mut self, tx: &Tx, exception: &Exception, customer: CustomerId) -> Result<String, Fault> {
        let line = self.line(exception)?;
        let receipt = receipt_of(&line)?;
        keep(&mut self.subledger, receipt, customer)?;
        let why = format!("put on account by {}", tx.ctx().principal.actor());
        self.subledger.note(line.id, LineNote::by_person(BY_HAND, why));
        let kept = self.subledger.receipt(receipt)?;
        self.consequences.extend(keep::consequences(kept, customer));
        Ok(format!("keeps {} on account of {customer}", kept.unapplied))
    }

    /// Saves everything that was resolved.
    pub async fn save(self, tx: &Tx) -> Result<(), Fault> {
        exceptions::save(tx, self.changes).await?;
        decisions::save(tx, self.subledger, self.consequences).await
    }
}

/// What a candidate does, in words.
fn effect_of(line: &BankLine, candidate: &CandidateView) -> Result<String, Fault> {
    let currency = line.movement.amount.currency();
    let kept = Money::from_minor(candidate.on_account, currency)?;
    let whose = candidate.customer.map(|customer| format!(" of {customer}")).unwrap_or_default();
    if candidate.shares.is_empty() {
        return Ok(format!("keeps {} on account{whose}", line.movement.amount));
    }
    let numbers: Vec<&str> = candidate.shares.iter().map(|share| share.number.as_str()).collect();
    let rest = if kept.is_positive() { format!(", {kept} stays unapplied") } else { String::new() };
    Ok(format!("applies {} to {}{whose}{rest}", line.movement.amount.sub(kept)?, numbers.join(", ")))
}
