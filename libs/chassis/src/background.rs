//! What a service does without being called: sequence its log, follow the logs of others, do its jobs.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::client::Peers;
use crate::db::Db;
use crate::events::{Consumer, Inbox, PeerFeed, Positions, run_sequencer};
use crate::jobs::{Job, housekeeping, run_jobs};
use crate::service::Beside;

/// The background work of one service. Dropping it cuts the work off, as a crash would.
pub(crate) struct Background {
    /// Stopped before everything else: other listeners.
    beside: Stage,
    /// Stopped first: what writes to the log.
    work: Stage,
    /// Stopped last: what gives the last entries their positions.
    sequencer: Stage,
}

struct Stage {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Background {
    pub(crate) fn start(
        name: &'static str,
        db: &Db,
        peers: &Peers,
        inboxes: Vec<(&'static str, Inbox)>,
        positions: &Positions,
        mut jobs: Vec<Job>,
        beside: Vec<Beside>,
    ) -> Background {
        let mut sequencer = Stage::new();
        sequencer.tasks.spawn(run_sequencer(db.clone(), sequencer.stop.clone()));
        let mut work = Stage::new();
        for (producer, inbox) in inboxes {
            let feed = Arc::new(PeerFeed::new(peers.wire(producer), name));
            let consumer = Consumer::new(db.clone(), name, producer, inbox, feed).telling(positions);
            work.tasks.spawn(consumer.run(work.stop.clone()));
        }
        jobs.push(housekeeping());
        work.tasks.spawn(run_jobs(db.clone(), jobs, work.stop.clone()));
        let mut listeners = Stage::new();
        for run in beside {
            listeners.tasks.spawn(run(listeners.stop.clone()));
        }
        Background { beside: listeners, work, sequencer }
    }

    /// Ends what runs beside the server, within the limit.
    pub(crate) async fn stop_beside(&mut self, limit: Duration) {
        self.beside.stop(limit).await;
    }

    /// Lets what is under way finish, within the limit.
    pub(crate) async fn stop(mut self, limit: Duration) {
        self.work.stop(limit).await;
        self.sequencer.stop(limit).await;
    }
}

impl Stage {
    fn new() -> Stage {
        Stage { stop: CancellationToken::new(), tasks: JoinSet::new() }
    }

    async fn stop(&mut self, limit: Duration) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, ended).await.is_err() {
            tracing::warn!("background work was cut off at the limit");
            self.tasks.abort_all();
        }
    }
}
