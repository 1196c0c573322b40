//! What each booked line posts.

use std::collections::HashMap;

use quittance_chassis::Tx;
use quittance_types::{BankAccountId, Fault, Money, ReceiptId};

use crate::domain::account::Account;
use crate::domain::classify::{Nature, nature};
use crate::domain::journal::{EntryKind, Source, credit, debit};
use crate::domain::line::{BankLine, LineState, Movement};
use crate::domain::receipt::{Origin, Receipt, ReceiptSource, ReceiptState};
use crate::domain::returns::{Returnable, returned};
use crate::domain::subledger::Subledger;
use crate::domain::subledger::give_back::Way;
use crate::store::{books, deposits, lines, receipts};

/// Posts every booked line: receipts for what came in, returns, and everything else to its account.
pub async fn post(tx: &Tx, subledger: &mut Subledger, new: &mut [BankLine]) -> Result<(), Fault> {
    let natures: Vec<Option<Nature>> = new.iter().map(|line| (line.state == LineState::Imported).then(|| nature(&line.movement))).collect();
    let mut deposits = deposits::awaited(tx, new, &natures).await?;
    for (line, nature) in new.iter_mut().zip(&natures) {
        let Some(nature) = *nature else { continue };
        line.rule = nature.rule().to_owned();
        match nature {
            Nature::Receipt if deposits.take(line) => in_transit(subledger, line, "the deposit of a receipt recorded before")?,
            Nature::Receipt => receive(subledger, line)?,
            Nature::Return => {}
            Nature::InTransit => in_transit(subledger, line, "names payments of ours")?,
            Nature::Charge => other(subledger, line, Account::BankCharges, "charged by the bank")?,
            Nature::Interest if line.movement.amount.is_positive() => other(subledger, line, Account::OtherIncome, "interest")?,
            Nature::Interest => other(subledger, line, Account::BankCharges, "interest paid")?,
            Nature::Nothing => settle(line, LineState::Posted, "no money moved"),
            Nature::Unknown => other(subledger, line, Account::Suspense, "nobody has said what it is: it waits in suspense")?,
        }
    }
    deposits.save(tx).await?;
    take_back(tx, subledger, new, &natures).await
}

fn settle(line: &mut BankLine, state: LineState, why: &str) {
    line.state = state;
    why.clone_into(&mut line.why);
}

fn receive(subledger: &mut Subledger, line: &mut BankLine) -> Result<(), Fault> {
    let id = ReceiptId::new(subledger.new_id());
    let movement = &line.movement;
    let mut receipt = Receipt::new(id, ReceiptSource::BankLine(line.id), Origin::BankLine, movement.amount, movement.booked_on);
    receipt.bank_account = Some(line.bank_account);
    line.receipt = Some(id);
    subledger.receive(receipt, Account::Bank(line.bank_account))
}

fn in_transit(subledger: &mut Subledger, line: &mut BankLine, why: &str) -> Result<(), Fault> {
    settle(line, LineState::Payout, why);
    against(subledger, line, EntryKind::Payout, Account::PaymentsInTransit, line.movement.amount)
}

fn other(subledger: &mut Subledger, line: &mut BankLine, account: Account, why: &str) -> Result<(), Fault> {
    settle(line, LineState::Posted, why);
    against(subledger, line, EntryKind::BankLine, account, line.movement.amount)
}

/// Posts `amount` (money in is positive) to the bank against an account.
fn against(subledger: &mut Subledger, line: &BankLine, kind: EntryKind, account: Account, amount: Money) -> Result<(), Fault> {
    let postings = [debit(Account::Bank(line.bank_account), amount, None), credit(account, amount, None)];
    subledger.post(line.movement.booked_on, kind, Source::of(line.id), postings, text_of(&line.movement))
}

/// What the entry says: the start of what the bank says.
fn text_of(movement: &Movement) -> String {
    let text = if movement.remittance_text.is_empty() { &movement.counterparty_name } else { &movement.remittance_text };
    text.chars().take(140).collect()
}

