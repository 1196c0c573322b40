//! The one handle to rows: a transaction, whose rows it may see, and who is acting.
//!
//! A service never opens a transaction itself. It hands a body to [`Db::read`], [`Db::write`] or [`Db::mutate`]; the
//! body runs on a task of its own, so that a caller who goes away never drops an open transaction half way.

mod run;

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prost::Message;
use quittance_types::{BusinessDate, Fault, TenantId, TimeZone, Timestamp};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExecResult, Iterable, QueryFilter, QueryResult,
    QuerySelect, Select, Statement, Value,
};
use uuid::Uuid;

use crate::Ctx;
use crate::db::{Backend, Connection, Db, OrFault};
use crate::events::{
    Emit,
    log::{self, Entry, Written},
};
use crate::idempotency::{Key, KeyRow};

pub(crate) use run::{Opening, Verdict};

/// SQLite binds at most 32,766 values in a statement, PostgreSQL 65,535.
const MAX_BINDS: usize = 30_000;

/// An open transaction as its body sees it. Cheap to clone; every clone must be gone when the body returns, or the
/// transaction is rolled back and the caller gets INTERNAL_ERROR.
#[derive(Clone)]
pub struct Tx {
    shared: Arc<Shared>,
    ctx: Arc<Ctx>,
}

/// What all handles of one transaction share.
pub(crate) struct Shared {
    connection: Connection,
    db: Db,
    now: Timestamp,
    /// Everybody in the group.
    members: Vec<Arc<Ctx>>,
    /// Those of them the body was called for: the others are replays.
    serving: Mutex<Vec<Arc<Ctx>>>,
    tenant: Mutex<Uuid>,
    outbox: Mutex<Vec<Entry>>,
    /// What [`Tx::flush`] has written of it already.
    flushed: Mutex<Written>,
    keys: Mutex<Vec<KeyRow>>,
    /// Requests of which entries tell.
    told: Mutex<HashSet<Uuid>>,
}

/// An entity whose rows belong to a tenant. Implemented by [`tenant_scoped!`](crate::tenant_scoped).
pub trait TenantScoped: EntityTrait {
    /// The column that holds the tenant.
    fn tenant_column() -> Self::Column;
}

