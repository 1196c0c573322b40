//! Which ledgers are in memory.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::Seller;
use super::seller::SellerLedger;

/// A place for one seller's ledger.
pub struct Slot {
    seller: Seller,
    ledger: Mutex<Option<SellerLedger>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    records: AtomicUsize,
    used: AtomicU64,
}

impl Slot {
    /// Waits until nobody else reads the database for this ledger or asks it, without holding up a thread.
    pub async fn turn(self: Arc<Slot>) -> Turn {
        let guard = Arc::clone(&self.turn).lock_owned().await;
        Turn { slot: self, _guard: guard }
    }

    /// Looks at the ledger; none when there is none.
    pub fn look<T>(&self, look: impl FnOnce(&SellerLedger) -> T) -> Option<T> {
        self.locked().as_ref().map(look)
    }

    /// Works on the ledger; none when there is none. A panic half way leaves no half-changed ledger behind.
    pub fn with<T>(&self, work: impl FnOnce(&mut SellerLedger) -> T) -> Option<T> {
        let mut held = self.locked();
        let mut ledger = held.take()?;
        let done = work(&mut ledger);
        self.records.store(ledger.len(), Ordering::Relaxed);
        *held = Some(ledger);
        Some(done)
    }

    /// Puts a ledger in.
    pub fn put(&self, ledger: SellerLedger) {
        self.records.store(ledger.len(), Ordering::Relaxed);
        *self.locked() = Some(ledger);
    }

    fn locked(&self) -> MutexGuard<'_, Option<SellerLedger>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A ledger that is this task's until it is dropped.
pub struct Turn {
    slot: Arc<Slot>,
    _guard: OwnedMutexGuard<()>,
}

impl Deref for Turn {
    type Target = Slot;

    fn deref(&self) -> &Slot {
        &self.slot
    }
}

/// All places.
pub struct Registry {
    most_records: usize,
    uses: AtomicU64,
    slots: Mutex<HashMap<Seller, Arc<Slot>>>,
}

impl Registry {
    /// Room for about so many records.
    pub fn new(most_records: usize) -> Registry {
        Registry { most_records, uses: AtomicU64::new(0), slots: Mutex::new(HashMap::new()) }
    }

    /// The place of a seller, made when it is new.
    pub fn slot(&self, seller: Seller) -> Arc<Slot> {
        let slot = Arc::clone(self.locked().entry(seller).or_insert_with(|| {
            Arc::new(Slot { seller, ledger: Mutex::new(None), turn: Arc::default(), records: AtomicUsize::new(0), used: AtomicU64::new(0) })
        }));
        slot.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        slot
    }

    /// The place of a seller, if it has one.
    pub fn find(&self, seller: Seller) -> Option<Arc<Slot>> {
        self.locked().get(&seller).cloned()
    }

    /// Forgets the sellers used longest ago until everything fits; never the one given. Whoever is at work on one finishes.
    pub fn make_room(&self, kept: &Slot) {
        let mut slots = self.locked();
        let records = |slot: &Arc<Slot>| slot.records.load(Ordering::Relaxed);
        let mut total: usize = slots.values().map(records).sum();
        while total > self.most_records {
            let others = slots.values().filter(|slot| slot.seller != kept.seller);
            let Some(oldest) = others.min_by_key(|slot| slot.used.load(Ordering::Relaxed)).cloned() else { return };
            total = total.saturating_sub(records(&oldest));
            slots.remove(&oldest.seller);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Seller, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
