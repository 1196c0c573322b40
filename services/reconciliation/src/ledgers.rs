//! The engine's view of every seller's ledger: shards in memory, built from the database and kept current by what the service
//! itself publishes.
//!
//! A shard is a projection of committed facts. Before it is asked anything, it takes over what happened since it was asked last
//! ([`facts`]): the entries of the service's own log, also those of other replicas and those the sequencer has not come to yet,
//! say which items and receipts changed; their rows are read again and count by their version. So nothing depends on the order
//! in which replicas hear of things, and what was rolled back was never seen.
//!
//! Who asks a shard has it for that long ([`registry::Turn`]); others wait without holding up a thread. Its lock is held while the
//! engine computes, never while the database is asked. Long computations run on the blocking threads.

mod asked;
mod build;
mod effects;
mod facts;
mod line;
mod proposed;
mod records;
mod registry;
mod scratch;
mod seller;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use quittance_chassis::Tx;
use quittance_matching::proposal::MatchClass;
use quittance_types::{BusinessDate, Fault, LegalEntityId, OpenItemId, TenantId, Uuid};

use crate::domain::item::OpenItem;
use crate::domain::line::BankLine;
use crate::domain::policy::MatchPolicy;
use crate::store::{banks, lines, policies};
use registry::{Registry, Slot, Turn};
use seller::Stale;

pub use asked::Asked;
pub use effects::Effects;
pub use proposed::{CandidateView, EvidenceView, Proposed, Share};
pub use scratch::{Attempt, Scratch};

/// Whose ledger: a legal entity of a tenant; none for accounts that belong to none, which see the items of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seller {
    /// The tenant.
    pub tenant: TenantId,
    /// The legal entity.
    pub legal_entity: Option<LegalEntityId>,
}

/// The ledgers of all sellers, shared by everything in the process that matches. Cheap to clone.
#[derive(Clone)]
pub struct Ledgers {
    registry: Arc<Registry>,
    grace_days: i32,
}

impl fmt::Debug for Ledgers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Ledgers")
    }
}

impl Ledgers {
    /// Ledgers that hold about so many items and customers in memory; beyond it the least recently used sellers are forgotten.
    /// Where no policy was ever activated, a discount is granted so many days after its last day.
    pub fn new(most_records: usize, grace_days: i32) -> Ledgers {
        Ledgers { registry: Arc::new(Registry::new(most_records)), grace_days }
    }

    /// The policy in force.
    ///
    /// # Errors
    /// What the database says.
    pub async fn policy(&self, tx: &Tx, legal_entity: Option<LegalEntityId>) -> Result<MatchPolicy, Fault> {
        let mut policy = policies::active(tx, legal_entity).await?;
        if policy.version == 0 {
            policy.thresholds.discount_grace_days = self.grace_days;
        }
        Ok(policy)
    }

    /// Brings a ledger up to date, for calls that come before a transaction that writes. Afterwards little is left to read.
    ///
    /// # Errors
    /// What the database says.
    pub async fn prepare(&self, tx: &Tx, legal_entity: Option<LegalEntityId>) -> Result<(), Fault> {
        let policy = self.policy(tx, legal_entity).await?;
        self.current(tx, &policy, legal_entity).await.map(drop)
    }

    /// The same for the ledgers these lines are held against, those that exist.
    ///
    /// # Errors
    /// What the database says.
    pub async fn prepare_for(&self, tx: &Tx, lines: &[Uuid]) -> Result<(), Fault> {
        let lines = lines::with_ids(tx, lines).await?;
        let sellers = banks::sellers_by_account(tx, lines.iter().map(|line| line.bank_account)).await?;
        let sellers: BTreeSet<Option<LegalEntityId>> = sellers.into_values().collect();
        for seller in sellers {
            self.prepare(tx, seller).await?;
        }
        Ok(())
    }

    /// What the engine makes of a line now. To be called before the transaction writes anything.
    ///
    /// # Errors
    /// What the database says.
    pub async fn propose(&self, tx: &Tx, line: &BankLine) -> Result<Proposed, Fault> {
        let legal_entity = asked::seller_of(tx, line).await?;
        let asked = Asked { line, why_not: None };
        asked::propose(self, tx, legal_entity, asked).await.map(|(proposed, _)| proposed)
    }

