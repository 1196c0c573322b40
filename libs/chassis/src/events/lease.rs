//! Who works on a partition group of a followed log, and how far it has come.
//!
//! The row is cursor and lease in one. Taking the lease raises its epoch; the cursor only moves for the holder of the
//! current epoch. So a consumer that was stopped for a minute and wakes up in the middle of its batch cannot commit: its
//! successor has the next epoch.
//!
//! Leases are measured by the database's clock, which all replicas share. A SQLite file belongs to one process, which
//! takes every lease at once.

use std::collections::BTreeSet;
use std::time::Duration;

use quittance_api::events::v1::Event;
use quittance_types::{Fault, Reason, TenantId};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::PARTITIONS;
use crate::db::{Backend, Db, RowExt};
use crate::tx::Tx;

/// A lease that is not renewed for so long can be taken by another replica.
pub(super) const LEASE: Duration = Duration::from_secs(15);

/// One partition group of one followed log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) consumer: &'static str,
    pub(super) producer: String,
    pub(super) number: u16,
    pub(super) of: u16,
}

/// The right to work on a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    pub(super) group: Group,
    pub(super) epoch: i64,
    /// Everything up to here has been applied.
    pub(super) position: i64,
}

/// The present moment by the clock that leases are measured with, in microseconds.
fn now(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres => "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
        Backend::Sqlite => "0",
    }
}

/// Lease length in microseconds, as SQL.
fn until(backend: Backend) -> String {
    format!("{} + {}", now(backend), LEASE.as_micros())
}

impl Group {
    /// The partitions of this group; empty stands for all.
    pub(super) fn partitions(&self) -> Vec<u32> {
        if self.of <= 1 {
            return Vec::new();
        }
        (0..PARTITIONS).filter(|partition| partition % u32::from(self.of) == u32::from(self.number)).collect()
    }

    fn key(&self) -> Vec<Value> {
        vec![self.consumer.into(), self.producer.as_str().into(), i32::from(self.number).into()]
    }

    /// Takes the lease if nobody else holds it.
    pub(super) async fn acquire(&self, db: &Db, owner: &str) -> Result<Option<Lease>, Fault> {
        let free = match db.backend() {
            Backend::Postgres => format!("(lease_until < {} OR lease_owner = $4)", now(db.backend())),
            Backend::Sqlite => "$4 = $4".to_owned(),
        };
        let sql = format!(
            "UPDATE consumer_cursor SET lease_owner = $4, lease_until = {}, lease_epoch = lease_epoch + 1 \
             WHERE consumer = $1 AND producer = $2 AND partition_group = $3 AND {free} RETURNING position, lease_epoch",
            until(db.backend()),
        );
        let mut values = self.key();
        values.push(owner.into());
        let taken = db.write_system(self.consumer, (sql, values), |tx, (sql, values)| async move {
            let row = tx.one(&sql, values).await?;
            row.map(|row| Ok((row.value::<i64>("position")?, row.value::<i64>("lease_epoch")?))).transpose()
        });
        Ok(taken.await?.map(|(position, epoch)| Lease { group: self.clone(), epoch, position }))
    }
}

impl Lease {
    /// Moves the cursor and renews the lease, in the transaction of the effects.
    pub(super) async fn advance(&self, tx: &Tx, position: i64) -> Result<(), Fault> {
        let sql = format!(
            "UPDATE consumer_cursor SET position = $4, lease_until = {} \
             WHERE consumer = $1 AND producer = $2 AND partition_group = $3 AND lease_epoch = $5 AND position <= $4",
            until(tx.backend()),
        );
        let mut values = self.group.key();
        values.extend([position.into(), self.epoch.into()]);
        if tx.execute(&sql, values).await? == 1 { Ok(()) } else { Err(lost()) }
    }

    /// Keeps the lease while there is nothing to do, and records how far the log has been looked through.
    pub(super) async fn renew(&self, db: &Db, position: i64) -> Result<(), Fault> {
        let lease = self.clone();
        db.write_system(self.group.consumer, lease, move |tx, lease| async move { lease.advance(&tx, position).await }).await
    }

    /// Gives the lease up, so that another replica need not wait for its end.
    pub(super) async fn release(&self, db: &Db) -> Result<(), Fault> {
        let sql = "UPDATE consumer_cursor SET lease_until = 0, lease_owner = '' \
                   WHERE consumer = $1 AND producer = $2 AND partition_group = $3 AND lease_epoch = $4";
        let mut values = self.group.key();
        values.push(self.epoch.into());
        db.write_system(self.group.consumer, values, move |tx, values| async move { tx.execute(sql, values).await.map(|_| ()) }).await
    }

