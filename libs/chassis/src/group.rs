//! Group commit: requests that wait for the same row share one transaction.
//!
//! A gapless number is one row that every issue of the series has to lock until it commits, so issuing one by one gets
//! slower with every client. Here the first request of a key starts a flush; what arrives while that transaction is
//! under way waits together and is numbered and committed in the next one. Without contention a request is flushed at once
//! and alone. With it, those who were just answered tend to ask again: the next group waits for them, never longer than a
//! quarter of what the last flush took, so that a few large groups take the place of many small ones.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use prost::Message;
use quittance_api::Mutation;
use quittance_types::{Fault, TenantId};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout};

use crate::Ctx;
use crate::db::{Db, unavailable};
use crate::idempotency::Member;
use crate::tx::Tx;

type Body<C, R> = dyn Fn(Tx, Vec<C>) -> BoxFuture<'static, Result<Vec<Result<R, Fault>>, Fault>> + Send + Sync;
/// Requests of one tenant, one method and one key of the service's own may share a transaction.
type Lane = (TenantId, Arc<str>, String);

/// A group waits for stragglers at most this long, and at most the given part of the last flush.
const LONGEST_WAIT: Duration = Duration::from_millis(2);
const PART_OF_FLUSH: u32 = 4;

/// Collects mutations `Q`, parsed into `C` and answered by `R`, into shared transactions. Cheap to clone.
pub struct GroupCommit<Q, C, R> {
    shared: Arc<Shared<C, R>>,
    request: PhantomData<fn(Q)>,
}

struct Shared<C, R> {
    db: Db,
    max: usize,
    key: fn(&C) -> String,
    body: Arc<Body<C, R>>,
    lanes: Mutex<HashMap<Lane, Queue<C, R>>>,
}

/// Who waits for the next flush of a lane.
struct Queue<C, R> {
    waiting: VecDeque<Waiting<C, R>>,
    /// The flusher waits until so many are there.
    expected: usize,
    complete: Arc<Notify>,
}

struct Waiting<C, R> {
    member: Member<C>,
    answer: oneshot::Sender<Result<R, Fault>>,
}

impl<Q, C, R> Clone for GroupCommit<Q, C, R> {
    fn clone(&self) -> Self {
        GroupCommit { shared: Arc::clone(&self.shared), request: PhantomData }
    }
}

