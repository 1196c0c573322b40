//! Importing a bank file: statements and lines are stored, every booked line is posted, receipts are made of what came
//! in, returns take back what they return. All of it is one transaction.
//!
//! One family of files books an account, so that nothing is booked twice: the first that comes, until one that tells the
//! whole comes after a notification or a table; a statement of another kind that goes on exactly where the last one ended, on
//! later days, takes over. Lines of the others, and lines
//! that are not booked yet, are kept as announced (`PENDING`) without any effect; the booked line that follows takes their
//! place under the same id. A statement whose lines stay like that has a finding.

mod accounts;
pub mod advices;
mod post;
pub mod read;
mod store;

use std::collections::HashMap;
use std::sync::Arc;

use quittance_chassis::Tx;
use quittance_types::{BankLineId, BusinessDate, Fault, StatementId};

use crate::domain::line::{BankLine, LineState};
use crate::domain::statement::Statement;
use crate::jobs::matching::{self, Decided, Mode, Outcome, Run};
use crate::ledgers::{Effects, Ledgers};
use crate::store::{banks, books, lines, statements};
use read::ReadFile;

/// What is to be imported.
#[derive(Clone, Debug)]
pub struct Import {
    /// The file as read.
    pub file: Arc<ReadFile>,
    /// Its bytes.
    pub content: Arc<Vec<u8>>,
    /// Its name, for people.
    pub file_name: String,
    /// Match the new lines at once.
    pub match_now: bool,
    /// The day of the import.
    pub as_of: BusinessDate,
    /// What the engine knows.
    pub ledgers: Ledgers,
}

/// What an import did.
#[derive(Debug)]
pub struct Imported {
    /// Its statements, in file order; also those an earlier file had brought.
    pub statements: Vec<Statement>,
    /// Lines stored.
    pub lines_imported: i32,
    /// Lines an earlier file had brought.
    pub lines_known: i32,
    /// Lines applied by the engine.
    pub lines_matched: i32,
    /// This very file was imported before; the figures are those of that import.
    pub already: bool,
    /// What the ledgers can take over once it is committed.
    pub effects: Vec<Effects>,
}

/// Imports a file.
///
/// # Errors
/// `BANK_ACCOUNT_UNKNOWN {account}`, `STATEMENT_DUPLICATE`.
pub async fn run(tx: &Tx, import: &Import) -> Result<Imported, Fault> {
    let mut accounts = accounts::Accounts::lock(tx, &import.file).await?;
    if let Some(earlier) = statements::find_file(tx, import.file.sha256).await? {
        // By another mapping it has lines.
        let is_read_anew = earlier.is_empty() && import.file.is_table_of_lines();
        if !is_read_anew {
            return already(tx, earlier).await;
        }
        statements::remove_file(tx, earlier.sha256).await?;
    }
    let mut stored = store::store(tx, import, &mut accounts).await?;
    let mut subledger = books::open(tx);
    post::post(tx, &mut subledger, &mut stored.lines).await?;
    let run = Run { ledgers: import.ledgers.clone(), as_of: import.as_of, mode: Mode::Store };
    let waiting = if import.match_now { waiting(&stored.lines) } else { Vec::new() };
    let Decided { outcomes, effects, .. } = matching::match_lines(tx, &mut subledger, waiting, &run).await?;
    let matched = note_outcomes(&mut stored.lines, &outcomes);
    lines::remove_announced(tx, &stored.announced).await?;
    let imported = count(stored.lines.len());
    let wake = books::save_asleep(tx, subledger, stored.lines).await?;
    matching::keep(tx, &run, &outcomes).await?;
    // What a return has freed may be what lines of this very file wait for.
    wake.carry_out(tx).await?;
    for account in accounts.into_changed() {
        banks::save_statement_balance(tx, &account).await?;
    }
    let ids: Vec<StatementId> = stored.statements.iter().map(|statement| statement.id).collect();
    let file = statements::ImportedFile {
        sha256: import.file.sha256,
        file_name: import.file_name.clone(),
        statements: ids,
        lines_imported: imported,
        lines_known: stored.known,
        lines_matched: matched,
    };
    statements::insert_file(tx, &file, &import.content).await?;
    Ok(Imported {
        statements: stored.statements,
        lines_imported: imported,
        lines_known: stored.known,
        lines_matched: matched,
        already: false,
        effects,
    })
}

async fn already(tx: &Tx, earlier: statements::ImportedFile) -> Result<Imported, Fault> {
    let statements = statements::with_ids(tx, &earlier.statements).await?;
    Ok(Imported {
        statements,
        lines_imported: earlier.lines_imported,
        lines_known: earlier.lines_known,
        lines_matched: earlier.lines_matched,
        already: true,
        effects: Vec::new(),
    })
}

fn waiting(lines: &[BankLine]) -> Vec<BankLine> {
    lines.iter().filter(|line| line.state == LineState::Imported).cloned().collect()
}

/// Gives new lines the state the engine decided on; returns how many it applied in full or part.
fn note_outcomes(lines: &mut [BankLine], outcomes: &[Outcome]) -> i32 {
    let outcomes: HashMap<BankLineId, &Outcome> = outcomes.iter().map(|outcome| (outcome.line.id, outcome)).collect();
    let mut matched = 0_i32;
    for line in lines {
        let Some(outcome) = outcomes.get(&line.id) else { continue };
        matched = matched.saturating_add(i32::from(!outcome.applied.is_empty()));
        line.state = outcome.state;
        line.rule = outcome.note.rule.clone().into_owned();
        line.why.clone_from(&outcome.note.why);
        line.verdict = outcome.note.verdict.clone().unwrap_or_default();
    }
    matched
}

fn count(lines: usize) -> i32 {
    i32::try_from(lines).unwrap_or(i32::MAX)
}
