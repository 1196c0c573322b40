//! Who plays the simulated company, a clerk who asks and a manager who approves, and what is noted of a play.

use std::{fs, io::ErrorKind, path::Path};

use quittance_chassis::{Clock, Ctx, Permissions, Principal, client::Peers};
use quittance_simulator::{
    driver::{Staff, Suite},
    world::{Params, World},
};
use quittance_types::{BusinessDate, Fault, TimeZone};
use serde::{Deserialize, Serialize};

use crate::link;

/// The file in the data directory.
const NOTE: &str = "company.json";

/// The two people, over the peers of this process.
pub fn staff(peers: &Peers) -> Staff {
    let acting = |name: &str| {
        let principal = Principal::user(name, link::embedded_tenant(), Permissions::all());
        Suite::acting(peers, &Ctx { principal, ..Ctx::system("simulator", link::embedded_tenant()) })
    };
    Staff { clerk: acting("clerk"), manager: acting("manager") }
}

/// A play, as it was begun. It is noted in the data directory, so that one that was interrupted goes on as the same company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Play {
    /// Same seed, same company.
    pub seed: u64,
    /// Customers of the company.
    pub customers: u32,
    /// Days to play.
    pub days: u32,
    /// The first of them.
    pub start: BusinessDate,
    /// Whether it was played to its end.
    pub ended: bool,
}

/// What a start of the demo has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing is there yet.
    Begin(Play),
    /// A play was interrupted: its requests carry the same ids, so that playing it again changes only what is missing.
    GoOn(Play),
    /// A company is there, played to its end or made by somebody else.
    Keep,
}

impl Play {
    /// A play whose last day is today, so that "today" in the portal is the company's today.
    ///
    /// # Errors
    /// DATE_INVALID when the days leave the calendar.
    pub fn ending_today(seed: u64, customers: u32, days: u32) -> Result<Play, Fault> {
        let today = Clock::system().now().date_in(&TimeZone::parse("UTC")?);
        let back = i32::try_from(days.saturating_sub(1)).unwrap_or(i32::MAX);
        Ok(Play { seed, customers, days, start: today.minus_days(back)?, ended: false })
    }

    /// Its world.
    ///
    /// # Errors
    /// DATE_INVALID when the days leave the calendar.
    pub fn world(&self) -> Result<World, Fault> {
        World::new(Params::new(self.seed, self.customers, self.days, self.start))
    }

    /// The play that was begun in a data directory, if one was.
    ///
    /// # Errors
    /// INTERNAL_ERROR when the note cannot be read.
    pub fn begun(data: &Path) -> Result<Option<Play>, Fault> {
        match fs::read(data.join(NOTE)) {
            Ok(note) => serde_json::from_slice(&note).map(Some).map_err(unreadable),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(unreadable(cause)),
        }
    }

    /// Notes it, whole or not at all.
    ///
    /// # Errors
    /// INTERNAL_ERROR when the note cannot be written.
    pub fn note(&self, data: &Path) -> Result<(), Fault> {
        let draft = data.join(format!("{NOTE}.draft"));
        let written = serde_json::to_vec(self).map_err(unreadable)?;
        fs::write(&draft, written).and_then(|()| fs::rename(&draft, data.join(NOTE))).map_err(unreadable)
    }
}

/// What to do where this play was begun, or none, in databases that are empty or not.
pub fn next(begun: Option<Play>, is_empty: bool, asked: Play) -> Next {
    match begun {
        Some(play) if play.ended => Next::Keep,
        Some(play) => Next::GoOn(play),
        None if is_empty => Next::Begin(asked),
        None => Next::Keep,
    }
}

fn unreadable(cause: impl std::fmt::Display) -> Fault {
    Fault::internal(format!("{NOTE}: {cause}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn what_was_interrupted_goes_on_as_it_was_begun() {
        let begun = Play { seed: 3, customers: 20, days: 10, start: BusinessDate::from_ymd(2026, 1, 5).unwrap(), ended: false };
        let asked = Play { seed: 9, start: BusinessDate::from_ymd(2026, 2, 5).unwrap(), ..begun.clone() };
        let noted: Play = serde_json::from_slice(&serde_json::to_vec(&begun).unwrap()).unwrap();
        assert_eq!(noted, begun);
        for is_empty in [true, false] {
            assert_eq!(next(Some(noted.clone()), is_empty, asked.clone()), Next::GoOn(begun.clone()));
        }
        assert_eq!(next(Some(Play { ended: true, ..begun }), false, asked.clone()), Next::Keep);
        assert_eq!(next(None, true, asked.clone()), Next::Begin(asked.clone()));
        assert_eq!(next(None, false, asked), Next::Keep, "somebody else's company is left alone");
    }
}
