//! Which lines of a file an earlier file has brought already.

use std::collections::HashMap;

use quittance_types::{BankLineId, Uuid};

use crate::domain::line::{LineState, Movement};

/// A line of the account as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLine {
    /// Its id.
    pub id: BankLineId,
    /// What it says.
    pub fingerprint: Uuid,
    /// Amount and reference.
    pub movement_key: Uuid,
    /// The kind of file it came in.
    pub family: String,
    /// What became of it.
    pub state: LineState,
}

/// What to do with a line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Never seen.
    New,
    /// Stored already.
    Known,
    /// Announced before under this id, and booked now.
    Booked(BankLineId),
}

/// The stored lines of an account that a file may tell again. Every one answers for one movement only, so N equal lines
/// stay N and a file that comes again adds none.
pub struct Overlap {
    same: Pool,
    told_otherwise: Pool,
    announced: Pool,
    any: Pool,
}

impl Overlap {
    /// For a file of this family.
    pub fn new(known: &[KnownLine], family: &str) -> Overlap {
        let is_pending = |line: &KnownLine| line.state == LineState::Pending;
        Overlap {
            same: Pool::new(known, |line| line.fingerprint, |line| !is_pending(line) && line.family == family),
            told_otherwise: Pool::new(known, |line| line.movement_key, |line| !is_pending(line) && line.family != family),
            announced: Pool::new(known, |line| line.movement_key, is_pending),
            any: Pool::new(known, |line| line.movement_key, |_| true),
        }
    }

    /// The fate of each movement of a statement. `books` says whether booked lines of this file take effect; `continues`
    /// that all of them are new.
    pub fn fates<'a>(&mut self, movements: impl IntoIterator<Item = &'a Movement>, books: bool, continues: bool) -> Vec<Fate> {
        let fate = |movement: &Movement| {
            if !(movement.is_booked && books) {
                return self.any.take(movement.movement_key).map_or(Fate::New, |_| Fate::Known);
            }
            let seen =
                !continues && (self.same.take(movement.fingerprint).is_some() || self.told_otherwise.take(movement.movement_key).is_some());
            if seen {
                return Fate::Known;
            }
            self.announced.take(movement.movement_key).map_or(Fate::New, Fate::Booked)
        };
        movements.into_iter().map(fate).collect()
    }
}

/// Stored lines by key, each to be taken once, oldest first.
struct Pool(HashMap<Uuid, Vec<BankLineId>>);

impl Pool {
    fn new(known: &[KnownLine], key: impl Fn(&KnownLine) -> Uuid, belongs: impl Fn(&KnownLine) -> bool) -> Pool {
        let mut lines: HashMap<Uuid, Vec<BankLineId>> = HashMap::new();
        for line in known.iter().rev().filter(|line| belongs(line)) {
            lines.entry(key(line)).or_default().push(line.id);
        }
        Pool(lines)
    }

    fn take(&mut self, key: Uuid) -> Option<BankLineId> {
        self.0.get_mut(&key)?.pop()
    }
}
