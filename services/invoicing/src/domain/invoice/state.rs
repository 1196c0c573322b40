//! The states of invoices and pro-formas.

use std::fmt;

use quittance_types::{Fault, Money};

use crate::domain::illegal_transition;

/// Where a document stands. `disputed` is a flag beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvoiceState {
    /// Not given out; without a number.
    Draft,
    /// Given out, nothing paid.
    Issued,
    /// Part is paid.
    PartlySettled,
    /// Nothing is open.
    Settled,
    /// Taken back before anything happened to it.
    Void,
    /// A pro-forma given to the customer.
    Sent,
    /// A pro-forma that became an invoice.
    Converted,
}

/// How much of an invoice is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// All of it.
    Nothing,
    /// Some of it.
    Part,
    /// None of it.
    Everything,
}

impl Settlement {
    /// By what is open of the gross amount.
    pub fn of(open: Money, gross: Money) -> Self {
        if !open.is_positive() {
            Self::Everything
        } else if open == gross {
            Self::Nothing
        } else {
            Self::Part
        }
    }
}

/// What can happen to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An invoice is given out.
    Issue,
    /// A pro-forma is given out.
    Send,
    /// A pro-forma becomes an invoice.
    Convert,
    /// An invoice is taken back.
    Void,
    /// A memo takes part of it back.
    Credit,
    /// Reconciliation reports what is open.
    Settle(Settlement),
}

impl InvoiceState {
    /// Every state.
    pub const ALL: [Self; 7] = [Self::Draft, Self::Issued, Self::PartlySettled, Self::Settled, Self::Void, Self::Sent, Self::Converted];

    /// The name in the store and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Issued => "issued",
            Self::PartlySettled => "partly_settled",
            Self::Settled => "settled",
            Self::Void => "void",
            Self::Sent => "sent",
            Self::Converted => "converted",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state after a step.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}.
    pub fn after(self, step: Step) -> Result<Self, Fault> {
        match (self, step) {
            (Self::Draft, Step::Issue) => Ok(Self::Issued),
            (Self::Draft, Step::Send) => Ok(Self::Sent),
            (Self::Sent, Step::Convert) => Ok(Self::Converted),
            (Self::Issued, Step::Void) => Ok(Self::Void),
            (Self::Issued | Self::PartlySettled | Self::Settled, Step::Credit) => Ok(self),
            (Self::Issued | Self::PartlySettled | Self::Settled, Step::Settle(Settlement::Nothing)) => Ok(Self::Issued),
            (Self::Issued | Self::PartlySettled | Self::Settled, Step::Settle(Settlement::Part)) => Ok(Self::PartlySettled),
            (Self::Issued | Self::PartlySettled | Self::Settled, Step::Settle(Settlement::Everything)) => Ok(Self::Settled),
            (Self::Draft, Step::Convert | Step::Void | Step::Credit | Step::Settle(_))
            | (Self::Issued, Step::Issue | Step::Send | Step::Convert)
            | (Self::PartlySettled | Self::Settled, Step::Issue | Step::Send | Step::Convert | Step::Void)
            | (Self::Sent, Step::Issue | Step::Send | Step::Void | Step::Credit | Step::Settle(_))
            | (Self::Void | Self::Converted, Step::Issue | Step::Send | Step::Convert | Step::Void | Step::Credit | Step::Settle(_)) => {
                Err(illegal_transition("an invoice", self, step))
            }
        }
    }
}

impl fmt::Display for InvoiceState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Issue => "issued",
            Self::Send => "sent",
            Self::Convert => "converted",
            Self::Void => "void",
            Self::Credit => "credited",
            Self::Settle(Settlement::Nothing) => "open",
            Self::Settle(Settlement::Part) => "partly_settled",
            Self::Settle(Settlement::Everything) => "settled",
        })
    }
}