/// Returns, after everything that came in: what they take back may stand in the same file.
async fn take_back(tx: &Tx, subledger: &mut Subledger, new: &mut [BankLine], natures: &[Option<Nature>]) -> Result<(), Fault> {
    let places = natures.iter().enumerate().filter(|(_, nature)| **nature == Some(Nature::Return)).map(|(place, _)| place);
    let places: Vec<usize> = places.collect();
    if places.is_empty() {
        return Ok(());
    }
    let stored = stored_originals(tx, subledger, new, &places).await?;
    for place in places {
        let Some(line) = new.get(place).cloned() else { continue };
        let found = find(subledger, &line, stored.get(&line.bank_account).map_or(&[][..], Vec::as_slice), new);
        let changed = match found {
            Some((receipt, amount)) => take_back_one(subledger, line, receipt, amount)?,
            None => {
                let mut line = line;
                against(subledger, &line, EntryKind::BankLine, Account::Suspense, line.movement.amount)?;
                settle(&mut line, LineState::Return, "what it takes back was not found: it waits in suspense");
                line
            }
        };
        if let Some(slot) = new.get_mut(place) {
            *slot = changed;
        }
    }
    // A line whose money went back in the same file is no longer waiting.
    for line in new.iter_mut().filter(|line| line.state == LineState::Imported) {
        let Some(receipt) = line.receipt else { continue };
        if subledger.receipt(receipt)?.state == ReceiptState::Reversed {
            "return".clone_into(&mut line.rule);
            settle(line, LineState::Return, "taken back by the bank");
        }
    }
    Ok(())
}

/// Earlier lines the returns may be about, with their receipts and what settled by them, by account.
async fn stored_originals(
    tx: &Tx,
    subledger: &mut Subledger,
    new: &[BankLine],
    places: &[usize],
) -> Result<HashMap<BankAccountId, Vec<BankLine>>, Fault> {
    let mut wanted: HashMap<BankAccountId, (Vec<String>, Vec<i64>)> = HashMap::new();
    for line in places.iter().filter_map(|place| new.get(*place)) {
        let (references, amounts) = wanted.entry(line.bank_account).or_default();
        references.push(line.movement.end_to_end_id.clone());
        amounts.push(line.movement.amount.neg().minor());
    }
    let mut stored = HashMap::new();
    let mut ids = Vec::new();
    for (account, (references, amounts)) in wanted {
        let found = lines::returnable(tx, account, &references, &amounts).await?;
        ids.extend(found.iter().filter_map(|line| line.receipt));
        stored.insert(account, found);
    }
    let mut uuids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    uuids.sort_unstable();
    uuids.dedup();
    for receipt in receipts::with_ids(tx, &uuids).await? {
        subledger.hold_receipt(receipt);
    }
    books::hold_settlements_of_receipts(tx, subledger, &ids).await?;
    Ok(stored)
}

/// The receipt a return takes back, and the amount it came with.
fn find(subledger: &Subledger, line: &BankLine, stored: &[BankLine], new: &[BankLine]) -> Option<(ReceiptId, Money)> {
    let same_account = new.iter().filter(|other| other.bank_account == line.bank_account && other.movement.amount.is_positive());
    let candidates = stored.iter().chain(same_account).filter_map(|other| {
        let receipt = other.receipt?;
        let is_there = subledger.receipt(receipt).is_ok_and(|receipt| receipt.state != ReceiptState::Reversed);
        is_there.then_some(Returnable { movement: &other.movement, receipt })
    });
    returned(&line.movement, candidates).map(|found| (found.receipt, found.movement.amount))
}

fn take_back_one(subledger: &mut Subledger, mut line: BankLine, receipt: ReceiptId, original: Money) -> Result<BankLine, Fault> {
    let way =
        Way { from: Account::Bank(line.bank_account), kind: EntryKind::Reversal, source: Source::of(line.id), on: line.movement.booked_on };
    let reason = if line.movement.return_reason.is_empty() { String::new() } else { format!(" ({})", line.movement.return_reason) };
    let why = format!("the bank took it back{reason}");
    let gone = subledger.reverse_receipt(receipt, way, &why)?;
    let taken = line.movement.amount.neg();
    let charges = taken.sub(original)?;
    against(subledger, &line, EntryKind::BankLine, Account::BankCharges, charges.neg())?;
    // What was refunded or moved to another customer before cannot be taken from this receipt any more.
    let missing = original.sub(gone)?;
    against(subledger, &line, EntryKind::BankLine, Account::Suspense, missing.neg())?;
    line.receipt = Some(receipt);
    settle(
        &mut line,
        LineState::Return,
        if missing.is_zero() {
            "takes an earlier receipt back"
        } else {
            "takes an earlier receipt back; part of it was gone and waits in suspense"
        },
    );
    Ok(line)
}
