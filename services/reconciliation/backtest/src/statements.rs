//! The bank files of the folder: every one read on its own, then put into one order that does not depend on file names,
//! cleared of what came twice, and handed to the sellers whose accounts they are about.

mod accounts;
mod duplicates;
mod line;
mod plain;
mod read;

use accounts::Accounts;
pub(crate) use accounts::folded;
pub use duplicates::Duplicates;
use line::ReadLine;
pub(crate) use read::{StatementFile, StatementRead, read_file};

use std::path::PathBuf;

use quittance_matching::record::Line;
use rayon::prelude::*;

use crate::ledgers::Seller;
use crate::progress::Progress;

/// All bank files of a folder.
#[derive(Default)]
pub(crate) struct Statements {
    /// Files in the order of their content, each content once, without their statements.
    pub files: Vec<StatementFile>,
    /// Statements in their order, without their lines.
    pub figures: Vec<StatementRead>,
    /// Lines of each seller, in the order of the sellers, and last those of accounts that belong to none.
    pub lines: Vec<Vec<Line>>,
    /// What was left out because it came before.
    pub duplicates: Duplicates,
    /// How many references of the bank stand for several lines, and the first of them.
    pub shared_ids: Option<(u64, String)>,
    /// Lines of interim reports about accounts whose final statements are there too.
    pub interim: u64,
    /// Lines of statements that do not add up to their closing balance: nothing is applied from them.
    pub held: Vec<Line>,
}

/// Reads the files, in parallel.
pub(crate) fn read_files(paths: &[PathBuf], progress: &dyn Progress) -> Vec<StatementFile> {
    paths.par_iter().map(|path| read_file(path, progress)).collect()
}

/// Puts everything that was read into order and hands the lines to the sellers.
pub(crate) fn arrange(mut files: Vec<StatementFile>, sellers: &[Seller]) -> Statements {
    let accounts = Accounts::of(sellers);
    files.sort_by(|a, b| (a.sha256, &a.name).cmp(&(b.sha256, &b.name)));
    let mut duplicates = Duplicates::default();
    files = duplicates.drop_equal_files(files);

    let mut statements: Vec<StatementRead> = files.iter_mut().flat_map(|file| std::mem::take(&mut file.statements)).collect();
    let interim = drop_interim(&mut statements);
    statements.sort_by(|a, b| a.order.cmp(&b.order));
    duplicates.drop_equal_statements(&mut statements);
    duplicates.drop_equal_lines(&mut statements);
    let shared_ids = duplicates::shared_ids(&statements);

    let mut lines: Vec<Vec<Line>> = Vec::new();
    lines.resize_with(sellers.len() + 1, Vec::new);
    let mut position = 0;
    let mut held = Vec::new();
    let are_kept = balances_are_kept(&statements);
    for statement in &mut statements {
        let Some(own) = lines.get_mut(accounts.seller_of(&statement.account).unwrap_or(sellers.len())) else { continue };
        let own = if are_kept && statement.is_broken() { &mut held } else { own };
        let kept = std::mem::take(&mut statement.lines);
        statement.kept = kept.len() as u64;
        for ReadLine { line, .. } in &kept {
            let side = if line.amount < 0 { &mut statement.debits } else { &mut statement.credits };
            side.add(line.currency, line.amount.saturating_abs());
        }
        own.extend(kept.into_iter().map(|read| {
            position += 1;
            Line { position, ..read.line }
        }));
    }
    Statements { files, figures: statements, lines, duplicates, shared_ids, interim, held }
}

/// Statements that lead nowhere before that may be a habit of the bank.
const HABIT: usize = 3;

/// Balances that lead nowhere in most of several statements are not kept by the bank, and say nothing about a single one.
fn balances_are_kept(statements: &[StatementRead]) -> bool {
    let broken = statements.iter().filter(|statement| statement.is_broken()).count();
    let sound = statements.iter().filter(|statement| statement.difference() == Some(0)).count();
    broken < sound.max(HABIT)
}

/// An intraday report or a notification tells again what the final statement of its account tells.
fn drop_interim(statements: &mut [StatementRead]) -> u64 {
    let is_final = |statement: &&StatementRead| !statement.interim;
    let finals: std::collections::HashSet<String> = statements.iter().filter(is_final).map(|statement| statement.account.clone()).collect();
    let mut dropped = 0;
    for statement in statements.iter_mut().filter(|statement| statement.interim && finals.contains(&statement.account)) {
        dropped += statement.lines.len() as u64;
        statement.lines.clear();
    }
    dropped
}