/// Implements [`TenantScoped`] for the sea-orm entity of each module given; its column is `tenant_id`.
#[macro_export]
macro_rules! tenant_scoped {
    ($($module:ident),+ $(,)?) => {$(
        impl $crate::tx::TenantScoped for $module::Entity {
            fn tenant_column() -> $module::Column {
                $module::Column::TenantId
            }
        }
    )+};
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tx {
    /// Who is acting, for whom, under which request.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The tenant whose rows may be seen.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.ctx.tenant()
    }

    /// The instant this attempt began. It stays the same throughout the transaction.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.now
    }

    /// The zone in which the tenant's business days begin and end.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        self.shared.db.zones().of(self.tenant())
    }

    /// The business day of the tenant at [`Tx::now`].
    #[must_use]
    pub fn today(&self) -> BusinessDate {
        self.now().date_in(self.zone())
    }

    /// The database this runs on, for the rare statement that differs.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.shared.connection.backend()
    }

    /// A new identifier: UUIDv7, ascending within the process.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.shared.db.new_id()
    }

    /// The connection, for entity calls of sea-orm.
    #[must_use]
    pub fn conn(&self) -> &Connection {
        &self.shared.connection
    }

    /// All rows of an entity that belong to the tenant, to be filtered further.
    #[must_use]
    pub fn find<E: TenantScoped>(&self) -> Select<E> {
        E::find().filter(E::tenant_column().eq(self.tenant().uuid()))
    }

    /// The same selection, holding its rows until the end of the transaction. On SQLite the writer lock already does.
    ///
    /// Lock in a fixed order (by kind, then by id) so that two transactions never wait for each other.
    #[must_use]
    pub fn lock<E: EntityTrait>(&self, select: Select<E>) -> Select<E> {
        match self.backend() {
            Backend::Postgres => select.lock(LockType::Update),
            Backend::Sqlite => select,
        }
    }

    /// The rows of a SELECT, or of a statement with RETURNING. Placeholders are `$1`, `$2` on both databases.
    ///
    /// # Errors
    /// See [`fault`](crate::db::fault).
    pub async fn all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Fault> {
        self.conn().query_all_raw(self.statement(sql, values)).await.or_fault()
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// See [`fault`](crate::db::fault).
    pub async fn one(&self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, Fault> {
        self.conn().query_one_raw(self.statement(sql, values)).await.or_fault()
    }

    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// See [`fault`](crate::db::fault).
    pub async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, Fault> {
        let result = self.conn().execute_raw(self.statement(sql, values)).await.or_fault()?;
        Ok(ExecResult::rows_affected(&result))
    }

    fn statement(&self, sql: &str, values: Vec<Value>) -> Statement {
        Statement::from_sql_and_values(self.conn().get_database_backend(), sql, values)
    }

    /// Inserts many rows with as few statements as the limit on bound values allows.
    ///
    /// # Errors
    /// See [`fault`](crate::db::fault).
    pub async fn insert_many<A>(&self, models: Vec<A>) -> Result<(), Fault>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
    {
        let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
        let rows = (MAX_BINDS / columns).max(1);
        let mut models = models.into_iter().peekable();
        while models.peek().is_some() {
            let chunk: Vec<A> = models.by_ref().take(rows).collect();
            <A::Entity as EntityTrait>::insert_many(chunk).exec_without_returning(self.conn()).await.or_fault()?;
        }
        Ok(())
    }

    /// Publishes what happened, if and when the transaction commits. All events of a transaction are written together
    /// just before COMMIT, in the order of these calls.
    pub fn emit(&self, emit: Emit) {
        let entry = Entry::new(emit, &self.ctx, self.shared.db.new_id(), self.now());
        locked(&self.shared.told).extend(entry.request_id);
        locked(&self.shared.outbox).push(entry);
    }

    /// Writes what was emitted so far, so that a body that emits very much need not keep it all in memory until its end.
    ///
    /// # Errors
    /// See [`fault`](crate::db::fault).
    pub async fn flush(&self) -> Result<(), Fault> {
        let entries = std::mem::take(&mut *locked(&self.shared.outbox));
        let written = log::write_entries(&self.shared.connection, entries, Vec::new()).await?;
        let mut flushed = locked(&self.shared.flushed);
        *flushed = flushed.and(written);
        Ok(())
    }

    /// The entries the last [`Tx::flush`] has written, where they wait for their positions and nobody else wrote between them.
    #[must_use]
    pub fn flushed(&self) -> Option<RangeInclusive<i64>> {
        match self.shared.flushed() {
            Written::Pending(ordinals) => ordinals.unmixed(),
            Written::Nothing | Written::UpTo(_) => None,
        }
    }

    /// The same transaction acting for another tenant or request: for consumers and jobs that work through the
    /// affairs of several. The new handle replaces this one: on PostgreSQL, row-level security follows the last call.
    ///
    /// # Errors
    /// See [`fault`](crate::db::fault).
    pub async fn for_tenant(&self, ctx: Ctx) -> Result<Tx, Fault> {
        let tenant = ctx.tenant().uuid();
        let changed = std::mem::replace(&mut *locked(&self.shared.tenant), tenant) != tenant;
        if changed && self.backend() == Backend::Postgres {
            self.conn().batch(format!("SET LOCAL app.tenant = '{tenant}'")).await.or_fault()?;
        }
        Ok(Tx { shared: Arc::clone(&self.shared), ctx: Arc::new(ctx) })
    }

    /// In a group: the handle that acts for the member at `index`, so that its events name its own caller and request.
    /// Outside a group, or for an index that does not exist, the handle itself.
    #[must_use]
    pub fn member(&self, index: usize) -> Tx {
        let ctx = locked(&self.shared.serving).get(index).map_or_else(|| Arc::clone(&self.ctx), Arc::clone);
        Tx { shared: Arc::clone(&self.shared), ctx }
    }

    /// The handle whose member `i` is the one at `indexes[i]` of the whole group.
    pub(crate) fn serving(&self, indexes: &[usize]) -> Tx {
        let served = indexes.iter().filter_map(|index| self.shared.members.get(*index)).map(Arc::clone).collect();
        *locked(&self.shared.serving) = served;
        self.clone()
    }

    /// True if any member of a group succeeded.
    pub(crate) fn has_keys(&self) -> bool {
        !locked(&self.shared.keys).is_empty()
    }

    /// Adds the idempotency row of an answer to what is written before COMMIT.
    pub(crate) fn remember(&self, key: &Key, response: &impl Message) {
        let told = locked(&self.shared.told).contains(&key.request_id);
        locked(&self.shared.keys).push(key.row(response, self.now(), told));
    }
}

impl Shared {
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What has to be written before COMMIT.
    pub(crate) fn take_pending(&self) -> (Vec<Entry>, Vec<KeyRow>) {
        (std::mem::take(&mut *locked(&self.outbox)), std::mem::take(&mut *locked(&self.keys)))
    }

    /// What has been written before.
    pub(crate) fn flushed(&self) -> Written {
        *locked(&self.flushed)
    }
}
