//! Exceptions: bank lines that wait for a person, each with what is in the way and when it should be answered.

pub mod fate;
pub mod reasons;
pub mod routing;

use quittance_types::{BankLineId, BusinessDate, CustomerId, ExceptionId, Fault, Money, Reason, ReceiptId, Timestamp};

use super::line::{BankLine, LineState};
use routing::Routing;

pub use reasons::ExceptionReason;

/// What is the matter with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExceptionKind {
    /// Nobody knows whose money it is.
    Unidentified,
    /// The payer is known, nothing fits.
    Unapplied,
    /// More than the documents ask for.
    OverAmount,
    /// Less than the documents ask for.
    UnderAmount,
    /// A document of another currency.
    CurrencyMismatch,
    /// Several sets of documents fit, or none of those that are named adds up.
    SplitMismatch,
    /// What the line says contradicts itself or the ledger.
    ReferenceConflict,
    /// Paid before.
    Duplicate,
    /// Several readings are as good, or none is certain enough.
    Uncertain,
    /// It stands in suspense.
    Suspense,
    /// Money in that seems to be no customer's payment.
    NotReceivable,
}

impl ExceptionKind {
    /// Every kind.
    pub const ALL: [ExceptionKind; 11] = [
        ExceptionKind::Unidentified,
        ExceptionKind::Unapplied,
        ExceptionKind::OverAmount,
        ExceptionKind::UnderAmount,
        ExceptionKind::CurrencyMismatch,
        ExceptionKind::SplitMismatch,
        ExceptionKind::ReferenceConflict,
        ExceptionKind::Duplicate,
        ExceptionKind::Uncertain,
        ExceptionKind::Suspense,
        ExceptionKind::NotReceivable,
    ];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            ExceptionKind::Unidentified => "unidentified",
            ExceptionKind::Unapplied => "unapplied",
            ExceptionKind::OverAmount => "over_amount",
            ExceptionKind::UnderAmount => "under_amount",
            ExceptionKind::CurrencyMismatch => "currency_mismatch",
            ExceptionKind::SplitMismatch => "split_mismatch",
            ExceptionKind::ReferenceConflict => "reference_conflict",
            ExceptionKind::Duplicate => "duplicate",
            ExceptionKind::Uncertain => "uncertain",
            ExceptionKind::Suspense => "suspense",
            ExceptionKind::NotReceivable => "not_receivable",
        }
    }

    /// The inverse of [`ExceptionKind::as_str`].
    pub fn parse(text: &str) -> Option<ExceptionKind> {
        ExceptionKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where an exception stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExceptionState {
    /// In its queue; nobody has it.
    Open,
    /// Somebody has it.
    Assigned,
    /// It waits no longer.
    Resolved,
}

/// What can happen to an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionEvent {
    /// Somebody gets it.
    Assigned,
    /// It goes back to its queue.
    GivenBack,
    /// It waits no longer.
    Resolved,
}

