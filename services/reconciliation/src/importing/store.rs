//! Which statements and lines of a file are new.

use std::collections::{BTreeMap, HashMap};

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Emit, Tx};
use quittance_types::{BankAccountId, BankLineId, BusinessDate, Fault, Reason, StatementId, Uuid};

use super::accounts::Accounts;
use super::{Import, count};
use crate::domain::bank::BankAccount;
use crate::domain::line::{BankLine, LineState, Movement, Verdict};
use crate::domain::statement::{Fate, Finding, KnownLine, NewStatement, Overlap, Statement};
use crate::store::{lines, statements};
use crate::wire;

/// What a file brings.
pub struct Stored {
    /// Its statements, in file order; also those known already.
    pub statements: Vec<Statement>,
    /// New lines, not stored yet.
    pub lines: Vec<BankLine>,
    /// Announcements that new lines take the place of.
    pub announced: Vec<BankLineId>,
    /// Lines an earlier file had brought.
    pub known: i32,
}

/// What the account holds of the days a file is about.
struct Shelf {
    overlap: Overlap,
    occurrences: HashMap<Uuid, i32>,
}

/// Stores the statements and finds out which lines are new.
pub async fn store(tx: &Tx, import: &Import, accounts: &mut Accounts) -> Result<Stored, Fault> {
    let mut shelves = shelves(tx, import, accounts).await?;
    let mut stored = Stored { statements: Vec::new(), lines: Vec::new(), announced: Vec::new(), known: 0 };
    let order = in_order(import);
    for (_, read) in &order {
        let account = accounts.of(read)?;
        if let Some(twin) = statements::find_twin(tx, account, read).await? {
            if twin.content != read.content {
                return Err(duplicate(read));
            }
            stored.statements.push(statements::load(tx, twin.id).await?);
            stored.known = stored.known.saturating_add(count(read.movements.len()));
            continue;
        }
        let shelf = shelves.get_mut(&account).ok_or_else(|| Fault::internal("an account without a shelf"))?;
        let account = accounts.get(account)?.clone();
        let account = store_one(tx, read, account, shelf, &mut stored).await?;
        accounts.put(account);
    }
    // The answer lists statements as the file does.
    let mut placed: Vec<(usize, Statement)> = order.into_iter().map(|(place, _)| place).zip(stored.statements).collect();
    placed.sort_by_key(|(place, _)| *place);
    stored.statements = placed.into_iter().map(|(_, statement)| statement).collect();
    Ok(stored)
}

/// Statements from the oldest to the newest, since each is held against the one before; each with its place in the file.
fn in_order(import: &Import) -> Vec<(usize, &NewStatement)> {
    let mut order: Vec<(usize, &NewStatement)> = import.file.statements.iter().enumerate().collect();
    order.sort_by_key(|(_, read)| (read.to_on, read.from_on));
    order
}

fn duplicate(read: &NewStatement) -> Fault {
    let message = format!("statement {} was imported before with other content", read.bank_statement_id);
    Fault::new(Reason::StatementDuplicate, message).with("statement", &read.bank_statement_id)
}

