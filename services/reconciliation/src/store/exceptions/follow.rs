//! Exceptions follow the money: what gives it away ends them, what takes it back opens them, what goes to suspense waits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use quittance_chassis::Tx;
use quittance_types::{BankLineId, Fault, ReceiptId, Uuid};

use super::{settle_for, wait};
use crate::domain::account::Account;
use crate::domain::exception::fate::{Fate, fate};
use crate::domain::exception::{ExceptionKind, ExceptionReason, Resolution, Waiting};
use crate::domain::happening::Happening;
use crate::domain::receipt::Receipt;
use crate::domain::subledger::{Changes, Saved};
use crate::store::lines;

/// What the changes of a subledger mean for exceptions.
#[derive(Default)]
pub struct Moved {
    ended: BTreeMap<BankLineId, (Resolution, usize)>,
    again: Vec<Waiting>,
    suspense: BTreeSet<BankLineId>,
}

impl Moved {
    /// Of these changes. A new receipt's line was never waiting.
    pub fn by(changes: &Changes) -> Moved {
        let mut moved = Moved { suspense: in_suspense(changes), ..Moved::default() };
        let told = by_receipt(&changes.happenings);
        for saved in &changes.receipts {
            let Saved::Changed(receipt) = saved else { continue };
            let Some(line) = receipt.bank_line() else { continue };
            let told = told.get(&receipt.id).map_or(&[][..], Vec::as_slice);
            match fate(receipt, changes.notes.get(&line), told.iter().map(|(_, happening)| *happening)) {
                Some(Fate::Over(resolution)) => {
                    let member = told.last().map_or(0, |(member, _)| *member);
                    moved.ended.insert(line, (resolution, member));
                }
                Some(Fate::Again { why }) => moved.again.push(taken_back(line, receipt, &why)),
                None => {}
            }
        }
        moved
    }
}

type Told<'a> = Vec<(usize, &'a Happening)>;

/// What happened to the money of each receipt, in order, and for which request of a group.
fn by_receipt(happenings: &[(usize, Happening)]) -> HashMap<ReceiptId, Told<'_>> {
    let mut told: HashMap<ReceiptId, Told<'_>> = HashMap::new();
    for (member, happening) in happenings {
        let (Happening::CashApplied { receipt: Some(receipt), .. }
        | Happening::CashUnapplied { receipt: Some(receipt), .. }
        | Happening::ReceiptChanged { receipt, .. }) = happening
        else {
            continue;
        };
        told.entry(receipt.id).or_default().push((*member, happening));
    }
    told
}

fn taken_back(line: BankLineId, receipt: &Receipt, why: &str) -> Waiting {
    let message =
        if why.is_empty() { "What it had paid was taken back.".to_owned() } else { format!("What it had paid was taken back: {why}") };
    Waiting {
        line,
        receipt: Some(receipt.id),
        kind: ExceptionKind::Unapplied,
        reasons: vec![ExceptionReason::new("", "taken_back", &message)],
        customer: receipt.customer,
        amount: receipt.amount,
        booked_on: receipt.received_on,
    }
}

/// Lines of which something was posted to suspense.
fn in_suspense(changes: &Changes) -> BTreeSet<BankLineId> {
    let to_suspense = changes.entries.iter().filter(|entry| entry.postings.iter().any(|posting| posting.account == Account::Suspense));
    let of_lines = to_suspense.filter(|entry| entry.source.prefix == BankLineId::PREFIX);
    of_lines.map(|entry| BankLineId::new(entry.source.id)).collect()
}

/// Carries it out, after rows and lines were written.
///
/// # Errors
/// What the database says.
pub async fn follow(tx: &Tx, moved: Moved) -> Result<(), Fault> {
    if !moved.ended.is_empty() {
        settle_for(tx, &moved.ended).await?;
    }
    let mut waiting = moved.again;
    if !moved.suspense.is_empty() {
        let ids: Vec<Uuid> = moved.suspense.into_iter().map(BankLineId::uuid).collect();
        waiting.extend(lines::with_ids(tx, &ids).await?.iter().map(Waiting::in_suspense));
    }
    wait(tx, waiting).await
}