impl ExceptionState {
    /// Every state.
    pub const ALL: [ExceptionState; 3] = [ExceptionState::Open, ExceptionState::Assigned, ExceptionState::Resolved];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            ExceptionState::Open => "open",
            ExceptionState::Assigned => "assigned",
            ExceptionState::Resolved => "resolved",
        }
    }

    /// The inverse of [`ExceptionState::as_str`].
    pub fn parse(text: &str) -> Option<ExceptionState> {
        ExceptionState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`: it is resolved.
    pub fn after(self, event: ExceptionEvent) -> Result<ExceptionState, Fault> {
        let to = match event {
            ExceptionEvent::Assigned => ExceptionState::Assigned,
            ExceptionEvent::GivenBack => ExceptionState::Open,
            ExceptionEvent::Resolved => ExceptionState::Resolved,
        };
        match self {
            ExceptionState::Open | ExceptionState::Assigned => Ok(to),
            ExceptionState::Resolved => {
                let fault = Fault::new(Reason::IllegalTransition, "the exception is resolved already");
                Err(fault.with("from", self.as_str()).with("to", to.as_str()))
            }
        }
    }
}

/// How an exception came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// A person accepted a candidate of the proposal.
    Accepted,
    /// A person said what it pays instead.
    Corrected,
    /// A person applied the money.
    Applied,
    /// A person kept the money for the customer's future documents.
    OnAccount,
    /// A person divided it between customers.
    Split,
    /// The engine applied it later.
    Matched,
    /// It was given back to the payer.
    Returned,
    /// It went to another customer.
    Transferred,
    /// A person said that it needs nothing.
    Dismissed,
}

impl Resolution {
    /// Every way.
    pub const ALL: [Resolution; 9] = [
        Resolution::Accepted,
        Resolution::Corrected,
        Resolution::Applied,
        Resolution::OnAccount,
        Resolution::Split,
        Resolution::Matched,
        Resolution::Returned,
        Resolution::Transferred,
        Resolution::Dismissed,
    ];

    /// The word in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Resolution::Accepted => "accepted",
            Resolution::Corrected => "corrected",
            Resolution::Applied => "applied",
            Resolution::OnAccount => "on_account",
            Resolution::Split => "split",
            Resolution::Matched => "matched",
            Resolution::Returned => "returned",
            Resolution::Transferred => "transferred",
            Resolution::Dismissed => "dismissed",
        }
    }

    /// The inverse of [`Resolution::as_str`].
    pub fn parse(text: &str) -> Option<Resolution> {
        Resolution::ALL.into_iter().find(|resolution| resolution.as_str() == text)
    }
}

/// A line that is to wait for a person, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The line.
    pub line: BankLineId,
    /// The receipt made of it.
    pub receipt: Option<ReceiptId>,
    /// What is the matter.
    pub kind: ExceptionKind,
    /// What is in the way, by field of the line.
    pub reasons: Vec<ExceptionReason>,
    /// When the customer is known or proposed.
    pub customer: Option<CustomerId>,
    /// Of the line, signed.
    pub amount: Money,
    /// The day it was booked.
    pub booked_on: BusinessDate,
}

impl Waiting {
    /// A line whose money, or part of it, was posted to suspense.
    pub fn in_suspense(line: &BankLine) -> Waiting {
        let reason = match line.state {
            LineState::Return => ExceptionReason::new("end_to_end_id", "original_not_found", &line.why),
            _ => ExceptionReason::new("", "unexplained", &line.why),
        };
        Waiting {
            line: line.id,
            receipt: line.receipt,
            kind: ExceptionKind::Suspense,
            reasons: vec![reason],
            customer: None,
            amount: line.movement.amount,
            booked_on: line.movement.booked_on,
        }
    }
}

/// A line that waits for a person, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its id.
    pub id: ExceptionId,
    /// What is known of its line.
    pub about: Waiting,
    /// Where it stands.
    pub state: ExceptionState,
    /// Where it waits.
    pub queue: String,
    /// Who has it; empty: nobody.
    pub owner: String,
    /// When it should be answered.
    pub due_at: Timestamp,
    /// When it began to wait.
    pub created_at: Timestamp,
    /// How, by whom, when and why it came to its end.
    pub end: Option<End>,
    /// Grows with every change.
    pub version: i64,
}

/// The end of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// How.
    pub resolution: Resolution,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why; may be empty.
    pub why: String,
}

impl Exception {
    /// One that begins to wait now, where the routing sends it.
    pub fn open(id: ExceptionId, about: Waiting, routing: &Routing, now: Timestamp) -> Exception {
        let route = routing.route(about.kind, about.amount);
        let state = if route.owner.is_empty() { ExceptionState::Open } else { ExceptionState::Assigned };
        let (queue, owner, due_at) = (route.queue.to_owned(), route.owner.to_owned(), route.due_at(now));
        Exception { id, about, state, queue, owner, due_at, created_at: now, end: None, version: 1 }
    }

    /// True while it waits.
    pub fn waits(&self) -> bool {
        self.state != ExceptionState::Resolved
    }

    /// Gives it to somebody; nobody gives it back to its queue.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`: it is resolved.
    pub fn assign(&mut self, owner: &str) -> Result<(), Fault> {
        let event = if owner.is_empty() { ExceptionEvent::GivenBack } else { ExceptionEvent::Assigned };
        self.state = self.state.after(event)?;
        owner.clone_into(&mut self.owner);
        self.version = self.version.saturating_add(1);
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`: it is resolved already.
    pub fn resolve(&mut self, end: End) -> Result<(), Fault> {
        self.state = self.state.after(ExceptionEvent::Resolved)?;
        self.end = Some(end);
        self.version = self.version.saturating_add(1);
        Ok(())
    }

    /// Takes over what is known of its line now; a line of another kind is routed anew. True when that changed anything.
    pub fn refresh(&mut self, about: Waiting, routing: &Routing) -> bool {
        if !self.waits() || self.about == about {
            return false;
        }
        let is_another = self.about.kind != about.kind;
        self.about = about;
        if is_another {
            self.follow(routing);
        }
        self.version = self.version.saturating_add(1);
        true
    }

    /// Sends it where the routing says now, to be answered as soon as that says after it began to wait. Whoever has it
    /// keeps it. True when that changed anything.
    pub fn reroute(&mut self, routing: &Routing) -> bool {
        if !self.waits() || !self.follow(routing) {
            return false;
        }
        self.version = self.version.saturating_add(1);
        true
    }

    fn follow(&mut self, routing: &Routing) -> bool {
        let route = routing.route(self.about.kind, self.about.amount);
        let due_at = route.due_at(self.created_at);
        let gets_owner = self.state == ExceptionState::Open && !route.owner.is_empty();
        if self.queue == route.queue && self.due_at == due_at && !gets_owner {
            return false;
        }
        route.queue.clone_into(&mut self.queue);
        self.due_at = due_at;
        if gets_owner {
            self.state = ExceptionState::Assigned;
            route.owner.clone_into(&mut self.owner);
        }
        true
    }
}

#[cfg(test)]
mod tests;
