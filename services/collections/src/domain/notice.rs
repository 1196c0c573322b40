//! Notices: one letter to one customer.

use quittance_types::{BusinessDate, Currency, CustomerId, DunningRunId, Fault, InvoiceId, Money, NoticeId, StrategyId};

use super::{illegal, letter::Letter, selection::Demand};

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeState {
    /// Of a run that is not issued.
    Draft,
    /// Waits to be sent.
    Queued,
    /// The mail server took it, or it was written to the directory.
    Sent,
    /// It cannot be delivered.
    Bounced,
    /// Excluded, or nothing was left to dun at issue.
    Cancelled,
}

/// What can happen to a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeEvent {
    /// Its run is issued.
    Issue,
    /// Its customer is left out.
    Cancel,
    /// The mail server took it.
    Deliver,
    /// The mail server refused it for good.
    Bounce,
}

impl NoticeState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Queued, Self::Sent, Self::Bounced, Self::Cancelled];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Bounced => "bounced",
            Self::Cancelled => "cancelled",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from, to}.
    pub fn after(self, event: NoticeEvent) -> Result<Self, Fault> {
        let to = match event {
            NoticeEvent::Issue => Self::Queued,
            NoticeEvent::Cancel => Self::Cancelled,
            NoticeEvent::Deliver => Self::Sent,
            NoticeEvent::Bounce => Self::Bounced,
        };
        match (self, event) {
            (Self::Draft, NoticeEvent::Issue | NoticeEvent::Cancel) | (Self::Queued, NoticeEvent::Deliver | NoticeEvent::Bounce) => Ok(to),
            (Self::Draft, NoticeEvent::Deliver | NoticeEvent::Bounce)
            | (Self::Queued, NoticeEvent::Issue | NoticeEvent::Cancel)
            | (Self::Sent | Self::Bounced | Self::Cancelled, _) => Err(illegal("notice", self.as_str(), to.as_str())),
        }
    }
}

/// An invoice in a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeItem {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Its number.
    pub number: String,
    /// The level it reached.
    pub level: i32,
    /// Open when the notice was written.
    pub open: Money,
    /// When it was due.
    pub due: BusinessDate,
    /// Days past due when the notice was written.
    pub days_past_due: i32,
}

/// A notice and its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Identifier; also its name in the mail.
    pub id: NoticeId,
    /// The run that wrote it.
    pub run: DunningRunId,
    /// Whom it goes to.
    pub customer: CustomerId,
    /// The strategy version it follows.
    pub strategy: StrategyId,
    /// The date the run was made for.
    pub as_of: BusinessDate,
    /// The highest level of its items.
    pub level: i32,
    /// Where it stands.
    pub state: NoticeState,
    /// Sum of its items.
    pub total: Money,
    /// Credit memos and unapplied cash the customer had then.
    pub credits: Money,
    /// Invoices in it.
    pub item_count: i64,
    /// Name of the customer then.
    pub customer_name: String,
    /// Name of the contact; may be empty.
    pub contact_name: String,
    /// Mail address; empty when the customer has none.
    pub recipient: String,
    /// BCP 47 language of the contact.
    pub language: String,
    /// Day it was issued.
    pub issued_on: Option<BusinessDate>,
    /// The letter as it went out; none until then.
    pub sent: Option<Letter>,
    /// What the mail server said last.
    pub delivery: String,
    /// Times it was tried.
    pub attempts: i32,
    /// Its items, by due date.
    pub items: Vec<NoticeItem>,
}

impl Notice {
    /// Currency of every amount.
    pub fn currency(&self) -> Currency {
        self.total.currency()
    }

    /// Asks for this, less what the customer has to their credit.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn ask(&mut self, demand: Demand, credits: Money) -> Result<(), Fault> {
        self.level = demand.level();
        self.total = demand.total()?;
        self.credits = credits;
        self.item_count = i64::try_from(demand.items.len()).unwrap_or(i64::MAX);
        self.items = demand.items;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_queued_notices_are_delivered_and_only_drafts_cancelled() {
        let events = [NoticeEvent::Issue, NoticeEvent::Cancel, NoticeEvent::Deliver, NoticeEvent::Bounce];
        let legal = NoticeState::ALL.into_iter().flat_map(|from| events.map(|event| from.after(event))).filter(Result::is_ok).count();
        assert_eq!(legal, 4);
        assert_eq!(NoticeState::Queued.after(NoticeEvent::Deliver).unwrap(), NoticeState::Sent);
    }
}
