//! Deductions follow their items: what is paid or credited is taken off, what was held back from a payment that was taken
//! back was never held back.

use std::collections::{BTreeMap, BTreeSet};

use quittance_chassis::Tx;
use quittance_types::{ApplicationId, Fault, Money, OpenItemId, Uuid};

use super::{Change, save, undecided_of};
use crate::domain::deduction::{Deduction, keep_within};
use crate::domain::happening::{Happening, ItemBefore};
use crate::domain::item::ItemState;
use crate::domain::subledger::Changes;

/// Items that may have deductions and changed.
#[derive(Default)]
pub struct Touched {
    items: BTreeMap<OpenItemId, Item>,
    taken_back: BTreeSet<ApplicationId>,
}

/// What is open of an item now, and the request of a group that changed it last.
struct Item {
    open: Money,
    member: usize,
}

impl Touched {
    /// Of these changes. An item that nothing had settled before has no deductions: they come with a payment.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE`, never for items that can be stored.
    pub fn by(changes: &Changes) -> Result<Touched, Fault> {
        let mut touched = Touched::default();
        let mut fresh: BTreeSet<OpenItemId> = BTreeSet::new();
        for (member, happening) in &changes.happenings {
            let item = match happening {
                Happening::ItemOpened(item) | Happening::CashApplied { item, before: ItemBefore { state: ItemState::Open, .. }, .. }
                    if !touched.items.contains_key(&item.id) =>
                {
                    fresh.insert(item.id);
                    continue;
                }
                Happening::CashUnapplied { application, item, .. } => {
                    touched.taken_back.insert(application.id);
                    item
                }
                Happening::ItemOpened(item)
                | Happening::CashApplied { item, .. }
                | Happening::ItemChanged { item, .. }
                | Happening::ItemSettled(item) => item,
                Happening::ItemReopened { .. } | Happening::CashReceived(_) | Happening::ReceiptChanged { .. } => continue,
            };
            if !fresh.contains(&item.id) {
                touched.items.insert(item.id, Item { open: item.open()?, member: *member });
            }
        }
        Ok(touched)
    }
}

/// Carries it out, after the items were written.
///
/// # Errors
/// What the database says.
pub async fn follow(tx: &Tx, touched: Touched) -> Result<(), Fault> {
    if touched.items.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = touched.items.keys().map(|id| id.uuid()).collect();
    let mut by_item: BTreeMap<OpenItemId, Vec<Deduction>> = BTreeMap::new();
    for deduction in undecided_of(tx, &ids).await? {
        by_item.entry(deduction.item).or_default().push(deduction);
    }
    let mut changes = Vec::new();
    for (id, before) in by_item {
        let Some(item) = touched.items.get(&id) else { continue };
        let mut after = before.clone();
        for deduction in after.iter_mut().filter(|one| touched.taken_back.contains(&one.application)) {
            deduction.settle()?;
        }
        keep_within(item.open, &mut after)?;
        let changed = before.into_iter().zip(after).filter(|(before, after)| before != after);
        changes.extend(changed.map(|(before, after)| Change { before, after, member: item.member, why: String::new() }));
    }
    save(tx, changes).await
}
