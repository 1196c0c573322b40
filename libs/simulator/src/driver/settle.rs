//! Waiting until every service has heard of everything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::try_join_all;
use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{GetHeadRequest, ListCursorsRequest};
use quittance_types::{Fault, Reason};
use tokio::time::Instant;

use super::Driver;
use super::call::ask;
use super::line::Line;

/// How to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Between two looks.
    pub look_every: Duration,
    /// Longer than that is an error.
    pub at_most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { look_every: Duration::from_millis(10), at_most: Duration::from_secs(60) }
    }
}

/// Newest positions by producer, and entries that have none yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Heads {
    positions: BTreeMap<&'static str, i64>,
    pending: i64,
}

/// A service and the log it follows.
type Feed = (&'static str, String);

/// How far a service has followed a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    applied: i64,
    stored: i64,
}

/// When a service counts as having followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// It has applied everything.
    Applied,
    /// Its database says so, too.
    Stored,
}

/// How far services have followed each other, as far as anybody asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Cursors {
    positions: BTreeMap<Feed, Position>,
    dead_letters: BTreeMap<&'static str, i64>,
}

impl Cursors {
    /// Feeds that have not reached the head of their log, with cursor and head.
    fn behind<'a>(&'a self, heads: &'a Heads, until: Until) -> impl Iterator<Item = (&'a Feed, i64, i64)> + 'a {
        self.positions.iter().filter_map(move |(feed, position)| {
            let position = if until == Until::Applied { position.applied } else { position.stored };
            let head = heads.positions.get(feed.1.as_str()).copied().unwrap_or_default();
            (position < head).then_some((feed, position, head))
        })
    }
}

impl Driver {
    /// Returns when every cursor was found at the head of its log and no head had moved by the look after that: what a
    /// service did with the last news may itself have been news for others.
    pub(super) async fn settle(&mut self) -> Result<(), Fault> {
        self.wait(Until::Applied).await
    }

    /// The same, until the services have stored that they have heard of everything: for whoever looks at their databases.
    pub(super) async fn settle_for_good(&mut self) -> Result<(), Fault> {
        self.wait(Until::Stored).await
    }

    async fn wait(&mut self, until: Until) -> Result<(), Fault> {
        let started = Instant::now();
        let Patience { look_every, at_most } = self.options.patience;
        let mut quiet_at: Option<Heads> = None;
        let mut last = Heads::default();
        let mut looks = 0_u32;
        loop {
            let heads = self.heads().await?;
            if quiet_at.as_ref() == Some(&heads) {
                self.tally.settled += 1;
                self.tally.settling_ms += u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.tally.dead_letters = self.cursors.dead_letters.values().sum();
                return Ok(());
            }
            if started.elapsed() > at_most {
                return Err(self.too_slow(&heads, until));
            }
            // While heads move, somebody is still at work: cursors need not be asked for.
            let is_still = heads == last && heads.pending == 0;
            let is_quiet = is_still && self.nobody_is_behind(&heads, until).await?;
            quiet_at = is_quiet.then(|| heads.clone());
            last = heads;
            looks += 1;
            if !is_quiet && looks > 1 {
                tokio::time::sleep(look_every).await;
            }
        }
    }

    /// Asks the services that were behind the heads when last asked, all of them the first time.
    ///
    /// The heads were read before: a cursor at a head read earlier has certainly heard of it.
    async fn nobody_is_behind(&mut self, heads: &Heads, until: Until) -> Result<bool, Fault> {
        let behind: BTreeSet<&str> = self.cursors.behind(heads, until).map(|((consumer, _), ..)| *consumer).collect();
        let is_first = self.cursors.positions.is_empty();
        let lines = self.staff.clerk.all();
        let asked = lines.iter().filter(|(name, _)| is_first || behind.contains(name));
        for (name, feeds, dead_letters) in try_join_all(asked.map(|(name, line)| cursors(name, line))).await? {
            self.cursors.positions.extend(feeds);
            self.cursors.dead_letters.insert(name, dead_letters);
        }
        Ok(self.cursors.behind(heads, until).next().is_none())
    }

    async fn heads(&self) -> Result<Heads, Fault> {
        let lines = self.staff.clerk.all();
        let mut heads = Heads::default();
        for (name, head, pending) in try_join_all(lines.iter().map(|(name, line)| head(name, line))).await? {
            heads.positions.insert(name, head);
            heads.pending += pending;
        }
        Ok(heads)
    }

    fn too_slow(&self, heads: &Heads, until: Until) -> Fault {
        let behind: Vec<String> = self
            .cursors
            .behind(heads, until)
            .map(|((consumer, producer), position, head)| format!("{consumer} is at {position} of {head} in {producer}"))
            .collect();
        Fault::new(Reason::ServiceUnavailable, "the services do not keep up with each other").detail(format!(
            "{}; {} entries without position",
            behind.join(", "),
            heads.pending
        ))
    }
}

async fn head(name: &'static str, line: &Line) -> Result<(&'static str, i64, i64), Fault> {
    let answer = ask!(EventLogServiceClient::new(line.clone()), get_head, GetHeadRequest {})?;
    Ok((name, answer.head, answer.pending))
}

type Answer = (&'static str, Vec<(Feed, Position)>, i64);

async fn cursors(name: &'static str, line: &Line) -> Result<Answer, Fault> {
    let answer = ask!(EventLogServiceClient::new(line.clone()), list_cursors, ListCursorsRequest {})?;
    let dead_letters = answer.cursors.iter().map(|cursor| cursor.dead_letters).sum();
    let feeds = answer.cursors.into_iter().map(|cursor| {
        let position = Position { applied: cursor.position, stored: cursor.stored_position };
        ((name, cursor.producer), position)
    });
    Ok((name, feeds.collect(), dead_letters))
}