    /// The same for many lines, each as if it were alone; in their order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn propose_each(&self, tx: &Tx, lines: &[BankLine]) -> Result<Vec<Proposed>, Fault> {
        asked::propose_each(self, tx, lines).await
    }

    /// The same for a line that may be settled already, as if it came now for the first time; and, when an item is named, the
    /// reading that it pays that item.
    ///
    /// # Errors
    /// `RESOURCE_NOT_FOUND` for an item the seller's ledger does not hold.
    pub async fn explain(&self, tx: &Tx, line: &BankLine, why_not: Option<OpenItemId>) -> Result<(Proposed, Option<CandidateView>), Fault> {
        let legal_entity = asked::seller_of(tx, line).await?;
        asked::propose(self, tx, legal_entity, Asked { line, why_not }).await
    }

    /// What the engine would do with these lines of a seller, in their order; conflicts between them are resolved. To be called
    /// before the transaction writes anything.
    ///
    /// # Errors
    /// What the database says.
    pub async fn trial(&self, tx: &Tx, legal_entity: Option<LegalEntityId>, lines: &Arc<Vec<BankLine>>) -> Result<Vec<Proposed>, Fault> {
        let policy = self.policy(tx, legal_entity).await?;
        let turn = self.current(tx, &policy, legal_entity).await?;
        asked::trial(turn, policy, Arc::clone(lines)).await
    }

    /// Takes over items as their locked rows say, where the ledger had not heard of it yet.
    pub async fn correct(&self, seller: Seller, items: &[OpenItem]) {
        if let Some(slot) = self.registry.find(seller) {
            slot.turn().await.with(|ledger| ledger.take_items(items));
        }
    }

    /// What the seller's ledger has heard of last, for [`Effects::of`]; none when it is gone. To be asked before anything is
    /// stored.
    pub async fn newest(&self, seller: Seller) -> Option<Uuid> {
        self.registry.find(seller)?.turn().await.look(|ledger| ledger.newest)
    }

    /// Classes of matches that are only suggested as the ledger has it; none when the ledger is gone.
    pub fn fallen(&self, seller: Seller) -> Option<Vec<MatchClass>> {
        self.registry.find(seller)?.look(|ledger| ledger.fallen())
    }

    /// Takes over what a transaction has done, once it is committed: so the rows need not be read again. It may be left out;
    /// the log tells of the same.
    pub async fn take_over(&self, effects: Vec<Effects>) {
        for one in effects {
            let Some(slot) = self.registry.find(one.seller) else { continue };
            slot.turn().await.with(|ledger| ledger.take_effects(one));
        }
    }

    /// A shard of its own in which what lines settled since a day is open again, to try lines on under policies of its currency.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scratch(
        &self,
        tx: &Tx,
        seller: Option<LegalEntityId>,
        policy: &MatchPolicy,
        reopened_since: BusinessDate,
    ) -> Result<Scratch, Fault> {
        scratch::build(tx, seller, policy, reopened_since).await
    }

    /// The seller's ledger as of this transaction: what happened since it was looked at last is taken over; a ledger that is
    /// not held, or that something was taken from, is built. It is the caller's until dropped, so that news are taken over in
    /// their order and whoever asks while the engine computes waits without holding up a thread. It holds nothing others wait
    /// for.
    async fn current(&self, tx: &Tx, policy: &MatchPolicy, legal_entity: Option<LegalEntityId>) -> Result<Turn, Fault> {
        let turn = self.registry.slot(Seller { tenant: tx.tenant(), legal_entity }).turn().await;
        if self.follow(tx, &turn, policy, legal_entity).await? == Some(Stale) {
            turn.put(build::build(tx, legal_entity, policy, None).await?);
            self.registry.make_room(&turn);
        }
        Ok(turn)
    }

    async fn follow(
        &self,
        tx: &Tx,
        slot: &Slot,
        policy: &MatchPolicy,
        legal_entity: Option<LegalEntityId>,
    ) -> Result<Option<Stale>, Fault> {
        let currency = policy.thresholds.currency;
        let cursor = slot.look(|ledger| (ledger.currency == currency).then(|| ledger.cursor.clone())).flatten();
        let Some(cursor) = cursor else { return Ok(Some(Stale)) };
        let Some(told) = facts::told(tx, legal_entity, &cursor).await? else { return Ok(Some(Stale)) };
        if slot.look(|ledger| ledger.has_learnt_of(&told.erased)).unwrap_or(true) {
            return Ok(Some(Stale));
        }
        let unheard = slot.look(|ledger| ledger.unheard(&told)).unwrap_or_default();
        let news = facts::news(tx, legal_entity, told, unheard).await?;
        Ok(slot.with(|ledger| ledger.take(news)).and_then(Result::err))
    }
}

#[cfg(test)]
mod tests;