async fn shelves(tx: &Tx, import: &Import, accounts: &Accounts) -> Result<BTreeMap<BankAccountId, Shelf>, Fault> {
    let mut days: BTreeMap<BankAccountId, (BusinessDate, BusinessDate, &'static str)> = BTreeMap::new();
    for read in &import.file.statements {
        let account = accounts.of(read)?;
        days.entry(account).or_insert((BusinessDate::MAX, BusinessDate::MIN, read.family));
        for movement in &read.movements {
            days.entry(account).and_modify(|(from, to, _)| {
                *from = (*from).min(movement.booked_on);
                *to = (*to).max(movement.booked_on);
            });
        }
    }
    let mut shelves = BTreeMap::new();
    for (account, (from, to, family)) in days {
        let known = lines::known_lines(tx, account, from, to).await?;
        shelves.insert(account, Shelf { occurrences: occurrences(&known), overlap: Overlap::new(&known, family) });
    }
    Ok(shelves)
}

fn occurrences(known: &[KnownLine]) -> HashMap<Uuid, i32> {
    let mut occurrences = HashMap::new();
    for line in known {
        let count: &mut i32 = occurrences.entry(line.fingerprint).or_default();
        *count = count.saturating_add(1);
    }
    occurrences
}

async fn store_one(
    tx: &Tx,
    read: &NewStatement,
    mut account: BankAccount,
    shelf: &mut Shelf,
    stored: &mut Stored,
) -> Result<BankAccount, Fault> {
    let id = StatementId::new(tx.new_id());
    let takes_effect = read.takes_effect(&account);
    let mut findings = read.findings.clone();
    findings.extend(read.gaps(&account).filter(|_| takes_effect));
    let (movements, foreign): (Vec<&Movement>, Vec<&Movement>) =
        read.movements.iter().partition(|movement| movement.amount.currency() == account.currency());
    findings.extend(foreign.into_iter().map(|movement| foreign_currency(movement, &account)));
    let fates = shelf.overlap.fates(movements.iter().copied(), takes_effect, read.continues(&account));
    let before = stored.lines.len();
    for (movement, fate) in movements.into_iter().zip(fates) {
        let line = match fate {
            Fate::Known => {
                stored.known = stored.known.saturating_add(1);
                continue;
            }
            Fate::New => BankLineId::new(tx.new_id()),
            Fate::Booked(announced) => {
                stored.announced.push(announced);
                announced
            }
        };
        let occurrence = shelf.occurrences.entry(movement.fingerprint).or_default();
        *occurrence = occurrence.saturating_add(1);
        stored.lines.push(new_line(line, id, &account, movement.clone(), read.family, *occurrence, takes_effect));
    }
    let pending = stored.lines.get(before..).unwrap_or_default().iter().filter(|line| line.movement.is_booked && !takes_effect);
    findings.extend(read.without_effect(&account, pending.count()));
    let statement = Statement {
        id,
        bank_account: account.id,
        bank_statement_id: read.bank_statement_id.clone(),
        format: read.format.clone(),
        from_on: read.from_on,
        to_on: read.to_on,
        currency: account.currency(),
        opening: read.opening.filter(|opening| opening.currency() == account.currency()),
        closing: read.closing.filter(|closing| closing.currency() == account.currency()),
        line_count: count(stored.lines.len().saturating_sub(before)),
        findings,
        created_at: tx.now(),
    };
    statements::insert(tx, &statement, read).await?;
    tx.emit(Emit::public(id, account.id, &pb::StatementImported { statement: Some(wire::statement(&statement)) }));
    if takes_effect {
        account.books_from = read.family.to_owned();
        if let Some(closing) = statement.closing.filter(|_| read.is_newest(&account)) {
            let day = read.to_on.or(account.bank_balance.map(|(_, day)| day)).unwrap_or(BusinessDate::MIN);
            account.bank_balance = Some((closing, day));
        }
    }
    stored.statements.push(statement);
    Ok(account)
}

fn foreign_currency(movement: &Movement, account: &BankAccount) -> Finding {
    Finding::new("line_not_booked", format!("the line of {} cannot be booked on an account in {}", movement.amount, account.currency()))
}

fn new_line(
    id: BankLineId,
    statement: StatementId,
    account: &BankAccount,
    movement: Movement,
    family: &str,
    occurrence: i32,
    takes_effect: bool,
) -> BankLine {
    let is_booked = movement.is_booked && takes_effect;
    let why = match (movement.is_booked, takes_effect) {
        (true, true) => String::new(),
        (false, _) => "announced, not booked yet".to_owned(),
        (true, false) => format!("announced: {} files book this account", account.books_from),
    };
    BankLine {
        id,
        statement,
        bank_account: account.id,
        movement,
        family: family.to_owned(),
        occurrence,
        state: if is_booked { LineState::Imported } else { LineState::Pending },
        rule: String::new(),
        why,
        verdict: Verdict::default(),
        receipt: None,
    }
}
