//! Loading a subledger and saving all of it at once: rows, journal and events, in as few statements as there are tables.
//!
//! **The order of locks** is the same for everybody: bank accounts, receipts, items, deductions, exceptions, woken lines; of each
//! kind in order of id. An application needs no lock: whoever changes one holds its receipt (the one it was netted beside, if
//! there is one) and its items. Who learns only from a locked row which rows come next reads without locks first, locks all of
//! it in order, and reads again. The engine's candidates are known in rounds, and so are their items: what crosses there is
//! ended by the database and tried again.

use std::collections::BTreeMap;

use quittance_chassis::Tx;
use quittance_types::{BankAccountId, Fault, OpenItemId, Reason, ReceiptId, Uuid};

use super::lines::LineChange;
use super::woken::Wake;
use super::{applications, banks, deductions, events, exceptions, items, journal, lines, receipts};
use crate::domain::application::Application;
use crate::domain::line::{BankLine, LineState};
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
    save_asleep(tx, subledger, Vec::new()).await?.carry_out(tx).await
}

/// The same with new lines, and without waking any: what the changes wake is the caller's to carry out, once everything waits that
/// it lets wait.
///
/// # Errors
/// What the database says.
pub async fn save_asleep(tx: &Tx, subledger: Subledger, new: Vec<BankLine>) -> Result<Wake, Fault> {
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
    // The database carries out one statement while the rows of the others are made ready. No row waits for another: who changes
    // these has locked them, or what they belong to.
    tokio::try_join!(
        biased;
        events::tell(tx, happenings),
        lines::insert(tx, new),
        receipts::write(tx, receipts),
        items::write(tx, items),
        applications::write(tx, applications),
        journal::write(tx, entries),
        lines::follow(tx, follow),
    )?;
    banks::add_posted(tx, moved).await?;
    exceptions::follow(tx, waiting).await?;
    deductions::follow(tx, held_back).await?;
    Ok(wake)
}

/// Adds what counts of the money of these receipts, which are locked, with its items.
///
/// # Errors
/// What the database says.
pub async fn hold_settlements_of_receipts(tx: &Tx, subledger: &mut Subledger, receipts: &[ReceiptId]) -> Result<(), Fault> {
    let ids: Vec<Uuid> = receipts.iter().map(|id| id.uuid()).collect();
    let applications = applications::live_of_receipts(tx, &ids).await?;
    hold_items(tx, subledger, items_of(&applications).into_iter()).await?;
    applications.into_iter().for_each(|application| subledger.hold_application(application));
    Ok(())
}

/// The same, and the open credit memos that take back what the money paid.
///
/// # Errors
/// What the database says.
pub async fn hold_settlements_with_credits(tx: &Tx, subledger: &mut Subledger, receipt: ReceiptId) -> Result<(), Fault> {
    let applications = applications::live_of_receipts(tx, &[receipt.uuid()]).await?;
    let paid = items_of(&applications);
    let documents = items::read_with_ids(tx, &sorted(paid.iter().map(|id| id.uuid()))).await?.into_iter().map(|item| item.document.uuid());
    let credits = items::credits_of(tx, &documents.collect::<Vec<Uuid>>()).await?;
    hold_items(tx, subledger, paid.into_iter().chain(credits)).await?;
    applications.into_iter().for_each(|application| subledger.hold_application(application));
    Ok(())
}

/// Adds an item and what counts against it, with its receipts and credit memos.
///
/// # Errors
/// `CONFLICT_RETRY` when somebody has just settled more of it.
pub async fn hold_item_with_settlements(tx: &Tx, subledger: &mut Subledger, item: OpenItemId) -> Result<(), Fault> {
    let seen = applications::live_of_items(tx, &[item.uuid()]).await?;
    let receipts = sorted(seen.iter().flat_map(receipts_of).map(ReceiptId::uuid));
    receipts::with_ids(tx, &receipts).await?.into_iter().for_each(|receipt| subledger.hold_receipt(receipt));
    hold_items(tx, subledger, items_of(&seen).into_iter().chain([item])).await?;
    for application in applications::live_of_items(tx, &[item.uuid()]).await? {
        let has_receipts = receipts_of(&application).all(|receipt| subledger.receipt(receipt).is_ok());
        if !has_receipts || application.means.credit_item().is_some_and(|credit| !subledger.holds_item(credit)) {
            return Err(Fault::new(Reason::ConflictRetry, "more of the item was settled at the same time; try again"));
        }
        subledger.hold_application(application);
    }
    Ok(())
}

/// The receipt whose money it is, and the one it was netted beside.
pub fn receipts_of(application: &Application) -> impl Iterator<Item = ReceiptId> {
    application.means.receipt().into_iter().chain(application.beside)
}

fn items_of(applications: &[Application]) -> Vec<OpenItemId> {
    applications.iter().flat_map(|application| std::iter::once(application.item).chain(application.means.credit_item())).collect()
}

/// Locks items that are not held yet.
async fn hold_items(tx: &Tx, subledger: &mut Subledger, items: impl Iterator<Item = OpenItemId>) -> Result<(), Fault> {
    let missing = sorted(items.filter(|id| !subledger.holds_item(*id)).map(OpenItemId::uuid));
    items::with_ids(tx, &missing).await?.into_iter().for_each(|item| subledger.hold_item(item));
    Ok(())
}

fn sorted(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
