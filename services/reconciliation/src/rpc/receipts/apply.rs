//! Applying money of a receipt to items.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{BankLineId, BusinessDate, Fault, Reason, ReceiptId, Uuid, Violations};

use super::super::{check_etag, checked, date, day_of, note_by_hand};
use super::allocations;
use crate::decisions::allocations::{Allocation, Giving, Noted, Refused, give, learnt};
use crate::decisions::{self, Consequences};
use crate::domain::answer::NewAnswer;
use crate::domain::confirmation::How;
use crate::domain::item::OpenItem;
use crate::domain::line::BankLine;
use crate::domain::subledger::{Because, Subledger};
use crate::store::items::ItemName;
use crate::store::{books, items, lines, receipts};
use crate::wire;

/// What is to be applied.
#[derive(Clone)]
pub struct Command {
    receipt: ReceiptId,
    allocations: Vec<Allocation>,
    as_of: Option<BusinessDate>,
    etag: String,
}

/// Reads the request.
pub fn parse(request: &pb::ApplyReceiptRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let receipt = violations.take("receipt_id", ReceiptId::parse(&request.receipt_id));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    if request.allocations.is_empty() {
        violations.push("allocations", Fault::new(Reason::FieldRequired, "say what the money pays"));
    }
    let allocations = allocations::parse(&mut violations, &request.allocations);
    violations.finish()?;
    let command = || Some(Command { receipt: receipt?, allocations, as_of: as_of?, etag: request.etag.clone() });
    checked(command())
}

/// Requests that share a transaction, and what they found and left.
struct Group {
    subledger: Subledger,
    found: Vec<OpenItem>,
    /// That brought the money.
    lines: HashMap<BankLineId, BankLine>,
    noted: Noted,
    consequences: Consequences,
}

/// Applies what a group of requests asks, in turn: one read of the receipts, one of the items, one write of each table. A
/// request that is refused at its first allocation leaves nothing; one refused later ends the group, and each is asked alone.
pub async fn group(tx: &Tx, commands: Vec<Arc<Command>>) -> Result<Vec<Result<pb::ApplyReceiptResponse, Fault>>, Fault> {
    let mut group = open(tx, &commands).await?;
    let mut answers = Vec::with_capacity(commands.len());
    for (member, command) in commands.iter().enumerate() {
        group.subledger.act_for(member);
        match apply(&tx.member(member), &mut group, command, member) {
            Ok(answer) => answers.push(Ok(answer)),
            Err(Refused { fault, has_written: false }) if !fault.outcome().is_our_failure() => answers.push(Err(fault)),
            Err(Refused { fault, .. }) => return Err(fault),
        }
    }
    decisions::save(tx, group.subledger, group.consequences).await?;
    Ok(answers)
}

async fn open(tx: &Tx, commands: &[Arc<Command>]) -> Result<Group, Fault> {
    let mut subledger = books::open(tx);
    let ids: BTreeSet<Uuid> = commands.iter().map(|command| command.receipt.uuid()).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let held = receipts::with_ids(tx, &ids).await?;
    let brought_by: Vec<Uuid> = held.iter().filter_map(|receipt| receipt.bank_line()).map(BankLineId::uuid).collect();
    let lines = lines::with_ids(tx, &brought_by).await?.into_iter().map(|line| (line.id, line)).collect();
    held.into_iter().for_each(|receipt| subledger.hold_receipt(receipt));
    let allocations = || commands.iter().flat_map(|command| &command.allocations);
    let names: BTreeSet<ItemName> = allocations().map(|one| one.item).collect();
    let names: Vec<ItemName> = names.into_iter().collect();
    let found = items::find_for_update(tx, &names).await?;
    found.iter().for_each(|item| subledger.hold_item(item.clone()));
    let noted = Noted::load(tx, &found, allocations(), &[]).await?;
    Ok(Group { subledger, found, lines, noted, consequences: Consequences::default() })
}

fn apply(tx: &Tx, group: &mut Group, command: &Command, member: usize) -> Result<pb::ApplyReceiptResponse, Refused> {
    let Group { subledger, found, lines, noted, consequences } = group;
    let Command { receipt, allocations, as_of: given, etag } = command;
    let before = subledger.receipt(*receipt)?;
    let named = found.iter().filter(|item| allocations.iter().any(|one| one.item.names(item)));
    let earliest = named.map(|item| item.issued_on.min(tx.today())).fold(before.received_on, BusinessDate::max);
    let because = Because::new(day_of(tx, *given, earliest)?, tx.ctx().principal.actor(), "");
    check_etag(etag, before.version)?;
    let untouched = before.bank_line().filter(|_| before.unapplied == before.amount).and_then(|line| lines.get(&line));
    let giving = Giving { receipt: *receipt, found, allocations, because: &because, member };
    let given = give(tx, subledger, noted, &giving)?;
    let written = |fault| Refused { fault, has_written: true };
    note_by_hand(tx, subledger, *receipt, "applied").map_err(written)?;
    let (mut applications, mut paid) = (Vec::with_capacity(given.applications.len()), Vec::new());
    for (application, item) in &given.applications {
        let application = subledger.application(*application).map_err(written)?;
        applications.push(wire::application(application, found.iter().find(|found| found.id == *item)));
        paid.push((*item, application.part));
    }
    let after = subledger.receipt(*receipt).map_err(written)?;
    consequences.answers.extend(untouched.and_then(|line| NewAnswer::applied(line, after, paid.into_iter(), member)));
    let learnt = learnt(subledger, &giving, How::Applied, &given).map_err(written)?;
    consequences.extend(given.consequences(learnt));
    Ok(pb::ApplyReceiptResponse { receipt: Some(wire::receipt(after)), applications })
}
