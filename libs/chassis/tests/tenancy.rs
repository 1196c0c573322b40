//! The second lock: row-level security.

use quittance_api::events::v1::VerifyChainResponse;
use quittance_testkit::{Backend, on_both, tenant, unique};
use quittance_types::{Outcome, TenantId};

use crate::fixture::{add_note, ctx_of, fixture, request};

async fn visible(fixture: &crate::fixture::Fixture, tenant: TenantId, table: &str) -> i64 {
    let sql = format!("SELECT count(*) AS n FROM {table}");
    let count = fixture
        .db
        .read(ctx_of(tenant), sql, |tx, sql| async move { Ok(tx.one(&sql, Vec::new()).await?.unwrap().try_get::<i64>("", "n").unwrap()) });
    count.await.unwrap()
}

#[tokio::test]
async fn a_forgotten_filter_finds_nothing_of_others() {
    let fixture = fixture(Backend::Postgres).await;
    for number in [1, 1, 2] {
        let request = request("x");
        let written = fixture.db.mutate(ctx_of(tenant(number)), &request, unique(), |tx, id| async move {
            add_note(&tx, id, "x").await?;
            tx.emit(crate::fixture::numbered("note", 1));
            Ok(VerifyChainResponse::default())
        });
        written.await.unwrap();
    }
    for table in ["note", "event_log", "idempotency_key"] {
        assert_eq!(visible(&fixture, tenant(1), table).await, 2, "{table}");
        assert_eq!(visible(&fixture, tenant(2), table).await, 1, "{table}");
        assert_eq!(visible(&fixture, tenant(3), table).await, 0, "{table}");
    }
    assert_eq!(fixture.db.tenants("note").await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_row_of_another_tenant_cannot_be_written() {
    let fixture = fixture(Backend::Postgres).await;
    let foreign = fixture.db.write(ctx_of(tenant(1)), unique(), |tx, id| async move {
        let sql = "INSERT INTO note (tenant_id, id, body, version) VALUES ($1, $2, '', 0)";
        tx.execute(sql, vec![tenant(2).uuid().into(), id.into()]).await
    });
    assert_eq!(foreign.await.unwrap_err().outcome(), Outcome::Internal);
}

#[tokio::test]
async fn the_log_cannot_be_changed_by_the_service() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        crate::fixture::publish(&fixture.db, tenant(1), "note", 1).await;
        crate::fixture::sequence(&fixture.db).await;
        for sql in [
            "UPDATE event_log SET actor = 'x'",
            "DELETE FROM event_log",
            "UPDATE event_position SET position = 7",
            "DELETE FROM event_position",
        ] {
            let changed = fixture.db.write_system("test", sql, |tx, sql| async move { tx.execute(sql, Vec::new()).await });
            assert!(changed.await.is_err(), "{sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_table_with_a_tenant_is_protected() {
    let fixture = fixture(Backend::Postgres).await;
    let open = "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' \
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace \
                AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))";
    assert_eq!(fixture.store.number(open).await, 0);
    assert!(fixture.store.number(&open.replace("NOT (", "(")).await >= 7);
}
