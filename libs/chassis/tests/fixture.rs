//! A small schema and what the tests do with it.

use std::future::Future;
use std::time::Duration;

use quittance_api::events::v1::{Cursor, RedriveDeadLetterRequest};
use quittance_chassis::db::{DatabaseSettings, RowExt};
use quittance_chassis::{Clock, Ctx, Db, Emit, Migration, Tx};
use quittance_testkit::{Backend, Store, tenant, unique};
use quittance_types::{Fault, TenantId, Uuid};

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_test",
    sql: "
CREATE TABLE note (
  tenant_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE series (
  tenant_id {uuid} NOT NULL,
  name TEXT NOT NULL,
  next BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name)
);
CREATE TABLE document (
  tenant_id {uuid} NOT NULL,
  series TEXT NOT NULL,
  number BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, series, number)
);
-- Effects of events, in the order they were applied; nothing keeps one from being there twice.
CREATE TABLE effect (
  place {identity},
  tenant_id {uuid} NOT NULL,
  event_id {uuid} NOT NULL,
  subject TEXT NOT NULL,
  number BIGINT NOT NULL
);
",
}];

/// The schema above with the sea-orm entity of its first table.
pub mod note {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "note")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub body: String,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
quittance_chassis::tenant_scoped!(note);

/// A migrated database and the service's view of it.
pub struct Fixture {
    pub store: Store,
    pub db: Db,
}

pub async fn fixture(backend: Backend) -> Fixture {
    fixture_with(backend, |_| {}).await
}

pub async fn fixture_with(backend: Backend, change: impl FnOnce(&mut DatabaseSettings)) -> Fixture {
    let clock = Clock::system();
    let store = Store::migrated(backend, "chassis-test", MIGRATIONS, &clock).await;
    let mut settings = store.settings();
    change(&mut settings);
    let db = Db::open(&settings, clock).await.expect("the database opens");
    Fixture { store, db }
}

/// A caller of the first tenant.
pub fn ctx() -> Ctx {
    ctx_of(tenant(1))
}

pub fn ctx_of(tenant: TenantId) -> Ctx {
    Ctx::system("test", tenant)
}

/// A mutation: the producer is what it writes, the event id is any text.
pub fn request(text: &str) -> RedriveDeadLetterRequest {
    request_with(unique(), text)
}

pub fn request_with(id: Uuid, text: &str) -> RedriveDeadLetterRequest {
    RedriveDeadLetterRequest { request_id: id.to_string(), producer: text.to_owned(), event_id: String::new() }
}

pub async fn add_note(tx: &Tx, id: Uuid, body: &str) -> Result<(), Fault> {
    let sql = "INSERT INTO note (tenant_id, id, body, version) VALUES ($1, $2, $3, 0)";
    tx.execute(sql, vec![tx.tenant().uuid().into(), id.into(), body.into()]).await.map(|_| ())
}

/// Raises the version of a note, holding its row from then on.
pub async fn raise(tx: &Tx, id: Uuid) -> Result<i64, Fault> {
    let sql = "UPDATE note SET version = version + 1 WHERE tenant_id = $1 AND id = $2 RETURNING version";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), id.into()]).await?;
    row.ok_or_else(|| Fault::not_found("note", id))?.value("version")
}

/// An event about `subject` with a number.
pub fn numbered(subject: &str, number: i64) -> Emit {
    let key = Uuid::new_v5(&Uuid::nil(), subject.as_bytes());
    Emit::public(subject, key, &Cursor { producer: subject.to_owned(), position: number, dead_letters: 0, ..Cursor::default() })
}

/// Publishes one numbered event.
pub async fn publish(db: &Db, tenant: TenantId, subject: &str, number: i64) {
    let input = (subject.to_owned(), number);
    let published = db.write(ctx_of(tenant), input, |tx, (subject, number)| async move {
        tx.emit(numbered(&subject, number));
        Ok(())
    });
    published.await.expect("the event is written");
}

/// Sequences everything that is committed.
pub async fn sequence(db: &Db) -> i64 {
    while db.sequence().await.expect("sequencing works") > 0 {}
    db.log_state().await.expect("the log answers").head
}

/// Asks again and again until the answer is yes; the question itself takes the time.
pub async fn until<F: Future<Output = bool>>(what: &str, mut is_true: impl FnMut() -> F) {
    let waited = async {
        while !is_true().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waited).await.unwrap_or_else(|_| panic!("never: {what}"));
}
