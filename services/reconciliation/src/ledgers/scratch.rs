//! A ledger of one's own, for trying things out.

use quittance_chassis::Tx;
use quittance_matching::Course;
use quittance_types::{BusinessDate, Fault, LegalEntityId};

use super::Proposed;
use super::build;
use super::facts;
use super::seller::SellerLedger;
use crate::domain::line::BankLine;
use crate::domain::policy::MatchPolicy;

/// A ledger nobody else sees.
pub struct Scratch {
    ledger: SellerLedger,
}

/// Lines tried in portions under a policy: later ones count on what earlier ones would have paid. It holds what they would have
/// paid, not the lines.
pub struct Attempt {
    policy: MatchPolicy,
    course: Course,
}

impl Attempt {
    /// Nothing is tried yet.
    pub fn new(policy: &MatchPolicy) -> Attempt {
        Attempt { policy: policy.clone(), course: Course::default() }
    }
}

impl Scratch {
    /// What would be done with the next lines of an attempt, in their order. Nothing of it stays in the ledger, so that attempts may
    /// take turns on it. Computes only.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE`, never for items that were stored.
    pub fn go_on(&mut self, attempt: &mut Attempt, lines: &[BankLine]) -> Result<Vec<Proposed>, Fault> {
        self.ledger.try_next(&attempt.policy, &mut attempt.course, lines)
    }
}

/// Builds it. What receipts of bank lines settled since that day is open again, and not remembered as settled.
pub(super) async fn build(
    tx: &Tx,
    seller: Option<LegalEntityId>,
    policy: &MatchPolicy,
    reopened_since: BusinessDate,
) -> Result<Scratch, Fault> {
    let reopened = facts::settled_since(tx, reopened_since).await?;
    let ledger = build::build(tx, seller, policy, Some(&reopened)).await?;
    Ok(Scratch { ledger })
}