impl<Q, C, R> GroupCommit<Q, C, R>
where
    Q: Mutation + Message + Clone,
    C: Clone + Send + Sync + 'static,
    R: Message + Default + Send + 'static,
{
    /// Groups of up to `max` requests whose commands have the same `key` (within a tenant and method), each handed to
    /// `body` as [`Db::mutate_many`] describes: one result per command, and a member it refuses has written nothing.
    pub fn new<F, Fut>(db: Db, max: usize, key: fn(&C) -> String, body: F) -> GroupCommit<Q, C, R>
    where
        F: Fn(Tx, Vec<C>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<R, Fault>>, Fault>> + Send + 'static,
    {
        let body: Arc<Body<C, R>> = Arc::new(move |tx, commands| Box::pin(body(tx, commands)));
        let shared = Shared { db, max: max.max(1), key, body, lanes: Mutex::default() };
        GroupCommit { shared: Arc::new(shared), request: PhantomData }
    }

    /// Waits for the transaction that carries this request and returns its answer. A caller that goes away does not
    /// take its request back: it commits, and a retry replays it.
    ///
    /// # Errors
    /// As [`Db::mutate`].
    pub async fn submit(&self, ctx: Ctx, request: &Q, command: C) -> Result<R, Fault> {
        let member = Member::new(ctx, request, command)?;
        let lane: Lane = (member.ctx().tenant(), Arc::clone(&member.ctx().method), (self.shared.key)(member.command()));
        let (answer, waiting) = oneshot::channel();
        if self.shared.enqueue(&lane, Waiting { member, answer }) {
            tokio::spawn(flush(Arc::clone(&self.shared), lane));
        }
        waiting.await.unwrap_or_else(|_| Err(unavailable().detail("the group was given up")))
    }
}

impl<C, R> Shared<C, R> {
    fn lanes(&self) -> MutexGuard<'_, HashMap<Lane, Queue<C, R>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if nobody is flushing this lane yet.
    fn enqueue(&self, lane: &Lane, waiting: Waiting<C, R>) -> bool {
        let mut lanes = self.lanes();
        if let Some(queue) = lanes.get_mut(lane) {
            queue.waiting.push_back(waiting);
            if queue.waiting.len() >= queue.expected {
                queue.complete.notify_one();
            }
            return false;
        }
        let queue = Queue { waiting: VecDeque::from([waiting]), expected: 0, complete: Arc::default() };
        lanes.insert(lane.clone(), queue);
        true
    }

    /// Says how many are expected after a flush, and when they have come; `None` when there is nobody to wait for.
    fn expect(&self, lane: &Lane, answered: usize) -> Option<Arc<Notify>> {
        let mut lanes = self.lanes();
        let queue = lanes.get_mut(lane)?;
        if answered <= 1 && queue.waiting.is_empty() {
            return None;
        }
        queue.expected = answered.saturating_add(queue.waiting.len()).min(self.max);
        queue.complete = Arc::default();
        (queue.waiting.len() < queue.expected).then(|| Arc::clone(&queue.complete))
    }

    /// The next group, in order of arrival; `None` ends the flush. A second request with an id that is already in the
    /// group waits for the next one, where it is a replay.
    fn take(&self, lane: &Lane) -> Option<Vec<Waiting<C, R>>> {
        let mut lanes = self.lanes();
        let queue = &mut lanes.get_mut(lane)?.waiting;
        let (mut group, mut later, mut seen) = (Vec::new(), VecDeque::new(), HashSet::new());
        while group.len() < self.max {
            let Some(waiting) = queue.pop_front() else { break };
            if seen.insert(waiting.member.request_id()) {
                group.push(waiting);
            } else {
                later.push_back(waiting);
            }
        }
        later.append(queue);
        *queue = later;
        if group.is_empty() {
            lanes.remove(lane);
            return None;
        }
        Some(group)
    }
}

async fn flush<C, R>(shared: Arc<Shared<C, R>>, lane: Lane)
where
    C: Clone + Send + Sync + 'static,
    R: Message + Default + Send + 'static,
{
    let mut turn = Turn { shared: Arc::clone(&shared), lane: lane.clone(), is_over: false };
    while let Some(group) = shared.take(&lane) {
        let (members, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|waiting| (waiting.member, waiting.answer)).unzip();
        let started = Instant::now();
        let results = run(&shared, &members).await;
        for (answer, result) in answers.into_iter().zip(results) {
            // Nobody waits any more when the caller was cancelled; its answer is stored.
            let _ = answer.send(result);
        }
        await_stragglers(&shared, &lane, members.len(), started.elapsed()).await;
    }
    turn.is_over = true;
}

/// Gives those who were answered the time to ask again. Who comes later goes into the group after.
async fn await_stragglers<C, R>(shared: &Shared<C, R>, lane: &Lane, answered: usize, flush: Duration)
where
    C: Clone + Send + Sync + 'static,
    R: Message + Default + Send + 'static,
{
    if let Some(complete) = shared.expect(lane, answered) {
        let _ = timeout((flush / PART_OF_FLUSH).min(LONGEST_WAIT), complete.notified()).await;
    }
}

/// Whoever flushes a lane. Should the task die, those who wait are told and the next request starts a new one.
struct Turn<C, R> {
    shared: Arc<Shared<C, R>>,
    lane: Lane,
    is_over: bool,
}

impl<C, R> Drop for Turn<C, R> {
    fn drop(&mut self) {
        if !self.is_over {
            self.shared.lanes().remove(&self.lane);
        }
    }
}

/// Commits a group; if it fails as a whole, each member on its own, so that one cannot spoil it for the others.
async fn run<C, R>(shared: &Shared<C, R>, members: &[Member<C>]) -> Vec<Result<R, Fault>>
where
    C: Clone + Send + Sync + 'static,
    R: Message + Default + Send + 'static,
{
    match together(shared, members.to_vec()).await {
        Ok(results) => results,
        Err(fault) if members.len() == 1 || fault.is_retryable() => members.iter().map(|_| Err(fault.clone())).collect(),
        Err(_) => {
            let mut results = Vec::with_capacity(members.len());
            for member in members {
                let alone = together(shared, vec![member.clone()]).await;
                results.push(alone.and_then(|mut answers| answers.pop().unwrap_or_else(|| Err(Fault::internal("no answer")))));
            }
            results
        }
    }
}

async fn together<C, R>(shared: &Shared<C, R>, members: Vec<Member<C>>) -> Result<Vec<Result<R, Fault>>, Fault>
where
    C: Clone + Send + Sync + 'static,
    R: Message + Default + Send + 'static,
{
    let body = Arc::clone(&shared.body);
    shared.db.mutate_many(members, move |tx, commands| body(tx, commands)).await
}
