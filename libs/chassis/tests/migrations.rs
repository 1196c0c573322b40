//! The schema moves forward, once, whole.

use quittance_chassis::{Clock, Ctx, Db, Migration, PageTokens, Tx, migrate};
use quittance_testkit::{Store, on_both, race, tenant};
use quittance_types::Reason;

use crate::fixture::{MIGRATIONS, fixture};

const FIRST: Migration =
    Migration { name: "one", sql: "CREATE TABLE one (tenant_id {uuid} NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (tenant_id, id));\n" };

/// F25: what fails half way leaves nothing of its step, keeps the steps before it, and goes through when it is mended.
#[tokio::test]
async fn a_step_that_fails_leaves_nothing_and_is_resumed() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let broken = Migration { name: "two", sql: "CREATE TABLE two (id BIGINT);\nCREATE TABLE nonsense (;\n" };
        let failed = migrate::run(&fixture.db, &[MIGRATIONS[0], FIRST, broken]).await.unwrap_err();
        assert_eq!(failed.get("migration"), Some("two"));
        assert_eq!(fixture.store.rows("one").await, 0);
        let mended = Migration { name: "two", sql: "CREATE TABLE two (id BIGINT);\nCREATE TABLE three (id BIGINT);\n" };
        migrate::run(&fixture.db, &[MIGRATIONS[0], FIRST, mended]).await.unwrap();
        assert_eq!(fixture.store.rows("two").await + fixture.store.rows("three").await, 0);
    })
    .await;
}

/// Row-level security binds the owner of the tables too: without a word an UPDATE of theirs would touch nothing.
#[tokio::test]
async fn a_step_may_change_the_rows_of_every_tenant() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        migrate::run(&fixture.db, &[MIGRATIONS[0], FIRST]).await.unwrap();
        for number in [1, 2] {
            let insert = |tx: Tx, id: i64| async move {
                tx.execute("INSERT INTO one (tenant_id, id) VALUES ($1, $2)", vec![tx.tenant().uuid().into(), id.into()]).await
            };
            fixture.db.write(Ctx::system("test", tenant(number)), 7, insert).await.unwrap();
        }
        let step =
            Migration { name: "two", sql: "UPDATE one SET id = id + 1;\nCREATE TABLE kept AS SELECT id FROM one;\nDELETE FROM one;\n" };
        migrate::run(&fixture.db, &[MIGRATIONS[0], FIRST, step]).await.unwrap();
        assert_eq!((fixture.store.number("SELECT count(*) FROM kept WHERE id = 8").await, fixture.store.rows("one").await), (2, 0));
    })
    .await;
}

#[tokio::test]
async fn a_released_step_may_not_change_and_a_name_not_repeat() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        migrate::run(&fixture.db, &[MIGRATIONS[0], FIRST]).await.unwrap();
        migrate::run(&fixture.db, &[MIGRATIONS[0], FIRST]).await.unwrap();
        let edited = Migration { sql: "CREATE TABLE one (id TEXT);\n", ..FIRST };
        let refused = migrate::run(&fixture.db, &[MIGRATIONS[0], edited]).await.unwrap_err();
        assert_eq!(refused.reason(), Reason::ConfigInvalid);
        let twice = migrate::run(&fixture.db, &[FIRST, FIRST]).await.unwrap_err();
        assert_eq!(twice.reason(), Reason::ConfigInvalid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_together_migrate_once_and_share_their_secret() {
    let clock = Clock::system();
    let store = Store::migrated(quittance_testkit::Backend::Postgres, "migrations-test", &[], &clock).await;
    let settings = store.settings();
    let tokens = race(6, |_| {
        let (settings, clock) = (settings.clone(), clock.clone());
        async move {
            let db = Db::open(&settings, clock).await.unwrap();
            migrate::run(&db, &[FIRST]).await.unwrap();
            PageTokens::open(&db).await.unwrap()
        }
    })
    .await;
    assert_eq!(store.number("SELECT count(*) FROM schema_migration WHERE name = 'one'").await, 1);
    let token = tokens[0].issue(tenant(1), b"query", b"cursor");
    for tokens in tokens {
        assert_eq!(tokens.read(tenant(1), b"query", &token).unwrap().unwrap(), b"cursor");
    }
}
