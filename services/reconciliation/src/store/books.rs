//! Loading a subledger and saving all of it at once: rows, journal and events, in as few statements as there are tables.

use std::collections::BTreeMap;

use quittance_chassis::Tx;
use quittance_types::{BankAccountId, Fault, OpenItemId, ReceiptId, Uuid};

use super::lines::LineChange;
use super::woken::Wake;
use super::{applications, banks, deductions, events, exceptions, items, journal, lines, receipts};
use crate::domain::application::Application;
use crate::domain::line::LineState;
use crate::domain::subledger::{Changes, Saved, Subledger};

/// An empty subledger that makes ids as the transaction does. It must be saved or dropped before the body returns.
pub fn open(tx: &Tx) -> Subledger {
    let tx = tx.clone();
    Subledger::new(Box::new(move || tx.new_id()))
}

/// Saves what changed: rows, journal, bank balances, lines, exceptions and deductions that follow the money, and the events of
/// it all. Lines that wait for a document which asks for more than before are worth another look.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, subledger: Subledger) -> Result<(), Fault> {
    let changes = subledger.finish();
    let (waiting, held_back, wake) = (exceptions::Moved::by(&changes), deductions::Touched::by(&changes)?, Wake::by(&changes));
    let Changes { items, receipts, applications, entries, happenings, notes } = changes;
    let follow = receipts.iter().filter_map(|receipt| match receipt {
        // A new receipt's line is new as well, and stored with the state it has.
        Saved::New(_) => None,
        Saved::Changed(receipt) => {
            let id = receipt.bank_line()?;
            let note = notes.get(&id);
            Some(LineChange { id, state: LineState::of_receipt(receipt.state), note: note.cloned() })
        }
    });
    let follow: Vec<LineChange> = follow.collect();
    let mut moved: BTreeMap<BankAccountId, i64> = BTreeMap::new();
    for (account, minor) in entries.iter().flat_map(|entry| entry.bank_movements()) {
        let sum = moved.entry(account).or_default();
        *sum = sum.saturating_add(minor);
    }
    let events = events::making(happenings);
    receipts::write(tx, receipts).await?;
    items::write(tx, items).await?;
    applications::write(tx, applications).await?;
    journal::write(tx, entries).await?;
    banks::add_posted(tx, moved).await?;
    lines::follow(tx, follow).await?;
    for (member, emit) in events.made().await? {
        tx.member(member).emit(emit);
    }
    exceptions::follow(tx, waiting).await?;
    deductions::follow(tx, held_back).await?;
    wake.carry_out(tx).await
}

/// Adds what counts of the money of these receipts, with its items.
///
/// # Errors
/// What the database says.
pub async fn hold_settlements_of_receipts(tx: &Tx, subledger: &mut Subledger, receipts: &[ReceiptId]) -> Result<(), Fault> {
    let ids: Vec<Uuid> = receipts.iter().map(|id| id.uuid()).collect();
    let applications = applications::live_of_receipts(tx, &ids).await?;
    hold_items_of(tx, subledger, &applications).await?;
    applications.into_iter().for_each(|application| subledger.hold_application(application));
    Ok(())
}

/// Adds what counts against these items, with its receipts and credit memos.
///
/// # Errors
/// What the database says.
pub async fn hold_settlements_of_items(tx: &Tx, subledger: &mut Subledger, items: &[OpenItemId]) -> Result<(), Fault> {
    let ids: Vec<Uuid> = items.iter().map(|id| id.uuid()).collect();
    let applications = applications::live_of_items(tx, &ids).await?;
    let receipts: Vec<Uuid> = sorted(applications.iter().filter_map(|application| application.means.receipt()).map(ReceiptId::uuid));
    receipts::with_ids(tx, &receipts).await?.into_iter().for_each(|receipt| subledger.hold_receipt(receipt));
    hold_items_of(tx, subledger, &applications).await?;
    applications.into_iter().for_each(|application| subledger.hold_application(application));
    Ok(())
}

async fn hold_items_of(tx: &Tx, subledger: &mut Subledger, applications: &[Application]) -> Result<(), Fault> {
    let used = applications.iter().flat_map(|application| std::iter::once(application.item).chain(application.means.credit_item()));
    let missing = sorted(used.filter(|id| !subledger.holds_item(*id)).map(OpenItemId::uuid));
    items::with_ids(tx, &missing).await?.into_iter().for_each(|item| subledger.hold_item(item));
    Ok(())
}

/// Adds the open credit memos that take back these invoices.
///
/// # Errors
/// What the database says.
pub async fn hold_credits_of(tx: &Tx, subledger: &mut Subledger, invoices: &[Uuid]) -> Result<(), Fault> {
    items::credits_of(tx, invoices).await?.into_iter().for_each(|item| subledger.hold_item(item));
    Ok(())
}

fn sorted(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