    /// The SELECT that travels with BEGIN: the state of this lease and which subjects of the batch are blocked, one row
    /// each, the first also when there are none. It holds the cursor row, so that a redrive and a batch take turns.
    pub(super) fn probe(&self, backend: Backend, batch: &[Event]) -> String {
        let quoted = |text: &str| text.replace('\'', "''");
        let producer = quoted(&self.group.producer);
        let select = format!(
            "SELECT c.position, c.lease_epoch, d.tenant_id AS blocked_tenant, d.subject AS blocked_subject \
             FROM consumer_cursor c LEFT JOIN (SELECT DISTINCT tenant_id, subject FROM dead_letter \
             WHERE producer = '{producer}' AND {}) d ON c.producer = '{producer}' \
             WHERE c.consumer = '{}' AND c.producer = '{producer}' AND c.partition_group = {}",
            among(backend, batch),
            quoted(self.group.consumer),
            self.group.number,
        );
        match backend {
            // Dead letters of all tenants for this one statement; the effects then run under their own tenant alone.
            Backend::Postgres => {
                format!("SET LOCAL app.system = 'on'; {select} FOR UPDATE OF c; SET LOCAL app.system = 'off'")
            }
            Backend::Sqlite => select,
        }
    }

    /// Checks the rows of [`Lease::probe`]: the position stored now, if the lease is still ours.
    pub(super) fn check(&self, rows: &[QueryResult]) -> Result<i64, Fault> {
        let row = rows.first().ok_or_else(lost)?;
        if row.value::<i64>("lease_epoch")? == self.epoch { row.value("position") } else { Err(lost()) }
    }
}

/// The condition for letters of the tenants and subjects of a batch. They come from another service, so they are written
/// in hex: nothing in them can end the literal.
fn among(backend: Backend, batch: &[Event]) -> String {
    let tenants: BTreeSet<Uuid> = batch.iter().filter_map(|event| TenantId::parse(&event.tenant_id).ok()).map(TenantId::uuid).collect();
    // No text in the store holds NUL, so nothing with it is parked under its name.
    let subjects: BTreeSet<&str> = batch.iter().map(|event| event.subject.as_str()).filter(|subject| !subject.contains('\0')).collect();
    let tenant = |tenant: &Uuid| match backend {
        Backend::Postgres => format!("'{tenant}'"),
        Backend::Sqlite => format!("x'{}'", tenant.simple()),
    };
    let subject = |subject: &&str| match backend {
        Backend::Postgres => format!("convert_from('\\x{}', 'UTF8')", hex::encode(subject)),
        Backend::Sqlite => format!("CAST(x'{}' AS TEXT)", hex::encode(subject)),
    };
    if tenants.is_empty() || subjects.is_empty() {
        return "FALSE".to_owned();
    }
    let tenants: Vec<String> = tenants.iter().map(tenant).collect();
    let subjects: Vec<String> = subjects.iter().map(subject).collect();
    format!("tenant_id IN ({}) AND subject IN ({})", tenants.join(", "), subjects.join(", "))
}

fn lost() -> Fault {
    Fault::new(Reason::LeaseLost, "another replica has taken over")
}

/// Makes sure that there is a row for each group. A changed number of groups is taken over when every old group stands
/// at the same position; else events would be skipped or repeated.
pub(super) async fn prepare(db: &Db, groups: &[Group]) -> Result<(), Fault> {
    let Some(first) = groups.first() else { return Ok(()) };
    db.write_system(first.consumer, groups.to_vec(), |tx, groups| async move { prepare_in(&tx, &groups).await }).await
}

async fn prepare_in(tx: &Tx, groups: &[Group]) -> Result<(), Fault> {
    let Some(first) = groups.first() else { return Ok(()) };
    let lock = if tx.backend() == Backend::Postgres { " FOR UPDATE" } else { "" };
    let of_feed = "WHERE consumer = $1 AND producer = $2";
    let key: Vec<Value> = vec![first.consumer.into(), first.producer.as_str().into()];
    let sql = format!("SELECT position, partition_groups FROM consumer_cursor {of_feed}{lock}");
    let rows = tx.all(&sql, key.clone()).await?;
    let mut positions = Vec::with_capacity(rows.len());
    let mut is_regrouped = false;
    for row in &rows {
        positions.push(row.value::<i64>("position")?);
        is_regrouped |= row.value::<i32>("partition_groups")? != i32::from(first.of);
    }
    let start = positions.first().copied().unwrap_or_default();
    if is_regrouped {
        if positions.iter().any(|position| *position != start) {
            let message = "the number of partition groups changed while events were in flight: let consumers catch up first";
            return Err(Fault::new(Reason::ConfigInvalid, message).with("producer", &first.producer));
        }
        tx.execute(&format!("DELETE FROM consumer_cursor {of_feed}"), key).await?;
    }
    for group in groups {
        let mut values = group.key();
        values.extend([i32::from(group.of).into(), start.into()]);
        let sql = "INSERT INTO consumer_cursor (consumer, producer, partition_group, partition_groups, position, \
                   lease_owner, lease_until, lease_epoch) VALUES ($1, $2, $3, $4, $5, '', 0, 0) ON CONFLICT DO NOTHING";
        tx.execute(sql, values).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn groups_share_all_partitions() {
        let group = |number, of| Group { consumer: "a", producer: "b".to_owned(), number, of };
        assert!(group(0, 1).partitions().is_empty());
        let mut all: Vec<u32> = (0..3).flat_map(|number| group(number, 3).partitions()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..64).collect::<Vec<u32>>());
    }
}
