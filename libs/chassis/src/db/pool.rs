//! A small pool that only takes connections back from whoever proves they are clean.
//!
//! A connection returns to the pool by [`Lease::give_back`] alone, which is called after a confirmed COMMIT or ROLLBACK.
//! A lease that is dropped in any other way (a panic, an aborted task, a lost peer) closes its connection, so no borrower
//! ever meets the half-finished transaction of another. This is what makes a cancelled `BEGIN` harmless; the pool of
//! sqlx 0.9 hands such a connection out again (transact-rs/sqlx #4385). It also saves the ping on every release.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// A database that takes longer to answer the door is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens one more connection.
pub(crate) type Connect<C> = Box<dyn Fn() -> BoxFuture<'static, Result<C, sqlx::Error>> + Send + Sync>;

/// What a pool may hold and how long it may keep somebody waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolLimits {
    /// Connections at most.
    pub(crate) size: u32,
    /// How long a caller waits for a free connection.
    pub(crate) acquire_timeout: Duration,
    /// A connection older than this is replaced when it comes back.
    pub(crate) max_age: Duration,
}

/// Why no connection could be had.
#[derive(Debug)]
pub(crate) enum AcquireError {
    /// Every connection stayed in use for the whole waiting time.
    Exhausted,
    /// The pool has been closed.
    Closed,
    /// The database did not accept a new connection.
    Unreachable(String),
}

/// Connections to one database, most recently used first. Clones share the same connections.
pub(crate) struct Pool<C> {
    shared: Arc<Shared<C>>,
}

struct Shared<C> {
    idle: Mutex<Vec<Idle<C>>>,
    permits: Arc<Semaphore>,
    connect: Connect<C>,
    limits: PoolLimits,
}

struct Idle<C> {
    connection: C,
    born: Instant,
}

/// A connection for one borrower. Dropping it closes the connection.
pub(crate) struct Lease<C> {
    connection: C,
    born: Instant,
    shared: Arc<Shared<C>>,
    _permit: OwnedSemaphorePermit,
}

impl<C> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Pool { shared: Arc::clone(&self.shared) }
    }
}

impl<C: Connection> Pool<C> {
    /// An empty pool: connections open when they are first needed.
    pub(crate) fn new(limits: PoolLimits, connect: Connect<C>) -> Pool<C> {
        let size = usize::try_from(limits.size.max(1)).unwrap_or(1);
        let shared = Shared { idle: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(size)), connect, limits };
        Pool { shared: Arc::new(shared) }
    }

    /// A connection that is in no transaction. Waiting callers are served in the order they came.
    pub(crate) async fn acquire(&self) -> Result<Lease<C>, AcquireError> {
        let limit = self.shared.limits.acquire_timeout;
        let permit = match timeout(limit, Arc::clone(&self.shared.permits).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(AcquireError::Closed),
            Err(_) => return Err(AcquireError::Exhausted),
        };
        let found = self.shared.idle().pop();
        let Idle { connection, born } = match found {
            Some(idle) => idle,
            None => self.open().await?,
        };
        Ok(Lease { connection, born, shared: Arc::clone(&self.shared), _permit: permit })
    }

    async fn open(&self) -> Result<Idle<C>, AcquireError> {
        match timeout(CONNECT_TIMEOUT, (self.shared.connect)()).await {
            Ok(Ok(connection)) => Ok(Idle { connection, born: Instant::now() }),
            Ok(Err(error)) => Err(AcquireError::Unreachable(error.to_string())),
            Err(_) => Err(AcquireError::Unreachable("opening a connection took too long".to_owned())),
        }
    }

    /// Closes what is idle: after one connection turned out to be dead, its siblings most likely are too.
    pub(crate) fn forget_idle(&self) {
        self.shared.idle().clear();
    }

    /// Refuses new borrowers, waits until every connection in use has come back, and closes all.
    pub(crate) async fn close(&self) {
        let size = self.shared.limits.size.max(1);
        let all = Arc::clone(&self.shared.permits).acquire_many_owned(size).await;
        self.shared.permits.close();
        let idle = std::mem::take(&mut *self.shared.idle());
        for Idle { connection, .. } in idle {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "a connection did not close cleanly");
            }
        }
        drop(all);
    }
}

impl<C> Shared<C> {
    fn idle(&self) -> MutexGuard<'_, Vec<Idle<C>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Lease<C> {
    /// The connection itself.
    pub(crate) fn connection(&mut self) -> &mut C {
        &mut self.connection
    }

    /// Returns a connection that is in no transaction.
    pub(crate) fn give_back(self) {
        let Lease { connection, born, shared, _permit } = self;
        if born.elapsed() < shared.limits.max_age && !shared.permits.is_closed() {
            shared.idle().push(Idle { connection, born });
        }
    }
}
