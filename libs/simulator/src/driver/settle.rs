//! Waiting until every service has heard of everything.

mod interest;

use std::collections::BTreeMap;
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
        Self { look_every: Duration::from_millis(4), at_most: Duration::from_secs(60) }
    }
}

/// Newest positions by producer.
type Heads = BTreeMap<&'static str, i64>;

/// A service and the log it follows.
type Feed = (&'static str, &'static str);

/// Heads of all logs, and how far each service has followed the others.
#[derive(Clone, Debug, Default)]
struct Snapshot {
    heads: Heads,
    pending: i64,
    cursors: BTreeMap<Feed, i64>,
    dead_letters: i64,
}

impl Snapshot {
    /// Feeds that have not reached the head of their log, with cursor and head.
    fn behind(&self) -> impl Iterator<Item = (Feed, i64, i64)> + '_ {
        self.cursors.iter().filter_map(|(feed, position)| {
            let head = self.heads.get(feed.1).copied().unwrap_or_default();
            (*position < head).then_some((*feed, *position, head))
        })
    }
}

impl Driver {
    /// Returns when every cursor was found at the head of its log and no head had moved by the look after that: what a
    /// service did with the last news may itself have been news for others.
    pub(super) async fn settle(&mut self) -> Result<(), Fault> {
        self.wait(false).await
    }

    /// The same, until the services have stored that they have heard of everything: for whoever looks at their databases.
    pub(super) async fn settle_for_good(&mut self) -> Result<(), Fault> {
        self.wait(true).await
    }

    async fn wait(&mut self, is_last: bool) -> Result<(), Fault> {
        let started = Instant::now();
        let Patience { look_every, at_most } = self.options.patience;
        let mut quiet_at: Option<Heads> = None;
        let mut passed: BTreeMap<Feed, i64> = BTreeMap::new();
        loop {
            let mut now = self.look().await?;
            if quiet_at.as_ref() == Some(&now.heads) && now.pending == 0 {
                self.tally.settled += 1;
                self.tally.settling_ms += u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.tally.dead_letters = now.dead_letters;
                return Ok(());
            }
            if started.elapsed() > at_most {
                return Err(too_slow(&now));
            }
            if !is_last {
                self.pass_over(&mut now, &mut passed).await;
            }
            let is_quiet = now.pending == 0 && now.behind().next().is_none();
            quiet_at = is_quiet.then_some(now.heads);
            if !is_quiet {
                tokio::time::sleep(look_every).await;
            }
        }
    }

    /// Moves cursors that only lag behind events their service does not follow: it stores that it has passed them once a
    /// second at most, which is too long to wait for every simulated day.
    async fn pass_over(&self, now: &mut Snapshot, passed: &mut BTreeMap<Feed, i64>) {
        let lines: BTreeMap<&str, &Line> = self.staff.clerk.all().into_iter().collect();
        let behind: Vec<(Feed, i64, i64)> = now.behind().collect();
        for (feed, position, head) in behind {
            let known = passed.get(&feed).copied().unwrap_or_default().max(position);
            let line = lines.get(feed.1).copied();
            let is_passed = match line {
                _ if known >= head => true,
                Some(line) => interest::nothing_between(line, feed, known, head).await,
                None => false,
            };
            if is_passed {
                passed.insert(feed, head);
                now.cursors.insert(feed, head);
            }
        }
    }

    /// Heads are read before cursors: a cursor at a head read earlier has certainly heard of it.
    async fn look(&self) -> Result<Snapshot, Fault> {
        let lines = self.staff.clerk.all();
        let heads = try_join_all(lines.iter().map(|(name, line)| head(name, line))).await?;
        let cursors = try_join_all(lines.iter().map(|(name, line)| cursors(name, line))).await?;
        let mut snapshot = Snapshot::default();
        for (name, head, pending) in heads {
            snapshot.heads.insert(name, head);
            snapshot.pending += pending;
        }
        for (cursors, dead_letters) in cursors {
            snapshot.cursors.extend(cursors);
            snapshot.dead_letters += dead_letters;
        }
        Ok(snapshot)
    }
}

async fn head(name: &'static str, line: &Line) -> Result<(&'static str, i64, i64), Fault> {
    let answer = ask!(EventLogServiceClient::new(line.clone()), get_head, GetHeadRequest {})?;
    Ok((name, answer.head, answer.pending))
}

async fn cursors(name: &'static str, line: &Line) -> Result<(Vec<(Feed, i64)>, i64), Fault> {
    let answer = ask!(EventLogServiceClient::new(line.clone()), list_cursors, ListCursorsRequest {})?;
    let dead_letters = answer.cursors.iter().map(|cursor| cursor.dead_letters).sum();
    let feeds = answer.cursors.iter().filter_map(|cursor| {
        let producer = interest::SERVICES.into_iter().find(|known| *known == cursor.producer)?;
        Some(((name, producer), cursor.position))
    });
    Ok((feeds.collect(), dead_letters))
}

fn too_slow(now: &Snapshot) -> Fault {
    let behind: Vec<String> =
        now.behind().map(|((consumer, producer), position, head)| format!("{consumer} is at {position} of {head} in {producer}")).collect();
    Fault::new(Reason::ServiceUnavailable, "the services do not keep up with each other").detail(format!(
        "{}; {} entries without position",
        behind.join(", "),
        now.pending
    ))
}
