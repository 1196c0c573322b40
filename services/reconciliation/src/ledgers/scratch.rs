//! A ledger of one's own, for trying things out.

use quittance_chassis::Tx;
use quittance_types::{BusinessDate, Fault, LegalEntityId};

use super::Proposed;
use super::build;
use super::facts;
use super::seller::SellerLedger;
use crate::domain::line::BankLine;
use crate::domain::policy::MatchPolicy;

/// A ledger nobody else sees, under a policy of its own.
pub struct ShardWithIds {
    policy: MatchPolicy,
    ledger: SellerLedger,
}

impl ShardWithIds {
    /// From now on this policy holds.
    pub fn set_policy(&mut self, policy: &MatchPolicy) {
        self.policy = policy.clone();
    }

    /// What would be done with these lines, in their order. Nothing of it stays. Computes only.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE`, never for items that were stored.
    pub fn trial(&mut self, lines: &[BankLine]) -> Result<Vec<Proposed>, Fault> {
        self.ledger.try_lines(&self.policy, lines)
    }
}

/// Builds it. What receipts of bank lines settled since that day is open again, and not remembered as settled.
pub(super) async fn build(
    tx: &Tx,
    seller: Option<LegalEntityId>,
    policy: &MatchPolicy,
    reopened_since: Option<BusinessDate>,
) -> Result<ShardWithIds, Fault> {
    let reopened = match reopened_since {
        Some(since) => Some(facts::settled_since(tx, since).await?),
        None => None,
    };
    let ledger = build::build(tx, seller, policy, reopened.as_ref()).await?;
    Ok(ShardWithIds { policy: policy.clone(), ledger })
}
