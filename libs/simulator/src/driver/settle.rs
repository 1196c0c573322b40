//! Waiting until every service has heard of everything.

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

/// Heads of all logs, and how far each service has followed the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Snapshot {
    heads: BTreeMap<String, i64>,
    pending: i64,
    /// Consumer, producer, position.
    cursors: Vec<(&'static str, String, i64)>,
    dead_letters: i64,
}

impl Snapshot {
    /// Cursors that have not reached the head of their log.
    fn behind(&self) -> impl Iterator<Item = &(&'static str, String, i64)> {
        self.cursors.iter().filter(|(_, producer, position)| self.heads.get(producer).is_some_and(|head| position < head))
    }

    fn is_settled(&self) -> bool {
        self.pending == 0 && self.behind().next().is_none()
    }
}

impl Driver {
    /// Returns when two looks in a row found every cursor at the head of its log and no head moved between them: what
    /// was heard may itself have been news for others.
    pub(super) async fn settle(&mut self) -> Result<(), Fault> {
        let started = Instant::now();
        let Patience { look_every, at_most } = self.options.patience;
        let mut before: Option<Snapshot> = None;
        loop {
            let now = self.look().await?;
            let still = before.as_ref().is_some_and(|before| before.heads == now.heads);
            if still && now.is_settled() {
                self.tally.settled += 1;
                self.tally.settling_ms += u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.tally.dead_letters = now.dead_letters;
                return Ok(());
            }
            if started.elapsed() > at_most {
                return Err(too_slow(&now));
            }
            let at_once = now.is_settled();
            before = Some(now);
            if !at_once {
                tokio::time::sleep(look_every).await;
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
            snapshot.heads.insert(name.to_owned(), head);
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

type Cursors = (Vec<(&'static str, String, i64)>, i64);

async fn cursors(name: &'static str, line: &Line) -> Result<Cursors, Fault> {
    let answer = ask!(EventLogServiceClient::new(line.clone()), list_cursors, ListCursorsRequest {})?;
    let dead_letters = answer.cursors.iter().map(|cursor| cursor.dead_letters).sum();
    let cursors = answer.cursors.into_iter().map(|cursor| (name, cursor.producer, cursor.position)).collect();
    Ok((cursors, dead_letters))
}

fn too_slow(now: &Snapshot) -> Fault {
    let behind: Vec<String> = now
        .behind()
        .map(|(consumer, producer, position)| {
            format!("{consumer} is at {position} of {} in {producer}", now.heads.get(producer).copied().unwrap_or(0))
        })
        .collect();
    Fault::new(Reason::ServiceUnavailable, "the services do not keep up with each other")
        .detail(format!("{}; {} entries without position", behind.join(", "), now.pending))
}
